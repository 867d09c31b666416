/**
 * The transaction coordinator as requests meet it: finds the partition of each transactional id, checks what needs no state, and
 * gives responses the shape of their version.
 *
 * Owns: the runtime with the shards.
 * Invariants: responses are valid for `context.apiVersion`. What `admit` let in is in the log of its id when it returns.
 * Not here: what a request does to an id (transaction/), when its answer may leave (runtime/), how markers reach their logs (the
 *   broker's TransactionParticipants), authorization.
 */
import { messageOf, type Clock, type Logger, type MetricsRegistry, type Timer, type Timers } from '@millrace/base';
import type { PartitionLog } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import {
  createInitProducerIdResponse,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import {
  createAddPartitionsToTxnResponse,
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnRequestAddPartitionsToTxnTransaction,
  type AddPartitionsToTxnResponse,
  type AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult,
} from '@millrace/protocol/messages/24-add-partitions-to-txn';
import {
  createAddOffsetsToTxnResponse,
  type AddOffsetsToTxnRequest,
  type AddOffsetsToTxnResponse,
} from '@millrace/protocol/messages/25-add-offsets-to-txn';
import { createEndTxnResponse, type EndTxnRequest, type EndTxnResponse } from '@millrace/protocol/messages/26-end-txn';
import {
  createDescribeTransactionsResponse,
  createDescribeTransactionsResponseTransactionState,
  type DescribeTransactionsRequest,
  type DescribeTransactionsResponse,
  type DescribeTransactionsResponseTransactionState,
} from '@millrace/protocol/messages/65-describe-transactions';
import {
  createListTransactionsResponse,
  type ListTransactionsRequest,
  type ListTransactionsResponse,
  type ListTransactionsResponseTransactionState,
} from '@millrace/protocol/messages/66-list-transactions';
import type { GroupRequestContext } from './group-coordinator.ts';
import { groupPartition } from './java-hash.ts';
import { CoordinatorRuntime } from './runtime/coordinator-runtime.ts';
import { recordBytesMaxFor } from './runtime/record-appender.ts';
import { createRuntimeMetrics } from './runtime/runtime-metrics.ts';
import type { Step, Waiter } from './runtime/step.ts';
import type { TopicDirectory } from './topic-directory.ts';
import type { TransactionCoordinatorConfig } from './transaction-config.ts';
import type {
  PartitionAdmission,
  TopicPartitionRef,
  TransactionCoordinator,
  TransactionParticipants,
} from './transaction-coordinator.ts';
import {
  ADD_PARTITIONS_WITH_BATCHES,
  addOffsetsFailure,
  addPartitionsCode,
  endTxnFailure,
  initProducerIdFailure,
  listTransactionsFailure,
  topicResults,
} from './transaction-responses.ts';
import { isCoordinatorTopic, TRANSACTIONS_TOPIC } from './transaction-topic.ts';
import { endOrphanedTransactions } from './transaction/orphaned-transactions.ts';
import { EPOCH_PER_TRANSACTION } from './transaction/transaction-image.ts';
import {
  createTransactionMetrics,
  registerTransactionGauges,
  type TransactionMetrics,
} from './transaction/transaction-metrics.ts';
import { transactionRecordCodec, type TransactionRecord } from './transaction/transaction-records.ts';
import type { ProducerIdentity } from './transaction/transaction-rules.ts';
import { TransactionShard, type IdentityAnswer } from './transaction/transaction-shard.ts';
import { describeTransaction, listedTransaction, TransactionFilter } from './transaction/transaction-views.ts';

export interface TransactionCoordinatorOptions {
  readonly config: TransactionCoordinatorConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly topics: TopicDirectory;
  readonly participants: TransactionParticipants;
  /** A log of `__transaction_state` is left alone up to this size; default 4 MiB. */
  readonly snapshotBytesMin?: number;
}

/** First version of EndTxn in which every end raises the epoch. */
const END_TXN_RAISING = 5;
/** When markers of orphans are tried again that could not be written. */
const ORPHAN_RETRY_MS = 5_000;
/** Longest text that a record's key can hold. */
const TRANSACTIONAL_ID_BYTES_MAX = 0x7fff;

type TransactionStep = Step<TransactionRecord>;

/** Creates the transaction coordinator of a broker. It serves nothing until partitions are loaded. */
export function createTransactionCoordinator(options: TransactionCoordinatorOptions): TransactionCoordinator {
  return new TransactionCoordinatorService(options);
}

class TransactionCoordinatorService implements TransactionCoordinator {
  readonly #config: TransactionCoordinatorConfig;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #logger: Logger;
  readonly #topics: TopicDirectory;
  readonly #participants: TransactionParticipants;
  readonly #metrics: TransactionMetrics;
  readonly #runtime: CoordinatorRuntime<TransactionShard, TransactionRecord>;
  #orphanTimer: Timer | undefined;
  #isClosed = false;

  constructor(options: TransactionCoordinatorOptions) {
    const { config, topics, participants, metrics: registry, snapshotBytesMin } = options;
    this.#config = config;
    this.#clock = options.clock;
    this.#timers = options.timers;
    this.#logger = options.logger;
    this.#topics = topics;
    this.#participants = participants;
    this.#metrics = createTransactionMetrics(registry);
    this.#runtime = new CoordinatorRuntime<TransactionShard, TransactionRecord>({
      ...options,
      codec: transactionRecordCodec,
      createShard: (log) => this.#createShard(log, options),
      metrics: createRuntimeMetrics(registry, 'transaction'),
      appendTimeoutMs: () => config.requestTimeoutMs,
      upkeepIntervalMs: () => config.transactionRemoveExpiredTransactionCleanupIntervalMs,
      ...(snapshotBytesMin === undefined ? {} : { snapshotBytesMin }),
    });
    registerTransactionGauges(registry, () => this.#runtime.shards());
  }

  partitionFor(transactionalId: string): number {
    return groupPartition(transactionalId, this.#partitionCount());
  }

  async load(partition: number, log: PartitionLog): Promise<number> {
    const recordCount = await this.#runtime.load(partition, log);
    // In the background: whoever loads need not wait for logs of others.
    if (this.#isWholeTopicHere()) this.#endOrphansInBackground();
    return recordCount;
  }

  unload(partition: number): void {
    this.#runtime.unload(partition);
  }

  async initProducerId(
    { apiVersion }: GroupRequestContext,
    request: InitProducerIdRequest,
  ): Promise<InitProducerIdResponse> {
    const { transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch } = request;
    const failure = (errorCode: number): InitProducerIdResponse => initProducerIdFailure(errorCode, apiVersion);
    if ((producerId === -1n) !== (producerEpoch === -1)) return failure(ErrorCode.INVALID_REQUEST);
    let answer: IdentityAnswer | number;
    if (transactionalId === null) {
      const fresh = await this.#freshProducerId();
      answer = fresh === null ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : { producerId: fresh, producerEpoch: 0 };
    } else {
      if (!isTransactionalId(transactionalId)) return failure(ErrorCode.INVALID_REQUEST);
      if (timeoutMs <= 0 || timeoutMs > this.#config.transactionMaxTimeoutMs) {
        return failure(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
      }
      const expected = producerId === -1n ? null : identity(producerId, producerEpoch);
      answer = await this.#askWithFreshId(transactionalId, (freshProducerId, shard, step, waiter) =>
        shard.init(transactionalId, { timeoutMs, expected, freshProducerId, nowMs: this.#clock.nowMs() }, waiter, step),
      );
    }
    if (typeof answer === 'number') return failure(answer);
    return createInitProducerIdResponse({
      producerId: BigInt(answer.producerId),
      producerEpoch: answer.producerEpoch,
    });
  }

  async addPartitions(
    { apiVersion }: GroupRequestContext,
    request: AddPartitionsToTxnRequest,
  ): Promise<AddPartitionsToTxnResponse> {
    if (apiVersion >= ADD_PARTITIONS_WITH_BATCHES) {
      const resultsByTransaction = await Promise.all(
        request.transactions.map(async (transaction) => ({
          transactionalId: transaction.transactionalId,
          topicResults: await this.#addToOne(transaction, EPOCH_PER_TRANSACTION, apiVersion),
        })),
      );
      return createAddPartitionsToTxnResponse({ resultsByTransaction });
    }
    const transaction = {
      transactionalId: request.v3AndBelowTransactionalId,
      producerId: request.v3AndBelowProducerId,
      producerEpoch: request.v3AndBelowProducerEpoch,
      topics: request.v3AndBelowTopics,
      verifyOnly: false,
    };
    return createAddPartitionsToTxnResponse({
      resultsByTopicV3AndBelow: await this.#addToOne(transaction, 0, apiVersion),
    });
  }

  async addOffsets(
    { apiVersion }: GroupRequestContext,
    request: AddOffsetsToTxnRequest,
  ): Promise<AddOffsetsToTxnResponse> {
    const { transactionalId, producerId, producerEpoch, groupId } = request;
    const partitions = [this.#participants.groupPartition(groupId)];
    const errorCode = await this.#add(transactionalId, identity(producerId, producerEpoch), partitions, 0);
    return errorCode === ErrorCode.NONE ? createAddOffsetsToTxnResponse() : addOffsetsFailure(errorCode, apiVersion);
  }

  async endTransaction({ apiVersion }: GroupRequestContext, request: EndTxnRequest): Promise<EndTxnResponse> {
    const { transactionalId, producerId, producerEpoch, committed } = request;
    if (!isTransactionalId(transactionalId)) return endTxnFailure(ErrorCode.INVALID_REQUEST, apiVersion);
    const isRaising = apiVersion >= END_TXN_RAISING;
    const outcome = committed ? 'commit' : 'abort';
    const producer = identity(producerId, producerEpoch);
    const answer = await this.#askWithFreshId(transactionalId, (freshProducerId, shard, step, waiter) =>
      shard.end(
        transactionalId,
        { ...producer, outcome, freshProducerId, nowMs: this.#clock.nowMs(), isRaising },
        waiter,
        step,
      ),
    );
    if (typeof answer === 'number') return endTxnFailure(answer, apiVersion);
    if (!isRaising) return createEndTxnResponse();
    return createEndTxnResponse({ producerId: BigInt(answer.producerId), producerEpoch: answer.producerEpoch });
  }

  async describeTransactions(
    _context: GroupRequestContext,
    request: DescribeTransactionsRequest,
  ): Promise<DescribeTransactionsResponse> {
    const transactionStates = await Promise.all(request.transactionalIds.map((id) => this.#describe(id)));
    return createDescribeTransactionsResponse({ transactionStates });
  }

  async listTransactions(
    _context: GroupRequestContext,
    request: ListTransactionsRequest,
  ): Promise<ListTransactionsResponse> {
    let filter: TransactionFilter;
    try {
      filter = new TransactionFilter(request);
    } catch {
      return listTransactionsFailure(ErrorCode.INVALID_REGULAR_EXPRESSION);
    }
    const answers = await Promise.all(
      this.#runtime.partitions().map((partition) =>
        this.#runtime.ask<readonly ListTransactionsResponseTransactionState[] | number>(
          partition,
          (shard, step, waiter) => {
            const nowMs = this.#clock.nowMs();
            const matching = [...shard.transactions()].filter((transaction) => filter.matches(transaction, nowMs));
            step.answer(waiter, matching.map(listedTransaction));
          },
          (errorCode) => errorCode,
        ),
      ),
    );
    const transactionStates: ListTransactionsResponseTransactionState[] = [];
    for (const answer of answers) {
      if (typeof answer !== 'number') transactionStates.push(...answer);
      else if (answer !== ErrorCode.NOT_COORDINATOR) return listTransactionsFailure(answer);
    }
    return createListTransactionsResponse({ transactionStates, unknownStateFilters: filter.unknownStates });
  }

  admit(admission: PartitionAdmission): readonly number[] {
    const { transactionalId, partitions, mode } = admission;
    const all = (errorCode: number): number[] => partitions.map(() => errorCode);
    if (!isTransactionalId(transactionalId)) return all(ErrorCode.INVALID_REQUEST);
    const place = this.partitionFor(transactionalId);
    const shard = this.#runtime.peek(place);
    if (!(shard instanceof TransactionShard)) return all(shard);
    if (mode === 'verify') return shard.verify(transactionalId, admission, partitions).map(produceCode);
    let errorCode: number = ErrorCode.UNKNOWN_SERVER_ERROR;
    const problem = this.#runtime.run(place, (_, step) => {
      const asked = { ...admission, transactionVersion: EPOCH_PER_TRANSACTION, nowMs: this.#clock.nowMs() };
      errorCode = shard.add(transactionalId, asked, step);
      if (step.records.length > 0) step.followWith(NOTHING);
    });
    if (problem !== ErrorCode.NONE) return all(problem);
    // The log may have refused the record, and with it the shard is gone.
    return all(this.#runtime.peek(place) === shard ? produceCode(errorCode) : ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }

  async endOrphans(): Promise<number> {
    this.#orphanTimer?.cancel();
    if (!this.#isWholeTopicHere()) return 0;
    const { endedCount, failedCount } = await endOrphanedTransactions({
      participants: this.#participants,
      logger: this.#logger,
      metrics: this.#metrics,
      shards: this.#runtime.shards(),
    });
    if (failedCount > 0 && !this.#isClosed) {
      this.#orphanTimer = this.#timers.schedule(ORPHAN_RETRY_MS, () => this.#endOrphansInBackground());
    }
    return endedCount;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#orphanTimer?.cancel();
    return this.#runtime.close();
  }

  #endOrphansInBackground(): void {
    this.endOrphans().catch((error: unknown) => {
      this.#logger.error('open transactions without a coordinator could not be looked for', {
        error: messageOf(error),
      });
    });
  }

  #createShard(log: PartitionLog, options: TransactionCoordinatorOptions): TransactionShard {
    const shard: TransactionShard = new TransactionShard({
      ...options,
      metrics: this.#metrics,
      coordinatorEpoch: log.leaderEpoch,
      recordBytesMax: recordBytesMaxFor(log),
      run: (operation) => {
        this.#runtime.run(log.id.partition, (current, step) => {
          if (current === shard) operation(step);
        });
      },
    });
    return shard;
  }

  async #describe(transactionalId: string): Promise<DescribeTransactionsResponseTransactionState> {
    const failure = (errorCode: number): DescribeTransactionsResponseTransactionState =>
      createDescribeTransactionsResponseTransactionState({ transactionalId, errorCode });
    if (transactionalId === '') return failure(ErrorCode.INVALID_REQUEST);
    return this.#runtime.ask(
      this.partitionFor(transactionalId),
      (shard, step, waiter) =>
        step.answer(waiter, describeTransaction(transactionalId, shard.transaction(transactionalId))),
      failure,
    );
  }

  /** Asks once more with a new producer id when one is needed. */
  async #askWithFreshId(
    transactionalId: string,
    operation: (
      freshProducerId: number | null,
      shard: TransactionShard,
      step: TransactionStep,
      waiter: Waiter<IdentityAnswer | number>,
    ) => void,
  ): Promise<ProducerIdentity | number> {
    let freshProducerId: number | null = null;
    for (;;) {
      const answer: IdentityAnswer | number = await this.#runtime.ask<IdentityAnswer | number>(
        this.partitionFor(transactionalId),
        (shard, step, waiter) => operation(freshProducerId, shard, step, waiter),
        (errorCode) => errorCode,
      );
      if (answer !== 'needsProducerId') return answer;
      freshProducerId = await this.#freshProducerId();
      if (freshProducerId === null) return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
    }
  }

  async #freshProducerId(): Promise<number | null> {
    try {
      return await this.#participants.nextProducerId();
    } catch (error) {
      this.#logger.warn('no producer id could be allocated', { error: messageOf(error) });
      return null;
    }
  }

  /** Nothing is added when one of the partitions cannot be: the others are told that they were not attempted. */
  async #addToOne(
    transaction: Omit<AddPartitionsToTxnRequestAddPartitionsToTxnTransaction, 'unknownTaggedFields'>,
    transactionVersion: number,
    apiVersion: number,
  ): Promise<AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult[]> {
    const { transactionalId, topics, verifyOnly } = transaction;
    const producer = identity(transaction.producerId, transaction.producerEpoch);
    const partitions = topics.flatMap(({ name, partitions: numbers }) =>
      numbers.map((partition) => ({ topic: name, partition })),
    );
    // From version 4 on only brokers ask, who may.
    const isClient = apiVersion < ADD_PARTITIONS_WITH_BATCHES;
    const checks = partitions.map((partition) =>
      isClient && isCoordinatorTopic(partition.topic)
        ? ErrorCode.TOPIC_AUTHORIZATION_FAILED
        : this.#participants.check(partition),
    );
    if (checks.some((errorCode) => errorCode !== ErrorCode.NONE)) {
      return topicResults(topics, (index) => checks[index] || ErrorCode.OPERATION_NOT_ATTEMPTED);
    }
    const codes = verifyOnly
      ? await this.#verify(transactionalId, producer, partitions)
      : await this.#add(transactionalId, producer, partitions, transactionVersion);
    return topicResults(topics, (index) =>
      addPartitionsCode(typeof codes === 'number' ? codes : (codes[index] ?? ErrorCode.NONE), apiVersion),
    );
  }

  async #add(
    transactionalId: string,
    producer: ProducerIdentity,
    partitions: readonly TopicPartitionRef[],
    transactionVersion: number,
  ): Promise<number> {
    if (!isTransactionalId(transactionalId)) return ErrorCode.INVALID_REQUEST;
    return this.#runtime.ask<number>(
      this.partitionFor(transactionalId),
      (shard, step, waiter) => {
        const asked = { ...producer, partitions, transactionVersion, nowMs: this.#clock.nowMs() };
        step.answer(waiter, shard.add(transactionalId, asked, step));
      },
      (errorCode) => errorCode,
    );
  }

  async #verify(
    transactionalId: string,
    producer: ProducerIdentity,
    partitions: readonly TopicPartitionRef[],
  ): Promise<readonly number[] | number> {
    if (!isTransactionalId(transactionalId)) return ErrorCode.INVALID_REQUEST;
    return this.#runtime.ask<readonly number[] | number>(
      this.partitionFor(transactionalId),
      (shard, step, waiter) => step.answer(waiter, shard.verify(transactionalId, producer, partitions)),
      (errorCode) => errorCode,
    );
  }

  #partitionCount(): number {
    return this.#topics.byName(TRANSACTIONS_TOPIC)?.partitionCount ?? this.#config.transactionStateLogNumPartitions;
  }

  /** Only then it is certain that no coordinator anywhere has a transaction that is not found here. */
  #isWholeTopicHere(): boolean {
    const partitionCount = this.#partitionCount();
    for (let partition = 0; partition < partitionCount; partition++) {
      if (typeof this.#runtime.peek(partition) === 'number') return false;
    }
    return true;
  }
}

const NOTHING = { deliver: () => undefined, fail: () => undefined };

function identity(producerId: bigint, producerEpoch: number): ProducerIdentity {
  return { producerId: Number(producerId), producerEpoch };
}

function isTransactionalId(transactionalId: string): boolean {
  if (transactionalId === '') return false;
  return (
    transactionalId.length * 3 <= TRANSACTIONAL_ID_BYTES_MAX ||
    Buffer.byteLength(transactionalId) <= TRANSACTIONAL_ID_BYTES_MAX
  );
}

/** Produce knows fenced producers by another code. */
function produceCode(errorCode: number): number {
  return errorCode === ErrorCode.PRODUCER_FENCED ? ErrorCode.INVALID_PRODUCER_EPOCH : errorCode;
}
