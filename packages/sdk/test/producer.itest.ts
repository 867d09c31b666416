import { fileURLToPath } from 'node:url';
import { BrokerProcess, createTempDir, findFreePorts, LogProbe, startBroker, waitUntil } from '@millrace/testing';
import { Cluster } from '../src/cluster/cluster.ts';
import { json, kafka, nullable, oneOrThrow, Producer, str, topic, type Kafka } from '../src/index.ts';
import { outliveTransactions } from './transaction-scenarios.ts';

const orders = topic('orders', { key: nullable(str), value: json<{ n: number }>() });
const MAIN = fileURLToPath(new URL('../../../apps/broker/src/main.ts', import.meta.url));

/** As with brokers whose transactions are of version 1. */
class OlderCluster extends Cluster {
  override featureLevel(): Promise<number | undefined> {
    return Promise.resolve(1);
  }
}

describe('a producer with a broker', () => {
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let probe: LogProbe;
  let client: Kafka;

  beforeEach(async () => {
    broker = await startBroker();
    probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('orders', { partitions: 2 });
    client = kafka({ brokers: [`127.0.0.1:${broker.port}`] });
  });

  afterEach(async () => {
    await client.close();
    await probe.close();
    await broker.close();
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'writes records that are read again with %s',
    async (compression) => {
      await using producer = client.producer({ compression, batchBytes: 200_000 });

      const acks = await Promise.all(
        Array.from({ length: 5_000 }, (_, n) =>
          producer.send(orders, { key: `k${n}`, value: { n }, headers: { h: 'v' } }),
        ),
      );

      const logs = [await probe.readAll('orders', 0), await probe.readAll('orders', 1)];
      for (const [n, { partition, offset }] of acks.entries()) {
        expect(logs[partition]?.[offset]).toEqual({ offset, key: `k${n}`, value: `{"n":${n}}` });
      }
    },
  );

  it('splits what the topic does not take in one batch', async () => {
    await probe.createTopic('small', { configs: { 'max.message.bytes': '2000' } });
    await using producer = client.producer();
    const small = topic('small', { value: str });

    const acks = await Promise.all(
      Array.from({ length: 200 }, (_, n) => producer.send(small, { value: `${n}`.padEnd(100, '.') })),
    );

    expect(acks.map(({ offset }) => offset)).toEqual(acks.map((_, n) => n));
    await expect(producer.send(small, { value: 'x'.repeat(3_000) })).rejects.toMatchObject({
      kafkaCode: 'MESSAGE_TOO_LARGE',
      outcome: 'not-written',
    });
  });

  it('creates a topic where the broker allows it', async () => {
    await using producer = client.producer();

    const ack = await producer.send(topic('made-by-sending', { value: str }), { value: 'a' });

    expect(ack).toMatchObject({ topic: 'made-by-sending', offset: 0 });
  });

  it('commits and aborts, and shows readers which is which', async () => {
    await using producer = client.producer({ transactionalId: 'mover' });
    {
      await using transaction = await producer.begin();
      await transaction.send(orders, { value: { n: 1 }, partition: 0 });
      await transaction.send(orders, { value: { n: 1 }, partition: 1 });
      await transaction.commit();
    }
    {
      await using transaction = await producer.begin();
      await transaction.send(orders, { value: { n: 2 }, partition: 0 });
    }
    const third = await producer.begin();
    void third.send(orders, { value: { n: 3 }, partition: 0 });
    await third.commit();

    const consumer = client.consumer({ from: 'earliest' });
    const read: (string | undefined)[] = [];
    await consumer.assign([{ topic: 'orders', partition: 0 }]);
    for await (const { value } of consumer) {
      read.push(value === null ? undefined : Buffer.from(value).toString());
      if (read.at(-1) === '{"n":3}') break;
    }
    await consumer.close();

    expect(read).toEqual(['{"n":1}', '{"n":3}']);
    await expect(third.commit()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
  });

  it('fences the producer whose transactional id another one takes over', async () => {
    const old = client.producer({ transactionalId: 'one' });
    const transaction = await old.begin();
    await transaction.send(orders, { value: { n: 1 }, partition: 0 });
    await using next = client.producer({ transactionalId: 'one' });
    const mine = await next.begin();
    await mine.send(orders, { value: { n: 2 }, partition: 0 });
    await mine.commit();

    await expect(transaction.commit()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_FENCED', fatal: true });
    await expect(old.begin()).rejects.toMatchObject({ fatal: true });
    await old.close();
  });

  it('speaks the older flow with a cluster that has not finalized transaction version 2', async () => {
    await using cluster = new OlderCluster({ brokers: [`127.0.0.1:${broker.port}`] });
    await probe.createTopic('small', { configs: { 'max.message.bytes': '2000' } });
    const small = topic('small', { value: str });
    await using producer = new Producer(cluster, { transactionalId: 'older' });

    for (const value of ['a', 'b', 'x'.repeat(3_000), 'c', 'd']) {
      await using transaction = await producer.begin();
      for (const partition of [0, 1]) void transaction.send(orders, { value: { n: value.length }, partition });
      void transaction.send(small, { value });
      const committing = transaction.commit();
      if (value.length === 1) await committing;
      else await expect(committing).rejects.toMatchObject({ needsAbort: true });
    }

    const values = (await probe.readAll('small', 0)).map(({ value }) => value).filter((value) => value?.length === 1);
    expect(values).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each(['before', 'after'] as const)(
    'leaves no transaction open by the older flow when the broker is lost %s it adds a partition, and goes on',
    async (when) => {
      await using faulty = await startBroker({ topics: { orders: 1 } });
      await using cluster = new OlderCluster({ brokers: faulty.brokers });
      await using producer = new Producer(cluster, { transactionalId: 'older' });
      const lost = faulty.faults.disconnect({ api: 'AddPartitionsToTxn', when });
      const transaction = await producer.begin();
      transaction.send(orders, { value: { n: 1 }, partition: 0 }).catch(() => undefined);
      await lost.hit();

      await transaction.abort();

      lost.off();
      await using looking = kafka({ brokers: faulty.brokers });
      const { state } = oneOrThrow(await looking.admin().describeTransactions(['older']));
      expect(['Empty', 'CompleteAbort']).toContain(state);
      const next = await producer.begin();
      await next.send(orders, { value: { n: 2 }, partition: 0 });
      await next.commit();
      expect((await faulty.records('orders')).map(({ value }) => value)).toEqual(['{"n":2}']);
    },
  );

  it('has to abort a transaction that took too long, and then goes on', async () => {
    await using quick = await startBroker({
      topics: { orders: 1 },
      config: { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '50' },
    });
    await using slow = kafka({ brokers: quick.brokers });

    await outliveTransactions(slow, 'orders');

    const values = (await quick.records('orders')).map(({ value }) => value);
    expect(values).toEqual(['{"n":3}']);
  });

  it('refuses a second transaction, and sends outside of one', async () => {
    await using producer = client.producer({ transactionalId: 'strict' });
    await using transaction = await producer.begin();

    await expect(producer.begin()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
    await expect(producer.send(orders, { value: { n: 1 } })).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_INVALID_STATE',
    });
    await transaction.abort();
  });

  it('goes on after a transaction whose record was refused', async () => {
    await probe.createTopic('small', { configs: { 'max.message.bytes': '2000' } });
    const small = topic('small', { value: str });
    await using producer = client.producer({ transactionalId: 'careful' });
    const failing = await producer.begin();
    await expect(failing.send(small, { value: 'x'.repeat(3_000) })).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_DELIVERY',
    });
    await expect(failing.commit()).rejects.toMatchObject({ needsAbort: true });
    await failing.abort();

    const next = await producer.begin();
    const ack = await next.send(small, { value: 'fits' });
    await next.commit();

    expect(ack.partition).toBe(0);
  });
});

describe('a producer that never reaches a broker', () => {
  it('says how many records it gives up when it is closed, also of a topic of which it knows nothing', async () => {
    const port = await findFreePorts(1);
    const client = kafka({ brokers: [`127.0.0.1:${port}`] });
    const producer = client.producer();
    const sent = [1, 2, 3].map((n) => producer.send(orders, { value: { n } }).catch((error: unknown) => error));

    await expect(producer.close({ timeoutMs: 100 })).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_TIMEOUT',
      details: { recordCount: 3, timeoutMs: 100 },
    });

    for (const error of await Promise.all(sent)) expect(error).toMatchObject({ code: 'MILLRACE_CLIENT_CLOSED' });
    await client.close().catch(() => undefined);
  });
});

describe('a producer whose broker is killed', () => {
  it('loses and doubles nothing, and keeps the order', async () => {
    await using dir = await createTempDir();
    await using broker = new BrokerProcess({ mainPath: MAIN, dataDir: dir.path });
    await broker.start();
    await using client = kafka({ brokers: [broker.addresses.kafka] });
    const probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('orders', { partitions: 2 });
    await probe.close();
    await using producer = client.producer();
    const sent: Promise<unknown>[] = [];
    let acknowledged = 0;
    let isOver = false;

    const sending = (async () => {
      for (let n = 0; !isOver; n++) {
        sent.push(producer.send(orders, { value: { n }, partition: n % 2 }).then(() => acknowledged++));
        if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    for (let round = 0; round < 2; round++) {
      const before = acknowledged;
      await waitUntil('records of this life of the broker', () => acknowledged >= before + 1_000);
      await broker.kill();
      await broker.start();
    }
    isOver = true;
    await sending;
    await Promise.all(sent);

    await using reader = await LogProbe.connect({ port: broker.port });
    for (const partition of [0, 1]) {
      const values = (await reader.readAll('orders', partition)).map(({ value }) => value);
      const expected = Array.from(sent, (_, n) => n).filter((n) => n % 2 === partition);
      expect(values).toEqual(expected.map((n) => `{"n":${n}}`));
    }
  });
});
