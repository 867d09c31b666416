/**
 * Kafka Connect's JSON: values alone, or in an envelope with their schema.
 *
 * Owns: the schemas that were seen in messages, so that a schema that comes with every message is read once and is one object.
 * Bounds: `schemas.cache.size` schemas, and as many topics whose last envelope is remembered.
 * Fast paths: an envelope that begins as the last one of its topic is not parsed but for its payload; what a source has rendered as JSON is
 * passed on as it is.
 */
import { isUtf8 } from 'node:buffer';

import {
  c,
  config,
  isPrepared,
  LogicalName,
  type ConverterContext,
  type ConverterInstance,
  type Infer,
  type PreparedValue,
  type Schema,
  type SchemaAndValue,
} from '@millrace/connect-api';
import { messageOf } from '@millrace/base';

import { DataError } from '../data-error.ts';
import { RecentMap } from '../recent-map.ts';
import { someSchema } from '../schema-fields.ts';
import { parseJson, parseJsonForDecimals, parseJsonForLongDecimals } from './json-parse.ts';
import { hasDecimals, JsonReader } from './json-reader.ts';
import { schemaOfJson } from './json-schema.ts';
import { endOfJsonValue } from './json-text.ts';
import { JsonWriter } from './json-writer.ts';

const OPENING = '{"schema":';
const MIDDLE = ',"payload":';
const REMEDY = 'for JSON without schemas set schemas.enable=false';

export const jsonConverterConfig = config({
  'schemas.enable': c
    .boolean()
    .default(true)
    .importance('high')
    .group('Schemas', 0)
    .width('medium')
    .display('Enable Schemas')
    .doc('Whether each key and value carries its schema, in an envelope of schema and payload.'),
  'schemas.cache.size': c
    .int()
    .atLeast(1)
    .default(1000)
    .importance('high')
    .group('Schemas', 1)
    .width('medium')
    .display('Schema Cache Size')
    .doc(
      'How many schemas found in messages are kept. When there are more, the least recently used ones are read again.',
    ),
  'schema.content': c
    .string()
    .optional()
    .importance('high')
    .group('Schemas', 2)
    .width('medium')
    .display('Schema Content')
    .doc(
      'A schema in JSON, for messages that hold the payload alone. Takes effect where messages are read and schemas.enable is true; ' +
        'schemas inside of messages are not looked at then.',
    ),
  'decimal.format': c
    .oneOf('BASE64', 'NUMERIC')
    .default('BASE64')
    .importance('low')
    .group('Serialization', 0)
    .width('medium')
    .display('Decimal Format')
    .doc('How decimals are written: BASE64 of their unscaled bytes, or NUMERIC. Both are read.'),
  'replace.null.with.default': c
    .boolean()
    .default(true)
    .importance('low')
    .group('Serialization', 1)
    .width('medium')
    .display('Replace null with default')
    .doc('Whether a field that is null and has a default gets the default. Otherwise it stays null.'),
});

export type JsonConverterConfig = Infer<typeof jsonConverterConfig>;

/** A schema of messages, with what is needed to read by it. */
interface KnownSchema {
  readonly schema: Schema | undefined;
  readonly parse: (text: string) => unknown;
  readonly read: (json: unknown) => unknown;
}

interface KnownEnvelope extends KnownSchema {
  /** Everything before the payload. */
  readonly prefix: Buffer;
}

export class JsonConverter implements ConverterInstance {
  readonly #config: JsonConverterConfig;
  readonly #writer: JsonWriter;
  readonly #reader: JsonReader;
  readonly #schemas: RecentMap<string, KnownSchema>;
  readonly #envelopes: RecentMap<string, KnownEnvelope>;
  readonly #external: KnownSchema | undefined;
  readonly #usesPrepared = new WeakMap<Schema, boolean>();

  constructor(config: JsonConverterConfig) {
    this.#config = config;
    this.#writer = new JsonWriter(config);
    this.#reader = new JsonReader(config);
    this.#schemas = new RecentMap(config.schemasCacheSize);
    this.#envelopes = new RecentMap(config.schemasCacheSize);
    const { schemaContent } = config;
    if (schemaContent !== undefined && schemaContent !== '') {
      this.#external = this.#known(schemaContent, parsed(schemaContent));
    }
  }

  fromConnect({ schema, value }: SchemaAndValue): Uint8Array | string | null {
    if (schema === undefined && (value === null || value === undefined)) return null;
    const isEnveloped = this.#config.schemasEnable;
    if (isPrepared(value)) {
      if (this.#mayPass(schema)) return isEnveloped ? this.#envelopePrepared(schema, value) : value.json;
      return this.fromConnect({ ...(schema === undefined ? {} : { schema }), value: value.toValue() });
    }
    const text = this.#writer.value(schema, value);
    return isEnveloped ? `${this.#prefixOf(schema)}${text}}` : text;
  }

  toConnect(bytes: Uint8Array | null, { topic }: ConverterContext): SchemaAndValue {
    if (bytes === null) return { value: null };
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!isUtf8(buffer)) throw new DataError('a message is not JSON: its bytes are not UTF-8');
    if (!this.#config.schemasEnable) return { value: buffer.length === 0 ? null : parsed(buffer.toString()) };
    if (this.#external !== undefined) {
      const { schema, read, parse } = this.#external;
      return withSchema(schema, read(parsed(buffer.toString(), parse)));
    }
    return this.#ofKnownEnvelope(buffer, topic) ?? this.#ofEnvelope(buffer, topic);
  }

  /** Whether the text of a prepared value is what this converter would write: it is rendered as by default settings. */
  #mayPass(schema: Schema | undefined): boolean {
    if (schema === undefined) return true;
    const known = this.#usesPrepared.get(schema);
    if (known !== undefined) return known;
    const { decimalFormat, replaceNullWithDefault } = this.#config;
    const isOther = someSchema(
      schema,
      ({ name, optional, default: fallback }) =>
        (decimalFormat !== 'BASE64' && name === LogicalName.decimal) ||
        (!replaceNullWithDefault && optional && fallback !== undefined && fallback !== null),
    );
    this.#usesPrepared.set(schema, !isOther);
    return !isOther;
  }

  #envelopePrepared(schema: Schema | undefined, { json }: PreparedValue): Uint8Array | string {
    const prefix = this.#prefixOf(schema);
    return typeof json === 'string'
      ? `${prefix}${json}}`
      : Buffer.concat([Buffer.from(prefix), json, Buffer.from('}')]);
  }

  #prefixOf(schema: Schema | undefined): string {
    return `${OPENING}${schema === undefined ? 'null' : this.#writer.schemaText(schema)}${MIDDLE}`;
  }

  /** The payload, when the message begins as the last one of its topic did. What does not fit is left to the careful way. */
  #ofKnownEnvelope(buffer: Buffer, topic: string): SchemaAndValue | undefined {
    const known = this.#envelopes.get(topic);
    if (known === undefined) return undefined;
    const { prefix } = known;
    if (buffer.length <= prefix.length || buffer[buffer.length - 1] !== 0x7d) return undefined;
    if (buffer.compare(prefix, 0, prefix.length, 0, prefix.length) !== 0) return undefined;
    const payload = buffer.toString('utf8', prefix.length, buffer.length - 1);
    let json: unknown;
    try {
      json = known.parse(payload);
    } catch {
      return undefined;
    }
    return withSchema(known.schema, known.read(json));
  }

  #ofEnvelope(buffer: Buffer, topic: string): SchemaAndValue {
    const text = buffer.toString();
    const envelope = parsed(text);
    if (
      typeof envelope !== 'object' ||
      envelope === null ||
      Object.keys(envelope).length !== 2 ||
      !('schema' in envelope) ||
      !('payload' in envelope)
    ) {
      throw new DataError(
        `schemas.enable is true, but a message is not an object of "schema" and "payload" alone: ${REMEDY}`,
      );
    }
    const schemaEnd = text.startsWith(OPENING) ? endOfJsonValue(text, OPENING.length) : -1;
    const schemaText =
      schemaEnd === -1 ? JSON.stringify(envelope.schema, bigIntAsText) : text.slice(OPENING.length, schemaEnd);
    const known = this.#known(schemaText, envelope.schema);
    if (text.startsWith(MIDDLE, schemaEnd)) {
      this.#envelopes.set(topic, { ...known, prefix: Buffer.from(text.slice(0, schemaEnd + MIDDLE.length)) });
    }
    const payload =
      known.parse === parseJson ? envelope.payload : (known.parse(text) as { readonly payload: unknown }).payload;
    return withSchema(known.schema, known.read(payload));
  }

  #known(schemaText: string, json: unknown): KnownSchema {
    const known = this.#schemas.get(schemaText);
    if (known !== undefined) return known;
    const schema = schemaOfJson(json, this.#reader);
    // Others may write numbers, whatever is written here.
    const ofDecimals = this.#config.decimalFormat === 'NUMERIC' ? parseJsonForDecimals : parseJsonForLongDecimals;
    const made: KnownSchema = {
      schema,
      parse: schema !== undefined && hasDecimals(schema) ? ofDecimals : parseJson,
      read: schema === undefined ? (json) => json : this.#reader.readerOf(schema),
    };
    this.#schemas.set(schemaText, made);
    return made;
  }
}

function withSchema(schema: Schema | undefined, value: unknown): SchemaAndValue {
  return schema === undefined ? { value } : { schema, value };
}

function parsed(text: string, parse: (text: string) => unknown = parseJson): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw notJson(error);
  }
}

/** The engine's message quotes the text, which may be secret: only the place is told. */
function notJson(error: unknown): DataError {
  const message = messageOf(error);
  // Of a character that cannot begin anything the engine tells the character, and not where it is.
  const elsewhere = message.includes('Unexpected end') ? 'at its end' : 'where a value, a comma or a bracket has to be';
  const place = /at position \d+( \(line \d+ column \d+\))?/.exec(message)?.[0] ?? elsewhere;
  return new DataError(`a message is not JSON: it cannot be read ${place}`);
}

function bigIntAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
