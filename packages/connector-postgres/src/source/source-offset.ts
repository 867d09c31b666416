/**
 * How far the source is, as it is stored: Debezium's names and meanings, so that either can go on where the other stopped.
 *
 * | name | meaning |
 * | --- | --- |
 * | lsn, lsn_proc | place of the last change that became a record; after a whole transaction, its end |
 * | lsn_commit | end of the last transaction that became records as a whole: where the stream is asked to go on |
 * | txId, lsn_events_processed | of a transaction that is done in part: which, and how many of its changes at `lsn` |
 * | ts_usec | when it was committed |
 * | snapshot, snapshot_completed | `INITIAL` and false while the snapshot is read |
 * | snapshot_progress | how far the snapshot is: ours, JSON |
 * | snapshot_marks | what the stream has to leave out, as a later part of the snapshot has it: ours, JSON |
 */
import type { Position } from '@millrace/connect-api';
import type { Lsn } from '../replication/lsn.ts';

/** Rows of a table with keys up to `to` were read as of `lsn`; without `to`, the others. */
export interface SnapshotMark {
  readonly to?: readonly string[];
  readonly lsn: Lsn;
}

/** By table, in the order of keys. */
export type SnapshotMarks = Readonly<Record<string, readonly SnapshotMark[]>>;

export interface SnapshotProgress {
  /** Tables that are read as a whole or in part, with what was read as of when. */
  readonly marks: SnapshotMarks;
  readonly done: readonly string[];
  /** The table that is being read, and the key of the last row of it that became a record. */
  readonly table?: string;
  readonly after?: readonly string[];
}

/** A transaction of which only some changes became records. */
export interface PartialTransaction {
  readonly transaction: number | undefined;
  readonly lsn: Lsn;
  /** At `lsn`; undefined: all. */
  readonly events: number | undefined;
}

export interface SourcePosition {
  /** Where the stream is asked to go on. */
  readonly lsn: Lsn;
  readonly partial?: PartialTransaction;
  /** The snapshot is not complete. */
  readonly snapshot?: SnapshotProgress | 'from the beginning';
  readonly marks?: SnapshotMarks;
}

/** Undefined when there is nothing to go on from. */
export function readOffset(offset: Position): SourcePosition | undefined {
  const lsn = numberOf(offset['lsn']);
  const committed = numberOf(offset['lsn_commit']) ?? numberOf(offset['lsn_proc']) ?? lsn;
  if (committed === undefined) return undefined;
  const marks = parse<SnapshotMarks>(offset['snapshot_marks']);
  const isSnapshot = ![undefined, null, false, 'false'].includes(offset['snapshot'] as string | undefined);
  const isCompleted = offset['snapshot_completed'] === true || offset['last_snapshot_record'] === true;
  if (isSnapshot && !isCompleted)
    return {
      lsn: committed,
      snapshot: parse<SnapshotProgress>(offset['snapshot_progress']) ?? 'from the beginning',
    };
  // The first change of a transaction may be at the very end of the one before. One that is done as a whole is never sent again, and so does
  // no harm here.
  const transaction = numberOf(offset['txId']);
  const partial =
    lsn !== undefined && (lsn > committed || (lsn === committed && transaction !== undefined))
      ? { transaction, lsn, events: numberOf(offset['lsn_events_processed']) }
      : undefined;
  return {
    lsn: committed,
    ...(partial === undefined ? {} : { partial }),
    ...(marks === undefined ? {} : { marks }),
  };
}

export function streamOffset(
  lsn: Lsn,
  committed: Lsn,
  details: {
    readonly transaction?: number | undefined;
    readonly events?: number;
    readonly micros?: number;
    readonly marks?: SnapshotMarks | undefined;
  },
): Position {
  const { transaction, events, micros, marks } = details;
  return {
    lsn,
    lsn_proc: lsn,
    lsn_commit: committed,
    ...(transaction === undefined ? {} : { txId: transaction }),
    ...(events === undefined ? {} : { lsn_events_processed: events }),
    ...(micros === undefined ? {} : { ts_usec: micros }),
    ...(marks === undefined ? {} : { snapshot_marks: JSON.stringify(marks) }),
  };
}

export function snapshotOffset(lsn: Lsn, progress: SnapshotProgress, micros: number): Position {
  return {
    lsn,
    lsn_proc: lsn,
    lsn_commit: lsn,
    ts_usec: micros,
    snapshot: 'INITIAL',
    snapshot_completed: false,
    snapshot_progress: JSON.stringify(progress),
  };
}

function numberOf(value: Position[string] | undefined): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function parse<T>(value: Position[string] | undefined): T | undefined {
  return typeof value === 'string' ? (JSON.parse(value) as T) : undefined;
}
