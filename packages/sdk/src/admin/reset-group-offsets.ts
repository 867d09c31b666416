/** Moving a group to another place in its partitions, as one operation with a plan that can be looked at first. */
import type { TopicPartition } from '../topic-partition.ts';
import type { KafkaError } from '../error.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';
import { describeTopics } from './describe-topics.ts';
import { alterGroupOffsets, fetchGroupOffsets } from './group-offsets.ts';
import { listOffsets, type OffsetPlace } from './list-offsets.ts';
import { PartitionAnswers } from './node-refs.ts';
import { allOrThrow, oneOrThrow, type Outcome } from './outcome.ts';

/** Where to: a place, a time, an offset, or so many records on (or back, when negative). */
export type ResetTarget =
  | Extract<OffsetPlace, 'earliest' | 'latest'>
  | Date
  | { readonly timestampMs: number }
  | { readonly offset: number }
  | { readonly shiftBy: number };

export interface ResetOffsetsOptions extends CallOptions {
  readonly to: ResetTarget;
  /** Topics with all of their partitions. Default, without `partitions`: what the group has offsets for. */
  readonly topics?: readonly string[];
  readonly partitions?: readonly TopicPartition[];
  /** Only tell what would be set. Default false. */
  readonly dryRun?: boolean;
}

export interface OffsetReset {
  /** Undefined when the group had none. */
  readonly from: number | undefined;
  /** Within what the partition holds; a time behind the last record is its end. */
  readonly to: number;
}

interface Planned extends TopicPartition, OffsetReset {}

export async function resetGroupOffsets(
  call: AdminCall,
  groupId: string,
  { to, topics, partitions, dryRun = false }: ResetOffsetsOptions,
): Promise<Outcome<TopicPartition, OffsetReset>[]> {
  const wanted = await partitionsToReset(call, groupId, topics, partitions);
  if (wanted.length === 0) return [];
  const plan = await planOf(call, groupId, wanted, to);
  const planned = plan.filter((each) => each.ok);
  const failures = new PartitionAnswers<KafkaError>();
  if (!dryRun) {
    const offsets = planned.map(({ topic, partition, to: offset }) => ({ topic, partition, offset }));
    for (const set of await alterGroupOffsets(call, groupId, offsets)) {
      if (!set.ok) failures.set(set.topic, set.partition, set.error);
    }
  }
  return plan.map((each) => {
    const error = failures.get(each);
    return error === undefined ? each : { ok: false, topic: each.topic, partition: each.partition, error };
  });
}

async function partitionsToReset(
  call: AdminCall,
  groupId: string,
  topics: readonly string[] | undefined,
  partitions: readonly TopicPartition[] | undefined,
): Promise<TopicPartition[]> {
  if (topics === undefined && partitions === undefined) {
    const { offsets } = oneOrThrow(await fetchGroupOffsets(call, [{ groupId }], {}));
    return offsets.map(({ topic, partition }) => ({ topic, partition }));
  }
  const described = allOrThrow(await describeTopics(call, topics ?? [], {}));
  const ofTopics = described.flatMap(({ name, partitions: all }) =>
    all.map(({ partition }) => ({ topic: name, partition })),
  );
  const chosen = new PartitionAnswers<true>();
  return [...ofTopics, ...(partitions ?? [])].filter(({ topic, partition }) => {
    const isNew = chosen.get({ topic, partition }) === undefined;
    chosen.set(topic, partition, true);
    return isNew;
  });
}

async function planOf(
  call: AdminCall,
  groupId: string,
  partitions: readonly TopicPartition[],
  to: ResetTarget,
): Promise<Outcome<TopicPartition, OffsetReset>[]> {
  const at = (place: OffsetPlace) =>
    listOffsets(
      call,
      partitions.map(({ topic, partition }) => ({ topic, partition, at: place })),
      {},
    );
  const place = placeOf(to);
  const [[current], earliest, latest, found] = await Promise.all([
    fetchGroupOffsets(call, [{ groupId, partitions }], {}),
    at('earliest'),
    at('latest'),
    place === undefined ? undefined : at(place),
  ]);
  const committed = new PartitionAnswers<number>();
  for (const each of current === undefined ? [] : oneOrThrow([current]).offsets) {
    if (each.ok && each.offset !== undefined) committed.set(each.topic, each.partition, each.offset);
  }
  return partitions.map(({ topic, partition }, index): Outcome<TopicPartition, OffsetReset> => {
    const [first, end, there] = [earliest[index], latest[index], found?.[index]];
    if (first === undefined || end === undefined) throw new Error('a partition has no offsets');
    for (const each of [first, end, there]) if (each?.ok === false) return each;
    if (!first.ok || !end.ok || there?.ok === false) throw new Error('unreachable: failures have returned');
    const [start, behind] = [first.offset ?? 0, end.offset ?? 0];
    const from = committed.get({ topic, partition });
    const goal = goalOf(to, from, there?.offset, { start, behind });
    const planned: Planned = { topic, partition, from, to: Math.min(Math.max(goal, start), behind) };
    return { ok: true, ...planned };
  });
}

/** What has to be looked up; undefined when it is known from the ends and the group. */
function placeOf(to: ResetTarget): OffsetPlace | undefined {
  if (to instanceof Date) return to;
  return typeof to === 'object' && 'timestampMs' in to ? to : undefined;
}

function goalOf(
  to: ResetTarget,
  from: number | undefined,
  found: number | undefined,
  { start, behind }: { readonly start: number; readonly behind: number },
): number {
  if (to === 'earliest') return start;
  if (to === 'latest') return behind;
  if ('offset' in to) return to.offset;
  if ('shiftBy' in to) return (from ?? (to.shiftBy < 0 ? behind : start)) + to.shiftBy;
  return found ?? behind;
}
