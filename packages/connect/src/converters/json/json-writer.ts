/**
 * Writes values and schemas as Kafka Connect's JSON.
 *
 * Owns: a writer function per schema, made once.
 * Invariants: text is equal byte by byte to that of Kafka's JsonConverter; a value that does not fit its schema is an error, never changed.
 * Not here: the envelope of schema and payload, and bytes (see json-converter.ts).
 */
import { decimalBytes, isDecimal, LogicalName, rescale, type Schema, type SchemaType } from '@millrace/connect-api';

import { DataError, inField, kindOf } from '../data-error.ts';
import { javaDecimalText } from '../java-decimals.ts';
import { doubleText, floatText } from '../java-numbers.ts';
import { fieldOf } from '../schema-fields.ts';
import { base64Of, quoted } from './json-text.ts';

export interface JsonFormat {
  readonly decimalFormat: 'BASE64' | 'NUMERIC';
  readonly replaceNullWithDefault: boolean;
}

export type ValueWriter = (value: unknown) => string;

const DAY_MS = 86_400_000;
const INT64_MAX = 2n ** 63n - 1n;

/** Names of types in JSON. */
export const JSON_TYPE: Readonly<Record<SchemaType, string>> = {
  int8: 'int8',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  float32: 'float',
  float64: 'double',
  boolean: 'boolean',
  string: 'string',
  bytes: 'bytes',
  array: 'array',
  map: 'map',
  struct: 'struct',
};

export class JsonWriter {
  readonly #format: JsonFormat;
  readonly #writers = new WeakMap<Schema, ValueWriter>();
  readonly #schemas = new WeakMap<Schema, string>();

  constructor(format: JsonFormat) {
    this.#format = format;
  }

  /** Null where the value is absent and may be. */
  value(schema: Schema | undefined, value: unknown): string {
    return schema === undefined ? plainJson(value) : this.writerOf(schema)(value);
  }

  writerOf(schema: Schema): ValueWriter {
    const known = this.#writers.get(schema);
    if (known !== undefined) return known;
    const writer = this.#nullable(schema, this.#present(schema));
    this.#writers.set(schema, writer);
    return writer;
  }

  /** The `schema` part of an envelope. */
  schemaText(schema: Schema): string {
    const known = this.#schemas.get(schema);
    if (known !== undefined) return known;
    const text = `{${this.#schemaMembers(schema)}}`;
    this.#schemas.set(schema, text);
    return text;
  }

  #schemaMembers(schema: Schema): string {
    const members = [`"type":${quoted(JSON_TYPE[schema.type])}`];
    if (schema.type === 'array') {
      members.push(`"items":${this.#innerText(schema.valueSchema)}`);
    } else if (schema.type === 'map') {
      members.push(`"keys":${this.#innerText(schema.keySchema)}`, `"values":${this.#innerText(schema.valueSchema)}`);
    } else if (schema.type === 'struct') {
      const fields = (schema.fields ?? []).map(
        (field) => `{${this.#schemaMembers(field.schema)},"field":${quoted(field.name)}}`,
      );
      members.push(`"fields":[${fields.join(',')}]`);
    }
    members.push(`"optional":${schema.optional}`);
    if (schema.name !== undefined) members.push(`"name":${quoted(schema.name)}`);
    if (schema.version !== undefined) members.push(`"version":${schema.version}`);
    if (schema.doc !== undefined) members.push(`"doc":${quoted(schema.doc)}`);
    if (schema.parameters !== undefined) {
      const parameters = Object.entries(schema.parameters).map(([name, value]) => `${quoted(name)}:${quoted(value)}`);
      members.push(`"parameters":{${parameters.join(',')}}`);
    }
    if (schema.default !== undefined && schema.default !== null) {
      members.push(`"default":${this.value(schema, schema.default)}`);
    }
    return members.join(',');
  }

  /** Elements of several types have no schema in common: headers may hold such lists. */
  #innerText(schema: Schema | undefined): string {
    return schema === undefined ? 'null' : this.schemaText(schema);
  }

  #innerWriter(schema: Schema | undefined): ValueWriter {
    return schema === undefined ? plainJson : this.writerOf(schema);
  }

  #nullable(schema: Schema, present: ValueWriter): ValueWriter {
    const { optional } = schema;
    const fallback = this.#format.replaceNullWithDefault ? (schema.default ?? undefined) : undefined;
    const absent = fallback === undefined ? undefined : present(fallback);
    return (value) => {
      if (value !== undefined && value !== null) return present(value);
      if (absent !== undefined) return absent;
      if (optional) return 'null';
      throw new DataError('null where a value is required and there is no default');
    };
  }

  #present(schema: Schema): ValueWriter {
    switch (schema.name) {
      case LogicalName.decimal:
        return this.#decimal(schema);
      case LogicalName.date:
        return (value) => String(dayOf(value));
      case LogicalName.time:
        return (value) => String(timeOf(value));
      case LogicalName.timestamp:
        return (value) => String(millisecondsOf(value, 'Timestamp'));
      case undefined:
      default:
        return this.#byType(schema);
    }
  }

  #byType(schema: Schema): ValueWriter {
    switch (schema.type) {
      case 'int8':
        return integerWriter(schema.type, 2 ** 7);
      case 'int16':
        return integerWriter(schema.type, 2 ** 15);
      case 'int32':
        return integerWriter(schema.type, 2 ** 31);
      case 'int64':
        return int64Text;
      case 'float32':
        return (value) => finiteText(numberOf(value, 'float32'), floatText);
      case 'float64':
        return (value) => finiteText(numberOf(value, 'float64'), doubleText);
      case 'boolean':
        return (value) => {
          if (typeof value !== 'boolean') throw mismatch('boolean', value);
          return value ? 'true' : 'false';
        };
      case 'string':
        return (value) => {
          if (typeof value !== 'string') throw mismatch('string', value);
          return quoted(value);
        };
      case 'bytes':
        return (value) => {
          if (!(value instanceof Uint8Array)) throw mismatch('bytes', value);
          return `"${base64Of(value)}"`;
        };
      case 'array':
        return this.#array(schema);
      case 'map':
        return this.#map(schema);
      case 'struct':
        return this.#struct(schema);
    }
  }

  #decimal(schema: Schema): ValueWriter {
    if (this.#format.decimalFormat === 'NUMERIC') {
      return (value) => {
        if (!isDecimal(value)) throw mismatch('Decimal', value);
        return javaDecimalText(value);
      };
    }
    const scale = scaleOf(schema);
    return (value) => {
      if (!isDecimal(value)) throw mismatch('Decimal', value);
      return `"${base64Of(decimalBytes(rescale(value, scale)))}"`;
    };
  }

  #array(schema: Schema): ValueWriter {
    const element = this.#innerWriter(schema.valueSchema);
    return (value) => {
      if (!Array.isArray(value)) throw mismatch('array', value);
      return `[${value.map((item) => element(item)).join(',')}]`;
    };
  }

  #map(schema: Schema): ValueWriter {
    const key = this.#innerWriter(schema.keySchema);
    const element = this.#innerWriter(schema.valueSchema);
    const keyType = schema.keySchema?.type;
    return (value) => {
      const entries = [...entriesOf(value)];
      const isObject =
        keyType === 'string' || (keyType === undefined && entries.every(([name]) => typeof name === 'string'));
      return isObject
        ? `{${entries.map(([name, item]) => `${key(name)}:${element(item)}`).join(',')}}`
        : `[${entries.map(([name, item]) => `[${key(name)},${element(item)}]`).join(',')}]`;
    };
  }

  #struct(schema: Schema): ValueWriter {
    const fields = schema.fields ?? [];
    const names = fields.map((field) => field.name);
    const openings = names.map((name, index) => `${index === 0 ? '' : ','}${quoted(name)}:`);
    const writers = fields.map((field) => this.writerOf(field.schema));
    const isInherited = names.map((name) => name in Object.prototype);
    return (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch('struct', value);
      const struct = value as Readonly<Record<string, unknown>>;
      let text = '{';
      let index = 0;
      try {
        for (; index < names.length; index++) {
          const name = names[index] as string;
          const field = isInherited[index] ? fieldOf(struct, name) : struct[name];
          text += (openings[index] as string) + (writers[index] as ValueWriter)(field);
        }
      } catch (error) {
        throw inField(names[index] as string, error);
      }
      return text + '}';
    };
  }
}

/** Of a schema of a decimal. */
export function scaleOf(schema: Schema): number {
  const scale = Number(schema.parameters?.['scale'] ?? Number.NaN);
  if (!Number.isInteger(scale)) throw new DataError('a Decimal schema needs the parameter scale, an integer');
  return scale;
}

function integerWriter(type: SchemaType, bound: number): ValueWriter {
  return (value) => {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) throw mismatch(type, value);
    if (number < -bound || number >= bound) throw new DataError(`a number is out of range of ${type}`);
    return String(number === 0 ? 0 : number);
  };
}

function int64Text(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'number' && Number.isInteger(value)) {
    throw new DataError('an int64 beyond 2^53 came as a number, which is not exact there: give it as a bigint');
  }
  if (typeof value !== 'bigint') throw mismatch('int64', value);
  if (value > INT64_MAX || value < -INT64_MAX - 1n) throw new DataError('a number is out of range of int64');
  return String(value);
}

function finiteText(value: number, text: (value: number) => string): string {
  return Number.isFinite(value) ? text(value) : `"${value}"`;
}

function numberOf(value: unknown, type: SchemaType): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  throw mismatch(type, value);
}

/** Milliseconds since 1970 of a Date. */
export function millisecondsOf(value: unknown, type: string): number {
  if (!(value instanceof Date)) throw mismatch(`${type} (a JavaScript Date)`, value);
  const milliseconds = value.getTime();
  if (Number.isNaN(milliseconds)) throw new DataError(`an invalid Date came for a ${type}`);
  return milliseconds;
}

/** Days since 1970 of a Date at midnight UTC. */
export function dayOf(value: unknown): number {
  const milliseconds = millisecondsOf(value, 'Date');
  if (milliseconds % DAY_MS !== 0) throw new DataError('a Date has to be at midnight UTC');
  return milliseconds / DAY_MS;
}

/** Milliseconds since midnight of a Date on 1970-01-01. */
export function timeOf(value: unknown): number {
  const milliseconds = millisecondsOf(value, 'Time');
  if (milliseconds < 0 || milliseconds >= DAY_MS) throw new DataError('a Time has to be on 1970-01-01 UTC');
  return milliseconds;
}

/** Entries of a Map, or of an object that serves as one. */
export function entriesOf(value: unknown): Iterable<readonly [unknown, unknown]> {
  if (value instanceof Map) return value as Map<unknown, unknown>;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch('map', value);
  return Object.entries(value);
}

/** A value without a schema. */
export function plainJson(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : finiteText(value, doubleText);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'object') throw mismatch('JSON-like value', value);
  if (Array.isArray(value)) return `[${value.map((item) => plainJson(item)).join(',')}]`;
  if (value instanceof Uint8Array) return `"${base64Of(value)}"`;
  if (value instanceof Map) return plainMapJson(value);
  if (value instanceof Date) throw new DataError('a Date needs a schema (Date, Time or Timestamp), or give its text');
  const members: string[] = [];
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    try {
      members.push(`${quoted(name)}:${plainJson(item)}`);
    } catch (error) {
      throw inField(name, error);
    }
  }
  return `{${members.join(',')}}`;
}

function plainMapJson(map: ReadonlyMap<unknown, unknown>): string {
  const entries = [...map];
  return entries.every(([key]) => typeof key === 'string')
    ? `{${entries.map(([key, item]) => `${plainJson(key)}:${plainJson(item)}`).join(',')}}`
    : `[${entries.map(([key, item]) => `[${plainJson(key)},${plainJson(item)}]`).join(',')}]`;
}

function mismatch(type: string, value: unknown): DataError {
  return new DataError(
    `expected ${type.replace(/^(?=[aeiou])/, 'an ').replace(/^(?!an )/, 'a ')} but found ${kindOf(value)}`,
  );
}
