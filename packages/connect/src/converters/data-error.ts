import { MillraceError } from '@millrace/base';

/**
 * A value is not what its schema, a converter or a transform can take. Trying again does not help: the record goes where
 * `errors.tolerance` says. The message names the field, never the value.
 */
export class DataError extends MillraceError {
  constructor(message: string, cause?: unknown) {
    super('MILLRACE_CONNECT_INVALID_DATA', message, cause === undefined ? {} : { cause });
  }
}

/** Names the field in which another error arose; nested ones come as `a.b.c`. */
export function inField(name: string, error: unknown): unknown {
  if (!MillraceError.is(error)) return error;
  const [, path = '', rest = error.message] = /^field ([^:]*): ([^]*)$/.exec(error.message) ?? [];
  return new DataError(`field ${path === '' ? name : `${name}.${path}`}: ${rest}`, error.cause);
}

/** What a value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return value instanceof Uint8Array
    ? 'bytes'
    : value instanceof Date
      ? 'a Date'
      : value instanceof Map
        ? 'a map'
        : 'an object';
}
