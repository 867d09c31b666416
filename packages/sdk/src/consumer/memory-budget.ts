import type { ConsumedPartition } from './consumed-partition.ts';

/** Counts the bytes that a consumer holds, and tells when some were given back. */
export class MemoryBudget {
  readonly limitBytes: number;
  readonly #onGiven: (partition: ConsumedPartition) => void;
  #usedBytes = 0;
  /** Bytes that answers under way may bring. */
  #reservedBytes = 0;

  constructor(limitBytes: number, onGiven: (partition: ConsumedPartition) => void) {
    this.limitBytes = limitBytes;
    this.#onGiven = onGiven;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** What may still be asked for; negative when a batch was larger than what was asked for. */
  get availableBytes(): number {
    return this.limitBytes - this.#usedBytes - this.#reservedBytes;
  }

  reserve(bytes: number): void {
    this.#reservedBytes += bytes;
  }

  unreserve(bytes: number): void {
    this.#reservedBytes -= bytes;
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
  }

  give(bytes: number, partition: ConsumedPartition): void {
    this.#usedBytes -= bytes;
    this.#onGiven(partition);
  }
}
