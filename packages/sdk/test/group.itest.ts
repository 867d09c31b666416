import { startBroker, waitUntil } from '@millrace/testing';
import { AssignerProtocol, Kafka, logLevel, PartitionAssigners, type Consumer, type PartitionAssigner } from 'kafkajs';
import { Cluster } from '../src/cluster/cluster.ts';
import { GroupMember, partitionsOf, settled, type GroupMemberOptions } from './group-member.ts';

type Broker = Awaited<ReturnType<typeof startBroker>>;

describe('members of a classic group', () => {
  const members: GroupMember[] = [];
  let broker: Broker;

  afterEach(async () => {
    await Promise.all(members.splice(0).map((member) => member.close()));
    await broker.close();
  });

  function join(name: string, options: Partial<GroupMemberOptions> = {}): GroupMember {
    const member = new GroupMember(name, { brokers: broker.brokers, protocol: 'classic', ...options });
    members.push(member);
    return member;
  }

  it.each(['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const)(
    'share a topic by %s while members come and go',
    async (assignor) => {
      broker = await startBroker({ topics: { t: 6 } });
      const a = join('a', { assignors: [assignor] });
      await settled([a], partitionsOf('t', 6));
      const b = join('b', { assignors: [assignor] });
      await settled([a, b], partitionsOf('t', 6));
      const c = join('c', { assignors: [assignor] });
      await settled([a, b, c], partitionsOf('t', 6));

      await a.close();

      await settled([b, c], partitionsOf('t', 6));
      expect([a, b, c].flatMap(({ errors }) => errors)).toEqual([]);
      expect([...b.log, ...c.log].filter((entry) => entry.startsWith('!'))).toEqual([]);
    },
  );

  it('keeps what it has while a cooperative rebalance moves the rest', async () => {
    broker = await startBroker({ topics: { t: 6 } });
    const a = join('a');
    await settled([a], partitionsOf('t', 6));

    const b = join('b');
    await settled([a, b], partitionsOf('t', 6));

    expect(a.log).toHaveLength(2);
    expect(a.log[1]).toMatch(/^-t\[\d\] t\[\d\] t\[\d\]$/);
    expect(b.log.at(-1)).toBe(`+${a.log[1]?.slice(1)}`);
  });

  it('shares connections with another member of the same client without blocking its heartbeats', async () => {
    broker = await startBroker({ topics: { t: 4 } });
    await using cluster = new Cluster({ brokers: broker.brokers });
    const a = join('a', { cluster });
    await settled([a], partitionsOf('t', 4));

    const b = join('b', { cluster });

    await settled([a, b], partitionsOf('t', 4));
    await Promise.all(members.splice(0).map((member) => member.close()));
  });

  it('heartbeats while a revocation takes longer than the session', async () => {
    broker = await startBroker({ topics: { t: 2 }, config: { 'group.min.session.timeout.ms': '500' } });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const options = { sessionTimeoutMs: 600, assignors: ['range'] as const };
    const a = join('a', { ...options, beforeRevoked: () => released });
    await settled([a], partitionsOf('t', 2));
    const before = performance.now();
    const b = join('b', options);
    await waitUntil('revocation begins', () => a.phase === 'reconciling');

    await waitUntil('twice the session', () => performance.now() - before > 1_300);
    release();

    await settled([a, b], partitionsOf('t', 2));
    expect(a.log.some((entry) => entry.startsWith('!'))).toBe(false);
  });

  it('comes back as a static member without a rebalance, and fences who uses its name', async () => {
    broker = await startBroker({ topics: { t: 4 } });
    const a = join('a', { instanceId: 'one' });
    const b = join('b', { instanceId: 'two' });
    await settled([a, b], partitionsOf('t', 4));
    const { generation } = b.membership.groupMetadata();
    const before = [...a.owned];

    await a.close();
    const again = join('a again', { instanceId: 'one' });
    await settled([again, b], partitionsOf('t', 4));

    expect([...again.owned]).toEqual(before);
    expect(again.membership.groupMetadata().generation).toBe(generation);
    join('impostor', { instanceId: 'one' });
    await waitUntil('the elder is fenced', () => again.phase === 'failed');
    expect(again.errors[0]).toMatchObject({
      code: 'MILLRACE_CLIENT_FENCED',
      kafkaCode: 'FENCED_INSTANCE_ID',
      fatal: true,
    });
    expect(again.owned.size).toBe(0);
  });

  it('gives the partitions of a killed member to the others after its session', async () => {
    broker = await startBroker({ topics: { t: 4 }, config: { 'group.min.session.timeout.ms': '500' } });
    const a = join('a', { sessionTimeoutMs: 1_000 });
    const b = join('b', { sessionTimeoutMs: 1_000 });
    await settled([a, b], partitionsOf('t', 4));

    await a.kill();

    await settled([b], partitionsOf('t', 4));
  });

  it('goes on after a broker restart with the same membership', async () => {
    broker = await startBroker({ topics: { t: 4 } });
    const a = join('a');
    const b = join('b');
    await settled([a, b], partitionsOf('t', 4));
    const before = [a.membership.groupMetadata(), b.membership.groupMetadata()];

    await broker.stop(undefined, { kill: true });
    await broker.start();
    const restartedMs = a.cluster.runtime.clock.monotonicMs();
    await waitUntil('both heartbeat again', () =>
      [a, b].every(({ membership }) => (membership.state.lastHeartbeatMs ?? 0) > restartedMs),
    );

    expect([a.membership.groupMetadata(), b.membership.groupMetadata()]).toEqual(before);
    const [result] = await a.membership.commitOffsets([{ topic: 't', partition: 0, offset: 7 }]);
    expect(result?.error).toBeUndefined();
    expect([...a.log, ...b.log].filter((entry) => entry.startsWith('!'))).toEqual([]);
  });

  it('follows topics that match its pattern and partitions that are added', async () => {
    broker = await startBroker({ topics: { 'in-a': 1, other: 1 } });
    const a = join('a', { topics: /^in-/, metadataMaxAgeMs: 200 });
    await settled([a], ['in-a[0]']);

    await broker.createTopic('in-b', { partitions: 2 });
    await settled([a], ['in-a[0]', 'in-b[0]', 'in-b[1]']);
    const b = join('b', { topics: /^in-/, metadataMaxAgeMs: 200 });
    await settled([a, b], ['in-a[0]', 'in-b[0]', 'in-b[1]']);

    await broker.createTopic('in-c', { partitions: 1 });

    await settled([a, b], ['in-a[0]', 'in-b[0]', 'in-b[1]', 'in-c[0]']);
  });

  it('waits for a topic that does not exist yet', async () => {
    broker = await startBroker();
    const a = join('a', { metadataMaxAgeMs: 200 });
    await settled([a], []);

    await broker.createTopic('t', { partitions: 3 });

    await settled([a], partitionsOf('t', 3));
  });

  it('changes its subscription', async () => {
    broker = await startBroker({ topics: { t: 2, u: 2 } });
    const a = join('a');
    await settled([a], partitionsOf('t', 2));

    a.membership.setSubscription(['u']);

    await settled([a], partitionsOf('u', 2));
  });

  it('stores and reads offsets, with a result for each', async () => {
    broker = await startBroker({ topics: { t: 2 } });
    const a = join('a');
    await settled([a], partitionsOf('t', 2));

    const results = await a.membership.commitOffsets([
      { topic: 't', partition: 0, offset: 5, leaderEpoch: 0, metadata: 'note' },
      { topic: 't', partition: 1, offset: 6n, metadata: 'x'.repeat(5_000) },
      { topic: 'nowhere', partition: 0, offset: 1 },
    ]);

    expect(results.map(({ error }) => error?.kafkaCode)).toEqual([
      undefined,
      'OFFSET_METADATA_TOO_LARGE',
      'UNKNOWN_TOPIC_OR_PARTITION',
    ]);
    await expect(
      a.membership.fetchCommitted([
        { topic: 't', partition: 1 },
        { topic: 't', partition: 0 },
      ]),
    ).resolves.toEqual([
      { topic: 't', partition: 1, offset: -1, leaderEpoch: -1, metadata: '', error: undefined },
      { topic: 't', partition: 0, offset: 5, leaderEpoch: 0, metadata: 'note', error: undefined },
    ]);
    await a.close();
    const [late] = await a.membership.commitOffsets([{ topic: 't', partition: 0, offset: 9 }]);
    expect(late?.error).toMatchObject({ code: 'MILLRACE_CLIENT_CLOSED' });
  });

  it('says what to do when the members know no common assignor', async () => {
    broker = await startBroker({ topics: { t: 2 } });
    const a = join('a', { assignors: ['range'] });
    await settled([a], partitionsOf('t', 2));

    const b = join('b', { assignors: ['roundrobin'] });

    await waitUntil('refused', () => b.phase === 'failed');
    expect(b.errors[0]).toMatchObject({ kafkaCode: 'INCONSISTENT_GROUP_PROTOCOL', fatal: true });
    expect(b.errors[0]?.message).toContain('name in `assignors` one that all of them have');
  });

  it('uses an assignor of the user', async () => {
    broker = await startBroker({ topics: { t: 2 } });
    const everythingToTheLast = {
      name: 'last',
      subscriptionData: () => Buffer.from('hello'),
      assign: async (group: { members: readonly { memberId: string; userData: Uint8Array | null }[] }) => {
        expect(group.members.map(({ userData }) => String(userData))).toEqual(group.members.map(() => 'hello'));
        const last =
          group.members
            .map(({ memberId }) => memberId)
            .sort()
            .at(-1) ?? '';
        return new Map([
          [
            last,
            {
              partitions: [
                { topic: 't', partition: 0 },
                { topic: 't', partition: 1 },
              ],
            },
          ],
        ]);
      },
    };
    const a = join('a', { assignors: [everythingToTheLast] });
    const b = join('b', { assignors: [everythingToTheLast] });

    await waitUntil('b has all', () => b.owned.size === 2 && a.owned.size === 0 && a.phase === 'stable');
  });

  it('falls back to the classic protocol where the broker serves no other', async () => {
    broker = await startBroker({ topics: { t: 2 }, config: { 'group.coordinator.rebalance.protocols': 'classic' } });
    const a = join('a', { protocol: 'auto' });

    await settled([a], partitionsOf('t', 2));

    expect(a.membership.state).toMatchObject({ protocol: 'classic', assignor: 'cooperative-sticky', isLeader: true });
  });

  it('rides out a coordinator that moves, loads and rebalances on heartbeats', async () => {
    broker = await startBroker({ topics: { t: 2 }, config: { 'group.min.session.timeout.ms': '500' } });
    const a = join('a', { sessionTimeoutMs: 2_000 });
    await settled([a], partitionsOf('t', 2));
    const { memberId } = a.membership.groupMetadata();

    for (const code of ['NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS', 'REBALANCE_IN_PROGRESS'] as const) {
      broker.faults.error(code, { api: 'Heartbeat', times: 2 });
      const sentMs = a.cluster.runtime.clock.monotonicMs();
      await waitUntil(`goes on after ${code}`, () => (a.membership.state.lastHeartbeatMs ?? 0) > sentMs + 100);
    }

    await settled([a], partitionsOf('t', 2));
    expect(a.membership.groupMetadata().memberId).toBe(memberId);
    expect(a.log.filter((entry) => entry.startsWith('!'))).toEqual([]);
    broker.faults.error('UNKNOWN_MEMBER_ID', { api: 'Heartbeat', times: 1 });
    await waitUntil('lost', () => a.log.includes('!t[0] t[1]'));
    await settled([a], partitionsOf('t', 2));
  });

  describe('together with kafkajs', () => {
    const others: Consumer[] = [];

    afterEach(async () => {
      await Promise.all(others.splice(0).map((consumer) => consumer.disconnect()));
    });

    /** Resolves when it has joined; tells what it got last. */
    async function joinKafkajs(assigner: PartitionAssigner): Promise<() => number[]> {
      const client = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
      const consumer = client.consumer({
        groupId: 'g',
        partitionAssigners: [assigner],
        heartbeatInterval: 50,
        maxWaitTimeInMs: 100,
      });
      others.push(consumer);
      let partitions: number[] = [];
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        partitions = payload.memberAssignment['t'] ?? [];
      });
      await consumer.connect();
      await consumer.subscribe({ topic: 't' });
      await consumer.run({ eachMessage: async () => undefined });
      return () => partitions;
    }

    function areShared(member: GroupMember, theirs: () => number[]): Promise<unknown> {
      return waitUntil(
        () => `${member.log.join(', ')} | ${theirs().join()}`,
        () => {
          const ours = [...member.owned].map((name) => Number(/\d/.exec(name)?.[0]));
          return member.phase === 'stable' && ours.length === 2 && [...ours, ...theirs()].sort().join() === '0,1,2,3';
        },
        45_000,
      );
    }

    /** kafkajs knows the consumer protocol's bytes, but none of Kafka's assignors by name. */
    function assignerCalled(name: string): PartitionAssigner {
      return (config) => ({
        ...PartitionAssigners.roundRobin(config),
        name,
        protocol: ({ topics }) => ({
          name,
          metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
        }),
      });
    }

    it.each([
      ['RoundRobinAssigner', PartitionAssigners.roundRobin],
      ['range', assignerCalled('range')],
      ['roundrobin', assignerCalled('roundrobin')],
    ] as const)('leads by %s', async (name, assigner) => {
      broker = await startBroker({ topics: { t: 4 } });
      const member = join('a', { assignors: [name] });
      await settled([member], partitionsOf('t', 4));

      const theirs = await joinKafkajs(assigner);

      await areShared(member, theirs);
      expect(member.membership.state.isLeader).toBe(true);
    });

    it.each([
      ['RoundRobinAssigner', PartitionAssigners.roundRobin],
      ['range', assignerCalled('range')],
      ['roundrobin', assignerCalled('roundrobin')],
    ] as const)('follows by %s', async (name, assigner) => {
      broker = await startBroker({ topics: { t: 4 } });
      const theirs = await joinKafkajs(assigner);
      await waitUntil('kafkajs has all', () => theirs().length === 4);

      const member = join('a', { assignors: [name] });

      await areShared(member, theirs);
      expect(member.membership.state.isLeader).toBe(false);
    });
  });
});
