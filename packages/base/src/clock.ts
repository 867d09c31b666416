/** Time as injected into everything below the listener, so that tests own it. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch; may step. */
  nowMs(): number;
  /** Monotonic milliseconds from an arbitrary start, with fractions; never steps back. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** Handle of a pending timer. */
export interface Timer {
  cancel(): void;
}

/** One-shot timers as injected; a callback runs at most once and never synchronously inside `schedule`. */
export interface Timers {
  /** Runs `callback` after `delayMs` (≥ 0). Does not keep the process alive. */
  schedule(delayMs: number, callback: () => void): Timer;
}

const NODE_TIMEOUT_MS_MAX = 2_147_483_647;

export const systemTimers: Timers = {
  schedule(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(0, delayMs), NODE_TIMEOUT_MS_MAX));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
