/** Three workers and ten connectors, while workers come and go and connectors change: nothing ever runs twice, and all runs in the end. */
import { SeededRandom } from '@millrace/base';
import { startBroker } from '@millrace/testing';
import { WorkerCluster } from './distributed/worker-cluster.ts';

const STEPS = 25;
const CONNECTORS = 10;
const WORKERS = 3;

describe('a group of workers in which everything changes', () => {
  const seed = Number(process.env['CHAOS_SEED'] ?? 1);
  it(`runs everything once (seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker, { 'scheduled.rebalance.max.delay.ms': '300ms' });
    await Promise.all(Array.from({ length: WORKERS }, () => cluster.add()));
    const expected = new Map<string, number>();

    for (let step = 0; step < STEPS; step++) {
      const name = `c${random.nextInt(CONNECTORS)}`;
      const worker = cluster.present[random.nextInt(cluster.present.length)];
      switch (random.nextInt(5)) {
        case 0:
          await worker?.stop();
          void cluster.add();
          if (cluster.present.length === 0) await cluster.add();
          break;
        case 1:
          if (!expected.delete(name)) break;
          await cluster.ask((herder) => herder.deleteConnector(name));
          break;
        case 2:
          if (expected.has(name)) await cluster.ask((herder) => herder.restartConnector(name));
          break;
        default: {
          const tasks = 1 + random.nextInt(4);
          expected.set(name, tasks);
          await cluster.put(name, { 'tasks.max': String(tasks), step: String(step) });
        }
      }
    }

    await cluster.settles(Object.fromEntries(expected));
    cluster.checkHistory();
  });
});
