import { c, config, LogicalName, s, type Schema } from '@millrace/connect-api';

import { DataError, inField, kindOf } from '../converters/data-error.ts';
import { fieldNamed, fieldOf, setField } from '../converters/schema-fields.ts';
import { DateFormat } from './date-format.ts';
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
  type JsonObject,
} from './side.ts';

const DAY_MS = 86_400_000;
/** Of a `Date` (ECMA-262, Time Values). */
const DATE_MS_MAX = 8.64e15;
const PRECISIONS = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds'] as const;
type Precision = (typeof PRECISIONS)[number];
type Form = 'string' | 'unix' | 'Date' | 'Time' | 'Timestamp';

/** Units per millisecond, or milliseconds per unit where negative. */
const SCALE: Readonly<Record<Precision, number>> = {
  nanoseconds: 1_000_000,
  microseconds: 1000,
  milliseconds: 1,
  seconds: -1000,
};

export const timestampConverterTransforms = transformPair({
  name: 'TimestampConverter',
  config: config(
    {
      field: c.string().default('').importance('high').doc('The field to convert; empty: the whole key or value.'),
      'target.type': c
        .oneOf('string', 'unix', 'Date', 'Time', 'Timestamp')
        .importance('high')
        .doc('What it becomes: string, unix (an int64), Date, Time or Timestamp.'),
      format: c
        .string()
        .default('')
        .transform((pattern) => (pattern.trim() === '' ? undefined : new DateFormat(pattern)))
        .doc("Format of times as text, in the letters of Java's SimpleDateFormat, for reading and writing; UTC."),
      'unix.precision': c
        .oneOf(...PRECISIONS)
        .default('milliseconds')
        .importance('low')
        .doc('Unit of times as int64, for reading and writing. What is finer than a millisecond is lost.'),
      ...replaceNullWithDefault,
    },
    {
      check: ({ targetType, format }) =>
        targetType === 'string' && format === undefined
          ? [{ key: 'format', message: 'target.type is string, so format is needed' }]
          : [],
    },
  ),
  create: ({ field, targetType, format, unixPrecision, replaceNullWithDefault: useDefault }, side) => {
    const convert = (value: unknown, from: Form | undefined): unknown => {
      if (value === null || value === undefined) return null;
      const milliseconds = toMilliseconds(value, from ?? formOf(value), format, unixPrecision);
      if (!(Math.abs(milliseconds) <= DATE_MS_MAX)) {
        throw new DataError(
          'a time is beyond those that there are (years -271821 to 275760): look at unix.precision of TimestampConverter',
        );
      }
      return fromMilliseconds(milliseconds, targetType, format, unixPrecision);
    };
    const convertField = (value: unknown, from: Form | undefined): unknown => {
      try {
        return convert(value, from);
      } catch (error) {
        throw inField(field, error);
      }
    };
    const convertStruct = (struct: JsonObject, schema: Schema): Record<string, unknown> =>
      structBy(schema.fields ?? [], (name) => {
        const fieldSchema = fieldNamed(schema, name)?.schema;
        if (fieldSchema === undefined) return null;
        const value = fieldValue(struct, name, fieldSchema, useDefault);
        return name === field ? convertField(value, formOfSchema(fieldSchema)) : value;
      });
    const structSchema = perSchema((schema) =>
      s.struct(
        (schema.fields ?? []).map(({ name, schema: inner }) => ({
          name,
          schema: name === field ? targetSchema(targetType, inner.optional) : inner,
        })),
        {
          ...basicsOf(schema),
          optional: schema.optional,
          ...(schema.default === undefined || schema.default === null
            ? {}
            : { default: convertStruct(structOf(schema.default, 'TimestampConverter'), schema) }),
        },
      ),
    );
    return (record) => {
      const value = valueOn(record, side);
      const schema = schemaOn(record, side);
      if (value === null && schema === undefined) return record;
      if (field === '') {
        return withData(
          record,
          side,
          schema && targetSchema(targetType, schema.optional),
          convert(value, schema && formOfSchema(schema)),
        );
      }
      if (value === null) return withData(record, side, schema && structSchema(schema), null);
      const struct = structOf(value, 'TimestampConverter');
      if (schema !== undefined) return withData(record, side, structSchema(schema), convertStruct(struct, schema));
      const result: Record<string, unknown> = { ...struct };
      setField(result, field, convertField(fieldOf(struct, field), undefined));
      return withData(record, side, undefined, result);
    };
  },
});

function targetSchema(target: Form, optional: boolean): Schema {
  switch (target) {
    case 'string':
      return s.string({ optional });
    case 'unix':
      return s.int64({ optional });
    case 'Date':
      return s.date({ optional });
    case 'Time':
      return s.time({ optional });
    case 'Timestamp':
      return s.timestamp({ optional });
  }
}

function formOfSchema(schema: Schema): Form {
  if (schema.name === LogicalName.timestamp) return 'Timestamp';
  if (schema.name === LogicalName.date) return 'Date';
  if (schema.name === LogicalName.time) return 'Time';
  if (schema.type === 'string') return 'string';
  if (schema.type === 'int64') return 'unix';
  throw new DataError(`TimestampConverter cannot read a time of type ${schema.name ?? schema.type}`);
}

function formOf(value: unknown): Form {
  if (value instanceof Date) return 'Timestamp';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number' || typeof value === 'bigint') return 'unix';
  throw new DataError(`TimestampConverter cannot read a time from ${kindOf(value)}`);
}

function toMilliseconds(value: unknown, from: Form, format: DateFormat | undefined, precision: Precision): number {
  if (from === 'string') {
    if (typeof value !== 'string') throw new DataError(`expected a time as text, but found ${kindOf(value)}`);
    if (format === undefined) throw new DataError('a time comes as text: set format of TimestampConverter');
    return format.parse(value).getTime();
  }
  if (from !== 'unix') {
    if (!(value instanceof Date)) throw new DataError(`expected a ${from}, but found ${kindOf(value)}`);
    return value.getTime();
  }
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isInteger(value))) {
    throw new DataError(`expected a time as an integer, but found ${kindOf(value)}`);
  }
  const scale = SCALE[precision];
  const units = BigInt(value);
  return Number(scale < 0 ? units * BigInt(-scale) : units / BigInt(scale));
}

function fromMilliseconds(
  milliseconds: number,
  target: Form,
  format: DateFormat | undefined,
  precision: Precision,
): unknown {
  const ofDay = ((milliseconds % DAY_MS) + DAY_MS) % DAY_MS;
  switch (target) {
    case 'string':
      return format?.format(new Date(milliseconds));
    case 'Date':
      return new Date(milliseconds - ofDay);
    case 'Time':
      return new Date(ofDay);
    case 'Timestamp':
      return new Date(milliseconds);
    case 'unix': {
      const scale = SCALE[precision];
      if (scale < 0) return Math.trunc(milliseconds / -scale);
      const units = BigInt(milliseconds) * BigInt(scale);
      return Number.isSafeInteger(Number(units)) ? Number(units) : units;
    }
  }
}
