/**
 * Shares out partitions evenly and lets members keep what they have as far as that allows.
 *
 * Owns: whose claim counts. A partition claimed by several belongs to the one with the newest generation; claimed twice in the
 *   same generation, to none of them.
 * Invariants: every partition of a subscribed, existing topic goes to exactly one member that subscribes to it. Where all
 *   members subscribe to the same topics, shares differ by one at most and the result is that of Kafka's Java client; elsewhere
 *   no chain of moves between members could make shares more even.
 * Bounds: linear in partitions times members; evening out takes one walk over all subscriptions for each partition moved.
 * Not here: holding partitions back until their old owner let go (see ./sticky.ts).
 */
import type { TopicPartition } from '../../topic-partition.ts';
import { PartitionSet } from '../partition-set.ts';
import { byText } from './member-order.ts';

export interface StickyMember {
  readonly memberId: string;
  readonly topics: ReadonlySet<string>;
  /** What the member had. */
  readonly claimed: readonly TopicPartition[];
  /** Generation of that, −1 when unknown. */
  readonly generation: number;
}

export function assignSticky(
  members: readonly StickyMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  if (members.length === 0) return new Map();
  const sorted = [...members].sort((a, b) => byText(a.memberId, b.memberId));
  const kept = keptByMember(sorted, partitionCounts);
  const [first] = sorted;
  const isUniform = sorted.every((member) => first !== undefined && isSameSet(member.topics, first.topics));
  return isUniform ? assignUniform(sorted, partitionCounts, kept) : assignMixed(sorted, partitionCounts, kept);
}

/** What each member may keep: what it claims alone, or with the newest generation, and still subscribes to. */
function keptByMember(
  members: readonly StickyMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const best = new Map<string, Map<number, { generation: number; claims: number }>>();
  for (const member of members) {
    for (const { topic, partition } of new PartitionSet(member.claimed)) {
      let ofTopic = best.get(topic);
      if (ofTopic === undefined) best.set(topic, (ofTopic = new Map<number, { generation: number; claims: number }>()));
      const known = ofTopic.get(partition);
      if (known === undefined || known.generation < member.generation) {
        ofTopic.set(partition, { generation: member.generation, claims: 1 });
      } else if (known.generation === member.generation) {
        known.claims++;
      }
    }
  }
  return new Map(
    members.map(({ memberId, topics, claimed, generation }) => {
      const seen = new PartitionSet();
      const kept = claimed.filter(({ topic, partition }) => {
        const winner = best.get(topic)?.get(partition);
        return (
          seen.add(topic, partition) &&
          winner?.generation === generation &&
          winner.claims === 1 &&
          topics.has(topic) &&
          partition < (partitionCounts.get(topic) ?? 0)
        );
      });
      // Of too many, low partition numbers stay, whatever their topic: so shares keep some of every topic.
      return [memberId, kept.sort((a, b) => a.partition - b.partition || byText(a.topic, b.topic))];
    }),
  );
}

/**
 * All members want the same. Everybody gets the lower share; as many as there are odd partitions get one more, first those who
 * have that many already.
 */
function assignUniform(
  members: readonly StickyMember[],
  partitionCounts: ReadonlyMap<string, number>,
  kept: ReadonlyMap<string, readonly TopicPartition[]>,
): Map<string, TopicPartition[]> {
  const all = allPartitions(members[0]?.topics ?? new Set(), partitionCounts);
  const lower = Math.floor(all.length / members.length);
  const upper = Math.ceil(all.length / members.length);
  const fullMembersMax = all.length % members.length;
  let fullMembers = 0;
  const assignment = new Map<string, TopicPartition[]>();
  const taken = new PartitionSet();
  for (const { memberId } of members) {
    const had = kept.get(memberId) ?? [];
    const isFull = had.length >= upper && fullMembers < fullMembersMax;
    if (isFull) fullMembers++;
    const keeps = had.slice(0, isFull ? upper : lower);
    for (const { topic, partition } of keeps) taken.add(topic, partition);
    assignment.set(memberId, keeps);
  }

  const below = members.filter(({ memberId }) => (assignment.get(memberId)?.length ?? 0) < lower);
  const atLower = members.filter(({ memberId }) => assignment.get(memberId)?.length === lower);
  let turn = 0;
  for (const each of all) {
    if (taken.has(each)) continue;
    if (below.length > 0) {
      turn %= below.length;
      const member = below[turn];
      const partitions = assignment.get(member?.memberId ?? '');
      partitions?.push(each);
      if (member !== undefined && partitions?.length === lower) {
        below.splice(turn, 1);
        atLower.push(member);
      } else {
        turn++;
      }
    } else {
      const member = atLower.shift();
      assignment.get(member?.memberId ?? '')?.push(each);
    }
  }
  return assignment;
}

/** Members want different topics. Scarce partitions go first, each to the least loaded who wants it; then shares are evened out. */
function assignMixed(
  members: readonly StickyMember[],
  partitionCounts: ReadonlyMap<string, number>,
  kept: ReadonlyMap<string, readonly TopicPartition[]>,
): Map<string, TopicPartition[]> {
  const holdings = new Map(members.map(({ memberId }) => [memberId, new PartitionSet(kept.get(memberId))]));
  const takers = new Map<string, StickyMember[]>();
  for (const member of members) {
    for (const topic of member.topics) {
      const known = takers.get(topic);
      if (known === undefined) takers.set(topic, [member]);
      else known.push(member);
    }
  }
  const taken = new PartitionSet([...holdings.values()].flatMap((held) => held.toArray()));
  const topics = [...takers.keys()].sort(
    (a, b) => (takers.get(a)?.length ?? 0) - (takers.get(b)?.length ?? 0) || byText(a, b),
  );
  for (const topic of topics) {
    for (const each of allPartitions([topic], partitionCounts)) {
      if (taken.has(each)) continue;
      const taker = leastLoaded(takers.get(topic) ?? [], holdings);
      holdings.get(taker?.memberId ?? '')?.add(each.topic, each.partition);
    }
  }
  new EveningOut(members, takers, holdings, kept).run();
  return new Map([...holdings].map(([memberId, held]) => [memberId, held.toArray()]));
}

/** Moves partitions along chains of members from the more to the less loaded until no chain helps. */
class EveningOut {
  readonly #members: readonly StickyMember[];
  readonly #takers: ReadonlyMap<string, readonly StickyMember[]>;
  readonly #holdings: ReadonlyMap<string, PartitionSet>;
  readonly #kept: ReadonlyMap<string, PartitionSet>;

  constructor(
    members: readonly StickyMember[],
    takers: ReadonlyMap<string, readonly StickyMember[]>,
    holdings: ReadonlyMap<string, PartitionSet>,
    kept: ReadonlyMap<string, readonly TopicPartition[]>,
  ) {
    this.#members = members;
    this.#takers = takers;
    this.#holdings = holdings;
    this.#kept = new Map([...kept].map(([memberId, partitions]) => [memberId, new PartitionSet(partitions)]));
  }

  /** Ends, since every chain lowers the sum of the squared loads. */
  run(): void {
    for (let hasMoved = true; hasMoved;) {
      hasMoved = false;
      const byLoad = [...this.#members].sort((a, b) => this.#load(b) - this.#load(a) || byText(a.memberId, b.memberId));
      for (const member of byLoad) {
        const chain = this.#chainFrom(member);
        if (chain === undefined) continue;
        for (const step of chain) this.#move(step);
        hasMoved = true;
      }
    }
  }

  #load({ memberId }: StickyMember): number {
    return this.#holdings.get(memberId)?.size ?? 0;
  }

  /** The shortest chain from this member to the least loaded one that has at least two partitions fewer. */
  #chainFrom(start: StickyMember): Move[] | undefined {
    const cameBy = new Map<string, Move>();
    const seenTopics = new Set<string>();
    const reached = [start];
    let end: StickyMember | undefined;
    for (const from of reached) {
      for (const { topic } of this.#holdings.get(from.memberId)?.byTopic() ?? []) {
        if (seenTopics.has(topic)) continue;
        seenTopics.add(topic);
        for (const to of this.#takers.get(topic) ?? []) {
          if (to === start || cameBy.has(to.memberId)) continue;
          cameBy.set(to.memberId, { from, to, topic });
          reached.push(to);
          if (this.#load(to) < Math.min(this.#load(start) - 1, end === undefined ? Infinity : this.#load(end)))
            end = to;
        }
      }
    }
    if (end === undefined) return undefined;
    const chain: Move[] = [];
    for (let at = cameBy.get(end.memberId); at !== undefined; at = cameBy.get(at.from.memberId)) chain.unshift(at);
    return chain;
  }

  /** Prefers what the taker had before, then what the giver has only just got. */
  #move({ from, to, topic }: Move): void {
    const giver = this.#holdings.get(from.memberId);
    const partitions = giver?.byTopic().find((each) => each.topic === topic)?.partitions ?? [];
    const candidates = partitions.map((partition) => ({ topic, partition })).reverse();
    const chosen =
      candidates.find((each) => this.#kept.get(to.memberId)?.has(each)) ??
      candidates.find((each) => this.#kept.get(from.memberId)?.has(each) !== true) ??
      candidates[0];
    if (chosen === undefined || giver === undefined) return;
    giver.delete(chosen);
    this.#holdings.get(to.memberId)?.add(chosen.topic, chosen.partition);
  }
}

interface Move {
  readonly from: StickyMember;
  readonly to: StickyMember;
  readonly topic: string;
}

function leastLoaded(
  members: readonly StickyMember[],
  holdings: ReadonlyMap<string, PartitionSet>,
): StickyMember | undefined {
  let least: StickyMember | undefined;
  let leastLoad = Infinity;
  for (const member of members) {
    const load = holdings.get(member.memberId)?.size ?? 0;
    if (load < leastLoad) {
      least = member;
      leastLoad = load;
    }
  }
  return least;
}

function allPartitions(topics: Iterable<string>, partitionCounts: ReadonlyMap<string, number>): TopicPartition[] {
  return [...topics]
    .sort()
    .flatMap((topic) =>
      Array.from({ length: partitionCounts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })),
    );
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}
