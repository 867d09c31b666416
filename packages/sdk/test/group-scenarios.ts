import {
  createCreateTopicsRequest,
  createCreateTopicsRequestCreatableTopic,
  createTopicsRequest,
  createTopicsResponse,
} from '@millrace/protocol/messages/19-create-topics';
import { waitUntil } from '@millrace/testing';
import { Cluster } from '../src/cluster/cluster.ts';
import { GroupMember, OwnershipLedger, partitionsOf, settled, type GroupMemberOptions } from './group-member.ts';
import { REFERENCE_START_MS_MAX } from './reference-broker.ts';

/** Kafka assigns with seconds in between; here it may be quicker. */
const SETTINGS = [
  'group.initial.rebalance.delay.ms=0',
  'group.min.session.timeout.ms=500',
  'group.consumer.min.heartbeat.interval.ms=100',
  'group.consumer.heartbeat.interval.ms=200',
  'group.consumer.min.session.timeout.ms=1000',
  'group.consumer.session.timeout.ms=4000',
];
const CREATE_TOPICS = { request: createTopicsRequest, response: createTopicsResponse };

export interface GroupBroker {
  readonly address: string;
  close(): Promise<unknown>;
}

/** Cases for members of groups at a broker that speaks both protocols; `start` is given settings, each as `key=value`. */
export function groupScenarios(start: (settings: readonly string[]) => Promise<GroupBroker>): void {
  const members: GroupMember[] = [];
  let broker: GroupBroker;
  let cluster: Cluster;
  let ledger: OwnershipLedger;
  let group = 0;

  beforeAll(async () => {
    broker = await start(SETTINGS);
    cluster = new Cluster({ brokers: [broker.address] });
  }, REFERENCE_START_MS_MAX);

  afterAll(async () => {
    await (cluster as Cluster | undefined)?.close();
    await (broker as GroupBroker | undefined)?.close();
  }, 60_000);

  beforeEach(() => {
    group++;
    ledger = new OwnershipLedger();
  });

  afterEach(async () => {
    await Promise.all(members.splice(0).map((member) => member.close()));
  });

  function join(name: string, options: Partial<GroupMemberOptions> = {}): GroupMember {
    const member = new GroupMember(name, {
      brokers: [broker.address],
      groupId: `g${String(group)}`,
      topics: [topicName()],
      protocol: 'consumer',
      ...ledger.hooks,
      ...options,
    });
    members.push(member);
    return member;
  }

  function topicName(): string {
    return `t${String(group)}`;
  }

  async function createTopic(name: string, partitionCount: number): Promise<void> {
    const topics = [
      createCreateTopicsRequestCreatableTopic({ name, numPartitions: partitionCount, replicationFactor: 1 }),
    ];
    const { response } = await cluster.sendToController(CREATE_TOPICS, createCreateTopicsRequest({ topics }));
    expect(response.topics[0]).toMatchObject({ errorCode: 0 });
  }

  it('share a topic by KIP-848 while members come and go, never two on one partition', async () => {
    await createTopic(topicName(), 6);
    const a = join('a');
    await settled([a], partitionsOf(topicName(), 6));
    const b = join('b', { serverAssignor: 'range' });
    await settled([a, b], partitionsOf(topicName(), 6));
    const c = join('c');
    await settled([a, b, c], partitionsOf(topicName(), 6));

    await a.close();

    await settled([b, c], partitionsOf(topicName(), 6));
    expect(ledger.violations).toEqual([]);
    expect([a, b, c].flatMap(({ errors }) => errors)).toEqual([]);
    expect([...b.log, ...c.log].filter((entry) => entry.startsWith('!'))).toEqual([]);
    expect(b.membership.state).toMatchObject({ protocol: 'consumer', isLeader: false });
  });

  it('hand a partition on only after its owner is done, who heartbeats all the while', async () => {
    await createTopic(topicName(), 2);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const a = join('a', { beforeRevoked: () => released });
    await settled([a], partitionsOf(topicName(), 2));
    const b = join('b');
    await waitUntil('a is asked to give up', () => a.phase === 'reconciling');

    const beganMs = performance.now();
    await waitUntil('longer than the session', () => performance.now() - beganMs > 5_000);
    expect(b.owned.size).toBe(0);
    release();

    await settled([a, b], partitionsOf(topicName(), 2));
    expect(ledger.violations).toEqual([]);
    expect(a.log.filter((entry) => entry.startsWith('!'))).toEqual([]);
  });

  it('take over from a member that was killed', async () => {
    await createTopic(topicName(), 4);
    const a = join('a');
    const b = join('b');
    await settled([a, b], partitionsOf(topicName(), 4));

    await a.kill();
    ledger.forget(a);

    await settled([b], partitionsOf(topicName(), 4));
  });

  it('keep a static member’s partitions for it, and refuse a second one of that name', async () => {
    await createTopic(topicName(), 4);
    const a = join('a', { instanceId: 'one' });
    const b = join('b', { instanceId: 'two' });
    await settled([a, b], partitionsOf(topicName(), 4));
    const before = [...a.owned].sort();

    await a.close();
    const again = join('a again', { instanceId: 'one' });
    await settled([again, b], partitionsOf(topicName(), 4));

    expect([...again.owned].sort()).toEqual(before);
    expect(b.log).toHaveLength(b.log.length);
    const impostor = join('impostor', { instanceId: 'one', sessionTimeoutMs: 500, heartbeatIntervalMs: 100 });
    await waitUntil('refused', () => impostor.phase === 'failed');
    expect(impostor.errors[0]).toMatchObject({ kafkaCode: 'UNRELEASED_INSTANCE_ID', fatal: true });
  });

  it.each([
    ['the broker', (prefix: string) => new RegExp(`^${prefix}-`)],
    ['the member, where the broker does not know the notation', (prefix: string) => new RegExp(`^${prefix}-(?!no)`)],
  ])('follow a pattern that is matched by %s', async (_, patternOf) => {
    await createTopic(`${topicName()}-a`, 1);
    await createTopic(`other-${topicName()}-a`, 1);
    const a = join('a', { topics: patternOf(topicName()), metadataMaxAgeMs: 500 });
    await settled([a], partitionsOf(`${topicName()}-a`, 1));

    await createTopic(`${topicName()}-b`, 2);

    await settled([a], [...partitionsOf(`${topicName()}-a`, 1), ...partitionsOf(`${topicName()}-b`, 2)]);
  });

  it('change what they subscribe to', async () => {
    await createTopic(topicName(), 2);
    await createTopic(`${topicName()}-more`, 2);
    const a = join('a');
    await settled([a], partitionsOf(topicName(), 2));

    a.membership.setSubscription([`${topicName()}-more`]);
    await settled([a], partitionsOf(`${topicName()}-more`, 2));
    a.membership.setSubscription(new RegExp(`^${topicName()}$`));
    await settled([a], partitionsOf(topicName(), 2));
    a.membership.setSubscription([topicName(), `${topicName()}-more`]);

    await settled([a], [...partitionsOf(topicName(), 2), ...partitionsOf(`${topicName()}-more`, 2)]);
  });

  it('store and read offsets under an epoch that rises meanwhile', async () => {
    await createTopic(topicName(), 4);
    const a = join('a');
    await settled([a], partitionsOf(topicName(), 4));
    const before = a.membership.groupMetadata().generation;
    const topic = topicName();
    const commits = [];
    const b = join('b');
    for (let offset = 1; offset <= 50; offset++) {
      commits.push(a.membership.commitOffsets([{ topic, partition: 0, offset }]));
      if (offset % 10 === 0) await Promise.all(commits);
    }
    await settled([a, b], partitionsOf(topic, 4));

    const owner = a.owned.has(`${topic}[0]`) ? a : b;
    const [result] = await owner.membership.commitOffsets([{ topic, partition: 0, offset: 99, metadata: 'm' }]);

    expect(result?.error).toBeUndefined();
    expect(a.membership.groupMetadata().generation).toBeGreaterThan(before);
    expect((await Promise.all(commits)).flat().map(({ error }) => error)).not.toContain(expect.anything());
    await expect(
      owner.membership.fetchCommitted([
        { topic, partition: 0 },
        { topic, partition: 1 },
      ]),
    ).resolves.toEqual([
      { topic, partition: 0, offset: 99, leaderEpoch: -1, metadata: 'm', error: undefined },
      { topic, partition: 1, offset: -1, leaderEpoch: -1, metadata: '', error: undefined },
    ]);
  });

  it('take KIP-848 by themselves where it is offered, and meet classic members there', async () => {
    await createTopic(topicName(), 4);
    const classic = join('classic', { protocol: 'classic' });
    await settled([classic], partitionsOf(topicName(), 4));

    const auto = join('auto', { protocol: 'auto' });

    await settled([classic, auto], partitionsOf(topicName(), 4));
    expect(auto.membership.state.protocol).toBe('consumer');
    expect(ledger.violations).toEqual([]);
  });

  it.each(['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const)(
    'share a topic by the classic protocol and %s',
    async (assignor) => {
      await createTopic(topicName(), 6);
      const a = join('a', { protocol: 'classic', assignors: [assignor] });
      await settled([a], partitionsOf(topicName(), 6));
      const b = join('b', { protocol: 'classic', assignors: [assignor] });
      await settled([a, b], partitionsOf(topicName(), 6));

      await a.close();

      await settled([b], partitionsOf(topicName(), 6));
      expect(ledger.violations).toEqual([]);
      expect([a, b].flatMap(({ errors }) => errors)).toEqual([]);
    },
  );
}
