import type { Clock, Timer, Timers } from '@millrace/base';

interface Scheduled {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Time that moves only when a test says so; timers run in order, each at its own time. */
export class ManualTime implements Clock, Timers {
  #nowMs = 1_700_000_000_000;
  readonly #scheduled = new Set<Scheduled>();

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs - 1_600_000_000_000;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const entry = { dueMs: this.#nowMs + delayMs, callback };
    this.#scheduled.add(entry);
    return { cancel: () => void this.#scheduled.delete(entry) };
  }

  /** Lets time pass without running timers, as a stopped process sees it. */
  jump(byMs: number): void {
    this.#nowMs += byMs;
  }

  /** Lets time pass; between timers everything that is ready gets to run. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs;
    await turns();
    for (;;) {
      const next = this.#first();
      if (next === undefined || next.dueMs > endMs) break;
      this.#scheduled.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
      await turns();
    }
    this.#nowMs = endMs;
  }

  #first(): Scheduled | undefined {
    let first: Scheduled | undefined;
    for (const entry of this.#scheduled) if (first === undefined || entry.dueMs < first.dueMs) first = entry;
    return first;
  }
}

/** Lets promises that are settled run their reactions. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
