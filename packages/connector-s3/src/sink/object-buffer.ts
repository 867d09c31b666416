/**
 * The bytes of one object until it is uploaded: what its encoder holds, compressed blocks in memory, and blocks in the buffer file.
 *
 * Owns: the order of the blocks, and its share of the task's memory.
 * Invariants: blocks are in the order in which records came, though several are compressed at once; after `finish` nothing is added.
 * Not here: when to give memory back (see MemoryBudget's callers in sink-task.ts).
 */
import { assert } from '@millrace/base';
import type { InRecord } from '@millrace/connect-api';
import { Readable, type Transform } from 'node:stream';

import type { Compression } from '../compression.ts';
import type { Encoder } from '../format/format.ts';
import { recordError } from '../s3-error.ts';
import type { Content } from '../store/object-store.ts';
import type { Extent, SpillFile } from './spill-file.ts';

/** Bytes that the objects of a task hold in memory. */
export class MemoryBudget {
  readonly maxBytes: number;
  usedBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get isExceeded(): boolean {
    return this.usedBytes > this.maxBytes;
  }
}

type Piece = Uint8Array | Extent;

const SPILL_BLOCK_BYTES = 1024 * 1024;

export class ObjectBuffer implements Content {
  readonly #encoder: Encoder;
  readonly #compression: Compression | undefined;
  readonly #budget: MemoryBudget;
  readonly #spill: SpillFile;
  #pieces: Piece[] = [];
  #sizeBytes = 0;
  #countedBytes = 0;
  /** Resolves when all blocks that were sealed are pieces. */
  #sealed: Promise<void> = Promise.resolve();
  /** Pieces change places meanwhile. */
  #spilling: Promise<void> = Promise.resolve();
  #isFinished = false;
  #isDisposed = false;

  constructor(encoder: Encoder, compression: Compression | undefined, budget: MemoryBudget, spill: SpillFile) {
    this.#encoder = encoder;
    this.#compression = compression;
    this.#budget = budget;
    this.#spill = spill;
  }

  /** After {@link finish}. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Of what it holds now. */
  get memoryBytes(): number {
    return this.#countedBytes;
  }

  accepts(record: InRecord): boolean {
    try {
      return this.#encoder.accepts(record);
    } catch (error) {
      throw recordError(error);
    }
  }

  /** Throws what makes the record unwritable. @returns about how many bytes it has before compression */
  append(record: InRecord): number {
    const before = this.#encoder.pendingBytes;
    const addedBytes = this.#encoded(record);
    this.#count(this.#encoder.pendingBytes - before);
    if (this.#encoder.pendingBytes >= this.#encoder.blockBytes) this.#seal(this.#takePending());
    return addedBytes;
  }

  #encoded(record: InRecord): number {
    try {
      return this.#encoder.append(record);
    } catch (error) {
      throw recordError(error);
    }
  }

  /** Moves everything that it holds to the buffer file. */
  async spill(): Promise<void> {
    if (this.#isFinished) return;
    this.#spilling = this.#spillNow();
    await this.#spilling;
  }

  async #spillNow(): Promise<void> {
    this.#seal(this.#takePending());
    await this.#sealed;
    const first = this.#pieces.findIndex((piece) => piece instanceof Uint8Array);
    if (first === -1 || this.#isDisposed) return;
    // Those before are in the file already: memory is always the newest.
    const inMemory = this.#pieces.slice(first) as Uint8Array[];
    const extent = await this.#spill.write(inMemory);
    this.#pieces.splice(first, inMemory.length, extent);
    this.#count(-extent.length);
  }

  /** Once more is harmless. */
  async finish(): Promise<void> {
    if (this.#isFinished) {
      await this.#sealed;
      return;
    }
    this.#isFinished = true;
    await this.#spilling;
    const pendingBytes = this.#encoder.pendingBytes;
    const last = this.#encoder.finish();
    this.#count(-pendingBytes);
    this.#seal(last);
    const whole = this.#compression?.whole?.();
    if (whole !== undefined) this.#sealed = this.#sealed.then(() => this.#recompress(whole));
    await this.#sealed;
  }

  /** Puts what a stream makes of all pieces in their place. */
  async #recompress(stream: Transform): Promise<void> {
    const pieces = this.#pieces;
    const rawBytes = this.#countedBytes;
    const source = Readable.from(this.#pieceBytes(pieces), { objectMode: false });
    source.on('error', (error) => stream.destroy(error));
    const made: Piece[] = [];
    let block: Uint8Array[] = [];
    let blockBytes = 0;
    this.#sizeBytes = 0;
    for await (const chunk of source.pipe(stream)) {
      const bytes = chunk as Uint8Array;
      block.push(bytes);
      blockBytes += bytes.length;
      this.#sizeBytes += bytes.length;
      this.#count(bytes.length);
      if (blockBytes < SPILL_BLOCK_BYTES) continue;
      made.push(await this.#spill.write(block));
      this.#count(-blockBytes);
      block = [];
      blockBytes = 0;
    }
    if (blockBytes > 0) made.push(Buffer.concat(block));
    if (this.#isDisposed) return;
    this.#pieces = made;
    this.#count(-rawBytes);
  }

  async *#pieceBytes(pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) {
        yield piece;
        continue;
      }
      for (let start = 0; start < piece.length; start += SPILL_BLOCK_BYTES) {
        const bytes = Buffer.allocUnsafe(Math.min(SPILL_BLOCK_BYTES, piece.length - start));
        await this.#spill.read(piece.start + start, bytes);
        yield bytes;
      }
    }
  }

  async read(start: number, bytes: Uint8Array): Promise<void> {
    const { length } = bytes;
    let position = 0;
    let filled = 0;
    for (const piece of this.#pieces) {
      const from = Math.max(0, start + filled - position);
      if (from < piece.length && filled < length) {
        const take = Math.min(piece.length - from, length - filled);
        const into = bytes.subarray(filled, filled + take);
        if (piece instanceof Uint8Array) into.set(piece.subarray(from, from + take));
        else await this.#spill.read(piece.start + from, into);
        filled += take;
      }
      position += piece.length;
    }
    assert(filled === length, 'an object is read as long as it is there');
  }

  /** Gives its memory back; nothing can be read any more. */
  dispose(): void {
    this.#count(-this.#countedBytes);
    this.#isDisposed = true;
    this.#pieces = [];
  }

  #takePending(): Uint8Array | undefined {
    const pendingBytes = this.#encoder.pendingBytes;
    const block = this.#encoder.drain();
    this.#count(-pendingBytes);
    return block;
  }

  #seal(block: Uint8Array | undefined): void {
    if (block === undefined || this.#isDisposed) return;
    this.#count(block.length);
    const compressed = this.#compression?.block?.(block) ?? Promise.resolve(block);
    // Awaited in order below; until then a failure must not count as unhandled.
    compressed.catch(() => undefined);
    const before = this.#sealed;
    this.#sealed = before.then(async () => {
      const piece = await compressed;
      this.#sizeBytes += piece.length;
      if (this.#isDisposed) return;
      this.#count(piece.length - block.length);
      this.#pieces.push(piece);
    });
    this.#sealed.catch(() => undefined);
  }

  #count(bytes: number): void {
    if (this.#isDisposed) return;
    this.#countedBytes += bytes;
    this.#budget.usedBytes += bytes;
  }
}
