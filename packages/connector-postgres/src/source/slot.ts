/** The replication slot: the place in the log that the server keeps for us. */
import { parseLsn, formatLsn, type Lsn } from '../replication/lsn.ts';
import { PostgresError } from '../replication/postgres-error.ts';
import { identifier, literal } from '../replication/sql-text.ts';
import type { WireConnection } from '../replication/wire-connection.ts';

export interface SlotState {
  readonly plugin: string;
  readonly database: string;
  readonly isActive: boolean;
  readonly confirmedLsn: Lsn | undefined;
  /** Why the server has given it up; undefined when it has not. */
  readonly invalid: string | undefined;
  readonly walStatus: string;
  /** Bytes of log that are kept for it. */
  readonly retainedBytes: number;
  /** Bytes that may still be written before the server gives it up; undefined: no limit. */
  readonly safeBytes: number | undefined;
}

const BEGIN_ANEW =
  'set snapshot.mode=when_needed to begin anew with a snapshot, or stop the connector, delete its offsets and start it';

interface SlotRow {
  readonly plugin: string | null;
  readonly database: string | null;
  readonly active: boolean;
  readonly confirmed_flush_lsn: string | null;
  readonly wal_status: string | null;
  readonly safe_wal_size: number | null;
  readonly invalidation_reason?: string | null;
  readonly conflicting?: boolean | null;
}

export async function readSlot(connection: WireConnection, name: string): Promise<SlotState | undefined> {
  const [row] = await connection.query(
    `look at replication slot ${name}`,
    `SELECT to_jsonb(s), pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, s.restart_lsn)
     FROM pg_replication_slots s WHERE slot_name = ${literal(name)}`,
  );
  if (row === undefined) return undefined;
  const slot = JSON.parse(row[0] ?? '{}') as SlotRow;
  const status = slot.wal_status ?? 'unknown';
  const invalid =
    slot.invalidation_reason ??
    (slot.conflicting === true ? 'conflict' : status === 'lost' ? 'wal_removed' : undefined);
  return {
    plugin: slot.plugin ?? '',
    database: slot.database ?? '',
    isActive: slot.active,
    confirmedLsn: slot.confirmed_flush_lsn === null ? undefined : parseLsn(slot.confirmed_flush_lsn),
    invalid,
    walStatus: status,
    retainedBytes: Number(row[1] ?? 0),
    safeBytes: slot.safe_wal_size ?? undefined,
  };
}

export interface NewSlot {
  /** Everything that is committed from here on comes through the slot; what was before is in the snapshot. */
  readonly lsn: Lsn;
  /** For `SET TRANSACTION SNAPSHOT`, until the connection is used again. */
  readonly snapshot: string;
}

export interface SlotUse {
  readonly isTemporary: boolean;
  readonly hasFailover: boolean;
}

/** On a replication connection. Waits for transactions that are running now, however long: see ./slot-creation.ts. */
export async function createSlot(
  connection: WireConnection,
  name: string,
  use: SlotUse,
  signal: AbortSignal,
): Promise<NewSlot> {
  const temporary = use.isTemporary ? ' TEMPORARY' : '';
  const options = `SNAPSHOT 'export'${use.hasFailover ? ', FAILOVER' : ''}`;
  const [row] = await connection.query(
    `create replication slot ${name}`,
    `CREATE_REPLICATION_SLOT ${identifier(name)}${temporary} LOGICAL pgoutput (${options})`,
    signal,
    Number.POSITIVE_INFINITY,
  );
  if (row?.[1] === undefined || row[1] === null || row[2] === undefined || row[2] === null)
    throw new PostgresError('PROTOCOL', `the server does not say where the new replication slot ${name} begins`);
  return { lsn: parseLsn(row[1]), snapshot: row[2] };
}

export async function dropSlot(connection: WireConnection, name: string): Promise<void> {
  await connection.query(`drop replication slot ${name}`, `DROP_REPLICATION_SLOT ${identifier(name)} WAIT`);
}

/**
 * What a publication does not publish is not in the stream, whatever is added to it later: where it was dropped, changes are left out
 * (Postgres 18 passes over them without an error) from when on nobody knows.
 */
export function publicationProblem(name: string, from: Lsn): PostgresError {
  return new PostgresError(
    'SLOT',
    `publication ${name} is gone, and with it changes since ${formatLsn(from)}: ${BEGIN_ANEW}`,
  );
}

/** Why we cannot go on from `from` with this slot; undefined when we can. */
export function slotProblem(
  name: string,
  database: string,
  slot: SlotState | undefined,
  from: Lsn | undefined,
): PostgresError | undefined {
  if (slot === undefined) {
    if (from === undefined) return undefined;
    return new PostgresError(
      'SLOT',
      `replication slot ${name} is gone, and with it the changes since ${formatLsn(from)}: ${BEGIN_ANEW}`,
    );
  }
  if (slot.plugin !== 'pgoutput' || slot.database !== database)
    return new PostgresError(
      'SETUP',
      `replication slot ${name} belongs to database ${slot.database} and plugin ${slot.plugin}: set another slot.name`,
    );
  if (slot.invalid !== undefined)
    return new PostgresError(
      'SLOT',
      `the server has given up replication slot ${name} (${slot.invalid}): drop it (SELECT pg_drop_replication_slot(${literal(name)})), raise max_slot_wal_keep_size, and ${BEGIN_ANEW}`,
    );
  if (from !== undefined && slot.confirmedLsn !== undefined && slot.confirmedLsn > from)
    return new PostgresError(
      'SLOT',
      `replication slot ${name} is at ${formatLsn(slot.confirmedLsn)}, beyond the stored offset ${formatLsn(from)}: somebody else has read from it, and what is between may be lost: ${BEGIN_ANEW}`,
    );
  return undefined;
}
