/**
 * What the benchmark asks of a broker on the wire besides the load: topics, and the first acknowledged record after a start.
 */
import { RecordBatchWriter } from '@millrace/protocol';
import {
  createProduceRequest,
  createProduceRequestPartitionProduceData,
  createProduceRequestTopicProduceData,
  produceRequest,
  produceResponse,
} from '@millrace/protocol/messages/00-produce';
import {
  createMetadataRequest,
  createMetadataRequestTopic,
  metadataRequest,
  metadataResponse,
} from '@millrace/protocol/messages/03-metadata';
import {
  createCreateTopicsRequest,
  createCreateTopicsRequestCreatableTopic,
  createTopicsRequest,
  createTopicsResponse,
} from '@millrace/protocol/messages/19-create-topics';
import { waitUntil, WireClient } from '@millrace/testing';
import type { BrokerUnderTest } from './broker-under-test.ts';

const READY_MS_MAX = 60_000;
const TIMEOUT_MS = 30_000;
/** Newest versions that name topics. */
const PRODUCE_VERSION = 12;
const METADATA_VERSION = 12;
const CREATE_TOPICS_VERSION = 7;
const RETRY_MS = 2;

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
}

/** Creates topics on a broker that may still be starting, and waits until every partition has a leader. */
export async function createTopics(broker: BrokerUnderTest, topics: readonly NewTopic[]): Promise<void> {
  await waitUntil(
    `topics on ${broker.contender}`,
    async () => {
      const failure = broker.failure();
      if (failure !== undefined) throw new Error(failure);
      const client = await WireClient.connect({ port: broker.port }).catch(() => undefined);
      if (client === undefined) return false;
      try {
        await tryCreateTopics(client, topics);
        return await haveLeaders(client, topics);
      } finally {
        await client.close();
      }
    },
    READY_MS_MAX,
  );
}

async function tryCreateTopics(client: WireClient, topics: readonly NewTopic[]): Promise<void> {
  const request = createCreateTopicsRequest({
    topics: topics.map(({ name, partitions }) =>
      createCreateTopicsRequestCreatableTopic({ name, numPartitions: partitions, replicationFactor: 1 }),
    ),
    timeoutMs: TIMEOUT_MS,
  });
  await client.call(createTopicsRequest, createTopicsResponse, CREATE_TOPICS_VERSION, request);
}

async function haveLeaders(client: WireClient, topics: readonly NewTopic[]): Promise<boolean> {
  const request = createMetadataRequest({
    topics: topics.map(({ name }) => createMetadataRequestTopic({ name })),
    allowAutoTopicCreation: false,
  });
  const answer = await client.call(metadataRequest, metadataResponse, METADATA_VERSION, request);
  return topics.every(({ name, partitions }) => {
    const topic = answer.topics.find((each) => each.name === name);
    return (
      topic?.errorCode === 0 &&
      topic.partitions.length === partitions &&
      topic.partitions.every(({ errorCode, leaderId }) => errorCode === 0 && leaderId >= 0)
    );
  });
}

/** One batch of records with these sizes, as a client would send it. */
export function buildBatch(records: number, valueBytes: number): Buffer {
  const writer = new RecordBatchWriter();
  const value = Buffer.alloc(valueBytes, 'x');
  for (let index = 0; index < records; index++) writer.append(null, value, Date.now());
  return writer.finish();
}

/** Sends one batch to each of the partitions with acks=all; returns the error codes that are not 0. */
export async function produceTo(
  client: WireClient,
  topic: string,
  partitions: readonly number[],
  batch: Buffer,
): Promise<number[]> {
  const request = createProduceRequest({
    acks: -1,
    timeoutMs: TIMEOUT_MS,
    topicData: [
      createProduceRequestTopicProduceData({
        name: topic,
        partitionData: partitions.map((index) => createProduceRequestPartitionProduceData({ index, records: batch })),
      }),
    ],
  });
  const answer = await client.call(produceRequest, produceResponse, PRODUCE_VERSION, request);
  const codes = answer.responses.flatMap(({ partitionResponses }) =>
    partitionResponses.map(({ errorCode }) => errorCode),
  );
  if (codes.length !== partitions.length)
    throw new Error(`${codes.length} answers for ${partitions.length} partitions`);
  return codes.filter((code) => code !== 0);
}

/** Tries until a record is acknowledged; what a client does that was there before the broker. */
export async function produceFirstRecord(broker: BrokerUnderTest, topic: string, batch: Buffer): Promise<void> {
  const deadline = performance.now() + READY_MS_MAX;
  for (;;) {
    const failure = broker.failure();
    if (failure !== undefined) throw new Error(failure);
    if (performance.now() > deadline) throw new Error(`no record was acknowledged within ${READY_MS_MAX} ms`);
    if (await tryProduce(broker.port, topic, batch)) return;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function tryProduce(port: number, topic: string, batch: Buffer): Promise<boolean> {
  const client = await WireClient.connect({ port }).catch(() => undefined);
  if (client === undefined) return false;
  try {
    return (await produceTo(client, topic, [0], batch)).length === 0;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
