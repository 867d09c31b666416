import { startBroker, type TestBroker } from '@millrace/testing';
import { kafka, oneOrThrow } from '../src/index.ts';
import { describeAdmin } from './admin-scenarios.ts';

describe('the admin client on Millrace', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await startBroker();
  });

  afterAll(() => broker.close());

  describeAdmin(() => ({ address: broker.bootstrapServers }));

  it('says that there are no rules of access', async () => {
    await using client = kafka({ brokers: broker.brokers });

    await expect(client.admin().describeAcls()).rejects.toMatchObject({ kafkaCode: 'SECURITY_DISABLED' });
  });

  it('goes on after its broker was away', async () => {
    const own = await startBroker();
    await using client = kafka({ brokers: own.brokers });
    const admin = client.admin();
    oneOrThrow(await admin.createTopics([{ name: 'orders' }]));

    await own.stop();
    await own.start();

    expect((await admin.listTopics()).map(({ name }) => name)).toEqual(['orders']);
    await own.close();
  });
});

describe('the admin client on several brokers', () => {
  let cluster: TestBroker;

  beforeAll(async () => {
    cluster = await startBroker({ brokers: 3, topics: { orders: 6 } });
  });

  afterAll(() => cluster.close());

  it('asks the leader of each partition, and finds the new one after a move', async () => {
    await using client = kafka({ brokers: cluster.brokers });
    const admin = client.admin();
    const everywhere = [0, 1, 2, 3, 4, 5].map((partition) => ({ topic: 'orders', partition, at: 'latest' as const }));
    expect((await admin.listOffsets(everywhere)).every(({ ok }) => ok)).toBe(true);

    for (const { partition } of everywhere) {
      const leader = await cluster.leaderOf('orders', partition);
      const next = cluster.nodeIds.find((nodeId) => nodeId !== leader) ?? leader;
      await cluster.moveLeader('orders', partition, next);
    }

    expect((await admin.listOffsets(everywhere)).map((each) => (each.ok ? each.offset : each.error.message))).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  it('tells what the brokers that it reached have, and which it did not', async () => {
    await using client = kafka({ brokers: cluster.brokers, connectTimeoutMs: 500 });
    const admin = client.admin();
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const id of ids) oneOrThrow(await admin.alterGroupOffsets(id, [{ topic: 'orders', partition: 0, offset: 0 }]));

    const { groups, failures } = await admin.listGroups();

    expect(failures).toEqual([]);
    expect(groups.map(({ groupId }) => groupId)).toEqual(ids);
    const dirs = await admin.describeLogDirs();
    expect(dirs.map(({ nodeId }) => nodeId)).toEqual(cluster.nodeIds);
  });
});
