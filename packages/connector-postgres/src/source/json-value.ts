/** From JSON as the source renders it back to the value, for those who need the value: transforms and other converters. */
import { decimalFromBytes, LogicalName, type Schema } from '@millrace/connect-api';

const DAY_MS = 86_400_000;

export function valueOfJson(schema: Schema, json: Uint8Array): unknown {
  const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString();
  const problems = { inexact: false };
  const value = convert(schema, JSON.parse(text), problems);
  return problems.inexact ? convert(schema, parseExactly(text), { inexact: false }) : value;
}

/** Integers beyond 2^53 as bigint. */
function parseExactly(text: string): unknown {
  type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;
  const reviver: Reviver = (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? value)
      : value;
  return JSON.parse(text, reviver);
}

function convert(schema: Schema, value: unknown, problems: { inexact: boolean }): unknown {
  if (value === null || value === undefined) return value;
  switch (schema.type) {
    case 'struct': {
      const from = value as Record<string, unknown>;
      return Object.fromEntries(
        (schema.fields ?? []).map(({ name, schema: of }) => [name, convert(of, from[name], problems)]),
      );
    }
    case 'array':
      return (value as unknown[]).map((element) => convertPart(schema.valueSchema, element, problems));
    case 'map':
      return new Map(
        Object.entries(value).map(([name, element]) => [name, convertPart(schema.valueSchema, element, problems)]),
      );
    case 'bytes': {
      const bytes = Buffer.from(value as string, 'base64');
      if (schema.name !== LogicalName.decimal) return new Uint8Array(bytes);
      return decimalFromBytes(bytes, Number(schema.parameters?.['scale'] ?? 0));
    }
    case 'float32':
    case 'float64':
      return Number(value);
    case 'int64':
      if (typeof value === 'number' && !Number.isSafeInteger(value)) problems.inexact = true;
      return schema.name === LogicalName.timestamp ? new Date(Number(value)) : value;
    case 'int32':
      if (schema.name === LogicalName.date) return new Date(Number(value) * DAY_MS);
      return schema.name === LogicalName.time ? new Date(Number(value)) : value;
    case 'int8':
    case 'int16':
    case 'boolean':
    case 'string':
      return value;
  }
}

function convertPart(schema: Schema | undefined, value: unknown, problems: { inexact: boolean }): unknown {
  return schema === undefined ? value : convert(schema, value, problems);
}
