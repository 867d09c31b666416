/** Values of records as JSON text, exact: integers of any size, decimals with their digits, bytes in base64, dates in ISO form. */
import { decimalText, isDecimal, type Schema } from '@millrace/connect-api';

export function jsonText(value: unknown, schema: Schema | undefined): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : jsonOfObject(value, schema);
    default:
      return 'null';
  }
}

function jsonOfObject(value: object, schema: Schema | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item, schema?.valueSchema)).join(',')}]`;
  if (value instanceof Date) return JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (isDecimal(value)) return decimalText(value);
  if (value instanceof Map) {
    return objectText([...value].map(([key, item]) => [String(key), jsonText(item, schema?.valueSchema)]));
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const names = schema?.fields?.map(({ name }) => name) ?? Object.keys(fields);
  return objectText(
    names.map((name, i) => [name, jsonText(fields[name] ?? null, schema?.fields?.[i]?.schema)] as const),
  );
}

function objectText(entries: readonly (readonly [name: string, json: string])[]): string {
  return `{${entries.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}
