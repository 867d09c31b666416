/**
 * The task of the change data capture source: publication and slot, then the snapshot, then changes until it is stopped.
 *
 * Invariants: the slot is confirmed only up to what `durable` was told, so that the server keeps everything that a crash could need again.
 * A position that is stored can always be gone on from, or it is said why not: nothing is skipped silently.
 */
import type { OutRecord, Position, SourceBatch, SourceContext, SourceOffset, SourceTask } from '@millrace/connect-api';
import type { Timer } from '@millrace/base';
import type { Lsn } from '../replication/lsn.ts';
import { openConnection, type PostgresAddress } from '../replication/open-connection.ts';
import { PostgresError } from '../replication/postgres-error.ts';
import { ReplicationStream } from '../replication/replication-stream.ts';
import { literal } from '../replication/sql-text.ts';
import type { WireConnection } from '../replication/wire-connection.ts';
import { VERSION } from '../version.ts';
import { batchOf, rawRow, type RowFailure, type SourcePartition } from './batches.ts';
import { Catalog } from './catalog.ts';
import { ChangeRecords } from './change-records.ts';
import { ChangeStream } from './change-stream.ts';
import { ensurePublication, hasPublication } from './publication.ts';
import { createSlot, dropSlot, publicationProblem, readSlot, slotProblem, type NewSlot, type SlotUse } from './slot.ts';
import { watchedCreation } from './slot-creation.ts';
import { SlotWatch } from './slot-watch.ts';
import { Snapshot, nameOf } from './snapshot.ts';
import { MarkedTables } from './snapshot-marks.ts';
import { addressOf, type SourceConfig } from './source-config.ts';
import {
  readOffset,
  streamOffset,
  type SnapshotMarks,
  type SnapshotProgress,
  type SourcePosition,
} from './source-offset.ts';
import { TableFilter } from './table-filter.ts';
import { topicName, type LayoutOptions } from './table-layout.ts';

const IN_USE = '55006';
const NO_PROGRESS: SnapshotProgress = { marks: {}, done: [] };
const SLOT_NAME_MAX = 63;
const SNAPSHOT_SUFFIX = '_snapshot';

interface StreamStart {
  readonly from: Lsn;
  readonly position: SourcePosition | undefined;
  readonly marks: SnapshotMarks | undefined;
}

/** As `pg_stat_activity` shows it. The server keeps 63 bytes. */
export function applicationNameOf(connector: string): string {
  return `millrace-connect ${connector}`.slice(0, 60);
}

export class PostgresSourceTask implements SourceTask {
  readonly #config: SourceConfig;
  readonly #context: SourceContext;
  readonly #partition: SourcePartition;
  readonly #filter: TableFilter;
  readonly #layout: LayoutOptions;
  readonly #records: ChangeRecords;
  readonly #address: PostgresAddress;
  readonly #watch: SlotWatch;
  readonly #snapshotTables = { remaining: 0, name: '', rowsExpected: Number.NaN };
  #sql: WireConnection | undefined;
  #replication: WireConnection | undefined;
  #stream: ReplicationStream | undefined;
  #confirmed: Lsn = 0;
  #heartbeatTimer: Timer | undefined;
  #isHeartbeatDue = false;
  #lagMs = Number.NaN;

  constructor(config: SourceConfig, context: SourceContext) {
    this.#config = config;
    this.#context = context;
    this.#partition = { server: config.topicPrefix };
    this.#address = addressOf(config);
    this.#filter = filterOf(config);
    this.#layout = layoutOf(config, this.#filter);
    this.#records = new ChangeRecords({
      version: VERSION,
      topicPrefix: config.topicPrefix,
      database: config.databaseDbname,
      isFlat: config.afterStateOnly,
      hasTombstones: config.tombstonesOnDelete,
    });
    this.#watch = new SlotWatch({
      address: this.#address,
      slot: config.slotName,
      publication: config.publicationName,
      applicationName: this.#applicationName,
      timers: context.timers,
      silenceMsMax: config.databaseQueryTimeoutMs,
      metrics: context.metrics,
      log: context.log,
      onPublicationGone: () => {
        const from = this.#stream?.confirmedLsn ?? this.#confirmed;
        this.#giveUp(publicationProblem(config.publicationName, from));
      },
    });
    const { metrics } = context;
    metrics.gauge(
      'millrace_connect_postgres_snapshot_tables_remaining',
      'Tables that the snapshot has still to read, the current one included.',
      () => this.#snapshotTables.remaining,
    );
    metrics.gauge(
      'millrace_connect_postgres_snapshot_rows_expected',
      'Rows that the snapshot under way has to read, as the statistics of the database estimate them.',
      () => this.#snapshotTables.rowsExpected,
    );
    metrics.gauge(
      'millrace_connect_postgres_source_lag_seconds',
      'Time between the last commit that was read and its reading.',
      () => this.#lagMs / 1000,
    );
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    try {
      yield* this.#run(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#stream?.stop();
      void this.#replication?.close();
      throw error;
    }
  }

  durable(offsets: readonly SourceOffset[]): void {
    for (const { offset } of offsets) this.#confirmed = Math.max(this.#confirmed, readOffset(offset)?.lsn ?? 0);
    this.#stream?.confirm(this.#confirmed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#heartbeatTimer?.cancel();
    this.#stream?.stop();
    await Promise.all([this.#sql?.close(), this.#replication?.close(), this.#watch[Symbol.asyncDispose]()]);
    if (this.#config.slotDropOnStop) await this.#dropSlot();
  }

  get #applicationName(): string {
    return applicationNameOf(this.#context.connector);
  }

  async *#run(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const { log } = this.#context;
    const config = this.#config;
    this.#sql = await this.#open(false, signal);
    const sql = this.#sql;
    // A question to a server that does not answer any more ends with the task.
    signal.addEventListener('abort', () => void sql.close(), { once: true });
    this.#replication = await this.#open(true, signal);
    // A server that shuts down ends all connections but those of replication: it waits until all is confirmed, which can take as long as
    // Kafka is away.
    sql.onLost = (reason) => this.#giveUp(reason);
    const stored = await this.#context.offset(this.#partition);
    const found = stored === undefined ? undefined : readOffset(stored);
    // Before the publication is made: the next start could not tell any more that it was gone.
    const { position, hasSlot } = await this.#settle(found);
    await ensurePublication(
      sql,
      {
        name: config.publicationName,
        mode: config.publicationAutocreateMode,
        viaPartitionRoot: config.publishViaPartitionRoot,
        silenceMsMax: config.databaseQueryTimeoutMs,
      },
      this.#filter,
      log,
    );
    this.#watch.start();
    const start = yield* this.#wantsSnapshot(position)
      ? this.#snapshot(position, hasSlot, signal)
      : this.#startAt(position, hasSlot, signal);
    if (config.snapshotMode === 'initial_only') {
      log.info('the snapshot is complete; there is nothing more to do, as snapshot.mode is initial_only');
      await aborted(signal);
      return;
    }
    yield* this.#changes(start, signal);
  }

  /** Whether slot and publication still give what comes after the position; throws when not, and nobody said to begin anew. */
  async #settle(
    found: SourcePosition | undefined,
  ): Promise<{ position: SourcePosition | undefined; hasSlot: boolean }> {
    const { slotName, databaseDbname, snapshotMode, publicationName } = this.#config;
    const sql = this.#opened(this.#sql);
    const slot = await readSlot(sql, slotName);
    const isPublished = found === undefined || (await hasPublication(sql, publicationName));
    const problem =
      slotProblem(slotName, databaseDbname, slot, found?.lsn) ??
      (isPublished ? undefined : publicationProblem(publicationName, found.lsn));
    if (problem === undefined) return { position: found, hasSlot: slot !== undefined };
    const isUnfinished = slot === undefined && found?.snapshot !== undefined;
    const mayBeginAnew = snapshotMode === 'when_needed' && problem.code.endsWith('_SLOT');
    if (!isUnfinished && !mayBeginAnew) throw problem;
    this.#context.log.warn('beginning anew with a snapshot', { reason: problem.message });
    // Without a publication the slot goes too, so that a start after a crash from here on does not take up the old position.
    const isUsable = slot !== undefined && slot.invalid === undefined && isPublished;
    if (slot !== undefined && !isUsable) await dropSlot(this.#opened(this.#replication), slotName);
    return { position: undefined, hasSlot: isUsable };
  }

  #wantsSnapshot(position: SourcePosition | undefined): boolean {
    const mode = this.#config.snapshotMode;
    if (mode === 'no_data' || mode === 'never') return false;
    return position === undefined || position.snapshot !== undefined || mode === 'always';
  }

  /** Without a snapshot: where the stream begins. */
  async *#startAt(
    position: SourcePosition | undefined,
    hasSlot: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<SourceBatch, StreamStart> {
    if (position !== undefined && hasSlot) return { from: position.lsn, position, marks: position.marks };
    const slot = hasSlot ? await readSlot(this.#opened(this.#sql), this.#config.slotName) : undefined;
    const from = slot?.confirmedLsn ?? (await this.#createOwnSlot(signal)).lsn;
    // Stored at once, so that a restart before the first change begins here and nowhere else.
    yield batchOf(this.#partition, [], streamOffset(from, from, {}));
    return { from, position: undefined, marks: undefined };
  }

  async *#snapshot(
    position: SourcePosition | undefined,
    hasSlot: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<SourceBatch, StreamStart> {
    const { log, clock, metrics } = this.#context;
    const sql = this.#opened(this.#sql);
    const replication = this.#opened(this.#replication);
    const temporary = `${this.#config.slotName.slice(0, SLOT_NAME_MAX - SNAPSHOT_SUFFIX.length)}${SNAPSHOT_SUFFIX}`;
    const created = hasSlot
      ? await this.#createSlot(temporary, { isTemporary: true, hasFailover: false }, signal)
      : await this.#createOwnSlot(signal);
    await sql.query(
      'begin the snapshot',
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${literal(created.snapshot)}`,
      signal,
    );
    if (hasSlot) await dropSlot(replication, temporary);
    const resumed = hasSlot && typeof position?.snapshot === 'object' ? position.snapshot : undefined;
    const streamLsn = resumed === undefined ? created.lsn : (position?.lsn ?? created.lsn);
    const catalog = new Catalog(sql, this.#config.databaseQueryTimeoutMs);
    const published = await this.#captured(catalog);
    const rows = metrics.counter('millrace_connect_postgres_snapshot_rows_total', 'Rows that snapshots have read.');
    const done = new Set(resumed?.done ?? []);
    const left = published.filter((table) => !done.has(nameOf(table)));
    this.#snapshotTables.rowsExpected = await catalog.estimateRows(left);
    log.info(resumed === undefined ? 'the snapshot begins' : 'the snapshot goes on', { tables: published.length });
    const snapshot = new Snapshot({
      connection: sql,
      catalog,
      records: this.#records,
      layout: this.#layout,
      partition: this.#partition,
      limits: this.#limits,
      chunkRows: this.#config.snapshotFetchSize,
      silenceMsMax: this.#config.databaseQueryTimeoutMs,
      tables: published,
      streamLsn,
      lsn: created.lsn,
      progress: resumed ?? NO_PROGRESS,
      nowMs: clock.nowMs(),
      failed: (failure) => this.#failed(failure),
      onRows: (_table, count) => rows.add(count),
      onTable: (name, remaining) => {
        Object.assign(this.#snapshotTables, { name, remaining });
        if (remaining > 0) log.info('the snapshot reads a table', { table: name, remaining });
      },
    });
    yield* snapshot.read(signal);
    await sql.query('end the snapshot', 'COMMIT', signal);
    this.#snapshotTables.rowsExpected = Number.NaN;
    log.info('the snapshot is complete');
    const later = Object.entries(snapshot.progress.marks).filter(([, of]) => of.some(({ lsn }) => lsn > streamLsn));
    const marks = later.length === 0 ? undefined : Object.fromEntries(later);
    yield batchOf(this.#partition, [], streamOffset(streamLsn, streamLsn, { marks }));
    return { from: streamLsn, position: undefined, marks };
  }

  async #captured(catalog: Catalog): ReturnType<Catalog['published']> {
    const { publicationName, snapshotIncludeCollectionList: only } = this.#config;
    const published = (await catalog.published(publicationName)).filter(({ schema, name }) =>
      this.#filter.includesTable(schema, name),
    );
    if (published.length === 0)
      throw new PostgresError(
        'SETUP',
        `publication ${publicationName} has no table that the lists include: ALTER PUBLICATION … ADD TABLE, or correct the lists`,
      );
    return only.length === 0
      ? published
      : published.filter((table) => only.some((pattern) => pattern.test(nameOf(table))));
  }

  async *#changes({ from, position, marks }: StreamStart, signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const { clock, log } = this.#context;
    const config = this.#config;
    const catalog = new Catalog(this.#opened(this.#sql), config.databaseQueryTimeoutMs);
    const stream = await this.#startStream(from, signal);
    this.#stream = stream;
    stream.confirm(this.#confirmed);
    this.#scheduleHeartbeat();
    log.info('reading changes', { slot: config.slotName, from });
    const changes = new ChangeStream({
      stream,
      catalog,
      records: this.#records,
      layout: this.#layout,
      partition: this.#partition,
      limits: this.#limits,
      from,
      partial: position?.partial,
      marks: marks === undefined ? undefined : new MarkedTables(marks),
      skipped: new Set(config.skippedOperations),
      idleIntervalMs: config.statusUpdateIntervalMs,
      clock,
      log,
      includesTable: (schema, table) => this.#filter.includesTable(schema, table),
      includesMessage: (prefix) => this.#includesMessage(prefix),
      failed: (failure) => this.#failed(failure),
      extra: () => this.#heartbeat(),
      onChange: (micros) => {
        this.#lagMs = clock.nowMs() - micros / 1000;
      },
    });
    yield* changes.read(signal);
  }

  async #startStream(from: Lsn, signal: AbortSignal): Promise<ReplicationStream> {
    const { clock, timers, log } = this.#context;
    const { slotName, publicationName, statusUpdateIntervalMs, slotMaxRetries, slotRetryDelayMs } = this.#config;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ReplicationStream.start(
          this.#opened(this.#replication),
          {
            slot: slotName,
            publication: publicationName,
            from,
            statusIntervalMs: statusUpdateIntervalMs,
            parameters: [['messages', 'true']],
            timers,
            nowMs: () => clock.nowMs(),
          },
          signal,
        );
      } catch (error) {
        const isInUse = PostgresError.is(error) && error.details['sqlState'] === IN_USE;
        if (!isInUse || attempt > slotMaxRetries) throw error;
        log.warn(
          'another connection still reads the replication slot: if that is another connector, give each a slot.name of its own',
          {
            slot: slotName,
            attempt,
          },
        );
        await this.#replication?.close();
        await delay(slotRetryDelayMs, this.#context, signal);
        this.#replication = await this.#open(true, signal);
      }
    }
  }

  #giveUp(reason: Error): void {
    this.#stream?.stop();
    this.#replication?.destroy(reason);
  }

  get #limits(): { readonly records: number; readonly bytes: number } {
    return { records: this.#config.maxBatchSize, bytes: this.#config.maxBatchSizeInBytes };
  }

  #createOwnSlot(signal: AbortSignal): Promise<NewSlot> {
    const { slotName, slotFailover } = this.#config;
    return this.#createSlot(slotName, { isTemporary: false, hasFailover: slotFailover }, signal);
  }

  #createSlot(slot: string, use: SlotUse, signal: AbortSignal): Promise<NewSlot> {
    const { timers, log } = this.#context;
    const creating = this.#opened(this.#replication);
    const asking = this.#opened(this.#sql);
    const watched = { slot, creating, asking, timers, log, signal };
    return watchedCreation(watched, () => createSlot(creating, slot, use, signal));
  }

  async #dropSlot(): Promise<void> {
    const connection = await this.#open(true, undefined);
    try {
      await dropSlot(connection, this.#config.slotName);
    } finally {
      await connection.close();
    }
  }

  #open(replication: boolean, signal: AbortSignal | undefined): Promise<WireConnection> {
    const { timers } = this.#context;
    return openConnection(this.#address, { replication, applicationName: this.#applicationName, timers, signal });
  }

  #opened(connection: WireConnection | undefined): WireConnection {
    if (connection === undefined)
      throw new PostgresError('CONNECTION', 'the connection is not open', { retriable: true });
    return connection;
  }

  #failed(failure: RowFailure): Promise<void> {
    return this.#context.deadLetter(rawRow(failure), failure.error);
  }

  #includesMessage(prefix: string): boolean {
    const { messagePrefixIncludeList: include, messagePrefixExcludeList: exclude } = this.#config;
    if (include.length > 0) return include.some((pattern) => pattern.test(prefix));
    return !exclude.some((pattern) => pattern.test(prefix));
  }

  #scheduleHeartbeat(): void {
    const { heartbeatIntervalMs, heartbeatActionQuery } = this.#config;
    if (heartbeatIntervalMs <= 0) return;
    this.#heartbeatTimer = this.#context.timers.schedule(heartbeatIntervalMs, () => {
      this.#isHeartbeatDue = true;
      this.#stream?.nudge();
      if (heartbeatActionQuery !== undefined) void this.#watch.run(heartbeatActionQuery);
      this.#scheduleHeartbeat();
    });
  }

  #heartbeat(): OutRecord | undefined {
    if (!this.#isHeartbeatDue) return undefined;
    this.#isHeartbeatDue = false;
    return this.#records.heartbeat(`${this.#config.topicHeartbeatPrefix}.${this.#config.topicPrefix}`);
  }
}

export function filterOf(config: SourceConfig): TableFilter {
  return new TableFilter({
    schemaInclude: config.schemaIncludeList,
    schemaExclude: config.schemaExcludeList,
    tableInclude: config.tableIncludeList,
    tableExclude: config.tableExcludeList,
    columnInclude: config.columnIncludeList,
    columnExclude: config.columnExcludeList,
  });
}

function layoutOf(config: SourceConfig, filter: TableFilter): LayoutOptions {
  return {
    topicPrefix: topicName(config.topicPrefix),
    modes: {
      decimal: config.decimalHandlingMode,
      time: config.timePrecisionMode,
      interval: config.intervalHandlingMode,
      binary: config.binaryHandlingMode,
      hstore: config.hstoreHandlingMode,
      moneyDigits: config.moneyFractionDigits,
    },
    unavailablePlaceholder: config.unavailableValuePlaceholder,
    isFlat: config.afterStateOnly,
    includesColumn: (schema, table, column) => filter.includesColumn(schema, table, column),
    keyColumns: (schema, table) =>
      config.messageKeyColumns?.find((keys) => keys.table.test(`${schema}.${table}`))?.columns,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function delay(ms: number, { timers }: SourceContext, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      timer.cancel();
      reject(signal.reason as Error);
    };
    const timer = timers.schedule(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** For offsets that somebody writes by hand. */
export function offsetProblem(partition: Position, offset: Position | null, prefix: string): string | undefined {
  if (Object.keys(partition).length !== 1 || partition['server'] !== prefix)
    return `the partition has to be {"server":"${prefix}"}`;
  if (offset !== null && readOffset(offset) === undefined)
    return "the offset has to have the number lsn or lsn_commit, as SELECT pg_current_wal_lsn() - '0/0' gives it";
  return undefined;
}
