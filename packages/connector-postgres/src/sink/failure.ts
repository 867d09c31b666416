/** What an error of the database means for a batch: by SQLSTATE, or by what happened to the connection. */
import { AssertionFailure, isCertificateError, messageOf, MillraceError } from '@millrace/base';

/**
 * - `retriable`: may go well later: the connection is lost, the server restarts, is full or busy, a deadlock was broken.
 * - `row`: some row cannot be taken; the others can.
 * - `stale`: what is known of a table is not true any more.
 * - `fatal`: the same until somebody changes something: no login, no privilege.
 */
export type FailureKind = 'retriable' | 'row' | 'stale' | 'fatal';

/** SQLSTATE classes and codes; a code goes before its class. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  '08': 'retriable',
  '21': 'row',
  '22': 'row',
  '23': 'row',
  '25006': 'retriable',
  '28': 'fatal',
  '40': 'retriable',
  '42': 'stale',
  '42501': 'fatal',
  '44': 'row',
  '53': 'retriable',
  '54': 'row',
  '55': 'retriable',
  '57': 'retriable',
  '57P04': 'fatal',
  '58': 'retriable',
  P0: 'row',
  '0A': 'stale',
};

export function failureKind(error: unknown): FailureKind {
  if (MillraceError.is(error)) return error.retriable ? 'retriable' : 'fatal';
  const code = sqlState(error);
  if (code !== undefined) return KINDS[code] ?? KINDS[code.slice(0, 2)] ?? 'fatal';
  if (isOfTls(error)) return 'fatal';
  // Mistakes of programs do not go away by themselves; everything else here is of the connection, which pg gives no SQLSTATE.
  return error instanceof TypeError || error instanceof RangeError || error instanceof AssertionFailure
    ? 'fatal'
    : 'retriable';
}

/** Undefined: not an answer of the database. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The server's certificate is not good enough for `sslmode`, or it has no TLS at all. */
function isOfTls(error: unknown): boolean {
  return isCertificateError(error) || messageOf(error).includes('does not support SSL');
}

/** The error of a whole statement or batch. */
export function sinkError(error: unknown, attempt: string): MillraceError {
  if (MillraceError.is(error)) return error;
  const kind = failureKind(error);
  const state = sqlState(error);
  const details = state === undefined ? {} : { sqlState: state };
  const message = withoutValues(error);
  if (kind === 'retriable') {
    return new MillraceError('MILLRACE_CONNECT_POSTGRES_SINK_UNAVAILABLE', `could not ${attempt}: ${message}`, {
      retriable: true,
      details,
      cause: error,
    });
  }
  const remedy = isOfTls(error)
    ? 'check sslmode and sslrootcert in connection.url, and that the certificate is for its host'
    : remedyFor(state);
  return new MillraceError(
    'MILLRACE_CONNECT_POSTGRES_SINK_REFUSED',
    `could not ${attempt}: ${message}${remedy === undefined ? '' : `: ${remedy}`}`,
    { details, cause: error },
  );
}

/** The reason why one row was not taken. */
export function rowError(error: unknown, table: string): MillraceError {
  const state = sqlState(error);
  const constraint = (error as { readonly constraint?: unknown }).constraint;
  return new MillraceError(
    'MILLRACE_CONNECT_POSTGRES_SINK_ROW',
    `table ${table} does not take the row: ${withoutValues(error)}`,
    {
      details: {
        table,
        ...(state === undefined ? {} : { sqlState: state }),
        ...(typeof constraint === 'string' ? { constraint } : {}),
      },
      cause: error,
    },
  );
}

/** Postgres quotes the value at the end of messages on values: records do not belong into logs. */
function withoutValues(error: unknown): string {
  const message = messageOf(error);
  return sqlState(error)?.startsWith('22') === true ? message.replace(/: ".*"$/s, '') : message;
}

function remedyFor(state: string | undefined): string | undefined {
  switch (state) {
    case '28P01':
    case '28000':
      return 'check connection.username and connection.password, and pg_hba.conf of the server';
    case '3D000':
      return 'create the database, or correct connection.url';
    case '3F000':
      return 'create the schema, or change table.name.format';
    case '42501':
      return 'grant the user of the sink what it misses: INSERT, UPDATE, DELETE and SELECT on its tables, CREATE on the schema for auto.create';
    default:
      return undefined;
  }
}
