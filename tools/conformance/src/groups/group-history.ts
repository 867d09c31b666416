/**
 * What the members of a group said, and what that proves.
 *
 * Owns: who had which partition from when to when, and which records were read when.
 * Invariants: members tell the truth about themselves, and their clocks are one clock. A member says that it gave a partition up before it
 *   asks to join again, so a partition that another has before that had two owners.
 *   One overlap is Kafka's own: a member that the coordinator put out while it was out of reach has its partitions until it hears of it
 *   (`lost`). Those are counted apart.
 */
import type { Change } from './group-messages.ts';

type EndedBy = Exclude<Change, 'assigned'> | 'killed' | 'open';

interface Tenure {
  readonly member: string;
  readonly fromMs: number;
  toMs: number;
  endedBy: EndedBy;
}

export interface Overlap {
  readonly partition: number;
  readonly members: readonly [string, string];
  readonly atMs: number;
  readonly ms: number;
}

export interface Phase {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Reading {
  readonly atMs: number;
  readonly offset: number;
}

export class GroupHistory {
  readonly #tenures: Tenure[][];
  readonly #readings: Reading[][];
  readonly #held = new Map<string, Map<number, Tenure>>();
  /** Partitions that members lost, however often. */
  losses = 0;

  constructor(partitionCount: number) {
    this.#tenures = Array.from({ length: partitionCount }, () => []);
    this.#readings = Array.from({ length: partitionCount }, () => []);
  }

  get partitionCount(): number {
    return this.#tenures.length;
  }

  changed(member: string, change: Change, partitions: readonly number[], atMs: number): void {
    const held = this.#heldBy(member);
    for (const partition of partitions) {
      if (change === 'assigned') {
        if (held.has(partition)) continue;
        const tenure: Tenure = { member, fromMs: atMs, toMs: Infinity, endedBy: 'open' };
        held.set(partition, tenure);
        this.#tenures[partition]?.push(tenure);
      } else {
        if (change === 'lost') this.losses++;
        end(held.get(partition), atMs, change);
        held.delete(partition);
      }
    }
  }

  /** The member's process is dead. */
  killed(member: string, atMs: number): void {
    const held = this.#heldBy(member);
    for (const tenure of held.values()) end(tenure, atMs, 'killed');
    held.clear();
  }

  got(partition: number, offset: number, atMs: number): void {
    this.#readings[partition]?.push({ atMs, offset });
  }

  heldCount(member: string): number {
    return this.#heldBy(member).size;
  }

  /** Partitions that not exactly one member has at this moment. */
  contested(): number[] {
    const owners = new Array<number>(this.partitionCount).fill(0);
    for (const held of this.#held.values()) {
      for (const partition of held.keys()) owners[partition] = (owners[partition] ?? 0) + 1;
    }
    return [...owners.keys()].filter((partition) => owners[partition] !== 1);
  }

  /** Partitions of which nothing was read since then. */
  silentSince(atMs: number): number[] {
    return [...this.#readings.keys()].filter(
      (partition) => (this.#readings[partition]?.at(-1)?.atMs ?? -Infinity) < atMs,
    );
  }

  /** Times at which a partition had two owners; `stale`: one of them had been put out and had not heard. */
  overlaps(): { readonly real: readonly Overlap[]; readonly stale: readonly Overlap[] } {
    const real: Overlap[] = [];
    const stale: Overlap[] = [];
    for (const [partition, tenures] of this.#tenures.entries()) {
      const sorted = tenures.toSorted((left, right) => left.fromMs - right.fromMs);
      for (const [index, later] of sorted.entries()) {
        for (const earlier of sorted.slice(0, index)) {
          const ms = Math.min(earlier.toMs, later.toMs) - later.fromMs;
          if (earlier.member === later.member || ms <= 0) continue;
          const overlap: Overlap = { partition, members: [earlier.member, later.member], atMs: later.fromMs, ms };
          (earlier.endedBy === 'lost' || later.endedBy === 'lost' ? stale : real).push(overlap);
        }
      }
    }
    return { real, stale };
  }

  /** Records that nobody read although later ones of their partition were read. */
  skipped(): { readonly partition: number; readonly offset: number }[] {
    return this.#readings.flatMap((readings, partition) => {
      const seen = new Set(readings.map(({ offset }) => offset));
      const end = Math.max(-1, ...seen);
      return Array.from({ length: end + 1 }, (_, offset) => offset)
        .filter((offset) => !seen.has(offset))
        .map((offset) => ({ partition, offset }));
    });
  }

  /** Records that were read more than once. */
  repeatedCount(): number {
    return this.#readings.reduce(
      (sum, readings) => sum + readings.length - new Set(readings.map(({ offset }) => offset)).size,
      0,
    );
  }

  get readCount(): number {
    return this.#readings.reduce((sum, readings) => sum + readings.length, 0);
  }

  /** By partition, the longest time in the phase in which nothing was read. */
  pausesMs({ fromMs, toMs }: Phase): number[] {
    return this.#readings.map((readings) =>
      longestGap(readings.map(({ atMs }) => atMs).toSorted(byNumber), fromMs, toMs),
    );
  }

  /** By partition, the longest time in the phase in which nobody had it. */
  ownerlessMs({ fromMs, toMs }: Phase): number[] {
    return this.#tenures.map((tenures) => {
      let longest = 0;
      let freeSinceMs = fromMs;
      for (const tenure of tenures.toSorted((left, right) => left.fromMs - right.fromMs)) {
        if (tenure.toMs < fromMs || tenure.fromMs > toMs) continue;
        longest = Math.max(longest, tenure.fromMs - freeSinceMs);
        freeSinceMs = Math.max(freeSinceMs, tenure.toMs);
      }
      return Math.max(longest, toMs - Math.max(fromMs, freeSinceMs), 0);
    });
  }

  #heldBy(member: string): Map<number, Tenure> {
    let held = this.#held.get(member);
    if (held === undefined) this.#held.set(member, (held = new Map<number, Tenure>()));
    return held;
  }
}

function end(tenure: Tenure | undefined, atMs: number, by: EndedBy): void {
  if (tenure === undefined) return;
  tenure.toMs = atMs;
  tenure.endedBy = by;
}

/** Between neighbours of which the later one is in the window; what comes before the first and behind the last counts from its edges. */
function longestGap(sorted: readonly number[], fromMs: number, toMs: number): number {
  let longest = 0;
  let before = fromMs;
  for (const atMs of sorted) {
    if (atMs <= fromMs) before = atMs;
    else if (atMs > toMs) break;
    else {
      longest = Math.max(longest, atMs - before);
      before = atMs;
    }
  }
  return Math.max(longest, toMs - before);
}

function byNumber(left: number, right: number): number {
  return left - right;
}
