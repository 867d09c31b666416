/**
 * Finds the layout of a change: the table it goes to, made or given new columns where the settings allow it, and how its fields become values.
 *
 * Owns: what is known of tables. Bounds: `TOPIC_LAYOUTS_MAX` layouts per topic (records without a schema can have any names).
 */
import { MillraceError, type Logger } from '@millrace/base';

import type { InsertMode } from './batch-plan.ts';
import type { RowChange } from './change.ts';
import { columnTypeFor } from './column-type.ts';
import { rowFieldsOf, type FieldRules, type RowField } from './row-fields.ts';
import { RowLayout, type LayoutColumn, type LayoutOptions } from './row-layout.ts';
import type { Session } from './session.ts';
import { quoteTable, type TableName } from './sql-text.ts';
import { addColumns, createTable, readTable, type NewColumn } from './table-catalog.ts';
import { findColumn, type TargetTable } from './target-table.ts';

export interface LayoutRules extends FieldRules, LayoutOptions {
  readonly insertMode: InsertMode;
  readonly isCreating: boolean;
  readonly isEvolving: boolean;
}

const TOPIC_LAYOUTS_MAX = 64;

export class Layouts {
  readonly #rules: LayoutRules;
  readonly #log: Logger;
  readonly #byTopic = new Map<string, RowLayout[]>();
  readonly #tables = new Map<string, TargetTable>();

  constructor(rules: LayoutRules, log: Logger) {
    this.#rules = rules;
    this.#log = log;
  }

  /** One that is known. */
  find(change: RowChange): RowLayout | undefined {
    return this.#byTopic.get(change.record.topic)?.find((layout) => layout.matches(change));
  }

  /**
   * Undefined: there is nothing to delete, as there is no table yet. Throws MILLRACE_CONNECT_POSTGRES_SINK_TABLE when the table does not fit
   * and may not be changed.
   */
  async make(change: RowChange, session: Session): Promise<RowLayout | undefined> {
    const fields = rowFieldsOf(change, this.#rules);
    if (fields.length === 0)
      throw misfit(change.table, 'a record has no field that could go to it', 'check field.include.list');
    const layout = await this.#fitted(change, fields, session);
    if (layout === undefined) return undefined;
    const { topic } = change.record;
    const known = this.#byTopic.get(topic);
    if (known === undefined || known.length >= TOPIC_LAYOUTS_MAX) this.#byTopic.set(topic, [layout]);
    else known.push(layout);
    return layout;
  }

  async table(name: TableName, session: Session): Promise<TargetTable | undefined> {
    const key = quoteTable(name);
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table = await readTable(session, name);
    if (table !== undefined) this.#tables.set(key, table);
    return table;
  }

  /** After somebody else may have changed tables. */
  forget(): void {
    this.#byTopic.clear();
    this.#tables.clear();
  }

  /** What does not fit is looked at once more: somebody may have changed the table since it was read. */
  async #fitted(change: RowChange, fields: readonly RowField[], session: Session): Promise<RowLayout | undefined> {
    const isKnown = this.#tables.has(quoteTable(change.table));
    try {
      const table = await this.#tableFor(change, fields, session);
      return table && this.#layoutFor(change, fields, table);
    } catch (error) {
      if (!isKnown || !MillraceError.is(error)) throw error;
      this.forget();
      const table = await this.#tableFor(change, fields, session);
      return table && this.#layoutFor(change, fields, table);
    }
  }

  async #tableFor(change: RowChange, fields: readonly RowField[], session: Session): Promise<TargetTable | undefined> {
    const { isCreating, isEvolving } = this.#rules;
    const { table: name } = change;
    let table = await this.table(name, session);
    if (table === undefined) {
      if (!isCreating) throw misfit(name, 'does not exist', 'create it, or set auto.create=true');
      if (change.kind === 'delete') return undefined;
      const columns = newColumns(change, fields);
      await createTable(session, name, columns);
      this.#log.info('created a table', { table: quoteTable(name), columns: columns.length });
      table = await this.table(name, session);
      if (table === undefined) throw misfit(name, 'was created but is not there', 'check the search path');
    }
    if (!isEvolving || change.kind === 'delete') return table;
    const added = newColumns(change, missingFields(table, fields));
    if (added.length === 0) return table;
    await addColumns(session, name, added);
    this.#log.info('added columns to a table', {
      table: quoteTable(name),
      columns: added.map(({ field }) => field.name),
    });
    this.forget();
    return this.table(name, session);
  }

  #layoutFor(change: RowChange, fields: readonly RowField[], table: TargetTable): RowLayout {
    const columns: LayoutColumn[] = [];
    const ignoredNulls: RowField[] = [];
    for (const field of fields) {
      const column = findColumn(table, field.name);
      if (column !== undefined) {
        if (!column.isGenerated) columns.push({ field, column });
      } else if (field.schema === undefined && !field.isInKey && valueOf(change, field) === null) {
        ignoredNulls.push(field);
      } else {
        throw misfit(
          table.name,
          `has no column ${field.name}`,
          'add it, set auto.evolve=true, or leave the field out by field.exclude.list',
        );
      }
    }
    const key = columns.filter(({ field }) => field.isInKey).sort(byColumnName);
    const rest = columns.filter(({ field }) => !field.isInKey);
    this.#checkKey(change, table, key);
    return new RowLayout(table, [...key, ...rest], ignoredNulls, change, this.#rules);
  }

  /** ON CONFLICT needs an index that says when two rows are the same one. */
  #checkKey({ kind }: RowChange, table: TargetTable, key: readonly LayoutColumn[]): void {
    if (kind === 'delete' || this.#rules.insertMode !== 'upsert' || table.uniqueKeys === undefined) return;
    const names = key.map(({ column }) => column.name);
    const isUnique = table.uniqueKeys.some(
      (columns) => columns.length === names.length && columns.every((name) => names.includes(name)),
    );
    if (isUnique) return;
    throw misfit(
      table.name,
      `has no primary key or unique index of the columns ${names.join(', ')}, which insert.mode=upsert needs`,
      'make one, or name its columns in pk.fields',
    );
  }
}

/** In the same order for all layouts of a table, so that keys of different layouts can be compared. */
function byColumnName(a: LayoutColumn, b: LayoutColumn): number {
  return a.column.name < b.column.name ? -1 : 1;
}

function valueOf(change: RowChange, field: RowField): unknown {
  const part = field.isFromKeyPart ? (change.key ?? change.body) : change.body;
  return part.fields[field.name] ?? null;
}

/** Of a field without a schema and without a value nothing is known: its column is made when there is one. */
function newColumns(change: RowChange, fields: readonly RowField[]): readonly NewColumn[] {
  return fields
    .map((field) => ({ field, value: valueOf(change, field) }))
    .filter(({ field, value }) => columnTypeFor(field.schema, value) !== undefined);
}

function missingFields(table: TargetTable, fields: readonly RowField[]): readonly RowField[] {
  return fields.filter(({ name }) => findColumn(table, name) === undefined);
}

function misfit(name: TableName, problem: string, remedy: string): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_POSTGRES_SINK_TABLE', `table ${quoteTable(name)} ${problem}: ${remedy}`, {
    details: { table: quoteTable(name) },
  });
}
