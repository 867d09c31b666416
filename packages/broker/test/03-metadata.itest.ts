import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createMetadataRequest,
  metadataRequest,
  metadataResponse,
  type MetadataRequest,
} from '@millrace/protocol/messages/03-metadata';
import { waitUntil } from '@millrace/testing';
import { BrokerFixture, type CreatedTopic } from './broker-fixture.ts';

const OMITTED = -2_147_483_648;

describe('Metadata', () => {
  let fixture: BrokerFixture;
  let topic: CreatedTopic;

  beforeAll(async () => {
    fixture = await BrokerFixture.start({ config: { 'broker.rack': 'rack-a', 'num.partitions': '2' } });
    topic = await fixture.createTopic('known', 3);
  });

  afterAll(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  const ask = (version: number, init: Partial<MetadataRequest>) =>
    fixture.client.call(metadataRequest, metadataResponse, version, createMetadataRequest(init));
  const named = (name: string) => ({ name, topicId: ZERO_UUID });

  it.each(Array.from({ length: 14 }, (_, version) => version))(
    'describes cluster and topic in version %i',
    async (version) => {
      const { brokers, controllerId, clusterId, topics, errorCode } = await ask(version, { topics: [named('known')] });
      const { nodeId, port } = fixture.broker;
      const rack = version >= 1 ? 'rack-a' : null;
      expect(brokers.map((broker) => ({ ...broker }))).toEqual([{ nodeId, host: '127.0.0.1', port, rack }]);
      if (version >= 1) expect(controllerId).toBe(nodeId);
      if (version >= 2) expect(clusterId).toBe(fixture.broker.clusterId);
      expect(errorCode).toBe(0);
      const [known] = topics;
      expect([known?.errorCode, known?.name, known?.isInternal]).toEqual([0, 'known', false]);
      if (version >= 10) expect(known?.topicId).toBe(topic.topicId);
      expect(known?.partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId])).toEqual([
        [0, nodeId],
        [1, nodeId],
        [2, nodeId],
      ]);
      expect(known?.partitions[0]?.replicaNodes).toEqual([nodeId]);
      expect(known?.partitions[0]?.leaderEpoch).toBe(version >= 7 ? 0 : -1);
    },
  );

  it('means all topics by null, and by an empty list in version 0 only', async () => {
    const namesOf = async (version: number, topics: MetadataRequest['topics']) =>
      (await ask(version, { topics })).topics.map(({ name }) => name);
    expect(await namesOf(12, null)).toContain('known');
    expect(await namesOf(0, [])).toContain('known');
    expect(await namesOf(1, [])).toEqual([]);
    expect(await namesOf(12, [])).toEqual([]);
  });

  it('finds topics by id from version 12', async () => {
    const { topics } = await ask(12, {
      topics: [
        { name: null, topicId: topic.topicId },
        { name: null, topicId: 'AAAAAAAAAAAAAAAAAAAABQ' },
      ],
    });
    expect(topics.map(({ errorCode, name }) => [errorCode, name])).toEqual([
      [0, 'known'],
      [ErrorCode.UNKNOWN_TOPIC_ID, null],
    ]);
  });

  it('names each topic once, however often it is asked for', async () => {
    const { topics } = await ask(12, { topics: [named('known'), named('known')] });
    expect(topics).toHaveLength(1);
  });

  it.each(['', '..', 'a b', 'x'.repeat(250), 'ä'])('refuses the name %j', async (name) => {
    const { topics } = await ask(12, { topics: [named(name)], allowAutoTopicCreation: true });
    expect(topics[0]?.errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
  });

  it('creates a topic that is asked for: first unknown, then there', async () => {
    const request = { topics: [named('automatic')], allowAutoTopicCreation: true };
    expect((await ask(12, request)).topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    const created = await waitUntil('the topic', async () => {
      const [found] = (await ask(12, request)).topics;
      return found?.errorCode === 0 ? found : undefined;
    });
    expect(created?.partitions).toHaveLength(2);
  });

  it('creates nothing when the client does not want it, and always below version 4', async () => {
    await ask(12, { topics: [named('unwanted')], allowAutoTopicCreation: false });
    await ask(3, { topics: [named('old-client')] });
    await waitUntil('the topic of the old client', async () => {
      const { topics } = await ask(3, { topics: [named('old-client')] });
      return topics[0]?.errorCode === 0;
    });
    const { topics } = await ask(12, { topics: null });
    expect(topics.map(({ name }) => name)).not.toContain('unwanted');
  });

  it('creates no internal topic', async () => {
    const request = { topics: [named('__transaction_state')], allowAutoTopicCreation: true };
    expect((await ask(12, request)).topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    const { topics } = await ask(12, { topics: null });
    expect(topics.map(({ name }) => name)).not.toContain('__transaction_state');
  });

  it('lists authorized operations when asked', async () => {
    const asked = await ask(10, {
      topics: [named('known')],
      includeClusterAuthorizedOperations: true,
      includeTopicAuthorizedOperations: true,
    });
    expect(asked.clusterAuthorizedOperations).toBe(8096);
    expect(asked.topics[0]?.topicAuthorizedOperations).toBe(3576);
    const unasked = await ask(10, { topics: [named('known')] });
    expect(unasked.clusterAuthorizedOperations).toBe(OMITTED);
    expect(unasked.topics[0]?.topicAuthorizedOperations).toBe(OMITTED);
  });

  it('creates nothing when auto.create.topics.enable is off', async () => {
    await using closed = await BrokerFixture.start({ config: { 'auto.create.topics.enable': 'false' } });
    const request = createMetadataRequest({ topics: [named('nothing')], allowAutoTopicCreation: true });
    for (let round = 0; round < 3; round++) {
      const { topics } = await closed.client.call(metadataRequest, metadataResponse, 9, request);
      expect(topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
  });
});
