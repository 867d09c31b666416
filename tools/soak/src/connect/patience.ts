import { setTimeout as sleep } from 'node:timers/promises';

/** From one look at what happens to the next. What takes longer is a machine that stood still, or an answer that may come yet. */
const LOOK_MS_MAX = 5_000;
const LOOK_MS = 100;

/** A limit on waiting that counts only time in which there was somebody to wait for: not a suspended machine or a frozen container. */
export class Patience {
  #leftMs: number;
  #lastMs: number;
  readonly #nowMs: () => number;

  constructor(ms: number, nowMs: () => number = () => performance.now()) {
    this.#leftMs = ms;
    this.#nowMs = nowMs;
    this.#lastMs = nowMs();
  }

  /** To be asked at each look. */
  get isOver(): boolean {
    const nowMs = this.#nowMs();
    this.#leftMs -= Math.min(LOOK_MS_MAX, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    return this.#leftMs <= 0;
  }
}

/** Resolves when it is so; throws with what was waited for when patience is over. */
export async function until(what: string, ms: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const patience = new Patience(ms); !(await isSo()); await sleep(LOOK_MS))
    if (patience.isOver) throw new Error(`not in ${ms} ms: ${what}`);
}
