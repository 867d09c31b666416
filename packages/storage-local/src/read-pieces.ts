/**
 * Memory that segments are read into for consumers that are behind, used again once they have what they asked for.
 *
 * Invariants: a piece is free when nobody uses it: neither the read-ahead nor an answer on its way. An answer that is never sent keeps
 *   its piece for good; the garbage collector takes it.
 * Bounds: as many free pieces as `freeMax` says when one becomes free.
 */

export class ReadPiece {
  readonly memory: Buffer;
  readonly #onFree: (piece: ReadPiece) => void;
  #users = 1;

  /** The maker is its first user. */
  constructor(memory: Buffer, onFree: (piece: ReadPiece) => void) {
    this.memory = memory;
    this.#onFree = onFree;
  }

  /** One more user. Returns what ends that use; a second call does nothing. */
  use(): () => void {
    this.#users++;
    let isUsed = true;
    return () => {
      if (!isUsed) return;
      isUsed = false;
      this.drop();
    };
  }

  drop(): void {
    this.#users--;
    if (this.#users === 0) this.#onFree(this);
  }
}

export class ReadPieces {
  readonly #pieceBytes: number;
  readonly #freeMax: () => number;
  readonly #free: Buffer[] = [];

  constructor(pieceBytes: number, freeMax: () => number) {
    this.#pieceBytes = pieceBytes;
    this.#freeMax = freeMax;
  }

  get freeBytes(): number {
    return this.#free.length * this.#pieceBytes;
  }

  take(): ReadPiece {
    const memory = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#pieceBytes);
    return new ReadPiece(memory, (piece) => {
      if (this.#free.length < this.#freeMax()) this.#free.push(piece.memory);
    });
  }
}
