import { createTempDir, startBroker, waitUntil, WireClient, type TestBroker } from '@millrace/testing';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  fetchRequest,
  fetchResponse,
  type FetchResponsePartitionData,
} from '@millrace/protocol/messages/01-fetch';
import { Kafka, logLevel, type Producer } from 'kafkajs';

const kafkaOf = ({ brokers }: TestBroker, clientId = 'shop'): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 20, maxRetryTime: 100, retries: 30 },
  });

const values = (records: readonly { readonly value: string | null }[]): (string | null)[] =>
  records.map(({ value }) => value);

describe('startBroker', () => {
  it('starts with topics, writes records and reads them back', async () => {
    await using broker = await startBroker({ topics: { orders: 2, audit: { configs: { 'retention.ms': '5000' } } } });

    const offsets = await broker.produce('orders', [
      { key: 'a', value: 'first', headers: { from: 'test' } },
      { value: null, partition: 1, timestamp: 1_700_000_000_000 },
      { value: new Uint8Array([104, 105]) },
    ]);

    expect(offsets).toEqual([0, 0, 1]);
    const records = await broker.records('orders');
    expect(records).toMatchObject([
      { topic: 'orders', partition: 0, offset: 0, key: 'a', value: 'first', headers: { from: 'test' } },
      { partition: 0, offset: 1, key: null, value: 'hi' },
      { partition: 1, offset: 0, value: null, timestamp: 1_700_000_000_000 },
    ]);
    expect(values(await broker.records('orders', { partition: 1 }))).toEqual([null]);
    expect(await broker.records('nothing')).toEqual([]);
    expect(broker.brokers).toEqual([`127.0.0.1:${broker.port}`]);
    expect(broker.bootstrapServers).toBe(broker.brokers[0]);
  });

  it('shows what consumers of committed records see, unless asked for more', async () => {
    await using broker = await startBroker({ topics: { orders: 1 } });
    const producer = kafkaOf(broker).producer({ transactionalId: 'tx', maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    for (const [value, outcome] of Object.entries({ aborted: 'abort', kept: 'commit' })) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: 'orders', messages: [{ value }] });
      await (outcome === 'abort' ? transaction.abort() : transaction.commit());
    }
    const open = await producer.transaction();
    await open.send({ topic: 'orders', messages: [{ value: 'open' }] });

    expect(values(await broker.records('orders'))).toEqual(['kept']);
    expect(values(await broker.records('orders', { includeUncommitted: true }))).toEqual(['aborted', 'kept', 'open']);
    await open.abort();
    await producer.disconnect();
  });

  it('waits for records and says how many there are when they do not come', async () => {
    await using broker = await startBroker({ topics: { orders: 1 } });
    const waiting = broker.waitForRecords('orders', 2);
    await broker.produce('orders', [{ value: 'a' }]);
    await broker.produce('orders', [{ value: 'b' }]);

    expect(values(await waiting)).toEqual(['a', 'b']);
    await expect(broker.waitForRecords('orders', 3, { timeoutMs: 20 })).rejects.toThrow(
      '3 records in orders, which has 2: not within 20 ms',
    );
  });

  it('waits for groups and shows their offsets', async () => {
    await using broker = await startBroker({ topics: { orders: 1 } });
    await broker.produce('orders', [{ value: 'a' }, { value: 'b' }]);
    const consumer = kafkaOf(broker).consumer({ groupId: 'billing' });
    await consumer.connect();
    await consumer.subscribe({ topics: ['orders'], fromBeginning: true });
    const seen: string[] = [];
    await consumer.run({ eachMessage: ({ message }) => Promise.resolve(void seen.push(String(message.value))) });

    expect(await broker.waitForGroup('billing', { members: 1 })).toMatchObject({ members: [{ clientId: 'shop' }] });
    await waitUntil('both records', () => seen.length === 2);
    await consumer.disconnect();
    await broker.waitForGroup('billing', { state: 'Empty' });
    expect(await broker.committedOffsets('billing')).toEqual([{ topic: 'orders', partition: 0, offset: 2 }]);
  });

  it('keeps records, groups and the port over a stop', async () => {
    await using broker = await startBroker({ topics: { orders: 1 } });
    const { port } = broker;
    const producer = kafkaOf(broker).producer();
    await producer.connect();
    await producer.send({ topic: 'orders', messages: [{ value: 'before' }] });

    await broker.stop();
    await expect(WireClient.connect({ port })).rejects.toThrow('ECONNREFUSED');
    const sending = producer.send({ topic: 'orders', messages: [{ value: 'after' }] });
    await broker.start();
    await sending;

    expect(broker.port).toBe(port);
    expect(values(await broker.records('orders'))).toEqual(['before', 'after']);
    await producer.disconnect();
  });

  it('keeps a data directory over a stop as well', async () => {
    await using directory = await createTempDir('start-broker');
    await using broker = await startBroker({ dataDir: directory.path, topics: { orders: 1 } });
    await broker.produce('orders', [{ value: 'kept' }]);

    await broker.stop();
    await broker.start();

    expect(values(await broker.records('orders'))).toEqual(['kept']);
  });

  it.each([
    [{ brokers: 0 }, 'brokers is the number of brokers'],
    [{ brokers: 2, dataDir: 'x' }, 'leave dataDir out'],
    [{ brokers: 2, config: { listeners: 'PLAINTEXT://:0' } }, 'several brokers cannot have the same listeners'],
    [{ clock: 'virtual', dataDir: 'x' } as const, 'a disk takes real time'],
  ])('refuses %j', async (options, reason) => {
    await expect(startBroker(options)).rejects.toThrow(reason);
  });
});

describe('several brokers', () => {
  let broker: TestBroker;
  let producer: Producer;

  const portOf = (nodeId: number): number => Number(broker.brokers[broker.nodeIds.indexOf(nodeId)]?.split(':')[1]);

  beforeEach(async () => {
    broker = await startBroker({ brokers: 3, topics: { orders: 3, source: 1 } });
    producer = kafkaOf(broker).producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
  });

  afterEach(async () => {
    await producer.disconnect();
    await broker.close();
  });

  it('are one cluster that spreads its partitions', async () => {
    await using client = await WireClient.connect({ port: broker.port });
    const { brokers } = await client.call(metadataRequest, metadataResponse, 12, createMetadataRequest({ topics: [] }));
    const leaders = await Promise.all([0, 1, 2].map((partition) => broker.leaderOf('orders', partition)));

    expect(broker.nodeIds).toEqual([1, 2, 3]);
    expect(brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`])).toEqual(
      broker.nodeIds.map((nodeId, index) => [nodeId, broker.brokers[index]]),
    );
    expect([...leaders].sort()).toEqual([1, 2, 3]);
  });

  it('hand a partition with its records to another leader, and a producer follows', async () => {
    const send = (value: string) => producer.send({ topic: 'orders', messages: [{ partition: 0, value }] });
    await send('first');
    const sent = ['first'];
    for (const nodeId of [1, 2, 3, 1, 3]) {
      const sending = send(`beside ${nodeId}`);
      await broker.moveLeader('orders', 0, nodeId);
      await sending;
      await send(`at ${nodeId}`);
      sent.push(`beside ${nodeId}`, `at ${nodeId}`);
      expect(await broker.leaderOf('orders', 0)).toBe(nodeId);
    }

    expect(values(await broker.records('orders', { partition: 0 }))).toEqual(sent);
  });

  it('wake a fetch that waits at a partition which went and came back', async () => {
    const home = await broker.leaderOf('orders', 0);
    const elsewhere = (home % 3) + 1;
    await using consumer = await WireClient.connect({ port: portOf(home) });
    const fetch = async (offset: bigint): Promise<FetchResponsePartitionData | undefined> => {
      const partition = createFetchRequestFetchPartition({
        partition: 0,
        fetchOffset: offset,
        partitionMaxBytes: 9999,
      });
      const topics = [createFetchRequestFetchTopic({ topic: 'orders', partitions: [partition] })];
      const request = createFetchRequest({ maxWaitMs: 14_000, minBytes: 1, maxBytes: 9999, topics });
      const { responses } = await consumer.call(fetchRequest, fetchResponse, 12, request);
      return responses[0]?.partitions[0];
    };
    const waiting = fetch(0n);
    await broker.moveLeader('orders', 0, elsewhere);
    expect((await waiting)?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    await broker.moveLeader('orders', 0, home);

    const startedMs = performance.now();
    const waitingAgain = fetch(0n);
    await broker.produce('orders', [{ value: 'news' }]);

    expect((await waitingAgain)?.highWatermark).toBe(1n);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('take over what a killed broker led, and give nothing twice', async () => {
    const before = await broker.leaderOf('orders', 0);
    await broker.stop(before, { kill: true });
    await producer.send({ topic: 'orders', messages: [{ partition: 0, value: 'while away' }] });
    await broker.start(before);
    await producer.send({ topic: 'orders', messages: [{ partition: 0, value: 'back' }] });

    expect(await broker.leaderOf('orders', 0)).not.toBe(before);
    expect(values(await broker.records('orders'))).toEqual(['while away', 'back']);
  });

  it('commit a transaction over partitions and offsets of several brokers', async () => {
    const transactional = kafkaOf(broker).producer({
      transactionalId: 'tx',
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await transactional.connect();
    for (const [round, outcome] of ['commit', 'abort', 'commit'].entries()) {
      const transaction = await transactional.transaction();
      for (const partition of [0, 1, 2]) {
        await transaction.send({ topic: 'orders', messages: [{ partition, value: `${round}` }] });
      }
      await transaction.sendOffsets({
        consumerGroupId: 'billing',
        topics: [{ topic: 'source', partitions: [{ partition: 0, offset: String(round * 10) }] }],
      });
      for (const partition of [0, 1, 2]) await broker.moveLeader('orders', partition, ((partition + round) % 3) + 1);
      await (outcome === 'commit' ? transaction.commit() : transaction.abort());
    }

    expect(values(await broker.records('orders'))).toEqual(['0', '2', '0', '2', '0', '2']);
    expect(await broker.committedOffsets('billing')).toEqual([{ topic: 'source', partition: 0, offset: 20 }]);
    await transactional.disconnect();
  });

  it('move coordinators with their partitions', async () => {
    const consumer = kafkaOf(broker).consumer({ groupId: 'billing', heartbeatInterval: 100, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics: ['orders'], fromBeginning: true });
    const seen: string[] = [];
    await consumer.run({ eachMessage: ({ message }) => Promise.resolve(void seen.push(String(message.value))) });
    await broker.waitForGroup('billing');

    for (let partition = 0; partition < 50; partition++) {
      const nodeId = await broker.leaderOf('__consumer_offsets', partition);
      await broker.moveLeader('__consumer_offsets', partition, (nodeId % 3) + 1);
    }
    await broker.produce('orders', [{ value: 'a' }]);
    await waitUntil('the offset', async () =>
      (await broker.committedOffsets('billing')).some(({ partition, offset }) => partition === 0 && offset === 1),
    );

    expect(seen).toContain('a');
    await consumer.disconnect();
  });

  it('refuse to move what is not there', async () => {
    await expect(broker.moveLeader('orders', 9, 1)).rejects.toThrow('there is no partition 9 of a topic "orders"');
    await expect(broker.moveLeader('orders', 0, 9)).rejects.toThrow('there is no broker 9; there are 1, 2, 3');
    await broker.stop(3);
    await expect(broker.moveLeader('orders', 0, 3)).rejects.toThrow('broker 3 is stopped');
  });
});
