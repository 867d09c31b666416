import { assert } from '@millrace/base';

import { LogicalName, type Field, type Schema, type SchemaType } from './schema.ts';

export interface SchemaOptions {
  readonly optional?: boolean;
  readonly name?: string;
  readonly version?: number;
  readonly doc?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** What an absent value stands for, as the schema describes values. */
  readonly default?: unknown;
}

/** Makes schemas. They are frozen; plain ones (`s.int32()`) are one object each, so that what is derived from them is kept once. */
export const s = {
  int8: (options?: SchemaOptions): Schema => primitive('int8', options),
  int16: (options?: SchemaOptions): Schema => primitive('int16', options),
  int32: (options?: SchemaOptions): Schema => primitive('int32', options),
  int64: (options?: SchemaOptions): Schema => primitive('int64', options),
  float32: (options?: SchemaOptions): Schema => primitive('float32', options),
  float64: (options?: SchemaOptions): Schema => primitive('float64', options),
  boolean: (options?: SchemaOptions): Schema => primitive('boolean', options),
  string: (options?: SchemaOptions): Schema => primitive('string', options),
  bytes: (options?: SchemaOptions): Schema => primitive('bytes', options),
  array: (valueSchema: Schema, options?: SchemaOptions): Schema => make('array', { valueSchema }, options),
  map: (keySchema: Schema, valueSchema: Schema, options?: SchemaOptions): Schema =>
    make('map', { keySchema, valueSchema }, options),
  /** Fields in the order in which they are named; names that look like numbers need a list, as JavaScript sorts them first. */
  struct: (fields: Readonly<Record<string, Schema>> | readonly Field[], options?: SchemaOptions): Schema =>
    make('struct', { fields: fieldsOf(fields) }, options),
  /** Exact, with a fixed scale; values are {@link Decimal}. */
  decimal: (scale: number, options: SchemaOptions = {}): Schema =>
    make(
      'bytes',
      {},
      {
        version: 1,
        ...options,
        name: LogicalName.decimal,
        parameters: { ...options.parameters, scale: String(scale) },
      },
    ),
  date: (options?: SchemaOptions): Schema => logical('int32', LogicalName.date, options),
  time: (options?: SchemaOptions): Schema => logical('int32', LogicalName.time, options),
  timestamp: (options?: SchemaOptions): Schema => logical('int64', LogicalName.timestamp, options),
  /** The same, where null and absent are allowed. */
  optional: (schema: Schema): Schema => (schema.optional ? schema : changed(schema, { optional: true })),
  required: (schema: Schema): Schema => (schema.optional ? changed(schema, { optional: false }) : schema),
};

const PLAIN = new Map<string, Schema>();

/** Those without options other than `optional` are shared. */
function primitive(type: SchemaType, options: SchemaOptions = {}): Schema {
  const isPlain = Object.entries(options).every(([name, value]) => name === 'optional' || value === undefined);
  return isPlain ? plain(type, options.optional ?? false) : make(type, {}, options);
}

function plain(type: SchemaType, optional: boolean): Schema {
  const key = `${type}${optional ? '?' : ''}`;
  const known = PLAIN.get(key) ?? make(type, {}, { optional });
  PLAIN.set(key, known);
  return known;
}

function logical(type: SchemaType, name: string, options: SchemaOptions = {}): Schema {
  return make(type, {}, { version: 1, ...options, name });
}

function make(
  type: SchemaType,
  parts: Pick<Schema, 'fields' | 'keySchema' | 'valueSchema'>,
  options: SchemaOptions = {},
): Schema {
  const { optional = false, parameters, ...rest } = options;
  const named = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return Object.freeze({
    type,
    optional,
    ...named,
    ...(parameters === undefined ? {} : { parameters: Object.freeze({ ...parameters }) }),
    ...parts,
  });
}

function changed(schema: Schema, change: { readonly optional: boolean }): Schema {
  const isPlain = Object.keys(schema).every((name) => name === 'type' || name === 'optional');
  return isPlain ? plain(schema.type, change.optional) : Object.freeze({ ...schema, ...change });
}

function fieldsOf(fields: Readonly<Record<string, Schema>> | readonly Field[]): readonly Field[] {
  const list: readonly Field[] = Array.isArray(fields)
    ? (fields as readonly Field[])
    : Object.entries(fields as Readonly<Record<string, Schema>>).map(([name, schema]) => ({ name, schema }));
  assert(new Set(list.map(({ name }) => name)).size === list.length, 'two fields of a struct have the same name');
  return Object.freeze(list.map((field) => Object.freeze({ ...field })));
}
