/**
 * What a column of a Parquet file holds, and how the types of two records become one: a column only ever widens, so that records of two
 * versions of a schema share a file instead of ending it each time.
 *
 * With a schema types are the schema's; without one they are those of the values, and objects and arrays are text with JSON. What has nothing
 * in common becomes text with JSON too.
 */
import { isDecimal, LogicalName, rescale, type Decimal, type Schema } from '@millrace/connect-api';
import type { SchemaElement } from 'hyparquet-writer';

import { jsonText } from './json-text.ts';

/** As many digits as readers take in a decimal. */
const PRECISION = 38;
const DAY_MS = 86_400_000;

export type ColumnType =
  | { readonly kind: 'boolean' | 'int32' | 'int64' | 'float' | 'double' | 'string' | 'bytes' | 'json' }
  | { readonly kind: 'date' | 'time' | 'timestamp' }
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, ColumnType> }
  | { readonly kind: 'list'; readonly of: ColumnType }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly of: ColumnType };

const JSON_TEXT: ColumnType = { kind: 'json' };
const SIMPLE = {
  boolean: { kind: 'boolean' },
  int64: { kind: 'int64' },
  double: { kind: 'double' },
  string: { kind: 'string' },
  bytes: { kind: 'bytes' },
  timestamp: { kind: 'timestamp' },
} as const satisfies Record<string, ColumnType>;

const schemaTypes = new WeakMap<Schema, ColumnType>();

export function typeOfSchema(schema: Schema): ColumnType {
  let type = schemaTypes.get(schema);
  if (type === undefined) schemaTypes.set(schema, (type = derive(schema)));
  return type;
}

function derive(schema: Schema): ColumnType {
  switch (schema.name) {
    case LogicalName.decimal:
      return decimalOf(Number(schema.parameters?.['scale'] ?? 0));
    case LogicalName.date:
      return { kind: 'date' };
    case LogicalName.time:
      return { kind: 'time' };
    case LogicalName.timestamp:
      return { kind: 'timestamp' };
    default:
      return deriveOfType(schema);
  }
}

/** Parquet knows no scale below 0, and none beyond the precision. */
function decimalOf(scale: number): ColumnType {
  return scale <= PRECISION ? { kind: 'decimal', scale: Math.max(0, scale) } : JSON_TEXT;
}

function deriveOfType(schema: Schema): ColumnType {
  switch (schema.type) {
    case 'int8':
    case 'int16':
    case 'int32':
      return { kind: 'int32' };
    case 'int64':
      return SIMPLE.int64;
    case 'float32':
      return { kind: 'float' };
    case 'float64':
      return SIMPLE.double;
    case 'boolean':
      return SIMPLE.boolean;
    case 'string':
      return SIMPLE.string;
    case 'bytes':
      return SIMPLE.bytes;
    case 'array':
      return { kind: 'list', of: orJson(schema.valueSchema) };
    case 'map':
      return { kind: 'map', key: orJson(schema.keySchema), of: orJson(schema.valueSchema) };
    case 'struct': {
      const fields = (schema.fields ?? []).map((field) => [field.name, typeOfSchema(field.schema)] as const);
      // Parquet has no group without members.
      return fields.length === 0 ? JSON_TEXT : { kind: 'struct', fields: new Map(fields) };
    }
  }
}

function orJson(schema: Schema | undefined): ColumnType {
  return schema === undefined ? JSON_TEXT : typeOfSchema(schema);
}

/** Undefined for null, which fits every type. */
export function typeOfValue(value: unknown): ColumnType | undefined {
  switch (typeof value) {
    case 'string':
      return SIMPLE.string;
    case 'number':
      return Number.isSafeInteger(value) ? SIMPLE.int64 : SIMPLE.double;
    case 'boolean':
      return SIMPLE.boolean;
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? SIMPLE.int64 : JSON_TEXT;
    case 'undefined':
      return undefined;
    default:
      return value === null ? undefined : typeOfObject(value);
  }
}

function typeOfObject(value: unknown): ColumnType {
  if (value instanceof Uint8Array) return SIMPLE.bytes;
  if (value instanceof Date) return SIMPLE.timestamp;
  if (isDecimal(value)) {
    const type = decimalOf(value.scale);
    return fits(value, type) ? type : JSON_TEXT;
  }
  return JSON_TEXT;
}

const WIDER: Readonly<Record<string, Readonly<Record<string, ColumnType>>>> = {
  int32: { int64: SIMPLE.int64, float: SIMPLE.double, double: SIMPLE.double },
  int64: { int32: SIMPLE.int64, float: SIMPLE.double, double: SIMPLE.double },
  float: { int32: SIMPLE.double, int64: SIMPLE.double, double: SIMPLE.double },
  double: { int32: SIMPLE.double, int64: SIMPLE.double, float: SIMPLE.double },
};

/** The type that holds both; `a` itself when it holds `b` already. */
export function merged(a: ColumnType, b: ColumnType): ColumnType {
  if (a === b) return a;
  if (a.kind !== b.kind) {
    const wider = WIDER[a.kind]?.[b.kind] ?? JSON_TEXT;
    return wider.kind === a.kind ? a : wider;
  }
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.scale >= b.scale ? a : b;
  if (a.kind === 'struct' && b.kind === 'struct') return mergedStructs(a, b);
  if (a.kind === 'list' && b.kind === 'list') {
    const of = merged(a.of, b.of);
    return of === a.of ? a : { kind: 'list', of };
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = merged(a.key, b.key);
    const of = merged(a.of, b.of);
    return key === a.key && of === a.of ? a : { kind: 'map', key, of };
  }
  return a;
}

type StructType = Extract<ColumnType, { kind: 'struct' }>;

function mergedStructs(a: StructType, b: StructType): ColumnType {
  let fields: Map<string, ColumnType> | undefined;
  for (const [name, type] of b.fields) {
    const known = a.fields.get(name);
    const both = known === undefined ? type : merged(known, type);
    if (both !== known) (fields ??= new Map(a.fields)).set(name, both);
  }
  return fields === undefined ? a : { kind: 'struct', fields };
}

/** Whether the value is what its schema says, and a column can hold it. */
export function fits(value: unknown, type: ColumnType): boolean {
  if (value === null || value === undefined) return true;
  switch (type.kind) {
    case 'boolean':
    case 'string':
      return typeof value === type.kind;
    case 'int32':
      return typeof value === 'number' && (value | 0) === value;
    case 'int64':
      return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
    case 'float':
    case 'double':
      return typeof value === 'number';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'time':
      return value instanceof Date && value.getTime() >= 0 && value.getTime() <= DAY_MS;
    case 'date':
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime());
    case 'decimal':
      return isDecimal(value) && fitsDecimal(value, type.scale);
    case 'json':
      return true;
    case 'list':
      return Array.isArray(value) && value.every((item) => fits(item, type.of));
    case 'map':
      return (
        value instanceof Map &&
        [...(value as Map<unknown, unknown>)].every(
          ([key, item]) => key !== null && key !== undefined && fits(key, type.key) && fits(item, type.of),
        )
      );
    case 'struct':
      return (
        typeof value === 'object' &&
        [...type.fields].every(([name, of]) => fits((value as Readonly<Record<string, unknown>>)[name], of))
      );
  }
}

function fitsDecimal(value: Decimal, scale: number): boolean {
  try {
    const { unscaled } = rescale(value, scale);
    return (unscaled < 0n ? -unscaled : unscaled) < 10n ** BigInt(PRECISION);
  } catch {
    // It has digits that would be lost.
    return false;
  }
}

const jsonHolders = new WeakMap<ColumnType, boolean>();

/** Whether some part of such a column is text with JSON. */
export function holdsJson(type: ColumnType): boolean {
  let known = jsonHolders.get(type);
  if (known === undefined) {
    known =
      type.kind === 'struct'
        ? [...type.fields.values()].some(holdsJson)
        : type.kind === 'list'
          ? holdsJson(type.of)
          : type.kind === 'map'
            ? holdsJson(type.key) || holdsJson(type.of)
            : type.kind === 'json';
    jsonHolders.set(type, known);
  }
  return known;
}

/** A value that is text with JSON already. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The elements that declare a column, in the order of Parquet's schema. Every column is optional, so that records without it share the file. */
export function elementsOf(name: string, type: ColumnType): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' as const };
  switch (type.kind) {
    case 'boolean':
      return [{ ...optional, type: 'BOOLEAN' }];
    case 'int32':
      return [{ ...optional, type: 'INT32' }];
    case 'int64':
      return [{ ...optional, type: 'INT64' }];
    case 'float':
      return [{ ...optional, type: 'FLOAT' }];
    case 'double':
      return [{ ...optional, type: 'DOUBLE' }];
    case 'string':
    case 'json':
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }];
    case 'bytes':
      return [{ ...optional, type: 'BYTE_ARRAY' }];
    case 'date':
      return [{ ...optional, type: 'INT32', converted_type: 'DATE' }];
    case 'time':
      return [{ ...optional, type: 'INT32', converted_type: 'TIME_MILLIS' }];
    case 'timestamp':
      return [{ ...optional, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }];
    case 'decimal':
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'DECIMAL', scale: type.scale, precision: PRECISION }];
    case 'struct':
      return [
        { ...optional, num_children: type.fields.size },
        ...[...type.fields].flatMap(([member, of]) => elementsOf(member, of)),
      ];
    case 'list':
      return [
        { ...optional, converted_type: 'LIST', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf('element', type.of),
      ];
    case 'map': {
      const [key, ...below] = elementsOf('key', type.key);
      return [
        { ...optional, converted_type: 'MAP', num_children: 1 },
        { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
        ...(key === undefined ? [] : [{ ...key, repetition_type: 'REQUIRED' as const }]),
        ...below,
        ...elementsOf('value', type.of),
      ];
    }
  }
}

/** The value as the Parquet writer takes it for a column of this type. */
export function physical(value: unknown, type: ColumnType, schema: Schema | undefined): unknown {
  if (value === null || value === undefined) return undefined;
  switch (type.kind) {
    case 'int64':
      return BigInt(value as number | bigint);
    case 'float':
    case 'double':
      return Number(value);
    case 'json':
      return value instanceof JsonText ? value.text : jsonText(value, schema, 'NUMERIC');
    case 'decimal':
      return rescale(value as Decimal, type.scale).unscaled;
    case 'time':
      return (value as Date).getTime();
    case 'list':
      return (value as readonly unknown[]).map((item) => physical(item, type.of, schema?.valueSchema));
    case 'map':
      return [...(value as ReadonlyMap<unknown, unknown>)].map(([key, item]) => ({
        key: physical(key, type.key, schema?.keySchema),
        value: physical(item, type.of, schema?.valueSchema),
      }));
    case 'struct':
      return physicalStruct(value as Readonly<Record<string, unknown>>, type, schema);
    default:
      return value;
  }
}

function physicalStruct(value: Readonly<Record<string, unknown>>, type: StructType, schema: Schema | undefined) {
  const struct: Record<string, unknown> = {};
  for (const [name, of] of type.fields) {
    struct[name] = physical(value[name], of, schema?.fields?.find((field) => field.name === name)?.schema);
  }
  return struct;
}
