/**
 * Gives the memory of a busy time back, the start among them, once there is little to do: V8 would keep it for the next one.
 *
 * Invariants: a few collections after each busy time, one at a look; none while there is work. A collection is no work.
 * Bounds: a look each {@link LOOK_INTERVAL_MS}; a collection takes about 20 ms for a thread with 15 MB.
 */
import { performance } from 'node:perf_hooks';
import { collectGarbage } from './garbage.ts';

const LOOK_INTERVAL_MS = 1_000;
/** Share of its time in which a thread computes, from which on it is busy. */
const BUSY_SHARE = 0.05;
/** So many looks in a row without much work: what comes in bursts would only have to be given anew. */
const IDLE_LOOKS = 2;
/** V8 drops the code of functions that nobody calls any more, about 2 MB of each thread, with the third. */
const COLLECTIONS = 3;

/** For this thread, until it ends. */
export function collectWhenIdle(): void {
  const collection = new IdleCollection(() => collectGarbage({ type: 'major', flavor: 'last-resort' }));
  let seen = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    collection.look(performance.eventLoopUtilization(seen).utilization);
    seen = performance.eventLoopUtilization();
  }, LOOK_INTERVAL_MS);
  timer.unref();
}

export class IdleCollection {
  readonly #collect: () => void;
  #due = COLLECTIONS;
  #idleLooks = 0;

  constructor(collect: () => void) {
    this.#collect = collect;
  }

  /** @param busyShare of the time since the last look, from 0 to 1 */
  look(busyShare: number): void {
    if (busyShare >= BUSY_SHARE) {
      this.#due = COLLECTIONS;
      this.#idleLooks = 0;
      return;
    }
    this.#idleLooks++;
    if (this.#due === 0 || this.#idleLooks < IDLE_LOOKS) return;
    this.#due--;
    this.#collect();
  }
}
