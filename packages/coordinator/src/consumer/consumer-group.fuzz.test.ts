import { ORDERS, TOPIC_ID } from '../../test/group-fixture.ts';
import { ConsumerWorld } from '../../test/consumer-world.ts';
import type { GroupShard } from '../group/group-shard.ts';
import { ConsumerGroup } from './consumer-group.ts';

/** Seeds of the runs; FUZZ_SEED runs one alone. */
const SEEDS =
  process.env['FUZZ_SEED'] === undefined
    ? Array.from({ length: 25 }, (_, at) => at + 1)
    : [Number(process.env['FUZZ_SEED'])];
const OTHER = { name: 'other', topicId: 'AAAAAAAAAAAAAAAAAAAAeA' };

/** All that a shard knows of its consumer groups, whatever the order. */
function stateOf(shard: GroupShard): unknown {
  return [...shard.groups()]
    .filter((group) => group instanceof ConsumerGroup)
    .map((group) => ({
      groupId: group.groupId,
      epoch: group.epoch,
      hash: group.hash,
      target: [group.targetEpoch, group.targetTimestampMs],
      members: [...group.members.values()]
        .map(({ memberId, subscription, current }) => ({ memberId, subscription, current }))
        .sort((one, other) => (one.memberId < other.memberId ? -1 : 1)),
      targets: [...group.targets].sort(([one], [other]) => (one < other ? -1 : 1)),
      patterns: [...group.patterns].sort(([one], [other]) => (one < other ? -1 : 1)),
    }));
}

function act(world: ConsumerWorld): void {
  const { fixture, alive } = world;
  const picked = alive[world.below(Math.max(1, alive.length))];
  switch (world.below(9)) {
    case 0:
    case 1:
      if (alive.length < 7) world.start({ topics: world.chance(3) ? [ORDERS, OTHER.name] : [ORDERS] });
      break;
    case 2:
      if (alive.length < 7) world.start({ pattern: 'o.*', ...(world.chance(2) && { assignor: 'range' }) });
      break;
    case 3: {
      const instanceId = `i${world.below(2)}`;
      if (!alive.some(({ options }) => options.instanceId === instanceId))
        world.start({ topics: [ORDERS], instanceId });
      break;
    }
    case 4:
      if (picked !== undefined) world.leave(picked, picked.options.instanceId === undefined ? -1 : -2);
      break;
    case 5:
      if (picked !== undefined) world.crash(picked);
      break;
    case 6:
      if (picked !== undefined && picked.options.pattern === undefined) {
        picked.topics = picked.topics.length === 1 ? [ORDERS, OTHER.name] : [ORDERS];
        picked.isFull = true;
      }
      break;
    case 7:
      if (world.chance(2)) fixture.topics.add(OTHER.name, OTHER.topicId, 1 + world.below(8));
      else fixture.topics.add(ORDERS, TOPIC_ID, (fixture.topics.byName(ORDERS)?.partitionCount ?? 0) + 1);
      break;
    case 8:
      if (world.chance(2)) fixture.restart();
  }
}

describe('members of a consumer group', () => {
  it.each(SEEDS)('never have a partition twice, and have all of them in the end (seed %d)', (seed) => {
    const world = new ConsumerWorld(seed);
    world.start({ topics: [ORDERS] });
    for (let turn = 0; turn < 60; turn++) {
      act(world);
      world.run(250 * (1 + world.below(16)), 12);
    }
    const { fixture } = world;
    world.start({ topics: [ORDERS, OTHER.name] });
    fixture.topics.add(OTHER.name, OTHER.topicId, 9);

    // Sessions of those that crashed end, then a round of revocations and of what waited for them.
    world.run(120_000);

    const count = (fixture.topics.byName(ORDERS)?.partitionCount ?? 0) + 9;
    expect(world.owners().size).toBe(count);
    const group = fixture.shard.group('g');
    expect(group?.state).toBe('Stable');

    const live = [...fixture.shard.liveRecords()];
    for (const source of [fixture.records, live, [...fixture.records, ...live]]) {
      expect(stateOf(fixture.rebuilt(source))).toEqual(stateOf(fixture.shard));
    }
  });

  it.each(SEEDS.slice(0, 8))('are the same in a log that ends anywhere (seed %d)', (seed) => {
    const world = new ConsumerWorld(seed);
    for (let turn = 0; turn < 25; turn++) {
      act(world);
      world.run(2_000, 12);
    }
    const records = [...world.fixture.records];
    // Whatever is cut off, what is left can be loaded and served.
    for (let end = 0; end < records.length; end += 1 + Math.floor(records.length / 60)) {
      const shard = world.fixture.rebuilt(records.slice(0, end));
      for (const group of shard.groups()) expect(group.groupId).toBe('g');
    }
  });
});
