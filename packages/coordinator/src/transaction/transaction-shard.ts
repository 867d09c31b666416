/**
 * The transactional ids of one `__transaction_state` partition: a state machine over the partition's records.
 *
 * Owns: the map of ids, their timeouts, and the markers of decisions that are not complete.
 * Invariants: an image changes in `replay` alone, which requests and recovery share. A decision is in the log before its first
 *   marker is; its completion comes after its last one. An answer that tells of a decision leaves when the decision is durable and
 *   its markers are, or have failed once and will be tried again.
 * Bounds: a turn of `onTime` ends or retries at most TURN_TRANSACTIONS_MAX transactions; `upkeep` handles one id. An id whose
 *   partitions would not fit into one record takes no more of them.
 * Not here: what a request does to an id (transaction-rules.ts), the shape of responses (../transaction-coordinator-service.ts).
 */
import type { Clock, Logger } from '@millrace/base';
import type { EndMarker } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import type { CoordinatorShard } from '../runtime/coordinator-shard.ts';
import { DeadlineQueue } from '../runtime/deadline-queue.ts';
import type { Reply, Step, Waiter } from '../runtime/step.ts';
import type { TransactionCoordinatorConfig } from '../transaction-config.ts';
import type { TopicPartitionRef, TransactionParticipants } from '../transaction-coordinator.ts';
import { includes, listPartitions, type TransactionImage } from './transaction-image.ts';
import type { TransactionMetrics } from './transaction-metrics.ts';
import { transactionRecordSizeBytes, type TransactionRecord } from './transaction-records.ts';
import {
  completed,
  fenced,
  producerProblem,
  ruleAdd,
  ruleEnd,
  ruleEndRaising,
  ruleInit,
  type AddAsked,
  type EndAsked,
  type InitAsked,
  type ProducerIdentity,
  type Ruling,
} from './transaction-rules.ts';
import { isPrepared, outcomeOf } from './transaction-state.ts';
import { Transaction } from './transaction.ts';

export type TransactionStep = Step<TransactionRecord>;

export interface TransactionShardOptions {
  readonly config: TransactionCoordinatorConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: TransactionMetrics;
  readonly participants: Pick<TransactionParticipants, 'appendMarkers' | 'areJournalled'>;
  /** Of the partition of `__transaction_state`. */
  readonly coordinatorEpoch: number;
  /** Largest record that the log takes, in bytes of key and value. */
  readonly recordBytesMax: number;
  /** Runs a further step of this shard, in this turn; not at all when it is served no more. */
  readonly run: (operation: (step: TransactionStep) => void) => void;
}

/** The producer as it is after the request; or that a producer id has to be brought. */
export type IdentityAnswer = ProducerIdentity | 'needsProducerId';

const TURN_TRANSACTIONS_MAX = 100;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

export class TransactionShard implements CoordinatorShard<TransactionRecord> {
  readonly #transactions = new Map<string, Transaction>();
  readonly #timeouts = new DeadlineQueue<Transaction>();
  readonly #retries = new DeadlineQueue<Transaction>();
  readonly #options: TransactionShardOptions;
  #lastCheckMs = -Infinity;
  #isLoaded = false;
  #isClosed = false;

  constructor(options: TransactionShardOptions) {
    this.#options = options;
  }

  get coordinatorEpoch(): number {
    return this.#options.coordinatorEpoch;
  }

  transaction(transactionalId: string): Transaction | undefined {
    return this.#transactions.get(transactionalId);
  }

  transactions(): IterableIterator<Transaction> {
    return this.#transactions.values();
  }

  replay({ transactionalId, image }: TransactionRecord): void {
    const known = this.#transactions.get(transactionalId);
    if (image === null) {
      if (known !== undefined) this.#setDeadlines(known, null);
      this.#transactions.delete(transactionalId);
      return;
    }
    const transaction = known ?? new Transaction(transactionalId, image);
    if (known === undefined) this.#transactions.set(transactionalId, transaction);
    transaction.image = image;
    if (this.#isLoaded) this.#setDeadlines(transaction, image);
  }

  /** Decisions whose markers may be missing are taken up again, timeouts go on from where they were. */
  *onLoaded(): Generator<void, void, undefined> {
    this.#isLoaded = true;
    const nowMs = this.#options.clock.monotonicMs();
    for (const transaction of this.#transactions.values()) {
      this.#setDeadlines(transaction, transaction.image);
      if (isPrepared(transaction.image.state)) this.#retries.set(transaction.retry, nowMs);
      yield;
    }
  }

  nextDeadlineMs(): number {
    const { transactionAbortTimedOutTransactionCleanupIntervalMs } = this.#options.config;
    const checkMs = this.#lastCheckMs + transactionAbortTimedOutTransactionCleanupIntervalMs;
    return Math.min(this.#retries.nextMs(), Math.max(this.#timeouts.nextMs(), checkMs));
  }

  onTime(step: TransactionStep): void {
    const { clock, config, metrics } = this.#options;
    const nowMs = clock.monotonicMs();
    let left = TURN_TRANSACTIONS_MAX;
    for (; left > 0; left--) {
      const transaction = this.#retries.takeDue(nowMs);
      if (transaction === undefined) break;
      this.#markAgain(transaction, step);
    }
    if (nowMs < this.#lastCheckMs + config.transactionAbortTimedOutTransactionCleanupIntervalMs) return;
    for (; left > 0; left--) {
      const transaction = this.#timeouts.takeDue(nowMs);
      if (transaction === undefined) break;
      metrics.timedOut.add(1);
      this.#options.logger.info('transaction timed out', {
        transactionalId: transaction.transactionalId,
        producerId: transaction.image.producerId,
        timeoutMs: transaction.image.timeoutMs,
      });
      this.#decide(transaction.transactionalId, fenced(transaction.image, clock.nowMs()), step, null);
    }
    if (left > 0 && this.#timeouts.nextMs() > nowMs) this.#lastCheckMs = nowMs;
  }

  *liveRecords(): Generator<TransactionRecord, void, undefined> {
    for (const { transactionalId, image } of this.#transactions.values()) yield { transactionalId, image };
  }

  /** Ids without a transaction for `transactional.id.expiration.ms` are forgotten. */
  *upkeep(step: TransactionStep): Generator<void, void, undefined> {
    const { clock, config, metrics } = this.#options;
    for (const { transactionalId, image } of this.#transactions.values()) {
      const isIdle = image.state !== 'Ongoing' && !isPrepared(image.state);
      if (isIdle && image.updateMs + config.transactionalIdExpirationMs <= clock.nowMs()) {
        this.#write(transactionalId, null, step);
        metrics.idsExpired.add(1);
      }
      yield;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#transactions.clear();
  }

  init(transactionalId: string, asked: InitAsked, waiter: Waiter<IdentityAnswer>, step: TransactionStep): void {
    const ruling = ruleInit(this.#transactions.get(transactionalId)?.image, asked);
    if (ruling.kind === 'decided') {
      // The producer comes again when that is done, and gets an epoch that nobody has had.
      this.#options.metrics.fenced.add(1);
      const refuse = (errorCode: number): void => waiter.fail(errorCode);
      const deliver = (): void => refuse(ErrorCode.CONCURRENT_TRANSACTIONS);
      this.#decide(transactionalId, ruling.image, step, { deliver, fail: refuse });
    } else {
      this.#carryOut(transactionalId, ruling, waiter, step);
    }
  }

  /** Error code; 0 when the partitions are part of the transaction now. */
  add(transactionalId: string, asked: AddAsked, step: TransactionStep): ErrorCode {
    const before = this.#transactions.get(transactionalId)?.image;
    const ruling = ruleAdd(before, asked);
    if (ruling.kind === 'refused') return ruling.errorCode;
    if (ruling.kind !== 'changed') return ErrorCode.NONE;
    const record: TransactionRecord = { transactionalId, image: ruling.image };
    if (transactionRecordSizeBytes(record) > this.#options.recordBytesMax) return ErrorCode.UNKNOWN_SERVER_ERROR;
    if (before?.state !== 'Ongoing') this.#options.metrics.started.add(1);
    this.#write(transactionalId, ruling.image, step);
    return ErrorCode.NONE;
  }

  /** Error code for each partition: whether it is in the producer's open transaction. */
  verify(transactionalId: string, asked: ProducerIdentity, partitions: readonly TopicPartitionRef[]): ErrorCode[] {
    const image = this.#transactions.get(transactionalId)?.image;
    const problem = producerProblem(image, asked);
    return partitions.map((partition) => {
      if (image === undefined || problem !== ErrorCode.NONE) return problem;
      return includes(image.partitions, partition) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE;
    });
  }

  /** `isRaising`: by the rules of EndTxn from version 5. */
  end(
    transactionalId: string,
    asked: EndAsked & { readonly isRaising: boolean },
    waiter: Waiter<IdentityAnswer>,
    step: TransactionStep,
  ): void {
    const image = this.#transactions.get(transactionalId)?.image;
    const ruling = asked.isRaising ? ruleEndRaising(image, asked) : ruleEnd(image, asked);
    if (ruling.kind !== 'decided') return this.#carryOut(transactionalId, ruling, waiter, step);
    const after = identityOf(completed(ruling.image, asked.nowMs));
    const deliver = (): void => waiter.succeed(after);
    this.#decide(transactionalId, ruling.image, step, { deliver, fail: (errorCode) => waiter.fail(errorCode) });
  }

  #carryOut(
    transactionalId: string,
    ruling: Exclude<Ruling, { kind: 'decided' }>,
    waiter: Waiter<IdentityAnswer>,
    step: TransactionStep,
  ): void {
    if (ruling.kind === 'refused') return step.refuse(waiter, ruling.errorCode);
    // Nothing rests on the log yet.
    if (ruling.kind === 'needsProducerId') return waiter.succeed('needsProducerId');
    if (ruling.kind === 'changed') this.#write(transactionalId, ruling.image, step);
    const image = this.#transactions.get(transactionalId)?.image;
    if (image !== undefined) step.answer(waiter, identityOf(image));
  }

  /** Writes a decision and has its markers follow in this turn. */
  #decide(transactionalId: string, decision: TransactionImage, step: TransactionStep, reply: Reply | null): void {
    // Aborts of nothing are no transactions.
    if (this.#transactions.get(transactionalId)?.image.state === 'Ongoing') this.#measure(decision);
    this.#write(transactionalId, decision, step);
    const transaction = this.#transactions.get(transactionalId);
    if (transaction === undefined) return;
    transaction.attempts = 0;
    transaction.unmarked = null;
    if (decision.partitions.size > 0) return this.#followWithMarkers(transaction, step, reply);
    this.#complete(transaction, step);
    if (reply !== null) step.replies.push(reply);
  }

  #markAgain(transaction: Transaction, step: TransactionStep): void {
    if (!isPrepared(transaction.image.state)) return;
    if (transaction.image.partitions.size === 0) return this.#complete(transaction, step);
    if (transaction.attempts > 0) this.#options.metrics.markersRetried.add(missing(transaction).length);
    this.#followWithMarkers(transaction, step, null);
  }

  /**
   * Behind the decision in the journal, markers can go in the same turn. A log that is not journalled could keep its marker when
   * the decision is lost: there it has to be durable first.
   */
  #followWithMarkers(transaction: Transaction, step: TransactionStep, reply: Reply | null): void {
    const decision = transaction.image;
    const deliver = (): void => this.#appendMarkers(transaction, decision, reply);
    if (this.#options.participants.areJournalled(missing(transaction))) {
      step.followWith({ deliver, fail: (errorCode) => reply?.fail(errorCode) });
      return;
    }
    step.replies.push({
      deliver,
      fail: (errorCode) => {
        // It may become durable all the same, only later.
        const { clock, run } = this.#options;
        run(() => this.#retries.set(transaction.retry, clock.monotonicMs() + RETRY_MS_MAX));
        reply?.fail(errorCode);
      },
    });
  }

  /** The decision is in the log, so the markers may go into theirs. */
  #appendMarkers(transaction: Transaction, decision: TransactionImage, reply: Reply | null): void {
    const { participants, coordinatorEpoch, run } = this.#options;
    if (this.#isClosed || transaction.image !== decision) return reply?.fail(ErrorCode.NOT_COORDINATOR);
    const partitions = missing(transaction);
    transaction.attempts++;
    const { allJournalled, durable } = participants.appendMarkers(markerOf(decision, coordinatorEpoch), partitions);
    run((step) => {
      if (allJournalled) this.#complete(transaction, step);
      if (reply === null) return;
      step.replies.push({
        deliver: () => void durable.then(() => reply.deliver()),
        fail: (errorCode) => reply.fail(errorCode),
      });
    });
    if (allJournalled) return;
    void durable.then((errorCodes) => {
      run((step) => {
        if (transaction.image === decision) this.#onMarked(transaction, partitions, errorCodes, step);
      });
    });
  }

  #onMarked(
    transaction: Transaction,
    partitions: readonly TopicPartitionRef[],
    errorCodes: readonly number[],
    step: TransactionStep,
  ): void {
    const { clock, logger } = this.#options;
    const failed = partitions.filter((_, index) => !isMarked(errorCodes[index]));
    if (failed.length === 0) return this.#complete(transaction, step);
    transaction.unmarked = failed;
    const delayMs = Math.min(RETRY_MS_MIN * 2 ** (transaction.attempts - 1), RETRY_MS_MAX);
    this.#retries.set(transaction.retry, clock.monotonicMs() + delayMs);
    logger.warn('end markers of a transaction could not be written; trying again', {
      transactionalId: transaction.transactionalId,
      state: transaction.image.state,
      partitions: failed.slice(0, 10).map(({ topic, partition }) => `${topic}-${partition}`),
      errorCodes: [...new Set(errorCodes)],
      delayMs,
    });
  }

  #complete({ transactionalId, image }: Transaction, step: TransactionStep): void {
    this.#write(transactionalId, completed(image, this.#options.clock.nowMs()), step);
  }

  #write(transactionalId: string, image: TransactionImage | null, step: TransactionStep): void {
    const record: TransactionRecord = { transactionalId, image };
    step.records.push(record);
    this.replay(record);
  }

  #measure({ state, startMs }: TransactionImage): void {
    const { clock, metrics } = this.#options;
    metrics[outcomeOf(state) === 'commit' ? 'committed' : 'aborted'].add(1);
    metrics.durationSeconds.observe(Math.max(0, clock.nowMs() - startMs) / 1_000);
  }

  #setDeadlines(transaction: Transaction, image: TransactionImage | null): void {
    const { clock } = this.#options;
    if (image === null || !isPrepared(image.state)) this.#retries.clear(transaction.retry);
    if (image?.state !== 'Ongoing') return this.#timeouts.clear(transaction.timeout);
    // A clock that was set back must not prolong a transaction.
    const leftMs = Math.min(Math.max(0, image.startMs + image.timeoutMs - clock.nowMs()), image.timeoutMs);
    this.#timeouts.set(transaction.timeout, clock.monotonicMs() + leftMs);
  }
}

function missing({ unmarked, image }: Transaction): readonly TopicPartitionRef[] {
  return unmarked ?? listPartitions(image.partitions);
}

/** A log that has heard of a newer producer has nothing open of the older one. */
function isMarked(errorCode: number | undefined): boolean {
  return errorCode === ErrorCode.NONE || errorCode === ErrorCode.INVALID_PRODUCER_EPOCH;
}

function identityOf({ producerId, producerEpoch }: TransactionImage): ProducerIdentity {
  return { producerId, producerEpoch };
}

function markerOf(
  { producerId, producerEpoch, state, transactionVersion }: TransactionImage,
  coordinatorEpoch: number,
): EndMarker {
  return {
    producerId,
    producerEpoch,
    coordinatorEpoch,
    outcome: outcomeOf(state) === 'commit' ? 'commit' : 'abort',
    transactionVersion,
  };
}
