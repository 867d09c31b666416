import { startBroker, waitUntil, type TestBroker } from '@millrace/testing';
import { kafka, nullable, str, topic, type Consumer, type Kafka } from '../src/index.ts';

const orders = topic('orders', { key: nullable(str), value: str });

async function write(broker: TestBroker, count: number, partitions: number, from = 0): Promise<string[]> {
  const values: string[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const records = Array.from({ length: count }, (_, index) => ({
      partition,
      value: `${String(partition)}-${String(from + index)}`,
    }));
    await broker.produce('orders', records);
    values.push(...records.map(({ value }) => value));
  }
  return values;
}

function collect(consumer: Consumer<typeof orders>): { readonly seen: string[]; readonly run: Promise<void> } {
  const seen: string[] = [];
  return { seen, run: consumer.run(({ value }) => void seen.push(value)) };
}

describe('a consumer whose broker goes away', () => {
  let broker: TestBroker;
  let client: Kafka;

  afterEach(async () => {
    await client.close();
    await broker.close();
  });

  it('goes on where it was once the broker is back, with nothing lost or doubled', async () => {
    broker = await startBroker({ topics: { orders: 2 } });
    client = kafka({ brokers: broker.brokers });
    const consumer = client.consumer({ group: 'g', topics: [orders] });
    const { seen, run } = collect(consumer);
    const first = await write(broker, 100, 2);
    await waitUntil('the first is read', () => seen.length === first.length);

    await broker.stop();
    await waitUntil('it is told', () => /did not answer|leads it|coordinator/.test(String(consumer.explain())));
    await broker.start();
    const second = await write(broker, 100, 2, 100);
    await waitUntil('the second is read', () => seen.length >= first.length + second.length, 30_000);
    await consumer.close();
    await run;

    expect([...seen].sort()).toEqual([...first, ...second].sort());
  });

  it('follows leaders to other brokers', async () => {
    broker = await startBroker({ brokers: 3, topics: { orders: 6 } });
    client = kafka({ brokers: broker.brokers });
    const consumer = client.consumer({ topics: [orders] });
    const { seen, run } = collect(consumer);
    const expected: string[] = [];
    for (let round = 0; round < 4; round++) {
      expected.push(...(await write(broker, 20, 6, round * 20)));
      for (let partition = 0; partition < 6; partition++) {
        const leader = await broker.leaderOf('orders', partition);
        const next = broker.nodeIds[(broker.nodeIds.indexOf(leader) + 1) % 3] ?? leader;
        await broker.moveLeader('orders', partition, next);
      }
    }
    await waitUntil('all is read', () => seen.length >= expected.length, 30_000);
    await consumer.close();
    await run;

    expect([...seen].sort()).toEqual([...expected].sort());
    const order = new Map<string, number>();
    for (const value of seen) {
      const [partition = '', number = ''] = value.split('-');
      expect(Number(number)).toBe((order.get(partition) ?? -1) + 1);
      order.set(partition, Number(number));
    }
  });

  it('reads on with what the log still has when records were deleted under it', async () => {
    broker = await startBroker({ topics: { orders: 1 } });
    client = kafka({ brokers: broker.brokers });
    await write(broker, 100, 1);
    const skipped: number[] = [];
    const consumer = client.consumer({
      topics: [orders],
      prefetchBytes: 1,
      onReset: ({ reason, skippedOffsets }) => void (reason === 'out-of-range' && skipped.push(skippedOffsets)),
    });
    const seen: string[] = [];
    const iterator = consumer[Symbol.asyncIterator]();
    seen.push(String((await iterator.next()).value?.value));
    await write(broker, 100, 1, 100);
    await write(broker, 100, 1, 200);
    await client.admin().deleteRecords([{ topic: 'orders', partition: 0, before: 250 }]);
    for (;;) {
      const { value } = await iterator.next();
      seen.push(String(value?.value));
      if (value?.value === '0-299') break;
    }
    await iterator.return?.();
    await consumer.close();

    const numbers = seen.map((value) => Number(value.split('-')[1]));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(numbers.slice(-50)).toEqual(Array.from({ length: 50 }, (_, index) => 250 + index));
    // What was fetched before the deletion was delivered; what was not is told of, to the offset.
    expect(skipped).toEqual([300 - numbers.length]);
  });
});
