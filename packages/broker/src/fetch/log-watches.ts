/**
 * Who waits for news of which log: an intrusive list per log behind one listener.
 *
 * Invariants: a target watches one log at a time; adding, removing and waking allocate nothing.
 * Bounds: one listener per log and epoch that was ever watched, for as long as the log lives.
 */
import type { FetchTarget, WatchableLog } from './fetch-set.ts';

/** The watchers of one log. */
export class LogWatch {
  /** A log that was given up and taken again, under a higher epoch, has forgotten its listeners. */
  readonly leaderEpoch: number;
  #first: FetchTarget | undefined;

  constructor(log: WatchableLog) {
    this.leaderEpoch = log.leaderEpoch;
    log.onAdvance(() => {
      // A woken target does not leave the list in the same turn (see FetchSet.wake).
      for (let target = this.#first; target !== undefined; target = target.nextWatcher) target.logAdvanced();
    });
  }

  add(target: FetchTarget): void {
    if (target.watch === this) return;
    target.watch?.remove(target);
    target.watch = this;
    target.previousWatcher = undefined;
    target.nextWatcher = this.#first;
    if (this.#first !== undefined) this.#first.previousWatcher = target;
    this.#first = target;
  }

  remove(target: FetchTarget): void {
    if (target.watch !== this) return;
    const { previousWatcher, nextWatcher } = target;
    if (previousWatcher === undefined) this.#first = nextWatcher;
    else previousWatcher.nextWatcher = nextWatcher;
    if (nextWatcher !== undefined) nextWatcher.previousWatcher = previousWatcher;
    target.watch = undefined;
    target.previousWatcher = undefined;
    target.nextWatcher = undefined;
  }
}

export class LogWatches {
  readonly #watches = new WeakMap<WatchableLog, LogWatch>();

  watch(log: WatchableLog, target: FetchTarget): void {
    let watch = this.#watches.get(log);
    if (watch?.leaderEpoch !== log.leaderEpoch) {
      watch = new LogWatch(log);
      this.#watches.set(log, watch);
    }
    watch.add(target);
  }
}
