/** Sets of partitions by topic id, as consumer groups handle them. All are immutable by convention: a change makes a new map. */

/** Partitions by topic id, each list rising. A topic without partitions is absent. */
export type Assignment = ReadonlyMap<string, readonly number[]>;

/** Partitions that a member has, each with the epoch of the member in which it got it. A topic without partitions is absent. */
export type HeldPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** As requests and records list them. */
export interface TopicPartitionList {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

export const NO_ASSIGNMENT: Assignment = new Map();
export const NOTHING_HELD: HeldPartitions = new Map();

export function toAssignment(lists: Iterable<TopicPartitionList>): Assignment {
  const byTopic = new Map<string, number[]>();
  for (const { topicId, partitions } of lists) {
    if (partitions.length === 0) continue;
    byTopic.set(topicId, [...(byTopic.get(topicId) ?? []), ...partitions]);
  }
  for (const [topicId, partitions] of byTopic) byTopic.set(topicId, [...new Set(partitions)].sort(byNumber));
  return byTopic;
}

export function partitionsOf(held: HeldPartitions): Assignment {
  const byTopic = new Map<string, number[]>();
  for (const [topicId, partitions] of held) byTopic.set(topicId, [...partitions.keys()].sort(byNumber));
  return byTopic;
}

/** All of it as got in the epoch. */
export function heldSince(assignment: Assignment, epoch: number): HeldPartitions {
  const held = new Map<string, ReadonlyMap<number, number>>();
  for (const [topicId, partitions] of assignment) held.set(topicId, new Map(partitions.map((each) => [each, epoch])));
  return held;
}

export function isSameAssignment(one: Assignment, other: Assignment): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others?.length !== partitions.length) return false;
    for (let index = 0; index < partitions.length; index++) if (partitions[index] !== others[index]) return false;
  }
  return true;
}

export function isSameHolding(one: HeldPartitions, other: HeldPartitions): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others?.size !== partitions.size) return false;
    for (const [partition, epoch] of partitions) if (others.get(partition) !== epoch) return false;
  }
  return true;
}

/** Whether both hold the same partitions, whenever they got them. */
export function hasSamePartitions(one: HeldPartitions, other: HeldPartitions): boolean {
  return one.size === other.size && [...one].every(([topicId, held]) => holdsExactly(held, other.get(topicId)));
}

function holdsExactly(one: ReadonlyMap<number, number>, other: ReadonlyMap<number, number> | undefined): boolean {
  if (one.size !== other?.size) return false;
  for (const partition of one.keys()) if (!other.has(partition)) return false;
  return true;
}

/** Whether all of these partitions are held. */
export function isHeld(lists: readonly TopicPartitionList[], held: HeldPartitions): boolean {
  return lists.every(({ topicId, partitions }) => partitions.every((each) => held.get(topicId)?.has(each) === true));
}

/** Whether any of these partitions is held. */
export function isAnyHeld(lists: readonly TopicPartitionList[], held: HeldPartitions): boolean {
  return lists.some(({ topicId, partitions }) => partitions.some((each) => held.get(topicId)?.has(each) === true));
}

export function byNumber(one: number, other: number): number {
  return one - other;
}
