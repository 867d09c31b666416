import type { EpochEndOffset } from './log-engine.ts';

/** The first offset that was written under a leader epoch. */
export interface EpochStart {
  readonly leaderEpoch: number;
  readonly startOffset: number;
}

/**
 * Which leader epoch wrote which offsets. Epochs and start offsets rise strictly; an epoch that wrote nothing leaves no entry
 * behind once the next one begins.
 */
export class EpochCache {
  #starts: EpochStart[];

  constructor(starts: readonly EpochStart[] = []) {
    this.#starts = [...starts];
  }

  /** −1 while the log has never had an epoch. */
  get latestEpoch(): number {
    return this.#starts.at(-1)?.leaderEpoch ?? -1;
  }

  entries(): readonly EpochStart[] {
    return this.#starts;
  }

  /** From `startOffset` on, batches are written under `leaderEpoch`. An epoch not above the latest changes nothing. */
  assign(leaderEpoch: number, startOffset: number): void {
    if (leaderEpoch <= this.latestEpoch) return;
    while ((this.#starts.at(-1)?.startOffset ?? -1) >= startOffset) this.#starts.pop();
    this.#starts.push({ leaderEpoch, startOffset });
  }

  /** End of the largest epoch ≤ asked; −1 and −1 when asked beyond the newest or before the oldest. */
  endOffsetFor(leaderEpoch: number, logEndOffset: number): EpochEndOffset {
    const unknown = { leaderEpoch: -1, endOffset: -1 };
    if (leaderEpoch > this.latestEpoch) return unknown;
    const next = this.#starts.findIndex((entry) => entry.leaderEpoch > leaderEpoch);
    if (next === -1) return { leaderEpoch: this.latestEpoch, endOffset: logEndOffset };
    const following = this.#starts[next];
    if (following === undefined) return unknown;
    const found = this.#starts[next - 1];
    // Asked about a time before the oldest epoch that is known: nothing of it is left, so it ended where that one starts.
    if (found === undefined) return { leaderEpoch, endOffset: following.startOffset };
    return { leaderEpoch: found.leaderEpoch, endOffset: following.startOffset };
  }

  /** The epoch that wrote `offset`; −1 when that is before everything known. */
  epochFor(offset: number): number {
    for (let index = this.#starts.length - 1; index >= 0; index--) {
      const entry = this.#starts[index];
      if (entry !== undefined && entry.startOffset <= offset) return entry.leaderEpoch;
    }
    return -1;
  }

  /** Offsets below `logStartOffset` are gone: the oldest remaining epoch starts there. */
  trimStart(logStartOffset: number): void {
    let first = 0;
    while ((this.#starts[first + 1]?.startOffset ?? Infinity) <= logStartOffset) first++;
    const remaining = this.#starts.slice(first);
    const oldest = remaining[0];
    if (oldest !== undefined && oldest.startOffset < logStartOffset) {
      remaining[0] = { leaderEpoch: oldest.leaderEpoch, startOffset: logStartOffset };
    }
    this.#starts = remaining;
  }

  /** Offsets from `endOffset` on are gone. */
  truncateEnd(endOffset: number): void {
    this.#starts = this.#starts.filter((entry) => entry.startOffset < endOffset);
  }
}
