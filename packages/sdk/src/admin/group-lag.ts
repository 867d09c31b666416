/** How far a group is behind: its offsets against the ends of the partitions. */
import type { TopicPartition } from '../topic-partition.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';
import { fetchGroupOffsets } from './group-offsets.ts';
import { listOffsets } from './list-offsets.ts';
import { oneOrThrow, type Outcome } from './outcome.ts';

export interface GroupLagOptions extends CallOptions {
  /** Where partitions end for the group: `committed` leaves out what open transactions hold back. Default `uncommitted`. */
  readonly isolation?: 'uncommitted' | 'committed';
  /** Partitions to tell of although the group keeps no offset for them, such as those that its members are assigned. */
  readonly partitions?: readonly TopicPartition[];
}

export interface PartitionLag {
  /** Undefined when the group keeps none. */
  readonly offset: number | undefined;
  readonly startOffset: number;
  readonly endOffset: number;
  /** Records to be read, as far as offsets tell: compacted and control records count too. Undefined without an offset. */
  readonly lagRecords: number | undefined;
}

export async function fetchGroupLag(
  call: AdminCall,
  groupId: string,
  { isolation = 'uncommitted', partitions: also = [] }: GroupLagOptions,
): Promise<Outcome<TopicPartition, PartitionLag>[]> {
  const { offsets } = oneOrThrow(await fetchGroupOffsets(call, [{ groupId }], {}));
  const known = new Set(offsets.map(({ topic, partition }) => `${topic} ${String(partition)}`));
  const without = also.filter(({ topic, partition }) => !known.has(`${topic} ${String(partition)}`));
  const all = [...offsets, ...without.map((each) => ({ ok: true as const, ...each, offset: undefined }))];
  const at = (place: 'earliest' | 'latest') =>
    listOffsets(
      call,
      all.map(({ topic, partition }) => ({ topic, partition, at: place })),
      { isolation },
    );
  const [earliest, latest] = await Promise.all([at('earliest'), at('latest')]);
  return all.map((each, index): Outcome<TopicPartition, PartitionLag> => {
    const { topic, partition } = each;
    const [start, end] = [earliest[index], latest[index]];
    if (!each.ok) return each;
    if (start === undefined || end === undefined) throw new Error('a partition has no offsets');
    if (!start.ok) return start;
    if (!end.ok) return end;
    const [startOffset, endOffset] = [start.offset ?? 0, end.offset ?? 0];
    const lagRecords =
      each.offset === undefined ? undefined : Math.max(0, endOffset - Math.max(each.offset, startOffset));
    return { ok: true, topic, partition, offset: each.offset, startOffset, endOffset, lagRecords };
  });
}
