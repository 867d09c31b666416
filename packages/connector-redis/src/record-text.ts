/** Values of records as Redis has them: text or bytes. */
import { decimalText, isDecimal, isPrepared, LogicalName, plainValue, type Schema } from '@millrace/connect-api';
import { RedisError } from './redis-error.ts';

/** A text, number, boolean or bytes as they are; undefined for everything that has parts. */
export function scalarOf(value: unknown): string | Buffer | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      if (value instanceof Date) return value.toISOString();
      return isDecimal(value) ? decimalText(value) : undefined;
    default:
      return undefined;
  }
}

/** JSON of any value: bytes as base64, 64 bit integers as numbers, maps as objects, decimals as numbers in text. */
export function jsonOf(value: unknown, schema?: Schema): string {
  if (isPrepared(value)) return Buffer.from(value.json).toString('utf8');
  return JSON.stringify(jsonValue(value, schema));
}

/** Name and text of each field of a struct, map or object; undefined for a value without fields. */
export function fieldsOf(value: unknown): [name: string, text: string | Buffer | null][] | undefined {
  const plain = plainValue(value);
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return undefined;
  if (scalarOf(plain) !== undefined) return undefined;
  const entries = plain instanceof Map ? [...plain] : Object.entries(plain);
  return entries.map(([name, field]: [unknown, unknown]) => [
    String(name),
    field === null || field === undefined ? null : (scalarOf(field) ?? jsonOf(field)),
  ]);
}

/** Part of a value by a path of names, `customer.id`; undefined where there is none. */
export function partOf(value: unknown, path: readonly string[]): unknown {
  let part = plainValue(value);
  for (const name of path) {
    if (typeof part !== 'object' || part === null) return undefined;
    part = part instanceof Map ? part.get(name) : (part as Readonly<Record<string, unknown>>)[name];
  }
  return part;
}

export function unwritable(message: string): RedisError {
  return new RedisError('MILLRACE_CONNECT_REDIS_UNWRITABLE_RECORD', message);
}

function jsonValue(value: unknown, schema?: Schema): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return integerOf(String(value));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return dateText(value, schema);
  if (Array.isArray(value)) return value.map((item) => jsonValue(item, schema?.valueSchema));
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), jsonValue(item, schema?.valueSchema)]));
  }
  if (typeof value !== 'object') return value;
  if (isDecimal(value)) return decimalText(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      jsonValue(item, schema?.fields?.find((field) => field.name === name)?.schema),
    ]),
  );
}

/** Beyond 2^53 a JSON number would be read as another one: then it is text. */
function integerOf(text: string): number | string {
  return Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

function dateText(value: Date, schema: Schema | undefined): string {
  const text = value.toISOString();
  if (schema?.name === LogicalName.date) return text.slice(0, 10);
  if (schema?.name === LogicalName.time) return text.slice(11, 23);
  return text;
}
