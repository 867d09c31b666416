/**
 * How far one partition has been processed, whatever order its records finish in.
 *
 * Owns: the deliveries that are open, oldest first, and the low watermark that may be committed.
 * Invariants: the watermark never passes a record that is not finished; it moves back only by `reset`.
 * Bounds: a byte for each record of a delivery whose records finish out of order; deliveries are bounded by the prefetch limit, which
 *   counts a delivery's bytes until all of it is finished.
 */
import type { ConsumedPartition } from './consumed-partition.ts';

/** What is handed out at once: records with rising offsets. */
export interface DeliveredRecords {
  readonly size: number;
  /** Offset that follows the last record, and whatever is skipped behind it. */
  readonly nextOffset: number;
  readonly leaderEpoch: number;
  offsetAt(index: number): number;
}

/** A position that may be committed. */
export interface Watermark {
  readonly offset: number;
  /** Leader epoch of the last record before it; −1 when unknown. */
  readonly leaderEpoch: number;
}

/** Records that were handed out and are not all finished. */
export class Delivery {
  /** Whose records these are. */
  owner: ConsumedPartition | undefined;
  readonly records: DeliveredRecords;
  readonly bytes: number;
  /** When it was handed out, monotonic milliseconds. */
  readonly sinceMs: number;
  readonly #progress: PartitionProgress;
  /** Records before this one are finished. Only iterators write it, who finish in order. */
  #low = 0;
  #finished: Uint8Array | undefined;
  /** Index of the first record whose dead letter is not acknowledged; what follows may be finished but not committed. */
  #barrier = Infinity;
  /** One for each hold: a record may be held twice, as when its batch is read twice. */
  #barriers: Set<{ readonly index: number }> | undefined;
  #isCancelled = false;

  constructor(progress: PartitionProgress, records: DeliveredRecords, bytes: number, sinceMs: number) {
    this.#progress = progress;
    this.records = records;
    this.bytes = bytes;
    this.sinceMs = sinceMs;
  }

  /** The partition was sought elsewhere or taken away: what is left must not be handed out, and nothing of it counts any more. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Index of the first record that may not be committed. */
  get lowIndex(): number {
    return Math.min(this.#low, this.#barrier);
  }

  get isFinished(): boolean {
    return this.#low >= this.records.size && this.#barrier === Infinity;
  }

  /** All records before `index` are finished. Never moves back. */
  finishBefore(index: number): void {
    if (index <= this.#low) return;
    this.#low = Math.min(index, this.records.size);
    this.#passFinished();
  }

  /** One record is finished. */
  finish(index: number): void {
    if (index === this.#low) {
      this.#low = index + 1;
      this.#passFinished();
    } else if (index > this.#low) {
      this.#finished ??= new Uint8Array(this.records.size);
      this.#finished[index] = 1;
    }
  }

  finishAll(): void {
    this.finishBefore(this.records.size);
  }

  /** Nothing at or behind `index` may be committed until `release`, finished or not. */
  holdAt(index: number): () => void {
    const barriers = (this.#barriers ??= new Set());
    const barrier = { index };
    barriers.add(barrier);
    this.#barrier = Math.min(this.#barrier, index);
    return () => {
      barriers.delete(barrier);
      this.#barrier = Math.min(Infinity, ...Array.from(barriers, (each) => each.index));
      if (this.isFinished) this.#progress.settle();
    };
  }

  /** @internal By the progress that owns it. */
  cancel(): void {
    this.#isCancelled = true;
  }

  #passFinished(): void {
    const finished = this.#finished;
    if (finished !== undefined) while (finished[this.#low] === 1) this.#low++;
    if (this.isFinished) this.#progress.settle();
  }
}

export class PartitionProgress {
  readonly #release: (bytes: number) => void;
  readonly #open: Delivery[] = [];
  #tail: Watermark = { offset: -1, leaderEpoch: -1 };
  /** Epoch of the last record of the last delivery that was finished whole. */
  #doneEpoch = -1;

  /** `release` hears of the bytes of each delivery once when it is over. */
  constructor(release: (bytes: number) => void) {
    this.#release = release;
  }

  /** Begins anew at a position; what is open is cancelled. */
  reset(offset: number, leaderEpoch: number): void {
    for (const delivery of this.#open.splice(0)) {
      delivery.cancel();
      this.#release(delivery.bytes);
    }
    this.#tail = { offset, leaderEpoch };
    this.#doneEpoch = leaderEpoch;
  }

  /** Records that are handed out now; their order is the order of these calls. */
  deliver(records: DeliveredRecords, bytes: number, nowMs: number): Delivery {
    const delivery = new Delivery(this, records, bytes, nowMs);
    this.#open.push(delivery);
    this.#tail = { offset: records.nextOffset, leaderEpoch: records.leaderEpoch };
    return delivery;
  }

  /** Offsets up to here hold nothing for the application (markers, aborted records, gaps). */
  skipTo(offset: number): void {
    if (offset > this.#tail.offset) this.#tail = { offset, leaderEpoch: this.#tail.leaderEpoch };
  }

  /** Where the next delivery begins; −1 before the first `reset`. */
  get position(): number {
    return this.#tail.offset;
  }

  get positionEpoch(): number {
    return this.#tail.leaderEpoch;
  }

  /** The delivery that the watermark waits for. */
  get oldest(): Delivery | undefined {
    return this.#open[0];
  }

  get openCount(): number {
    return this.#open.length;
  }

  /** The position that may be committed. */
  watermark(): Watermark {
    const head = this.#open[0];
    if (head === undefined) return this.#tail;
    const { lowIndex, records } = head;
    if (lowIndex === 0) return { offset: records.offsetAt(0), leaderEpoch: this.#doneEpoch };
    // All records are finished but a dead letter is pending only when the barrier lies inside, so the index is one of a record.
    return { offset: records.offsetAt(lowIndex), leaderEpoch: records.leaderEpoch };
  }

  /** @internal A delivery is finished; it leaves as soon as those before it do. */
  settle(): void {
    let head = this.#open[0];
    while (head?.isFinished === true) {
      this.#doneEpoch = head.records.leaderEpoch;
      this.#open.shift();
      this.#release(head.bytes);
      head = this.#open[0];
    }
  }
}
