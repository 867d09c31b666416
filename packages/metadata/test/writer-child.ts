/** A process that writes metadata until it is killed and says on stdout what was durable: started by kill.itest.ts. */
import { createSqliteMetaStore } from '../src/index.ts';

const [path = '', round = '0'] = process.argv.slice(2);
const store = createSqliteMetaStore({ path });

async function write(lane: number): Promise<never> {
  for (let count = 0; ; count++) {
    const name = `${round}-${lane}-${count}`;
    const topicId = `id-${name}`;
    await store.createTopic({
      name,
      topicId,
      isInternal: false,
      replicationFactor: 1,
      owners: [1],
      configs: new Map([['retention.ms', String(count)]]),
    });
    process.stdout.write(`topic ${name}\n`);
    const { leaderEpoch } = await store.acquirePartition(topicId, 0, lane, 0);
    process.stdout.write(`epoch ${name} ${leaderEpoch}\n`);
    const { firstProducerId, length } = await store.allocateProducerIds(10);
    process.stdout.write(`ids ${firstProducerId} ${length}\n`);
  }
}

await store.open();
await Promise.all([0, 1, 2].map(write));
