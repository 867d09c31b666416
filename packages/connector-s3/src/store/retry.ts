import { MillraceError, type Random, type Timers } from '@millrace/base';

export interface RetryOptions {
  /** Attempts after the first. */
  readonly retries: number;
  /** Before the second attempt; doubles each time, up to {@link BACKOFF_MS_MAX}, give or take a fifth. */
  readonly backoffMs: number;
  readonly timers: Timers;
  readonly random: Random;
  readonly signal: AbortSignal;
}

export const BACKOFF_MS_MAX = 10_000;

/** Repeats the work while it throws something retriable. */
export async function retrying<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    options.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (attempt >= options.retries || !MillraceError.is(error) || !error.retriable) throw error;
      const delayMs = Math.min(BACKOFF_MS_MAX, options.backoffMs * 2 ** attempt) * (0.8 + 0.4 * options.random.next());
      await pause(delayMs, options.timers, options.signal);
    }
  }
}

/** Rejects with the signal's reason when that comes first. */
export function pause(delayMs: number, timers: Timers, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal.reason as Error);
    };
    const timer = timers.schedule(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
