/**
 * Memory of the tail: slabs that batches are copied into once and that then serve as journal source, segment source and read cache.
 *
 * Owns: the slabs, their numbering and the count of bytes held.
 * Invariants: a slab's bytes are written once and never change while anybody may look at them: it is used again once every slice that
 *   was lent came back, and left to the garbage collector when one does not. (Memory that is allocated anew for every few megabytes of
 *   records makes V8 collect the whole heap that often.)
 *   a slab is held while it is a lane's current one, while any log has batches in it, and while it is pinned. What a start replays
 *   is parked: it stays in the journal and is read from there until segments have it, so it takes no memory and no time to write.
 * Bounds: `heldBytes` is what the engine compares with its budget; slabs grow from small to large so that an idle broker stays small;
 *   {@link FREE_SLABS_MAX} wait to be used again.
 * Not here: which slab to let go of first (the engine), where a batch lies (`tail-index.ts`).
 */
const SLAB_BYTES_FIRST = 256 * 1024;
const SLAB_BYTES_MAX = 1024 * 1024;
const FREE_SLABS_MAX = 4;

/** A log as slabs see it. */
export interface TailHolder {
  /** Forgets batches in slabs up to that number as far as segments have them; true when none is left there. */
  releaseTail(slabNumber: number): boolean;
}

/** Where the bytes of a parked slab are instead of in memory. */
export interface ParkedBytes {
  /** Fills `target` from `targetStart` on with the slab's bytes of [start, stop), at once. */
  copyTo(target: Buffer, targetStart: number, start: number, stop: number): void;
  /** They are not needed any more. */
  release(): void;
}

/** A piece of tail memory; numbered in order of allocation. */
export class Slab {
  readonly number: number;
  /** Empty once it is parked. */
  buffer: Buffer;
  parked: ParkedBytes | undefined;
  /** Logs with at least one batch here. */
  readonly holders = new Set<TailHolder>();
  /** Whether a lane still writes to it. */
  isCurrent = false;
  /** Slices that somebody may look at, until they come back. */
  lentCount = 0;
  /** Let go of while slices were lent. */
  isRetired = false;
  /** Writes of it that are on their way. */
  pinCount = 0;

  constructor(number: number, buffer: Buffer) {
    this.number = number;
    this.buffer = buffer;
  }

  /** The bytes of [start, stop); of a parked slab a copy. */
  bytes(start: number, stop: number): Buffer {
    if (this.parked === undefined) return this.buffer.subarray(start, stop);
    const bytes = Buffer.allocUnsafe(stop - start);
    this.parked.copyTo(bytes, 0, start, stop);
    return bytes;
  }

  copyTo(target: Buffer, targetStart: number, start: number, stop: number): void {
    if (this.parked === undefined) this.buffer.copy(target, targetStart, start, stop);
    else this.parked.copyTo(target, targetStart, start, stop);
  }
}

const NOTHING = Buffer.alloc(0);

/** All slabs of an engine. */
export class TailSlabs {
  readonly #slabs = new Map<number, Slab>();
  readonly #slabBytesMax: number;
  readonly #free: Buffer[] = [];
  #nextNumber = 1;
  #nextSlabBytes: number;
  #heldBytes = 0;
  #parkedThrough = 0;

  constructor(slabBytesMax: number = SLAB_BYTES_MAX) {
    this.#slabBytesMax = slabBytesMax;
    this.#nextSlabBytes = Math.min(SLAB_BYTES_FIRST, slabBytesMax);
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Bytes that wait to be used again. */
  get freeBytes(): number {
    return this.#free.length * this.#slabBytesMax;
  }

  /** The slab of that number; it must be held. */
  get(number: number): Slab {
    const slab = this.#slabs.get(number);
    if (slab === undefined) throw new RangeError(`slab ${number} is not held`);
    return slab;
  }

  /** Held slabs, oldest first. */
  held(): Iterable<Slab> {
    return this.#slabs.values();
  }

  /** A fresh slab of at least that many bytes. */
  allocate(sizeBytesMin: number): Slab {
    const sizeBytes = Math.max(sizeBytesMin, this.#nextSlabBytes);
    this.#nextSlabBytes = Math.min(this.#slabBytesMax, this.#nextSlabBytes * 2);
    const free = sizeBytes === this.#slabBytesMax ? this.#free.pop() : undefined;
    return this.#hold(free ?? Buffer.allocUnsafeSlow(sizeBytes));
  }

  /** Takes a buffer that is already filled (recovery reads the journal straight into slabs). */
  adopt(buffer: Buffer): Slab {
    const slab = this.#hold(buffer);
    slab.lentCount = Infinity;
    return slab;
  }

  /** Gives the slab's memory back: its bytes are read from elsewhere, and it holds only batches that segments lack. */
  park(slab: Slab, bytes: ParkedBytes): void {
    this.#heldBytes -= slab.buffer.length;
    slab.buffer = NOTHING;
    slab.parked = bytes;
    this.#parkedThrough = slab.number;
  }

  /** Number of the last slab that was parked; 0 when there was none. */
  get parkedThrough(): number {
    return this.#parkedThrough;
  }

  /** Slices of these slabs, one for each time that a slab is named, are looked at no more. */
  giveBack(loans: readonly Slab[]): void {
    for (const slab of loans) {
      slab.lentCount--;
      if (slab.isRetired && slab.lentCount === 0) this.#keepFree(slab.buffer);
    }
  }

  /** Keeps the slab's bytes from being used again until {@link unpin}. */
  pin(slab: Slab): void {
    slab.pinCount++;
  }

  unpin(slab: Slab): void {
    slab.pinCount--;
    this.releaseIfUnused(slab);
  }

  #hold(buffer: Buffer): Slab {
    const slab = new Slab(this.#nextNumber++, buffer);
    this.#slabs.set(slab.number, slab);
    this.#heldBytes += buffer.length;
    return slab;
  }

  /** Called when a lane moved on or a log dropped its last batch in the slab. */
  releaseIfUnused(slab: Slab): void {
    if (slab.isCurrent || slab.holders.size > 0 || slab.pinCount > 0) return;
    if (!this.#slabs.delete(slab.number)) return;
    const { buffer } = slab;
    this.#heldBytes -= buffer.length;
    slab.parked?.release();
    if (slab.lentCount === 0) this.#keepFree(buffer);
    else slab.isRetired = true;
  }

  #keepFree(buffer: Buffer): void {
    if (buffer.length === this.#slabBytesMax && this.#free.length < FREE_SLABS_MAX) this.#free.push(buffer);
  }
}

/** A write position that moves through slabs. Each writer that wants its bytes side by side has a lane of its own. */
export class SlabLane {
  readonly #slabs: TailSlabs;
  #slab: Slab | undefined;
  #used = 0;

  constructor(slabs: TailSlabs) {
    this.#slabs = slabs;
  }

  /** The slab that {@link reserve} placed the last reservation in. */
  get slab(): Slab {
    if (this.#slab === undefined) throw new RangeError('the lane has no slab yet');
    return this.#slab;
  }

  /** Position in {@link slab} of `sizeBytes` bytes that now belong to the caller. */
  reserve(sizeBytes: number): number {
    if (this.#slab === undefined || this.#used + sizeBytes > this.#slab.buffer.length) this.#advance(sizeBytes);
    const position = this.#used;
    this.#used += sizeBytes;
    return position;
  }

  /** Leaves the current slab, so that the next reservation starts a new one. */
  retire(): void {
    const slab = this.#slab;
    this.#slab = undefined;
    this.#used = 0;
    if (slab === undefined) return;
    slab.isCurrent = false;
    this.#slabs.releaseIfUnused(slab);
  }

  #advance(sizeBytes: number): void {
    this.retire();
    this.#slab = this.#slabs.allocate(sizeBytes);
    this.#slab.isCurrent = true;
  }
}
