/** KIP-951: who asks a broker that does not lead the partition any more hears from it who does, and needs no metadata for that. */
import { startBroker, waitUntil, type TestBroker } from '@millrace/testing';
import { kafka, topic, str } from '../src/index.ts';

const orders = topic('orders', { value: str });

describe('a leader that has moved', () => {
  let broker: TestBroker;

  beforeEach(async () => {
    broker = await startBroker({ brokers: 3, topics: { orders: 1 } });
  });
  afterEach(() => broker.close());

  /** Moves it twice around, so that hints are needed again where they were needed before. */
  async function eachMove(use: (index: number) => Promise<void>): Promise<void> {
    const leader = await broker.leaderOf('orders');
    const others = broker.nodeIds.filter((nodeId) => nodeId !== leader);
    for (const [index, nodeId] of [...others, leader, ...others].entries()) {
      await broker.moveLeader('orders', 0, nodeId);
      await use(index);
    }
  }

  it('is found by a producer from the answer that refuses its batch', async () => {
    await using client = kafka({ brokers: broker.brokers });
    const producer = client.producer();
    await producer.send(orders, { value: 'first' });
    // Whoever asks for metadata now waits for good.
    const metadata = broker.faults.swallow({ api: 'Metadata', when: 'before' });
    const sent: number[] = [];

    await eachMove(async (index) => {
      const { offset } = await producer.send(orders, { value: `after ${index}` });
      sent.push(offset ?? -1);
    });
    metadata.off();

    expect(sent).toEqual([1, 2, 3, 4, 5]);
    expect((await broker.waitForRecords('orders', 6)).map(({ value }) => value)).toEqual([
      'first',
      ...Array.from({ length: 5 }, (_, index) => `after ${index}`),
    ]);
  });

  it('is found by a consumer from the answer that refuses its fetch', async () => {
    await using client = kafka({ brokers: broker.brokers });
    await using consumer = client.consumer({ topics: [orders], from: 'earliest' });
    const seen: string[] = [];
    const run = consumer.run(({ value }) => void seen.push(value));
    await broker.produce('orders', [{ value: 'first' }]);
    await waitUntil('the first record', () => seen.length === 1);
    const metadata = broker.faults.swallow({ api: 'Metadata', when: 'before', clientId: 'millrace' });

    await eachMove(async (index) => {
      await broker.produce('orders', [{ value: `after ${index}` }]);
      await waitUntil(`the record after move ${index}`, () => seen.length === index + 2);
    });
    metadata.off();
    await consumer.close();
    await run;

    expect(seen).toEqual(['first', ...Array.from({ length: 5 }, (_, index) => `after ${index}`)]);
  });
});
