import { MillraceError } from '@millrace/base';

import { isDecimal } from './decimal.ts';
import { isPrepared } from './record.ts';
import { LogicalName, type Schema } from './schema.ts';

const INTEGER_BITS = { int8: 8, int16: 16, int32: 32, int64: 64 } as const;

/** Why the value is none of this schema, with the path to what is wrong; undefined when it is one. */
export function valueProblem(schema: Schema, value: unknown, path = 'value'): string | undefined {
  if (value === null || value === undefined) {
    return schema.optional || schema.default !== undefined ? undefined : `${path} is missing, and is not optional`;
  }
  // What its source has rendered is taken at its word: looking would cost what preparing has saved.
  if (isPrepared(value)) return undefined;
  if (schema.name === LogicalName.decimal) return decimalProblem(schema, value, path);
  if (schema.name === LogicalName.date || schema.name === LogicalName.time || schema.name === LogicalName.timestamp) {
    return value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : wrong(schema, value, path);
  }
  switch (schema.type) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return integerProblem(schema, INTEGER_BITS[schema.type], value, path);
    case 'float32':
    case 'float64':
      return typeof value === 'number' ? undefined : wrong(schema, value, path);
    case 'boolean':
    case 'string':
      return typeof value === schema.type ? undefined : wrong(schema, value, path);
    case 'bytes':
      return value instanceof Uint8Array ? undefined : wrong(schema, value, path);
    case 'array':
      return Array.isArray(value) ? firstProblem(value, schema.valueSchema, path) : wrong(schema, value, path);
    case 'map':
      return value instanceof Map ? mapProblem(schema, value, path) : wrong(schema, value, path);
    case 'struct':
      return structProblem(schema, value, path);
  }
}

/** Throws `MILLRACE_CONNECT_SCHEMA_MISMATCH` when the value is none of this schema. */
export function assertValue(schema: Schema, value: unknown, what = 'value'): void {
  const problem = valueProblem(schema, value, what);
  if (problem !== undefined) throw new MillraceError('MILLRACE_CONNECT_SCHEMA_MISMATCH', problem);
}

function integerProblem(schema: Schema, bits: number, value: unknown, path: string): string | undefined {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  if (!isInteger) return wrong(schema, value, path);
  const fits = BigInt.asIntN(bits, BigInt(value)) === BigInt(value);
  if (!fits) return `${path} does not fit into ${schema.type}`;
  return typeof value === 'bigint' && bits < 64 ? wrong(schema, value, path) : undefined;
}

function decimalProblem(schema: Schema, value: unknown, path: string): string | undefined {
  if (!isDecimal(value)) return wrong(schema, value, path);
  const scale = schema.parameters?.['scale'];
  return String(value.scale) === scale
    ? undefined
    : `${path} has the scale ${value.scale}, and its schema ${scale ?? 'none'}`;
}

function firstProblem(values: readonly unknown[], schema: Schema | undefined, path: string): string | undefined {
  if (schema === undefined) return undefined;
  for (const [index, item] of values.entries()) {
    const problem = valueProblem(schema, item, `${path}[${index}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function mapProblem(schema: Schema, map: ReadonlyMap<unknown, unknown>, path: string): string | undefined {
  return (
    firstProblem([...map.keys()], schema.keySchema, `${path}.keys`) ??
    firstProblem([...map.values()], schema.valueSchema, `${path}.values`)
  );
}

function structProblem(schema: Schema, value: unknown, path: string): string | undefined {
  const isStruct = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
  if (!isStruct || value instanceof Uint8Array || value instanceof Date) return wrong(schema, value, path);
  const fields = schema.fields ?? [];
  for (const field of fields) {
    const problem = valueProblem(field.schema, (value as Record<string, unknown>)[field.name], `${path}.${field.name}`);
    if (problem !== undefined) return problem;
  }
  const unknown = Object.keys(value).find((name) => !fields.some((field) => field.name === name));
  return unknown === undefined ? undefined : `${path}.${unknown} is not a field of its schema`;
}

/** Names types, never values: they may be what nobody should read. */
function wrong(schema: Schema, value: unknown, path: string): string {
  const expected = schema.name === undefined ? schema.type : `${schema.name} (${schema.type})`;
  return `${path} is ${typeName(value)}, and its schema says ${expected}`;
}

function typeName(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor?.name ?? 'Object';
  }
  return typeof value;
}
