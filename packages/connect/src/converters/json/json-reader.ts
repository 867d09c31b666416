/**
 * Reads values of Kafka Connect's JSON by their schemas.
 *
 * Owns: a reader function per schema, made once.
 * Invariants: JSON that is not of the type that its schema says is an error. Kafka's converter makes `false`, 0 or null of much of it.
 */
import { decimal, decimalFromBytes, LogicalName, rescale, type Decimal, type Schema } from '@millrace/connect-api';

import { DataError, inField, kindOf } from '../data-error.ts';
import { fieldOf, setField, someSchema } from '../schema-fields.ts';
import { NumberText } from './json-parse.ts';
import { scaleOf } from './json-writer.ts';

export type ValueReader = (json: unknown) => unknown;

const DAY_MS = 86_400_000;
const INT64_MAX = 2n ** 63n - 1n;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export class JsonReader {
  readonly #replaceNullWithDefault: boolean;
  /** A decimal that is written as a number has the scale of its schema then, not that of its digits. */
  readonly #rescales: boolean;
  readonly #readers = new WeakMap<Schema, ValueReader>();

  constructor(format: { readonly replaceNullWithDefault: boolean; readonly decimalFormat: 'BASE64' | 'NUMERIC' }) {
    this.#replaceNullWithDefault = format.replaceNullWithDefault;
    this.#rescales = format.decimalFormat === 'BASE64';
  }

  readerOf(schema: Schema): ValueReader {
    const known = this.#readers.get(schema);
    if (known !== undefined) return known;
    const present = presentReader(schema, this.#rescales, (inner) => this.readerOf(inner));
    const fallback = this.#replaceNullWithDefault ? schema.default : undefined;
    const reader: ValueReader = (json) => {
      if (json !== undefined && json !== null) return present(json);
      if (fallback !== undefined) return fallback;
      if (schema.optional) return null;
      throw new DataError(`null where a value of type ${schema.type} is required and there is no default`);
    };
    this.#readers.set(schema, reader);
    return reader;
  }
}

/** Whether values may have to be read with every digit. */
export function hasDecimals(schema: Schema): boolean {
  return someSchema(schema, ({ name }) => name === LogicalName.decimal);
}

/** Reads a value that is not null. */
function presentReader(schema: Schema, rescales: boolean, inner: (schema: Schema) => ValueReader): ValueReader {
  switch (schema.name) {
    case LogicalName.decimal:
      return decimalReader(schema, rescales);
    case LogicalName.date:
      return (json) => dateOf(integerOf(json, 'Date', 2 ** 31) * DAY_MS, 'Date');
    case LogicalName.time:
      return (json) => new Date(integerOf(json, 'Time', 2 ** 31));
    case LogicalName.timestamp:
      return (json) => dateOf(integerOf(json, 'Timestamp', 2 ** 63), 'Timestamp');
    case undefined:
    default:
      return readerByType(schema, inner);
  }
}

function readerByType(schema: Schema, inner: (schema: Schema) => ValueReader): ValueReader {
  switch (schema.type) {
    case 'int8':
      return (json) => integerOf(json, 'int8', 2 ** 7);
    case 'int16':
      return (json) => integerOf(json, 'int16', 2 ** 15);
    case 'int32':
      return (json) => integerOf(json, 'int32', 2 ** 31);
    case 'int64':
      return int64Of;
    case 'float32':
      return (json) => Math.fround(floatOf(json, 'float32'));
    case 'float64':
      return (json) => floatOf(json, 'float64');
    case 'boolean':
      return (json) => {
        if (typeof json !== 'boolean') throw mismatch('boolean', 'true or false', json);
        return json;
      };
    case 'string':
      return (json) => {
        if (typeof json !== 'string') throw mismatch('string', 'a text', json);
        return json;
      };
    case 'bytes':
      return (json) => bytesOf(json);
    case 'array':
      return arrayReader(inner(required(schema.valueSchema)));
    case 'map':
      return mapReader(schema, inner);
    case 'struct':
      return structReader(schema, inner);
  }
}

function decimalReader(schema: Schema, rescales: boolean): ValueReader {
  const scale = scaleOf(schema);
  const scaled = (number: Decimal): Decimal => (rescales ? rescale(number, scale) : number);
  return (json): Decimal => {
    if (typeof json === 'string') return decimalFromBytes(bytesOf(json), scale);
    if (json instanceof NumberText) return scaled(decimal(json.text));
    if (typeof json === 'number') return rescale(decimal(json), scale);
    if (typeof json === 'bigint') return scaled({ unscaled: json, scale: 0 });
    throw mismatch('Decimal', 'base64 or a number', json);
  };
}

function arrayReader(element: ValueReader): ValueReader {
  return (json) => {
    if (!Array.isArray(json)) throw mismatch('array', 'an array', json);
    return json.map((item) => element(item));
  };
}

function mapReader(schema: Schema, inner: (schema: Schema) => ValueReader): ValueReader {
  const keySchema = required(schema.keySchema);
  const element = inner(required(schema.valueSchema));
  if (keySchema.type === 'string') {
    return (json) => new Map(Object.entries(objectOf(json, 'map')).map(([name, item]) => [name, element(item)]));
  }
  const key = inner(keySchema);
  return (json) => {
    if (!Array.isArray(json)) throw mismatch('map', 'an array of pairs', json);
    return new Map(
      json.map((pair: unknown) => {
        if (!Array.isArray(pair) || pair.length !== 2) throw mismatch('map entry', 'an array of two', pair);
        return [key(pair[0]), element(pair[1])];
      }),
    );
  };
}

function structReader(schema: Schema, inner: (schema: Schema) => ValueReader): ValueReader {
  const fields = schema.fields ?? [];
  const names = fields.map((field) => field.name);
  const readers = fields.map((field) => inner(field.schema));
  const isInherited = names.map((name) => name in Object.prototype);
  return (json) => {
    const object = objectOf(json, 'struct');
    const struct: Record<string, unknown> = {};
    let index = 0;
    try {
      for (; index < names.length; index++) {
        const name = names[index] as string;
        const reader = readers[index] as ValueReader;
        if (isInherited[index]) setField(struct, name, reader(fieldOf(object, name)));
        else struct[name] = reader(object[name]);
      }
    } catch (error) {
      throw inField(names[index] as string, error);
    }
    return struct;
  };
}

function objectOf(json: unknown, type: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || json instanceof NumberText) {
    throw mismatch(type, 'an object', json);
  }
  return json as Readonly<Record<string, unknown>>;
}

/** Beyond 8.64e15 ms from 1970 there is no Date. */
function dateOf(ms: number, type: string): Date {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) throw new DataError(`a number is out of range of ${type}`);
  return date;
}

function integerOf(json: unknown, type: string, bound: number): number {
  const number = json instanceof NumberText ? Number(json.text) : json;
  if (typeof number === 'bigint') throw new DataError(`a number is out of range of ${type}`);
  if (typeof number !== 'number' || !Number.isInteger(number)) throw mismatch(type, 'an integer', json);
  if (number < -bound || number >= bound) throw new DataError(`a number is out of range of ${type}`);
  return number === 0 ? 0 : number;
}

function int64Of(json: unknown): number | bigint {
  if (typeof json !== 'bigint') return integerOf(json, 'int64', 2 ** 53);
  if (json > INT64_MAX || json < -INT64_MAX - 1n) throw new DataError('a number is out of range of int64');
  return json;
}

function floatOf(json: unknown, type: string): number {
  const number = json instanceof NumberText ? Number(json.text) : json;
  if (typeof number === 'number') return number === 0 ? 0 : number;
  if (typeof json === 'bigint') return Number(json);
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json);
  throw mismatch(type, 'a number', json);
}

function bytesOf(json: unknown): Buffer {
  if (typeof json !== 'string' || !BASE64.test(json)) throw mismatch('bytes', 'base64', json);
  return Buffer.from(json, 'base64');
}

function mismatch(type: string, form: string, json: unknown): DataError {
  const found = json instanceof NumberText || typeof json === 'bigint' ? 'a number' : kindOf(json);
  return new DataError(`the schema says ${type}, which is ${form} in JSON, but found ${found}`);
}

function required(schema: Schema | undefined): Schema {
  if (schema === undefined) throw new DataError('an array or map has no schema of what it holds');
  return schema;
}
