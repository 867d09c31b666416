/**
 * A cluster of one broker in memory for unit tests of the consumer: logs that tests append to, fetch sessions kept as a broker keeps
 * them, and every request on record. Answers come when the test says so, or at once.
 */
import { SeededRandom } from '@millrace/base';
import { RecordBatchWriter, stampBatch } from '@millrace/protocol';
import {
  createFetchResponse,
  createFetchResponseFetchableTopicResponse,
  createFetchResponsePartitionData,
  type FetchRequest,
  type FetchResponse,
  type FetchResponsePartitionData,
} from '@millrace/protocol/messages/01-fetch';
import type { ListOffsetsRequest } from '@millrace/protocol/messages/02-list-offsets';
import type { TopicMetadata } from '../src/cluster/topic-metadata.ts';
import type { Consumer } from '../src/consumer/consumer.ts';
import { KafkaError } from '../src/error.ts';
import { createClientEvents } from '../src/telemetry/client-events.ts';
import { HandTime, settle } from './hand-time.ts';

export const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const FETCH = 1;
const LIST_OFFSETS = 2;
const FETCH_VERSION = 17;

interface Log {
  batches: { readonly base: number; readonly next: number; readonly bytes: Buffer }[];
  end: number;
  start: number;
}

interface Waiting {
  readonly request: FetchRequest;
  readonly resolve: (response: FetchResponse) => void;
  readonly reject: (error: KafkaError) => void;
}

export class LogCluster {
  readonly time = new HandTime();
  readonly requests: FetchRequest[] = [];
  /** Fetches without a session. */
  readonly aside: FetchRequest[] = [];
  readonly #logs: Log[];
  readonly #session = new Map<number, number>();
  #waiting: Waiting | undefined;
  /** Overrides what is answered for a partition. */
  readonly errors = new Map<number, number>();

  constructor(partitions: number) {
    this.#logs = Array.from({ length: partitions }, () => ({ batches: [], end: 0, start: 0 }));
  }

  get topic(): TopicMetadata {
    return {
      name: 'orders',
      topicId: TOPIC_ID,
      isInternal: false,
      partitions: this.#logs.map((_, partition) => ({
        partition,
        leaderId: 1,
        leaderEpoch: 3,
        replicas: [1],
        inSyncReplicas: [1],
        errorCode: 0,
      })),
    };
  }

  /** As what a consumer takes for a cluster. */
  get cluster(): ConstructorParameters<typeof Consumer>[0] {
    const { time, topic } = this;
    const runtime = { clock: time, timers: time, random: new SeededRandom(1), events: createClientEvents() };
    return {
      runtime,
      clientId: 'test',
      requestTimeoutMs: 30_000,
      sendTo: (_node: number, api: { request: { apiKey: number } }, request: unknown) =>
        this.#send(api.request.apiKey, request),
      versionOf: () => Promise.resolve(undefined),
      topic: () => topic,
      topicById: () => topic,
      fetchTopic: () => Promise.resolve(topic),
      fetchTopics: () => Promise.resolve([topic]),
      invalidate: () => Promise.resolve(),
      applyLeaderHint: () => undefined,
      onMetadataChange: () => () => undefined,
      coordinator: () => Promise.resolve(1),
      forgetCoordinator: () => undefined,
      closeLane: () => this.cut(),
      isClosed: false,
    } as unknown as ConstructorParameters<typeof Consumer>[0];
  }

  /** The fetch that waits for an answer, if one does. */
  get waiting(): FetchRequest | undefined {
    return this.#waiting?.request;
  }

  append(partition: number, values: readonly string[]): void {
    const log = this.#logs[partition];
    if (log === undefined) throw new RangeError(`there is no partition ${String(partition)}`);
    const writer = new RecordBatchWriter();
    for (const value of values) writer.append(null, value, 1_000);
    const bytes = Buffer.from(writer.finish());
    stampBatch(bytes, 0, log.end, 3);
    log.batches.push({ base: log.end, next: log.end + values.length, bytes });
    log.end += values.length;
  }

  /** Answers the fetch that waits, with what there is. */
  async answer(): Promise<void> {
    await settle();
    const waiting = this.#waiting;
    if (waiting === undefined) throw new Error('no fetch waits for an answer');
    this.#waiting = undefined;
    waiting.resolve(this.#responseTo(waiting.request));
    await settle();
  }

  /** Ends the connection under the fetch that waits. */
  cut(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', 'cut by the test', { retriable: true }));
    this.#session.clear();
  }

  #send(apiKey: number, request: unknown): Promise<unknown> {
    const message = typeof request === 'function' ? (request as (version: number) => unknown)(FETCH_VERSION) : request;
    if (apiKey === LIST_OFFSETS)
      return Promise.resolve({ response: this.#listOffsets(message as ListOffsetsRequest), version: 7 });
    if (apiKey !== FETCH)
      return Promise.reject(new KafkaError('MILLRACE_CLIENT_UNSUPPORTED_API', `api ${String(apiKey)}`));
    const fetch = message as FetchRequest;
    if (fetch.sessionEpoch === -1 && fetch.sessionId === 0) return this.#answerAside(fetch);
    if (fetch.sessionEpoch === -1) return Promise.resolve({ response: createFetchResponse(), version: FETCH_VERSION });
    if (this.#waiting !== undefined) throw new Error('a second fetch was sent while one is under way');
    this.requests.push(fetch);
    return new Promise<FetchResponse>((resolve, reject) => (this.#waiting = { request: fetch, resolve, reject })).then(
      (response) => ({
        response,
        version: FETCH_VERSION,
      }),
    );
  }

  /** A fetch without a session, beside the one that waits. */
  async #answerAside(request: FetchRequest): Promise<unknown> {
    this.aside.push(request);
    await settle();
    const asked = request.topics.flatMap(({ partitions }) => partitions);
    const partitions = asked.map(({ partition, fetchOffset }) => this.#read(partition, Number(fetchOffset)));
    const responses = [createFetchResponseFetchableTopicResponse({ topicId: TOPIC_ID, partitions })];
    return { response: createFetchResponse({ responses }), version: FETCH_VERSION };
  }

  #listOffsets({ topics }: ListOffsetsRequest): unknown {
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => ({
          partitionIndex,
          errorCode: 0,
          offset: BigInt(
            (timestamp === -2n ? this.#logs[partitionIndex]?.start : this.#logs[partitionIndex]?.end) ?? -1,
          ),
          leaderEpoch: 3,
        })),
      })),
    };
  }

  #responseTo(request: FetchRequest): FetchResponse {
    if (request.sessionEpoch === 0) this.#session.clear();
    for (const { partitions } of request.forgottenTopicsData)
      for (const partition of partitions) this.#session.delete(partition);
    for (const { partitions } of request.topics) {
      for (const { partition, fetchOffset } of partitions) this.#session.set(partition, Number(fetchOffset));
    }
    const partitions = [...this.#session].map(([partition, offset]) => this.#read(partition, offset));
    return createFetchResponse({
      sessionId: 9,
      responses: [createFetchResponseFetchableTopicResponse({ topicId: TOPIC_ID, partitions })],
    });
  }

  #read(partition: number, offset: number): FetchResponsePartitionData {
    const errorCode = this.errors.get(partition) ?? 0;
    const log = this.#logs[partition];
    const batch = errorCode === 0 ? log?.batches.find(({ next }) => next > offset) : undefined;
    return createFetchResponsePartitionData({
      partitionIndex: partition,
      errorCode,
      highWatermark: BigInt(log?.end ?? -1),
      lastStableOffset: BigInt(log?.end ?? -1),
      logStartOffset: BigInt(log?.start ?? -1),
      abortedTransactions: [],
      records: batch?.bytes ?? null,
    });
  }
}
