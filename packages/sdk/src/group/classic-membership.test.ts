import { ErrorCode } from '@millrace/protocol';
import { createJoinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import { createHeartbeatResponse } from '@millrace/protocol/messages/12-heartbeat';
import { createLeaveGroupResponse } from '@millrace/protocol/messages/13-leave-group';
import { createSyncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import { connectionLost, FakeGroupCluster, silence } from '../../test/fake-group-cluster.ts';
import type { KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { decodeAssignment, decodeSubscription, encodeAssignment } from './consumer-protocol.ts';
import { createMembership, type Membership, type MembershipOptions } from './membership.ts';

const INTERVAL_MS = 1_000;

describe('a member of a classic group', () => {
  let cluster: FakeGroupCluster;
  let heard: string[];
  let errors: KafkaError[];
  let listenerWaits: Promise<void> | undefined;
  /** The coordinator, as far as this member can see it. */
  let generation: number;
  let given: readonly number[];
  let isLeader: boolean;

  beforeEach(() => {
    cluster = new FakeGroupCluster();
    cluster.addTopic('t', 4);
    heard = [];
    errors = [];
    listenerWaits = undefined;
    generation = 0;
    given = [0, 1];
    isLeader = false;
    cluster.on('JoinGroup', ({ request }) => {
      if (request.memberId === '' && request.groupInstanceId === null) {
        return createJoinGroupResponse({ errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId: 'me', protocolName: '' });
      }
      return joined(request);
    });
    cluster.on('SyncGroup', () => synced());
    cluster.on('Heartbeat', () => createHeartbeatResponse());
    cluster.on('LeaveGroup', () => createLeaveGroupResponse());
  });

  function joined(request: { protocols: readonly { name: string; metadata: Buffer }[] }) {
    generation++;
    const [protocol] = request.protocols;
    return createJoinGroupResponse({
      generationId: generation,
      protocolName: protocol?.name ?? '',
      leader: isLeader ? 'me' : 'other',
      memberId: 'me',
      members: isLeader
        ? [{ memberId: 'me', groupInstanceId: null, metadata: protocol?.metadata ?? Buffer.alloc(0) }]
        : [],
    });
  }

  function synced() {
    const partitions = given.map((partition) => ({ topic: 't', partition }));
    return createSyncGroupResponse({ assignment: encodeAssignment({ partitions }) });
  }

  function start(options: Partial<MembershipOptions> = {}): Membership {
    const hear = async (sign: string, partitions: readonly TopicPartition[]): Promise<void> => {
      await listenerWaits;
      heard.push(sign + partitions.map(({ partition }) => String(partition)).join(''));
    };
    const membership = createMembership(
      cluster,
      {
        groupId: 'g',
        topics: ['t'],
        protocol: 'classic',
        heartbeatIntervalMs: INTERVAL_MS,
        sessionTimeoutMs: 6_000,
        ...options,
      },
      {
        onAssign: (partitions) => hear('+', partitions),
        onRevoke: (partitions) => hear('-', partitions),
        onLost: (partitions) => void heard.push(`!${partitions.map(({ partition }) => String(partition)).join('')}`),
        onError: (error) => void errors.push(error),
      },
    );
    membership.start();
    return membership;
  }

  /** The next heartbeat, and only that, is answered so. */
  function failHeartbeat(errorCode: number): void {
    cluster.on('Heartbeat', () => {
      cluster.on('Heartbeat', () => createHeartbeatResponse());
      return createHeartbeatResponse({ errorCode });
    });
  }

  it('asks for a member id first, joins with it, and fetches what it gets', async () => {
    const membership = start();
    await cluster.time.advance(10);

    expect(cluster.sent.map(({ api }) => api)).toEqual(['JoinGroup', 'JoinGroup', 'SyncGroup']);
    const [first, second] = cluster.requests('JoinGroup').map(({ request }) => request);
    expect(first).toMatchObject({
      memberId: '',
      protocolType: 'consumer',
      sessionTimeoutMs: 6_000,
      reason: 'it is new',
    });
    expect(second.memberId).toBe('me');
    expect(heard).toEqual(['+01']);
    expect(membership.state).toMatchObject({ phase: 'stable', generation: 1, memberId: 'me', isLeader: false });
  });

  it('computes the assignment when it leads, and rejoins when a topic grows', async () => {
    isLeader = true;
    start({ metadataMaxAgeMs: 10_000 });
    await cluster.time.advance(10);
    const [sync] = cluster.requests('SyncGroup');
    expect(decodeAssignment(sync?.request.assignments[0].assignment).partitions).toHaveLength(4);
    const before = cluster.requests('JoinGroup').length;

    cluster.addTopic('t', 5);
    await cluster.time.advance(2_000);

    expect(cluster.requests('JoinGroup').length).toBe(before + 1);
    expect(cluster.requests('JoinGroup').at(-1)?.request.reason).toContain('5 partitions instead of 4');
    expect(
      decodeAssignment(cluster.requests('SyncGroup').at(-1)?.request.assignments[0].assignment).partitions,
    ).toHaveLength(5);
  });

  it('heartbeats on another connection than the one that waits for rebalances', async () => {
    start();
    await cluster.time.advance(3_500);

    expect(new Set(cluster.requests('JoinGroup').map(({ lane }) => lane)).size).toBe(1);
    expect(cluster.requests('JoinGroup')[0]?.lane).toMatch(/^join:\d+$/);
    expect(cluster.requests('Heartbeat').map(({ lane }) => lane)).toEqual(['group', 'group', 'group']);
  });

  it('gives everything up before it joins again when it rebalances eagerly', async () => {
    start({ assignors: ['range'] });
    await cluster.time.advance(10);
    failHeartbeat(ErrorCode.REBALANCE_IN_PROGRESS);
    given = [0];
    await cluster.time.advance(1_500);

    expect(heard).toEqual(['+01', '-01', '+0']);
    expect(decodeSubscription(cluster.requests('JoinGroup').at(-1)?.request.protocols[0].metadata).owned).toEqual([]);
  });

  it('keeps what it has through a cooperative rebalance, gives up what it lost, and joins again for the others’ sake', async () => {
    start();
    await cluster.time.advance(10);
    const before = cluster.requests('JoinGroup').length;
    failHeartbeat(ErrorCode.REBALANCE_IN_PROGRESS);
    given = [0];
    await cluster.time.advance(1_500);

    expect(heard).toEqual(['+01', '-1']);
    const joins = cluster.requests('JoinGroup').slice(before);
    const owned = joins.map(({ request }) => decodeSubscription(request.protocols[0].metadata).owned.length);
    expect(owned).toEqual([2, 1]);
  });

  it('heartbeats while onRevoke is pending, and does not take the group’s calls for a further rebalance', async () => {
    start({ assignors: ['range'] });
    await cluster.time.advance(10);
    const { promise, resolve } = Promise.withResolvers<void>();
    listenerWaits = promise;
    cluster.on('Heartbeat', () => createHeartbeatResponse({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS }));
    const joins = cluster.requests('JoinGroup').length;
    await cluster.time.advance(20_000);
    expect(cluster.requests('Heartbeat').length).toBeGreaterThan(15);
    expect(cluster.requests('JoinGroup').length).toBe(joins);

    cluster.on('Heartbeat', () => createHeartbeatResponse());
    resolve();
    await cluster.time.advance(5_000);

    expect(cluster.requests('JoinGroup').length).toBe(joins + 1);
    expect(heard).toEqual(['+01', '-01', '+01']);
  });

  it.each([
    ['UNKNOWN_MEMBER_ID', ''],
    ['ILLEGAL_GENERATION', 'me'],
  ] as const)('loses everything at %s and joins again as "%s"', async (name, memberId) => {
    start();
    await cluster.time.advance(10);
    const before = cluster.requests('JoinGroup').length;
    failHeartbeat(ErrorCode[name]);
    given = [2];
    await cluster.time.advance(1_500);

    expect(heard).toEqual(['+01', '!01', '+2']);
    expect(cluster.requests('JoinGroup')[before]?.request.memberId).toBe(memberId);
    expect(decodeSubscription(cluster.requests('JoinGroup')[before]?.request.protocols[0].metadata).owned).toEqual([]);
  });

  it('believes the answer to its JoinGroup, not a heartbeat that says the old generation is over', async () => {
    start();
    await cluster.time.advance(10);
    const { promise, resolve } = Promise.withResolvers<void>();
    cluster.on('JoinGroup', async ({ request }) => {
      await promise;
      return joined(request);
    });
    failHeartbeat(ErrorCode.REBALANCE_IN_PROGRESS);
    await cluster.time.advance(1_500);
    failHeartbeat(ErrorCode.ILLEGAL_GENERATION);
    await cluster.time.advance(1_000);
    resolve();
    await cluster.time.advance(1_000);

    expect(heard).toEqual(['+01']);
  });

  it('takes the answer to a JoinGroup for lost when the coordinator is past it again and again', async () => {
    start();
    await cluster.time.advance(10);
    cluster.on('JoinGroup', () => {
      cluster.on('JoinGroup', ({ request }) => joined(request));
      cluster.on('Heartbeat', () => createHeartbeatResponse({ errorCode: ErrorCode.ILLEGAL_GENERATION }));
      return silence();
    });
    failHeartbeat(ErrorCode.REBALANCE_IN_PROGRESS);
    await cluster.time.advance(3_500);
    cluster.on('Heartbeat', () => createHeartbeatResponse());
    await cluster.time.advance(1_000);

    expect(new Set(cluster.requests('JoinGroup').map(({ lane }) => lane)).size).toBe(2);
    expect(cluster.closedLanes).toHaveLength(1);
    expect(heard).toEqual(['+01']);
  });

  it('ends when another member has come with its instance id', async () => {
    const membership = start({ instanceId: 'i' });
    await cluster.time.advance(10);
    failHeartbeat(ErrorCode.FENCED_INSTANCE_ID);
    await cluster.time.advance(30_000);

    expect(heard).toEqual(['+01', '!01']);
    expect(errors).toMatchObject([{ code: 'MILLRACE_CLIENT_FENCED', fatal: true, kafkaCode: 'FENCED_INSTANCE_ID' }]);
    expect(membership.state.phase).toBe('failed');
    expect(cluster.requests('LeaveGroup')).toEqual([]);
    expect(cluster.requests('Heartbeat')).toHaveLength(1);
  });

  it('counts its partitions as lost when no heartbeat was accepted for a session, not before', async () => {
    start();
    await cluster.time.advance(10);
    for (const api of ['Heartbeat', 'JoinGroup']) {
      cluster.on(api, () => {
        throw connectionLost();
      });
    }
    await cluster.time.advance(4_900);
    expect(heard).toEqual(['+01']);

    await cluster.time.advance(1_100);
    expect(heard).toEqual(['+01', '!01']);
    expect(errors).toMatchObject([{ code: 'MILLRACE_CLIENT_CONNECTION_LOST', fatal: false }]);
    cluster.on('JoinGroup', ({ request }) => joined(request));
    cluster.on('Heartbeat', () => createHeartbeatResponse());
    await cluster.time.advance(2_000);

    expect(heard).toEqual(['+01', '!01', '+01']);
  });

  it('keeps its place while every answer takes nearly half a session', async () => {
    const membership = start();
    await cluster.time.advance(2_000);
    const joins = cluster.requests('JoinGroup').length;
    cluster.roundTripMs = 2_800;

    await cluster.time.advance(120_000);

    expect(heard).toEqual(['+01']);
    expect(errors).toEqual([]);
    expect(cluster.requests('JoinGroup')).toHaveLength(joins);
    expect(membership.state).toMatchObject({ phase: 'stable', lastError: undefined });
  });

  it('comes to rest although every answer, from the first on, takes nearly half a session', async () => {
    cluster.roundTripMs = 2_800;
    const membership = start();
    await cluster.time.advance(30_000);
    expect(membership.state).toMatchObject({ phase: 'stable', owned: [{ partition: 0 }, { partition: 1 }] });
    const joins = cluster.requests('JoinGroup').length;

    await cluster.time.advance(60_000);

    expect(cluster.requests('JoinGroup')).toHaveLength(joins);
    expect(membership.state).toMatchObject({ phase: 'stable', owned: [{ partition: 0 }, { partition: 1 }] });
  });

  it('keeps its place when a heartbeat is lost with its connection: the next one is in time', async () => {
    const membership = start({ heartbeatIntervalMs: 2_000 });
    cluster.roundTripMs = 100;
    await cluster.time.advance(1_000);
    const joins = cluster.requests('JoinGroup').length;
    for (let lost = 0; lost < 10; lost++) {
      await cluster.time.advance(5_000);
      cluster.on('Heartbeat', () => {
        cluster.on('Heartbeat', () => createHeartbeatResponse());
        return silence();
      });
      await cluster.time.advance(5_000);
    }

    expect(heard).toEqual(['+01']);
    expect(cluster.requests('JoinGroup')).toHaveLength(joins);
    expect(membership.state.phase).toBe('stable');
  });

  it('counts its partitions as lost before the session ends at a coordinator that is silent or hardly in time', async () => {
    start();
    cluster.roundTripMs = 2_800;
    await cluster.time.advance(30_000);
    heard.length = 0;
    // The coordinator heard the last one half a round trip after it was sent, and counts a session from then on.
    const heardLastMs = (cluster.requests('Heartbeat').at(-1)?.atMs ?? 0) + cluster.roundTripMs / 2;
    cluster.on('Heartbeat', silence);
    await cluster.time.advance(heardLastMs + 6_000 - cluster.time.monotonicMs());

    expect(heard).toEqual(['!01']);
  });

  it('heartbeats in a new generation although one of the generation before has no answer yet', async () => {
    const membership = start();
    cluster.on('Heartbeat', ({ request }) => (request.generationId === 1 ? silence() : createHeartbeatResponse()));
    await cluster.time.advance(1_500);
    membership.rejoin('the test says so');
    await cluster.time.advance(1_100);

    expect(cluster.requests('Heartbeat').map(({ request }) => request.generationId)).toEqual([1, 2]);
  });

  it.each([
    ['a moved coordinator', ErrorCode.NOT_COORDINATOR, 1],
    ['a loading coordinator', ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 0],
  ])('rides out %s on heartbeats', async (_, errorCode, forgotten) => {
    const membership = start();
    await cluster.time.advance(10);
    failHeartbeat(errorCode);
    await cluster.time.advance(1_500);

    expect(cluster.forgotten).toBe(forgotten);
    expect(cluster.requests('Heartbeat').length).toBeGreaterThanOrEqual(2);
    expect(membership.state).toMatchObject({ phase: 'stable', lastError: undefined });
    expect(heard).toEqual(['+01']);
  });

  it.each([
    [{}, undefined, 1],
    [{ instanceId: 'i' }, undefined, 0],
    [{ instanceId: 'i' }, 'leave' as const, 1],
    [{}, 'remain' as const, 0],
  ])('with %j and operation %s says goodbye %i times, after giving up', async (options, operation, times) => {
    const membership = start(options);
    await cluster.time.advance(10);
    const left = membership.leave(operation === undefined ? {} : { operation });
    await cluster.time.advance(1);
    await left;

    expect(heard).toEqual(['+01', '-01']);
    expect(cluster.requests('LeaveGroup')).toHaveLength(times);
    expect(membership.state.phase).toBe('left');
    const count = cluster.sent.length;
    await cluster.time.advance(60_000);
    expect(cluster.sent).toHaveLength(count);
  });

  it('leaves in time while it joins and nobody answers', async () => {
    cluster.on('JoinGroup', silence);
    cluster.on('LeaveGroup', silence);
    const membership = start();
    await cluster.time.advance(10);
    let hasLeft = false;
    void membership.leave({ timeoutMs: 3_000 }).then(() => (hasLeft = true));
    await cluster.time.advance(3_001);

    expect(hasLeft).toBe(true);
  });

  it('goes on when the listener throws, and says so', async () => {
    const membership = createMembership(
      cluster,
      { groupId: 'g', topics: ['t'], protocol: 'classic' },
      {
        onAssign: () => Promise.reject(new Error('no room')),
        onRevoke: () => Promise.resolve(),
        onLost: () => undefined,
        onError: (error) => void errors.push(error),
      },
    );
    membership.start();
    await cluster.time.advance(10);

    expect(membership.state).toMatchObject({ phase: 'stable', owned: [{ partition: 0 }, { partition: 1 }] });
    expect(errors.map(({ message }) => message)).toEqual([
      'onAssign threw, and the rebalance goes on without it: no room',
    ]);
  });

  it('ends with what an assignor threw, and leaves so that others go on', async () => {
    isLeader = true;
    const membership = start({
      assignors: [
        {
          name: 'mine',
          assign: () => {
            throw new Error('odd');
          },
        },
      ],
    });
    await cluster.time.advance(10);

    expect(membership.state.phase).toBe('failed');
    expect(errors[0]?.message).toBe('the assignor "mine" threw: odd');
    expect(cluster.requests('LeaveGroup')).toHaveLength(1);
  });

  it('commits again after a rebalance what it still holds, and not what it has lost', async () => {
    const membership = start();
    await cluster.time.advance(10);
    cluster.on('OffsetCommit', ({ request }) => ({
      topics: request.topics.map((topic: { partitions: { partitionIndex: number }[] }) => ({
        ...topic,
        partitions: topic.partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: generation === 1 ? ErrorCode.REBALANCE_IN_PROGRESS : 0,
        })),
      })),
    }));
    given = [0];
    const committed = membership.commitOffsets([
      { topic: 't', partition: 0, offset: 5 },
      { topic: 't', partition: 3, offset: 5 },
    ]);
    await cluster.time.advance(2_000);

    const results = await committed;
    expect(results.map(({ error }) => error?.kafkaCode)).toEqual([undefined, 'REBALANCE_IN_PROGRESS']);
  });

  it('does not try a commit again of a partition that it gave away or lost since', async () => {
    const membership = start();
    await cluster.time.advance(10);
    let answers = false;
    cluster.on('OffsetCommit', ({ request }) => {
      if (!answers) throw connectionLost();
      return stored(request);
    });
    const offsets = [0, 1].map((partition) => ({ topic: 't', partition, offset: 5 }));
    const whileRevoked = membership.commitOffsets(offsets);
    await cluster.time.advance(1);
    given = [0];
    membership.rejoin('the test says so');
    await cluster.time.advance(10);
    answers = true;
    await cluster.time.advance(2_000);
    expect(heard).toEqual(['+01', '-1']);
    expect((await whileRevoked).map(({ error }) => error?.code)).toEqual([undefined, 'MILLRACE_CLIENT_INVALID_STATE']);
    expect(partitionsIn(cluster.requests('OffsetCommit').at(-1)?.request)).toEqual([0]);

    answers = false;
    const whileLost = membership.commitOffsets(offsets.slice(0, 1));
    await cluster.time.advance(1);
    failHeartbeat(ErrorCode.UNKNOWN_MEMBER_ID);
    await cluster.time.advance(3_000);
    expect(membership.state).toMatchObject({ phase: 'stable', owned: [{ partition: 0 }] });
    answers = true;
    await cluster.time.advance(2_000);
    expect((await whileLost)[0]?.error).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_STATE' });
  });

  function stored({ topics }: { topics: { partitions: { partitionIndex: number }[] }[] }) {
    return {
      topics: topics.map((topic) => ({
        ...topic,
        partitions: topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
      })),
    };
  }

  function partitionsIn({ topics }: { topics: { partitions: { partitionIndex: number }[] }[] }): number[] {
    return topics.flatMap(({ partitions }) => partitions.map(({ partitionIndex }) => partitionIndex));
  }

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('speaks to brokers whose newest JoinGroup is version %i', async (version) => {
    cluster.versions.set('JoinGroup', version);
    for (const [api, newest] of [
      ['SyncGroup', 5],
      ['Heartbeat', 4],
      ['LeaveGroup', 5],
    ] as const) {
      cluster.versions.set(api, Math.min(newest, version));
    }
    const membership = start();
    await cluster.time.advance(2_500);
    const left = membership.leave();
    await cluster.time.advance(1);
    await left;

    expect(heard).toEqual(['+01', '-01']);
    expect(cluster.requests('Heartbeat')).toHaveLength(2);
    expect(cluster.requests('LeaveGroup')).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it('needs a broker that knows static members to be one', async () => {
    cluster.versions.set('JoinGroup', 4);
    const membership = start({ instanceId: 'i' });
    await cluster.time.advance(10);

    expect(membership.state.phase).toBe('failed');
    expect(errors).toMatchObject([{ code: 'MILLRACE_CLIENT_UNSUPPORTED_API', fatal: true }]);
  });

  it.each([
    [{ assignors: ['sticki'] }, 'assignors'],
    [{ heartbeatIntervalMs: 7_000 }, 'heartbeatIntervalMs'],
    [{ protocol: 'consumer', assignors: ['range'] }, 'assignors'],
    [{ topics: 7 }, 'topics'],
    [{ sesionTimeoutMs: 7 }, 'did you mean `sessionTimeoutMs`'],
  ])('refuses the options %j', (options, words) => {
    expect(() => start(options as Partial<MembershipOptions>)).toThrow(words);
  });
});
