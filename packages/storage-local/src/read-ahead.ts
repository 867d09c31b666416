/**
 * What consumers that are behind will ask for next, read from segments before they do.
 *
 * Owns: per segment that is read in order, the piece of it that is being handed out, and the one after it, which is read meanwhile.
 * Invariants: a piece is read once and then only looked at. A read ahead that fails is forgotten: whoever needs the bytes reads them
 *   himself and meets the cause.
 * Bounds: pieces in memory together stay within `bytesMax`; the least recently used segment gives up its own first, and nothing is read
 *   ahead that has no room. Answers on their way hold on to pieces beyond that, as part of what answers may take.
 * Not here: which bytes a consumer gets (@millrace/log `cold-read.ts`), files (`segment-files.ts`), how fast it may go on (`catch-up-pace.ts`).
 */
import { assertDefined } from '@millrace/base';
import type { Segment, StoredBytes } from '@millrace/log/internal';
import { ReadPieces, type ReadPiece } from './read-pieces.ts';

/** Read at once of a segment that is read in order. */
export const READ_AHEAD_BYTES = 2 * 1024 * 1024;

/** Pieces kept for the next reads whatever is held. */
const FREE_PIECES_MIN = 4;
/** Segments of which it is remembered where they were read. */
const WINDOWS_MAX = 1_000;

/** A segment that can be read from. */
export interface SegmentSource {
  readonly segment: Segment;
  /** Bytes that the file has for sure. */
  readonly limit: number;
  /** Fills the buffer that `allocate` gives, once it is this read's turn, from `position` on; or throws. */
  read(position: number, allocate: () => Buffer): Promise<void>;
  /** Where a reader goes on that has read up to `position`: not behind the batch that ends behind it. Undefined when not known. */
  resumeAt(position: number): number | undefined;
}

interface Chunk {
  readonly position: number;
  readonly bytes: Buffer;
  readonly piece: ReadPiece;
}

/** What there is of a segment in memory. */
interface Window {
  /** Where the last read of the segment ended: one that begins there, or a little before, is in order. */
  lastEnd: number;
  current: Chunk | undefined;
  next: Chunk | undefined;
  /** Settles when the next chunk is there, or is not to be had. */
  reading: Promise<void> | undefined;
  /** Where what is being read begins. */
  readingFrom: number;
}

export class ReadAhead {
  readonly #bytesMax: number;
  readonly #pieces: ReadPieces;
  /** Least recently used first. */
  readonly #windows = new Map<Segment, Window>();
  /** Pieces of windows, there or being read. */
  #heldPieces = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#pieces = new ReadPieces(READ_AHEAD_BYTES, () =>
      Math.max(FREE_PIECES_MIN, Math.floor(bytesMax / READ_AHEAD_BYTES) - this.#heldPieces),
    );
  }

  /** Bytes of memory. */
  get heldBytes(): number {
    return this.#heldPieces * READ_AHEAD_BYTES + this.#pieces.freeBytes;
  }

  /** At least `sizeBytesMin` bytes from `position` on, and up to `sizeBytes`. */
  async read(source: SegmentSource, position: number, sizeBytesMin: number, sizeBytes: number): Promise<StoredBytes> {
    const window = this.#windowOf(source.segment);
    for (;;) {
      const ready = this.#fromMemory(window, position, sizeBytesMin, sizeBytes);
      if (ready !== undefined) {
        this.#goOn(source, window);
        return ready;
      }
      const { reading } = window;
      const isNext = position >= window.readingFrom && position < window.readingFrom + READ_AHEAD_BYTES / 2;
      if (reading === undefined || !isNext) break;
      await reading;
    }
    const overlap = window.lastEnd - position;
    const isInOrder = position === 0 || (overlap >= 0 && overlap <= sizeBytes);
    const isWorthIt = sizeBytes <= READ_AHEAD_BYTES && position + sizeBytes < source.limit;
    return isInOrder && isWorthIt
      ? this.#readPiece(source, window, position, sizeBytes)
      : readAlone(source, window, position, sizeBytes);
  }

  /** The segment left its log. */
  drop(segment: Segment): void {
    const window = this.#windows.get(segment);
    if (window === undefined) return;
    this.#windows.delete(segment);
    this.#dropChunks(window);
  }

  #fromMemory(window: Window, position: number, sizeBytesMin: number, sizeBytes: number): StoredBytes | undefined {
    if (
      window.next !== undefined &&
      covers(window.next, position, sizeBytesMin) &&
      !covers(window.current, position, sizeBytesMin)
    ) {
      this.#dropChunk(window.current);
      window.current = window.next;
      window.next = undefined;
    }
    const chunk = window.current;
    if (!covers(chunk, position, sizeBytesMin)) return undefined;
    const start = position - chunk.position;
    const end = Math.min(chunk.bytes.length, start + sizeBytes);
    window.lastEnd = chunk.position + end;
    return { bytes: chunk.bytes.subarray(start, end), release: chunk.piece.use() };
  }

  async #readPiece(source: SegmentSource, window: Window, position: number, sizeBytes: number): Promise<StoredBytes> {
    const chunk = await this.#readChunk(source, position);
    this.#dropChunk(window.current);
    this.#dropChunk(window.next);
    window.current = chunk;
    window.next = undefined;
    if (this.#windows.get(source.segment) !== window) {
      // Dropped meanwhile: only this reader still wants it.
      window.current = undefined;
      const release = chunk.piece.use();
      this.#dropChunk(chunk);
      return { bytes: chunk.bytes.subarray(0, sizeBytes), release };
    }
    window.lastEnd = position + Math.min(sizeBytes, chunk.bytes.length);
    const stored = { bytes: chunk.bytes.subarray(0, sizeBytes), release: chunk.piece.use() };
    this.#makeRoom(window);
    this.#goOn(source, window);
    return stored;
  }

  async #readChunk(source: SegmentSource, position: number): Promise<Chunk> {
    const sizeBytes = Math.min(READ_AHEAD_BYTES, source.limit - position);
    this.#heldPieces++;
    let piece: ReadPiece | undefined;
    try {
      await source.read(position, () => {
        piece = this.#pieces.take();
        return piece.memory.subarray(0, sizeBytes);
      });
    } catch (error) {
      this.#heldPieces--;
      piece?.drop();
      throw error;
    }
    piece = assertDefined(piece, 'the piece that was read into');
    return { position, bytes: piece.memory.subarray(0, sizeBytes), piece };
  }

  /** Begins to read what comes next, once half of the current chunk was handed out. */
  #goOn(source: SegmentSource, window: Window): void {
    const { current } = window;
    if (current === undefined || window.next !== undefined || window.reading !== undefined) return;
    const end = current.position + current.bytes.length;
    if (window.lastEnd < current.position + current.bytes.length / 2 || end >= source.limit) return;
    if ((this.#heldPieces + 1 + FREE_PIECES_MIN) * READ_AHEAD_BYTES > this.#bytesMax) return;
    const position = source.resumeAt(end);
    if (position === undefined || position <= current.position) return;
    window.readingFrom = position;
    window.reading = this.#readChunk(source, position)
      .then((chunk) => {
        if (this.#windows.get(source.segment) === window && window.next === undefined) window.next = chunk;
        else this.#dropChunk(chunk);
      })
      // Whoever needs the bytes reads them and meets the cause.
      .catch(() => undefined)
      .finally(() => {
        window.reading = undefined;
        window.readingFrom = Infinity;
      });
  }

  #windowOf(segment: Segment): Window {
    let window = this.#windows.get(segment);
    if (window === undefined) {
      window = { lastEnd: -1, current: undefined, next: undefined, reading: undefined, readingFrom: Infinity };
    } else {
      this.#windows.delete(segment);
    }
    this.#windows.set(segment, window);
    if (this.#windows.size > WINDOWS_MAX) this.#dropOldest();
    return window;
  }

  /** Where the others were is still known, so that their next reads are in order. */
  #makeRoom(except: Window): void {
    for (const window of this.#windows.values()) {
      if (this.#heldPieces * READ_AHEAD_BYTES <= this.#bytesMax) return;
      if (window !== except) this.#dropChunks(window);
    }
  }

  #dropOldest(): void {
    for (const segment of this.#windows.keys()) return this.drop(segment);
  }

  #dropChunks(window: Window): void {
    this.#dropChunk(window.current);
    this.#dropChunk(window.next);
    window.current = window.next = undefined;
  }

  #dropChunk(chunk: Chunk | undefined): void {
    if (chunk === undefined) return;
    this.#heldPieces--;
    chunk.piece.drop();
  }
}

async function readAlone(
  source: SegmentSource,
  window: Window,
  position: number,
  sizeBytes: number,
): Promise<StoredBytes> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  await source.read(position, () => bytes);
  window.lastEnd = position + sizeBytes;
  return { bytes };
}

function covers(chunk: Chunk | undefined, position: number, sizeBytes: number): chunk is Chunk {
  return (
    chunk !== undefined && position >= chunk.position && position + sizeBytes <= chunk.position + chunk.bytes.length
  );
}
