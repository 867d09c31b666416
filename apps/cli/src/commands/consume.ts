import { allOrThrow, type Admin, type Consumer, type RawTopic, type TopicPartition } from '@millrace/sdk';
import { Option, type Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { clusterCommand, withKafka, wrongUsage, type ClusterOptions } from '../cluster/cluster-command.ts';
import type { Output } from '../output.ts';
import { grouped, Progress } from '../progress.ts';
import { collectPartitions, parseCount } from './option-parsers.ts';
import { jsonFormat, parseFormat, type ConsumedRecord, type WriteRecord } from './records/record-format.ts';
import { parsePlace, rangesOf, type PartitionRange, type StartPlace } from './records/start-place.ts';

interface ConsumeOptions extends ClusterOptions {
  readonly from?: StartPlace;
  readonly fromBeginning?: true;
  readonly group?: string;
  readonly partition?: readonly number[];
  readonly count?: number;
  readonly exit?: true;
  readonly format?: WriteRecord;
  readonly isolation: 'committed' | 'uncommitted';
}

const VALUE_PER_LINE = parseFormat('%s\\n');
const END_CHECK_MS = 100;
/** Printing takes no time, unless nobody reads what is printed. */
const REVOKE_TIMEOUT_MS = 1_000;

export function consumeCommand(context: CliContext): Command {
  return clusterCommand('consume', 'print records of topics', [
    'millrace consume orders --from beginning -e             # all there are, then exit',
    'millrace consume orders --from -10 -n 10                # the last ten of each partition, ten in all',
    "millrace consume orders -f '%t-%p@%o %k: %s\\n' --from -1h",
    'millrace consume orders prices -g reporting --json      # as a member of a group, from where it stopped',
  ])
    .argument('<topic...>')
    .option(
      '-o, --from <place>',
      'beginning, end, an offset, -10 (the last ten), a time, -10m, @<ms> (default: end)',
      parsePlace,
    )
    .option('--from-beginning', 'the same as --from beginning')
    .option('-g, --group <id>', 'read as a member of this group, and commit what was printed')
    .option('-p, --partition <numbers>', 'only these partitions: 3, or 0,2,5..7', collectPartitions)
    .option('-n, --count <records>', 'exit after so many records', parseCount)
    .option('-e, --exit', 'exit at the end that the partitions have when it starts')
    .option(
      '-f, --format <text>',
      '%s value, %k key, %t topic, %p partition, %o offset, %T timestamp, %h headers, %S and %K lengths, \\n \\t',
      parseFormat,
    )
    .addOption(
      new Option('--isolation <level>', 'committed leaves out open and aborted transactions')
        .choices(['committed', 'uncommitted'])
        .default('committed'),
    )
    .action(async (topics: string[], options: ConsumeOptions) => {
      checkOptions(options);
      await withKafka(context, options, async (kafka, admin) => {
        const { signal } = context;
        const { group, isolation } = options;
        const revokeTimeoutMs = REVOKE_TIMEOUT_MS;
        const place: StartPlace = options.from ?? {
          kind: 'place',
          at: options.fromBeginning || group !== undefined ? 'earliest' : 'latest',
        };
        const needsRanges = group === undefined || options.exit === true;
        const partitions = needsRanges ? await partitionsOf(admin, topics, options.partition, signal) : [];
        const ranges = await rangesOf(admin, partitions, place, { isolation, signal });
        const from = place.kind === 'place' && place.at === 'latest' ? ('latest' as const) : ('earliest' as const);
        await using consumer =
          group === undefined
            ? kafka.consumer<RawTopic>({ isolation, revokeTimeoutMs })
            : kafka.consumer<RawTopic>({ group, topics, isolation, from, revokeTimeoutMs });
        if (group === undefined) {
          await consumer.assign(ranges.map(({ topic, partition, startOffset: at }) => ({ topic, partition, at })));
        }
        await print(context, consumer, options, ranges);
      });
    });
}

function checkOptions({ from, fromBeginning, group, partition, format, json }: ConsumeOptions): void {
  if (from !== undefined && fromBeginning) throw wrongUsage('give --from or --from-beginning, not both');
  if (format !== undefined && json) throw wrongUsage('give --format or --json, not both');
  if (group === undefined) return;
  if (partition !== undefined) throw wrongUsage('a group shares partitions out by itself: leave out --partition');
  if (from !== undefined && (from.kind !== 'place' || typeof from.at !== 'string')) {
    throw wrongUsage(
      'a group goes on where it stopped, --from says beginning or end for one that has not begun; move it with `millrace groups reset-offsets`',
    );
  }
}

async function partitionsOf(
  admin: Admin,
  topics: readonly string[],
  wanted: readonly number[] | undefined,
  signal: AbortSignal,
): Promise<TopicPartition[]> {
  const described = allOrThrow(await admin.describeTopics([...new Set(topics)], { signal }));
  return described.flatMap(({ name: topic, partitionCount }) =>
    (wanted ?? Array.from({ length: partitionCount }, (_, partition) => partition)).map((partition) => ({
      topic,
      partition,
    })),
  );
}

async function print(
  context: CliContext,
  consumer: Consumer,
  options: ConsumeOptions,
  ranges: readonly PartitionRange[],
): Promise<void> {
  const { output, signal } = context;
  const { count = Infinity } = options;
  const write = options.json ? jsonFormat : (options.format ?? VALUE_PER_LINE);
  const end = new AbortController();
  const stopped = AbortSignal.any([signal, end.signal]);
  const isAtEnd = (): boolean => options.exit === true && hasReached(consumer, ranges, options.group !== undefined);
  // Behind the last record there may be what no reader is handed, such as ends of transactions.
  const timer = options.exit ? setInterval(() => isAtEnd() && end.abort(), END_CHECK_MS) : undefined;
  let printed = 0;
  using _progress = new Progress(
    { ...context, isWatched: context.isWatched && !context.isOutputWatched },
    () => `${grouped(printed)} records`,
  );
  try {
    while (printed < count && !isAtEnd() && !stopped.aborted) {
      // No more than is wanted: what is handed out and not printed would be waited for.
      const limit = Number.isFinite(count) ? { maxRecords: count - printed } : {};
      for await (const batch of consumer.batches({ signal: stopped, ...limit })) {
        const done = await printBatch(output, batch, write, signal);
        batch.done(done);
        printed += done;
        if (Number.isFinite(count) || isAtEnd()) break;
      }
    }
  } finally {
    clearInterval(timer);
  }
}

/** Resolves with how many records were written: all of them unless nobody reads on. */
async function printBatch(
  output: Output,
  batch: Iterable<ConsumedRecord>,
  write: WriteRecord,
  signal: AbortSignal,
): Promise<number> {
  let printed = 0;
  for (const message of batch) {
    if (signal.aborted) break;
    const drained = output.write(write(message));
    if (drained !== undefined) await drained;
    printed++;
  }
  return printed;
}

/** Whether every partition that this member reads has come to where it ended at the start. */
function hasReached(consumer: Consumer, ranges: readonly PartitionRange[], isMember: boolean): boolean {
  const mine = consumer.assignment();
  if (isMember && mine.length === 0) return false;
  return ranges.every(({ topic, partition, endOffset }) => {
    const isMine = mine.some((each) => each.topic === topic && each.partition === partition);
    return !isMine || (consumer.position({ topic, partition }) ?? -1) >= endOffset;
  });
}
