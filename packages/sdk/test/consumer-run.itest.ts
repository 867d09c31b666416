import { startBroker, waitUntil, type TestBroker } from '@millrace/testing';
import { createDeferred } from '@millrace/base';
import { kafka, nullable, str, topic, type Kafka, type RawRecord, type StallReport } from '../src/index.ts';

const orders = topic('orders', { key: nullable(str), value: str });

describe('consumer.run()', () => {
  let broker: TestBroker;
  let client: Kafka;
  let groups = 0;

  beforeEach(async () => {
    broker = await startBroker({ topics: { orders: 2 } });
    client = kafka({ brokers: broker.brokers });
  });

  afterEach(async () => {
    await client.close();
    await broker.close();
  });

  const newGroup = (): string => `group-${String(groups++)}`;

  async function write(count: number, keys: number, partition = 0): Promise<void> {
    const records = Array.from({ length: count }, (_, index) => ({
      partition,
      key: keys === 0 ? null : `k${String(index % keys)}`,
      value: `${String(partition)}-${String(index)}`,
    }));
    await broker.produce('orders', records);
  }

  async function committedOf(group: string, partition = 0): Promise<number | undefined> {
    return (await broker.committedOffsets(group)).find((each) => each.partition === partition)?.offset;
  }

  it('keeps the order of each key while other keys go on, and works on as many as allowed', async () => {
    await write(200, 10);
    const consumer = client.consumer({ group: newGroup(), topics: [orders] });
    const atWork = new Set<string>();
    const seen = new Map<string, number[]>();
    let peak = 0;
    let count = 0;
    const run = consumer.run(
      async ({ key, offset }) => {
        const name = key ?? '';
        expect(atWork.has(name)).toBe(false);
        atWork.add(name);
        peak = Math.max(peak, atWork.size);
        await new Promise((resolve) => setTimeout(resolve, offset % 3));
        atWork.delete(name);
        seen.set(name, [...(seen.get(name) ?? []), offset]);
        count++;
      },
      { order: 'key', concurrency: 4 },
    );
    await waitUntil('all are done', () => count === 200);
    await consumer.close();
    await run;

    expect(peak).toBe(4);
    for (const offsets of seen.values()) expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
  });

  it('calls the handler for all records of a batch on the log that is larger than what it takes at once', async () => {
    await write(1_500, 0);
    const consumer = client.consumer({ group: newGroup(), topics: [orders] });
    const seen = new Set<number>();
    const run = consumer.run(({ offset }) => void seen.add(offset), { order: 'none', maxQueued: 100 });
    await waitUntil('all are done', () => seen.has(1_499));
    await consumer.close();
    await run;

    expect(seen.size).toBe(1_500);
  });

  it('keeps the order of a partition, and works on partitions beside each other', async () => {
    await write(30, 3, 0);
    await write(30, 3, 1);
    const consumer = client.consumer({ topics: [orders] });
    const seen: Record<number, number[]> = { 0: [], 1: [] };
    const gate = createDeferred<void>();
    const run = consumer.run(async ({ partition, offset }) => {
      if (partition === 0 && offset === 0) await gate.promise;
      seen[partition]?.push(offset);
    });
    await waitUntil('the other partition is done', () => seen[1]?.length === 30);
    expect(seen[0]).toEqual([]);
    gate.resolve();
    await waitUntil('the first too', () => seen[0]?.length === 30);
    await consumer.close();
    await run;
    for (const offsets of Object.values(seen)) expect(offsets).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  it('never commits past a record that is not finished, and redelivers from there', async () => {
    await write(20, 0);
    const group = newGroup();
    const consumer = client.consumer({ group, topics: [orders] });
    const gate = createDeferred<void>();
    const done: number[] = [];
    const run = consumer.run(
      async ({ offset }, { signal }) => {
        if (offset === 7)
          await Promise.race([gate.promise, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
        if (offset === 7) throw new Error('given up');
        done.push(offset);
      },
      { order: 'none', concurrency: 8 },
    );
    await waitUntil('the others are done', () => done.length === 19);
    await waitUntil('a commit', async () => (await committedOf(group)) === 7);
    gate.resolve();
    await expect(run).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_HANDLER',
      details: { topic: 'orders', partition: 0, offset: 7, attempts: 1 },
      cause: new Error('given up'),
    });
    await consumer.close();
    expect(await committedOf(group)).toBe(7);

    await using next = client.consumer({ group, topics: [orders] });
    for await (const { offset } of next) {
      expect(offset).toBe(7);
      break;
    }
  });

  it('calls a handler that failed again, and sends what fails for good to the dead letter topic', async () => {
    await write(5, 0);
    await broker.createTopic('dead');
    const producer = client.producer();
    const calls: string[] = [];
    const group = newGroup();
    const consumer = client.consumer({ group, topics: [orders] });
    const run = consumer.run(
      ({ offset }, { attempt }) => {
        calls.push(`${String(offset)}.${String(attempt)}`);
        if (offset === 1 && attempt < 3) throw new Error('later');
        if (offset === 3) throw new Error('never');
      },
      { retry: { retries: 3, backoffMs: 1 }, deadLetter: { topic: 'dead', producer } },
    );
    await waitUntil('all is committed', async () => (await committedOf(group)) === 5);
    await consumer.close();
    await run;

    expect(calls).toEqual(['0.1', '1.1', '1.2', '1.3', '2.1', '3.1', '3.2', '3.3', '3.4', '4.1']);
    const [letter, ...others] = await broker.records('dead');
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      value: '0-3',
      headers: {
        'dlq.topic': 'orders',
        'dlq.offset': '3',
        'dlq.attempts': '4',
        'dlq.error.message': 'never',
        'dlq.group': group,
      },
    });
  });

  it('aborts a call that takes too long, and counts it as failed', async () => {
    await write(2, 0);
    const consumer = client.consumer({ topics: [orders] });
    const aborted: number[] = [];
    const sent: RawRecord[] = [];
    const run = consumer.run(
      ({ offset }, { signal }) =>
        offset === 0 ? new Promise(() => signal.addEventListener('abort', () => aborted.push(offset))) : undefined,
      {
        timeoutMs: 20,
        deadLetter: { topic: 'dead', producer: { sendRaw: async (_topic, record) => void sent.push(record) } },
      },
    );
    await waitUntil('the dead letter', () => sent.length === 1);
    await consumer.close();
    await run;
    expect(aborted).toEqual([0]);
    const error = sent[0]?.headers.find(({ key }) => key === 'dlq.error.message');
    expect(String(error?.value)).toContain('did not return within 20 ms');
  });

  it('holds back what is fetched when handlers are slow, within the prefetch limit, and says so', async () => {
    const value = 'x'.repeat(2_000);
    for (let batch = 0; batch < 40; batch++) {
      await broker.produce(
        'orders',
        Array.from({ length: 20 }, () => ({ value })),
      );
    }
    const consumer = client.consumer({ topics: [orders], prefetchBytes: 200_000, fetchBytesPerPartition: 50_000 });
    const gate = createDeferred<void>();
    let count = 0;
    const run = consumer.run(async () => {
      await gate.promise;
      count++;
    });
    const held = (): number => consumer.explain().partitions.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    await waitUntil('the limit is reached', () => /prefetch (limit|is full)/.test(String(consumer.explain())));
    // One batch may come beyond the limit, as batches come whole.
    expect(held()).toBeLessThanOrEqual(200_000 + 50_000);
    gate.resolve();
    await waitUntil('all is done', () => count === 800);
    expect(held()).toBe(0);
    await consumer.close();
    await run;
  });

  it('hands out nothing of a paused partition, and goes on in order when it is resumed', async () => {
    await write(50, 0, 0);
    await write(50, 0, 1);
    const consumer = client.consumer({ topics: [orders] });
    const seen: Record<number, number[]> = { 0: [], 1: [] };
    const run = consumer.run(({ partition, offset }) => {
      seen[partition]?.push(offset);
      if (partition === 0 && offset === 10) consumer.pause([{ topic: 'orders', partition: 0 }]);
    });
    await waitUntil('the other is done', () => seen[1]?.length === 50);
    expect(seen[0]).toHaveLength(11);
    expect(consumer.paused()).toEqual([{ topic: 'orders', partition: 0 }]);
    consumer.resume();
    await waitUntil('all is done', () => seen[0]?.length === 50);
    expect(seen[0]).toEqual(Array.from({ length: 50 }, (_, index) => index));
    await consumer.close();
    await run;
  });

  it('ends by its signal after what is at work, and can be run again without loss', async () => {
    await write(100, 5);
    await using consumer = client.consumer({ group: newGroup(), topics: [orders] });
    const seen: number[] = [];
    const stop = new AbortController();
    await consumer.run(
      async ({ offset }) => {
        await Promise.resolve();
        seen.push(offset);
        if (seen.length === 30) stop.abort();
      },
      { order: 'key', concurrency: 4, signal: stop.signal },
    );
    const before = seen.length;
    expect(before).toBeLessThan(100);
    const again = consumer.run(({ offset }) => void seen.push(offset));
    await waitUntil('all is seen', () => new Set(seen).size === 100);
    await consumer.drain();
    await again;
  });

  it('reports a handler that does not come back', async () => {
    await write(1, 0);
    const stalls: StallReport[] = [];
    const consumer = client.consumer({
      topics: [orders],
      stallAfterMs: 1,
      onStall: (report) => void stalls.push(report),
    });
    const gate = createDeferred<void>();
    const run = consumer.run(() => gate.promise);
    await waitUntil('the report', () => stalls.some(({ what }) => what === 'handler'));
    expect(stalls.find(({ what }) => what === 'handler')).toMatchObject({ topic: 'orders', partition: 0, offset: 0 });
    expect(String(consumer.explain())).toContain('offset 0 is not finished since');
    gate.resolve();
    await consumer.close();
    await run;
  });
});
