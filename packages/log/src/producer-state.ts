/**
 * What a log remembers of idempotent producers: enough to tell a retry from a gap (semantics 15-18).
 *
 * Owns: per producer id its epoch and its last {@link BATCHES_KEPT} batches.
 * Invariants: batches are in sequence order; a check never changes state, so a refused append leaves no trace.
 * Bounds: producers silent for the expiration time count as unknown at once and are removed by the next sweep; not those with an open
 *   transaction.
 * Not here: transactions (`transaction-state.ts`); of them it knows the epochs that markers bring.
 */
import type { ActiveProducer, EndMarker } from './log-engine.ts';
import type { TransactionState } from './transaction-state.ts';

const BATCHES_KEPT = 5;
const SEQUENCES = 2_147_483_648;
/** Numbers kept per batch: first and last sequence, base offset, timestamp. */
const STRIDE = 4;
const NO_OPEN_TRANSACTION = -1;
const NO_COORDINATOR_EPOCH = -1;

/** A batch as the producer knows it. */
export interface ProducerBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  /** Largest timestamp of the stored batch. */
  readonly timestampMs: number;
}

/** State of one producer as it is written to a checkpoint. */
export interface ProducerSnapshot {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** When the last batch was appended, by the broker's clock. */
  readonly lastAppendMs: number;
  /** Of the last marker; −1 when there was none. */
  readonly coordinatorEpoch: number;
  /** Oldest first. */
  readonly batches: readonly ProducerBatch[];
}

/** How a batch relates to what the log has of its producer. */
export type SequenceVerdict =
  | { readonly kind: 'next' }
  | { readonly kind: 'duplicate'; readonly batch: ProducerBatch }
  | { readonly kind: 'out-of-order'; readonly message: string }
  | { readonly kind: 'fenced'; readonly message: string };

/** What a log says of a marker. */
export type MarkerVerdict =
  | Extract<SequenceVerdict, { kind: 'next' | 'fenced' }>
  | { readonly kind: 'coordinator-fenced'; readonly message: string };

const NEXT = { kind: 'next' } as const;

/** `sequence` moved on by `count`, wrapping from 2^31−1 to 0. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCES;
}

/** Records between two sequences of one batch, both included. */
function recordCountOf(firstSequence: number, lastSequence: number): number {
  return ((lastSequence - firstSequence + SEQUENCES) % SEQUENCES) + 1;
}

/** Offset of the last record of a remembered batch. */
export function lastOffsetOf(batch: ProducerBatch): number {
  return batch.baseOffset + recordCountOf(batch.firstSequence, batch.lastSequence) - 1;
}

function fenced(
  producerId: number,
  epoch: number,
  seenEpoch: number,
): { readonly kind: 'fenced'; readonly message: string } {
  return { kind: 'fenced', message: `producer ${producerId} has epoch ${epoch}, but ${seenEpoch} was seen` };
}

class Producer {
  epoch: number;
  lastAppendMs = 0;
  coordinatorEpoch = NO_COORDINATOR_EPOCH;
  /** Batches oldest first, {@link STRIDE} numbers each. */
  readonly batches = new Float64Array(BATCHES_KEPT * STRIDE);
  batchCount = 0;

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  get lastSequence(): number {
    return this.batchCount === 0 ? -1 : this.batches[(this.batchCount - 1) * STRIDE + 1]!;
  }

  /** Of the last batch; when it was heard of last, for one of which only a marker is known. */
  get lastTimestampMs(): number {
    return this.batchCount === 0 ? this.lastAppendMs : this.batches[(this.batchCount - 1) * STRIDE + 3]!;
  }

  get lastBaseOffset(): number {
    return this.batchCount === 0 ? -1 : this.batches[(this.batchCount - 1) * STRIDE + 2]!;
  }

  batch(index: number): ProducerBatch {
    const at = index * STRIDE;
    return {
      firstSequence: this.batches[at]!,
      lastSequence: this.batches[at + 1]!,
      baseOffset: this.batches[at + 2]!,
      timestampMs: this.batches[at + 3]!,
    };
  }

  push(firstSequence: number, lastSequence: number, baseOffset: number, timestampMs: number): void {
    if (this.batchCount === BATCHES_KEPT) {
      this.batches.copyWithin(0, STRIDE);
      this.batchCount--;
    }
    const at = this.batchCount * STRIDE;
    this.batches[at] = firstSequence;
    this.batches[at + 1] = lastSequence;
    this.batches[at + 2] = baseOffset;
    this.batches[at + 3] = timestampMs;
    this.batchCount++;
  }

  find(firstSequence: number, lastSequence: number): number {
    for (let index = this.batchCount - 1; index >= 0; index--) {
      const at = index * STRIDE;
      if (this.batches[at] === firstSequence && this.batches[at + 1] === lastSequence) return index;
    }
    return -1;
  }
}

export class ProducerStates {
  readonly #producers = new Map<number, Producer>();
  readonly #expirationMs: number;
  readonly #transactions: TransactionState;

  constructor(expirationMs: number, transactions: TransactionState, snapshots: readonly ProducerSnapshot[] = []) {
    this.#expirationMs = expirationMs;
    this.#transactions = transactions;
    for (const snapshot of snapshots) {
      const producer = new Producer(snapshot.producerEpoch);
      producer.lastAppendMs = snapshot.lastAppendMs;
      producer.coordinatorEpoch = snapshot.coordinatorEpoch;
      for (const batch of snapshot.batches) {
        producer.push(batch.firstSequence, batch.lastSequence, batch.baseOffset, batch.timestampMs);
      }
      this.#producers.set(snapshot.producerId, producer);
    }
  }

  get count(): number {
    return this.#producers.size;
  }

  /** Judges a batch of an idempotent producer without changing anything. */
  check(
    producerId: number,
    epoch: number,
    firstSequence: number,
    lastSequence: number,
    nowMs: number,
  ): SequenceVerdict {
    const producer = this.#known(producerId, nowMs);
    if (producer === undefined) return NEXT;
    if (epoch < producer.epoch) return fenced(producerId, epoch, producer.epoch);
    if (epoch > producer.epoch) {
      if (firstSequence === 0) return NEXT;
      const message = `producer ${producerId} starts epoch ${epoch} at sequence ${firstSequence} instead of 0`;
      return { kind: 'out-of-order', message };
    }
    const duplicate = producer.find(firstSequence, lastSequence);
    if (duplicate !== -1) return { kind: 'duplicate', batch: producer.batch(duplicate) };
    const expected = producer.batchCount === 0 ? 0 : sequenceAfter(producer.lastSequence, 1);
    if (firstSequence === expected) return NEXT;
    const message = `producer ${producerId} sent sequence ${firstSequence} where ${expected} is next`;
    return { kind: 'out-of-order', message };
  }

  /** Judges what a coordinator writes for a producer: it has an epoch and no sequence. */
  checkEpoch(producerId: number, epoch: number, nowMs: number): SequenceVerdict {
    const producer = this.#known(producerId, nowMs);
    return producer === undefined || epoch >= producer.epoch ? NEXT : fenced(producerId, epoch, producer.epoch);
  }

  /** Judges the marker of a transaction without changing anything. */
  checkMarker(marker: EndMarker, nowMs: number): MarkerVerdict {
    const { producerId, producerEpoch, coordinatorEpoch } = marker;
    const producer = this.#known(producerId, nowMs);
    if (producer === undefined) return NEXT;
    // A marker with the bumped epoch that came already may come again; the next transaction has that epoch, and is not to be ended by it.
    const isOfNext =
      marker.transactionVersion >= 2 &&
      producerEpoch === producer.epoch &&
      this.#transactions.get(producerId) !== undefined;
    if (producerEpoch < producer.epoch || isOfNext) return fenced(producerId, producerEpoch, producer.epoch);
    if (coordinatorEpoch >= producer.coordinatorEpoch) return NEXT;
    const message = `coordinator epoch ${coordinatorEpoch} is older than ${producer.coordinatorEpoch}, which was seen`;
    return { kind: 'coordinator-fenced', message };
  }

  /**
   * Remembers an appended batch. One that lies at or below what is remembered of the producer changes nothing (replay); one without
   * sequences, which a coordinator wrote, is remembered by its epoch.
   */
  record(
    producerId: number,
    epoch: number,
    firstSequence: number,
    lastSequence: number,
    baseOffset: number,
    timestampMs: number,
    nowMs: number,
  ): void {
    let producer = this.#producers.get(producerId);
    if (producer === undefined) {
      producer = new Producer(epoch);
      this.#producers.set(producerId, producer);
    }
    if (baseOffset <= producer.lastBaseOffset) return;
    // An expired producer that comes back is a new one: its old batches must not answer for the new ones.
    if (epoch !== producer.epoch || this.#isExpired(producerId, producer, nowMs)) producer.batchCount = 0;
    producer.epoch = epoch;
    producer.lastAppendMs = nowMs;
    if (firstSequence >= 0) producer.push(firstSequence, lastSequence, baseOffset, timestampMs);
  }

  /** Remembers a marker: with a new epoch come new sequences. */
  recordMarker(producerId: number, epoch: number, coordinatorEpoch: number, nowMs: number): void {
    let producer = this.#producers.get(producerId);
    if (producer === undefined) {
      producer = new Producer(epoch);
      this.#producers.set(producerId, producer);
    }
    if (epoch !== producer.epoch || this.#isExpired(producerId, producer, nowMs)) producer.batchCount = 0;
    producer.epoch = epoch;
    producer.coordinatorEpoch = coordinatorEpoch;
    producer.lastAppendMs = nowMs;
  }

  /** Removes producers silent for longer than the expiration time. */
  expire(nowMs: number): void {
    for (const [producerId, producer] of this.#producers) {
      if (this.#isExpired(producerId, producer, nowMs)) this.#producers.delete(producerId);
    }
  }

  /**
   * Offsets from `endOffset` on are gone: batches there must not be answered as duplicates. Transactions are cut already: producers
   * of open ones stay, with the epoch of their transaction.
   */
  truncateEnd(endOffset: number): void {
    for (const [producerId, producer] of this.#producers) {
      while (producer.lastBaseOffset >= endOffset) producer.batchCount--;
      const transaction = this.#transactions.get(producerId);
      if (transaction !== undefined) producer.epoch = transaction.producerEpoch;
      else if (producer.batchCount === 0) this.#producers.delete(producerId);
    }
    for (const { producerId, producerEpoch, startedMs } of this.#transactions.list()) {
      if (this.#producers.has(producerId)) continue;
      const producer = new Producer(producerEpoch);
      producer.lastAppendMs = startedMs;
      this.#producers.set(producerId, producer);
    }
  }

  forgetAll(): void {
    this.#producers.clear();
  }

  /** Where the last batch of each producer ends, or which epoch its last marker brought. */
  *lastOfEach(nowMs: number): Generator<readonly [number, { lastDataOffset: number; producerEpoch: number }], void> {
    for (const [producerId, producer] of this.#producers) {
      if (this.#isExpired(producerId, producer, nowMs)) continue;
      const { batchCount, epoch: producerEpoch } = producer;
      const lastDataOffset = batchCount === 0 ? -1 : lastOffsetOf(producer.batch(batchCount - 1));
      yield [producerId, { lastDataOffset, producerEpoch }];
    }
  }

  active(nowMs: number): ActiveProducer[] {
    const active: ActiveProducer[] = [];
    for (const [producerId, producer] of this.#producers) {
      if (this.#isExpired(producerId, producer, nowMs)) continue;
      active.push({
        producerId,
        producerEpoch: producer.epoch,
        lastSequence: producer.lastSequence,
        lastTimestampMs: producer.lastTimestampMs,
        currentTransactionStartOffset: this.#transactions.get(producerId)?.firstOffset ?? NO_OPEN_TRANSACTION,
        coordinatorEpoch: producer.coordinatorEpoch,
      });
    }
    return active;
  }

  snapshot(): ProducerSnapshot[] {
    return [...this.#producers].map(([producerId, producer]) => ({
      producerId,
      producerEpoch: producer.epoch,
      lastAppendMs: producer.lastAppendMs,
      coordinatorEpoch: producer.coordinatorEpoch,
      batches: Array.from({ length: producer.batchCount }, (_, index) => producer.batch(index)),
    }));
  }

  #known(producerId: number, nowMs: number): Producer | undefined {
    const producer = this.#producers.get(producerId);
    return producer === undefined || this.#isExpired(producerId, producer, nowMs) ? undefined : producer;
  }

  #isExpired(producerId: number, producer: Producer, nowMs: number): boolean {
    return nowMs - producer.lastAppendMs > this.#expirationMs && this.#transactions.get(producerId) === undefined;
  }
}
