/**
 * Values of records as text that a column's type reads.
 *
 * What a value means is said by its schema (Connect's logical types, and those of Debezium); without one, by the type of the column.
 * Invariants: no value is rounded or guessed. What could mean several things, such as a number for a timestamp without a schema, is refused
 * unless the settings say what it is.
 */
import { MillraceError } from '@millrace/base';
import { decimalText, isDecimal, LogicalName, type Schema } from '@millrace/connect-api';

import { jsonText } from './json-text.ts';
import { quotedElement } from './sql-text.ts';
import { needsQuotes, type TargetType } from './target-table.ts';
import { dateText, timestampText, timeText } from './time-text.ts';

/** Text for the column; null for SQL's NULL. Throws MILLRACE_CONNECT_POSTGRES_SINK_VALUE. */
export type ValueEncoder = (value: unknown) => string | null;

/**
 * What numbers without a schema are in columns of dates and times: `connect` milliseconds (days in dates); `adaptive` as Debezium's default,
 * milliseconds in columns of up to three digits after the second, else microseconds; `refuse` nothing.
 */
export type BareTimes = 'adaptive' | 'connect' | 'microseconds' | 'nanoseconds' | 'refuse';

/** For values that are not null. */
export function encoderFor(type: TargetType, schema: Schema | undefined, bareTimes: BareTimes): ValueEncoder {
  const named = bySchemaName(type, schema);
  if (needsQuotes(type)) return named ?? byColumnType(type, schema, bareTimes);
  return named === undefined ? bareText : (value) => bareText(named(value));
}

/** Of types that are written without quotes in array literals: nothing that ends an element or means NULL may be in it. */
function bareText(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = scalarText(value);
  if (/^[\w.+-]+$/.test(text) && !/^null$/i.test(text)) return text;
  throw wrong(value, 'a number or a boolean');
}

const MILLIS_PER_DAY = 86_400_000;

/** Meanings that a schema's name gives. */
function bySchemaName(type: TargetType, schema: Schema | undefined): ValueEncoder | undefined {
  switch (schema?.name) {
    case LogicalName.decimal:
      return (value) => (isDecimal(value) ? decimalText(value) : scalarText(value));
    case LogicalName.date:
      return (value) => (value instanceof Date ? dateText(value.getTime() / MILLIS_PER_DAY) : scalarText(value));
    case LogicalName.time:
      return (value) => (value instanceof Date ? timeText(value.getTime() * 1000) : scalarText(value));
    case LogicalName.timestamp:
      return (value) => (value instanceof Date ? dateTimeText(value) : scalarText(value));
    case 'io.debezium.time.Date':
      return numeric((value) => dateText(Number(value)));
    case 'io.debezium.time.Time':
      return numeric((value) => timeText(Number(value) * 1000));
    case 'io.debezium.time.MicroTime':
      return numeric((value) => timeText(Number(value)));
    case 'io.debezium.time.NanoTime':
      return numeric((value) => timeText(Number(BigInt(value) / 1000n)));
    case 'io.debezium.time.Timestamp':
      return numeric((value) => timestampText(micros(value, 1000)));
    case 'io.debezium.time.MicroTimestamp':
      return numeric(timestampText);
    case 'io.debezium.time.NanoTimestamp':
      return numeric((value) => timestampText(floorDivide(BigInt(value), 1000n)));
    case 'io.debezium.time.ZonedTimestamp':
      return type.base === 'timestamp'
        ? (value) => yearText(utcText(scalarText(value)))
        : (value) => yearText(scalarText(value));
    case 'io.debezium.time.MicroDuration':
      return numeric((value) => `${value} microseconds`);
    case 'io.debezium.time.NanoDuration':
      return numeric((value) => `${BigInt(value) / 1000n} microseconds`);
    case 'io.debezium.data.VariableScaleDecimal':
      return variableScaleText;
    case 'io.debezium.data.Bits':
      return bitsEncoder(type, schema);
    case 'io.debezium.data.geometry.Point':
      return pointText;
    default:
      return undefined;
  }
}

function byColumnType(type: TargetType, schema: Schema | undefined, bareTimes: BareTimes): ValueEncoder {
  if (type.element !== undefined) return arrayEncoder(type.element, schema?.valueSchema, bareTimes);
  switch (type.base) {
    case 'bytea':
      return byteaText;
    case 'json':
    case 'jsonb':
      return (value) => (typeof value === 'string' ? jsonOfString(value) : jsonText(value, schema));
    case 'date':
      return bareTime(type, bareTimes, (value) => dateText(Number(value)), dateOfDate);
    case 'time':
    case 'timetz':
      return bareTime(type, bareTimes, (value) => timeText(Number(value)), timeOfDate);
    case 'timestamp':
    case 'timestamptz':
      return bareTime(type, bareTimes, timestampText, dateTimeText);
    case 'bit':
    case 'varbit':
      return (value) => (typeof value === 'boolean' ? (value ? '1' : '0') : scalarText(value));
    case 'hstore':
      return hstoreText;
    case 'point':
      return (value) => (isObject(value) ? pointText(value) : scalarText(value));
    case 'vector':
    case 'halfvec':
      return (value) => (Array.isArray(value) ? `[${value.join(',')}]` : scalarText(value));
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
      return (value) => (isObject(value) ? textOfObject(value, schema) : scalarText(value));
    default:
      return scalarText;
  }
}

function scalarText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      if (isDecimal(value)) return decimalText(value);
      if (value instanceof Date) return dateTimeText(value);
      throw wrong(value, 'a text, a number or a boolean');
  }
}

function numeric(encode: (value: number | bigint) => string): ValueEncoder {
  return (value) => {
    if (typeof value === 'number' || typeof value === 'bigint') return encode(value);
    return scalarText(value);
  };
}

/** Columns of dates and times: text passes, numbers are what `bareTimes` says. */
function bareTime(
  type: TargetType,
  bareTimes: BareTimes,
  encode: (value: number | bigint) => string,
  encodeDate: (value: Date) => string,
): ValueEncoder {
  const isDate = type.base === 'date';
  const toMicros = (value: number | bigint): number | bigint => {
    if (isDate) return value;
    if (bareTimes === 'connect' || (bareTimes === 'adaptive' && type.timePrecision <= 3)) return micros(value, 1000);
    return bareTimes === 'nanoseconds' ? floorDivide(BigInt(value), 1000n) : value;
  };
  return (value) => {
    if (value instanceof Date) return encodeDate(value);
    if (typeof value !== 'number' && typeof value !== 'bigint') return scalarText(value);
    if (bareTimes !== 'refuse') return encode(toMicros(value));
    throw new MillraceError(
      'MILLRACE_CONNECT_POSTGRES_SINK_VALUE',
      `a number without a schema could mean several things in a column of type ${type.base}: say what it is by time.precision.mode, or ` +
        'use a converter with schemas',
    );
  };
}

function dateOfDate(value: Date): string {
  return dateText(Math.floor(value.getTime() / MILLIS_PER_DAY));
}

function timeOfDate(value: Date): string {
  const millis = value.getTime();
  return timeText((millis - Math.floor(millis / MILLIS_PER_DAY) * MILLIS_PER_DAY) * 1000);
}

function dateTimeText(value: Date): string {
  const millis = value.getTime();
  if (Number.isNaN(millis)) throw wrong(value, 'a valid date');
  return timestampText(micros(millis, 1000));
}

/** Exact also where the product is beyond 2^53. */
function micros(value: number | bigint, factor: number): number | bigint {
  const product = Number(value) * factor;
  return Number.isSafeInteger(product) ? product : BigInt(value) * BigInt(factor);
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

/** ISO 8601 has years before Christ and beyond four digits with a sign; Postgres has neither. */
function yearText(text: string): string {
  const [, sign, year = '', rest = ''] = /^([+-])(\d{4,})(-.*)$/.exec(text) ?? [];
  if (sign === undefined) return text;
  return sign === '+' ? `${year}${rest}` : `${String(Number(year) + 1).padStart(4, '0')}${rest} BC`;
}

const ZONED = /^(.*\d)(Z|[+-]\d{2}(?::?\d{2})?)$/;

/** A timestamp with an offset, in UTC without one: a column without a time zone would drop the offset and keep the hour. */
function utcText(text: string): string {
  const [, local, zone] = ZONED.exec(text) ?? [];
  if (local === undefined || zone === undefined) return text;
  if (zone === 'Z' || /^[+-]00(:?00)?$/.test(zone)) return local;
  const [seconds = '', fraction = ''] = local.split('.');
  const millis = Date.parse(`${seconds.replace(' ', 'T')}${zone.length === 3 ? `${zone}:00` : zone}`);
  if (Number.isNaN(millis)) return text;
  const shifted = timestampText(millis * 1000);
  return fraction === '' ? shifted : `${shifted}.${fraction}`;
}

/** Debezium's numbers without a fixed scale: big-endian two's complement and the scale beside it. */
function variableScaleText(value: unknown): string {
  if (!isObject(value)) return scalarText(value);
  const { scale, value: bytes } = value;
  if (typeof scale !== 'number' || !(bytes instanceof Uint8Array)) throw wrong(value, 'a struct of scale and value');
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return decimalText({ unscaled: hex === '' ? 0n : BigInt.asIntN(hex.length * 4, BigInt(`0x${hex}`)), scale });
}

/** Debezium's bits: little-endian bytes; the schema says how many bits there are. */
function bitsEncoder(type: TargetType, schema: Schema): ValueEncoder {
  const length = Number(schema.parameters?.['length'] ?? Number.NaN);
  return (value) => {
    if (!(value instanceof Uint8Array)) return scalarText(value);
    let text = '';
    for (let i = value.length - 1; i >= 0; i--) text += (value[i] ?? 0).toString(2).padStart(8, '0');
    if (type.base === 'bit' && length > 0) return text.slice(-length).padStart(length, '0');
    // Of a varying bit string its leading zeros are lost at the source.
    return text.replace(/^0+(?=.)/, '');
  };
}

function byteaText(value: unknown): string {
  if (value instanceof Uint8Array) {
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  }
  if (typeof value !== 'string') throw wrong(value, 'bytes');
  if (value.startsWith('\\x')) return value;
  // JSON has no bytes: Connect's converter writes them in base64.
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) {
    throw wrong(value, 'bytes, in base64 where the record has no schema');
  }
  return `\\x${Buffer.from(value, 'base64').toString('hex')}`;
}

/** Text that is JSON passes as it is, as sources write the values of JSON columns; any other text is a JSON string. */
function jsonOfString(value: string): string {
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}

function textOfObject(value: object, schema: Schema | undefined): string {
  if (value instanceof Uint8Array) throw wrong(value, 'a text; bytes go into a column of type bytea');
  if (value instanceof Date || isDecimal(value)) return scalarText(value);
  return jsonText(value, schema);
}

function arrayEncoder(element: TargetType, schema: Schema | undefined, bareTimes: BareTimes): ValueEncoder {
  const encode = encoderFor(element, schema, bareTimes);
  const isQuoted = needsQuotes(element);
  const literal = (values: readonly unknown[]): string => {
    const parts = values.map((value) => {
      if (value === null || value === undefined) return 'NULL';
      if (Array.isArray(value)) return literal(value);
      const text = encode(value);
      return text === null ? 'NULL' : isQuoted ? quotedElement(text) : text;
    });
    return `{${parts.join(element.delimiter)}}`;
  };
  return (value) => {
    if (Array.isArray(value)) return literal(value);
    // A Postgres array literal, as sources write arrays of types that Connect does not have.
    if (typeof value === 'string' && /^(\[.*\]=)?\{/.test(value)) return value;
    throw wrong(value, 'an array');
  };
}

/** From a map, an object, or the text of either as JSON; text in hstore's own form passes. */
function hstoreText(value: unknown): string {
  if (typeof value === 'string') {
    try {
      const parsed: unknown = JSON.parse(value);
      if (isObject(parsed)) return hstoreText(parsed);
    } catch {
      return value;
    }
    return value;
  }
  if (!isObject(value)) throw wrong(value, 'a map');
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return entries
    .map(([key, item]) => `${quotedElement(String(key))}=>${item === null ? 'NULL' : quotedElement(scalarText(item))}`)
    .join(',');
}

function pointText(value: unknown): string {
  if (!isObject(value)) return scalarText(value);
  const { x, y } = value;
  if (typeof x !== 'number' || typeof y !== 'number') throw wrong(value, 'a struct of x and y');
  return `(${x},${y})`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function wrong(value: unknown, expected: string): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_POSTGRES_SINK_VALUE', `expected ${expected}, got ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  return typeof value === 'object' ? 'a struct' : `a ${typeof value}`;
}
