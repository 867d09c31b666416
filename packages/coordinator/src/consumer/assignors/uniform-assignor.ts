/**
 * The assignor `uniform`: everybody gets the same number of partitions, give or take one, as far as subscriptions allow, and keeps
 * what it had.
 *
 * In this order: balance, stickiness, racks. Members that all want the same topics differ by at most one partition. With different
 * subscriptions no single move of a partition to another member that wants it makes the loads more even.
 * Bounds: with P partitions and M members O(P + M) when all want the same; else O(P × M) at worst. It yields every `CHUNK` steps.
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

export const uniformAssignor: Assignor = {
  name: 'uniform',
  assign: (input) => new UniformAssignment(input).run(),
};

const CHUNK = 4_096;
const NOBODY = -1;

/** A topic with the member (by index) that each partition goes to. */
interface TopicState {
  readonly topicId: string;
  readonly topic: AssignorTopic;
  readonly racks: readonly (string | null)[] | undefined;
  /** Indexes of the members that want it. */
  readonly wanting: readonly number[];
  readonly owners: Int32Array;
}

class UniformAssignment {
  readonly #members: readonly AssignorMember[];
  readonly #topics: readonly TopicState[];
  readonly #byId: ReadonlyMap<string, TopicState>;
  /** Partitions by member. */
  readonly #loads: Int32Array;
  #steps = 0;

  constructor({ members, topics }: AssignorInput) {
    this.#members = [...members].sort(byIdentity);
    this.#loads = new Int32Array(members.length);
    const wanting = wantersOf(this.#members);
    this.#topics = [...topics]
      .filter(([topicId]) => wanting.has(topicId))
      .sort(([one], [other]) => compare(one, other))
      .map(([topicId, topic]) => ({
        topicId,
        topic,
        racks: usefulRacks(topic, members),
        wanting: wanting.get(topicId) ?? [],
        owners: new Int32Array(topic.partitionCount).fill(NOBODY),
      }));
    this.#byId = new Map(this.#topics.map((state) => [state.topicId, state]));
  }

  *run(): Assigning {
    if (this.#members.length === 0) return new Map();
    const areAlike = this.#topics.every(({ wanting }) => wanting.length === this.#members.length);
    yield* this.#keep(areAlike ? this.#quotas() : null);
    yield* this.#fill();
    if (!areAlike) yield* this.#even();
    return yield* this.#targets();
  }

  /** How many each member may keep: the larger shares go to those who have more. */
  #quotas(): Int32Array {
    let partitionCount = 0;
    for (const { topic } of this.#topics) partitionCount += topic.partitionCount;
    const share = Math.floor(partitionCount / this.#members.length);
    let largerShares = partitionCount % this.#members.length;
    const quotas = new Int32Array(this.#members.length).fill(share);
    this.#members.forEach(({ before }, index) => {
      if (largerShares > 0 && this.#validCount(before) > share) {
        quotas[index] = share + 1;
        largerShares--;
      }
    });
    for (let index = 0; largerShares > 0; index++) {
      if (quotas[index] === share) {
        quotas[index] = share + 1;
        largerShares--;
      }
    }
    return quotas;
  }

  #validCount(before: Assignment): number {
    let count = 0;
    for (const [topicId, partitions] of before) {
      const partitionCount = this.#byId.get(topicId)?.topic.partitionCount ?? 0;
      for (const partition of partitions) if (partition < partitionCount) count++;
    }
    return count;
  }

  /** Everybody keeps what it had, up to its quota; those in its own rack first. */
  *#keep(quotas: Int32Array | null): Generator<void, void, undefined> {
    const usesRacks = this.#topics.some(({ racks }) => racks !== undefined);
    for (const pass of usesRacks ? (['sameRack', 'any'] as const) : (['any'] as const)) {
      for (const [index, { before, rackId, topicIds }] of this.#members.entries()) {
        if (this.#isTurn()) yield;
        for (const state of this.#statesOf(before)) {
          if (!topicIds.has(state.topicId)) continue;
          for (const partition of before.get(state.topicId) ?? []) {
            if (this.#isTurn()) yield;
            if (partition >= state.owners.length || state.owners[partition] !== NOBODY) continue;
            if (pass === 'sameRack' && (state.racks === undefined || state.racks[partition] !== rackId)) continue;
            if (quotas !== null && this.#load(index) >= (quotas[index] ?? 0)) break;
            this.#give(state, partition, index);
          }
        }
      }
    }
  }

  /** The topics of an assignment that there are still, in order. */
  #statesOf(assignment: Assignment): TopicState[] {
    return [...assignment.keys()]
      .map((topicId) => this.#byId.get(topicId))
      .filter((state) => state !== undefined)
      .sort((one, other) => compare(one.topicId, other.topicId));
  }

  /** What nobody has goes to the least loaded; among those to one in its rack. */
  *#fill(): Generator<void, void, undefined> {
    // Topics that few want first, while their members still have room.
    const topics = [...this.#topics].sort((one, other) => one.wanting.length - other.wanting.length);
    for (const state of topics) {
      if (!state.owners.includes(NOBODY)) continue;
      const queue = new LoadQueue(state.wanting, this.#loads);
      this.#steps += state.wanting.length;
      for (let partition = 0; partition < state.owners.length; partition++) {
        if (this.#isTurn()) yield;
        if (state.owners[partition] !== NOBODY) continue;
        const rack = state.racks?.[partition];
        const index = rack === undefined ? queue.least() : queue.least((each) => this.#member(each).rackId === rack);
        this.#give(state, partition, index);
        queue.onLoaded(index);
      }
    }
  }

  /** Moves partitions to members with less, one topic after the other, until no move helps. */
  *#even(): Generator<void, void, undefined> {
    for (let hasMoved = true; hasMoved;) {
      hasMoved = false;
      for (const state of this.#topics) {
        const held = new Map<number, number[]>();
        state.owners.forEach((index, partition) => {
          const partitions = held.get(index);
          if (partitions === undefined) held.set(index, [partition]);
          else partitions.push(partition);
        });
        for (;;) {
          this.#steps += state.wanting.length;
          if (this.#isTurn()) yield;
          const [most, least] = this.#extremes(state.wanting, held);
          if (most === NOBODY || this.#load(most) - this.#load(least) <= 1) break;
          const partition = held.get(most)?.pop() ?? 0;
          this.#loads[most] = this.#load(most) - 1;
          this.#give(state, partition, least);
          held.set(least, [...(held.get(least) ?? []), partition]);
          hasMoved = true;
        }
      }
    }
  }

  /** Who has most of those that could give, and who has least. */
  #extremes(wanting: readonly number[], held: ReadonlyMap<number, readonly number[]>): [most: number, least: number] {
    let most = NOBODY;
    let least = NOBODY;
    for (const index of wanting) {
      const load = this.#load(index);
      if ((held.get(index)?.length ?? 0) > 0 && (most === NOBODY || load > this.#load(most))) most = index;
      if (least === NOBODY || load < this.#load(least)) least = index;
    }
    return [most, least];
  }

  *#targets(): Assigning {
    const targets = new Map<string, Map<string, number[]>>();
    for (const { memberId } of this.#members) targets.set(memberId, new Map());
    for (const { topicId, owners } of this.#topics) {
      for (let partition = 0; partition < owners.length; partition++) {
        if (this.#isTurn()) yield;
        const target = targets.get(this.#member(owners[partition] ?? NOBODY).memberId);
        const partitions = target?.get(topicId);
        if (partitions === undefined) target?.set(topicId, [partition]);
        else partitions.push(partition);
      }
    }
    return targets;
  }

  #give(state: TopicState, partition: number, index: number): void {
    state.owners[partition] = index;
    this.#loads[index] = this.#load(index) + 1;
  }

  #load(index: number): number {
    return this.#loads[index] ?? 0;
  }

  #member(index: number): AssignorMember {
    return this.#members[index] as AssignorMember;
  }

  #isTurn(): boolean {
    if (++this.#steps < CHUNK) return false;
    this.#steps = 0;
    return true;
  }
}

/** Members by load, lowest first, in the order of their names among equals. */
class LoadQueue {
  /** Buckets of members with the same load; those that have moved on are skipped when they surface. */
  readonly #buckets: number[][] = [];
  readonly #loads: Int32Array;
  #lowest: number;

  constructor(members: readonly number[], loads: Int32Array) {
    this.#loads = loads;
    let lowest = Infinity;
    for (const index of members) {
      const load = loads[index] ?? 0;
      lowest = Math.min(lowest, load);
      (this.#buckets[load] ??= []).push(index);
    }
    this.#lowest = lowest;
    for (const bucket of this.#buckets) bucket?.reverse();
  }

  /** The least loaded member; among equals one that is preferred, if there is any. */
  least(isPreferred?: (index: number) => boolean): number {
    const bucket = this.#lowestBucket();
    const preferred = isPreferred === undefined ? NOBODY : bucket.findLastIndex(isPreferred);
    if (preferred !== NOBODY) bucket.push(...bucket.splice(preferred, 1));
    return bucket.at(-1) ?? NOBODY;
  }

  /** The one that {@link least} gave has one more now. */
  onLoaded(index: number): void {
    this.#buckets[this.#lowest]?.pop();
    (this.#buckets[this.#loads[index] ?? 0] ??= []).unshift(index);
  }

  #lowestBucket(): number[] {
    for (;;) {
      const bucket = this.#buckets[this.#lowest];
      if (bucket !== undefined && bucket.length > 0) return bucket;
      this.#lowest++;
    }
  }
}
