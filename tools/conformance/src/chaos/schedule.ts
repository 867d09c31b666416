import type { Random } from '@millrace/base';

/** When one life of the broker ends. */
export interface Kill {
  /** `load`: counted from the moment when every producer has been acknowledged something; `start`: from the exec. */
  readonly during: 'load' | 'start';
  readonly afterMs: number;
}

const LOAD_MS_MAX = 1_500;
const START_SHARE = 0.25;

/** The moments of the kills; the first one waits for load, since a broker that holds nothing cannot lose anything. */
export class KillSchedule {
  readonly #random: Random;
  #isFirst = true;

  constructor(random: Random) {
    this.#random = random;
  }

  /** `startMs`: how long the last start took; a kill may come a little after it too. */
  next(startMs: number): Kill {
    const [choice, moment] = [this.#random.next(), this.#random.next()];
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (!isFirst && choice < START_SHARE) return { during: 'start', afterMs: moment * startMs * 1.1 };
    // Squared, so that many kills come while the clients still send again what was in flight at the kill before.
    return { during: 'load', afterMs: moment * moment * LOAD_MS_MAX };
  }
}
