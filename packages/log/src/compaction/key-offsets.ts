/**
 * The last offset of each key in a stretch of a log, in memory of a fixed size.
 *
 * Owns: a hash table of {@link ENTRY_BYTES} an entry: 128 bits that stand for the key, and the offset.
 * Invariants: keys are told apart by a hash with a secret that lives as long as the table, so nobody who picks keys can make two of them
 *   meet; by chance two of a billion do with a probability of about 1 in 10^21. Offsets only rise.
 * Bounds: `bytesMax`; a key for which there is no room is refused, see {@link KeyOffsets.put}.
 */

/** Memory that a key takes. */
export const ENTRY_BYTES = 24;
const WORDS = ENTRY_BYTES / 4;
const FLOATS = ENTRY_BYTES / 8;
const OFFSET_AT = 2;
const TWO_TO_MINUS_32 = 2 ** -32;
/** Smaller tables would clean next to nothing at a time. */
const SLOTS_MIN = 61;

export interface KeyOffsetsOptions {
  readonly bytesMax: number;
  /** Share of the entries that may be used: fuller tables are slower. */
  readonly loadFactor: number;
  /** No more keys than this will come. */
  readonly keyCountMax: number;
  /** Four random 32-bit numbers. */
  readonly secret: Uint32Array;
}

export class KeyOffsets {
  readonly #words: Uint32Array;
  readonly #floats: Float64Array;
  readonly #slots: number;
  readonly #countMax: number;
  readonly #secret: Uint32Array;
  #count = 0;

  constructor(options: KeyOffsetsOptions) {
    const { bytesMax, loadFactor, keyCountMax, secret } = options;
    const wanted = Math.min(Math.floor(bytesMax / ENTRY_BYTES), Math.ceil(keyCountMax / Math.min(loadFactor, 0.7)));
    this.#slots = primeAtMost(Math.max(SLOTS_MIN, wanted));
    this.#countMax = Math.max(1, Math.min(this.#slots - 1, Math.floor(this.#slots * loadFactor)));
    const memory = new ArrayBuffer(this.#slots * ENTRY_BYTES);
    this.#words = new Uint32Array(memory);
    this.#floats = new Float64Array(memory);
    this.#secret = secret;
  }

  /** Keys held. */
  get count(): number {
    return this.#count;
  }

  /** Share of the room for keys that is taken. */
  get utilization(): number {
    return this.#count / this.#countMax;
  }

  /** Bytes of memory. */
  get heldBytes(): number {
    return this.#words.byteLength;
  }

  /** Notes that the key `buffer[start, end)` stands at `offset`, which is not below one noted before. False: there is no room for it. */
  put(buffer: Buffer, start: number, end: number, offset: number): boolean {
    const slot = this.#find(buffer, start, end);
    const at = slot * FLOATS + OFFSET_AT;
    if (this.#floats[at] === 0) {
      if (this.#count === this.#countMax) {
        // Only its offset says that an entry is there.
        return false;
      }
      this.#count++;
    }
    // Zero is "nothing there".
    this.#floats[at] = offset + 1;
    return true;
  }

  /** Last offset of the key `buffer[start, end)`; −1 when it was not noted. */
  get(buffer: Buffer, start: number, end: number): number {
    return this.#floats[this.#find(buffer, start, end) * FLOATS + OFFSET_AT]! - 1;
  }

  /** The key's slot, or the free one that it would get, with its hash in it. HalfSipHash-2-4, of which the whole state is kept. */
  #find(buffer: Buffer, start: number, end: number): number {
    const secret = this.#secret;
    let v0 = secret[0]! | 0;
    let v1 = secret[1]! | 0;
    let v2 = secret[2]! ^ 0x6c796765;
    let v3 = secret[3]! ^ 0x74656462;
    let at = start;
    let left = end - start;
    let isLast = false;
    while (!isLast) {
      let word: number;
      if (left >= 4) {
        word = buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24);
        at += 4;
        left -= 4;
      } else {
        isLast = true;
        word = (end - start) << 24;
        if (left > 2) word |= buffer[at + 2]! << 16;
        if (left > 1) word |= buffer[at + 1]! << 8;
        if (left > 0) word |= buffer[at]!;
      }
      v3 ^= word;
      for (let round = 0; round < 2; round++) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      v0 ^= word;
    }
    v2 ^= 0xff;
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    return this.#probe(v0 >>> 0, v1 >>> 0, v2 >>> 0, v3 >>> 0);
  }

  #probe(v0: number, v1: number, v2: number, v3: number): number {
    const words = this.#words;
    const floats = this.#floats;
    const slots = this.#slots;
    let slot = Math.floor(v0 * slots * TWO_TO_MINUS_32);
    let step = 0;
    for (;;) {
      const at = slot * WORDS;
      if (floats[slot * FLOATS + OFFSET_AT] === 0) {
        words[at] = v0;
        words[at + 1] = v1;
        words[at + 2] = v2;
        words[at + 3] = v3;
        return slot;
      }
      if (words[at] === v0 && words[at + 1] === v1 && words[at + 2] === v2 && words[at + 3] === v3) return slot;
      // The number of slots is prime, so every step visits all of them.
      if (step === 0) step = 1 + Math.floor(v1 * (slots - 1) * TWO_TO_MINUS_32);
      slot += step;
      if (slot >= slots) slot -= slots;
    }
  }
}

function primeAtMost(number: number): number {
  let candidate = number % 2 === 0 ? number - 1 : number;
  while (!isPrime(candidate)) candidate -= 2;
  return candidate;
}

function isPrime(odd: number): boolean {
  for (let divisor = 3; divisor * divisor <= odd; divisor += 2) if (odd % divisor === 0) return false;
  return true;
}
