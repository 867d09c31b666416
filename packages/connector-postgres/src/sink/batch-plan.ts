/**
 * Folds the changes of a batch to the statements that bring tables to the same end.
 *
 * Owns: the order in which changes take effect. Rows of one table are in segments; in a segment the table is emptied, then rows are deleted,
 * then written, and of each row only the last change is left (but not in insert mode, where each row is written). A change that this order
 * would turn around begins a new segment.
 * Bounds: as the batch. Pure.
 */
import { quoteTable, type TableName } from './sql-text.ts';
import type { TargetTable } from './target-table.ts';
import type { RowLayout, RowValues } from './row-layout.ts';

export type InsertMode = 'insert' | 'upsert' | 'update';

/** Rows of the same columns. */
export interface RowGroup {
  readonly layout: RowLayout;
  readonly rows: RowValues[];
}

export class Segment {
  isTruncated = false;
  readonly table: TargetTable;
  readonly #deletes = new Map<string, { readonly layout: RowLayout; readonly values: RowValues }>();
  readonly #writes = new Map<string, { readonly layout: RowLayout; values: RowValues }>();
  /** Rows without a key, or in insert mode. */
  readonly #inserts: RowGroup[] = [];

  constructor(table: TargetTable) {
    this.table = table;
  }

  get isEmpty(): boolean {
    return this.#deletes.size === 0 && this.#writes.size === 0 && this.#inserts.length === 0 && !this.isTruncated;
  }

  /** Whether the deletion was taken; otherwise it belongs to the next segment. */
  delete(layout: RowLayout, values: RowValues, mode: InsertMode): boolean {
    const key = keyText(layout, values);
    if (mode === 'insert' && this.#writes.has(key)) return false;
    this.#writes.delete(key);
    this.#deletes.set(key, { layout, values });
    return true;
  }

  /** Whether the row was taken; otherwise it belongs to the next segment. */
  write(layout: RowLayout, values: RowValues, mode: InsertMode): boolean {
    if (layout.keyColumns.length === 0) {
      this.#insert(layout, values);
      return true;
    }
    const key = keyText(layout, values);
    const before = this.#writes.get(key);
    if (before === undefined) {
      this.#writes.set(key, { layout, values });
      return true;
    }
    if (mode === 'insert' || before.layout !== layout) return false;
    before.values = values.map((value, i) => (value === undefined ? before.values[i] : value));
    return true;
  }

  get deletes(): readonly RowGroup[] {
    return grouped(this.#deletes.values());
  }

  get writes(): readonly RowGroup[] {
    return [...this.#inserts, ...grouped(this.#writes.values())];
  }

  #insert(layout: RowLayout, values: RowValues): void {
    const last = this.#inserts.at(-1);
    if (last?.layout === layout) last.rows.push(values);
    else this.#inserts.push({ layout, rows: [values] });
  }
}

/** The segments of all tables: tables in the order in which they come up, segments of a table in their order. */
export class BatchPlan {
  readonly #mode: InsertMode;
  readonly #byTable = new Map<string, Segment[]>();
  /** The last one of the table that came last: mostly the next change is of the same. */
  #current: Segment | undefined;

  constructor(mode: InsertMode) {
    this.#mode = mode;
  }

  write(layout: RowLayout, values: RowValues): void {
    if (this.#segment(layout.table).write(layout, values, this.#mode)) return;
    this.#nextSegment(layout.table).write(layout, values, this.#mode);
  }

  delete(layout: RowLayout, values: RowValues): void {
    if (this.#segment(layout.table).delete(layout, values, this.#mode)) return;
    this.#nextSegment(layout.table).delete(layout, values, this.#mode);
  }

  /** What was to happen to the table before is not needed any more. */
  truncate(table: TargetTable): void {
    this.#current = undefined;
    this.#byTable.delete(tableKey(table.name));
    this.#nextSegment(table).isTruncated = true;
  }

  segments(): readonly Segment[] {
    return [...this.#byTable.values()].flat();
  }

  #segment(table: TargetTable): Segment {
    if (this.#current?.table === table) return this.#current;
    this.#current = this.#byTable.get(tableKey(table.name))?.at(-1) ?? this.#nextSegment(table);
    return this.#current;
  }

  #nextSegment(table: TargetTable): Segment {
    const segment = new Segment(table);
    this.#current = segment;
    const segments = this.#byTable.get(tableKey(table.name));
    if (segments === undefined) this.#byTable.set(tableKey(table.name), [segment]);
    else segments.push(segment);
    return segment;
  }
}

function tableKey(name: TableName): string {
  return quoteTable(name);
}

/** The same for the same values of the key's columns; lengths keep columns apart. */
function keyText({ keyColumns }: RowLayout, values: RowValues): string {
  if (keyColumns.length === 1) return values[0] ?? '';
  let text = '';
  for (let i = 0; i < keyColumns.length; i++) {
    const value = values[i] ?? '';
    text += `${value.length}:${value}`;
  }
  return text;
}

function grouped(rows: Iterable<{ readonly layout: RowLayout; readonly values: RowValues }>): readonly RowGroup[] {
  const groups = new Map<RowLayout, RowGroup>();
  for (const { layout, values } of rows) {
    const group = groups.get(layout);
    if (group === undefined) groups.set(layout, { layout, rows: [values] });
    else group.rows.push(values);
  }
  return [...groups.values()];
}
