/**
 * Messages of the logical decoding plugin `pgoutput`, protocol version 1: what is committed, transaction after transaction.
 *
 * ```
 * Begin    B lsn:8 of the commit, micros:8 since 2000, xid:4
 * Commit   C flags:1 lsn:8 end:8 micros:8
 * Relation R oid:4 schema\0 table\0 identity:1 count:2 (key:1 name\0 type:4 modifier:4)*
 * Type     Y oid:4 schema\0 name\0
 * Insert   I oid:4 'N' tuple
 * Update   U oid:4 ('K' tuple | 'O' tuple)? 'N' tuple
 * Delete   D oid:4 ('K' | 'O') tuple
 * Truncate T count:4 options:1 oid:4*
 * Message  M flags:1 lsn:8 prefix\0 length:4 content
 * Origin   O lsn:8 name\0
 * tuple    count:2 ('n' | 'u' | 't' length:4 text)*
 * ```
 */
import { PostgresError } from './postgres-error.ts';
import { readLsn, type Lsn } from './lsn.ts';
import { NULL_VALUE, UNCHANGED_VALUE, type Tuple } from './tuple.ts';

export const MessageType = {
  begin: 0x42,
  commit: 0x43,
  relation: 0x52,
  type: 0x59,
  insert: 0x49,
  update: 0x55,
  delete: 0x44,
  truncate: 0x54,
  message: 0x4d,
  origin: 0x4f,
} as const;

const NEW_TUPLE = 0x4e;
const KEY_TUPLE = 0x4b;
const OLD_TUPLE = 0x4f;
/** From 1970 to 2000. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000;
const HALF = 2 ** 32;

export interface Begin {
  /** Where the commit is in the log. */
  readonly commitLsn: Lsn;
  /** Since 1970. */
  readonly committedAtMicros: number;
  readonly transaction: number;
}

export function readBegin(bytes: Buffer, at: number): Begin {
  return {
    commitLsn: readLsn(bytes, at + 1),
    committedAtMicros: readMicros(bytes, at + 9),
    transaction: bytes.readUInt32BE(at + 17),
  };
}

/** The first place after the transaction. */
export function readCommitEnd(bytes: Buffer, at: number): Lsn {
  return readLsn(bytes, at + 10);
}

export interface RelationColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly modifier: number;
  /** Of the replica identity. */
  readonly isKey: boolean;
}

export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** `d` primary key, `n` nothing, `f` all columns, `i` an index. */
  readonly identity: string;
  readonly columns: readonly RelationColumn[];
}

export function readRelation(bytes: Buffer, at: number): Relation {
  const reader = { at: at + 5 };
  const oid = bytes.readUInt32BE(at + 1);
  const schema = readText(bytes, reader) || 'pg_catalog';
  const table = readText(bytes, reader);
  const identity = String.fromCharCode(bytes[reader.at] ?? 0);
  const count = bytes.readUInt16BE(reader.at + 1);
  reader.at += 3;
  const columns = Array.from({ length: count }, () => {
    const isKey = ((bytes[reader.at] ?? 0) & 1) === 1;
    reader.at += 1;
    const name = readText(bytes, reader);
    const typeOid = bytes.readUInt32BE(reader.at);
    const modifier = bytes.readInt32BE(reader.at + 4);
    reader.at += 8;
    return { name, typeOid, modifier, isKey };
  });
  return { oid, schema, table, identity, columns };
}

export function readTruncatedOids(bytes: Buffer, at: number): number[] {
  return Array.from({ length: bytes.readUInt32BE(at + 1) }, (_, index) => bytes.readUInt32BE(at + 6 + index * 4));
}

/** What `pg_logical_emit_message` wrote. */
export interface EmittedMessage {
  readonly isTransactional: boolean;
  readonly lsn: Lsn;
  readonly prefix: string;
  readonly content: Buffer;
}

export function readEmittedMessage(bytes: Buffer, at: number): EmittedMessage {
  const reader = { at: at + 10 };
  const prefix = readText(bytes, reader);
  const length = bytes.readUInt32BE(reader.at);
  return {
    isTransactional: ((bytes[at + 1] ?? 0) & 1) === 1,
    lsn: readLsn(bytes, at + 2),
    prefix,
    content: Buffer.from(bytes.subarray(reader.at + 4, reader.at + 4 + length)),
  };
}

/** Rows of an insert, update or delete. */
export class RowChange {
  readonly before: Tuple;
  readonly after: Tuple;
  /** What {@link before} holds: nothing, the key, or the whole row. */
  old: 'none' | 'key' | 'row' = 'none';

  constructor(before: Tuple, after: Tuple) {
    this.before = before;
    this.after = after;
  }

  /** Of any of the three; `at` is where the message is. */
  read(bytes: Buffer, at: number): void {
    const kind = bytes[at];
    let next = at + 5;
    this.old = 'none';
    let marker = bytes[next];
    if (marker === KEY_TUPLE || marker === OLD_TUPLE) {
      this.old = marker === KEY_TUPLE ? 'key' : 'row';
      next = readTuple(bytes, next + 1, this.before);
      if (kind === MessageType.delete) return;
      marker = bytes[next];
    }
    if (marker !== NEW_TUPLE)
      throw new PostgresError('PROTOCOL', `the stream has a change with a part ${marker ?? -1}`);
    readTuple(bytes, next + 1, this.after);
  }
}

/** Returns the place after it. */
function readTuple(bytes: Buffer, at: number, into: Tuple): number {
  const count = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  let next = at + 2;
  const { starts, lengths } = into;
  into.source = bytes;
  into.count = count;
  for (let column = 0; column < count; column += 1) {
    const kind = bytes[next];
    if (kind === 0x74) {
      const length = bytes.readInt32BE(next + 1);
      starts[column] = next + 5;
      lengths[column] = length;
      next += 5 + length;
    } else if (kind === 0x6e || kind === 0x75) {
      starts[column] = next;
      lengths[column] = kind === 0x6e ? NULL_VALUE : UNCHANGED_VALUE;
      next += 1;
    } else throw new PostgresError('PROTOCOL', `the stream has a value of kind ${kind ?? -1}; only text was asked for`);
  }
  return next;
}

function readText(bytes: Buffer, reader: { at: number }): string {
  const end = bytes.indexOf(0, reader.at);
  if (end < 0) throw new PostgresError('PROTOCOL', 'the stream has a text without an end');
  const text = bytes.toString('utf8', reader.at, end);
  reader.at = end + 1;
  return text;
}

/** Since 1970, of a timestamp since 2000. */
export function readMicros(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * HALF + bytes.readUInt32BE(at + 4) + POSTGRES_EPOCH_MICROS;
}

export function writeMicros(bytes: Buffer, micros: number, at: number): void {
  const since2000 = micros - POSTGRES_EPOCH_MICROS;
  const high = Math.floor(since2000 / HALF);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(since2000 - high * HALF, at + 4);
}
