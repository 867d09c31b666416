/** Randomness as injected, so that a run can be repeated from its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, boundExclusive). */
  nextInt(boundExclusive: number): number;
  bytes(length: number): Buffer;
}

/** Deterministic generator (mulberry32) for tests and simulations; not for secrets. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  nextInt(boundExclusive: number): number {
    return Math.floor(this.next() * boundExclusive);
  }

  bytes(length: number): Buffer {
    const out = Buffer.allocUnsafe(length);
    for (let index = 0; index < length; index++) out[index] = this.nextInt(256);
    return out;
  }
}

/** Randomness of the platform's generator. */
export const systemRandom: Random = {
  next: () => crypto.getRandomValues(new Uint32Array(1))[0]! / 4_294_967_296,
  nextInt: (boundExclusive) => Math.floor(systemRandom.next() * boundExclusive),
  bytes(length) {
    const out = Buffer.alloc(length);
    const chunkBytesMax = 65_536;
    for (let at = 0; at < length; at += chunkBytesMax) crypto.getRandomValues(out.subarray(at, at + chunkBytesMax));
    return out;
  },
};
