import { startBroker } from '@millrace/testing';
import { TopicAdmin } from '../src/index.ts';

describe('TopicAdmin', () => {
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let admin: TopicAdmin;

  beforeEach(async () => {
    broker = await startBroker();
    admin = new TopicAdmin({ brokers: [`127.0.0.1:${broker.port}`] });
  });

  afterEach(async () => {
    admin.close();
    await broker.close();
  });

  it('creates, describes, lists and deletes topics', async () => {
    const topicId = await admin.createTopic('orders', { partitions: 3, configs: new Map([['retention.ms', '1000']]) });
    await admin.createTopic('a-topic');

    expect(await admin.describeTopic('orders')).toEqual({
      name: 'orders',
      topicId,
      isInternal: false,
      partitionCount: 3,
      replicationFactor: 1,
      partitions: [0, 1, 2].map((partition) => ({
        partition,
        leader: broker.nodeId,
        leaderEpoch: expect.any(Number),
        replicas: [broker.nodeId],
        inSyncReplicas: [broker.nodeId],
      })),
      configs: new Map([['retention.ms', '1000']]),
    });
    expect((await admin.listTopics()).map(({ name }) => name)).toEqual(['a-topic', 'orders']);

    await admin.deleteTopic('orders');

    expect((await admin.listTopics()).map(({ name }) => name)).toEqual(['a-topic']);
  });

  it('creates nothing when asked to validate only', async () => {
    await admin.createTopic('orders', { validateOnly: true });

    expect(await admin.listTopics()).toEqual([]);
  });

  it('sets and removes settings, all or none', async () => {
    await admin.createTopic('orders', { configs: new Map([['retention.ms', '1000']]) });

    const changes = new Map([
      ['retention.ms', null],
      ['message.timestamp.type', 'LogAppendTime'],
    ]);
    await admin.alterConfigs('orders', changes);
    expect((await admin.describeTopic('orders')).configs).toEqual(
      new Map([['message.timestamp.type', 'LogAppendTime']]),
    );

    const wrong = new Map([
      ['retention.ms', '5'],
      ['segment.bytes', 'big'],
    ]);
    await expect(admin.alterConfigs('orders', wrong)).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_BROKER_ERROR',
      details: { errorName: 'INVALID_CONFIG' },
      message: expect.stringContaining('segment.bytes'),
    });
    expect((await admin.describeTopic('orders')).configs).toEqual(
      new Map([['message.timestamp.type', 'LogAppendTime']]),
    );
  });

  it('adds partitions and never takes any away', async () => {
    await admin.createTopic('orders', { partitions: 2 });

    await admin.setPartitionCount('orders', 5);

    expect((await admin.describeTopic('orders')).partitionCount).toBe(5);
    await expect(admin.setPartitionCount('orders', 3)).rejects.toMatchObject({
      details: { errorName: 'INVALID_PARTITIONS' },
    });
  });

  it.each<[string, string, (admin: TopicAdmin) => Promise<unknown>]>([
    ['describing', 'UNKNOWN_TOPIC_OR_PARTITION', (each) => each.describeTopic('missing')],
    ['deleting', 'UNKNOWN_TOPIC_OR_PARTITION', (each) => each.deleteTopic('missing')],
    ['setting topic', 'UNKNOWN_TOPIC_OR_PARTITION', (each) => each.setPartitionCount('missing', 3)],
    [
      'changing settings',
      'UNKNOWN_TOPIC_OR_PARTITION',
      (each) => each.alterConfigs('missing', new Map([['retention.ms', '5']])),
    ],
    ['creating', 'INVALID_TOPIC_EXCEPTION', (each) => each.createTopic('no/slash')],
    ['creating', 'INVALID_REPLICATION_FACTOR', (each) => each.createTopic('x', { replicationFactor: 3 })],
    ['creating', 'INVALID_CONFIG', (each) => each.createTopic('x', { configs: new Map([['retention.mss', '1']]) })],
  ])("says what it was doing and Kafka's name for why not: %s, %s", async (doing, errorName, act) => {
    await expect(act(admin)).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_BROKER_ERROR',
      details: { errorName },
      message: expect.stringMatching(new RegExp(`^${doing} .*${errorName}`)),
    });
  });

  it('creates no topic by asking for it', async () => {
    await expect(admin.describeTopic('asked-for')).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_BROKER_ERROR' });

    expect(await admin.listTopics()).toEqual([]);
  });

  it('goes on after its broker was away', async () => {
    await admin.createTopic('orders');
    const { port } = broker;
    await broker.close();
    broker = await startBroker({ port });

    expect(await admin.listTopics()).toEqual([]);
  });
});
