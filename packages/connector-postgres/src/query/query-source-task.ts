/**
 * Reads rows that are new since the last look, table after table.
 *
 * Invariants: a look reads up to a bound only when every transaction that could bring an earlier row has ended, so that no row that is
 * committed late is passed over. Offsets are places of rows: whoever goes on there repeats nothing, except rows of the same time in
 * mode `timestamp`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutRecord, SourceBatch, SourceContext, SourceTask } from '@millrace/connect-api';
import { readCopyRow } from '../replication/copy-text.ts';
import { openConnection } from '../replication/open-connection.ts';
import { PostgresError } from '../replication/postgres-error.ts';
import { qualifiedName } from '../replication/sql-text.ts';
import { Tuple } from '../replication/tuple.ts';
import { FrameType, type WireConnection } from '../replication/wire-connection.ts';
import { rawRow } from '../source/batches.ts';
import { Catalog, type CatalogTable } from '../source/catalog.ts';
import { ChangeRecords } from '../source/change-records.ts';
import { addressOf } from '../source/source-config.ts';
import { TableLayout } from '../source/table-layout.ts';
import { VERSION } from '../version.ts';
import type { QueryConfig } from './query-config.ts';
import { boundQuery, rowsQuery, writersQuery, type RangeOptions, type RowPlace } from './row-range.ts';

const WRITERS_POLL_MS = 20;

/** A table or view, or the query. */
export interface QueryTarget {
  readonly schema: string;
  readonly name: string;
}

interface TargetShape {
  readonly from: string;
  readonly table: CatalogTable;
  readonly layout: TableLayout;
  readonly signature: string;
}

export class QuerySourceTask implements SourceTask {
  readonly #config: QueryConfig;
  readonly #context: SourceContext;
  readonly #targets: readonly QueryTarget[];
  readonly #range: RangeOptions;
  readonly #records: ChangeRecords;
  readonly #shapes = new Map<QueryTarget, TargetShape>();
  #connection: WireConnection | undefined;

  constructor(config: QueryConfig, targets: readonly QueryTarget[], context: SourceContext) {
    this.#config = config;
    this.#context = context;
    this.#targets = targets;
    this.#range = {
      mode: config.mode,
      incrementing: config.mode.includes('incrementing') ? config.incrementingColumnName : undefined,
      timestamp: config.mode.includes('timestamp') ? config.timestampColumnName : undefined,
      delayMs: config.timestampDelayIntervalMs,
    };
    this.#records = new ChangeRecords({
      version: VERSION,
      topicPrefix: config.topicPrefix,
      database: config.databaseDbname,
      isFlat: true,
      hasTombstones: false,
    });
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const { timers, connector } = this.#context;
    try {
      const connection = await openConnection(addressOf(this.#config), {
        replication: false,
        applicationName: `millrace-connect ${connector}`.slice(0, 60),
        timers,
        signal,
      });
      this.#connection = connection;
      const places = new Map<QueryTarget, RowPlace>();
      for (const target of this.#targets) places.set(target, await this.#storedPlace(target));
      for (;;) {
        for (const target of this.#targets) {
          let place = places.get(target) ?? {};
          for await (const { batch, after } of this.#look(connection, target, place, signal)) {
            place = after;
            places.set(target, place);
            yield batch;
          }
        }
        await sleep(this.#config.pollIntervalMs, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection?.close();
  }

  async #storedPlace(target: QueryTarget): Promise<RowPlace> {
    const stored = await this.#context.offset(partitionOf(target));
    const text = (value: unknown): string | undefined =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
    const incrementing = text(stored?.['incrementing']);
    const timestamp = text(stored?.['timestamp']) ?? this.#initialTimestamp();
    return {
      ...(incrementing === undefined ? {} : { incrementing }),
      ...(timestamp === undefined ? {} : { timestamp }),
    };
  }

  #initialTimestamp(): string | undefined {
    const { timestampInitial, mode } = this.#config;
    if (timestampInitial === undefined || !mode.includes('timestamp')) return undefined;
    // The first of these milliseconds is included.
    return new Date(timestampInitial - 1).toISOString().replace('T', ' ').replace('Z', '+00');
  }

  async *#look(
    connection: WireConnection,
    target: QueryTarget,
    start: RowPlace,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly batch: SourceBatch; readonly after: RowPlace }> {
    const { databaseQueryTimeoutMs: silenceMsMax } = this.#config;
    const shape = await this.#shape(connection, target, signal);
    const bounding = boundQuery(shape.from, this.#range);
    let bound: string | undefined;
    if (bounding !== undefined) {
      const [row] = await connection.query('look how far rows go', bounding, signal, silenceMsMax);
      if (row?.[0] === null || row?.[0] === undefined) return;
      bound = row[0];
      if (
        bound === (this.#range.mode === 'incrementing' ? start.incrementing : start.timestamp) &&
        this.#range.mode !== 'timestamp+incrementing'
      )
        return;
      await this.#writersAreDone(connection, target, signal);
    }
    const { table, layout } = shape;
    const columns = table.columns.map(({ name }) => name);
    const sql = rowsQuery(columns, shape.from, this.#range, start, bound);
    const indexOf = (name: string | undefined): number => (name === undefined ? -1 : columns.indexOf(name));
    const idIndex = indexOf(this.#range.incrementing);
    const timeIndex = indexOf(this.#range.timestamp);
    const placeOf = (row: Tuple): RowPlace => ({
      ...(idIndex < 0 ? {} : { incrementing: row.text(idIndex) ?? '' }),
      ...(timeIndex < 0 ? {} : { timestamp: row.text(timeIndex) ?? '' }),
    });
    const row = new Tuple();
    let batch: OutRecord[] = [];
    let place = start;
    // In mode timestamp, rows of one time cannot be told apart: the place moves on when the next time begins.
    let begun = start;
    connection.send(0x51, `COPY (${sql}) TO STDOUT\0`);
    this.#records.at(this.#context.clock.nowMs());
    for (;;) {
      const type = await connection.frame(`read rows of ${target.schema}.${target.name}`, signal, silenceMsMax);
      if (type === FrameType.readyForQuery) break;
      if (type !== FrameType.copyData) continue;
      readCopyRow(connection.buffer, connection.start, connection.end, row);
      const here = placeOf(row);
      if (this.#range.mode === 'timestamp') {
        if (here.timestamp !== begun.timestamp) place = begun;
        begun = here;
      } else place = here;
      try {
        this.#records.row(layout, 'r', row, 0, batch);
      } catch (error) {
        await this.#context.deadLetter(rawRow({ layout, row, error }), error);
      }
      if (batch.length < this.#config.batchMaxRows) continue;
      const full = batch;
      batch = [];
      yield this.#batch(target, full, place);
    }
    if (this.#range.mode === 'timestamp') place = begun;
    if (batch.length > 0 || place !== start) yield this.#batch(target, batch, place);
  }

  #batch(
    target: QueryTarget,
    records: readonly OutRecord[],
    after: RowPlace,
  ): { readonly batch: SourceBatch; readonly after: RowPlace } {
    const offset = this.#range.mode === 'bulk' ? { read_at: this.#context.clock.nowMs() } : { ...after };
    return { batch: { records, partition: partitionOf(target), offset }, after };
  }

  /** Waits for those who write now; those who begin later bring later rows. */
  async #writersAreDone(connection: WireConnection, target: QueryTarget, signal: AbortSignal): Promise<void> {
    const name = this.#config.query === undefined ? qualifiedName(target.schema, target.name) : undefined;
    const sql = writersQuery(this.#range, name);
    const running = async (): Promise<Set<string | null>> =>
      new Set((await connection.query('look for transactions that write', sql, signal)).map(([id]) => id ?? null));
    let waitedFor = await running();
    while (waitedFor.size > 0) {
      await sleep(WRITERS_POLL_MS, undefined, { signal });
      const now = await running();
      waitedFor = new Set([...waitedFor].filter((id) => now.has(id)));
    }
  }

  /** Asked at each look, as tables change. */
  async #shape(connection: WireConnection, target: QueryTarget, signal: AbortSignal): Promise<TargetShape> {
    const { query, databaseQueryTimeoutMs: silenceMsMax } = this.#config;
    const catalog = new Catalog(connection, silenceMsMax);
    const from = query === undefined ? qualifiedName(target.schema, target.name) : `(${query}) AS query`;
    const found = query === undefined ? await catalog.table(target.schema, target.name) : undefined;
    const looking = `SELECT * FROM ${from} LIMIT 0`;
    const described = await connection.describe('look at the columns', looking, signal, silenceMsMax);
    const table: CatalogTable = found ?? {
      oid: 0,
      schema: target.schema,
      name: target.name,
      columns: described.map((column) => ({ ...column, dimensions: 0, isRequired: false })),
      primaryKey: [],
      identity: 'n',
      isPartitioned: false,
    };
    for (const needed of [this.#range.incrementing, this.#range.timestamp])
      if (needed !== undefined && !table.columns.some(({ name }) => name === needed))
        throw new PostgresError('SETUP', `${target.schema}.${target.name} has no column ${needed}`);
    const signature = JSON.stringify(table);
    const known = this.#shapes.get(target);
    if (known?.signature === signature) return known;
    await catalog.loadTypes(table.columns.map(({ typeOid }) => typeOid));
    const { topicPrefix } = this.#config;
    const layout = new TableLayout(table, catalog.types, {
      topicPrefix,
      ...(query === undefined ? {} : { topic: topicPrefix }),
      modes: {
        decimal: this.#config.decimalHandlingMode,
        time: this.#config.timePrecisionMode,
        interval: this.#config.intervalHandlingMode,
        binary: this.#config.binaryHandlingMode,
        hstore: this.#config.hstoreHandlingMode,
        moneyDigits: this.#config.moneyFractionDigits,
      },
      unavailablePlaceholder: '',
      isFlat: true,
      includesColumn: () => true,
      keyColumns: () => undefined,
    });
    const shape = { from, table, layout, signature };
    this.#shapes.set(target, shape);
    return shape;
  }
}

function partitionOf({ schema, name }: QueryTarget): { readonly table: string } {
  return { table: `${schema}.${name}` };
}
