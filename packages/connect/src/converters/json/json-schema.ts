import type { Field, Schema, SchemaType } from '@millrace/connect-api';

import { DataError, inField } from '../data-error.ts';
import type { JsonReader } from './json-reader.ts';
import { JSON_TYPE } from './json-writer.ts';

const TYPE_OF_JSON = new Map(Object.entries(JSON_TYPE).map(([type, json]) => [json, type as SchemaType]));

/** The schema that the `schema` part of an envelope describes; undefined for null. */
export function schemaOfJson(json: unknown, reader: JsonReader): Schema | undefined {
  return json === null || json === undefined ? undefined : schemaOf(json, reader);
}

function schemaOf(json: unknown, reader: JsonReader): Schema {
  if (!isObject(json)) throw new DataError('a schema is not a JSON object');
  const { type: named, optional, name, version, doc, parameters, default: fallback } = json;
  const type = typeof named === 'string' ? TYPE_OF_JSON.get(named) : undefined;
  if (type === undefined) {
    throw new DataError(
      typeof named === 'string' ? `a schema has the unknown type ${named}` : 'a schema has no type: it needs "type"',
    );
  }
  const schema: Schema = {
    type,
    optional: optional === true,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof version === 'number' && Number.isInteger(version) ? { version } : {}),
    ...(typeof doc === 'string' ? { doc } : {}),
    ...(isObject(parameters) ? { parameters: parametersOf(parameters) } : {}),
    ...partsOf(type, json, reader),
  };
  return fallback === undefined || fallback === null
    ? schema
    : { ...schema, default: reader.readerOf(schema)(fallback) };
}

function partsOf(
  type: SchemaType,
  json: Readonly<Record<string, unknown>>,
  reader: JsonReader,
): Partial<Pick<Schema, 'fields' | 'keySchema' | 'valueSchema'>> {
  if (type === 'array') return { valueSchema: part(json, 'items', reader) };
  if (type === 'map') return { keySchema: part(json, 'keys', reader), valueSchema: part(json, 'values', reader) };
  if (type !== 'struct') return {};
  if (!Array.isArray(json['fields'])) throw new DataError('a struct schema has no array "fields"');
  return { fields: json['fields'].map((field: unknown) => fieldOfJson(field, reader)) };
}

function part(json: Readonly<Record<string, unknown>>, name: string, reader: JsonReader): Schema {
  if (!isObject(json[name])) throw new DataError(`an array or map schema lacks "${name}"`);
  return schemaOf(json[name], reader);
}

function fieldOfJson(json: unknown, reader: JsonReader): Field {
  const name = isObject(json) ? json['field'] : undefined;
  if (typeof name !== 'string') throw new DataError('a field of a struct schema has no name: it needs "field"');
  try {
    return { name, schema: schemaOf(json, reader) };
  } catch (error) {
    throw inField(name, error);
  }
}

function parametersOf(json: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(json)) {
    if (typeof value !== 'string') throw new DataError(`the schema parameter ${name} is not a text`);
  }
  return json as Readonly<Record<string, string>>;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
