/**
 * What a test does to the logs of a broker over the wire: create topics, append batches, read everything back, ask for settings.
 *
 * Owns: one connection, in versions that name topics by name.
 * Not here: anything clever. An error code in an answer is thrown as {@link RefusedError}, so a test that expects it says so.
 */
import {
  batchPositions,
  decodeBatch,
  errorByCode,
  ErrorCode,
  recordsToBuffer,
  RecordBatchWriter,
  type ErrorName,
  type FinishBatchOptions,
} from '@millrace/protocol';
import {
  createProduceRequest,
  createProduceRequestPartitionProduceData,
  createProduceRequestTopicProduceData,
  produceRequest,
  produceResponse,
  type ProduceRequest,
  type ProduceResponse,
} from '@millrace/protocol/messages/00-produce';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  fetchRequest,
  fetchResponse,
} from '@millrace/protocol/messages/01-fetch';
import {
  createListOffsetsRequest,
  createListOffsetsRequestListOffsetsPartition,
  createListOffsetsRequestListOffsetsTopic,
  listOffsetsRequest,
  listOffsetsResponse,
} from '@millrace/protocol/messages/02-list-offsets';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import {
  createCreateTopicsRequest,
  createCreateTopicsRequestCreatableTopic,
  createTopicsRequest,
  createTopicsResponse,
} from '@millrace/protocol/messages/19-create-topics';
import {
  createDeleteTopicsRequest,
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '@millrace/protocol/messages/20-delete-topics';
import {
  createInitProducerIdRequest,
  initProducerIdRequest,
  initProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import {
  createDescribeConfigsRequest,
  describeConfigsRequest,
  describeConfigsResponse,
  type DescribeConfigsResponseDescribeConfigsResourceResult,
} from '@millrace/protocol/messages/32-describe-configs';
import { WireClient, type WireClientOptions } from './wire-client.ts';

const PRODUCE_VERSION = 9;
const FETCH_VERSION = 12;
const LIST_OFFSETS_VERSION = 7;
const METADATA_VERSION = 12;
const CREATE_TOPICS_VERSION = 7;
const DELETE_TOPICS_VERSION = 5;
const INIT_PRODUCER_ID_VERSION = 4;
const DESCRIBE_CONFIGS_VERSION = 4;

const TIMEOUT_MS = 15_000;
const FETCH_BYTES = 1024 * 1024;

export const LATEST = -1;
export const EARLIEST = -2;

/** A broker's answer that holds an error code. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly errorName: ErrorName;

  constructor(what: string, errorCode: number, words: string | null = null) {
    const errorName = errorByCode(errorCode).name;
    super(`${what}: ${errorName}${words === null || words === '' ? '' : ` (${words})`}`);
    this.errorName = errorName;
  }
}

export interface ReadRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
}

export interface ReadBatches {
  readonly records: readonly ReadRecord[];
  /** Where a consumer goes on: behind the last batch, of which a cleaner may have left nothing else. */
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
}

export interface ProbedTopic {
  readonly name: string;
  readonly topicId: string;
  /** By partition. */
  readonly leaderEpochs: readonly number[];
}

export interface ProbeTopicOptions {
  readonly partitions?: number;
  readonly configs?: Readonly<Record<string, string>>;
}

export class LogProbe implements AsyncDisposable {
  readonly wire: WireClient;

  private constructor(wire: WireClient) {
    this.wire = wire;
  }

  static async connect(options: WireClientOptions): Promise<LogProbe> {
    return new LogProbe(await WireClient.connect(options));
  }

  /** Resolves with the topic's id. */
  async createTopic(name: string, { partitions = 1, configs = {} }: ProbeTopicOptions = {}): Promise<string> {
    const topic = createCreateTopicsRequestCreatableTopic({
      name,
      numPartitions: partitions,
      replicationFactor: 1,
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    });
    const request = createCreateTopicsRequest({ topics: [topic], timeoutMs: TIMEOUT_MS });
    const { topics } = await this.wire.call(createTopicsRequest, createTopicsResponse, CREATE_TOPICS_VERSION, request);
    const result = only(topics, `creating ${name}`);
    refuse(`creating ${name}`, result.errorCode, result.errorMessage);
    return result.topicId;
  }

  async deleteTopic(name: string): Promise<void> {
    const request = createDeleteTopicsRequest({ topicNames: [name], timeoutMs: TIMEOUT_MS });
    const { responses } = await this.wire.call(
      deleteTopicsRequest,
      deleteTopicsResponse,
      DELETE_TOPICS_VERSION,
      request,
    );
    const result = only(responses, `deleting ${name}`);
    refuse(`deleting ${name}`, result.errorCode, result.errorMessage);
  }

  /** All topics that are not internal. */
  async topics(): Promise<ProbedTopic[]> {
    const request = createMetadataRequest({ topics: null, allowAutoTopicCreation: false });
    const { topics } = await this.wire.call(metadataRequest, metadataResponse, METADATA_VERSION, request);
    return topics
      .filter((topic) => !topic.isInternal)
      .map(({ name, topicId, partitions }) => ({
        name: name ?? '',
        topicId,
        leaderEpochs: partitions
          .toSorted((a, b) => a.partitionIndex - b.partitionIndex)
          .map(({ leaderEpoch }) => leaderEpoch),
      }));
  }

  async initProducerId(): Promise<number> {
    const request = createInitProducerIdRequest({ transactionalId: null, transactionTimeoutMs: TIMEOUT_MS });
    const response = await this.wire.call(
      initProducerIdRequest,
      initProducerIdResponse,
      INIT_PRODUCER_ID_VERSION,
      request,
    );
    refuse('getting a producer id', response.errorCode);
    return Number(response.producerId);
  }

  /** Appends one batch with acks=all; resolves with its base offset. */
  async append(topic: string, partition: number, batch: Buffer): Promise<number> {
    const request = appendRequest(topic, partition, batch);
    const response = await this.wire.call(produceRequest, produceResponse, PRODUCE_VERSION, request);
    return appendedAt(response, `appending to ${topic}-${partition}`);
  }

  /** Appends values as one batch; resolves with its base offset. */
  appendValues(topic: string, partition: number, values: readonly string[]): Promise<number> {
    return this.append(topic, partition, batchOf(values));
  }

  /** One fetch; answers at once unless `maxWaitMs` is given. */
  async read(topic: string, partition: number, fromOffset: number, maxWaitMs = 0): Promise<ReadBatches> {
    const fetched = createFetchRequestFetchPartition({
      partition,
      fetchOffset: BigInt(fromOffset),
      partitionMaxBytes: FETCH_BYTES,
    });
    const topics = [createFetchRequestFetchTopic({ topic, partitions: [fetched] })];
    const request = createFetchRequest({ maxWaitMs, minBytes: 1, maxBytes: FETCH_BYTES, topics });
    const response = await this.wire.call(fetchRequest, fetchResponse, FETCH_VERSION, request);
    const what = `reading ${topic}-${partition} from ${fromOffset}`;
    refuse(what, response.errorCode);
    const result = only(only(response.responses, what).partitions, what);
    refuse(what, result.errorCode);
    return {
      ...recordsFrom(recordsToBuffer(result.records), fromOffset),
      highWatermark: Number(result.highWatermark),
      logStartOffset: Number(result.logStartOffset),
    };
  }

  /** Every record from `fromOffset` to the high watermark that the first answer names. */
  async readAll(topic: string, partition: number, fromOffset = 0): Promise<ReadRecord[]> {
    const all: ReadRecord[] = [];
    let offset = fromOffset;
    let end: number | undefined;
    for (;;) {
      const { records, nextOffset, highWatermark } = await this.read(topic, partition, offset);
      end ??= highWatermark;
      for (const record of records) if (record.offset < end) all.push(record);
      if (nextOffset === offset && offset < end)
        throw new Error(`${topic}-${partition} shows nothing at ${offset} but should go on to ${end}`);
      offset = nextOffset;
      if (offset >= end) return all;
    }
  }

  /** Offset for a timestamp, {@link LATEST} or {@link EARLIEST}. */
  async offsetAt(topic: string, partition: number, timestamp: number): Promise<number> {
    const asked = createListOffsetsRequestListOffsetsPartition({
      partitionIndex: partition,
      timestamp: BigInt(timestamp),
    });
    const topics = [createListOffsetsRequestListOffsetsTopic({ name: topic, partitions: [asked] })];
    const request = createListOffsetsRequest({ replicaId: -1, topics });
    const response = await this.wire.call(listOffsetsRequest, listOffsetsResponse, LIST_OFFSETS_VERSION, request);
    const what = `asking for an offset of ${topic}-${partition}`;
    const result = only(only(response.topics, what).partitions, what);
    refuse(what, result.errorCode);
    return Number(result.offset);
  }

  /** Settings with their sources; all of them without `keys`. `resourceType` 2 is a topic, 4 a broker. */
  async describeConfigs(
    resourceType: number,
    resourceName: string,
    keys: readonly string[] | null = null,
  ): Promise<ReadonlyMap<string, DescribeConfigsResponseDescribeConfigsResourceResult>> {
    const resources = [{ resourceType, resourceName, configurationKeys: keys }];
    const request = createDescribeConfigsRequest({ resources, includeSynonyms: true });
    const response = await this.wire.call(
      describeConfigsRequest,
      describeConfigsResponse,
      DESCRIBE_CONFIGS_VERSION,
      request,
    );
    const result = only(response.results, `describing ${resourceName}`);
    refuse(`describing ${resourceName}`, result.errorCode, result.errorMessage);
    return new Map(result.configs.map((config) => [config.name, config]));
  }

  close(): Promise<void> {
    return this.wire.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A batch of records without keys. */
export function batchOf(values: readonly string[], options: FinishBatchOptions = {}): Buffer {
  const writer = new RecordBatchWriter();
  for (const value of values) writer.append(null, value, Date.now());
  return writer.finish(options);
}

/** A produce request with one batch and acks=all. */
export function appendRequest(topic: string, partition: number, batch: Buffer): ProduceRequest {
  const partitionData = [createProduceRequestPartitionProduceData({ index: partition, records: batch })];
  const topicData = [createProduceRequestTopicProduceData({ name: topic, partitionData })];
  return createProduceRequest({ acks: -1, timeoutMs: TIMEOUT_MS, topicData });
}

/** The base offset that the answer to {@link appendRequest} names. */
export function appendedAt(response: ProduceResponse, what: string): number {
  const result = only(only(response.responses, what).partitionResponses, what);
  refuse(what, result.errorCode, result.errorMessage);
  return Number(result.baseOffset);
}

/** The codec pair and version that {@link appendRequest} is made for. */
export const APPEND = { request: produceRequest, response: produceResponse, version: PRODUCE_VERSION } as const;

/** Records of whole batches at and after `fromOffset`; a batch is decoded, so its CRC is checked. */
function recordsFrom(bytes: Buffer | null, fromOffset: number): Pick<ReadBatches, 'records' | 'nextOffset'> {
  const records: ReadRecord[] = [];
  let nextOffset = fromOffset;
  if (bytes === null) return { records, nextOffset };
  for (const position of batchPositions(bytes)) {
    const batch = decodeBatch(bytes, position);
    nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
    for (let index = 0; index < batch.count; index++) {
      const offset = batch.offsetAt(index);
      if (offset < fromOffset) continue;
      const [key, value] = [batch.keyAt(index), batch.valueAt(index)];
      records.push({ offset, key: key?.toString() ?? null, value: value?.toString() ?? null });
    }
  }
  return { records, nextOffset };
}

function only<Item>(items: readonly Item[], what: string): Item {
  const [first] = items;
  if (first === undefined || items.length > 1) throw new Error(`${what}: ${items.length} answers where one was due`);
  return first;
}

function refuse(what: string, errorCode: number, words: string | null = null): void {
  if (errorCode !== ErrorCode.NONE) throw new RefusedError(what, errorCode, words);
}
