/**
 * Memory for frames, used again once their request is done with it.
 *
 * Owns: free pieces, by size.
 * Invariants: a piece is given back by its only user, once; nothing of it may be looked at afterwards.
 * Bounds: pieces are powers of two up to PIECE_BYTES_MAX; smaller frames get memory that is not used again, larger ones such that is freed
 *   when it is given back; free pieces take `freeBytesMax`.
 * Not here: who may give back (`releasesFrame` of a handler), and how much all frames may take (memory-budget.ts).
 */

/** Smaller frames lie in Node's pool of small buffers, which is not ours to keep. */
const SMALL_FRAME_BYTES = 2048;
const PIECE_BITS_MIN = 12;
const PIECE_BITS_MAX = 21;
/** As much of a piece is overwritten when it comes back, so that a slice kept by mistake is no valid request or batch any more. */
const SPOILT_BYTES = 256;
const PIECE_BYTES_MIN = 1 << PIECE_BITS_MIN;
const PIECE_BYTES_MAX = 1 << PIECE_BITS_MAX;

export class FrameMemory {
  readonly #freeBytesMax: number;
  readonly #free: ArrayBufferLike[][] = [];
  #freeBytes = 0;

  constructor(freeBytesMax: number) {
    this.#freeBytesMax = freeBytesMax;
    for (let bits = PIECE_BITS_MIN; bits <= PIECE_BITS_MAX; bits++) this.#free.push([]);
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** At least `bytes` long, uninitialised. */
  take(bytes: number): Buffer {
    if (bytes < SMALL_FRAME_BYTES) return Buffer.allocUnsafe(bytes);
    if (bytes > PIECE_BYTES_MAX) return Buffer.allocUnsafeSlow(bytes);
    const pieceClass = bytes <= PIECE_BYTES_MIN ? 0 : 32 - Math.clz32(bytes - 1) - PIECE_BITS_MIN;
    const piece = this.#free[pieceClass]?.pop();
    if (piece === undefined) return Buffer.allocUnsafeSlow(PIECE_BYTES_MIN << pieceClass);
    this.#freeBytes -= piece.byteLength;
    return Buffer.from(piece);
  }

  /** @param frame a slice of what `take` returned */
  give(frame: Buffer): void {
    if (frame.length < SMALL_FRAME_BYTES) return;
    const piece = frame.buffer;
    const sizeBytes = piece.byteLength;
    if (sizeBytes > PIECE_BYTES_MAX && piece instanceof ArrayBuffer) {
      // Detached, it is freed now; the garbage collector may come when several of its kind are waiting.
      piece.transfer(0);
      return;
    }
    const isPiece = sizeBytes >= PIECE_BYTES_MIN && sizeBytes <= PIECE_BYTES_MAX && (sizeBytes & (sizeBytes - 1)) === 0;
    if (!isPiece || this.#freeBytes + sizeBytes > this.#freeBytesMax) return;
    frame.fill(0xdb, 0, SPOILT_BYTES);
    this.#free[31 - Math.clz32(sizeBytes) - PIECE_BITS_MIN]?.push(piece);
    this.#freeBytes += sizeBytes;
  }
}
