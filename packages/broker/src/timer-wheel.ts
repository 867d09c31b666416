/**
 * Deadlines that are nearly always cancelled (a produce that waits for the disk): one timer for all, no allocation beyond the entry.
 *
 * Invariants: an entry fires at most once, not before its time and at most TICK_MS late; adding and cancelling take constant time.
 * Bounds: one timer; entries that lie further ahead than the wheel turns go round again.
 */
import type { Clock, Timer, Timers } from '@millrace/base';

const TICK_MS = 100;
const SLOT_COUNT = 512;

export class Deadline {
  readonly atMs: number;
  readonly callback: () => void;
  previous: Deadline | undefined;
  next: Deadline | undefined;
  slot = -1;

  constructor(atMs: number, callback: () => void) {
    this.atMs = atMs;
    this.callback = callback;
  }
}

export class TimerWheel {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #slots: (Deadline | undefined)[] = new Array<Deadline | undefined>(SLOT_COUNT).fill(undefined);
  #count = 0;
  /** Tick up to which slots were looked at. */
  #tick = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  get count(): number {
    return this.#count;
  }

  add(delayMs: number, callback: () => void): Deadline {
    const now = this.#clock.monotonicMs();
    if (this.#count === 0) this.#tick = Math.floor(now / TICK_MS);
    const deadline = new Deadline(now + Math.max(0, delayMs), callback);
    const tick = Math.max(this.#tick + 1, Math.ceil(deadline.atMs / TICK_MS));
    deadline.slot = tick % SLOT_COUNT;
    const first = this.#slots[deadline.slot];
    deadline.next = first;
    if (first !== undefined) first.previous = deadline;
    this.#slots[deadline.slot] = deadline;
    this.#count++;
    if (this.#timer === undefined) this.#schedule();
    return deadline;
  }

  cancel(deadline: Deadline): void {
    if (deadline.slot < 0) return;
    const { previous, next, slot } = deadline;
    if (previous === undefined) this.#slots[slot] = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    deadline.slot = -1;
    this.#count--;
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#slots.fill(undefined);
    this.#count = 0;
  }

  #schedule(): void {
    this.#timer = this.#timers.schedule(TICK_MS, () => {
      this.#timer = undefined;
      this.#turn();
      if (this.#count > 0 && this.#timer === undefined) this.#schedule();
    });
  }

  #turn(): void {
    const now = this.#clock.monotonicMs();
    const until = Math.floor(now / TICK_MS);
    const steps = Math.min(until - this.#tick, SLOT_COUNT);
    const due: Deadline[] = [];
    for (let step = 1; step <= steps; step++) {
      let deadline = this.#slots[(this.#tick + step) % SLOT_COUNT];
      for (; deadline !== undefined; deadline = deadline.next) if (deadline.atMs <= now) due.push(deadline);
    }
    this.#tick = Math.max(this.#tick, until);
    for (const deadline of due) {
      if (deadline.slot < 0) continue;
      this.cancel(deadline);
      deadline.callback();
    }
  }
}
