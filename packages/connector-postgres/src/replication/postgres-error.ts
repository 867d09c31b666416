import { MillraceError, type MillraceErrorOptions } from '@millrace/base';

/**
 * - `CONNECTION`: the server cannot be reached, or went away; retriable
 * - `AUTHENTICATION`: who we say we are is not believed
 * - `REFUSED`: the server does not do what it is asked; `details.sqlState` says why
 * - `PROTOCOL`: the server sends what it should not
 * - `SLOT`: the replication slot cannot give what comes after the stored offset
 * - `VALUE`: a value cannot be written as its setting wants it
 * - `SETUP`: tables, publication or privileges are not as they have to be
 */
const CODES = {
  CONNECTION: 'MILLRACE_CONNECT_POSTGRES_CONNECTION',
  AUTHENTICATION: 'MILLRACE_CONNECT_POSTGRES_AUTHENTICATION',
  REFUSED: 'MILLRACE_CONNECT_POSTGRES_REFUSED',
  PROTOCOL: 'MILLRACE_CONNECT_POSTGRES_PROTOCOL',
  SLOT: 'MILLRACE_CONNECT_POSTGRES_SLOT',
  VALUE: 'MILLRACE_CONNECT_POSTGRES_VALUE',
  SETUP: 'MILLRACE_CONNECT_POSTGRES_SETUP',
} as const;

export type PostgresErrorKind = keyof typeof CODES;

/** The source's errors: `MILLRACE_CONNECT_POSTGRES_` and the kind. */
export class PostgresError extends MillraceError {
  override readonly name = 'PostgresError';

  constructor(kind: PostgresErrorKind, message: string, options: MillraceErrorOptions = {}) {
    super(CODES[kind], message, options);
  }
}

/** Classes and codes of SQL states after which the same may work: connection, resources, shutdown, rollback, in use, deadlock. */
const RETRIABLE = /^(08|53|57P|40|55006|55P03|58030)/;

/** Fields of an ErrorResponse, by their letters. */
export function serverError(what: string, fields: ReadonlyMap<string, string>): PostgresError {
  const sqlState = fields.get('C') ?? '';
  const hint = fields.get('H');
  const detail = fields.get('D');
  const text = [fields.get('M') ?? 'no reason given', detail, hint].filter((part) => part !== undefined).join('; ');
  if (sqlState.startsWith('28'))
    return new PostgresError('AUTHENTICATION', `cannot ${what}: ${text} (SQL state ${sqlState})`, {
      details: { sqlState },
    });
  return new PostgresError('REFUSED', `cannot ${what}: ${text} (SQL state ${sqlState})`, {
    retriable: RETRIABLE.test(sqlState),
    details: { sqlState },
  });
}
