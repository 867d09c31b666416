import { startBroker, TestClock, waitUntil, WireClient, type TestBroker } from '@millrace/testing';
import { Kafka, logLevel } from 'kafkajs';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  fetchRequest,
  fetchResponse,
  type FetchResponse,
} from '@millrace/protocol/messages/01-fetch';

const DAY_MS = 86_400_000;

const kafkaOf = ({ brokers }: TestBroker): Kafka => new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });

describe('a virtual clock', () => {
  it('stands still until it is moved', async () => {
    await using broker = await startBroker({ clock: new TestClock({ startMs: 1_800_000_000_000 }) });
    expect(broker.now()).toBe(1_800_000_000_000);
    await broker.advance(1_234);
    expect(broker.now()).toBe(1_800_000_001_234);
  });

  it('deletes what is older than the retention', async () => {
    await using broker = await startBroker({
      clock: 'virtual',
      topics: { orders: { configs: { 'retention.ms': String(7 * DAY_MS), 'segment.ms': String(DAY_MS) } } },
    });
    await broker.produce('orders', [{ value: 'old' }]);
    await broker.advance(2 * DAY_MS);
    await broker.produce('orders', [{ value: 'young' }]);
    await broker.advance(4 * DAY_MS);
    expect(await broker.records('orders')).toHaveLength(2);

    await broker.advance(2 * DAY_MS);

    expect((await broker.records('orders')).map(({ value }) => value)).toEqual(['young']);
  });

  it('answers a waiting fetch when its time is over', async () => {
    await using broker = await startBroker({ clock: 'virtual', topics: { orders: 1 } });
    await using client = await WireClient.connect({ port: broker.port });
    const partition = createFetchRequestFetchPartition({ partition: 0, fetchOffset: 0n, partitionMaxBytes: 9_999 });
    const topics = [createFetchRequestFetchTopic({ topic: 'orders', partitions: [partition] })];
    const request = createFetchRequest({ maxWaitMs: 20_000, minBytes: 1, maxBytes: 9_999, topics });
    let answer: FetchResponse | undefined;
    void client.call(fetchRequest, fetchResponse, 12, request).then((response) => (answer = response));
    const fault = broker.faults.delay(0, { api: 'Fetch' });
    await using prober = await WireClient.connect({ port: broker.port });
    // An answer on a connection made later: the first request has arrived.
    await prober.call(fetchRequest, fetchResponse, 12, { ...request, maxWaitMs: 0 });
    fault.off();

    await broker.advance(19_999);
    expect(answer).toBeUndefined();
    await broker.advance(1);
    await waitUntil('the answer', () => answer !== undefined);
  });

  it('aborts a transaction whose time is over', async () => {
    await using broker = await startBroker({ clock: 'virtual', topics: { orders: 1 } });
    const producer = kafkaOf(broker).producer({
      transactionalId: 'tx',
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: 60_000,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic: 'orders', messages: [{ value: 'late' }] });
    await broker.produce('orders', [{ value: 'behind' }]);
    await broker.advance(59_000);
    // Nobody sees what lies behind an open transaction.
    expect(await broker.records('orders')).toEqual([]);

    await broker.advance(12_000);

    expect((await broker.records('orders')).map(({ value }) => value)).toEqual(['behind']);
    await expect(transaction.commit()).rejects.toThrow();
    await producer.disconnect();
  });

  it('delays by its own time', async () => {
    await using broker = await startBroker({ clock: 'virtual', topics: { orders: 1 } });
    const fault = broker.faults.delay(5_000, { api: 'Produce' });
    const producer = kafkaOf(broker).producer();
    await producer.connect();
    let isSent = false;
    const sending = producer.send({ topic: 'orders', messages: [{ value: 'a' }] }).then(() => (isSent = true));
    await fault.hit();
    await broker.advance(4_999);
    expect(isSent).toBe(false);
    await broker.advance(1);
    await sending;
    await producer.disconnect();
  });

  it('is the clock of several brokers', async () => {
    await using broker = await startBroker({
      brokers: 2,
      clock: 'virtual',
      topics: { orders: { partitions: 2, configs: { 'retention.ms': '1000', 'segment.ms': '100' } } },
    });
    await broker.produce('orders', [
      { value: 'a', partition: 0 },
      { value: 'b', partition: 1 },
    ]);
    await broker.advance(10 * 60_000);
    expect(await broker.records('orders')).toEqual([]);
  });

  it('cannot be moved when it is the system’s', async () => {
    await using broker = await startBroker();
    expect(() => broker.advance(1)).toThrow("start it with { clock: 'virtual' }");
  });
});

describe('a movable clock', () => {
  it('runs, and is moved on', async () => {
    await using broker = await startBroker({
      clock: 'movable',
      topics: { orders: { configs: { 'retention.ms': '60000', 'segment.ms': '100' } } },
    });
    const startedMs = broker.now();
    await waitUntil('some time', () => broker.now() >= startedMs + 5);
    await broker.produce('orders', [{ value: 'a' }]);
    await broker.advance(10 * 60_000);

    expect(broker.now()).toBeGreaterThanOrEqual(startedMs + 10 * 60_000);
    expect(await broker.records('orders')).toEqual([]);
  });

  it('ends the session of a member that was silent meanwhile, which comes back', async () => {
    await using broker = await startBroker({ clock: 'movable', topics: { orders: 1 } });
    const consumer = kafkaOf(broker).consumer({
      groupId: 'billing',
      sessionTimeout: 30_000,
      heartbeatInterval: 50,
      maxWaitTimeInMs: 50,
    });
    await consumer.connect();
    await consumer.subscribe({ topics: ['orders'] });
    await consumer.run({ eachMessage: () => Promise.resolve() });
    const before = await broker.waitForGroup('billing', { members: 1 });

    await broker.advance(29_000);
    expect(await broker.waitForGroup('billing')).toEqual(before);
    await broker.advance(30_001);

    const { members } =
      (await waitUntil('another member', async () => {
        const group = await broker.waitForGroup('billing', { members: 1 });
        return group.members[0]?.memberId === before.members[0]?.memberId ? undefined : group;
      })) ?? before;
    expect(members[0]?.clientId).toBe('kafkajs');
    await consumer.disconnect();
  });
});
