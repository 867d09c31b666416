import { readFile } from 'node:fs/promises';
import { messageOf, MillraceError } from '@millrace/base';
import {
  KafkaError,
  type Admin,
  type OffsetReset,
  type Outcome,
  type ResetTarget,
  type TopicPartition,
} from '@millrace/sdk';
import { InvalidArgumentError, type Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import {
  clusterCommand,
  throwFailures,
  withAdmin,
  wrongUsage,
  type ClusterOptions,
} from '../../cluster/cluster-command.ts';
import { printTable } from '../../output.ts';
import { collectName, parseTime, parseWhole } from '../option-parsers.ts';

interface ResetOptions extends ClusterOptions {
  readonly topic?: readonly string[];
  readonly toEarliest?: true;
  readonly toLatest?: true;
  readonly toOffset?: number;
  readonly toTime?: number;
  readonly shiftBy?: number;
  readonly fromFile?: string;
  readonly execute?: true;
  readonly dryRun?: true;
}

type Reset = Outcome<TopicPartition, OffsetReset>;

export function resetOffsetsCommand(context: CliContext): Command {
  return clusterCommand('reset-offsets', 'move a group without members to other offsets', [
    'millrace groups reset-offsets reporting --to-earliest --topic orders        # only shows what it would do',
    'millrace groups reset-offsets reporting --to-earliest --topic orders --execute',
    'millrace groups reset-offsets reporting --to-time -2h --topic orders:0,1 --execute',
    'millrace groups reset-offsets reporting --from-file offsets.csv --execute   # topic,partition,offset on each line',
  ])
    .argument('<group>')
    .option(
      '-t, --topic <topic[:partitions]>',
      'topic, or orders:0,2; repeatable (default: all that it has)',
      collectName,
    )
    .option('--to-earliest', 'to the first record')
    .option('--to-latest', 'behind the last record')
    .option('--to-offset <offset>', 'to this offset', parseWhole)
    .option('--to-time <time>', 'to the first record at or behind a time: ISO, -2h, or @<ms>', (text) =>
      parseTime(text),
    )
    .option('--shift-by <records>', 'so many on, or back when negative', parseShift)
    .option('--from-file <csv>', 'to what the file says: topic,partition,offset on each line')
    .option('--execute', 'do it; without, it is only shown')
    .option('--dry-run', 'only show it (the default)')
    .action(async (groupId: string, options: ResetOptions) => {
      const { output } = context;
      if (options.execute && options.dryRun) throw wrongUsage('give --execute or --dry-run, not both');
      const execute = options.execute ?? false;
      const outcomes = await withAdmin(context, options, (admin) => reset(admin, groupId, options, context.signal));
      const failures: unknown[] = [];
      const done = outcomes.filter((each) => {
        if (!each.ok) failures.push(each.error);
        return each.ok;
      });
      const rows = done.flatMap((each) => (each.ok ? [each] : []));
      if (options.json) {
        const told = rows.map(({ topic, partition, from, to }) => ({ topic, partition, from: from ?? null, to }));
        output.line(JSON.stringify({ groupId, executed: execute, offsets: told }));
      } else {
        const cells = rows.map(({ topic, partition, from, to }) => [
          topic,
          String(partition),
          from === undefined ? '-' : String(from),
          String(to),
        ]);
        printTable(output, ['TOPIC', 'PARTITION', 'FROM', 'TO'], cells);
        if (!execute) output.line('nothing is changed yet: add --execute');
      }
      throwFailures(failures, `${String(failures.length)} of ${String(outcomes.length)} offsets were not set`);
    });
}

function parseShift(text: string): number {
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new InvalidArgumentError('it must be a whole number like 10 or -10');
  return Number(text);
}

async function reset(
  admin: Admin,
  groupId: string,
  options: ResetOptions,
  signal: AbortSignal,
): Promise<readonly Reset[]> {
  const dryRun = !(options.execute ?? false);
  const targets: ResetTarget[] = [
    ...(options.toEarliest ? ['earliest' as const] : []),
    ...(options.toLatest ? ['latest' as const] : []),
    ...(options.toOffset === undefined ? [] : [{ offset: options.toOffset }]),
    ...(options.toTime === undefined ? [] : [{ timestampMs: options.toTime }]),
    ...(options.shiftBy === undefined ? [] : [{ shiftBy: options.shiftBy }]),
  ];
  const [to] = targets;
  if (targets.length + (options.fromFile === undefined ? 0 : 1) !== 1) {
    throw wrongUsage(
      'say where to, once: --to-earliest, --to-latest, --to-offset, --to-time, --shift-by or --from-file',
    );
  }
  if (options.fromFile !== undefined) {
    if (options.topic !== undefined) throw wrongUsage('the file names topics and partitions: leave out --topic');
    const outcomes: Reset[] = [];
    for (const { topic, partition, offset } of await readOffsets(options.fromFile)) {
      const one = { to: { offset }, partitions: [{ topic, partition }], dryRun, signal };
      outcomes.push(...(await admin.resetGroupOffsets(groupId, one)));
    }
    return outcomes;
  }
  if (to === undefined) throw wrongUsage('say where to');
  const { topics, partitions } = selectionOf(options.topic);
  const outcomes = await admin.resetGroupOffsets(groupId, {
    to,
    ...(topics.length > 0 ? { topics } : {}),
    ...(partitions.length > 0 ? { partitions } : {}),
    dryRun,
    signal,
  });
  if (options.topic === undefined && outcomes.length === 0) throw await nothingToMove(admin, groupId, signal);
  return outcomes;
}

/** Without topics its offsets tell where, so that a mistyped name must not look like work done. */
async function nothingToMove(admin: Admin, groupId: string, signal: AbortSignal): Promise<KafkaError> {
  const [described] = await admin.describeGroups([groupId], { signal });
  const isMissing =
    described?.ok === true ? described.state === 'Dead' : described?.error.kafkaCode === 'GROUP_ID_NOT_FOUND';
  const found = isMissing ? `there is no group "${groupId}"` : `group "${groupId}" has no committed offsets`;
  return new KafkaError(
    'MILLRACE_CLIENT_INVALID_STATE',
    `${found}, so that nothing can be moved: correct the name, or say with --topic where it is to begin`,
  );
}

function selectionOf(selected: readonly string[] = []): { topics: string[]; partitions: TopicPartition[] } {
  const topics: string[] = [];
  const partitions: TopicPartition[] = [];
  for (const each of selected) {
    const [topic = '', numbers, ...more] = each.split(':');
    if (topic === '' || more.length > 0 || (numbers !== undefined && !/^\d{1,9}(,\d{1,9})*$/.test(numbers))) {
      throw wrongUsage(`--topic ${each}: it must be a topic, or one with partitions like orders:0,2`);
    }
    if (numbers === undefined) topics.push(topic);
    else partitions.push(...numbers.split(',').map((number) => ({ topic, partition: Number(number) })));
  }
  return { topics, partitions };
}

async function readOffsets(path: string): Promise<(TopicPartition & { readonly offset: number })[]> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (cause) {
    throw new MillraceError('MILLRACE_CLI_INPUT', `cannot read the offsets: ${messageOf(cause)}`, { cause });
  }
  return content.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [, topic, partition, offset] = /^\s*([^,\s]+)\s*,\s*(\d{1,9})\s*,\s*(\d{1,15})\s*$/.exec(line) ?? [];
    if (topic === undefined) {
      throw new MillraceError(
        'MILLRACE_CLI_INPUT',
        `${path} line ${String(index + 1)} is not topic,partition,offset: ${line.slice(0, 80)}`,
      );
    }
    return [{ topic, partition: Number(partition), offset: Number(offset) }];
  });
}
