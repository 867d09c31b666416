/** Thrown when a programming invariant is broken; the process must not go on serving from that state. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Fails on a broken invariant. Not for bad input: that gets a {@link MillraceError} or an error code. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Returns the value, or fails when an invariant says that it cannot be missing. */
export function assertDefined<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionFailure(`${what} is missing`);
  return value;
}
