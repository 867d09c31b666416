import { ORDERS } from '../../test/group-fixture.ts';
import { ConsumerWorld } from '../../test/consumer-world.ts';
import type { RebalanceKind } from '../../test/classic-client.ts';
import { ConsumerGroup } from './consumer-group.ts';

/** Seeds of the runs; FUZZ_SEED runs one alone. */
const SEEDS =
  process.env['FUZZ_SEED'] === undefined
    ? Array.from({ length: 15 }, (_, at) => at + 1)
    : [Number(process.env['FUZZ_SEED'])];

function act(world: ConsumerWorld, kind: RebalanceKind, allows: { consumers: boolean; restarts: boolean }): void {
  const classics = world.classics.filter(({ isAlive }) => isAlive);
  const classic = classics[world.below(Math.max(1, classics.length))];
  const consumer = world.alive[world.below(Math.max(1, world.alive.length))];
  switch (world.below(8)) {
    case 0:
    case 1:
      if (classics.length < 4) world.startClassic(kind, [ORDERS]);
      break;
    case 2:
    case 3:
      if (allows.consumers && world.alive.length < 4) world.start({ topics: [ORDERS] });
      break;
    case 4:
      if (consumer !== undefined) world.leave(consumer);
      break;
    case 5:
      if (classic !== undefined) classic.leave();
      break;
    case 6:
      if (world.chance(2)) classic?.crash();
      else if (consumer !== undefined) world.crash(consumer);
      break;
    case 7:
      if (allows.restarts && world.chance(2)) world.restart();
  }
}

describe.each(['eager', 'cooperative'] as const)('a group of %s classic clients and of consumers', (kind) => {
  it.each(SEEDS)('never has a partition twice while it goes from one to the other and back (seed %d)', (seed) => {
    const world = new ConsumerWorld(seed);
    world.startClassic(kind, [ORDERS]);
    world.startClassic(kind, [ORDERS]);
    world.run(15_000);
    for (let turn = 0; turn < 40; turn++) {
      act(world, kind, { consumers: turn % 20 > 4, restarts: true });
      world.run(250 * (1 + world.below(24)), 20);
      // Twice on the way all consumers go, and the group is a classic one again.
      if (turn % 20 === 19) for (const consumer of world.alive) world.leave(consumer);
    }
    world.start({ topics: [ORDERS] });
    world.startClassic(kind, [ORDERS]);

    world.run(150_000);

    expect(world.owners().size).toBe(world.fixture.topics.byName(ORDERS)?.partitionCount);
    expect(world.fixture.shard.group('g')).toBeInstanceOf(ConsumerGroup);

    for (const consumer of world.alive) world.leave(consumer);
    world.run(60_000);

    expect(world.fixture.shard.group('g')?.type).toBe('classic');
    expect(world.owners().size).toBe(world.fixture.topics.byName(ORDERS)?.partitionCount);
  });
});
