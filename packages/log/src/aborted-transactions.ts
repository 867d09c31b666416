/**
 * Aborted transactions of a log: by them a consumer tells records that were never committed (semantics 23).
 *
 * Owns: entries of three numbers (where the marker stands, first offset, producer id), and finding those of a fetched range.
 * Invariants: entries are in the order of their markers. One concerns a range when its marker is not before the range and its first
 *   offset not behind it.
 * Bounds: a segment that got {@link ABORTED_PER_SEGMENT_MAX} is closed (`segment.ts`), and the entries of a closed one leave memory
 *   once the engine has stored them ({@link StoredAborted}).
 */
import {
  batchAttributes,
  batchBaseOffset,
  batchProducerId,
  decodeBatch,
  decodeEndTxnMarker,
  isControl,
  isTransactional,
  type EndTxnMarker,
} from '@millrace/protocol';
import type { AbortedTransaction } from './log-engine.ts';

/** With so many aborted transactions a segment is full whatever its size. */
export const ABORTED_PER_SEGMENT_MAX = 16_384;

const STRIDE = 3;
const MARKER = 0;
const FIRST = 1;
const PRODUCER = 2;
const CAPACITY_FIRST = 4;

const NOTHING = new Float64Array(0);

/** An aborted transaction with the offset of its marker. */
export interface AbortedEntry extends AbortedTransaction {
  readonly markerOffset: number;
}

export class AbortedTransactions {
  #numbers = NOTHING;
  #start = 0;
  #end = 0;

  constructor(entries: Iterable<AbortedEntry> = []) {
    for (const { markerOffset, firstOffset, producerId } of entries) this.add(markerOffset, firstOffset, producerId);
  }

  get count(): number {
    return this.#end - this.#start;
  }

  /** Memory held. */
  get heldBytes(): number {
    return this.#numbers.byteLength;
  }

  /** Smallest first offset; infinite without entries. */
  get firstOffset(): number {
    let first = Infinity;
    for (let index = this.#start; index < this.#end; index++) first = Math.min(first, this.#field(index, FIRST));
    return first;
  }

  add(markerOffset: number, firstOffset: number, producerId: number): void {
    if ((this.#end + 1) * STRIDE > this.#numbers.length) this.#grow();
    const at = this.#end * STRIDE;
    this.#numbers[at + MARKER] = markerOffset;
    this.#numbers[at + FIRST] = firstOffset;
    this.#numbers[at + PRODUCER] = producerId;
    this.#end++;
  }

  /** Adds to `found` those that concern the offsets [from, to). */
  collect(from: number, to: number, found: AbortedTransaction[]): void {
    for (let index = this.#find(from); index < this.#end; index++) {
      const firstOffset = this.#field(index, FIRST);
      if (firstOffset < to) found.push({ producerId: this.#field(index, PRODUCER), firstOffset });
    }
  }

  /** How many have their marker at or behind `offset`. */
  countFrom(offset: number): number {
    return this.#end - this.#find(offset);
  }

  /** Those with their marker in [from, to). */
  between(from: number, to: number): AbortedTransactions {
    const part = new AbortedTransactions();
    part.#numbers = this.#numbers.slice(this.#find(from) * STRIDE, this.#find(to) * STRIDE);
    part.#end = part.#numbers.length / STRIDE;
    return part;
  }

  /** Forgets those with their marker below `offset`. */
  dropBelow(offset: number): void {
    this.#start = this.#find(offset);
    if (this.#start === this.#end) this.#reset();
  }

  /** Forgets those with their marker in [from, to). */
  dropBetween(from: number, to: number): void {
    const start = this.#find(from);
    const end = this.#find(to);
    if (start === end) return;
    this.#numbers = this.#numbers.slice();
    this.#numbers.copyWithin(start * STRIDE, end * STRIDE, this.#end * STRIDE);
    this.#end -= end - start;
    if (this.#start === this.#end) this.#reset();
  }

  /** Forgets those with their marker at or behind `endOffset`. */
  truncateEnd(endOffset: number): void {
    this.#end = this.#find(endOffset);
  }

  entries(): AbortedEntry[] {
    return Array.from({ length: this.count }, (_, at) => ({
      producerId: this.#field(this.#start + at, PRODUCER),
      firstOffset: this.#field(this.#start + at, FIRST),
      markerOffset: this.#field(this.#start + at, MARKER),
    }));
  }

  /** Index of the first entry with its marker at or behind `offset`. */
  #find(offset: number): number {
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#field(middle, MARKER) >= offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #field(index: number, field: number): number {
    return this.#numbers[index * STRIDE + field]!;
  }

  #grow(): void {
    const kept = this.#numbers.subarray(this.#start * STRIDE, this.#end * STRIDE);
    const grown = new Float64Array(Math.max(CAPACITY_FIRST * STRIDE, kept.length * 2));
    grown.set(kept);
    this.#numbers = grown;
    this.#end -= this.#start;
    this.#start = 0;
  }

  #reset(): void {
    this.#numbers = NOTHING;
    this.#start = this.#end = 0;
  }
}

/** What is known of the aborted transactions of a closed segment, those with their marker in it, that the engine has stored. */
export class StoredAborted {
  readonly count: number;
  /** Smallest first offset. */
  readonly firstOffset: number;
  /** Absent while they are not in memory; see `SegmentStore.loadAborted`. */
  list: AbortedTransactions | undefined;

  constructor(count: number, firstOffset: number) {
    this.count = count;
    this.firstOffset = firstOffset;
  }
}

/** In the order that answers have. */
export function byFirstOffset(a: AbortedTransaction, b: AbortedTransaction): number {
  return a.firstOffset - b.firstOffset;
}

/** The marker in a control batch; undefined when it is a control batch of another kind, or the cleaner took its record. */
export function markerOf(buffer: Buffer, position: number): EndTxnMarker | undefined {
  const batch = decodeBatch(buffer, position);
  if (batch.count === 0) return undefined;
  return decodeEndTxnMarker(batch.keyAt(0), batch.valueAt(0));
}

/** Finds aborted transactions again by going through batches from the start of a log. */
export class AbortedScan {
  readonly #firstOffsets = new Map<number, number>();

  /** Takes the next batch; its header must be there, of a control batch all of it. Answers with what its marker aborted. */
  take(buffer: Buffer, position: number): AbortedEntry | undefined {
    const attributes = batchAttributes(buffer, position);
    if (!isTransactional(attributes)) return undefined;
    const producerId = batchProducerId(buffer, position);
    const offset = batchBaseOffset(buffer, position);
    const firstOffset = this.#firstOffsets.get(producerId);
    if (!isControl(attributes)) {
      if (firstOffset === undefined) this.#firstOffsets.set(producerId, offset);
      return undefined;
    }
    const marker = markerOf(buffer, position);
    if (marker === undefined) return undefined;
    this.#firstOffsets.delete(producerId);
    if (marker.type === 'commit' || firstOffset === undefined) return undefined;
    return { producerId, firstOffset, markerOffset: offset };
  }
}
