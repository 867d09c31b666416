/**
 * The assignor `range`: every member gets a run of neighbouring partitions of each topic that it wants. Topics with equally many
 * partitions that the same members want are divided alike, so that partition n of all of them is with one member (joins).
 *
 * In this order: equal division, racks where they tell members apart (runs are then given up), stickiness: members stand in the order of what
 * they had, so that nothing moves while nothing changes.
 */
import type { Assignment } from '../topic-partitions.ts';
import {
  byIdentity,
  compare,
  usefulRacks,
  wantersOf,
  type Assigning,
  type Assignor,
  type AssignorInput,
  type AssignorMember,
  type AssignorTopic,
} from './assignor.ts';

export const rangeAssignor: Assignor = { name: 'range', assign };

const CHUNK = 4_096;
const NONE: ReadonlySet<number> = new Set();

interface TopicOf {
  readonly topicId: string;
  readonly topic: AssignorTopic;
}

/** Topics that are divided alike. */
interface Alike {
  readonly members: readonly AssignorMember[];
  readonly partitionCount: number;
  readonly topics: TopicOf[];
}

function* assign(input: AssignorInput): Assigning {
  const targets = new Map<string, Map<string, number[]>>();
  for (const { memberId } of input.members) targets.set(memberId, new Map());
  let steps = 0;
  for (const alike of topicsAlike(input)) {
    const members = inOrder(alike);
    const shares = sharedRacks(alike) ?? [];
    const division = shares.length > 0 ? yield* byRack(alike, members, shares) : byRange(alike, members);
    for (const [index, partitions] of division.entries()) {
      if (partitions.length === 0) continue;
      const target = targets.get(members[index]?.memberId ?? '');
      for (const { topicId } of alike.topics) {
        target?.set(topicId, [...partitions]);
        if ((steps += partitions.length) < CHUNK) continue;
        steps = 0;
        yield;
      }
    }
  }
  return targets;
}

function topicsAlike({ members, topics }: AssignorInput): Alike[] {
  const sorted = [...members].sort(byIdentity);
  const wanting = wantersOf(sorted);
  const names = new Map<readonly number[], string>();
  const found = new Map<string, Alike>();
  for (const [topicId, topic] of [...topics].sort(([one], [other]) => compare(one, other))) {
    const wanters = wanting.get(topicId);
    if (wanters === undefined) continue;
    const name = names.get(wanters) ?? wanters.join();
    names.set(wanters, name);
    const key = `${topic.partitionCount}:${name}`;
    const alike = found.get(key);
    if (alike !== undefined) {
      alike.topics.push({ topicId, topic });
      continue;
    }
    const wantedBy = wanters.map((index) => sorted[index] as AssignorMember);
    found.set(key, { members: wantedBy, partitionCount: topic.partitionCount, topics: [{ topicId, topic }] });
  }
  return [...found.values()];
}

/** Members in the order of the partitions that they had; those without stand at the end. */
function inOrder({ members, topics }: Alike): AssignorMember[] {
  const topicIds = new Set(topics.map(({ topicId }) => topicId));
  const places = new Map(members.map((member) => [member, firstHad(member.before, topicIds)]));
  // The sort is stable, so that members without a place stay in the order of their names.
  return [...members].sort((one, other) => {
    const [place, otherPlace] = [places.get(one) ?? Infinity, places.get(other) ?? Infinity];
    return place === otherPlace ? 0 : place - otherPlace;
  });
}

function firstHad(before: Assignment, topicIds: ReadonlySet<string>): number {
  let first = Infinity;
  for (const [topicId, [partition = Infinity]] of before) if (topicIds.has(topicId)) first = Math.min(first, partition);
  return first;
}

/** How many partitions the member at that place gets. */
function quota(place: number, partitionCount: number, memberCount: number): number {
  return Math.floor(partitionCount / memberCount) + (place < partitionCount % memberCount ? 1 : 0);
}

function byRange({ partitionCount }: Alike, members: readonly AssignorMember[]): number[][] {
  let next = 0;
  return members.map((_, place) => {
    const count = quota(place, partitionCount, members.length);
    const partitions = Array.from({ length: count }, (_unused, at) => next + at);
    next += count;
    return partitions;
  });
}

/** Racks of the partitions if they help, and are the same for all topics that are divided alike. */
function sharedRacks({ members, topics }: Alike): readonly (string | null)[] | undefined {
  const [first, ...others] = topics.map(({ topic }) => usefulRacks(topic, members));
  if (first === undefined) return undefined;
  const areSame = others.every((racks) => racks !== undefined && racks.every((rack, at) => rack === first[at]));
  return areSame ? first : undefined;
}

/** As many as possible go to a member of their rack: first those that it had, then others in order; the rest fills up. */
function* byRack(
  { partitionCount, topics }: Alike,
  members: readonly AssignorMember[],
  racks: readonly (string | null)[],
): Generator<void, number[][], undefined> {
  const before = new Map(members.map((member) => [member, partitionsBefore(member.before, topics)]));
  const had = (member: AssignorMember, partition: number): boolean => before.get(member)?.has(partition) === true;
  const taken = new Uint8Array(partitionCount);
  const division: number[][] = members.map(() => []);
  const room = members.map((_, place) => quota(place, partitionCount, members.length));
  const take = (place: number, partition: number): void => {
    taken[partition] = 1;
    division[place]?.push(partition);
    room[place] = (room[place] ?? 0) - 1;
  };
  const sameRack = ({ rackId }: AssignorMember, partition: number): boolean =>
    rackId !== null && racks[partition] === rackId;
  const passes: readonly ((member: AssignorMember, partition: number) => boolean)[] = [
    (member, partition) => sameRack(member, partition) && had(member, partition),
    sameRack,
    had,
    () => true,
  ];
  let steps = 0;
  for (const isWanted of passes) {
    for (const [place, member] of members.entries()) {
      for (let partition = 0; partition < partitionCount && (room[place] ?? 0) > 0; partition++) {
        if (taken[partition] === 0 && isWanted(member, partition)) take(place, partition);
        if (++steps < CHUNK) continue;
        steps = 0;
        yield;
      }
    }
  }
  for (const partitions of division) partitions.sort((one, other) => one - other);
  return division;
}

/** What a member had of any of these topics. */
function partitionsBefore(before: Assignment, topics: readonly TopicOf[]): ReadonlySet<number> {
  if (before.size === 0) return NONE;
  return new Set(topics.flatMap(({ topicId }) => before.get(topicId) ?? []));
}
