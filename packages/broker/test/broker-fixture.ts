/** What the wire tests of the broker share: topics, batches, and the requests that every test needs. */
import { ZERO_UUID, type Logger } from '@millrace/base';
import {
  decodeBatch,
  RecordBatchWriter,
  recordsToBuffer,
  batchPositions,
  type FinishBatchOptions,
} from '@millrace/protocol';
import {
  createProduceRequest,
  produceRequest,
  produceResponse,
  type ProduceResponse,
} from '@millrace/protocol/messages/00-produce';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  fetchRequest,
  fetchResponse,
  type FetchRequest,
  type FetchResponse,
} from '@millrace/protocol/messages/01-fetch';
import {
  createCreateTopicsRequest,
  createCreateTopicsRequestCreatableTopic,
  createTopicsRequest,
  createTopicsResponse,
} from '@millrace/protocol/messages/19-create-topics';
import { startBroker, WireClient } from '@millrace/testing';
import type { Broker, BrokerOptions } from '../src/index.ts';

export const NEWEST_PRODUCE = 13;
export const NEWEST_FETCH = 18;

export interface CreatedTopic {
  readonly name: string;
  readonly topicId: string;
}

/** Log lines of the broker, for tests that want to see that nothing was logged as a bug. */
export class RecordingLogger implements Logger {
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  readonly infos: string[] = [];

  debug(): void {
    // Not looked at.
  }

  info(message: string, fields?: object): void {
    this.infos.push(`${message} ${JSON.stringify(fields)}`);
  }

  warn(message: string, fields?: object): void {
    this.warnings.push(`${message} ${JSON.stringify(fields)}`);
  }

  error(message: string, fields?: object): void {
    this.errors.push(`${message} ${JSON.stringify(fields)}`);
  }

  child(): Logger {
    return this;
  }
}

/** A broker with one connection to it. */
export class BrokerFixture implements AsyncDisposable {
  readonly broker: Broker;
  readonly logger: RecordingLogger;
  readonly client: WireClient;
  readonly #others: WireClient[] = [];

  private constructor(broker: Broker, logger: RecordingLogger, client: WireClient) {
    this.broker = broker;
    this.logger = logger;
    this.client = client;
  }

  static async start(options: BrokerOptions = {}): Promise<BrokerFixture> {
    const logger = new RecordingLogger();
    const broker = await startBroker({ logger, ...options });
    return new BrokerFixture(broker, logger, await WireClient.connect({ port: broker.port }));
  }

  async connect(): Promise<WireClient> {
    const client = await WireClient.connect({ port: this.broker.port });
    this.#others.push(client);
    return client;
  }

  async createTopic(
    name: string,
    partitionCount = 1,
    configs: Readonly<Record<string, string>> = {},
  ): Promise<CreatedTopic> {
    const topic = createCreateTopicsRequestCreatableTopic({
      name,
      numPartitions: partitionCount,
      replicationFactor: 1,
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    });
    const request = createCreateTopicsRequest({ topics: [topic], timeoutMs: 5000 });
    const { topics } = await this.client.call(createTopicsRequest, createTopicsResponse, 7, request);
    const [created] = topics;
    if (created?.errorCode !== 0) throw new Error(`topic ${name} was not created: ${JSON.stringify(created)}`);
    return { name, topicId: created.topicId };
  }

  async close(): Promise<void> {
    await Promise.all([this.client, ...this.#others].map((client) => client.close()));
    await this.broker.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** One batch with these values; keys are null. */
export function batchOf(
  values: readonly (string | null)[],
  options: FinishBatchOptions & { timestampMs?: number } = {},
): Buffer {
  const writer = new RecordBatchWriter();
  for (const value of values) writer.append(null, value, options.timestampMs ?? Date.now());
  return writer.finish(options);
}

export type ProducePartition = ProduceResponse['responses'][number]['partitionResponses'][number];

export interface ProduceOptions {
  readonly version?: number;
  readonly acks?: number;
  readonly partition?: number;
  readonly timeoutMs?: number;
  readonly transactionalId?: string | null;
}

export function produceMessage(topic: CreatedTopic, records: Buffer | null, options: ProduceOptions = {}) {
  return createProduceRequest({
    acks: options.acks ?? -1,
    timeoutMs: options.timeoutMs ?? 5000,
    transactionalId: options.transactionalId ?? null,
    topicData: [{ ...namesOf(topic), partitionData: [{ index: options.partition ?? 0, records }] }],
  });
}

/** Produces one batch and returns what became of it. */
export async function produce(
  client: WireClient,
  topic: CreatedTopic,
  records: Buffer | null,
  options: ProduceOptions = {},
): Promise<ProducePartition> {
  const version = options.version ?? NEWEST_PRODUCE;
  const message = produceMessage(topic, records, options);
  const response = await client.call(produceRequest, produceResponse, version, message);
  const result = response.responses[0]?.partitionResponses[0];
  if (result === undefined) throw new Error('the broker answered for no partition');
  return result;
}

export interface FetchOptions {
  readonly version?: number;
  readonly offset?: number;
  readonly partition?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly partitionMaxBytes?: number;
  readonly isolationLevel?: number;
  readonly currentLeaderEpoch?: number;
  readonly lastFetchedEpoch?: number;
}

export function fetchMessage(topic: CreatedTopic, options: FetchOptions = {}): FetchRequest {
  const partition = createFetchRequestFetchPartition({
    partition: options.partition ?? 0,
    fetchOffset: BigInt(options.offset ?? 0),
    partitionMaxBytes: options.partitionMaxBytes ?? 1_048_576,
    currentLeaderEpoch: options.currentLeaderEpoch ?? -1,
    lastFetchedEpoch: options.lastFetchedEpoch ?? -1,
  });
  return createFetchRequest({
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: options.minBytes ?? 1,
    maxBytes: options.maxBytes ?? 52_428_800,
    isolationLevel: options.isolationLevel ?? 0,
    topics: [{ topic: topic.name, topicId: topic.topicId, partitions: [partition] }],
  });
}

export type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

/** Fetches from one partition and returns what came. */
export async function fetch(
  client: WireClient,
  topic: CreatedTopic,
  options: FetchOptions = {},
): Promise<FetchedPartition> {
  const version = options.version ?? NEWEST_FETCH;
  const response = await client.call(fetchRequest, fetchResponse, version, fetchMessage(topic, options));
  const result = response.responses[0]?.partitions[0];
  if (result === undefined) throw new Error('the broker answered for no partition');
  return result;
}

export interface FetchedRecord {
  readonly offset: number;
  readonly value: string | null;
}

export function recordsIn(partition: Pick<FetchedPartition, 'records'>): FetchedRecord[] {
  const bytes = recordsToBuffer(partition.records) ?? Buffer.alloc(0);
  const found: FetchedRecord[] = [];
  for (const position of batchPositions(bytes)) {
    const batch = decodeBatch(bytes, position);
    for (const record of batch) {
      found.push({ offset: record.offset, value: record.value?.toString() ?? null });
    }
  }
  return found;
}

/** What a partition of a topic is called in requests of all versions. */
export function namesOf(topic: CreatedTopic): { name: string; topicId: string } {
  return { name: topic.name, topicId: topic.topicId };
}

export const NO_TOPIC: CreatedTopic = { name: 'no-such-topic', topicId: ZERO_UUID };
