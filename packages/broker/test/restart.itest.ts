import { ErrorCode } from '@millrace/protocol';
import {
  createInitProducerIdRequest,
  initProducerIdRequest,
  initProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
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
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import { createTempDir, startBroker, waitUntil, type TempDir, type WireClient } from '@millrace/testing';
import { batchOf, BrokerFixture, fetch, produce, recordsIn } from './broker-fixture.ts';

const GROUP = 'restarted';

describe('a broker on a directory', () => {
  let directory: TempDir;

  beforeEach(async () => {
    directory = await createTempDir('restart');
  });

  afterEach(() => directory.remove());

  it('finds topics, records, producers and offsets again, under a higher leader epoch', async () => {
    const first = await BrokerFixture.start({ dataDir: directory.path });
    const topic = await first.createTopic('kept', 3, { 'retention.ms': '86400000' });
    const sequence = (baseSequence: number) => batchOf(['a'], { producerId: 4, producerEpoch: 0, baseSequence });
    await produce(first.client, topic, sequence(0), { partition: 1 });
    await produce(first.client, topic, sequence(1), { partition: 1 });
    await commit(first.client, topic.name, 2);
    const firstId = await producerId(first.client);
    const { clusterId } = first.broker;
    await first.close();

    const second = await BrokerFixture.start({ dataDir: directory.path });
    expect(second.broker.clusterId).toBe(clusterId);
    const { topics } = await second.client.call(
      metadataRequest,
      metadataResponse,
      12,
      createMetadataRequest({
        topics: [{ name: topic.name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      }),
    );
    expect(topics[0]?.topicId).toBe(topic.topicId);
    expect(topics[0]?.partitions.map(({ leaderEpoch }) => leaderEpoch)).toEqual([1, 1, 1]);

    const old = await fetch(second.client, topic, { partition: 1, currentLeaderEpoch: 0 });
    expect(old.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH);
    const records = recordsIn(await fetch(second.client, topic, { partition: 1, currentLeaderEpoch: 1 }));
    expect(records).toHaveLength(2);
    const retried = await produce(second.client, topic, sequence(1), { partition: 1 });
    expect([retried.errorCode, retried.baseOffset]).toEqual([0, 1n]);
    expect((await produce(second.client, topic, sequence(2), { partition: 1 })).baseOffset).toBe(2n);
    expect(await committed(second.client, topic.name)).toBe(2n);
    expect(await producerId(second.client)).toBeGreaterThan(firstId);
    expect([...first.logger.errors, ...second.logger.errors]).toEqual([]);
    await second.close();
  });

  it('deletes what is left of topics that were deleted', async () => {
    const first = await BrokerFixture.start({ dataDir: directory.path });
    const topic = await first.createTopic('gone');
    await produce(first.client, topic, batchOf(['old']));
    const request = createDeleteTopicsRequest({ topicNames: [topic.name], timeoutMs: 5000 });
    await first.client.call(deleteTopicsRequest, deleteTopicsResponse, 4, request);
    const anew = await first.createTopic('gone');
    expect(anew.topicId).not.toBe(topic.topicId);
    expect(recordsIn(await fetch(first.client, anew))).toEqual([]);
    await produce(first.client, anew, batchOf(['new']));
    await first.close();

    const second = await BrokerFixture.start({ dataDir: directory.path });
    expect(recordsIn(await fetch(second.client, anew)).map(({ value }) => value)).toEqual(['new']);
    expect((await fetch(second.client, topic)).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    await second.close();
  });

  it('keeps a second broker out of its directory, saying so', async () => {
    await using first = await startBroker({ dataDir: directory.path });
    expect(first.port).toBeGreaterThan(0);
    await expect(startBroker({ dataDir: directory.path })).rejects.toMatchObject({
      code: 'MILLRACE_STORAGE_DIRECTORY_LOCKED',
      message: expect.stringContaining(directory.path) as string,
    });
  });

  it('leaves the directory free when it cannot start', async () => {
    await using other = await startBroker();
    await expect(startBroker({ dataDir: directory.path, port: other.port })).rejects.toMatchObject({
      code: 'MILLRACE_BROKER_PORT_IN_USE',
      message: expect.stringMatching(/port is in use; .*0 picks a free one/) as string,
    });
    const broker = await startBroker({ dataDir: directory.path });
    await broker.close();
  });

  it('is ready in under 100 ms, in memory and on a directory', async () => {
    const times = async (dataDir?: string) => {
      let best = Infinity;
      for (let round = 0; round < 5; round++) {
        const start = performance.now();
        const broker = await startBroker(dataDir === undefined ? {} : { dataDir });
        best = Math.min(best, performance.now() - start);
        await broker.close();
      }
      return best;
    };
    expect(await times()).toBeLessThan(100);
    expect(await times(directory.path)).toBeLessThan(100);
  });
});

async function producerId(client: WireClient): Promise<bigint> {
  const request = createInitProducerIdRequest({ transactionalId: null });
  const response = await client.call(initProducerIdRequest, initProducerIdResponse, 5, request);
  expect(response.errorCode).toBe(0);
  return response.producerId;
}

/** The coordinator may still be reading its log. */
async function coordinated<Value>(client: WireClient, ask: () => Promise<Value | undefined>): Promise<Value> {
  const request = createFindCoordinatorRequest({ coordinatorKeys: [GROUP] });
  await client.call(findCoordinatorRequest, findCoordinatorResponse, 4, request);
  return (await waitUntil('the group coordinator', ask)) as Value;
}

async function commit(client: WireClient, topicName: string, offset: number): Promise<void> {
  const request = createOffsetCommitRequest({
    groupId: GROUP,
    generationIdOrMemberEpoch: -1,
    topics: [
      {
        name: topicName,
        topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
        partitions: [
          { partitionIndex: 1, committedOffset: BigInt(offset), committedLeaderEpoch: -1, committedMetadata: '' },
        ],
      },
    ],
  });
  await coordinated(client, async () => {
    const { topics } = await client.call(offsetCommitRequest, offsetCommitResponse, 8, request);
    return topics[0]?.partitions[0]?.errorCode === 0 ? true : undefined;
  });
}

function committed(client: WireClient, topicName: string): Promise<bigint> {
  const request = createOffsetFetchRequest({ groupId: GROUP, topics: [{ name: topicName, partitionIndexes: [1] }] });
  return coordinated(client, async () => {
    const response = await client.call(offsetFetchRequest, offsetFetchResponse, 5, request);
    return response.errorCode === 0 ? response.topics[0]?.partitions[0]?.committedOffset : undefined;
  });
}
