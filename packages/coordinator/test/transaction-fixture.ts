import { noMetrics, silentLogger, type Logger, type MetricsRegistry } from '@millrace/base';
import {
  createMemoryLogEngine,
  type EndMarker,
  type LogEngine,
  type OpenTransaction,
  type PartitionLog,
} from '@millrace/log';
import { batchPositions, decodeBatch } from '@millrace/protocol';
import {
  createInitProducerIdRequest,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import { createAddPartitionsToTxnRequest } from '@millrace/protocol/messages/24-add-partitions-to-txn';
import { createEndTxnRequest, type EndTxnResponse } from '@millrace/protocol/messages/26-end-txn';
import {
  createDescribeTransactionsRequest,
  type DescribeTransactionsResponseTransactionState,
} from '@millrace/protocol/messages/65-describe-transactions';
import {
  DEFAULT_TRANSACTION_COORDINATOR_CONFIG,
  type TransactionCoordinatorConfig,
} from '../src/transaction-config.ts';
import { createTransactionCoordinator } from '../src/transaction-coordinator-service.ts';
import type {
  AppendedMarkers,
  TopicPartitionRef,
  TransactionCoordinator,
  TransactionParticipants,
} from '../src/transaction-coordinator.ts';
import type { TransactionImage } from '../src/transaction/transaction-image.ts';
import { transactionRecordCodec } from '../src/transaction/transaction-records.ts';
import { context, FaultyLog, OFFSETS_LOG_CONFIG } from './coordinator-fixture.ts';
import { TestTopics } from './group-fixture.ts';
import { ManualTime } from './manual-time.ts';

export const A0: TopicPartitionRef = { topic: 'a', partition: 0 };
export const A1: TopicPartitionRef = { topic: 'a', partition: 1 };
export const OS0: TopicPartitionRef = { topic: 'os', partition: 0 };

export interface Producer {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** Logs that note what they are told. Topic "os" is not journalled; its markers are durable when {@link settle} says so. */
export class TestParticipants implements TransactionParticipants {
  /** What happened in which order, in the coordinator's log and in those of the partitions. */
  readonly trace: string[] = [];
  readonly markers: (TopicPartitionRef & EndMarker)[] = [];
  readonly open: (TopicPartitionRef & OpenTransaction)[] = [];
  readonly unknown = new Set<string>();
  /** Error code that the markers of "os" end with. */
  markerError = 0;
  idsFail = false;
  nextId = 1_000;
  readonly #waiting: (() => void)[] = [];
  #isHolding = false;

  areJournalled(partitions: readonly TopicPartitionRef[]): boolean {
    return partitions.every(({ topic }) => topic !== 'os');
  }

  appendMarkers(marker: EndMarker, partitions: readonly TopicPartitionRef[]): AppendedMarkers {
    for (const place of partitions) {
      this.trace.push(`${marker.outcome} ${place.topic}-${place.partition} e${marker.producerEpoch}`);
      this.markers.push({ ...place, ...marker });
    }
    const allJournalled = this.areJournalled(partitions);
    const codes = partitions.map(({ topic }) => (topic === 'os' ? this.markerError : 0));
    return { allJournalled, durable: this.#durable(codes) };
  }

  hold(): void {
    this.#isHolding = true;
  }

  settle(): void {
    this.#isHolding = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  openTransactions(): Iterable<TopicPartitionRef & OpenTransaction> {
    return this.open;
  }

  check({ topic, partition }: TopicPartitionRef): number {
    return this.unknown.has(`${topic}-${partition}`) ? 3 : 0;
  }

  async nextProducerId(): Promise<number> {
    if (this.idsFail) throw new Error('told to');
    return this.nextId++;
  }

  groupPartition(groupId: string): TopicPartitionRef {
    return { topic: '__consumer_offsets', partition: groupId.length };
  }

  async #durable(codes: readonly number[]): Promise<readonly number[]> {
    if (this.#isHolding) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return codes;
  }
}

export interface TransactionFixtureOptions {
  readonly config?: Partial<TransactionCoordinatorConfig>;
  readonly metrics?: MetricsRegistry;
  readonly logger?: Logger;
  readonly snapshotBytesMin?: number;
}

/** A transaction coordinator over one partition of a memory engine. */
export class TransactionFixture {
  readonly time = new ManualTime();
  readonly topics = new TestTopics();
  readonly participants = new TestParticipants();
  readonly engine: LogEngine;
  readonly options: TransactionFixtureOptions;
  coordinator: TransactionCoordinator;
  #faulty: FaultyLog | undefined;
  #incarnation = 0;

  constructor(options: TransactionFixtureOptions = {}) {
    this.options = options;
    this.engine = createMemoryLogEngine({ clock: this.time, timers: this.time, logger: silentLogger });
    this.coordinator = this.#create();
  }

  static async start(options: TransactionFixtureOptions = {}): Promise<TransactionFixture> {
    const fixture = new TransactionFixture(options);
    await fixture.openLog();
    await fixture.load();
    return fixture;
  }

  get faulty(): FaultyLog {
    if (this.#faulty === undefined) throw new Error('the log is not open');
    return this.#faulty;
  }

  get trace(): string[] {
    return this.participants.trace;
  }

  async openLog(): Promise<void> {
    const id = { topicId: 'AAAAAAAAAAAAAAAAAAAAdA', partition: 0 };
    const log = await this.engine.openPartition(id, { config: OFFSETS_LOG_CONFIG, leaderEpoch: this.#incarnation++ });
    this.#faulty = new FaultyLog(tracing(log, this.trace));
  }

  async load(): Promise<void> {
    await this.during(this.coordinator.load(0, this.faulty.log));
  }

  /** Lets time and turns go on until the promise is settled; at most a minute of them. */
  async during<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = promise.finally(() => (isSettled = true));
    settled.catch(() => undefined);
    for (let turn = 0; turn < 6_000 && !isSettled; turn++) await this.time.advance(10);
    return settled;
  }

  /** The old coordinator is never heard of again, a new one reads the log. */
  async crash(): Promise<void> {
    this.coordinator.unload(0);
    this.coordinator = this.#create();
    await this.openLog();
    await this.load();
  }

  async init(
    transactionalId: string | null,
    fields: Partial<InitProducerIdRequest> = {},
    version = 5,
  ): Promise<InitProducerIdResponse> {
    const request = createInitProducerIdRequest({
      transactionalId,
      transactionTimeoutMs: 60_000,
      producerId: -1n,
      producerEpoch: -1,
      ...fields,
    });
    return this.during(this.coordinator.initProducerId(context(version), request));
  }

  async producer(transactionalId = 't', fields: Partial<InitProducerIdRequest> = {}): Promise<Producer> {
    const { errorCode, producerId, producerEpoch } = await this.init(transactionalId, fields);
    if (errorCode !== 0) throw new Error(`InitProducerId got ${errorCode}`);
    return { transactionalId, producerId, producerEpoch };
  }

  /** A producer with an open transaction on the partitions. */
  async begun(partitions: readonly TopicPartitionRef[] = [A0], transactionalId = 't'): Promise<Producer> {
    const producer = await this.producer(transactionalId);
    const codes = this.admit(producer, partitions);
    if (codes.some((code) => code !== 0)) throw new Error(`admission got ${codes.join()}`);
    return producer;
  }

  admit(
    producer: Producer,
    partitions: readonly TopicPartitionRef[],
    mode: 'add' | 'verify' = 'add',
  ): readonly number[] {
    const { transactionalId, producerId, producerEpoch } = producer;
    return this.coordinator.admit({
      transactionalId,
      producerId: Number(producerId),
      producerEpoch,
      partitions,
      mode,
    });
  }

  /** Error codes in the order of the partitions. */
  async add(producer: Producer, partitions: readonly TopicPartitionRef[], version = 3): Promise<number[]> {
    const request = createAddPartitionsToTxnRequest({
      v3AndBelowTransactionalId: producer.transactionalId,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: partitions.map(({ topic, partition }) => ({ name: topic, partitions: [partition] })),
    });
    const response = await this.during(this.coordinator.addPartitions(context(version), request));
    return response.resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) =>
      resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode),
    );
  }

  asksEnd(producer: Producer, committed: boolean, version = 5): Promise<EndTxnResponse> {
    const { transactionalId, producerId, producerEpoch } = producer;
    return this.coordinator.endTransaction(
      context(version),
      createEndTxnRequest({ transactionalId, producerId, producerEpoch, committed }),
    );
  }

  end(producer: Producer, committed: boolean, version = 5): Promise<EndTxnResponse> {
    return this.during(this.asksEnd(producer, committed, version));
  }

  async describe(transactionalId = 't'): Promise<DescribeTransactionsResponseTransactionState> {
    const request = createDescribeTransactionsRequest({ transactionalIds: [transactionalId] });
    const [state] = (await this.during(this.coordinator.describeTransactions(context(0), request))).transactionStates;
    if (state === undefined) throw new Error('nothing was described');
    return state;
  }

  #create(): TransactionCoordinator {
    const { config, metrics = noMetrics, logger = silentLogger, snapshotBytesMin } = this.options;
    return createTransactionCoordinator({
      config: { ...DEFAULT_TRANSACTION_COORDINATOR_CONFIG, transactionStateLogNumPartitions: 1, ...config },
      clock: this.time,
      timers: this.time,
      logger,
      metrics,
      topics: this.topics,
      participants: this.participants,
      ...(snapshotBytesMin === undefined ? {} : { snapshotBytesMin }),
    });
  }
}

/** Notes the states that are appended. */
function tracing(target: PartitionLog, trace: string[]): PartitionLog {
  return new Proxy(target, {
    get: (_, name) => {
      if (name === 'append') {
        return (...args: Parameters<PartitionLog['append']>) => {
          trace.push(...statesOf(args[0]));
          return target.append(...args);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

function statesOf(bytes: Buffer): string[] {
  const states: string[] = [];
  for (const position of batchPositions(bytes)) {
    const batch = decodeBatch(bytes, position);
    for (let index = 0; index < batch.count; index++) {
      const record = transactionRecordCodec.decode(batch.keyAt(index) ?? Buffer.alloc(0), batch.valueAt(index));
      states.push(imageText(record?.image ?? null));
    }
  }
  return states;
}

function imageText(image: TransactionImage | null): string {
  return image === null ? 'forgotten' : `${image.state} e${image.producerEpoch}`;
}
