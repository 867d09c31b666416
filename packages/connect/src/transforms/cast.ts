import {
  c,
  config,
  decimalNumber,
  isDecimal,
  LogicalName,
  rescale,
  type Schema,
  type SchemaType,
} from '@millrace/connect-api';

import { base64Of } from '../converters/json/json-text.ts';
import { dayOf, millisecondsOf, timeOf } from '../converters/json/json-writer.ts';
import { DataError, inField, kindOf } from '../converters/data-error.ts';
import { setField } from '../converters/schema-fields.ts';
import { valueText } from '../converters/values/value-text.ts';
import { replaceNullWithDefault } from './settings.ts';
import {
  basicsOf,
  fieldValue,
  perSchema,
  schemaOn,
  structBy,
  structOf,
  transformPair,
  valueOn,
  withData,
} from './side.ts';

const TARGETS = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string'] as const;
type Target = (typeof TARGETS)[number];

interface Casts {
  readonly whole: Target | undefined;
  readonly fields: ReadonlyMap<string, Target>;
}

const castConfig = config({
  spec: c
    .list()
    .transform(castsOf)
    .importance('high')
    .doc(
      `Fields and the types they get, as field1:type,field2:type, or one type for the whole value. Types: ${TARGETS.join(', ')}. ` +
        'Bytes can only become a string (base64).',
    ),
  ...replaceNullWithDefault,
});

export const castTransforms = transformPair({
  name: 'Cast',
  config: castConfig,
  create: ({ spec: { whole, fields }, replaceNullWithDefault: useDefault }, side) => {
    const castStruct = (struct: object, schema: Schema): Record<string, unknown> =>
      structBy(schema.fields ?? [], (name) => {
        const field = schema.fields?.find((each) => each.name === name);
        const value = field === undefined ? null : fieldValue(struct as never, name, field.schema, useDefault);
        const target = fields.get(name);
        return target === undefined ? value : castField(name, field?.schema, value, target);
      });
    const castSchema = perSchema((schema: Schema): Schema => {
      const fallback = schema.default ?? null;
      const base = { ...basicsOf(schema), optional: schema.optional };
      if (whole !== undefined) {
        return { ...base, type: whole, ...(fallback === null ? {} : { default: cast(schema, fallback, whole) }) };
      }
      if (schema.type !== 'struct')
        throw new DataError(`Cast of fields needs a struct, but the schema says ${schema.type}`);
      return {
        ...base,
        type: 'struct',
        fields: (schema.fields ?? []).map(({ name, schema: field }) => {
          const target = fields.get(name);
          return { name, schema: target === undefined ? field : fieldSchema(field, target) };
        }),
        ...(fallback === null ? {} : { default: castStruct(structOf(fallback, 'Cast'), schema) }),
      };
    });
    return (record) => {
      const value = valueOn(record, side);
      const schema = schemaOn(record, side);
      if (value === null) return record;
      if (whole !== undefined) {
        return withData(record, side, schema && castSchema(schema), cast(schema, value, whole));
      }
      const struct = structOf(value, 'Cast');
      if (schema !== undefined) return withData(record, side, castSchema(schema), castStruct(struct, schema));
      const result: Record<string, unknown> = { ...struct };
      for (const [name, target] of fields)
        setField(result, name, castField(name, undefined, struct[name] ?? null, target));
      return withData(record, side, undefined, result);
    };
  },
});

function castsOf(spec: readonly string[]): Casts {
  const fields = new Map<string, Target>();
  let whole: Target | undefined;
  for (const item of spec) {
    const parts = item.split(':').map((part) => part.trim());
    const target = TARGETS.find((type) => type === parts.at(-1)?.toLowerCase());
    if (parts.length > 2) throw new DataError(`${item} is not of the form field:type`);
    if (target === undefined) throw new DataError(`unknown type ${parts.at(-1) ?? ''}: expected ${TARGETS.join(', ')}`);
    if (parts.length === 1) whole = target;
    else fields.set(parts[0] ?? '', target);
  }
  if (spec.length === 0) throw new DataError('Expected at least one field to cast');
  if (whole !== undefined && spec.length > 1) throw new DataError('Expected one type alone, or a field with each type');
  return { whole, fields };
}

function fieldSchema(schema: Schema, target: Target): Schema {
  const fallback = schema.default ?? null;
  return {
    type: target,
    optional: schema.optional,
    ...(fallback === null ? {} : { default: cast(schema, fallback, target) }),
  };
}

function castField(name: string, schema: Schema | undefined, value: unknown, target: Target): unknown {
  try {
    return cast(schema, value, target);
  } catch (error) {
    throw inField(name, error);
  }
}

/** Narrowing goes as in Java: digits after the point are cut off, and integers keep their low bits. */
function cast(schema: Schema | undefined, value: unknown, target: Target): unknown {
  if (value === null || value === undefined) return null;
  if (target === 'string') return castToString(schema, value);
  const plain = unwrapped(schema, value);
  if (
    typeof plain !== 'number' &&
    typeof plain !== 'bigint' &&
    typeof plain !== 'boolean' &&
    typeof plain !== 'string' &&
    !isDecimal(plain)
  ) {
    throw new DataError(`${kindOf(value)} cannot be cast to ${target}`);
  }
  const isFloat = schema?.type === 'float32' || schema?.type === 'float64';
  switch (target) {
    case 'boolean':
      return typeof plain === 'boolean'
        ? plain
        : typeof plain === 'string'
          ? plain.toLowerCase() === 'true'
          : integral(plain, 64, isFloat) !== 0n;
    case 'float32':
    case 'float64': {
      const number = floating(plain, target);
      return target === 'float32' ? Math.fround(number) : number;
    }
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64': {
      const bits = Number(target.slice(3));
      const integer = typeof plain === 'string' ? parsedInteger(plain, bits) : integral(plain, bits, isFloat);
      const number = Number(integer);
      return Number.isSafeInteger(number) ? number : integer;
    }
  }
}

function unwrapped(schema: Schema | undefined, value: unknown): unknown {
  switch (schema?.name) {
    case LogicalName.date:
      return dayOf(value);
    case LogicalName.time:
      return timeOf(value);
    case LogicalName.timestamp:
      return millisecondsOf(value, 'Timestamp');
    case undefined:
    default:
      return value;
  }
}

function castToString(schema: Schema | undefined, value: unknown): string {
  if (value instanceof Uint8Array) return base64Of(value);
  // By the value, not by the schema: that is how Connect has it.
  if (value instanceof Date) return valueText(undefined, value);
  if (typeof value === 'object' && !isDecimal(value)) throw new DataError(`${kindOf(value)} cannot be cast to string`);
  return valueText(schema, value);
}

type Castable = number | bigint | boolean | string | { readonly unscaled: bigint; readonly scale: number };

function integral(value: Exclude<Castable, string>, bits: number, isFloat: boolean): bigint {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'bigint') return BigInt.asIntN(bits, value);
  if (typeof value === 'object') return BigInt.asIntN(bits, whole(value));
  if (Number.isSafeInteger(value) && !isFloat) return BigInt.asIntN(bits, BigInt(value));
  if (Number.isNaN(value)) return 0n;
  // A float becomes an int first, or a long, at most the largest one.
  const bound = bits === 64 ? 2n ** 63n : 2n ** 31n;
  const cut = Number.isFinite(value) ? BigInt(Math.trunc(value)) : value > 0 ? bound : -bound;
  return BigInt.asIntN(bits, cut >= bound ? bound - 1n : cut < -bound ? -bound : cut);
}

function whole(value: { readonly unscaled: bigint; readonly scale: number }): bigint {
  return value.scale <= 0 ? rescale(value, 0).unscaled : value.unscaled / 10n ** BigInt(value.scale);
}

function floating(value: Castable, target: SchemaType): number {
  if (typeof value === 'object') return decimalNumber(value);
  if (typeof value !== 'string') return Number(value);
  const text = value.trim().replace(/[fFdD]$/, '');
  if (!/^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Infinity|NaN)$/.test(text))
    throw new DataError(`a text is not a ${target}`);
  return Number(text);
}

function parsedInteger(text: string, bits: number): bigint {
  const integer = /^[+-]?\d{1,30}$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
  if (integer === undefined) throw new DataError(`a text is not an integer`);
  if (BigInt.asIntN(bits, integer) !== integer) throw new DataError(`a number is out of range of int${bits}`);
  return integer;
}
