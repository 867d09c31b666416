/**
 * A value as JSON, the way Kafka Connect's JSON converter writes it without schemas: bytes and decimals in base64 (or decimals as numbers),
 * dates and times as integers, maps with keys of text as objects and others as arrays of pairs.
 */
import {
  decimalBytes,
  decimalText,
  isDecimal,
  isPrepared,
  LogicalName,
  type Decimal,
  type Schema,
} from '@millrace/connect-api';

import { S3Error } from '../s3-error.ts';

export type DecimalFormat = 'BASE64' | 'NUMERIC';

const DAY_MS = 86_400_000;

/** One line, without its end. Throws for what JSON cannot say (functions, not-a-number in a schema's float is null). */
export function jsonText(value: unknown, schema: Schema | undefined, decimals: DecimalFormat): string {
  if (isPrepared(value)) {
    const text = typeof value.json === 'string' ? value.json : Buffer.from(value.json).toString();
    // JSON of a source may have been laid out in lines.
    return text.includes('\n') ? jsonText(value.toValue(), schema, decimals) : text;
  }
  if (isPlain(value, schema)) return JSON.stringify(value) ?? 'null';
  return write(value, schema, decimals);
}

/** Whether JSON.stringify says the same, and much faster. */
function isPlain(value: unknown, schema: Schema | undefined): boolean {
  if (schema !== undefined && !isPlainSchema(schema)) return false;
  return isPlainValue(value);
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
          : schema.type !== 'map' && schema.type !== 'bytes' && !isLogical(schema);
    plainSchemas.set(schema, known);
  }
  return known;
}

function isLogical({ name }: Schema): boolean {
  return name !== undefined && (Object.values(LogicalName) as string[]).includes(name);
}

function isPlainValue(value: unknown): boolean {
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
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (!isPlainValue(item)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) if (!isPlainValue((value as Record<string, unknown>)[name])) return false;
  return true;
}

function write(value: unknown, schema: Schema | undefined, decimals: DecimalFormat): string {
  if (value === null || value === undefined) return 'null';
  if (isPrepared(value)) return jsonText(value, schema, decimals);
  if (schema?.name === LogicalName.decimal && isDecimal(value)) return decimalJson(value, decimals);
  if (value instanceof Date) return String(dateNumber(value, schema));
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (value instanceof Map) return writeMap(value, schema, decimals);
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown) => write(item, schema?.valueSchema, decimals)).join(',')}]`;
  }
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'object':
      return isDecimal(value) ? decimalJson(value, decimals) : writeObject(value, schema, decimals);
    case 'string':
    case 'number':
    case 'boolean':
      return JSON.stringify(value);
    default:
      throw new S3Error(
        'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD',
        `JSON has nothing for a value of type ${typeof value}`,
      );
  }
}

function writeMap(map: ReadonlyMap<unknown, unknown>, schema: Schema | undefined, decimals: DecimalFormat): string {
  const entries = [...map];
  if (entries.every(([key]) => typeof key === 'string')) {
    const members = entries.map(
      ([key, item]) => `${JSON.stringify(key)}:${write(item, schema?.valueSchema, decimals)}`,
    );
    return `{${members.join(',')}}`;
  }
  const pairs = entries.map(
    ([key, item]) => `[${write(key, schema?.keySchema, decimals)},${write(item, schema?.valueSchema, decimals)}]`,
  );
  return `[${pairs.join(',')}]`;
}

function writeObject(value: object, schema: Schema | undefined, decimals: DecimalFormat): string {
  const record = value as Readonly<Record<string, unknown>>;
  const members =
    schema?.fields === undefined
      ? Object.entries(record).filter(([, item]) => item !== undefined)
      : schema.fields.map((field) => [field.name, record[field.name], field.schema] as const);
  return `{${members.map(([name, item, of]) => `${JSON.stringify(name)}:${write(item, of, decimals)}`).join(',')}}`;
}

function decimalJson(value: Decimal, decimals: DecimalFormat): string {
  return decimals === 'NUMERIC'
    ? decimalText(value)
    : JSON.stringify(Buffer.from(decimalBytes(value)).toString('base64'));
}

/** Days of a Date, milliseconds of everything else. */
export function dateNumber(value: Date, schema: Schema | undefined): number {
  return schema?.name === LogicalName.date ? Math.floor(value.getTime() / DAY_MS) : value.getTime();
}
