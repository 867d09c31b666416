import { isDecimal, LogicalName, type Schema } from '@millrace/connect-api';

import { base64Of } from '../json/json-text.ts';
import { DataError } from '../data-error.ts';
import { javaDecimalText } from '../java-decimals.ts';
import { doubleText, floatText } from '../java-numbers.ts';
import { fieldOf } from '../schema-fields.ts';

const DAY_MS = 86_400_000;

/**
 * A value as text, as Kafka Connect shows it in headers and strings: lists and maps look like JSON, numbers like Java's, times like ISO 8601
 * in UTC. Null at the top is `null`.
 */
export function valueText(schema: Schema | undefined, value: unknown): string {
  return textOf(schema, value, false);
}

function textOf(schema: Schema | undefined, value: unknown, isEmbedded: boolean): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return isEmbedded ? quotedText(value) : value;
  if (typeof value === 'number') return numberText(schema, value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return isEmbedded ? `"${base64Of(value)}"` : base64Of(value);
  if (value instanceof Date) return dateText(schema, value);
  if (Array.isArray(value)) return `[${value.map((item) => textOf(schema?.valueSchema, item, true)).join(',')}]`;
  if (isDecimal(value)) return javaDecimalText(value);
  if (typeof value !== 'object') throw new DataError(`a ${typeof value} cannot be shown as text`);
  if (schema?.type === 'struct') {
    const fields = schema.fields ?? [];
    return braced(
      fields.map((field) => [
        quotedText(field.name),
        textOf(field.schema, fieldOf(value, field.name) ?? field.schema.default, true),
      ]),
    );
  }
  const entries: Iterable<readonly [unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  return braced(
    [...entries].map(([key, item]) => [textOf(schema?.keySchema, key, true), textOf(schema?.valueSchema, item, true)]),
  );
}

function braced(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(',')}}`;
}

function quotedText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Without a schema an integer is shown without a fraction, as JSON has it. */
export function numberText(schema: Schema | undefined, value: number): string {
  if (schema?.type === 'float32') return floatText(value);
  if (schema?.type === 'float64') return doubleText(value);
  return Number.isSafeInteger(value) ? String(value) : doubleText(value);
}

/** By the schema; without one a time of the first day is a time of day, and a midnight is a date. */
export function dateText(schema: Schema | undefined, date: Date): string {
  const milliseconds = date.getTime();
  if (Number.isNaN(milliseconds)) throw new DataError('an invalid Date cannot be shown as text');
  const iso = date.toISOString();
  const name = schema?.name;
  if (
    name === LogicalName.time ||
    (name !== LogicalName.timestamp && name !== LogicalName.date && milliseconds < DAY_MS)
  ) {
    return iso.slice(-13);
  }
  const isDate = name === LogicalName.date || (name !== LogicalName.timestamp && milliseconds % DAY_MS === 0);
  return isDate ? iso.slice(0, -14) : iso;
}
