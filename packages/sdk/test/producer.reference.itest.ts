import { exactlyOnce, json, kafka, nullable, str, topic, type Kafka } from '../src/index.ts';
import {
  describeWithReference,
  REFERENCE_START_MS_MAX,
  startReferenceBroker,
  type ReferenceBroker,
} from './reference-broker.ts';
import { outliveTransactions } from './transaction-scenarios.ts';

const orders = topic('orders', { key: nullable(str), value: json<{ n: number }>() });
const doubled = topic('doubled', { key: nullable(str), value: json<{ n: number }>() });

describeWithReference('a producer with Apache Kafka', () => {
  let reference: ReferenceBroker;
  let client: Kafka;

  beforeAll(async () => {
    reference = await startReferenceBroker({
      settings: ['num.partitions=2', 'transaction.abort.timed.out.transaction.cleanup.interval.ms=50'],
    });
    client = kafka({ brokers: [reference.plain] });
  }, REFERENCE_START_MS_MAX);

  afterAll(async () => {
    // Undefined when it did not start, which is reported already.
    await (client as Kafka | undefined)?.close();
    await (reference as ReferenceBroker | undefined)?.close();
  }, 60_000);

  async function readValues(topicName: string, count: number): Promise<string[]> {
    const values: string[] = [];
    await using consumer = client.consumer({ from: 'earliest' });
    await consumer.assign([0, 1].map((partition) => ({ topic: topicName, partition })));
    for await (const { value } of consumer) {
      values.push(value === null ? '' : Buffer.from(value).toString());
      if (values.length === count) break;
    }
    return values;
  }

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'writes batches that it accepts with %s',
    async (compression) => {
      const name = `codec-${compression}`;
      const numbers = topic(name, { key: str, value: json<{ n: number }>() });
      await using producer = client.producer({ compression, batchBytes: 200_000 });

      const acks = await Promise.all(
        Array.from({ length: 5_000 }, (_, n) => producer.send(numbers, { key: `k${n}`, value: { n } })),
      );

      expect(new Set(acks.map(({ partition, offset }) => `${partition}@${offset}`)).size).toBe(5_000);
      expect((await readValues(name, 5_000)).toSorted()).toEqual(
        Array.from({ length: 5_000 }, (_, n) => `{"n":${n}}`).toSorted(),
      );
    },
    60_000,
  );

  it('has to abort a transaction that took too long, and then goes on', async () => {
    await outliveTransactions(client, 'slow-orders');
  }, 60_000);

  it('commits what was made of records together with having read them', async () => {
    await using source = client.producer();
    await source.sendAll(
      orders,
      Array.from({ length: 300 }, (_, n) => ({ key: `${n % 7}`, value: { n } })),
    );
    await using producer = client.producer({ transactionalId: 'doubler' });
    await using consumer = client.consumer({ group: 'doublers', topics: [orders], from: 'earliest', commit: 'manual' });
    const controller = new AbortController();
    const seen = new Set<number>();
    let failures = 0;

    await exactlyOnce(
      consumer,
      producer,
      async (batch, transaction) => {
        const numbers: number[] = [];
        for await (const { value } of batch) numbers.push(value.n);
        await transaction.sendAll(
          doubled,
          numbers.map((n) => ({ value: { n: n * 2 } })),
        );
        if (failures++ === 0) {
          // What a broker's refusal does: the transaction cannot be committed, and the batch comes again.
          await expect(
            transaction.send(topic('doubled', { value: nullable(str) }), { value: 'x'.repeat(2_000_000) }),
          ).rejects.toMatchObject({ kafkaCode: 'MESSAGE_TOO_LARGE' });
          return;
        }
        for (const n of numbers) seen.add(n);
        if (seen.size === 300) controller.abort();
      },
      { signal: controller.signal },
    ).catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });

    const values = await readValues('doubled', 300);
    expect(values.toSorted()).toEqual(Array.from({ length: 300 }, (_, n) => `{"n":${n * 2}}`).toSorted());
  }, 60_000);
});
