/** What transforms of a key or a value share: they come as `Name$Key` and `Name$Value`. */
import {
  defineTransform,
  plainValue,
  type AnyRecord,
  type ConfigSpec,
  type Schema,
  type Transform,
  type TransformFunction,
} from '@millrace/connect-api';

import { BUILT_IN_VERSION } from '../built-in-version.ts';
import { DataError, kindOf } from '../converters/data-error.ts';
import { fieldOf, setField } from '../converters/schema-fields.ts';

export type Side = 'key' | 'value';

export type JsonObject = Readonly<Record<string, unknown>>;

const JAVA_PACKAGE = 'org.apache.kafka.connect.transforms';

export function schemaOn(record: AnyRecord, side: Side): Schema | undefined {
  return side === 'key' ? record.keySchema : record.valueSchema;
}

/** The value itself, also of what was prepared as JSON; null when absent. */
export function valueOn(record: AnyRecord, side: Side): unknown {
  return plainValue(side === 'key' ? record.key : record.value) ?? null;
}

/** The record with another key or value. */
export function withData(record: AnyRecord, side: Side, schema: Schema | undefined, value: unknown): AnyRecord {
  if (side === 'key') {
    if (schema !== undefined) return { ...record, key: value, keySchema: schema };
    const { keySchema: _, ...rest } = record;
    return { ...rest, key: value };
  }
  if (schema !== undefined) return { ...record, value, valueSchema: schema };
  const { valueSchema: _, ...rest } = record;
  return { ...rest, value };
}

/** A transform of the key and its twin of the value. */
export function transformPair<C>(definition: {
  readonly name: string;
  readonly config: ConfigSpec<C>;
  readonly create: (config: C, side: Side) => TransformFunction;
}): readonly Transform<C>[] {
  return (['Key', 'Value'] as const).map((suffix) =>
    defineTransform<C>({
      name: `${definition.name}$${suffix}`,
      version: BUILT_IN_VERSION,
      aliases: [`${JAVA_PACKAGE}.${definition.name}$${suffix}`],
      config: definition.config,
      create: (config) => definition.create(config, suffix === 'Key' ? 'key' : 'value'),
    }),
  );
}

/** A transform of the whole record. */
export function transform<C>(definition: {
  readonly name: string;
  readonly config: ConfigSpec<C>;
  readonly create: (config: C) => TransformFunction;
}): Transform<C> {
  return defineTransform<C>({
    ...definition,
    version: BUILT_IN_VERSION,
    aliases: [`${JAVA_PACKAGE}.${definition.name}`],
  });
}

/** The fields of a value with or without a schema. Throws when it has none. */
export function structOf(value: unknown, purpose: string): JsonObject {
  if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>);
  const isStruct =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date);
  if (!isStruct) throw new DataError(`${purpose} needs a struct or a map, but found ${kindOf(value)}`);
  return value as JsonObject;
}

/** A field of a struct; null when it is absent, or its default where that is wanted. */
export function fieldValue(struct: JsonObject, name: string, schema: Schema, useDefault: boolean): unknown {
  return fieldOf(struct, name) ?? (useDefault ? schema.default : null) ?? null;
}

/** A struct by its schema, field by field. */
export function structBy(
  fields: Iterable<{ readonly name: string }>,
  valueOf: (name: string) => unknown,
): Record<string, unknown> {
  const struct: Record<string, unknown> = {};
  for (const { name } of fields) setField(struct, name, valueOf(name));
  return struct;
}

/** Name, version, documentation and parameters of a schema, for another that follows it. */
export function basicsOf({
  name,
  version,
  doc,
  parameters,
}: Schema): Pick<Schema, 'name' | 'version' | 'doc' | 'parameters'> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(doc === undefined ? {} : { doc }),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

/** Makes something of each schema once, so that converters see the same schema for the same. */
export function perSchema<T>(make: (schema: Schema) => T): (schema: Schema) => T {
  const made = new WeakMap<Schema, { readonly result: T }>();
  return (schema) => {
    const known = made.get(schema);
    if (known !== undefined) return known.result;
    const result = make(schema);
    made.set(schema, { result });
    return result;
  };
}
