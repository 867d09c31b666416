/**
 * What a log knows of its producers and their transactions: judges what they send, learns what was appended.
 *
 * Owns: producer states, open and ended transactions, and aborted ones that no segment's store has yet.
 * Invariants: a judgement changes nothing; learning never fails, and from the same batches it always learns the same, so that replay
 *   makes the ledger again.
 * Not here: when a batch is visible (`owned-log.ts`), aborted transactions of stored segments (`log-data.ts`).
 */
import {
  batchAttributes,
  batchBaseSequence,
  batchLastSequence,
  batchProducerEpoch,
  batchProducerId,
  ErrorCode,
  isControl,
  isTransactional,
} from '@millrace/protocol';
import { AbortedTransactions, markerOf, type AbortedEntry } from './aborted-transactions.ts';
import type { ActiveProducer, AppendOptions, EndMarker } from './log-engine.ts';
import { ProducerStates, type ProducerBatch, type ProducerSnapshot } from './producer-state.ts';
import { TransactionState, type EndedTransaction } from './transaction-state.ts';
import type { OpenTransaction } from './log-engine.ts';

const NEXT = { kind: 'next' } as const;

/** What becomes of a batch, as far as its producer is concerned. */
export type LedgerVerdict =
  | { readonly kind: 'next' }
  | { readonly kind: 'duplicate'; readonly batch: ProducerBatch }
  | { readonly kind: 'refused'; readonly errorCode: number; readonly message: string };

/** A ledger as a checkpoint holds it. */
export interface LedgerSnapshot {
  readonly producers: readonly ProducerSnapshot[];
  /** By first offset. */
  readonly openTransactions: readonly OpenTransaction[];
  /** Those whose marker the segments lack. */
  readonly endedTransactions: readonly EndedTransaction[];
  /** Those that no segment's store has. */
  readonly abortedTransactions: readonly AbortedEntry[];
}

export const EMPTY_LEDGER: LedgerSnapshot = {
  producers: [],
  openTransactions: [],
  endedTransactions: [],
  abortedTransactions: [],
};

export class ProducerLedger {
  readonly transactions: TransactionState;
  readonly aborted: AbortedTransactions;
  readonly #producers: ProducerStates;

  constructor(producerIdExpirationMs: number, snapshot: LedgerSnapshot) {
    this.transactions = new TransactionState(snapshot.openTransactions, snapshot.endedTransactions);
    this.aborted = new AbortedTransactions(snapshot.abortedTransactions);
    this.#producers = new ProducerStates(producerIdExpirationMs, this.transactions, snapshot.producers);
  }

  /** Judges a data batch that names a producer. */
  judge(batch: Buffer, attributes: number, producerId: number, options: AppendOptions, nowMs: number): LedgerVerdict {
    const epoch = batchProducerEpoch(batch, 0);
    const firstSequence = batchBaseSequence(batch, 0);
    const verdict =
      options.origin === 'coordinator' || this.#beginsWithEpoch(attributes, producerId, options)
        ? this.#producers.checkEpoch(producerId, epoch, nowMs)
        : this.#producers.check(producerId, epoch, firstSequence, batchLastSequence(batch, 0), nowMs);
    switch (verdict.kind) {
      case 'next':
        break;
      case 'duplicate':
        return verdict;
      case 'out-of-order':
        return refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, verdict.message);
      case 'fenced':
        return refused(ErrorCode.INVALID_PRODUCER_EPOCH, verdict.message);
    }
    if (isTransactional(attributes)) return this.#judgeTransactional(producerId, epoch, firstSequence, options);
    if (this.transactions.get(producerId) === undefined) return NEXT;
    return refused(
      ErrorCode.INVALID_TXN_STATE,
      `producer ${producerId} has an open transaction; this batch is of none`,
    );
  }

  /** Judges a marker; undefined when it may be appended. */
  judgeMarker(marker: EndMarker, nowMs: number): { readonly errorCode: number; readonly message: string } | undefined {
    const verdict = this.#producers.checkMarker(marker, nowMs);
    if (verdict.kind === 'next') return undefined;
    const isProducer = verdict.kind === 'fenced';
    const errorCode = isProducer ? ErrorCode.INVALID_PRODUCER_EPOCH : ErrorCode.TRANSACTION_COORDINATOR_FENCED;
    return { errorCode, message: verdict.message };
  }

  /** Learns what was appended at `baseOffset`. */
  learn(buffer: Buffer, position: number, baseOffset: number, maxTimestampMs: number, timeMs: number): void {
    const producerId = batchProducerId(buffer, position);
    if (producerId < 0) return;
    const attributes = batchAttributes(buffer, position);
    const producerEpoch = batchProducerEpoch(buffer, position);
    if (isControl(attributes)) {
      this.#learnMarker(buffer, position, producerId, producerEpoch, baseOffset, timeMs);
      return;
    }
    this.#producers.record(
      producerId,
      producerEpoch,
      batchBaseSequence(buffer, position),
      batchLastSequence(buffer, position),
      baseOffset,
      maxTimestampMs,
      timeMs,
    );
    if (isTransactional(attributes) && this.transactions.get(producerId) === undefined) {
      this.transactions.begin({ producerId, producerEpoch, firstOffset: baseOffset, startedMs: timeMs });
    }
  }

  active(nowMs: number): ActiveProducer[] {
    return this.#producers.active(nowMs);
  }

  /** Where the last batch of each producer ends, or which epoch its last marker brought. */
  lastOfEach(nowMs: number): Generator<readonly [number, { lastDataOffset: number; producerEpoch: number }], void> {
    return this.#producers.lastOfEach(nowMs);
  }

  expire(nowMs: number): void {
    this.#producers.expire(nowMs);
  }

  /** Offsets from `endOffset` on are gone. */
  truncateEnd(endOffset: number): void {
    this.transactions.truncateEnd(endOffset);
    this.aborted.truncateEnd(endOffset);
    this.#producers.truncateEnd(endOffset);
  }

  forgetAll(): void {
    this.transactions.forgetAll();
    this.aborted.dropBelow(Infinity);
    this.#producers.forgetAll();
  }

  /** What has to be known besides batches below `dataEndOffset`. */
  snapshot(dataEndOffset: number): LedgerSnapshot {
    return {
      producers: this.#producers.snapshot(),
      openTransactions: this.transactions.list(),
      endedTransactions: this.transactions.endedFrom(dataEndOffset),
      abortedTransactions: this.aborted.entries(),
    };
  }

  #judgeTransactional(producerId: number, epoch: number, firstSequence: number, options: AppendOptions): LedgerVerdict {
    const open = this.transactions.get(producerId);
    if (open?.producerEpoch === epoch) return NEXT;
    if (open !== undefined) {
      // Taken in, it would end with a transaction that is none of its own.
      const message = `producer ${producerId} has an open transaction of epoch ${open.producerEpoch}, which has to end first`;
      return refused(ErrorCode.INVALID_TXN_STATE, message);
    }
    if (options.origin === 'coordinator') return NEXT;
    if (options.mayOpenTransaction !== true) {
      const message = `the coordinator has no ongoing transaction of producer ${producerId} with this partition`;
      return refused(ErrorCode.INVALID_TXN_STATE, message);
    }
    if ((options.transactionVersion ?? 0) < 2 || firstSequence === 0) return NEXT;
    // Its epoch is new with the transaction, so batches before this one are missing.
    const message = `producer ${producerId} begins a transaction at sequence ${firstSequence} instead of 0`;
    return refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, message);
  }

  /**
   * A transaction that begins under an epoch of its own. What the log has of that epoch was ended by force (after a power failure, or by
   * an operator): a repeated batch of it is not there, though the log has seen it.
   */
  #beginsWithEpoch(attributes: number, producerId: number, options: AppendOptions): boolean {
    if (options.mayOpenTransaction !== true || (options.transactionVersion ?? 0) < 2) return false;
    return isTransactional(attributes) && this.transactions.get(producerId) === undefined;
  }

  #learnMarker(
    buffer: Buffer,
    position: number,
    producerId: number,
    producerEpoch: number,
    offset: number,
    timeMs: number,
  ): void {
    const marker = markerOf(buffer, position);
    if (marker === undefined) return;
    const ended = this.transactions.end(producerId, offset);
    if (ended !== undefined && marker.type === 'abort') this.aborted.add(offset, ended.firstOffset, producerId);
    this.#producers.recordMarker(producerId, producerEpoch, marker.coordinatorEpoch, timeMs);
  }
}

function refused(errorCode: number, message: string): LedgerVerdict {
  return { kind: 'refused', errorCode, message };
}
