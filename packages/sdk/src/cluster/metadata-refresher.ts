/**
 * When metadata is fetched again: on demand, coalesced, and before it grows old.
 *
 * Invariants: at most one refresh runs; whoever asks while one runs waits for the one after it, since the running one may
 *   have been answered before. Refreshes that follow each other closely are spaced by a backoff with jitter. Waiting for one keeps no
 *   process alive: what needs it has a deadline of its own.
 */
import { createDeferred, type Deferred, type Timer, type Timers } from '@millrace/base';
import type { ClientRuntime } from '../runtime.ts';
import { backoffMs } from './retry.ts';

export class MetadataRefresher {
  readonly #runtime: ClientRuntime;
  readonly #timers: Timers;
  readonly #maxAgeMs: number;
  /** Resolves to whether something had changed; never rejects. */
  readonly #refresh: () => Promise<boolean>;
  #next: Deferred<void> | undefined;
  #isRunning = false;
  #timer: Timer | undefined;
  #ageTimer: Timer | undefined;
  /** Refreshes in a row that came close upon each other and brought nothing new. */
  #vainCount = 0;
  #notBeforeMs = 0;
  #isClosed = false;

  constructor(runtime: ClientRuntime, maxAgeMs: number, refresh: () => Promise<boolean>) {
    this.#runtime = runtime;
    this.#timers = runtime.background ?? runtime.timers;
    this.#maxAgeMs = maxAgeMs;
    this.#refresh = refresh;
  }

  /** Resolves when the next refresh has ended, well or not, or the client was closed. */
  request(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#next ??= createDeferred<void>();
    const { promise } = this.#next;
    this.#schedule();
    return promise;
  }

  /** Metadata was fetched otherwise: it grows old from now on. */
  noteFetched(): void {
    if (this.#isClosed) return;
    this.#ageTimer?.cancel();
    this.#ageTimer = this.#timers.schedule(this.#maxAgeMs, () => void this.request());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#ageTimer?.cancel();
    this.#next?.resolve();
  }

  #schedule(): void {
    if (this.#isRunning || this.#timer !== undefined || this.#isClosed) return;
    const delayMs = Math.max(0, this.#notBeforeMs - this.#runtime.clock.monotonicMs());
    if (delayMs === 0 && this.#vainCount > 0 && this.#isCalm()) this.#vainCount = 0;
    this.#timer = this.#timers.schedule(delayMs, () => {
      this.#timer = undefined;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const current = this.#next;
    this.#next = undefined;
    this.#isRunning = true;
    const hasChanged = await this.#refresh();
    this.#isRunning = false;
    this.#vainCount = hasChanged ? 1 : this.#vainCount + 1;
    this.#notBeforeMs = this.#runtime.clock.monotonicMs() + backoffMs(this.#runtime.random, this.#vainCount);
    this.noteFetched();
    current?.resolve();
    if (this.#next !== undefined) this.#schedule();
  }

  #isCalm(): boolean {
    return this.#runtime.clock.monotonicMs() - this.#notBeforeMs > CALM_MS;
  }
}

/** After this much time without a refresh the backoff starts anew. */
const CALM_MS = 1_000;
