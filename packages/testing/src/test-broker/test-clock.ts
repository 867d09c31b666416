/**
 * The time of a broker under test, moved by hand: it stands still, or runs like the system's and can be moved on.
 *
 * Owns: every timer that the broker has.
 * Invariants: time never goes back; callbacks run in the order in which they are due, each at its time, and what they set up on the way
 *   runs as well; a callback never runs inside `schedule`. While time is moved nothing comes in from clients: for them it jumps.
 * Bounds: STEPS_MAX steps for one `advance`: over a long way, timers that lie close together run at the end of their step, late as timers are.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock, systemTimers, type Clock, type Timer, type Timers } from '@millrace/base';

/** `virtual`: time stands still until it is moved. `movable`: it passes as usual, and can be moved on. */
export type TestClockKind = 'virtual' | 'movable';

export interface TestClockOptions {
  /** Default `virtual`. */
  readonly kind?: TestClockKind;
  /** Wall clock at the beginning, in milliseconds since the Unix epoch; default: now. */
  readonly startMs?: number;
}

interface Pending extends Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

const STEPS_MAX = 5_000;
/** After the last callback: promises that rest on the network or on other timers of Node come true. */
const TURNS_AFTER = 3;

/** Resolves when every promise that waits for nothing outside has come true. Nothing that comes over the network gets in between. */
function everythingInMemory(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

export class TestClock implements Clock, Timers {
  readonly kind: TestClockKind;
  readonly #startMs: number;
  /** Of the system's monotonic clock, when time began here. */
  readonly #systemStartMs = systemClock.monotonicMs();
  readonly #pending = new Set<Pending>();
  /** How far time was moved by hand. */
  #movedMs = 0;
  #isAdvancing = false;
  #advances: Promise<void> = Promise.resolve();
  #wake: Timer | undefined;

  constructor(options: TestClockOptions = {}) {
    this.kind = options.kind ?? 'virtual';
    this.#startMs = options.startMs ?? systemClock.nowMs();
  }

  nowMs(): number {
    return Math.floor(this.#startMs + this.monotonicMs());
  }

  monotonicMs(): number {
    return this.kind === 'virtual' ? this.#movedMs : this.#movedMs + systemClock.monotonicMs() - this.#systemStartMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const pending: Pending = {
      atMs: this.monotonicMs() + Math.max(0, delayMs),
      callback,
      cancel: () => void this.#pending.delete(pending),
    };
    this.#pending.add(pending);
    this.#arm();
    return pending;
  }

  /**
   * Moves time on by `ms` and runs what falls due on the way, in order. Resolves when that has run, and what it set going inside the
   * broker; not when clients have noticed.
   */
  advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(`time moves on by 0 milliseconds or more, not by ${ms}`);
    }
    const advanced = this.#advances.then(() => this.#advance(ms));
    this.#advances = advanced.catch(() => undefined);
    return advanced;
  }

  async #advance(ms: number): Promise<void> {
    const untilMs = this.monotonicMs() + ms;
    const stepMs = ms / STEPS_MAX;
    let steps = 0;
    this.#isAdvancing = true;
    try {
      for (;;) {
        const next = this.#next();
        if (next === undefined || next.atMs > untilMs) break;
        // Every step is as exact as the way allows: timers of one instant, until there are too many instants.
        const atMs = steps++ < STEPS_MAX / 2 ? next.atMs : Math.min(untilMs, next.atMs + stepMs);
        this.#moveTo(atMs);
        this.#runDue(atMs);
        await everythingInMemory();
      }
      this.#moveTo(untilMs);
      for (let turn = 0; turn < TURNS_AFTER; turn++) await nextTurn();
    } finally {
      this.#isAdvancing = false;
      this.#arm();
    }
  }

  #moveTo(atMs: number): void {
    this.#movedMs += Math.max(0, atMs - this.monotonicMs());
  }

  #next(): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#pending) if (next === undefined || pending.atMs < next.atMs) next = pending;
    return next;
  }

  #runDue(atMs: number): void {
    const due = [...this.#pending].filter((pending) => pending.atMs <= atMs).sort((a, b) => a.atMs - b.atMs);
    for (const pending of due) if (this.#pending.delete(pending)) pending.callback();
  }

  /** Sees to it that what is due runs: by the system's timers while time runs, else only what is due at once. */
  #arm(): void {
    if (this.#isAdvancing) return;
    this.#wake?.cancel();
    this.#wake = undefined;
    const next = this.#next();
    if (next === undefined) return;
    const delayMs = next.atMs - this.monotonicMs();
    if (this.kind === 'virtual' && delayMs > 0) return;
    this.#wake = systemTimers.schedule(Math.max(0, Math.ceil(delayMs)), () => {
      this.#wake = undefined;
      if (!this.#isAdvancing) this.#runDue(this.monotonicMs());
      this.#arm();
    });
  }
}
