const BRAND = Symbol.for('millrace.error');

export interface MillraceErrorOptions {
  /** Whether the same attempt may succeed later without a change by the caller. Default false. */
  readonly retriable?: boolean;
  /** Values that were involved, for programs; never secrets or record payloads. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Base of every operating error. `code` is stable and listed in docs/reference/errors.md;
 * the message says what was attempted, with which values, and what to do about it.
 */
export class MillraceError extends Error {
  override readonly name: string = 'MillraceError';
  readonly code: string;
  readonly retriable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: MillraceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retriable = options.retriable ?? false;
    this.details = options.details ?? {};
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Recognises errors of any loaded copy of this package (an ESM and a CommonJS copy can meet in one process). */
  static is(error: unknown): error is MillraceError {
    return typeof error === 'object' && error !== null && (error as { [BRAND]?: unknown })[BRAND] === true;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
