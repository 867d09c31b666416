/** Topics: CreateTopics, DeleteTopics, CreatePartitions, DeleteRecords (semantics 36, 37, 39, 44, 69, 70, 73). */
import { ErrorCode } from '@millrace/protocol';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import {
  createOffsetCommitRequest,
  offsetCommitRequest,
  offsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import {
  createOffsetFetchRequest,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import {
  createDeleteTopicsRequest,
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '@millrace/protocol/messages/20-delete-topics';
import { createTempDir, waitUntil, type WireClient } from '@millrace/testing';
import { AdminClient, TOPIC } from './admin-client.ts';
import { batchOf, BrokerFixture, fetch, produce, recordsIn } from './broker-fixture.ts';

const ZERO = 'AAAAAAAAAAAAAAAAAAAAAA';

describe('administration of topics', () => {
  let fixture: BrokerFixture;
  let admin: AdminClient;

  beforeAll(async () => {
    fixture = await BrokerFixture.start({ config: { 'num.partitions': '3', 'offsets.topic.num.partitions': '3' } });
    admin = new AdminClient(fixture.client);
  });

  afterAll(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  async function topicsInMetadata(client: WireClient): Promise<string[]> {
    const { topics } = await client.call(
      metadataRequest,
      metadataResponse,
      12,
      createMetadataRequest({ topics: null }),
    );
    return topics.map(({ name }) => name ?? '');
  }

  describe('CreateTopics', () => {
    it('makes a topic that takes and gives records as soon as the answer is there', async () => {
      for (let round = 0; round < 20; round++) {
        const { errorCode, topicId, name } = await admin.createTopic({ name: `at-once-${round}`, numPartitions: 2 });
        expect(errorCode).toBe(0);
        const topic = { name, topicId };
        expect((await produce(fixture.client, topic, batchOf(['a']), { partition: 1 })).errorCode).toBe(0);
        expect(recordsIn(await fetch(fixture.client, topic, { partition: 1 }))).toEqual([{ offset: 0, value: 'a' }]);
      }
    });

    it("takes the broker's defaults for -1, and says what it made from v5 on", async () => {
      const newest = await admin.createTopic({ name: 'defaults-7', configs: [{ name: 'retention.ms', value: '5' }] });
      expect(newest).toMatchObject({ errorCode: 0, numPartitions: 3, replicationFactor: 1 });
      expect(newest.topicId).toMatch(/^[\w-]{22}$/);
      expect(newest.topicId).not.toBe(ZERO);
      const retention = newest.configs?.find(({ name }) => name === 'retention.ms');
      expect(retention).toMatchObject({ value: '5', configSource: 1, readOnly: false, isSensitive: false });
      expect(newest.configs?.find(({ name }) => name === 'segment.bytes')).toMatchObject({ configSource: 5 });

      const fifth = await admin.createTopic({ name: 'defaults-5' }, { version: 5 });
      expect(fifth).toMatchObject({ errorCode: 0, numPartitions: 3, topicId: ZERO });
      expect(fifth.configs?.length).toBeGreaterThan(30);
      const fourth = await admin.createTopic({ name: 'defaults-4' }, { version: 4 });
      expect(fourth).toMatchObject({ errorCode: 0, numPartitions: -1, configs: [] });
    });

    it('only checks with validateOnly', async () => {
      expect(await admin.createTopic({ name: 'checked' }, { validateOnly: true })).toMatchObject({
        errorCode: 0,
        numPartitions: 3,
      });
      expect(await topicsInMetadata(fixture.client)).not.toContain('checked');
    });

    it.each([
      ['a bad name', { name: 'a b' }, ErrorCode.INVALID_TOPIC_EXCEPTION],
      ['no partitions', { name: 'x', numPartitions: 0 }, ErrorCode.INVALID_PARTITIONS],
      ['a factor of 0', { name: 'x', replicationFactor: 0 }, ErrorCode.INVALID_REPLICATION_FACTOR],
      ['a factor above the brokers', { name: 'x', replicationFactor: 3 }, ErrorCode.INVALID_REPLICATION_FACTOR],
      ['too many partitions', { name: 'x', numPartitions: 10_001 }, ErrorCode.POLICY_VIOLATION],
      ['a bad value', { name: 'x', configs: [{ name: 'retention.ms', value: 'x' }] }, ErrorCode.INVALID_CONFIG],
      ['a null value', { name: 'x', configs: [{ name: 'retention.ms', value: null }] }, ErrorCode.INVALID_CONFIG],
      ['an unknown setting', { name: 'x', configs: [{ name: 'retention.mss', value: '1' }] }, ErrorCode.INVALID_CONFIG],
      [
        'an assignment with a count',
        { name: 'x', numPartitions: 1, assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
        ErrorCode.INVALID_REQUEST,
      ],
      [
        'an assignment with a factor',
        { name: 'x', replicationFactor: 1, assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
        ErrorCode.INVALID_REQUEST,
      ],
      [
        'an assignment with a gap',
        { name: 'x', assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      ],
      [
        'a partition assigned twice',
        { name: 'x', assignments: [0, 0].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] })) },
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      ],
      [
        'an assignment to an unknown broker',
        { name: 'x', assignments: [{ partitionIndex: 0, brokerIds: [9] }] },
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      ],
      ['the topic of groups', { name: '__consumer_offsets' }, ErrorCode.INVALID_REQUEST],
      ['the topic of transactions', { name: '__transaction_state' }, ErrorCode.INVALID_REQUEST],
    ])('refuses %s, with validateOnly too, and says why', async (_, topic, expected) => {
      for (const validateOnly of [true, false]) {
        const { errorCode, errorMessage } = await admin.createTopic(topic, { validateOnly });
        expect(errorCode).toBe(expected);
        expect(errorMessage).toMatch(/\w{3,}/);
      }
      expect(await topicsInMetadata(fixture.client)).not.toContain('x');
    });

    it('refuses a name that exists or collides', async () => {
      expect(await admin.createTopic({ name: 'col.lide' })).toMatchObject({ errorCode: 0 });
      expect(await admin.createTopic({ name: 'col.lide' })).toMatchObject({
        errorCode: ErrorCode.TOPIC_ALREADY_EXISTS,
      });
      expect(await admin.createTopic({ name: 'col_lide' })).toMatchObject({
        errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION,
      });
    });

    it('refuses a name that stands twice in a request and makes the others', async () => {
      const results = await admin.createTopics([{ name: 'twice' }, { name: 'once' }, { name: 'twice' }]);
      expect(results.map(({ name, errorCode }) => [name, errorCode])).toEqual([
        ['once', 0],
        ['twice', ErrorCode.INVALID_REQUEST],
      ]);
    });

    it('lets one of several connections make a topic', async () => {
      const clients = await Promise.all(Array.from({ length: 5 }, () => fixture.connect()));
      const codes = await Promise.all(
        clients.map(async (client) => (await new AdminClient(client).createTopic({ name: 'raced' })).errorCode),
      );
      expect(codes.sort()).toEqual([0, 36, 36, 36, 36]);
    });
  });

  it('accepts a replication factor above the brokers when told to, and shows it', async () => {
    await using tolerant = await BrokerFixture.start({
      config: { 'millrace.replication.factor.above.brokers': 'true' },
    });
    const tolerantAdmin = new AdminClient(tolerant.client);

    expect(await tolerantAdmin.createTopic({ name: 'three', replicationFactor: 3 })).toMatchObject({
      errorCode: 0,
      replicationFactor: 3,
    });
    const request = createMetadataRequest({ topics: [{ name: 'three', topicId: ZERO }] });
    const { topics } = await tolerant.client.call(metadataRequest, metadataResponse, 12, request);
    expect(topics[0]?.partitions[0]?.replicaNodes).toHaveLength(3);
    expect(await tolerantAdmin.createPartitions([{ name: 'three', count: 2, assignments: [[1]] }])).toEqual([0]);
  });

  it('bounds all partitions together', async () => {
    await using small = await BrokerFixture.start({ config: { 'millrace.partitions.max': '4' } });
    const smallAdmin = new AdminClient(small.client);

    expect((await smallAdmin.createTopic({ name: 'a', numPartitions: 3 })).errorCode).toBe(0);
    expect((await smallAdmin.createTopic({ name: 'b', numPartitions: 2 })).errorCode).toBe(ErrorCode.POLICY_VIOLATION);
    expect(await smallAdmin.createPartitions([{ name: 'a', count: 5 }])).toEqual([ErrorCode.POLICY_VIOLATION]);
    expect(await smallAdmin.createPartitions([{ name: 'a', count: 4 }])).toEqual([0]);
  });

  describe('DeleteTopics', () => {
    it('frees the name: a new topic of it is empty and has another id', async () => {
      const first = await admin.createTopic({ name: 'reborn', numPartitions: 1 });
      await produce(fixture.client, { name: 'reborn', topicId: first.topicId }, batchOf(['old']));
      expect(await admin.deleteTopics(['reborn'])).toEqual([0]);
      expect(await topicsInMetadata(fixture.client)).not.toContain('reborn');

      const second = await admin.createTopic({ name: 'reborn', numPartitions: 1 });
      expect([second.errorCode, second.topicId === first.topicId]).toEqual([0, false]);
      const fresh = await fetch(fixture.client, { name: 'reborn', topicId: second.topicId });
      expect([fresh.errorCode, fresh.highWatermark]).toEqual([0, 0n]);
      const stale = await fetch(fixture.client, { name: 'reborn', topicId: first.topicId });
      expect(stale.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    });

    it('makes and deletes hundreds of topics over short connections', async () => {
      for (let round = 0; round < 60; round++) {
        const client = await fixture.connect();
        const shortLived = new AdminClient(client);
        const names = [0, 1, 2, 3, 4].map((index) => ({ name: `short-${index}`, numPartitions: 2 }));
        const created = await shortLived.createTopics(names);
        expect(created.map(({ errorCode }) => errorCode)).toEqual([0, 0, 0, 0, 0]);
        const deleted = await shortLived.deleteTopics(created.map(({ topicId }) => ({ id: topicId })));
        expect(deleted).toEqual([0, 0, 0, 0, 0]);
        await client.close();
      }
      expect((await topicsInMetadata(fixture.client)).filter((name) => name.startsWith('short-'))).toEqual([]);
    });

    it('deletes by name in old versions and by id in new ones', async () => {
      await admin.createTopics([{ name: 'by-name' }]);
      expect(await admin.deleteTopics(['by-name', 'missing'], 1)).toEqual([0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
      const { topicId } = await admin.createTopic({ name: 'by-id' });
      expect(await admin.deleteTopics([{ id: topicId }])).toEqual([0]);
      expect(await admin.deleteTopics([{ id: topicId }])).toEqual([ErrorCode.UNKNOWN_TOPIC_ID]);
    });

    it.each([
      ['name and id together', [{ name: 'a', topicId: 'abcdefghijklmnopqrstuA' }]],
      ['neither name nor id', [{ name: null, topicId: ZERO }]],
      [
        'a name twice',
        [
          { name: 'a', topicId: ZERO },
          { name: 'a', topicId: ZERO },
        ],
      ],
    ])('refuses %s', async (_, topics) => {
      const request = createDeleteTopicsRequest({ topics, timeoutMs: 5_000 });
      const { responses } = await fixture.client.call(deleteTopicsRequest, deleteTopicsResponse, 6, request);
      expect(responses.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.INVALID_REQUEST]);
    });

    it('says that deletion is switched off, with a code that old versions know', async () => {
      await using guarded = await BrokerFixture.start({ config: { 'delete.topic.enable': 'false' } });
      const guardedAdmin = new AdminClient(guarded.client);
      await guardedAdmin.createTopic({ name: 'kept' });

      expect(await guardedAdmin.deleteTopics(['kept'])).toEqual([ErrorCode.TOPIC_DELETION_DISABLED]);
      expect(await guardedAdmin.deleteTopics(['kept'], 3)).toEqual([ErrorCode.TOPIC_DELETION_DISABLED]);
      expect(await guardedAdmin.deleteTopics(['kept'], 2)).toEqual([ErrorCode.INVALID_REQUEST]);
      expect(await topicsInMetadata(guarded.client)).toContain('kept');
    });

    it('makes groups forget the offsets of the topic, and leaves the topic of groups alone', async () => {
      const { client } = fixture;
      const find = createFindCoordinatorRequest({ coordinatorKeys: ['readers'], keyType: 0 });
      await waitUntil('a coordinator', async () => {
        const { coordinators } = await client.call(findCoordinatorRequest, findCoordinatorResponse, 4, find);
        return coordinators[0]?.errorCode === 0;
      });
      await admin.createTopic({ name: 'committed', numPartitions: 1 });
      const commit = createOffsetCommitRequest({
        groupId: 'readers',
        topics: [
          {
            name: 'committed',
            topicId: ZERO,
            partitions: [{ partitionIndex: 0, committedOffset: 7n, committedLeaderEpoch: -1, committedMetadata: null }],
          },
        ],
      });
      await waitUntil('a commit', async () => {
        const { topics } = await client.call(offsetCommitRequest, offsetCommitResponse, 8, commit);
        return topics[0]?.partitions[0]?.errorCode === 0;
      });
      const committedOffset = async (): Promise<bigint | undefined> => {
        const topics = [{ name: 'committed', topicId: ZERO, partitionIndexes: [0] }];
        const request = createOffsetFetchRequest({
          groups: [{ groupId: 'readers', memberId: null, memberEpoch: -1, topics }],
        });
        const { groups } = await client.call(offsetFetchRequest, offsetFetchResponse, 8, request);
        return groups[0]?.topics[0]?.partitions[0]?.committedOffset;
      };
      expect(await committedOffset()).toBe(7n);

      expect(await admin.deleteTopics(['committed'])).toEqual([0]);
      await admin.createTopic({ name: 'committed', numPartitions: 1 });
      expect(await committedOffset()).toBe(-1n);

      expect(await admin.deleteTopics(['__consumer_offsets'])).toEqual([ErrorCode.INVALID_REQUEST]);
      expect(await admin.createPartitions([{ name: '__consumer_offsets', count: 9 }])).toEqual([
        ErrorCode.INVALID_REQUEST,
      ]);
      expect((await admin.createTopic({ name: '__consumer_offsets' })).errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
    });
  });

  describe('CreatePartitions', () => {
    it('adds partitions that are usable at once, and keeps the old ones', async () => {
      const { topicId } = await admin.createTopic({ name: 'growing', numPartitions: 1 });
      const topic = { name: 'growing', topicId };
      await produce(fixture.client, topic, batchOf(['kept']));

      expect(await admin.createPartitions([{ name: 'growing', count: 3 }], { validateOnly: true })).toEqual([0]);
      expect((await produce(fixture.client, topic, batchOf(['a']), { partition: 2 })).errorCode).toBe(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      );
      expect(await admin.createPartitions([{ name: 'growing', count: 3, assignments: [[1], [1]] }])).toEqual([0]);
      expect((await produce(fixture.client, topic, batchOf(['a']), { partition: 2 })).errorCode).toBe(0);
      expect(recordsIn(await fetch(fixture.client, topic))).toEqual([{ offset: 0, value: 'kept' }]);
    });

    it('refuses what does not grow, is unknown, stands twice or is badly assigned', async () => {
      await admin.createTopic({ name: 'fixed', numPartitions: 2 });
      const code = async (topic: { name: string; count: number; assignments?: number[][] }) =>
        (await admin.createPartitions([topic]))[0];
      expect(await code({ name: 'fixed', count: 2 })).toBe(ErrorCode.INVALID_PARTITIONS);
      expect(await code({ name: 'fixed', count: 0 })).toBe(ErrorCode.INVALID_PARTITIONS);
      expect(await code({ name: 'missing', count: 2 })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
      expect(await code({ name: 'fixed', count: 4, assignments: [[1]] })).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
      expect(await code({ name: 'fixed', count: 3, assignments: [[7]] })).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
      const twice = [
        { name: 'fixed', count: 3 },
        { name: 'fixed', count: 4 },
      ];
      expect(await admin.createPartitions(twice)).toEqual([ErrorCode.INVALID_REQUEST]);
    });
  });

  describe('DeleteRecords', () => {
    async function topicOfTen(name: string, configs: Record<string, string> = {}) {
      const topic = await fixture.createTopic(name, 1, configs);
      for (const value of 'abcde') await produce(fixture.client, topic, batchOf([value, value]));
      return topic;
    }

    it('moves the log start, after which nothing below is given', async () => {
      const topic = await topicOfTen('cut');
      expect(await admin.deleteRecords('cut', 0, 4)).toBe(4);

      expect((await fetch(fixture.client, topic, { offset: 3 })).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
      const left = await fetch(fixture.client, topic, { offset: 4 });
      expect([left.logStartOffset, left.highWatermark]).toEqual([4n, 10n]);
      expect(recordsIn(left).filter(({ offset }) => offset >= 4)).toHaveLength(6);
    });

    it('answers the log start for an offset below it, and takes -1 for the end', async () => {
      const topic = await topicOfTen('cut-again');
      expect(await admin.deleteRecords('cut-again', 0, 6)).toBe(6);
      expect(await admin.deleteRecords('cut-again', 0, 2)).toBe(6);
      expect(await admin.deleteRecords('cut-again', 0, -1)).toBe(10);
      expect((await produce(fixture.client, topic, batchOf(['next']))).baseOffset).toBe(10n);
    });

    it('refuses offsets that are not there and other topics', async () => {
      await topicOfTen('uncut');
      const outOfRange = `error ${ErrorCode.OFFSET_OUT_OF_RANGE}`;
      expect(await admin.deleteRecords('uncut', 0, 11)).toBe(outOfRange);
      expect(await admin.deleteRecords('uncut', 0, -2)).toBe(outOfRange);
      expect(await admin.deleteRecords('uncut', 1, 0)).toBe(`error ${ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}`);
      expect(await admin.deleteRecords('missing', 0, 0)).toBe(`error ${ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}`);
    });
  });

  it('keeps topics, their settings and the log start over a restart', async () => {
    await using directory = await createTempDir('admin');
    const options = { dataDir: directory.path };
    let topicId: string;
    {
      await using before = await BrokerFixture.start(options);
      const topic = await before.createTopic('lasting', 2, { 'retention.bytes': '123456' });
      topicId = topic.topicId;
      await produce(before.client, topic, batchOf(['a', 'b', 'c']));
      const beforeAdmin = new AdminClient(before.client);
      expect(await beforeAdmin.deleteRecords('lasting', 0, 2)).toBe(2);
      await beforeAdmin.createTopic({ name: 'deleted' });
      await beforeAdmin.deleteTopics(['deleted']);
      await beforeAdmin.createPartitions([{ name: 'lasting', count: 3 }]);
    }
    await using after = await BrokerFixture.start(options);
    const afterAdmin = new AdminClient(after.client);

    expect(await topicsInMetadata(after.client)).toEqual(['lasting']);
    const topic = { name: 'lasting', topicId };
    expect(await fetch(after.client, topic, { offset: 2 })).toMatchObject({ errorCode: 0, logStartOffset: 2n });
    expect(await fetch(after.client, topic, { partition: 2 })).toMatchObject({ errorCode: 0 });
    expect(await afterAdmin.describeConfig(TOPIC, 'lasting', 'retention.bytes')).toMatchObject({
      value: '123456',
      configSource: 1,
    });
  });
});
