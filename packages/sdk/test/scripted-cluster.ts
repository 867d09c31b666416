/**
 * A cluster for producers' tests: logs in memory that check sequence numbers as brokers do, and answers that are lost, late, doubled or
 * refused as a test says. Time and chance are the test's.
 */
import { SeededRandom, type Clock, type Timer, type Timers } from '@millrace/base';
import {
  batchBaseSequence,
  batchProducerEpoch,
  batchProducerIdBigInt,
  batchRecordCount,
  decodeBatch,
  ErrorCode,
  recordsToBuffer,
} from '@millrace/protocol';
import {
  createProduceResponse,
  createProduceResponsePartitionProduceResponse,
  createProduceResponseTopicProduceResponse,
  type ProduceRequest,
  type ProduceResponse,
} from '@millrace/protocol/messages/00-produce';
import { createInitProducerIdResponse } from '@millrace/protocol/messages/22-init-producer-id';
import type { TopicMetadata } from '../src/cluster/topic-metadata.ts';
import { KafkaError } from '../src/error.ts';
import type { ProducerCluster } from '../src/producer/producer-cluster.ts';
import { createClientEvents } from '../src/telemetry/client-events.ts';

/** Time that passes when the test says so; timers fire in order of their time. */
export class ManualTime implements Clock, Timers {
  #nowMs = 1_000;
  #timers: { readonly dueMs: number; readonly callback: () => void }[] = [];

  nowMs(): number {
    return 1_700_000_000_000 + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#timers.push(timer);
    return { cancel: () => (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  get pendingCount(): number {
    return this.#timers.length;
  }

  /** Goes to the next timer and fires it; false when there is none. */
  step(): boolean {
    const [first] = this.#timers.toSorted((a, b) => a.dueMs - b.dueMs);
    if (first === undefined) return false;
    this.#timers = this.#timers.filter((other) => other !== first);
    this.#nowMs = Math.max(this.#nowMs, first.dueMs);
    first.callback();
    return true;
  }
}

export interface StoredRecord {
  readonly key: string | null;
  readonly value: string | null;
}

interface ProducerState {
  epoch: number;
  nextSequence: number;
  readonly recent: { readonly baseSequence: number; readonly count: number; readonly baseOffset: number }[];
}

/** One partition's log, with what a leader knows of its producers. */
class PartitionLog {
  readonly records: StoredRecord[] = [];
  readonly #producers = new Map<bigint, ProducerState>();
  #isForgetful = false;

  append(batch: Buffer): { readonly errorCode: number; readonly baseOffset: number } {
    const producerId = batchProducerIdBigInt(batch, 0);
    const count = batchRecordCount(batch, 0);
    const baseSequence = batchBaseSequence(batch, 0);
    const epoch = batchProducerEpoch(batch, 0);
    if (producerId >= 0n) {
      const known = this.#producers.get(producerId);
      if (known !== undefined && epoch < known.epoch) return refused(ErrorCode.INVALID_PRODUCER_EPOCH);
      const repeated =
        known?.epoch === epoch ? known.recent.find((each) => each.baseSequence === baseSequence) : undefined;
      if (repeated !== undefined) return { errorCode: 0, baseOffset: repeated.baseOffset };
      // As Apache Kafka: whoever is not known yet may begin with any number.
      const first = this.#isForgetful ? 0 : baseSequence;
      const expected = known === undefined ? first : epoch > known.epoch ? 0 : known.nextSequence;
      if (baseSequence !== expected) return refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
      const state = known !== undefined && known.epoch === epoch ? known : { epoch, nextSequence: 0, recent: [] };
      state.nextSequence = (baseSequence + count) % 2 ** 31;
      state.recent.push({ baseSequence, count, baseOffset: this.records.length });
      if (state.recent.length > 5) state.recent.shift();
      this.#producers.set(producerId, state);
    }
    const baseOffset = this.records.length;
    for (const { key, value } of decodeBatch(batch)) {
      this.records.push({ key: key?.toString() ?? null, value: value?.toString() ?? null });
    }
    return { errorCode: 0, baseOffset };
  }

  /** As after retention or an election that lost it. */
  forgetProducers(): void {
    this.#isForgetful = true;
    this.#producers.clear();
  }
}

function refused(errorCode: number): { readonly errorCode: number; readonly baseOffset: number } {
  return { errorCode, baseOffset: -1 };
}

/** What happens to a request: it is carried out or not, answered or not, later or at once, or refused with an error code. */
export interface Fate {
  readonly isCarriedOut?: boolean;
  readonly isAnswered?: boolean;
  readonly delayMs?: number;
  /** For every partition of the request, which is then not carried out. */
  readonly errorCode?: number;
}

export interface ScriptedClusterOptions {
  readonly topic?: string;
  readonly partitionCount?: number;
  readonly nodeCount?: number;
  readonly seed?: number;
}

export class ScriptedCluster {
  readonly time = new ManualTime();
  readonly random: SeededRandom;
  readonly logs: PartitionLog[];
  readonly requests: { readonly nodeId: number; readonly request: ProduceRequest }[] = [];
  /** What happens to the next requests; by default all goes well. */
  fateOf: (requestIndex: number, request: ProduceRequest) => Fate = () => ({});
  /** Batches larger than this are refused. */
  batchBytesMax = Infinity;
  producerIdFailure: KafkaError | undefined;
  /** Requests whose bytes were changed before they were answered, or their connection was lost: a socket may still have had them. */
  disturbedCount = 0;
  leaders: number[];
  readonly #topic: string;
  readonly #listeners = new Set<(changed: TopicMetadata) => void>();
  /** Ends of connections by node: a lost answer takes those behind it along. */
  readonly #connections = new Map<number, Set<(error: KafkaError) => void>>();
  #nextProducerId = 100n;

  constructor({ topic = 'events', partitionCount = 3, nodeCount = 2, seed = 1 }: ScriptedClusterOptions = {}) {
    this.random = new SeededRandom(seed);
    this.#topic = topic;
    this.logs = Array.from({ length: partitionCount }, () => new PartitionLog());
    this.leaders = Array.from({ length: partitionCount }, (_, partition) => partition % nodeCount);
  }

  get metadata(): TopicMetadata {
    const partitions = this.leaders.map((leaderId, partition) => ({
      partition,
      leaderId,
      leaderEpoch: 1,
      replicas: [leaderId],
      inSyncReplicas: [leaderId],
      errorCode: 0,
    }));
    return { name: this.#topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAg', isInternal: false, partitions };
  }

  moveLeader(partition: number, nodeId: number): void {
    this.leaders[partition] = nodeId;
  }

  /** The part of a cluster that producers use. */
  get cluster(): ProducerCluster {
    const { time, random } = this;
    const cluster: Partial<ProducerCluster> = {
      runtime: { clock: time, timers: time, random, events: createClientEvents() },
      clientId: 'test',
      topic: () => undefined,
      fetchTopic: (name) => Promise.resolve(name === this.#topic ? this.metadata : undefined),
      invalidate: async () => {
        await new Promise<void>((resolve) => time.schedule(20, resolve));
        for (const listener of this.#listeners) listener(this.metadata);
      },
      applyLeaderHint: () => undefined,
      onMetadataChange: (listener) => {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
      },
      sendToAny: (() => {
        if (this.producerIdFailure !== undefined) return Promise.reject(this.producerIdFailure);
        const response = createInitProducerIdResponse({ producerId: this.#nextProducerId++, producerEpoch: 0 });
        return Promise.resolve({ response, version: 5 });
      }) as ProducerCluster['sendToAny'],
      sendTo: ((nodeId: number, _api: unknown, request: ProduceRequest) =>
        this.#produce(nodeId, request)) as unknown as ProducerCluster['sendTo'],
      sendWithoutAnswer: ((nodeId: number, _api: unknown, request: ProduceRequest) => {
        void this.#produce(nodeId, request);
        return Promise.resolve();
      }) as unknown as ProducerCluster['sendWithoutAnswer'],
    };
    return cluster as ProducerCluster;
  }

  /** Lets time pass until the promise is settled, or nothing is left that could settle it. */
  async settle<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
    let outcome: PromiseSettledResult<T> | undefined;
    promise.then(
      (value) => (outcome = { status: 'fulfilled', value }),
      (reason: unknown) => (outcome = { status: 'rejected', reason }),
    );
    for (let idle = 0; outcome === undefined;) {
      await turn();
      if (outcome !== undefined) break;
      idle = this.time.step() ? 0 : idle + 1;
      if (idle > 20) throw new Error('nothing is left to happen, and it is not settled');
    }
    return outcome;
  }

  async #produce(nodeId: number, request: ProduceRequest): Promise<{ response: ProduceResponse; version: number }> {
    const fate = this.fateOf(this.requests.length, request);
    this.requests.push({ nodeId, request });
    // The bytes as they are on the wire now: what the producer does to them later must not matter.
    const response = fate.isCarriedOut === false ? undefined : this.#answer(nodeId, request, fate.errorCode ?? 0);
    const onWire = bytesOf(request);
    const connections = this.#connections.get(nodeId) ?? new Set();
    this.#connections.set(nodeId, connections);
    const { promise, resolve, reject } = Promise.withResolvers<{ response: ProduceResponse; version: number }>();
    const end = (error: KafkaError): void => reject(error);
    connections.add(end);
    this.time.schedule(fate.delayMs ?? 1, () => {
      if (!connections.delete(end)) return;
      if (!bytesOf(request).equals(onWire)) this.disturbedCount++;
      if (fate.isAnswered !== false && response !== undefined) {
        resolve({ response, version: 12 });
        return;
      }
      const lost = new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', 'the connection ended', { retriable: true });
      end(lost);
      for (const other of connections) other(lost);
      connections.clear();
    });
    return promise;
  }

  #answer(nodeId: number, { topicData }: ProduceRequest, errorCode: number): ProduceResponse {
    const responses = topicData.map(({ name, partitionData }) =>
      createProduceResponseTopicProduceResponse({
        name,
        partitionResponses: partitionData.map(({ index, records }) => {
          const batch = Buffer.from(recordsToBuffer(records) ?? Buffer.alloc(0));
          const result = this.#verdict(nodeId, index, batch, errorCode);
          return createProduceResponsePartitionProduceResponse({
            index,
            errorCode: result.errorCode,
            baseOffset: BigInt(result.baseOffset),
          });
        }),
      }),
    );
    return createProduceResponse({ responses });
  }

  #verdict(nodeId: number, partition: number, batch: Buffer, errorCode: number): ReturnType<typeof refused> {
    const log = this.logs[partition];
    if (errorCode !== 0) return refused(errorCode);
    if (log === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    if (this.leaders[partition] !== nodeId) return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (batch.length > this.batchBytesMax) return refused(ErrorCode.MESSAGE_TOO_LARGE);
    return log.append(batch);
  }
}

function bytesOf({ topicData }: ProduceRequest): Buffer {
  const batches = topicData.flatMap(({ partitionData }) =>
    partitionData.map(({ records }) => recordsToBuffer(records)),
  );
  return Buffer.concat(batches.map((batch) => batch ?? Buffer.alloc(0)));
}

/** A turn of the event loop, with everything that it makes happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
