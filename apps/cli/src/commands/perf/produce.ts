import { randomBytes } from 'node:crypto';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Compression, Producer } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withKafka, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { bar, grouped, Progress } from '../../progress.ts';
import { parseCount, parseDuration } from '../option-parsers.ts';
import { acksOption, compressionOption } from '../produce.ts';
import { Latencies } from './latencies.ts';
import { printPerf, type PerfResult } from './report.ts';

interface PerfProduceOptions extends ClusterOptions {
  readonly count: number;
  readonly size: number;
  readonly keys?: number;
  readonly throughput?: number;
  readonly compression: Exclude<Compression, object>;
  readonly acks: 'all' | '1' | '0';
  readonly linger?: number;
  readonly batchBytes?: number;
}

/** Records that wait for their acknowledgement at most, so that the measurement is not one of memory. */
const PENDING_MAX = 50_000;
/** Records between two looks at the network. */
const BURST = 500;

export function perfProduceCommand(context: CliContext): Command {
  return clusterCommand('produce', 'write records as fast as they are taken, and say how long each took', [
    'millrace perf produce bench --count 1000000 --size 100',
    'millrace perf produce bench --throughput 1000 --count 30000 --linger 5ms -z lz4',
  ])
    .argument('<topic>')
    .option('-n, --count <records>', 'how many', parseCount, 100_000)
    .option('--size <bytes>', 'of each value', parseCount, 100)
    .option('--keys <count>', 'number of different keys (default: none have keys)', parseCount)
    .option('--throughput <records>', 'at most so many a second', parseCount)
    .addOption(compressionOption())
    .addOption(acksOption())
    .option('--linger <time>', 'wait so long for more records before sending', parseDuration)
    .option('--batch-bytes <bytes>', 'send batches of this size', parseCount)
    .action(async (topic: string, options: PerfProduceOptions) => {
      const result = await withKafka(context, options, async (kafka) => {
        await using producer = kafka.producer({
          acks: options.acks === 'all' ? 'all' : options.acks === '1' ? 1 : 0,
          compression: options.compression,
          ...(options.linger === undefined ? {} : { lingerMs: options.linger }),
          ...(options.batchBytes === undefined ? {} : { batchBytes: options.batchBytes }),
        });
        return await measure(context, producer, topic, options);
      });
      printPerf(context.output, 'wrote', result, options.json ?? false);
    });
}

async function measure(
  context: CliContext,
  producer: Producer,
  topic: string,
  { count: records, size, keys, throughput }: PerfProduceOptions,
): Promise<PerfResult> {
  const latencies = new Latencies();
  // Half of it repeats, so that codecs have something to do.
  const value = Buffer.concat([randomBytes(Math.ceil(size / 2)), Buffer.alloc(Math.floor(size / 2), 'x')]);
  let failure: Error | undefined;
  let [sent, ended, bytes] = [0, 0, 0];
  using _progress = new Progress(context, () => `${bar(ended, records)}${grouped(ended)} records`);
  // What a first record needs (the topic's leaders, a connection) is no part of the rate.
  await producer.sendRaw(topic, { value }, { signal: context.signal });

  const beganMs = performance.now();
  const isStopped = (): boolean => context.signal.aborted || failure !== undefined;
  while (sent < records && !isStopped()) {
    const due = throughput === undefined ? records : ((performance.now() - beganMs) * throughput) / 1_000 + 1;
    const goal = Math.min(records, due, sent + BURST, ended + PENDING_MAX);
    while (sent < goal) {
      const key = keys === undefined ? undefined : `key-${String(sent % keys)}`;
      const sentMs = performance.now();
      producer.sendRaw(topic, key === undefined ? { value } : { key, value }).then(
        () => {
          latencies.add(performance.now() - sentMs);
          ended++;
        },
        (error: unknown) => {
          failure ??= error instanceof Error ? error : new Error(String(error));
          ended++;
        },
      );
      bytes += value.length + (key?.length ?? 0);
      sent++;
    }
    if (throughput === undefined) await turn();
    else await sleep(1);
  }
  await producer.flush();
  if (failure !== undefined) throw failure;
  return { records: sent, bytes, durationMs: performance.now() - beganMs, latency: latencies.summary() };
}
