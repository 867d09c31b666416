import { ErrorCode } from '@millrace/protocol';
import { HandTime } from '../../test/hand-time.ts';
import { ConsumedPartition } from './consumed-partition.ts';
import { ConsumedTopic } from './consumed-topic.ts';
import type { ConsumerCluster } from './consumer-cluster.ts';
import { MemoryBudget } from './memory-budget.ts';
import { PositionResolver, type PositionReset } from './position-resolver.ts';
import type { TopicDecoder } from './topic-decoder.ts';

const LEADER_EPOCH = 4;

/** Records 10 to 19, all in hand. */
const TEN_TO_TWENTY = {
  size: 10,
  nextOffset: 20,
  leaderEpoch: 3,
  offsetAt: (index: number) => 10 + index,
};

/** A partition whose records 10 to 19 are in hand, and whose new leader says where their epoch ends. */
async function afterLeaderChange(endOffset: number, finishedIndexes: readonly number[]) {
  const time = new HandTime();
  const partition = new ConsumedPartition(
    new ConsumedTopic('orders', {} as TopicDecoder),
    0,
    new MemoryBudget(1_000, () => undefined),
  );
  partition.isAdmitted = true;
  partition.moveTo(10, 3);
  const delivery = partition.progress.deliver(TEN_TO_TWENTY, 0, 0);
  for (const index of finishedIndexes) delivery.finish(index);
  partition.fetchOffset = 20;
  Object.assign(partition, { leaderId: 2, leaderEpoch: LEADER_EPOCH, need: 'validate' });
  const resets: PositionReset[] = [];
  const cluster = {
    runtime: { clock: time, timers: time },
    versionOf: () => Promise.resolve(4),
    sendTo: () =>
      Promise.resolve({
        version: 4,
        response: {
          topics: [
            {
              topic: 'orders',
              partitions: [
                { partition: 0, errorCode: ErrorCode.NONE, endOffset: BigInt(endOffset), leaderEpoch: LEADER_EPOCH },
              ],
            },
          ],
        },
      }),
  } as unknown as ConsumerCluster;
  const resolver = new PositionResolver({
    cluster,
    lane: 'fetch',
    policy: 'earliest',
    isCommittedOnly: false,
    fetchCommitted: undefined,
    partitions: () => [partition],
    onReady: () => undefined,
    onReset: (reset) => resets.push(reset),
    onFailure: () => undefined,
    findLeader: () => undefined,
  });
  resolver.request();
  await resolver.whenSettled(partition);
  resolver.close();
  return { partition, delivery, resets };
}

describe('PositionResolver', () => {
  it('goes on behind records that a new leader still has when all of them are finished', async () => {
    const { partition, resets } = await afterLeaderChange(16, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([partition.position, partition.progress.watermark().offset]).toEqual([16, 16]);
    expect(resets).toMatchObject([{ reason: 'truncated', from: 20, to: 16 }]);
  });

  it('goes back to the first record in hand that is not finished when the log was cut behind it', async () => {
    const { partition, delivery, resets } = await afterLeaderChange(16, [0, 1, 3]);
    expect(delivery.isCancelled).toBe(true);
    expect([partition.position, partition.progress.watermark().offset]).toEqual([12, 12]);
    expect(resets).toMatchObject([{ reason: 'truncated', from: 20, to: 12 }]);
  });

  it('leaves everything as it is when the new leader has all that was fetched', async () => {
    const { partition, delivery, resets } = await afterLeaderChange(20, [0]);
    expect(delivery.isCancelled).toBe(false);
    expect([partition.need, partition.position, partition.progress.watermark().offset]).toEqual(['ready', 20, 11]);
    expect(resets).toEqual([]);
  });
});
