import { ErrorCode } from '@millrace/protocol';
import { settle } from '../../test/hand-time.ts';
import { LogCluster } from '../../test/log-cluster.ts';
import { nullable, str } from '../topic/codecs.ts';
import { topic } from '../topic/topic.ts';
import { Consumer } from './consumer.ts';
import type { ConsumerOptions } from './consumer-options.ts';

const orders = topic('orders', { key: nullable(str), value: str });

function asked(
  request: { topics: readonly { partitions: readonly { partition: number; fetchOffset: bigint }[] }[] } | undefined,
): string[] {
  return (request?.topics ?? []).flatMap(({ partitions }) =>
    partitions.map((p) => `${String(p.partition)}@${String(p.fetchOffset)}`),
  );
}

describe('fetching', () => {
  let logs: LogCluster;
  let consumer: Consumer<typeof orders>;

  function start(partitions: number, options: Partial<ConsumerOptions<typeof orders>> = {}): void {
    logs = new LogCluster(partitions);
    consumer = new Consumer(logs.cluster, { topics: [orders], ...options });
  }

  afterEach(async () => {
    const closing = consumer.close({ timeoutMs: 0 });
    await logs.time.advance(1_000);
    await closing;
  });

  it('sends the next fetch as soon as an answer is here, while the application works on the records', async () => {
    start(1);
    logs.append(0, ['a', 'b']);
    const iterator = consumer[Symbol.asyncIterator]();
    const first = iterator.next();
    await settle();
    expect(asked(logs.waiting)).toEqual(['0@0']);

    await logs.answer();
    expect((await first).value?.value).toBe('a');
    expect([asked(logs.waiting), logs.waiting?.sessionId, logs.waiting?.sessionEpoch]).toEqual([['0@2'], 9, 1]);
  });

  it('hands out all of a batch on the log that is larger than what is taken at once', async () => {
    start(1);
    logs.append(0, ['a', 'b', 'c', 'd', 'e']);
    const batches = consumer.batches({ maxRecords: 2 });
    const first = batches.next();
    await settle();
    await logs.answer();

    const taken = [await first, await batches.next(), await batches.next()];
    expect(taken.map(({ value }) => [...(value ?? [])].map(({ value: text }) => text))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e'],
    ]);
  });

  it('stops asking for a partition that is full, asks for the others with a short wait, and for it again once half of it is finished', async () => {
    start(2, { prefetchPerPartition: 300, maxWaitMs: 500 });
    for (let batch = 0; batch < 4; batch++) logs.append(0, ['x'.repeat(60)]);
    const batches = consumer.batches({ maxRecords: 1 });
    const first = batches.next();
    await settle();
    expect(logs.waiting?.maxWaitMs).toBe(500);
    await logs.answer();
    await first;
    expect(asked(logs.waiting)).toEqual(['0@1']);
    await logs.answer();
    await logs.answer();

    // Three batches of 130 bytes are held: the partition is full, and the other one waits a moment for it.
    expect(logs.waiting).toBeUndefined();
    await logs.time.advance(10);
    expect(logs.waiting?.forgottenTopicsData).toMatchObject([{ partitions: [0] }]);
    expect(logs.waiting?.maxWaitMs).toBe(10);
    await logs.answer();
    expect(logs.waiting).toBeUndefined();

    await batches.next();
    await batches.next();
    await settle();
    expect(asked(logs.waiting)).toEqual(['0@3']);
    expect(logs.waiting?.maxWaitMs).toBe(500);
  });

  it('asks for nothing when all the memory is used, and goes on when records are finished', async () => {
    start(2, { prefetchBytes: 300, prefetchPerPartition: 300 });
    for (const partition of [0, 1]) for (let batch = 0; batch < 3; batch++) logs.append(partition, ['x'.repeat(80)]);
    const batches = consumer.batches({ maxRecords: 1 });
    const first = batches.next();
    await settle();
    await logs.answer();
    await first;
    await settle();
    expect(logs.waiting).toBeUndefined();
    expect(consumer.explain().reasons.join()).toContain('prefetch limit');

    const rest: string[] = [];
    for (let count = 1; count < 6; count++) {
      const next = batches.next();
      await settle();
      if (logs.waiting !== undefined) await logs.answer();
      const { value } = await next;
      rest.push(`${String(value?.partition)}@${String(value?.baseOffset)}`);
    }
    expect(rest).toHaveLength(5);
    expect(new Set(rest).size).toBe(5);
  });

  it('lets paused partitions give up what was fetched rather than stop the others', async () => {
    start(2, { prefetchBytes: 300, prefetchPerPartition: 300 });
    for (let batch = 0; batch < 4; batch++) logs.append(0, ['x'.repeat(80)]);
    const batches = consumer.batches({ maxRecords: 1 });
    const first = batches.next();
    await settle();
    await logs.answer();
    await first;
    consumer.pause([{ topic: 'orders', partition: 0 }]);
    await settle();
    logs.append(1, ['other']);
    const second = batches.next();
    for (let round = 0; round < 3; round++) {
      await logs.time.advance(20);
      if (logs.waiting !== undefined) await logs.answer();
    }
    expect((await second).value).toMatchObject({ partition: 1, size: 1 });

    consumer.resume();
    const third = batches.next();
    for (let round = 0; round < 3; round++) {
      await logs.time.advance(20);
      if (logs.waiting !== undefined) await logs.answer();
    }
    expect((await third).value).toMatchObject({ partition: 0, baseOffset: 1 });
  });

  it('names everything again after a lost connection, and loses nothing', async () => {
    start(1);
    const iterator = consumer[Symbol.asyncIterator]();
    const first = iterator.next();
    await settle();
    await logs.answer();
    expect(logs.waiting?.sessionEpoch).toBe(1);
    logs.cut();
    await logs.time.advance(200);
    expect([logs.waiting?.sessionEpoch, asked(logs.waiting)]).toEqual([0, ['0@0']]);
    logs.append(0, ['a']);
    await logs.answer();
    expect((await first).value?.value).toBe('a');
  });

  it('has what a seek goes to at once, beside the fetch that waits at the broker, and only once', async () => {
    start(1);
    logs.append(0, ['a', 'b']);
    logs.append(0, ['c']);
    const iterator = consumer[Symbol.asyncIterator]();
    const first = iterator.next();
    await settle();
    await logs.answer();
    await first;
    await logs.answer();
    // Everything was read: the next fetch waits at the broker for what is to come.
    const waiting = logs.waiting;
    await consumer.seek({ topic: 'orders', partition: 0 }, 0);
    const again = await Promise.all([iterator.next(), iterator.next(), iterator.next()]);

    expect(again.map(({ value }) => value?.value)).toEqual(['a', 'b', 'c']);
    expect(logs.waiting).toBe(waiting);
    expect(logs.aside.length).toBeLessThan(4);

    const last = iterator.next();
    await logs.answer();
    logs.append(0, ['d']);
    await logs.answer();
    expect((await last).value?.value).toBe('d');
  });

  it('drops the answer to a fetch that was sent before a seek', async () => {
    start(1);
    logs.append(0, ['a']);
    logs.append(0, ['b', 'c']);
    const iterator = consumer[Symbol.asyncIterator]();
    const first = iterator.next();
    await settle();
    await consumer.seek({ topic: 'orders', partition: 0 }, 2);
    await logs.answer();
    await logs.answer();
    expect((await first).value?.value).toBe('c');
  });

  it('asks again after a while for a partition that has no leader, and goes on with the others', async () => {
    start(2);
    logs.errors.set(0, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    logs.append(0, ['late']);
    logs.append(1, ['early']);
    const iterator = consumer[Symbol.asyncIterator]();
    const first = iterator.next();
    await settle();
    await logs.answer();
    expect((await first).value?.value).toBe('early');
    logs.errors.clear();
    const second = iterator.next();
    for (let round = 0; round < 5; round++) {
      await logs.time.advance(100);
      if (logs.waiting !== undefined) await logs.answer();
    }
    expect((await second).value?.value).toBe('late');
  });

  it('tells who reads of a refusal, and tries again for who reads on', async () => {
    start(1);
    logs.errors.set(0, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
    logs.append(0, ['a']);
    const refused = consumer[Symbol.asyncIterator]().next();
    await settle();
    await logs.answer();
    await expect(refused).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_AUTH',
      kafkaCode: 'TOPIC_AUTHORIZATION_FAILED',
    });
    logs.errors.clear();
    const next = consumer[Symbol.asyncIterator]().next();
    await logs.time.advance(2_000);
    await logs.answer();
    expect((await next).value?.value).toBe('a');
  });
});
