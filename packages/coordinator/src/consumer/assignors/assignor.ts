import type { Assignment } from '../topic-partitions.ts';

/** A member as an assignor sees it. */
export interface AssignorMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  /** Ids of the topics that it wants; members that want the same may share the set. */
  readonly topicIds: ReadonlySet<string>;
  /** Its target so far. */
  readonly before: Assignment;
}

/** A topic as an assignor sees it. */
export interface AssignorTopic {
  readonly partitionCount: number;
  /** Rack of each partition's broker, null where unknown; absent when none is known. */
  readonly racks?: readonly (string | null)[];
}

export interface AssignorInput {
  readonly members: readonly AssignorMember[];
  /** Every topic that somebody wants, by id. */
  readonly topics: ReadonlyMap<string, AssignorTopic>;
}

/** Yields from time to time, so that others get a turn. Returns the target of every member by its id. */
export type Assigning = Generator<void, ReadonlyMap<string, Assignment>, undefined>;

/**
 * Divides the partitions of topics among the members that want them. Pure: the same input gives the same targets. Whatever it decides,
 * each partition of a topic that somebody wants goes to exactly one of those who want it.
 */
export interface Assignor {
  readonly name: string;
  assign(input: AssignorInput): Assigning;
}

/** Static members by their instance, then the others by their id, so that who comes back under a new id keeps its place. */
export function byIdentity(one: AssignorMember, other: AssignorMember): number {
  if (one.instanceId !== null && other.instanceId !== null) return compare(one.instanceId, other.instanceId);
  if (one.instanceId !== null) return -1;
  if (other.instanceId !== null) return 1;
  return compare(one.memberId, other.memberId);
}

export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** For each topic the indexes of the members that want it, rising. Members that share their set of topics are looked at together. */
export function wantersOf(members: readonly AssignorMember[]): ReadonlyMap<string, readonly number[]> {
  const bySet = new Map<ReadonlySet<string>, number[]>();
  members.forEach(({ topicIds }, index) => {
    const alike = bySet.get(topicIds);
    if (alike === undefined) bySet.set(topicIds, [index]);
    else alike.push(index);
  });
  const wanters = new Map<string, number[][]>();
  for (const [topicIds, indexes] of bySet) {
    for (const topicId of topicIds) {
      const lists = wanters.get(topicId);
      if (lists === undefined) wanters.set(topicId, [indexes]);
      else lists.push(indexes);
    }
  }
  const merged = ([first = [], ...others]: readonly number[][]): readonly number[] =>
    others.length === 0 ? first : [first, ...others].flat().sort((one, other) => one - other);
  return new Map([...wanters].map(([topicId, lists]) => [topicId, merged(lists)]));
}

/** Racks of a topic's partitions when they can tell members apart: members and partitions have some, and not all the same. */
export function usefulRacks(
  { racks }: AssignorTopic,
  members: readonly AssignorMember[],
): readonly (string | null)[] | undefined {
  if (racks === undefined || !members.some(({ rackId }) => rackId !== null)) return undefined;
  return racks.some((rack) => rack !== racks[0]) ? racks : undefined;
}
