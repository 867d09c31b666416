/**
 * The bytes that workers of a group exchange through the broker, behind a two-byte version, as Kafka Connect's workers write them: what a
 * worker says when it joins, and what the leader gives it. KIP-415 (version 1: cooperative) and KIP-507 (version 2: the same fields, and
 * requests between workers are signed).
 *
 * Invariants: writes version 2. Reads 1 and 2, and later ones as 2, since versions only append fields.
 */
import { Reader, Writer } from '@millrace/protocol';
import type { ConnectorTaskId } from '../herder/herder.ts';
import { NO_WORK, type WorkLoad } from './work-load.ts';

export const CONNECT_PROTOCOL_TYPE = 'connect';
const SESSIONED_VERSION = 2;
const COOPERATIVE_VERSION = 1;
/** Task number with which a connector itself is written. */
const CONNECTOR_ITSELF = -1;
/** Length of an empty text. */
const TEXT_BYTES = 2;
const ARRAY_BYTES = 4;

/** What a worker tells the others. */
export interface WorkerMetadata {
  /** Base URL of its REST. */
  readonly url: string;
  /** How far it has read the config topic: offset of the last record plus one. */
  readonly configOffset: bigint;
  /** What it runs, as of the last assignment that it took; undefined: nothing yet, or it has lost it. */
  readonly assignment: WorkerAssignment | undefined;
}

export const AssignmentError = { none: 0, configMismatch: 1 } as const;

/** What the leader gives a worker. */
export interface WorkerAssignment {
  /** `configMismatch`: the leader knows less of the config topic than a member does; nothing changes, and all join again. */
  readonly error: number;
  /** Member id. */
  readonly leader: string;
  readonly leaderUrl: string;
  /** How far the config topic has to be read before the work is taken up. */
  readonly configOffset: bigint;
  /** In an assignment: what comes in addition. In the metadata of a worker: all that it has. */
  readonly assigned: WorkLoad;
  /** What has to be given up, before joining again. */
  readonly revoked: WorkLoad;
  /** After which all join again, since work was lost and is not shared out yet; 0: not. */
  readonly delayMs: number;
}

export function encodeMetadata({ url, configOffset, assignment }: WorkerMetadata): Buffer {
  const current = assignment === undefined ? null : encodeAssignment(assignment);
  return written(2 + textBytes(url) + 8 + 4 + (current?.length ?? 0), (writer) => {
    writer.int16(SESSIONED_VERSION);
    writer.string(url);
    writer.int64(configOffset);
    writer.nullableBytes(current);
  });
}

/** Throws ProtocolError when the bytes are not what a worker says. */
export function decodeMetadata(bytes: Uint8Array): WorkerMetadata {
  const reader = new Reader(bytes);
  const version = reader.int16();
  const url = reader.string();
  const configOffset = reader.int64();
  const current = version >= COOPERATIVE_VERSION ? reader.nullableBytes() : null;
  const assignment = current === null || current.length === 0 ? undefined : decodeAssignment(current);
  return { url, configOffset, assignment };
}

export function encodeAssignment(assignment: WorkerAssignment): Buffer {
  const assigned = entriesOf(assignment.assigned);
  const revoked = entriesOf(assignment.revoked);
  const size =
    2 +
    2 +
    textBytes(assignment.leader) +
    textBytes(assignment.leaderUrl) +
    8 +
    entriesBytes(assigned) +
    entriesBytes(revoked) +
    4;
  return written(size, (writer) => {
    writer.int16(SESSIONED_VERSION);
    writer.int16(assignment.error);
    writer.string(assignment.leader);
    writer.string(assignment.leaderUrl);
    writer.int64(assignment.configOffset);
    writeEntries(writer, assigned);
    writeEntries(writer, revoked);
    writer.int32(assignment.delayMs);
  });
}

/** Throws ProtocolError when the bytes are not an assignment. */
export function decodeAssignment(bytes: Uint8Array): WorkerAssignment {
  const reader = new Reader(bytes);
  const version = reader.int16();
  const error = reader.int16();
  const leader = reader.string();
  const leaderUrl = reader.string();
  const configOffset = reader.int64();
  const assigned = readWork(reader);
  const isCooperative = version >= COOPERATIVE_VERSION;
  const revoked = isCooperative ? readWork(reader) : NO_WORK;
  const delayMs = isCooperative ? reader.int32() : 0;
  return { error, leader, leaderUrl, configOffset, assigned, revoked, delayMs };
}

type Entry = readonly [connector: string, tasks: readonly number[]];

/** By connector in order of their names, the connector itself before its tasks. */
function entriesOf({ connectors, tasks }: WorkLoad): readonly Entry[] {
  const entries = new Map<string, number[]>(connectors.map((connector) => [connector, [CONNECTOR_ITSELF]]));
  for (const { connector, task } of tasks) {
    const numbers = entries.get(connector);
    if (numbers === undefined) entries.set(connector, [task]);
    else numbers.push(task);
  }
  for (const numbers of entries.values()) numbers.sort((a, b) => a - b);
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function entriesBytes(entries: readonly Entry[]): number {
  return entries.reduce(
    (sum, [connector, tasks]) => sum + textBytes(connector) + ARRAY_BYTES + 4 * tasks.length,
    ARRAY_BYTES,
  );
}

function writeEntries(writer: Writer, entries: readonly Entry[]): void {
  writer.arrayLength(entries.length);
  for (const [connector, tasks] of entries) {
    writer.string(connector);
    writer.arrayLength(tasks.length);
    for (const task of tasks) writer.int32(task);
  }
}

function readWork(reader: Reader): WorkLoad {
  const connectors: string[] = [];
  const tasks: ConnectorTaskId[] = [];
  const count = reader.nullableArrayLength(TEXT_BYTES + ARRAY_BYTES);
  for (let entry = 0; entry < count; entry++) {
    const connector = reader.string();
    for (let left = reader.arrayLength(4); left > 0; left--) {
      const task = reader.int32();
      if (task === CONNECTOR_ITSELF) connectors.push(connector);
      else tasks.push({ connector, task });
    }
  }
  return { connectors, tasks };
}

function textBytes(text: string): number {
  return TEXT_BYTES + Buffer.byteLength(text);
}

function written(sizeBytes: number, write: (writer: Writer) => void): Buffer {
  const writer = new Writer(sizeBytes);
  write(writer);
  return writer.toBuffer();
}
