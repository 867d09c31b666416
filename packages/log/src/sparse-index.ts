/**
 * Where to start reading a segment for an offset or a timestamp.
 *
 * Owns: an entry about every {@link INDEX_INTERVAL_BYTES}: offset and byte position of a batch, and the largest timestamp before it.
 * Invariants: offsets and positions rise, timestamps never fall; a search lands at or before what is sought, never after.
 * Bounds: 24 bytes an entry, so 192 KiB for a segment of 256 MiB.
 */

/** Bytes of batches between two entries. */
export const INDEX_INTERVAL_BYTES = 32 * 1024;
const STRIDE = 3;
const NO_TIMESTAMP_YET = -1;

export class SparseIndex {
  #entries: Float64Array<ArrayBuffer>;
  #count: number;
  #maxTimestampMs: number;
  #nextEntryAt: number;

  /** `entries` as another index gave them out, with the largest timestamp of all that it covered. */
  constructor(entries?: Float64Array<ArrayBuffer>, maxTimestampMs = NO_TIMESTAMP_YET) {
    this.#entries = entries ?? new Float64Array(0);
    this.#count = this.#entries.length / STRIDE;
    this.#maxTimestampMs = maxTimestampMs;
    const last = this.#count === 0 ? 0 : this.#entries[(this.#count - 1) * STRIDE + 1]!;
    this.#nextEntryAt = last + INDEX_INTERVAL_BYTES;
  }

  /** Bytes of memory. */
  get heldBytes(): number {
    return this.#entries.byteLength;
  }

  /** Largest timestamp of the batches added. */
  get maxTimestampMs(): number {
    return this.#maxTimestampMs;
  }

  /** Tells of the next batch of the segment. */
  add(baseOffset: number, position: number, maxTimestampMs: number): void {
    if (position >= this.#nextEntryAt) {
      if ((this.#count + 1) * STRIDE > this.#entries.length) this.#grow();
      const at = this.#count * STRIDE;
      this.#entries[at] = baseOffset;
      this.#entries[at + 1] = position;
      this.#entries[at + 2] = this.#maxTimestampMs;
      this.#count++;
      this.#nextEntryAt = position + INDEX_INTERVAL_BYTES;
    }
    if (maxTimestampMs > this.#maxTimestampMs) this.#maxTimestampMs = maxTimestampMs;
  }

  /** Byte position of a batch at or before the one that holds `offset`. */
  positionFor(offset: number): number {
    const entry = this.#lastEntry((at) => this.#entries[at]! <= offset);
    return entry === -1 ? 0 : this.#entries[entry * STRIDE + 1]!;
  }

  /** The last position known of a batch that begins before `position`; 0 when none is. */
  positionBefore(position: number): number {
    const entry = this.#lastEntry((at) => this.#entries[at + 1]! < position);
    return entry === -1 ? 0 : this.#entries[entry * STRIDE + 1]!;
  }

  /** Offset from which to look for the first timestamp ≥ `timestampMs`; undefined = from the segment's start. */
  offsetForTimestamp(timestampMs: number): number | undefined {
    const entry = this.#lastEntry((at) => this.#entries[at + 2]! < timestampMs);
    return entry === -1 ? undefined : this.#entries[entry * STRIDE]!;
  }

  /** Entries as numbers, three each: offset, position, largest timestamp before. */
  entries(): Float64Array<ArrayBuffer> {
    return this.#entries.slice(0, this.#count * STRIDE);
  }

  #lastEntry(holds: (at: number) => boolean): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle * STRIDE)) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #grow(): void {
    const grown = new Float64Array(Math.max(8 * STRIDE, this.#entries.length * 2));
    grown.set(this.#entries);
    this.#entries = grown;
  }
}
