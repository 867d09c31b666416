/**
 * How rows of a table become JSON: columns in order with their writers, and the schemas that say the same.
 *
 * Invariants: immutable, but for the note of rows that go against it; a changed table gets another one, with another version of its schemas.
 */
import { s, type Field, type Schema } from '@millrace/connect-api';
import { MillraceError, messageOf } from '@millrace/base';
import { PostgresError } from '../replication/postgres-error.ts';
import { NULL_VALUE, UNCHANGED_VALUE, type Tuple } from '../replication/tuple.ts';
import type { CatalogTable, CatalogType } from './catalog.ts';
import { envelopeSchema } from './envelope-schema.ts';
import type { JsonBytes } from './json-bytes.ts';
import { valueWriter, type ValueModes } from './values/type-table.ts';
import type { WriteValue } from './values/value-writer.ts';

export interface LayoutOptions {
  readonly topicPrefix: string;
  /** Instead of prefix, schema and table. */
  readonly topic?: string;
  readonly modes: ValueModes;
  readonly unavailablePlaceholder: string;
  /** Records hold the row itself instead of an envelope. */
  readonly isFlat: boolean;
  includesColumn(schema: string, table: string, column: string): boolean;
  /** Columns of the key, where they are not those of the primary key. */
  keyColumns(schema: string, table: string): readonly string[] | undefined;
}

interface LayoutColumn {
  readonly name: string;
  /** In rows as they come. */
  readonly index: number;
  readonly isRequired: boolean;
  /** The name with what stands before and after it, as the first member of an object and as another one. */
  readonly first: Uint8Array;
  readonly next: Uint8Array;
  readonly write: WriteValue;
  readonly nothing: string;
  readonly unavailable: string;
}

const EMPTY_OBJECT = Buffer.from('{}');

export class TableLayout {
  readonly schema: string;
  readonly table: string;
  readonly topic: string;
  readonly keySchema: Schema | undefined;
  readonly rowSchema: Schema;
  readonly valueSchema: Schema;
  /** Columns that turned out to have nothing in rows, though their schema says that they always have something. */
  readonly unexpectedNulls = new Set<string>();
  readonly #columns: readonly LayoutColumn[];
  readonly #keyColumns: readonly LayoutColumn[];
  #writing: LayoutColumn | undefined;

  constructor(table: CatalogTable, types: ReadonlyMap<number, CatalogType>, options: LayoutOptions) {
    const { topicPrefix, isFlat } = options;
    this.schema = table.schema;
    this.table = table.name;
    this.topic = options.topic ?? topicName(topicPrefix, table.schema, table.name);
    const fields: Field[] = [];
    const columns: LayoutColumn[] = [];
    const wanted = options.keyColumns(table.schema, table.name);
    const keyNames = wanted ?? table.primaryKey;
    for (const [index, column] of table.columns.entries()) {
      if (!keyNames.includes(column.name) && !options.includesColumn(table.schema, table.name, column.name)) continue;
      const writer = valueWriter(column, types, options.modes);
      const name = JSON.stringify(column.name);
      columns.push({
        name: column.name,
        index,
        isRequired: column.isRequired,
        first: Buffer.from(`{${name}:`),
        next: Buffer.from(`,${name}:`),
        write: writer.write,
        nothing: writer.nothing,
        unavailable: writer.unavailable(options.unavailablePlaceholder),
      });
      fields.push({ name: column.name, schema: column.isRequired ? writer.schema : s.optional(writer.schema) });
    }
    const inKey = keyNames.map((name) => columns.find((column) => column.name === name));
    const missing = keyNames.find((_name, index) => inKey[index] === undefined);
    if (missing !== undefined && wanted !== undefined)
      throw new PostgresError(
        'SETUP',
        `message.key.columns names column ${missing} of ${table.schema}.${table.name}, which has no such column`,
      );
    this.#columns = columns;
    this.#keyColumns = inKey.filter((column) => column !== undefined);
    this.rowSchema = s.struct(fields, { name: `${this.topic}.Value`, optional: !isFlat });
    const keyFields = this.#keyColumns.map(({ name }) => fields.find((field) => field.name === name) as Field);
    this.keySchema = keyFields.length === 0 ? undefined : s.struct(keyFields, { name: `${this.topic}.Key` });
    this.valueSchema = isFlat ? this.rowSchema : envelopeSchema(this.topic, this.rowSchema);
  }

  get columnNames(): readonly string[] {
    return this.#columns.map(({ name }) => name);
  }

  /**
   * The row. What is unchanged is taken from `old`, where that has it.
   * @param isKeyOnly only columns of the key are in the row: others are left as nothing
   */
  writeRow(out: JsonBytes, row: Tuple, old: Tuple | undefined, isKeyOnly: boolean): void {
    const columns = this.#columns;
    if (columns.length === 0) {
      out.raw(EMPTY_OBJECT);
      return;
    }
    for (let at = 0; at < columns.length; at += 1) {
      const column = columns[at] as LayoutColumn;
      out.raw(at === 0 ? column.first : column.next);
      const length = column.index < row.count ? (row.lengths[column.index] as number) : NULL_VALUE;
      if (length >= 0) this.#write(out, column, row, length);
      else if (length === UNCHANGED_VALUE) this.#writeUnchanged(out, column, old);
      else if (isKeyOnly && column.isRequired) out.ascii(column.nothing);
      else this.#writeNull(out, column);
    }
    out.byte(0x7d);
  }

  writeKey(out: JsonBytes, row: Tuple, old: Tuple | undefined): void {
    const columns = this.#keyColumns;
    for (let at = 0; at < columns.length; at += 1) {
      const column = columns[at] as LayoutColumn;
      out.raw(at === 0 ? column.first : column.next);
      const length = column.index < row.count ? (row.lengths[column.index] as number) : NULL_VALUE;
      if (length >= 0) this.#write(out, column, row, length);
      else if (length === UNCHANGED_VALUE) this.#writeUnchanged(out, column, old);
      else this.#writeNull(out, column);
    }
    out.byte(0x7d);
  }

  /** What failed, with the column that it was about. */
  explain(error: unknown): MillraceError {
    const where = `${this.schema}.${this.table}${this.#writing === undefined ? '' : `, column ${this.#writing.name}`}`;
    return new PostgresError('VALUE', `cannot make a record of a row of ${where}: ${messageOf(error)}`, {
      cause: error,
    });
  }

  #writeUnchanged(out: JsonBytes, column: LayoutColumn, old: Tuple | undefined): void {
    const length = old !== undefined && column.index < old.count ? (old.lengths[column.index] as number) : NULL_VALUE;
    if (old !== undefined && length >= 0) this.#write(out, column, old, length);
    else out.ascii(column.unavailable === 'null' && column.isRequired ? column.nothing : column.unavailable);
  }

  #writeNull(out: JsonBytes, column: LayoutColumn): void {
    if (column.isRequired) this.unexpectedNulls.add(column.name);
    out.ascii('null');
  }

  #write(out: JsonBytes, column: LayoutColumn, row: Tuple, length: number): void {
    const start = row.starts[column.index] as number;
    this.#writing = column;
    column.write(out, row.source, start, start + length);
    this.#writing = undefined;
  }
}

/** Kafka allows few characters in names of topics; the others become `_`. */
export function topicName(...parts: readonly string[]): string {
  return parts.join('.').replaceAll(/[^a-zA-Z0-9._-]/g, '_');
}
