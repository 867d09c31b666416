/**
 * Where the batches of one log lie in tail memory, in offset order.
 *
 * Owns: a ring of numbers, {@link STRIDE} per batch, so that an append allocates nothing once the ring has its size.
 * Invariants: offsets and positions rise; entry 0 is the oldest batch that memory still holds.
 * Bounds: grows by doubling with the batches held; the engine bounds those through its byte budget.
 */
const STRIDE = 8;
const CAPACITY_FIRST = 8;

const BASE_OFFSET = 0;
const END_OFFSET = 1;
const MAX_TIMESTAMP = 2;
const SLAB = 3;
const SLAB_POSITION = 4;
const SIZE_BYTES = 5;
const LOG_POSITION = 6;
const LSN = 7;

/** Most logs of a large broker hold nothing. */
const NOTHING = new Float64Array(0);

export class TailIndex {
  #data = NOTHING;
  #mask = -1;
  #head = 0;
  #count = 0;

  /** Batches held. */
  get count(): number {
    return this.#count;
  }

  push(
    baseOffset: number,
    endOffset: number,
    maxTimestampMs: number,
    slab: number,
    slabPosition: number,
    sizeBytes: number,
    logPosition: number,
    lsn: number,
  ): void {
    if (this.#count > this.#mask) this.#grow();
    const at = ((this.#head + this.#count) & this.#mask) * STRIDE;
    const data = this.#data;
    data[at + BASE_OFFSET] = baseOffset;
    data[at + END_OFFSET] = endOffset;
    data[at + MAX_TIMESTAMP] = maxTimestampMs;
    data[at + SLAB] = slab;
    data[at + SLAB_POSITION] = slabPosition;
    data[at + SIZE_BYTES] = sizeBytes;
    data[at + LOG_POSITION] = logPosition;
    data[at + LSN] = lsn;
    this.#count++;
  }

  /** Forgets the `count` oldest batches. */
  drop(count: number): void {
    this.#head = (this.#head + count) & this.#mask;
    this.#count -= count;
  }

  /** Index of the first batch that ends after `offset`; {@link count} when none does. */
  find(offset: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.endOffset(middle) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  baseOffset(index: number): number {
    return this.#field(index, BASE_OFFSET);
  }

  /** Offset after the batch's last record. */
  endOffset(index: number): number {
    return this.#field(index, END_OFFSET);
  }

  maxTimestampMs(index: number): number {
    return this.#field(index, MAX_TIMESTAMP);
  }

  slab(index: number): number {
    return this.#field(index, SLAB);
  }

  slabPosition(index: number): number {
    return this.#field(index, SLAB_POSITION);
  }

  sizeBytes(index: number): number {
    return this.#field(index, SIZE_BYTES);
  }

  /** Bytes of batches before this one, counted from where this process began to count. */
  logPosition(index: number): number {
    return this.#field(index, LOG_POSITION);
  }

  /** Number of the journal group that holds the batch. */
  lsn(index: number): number {
    return this.#field(index, LSN);
  }

  /** A batch was written once more into a later group (the journal carries small tails forward). */
  moveTo(index: number, slab: number, slabPosition: number, lsn: number): void {
    const at = ((this.#head + index) & this.#mask) * STRIDE;
    this.#data[at + SLAB] = slab;
    this.#data[at + SLAB_POSITION] = slabPosition;
    this.#data[at + LSN] = lsn;
  }

  #field(index: number, field: number): number {
    return this.#data[((this.#head + index) & this.#mask) * STRIDE + field]!;
  }

  #grow(): void {
    const capacity = Math.max(CAPACITY_FIRST, (this.#mask + 1) * 2);
    const grown = new Float64Array(capacity * STRIDE);
    const headPart = this.#data.subarray(this.#head * STRIDE);
    grown.set(headPart);
    grown.set(this.#data.subarray(0, this.#head * STRIDE), headPart.length);
    this.#data = grown;
    this.#head = 0;
    this.#mask = capacity - 1;
  }
}
