/** What becomes of a member whose application is slow: in a handler, beside which heartbeats go on, and on the event loop, where nothing goes on. */
import { join } from 'node:path';
import { BrokerProcess, createTempDir, startBroker, waitUntil } from '@millrace/testing';
import { kafka, topic, str, type StallReport } from '../src/index.ts';

const orders = topic('orders', { value: str });
const SESSION_MS = 600;
const SESSIONS = {
  'group.min.session.timeout.ms': '500',
  'group.consumer.min.session.timeout.ms': '500',
  'group.consumer.session.timeout.ms': String(SESSION_MS),
  'group.consumer.min.heartbeat.interval.ms': '100',
  'group.consumer.heartbeat.interval.ms': '200',
};

it.each(['classic', 'consumer'] as const)(
  'a handler that works for three sessions costs a member nothing (%s)',
  async (protocol) => {
    await using broker = await startBroker({ topics: { orders: 1 }, config: SESSIONS });
    await using client = kafka({ brokers: broker.brokers });
    await broker.produce('orders', [{ value: 'slow' }]);
    const heartbeats = broker.faults.delay(0, { api: ['Heartbeat', 'ConsumerGroupHeartbeat'] });
    const told: string[] = [];
    const consumer = client.consumer({
      group: 'slow',
      topics: [orders],
      from: 'earliest',
      protocol,
      ...(protocol === 'classic' ? { sessionTimeoutMs: SESSION_MS, heartbeatIntervalMs: 200 } : {}),
      onAssigned: () => void told.push('assigned'),
      onRevoked: () => void told.push('revoked'),
      onLost: () => void told.push('lost'),
      onError: (error) => void told.push(error.message),
    });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const handled: number[] = [];
    const run = consumer.run(async ({ offset }) => {
      handled.push(offset);
      await released;
    });
    await waitUntil('the record is in hand', () => handled.length === 1);
    const before = { ms: performance.now(), hits: heartbeats.hits };

    await waitUntil('three sessions', () => performance.now() - before.ms > 3 * SESSION_MS);
    const during = heartbeats.hits - before.hits;
    release();
    await broker.produce('orders', [{ value: 'next' }]);
    await waitUntil('the next record', () => handled.length === 2);
    const toldBeforeClose = [...told];
    await consumer.close();
    await run;

    // Nine are due; a machine that does other things may be late with some, but not for a whole session.
    expect(during).toBeGreaterThanOrEqual(4);
    expect(toldBeforeClose).toEqual(['assigned']);
    expect(handled).toEqual([0, 1]);
    expect(await broker.committedOffsets('slow')).toMatchObject([{ topic: 'orders', partition: 0, offset: 2 }]);
  },
);

it('an event loop that stands still for longer than the session is told of, and nothing is lost', async () => {
  await using dir = await createTempDir('stalled-loop');
  await using broker = new BrokerProcess({
    mainPath: join(__dirname, '../../../apps/broker/src/main.ts'),
    dataDir: dir.path,
    flags: [
      '--log-level',
      'warn',
      ...Object.entries({ ...SESSIONS, 'group.initial.rebalance.delay.ms': '0' }).flatMap(([key, value]) => [
        '--set',
        `${key}=${value}`,
      ]),
    ],
  });
  await broker.start();
  await using client = kafka({ brokers: [broker.addresses.kafka] });
  await client.admin().createTopics([{ name: 'orders', partitions: 1, replicationFactor: 1 }]);
  const producer = client.producer();
  const stalls: StallReport[] = [];
  let losses = 0;
  const consumer = client.consumer({
    group: 'stalled',
    topics: [orders],
    from: 'earliest',
    protocol: 'classic',
    sessionTimeoutMs: SESSION_MS,
    onStall: (report) => void stalls.push(report),
    onLost: () => void losses++,
  });
  const handled = new Set<string>();
  const run = consumer.run(({ value }) => void handled.add(value));
  await producer.send(orders, { value: 'before' });
  await waitUntil('the first record', () => handled.has('before'));

  // As a computation, or a large JSON.parse, does it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);

  await waitUntil('a report', () => stalls.some(({ what }) => what === 'event loop'));
  await producer.send(orders, { value: 'after' });
  await waitUntil('the next record', () => handled.has('after'));
  const explained = String(consumer.explain());
  await consumer.close();
  await run;

  expect(stalls.find(({ what }) => what === 'event loop')?.stalledMs).toBeGreaterThanOrEqual(1_000);
  expect(explained).toContain('the event loop was blocked for');
  expect(losses).toBe(1);
});
