import { createMemoryMetaStore, type MetaStore } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import { fetchRequest, fetchResponse } from '@millrace/protocol/messages/01-fetch';
import { produceRequest, produceResponse } from '@millrace/protocol/messages/00-produce';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import { waitUntil } from '@millrace/testing';
import {
  batchOf,
  BrokerFixture,
  fetch,
  fetchMessage,
  produce,
  produceMessage,
  recordsIn,
  type CreatedTopic,
} from './broker-fixture.ts';

describe('two brokers on one MetaStore', () => {
  let metaStore: MetaStore;
  let first: BrokerFixture;
  let second: BrokerFixture;
  let topic: CreatedTopic;

  beforeAll(async () => {
    metaStore = createMemoryMetaStore();
    first = await BrokerFixture.start({ metaStore, nodeId: 1, config: { 'broker.rack': 'a' } });
    second = await BrokerFixture.start({ metaStore, nodeId: 2 });
    const created = await metaStore.createTopic({
      name: 'shared',
      topicId: 'abcdefghijklmnopqrstuA',
      isInternal: false,
      replicationFactor: 2,
      owners: [1, 2],
      configs: new Map(),
    });
    topic = { name: created.name, topicId: created.topicId };
    await waitUntil('both partitions', async () => {
      const results = await Promise.all([
        fetch(first.client, topic, { partition: 0 }),
        fetch(second.client, topic, { partition: 1 }),
      ]);
      return results.every(({ errorCode }) => errorCode === 0);
    });
  });

  afterAll(async () => {
    expect([...first.logger.errors, ...second.logger.errors]).toEqual([]);
    await first.close();
    await second.close();
  });

  it('both name both in metadata', async () => {
    for (const { client } of [first, second]) {
      const request = createMetadataRequest({ topics: [{ name: 'shared', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }] });
      const { brokers, topics, clusterId } = await client.call(metadataRequest, metadataResponse, 12, request);
      expect(brokers.map(({ nodeId, port, rack }) => [nodeId, port, rack])).toEqual([
        [1, first.broker.port, 'a'],
        [2, second.broker.port, null],
      ]);
      expect(topics[0]?.partitions.map(({ leaderId, replicaNodes }) => [leaderId, [...replicaNodes].sort()])).toEqual([
        [1, [1, 2]],
        [2, [1, 2]],
      ]);
      expect(clusterId).toBe(first.broker.clusterId);
    }
  });

  it('the one that does not own a partition names the owner on produce', async () => {
    const request = produceMessage(topic, batchOf(['a']), { partition: 1 });
    const { responses, nodeEndpoints } = await first.client.call(produceRequest, produceResponse, 13, request);
    const result = responses[0]?.partitionResponses[0];
    expect(result?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(result?.currentLeader).toMatchObject({ leaderId: 2, leaderEpoch: 0 });
    expect(nodeEndpoints).toMatchObject([{ nodeId: 2, host: '127.0.0.1', port: second.broker.port }]);
    const old = await produce(first.client, topic, batchOf(['a']), { partition: 1, version: 9 });
    expect(old.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  it('the one that does not own a partition names the owner on fetch, without waiting', async () => {
    const request = fetchMessage(topic, { partition: 0, maxWaitMs: 20_000 });
    const { responses, nodeEndpoints } = await second.client.call(fetchRequest, fetchResponse, 16, request);
    const result = responses[0]?.partitions[0];
    expect(result?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(result?.currentLeader).toMatchObject({ leaderId: 1, leaderEpoch: 0 });
    expect(nodeEndpoints).toMatchObject([{ nodeId: 1, host: '127.0.0.1', port: first.broker.port, rack: 'a' }]);
    for (const version of [4, 11, 12, 15]) {
      const old = await fetch(second.client, topic, { partition: 0, version });
      expect(old.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }
  });

  it('each serves what it owns', async () => {
    await produce(first.client, topic, batchOf(['one']), { partition: 0 });
    await produce(second.client, topic, batchOf(['two']), { partition: 1 });
    expect(recordsIn(await fetch(first.client, topic, { partition: 0 })).map(({ value }) => value)).toEqual(['one']);
    expect(recordsIn(await fetch(second.client, topic, { partition: 1 })).map(({ value }) => value)).toEqual(['two']);
  });

  it('both find the same coordinator of a group', async () => {
    const request = createFindCoordinatorRequest({ coordinatorKeys: ['g1', 'g2', 'g3', 'g4'] });
    const [left, right] = await Promise.all(
      [first, second].map(({ client }) => client.call(findCoordinatorRequest, findCoordinatorResponse, 4, request)),
    );
    expect(left?.coordinators).toEqual(right?.coordinators);
    expect(left?.coordinators.every(({ errorCode }) => errorCode === 0)).toBe(true);
  });

  it('a partition that moves is refused by the old owner, also to a fetch that waits, and taken by the new one', async () => {
    const consumer = await first.connect();
    const waiting = fetch(consumer, topic, { partition: 0, offset: 1, maxWaitMs: 20_000 });
    const { leaderEpoch } = await metaStore.acquirePartition(topic.topicId, 0, 2, 0);
    expect(leaderEpoch).toBe(1);
    expect((await waiting).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect((await produce(first.client, topic, batchOf(['late']))).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    await waitUntil(
      'the new owner',
      async () => (await produce(second.client, topic, batchOf(['new']))).errorCode === 0,
    );
  });
});
