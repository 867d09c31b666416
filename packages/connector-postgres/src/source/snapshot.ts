/**
 * The rows that are there already, read table by table and chunk by chunk, each as of a known place in the log.
 *
 * Invariants: all that one run reads is as of one moment, that of the exported snapshot of a replication slot. Whoever goes on after a crash
 * reads the rest as of a later moment and notes that ({@link SnapshotMark}), so that the stream, which begins at the first moment, leaves
 * out what the rest has already.
 * Bounds: rows are handed on in batches; nothing is kept of a chunk but the key of its last row.
 */
import type { OutRecord, SourceBatch } from '@millrace/connect-api';
import type { Lsn } from '../replication/lsn.ts';
import { readCopyRow } from '../replication/copy-text.ts';
import { identifier, literal, qualifiedName } from '../replication/sql-text.ts';
import { Tuple } from '../replication/tuple.ts';
import { FrameType, type WireConnection } from '../replication/wire-connection.ts';
import type { Catalog, CatalogTable, PublishedTable } from './catalog.ts';
import type { ChangeRecords } from './change-records.ts';
import { snapshotOffset, type SnapshotMark, type SnapshotProgress } from './source-offset.ts';
import { TableLayout, type LayoutOptions } from './table-layout.ts';
import { batchOf, type BatchLimits, type RowFailure, type SourcePartition } from './batches.ts';

export interface SnapshotOptions {
  /** With the snapshot imported into a transaction that is open. */
  readonly connection: WireConnection;
  readonly catalog: Catalog;
  readonly records: ChangeRecords;
  readonly layout: LayoutOptions;
  readonly partition: SourcePartition;
  readonly limits: BatchLimits;
  readonly chunkRows: number;
  /** How long the server may say nothing while rows are read. */
  readonly silenceMsMax: number;
  /** Tables to read; the others become done without being read. */
  readonly tables: readonly PublishedTable[];
  /** Where the stream will begin. */
  readonly streamLsn: Lsn;
  /** As of when rows are read now: the same, or later. */
  readonly lsn: Lsn;
  readonly progress: SnapshotProgress;
  readonly nowMs: number;
  failed(failure: RowFailure): Promise<void>;
  /** Counted for those who watch. */
  onRows(table: string, count: number): void;
  onTable(table: string, remaining: number): void;
}

export interface SnapshotResult {
  readonly progress: SnapshotProgress;
}

/** One run of a snapshot; `progress` is complete when it has come to its end. */
export class Snapshot {
  readonly #options: SnapshotOptions;
  #progress: SnapshotProgress;
  #isFirst: boolean;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#progress = options.progress;
    this.#isFirst = Object.keys(options.progress.marks).length === 0;
  }

  get progress(): SnapshotProgress {
    return this.#progress;
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const { tables } = this.#options;
    const left = tables.filter((table) => !this.#progress.done.includes(nameOf(table)));
    // The table that was begun goes first, so that there is never more than one.
    left.sort((a, b) => Number(nameOf(b) === this.#progress.table) - Number(nameOf(a) === this.#progress.table));
    for (const [index, table] of left.entries()) {
      this.#options.onTable(nameOf(table), left.length - index);
      yield* this.#table(table, signal);
    }
    this.#options.onTable('', 0);
  }

  async *#table(published: PublishedTable, signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const { catalog, layout: layoutOptions, records } = this.#options;
    const name = nameOf(published);
    const table = await catalog.table(published.schema, published.name);
    if (table !== undefined) {
      const columns = table.columns.filter((column) => published.columns.includes(column.name));
      const layout = new TableLayout({ ...table, columns }, catalog.types, layoutOptions);
      const isKeyed =
        table.primaryKey.length > 0 && table.primaryKey.every((key) => columns.some((c) => c.name === key));
      // Without a key there is nothing to go on from: the table is read anew.
      const after = isKeyed && this.#progress.table === name ? this.#progress.after : undefined;
      this.#mark(name, after);
      yield* this.#chunks({ ...table, columns }, published, layout, isKeyed, after, signal);
      records.forget(layout);
    }
    const { table: _table, after: _after, ...rest } = this.#progress;
    this.#progress = { ...rest, done: [...rest.done, name] };
    yield batchOf(this.#options.partition, [], this.#offset());
  }

  async *#chunks(
    table: CatalogTable,
    published: PublishedTable,
    layout: TableLayout,
    isKeyed: boolean,
    begin: readonly string[] | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<SourceBatch> {
    const { connection, records, limits, chunkRows, silenceMsMax, lsn, partition, nowMs } = this.#options;
    const name = nameOf(table);
    const keyIndexes = table.primaryKey.map((key) => table.columns.findIndex((column) => column.name === key));
    const origin = { transaction: undefined, committedAtMicros: nowMs * 1000, previousLsn: undefined };
    const row = new Tuple();
    let batch: OutRecord[] = [];
    let bytes = 0;
    let after = begin;
    records.at(nowMs);
    records.begin({ ...origin, snapshot: 'true' });
    for (;;) {
      const sql = selectRows(table, published, isKeyed, after, chunkRows);
      connection.send(0x51, `${sql}\0`);
      let rows = 0;
      for (;;) {
        const type = await connection.frame(`read rows of ${name}`, signal, silenceMsMax);
        if (type === FrameType.readyForQuery) break;
        if (type !== FrameType.copyData) continue;
        readCopyRow(connection.buffer, connection.start, connection.end, row);
        rows += 1;
        if (this.#isFirst) records.begin({ ...origin, snapshot: 'first' });
        try {
          bytes += records.row(layout, 'r', row, lsn, batch);
        } catch (error) {
          await this.#options.failed({ layout, row, error });
        }
        if (this.#isFirst) records.begin({ ...origin, snapshot: 'true' });
        this.#isFirst = false;
        if (batch.length < limits.records && bytes < limits.bytes) continue;
        if (isKeyed) after = keyIndexes.map((index) => row.text(index) ?? '');
        this.#advance(name, after);
        this.#options.onRows(name, batch.length);
        const full = batchOf(partition, batch, this.#offset(), bytes);
        batch = [];
        bytes = 0;
        yield full;
      }
      if (rows > 0 && isKeyed) after = keyIndexes.map((index) => row.text(index) ?? '');
      if (!isKeyed || rows < chunkRows) break;
    }
    this.#advance(name, after);
    this.#options.onRows(name, batch.length);
    if (batch.length > 0) yield batchOf(partition, batch, this.#offset(), bytes);
  }

  #advance(table: string, after: readonly string[] | undefined): void {
    const { table: _table, after: _after, ...rest } = this.#progress;
    this.#progress = { ...rest, table, ...(after === undefined ? {} : { after }) };
  }

  /** From here on the table is read as of our moment. */
  #mark(table: string, after: readonly string[] | undefined): void {
    const { lsn } = this.#options;
    const known = after === undefined ? [] : (this.#progress.marks[table] ?? []);
    const last = known.at(-1);
    const before: readonly SnapshotMark[] =
      after === undefined || last === undefined || last.lsn === lsn
        ? known.slice(0, -1)
        : [...known.slice(0, -1), { to: after, lsn: last.lsn }];
    this.#progress = { ...this.#progress, marks: { ...this.#progress.marks, [table]: [...before, { lsn }] } };
    this.#advance(table, after);
  }

  #offset(): ReturnType<typeof snapshotOffset> {
    return snapshotOffset(this.#options.streamLsn, this.#progress, this.#options.nowMs * 1000);
  }
}

export function nameOf(table: { readonly schema: string; readonly name: string }): string {
  return `${table.schema}.${table.name}`;
}

function selectRows(
  table: CatalogTable,
  published: PublishedTable,
  isKeyed: boolean,
  after: readonly string[] | undefined,
  limit: number,
): string {
  const columns = table.columns.map(({ name }) => identifier(name)).join(', ');
  const keys = table.primaryKey.map(identifier);
  const conditions = [
    ...(published.rowFilter === null ? [] : [`(${published.rowFilter})`]),
    ...(after === undefined ? [] : [`(${keys.join(', ')}) > (${after.map(literal).join(', ')})`]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const order = isKeyed ? ` ORDER BY ${keys.join(', ')} LIMIT ${limit}` : '';
  // A partitioned table is read with its partitions, an ordinary one without tables that inherit from it.
  return `COPY (SELECT ${columns} FROM ${table.isPartitioned ? '' : 'ONLY '}${qualifiedName(table.schema, table.name)}${where}${order}) TO STDOUT`;
}
