/**
 * What the cleaner must know of transactions, while it goes through a log from its beginning.
 *
 * Owns: which batches belong to aborted transactions, which of those are still in the log, and so which markers end nothing any more.
 * Invariants: batches come in the order of their offsets, and every transaction among them has ended (the cleaner stays below the last stable
 *   offset).
 * Bounds: a number for each transaction that reaches over the place that the cleaner is at.
 */
import { batchBaseOffset, batchLastOffset, batchProducerId, isControl, isTransactional } from '@millrace/protocol';
import { markerOf, type AbortedEntry } from '../aborted-transactions.ts';

interface AbortedFate {
  readonly entry: AbortedEntry;
  /** A batch of it was met, whether it stays or not. */
  isSeen: boolean;
}

export class TransactionFates {
  readonly #aborted: readonly AbortedEntry[];
  #next = 0;
  readonly #underway = new Map<number, AbortedFate>();
  readonly #committing = new Set<number>();
  #kept: AbortedEntry | undefined;

  /** Knows all aborted transactions that have records in what comes. */
  constructor(aborted: readonly AbortedEntry[]) {
    this.#aborted = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** The aborted transaction whose marker came last, when batches of it came before: readers of today still need to know of it. */
  get lastKept(): AbortedEntry | undefined {
    return this.#kept;
  }

  /** Takes the next batch, of a control batch all of it. True when its records need not stay: aborted ones, or a marker that ends nothing. */
  isDone(buffer: Buffer, position: number, attributes: number): boolean {
    this.#kept = undefined;
    if (!isTransactional(attributes)) return false;
    const producerId = batchProducerId(buffer, position);
    if (isControl(attributes)) return this.#endsNothing(buffer, position, producerId);
    const baseOffset = batchBaseOffset(buffer, position);
    this.#begin(batchLastOffset(buffer, position));
    const fate = this.#underway.get(producerId);
    if (fate !== undefined && fate.entry.firstOffset <= baseOffset && baseOffset < fate.entry.markerOffset) {
      fate.isSeen = true;
      return true;
    }
    this.#committing.add(producerId);
    return false;
  }

  #begin(lastOffset: number): void {
    for (let entry = this.#aborted[this.#next]; entry !== undefined; entry = this.#aborted[this.#next]) {
      if (entry.firstOffset > lastOffset) return;
      this.#next++;
      this.#underway.set(entry.producerId, { entry, isSeen: false });
    }
  }

  #endsNothing(buffer: Buffer, position: number, producerId: number): boolean {
    const marker = markerOf(buffer, position);
    if (marker?.type === 'commit') return !this.#committing.delete(producerId);
    // Whose record is gone, or a control batch of a kind that this release does not write.
    if (marker === undefined) return false;
    this.#begin(batchLastOffset(buffer, position));
    const fate = this.#underway.get(producerId);
    this.#underway.delete(producerId);
    if (fate?.isSeen !== true || fate.entry.markerOffset !== batchBaseOffset(buffer, position)) return true;
    this.#kept = fate.entry;
    return false;
  }
}
