/** Options of `millrace log`, and which partitions they select. */
import { MillraceError } from '@millrace/base';
import { Command, InvalidArgumentError } from 'commander';
import { readTopicNames } from './topic-names.ts';

export interface LogOptions {
  readonly dataDir: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: OffsetRange;
  readonly json?: true;
}

export interface OffsetRange {
  readonly fromOffset: number;
  readonly toOffset: number;
}

interface PartitionId {
  readonly topicId: string;
  readonly partition: number;
}

export interface Selection extends Partial<OffsetRange> {
  readonly dataDir: string;
  /** Absent when all are selected. */
  readonly selects?: (id: PartitionId) => boolean;
  /** The partition as a user knows it. */
  readonly nameOf: (id: PartitionId) => string;
}

export function logCommand(name: string, summary: string, description: string): Command {
  return new Command(name)
    .summary(summary)
    .description(description)
    .requiredOption('-d, --data-dir <dir>', 'data directory of a broker')
    .option('-t, --topic <topic>', 'only this topic (name or id)')
    .option('-p, --partition <number>', 'only partitions of this number', parsePartition)
    .option('-o, --offset <range>', 'only batches with these offsets: 5, 5..9, 5.. or ..9', parseOffsets)
    .option('--json', 'print JSON');
}

export async function selectionOf({ dataDir, topic, partition, offset }: LogOptions): Promise<Selection> {
  const names = await readTopicNames(dataDir);
  const nameOf = ({ topicId, partition: number }: PartitionId): string => `${names.get(topicId) ?? topicId}-${number}`;
  if (topic === undefined && partition === undefined) return { dataDir, nameOf, ...offset };
  const topicId = topic === undefined ? undefined : idOf(topic, names, dataDir);
  const selects = (id: PartitionId): boolean =>
    (topicId === undefined || id.topicId === topicId) && (partition === undefined || id.partition === partition);
  return { dataDir, nameOf, selects, ...offset };
}

function idOf(topic: string, names: ReadonlyMap<string, string>, dataDir: string): string {
  for (const [topicId, name] of names) if (name === topic) return topicId;
  if (names.has(topic) || /^[\w-]{22}$/.test(topic)) return topic;
  const known = [...names.values()].sort().join(', ');
  throw new MillraceError(
    'MILLRACE_CLIENT_INVALID_OPTION',
    `${dataDir} has no topic "${topic}"; it has ${known === '' ? 'no names at all: give the id' : known}`,
    { details: { topic } },
  );
}

function parsePartition(text: string): number {
  const partition = Number(text);
  if (text === '' || !Number.isInteger(partition) || partition < 0) {
    throw new InvalidArgumentError('it must be a whole number from 0');
  }
  return partition;
}

export function parseOffsets(text: string): OffsetRange {
  const [, from, dots, to] = /^(\d*)(\.\.)?(\d*)$/.exec(text) ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) {
    throw new InvalidArgumentError('it must be like 5, 5..9, 5.. or ..9');
  }
  const fromOffset = from === '' ? 0 : Number(from);
  const toOffset = dots === undefined ? fromOffset : to === '' ? Infinity : Number(to);
  if (toOffset < fromOffset) throw new InvalidArgumentError('its end lies before its start');
  return { fromOffset, toOffset };
}
