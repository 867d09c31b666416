import type { Timer } from '@millrace/base';
import type { ClientRuntime } from '../runtime.ts';

/**
 * After this part of the session a heartbeat is taken for lost; the rest is for another one, over another connection. With answers
 * slower than that no heartbeat would be answered before the session of the one before has ended.
 */
const ANSWER_SESSION_PART = 1 / 2;

/**
 * How long a member may believe that it holds its partitions. The broker's clock for a member starts when a heartbeat arrives,
 * this one when it was sent, so it always runs out first: who cannot reach the coordinator stops before others begin.
 */
export class SessionLease {
  readonly #runtime: Pick<ClientRuntime, 'clock' | 'timers'>;
  readonly #sessionTimeoutMs: number;
  readonly #onExpired: () => void;
  #timer: Timer | undefined;
  #renewedMs: number | undefined;

  constructor(runtime: Pick<ClientRuntime, 'clock' | 'timers'>, sessionTimeoutMs: number, onExpired: () => void) {
    this.#runtime = runtime;
    this.#sessionTimeoutMs = sessionTimeoutMs;
    this.#onExpired = onExpired;
  }

  /** When the request that renewed it last was sent, monotonic. */
  get renewedMs(): number | undefined {
    return this.#renewedMs;
  }

  /** How long a heartbeat may wait for its answer. */
  get answerTimeoutMs(): number {
    return this.#sessionTimeoutMs * ANSWER_SESSION_PART;
  }

  /** A request sent at that time was accepted. */
  renew(sentMs: number): void {
    if (this.#renewedMs !== undefined && sentMs < this.#renewedMs && this.#timer !== undefined) return;
    this.#renewedMs = sentMs;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wait();
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(): void {
    const leftMs = (this.#renewedMs ?? 0) + this.#sessionTimeoutMs - this.#runtime.clock.monotonicMs();
    this.#timer = this.#runtime.timers.schedule(Math.max(0, leftMs), () => {
      this.#timer = undefined;
      this.#onExpired();
    });
  }
}
