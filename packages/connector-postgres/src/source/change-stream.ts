/**
 * Changes as they are committed: decodes the stream, finds the table of each change, and hands on batches with their positions.
 *
 * Invariants: a batch's offset is the place after its last record. Inside a transaction that is the place of the change and how many changes
 * there were at that place, as one entry of the log can hold several.
 * Bounds: a batch is handed on when it is full, and when nothing more has come; transactions of any size pass through in batches.
 */
import type { OutRecord, SourceBatch } from '@millrace/connect-api';
import type { Clock, Logger } from '@millrace/base';
import type { Lsn } from '../replication/lsn.ts';
import {
  MessageType,
  readBegin,
  readCommitEnd,
  readEmittedMessage,
  readRelation,
  readTruncatedOids,
  RowChange,
  type Relation,
} from '../replication/pgoutput.ts';
import { PostgresError } from '../replication/postgres-error.ts';
import type { ReplicationStream } from '../replication/replication-stream.ts';
import { Tuple } from '../replication/tuple.ts';
import { batchOf, type BatchLimits, type RowFailure, type SourcePartition } from './batches.ts';
import type { Catalog, CatalogTable } from './catalog.ts';
import type { ChangeRecords } from './change-records.ts';
import type { MarkedTables, TableMarks } from './snapshot-marks.ts';
import { streamOffset, type PartialTransaction } from './source-offset.ts';
import { TableLayout, type LayoutOptions } from './table-layout.ts';

export interface ChangeStreamOptions {
  readonly stream: ReplicationStream;
  readonly catalog: Catalog;
  readonly records: ChangeRecords;
  readonly layout: LayoutOptions;
  readonly partition: SourcePartition;
  readonly limits: BatchLimits;
  readonly from: Lsn;
  readonly partial: PartialTransaction | undefined;
  readonly marks: MarkedTables | undefined;
  /** Operations to leave out. */
  readonly skipped: ReadonlySet<string>;
  /** The position moves on this often when nothing captured changes. */
  readonly idleIntervalMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  includesTable(schema: string, table: string): boolean;
  includesMessage(prefix: string): boolean;
  failed(failure: RowFailure): Promise<void>;
  /** Records that go with the next batch, such as a heartbeat. */
  extra(): OutRecord | undefined;
  onChange(committedAtMicros: number): void;
}

interface KnownTable {
  readonly table: CatalogTable;
  readonly layout: TableLayout;
  readonly marks: TableMarks | undefined;
  /** What the server said of it, to tell a repetition from a change. */
  readonly signature: string;
}

/** Not captured. */
const LEFT_OUT = Symbol('left out');

export class ChangeStream {
  readonly #options: ChangeStreamOptions;
  readonly #tables = new Map<number, KnownTable | typeof LEFT_OUT>();
  readonly #change = new RowChange(new Tuple(), new Tuple());
  #records: OutRecord[] = [];
  #bytes = 0;
  /** Everything before became records. */
  #committed: Lsn;
  /** Of the open transaction; undefined between transactions. */
  #transaction: { readonly id: number; readonly commitLsn: Lsn; readonly micros: number } | undefined;
  #lastMicros: number | undefined;
  #lastTransaction: number | undefined;
  #eventLsn: Lsn;
  #eventsAtLsn = 0;
  #partial: PartialTransaction | undefined;
  #marks: MarkedTables | undefined;
  #handedOn: Lsn;
  #handedOnAtMs: number;

  constructor(options: ChangeStreamOptions) {
    this.#options = options;
    this.#committed = options.from;
    this.#eventLsn = options.from;
    this.#handedOn = options.from;
    this.#handedOnAtMs = options.clock.monotonicMs();
    this.#partial = options.partial;
    this.#marks = options.marks;
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const { stream, limits, clock, records } = this.#options;
    for (;;) {
      records.at(clock.nowMs());
      for (let kind = stream.tryMessage(); kind !== undefined; kind = stream.tryMessage()) {
        if (kind === 'idle') {
          this.#idle();
          continue;
        }
        const waiting = this.#take();
        if (waiting !== undefined) await waiting;
        if (this.#records.length < limits.records && this.#bytes < limits.bytes) continue;
        yield this.#batch();
        records.at(clock.nowMs());
      }
      const extra = this.#transaction === undefined ? this.#options.extra() : undefined;
      if (extra !== undefined) this.#records.push(extra);
      if (this.#records.length > 0 || this.#isIdleLong()) yield this.#batch();
      else await stream.more(signal);
      signal.throwIfAborted();
    }
  }

  /** Nothing of ours is in the log up to there. */
  #idle(): void {
    if (this.#transaction !== undefined || this.#records.length > 0) return;
    this.#moveOn(this.#options.stream.receivedLsn);
  }

  #moveOn(lsn: Lsn): void {
    if (lsn <= this.#committed) return;
    this.#committed = lsn;
    this.#eventLsn = lsn;
    this.#eventsAtLsn = 0;
    if (this.#marks !== undefined && lsn >= this.#marks.endLsn) this.#marks = undefined;
  }

  #isIdleLong(): boolean {
    const { clock, idleIntervalMs } = this.#options;
    return this.#committed > this.#handedOn && clock.monotonicMs() - this.#handedOnAtMs >= idleIntervalMs;
  }

  #batch(): SourceBatch {
    const records = this.#records;
    const bytes = this.#bytes;
    this.#records = [];
    this.#bytes = 0;
    this.#handedOn = this.#committed;
    this.#handedOnAtMs = this.#options.clock.monotonicMs();
    const open = this.#transaction;
    const marks = this.#marks?.marks;
    const offset =
      open === undefined || this.#eventsAtLsn === 0
        ? streamOffset(this.#committed, this.#committed, {
            transaction: this.#lastTransaction,
            ...(this.#lastMicros === undefined ? {} : { micros: this.#lastMicros }),
            marks,
          })
        : streamOffset(this.#eventLsn, this.#committed, {
            transaction: open.id,
            events: this.#eventsAtLsn,
            micros: open.micros,
            marks,
          });
    return batchOf(this.#options.partition, records, offset, bytes, open !== undefined);
  }

  /** One message; returns a promise only when something has to be asked. */
  #take(): Promise<void> | undefined {
    const { stream } = this.#options;
    const { buffer, at } = stream;
    switch (buffer[at]) {
      case MessageType.begin:
        this.#begin(buffer, at);
        return undefined;
      case MessageType.commit:
        this.#commit(readCommitEnd(buffer, at));
        return undefined;
      case MessageType.insert:
      case MessageType.update:
      case MessageType.delete:
        return this.#takeChange(buffer, at);
      case MessageType.relation:
        return this.#relation(readRelation(buffer, at));
      case MessageType.truncate:
        return this.#truncate(readTruncatedOids(buffer, at));
      case MessageType.message:
        this.#message(buffer, at);
        return undefined;
      default:
        // Types come with the relation's columns, and origins tell nothing that records carry.
        return undefined;
    }
  }

  #begin(buffer: Buffer, at: number): void {
    const { commitLsn, committedAtMicros: micros, transaction: id } = readBegin(buffer, at);
    this.#transaction = { id, commitLsn, micros };
    this.#eventsAtLsn = 0;
    this.#eventLsn = this.#committed;
    const previousLsn = this.#committed;
    this.#options.records.begin({ snapshot: 'false', transaction: id, committedAtMicros: micros, previousLsn });
    this.#options.onChange(micros);
    // Only the first transaction can be done in part; an offset without its number names the first that comes.
    if (this.#partial?.transaction !== undefined && this.#partial.transaction !== id) this.#partial = undefined;
  }

  #commit(end: Lsn): void {
    this.#lastMicros = this.#transaction?.micros;
    this.#lastTransaction = this.#transaction?.id;
    this.#transaction = undefined;
    // Later transactions may have changes below it, which are new.
    this.#partial = undefined;
    this.#moveOn(end);
  }

  /** Counts the change; false when it became a record before. */
  #isNew(): boolean {
    const { lsn } = this.#options.stream;
    if (lsn === this.#eventLsn) this.#eventsAtLsn += 1;
    else {
      this.#eventLsn = lsn;
      this.#eventsAtLsn = 1;
    }
    const partial = this.#partial;
    if (partial === undefined) return true;
    return (
      lsn > partial.lsn || (lsn === partial.lsn && partial.events !== undefined && this.#eventsAtLsn > partial.events)
    );
  }

  #takeChange(buffer: Buffer, at: number): Promise<void> | undefined {
    const oid = buffer.readUInt32BE(at + 1);
    const table = this.#tables.get(oid);
    const isNew = this.#isNew();
    if (table === LEFT_OUT || !isNew) return undefined;
    if (table === undefined)
      throw new PostgresError('PROTOCOL', `the stream has a change of a table ${oid} that it has not described`);
    const kind = buffer[at];
    const { skipped } = this.#options;
    if (skipped.has(kind === MessageType.insert ? 'c' : kind === MessageType.update ? 'u' : 'd')) return undefined;
    const change = this.#change;
    change.read(buffer, at);
    const row = kind === MessageType.delete ? change.before : change.after;
    const before = this.#records.length;
    try {
      let bytes = this.#render(table, kind);
      if (table.layout.unexpectedNulls.size > 0) {
        this.#records.length = before;
        bytes = this.#render(this.#relax(oid, table), kind);
      }
      this.#bytes += bytes;
    } catch (error) {
      this.#records.length = before;
      return this.#options.failed({ layout: table.layout, row, error });
    }
    return undefined;
  }

  /** Makes records of the change that was read, but for what the snapshot has already; returns their bytes. */
  #render({ layout, marks }: KnownTable, kind: number | undefined): number {
    const { records, stream } = this.#options;
    const change = this.#change;
    const commitLsn = this.#transaction?.commitLsn ?? 0;
    const isKnown = (row: Tuple): boolean => this.#marks !== undefined && marks?.has(commitLsn, row) === true;
    if (kind === MessageType.insert)
      return isKnown(change.after) ? 0 : records.row(layout, 'c', change.after, stream.lsn, this.#records);
    if (kind === MessageType.delete)
      return isKnown(change.before) ? 0 : records.delete(layout, change, stream.lsn, this.#records);
    // A key that changes may leave a part of the table that was read before, for one that was read after, or the other way round.
    const isNewKnown = isKnown(change.after);
    const isOldKnown = change.old === 'none' ? isNewKnown : isKnown(change.before);
    if (isNewKnown && isOldKnown) return 0;
    if (isNewKnown) return records.delete(layout, change, stream.lsn, this.#records);
    if (isOldKnown) return records.row(layout, 'c', change.after, stream.lsn, this.#records);
    return records.update(layout, change, stream.lsn, this.#records);
  }

  async #truncate(oids: readonly number[]): Promise<void> {
    const isNew = this.#isNew();
    if (!isNew || this.#options.skipped.has('t')) return;
    for (const oid of oids) {
      const table = this.#tables.get(oid);
      if (table === undefined || table === LEFT_OUT) continue;
      this.#bytes += this.#options.records.truncate(table.layout, this.#options.stream.lsn, this.#records);
    }
  }

  #message(buffer: Buffer, at: number): void {
    const message = readEmittedMessage(buffer, at);
    const { records, stream } = this.#options;
    if (message.isTransactional) {
      if (!this.#isNew()) return;
    } else if (this.#transaction === undefined) {
      if (message.lsn < this.#committed) return;
      records.begin({
        snapshot: 'false',
        transaction: undefined,
        committedAtMicros: this.#options.clock.nowMs() * 1000,
        previousLsn: this.#committed,
      });
    }
    if (this.#options.includesMessage(message.prefix)) this.#bytes += records.message(message, this.#records);
    // The server starts behind the message when it is asked for what comes after its first byte.
    if (!message.isTransactional && this.#transaction === undefined) this.#moveOn(stream.lsn + 1);
  }

  /** The server describes a table before its first change, and again after it was changed. */
  async #relation(relation: Relation): Promise<void> {
    const { catalog, layout: layoutOptions, records, log } = this.#options;
    const { oid, schema, table: name } = relation;
    const known = this.#tables.get(oid);
    if (!this.#options.includesTable(schema, name)) {
      this.#tables.set(oid, LEFT_OUT);
      return;
    }
    const table = merge(relation, await catalog.table(schema, name));
    const signature = JSON.stringify(table);
    if (known !== undefined && known !== LEFT_OUT) {
      // The same table may be described again; its schemas stay the same objects.
      if (known.signature === signature) return;
      log.info('a table has changed', { table: `${schema}.${name}` });
      records.forget(known.layout);
    }
    await catalog.loadTypes(table.columns.map(({ typeOid }) => typeOid));
    const layout = new TableLayout(table, catalog.types, layoutOptions);
    this.#tables.set(oid, { table, layout, marks: this.#marks?.of(table), signature });
  }

  /** The row is of a time when a column could be without what it must have now: the catalog is ahead of the stream. */
  #relax(oid: number, known: KnownTable): KnownTable {
    const { catalog, layout: layoutOptions, records } = this.#options;
    const { unexpectedNulls } = known.layout;
    const columns = known.table.columns.map((column) =>
      unexpectedNulls.has(column.name) ? { ...column, isRequired: false } : column,
    );
    const table = { ...known.table, columns };
    const layout = new TableLayout(table, catalog.types, layoutOptions);
    const relaxed = { table, layout, marks: known.marks, signature: JSON.stringify(table) };
    records.forget(known.layout);
    this.#tables.set(oid, relaxed);
    return relaxed;
  }
}

/**
 * Columns as the stream has them, with what only the catalog knows. The catalog may be ahead of the stream: what it no longer has is taken
 * as optional, what it requires meanwhile is so until a row lacks it, and a key that it has meanwhile lost is that of the replica identity.
 */
function merge(relation: Relation, catalog: CatalogTable | undefined): CatalogTable {
  const columns = relation.columns.map(({ name, typeOid, modifier }) => {
    const known = catalog?.columns.find((column) => column.name === name);
    return { name, typeOid, modifier, dimensions: known?.dimensions ?? 0, isRequired: known?.isRequired ?? false };
  });
  const identity =
    relation.identity === 'f' ? [] : relation.columns.filter(({ isKey }) => isKey).map(({ name }) => name);
  const primaryKey = catalog?.primaryKey ?? [];
  const isUsable = primaryKey.length > 0 && primaryKey.every((key) => columns.some(({ name }) => name === key));
  return {
    oid: relation.oid,
    schema: relation.schema,
    name: relation.table,
    columns,
    primaryKey: isUsable ? primaryKey : identity,
    identity: relation.identity,
    isPartitioned: catalog?.isPartitioned ?? false,
  };
}
