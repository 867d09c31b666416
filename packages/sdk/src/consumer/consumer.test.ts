import { ErrorCode } from '@millrace/protocol';
import { createConsumerGroupHeartbeatResponse } from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import { FakeGroupCluster, silence, topicIdOf } from '../../test/fake-group-cluster.ts';
import { settle } from '../../test/hand-time.ts';
import { LogCluster } from '../../test/log-cluster.ts';
import { KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { nullable, str } from '../topic/codecs.ts';
import { topic } from '../topic/topic.ts';
import { Consumer } from './consumer.ts';
import type { ConsumerOptions } from './consumer-options.ts';

const HEARTBEAT = 'ConsumerGroupHeartbeat';
const ORDERS_0 = { topic: 'orders', partition: 0 };
const orders = topic('orders', { key: nullable(str), value: str });

interface CommitRequest {
  readonly topics: readonly { readonly topicId: string; readonly partitions: readonly { partitionIndex: number }[] }[];
}

interface FetchRequest {
  readonly groups: readonly { readonly topics: readonly { topicId: string; partitionIndexes: readonly number[] }[] }[];
}

describe('a consumer in a group', () => {
  let cluster: FakeGroupCluster;
  let consumer: Consumer<typeof orders>;
  let heard: string[];
  let errors: KafkaError[];
  /** Awaited by onRevoked. */
  let whenRevoked: (partitions: readonly TopicPartition[]) => Promise<void>;
  /** What the coordinator assigns, and the errors it answers heartbeats with first. */
  let given: readonly number[];
  let refusals: number[];

  beforeEach(() => {
    cluster = new FakeGroupCluster();
    cluster.addTopic('orders', 2);
    heard = [];
    errors = [];
    whenRevoked = () => Promise.resolve();
    given = [0];
    refusals = [];
    let epoch = 0;
    let told: readonly number[] = [];
    cluster.on(HEARTBEAT, ({ request }) => {
      const { memberEpoch } = request as { memberEpoch: number };
      const errorCode = memberEpoch < 0 ? 0 : (refusals.shift() ?? 0);
      const isNew = memberEpoch === 0 || told !== given;
      if (errorCode === 0) told = given;
      if (errorCode === 0 && isNew) epoch++;
      return createConsumerGroupHeartbeatResponse({
        errorCode,
        memberEpoch: memberEpoch < 0 ? memberEpoch : epoch,
        heartbeatIntervalMs: 1_000,
        assignment:
          isNew && memberEpoch >= 0
            ? { topicPartitions: [{ topicId: topicIdOf('orders'), partitions: [...given] }] }
            : null,
      });
    });
    cluster.on('OffsetFetch', ({ request }) => fetched(request as FetchRequest));
    cluster.on('OffsetCommit', ({ request }) => stored(request as CommitRequest));
    cluster.on('Fetch', silence);
  });

  afterEach(async () => {
    const closing = consumer.close({ timeoutMs: 0 });
    await cluster.time.advance(60_000);
    await closing;
  });

  /** Seven records were processed before. */
  function fetched({ groups }: FetchRequest): unknown {
    return {
      groups: groups.map((group) => ({
        ...group,
        errorCode: 0,
        topics: group.topics.map(({ topicId, partitionIndexes }) => ({
          topicId,
          name: '',
          partitions: partitionIndexes.map((partitionIndex) => ({
            partitionIndex,
            errorCode: 0,
            committedOffset: 7n,
            committedLeaderEpoch: -1,
            metadata: '',
          })),
        })),
      })),
    };
  }

  function stored({ topics }: CommitRequest): unknown {
    return {
      topics: topics.map((each) => ({
        ...each,
        partitions: each.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
      })),
    };
  }

  async function join(options: Partial<ConsumerOptions<typeof orders>> = {}): Promise<void> {
    const names = (partitions: readonly TopicPartition[]): string =>
      partitions.map(({ partition }) => String(partition)).join('');
    const whole = Object.assign(cluster, {
      requestTimeoutMs: 30_000,
      fetchTopic: (name: string) => Promise.resolve(cluster.topic(name)),
      invalidate: () => Promise.resolve(),
      applyLeaderHint: () => undefined,
      isClosed: false,
    });
    consumer = new Consumer(whole, {
      group: 'g',
      protocol: 'consumer',
      topics: [orders],
      onAssigned: (partitions) => void heard.push(`+${names(partitions)}`),
      onRevoked: async (partitions) => {
        heard.push(`-${names(partitions)}`);
        await whenRevoked(partitions);
      },
      onLost: (partitions) => void heard.push(`!${names(partitions)}`),
      onError: (error) => void errors.push(error),
      ...options,
    });
    void consumer.committed([ORDERS_0]).catch(() => undefined);
    await cluster.time.advance(10);
  }

  function committed(): unknown[] {
    return cluster
      .requests('OffsetCommit')
      .map(({ request }) => request.topics[0].partitions[0].committedOffset as unknown);
  }

  it('commits in onRevoked when it is closed, and not after', async () => {
    await join({ commit: 'manual' });
    whenRevoked = () => consumer.commit([{ ...ORDERS_0, offset: 9 }]);
    const closing = consumer.close();
    await cluster.time.advance(10);
    await closing;

    expect(heard).toEqual(['+0', '-0']);
    expect(committed()).toEqual([9n]);
    expect(cluster.requests(HEARTBEAT).at(-1)?.request).toMatchObject({ memberEpoch: -1 });
    expect(errors).toEqual([]);
    await expect(consumer.commit([{ ...ORDERS_0, offset: 9 }])).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_CLOSED',
    });
  });

  it('commits in onRevoked when partitions go to another member, and reads what is committed there', async () => {
    await join({ commit: 'manual' });
    let found: number | undefined;
    whenRevoked = async () => {
      await consumer.commit([{ ...ORDERS_0, offset: 9 }]);
      found = (await consumer.committed([ORDERS_0]))[0]?.offset;
    };
    given = [1];
    await cluster.time.advance(3_000);

    expect(heard).toEqual(['+0', '-0', '+1']);
    expect(committed()).toEqual([9n]);
    expect(found).toBe(7);
  });

  it('does not begin only to commit when it is closed before it began', async () => {
    await join();
    const idle = new Consumer<typeof orders>(cluster as unknown as ConstructorParameters<typeof Consumer>[0], {
      group: 'g',
      topics: [orders],
    });
    await idle.close();

    await expect(idle.commit()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_CLOSED' });
  });

  it('leaves at once when it is closed while its positions are awaited', async () => {
    cluster.on('OffsetFetch', silence);
    await join();
    let isClosed = false;
    void consumer.close().then(() => (isClosed = true));
    await cluster.time.advance(100);

    expect(isClosed).toBe(true);
    expect(heard).toEqual(['+0', '-0']);
    expect(cluster.requests(HEARTBEAT).at(-1)?.request).toMatchObject({ memberEpoch: -1 });
  });

  it('does not tell of the loss of what it had not told of', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<void>();
    cluster.on('OffsetFetch', async ({ request }) => {
      await answer;
      return fetched(request as FetchRequest);
    });
    await join();
    refusals = [ErrorCode.FENCED_MEMBER_EPOCH];
    await cluster.time.advance(1_500);
    expect(heard).toEqual([]);

    resolve();
    await cluster.time.advance(3_000);
    expect(heard).toEqual(['+0']);
  });

  it('does not call onRevoked for what is lost while its last commit is awaited', async () => {
    await join();
    await consumer.seek(ORDERS_0, 9);
    const { promise: answer, resolve } = Promise.withResolvers<void>();
    cluster.on('OffsetCommit', async ({ request }) => {
      await answer;
      return stored(request as CommitRequest);
    });
    given = [];
    await cluster.time.advance(1_500);
    refusals = [ErrorCode.FENCED_MEMBER_EPOCH];
    await cluster.time.advance(1_500);
    expect(heard).toEqual(['+0', '!0']);

    resolve();
    await cluster.time.advance(3_000);
    expect(heard).toEqual(['+0', '!0']);
  });
});

describe('the end of a consumer', () => {
  it('comes when its own time is over, whatever time drain gave the record in hand', async () => {
    const logs = new LogCluster(1);
    const consumer = new Consumer(logs.cluster, { topics: [orders] });
    logs.append(0, ['a', 'b']);
    const first = consumer[Symbol.asyncIterator]().next();
    await settle();
    await logs.answer();
    await first;
    const drained = consumer.drain({ timeoutMs: 100 }).catch((error: unknown) => error);
    let isClosed = false;
    const closing = consumer.close({ timeoutMs: 1_000 }).then(() => (isClosed = true));

    await logs.time.advance(999);
    expect(await drained).toMatchObject({ code: 'MILLRACE_CLIENT_TIMEOUT' });
    expect(isClosed).toBe(false);
    await logs.time.advance(1_200);
    expect(isClosed).toBe(true);
    await closing;
  });
});

describe('the progress of a consumer', () => {
  it('is not for a transaction to commit once the partition was given away', async () => {
    const logs = new LogCluster(2);
    const consumer = new Consumer(logs.cluster, { revokeTimeoutMs: 100 });
    logs.append(0, ['a']);
    await consumer.assign([ORDERS_0]);
    await consumer.seek(ORDERS_0, 0);
    const batches = consumer.batches();
    const first = batches.next();
    await settle();
    await logs.answer();
    const { value: batch } = await first;
    if (batch === undefined) throw new Error('a batch was expected');
    expect(consumer.positionsAfter(batch)).toMatchObject([{ ...ORDERS_0, offset: 1 }]);

    const moved = consumer.assign([{ topic: 'orders', partition: 1 }]);
    await logs.time.advance(200);
    await moved;
    const back = consumer.assign([ORDERS_0]);
    await logs.time.advance(200);
    await back;

    expect(() => consumer.positionsAfter(batch)).toThrow(/orders\[0\] was given away/);
    const closing = consumer.close({ timeoutMs: 0 });
    await logs.time.advance(1_000);
    await closing;
  });
});
