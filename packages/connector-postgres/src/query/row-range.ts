/** Which rows a look reads: after the last one of the look before, up to a bound behind which nothing can come late. */
import { identifier, literal } from '../replication/sql-text.ts';
import type { QueryConfig } from './query-config.ts';

/** Of the last row that was read; as Postgres writes them. */
export interface RowPlace {
  readonly timestamp?: string;
  readonly incrementing?: string;
}

export interface RangeOptions {
  readonly mode: QueryConfig['mode'];
  readonly incrementing: string | undefined;
  readonly timestamp: string | undefined;
  readonly delayMs: number;
}

/** What is asked first: how far rows go now. Undefined when rows have no order. */
export function boundQuery(from: string, options: RangeOptions): string | undefined {
  const { mode, incrementing, timestamp, delayMs } = options;
  if (mode === 'bulk') return undefined;
  if (mode === 'incrementing' && incrementing !== undefined)
    return `SELECT max(${identifier(incrementing)}) FROM ${from}`;
  if (timestamp === undefined) return undefined;
  const column = identifier(timestamp);
  return `SELECT max(${column}) FROM ${from} WHERE ${column} <= clock_timestamp() - interval '${delayMs} ms'`;
}

/** The rows after `after` up to `bound`, in order. */
export function rowsQuery(
  columns: readonly string[],
  from: string,
  options: RangeOptions,
  after: RowPlace,
  bound: string | undefined,
): string {
  const { mode, incrementing = '', timestamp = '' } = options;
  const list = columns.map(identifier).join(', ');
  if (mode === 'bulk' || bound === undefined) return `SELECT ${list} FROM ${from}`;
  const [id, at] = [identifier(incrementing), identifier(timestamp)];
  const first = mode === 'incrementing' ? id : at;
  const conditions = [`${first} <= ${literal(bound)}`];
  if (mode === 'incrementing') {
    if (after.incrementing !== undefined) conditions.push(`${id} > ${literal(after.incrementing)}`);
    return `SELECT ${list} FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${id}`;
  }
  if (mode === 'timestamp') {
    if (after.timestamp !== undefined) conditions.push(`${at} > ${literal(after.timestamp)}`);
    return `SELECT ${list} FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${at}`;
  }
  if (after.timestamp !== undefined)
    conditions.push(
      after.incrementing === undefined
        ? `${at} > ${literal(after.timestamp)}`
        : `(${at}, ${id}) > (${literal(after.timestamp)}, ${literal(after.incrementing)})`,
    );
  return `SELECT ${list} FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${at}, ${id}`;
}

/**
 * Transactions that may still bring rows at or before the bound. A row gets its number only after its transaction has locked the table for
 * writing; its time may be that of the beginning of its transaction, whatever that has done until now.
 */
export function writersQuery(options: RangeOptions, table: string | undefined): string {
  if (options.mode === 'incrementing' && table !== undefined)
    return `WITH RECURSIVE parts AS (
        SELECT ${literal(table)}::regclass::oid AS oid UNION ALL
        SELECT i.inhrelid FROM pg_inherits i JOIN parts p ON p.oid = i.inhparent)
      SELECT DISTINCT l.virtualtransaction FROM pg_locks l JOIN parts p ON p.oid = l.relation
      WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid()
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')`;
  return `SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'virtualxid' AND a.datname = current_database() AND a.backend_type = 'client backend'
      AND l.pid <> pg_backend_pid()`;
}
