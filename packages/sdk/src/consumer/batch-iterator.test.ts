import { settle } from '../../test/hand-time.ts';
import { LogCluster } from '../../test/log-cluster.ts';
import { nullable, str } from '../topic/codecs.ts';
import { topic } from '../topic/topic.ts';
import type { Batch } from './batch.ts';
import { Consumer } from './consumer.ts';

const orders = topic('orders', { key: nullable(str), value: str });
const POSITION = { topic: 'orders', partition: 0 };

describe('a loop over batches that is left', () => {
  let logs: LogCluster;
  let consumer: Consumer<typeof orders>;

  /** The first batch of a loop. */
  async function begin(values: readonly string[]): Promise<{ loop: AsyncIterator<Batch>; batch: Batch }> {
    logs = new LogCluster(1);
    consumer = new Consumer(logs.cluster, { topics: [orders] });
    logs.append(0, values);
    const loop = consumer.batches();
    const first = loop.next();
    await settle();
    await logs.answer();
    const { value: batch } = await first;
    if (batch === undefined) throw new Error('the loop ended');
    return { loop, batch };
  }

  /** Whether closing ends before any time passes. */
  async function closesAtOnce(): Promise<boolean> {
    let isClosed = false;
    const closing = consumer.close().then(() => (isClosed = true));
    await settle();
    const wasClosed = isClosed;
    await logs.time.advance(60_000);
    await closing;
    return wasClosed;
  }

  it('does not keep close waiting for the rest of a batch that was half done', async () => {
    const { loop, batch } = await begin(['a', 'b', 'c']);
    batch.done(1);
    await loop.return?.();

    expect(consumer.position(POSITION)).toBe(1);
    expect(await closesAtOnce()).toBe(true);
  });

  it('gives the rest of a batch that was half done to the next loop', async () => {
    const { loop, batch } = await begin(['a', 'b', 'c']);
    batch.done(1);
    await loop.return?.();

    const again = consumer.batches();
    const next = again.next();
    await settle();
    // What waits was asked for from behind the batch; the next one asks for its rest.
    await logs.answer();
    await logs.answer();
    const { value: rest } = await next;

    expect([...(rest ?? [])].map(({ value }) => value)).toEqual(['b', 'c']);
    await again.return?.();
    expect(await closesAtOnce()).toBe(true);
  });

  it('waits for a batch that was retained, until it is done', async () => {
    const { loop, batch } = await begin(['a', 'b']);
    batch.retain();
    await loop.return?.();
    let isClosed = false;
    const closing = consumer.close().then(() => (isClosed = true));
    await settle();
    expect(isClosed).toBe(false);

    batch.done();
    await settle();
    expect(isClosed).toBe(true);
    await closing;
  });
});
