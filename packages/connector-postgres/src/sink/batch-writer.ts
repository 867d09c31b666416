/**
 * Writes batches of records, each in one transaction.
 *
 * Owns: what a batch becomes in SQL, and the search for rows that the database does not take: the batch is halved until they are found, the
 * others are written, and these go to the dead letter topic before the transaction ends.
 * Invariants: a batch is written as a whole, but for rows that were reported, or not at all. With an offset table its offsets are in the same
 * transaction. Halves are in the order of the records, so that a half has the same effect as its records one by one.
 */
import { MillraceError } from '@millrace/base';
import type { InRecord, TopicPartitionOffset } from '@millrace/connect-api';

import { BatchPlan, type InsertMode, type RowGroup, type Segment } from './batch-plan.ts';
import { changeOf, type ChangeRules } from './change.ts';
import { failureKind, rowError, sinkError, sqlState } from './failure.ts';
import { Layouts } from './layouts.ts';
import type { OffsetTable } from './offset-table.ts';
import type { RowLayout, RowValues } from './row-layout.ts';
import type { Session } from './session.ts';
import { arrayLiteral, copyRow, quoteTable } from './sql-text.ts';
import { copyStatement, deleteStatement, insertStatement, updateStatement, type RowStatement } from './statements.ts';
import { needsQuotes, type TargetColumn, type TargetTable } from './target-table.ts';

export interface BatchWriterOptions {
  readonly rules: ChangeRules;
  readonly layouts: Layouts;
  readonly insertMode: InsertMode;
  readonly offsets: OffsetTable | undefined;
  /** Resolves when the record is safe elsewhere; throws when it must not be left out. */
  readonly report: (record: InRecord, error: unknown) => Promise<void>;
}

/** What a record does to the tables. */
type Step =
  | {
      readonly kind: 'write' | 'delete';
      readonly record: InRecord;
      readonly layout: RowLayout;
      readonly values: RowValues;
    }
  | { readonly kind: 'truncate'; readonly record: InRecord; readonly table: TargetTable };

interface BadRecord {
  readonly record: InRecord;
  readonly error: unknown;
}

export interface PreparedBatch {
  readonly records: readonly InRecord[];
  readonly steps: readonly Step[];
  readonly bad: readonly BadRecord[];
}

export interface WrittenBatch {
  readonly written: number;
  readonly deleted: number;
  readonly rejected: number;
}

/** Fewer rows than these are not worth COPY's extra round trip. */
const COPY_ROWS_MIN = 8;

/** Rows are sent in pieces of about this many characters. */
const COPY_CHUNK_CHARS = 65_536;

const RECORD_CODES = new Set([
  'MILLRACE_CONNECT_POSTGRES_SINK_RECORD',
  'MILLRACE_CONNECT_POSTGRES_SINK_TABLE',
  'MILLRACE_CONNECT_POSTGRES_SINK_VALUE',
]);

export class BatchWriter {
  readonly #options: BatchWriterOptions;
  /** Tables where the database refuses COPY, such as those with row-level security. */
  readonly #withoutCopy = new Set<string>();

  constructor(options: BatchWriterOptions) {
    this.#options = options;
  }

  /** Needs the session only for tables, or forms of records, that it has not seen. */
  async prepare(records: readonly InRecord[], session: () => Promise<Session>): Promise<PreparedBatch> {
    const steps: Step[] = [];
    const bad: BadRecord[] = [];
    for (const record of records) {
      try {
        const made = this.#stepOf(record) ?? (await this.#stepOfNewForm(record, session));
        if (made !== 'none') steps.push(made);
      } catch (error) {
        if (!MillraceError.is(error) || !RECORD_CODES.has(error.code)) throw error;
        bad.push({ record, error });
      }
    }
    return { records, steps, bad };
  }

  /** Throws an error that says whether the same batch may be written later. */
  async write(batch: PreparedBatch, session: Session): Promise<WrittenBatch> {
    try {
      try {
        return await this.#attempt(batch, session, 'whole');
      } catch (error) {
        switch (failureKind(error)) {
          case 'stale':
            return await this.#writeAnew(batch, session, error);
          case 'row':
            return await this.#writeHalved(await this.#preparedAgain(batch, error, session), session);
          default:
            throw error;
        }
      }
    } catch (error) {
      throw sinkError(error, `write a batch of ${batch.records.length} records`);
    }
  }

  /** Undefined when the layout has to be made first. */
  #stepOf(record: InRecord): Step | 'none' | undefined {
    const change = changeOf(record, this.#options.rules);
    if (change.kind === 'none') return 'none';
    if (change.kind === 'truncate') return undefined;
    const layout = this.#options.layouts.find(change);
    return layout && { kind: change.kind, record, layout, values: layout.valuesOf(change) };
  }

  async #stepOfNewForm(record: InRecord, session: () => Promise<Session>): Promise<Step | 'none'> {
    const { layouts, rules } = this.#options;
    const change = changeOf(record, rules);
    if (change.kind === 'none') return 'none';
    if (change.kind === 'truncate') {
      const table = await layouts.table(change.table, await session());
      return table === undefined ? 'none' : { kind: 'truncate', record, table };
    }
    const layout = await layouts.make(change, await session());
    return layout === undefined ? 'none' : { kind: change.kind, record, layout, values: layout.valuesOf(change) };
  }

  /** Somebody may have changed a table: it is looked at again, once. */
  async #writeAnew(batch: PreparedBatch, session: Session, cause: unknown): Promise<WrittenBatch> {
    this.#options.layouts.forget();
    const anew = await this.prepare(batch.records, () => Promise.resolve(session));
    try {
      return await this.#attempt(anew, session, 'whole');
    } catch (error) {
      if (failureKind(error) === 'row') return this.#writeHalved(anew, session);
      throw failureKind(error) === 'stale'
        ? sinkError(cause, `write a batch of ${batch.records.length} records`)
        : error;
    }
  }

  /** A value that does not fit may fit the column as it is now. */
  async #preparedAgain(batch: PreparedBatch, error: unknown, session: Session): Promise<PreparedBatch> {
    if (sqlState(error)?.startsWith('22') !== true) return batch;
    this.#options.layouts.forget();
    return this.prepare(batch.records, () => Promise.resolve(session));
  }

  /** Deferred constraints speak up only at the end; then each row has to keep them by itself. */
  async #writeHalved(batch: PreparedBatch, session: Session): Promise<WrittenBatch> {
    try {
      return await this.#attempt(batch, session, 'halved');
    } catch (error) {
      if (failureKind(error) !== 'row') throw error;
      return this.#attempt(batch, session, 'halved-strictly');
    }
  }

  async #attempt(
    batch: PreparedBatch,
    session: Session,
    how: 'whole' | 'halved' | 'halved-strictly',
  ): Promise<WrittenBatch> {
    await session.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    try {
      const bad = [...batch.bad];
      if (how === 'whole') await this.#apply(batch.steps, session);
      else await this.#applyHalves(batch.steps, session, how === 'halved-strictly', bad);
      if (bad.length > 0) {
        // Nothing is reported that a deferred constraint takes back.
        await session.query('SET CONSTRAINTS ALL IMMEDIATE');
        await this.#reportAll(bad);
      }
      await this.#options.offsets?.advance(session, nextOffsets(batch.records));
      await session.query('COMMIT');
      return counts(batch.steps, bad);
    } catch (error) {
      if (session.isOpen) await session.query('ROLLBACK').catch(() => session.destroy());
      throw error;
    }
  }

  async #reportAll(bad: readonly BadRecord[]): Promise<void> {
    const inOrder = bad.toSorted((a, b) => a.record.origin.offset - b.record.origin.offset);
    try {
      await Promise.all(inOrder.map(({ record, error }) => this.#options.report(record, error)));
    } catch (refusal) {
      throw MillraceError.is(refusal)
        ? refusal
        : new MillraceError('MILLRACE_CONNECT_POSTGRES_SINK_ROW', 'a record could not be written nor reported', {
            cause: refusal,
          });
    }
  }

  async #applyHalves(steps: readonly Step[], session: Session, isStrict: boolean, bad: BadRecord[]): Promise<void> {
    if (steps.length === 0) return;
    await session.query('SAVEPOINT half');
    try {
      await this.#apply(steps, session);
      if (isStrict) await session.query('SET CONSTRAINTS ALL IMMEDIATE');
      await session.query('RELEASE SAVEPOINT half');
      return;
    } catch (error) {
      if (failureKind(error) !== 'row') throw error;
      await session.query('ROLLBACK TO SAVEPOINT half');
      const [only] = steps;
      if (steps.length === 1 && only !== undefined) {
        const table = only.kind === 'truncate' ? only.table : only.layout.table;
        bad.push({ record: only.record, error: rowError(error, quoteTable(table.name)) });
        return;
      }
    }
    const middle = Math.ceil(steps.length / 2);
    await this.#applyHalves(steps.slice(0, middle), session, isStrict, bad);
    await this.#applyHalves(steps.slice(middle), session, isStrict, bad);
  }

  async #apply(steps: readonly Step[], session: Session): Promise<void> {
    const plan = new BatchPlan(this.#options.insertMode);
    for (const step of steps) {
      if (step.kind === 'truncate') plan.truncate(step.table);
      else if (step.kind === 'delete') plan.delete(step.layout, step.values);
      else plan.write(step.layout, step.values);
    }
    for (const segment of plan.segments()) await this.#applySegment(segment, session);
  }

  async #applySegment(segment: Segment, session: Session): Promise<void> {
    const { name } = segment.table;
    if (segment.isTruncated) await session.query(`TRUNCATE TABLE ${quoteTable(name)}`);
    for (const { layout, rows } of segment.deletes) {
      const { keyColumns } = layout;
      await session.execute(deleteStatement(name, keyColumns), parameters(keyColumns, rows));
    }
    for (const group of segment.writes) {
      const { whole, partial } = split(group);
      if (whole.rows.length > 0) await this.#writeRows(whole, session);
      for (const { rows, columns } of partial) await this.#writePartialRows(group.layout, columns, rows, session);
    }
  }

  async #writeRows({ layout, rows }: RowGroup, session: Session): Promise<void> {
    const { insertMode } = this.#options;
    const statement = statementOf(layout, layout.columns);
    if (
      insertMode === 'insert' &&
      rows.length >= COPY_ROWS_MIN &&
      !this.#withoutCopy.has(quoteTable(layout.table.name))
    ) {
      await this.#copyRows(statement, rows, session);
      return;
    }
    const text = insertMode === 'update' ? updateStatement(statement) : insertStatement(statement, insertMode);
    if (text !== undefined) await session.execute(text, parameters(layout.columns, rows));
  }

  async #copyRows(statement: RowStatement, rows: readonly RowValues[], session: Session): Promise<void> {
    try {
      await session.copyIn(copyStatement(statement), copyChunks(rows));
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === '0A000') this.#withoutCopy.add(quoteTable(statement.table));
      throw error;
    }
  }

  /** Rows of which some columns are to be left as they are: mostly the rows are there. */
  async #writePartialRows(
    layout: RowLayout,
    columns: readonly TargetColumn[],
    rows: readonly RowValues[],
    session: Session,
  ): Promise<void> {
    const { insertMode } = this.#options;
    const statement = statementOf(layout, columns);
    const values = parameters(columns, rows);
    if (insertMode === 'insert') {
      await session.execute(insertStatement(statement, 'insert'), values);
      return;
    }
    const update = updateStatement(statement);
    const updated = update === undefined ? 0 : await session.execute(update, values);
    if (insertMode === 'upsert' && updated < rows.length) {
      await session.execute(insertStatement(statement, 'insert-missing'), values);
    }
  }
}

function statementOf({ table, keyColumns }: RowLayout, columns: readonly TargetColumn[]): RowStatement {
  return { table: table.name, columns, key: keyColumns.map(({ name }) => name) };
}

function parameters(columns: readonly TargetColumn[], rows: readonly RowValues[]): string[] {
  return columns.map(({ type }, i) => arrayLiteral(rows, i, !type.hasArray || needsQuotes(type)));
}

function* copyChunks(rows: readonly RowValues[]): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += copyRow(row);
    if (chunk.length < COPY_CHUNK_CHARS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

interface PartialRows {
  readonly columns: readonly TargetColumn[];
  readonly rows: RowValues[];
}

/** Rows with all values, and those that leave columns as they are, by which columns these are. */
function split({ layout, rows }: RowGroup): { readonly whole: RowGroup; readonly partial: readonly PartialRows[] } {
  if (!rows.some((row) => row.includes(undefined))) return { whole: { layout, rows }, partial: [] };
  const whole: RowValues[] = [];
  const partial = new Map<string, PartialRows>();
  for (const row of rows) {
    if (!row.includes(undefined)) {
      whole.push(row);
      continue;
    }
    const mask = row.map((value) => (value === undefined ? '0' : '1')).join('');
    let group = partial.get(mask);
    if (group === undefined) {
      group = { columns: layout.columns.filter((_column, i) => row[i] !== undefined), rows: [] };
      partial.set(mask, group);
    }
    group.rows.push(row.filter((value) => value !== undefined));
  }
  return { whole: { layout, rows: whole }, partial: [...partial.values()] };
}

function nextOffsets(records: readonly InRecord[]): readonly TopicPartitionOffset[] {
  const next = new Map<string, TopicPartitionOffset>();
  for (const { origin } of records) {
    next.set(`${origin.partition}:${origin.topic}`, {
      topic: origin.topic,
      partition: origin.partition,
      offset: origin.offset + 1,
    });
  }
  return [...next.values()];
}

function counts(steps: readonly Step[], bad: readonly BadRecord[]): WrittenBatch {
  const rejected = new Set(bad.map(({ record }) => record));
  const taken = rejected.size === 0 ? steps : steps.filter(({ record }) => !rejected.has(record));
  const written = taken.filter(({ kind }) => kind === 'write').length;
  return { written, deleted: taken.length - written, rejected: rejected.size };
}
