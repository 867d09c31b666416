/**
 * A value as JSON, the way Kafka Connect's JSON converter writes it without schemas: bytes and decimals in base64 (or decimals as numbers),
 * dates and times as integers, maps with keys of text as objects and others as arrays of pairs.
 *
 * Bounds: `LEVELS_MAX` levels of values in values, as many as readers take by default; the stack would not hold many more.
 */
import {
  decimalBytes,
  decimalText,
  isDecimal,
  isPrepared,
  LogicalName,
  rescale,
  type Decimal,
  type Schema,
} from '@millrace/connect-api';

import { unwritable } from '../s3-error.ts';
import { shortestFloat32 } from './float32.ts';

export type DecimalFormat = 'BASE64' | 'NUMERIC';

const DAY_MS = 86_400_000;
const LEVELS_MAX = 1_000;

/** Why a value has no JSON, and in which field of fields it is. */
class Fault extends Error {
  readonly path: string[] = [];
}

/**
 * One line, without its end. What is not a number is null. Throws for what JSON cannot say: functions, invalid dates, decimals whose digits are
 * more than the scale of their schema, values that are nested too deeply.
 */
export function jsonText(value: unknown, schema: Schema | undefined, decimals: DecimalFormat): string {
  if (isPrepared(value)) {
    const text = typeof value.json === 'string' ? value.json : Buffer.from(value.json).toString();
    // JSON of a source may have been laid out in lines.
    return text.includes('\n') ? jsonText(value.toValue(), schema, decimals) : text;
  }
  if (isPlain(value, schema)) return JSON.stringify(value) ?? 'null';
  try {
    return write(value, schema, decimals, 0);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { path, message } = error;
    // Of a value that is too deep the way down says nothing.
    const field = path.length === 0 ? 'the value' : `field "${path.slice(0, 10).join('.')}"`;
    throw unwritable(`${field} ${message}`);
  }
}

/** Whether JSON.stringify says the same, and much faster. */
function isPlain(value: unknown, schema: Schema | undefined): boolean {
  if (schema !== undefined && !isPlainSchema(schema)) return false;
  return isPlainValue(value, 0);
}

const plainSchemas = new WeakMap<Schema, boolean>();

function isPlainSchema(schema: Schema): boolean {
  let known = plainSchemas.get(schema);
  if (known === undefined) {
    known =
      schema.type === 'struct'
        ? (schema.fields ?? []).every((field) => isPlainSchema(field.schema))
        : schema.type === 'array'
          ? schema.valueSchema === undefined || isPlainSchema(schema.valueSchema)
          : schema.type !== 'map' && schema.type !== 'bytes' && schema.type !== 'float32' && !isLogical(schema);
    plainSchemas.set(schema, known);
  }
  return known;
}

function isLogical({ name }: Schema): boolean {
  return name !== undefined && (Object.values(LogicalName) as string[]).includes(name);
}

function isPlainValue(value: unknown, level: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return true;
    case 'object':
      break;
    default:
      return value === undefined;
  }
  if (value === null) return true;
  if (level === LEVELS_MAX) return false;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (!isPlainValue(item, level + 1)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) if (!isPlainValue((value as Record<string, unknown>)[name], level + 1)) return false;
  return true;
}

function write(value: unknown, schema: Schema | undefined, decimals: DecimalFormat, level: number): string {
  if (value === null || value === undefined) return 'null';
  if (isPrepared(value)) return jsonText(value, schema, decimals);
  if (value instanceof Date) return String(dateNumber(value, schema));
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'object':
      return isDecimal(value) ? decimalJson(value, schema, decimals) : writeParts(value, schema, decimals, level + 1);
    case 'number':
      return JSON.stringify(schema?.type === 'float32' ? shortestFloat32(value) : value);
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    default:
      throw new Fault(`is of type ${typeof value}: JSON has nothing for it`);
  }
}

/** @param level of the parts */
function writeParts(value: object, schema: Schema | undefined, decimals: DecimalFormat, level: number): string {
  if (level > LEVELS_MAX) throw new Fault(`is nested deeper than ${LEVELS_MAX} levels`);
  if (value instanceof Map) return writeMap(value, schema, decimals, level);
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown) => write(item, schema?.valueSchema, decimals, level)).join(',')}]`;
  }
  return writeObject(value, schema, decimals, level);
}

function writeMap(
  map: ReadonlyMap<unknown, unknown>,
  schema: Schema | undefined,
  decimals: DecimalFormat,
  level: number,
): string {
  const entries = [...map];
  if (entries.every(([key]) => typeof key === 'string')) {
    const members = entries.map(
      ([key, item]) => `${JSON.stringify(key)}:${write(item, schema?.valueSchema, decimals, level)}`,
    );
    return `{${members.join(',')}}`;
  }
  const pairs = entries.map(
    ([key, item]) =>
      `[${write(key, schema?.keySchema, decimals, level)},${write(item, schema?.valueSchema, decimals, level)}]`,
  );
  return `[${pairs.join(',')}]`;
}

function writeObject(value: object, schema: Schema | undefined, decimals: DecimalFormat, level: number): string {
  const record = value as Readonly<Record<string, unknown>>;
  const members =
    schema?.fields === undefined
      ? Object.entries(record).filter(([, item]) => item !== undefined)
      : schema.fields.map((field) => [field.name, record[field.name], field.schema] as const);
  const texts = members.map(([name, item, of]) => {
    try {
      return `${JSON.stringify(name)}:${write(item, of, decimals, level)}`;
    } catch (error) {
      if (error instanceof Fault) error.path.unshift(name);
      throw error;
    }
  });
  return `{${texts.join(',')}}`;
}

/** Bytes are those of the scale that the schema says; without one nobody could know theirs, and it is a number whatever was asked for. */
function decimalJson(value: Decimal, schema: Schema | undefined, decimals: DecimalFormat): string {
  if (decimals === 'NUMERIC' || schema?.name !== LogicalName.decimal) return decimalText(value);
  const scale = Number(schema.parameters?.['scale'] ?? 0);
  let scaled: Decimal;
  try {
    scaled = rescale(value, scale);
  } catch {
    throw new Fault(`is a decimal with more digits after the point than the scale ${scale} of its schema`);
  }
  return JSON.stringify(Buffer.from(decimalBytes(scaled)).toString('base64'));
}

/** Days of a Date, milliseconds of everything else. */
function dateNumber(value: Date, schema: Schema | undefined): number {
  if (Number.isNaN(value.getTime())) throw new Fault('is an invalid date');
  return schema?.name === LogicalName.date ? Math.floor(value.getTime() / DAY_MS) : value.getTime();
}
