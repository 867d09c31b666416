import { c, config, decimal, isDecimal, rescale, type Schema } from '@millrace/connect-api';

import { DataError, inField, kindOf } from '../converters/data-error.ts';
import { fieldNamed, fieldOf, setField } from '../converters/schema-fields.ts';
import { replaceNullWithDefault } from './settings.ts';
import { fieldValue, schemaOn, structBy, structOf, transformPair, valueOn, withData, type JsonObject } from './side.ts';

export const maskFieldTransforms = transformPair({
  name: 'MaskField',
  config: config({
    fields: c.list().nonEmpty().importance('high').doc('Fields to mask.'),
    replacement: c
      .string()
      .nonEmpty()
      .optional()
      .importance('low')
      .doc(
        'What stands in place of texts and numbers. Without it, that is the empty text, 0, false, or an empty list or map.',
      ),
    ...replaceNullWithDefault,
  }),
  create: ({ fields, replacement, replaceNullWithDefault: useDefault }, side) => {
    const masked = new Set(fields);
    const mask = (name: string, value: unknown, schema: Schema | undefined): unknown => {
      if (value === null || value === undefined) return null;
      try {
        return replacement === undefined ? emptyOf(value, schema) : replacementOf(value, schema, replacement);
      } catch (error) {
        throw inField(name, error);
      }
    };
    const bySchema = (struct: JsonObject, schema: Schema): Record<string, unknown> =>
      structBy(schema.fields ?? [], (name) => {
        const field = fieldNamed(schema, name);
        const value = field === undefined ? null : fieldValue(struct, name, field.schema, useDefault);
        return masked.has(name) ? mask(name, value, field?.schema) : value;
      });
    return (record) => {
      const value = valueOn(record, side);
      if (value === null) return record;
      const struct = structOf(value, 'MaskField');
      const schema = schemaOn(record, side);
      if (schema !== undefined) return withData(record, side, schema, bySchema(struct, schema));
      const result: Record<string, unknown> = { ...struct };
      for (const name of masked) setField(result, name, mask(name, fieldOf(struct, name), undefined));
      return withData(record, side, undefined, result);
    };
  },
});

function emptyOf(value: unknown, schema: Schema | undefined): unknown {
  switch (typeof value) {
    case 'string':
      return '';
    case 'number':
    case 'bigint':
      return 0;
    case 'boolean':
      return false;
    case 'object':
    default:
      if (value instanceof Date) return new Date(0);
      if (isDecimal(value)) return { unscaled: 0n, scale: value.scale };
      if (Array.isArray(value)) return [];
      if (value instanceof Map) return new Map();
      if (schema === undefined && !(value instanceof Uint8Array)) return {};
      throw new DataError(
        `${schema?.type === 'struct' ? 'a struct' : kindOf(value)} cannot be masked: leave the field out by ReplaceField`,
      );
  }
}

function replacementOf(value: unknown, schema: Schema | undefined, replacement: string): unknown {
  if (typeof value === 'string') return replacement;
  if (isDecimal(value)) return rescale(numberOf(replacement), value.scale);
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw new DataError(`${kindOf(value)} cannot be masked by a replacement: leave replacement out`);
  }
  const number = numberOf(replacement);
  const bits = /^int(8|16|32|64)$/.exec(schema?.type ?? '')?.[1];
  if (bits === undefined) return schema?.type === 'float32' ? Math.fround(Number(replacement)) : Number(replacement);
  const integer = number.scale <= 0 ? rescale(number, 0).unscaled : number.unscaled / 10n ** BigInt(number.scale);
  if (BigInt.asIntN(Number(bits), integer) !== integer)
    throw new DataError(`the replacement is out of range of int${bits}`);
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}

function numberOf(text: string): ReturnType<typeof decimal> {
  try {
    return decimal(text);
  } catch (error) {
    throw new DataError('the replacement is not a number, but the field is', error);
  }
}
