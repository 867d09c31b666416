/** What the admin client does on a cluster, whichever it is: the same cases run on Millrace and on Apache Kafka. */
import { waitUntil } from '@millrace/testing';
import { kafka, oneOrThrow, topic as declareTopic, type Admin, type Kafka } from '../src/index.ts';

export interface AdminUnderTest {
  /** `host:port` of one broker. */
  readonly address: string;
}

export function describeAdmin(start: () => AdminUnderTest): void {
  let client: Kafka;
  let admin: Admin;
  let count = 0;

  beforeEach(() => {
    client = kafka({ brokers: [start().address] });
    admin = client.admin();
  });

  afterEach(() => client.close());

  /** Names are never used twice: the reference broker lives as long as the suite. */
  async function createTopic(partitions = 1, configs: Record<string, string> = {}): Promise<string> {
    const name = `admin-${String(count++)}`;
    oneOrThrow(await admin.createTopics([{ name, partitions, configs }]));
    await isThere(name);
    return name;
  }

  /** Apache Kafka answers before its brokers know what they have done. */
  const isThere = (name: string): Promise<unknown> =>
    waitUntil(`topic ${name}`, async () => (await admin.describeTopics([name]))[0]?.ok);

  /** Reads until it is as expected, or fails as that expectation does. */
  async function eventually<T>(read: () => Promise<T>, expectation: (found: T) => void): Promise<void> {
    let failure: unknown;
    const isAsExpected = async (): Promise<boolean> => {
      const found = await read();
      try {
        expectation(found);
        return true;
      } catch (error) {
        failure = error;
        return false;
      }
    };
    await waitUntil('what was changed to be told', isAsExpected, 10_000).catch((timedOut: unknown) => {
      throw failure ?? timedOut;
    });
  }

  async function write(topic: string, partition: number, ...values: string[]): Promise<void> {
    await using producer = client.producer();
    for (const value of values) await producer.sendRaw(topic, { value, partition });
  }

  describe('topics', () => {
    it('are created, described page by page, listed and deleted, each with an outcome of its own', async () => {
      const name = `admin-${String(count++)}`;
      const created = await admin.createTopics([
        { name, partitions: 5, configs: { 'retention.ms': '1000' } },
        { name: 'no/slash' },
        { name: `${name}-replicated`, replicationFactor: 7 },
      ]);

      expect(created).toEqual([
        expect.objectContaining({ ok: true, name, partitionCount: 5, replicationFactor: 1 }),
        { ok: false, name: 'no/slash', error: expect.objectContaining({ kafkaCode: 'INVALID_TOPIC_EXCEPTION' }) },
        {
          ok: false,
          name: `${name}-replicated`,
          error: expect.objectContaining({ kafkaCode: 'INVALID_REPLICATION_FACTOR', retriable: false }),
        },
      ]);
      const other = await createTopic(3);
      await isThere(name);
      const described = await admin.describeTopics([name, 'missing', other], { pagePartitions: 2 });
      expect(
        described.map((each) => [each.name, each.ok ? each.partitions.map((p) => p.partition) : each.error.kafkaCode]),
      ).toEqual([
        [name, [0, 1, 2, 3, 4]],
        ['missing', 'UNKNOWN_TOPIC_OR_PARTITION'],
        [other, [0, 1, 2]],
      ]);
      const { topicId, partitions } = oneOrThrow(await admin.describeTopics([name]));
      expect(partitions[0]).toMatchObject({
        leaderId: expect.any(Number),
        replicas: [expect.any(Number)],
        offlineReplicas: [],
      });
      expect(oneOrThrow(await admin.describeTopicsById([topicId])).name).toBe(name);
      const listed = (await admin.listTopics()).filter((topic) => topic.name === name);
      expect(listed).toEqual([{ name, topicId, isInternal: false, partitionCount: 5, replicationFactor: 1 }]);

      const deleted = await admin.deleteTopics([{ topicId }, 'missing', other]);

      expect(deleted).toEqual([
        { ok: true, name, topicId },
        { ok: false, name: 'missing', error: expect.objectContaining({ kafkaCode: 'UNKNOWN_TOPIC_OR_PARTITION' }) },
        { ok: true, name: other },
      ]);
      await eventually(
        async () => (await admin.listTopics()).filter((topic) => topic.name === name || topic.name === other),
        (left) => expect(left).toEqual([]),
      );
    });

    it('tell what this client may do with them when asked', async () => {
      const name = await createTopic();

      const asked = oneOrThrow(await admin.describeTopics([name], { authorizedOperations: true }));
      const unasked = oneOrThrow(await admin.describeTopics([name]));

      expect(asked.authorizedOperations).toEqual(expect.arrayContaining(['read', 'write', 'delete', 'alter-configs']));
      expect(unasked.authorizedOperations).toBeUndefined();
    });

    it('are made where the caller says', async () => {
      const { brokers } = await admin.describeCluster();
      const nodeId = brokers[0]?.nodeId ?? -1;
      const name = `admin-${String(count++)}`;

      oneOrThrow(await admin.createTopics([{ name, assignments: [[nodeId], [nodeId]] }]));
      await isThere(name);

      const { partitions } = oneOrThrow(await admin.describeTopics([name]));
      expect(partitions.map(({ replicas }) => replicas)).toEqual([[nodeId], [nodeId]]);
    });

    it('are only looked at with validateOnly', async () => {
      const name = `admin-${String(count++)}`;

      const created = await admin.createTopics([{ name, partitions: 2 }], { validateOnly: true });
      const existing = await createTopic(2);
      const grown = await admin.createPartitions([{ name: existing, totalCount: 4 }], { validateOnly: true });

      expect([created[0]?.ok, grown[0]?.ok]).toEqual([true, true]);
      expect(await admin.describeTopics([name, existing])).toMatchObject([
        { ok: false },
        { ok: true, partitionCount: 2 },
      ]);
    });

    it('grow, and never shrink', async () => {
      const name = await createTopic(2);

      expect(await admin.createPartitions([{ name, totalCount: 4 }])).toEqual([{ ok: true, name }]);
      const outcomes = await admin.createPartitions([
        { name, totalCount: 3 },
        { name: 'missing', totalCount: 3 },
      ]);

      expect(outcomes.map((each) => (each.ok ? 'done' : each.error.kafkaCode))).toEqual([
        'INVALID_PARTITIONS',
        'UNKNOWN_TOPIC_OR_PARTITION',
      ]);
      await eventually(
        async () => oneOrThrow(await admin.describeTopics([name])).partitionCount,
        (partitions) => expect(partitions).toBe(4),
      );
    });
  });

  describe('configs', () => {
    it('are set, appended to and taken back, all or none of a resource', async () => {
      const name = await createTopic(1, { 'retention.ms': '1000' });
      const own = async (): Promise<unknown> => {
        const { configs } = oneOrThrow(await admin.describeConfigs([{ type: 'topic', name }]));
        return Object.fromEntries(configs.filter(({ source }) => source === 'topic').map((c) => [c.name, c.value]));
      };

      const changed = await admin.alterConfigs([
        { type: 'topic', name, set: { 'message.timestamp.type': 'LogAppendTime' }, unset: ['retention.ms'] },
        { type: 'topic', name: 'missing', set: { 'retention.ms': '5' } },
      ]);
      expect(changed).toEqual([
        { ok: true, type: 'topic', name },
        {
          ok: false,
          type: 'topic',
          name: 'missing',
          error: expect.objectContaining({ kafkaCode: 'UNKNOWN_TOPIC_OR_PARTITION' }),
        },
      ]);
      await eventually(own, (configs) => expect(configs).toEqual({ 'message.timestamp.type': 'LogAppendTime' }));

      oneOrThrow(await admin.alterConfigs([{ type: 'topic', name, append: { 'cleanup.policy': 'compact' } }]));
      await eventually(own, (configs) =>
        expect(configs).toMatchObject({ 'cleanup.policy': expect.stringMatching(/compact/) }),
      );

      const refused = await admin.alterConfigs([
        { type: 'topic', name, set: { 'retention.ms': '7', 'segment.bytes': 'big' } },
      ]);
      expect(refused[0]).toMatchObject({ ok: false, error: { kafkaCode: 'INVALID_CONFIG' } });
      expect(await own()).not.toHaveProperty('retention.ms');
    });

    it('say where values come from, and what they mean', async () => {
      const name = await createTopic(1, { 'retention.ms': '1000' });

      const { configs } = oneOrThrow(
        await admin.describeConfigs([{ type: 'topic', name }], {
          keys: ['retention.ms', 'segment.ms'],
          synonyms: true,
          documentation: true,
        }),
      );

      expect([...configs].sort((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
        {
          name: 'retention.ms',
          value: '1000',
          source: 'topic',
          valueType: 'long',
          isReadOnly: false,
          synonyms: expect.arrayContaining([{ name: 'retention.ms', value: '1000', source: 'topic' }]),
          documentation: expect.stringMatching(/\w+/),
        },
        { name: 'segment.ms', value: '604800000', source: 'default' },
      ]);
    });

    it('of a broker come from that broker', async () => {
      const { brokers } = await admin.describeCluster();
      const name = String(brokers[0]?.nodeId);

      const outcomes = await admin.describeConfigs(
        [
          { type: 'broker', name },
          { type: 'topic', name: 'missing' },
        ],
        {
          keys: ['log.retention.hours', 'num.partitions'],
        },
      );

      expect(outcomes).toMatchObject([
        { ok: true, type: 'broker', name },
        { ok: false, type: 'topic', error: { kafkaCode: 'UNKNOWN_TOPIC_OR_PARTITION' } },
      ]);
      expect(outcomes[0]?.ok === true && outcomes[0].configs.map((config) => config.name).sort()).toEqual([
        'log.retention.hours',
        'num.partitions',
      ]);
    });
  });

  describe('offsets', () => {
    it('are told for places and times, several of one partition at once', async () => {
      const topic = await createTopic(2);
      const beforeMs = Date.now() - 1_000;
      await write(topic, 0, 'a', 'b', 'c');
      const at = (partition: number, place: Parameters<typeof admin.listOffsets>[0][number]['at']) => ({
        topic,
        partition,
        at: place,
      });

      const found = await admin.listOffsets([
        at(0, 'earliest'),
        at(0, 'latest'),
        at(0, 'max-timestamp'),
        at(0, new Date(beforeMs)),
        at(0, { timestampMs: Date.now() + 3_600_000 }),
        at(1, 'latest'),
        at(2, 'latest'),
        { topic: 'missing', partition: 0, at: 'latest' },
      ]);

      expect(found.map((each) => (each.ok ? each.offset : each.error.kafkaCode))).toEqual([
        0,
        3,
        expect.any(Number),
        0,
        undefined,
        0,
        'UNKNOWN_TOPIC_OR_PARTITION',
        'UNKNOWN_TOPIC_OR_PARTITION',
      ]);
      expect(found[3]).toMatchObject({ timestamp: expect.any(Number), leaderEpoch: expect.any(Number) });
    });

    it('rise when records are deleted', async () => {
      const topic = await createTopic(2);
      await write(topic, 0, 'a', 'b', 'c');
      await write(topic, 1, 'x');

      const deleted = await admin.deleteRecords([
        { topic, partition: 0, before: 2 },
        { topic, partition: 1, before: 'latest' },
        { topic, partition: 5, before: 1 },
      ]);
      const beyond = await admin.deleteRecords([{ topic, partition: 0, before: 17 }]);

      expect(deleted).toMatchObject([
        { ok: true, topic, partition: 0, lowWatermark: 2 },
        { ok: true, topic, partition: 1, lowWatermark: 1 },
        { ok: false, topic, partition: 5, error: { kafkaCode: 'UNKNOWN_TOPIC_OR_PARTITION' } },
      ]);
      expect(beyond[0]).toMatchObject({ ok: false, error: { kafkaCode: 'OFFSET_OUT_OF_RANGE' } });
      expect(oneOrThrow(await admin.listOffsets([{ topic, partition: 0, at: 'earliest' }])).offset).toBe(2);
    });
  });

  describe('groups', () => {
    it('keep offsets that are set, fetched, reset and forgotten', async () => {
      const topic = await createTopic(2);
      await write(topic, 0, 'a', 'b', 'c', 'd');
      const groupId = `group-of-${topic}`;

      const set = await admin.alterGroupOffsets(groupId, [
        { topic, partition: 0, offset: 3, metadata: 'by hand', leaderEpoch: 0 },
        { topic, partition: 1, offset: 0n },
      ]);
      expect(set).toEqual([
        { ok: true, topic, partition: 0 },
        { ok: true, topic, partition: 1 },
      ]);
      const fetched = oneOrThrow(await admin.fetchGroupOffsets([{ groupId }]));
      expect([...fetched.offsets].sort((a, b) => a.partition - b.partition)).toMatchObject([
        { ok: true, topic, partition: 0, offset: 3, metadata: 'by hand' },
        { ok: true, topic, partition: 1, offset: 0, metadata: '' },
      ]);
      const lag = await admin.fetchGroupLag(groupId);
      expect(lag.map((each) => each.ok && [each.partition, each.lagRecords]).sort()).toEqual([
        [0, 1],
        [1, 0],
      ]);

      const planned = await admin.resetGroupOffsets(groupId, { to: 'earliest', topics: [topic], dryRun: true });
      expect(planned).toMatchObject([
        { ok: true, partition: 0, from: 3, to: 0 },
        { ok: true, partition: 1, from: 0, to: 0 },
      ]);
      const offsetOf = async (partition: number): Promise<unknown> => {
        const { offsets } = oneOrThrow(
          await admin.fetchGroupOffsets([{ groupId, partitions: [{ topic, partition }] }]),
        );
        return offsets[0]?.ok === true ? offsets[0].offset : 'failed';
      };
      expect(await offsetOf(0)).toBe(3);
      const partitions = [{ topic, partition: 0 }];
      for (const [to, expected] of [
        ['earliest', 0],
        ['latest', 4],
        [{ shiftBy: -3 }, 1],
        [{ shiftBy: 100 }, 4],
        [{ offset: 2 }, 2],
        [{ timestampMs: Date.now() + 3_600_000 }, 4],
        [new Date(0), 0],
      ] as const) {
        const outcome = oneOrThrow(await admin.resetGroupOffsets(groupId, { to, partitions }));
        expect(outcome).toMatchObject({ to: expected });
        expect(await offsetOf(0)).toBe(expected);
      }

      expect(await admin.deleteGroupOffsets(groupId, partitions)).toEqual([{ ok: true, topic, partition: 0 }]);
      expect(await offsetOf(0)).toBeUndefined();
    });

    it('are listed by state and type, described and deleted', async () => {
      const topic = await createTopic();
      const groupId = `group-of-${topic}`;
      oneOrThrow(await admin.alterGroupOffsets(groupId, [{ topic, partition: 0, offset: 0 }]));
      const listed = async (options: Parameters<typeof admin.listGroups>[0]): Promise<unknown> => {
        const { groups, failures } = await admin.listGroups(options);
        expect(failures).toEqual([]);
        return groups.filter((group) => group.groupId === groupId);
      };

      expect(await listed({})).toMatchObject([{ groupId, state: 'Empty', type: 'classic' }]);
      expect(await listed({ states: ['Stable'] })).toEqual([]);
      expect(await listed({ states: ['Empty'], types: ['classic'] })).toHaveLength(1);
      const described = await admin.describeGroups([groupId, 'missing']);
      expect(described).toMatchObject([
        { ok: true, groupId, type: 'classic', state: 'Empty', members: [] },
        { ok: false, groupId: 'missing', error: { kafkaCode: 'GROUP_ID_NOT_FOUND', retriable: false } },
      ]);

      expect(await admin.deleteGroups([groupId, 'missing'])).toMatchObject([
        { ok: true, groupId },
        { ok: false, groupId: 'missing', error: { kafkaCode: 'GROUP_ID_NOT_FOUND' } },
      ]);
      expect(await listed({})).toEqual([]);
    });
  });

  describe('transactions', () => {
    it('are fenced, listed and described by transactional id', async () => {
      const transactionalId = `transactional-${String(count++)}`;

      const fenced = oneOrThrow(await admin.fenceProducers([transactionalId]));
      const again = oneOrThrow(await admin.fenceProducers([transactionalId]));

      expect(again.producerEpoch).toBeGreaterThan(fenced.producerEpoch);
      const described = await admin.describeTransactions([transactionalId, 'missing']);
      expect(described).toMatchObject([
        {
          ok: true,
          transactionalId,
          state: 'Empty',
          producerId: fenced.producerId,
          startedAt: undefined,
          partitions: [],
        },
        { ok: false, error: { kafkaCode: 'TRANSACTIONAL_ID_NOT_FOUND' } },
      ]);
      const { transactions, failures } = await admin.listTransactions({ states: ['Empty'] });
      expect(failures).toEqual([]);
      expect(transactions).toContainEqual(
        expect.objectContaining({ transactionalId, producerId: fenced.producerId, state: 'Empty' }),
      );
      const others = await admin.listTransactions({ producerIds: [fenced.producerId + 1_000n] });
      expect(others.transactions).toEqual([]);
    });
  });

  it('shows an open transaction, what it holds back, and aborts it', async () => {
    const topic = await createTopic();
    await write(topic, 0, 'before');
    const transactionalId = `transactional-${String(count++)}`;
    const where = { topic, partition: 0 };
    await using producer = client.producer({ transactionalId });
    const transaction = await producer.begin();
    await transaction.send(declareTopic(topic), { value: 'held back' });

    const described = oneOrThrow(await admin.describeTransactions([transactionalId]));
    expect(described).toMatchObject({ state: 'Ongoing', partitions: [where], startedAt: expect.any(Number) });
    const latest = [{ ...where, at: 'latest' as const }];
    expect(oneOrThrow(await admin.listOffsets(latest)).offset).toBe(2);
    expect(oneOrThrow(await admin.listOffsets(latest, { isolation: 'committed' })).offset).toBe(1);
    const { producers } = oneOrThrow(await admin.describeProducers([where]));
    const open = producers.find(({ transactionStartOffset }) => transactionStartOffset !== undefined);
    expect(open).toMatchObject({ transactionStartOffset: 1, producerId: described.producerId });

    if (open === undefined) throw new Error('no open transaction');
    const { producerId, producerEpoch, coordinatorEpoch } = open;
    await admin.abortTransaction({
      ...where,
      producerId,
      producerEpoch,
      coordinatorEpoch: Math.max(coordinatorEpoch, 0),
    });

    expect(oneOrThrow(await admin.listOffsets(latest, { isolation: 'committed' })).offset).toBe(3);
    await transaction.abort().catch(() => undefined);
  });

  describe('the cluster', () => {
    it('tells of itself: brokers, versions, features, directories, moves', async () => {
      const topic = await createTopic(2);
      await write(topic, 1, 'some bytes');

      const cluster = await admin.describeCluster({ authorizedOperations: true });
      expect(cluster).toMatchObject({ clusterId: expect.stringMatching(/.+/), controllerId: expect.any(Number) });
      expect(cluster.brokers).toEqual([
        { nodeId: expect.any(Number), host: expect.any(String), port: expect.any(Number), rack: null, isFenced: false },
      ]);
      expect(cluster.authorizedOperations).toEqual(expect.arrayContaining(['create', 'alter-configs']));
      const nodeId = cluster.brokers[0]?.nodeId ?? -1;

      const versions = await admin.describeApiVersions({ nodeId });
      expect(versions).toContainEqual(expect.objectContaining({ apiKey: 3, name: 'Metadata' }));
      expect(await admin.describeFeatures()).toContainEqual(
        expect.objectContaining({ name: 'transaction.version', finalizedLevel: expect.any(Number) }),
      );
      const [dirs] = await admin.describeLogDirs({ partitions: [{ topic, partition: 1 }] });
      expect(dirs).toMatchObject({ ok: true, nodeId });
      const replicas = dirs?.ok === true ? dirs.dirs.flatMap((dir) => dir.replicas) : [];
      expect(replicas).toEqual([
        { topic, partition: 1, sizeBytes: expect.any(Number), lagRecords: 0, isFuture: false },
      ]);
      expect(replicas[0]?.sizeBytes).toBeGreaterThan(60);
      expect(await admin.listPartitionReassignments()).toEqual([]);
      expect(
        await admin.alterPartitionReassignments([
          { topic, partition: 1, replicas: null },
          { topic, partition: 0, replicas: [nodeId + 90] },
          { topic: 'there-is-none', partition: 0, replicas: [nodeId] },
        ]),
      ).toMatchObject([
        { ok: false, topic, partition: 1, error: { kafkaCode: 'NO_REASSIGNMENT_IN_PROGRESS' } },
        { ok: false, topic, partition: 0, error: { kafkaCode: 'INVALID_REPLICA_ASSIGNMENT' } },
        { ok: false, topic: 'there-is-none', partition: 0, error: { kafkaCode: 'UNKNOWN_TOPIC_OR_PARTITION' } },
      ]);
      const level = (await admin.describeFeatures()).find(({ name }) => name === 'transaction.version')?.finalizedLevel;
      await admin.updateFeatures([{ name: 'transaction.version', level: level ?? 0 }], { validateOnly: true });
      await expect(admin.updateFeatures([{ name: 'transaction.version', level: 99 }])).rejects.toMatchObject({
        kafkaCode: 'INVALID_UPDATE_VERSION',
      });
      expect(await admin.listConfigResources({ types: ['broker', 'topic'] })).toEqual(
        expect.arrayContaining([
          { type: 'topic', name: topic },
          { type: 'broker', name: String(nodeId) },
        ]),
      );
      expect(
        await admin.electLeaders([
          { topic, partition: 1 },
          { topic, partition: 7 },
        ]),
      ).toEqual([
        { ok: true, topic, partition: 1, isElected: false },
        expect.objectContaining({ ok: false, partition: 7 }),
      ]);
      expect(await admin.describeProducers([{ topic, partition: 1 }])).toEqual([
        {
          ok: true,
          topic,
          partition: 1,
          producers: [
            {
              producerId: expect.any(BigInt),
              producerEpoch: 0,
              lastSequence: 0,
              lastTimestamp: expect.any(Number),
              coordinatorEpoch: expect.any(Number),
              transactionStartOffset: undefined,
            },
          ],
        },
      ]);
    });
  });
}
