import { startBroker, waitUntil, type TestBroker } from '@millrace/testing';
import {
  int32,
  json,
  kafka,
  nullable,
  str,
  topic,
  type Batch,
  type Consumer,
  type Kafka,
  type PositionReset,
} from '../src/index.ts';

const orders = topic('orders', { key: nullable(str), value: str });

describe('a consumer', () => {
  let broker: TestBroker;
  let client: Kafka;
  let groups = 0;

  beforeEach(async () => {
    broker = await startBroker({ topics: { orders: 3 } });
    client = kafka({ brokers: broker.brokers });
  });

  afterEach(async () => {
    await client.close();
    await broker.close();
  });

  const newGroup = (): string => `group-${String(groups++)}`;

  async function write(count: number, partition = 0, prefix = 'v'): Promise<void> {
    const records = Array.from({ length: count }, (_, index) => ({
      partition,
      key: `k${String(index % 5)}`,
      value: `${prefix}${String(index)}`,
    }));
    await broker.produce('orders', records);
  }

  async function readValues(consumer: Consumer<typeof orders>, count: number): Promise<string[]> {
    const values: string[] = [];
    for await (const message of consumer) {
      values.push(message.value);
      if (values.length === count) {
        consumer.processed(message);
        break;
      }
    }
    return values;
  }

  async function committedOf(group: string): Promise<Record<number, number>> {
    const offsets = await broker.committedOffsets(group);
    return Object.fromEntries(offsets.map(({ partition, offset }) => [partition, offset]));
  }

  describe('in a group', () => {
    it('reads all partitions from the beginning, typed by the topic, each in order', async () => {
      for (const partition of [0, 1, 2]) await write(20, partition, `p${String(partition)}-`);
      await using consumer = client.consumer({ group: newGroup(), topics: [orders] });

      const seen: Record<number, string[]> = {};
      let count = 0;
      for await (const message of consumer) {
        const key: string | null = message.key;
        expect(key).toBe(`k${String(message.offset % 5)}`);
        (seen[message.partition] ??= []).push(message.value);
        if (++count === 60) break;
      }

      for (const partition of [0, 1, 2]) {
        expect(seen[partition]).toEqual(
          Array.from({ length: 20 }, (_, index) => `p${String(partition)}-${String(index)}`),
        );
      }
    });

    it('goes on behind what it had processed, after a graceful close with nothing twice', async () => {
      await write(10);
      const group = newGroup();
      {
        await using consumer = client.consumer({ group, topics: [orders] });
        expect(await readValues(consumer, 4)).toEqual(['v0', 'v1', 'v2', 'v3']);
      }
      expect((await committedOf(group))[0]).toBe(4);

      await using consumer = client.consumer({ group, topics: [orders] });
      expect(await readValues(consumer, 6)).toEqual(['v4', 'v5', 'v6', 'v7', 'v8', 'v9']);
    });

    it('delivers the message in hand again when its loop threw', async () => {
      await write(3);
      const group = newGroup();
      await using consumer = client.consumer({ group, topics: [orders] });

      const work = async (): Promise<void> => {
        for await (const message of consumer) if (message.value === 'v1') throw new Error('no');
      };
      await expect(work()).rejects.toThrow('no');

      expect(await readValues(consumer, 2)).toEqual(['v1', 'v2']);
    });

    it.each(['classic', 'consumer'] as const)(
      'commits in onRevoked, when it hands partitions to another member and when it is closed (%s)',
      async (protocol) => {
        for (const partition of [0, 1, 2]) await write(5, partition);
        const group = newGroup();
        const errors: unknown[] = [];
        const revoked: number[] = [];
        const join = (): Consumer<typeof orders> => {
          const consumer = client.consumer({
            group,
            topics: [orders],
            protocol,
            commit: 'manual',
            onRevoked: async (partitions) => {
              await consumer.commit();
              revoked.push(...partitions.map(({ partition }) => partition));
            },
            onError: (error) => errors.push(error),
          });
          return consumer;
        };
        const first = join();
        await readValues(first, 15);
        expect(await committedOf(group)).toEqual({});

        const second = join();
        const nothing = second[Symbol.asyncIterator]().next();
        // It learns of the other with its next heartbeat, after 5 s in a group of KIP-848.
        await waitUntil('the first gives partitions up', () => revoked.length > 0, 30_000);
        for (const partition of revoked) expect((await committedOf(group))[partition]).toBe(5);

        await Promise.all([first.close(), second.close()]);
        expect(await committedOf(group)).toEqual({ 0: 5, 1: 5, 2: 5 });
        expect((await nothing).done).toBe(true);
        expect(errors).toEqual([]);
      },
      60_000,
    );

    it('commits the start of an empty partition, so that latest leaves out nothing after a restart', async () => {
      await write(5);
      const group = newGroup();
      {
        await using consumer = client.consumer({ group, topics: [orders], from: 'latest' });
        const reading = readValues(consumer, 1);
        await waitUntil('the start is committed', async () => (await committedOf(group))[0] === 5);
        await consumer.close();
        expect(await reading).toEqual([]);
      }
      await write(2, 0, 'later');

      await using consumer = client.consumer({ group, topics: [orders], from: 'latest' });
      expect(await readValues(consumer, 2)).toEqual(['later0', 'later1']);
    });

    it('hands partitions to a second member after committing, with nothing lost or doubled', async () => {
      for (const partition of [0, 1, 2]) await write(50, partition, `p${String(partition)}-`);
      const group = newGroup();
      const seen: string[] = [];
      const log: string[] = [];
      const start = (name: string): Consumer<typeof orders> =>
        client.consumer({
          group,
          topics: [orders],
          onAssigned: (partitions) => void log.push(`${name}+${partitions.length}`),
          onRevoked: (partitions) => void log.push(`${name}-${partitions.length}`),
        });
      const first = start('a');
      const firstRun = first.run(({ value }) => void seen.push(value));
      await waitUntil('the first has read', () => seen.length === 150);

      const second = start('b');
      const secondRun = second.run(({ value }) => void seen.push(value));
      await waitUntil(
        'the second has a partition',
        () => second.assignment().length > 0 && first.assignment().length < 3,
      );
      for (const partition of [0, 1, 2]) await write(50, partition, `q${String(partition)}-`);
      await waitUntil('all is read', () => seen.length >= 300);
      await Promise.all([first.close(), second.close()]);
      await Promise.all([firstRun, secondRun]);

      expect(new Set(seen).size).toBe(300);
      expect(seen).toHaveLength(300);
      expect(log).toContain('a+3');
      expect(log.some((entry) => entry.startsWith('a-'))).toBe(true);
    });
  });

  describe('without a group', () => {
    it('reads all partitions, and refuses to commit', async () => {
      await write(3, 0);
      await write(3, 1, 'w');
      await using consumer = client.consumer({ topics: [orders] });

      expect((await readValues(consumer, 6)).sort()).toEqual(['v0', 'v1', 'v2', 'w0', 'w1', 'w2']);
      await expect(consumer.commit()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
    });

    it('reads the partitions named by hand, from where it was told', async () => {
      await write(10);
      await using consumer = client.consumer({});
      await consumer.assign([{ topic: 'orders', partition: 0, at: 7 }]);

      const offsets: number[] = [];
      for await (const { offset, value } of consumer) {
        expect(Buffer.from(value ?? []).toString()).toBe(`v${String(offset)}`);
        offsets.push(offset);
        if (offsets.length === 3) break;
      }
      expect(offsets).toEqual([7, 8, 9]);
    });

    it('commits for a group that it is not a member of', async () => {
      await write(4);
      const group = newGroup();
      {
        await using consumer = client.consumer({ group });
        await consumer.assign([{ topic: 'orders', partition: 0 }]);
        let count = 0;
        for await (const batch of consumer.batches()) {
          count += batch.size;
          batch.done();
          if (count === 4) break;
        }
      }
      expect(await committedOf(group)).toEqual({ 0: 4 });
    });

    it('finds a topic that is created later, and waits until then', async () => {
      const later = topic('later', { key: nullable(str), value: str });
      await using consumer = client.consumer({ topics: [later] });
      const iterator = consumer[Symbol.asyncIterator]();
      const first = iterator.next();
      await broker.createTopic('later');
      await broker.produce('later', [{ value: 'here' }]);

      expect((await first).value).toMatchObject({ topic: 'later', value: 'here' });
      await iterator.return?.();
    });
  });

  describe('positions', () => {
    it('seek by offset, time and end, also in the middle of a batch', async () => {
      await broker.produce(
        'orders',
        Array.from({ length: 10 }, (_, index) => ({ value: `v${String(index)}`, timestamp: 1_000 + index })),
      );
      await using consumer = client.consumer({ topics: [orders] });
      const iterator = consumer[Symbol.asyncIterator]();
      const next = async (): Promise<string> => String(((await iterator.next()).value as { value: string }).value);
      const place = { topic: 'orders', partition: 0 };
      expect(await next()).toBe('v0');

      await consumer.seek(place, 5);
      expect(await next()).toBe('v5');
      await consumer.seek(place, new Date(1_008));
      expect(await next()).toBe('v8');
      await consumer.seek(place, 'earliest');
      expect(await next()).toBe('v0');
      await consumer.seek(place, 'latest');
      await write(1, 0, 'end');
      expect(await next()).toBe('end0');
      await iterator.return?.();
    });

    it('that are not in the log any more are reset by policy, and told of', async () => {
      await write(10);
      const resets: PositionReset[] = [];
      await using consumer = client.consumer({ topics: [orders], onReset: (reset) => void resets.push(reset) });
      await readValues(consumer, 2);
      await client.admin().deleteRecords([{ topic: 'orders', partition: 0, before: 6 }]);

      await consumer.seek({ topic: 'orders', partition: 0 }, 3);
      expect(await readValues(consumer, 4)).toEqual(['v6', 'v7', 'v8', 'v9']);
      expect(resets.at(-1)).toEqual({
        topic: 'orders',
        partition: 0,
        reason: 'out-of-range',
        from: 3,
        to: 6,
        skippedOffsets: 3,
      });
    });

    it('fail when that is the policy, until a seek', async () => {
      await write(3);
      await using consumer = client.consumer({ group: newGroup(), topics: [orders], from: 'fail' });

      await expect(readValues(consumer, 1)).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_NO_POSITION' });
      for (const partition of [0, 1, 2]) await consumer.seek({ topic: 'orders', partition }, 1);
      expect(await readValues(consumer, 2)).toEqual(['v1', 'v2']);
    });

    it('begin anew in a topic that was deleted and created again', async () => {
      await write(5);
      const resets: PositionReset[] = [];
      await using consumer = client.consumer({ topics: [orders], onReset: (reset) => void resets.push(reset) });
      await readValues(consumer, 5);
      await broker.deleteTopic('orders');
      await broker.createTopic('orders', { partitions: 3 });
      await write(2, 0, 'new');

      expect(await readValues(consumer, 2)).toEqual(['new0', 'new1']);
      expect(resets.some(({ reason }) => reason === 'topic-recreated')).toBe(true);
    });
  });

  describe('records that cannot be decoded', () => {
    const numbers = topic('orders', { key: nullable(str), value: json<{ n: number }>() });

    beforeEach(() =>
      broker.produce(
        'orders',
        ['{"n":0}', 'garbage', '{"n":2}'].map((value) => ({ value, headers: { h: 'x' } })),
      ),
    );

    it('stop the loop by default; a seek goes past them', async () => {
      await using consumer = client.consumer({ topics: [numbers] });
      const seen: number[] = [];
      const read = async (): Promise<void> => {
        for await (const { value } of consumer) {
          seen.push(value.n);
          if (value.n === 2) break;
        }
      };
      await expect(read()).rejects.toMatchObject({
        code: 'MILLRACE_CLIENT_DECODE',
        details: { topic: 'orders', partition: 0, offset: 1, part: 'value', codec: 'json' },
      });
      await expect(read()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_DECODE' });

      await consumer.seek({ topic: 'orders', partition: 0 }, 2);
      await read();
      expect(seen).toEqual([0, 2]);
    });

    it('are left out when they shall be, and told of', async () => {
      const skipped: number[] = [];
      await using consumer = client.consumer({
        topics: [numbers],
        undecodable: 'skip',
        onUndecodable: ({ offset }) => void skipped.push(offset),
      });
      const seen: number[] = [];
      for await (const { value } of consumer) {
        seen.push(value.n);
        if (value.n === 2) break;
      }
      expect({ seen, skipped }).toEqual({ seen: [0, 2], skipped: [1] });
    });

    it('go to a dead letter topic with their bytes, headers and origin before anything behind them is committed', async () => {
      const sent: { topic: string; value: string; headers: Record<string, string> }[] = [];
      let acknowledge: () => void = () => undefined;
      const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve));
      const producer = {
        async sendRaw(
          to: string,
          record: { value: Uint8Array | null; headers: readonly { key: string; value: Uint8Array | null }[] },
        ) {
          sent.push({
            topic: to,
            value: Buffer.from(record.value ?? []).toString(),
            headers: Object.fromEntries(
              record.headers.map(({ key, value }) => [key, Buffer.from(value ?? []).toString()]),
            ),
          });
          await acknowledged;
        },
      };
      const group = newGroup();
      await using consumer = client.consumer({ group, topics: [numbers], undecodable: { topic: 'dead', producer } });
      const seen: number[] = [];
      const run = consumer.run(({ value }) => void seen.push(value.n), { order: 'none' });
      await waitUntil('all is seen', () => seen.length === 2 && sent.length === 1);
      await waitUntil('a commit', async () => (await committedOf(group))[0] === 1);
      acknowledge();
      await waitUntil('the rest is committed', async () => (await committedOf(group))[0] === 3);
      await consumer.close();
      await run;

      expect(sent).toEqual([
        {
          topic: 'dead',
          value: 'garbage',
          headers: expect.objectContaining({
            h: 'x',
            'dlq.topic': 'orders',
            'dlq.offset': '1',
            'dlq.error.name': 'DecodeError',
          }),
        },
      ]);
    });

    describe.each(['for', 'for await'] as const)('among batches that are read by %s', (loop) => {
      async function each(batch: Batch<typeof numbers>, use: (n: number) => void): Promise<void> {
        if (loop === 'for') for (const { value } of batch) use(value.n);
        else for await (const { value } of batch) use(value.n);
      }

      it('stop the loop by default, and nothing from there on is committed', async () => {
        const group = newGroup();
        const consumer = client.consumer({ group, topics: [numbers] });
        const seen: number[] = [];
        const read = async (): Promise<void> => {
          for await (const batch of consumer.batches()) await each(batch, (n) => void seen.push(n));
        };

        await expect(read()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_DECODE', details: { offset: 1 } });
        await consumer.close().catch(() => undefined);

        expect(seen).toEqual([0]);
        expect((await committedOf(group))[0] ?? 0).toBeLessThanOrEqual(1);
      });

      it('are left out when they shall be, and told of', async () => {
        const group = newGroup();
        const skipped: number[] = [];
        const onUndecodable = ({ offset }: { readonly offset: number }) => void skipped.push(offset);
        const consumer = client.consumer({ group, topics: [numbers], undecodable: 'skip', onUndecodable });
        const seen: number[] = [];
        for await (const batch of consumer.batches()) {
          await each(batch, (n) => void seen.push(n));
          batch.done();
          if (seen.includes(2)) break;
        }
        await consumer.close();

        expect({ seen, skipped }).toEqual({ seen: [0, 2], skipped: [1] });
        expect((await committedOf(group))[0]).toBe(3);
      });

      it('go to the dead letter topic before anything behind them is committed', async () => {
        const group = newGroup();
        const { promise: acknowledged, resolve: acknowledge } = Promise.withResolvers<void>();
        const sent: string[] = [];
        const producer = {
          async sendRaw(_to: string, { value }: { readonly value: Uint8Array | null }) {
            sent.push(Buffer.from(value ?? []).toString());
            await acknowledged;
          },
        };
        const undecodable = { topic: 'dead', producer };
        const consumer = client.consumer({ group, topics: [numbers], undecodable, commit: { everyMs: 20 } });
        const seen: number[] = [];
        const reading = (async () => {
          for await (const batch of consumer.batches()) {
            await each(batch, (n) => void seen.push(n));
            batch.done();
          }
        })();
        await waitUntil('the dead letter is on its way', () => sent.length === 1);
        // With `await` the letter is waited for before the next record, beside it otherwise.
        if (loop === 'for await') expect(seen).toEqual([0]);
        else await waitUntil('what is before it is committed', async () => (await committedOf(group))[0] === 1);
        expect((await committedOf(group))[0] ?? 0).toBeLessThanOrEqual(1);
        acknowledge();
        await waitUntil('all is committed', async () => (await committedOf(group))[0] === 3);
        await consumer.close();
        await reading;

        expect(sent).toEqual(['garbage']);
        expect(seen).toEqual([0, 2]);
      });
    });
  });

  it('says why nothing arrives', async () => {
    await using consumer = client.consumer({ group: newGroup(), topics: [orders] });
    expect(String(consumer.explain())).toContain('nothing was asked for yet');
    const reading = readValues(consumer, 1);
    await waitUntil('the end is reached', () => String(consumer.explain()).includes('at the end of their logs'));
    consumer.pause();
    expect(consumer.explain().reasons).toContain('all partitions are paused');
    await write(1);
    consumer.resume();
    expect(await reading).toEqual(['v0']);
  });

  it('says how far it is behind', async () => {
    await write(7);
    await using consumer = client.consumer({ topics: [orders] });
    await readValues(consumer, 3);
    const lags = await consumer.lag();
    expect(lags.find(({ partition }) => partition === 0)).toEqual({
      topic: 'orders',
      partition: 0,
      position: 3,
      end: 7,
      lag: 4,
    });
  });

  it('refuses a second reader, and wrong options with what is right', async () => {
    await using consumer = client.consumer({ topics: [orders] });
    void consumer[Symbol.asyncIterator]().next();
    await expect(consumer.run(() => undefined)).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
    expect(() => client.consumer({ topics: [orders], form: 'latest' } as never)).toThrow(/did you mean `from`/);
    expect(() => client.consumer({ topics: [orders], protocol: 'classic' })).toThrow(/no `group`/);
    expect(int32.name).toBe('int32');
  });
});
