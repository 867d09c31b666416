/**
 * How changes of one form (the same schemas, or the same names of fields) become values of one table's columns.
 *
 * Made once for a form and used for each row of it. Invariant: a value that is undefined is one that the record does not know (an unchanged
 * TOAST column at the source): its column is left as it is.
 */
import { messageOf, MillraceError } from '@millrace/base';
import type { Schema } from '@millrace/connect-api';

import type { Part, RowChange } from './change.ts';
import type { RowField } from './row-fields.ts';
import { quoteTable, type TableName } from './sql-text.ts';
import type { TargetColumn, TargetTable } from './target-table.ts';
import { encoderFor, type BareTimes, type ValueEncoder } from './value-text.ts';

export type RowValues = (string | null | undefined)[];

export interface LayoutColumn {
  readonly field: RowField;
  readonly column: TargetColumn;
}

export interface LayoutOptions {
  /** Undefined: as Debezium's default in change events, and nothing in other records. */
  readonly bareTimes: BareTimes | undefined;
  readonly unavailableValue: UnavailableValue;
}

export class RowLayout {
  readonly table: TargetTable;
  /** In the order of the values; those of the key first. */
  readonly columns: readonly TargetColumn[];
  readonly keyColumns: readonly TargetColumn[];
  readonly #kind: RowChange['kind'];
  readonly #isEvent: boolean;
  readonly #name: TableName;
  readonly #key: PartForm | undefined;
  readonly #body: PartForm;
  readonly #fields: readonly RowField[];
  readonly #encoders: readonly ValueEncoder[];
  readonly #ignoredNulls: readonly RowField[];
  readonly #unavailable: UnavailableValue;

  /** `ignoredNulls` have no column; the layout is for records where they are null. */
  constructor(
    table: TargetTable,
    columns: readonly LayoutColumn[],
    ignoredNulls: readonly RowField[],
    example: RowChange,
    options: LayoutOptions,
  ) {
    this.table = table;
    this.columns = columns.map(({ column }) => column);
    this.keyColumns = columns.filter(({ field }) => field.isInKey).map(({ column }) => column);
    this.#kind = example.kind;
    this.#isEvent = example.isEvent;
    this.#name = example.table;
    this.#key = example.key && new PartForm(example.key);
    this.#body = new PartForm(example.body);
    this.#fields = columns.map(({ field }) => field);
    const bareTimes = options.bareTimes ?? (example.isEvent ? 'adaptive' : 'refuse');
    this.#encoders = columns.map(({ field, column }) => encoderFor(column.type, field.schema, bareTimes));
    this.#ignoredNulls = ignoredNulls;
    this.#unavailable = options.unavailableValue;
  }

  matches(change: RowChange): boolean {
    return (
      this.#kind === change.kind &&
      this.#isEvent === change.isEvent &&
      this.#name.table === change.table.table &&
      this.#name.schema === change.table.schema &&
      this.#body.matches(change.body) &&
      (this.#key === undefined || change.key === undefined
        ? this.#key === change.key
        : this.#key.matches(change.key)) &&
      this.#ignoredNulls.every((field) => (partOf(change, field).fields[field.name] ?? null) === null)
    );
  }

  /** Throws MILLRACE_CONNECT_POSTGRES_SINK_VALUE when a value cannot go into its column. */
  valuesOf(change: RowChange): RowValues {
    const values: RowValues = new Array<string | null | undefined>(this.#fields.length);
    const body = change.body.fields;
    const key = change.key?.fields ?? body;
    for (let i = 0; i < this.#fields.length; i++) {
      const field = this.#fields[i] as RowField;
      let value = (field.isFromKeyPart ? key : body)[field.name];
      if (value === undefined && field.schema !== undefined) value = field.schema.default;
      if (value === null || value === undefined) {
        if (field.isInKey) throw this.#error(change, i, 'is null, and part of the primary key');
        values[i] = null;
      } else if (this.#unavailable.is(value)) {
        values[i] = undefined;
      } else {
        values[i] = this.#encode(change, i, value);
      }
    }
    return values;
  }

  #encode(change: RowChange, index: number, value: unknown): string | null {
    try {
      return (this.#encoders[index] as ValueEncoder)(value);
    } catch (error) {
      throw this.#error(change, index, messageOf(error), error);
    }
  }

  #error({ record: { origin } }: RowChange, index: number, problem: string, cause?: unknown): MillraceError {
    const { name } = this.#fields[index] as RowField;
    return new MillraceError(
      'MILLRACE_CONNECT_POSTGRES_SINK_VALUE',
      `field ${name} of the record at ${origin.topic}-${origin.partition} offset ${origin.offset}, for table ` +
        `${quoteTable(this.table.name)}: ${problem}`,
      { details: { ...origin, field: name }, cause },
    );
  }
}

/** The mark that change events have in place of a value that the source did not know, in the forms that types give it. */
export class UnavailableValue {
  readonly #text: string;
  readonly #bytes: Buffer;
  readonly #base64: string;

  constructor(placeholder: string) {
    this.#text = placeholder;
    this.#bytes = Buffer.from(placeholder);
    this.#base64 = this.#bytes.toString('base64');
  }

  is(value: unknown): boolean {
    if (typeof value === 'string') return value === this.#text || value === this.#base64;
    if (typeof value !== 'object' || value === null) return false;
    if (value instanceof Uint8Array) return value.length === this.#bytes.length && this.#bytes.equals(value);
    if (Array.isArray(value)) return value.length === 1 && this.is(value[0]);
    return value instanceof Map && value.size === 1 && value.has(this.#text);
  }
}

function partOf(change: RowChange, field: RowField): Part {
  return field.isFromKeyPart ? (change.key ?? change.body) : change.body;
}

/** What tells records of one form from others: the schema, or the names of the fields. */
class PartForm {
  readonly #schema: Schema | undefined;
  readonly #names: ReadonlySet<string>;

  constructor({ fields, schema }: Part) {
    this.#schema = schema;
    this.#names = new Set(schema === undefined ? Object.keys(fields) : []);
  }

  matches({ fields, schema }: Part): boolean {
    if (this.#schema !== undefined || schema !== undefined) return this.#schema === schema;
    let count = 0;
    for (const name in fields) {
      if (!this.#names.has(name)) return false;
      count++;
    }
    return count === this.#names.size;
  }
}
