import fc from 'fast-check';
import type { Assignor, GroupMember, GroupToAssign } from '../assignor.ts';
import { PartitionSet } from '../partition-set.ts';
import type { TopicPartition } from '../../topic-partition.ts';
import { BUILT_IN_ASSIGNORS } from './built-in.ts';
import { encodeGeneration, encodePreviousAssignment } from './sticky-user-data.ts';

const TOPICS = ['t0', 't1', 't2', 't3'];
const PARAMETERS = { numRuns: 300 };

const counts = fc
  .array(fc.nat(7), { minLength: 4, maxLength: 4 })
  .map((each) => new Map(each.flatMap((count, index) => (count > 0 ? [[TOPICS[index] ?? '', count] as const] : []))));
const subscription = fc.uniqueArray(fc.constantFrom(...TOPICS), { minLength: 1 });

/** A member that joins, leaves or changes its mind, or topics that grow. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('join' as const), topics: subscription }),
  fc.record({ kind: fc.constant('leave' as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant('change' as const), which: fc.nat(20), topics: subscription }),
  fc.record({ kind: fc.constant('grow' as const), topic: fc.constantFrom(...TOPICS) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Player {
  readonly memberId: string;
  topics: readonly string[];
  owned = new PartitionSet();
  generation = -1;

  constructor(memberId: string, topics: readonly string[]) {
    this.memberId = memberId;
    this.topics = topics;
  }

  say(assignor: Assignor): GroupMember {
    const isCooperative = assignor.kind === 'cooperative';
    const partitions = this.owned.toArray();
    return {
      memberId: this.memberId,
      instanceId: null,
      topics: this.topics,
      // A member gives up what it does not want any more before it joins.
      owned: isCooperative ? partitions.filter(({ topic }) => this.topics.includes(topic)) : [],
      generation: this.generation,
      rack: null,
      userData: isCooperative
        ? encodeGeneration(this.generation)
        : encodePreviousAssignment({ partitions, generation: this.generation }),
    };
  }
}

class Group {
  readonly players: Player[] = [];
  readonly counts: Map<string, number>;
  readonly #assignor: Assignor;
  #born = 0;
  #generation = 0;

  constructor(assignor: Assignor, partitionCounts: ReadonlyMap<string, number>) {
    this.#assignor = assignor;
    this.counts = new Map(partitionCounts);
  }

  apply(each: Step): void {
    if (each.kind === 'join') {
      this.players.push(new Player(`m${String((this.#born * 7) % 10)}-${String(this.#born++)}`, each.topics));
    } else if (each.kind === 'grow') {
      this.counts.set(each.topic, (this.counts.get(each.topic) ?? 0) + 1);
    } else if (this.players.length > 0) {
      const index = each.which % this.players.length;
      if (each.kind === 'leave') this.players.splice(index, 1);
      else (this.players[index] as Player).topics = each.topics;
    }
  }

  /** One rebalance as members live it; returns whether somebody gave something up and so asks for another. */
  async rebalance(): Promise<boolean> {
    const group: GroupToAssign = {
      members: this.players.map((each) => each.say(this.#assignor)),
      partitionCounts: this.counts,
    };
    const assignment = await this.#assignor.assign(group);
    this.#generation++;
    let hasGivenUp = false;
    const isCooperative = this.#assignor.kind === 'cooperative';
    const kept = new Map<Player, PartitionSet>();
    for (const player of this.players) {
      const given = new PartitionSet(assignment.get(player.memberId)?.partitions);
      const said = new PartitionSet(group.members.find(({ memberId }) => memberId === player.memberId)?.owned);
      if (isCooperative && said.minus(given).size > 0) hasGivenUp = true;
      kept.set(player, given);
    }
    // The new owner may be faster than the old one: what it got must not be held by anybody else even before they give up.
    if (isCooperative) {
      for (const [player, given] of kept) {
        for (const other of this.players) {
          if (other === player) continue;
          const listed = new PartitionSet(group.members.find(({ memberId }) => memberId === other.memberId)?.owned);
          expect(given.and(listed).toArray()).toEqual([]);
        }
      }
    }
    for (const [player, given] of kept) {
      player.owned = given;
      player.generation = this.#generation;
    }
    return hasGivenUp;
  }

  async settle(): Promise<void> {
    for (let rounds = 0; await this.rebalance(); rounds++) expect(rounds).toBeLessThan(3);
  }

  wanted(): PartitionSet {
    const all = new PartitionSet();
    for (const topic of new Set(this.players.flatMap(({ topics }) => topics))) {
      for (let partition = 0; partition < (this.counts.get(topic) ?? 0); partition++) all.add(topic, partition);
    }
    return all;
  }

  /** Every partition that somebody wants has exactly one owner, who wants it. */
  expectWhole(): void {
    const owned = this.players.flatMap((each) => each.owned.toArray());
    expect(owned.length).toBe(this.wanted().size);
    expect(new PartitionSet(owned).equals(this.wanted())).toBe(true);
    for (const { topics, owned: own } of this.players) for (const { topic } of own) expect(topics).toContain(topic);
  }

  /** No chain of hand-overs makes two members' shares more even. */
  expectBalanced(): void {
    for (const start of this.players) {
      const reached = new Set([start]);
      for (const from of reached) {
        for (const to of this.players) {
          if (from.owned.toArray().some(({ topic }) => to.topics.includes(topic))) reached.add(to);
        }
      }
      for (const end of reached) expect(start.owned.size - end.owned.size).toBeLessThanOrEqual(1);
    }
  }
}

const NAMES = ['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const;

describe.each(NAMES)('the %s assignor', (name) => {
  const assignor = BUILT_IN_ASSIGNORS[name];
  const isSticky = name.endsWith('sticky');

  it('gives every wanted partition to exactly one member that wants it, whatever happened before', async () => {
    await fc.assert(
      fc.asyncProperty(counts, fc.array(step, { minLength: 1, maxLength: 12 }), async (partitionCounts, steps) => {
        const group = new Group(assignor, partitionCounts);
        for (const each of steps) {
          group.apply(each);
          if (group.players.length === 0) continue;
          await group.settle();
          group.expectWhole();
          if (isSticky) group.expectBalanced();
        }
      }),
      PARAMETERS,
    );
  });

  it('keeps shares within one when all want the same', async () => {
    if (name === 'range') return;
    await fc.assert(
      fc.asyncProperty(counts, fc.integer({ min: 1, max: 9 }), async (partitionCounts, memberCount) => {
        const group = new Group(assignor, partitionCounts);
        for (let n = 0; n < memberCount; n++) {
          group.apply({ kind: 'join', topics: TOPICS });
          await group.settle();
          const sizes = group.players.map(({ owned }) => owned.size);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
      PARAMETERS,
    );
  });
});

describe.each(['sticky', 'cooperative-sticky'] as const)('the %s assignor', (name) => {
  it('moves nothing when nothing has changed, and no more than needed when a member comes or goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        counts,
        fc.integer({ min: 2, max: 6 }),
        fc.nat(5),
        async (partitionCounts, memberCount, gone) => {
          const group = new Group(BUILT_IN_ASSIGNORS[name], partitionCounts);
          for (let n = 0; n < memberCount; n++) group.apply({ kind: 'join', topics: TOPICS });
          await group.settle();
          const total = group.wanted().size;

          expect(await movedBy(group, () => undefined)).toEqual([]);
          const joined = await movedBy(group, () => group.apply({ kind: 'join', topics: TOPICS }));
          expect(joined.length).toBeLessThanOrEqual(Math.ceil(total / (memberCount + 1)));
          const left = await movedBy(group, () => group.apply({ kind: 'leave', which: gone }));
          expect(left).toEqual([]);
        },
      ),
      PARAMETERS,
    );
  });

  /** What members that stayed had to give to others. */
  async function movedBy(group: Group, change: () => void): Promise<TopicPartition[]> {
    const before = new Map(group.players.map((player) => [player, player.owned]));
    change();
    await group.settle();
    return group.players.flatMap((player) => (before.get(player)?.minus(player.owned) ?? new PartitionSet()).toArray());
  }
});

it('hands a cooperative partition claimed twice to neither, until both have let go', async () => {
  const group = new Group(BUILT_IN_ASSIGNORS['cooperative-sticky'], new Map([['t0', 1]]));
  for (const topics of [['t0'], ['t0']]) group.apply({ kind: 'join', topics });
  for (const player of group.players) {
    player.owned.add('t0', 0);
    player.generation = 5;
  }
  const assignment = await BUILT_IN_ASSIGNORS['cooperative-sticky'].assign({
    members: group.players.map((each) => each.say(BUILT_IN_ASSIGNORS['cooperative-sticky'])),
    partitionCounts: group.counts,
  });

  expect([...assignment.values()].flatMap(({ partitions }) => partitions)).toEqual([]);
});
