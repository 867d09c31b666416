import { systemTimers, type Timer, type Timers } from '@millrace/base';

/** Timers of one broker under test; a broker that is being closed gets the system's, so that it ends where time stands still. */
export class NodeTimers implements Timers {
  readonly #timers: Timers;
  #isReleased = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    return (this.#isReleased ? systemTimers : this.#timers).schedule(delayMs, callback);
  }

  release(): void {
    this.#isReleased = true;
  }
}
