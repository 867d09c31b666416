import type { ClientRuntime } from '../runtime.ts';

/** Waits for the promise, at most for that time. Resolves to whether it was in time; rejects when the promise does so before. */
export async function within(
  runtime: Pick<ClientRuntime, 'timers'>,
  promise: Promise<unknown>,
  timeoutMs: number,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = runtime.timers.schedule(Math.max(0, timeoutMs), () => resolve(false));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    timer.cancel();
  }
}
