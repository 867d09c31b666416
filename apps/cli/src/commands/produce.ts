import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { topic as declareTopic, type Compression, type RawRecordToSend } from '@millrace/sdk';
import { Option, type Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { clusterCommand, withKafka, wrongUsage, type ClusterOptions } from '../cluster/cluster-command.ts';
import { grouped, Progress } from '../progress.ts';
import { collectPair, parseCount, parseDuration, parseWhole } from './option-parsers.ts';
import { readRecords, type ReadRecordsOptions } from './records/read-records.ts';

interface ProduceOptions extends ClusterOptions {
  readonly file?: string;
  readonly format: 'lines' | 'json';
  readonly delimiter: string;
  readonly keySeparator?: string;
  readonly key?: string;
  readonly header?: ReadonlyMap<string, string>;
  readonly partition?: number;
  readonly emptyAsNull?: true;
  readonly throughput?: number;
  readonly compression: Exclude<Compression, object>;
  readonly acks: 'all' | '1' | '0';
  readonly idempotent: boolean;
  readonly linger?: number;
  readonly quiet?: true;
}

const EXIT_INTERRUPTED = 130;

export function produceCommand(context: CliContext): Command {
  return clusterCommand('produce', 'write records from a file or from what is typed or piped in', [
    'echo "hello" | millrace produce orders',
    'millrace produce orders -K : < orders.txt                    # key:value on each line',
    'millrace produce orders --format json -f orders.jsonl        # {"key":"k","value":{"total":7},"headers":{"h":"1"}}',
    'millrace consume orders --json -e | millrace produce copies --format json',
  ])
    .argument('<topic>')
    .option('-f, --file <path>', 'read this file (default: standard input)')
    .addOption(new Option('--format <kind>', 'what the input holds').choices(['lines', 'json']).default('lines'))
    .option('-D, --delimiter <text>', 'what ends a record', '\\n')
    .option('-K, --key-separator <text>', 'split key and value at its first occurrence')
    .option('-k, --key <text>', 'key of records that have none of their own')
    .option('-H, --header <key=value>', 'a header of every record, repeatable', collectPair)
    .option('-p, --partition <number>', 'write to this partition (default: by key)', parseWhole)
    .option('-Z, --empty-as-null', 'empty values are null, which deletes keys of compacted topics')
    .option('--throughput <records>', 'at most so many records a second', parseCount)
    .addOption(compressionOption())
    .addOption(acksOption())
    .option('--no-idempotent', 'allow retries to double or reorder records')
    .option('--linger <time>', 'wait so long for more records before sending', parseDuration)
    .option('-q, --quiet', 'say nothing when all went well')
    .action(async (name: string, options: ProduceOptions) => {
      await withKafka(context, options, async (kafka) => {
        const [records, bytes, durationMs] = await send(context, kafka, name, options);
        if (options.json) {
          context.output.line(JSON.stringify({ topic: name, records, bytes, durationMs: Math.round(durationMs) }));
        } else if (!options.quiet) {
          context.output.line(`sent ${grouped(records)} records (${grouped(bytes)} bytes) to ${name}`);
        }
      });
      if (context.signal.aborted) context.setExitCode(EXIT_INTERRUPTED);
    });
}

export function compressionOption(): Option {
  return new Option('-z, --compression <codec>', 'compress batches')
    .choices(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
    .default('none');
}

export function acksOption(): Option {
  return new Option('--acks <who>', 'who has a record before it counts as written')
    .choices(['all', '1', '0'])
    .default('all');
}

type KafkaClient = Parameters<Parameters<typeof withKafka>[2]>[0];

async function send(
  context: CliContext,
  kafka: KafkaClient,
  name: string,
  options: ProduceOptions,
): Promise<[records: number, bytes: number, durationMs: number]> {
  const input = options.file === undefined ? context.input() : createReadStream(options.file);
  const stop = new AbortController();
  // What was read until then is still sent.
  const onInterrupt = (): void => stop.abort();
  context.signal.addEventListener('abort', onInterrupt, { once: true });
  stop.signal.addEventListener('abort', () => input.destroy());
  if (context.signal.aborted) stop.abort();

  const acks = options.acks === 'all' ? ('all' as const) : options.acks === '1' ? (1 as const) : (0 as const);
  let delivered = 0;
  await using producer = kafka.producer({
    acks,
    idempotent: options.idempotent && acks === 'all',
    compression: options.compression,
    ...(options.linger === undefined ? {} : { lingerMs: options.linger }),
    // Time to be found missing, but none to be waited for: it would not come.
    onDelivery: ({ recordCount, error }) => {
      if (error === undefined) delivered += recordCount;
      else stop.abort();
    },
  });
  const beganMs = performance.now();
  const count = { records: 0, bytes: 0 };
  using _progress = new Progress(context, () => `${grouped(delivered)} records written`);
  const paced = pace(readRecords(input, readOptions(options)), options.throughput, stop.signal, count);
  try {
    await producer.sendAll(declareTopic(name), paced);
  } finally {
    context.signal.removeEventListener('abort', onInterrupt);
    input.destroy();
  }
  return [count.records, count.bytes, performance.now() - beganMs];
}

function readOptions(options: ProduceOptions): ReadRecordsOptions {
  const { format, key, header, partition } = options;
  const isJson = format === 'json';
  if (isJson && options.keySeparator !== undefined) {
    throw wrongUsage('--key-separator is for --format lines: JSON has keys of its own');
  }
  const delimiter = Buffer.from(unescaped(options.delimiter));
  if (delimiter.length === 0) throw wrongUsage('--delimiter is empty');
  return {
    delimiter,
    isJson,
    keySeparator: options.keySeparator === undefined ? undefined : Buffer.from(unescaped(options.keySeparator)),
    emptyIsNull: options.emptyAsNull ?? false,
    fixed: {
      ...(key === undefined ? {} : { key }),
      ...(header === undefined ? {} : { headers: Object.fromEntries(header) }),
      ...(partition === undefined ? {} : { partition }),
    },
  };
}

/** Counts, holds back what comes too fast, and ends without a failure when it is told to stop. */
async function* pace(
  records: AsyncIterable<RawRecordToSend>,
  perSecond: number | undefined,
  signal: AbortSignal,
  count: { records: number; bytes: number },
): AsyncIterable<RawRecordToSend> {
  const beganMs = performance.now();
  try {
    for await (const record of records) {
      if (perSecond !== undefined) {
        const waitMs = beganMs + (count.records * 1_000) / perSecond - performance.now();
        if (waitMs > 0) await sleep(waitMs, undefined, { signal });
      }
      count.records++;
      count.bytes += lengthOf(record.value) + lengthOf(record.key ?? null);
      yield record;
      if (signal.aborted) return;
    }
  } catch (error) {
    // Ended from here, the input complains that it was.
    if (!signal.aborted) throw error;
  }
}

function lengthOf(content: Uint8Array | string | null): number {
  return content === null ? 0 : Buffer.byteLength(content);
}

function unescaped(text: string): string {
  const known: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' };
  return text.replace(/\\([ntr0\\])/g, (_all, letter: string) => known[letter] ?? letter);
}
