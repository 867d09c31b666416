/** Settings and cluster: DescribeConfigs, AlterConfigs, IncrementalAlterConfigs, DescribeLogDirs, DescribeCluster (semantics 40–42). */
import { createMemoryMetaStore } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeLogDirsRequest,
  describeLogDirsRequest,
  describeLogDirsResponse,
} from '@millrace/protocol/messages/35-describe-log-dirs';
import {
  createListPartitionReassignmentsRequest,
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '@millrace/protocol/messages/46-list-partition-reassignments';
import {
  createDescribeClusterRequest,
  describeClusterRequest,
  describeClusterResponse,
} from '@millrace/protocol/messages/60-describe-cluster';
import { createTempDir } from '@millrace/testing';
import { AdminClient, APPEND, BROKER, DELETE, SET, SUBTRACT, TOPIC } from './admin-client.ts';
import { batchOf, BrokerFixture, produce } from './broker-fixture.ts';

describe('settings', () => {
  let fixture: BrokerFixture;
  let admin: AdminClient;

  beforeAll(async () => {
    fixture = await BrokerFixture.start({ config: { 'log.retention.hours': '24', 'num.io.threads': '8' } });
    admin = new AdminClient(fixture.client);
  });

  afterAll(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  const valueOf = async (topic: string, key: string): Promise<string | null> =>
    (await admin.describeConfig(TOPIC, topic, key)).value;

  describe('DescribeConfigs', () => {
    it('shows every setting of a topic with source, synonyms, type and documentation', async () => {
      await fixture.createTopic('shown', 1, { 'cleanup.policy': '' });
      const entries = await admin.describeConfigs(TOPIC, 'shown');
      if (typeof entries === 'string') throw new Error(entries);

      expect(entries.size).toBe(34);
      expect(entries.get('cleanup.policy')).toMatchObject({
        value: '',
        configSource: 1,
        configType: 7,
        readOnly: false,
        isSensitive: false,
        documentation: expect.stringContaining('old segments') as string,
        synonyms: [
          { name: 'cleanup.policy', value: '', source: 1 },
          { name: 'log.cleanup.policy', value: 'delete', source: 5 },
        ],
      });
      expect(entries.get('retention.ms')).toMatchObject({
        value: '86400000',
        configSource: 4,
        synonyms: [
          { name: 'log.retention.hours', value: '24', source: 4 },
          { name: 'log.retention.hours', value: '168', source: 5 },
        ],
      });
    });

    it('shows what the broker was given, also what has no effect', async () => {
      const entries = await admin.describeConfigs(BROKER, '1');
      if (typeof entries === 'string') throw new Error(entries);

      expect(entries.get('log.retention.hours')).toMatchObject({ value: '24', configSource: 4, readOnly: true });
      expect(entries.get('num.partitions')).toMatchObject({ value: '1', configSource: 5, readOnly: false });
      expect(entries.get('num.io.threads')).toMatchObject({ value: '8', configSource: 4, readOnly: true });
    });

    it.each([
      ['an unknown topic', TOPIC, 'missing', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      ['a bad topic name', TOPIC, 'a b', ErrorCode.INVALID_TOPIC_EXCEPTION],
      ['another broker', BROKER, '9', ErrorCode.INVALID_REQUEST],
      ['a broker that is no number', BROKER, 'x', ErrorCode.INVALID_REQUEST],
      ['a logger of another broker', 8, '9', ErrorCode.INVALID_REQUEST],
      ['a group without a name', 32, '', ErrorCode.INVALID_REQUEST],
      ['an unknown type', 3, 'x', ErrorCode.INVALID_REQUEST],
    ])('refuses %s', async (_, type, name, errorCode) => {
      expect(await admin.describeConfigs(type, name)).toBe(`error ${errorCode}`);
    });

    it('shows the log level and settings of groups, and that client metrics have none', async () => {
      const logger = await admin.describeConfigs(8, '1');
      expect(typeof logger === 'string' ? logger : [...logger.keys()]).toEqual(['root']);
      expect(await admin.describeConfigs(16, 'm')).toEqual(new Map());
      const group = await admin.describeConfigs(32, 'g');
      expect(typeof group === 'string' ? group : [...group.keys()]).toContain('consumer.session.timeout.ms');
    });
  });

  describe('AlterConfigs', () => {
    it('replaces all settings of a topic', async () => {
      await fixture.createTopic('replaced', 1, { 'retention.ms': '1000', 'segment.ms': '2000' });
      expect(await admin.alterConfigs(TOPIC, 'replaced', { 'segment.bytes': '2000000' })).toBe(0);

      expect(await valueOf('replaced', 'segment.bytes')).toBe('2000000');
      expect(await valueOf('replaced', 'retention.ms')).toBe('86400000');
      expect(await valueOf('replaced', 'segment.ms')).toBe('604800000');
      expect(await admin.alterConfigs(TOPIC, 'replaced', { 'segment.bytes': 'x' })).toBe(ErrorCode.INVALID_CONFIG);
      expect(await valueOf('replaced', 'segment.bytes')).toBe('2000000');
    });
  });

  describe('IncrementalAlterConfigs', () => {
    it('sets, appends, subtracts and deletes', async () => {
      await fixture.createTopic('altered');
      const throttled = 'leader.replication.throttled.replicas';
      await admin.alter(TOPIC, 'altered', [throttled, SET, '0:1'], ['retention.ms', SET, '5']);
      await admin.alter(TOPIC, 'altered', [throttled, APPEND, '1:1']);
      expect([await valueOf('altered', throttled), await valueOf('altered', 'retention.ms')]).toEqual(['0:1,1:1', '5']);
      await admin.alter(TOPIC, 'altered', [throttled, SUBTRACT, '0:1'], ['retention.ms', DELETE, null]);
      expect([await valueOf('altered', throttled), await valueOf('altered', 'retention.ms')]).toEqual([
        '1:1',
        '86400000',
      ]);
    });

    it('refuses a resource with one bad entry as a whole and leaves other resources be', async () => {
      await fixture.createTopic('bad');
      await fixture.createTopic('good');
      const codes = await admin.incrementalAlterConfigs([
        {
          type: TOPIC,
          name: 'bad',
          operations: [
            ['segment.ms', SET, '5'],
            ['retention.ms', SET, 'x'],
          ],
        },
        { type: TOPIC, name: 'good', operations: [['segment.ms', SET, '5']] },
        { type: TOPIC, name: 'missing', operations: [] },
      ]);
      expect(codes).toEqual([ErrorCode.INVALID_CONFIG, 0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
      expect([await valueOf('bad', 'segment.ms'), await valueOf('good', 'segment.ms')]).toEqual(['604800000', '5']);
    });

    it.each<[string, { type: number; name: string; operations: [string, number, string | null][] }, number]>([
      ['appending to a number', { type: TOPIC, name: 'rules', operations: [['retention.ms', APPEND, '5']] }, 40],
      ['an unknown key', { type: TOPIC, name: 'rules', operations: [['retention.mss', SET, '5']] }, 40],
      [
        'a key twice',
        {
          type: TOPIC,
          name: 'rules',
          operations: [
            ['a', SET, '5'],
            ['a', DELETE, null],
          ],
        },
        42,
      ],
      ['null', { type: TOPIC, name: 'rules', operations: [['retention.ms', SET, null]] }, 42],
      ['all topics', { type: TOPIC, name: '', operations: [] }, 42],
      ['another broker', { type: BROKER, name: '7', operations: [] }, 42],
      ['a read-only setting', { type: BROKER, name: '1', operations: [['node.id', SET, '2']] }, 42],
      ['a log level', { type: 8, name: '1', operations: [['root', SET, 'DEBUG']] }, 42],
      [
        'a value that the broker does not allow groups',
        { type: 32, name: 'g', operations: [['consumer.session.timeout.ms', SET, '1']] },
        40,
      ],
      ['an unknown type', { type: 77, name: 'x', operations: [] }, 42],
    ])('refuses %s', async (_, resource, errorCode) => {
      await admin.createTopic({ name: 'rules' });
      expect(await admin.incrementalAlterConfigs([resource])).toEqual([errorCode]);
    });

    it('refuses a resource that stands twice', async () => {
      await fixture.createTopic('stands-twice');
      const resource = { type: TOPIC, name: 'stands-twice', operations: [['segment.ms', SET, '5']] as const };
      expect(await admin.incrementalAlterConfigs([resource, resource])).toEqual([42, 42]);
    });

    it('only checks with validateOnly', async () => {
      await fixture.createTopic('checked-only');
      const alteration = { type: TOPIC, name: 'checked-only', operations: [['retention.ms', SET, '5']] as const };
      expect(await admin.incrementalAlterConfigs([alteration], { validateOnly: true })).toEqual([0]);
      expect(await valueOf('checked-only', 'retention.ms')).toBe('86400000');
    });

    it('counts every one of several appends at once', async () => {
      await fixture.createTopic('appended');
      const clients = await Promise.all(Array.from({ length: 10 }, () => fixture.connect()));
      const key = 'leader.replication.throttled.replicas';
      await Promise.all(
        clients.map((client, index) => new AdminClient(client).alter(TOPIC, 'appended', [key, APPEND, `${index}:1`])),
      );
      expect((await valueOf('appended', key))?.split(',').sort()).toEqual(clients.map((_, index) => `${index}:1`));
    });
  });

  describe('what was altered', () => {
    it('is obeyed by the topic as soon as the answer is there', async () => {
      const topic = await fixture.createTopic('obedient');
      const big = batchOf(['x'.repeat(2_000)]);
      expect((await produce(fixture.client, topic, big)).errorCode).toBe(0);

      await admin.alter(TOPIC, 'obedient', ['max.message.bytes', SET, '1000']);
      expect((await produce(fixture.client, topic, big)).errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE);

      await admin.alter(TOPIC, 'obedient', ['max.message.bytes', DELETE, null]);
      expect((await produce(fixture.client, topic, big)).errorCode).toBe(0);

      await admin.alter(TOPIC, 'obedient', ['message.timestamp.type', SET, 'LogAppendTime']);
      expect((await produce(fixture.client, topic, batchOf(['a']))).logAppendTimeMs).toBeGreaterThan(0n);
    });

    it('on the broker is obeyed at once, also by topics that were there, and the finest layer wins', async () => {
      const topic = await fixture.createTopic('inheriting');
      const big = batchOf(['x'.repeat(2_000)]);
      await admin.alter(BROKER, '', ['message.max.bytes', SET, '1000'], ['num.partitions', SET, '4']);
      expect((await produce(fixture.client, topic, big)).errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE);
      expect(await admin.describeConfig(TOPIC, 'inheriting', 'max.message.bytes')).toMatchObject({
        value: '1000',
        configSource: 3,
      });
      expect((await admin.createTopic({ name: 'four' })).numPartitions).toBe(4);

      const line = (setting: string, value: string) =>
        `a broker setting has a new value ${JSON.stringify({ setting, value })}`;
      expect(fixture.logger.infos).toEqual(
        expect.arrayContaining([line('message.max.bytes', '1000'), line('num.partitions', '4')]),
      );
      await admin.alter(BROKER, '1', ['message.max.bytes', SET, '5000']);
      expect((await produce(fixture.client, topic, big)).errorCode).toBe(0);
      expect((await admin.describeConfig(BROKER, '1', 'message.max.bytes')).synonyms).toEqual([
        expect.objectContaining({ value: '5000', source: 2 }),
        expect.objectContaining({ value: '1000', source: 3 }),
        expect.objectContaining({ value: '1048588', source: 5 }),
      ]);
      const forAll = await admin.describeConfigs(BROKER, '');
      expect(typeof forAll === 'string' ? forAll : [...forAll.keys()].sort()).toEqual([
        'message.max.bytes',
        'num.partitions',
      ]);

      expect(await admin.alterConfigs(BROKER, '', {})).toBe(0);
      expect(await admin.alterConfigs(BROKER, '1', {})).toBe(0);
      expect(await admin.describeConfig(BROKER, '1', 'message.max.bytes')).toMatchObject({ configSource: 5 });
    });

    it('is kept over a restart', async () => {
      await using directory = await createTempDir('configs');
      const options = { dataDir: directory.path };
      {
        await using before = await BrokerFixture.start(options);
        await before.createTopic('lasting');
        const beforeAdmin = new AdminClient(before.client);
        await beforeAdmin.alter(TOPIC, 'lasting', ['retention.ms', SET, '77']);
        await beforeAdmin.alter(BROKER, '', ['num.partitions', SET, '5']);
      }
      await using after = await BrokerFixture.start(options);
      const afterAdmin = new AdminClient(after.client);
      expect((await afterAdmin.describeConfig(TOPIC, 'lasting', 'retention.ms')).value).toBe('77');
      expect((await afterAdmin.createTopic({ name: 'five' })).numPartitions).toBe(5);
    });
  });
});

describe('DescribeLogDirs', () => {
  const ask = async (fixture: BrokerFixture, topics: { topic: string; partitions: number[] }[] | null) => {
    const request = createDescribeLogDirsRequest({ topics });
    return fixture.client.call(describeLogDirsRequest, describeLogDirsResponse, 4, request);
  };

  it('shows the directory, its volume and the bytes of each partition', async () => {
    await using directory = await createTempDir('log-dirs');
    await using fixture = await BrokerFixture.start({ dataDir: directory.path });
    const topic = await fixture.createTopic('sized', 2);
    const batch = batchOf(['a', 'b', 'c']);
    await produce(fixture.client, topic, batch);
    await produce(fixture.client, topic, batch);

    const { results } = await ask(fixture, null);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ errorCode: 0, logDir: directory.path });
    expect(results[0]?.usableBytes).toBeGreaterThan(0n);
    expect(results[0]?.totalBytes).toBeGreaterThan(results[0]?.usableBytes ?? 0n);
    const sizes = results[0]?.topics.find(({ name }) => name === 'sized')?.partitions;
    expect([...(sizes ?? [])].sort((left, right) => left.partitionIndex - right.partitionIndex)).toMatchObject([
      { partitionIndex: 0, partitionSize: BigInt(2 * batch.length), offsetLag: 0n, isFutureKey: false },
      { partitionIndex: 1, partitionSize: 0n },
    ]);

    const some = await ask(fixture, [
      { topic: 'sized', partitions: [1, 9] },
      { topic: 'missing', partitions: [0] },
    ]);
    expect(some.results[0]?.topics).toMatchObject([{ name: 'sized', partitions: [{ partitionIndex: 1 }] }]);
    expect((await ask(fixture, [])).results[0]?.topics).toEqual([]);
  });

  it('says so when there is no directory', async () => {
    await using fixture = await BrokerFixture.start();
    expect((await ask(fixture, null)).results).toMatchObject([{ logDir: 'memory', totalBytes: -1n, usableBytes: -1n }]);
  });
});

describe('DescribeCluster', () => {
  it('names brokers, racks, the controller and, on request, operations', async () => {
    const metaStore = createMemoryMetaStore();
    await using second = await BrokerFixture.start({ metaStore, nodeId: 5 });
    await using first = await BrokerFixture.start({ metaStore, nodeId: 2, config: { 'broker.rack': 'a' } });
    for (const { client } of [first, second]) {
      const request = createDescribeClusterRequest({ includeClusterAuthorizedOperations: true });
      expect(await client.call(describeClusterRequest, describeClusterResponse, 2, request)).toMatchObject({
        errorCode: 0,
        endpointType: 1,
        clusterId: first.broker.clusterId,
        controllerId: 2,
        clusterAuthorizedOperations: 8_096,
        brokers: [
          { brokerId: 2, host: '127.0.0.1', port: first.broker.port, rack: 'a', isFenced: false },
          { brokerId: 5, host: '127.0.0.1', port: second.broker.port, rack: null, isFenced: false },
        ],
      });
    }
    const plain = await first.client.call(
      describeClusterRequest,
      describeClusterResponse,
      0,
      createDescribeClusterRequest(),
    );
    expect(plain.clusterAuthorizedOperations).toBe(-2_147_483_648);
  });

  it.each([
    [2, ErrorCode.MISMATCHED_ENDPOINT_TYPE],
    [3, ErrorCode.UNSUPPORTED_ENDPOINT_TYPE],
  ])('refuses endpoint type %i', async (endpointType, errorCode) => {
    await using fixture = await BrokerFixture.start();
    const request = createDescribeClusterRequest({ endpointType });
    const response = await fixture.client.call(describeClusterRequest, describeClusterResponse, 1, request);
    expect(response).toMatchObject({ errorCode, brokers: [] });
  });
});

describe('ListPartitionReassignments', () => {
  it('is empty for all, known and unknown partitions', async () => {
    await using fixture = await BrokerFixture.start();
    await fixture.createTopic('still');
    for (const topics of [
      null,
      [{ name: 'still', partitionIndexes: [0] }],
      [{ name: 'missing', partitionIndexes: [0] }],
    ]) {
      const request = createListPartitionReassignmentsRequest({ topics });
      const { client } = fixture;
      const response = await client.call(
        listPartitionReassignmentsRequest,
        listPartitionReassignmentsResponse,
        0,
        request,
      );
      expect(response).toMatchObject({ errorCode: 0, errorMessage: null, topics: [] });
    }
  });
});
