const POLL_MS = 5;
/** Far more than anything takes, since machines may be busy, and less than the time of a test, whose end would not say what was missing. */
const TIMEOUT_MS = 30_000;

/**
 * Resolves with the first truthy value of `condition`; for things that happen elsewhere, instead of sleeping.
 *
 * @param what named in the error when the time is over; as a function, called then
 */
export async function waitUntil<Value>(
  what: string | (() => string),
  condition: () => Value | Promise<Value>,
  timeoutMs: number = TIMEOUT_MS,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline)
      throw new Error(`${typeof what === 'string' ? what : what()}: not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
