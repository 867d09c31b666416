/**
 * Which transactions keep a log's last stable offset down (semantics 23).
 *
 * Owns: transactions without a marker, and those that ended where the end may still be taken back.
 * Invariants: a producer has at most one open transaction; open ones are in the order of their first offsets, ended ones of their markers.
 * Bounds: ended ones stay until their marker is visible and safe from power loss ({@link TransactionState.secure}); a log without
 *   transactions holds nothing.
 * Not here: who may begin or end one (`producer-ledger.ts`), what was aborted (`aborted-transactions.ts`).
 */
import { assert } from '@millrace/base';
import type { OpenTransaction } from './log-engine.ts';

/** A transaction and where its marker stands. */
export interface EndedTransaction extends OpenTransaction {
  readonly markerOffset: number;
}

const NONE_OPEN: ReadonlyMap<number, OpenTransaction> = new Map();

export class TransactionState {
  #open = NONE_OPEN as Map<number, OpenTransaction>;
  #ended: EndedTransaction[] = [];
  /** Ended ones before this index are visible: their markers lie below the high watermark. */
  #visibleCount = 0;
  #firstUnstableOffset = Infinity;

  constructor(open: readonly OpenTransaction[] = [], ended: readonly EndedTransaction[] = []) {
    if (open.length > 0) this.#replaceOpen(open);
    // They come from a checkpoint, so all of them are visible.
    this.#ended = [...ended];
    this.#visibleCount = ended.length;
    this.#recount();
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** First offset of a transaction whose end is not visible; infinite when there is none. */
  get firstUnstableOffset(): number {
    return this.#firstUnstableOffset;
  }

  get(producerId: number): OpenTransaction | undefined {
    return this.#open.get(producerId);
  }

  /** By first offset. */
  list(): OpenTransaction[] {
    return [...this.#open.values()];
  }

  begin(transaction: OpenTransaction): void {
    assert(!this.#open.has(transaction.producerId), `producer ${transaction.producerId} has a transaction already`);
    if (this.#open === NONE_OPEN) this.#open = new Map();
    this.#open.set(transaction.producerId, transaction);
    if (transaction.firstOffset < this.#firstUnstableOffset) this.#firstUnstableOffset = transaction.firstOffset;
  }

  /** A marker stands at `markerOffset`. Answers with what it ended; undefined when the producer had nothing open. */
  end(producerId: number, markerOffset: number): OpenTransaction | undefined {
    const transaction = this.#open.get(producerId);
    if (transaction === undefined) return undefined;
    this.#open.delete(producerId);
    // It counts until its marker is visible, so the first unstable offset stays where it is.
    this.#ended.push({ ...transaction, markerOffset });
    return transaction;
  }

  /** What lies below `highWatermark` is visible. */
  moveHighWatermark(highWatermark: number): void {
    const before = this.#visibleCount;
    while ((this.#ended[this.#visibleCount]?.markerOffset ?? Infinity) < highWatermark) this.#visibleCount++;
    if (this.#visibleCount > before) this.#recount();
  }

  /** What lies below `endOffset` cannot get lost any more. */
  secure(endOffset: number): void {
    let count = 0;
    while (count < this.#visibleCount && this.#ended[count]!.markerOffset < endOffset) count++;
    if (count === 0) return;
    this.#ended.splice(0, count);
    this.#visibleCount -= count;
  }

  /**
   * Offsets from `endOffset` on are gone: transactions that began there never were, those that ended there are open again.
   * Answers with the latter.
   */
  truncateEnd(endOffset: number): readonly OpenTransaction[] {
    const reopened = this.#ended
      .filter(({ markerOffset, firstOffset }) => markerOffset >= endOffset && firstOffset < endOffset)
      .map(({ markerOffset: _, ...transaction }): OpenTransaction => transaction);
    const kept = this.list().filter(({ firstOffset }) => firstOffset < endOffset);
    this.#ended = this.#ended.filter(({ markerOffset }) => markerOffset < endOffset);
    this.#visibleCount = Math.min(this.#visibleCount, this.#ended.length);
    this.#replaceOpen([...kept, ...reopened]);
    this.#recount();
    return reopened;
  }

  forgetAll(): void {
    this.#open = NONE_OPEN as Map<number, OpenTransaction>;
    this.#ended = [];
    this.#visibleCount = 0;
    this.#firstUnstableOffset = Infinity;
  }

  /** Ended ones whose marker stands at or behind `offset`. */
  endedFrom(offset: number): EndedTransaction[] {
    return this.#ended.filter(({ markerOffset }) => markerOffset >= offset);
  }

  #replaceOpen(open: readonly OpenTransaction[]): void {
    const sorted = open.toSorted((a, b) => a.firstOffset - b.firstOffset);
    this.#open = new Map(sorted.map((transaction) => [transaction.producerId, transaction]));
  }

  #recount(): void {
    let first = Infinity;
    for (const { firstOffset } of this.#open.values()) {
      first = firstOffset;
      break;
    }
    for (let index = this.#visibleCount; index < this.#ended.length; index++) {
      first = Math.min(first, this.#ended[index]!.firstOffset);
    }
    this.#firstUnstableOffset = first;
  }
}
