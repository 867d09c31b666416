import { messageOf, MillraceError } from '@millrace/base';

const TIMEOUT_MS = 30_000;
/** Conditions may look at what the run does not tell of, such as a database. */
const LOOK_AGAIN_MS = 20;

/** Lets a test wait for what a run comes to, and tells it at once when that cannot happen any more. */
export class Progress {
  #failure: { readonly error: unknown } | undefined;
  #isEnded = false;
  readonly #waiting = new Set<() => void>();

  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.changed();
  }

  end(): void {
    this.#isEnded = true;
    this.changed();
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async until(isReached: () => boolean, timeoutMs = TIMEOUT_MS, state: () => string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      try {
        if (isReached()) resolve();
        else if (this.#failure !== undefined) reject(this.#failure.error);
        else if (this.#isEnded)
          reject(new MillraceError('MILLRACE_TESTKIT_ENDED_EARLY', `the run has ended: ${state()}`));
      } catch (error) {
        reject(error);
      }
    };
    this.#waiting.add(look);
    const again = setInterval(look, LOOK_AGAIN_MS);
    const late = setTimeout(
      () => reject(new MillraceError('MILLRACE_TESTKIT_TIMEOUT', `not reached within ${timeoutMs} ms: ${state()}`)),
      timeoutMs,
    );
    try {
      look();
      await promise;
    } finally {
      this.#waiting.delete(look);
      clearInterval(again);
      clearTimeout(late);
    }
  }

  /** For messages. */
  get failureMessage(): string | undefined {
    return this.#failure === undefined ? undefined : messageOf(this.#failure.error);
  }
}

/** What does not end after its abort is told, instead of hanging the test for good. */
export async function endOf(done: Promise<void>, timeoutMs = 10_000): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = setTimeout(
    () =>
      reject(
        new MillraceError(
          'MILLRACE_TESTKIT_TIMEOUT',
          `it did not end within ${timeoutMs} ms of its abort: look for a wait that does not heed the signal, or that begins after the abort`,
        ),
      ),
    timeoutMs,
  );
  try {
    await Promise.race([done, promise]);
  } finally {
    clearTimeout(late);
  }
}
