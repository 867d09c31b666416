/**
 * Buffers that batches are written to, used again once a batch is acknowledged: allocating a large buffer for each costs more than
 * filling it, and drives the garbage collector.
 *
 * Owns: free buffers by size class (powers of two from 1 KiB, and one class for a full batch).
 * Invariants: a buffer is given back only when nobody else can read or write it (see `ProducerBatch.release`).
 * Bounds: keeps at most `keptBytesMax`; what comes back beyond that, or is of no class, is left to the collector.
 */
import type { BatchBuffers } from '@millrace/protocol';

const CLASS_BYTES_MIN = 1024;
/** A full batch ends a little beyond its limit when its last text was not ASCII. */
const SLACK_BYTES = 4096;

export class BufferPool implements BatchBuffers {
  readonly #topBytes: number;
  readonly #keptBytesMax: number;
  readonly #free: Buffer[][] = [];
  #keptBytes = 0;

  constructor(batchBytes: number, keptBytesMax: number) {
    this.#topBytes = Math.max(CLASS_BYTES_MIN, batchBytes + SLACK_BYTES);
    this.#keptBytesMax = keptBytesMax;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  allocate(sizeBytesMin: number): Buffer {
    if (sizeBytesMin > this.#topBytes) return Buffer.allocUnsafeSlow(sizeBytesMin);
    const sizeBytes = this.#classBytes(sizeBytesMin);
    const free = this.#free[classIndex(sizeBytes)]?.pop();
    if (free === undefined) return Buffer.allocUnsafeSlow(sizeBytes);
    this.#keptBytes -= sizeBytes;
    return free;
  }

  release(buffer: Buffer): void {
    const sizeBytes = buffer.length;
    const isOfClass = sizeBytes <= this.#topBytes && this.#classBytes(sizeBytes) === sizeBytes;
    if (!isOfClass || this.#keptBytes + sizeBytes > this.#keptBytesMax) return;
    (this.#free[classIndex(sizeBytes)] ??= []).push(buffer);
    this.#keptBytes += sizeBytes;
  }

  #classBytes(sizeBytesMin: number): number {
    const sizeBytes = 2 ** (32 - Math.clz32(Math.max(sizeBytesMin, CLASS_BYTES_MIN) - 1));
    return sizeBytes * 2 > this.#topBytes ? this.#topBytes : sizeBytes;
  }
}

/** Distinct for distinct classes: one power of two at most lies between the last class and the top. */
function classIndex(sizeBytes: number): number {
  return 32 - Math.clz32(sizeBytes - 1);
}
