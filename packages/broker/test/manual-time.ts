import type { Clock, Timers } from '@millrace/base';

interface Scheduled {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Time that stands until the test moves it. */
export class ManualTime {
  #nowMs = 1_000_000.5;
  #scheduled: Scheduled[] = [];

  readonly clock: Clock = { nowMs: () => Math.floor(this.#nowMs), monotonicMs: () => this.#nowMs };

  readonly timers: Timers = {
    schedule: (delayMs, callback) => {
      const entry = { atMs: this.#nowMs + delayMs, callback };
      this.#scheduled.push(entry);
      return { cancel: () => (this.#scheduled = this.#scheduled.filter((other) => other !== entry)) };
    },
  };

  /** Runs what falls due on the way, in order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const [next] = this.#scheduled.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#scheduled = this.#scheduled.filter((other) => other !== next);
      this.#nowMs = next.atMs;
      next.callback();
    }
    this.#nowMs = untilMs;
  }
}
