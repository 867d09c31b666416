/**
 * What has arrived: judges every delivery against what was sent.
 *
 * Invariants: per key, new events must come in sequence; one seen before is a redelivery (at-least-once after a crash), checked
 * against what it was the first time by being part of the same log; anything else is a violation.
 */
import { createHash, type Hash } from 'node:crypto';
import type { ExpectedKey } from './flights.ts';

export interface Verdict {
  readonly arrived: number;
  readonly redelivered: number;
  readonly missing: number;
  readonly outOfOrder: number;
  readonly altered: number;
  readonly unknown: number;
}

interface KeyState {
  next: number;
  readonly hash: Hash;
}

export class Ledger {
  readonly #expected: ReadonlyMap<string, ExpectedKey>;
  readonly #keys = new Map<string, KeyState>();
  #arrived = 0;
  #redelivered = 0;
  #outOfOrder = 0;
  #unknown = 0;

  constructor(expected: ReadonlyMap<string, ExpectedKey>) {
    this.#expected = expected;
  }

  get arrived(): number {
    return this.#arrived;
  }

  deliver(key: string, value: string): void {
    if (!this.#expected.has(key)) {
      this.#unknown++;
      return;
    }
    let state = this.#keys.get(key);
    if (state === undefined) {
      state = { next: 0, hash: createHash('sha256') };
      this.#keys.set(key, state);
    }
    const sequence = sequenceOf(value);
    if (sequence === state.next) {
      state.next++;
      state.hash.update(value);
      this.#arrived++;
    } else if (sequence < state.next) {
      this.#redelivered++;
    } else {
      this.#outOfOrder++;
    }
  }

  verdict(): Verdict {
    let missing = 0;
    let altered = 0;
    for (const [key, { count, digest }] of this.#expected) {
      const state = this.#keys.get(key);
      missing += count - (state?.next ?? 0);
      if (state?.next === count && state.hash.copy().digest('hex') !== digest) altered++;
    }
    return {
      arrived: this.#arrived,
      redelivered: this.#redelivered,
      missing,
      outOfOrder: this.#outOfOrder,
      altered,
      unknown: this.#unknown,
    };
  }
}

/** NaN for what is no event of ours; it is then neither next nor earlier and counts as out of order. */
function sequenceOf(value: string): number {
  try {
    return (JSON.parse(value) as { sequence: number }).sequence;
  } catch {
    return Number.NaN;
  }
}

export function isClean(verdict: Verdict, eventCount: number): boolean {
  const { arrived, missing, outOfOrder, altered, unknown } = verdict;
  return arrived === eventCount && missing === 0 && outOfOrder === 0 && altered === 0 && unknown === 0;
}
