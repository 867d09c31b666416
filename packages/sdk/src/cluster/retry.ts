/** The one way to try again: exponential waits with jitter until a deadline. */
import type { Random } from '@millrace/base';
import { abortReason, KafkaError, throwIfAborted, TimeoutError } from '../error.ts';
import type { ClientRuntime } from '../runtime.ts';

const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 1_000;
const JITTER = 0.2;

export interface RetryOptions {
  /** From the call to giving up. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Default: what the error says of itself. */
  readonly isRetriable?: (error: unknown) => boolean;
}

/** How long to wait after this many failures in a row (from 1): 100 ms … 1 s, doubling, ±20 %. */
export function backoffMs(random: Random, failures: number): number {
  const base = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(16, Math.max(0, failures - 1)));
  return base * (1 - JITTER + 2 * JITTER * random.next());
}

/**
 * Calls `attempt` until it succeeds, fails for good, or the time is over; then throws TimeoutError with the last failure
 * as its cause. `attempt` gets its number, from 1.
 */
export async function retrying<T>(
  runtime: Pick<ClientRuntime, 'clock' | 'timers' | 'random'>,
  what: string,
  attempt: (attemptNumber: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { timeoutMs, signal, isRetriable = isRetriableError } = options;
  const deadlineMs = runtime.clock.monotonicMs() + timeoutMs;
  for (let attemptNumber = 1; ; attemptNumber++) {
    throwIfAborted(what, signal);
    try {
      return await attempt(attemptNumber);
    } catch (error) {
      if (!isRetriable(error)) throw error;
      const delayMs = backoffMs(runtime.random, attemptNumber);
      if (runtime.clock.monotonicMs() + delayMs >= deadlineMs) {
        const last = error instanceof Error ? error.message : String(error);
        throw new TimeoutError(`${what} did not succeed within ${String(timeoutMs)} ms: ${last}`, { cause: error });
      }
      await delay(runtime, what, delayMs, signal);
    }
  }
}

/** Resolves after the time; rejects as soon as the signal is aborted. */
export function delay(
  runtime: Pick<ClientRuntime, 'timers'>,
  what: string,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortReason(what, signal));
      return;
    }
    const timer = runtime.timers.schedule(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = (): void => {
      timer.cancel();
      reject(abortReason(what, signal as AbortSignal));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function isRetriableError(error: unknown): boolean {
  return KafkaError.is(error) && error.retriable;
}
