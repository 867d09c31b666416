import { ErrorCode } from '@millrace/protocol';
import { createConsumerGroupHeartbeatResponse } from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import { connectionLost, FakeGroupCluster, silence, topicIdOf } from '../../test/fake-group-cluster.ts';
import type { KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { createMembership, type Membership, type MembershipOptions } from './membership.ts';

const HEARTBEAT = 'ConsumerGroupHeartbeat';
const ID_OF_T = topicIdOf('t');
const ID_OF_ANOTHER_T = topicIdOf('another t');

describe('a member of a KIP-848 group', () => {
  let cluster: FakeGroupCluster;
  let heard: string[];
  let errors: KafkaError[];
  /** Awaited by the listener's calls. */
  let listenerWaits: Promise<void> | undefined;

  beforeEach(() => {
    cluster = new FakeGroupCluster();
    cluster.addTopic('t', 4);
    heard = [];
    errors = [];
    listenerWaits = undefined;
  });

  function start(options: Partial<MembershipOptions> = {}): Membership {
    const hear = async (sign: string, partitions: readonly TopicPartition[]): Promise<void> => {
      await listenerWaits;
      heard.push(sign + partitions.map(({ topic, partition }) => `${topic}${String(partition)}`).join(','));
    };
    const membership = createMembership(
      cluster,
      { groupId: 'g', topics: ['t'], protocol: 'consumer', ...options },
      {
        onAssign: (partitions) => hear('+', partitions),
        onRevoke: (partitions) => hear('-', partitions),
        onLost: (partitions) =>
          void heard.push(`!${partitions.map(({ topic, partition }) => topic + String(partition)).join(',')}`),
        onError: (error) => void errors.push(error),
      },
    );
    membership.start();
    return membership;
  }

  interface Told {
    readonly epoch?: number;
    readonly partitions?: readonly number[];
    readonly errorCode?: number;
  }

  /** The coordinator's next answers; the last one without assignment is repeated. */
  function answer(...told: readonly Told[]): void {
    const left = [...told];
    let epoch = 0;
    cluster.on(HEARTBEAT, () => {
      const { errorCode = 0, partitions, epoch: newEpoch = epoch } = left.shift() ?? {};
      epoch = newEpoch;
      return createConsumerGroupHeartbeatResponse({
        errorCode,
        memberEpoch: epoch,
        heartbeatIntervalMs: 1_000,
        assignment: partitions === undefined ? null : { topicPartitions: [{ topicId: ID_OF_T, partitions }] },
      });
    });
  }

  function heartbeats() {
    return cluster.requests(HEARTBEAT).map(({ request }) => request);
  }

  it('says everything when it joins, and afterwards only what has changed', async () => {
    answer({ epoch: 1, partitions: [0, 1] });
    const membership = start({ serverAssignor: 'range', rack: 'r' });
    await cluster.time.advance(2_500);

    const [first, second, third] = heartbeats();
    expect(first).toMatchObject({
      groupId: 'g',
      memberEpoch: 0,
      subscribedTopicNames: ['t'],
      serverAssignor: 'range',
      rackId: 'r',
      rebalanceTimeoutMs: 60_000,
      topicPartitions: [],
    });
    expect(first.memberId).toHaveLength(22);
    expect(second).toMatchObject({
      memberId: first.memberId,
      memberEpoch: 1,
      subscribedTopicNames: null,
      serverAssignor: null,
      rackId: null,
      rebalanceTimeoutMs: -1,
      topicPartitions: [{ topicId: ID_OF_T, partitions: [0, 1] }],
    });
    expect(third).toMatchObject({ topicPartitions: null, subscribedTopicNames: null });
    expect(heard).toEqual(['+t0,t1']);
    expect(membership.state).toMatchObject({ phase: 'stable', generation: 1, protocol: 'consumer' });
  });

  it('acknowledges a revocation only after onRevoke has come back, heartbeats meanwhile, and then at once', async () => {
    answer({ epoch: 1, partitions: [0, 1] });
    start();
    await cluster.time.advance(1_500);
    const { promise, resolve } = Promise.withResolvers<void>();
    listenerWaits = promise;
    answer({ epoch: 1, partitions: [0] });
    await cluster.time.advance(5_000);
    const before = heartbeats().length;

    expect(
      heartbeats()
        .slice(3)
        .map((each) => each.topicPartitions),
    ).toEqual(Array(before - 3).fill(null));
    expect(before).toBeGreaterThan(5);
    resolve();
    await cluster.time.advance(1);

    expect(heard).toEqual(['+t0,t1', '-t1']);
    expect(
      heartbeats()
        .slice(before)
        .map((each) => each.topicPartitions),
    ).toEqual([[{ topicId: ID_OF_T, partitions: [0] }]]);
  });

  it.each(['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID'] as const)(
    'loses everything at %s and joins again under its id with epoch 0',
    async (name) => {
      answer({ epoch: 3, partitions: [0, 1] });
      const membership = start();
      await cluster.time.advance(1_500);
      const before = heartbeats().length;
      answer({ errorCode: ErrorCode[name] }, { epoch: 7, partitions: [2] });
      await cluster.time.advance(1_500);

      expect(heard).toEqual(['+t0,t1', '!t0,t1', '+t2']);
      const rejoin = heartbeats()[before + 1];
      expect(rejoin).toMatchObject({ memberEpoch: 0, memberId: heartbeats()[0].memberId, topicPartitions: [] });
      expect(rejoin.subscribedTopicNames).toEqual(['t']);
      expect(membership.state.generation).toBe(7);
      expect(errors).toEqual([]);
    },
  );

  it('is told of a loss while a revocation is still pending, and does not count it as given up', async () => {
    answer({ epoch: 1, partitions: [0, 1] });
    start();
    await cluster.time.advance(500);
    const { promise, resolve } = Promise.withResolvers<void>();
    listenerWaits = promise;
    answer({ epoch: 1, partitions: [0] }, { errorCode: ErrorCode.FENCED_MEMBER_EPOCH }, { epoch: 4, partitions: [3] });
    await cluster.time.advance(5_000);

    expect(heard).toEqual(['+t0,t1', '!t0,t1']);
    resolve();
    await cluster.time.advance(1);

    expect(heard).toEqual(['+t0,t1', '!t0,t1', '-t1', '+t3']);
  });

  it('finds a moved coordinator and says everything again, since nobody knows what was heard', async () => {
    answer({ epoch: 1, partitions: [0] });
    start();
    await cluster.time.advance(1_500);
    const before = heartbeats().length;
    answer({ errorCode: ErrorCode.NOT_COORDINATOR }, { epoch: 1 });
    await cluster.time.advance(1_500);

    expect(cluster.forgotten).toBe(1);
    expect(heartbeats()[before + 1]).toMatchObject({
      memberEpoch: 1,
      subscribedTopicNames: ['t'],
      topicPartitions: [{ topicId: ID_OF_T, partitions: [0] }],
    });
    expect(heard).toEqual(['+t0']);
  });

  it('counts its partitions as lost when no heartbeat was accepted for a session', async () => {
    answer({ epoch: 1, partitions: [0] });
    const membership = start({ sessionTimeoutMs: 6_000 });
    await cluster.time.advance(500);
    cluster.on(HEARTBEAT, () => {
      throw connectionLost();
    });
    await cluster.time.advance(5_000);
    expect(heard).toEqual(['+t0']);

    await cluster.time.advance(1_100);

    expect(heard).toEqual(['+t0', '!t0']);
    expect(errors[0]).toMatchObject({ code: 'MILLRACE_CLIENT_CONNECTION_LOST', fatal: false });
    await expect(membership.commitOffsets([{ topic: 't', partition: 0, offset: 1 }])).resolves.toMatchObject([
      { error: { code: 'MILLRACE_CLIENT_INVALID_STATE' } },
    ]);
  });

  it('keeps its place while every answer takes nearly half a session', async () => {
    answer({ epoch: 1, partitions: [0, 1] });
    cluster.roundTripMs = 2_800;
    const membership = start({ sessionTimeoutMs: 6_000 });
    await cluster.time.advance(120_000);

    expect(heard).toEqual(['+t0,t1']);
    expect(errors).toEqual([]);
    expect(heartbeats().filter(({ memberEpoch }) => memberEpoch === 0)).toHaveLength(1);
    expect(membership.state).toMatchObject({ phase: 'stable', lastError: undefined });
  });

  it('keeps its place when a heartbeat is lost with its connection: the next one is in time', async () => {
    answer({ epoch: 1, partitions: [0, 1] });
    cluster.roundTripMs = 100;
    start({ sessionTimeoutMs: 6_000 });
    await cluster.time.advance(1_500);
    let isFirst = true;
    cluster.on(HEARTBEAT, () => {
      if (!isFirst) return createConsumerGroupHeartbeatResponse({ memberEpoch: 1, heartbeatIntervalMs: 1_000 });
      isFirst = false;
      return silence();
    });
    await cluster.time.advance(20_000);

    expect(heard).toEqual(['+t0,t1']);
    expect(heartbeats().filter(({ memberEpoch }) => memberEpoch === 0)).toHaveLength(1);
  });

  it('keeps its place with a session of its own that is shorter than what the broker has between heartbeats', async () => {
    answer({ epoch: 1, partitions: [0, 1] });
    start({ sessionTimeoutMs: 600 });

    await cluster.time.advance(10_000);

    expect(heard).toEqual(['+t0,t1']);
    expect(errors).toEqual([]);
  });

  it('waits for metadata of a topic that it is given but does not know yet', async () => {
    cluster.topics.clear();
    answer({ epoch: 1, partitions: [0] });
    const membership = start();
    await cluster.time.advance(2_500);
    expect(membership.state.phase).toBe('reconciling');

    cluster.addTopic('t', 1);
    await cluster.time.advance(1_100);

    expect(heard.at(-1)).toBe('+t0');
    expect(membership.state.phase).toBe('stable');
  });

  it('gives a topic up and takes it anew when it was deleted and made again', async () => {
    answer({ epoch: 1, partitions: [0] });
    start();
    await cluster.time.advance(500);
    cluster.addTopic('t', 1, ID_OF_ANOTHER_T);
    cluster.on(HEARTBEAT, () =>
      createConsumerGroupHeartbeatResponse({
        memberEpoch: 2,
        heartbeatIntervalMs: 1_000,
        assignment: { topicPartitions: [{ topicId: ID_OF_ANOTHER_T, partitions: [0] }] },
      }),
    );
    await cluster.time.advance(1_000);

    expect(heard).toEqual(['+t0', '-t0', '+t0']);
    expect(heartbeats().at(-1).topicPartitions).toEqual([{ topicId: ID_OF_ANOTHER_T, partitions: [0] }]);
  });

  it.each([
    [{}, undefined, -1],
    [{ instanceId: 'i' }, undefined, -2],
    [{ instanceId: 'i' }, 'leave' as const, -1],
  ])('leaves with %j and operation %s by epoch %i, after giving up', async (options, operation, epoch) => {
    answer({ epoch: 1, partitions: [0] });
    const membership = start(options);
    await cluster.time.advance(500);
    const left = membership.leave(operation === undefined ? {} : { operation });
    await cluster.time.advance(1);
    await left;

    expect(heard).toEqual(['+t0', '-t0']);
    expect(heartbeats().at(-1)).toMatchObject({ memberEpoch: epoch, topicPartitions: null });
    expect(membership.state.phase).toBe('left');
    const count = heartbeats().length;
    await cluster.time.advance(10_000);
    expect(heartbeats()).toHaveLength(count);
  });

  it('leaves in time although neither the listener nor the coordinator answers', async () => {
    answer({ epoch: 1, partitions: [0] });
    const membership = start();
    await cluster.time.advance(500);
    cluster.on(HEARTBEAT, silence);
    listenerWaits = silence();
    let hasLeft = false;
    void membership.leave({ timeoutMs: 3_000 }).then(() => (hasLeft = true));
    await cluster.time.advance(3_001);

    expect(hasLeft).toBe(true);
  });

  it('says goodbye also while it joins, since the coordinator may have taken it in', async () => {
    cluster.on(HEARTBEAT, ({ request }) =>
      request.memberEpoch === 0 ? silence() : createConsumerGroupHeartbeatResponse({ memberEpoch: -1 }),
    );
    const membership = start();
    await cluster.time.advance(10);
    const left = membership.leave();
    await cluster.time.advance(1);
    await left;

    expect(heartbeats().map(({ memberEpoch }) => memberEpoch)).toEqual([0, -1]);
  });

  it('does not join again when it is fenced while it leaves', async () => {
    answer({ epoch: 1, partitions: [0] });
    const membership = start();
    await cluster.time.advance(500);
    listenerWaits = silence();
    answer({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    const left = membership.leave({ timeoutMs: 5_000 });
    await cluster.time.advance(4_999);
    expect(heard).toEqual(['+t0', '!t0']);
    await cluster.time.advance(1);
    await left;

    expect(heartbeats().filter(({ memberEpoch }) => memberEpoch === 0)).toHaveLength(1);
  });

  it('sends a pattern to brokers that know patterns, and looks for topics itself when it is refused', async () => {
    cluster.addTopic('in-a', 1);
    answer({ errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION }, { epoch: 1 });
    start({ topics: /^IN-/i });
    await cluster.time.advance(10);

    expect(heartbeats()[0]).toMatchObject({ subscribedTopicRegex: '(?i).*(?:^IN-).*', subscribedTopicNames: [] });
    expect(heartbeats()[1]).toMatchObject({ subscribedTopicRegex: null, subscribedTopicNames: ['in-a'] });
    cluster.addTopic('in-b', 1);
    await cluster.time.advance(301_000);
    expect(heartbeats().find((each, index) => index > 1 && each.subscribedTopicNames !== null)).toMatchObject({
      subscribedTopicNames: ['in-a', 'in-b'],
    });
  });

  it('waits for a static predecessor until its session has ended, then fails', async () => {
    answer(...Array.from({ length: 100 }, () => ({ errorCode: ErrorCode.UNRELEASED_INSTANCE_ID })));
    const membership = start({ instanceId: 'i', sessionTimeoutMs: 6_000 });
    await cluster.time.advance(5_000);
    expect(errors).toEqual([]);

    await cluster.time.advance(3_000);

    expect(membership.state.phase).toBe('failed');
    expect(errors).toMatchObject([{ kafkaCode: 'UNRELEASED_INSTANCE_ID', fatal: true }]);
  });

  it('commits again under the newer epoch when the old one has just gone stale', async () => {
    answer({ epoch: 1, partitions: [0] });
    const membership = start();
    await cluster.time.advance(500);
    answer({ epoch: 2 });
    cluster.on('OffsetCommit', ({ request }) => ({
      topics: [
        {
          name: '',
          topicId: ID_OF_T,
          partitions: [
            {
              partitionIndex: 0,
              errorCode: request.generationIdOrMemberEpoch === 1 ? ErrorCode.STALE_MEMBER_EPOCH : 0,
            },
          ],
        },
      ],
    }));

    const committed = membership.commitOffsets([{ topic: 't', partition: 0, offset: 5 }]);
    await cluster.time.advance(1_000);

    await expect(committed).resolves.toMatchObject([{ offset: 5, error: undefined }]);
    expect(cluster.requests('OffsetCommit').map(({ request }) => request.generationIdOrMemberEpoch)).toEqual([1, 2]);
  });

  it.each([
    ['the API is not served', () => cluster.versions.set(HEARTBEAT, -1)],
    ['the group is a classic one', () => answer({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND })],
  ])('falls back to the classic protocol by `auto` when %s', async (_, arrange) => {
    arrange();
    cluster.on('JoinGroup', silence);
    const membership = start({ protocol: 'auto' });
    await cluster.time.advance(100);

    expect(membership.state.protocol).toBe('classic');
    expect(cluster.requests('JoinGroup')).toHaveLength(1);
    expect(errors).toEqual([]);
  });
});
