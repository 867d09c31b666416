import type { Schema } from './schema.ts';

const KEYS = new WeakMap<Schema, string>();

/** Text that is the same for schemas that mean the same, for keys of maps. Kept by identity, so asking again costs nothing. */
export function schemaKey(schema: Schema): string {
  const known = KEYS.get(schema);
  if (known !== undefined) return known;
  const { type, optional, name, version, doc, parameters, fields, keySchema, valueSchema } = schema;
  const key = JSON.stringify([
    type,
    optional,
    name ?? null,
    version ?? null,
    doc ?? null,
    parameters === undefined ? null : Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)),
    schema.default === undefined ? null : keyOfDefault(schema.default),
    fields?.map((field) => [field.name, schemaKey(field.schema)]) ?? null,
    keySchema === undefined ? null : schemaKey(keySchema),
    valueSchema === undefined ? null : schemaKey(valueSchema),
  ]);
  KEYS.set(schema, key);
  return key;
}

export function schemasEqual(a: Schema | undefined, b: Schema | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && schemaKey(a) === schemaKey(b);
}

/** Wrapped, so that a default of null is told from none. */
function keyOfDefault(value: unknown): unknown {
  const text = JSON.stringify(value, function (this: Record<string, unknown>, name, shown: unknown) {
    const raw = this[name];
    if (typeof raw === 'bigint') return { int: String(raw) };
    if (typeof raw === 'number' && Number.isSafeInteger(raw)) return { int: String(raw) };
    if (typeof raw === 'number') return { float: String(raw) };
    if (raw instanceof Date) return { date: raw.getTime() };
    if (raw instanceof Uint8Array) return { bytes: Buffer.from(raw).toString('base64') };
    if (raw instanceof Map) return { map: [...(raw as ReadonlyMap<unknown, unknown>)] };
    return shown;
  });
  return { default: text };
}
