import { SeededRandom } from '@millrace/base';
import { HandTime } from '../../test/hand-time.ts';
import { KafkaError, TimeoutError } from '../error.ts';
import type { CommitResult } from '../group/membership.ts';
import { createClientEvents } from '../telemetry/client-events.ts';
import type { OffsetToCommit } from '../topic-partition.ts';
import { nullable, str } from '../topic/codecs.ts';
import { topic } from '../topic/topic.ts';
import { Committer } from './committer.ts';
import { ConsumedPartition } from './consumed-partition.ts';
import { ConsumedTopic } from './consumed-topic.ts';
import { MemoryBudget } from './memory-budget.ts';
import { TopicDecoder } from './topic-decoder.ts';

describe('a commit that nobody waits for', () => {
  const time = new HandTime();
  let told: KafkaError[];

  function setUp(answer: (offsets: readonly OffsetToCommit[]) => Promise<readonly CommitResult[]>): {
    readonly committer: Committer;
    readonly partition: ConsumedPartition;
  } {
    told = [];
    const orders = new ConsumedTopic('orders', new TopicDecoder(topic('orders', { key: nullable(str), value: str })));
    const partition = new ConsumedPartition(orders, 0, new MemoryBudget(1_000, () => undefined));
    partition.moveTo(7, -1);
    const committer = new Committer({
      runtime: { clock: time, timers: time, random: new SeededRandom(1), events: createClientEvents() },
      intervalMs: 200,
      partitions: () => [partition],
      find: () => partition,
      commitOffsets: answer,
      onFatal: (error) => told.push(error),
      onFailed: (error) => told.push(error),
    });
    return { committer, partition };
  }

  it('is told of when it does not come about, on its timer and before partitions go', async () => {
    const late = new TimeoutError('committing took too long');
    const { committer, partition } = setUp(() => Promise.reject(late));
    committer.note();
    await time.advance(200);
    expect(told).toEqual([late]);
    expect(committer.lastError).toBe(late);

    await committer.commitBeforeGoing([partition], 100);
    expect(told).toEqual([late, late]);
    committer.close();
  });

  it('is not told of when the next one may succeed', async () => {
    const error = new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', 'rebalancing', { retriable: true });
    const { committer } = setUp((offsets) => Promise.resolve(offsets.map((each) => ({ ...each, error }))));
    committer.note();
    await time.advance(200);

    expect(told).toEqual([]);
    expect(committer.lastError).toBe(error);
    committer.close();
  });

  it.each([
    ['the one before', 'timer'],
    ['itself', 'going'],
  ])('does not hold up partitions that go for longer than their time when %s has no answer', async (_, first) => {
    const { committer, partition } = setUp(() => new Promise(() => undefined));
    committer.note();
    if (first === 'timer') await time.advance(200);
    let isGone = false;
    void committer.commitBeforeGoing([partition], 100).then(() => (isGone = true));

    await time.advance(99);
    expect(isGone).toBe(false);
    await time.advance(1);

    expect(isGone).toBe(true);
    expect(told).toEqual([expect.any(TimeoutError)]);
    committer.close();
  });

  it('that was given up in the queue is not made when its turn comes', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<readonly CommitResult[]>();
    const asked: (readonly OffsetToCommit[])[] = [];
    const { committer } = setUp((offsets) => {
      asked.push(offsets);
      return answer;
    });
    const first = committer.commit();
    const controller = new AbortController();
    const second = committer.commit([{ topic: 'orders', partition: 0, offset: 9 }], { signal: controller.signal });
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_ABORTED' });

    resolve([]);
    await first;
    await time.advance(0);

    expect(asked).toHaveLength(1);
    committer.close();
  });
});
