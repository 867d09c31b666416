/**
 * What a record asks for: a row to write, a row to delete, a table to empty, or nothing.
 *
 * Takes flat records (structs, maps, JSON objects), Debezium's change events, and what ExtractNewRecordState makes of them. Pure.
 */
import { MillraceError } from '@millrace/base';
import { plainValue, type InRecord, type Schema } from '@millrace/connect-api';

import type { TableName } from './sql-text.ts';
import type { TableNameFormat } from './table-name-format.ts';

export type PrimaryKeyMode = 'none' | 'kafka' | 'record_key' | 'record_value' | 'record_header';

export type Fields = Readonly<Record<string, unknown>>;

/** A struct of a record, with or without its schema. */
export interface Part {
  readonly fields: Fields;
  readonly schema: Schema | undefined;
}

export interface RowChange {
  /** `delete` has fields of the key only. */
  readonly kind: 'write' | 'delete';
  readonly record: InRecord;
  readonly table: TableName;
  /** Where the key is, when it is not in the body. */
  readonly key: Part | undefined;
  readonly body: Part;
  /** Of a change event, flattened or not. */
  readonly isEvent: boolean;
}

export type Change =
  | RowChange
  | { readonly kind: 'truncate'; readonly record: InRecord; readonly table: TableName }
  | { readonly kind: 'none' };

export interface ChangeRules {
  readonly keyMode: PrimaryKeyMode;
  readonly keyFields: readonly string[];
  readonly isDeleteEnabled: boolean;
  readonly isTruncateEnabled: boolean;
  readonly tableName: TableNameFormat;
}

const NONE: Change = { kind: 'none' };
const NO_FIELDS: Part = { fields: {}, schema: undefined };

/** Throws MILLRACE_CONNECT_POSTGRES_SINK_RECORD when the record is not of a form that can become a row. */
export function changeOf(record: InRecord, rules: ChangeRules): Change {
  const value = plainValue(record.value);
  if (value === null || value === undefined) return deletionByKey(record, rules, undefined);
  const body = partOf(value, record.valueSchema);
  if (body === undefined) {
    throw recordError(
      record,
      `has a value that is not a struct but ${typeof value === 'object' ? 'a list' : `a ${typeof value}`}: use a converter that gives ` +
        'structs or JSON objects, or the transform HoistField',
    );
  }
  const event = eventOf(body);
  if (event !== undefined) return changeOfEvent(record, event, rules);
  const deleted = body.fields['__deleted'];
  if (deleted === true || deleted === 'true') return deletion(record, rules, undefined, body);
  return writing(record, rules, undefined, body, deleted !== undefined);
}

interface ChangeEvent {
  readonly op: string;
  readonly before: Part | undefined;
  readonly after: Part | undefined;
  readonly source: Fields;
}

/** Debezium's envelope: it has an operation and a struct that says where it is from. */
function eventOf({ fields, schema }: Part): ChangeEvent | undefined {
  const { op, source } = fields;
  if (typeof op !== 'string' || typeof source !== 'object' || source === null) return undefined;
  if (!('after' in fields || 'before' in fields || op === 't' || op === 'm')) return undefined;
  return {
    op,
    before: partOf(fields['before'], fieldSchema(schema, 'before')),
    after: partOf(fields['after'], fieldSchema(schema, 'after')),
    source: source as Fields,
  };
}

function changeOfEvent(record: InRecord, event: ChangeEvent, rules: ChangeRules): Change {
  switch (event.op) {
    case 'c':
    case 'r':
    case 'u':
      if (event.after === undefined)
        throw recordError(record, `is a change event "${event.op}" without the row after it`);
      return writing(record, rules, event.source, event.after, true);
    case 'd':
      return deletion(record, rules, event.source, event.before);
    case 't':
      if (!rules.isTruncateEnabled) return NONE;
      return { kind: 'truncate', record, table: rules.tableName.tableOf(record.topic, event.source) };
    case 'm':
      return NONE;
    default:
      throw recordError(record, `is a change event of an unknown operation "${event.op}"`);
  }
}

function writing(
  record: InRecord,
  rules: ChangeRules,
  source: Fields | undefined,
  body: Part,
  isEvent: boolean,
): RowChange {
  const table = rules.tableName.tableOf(record.topic, source);
  return { kind: 'write', record, table, key: keyPartOf(record, rules), body, isEvent };
}

/** `before` is used where the key is in the value. */
function deletion(record: InRecord, rules: ChangeRules, source: Fields | undefined, before: Part | undefined): Change {
  if (rules.keyMode !== 'record_value') return deletionByKey(record, rules, source);
  if (!rules.isDeleteEnabled) return NONE;
  if (before === undefined) {
    throw recordError(
      record,
      'deletes a row but does not have it: set REPLICA IDENTITY FULL at the source, or pk.mode=record_key',
    );
  }
  return {
    kind: 'delete',
    record,
    table: rules.tableName.tableOf(record.topic, source),
    key: undefined,
    body: before,
    isEvent: true,
  };
}

function deletionByKey(record: InRecord, rules: ChangeRules, source: Fields | undefined): Change {
  const isPossible = rules.keyMode === 'record_key' || rules.keyMode === 'record_header';
  if (!rules.isDeleteEnabled || !isPossible) return NONE;
  // A tombstone does not say which table it is of where the table is in the event; the event before it has deleted the row.
  if (source === undefined && rules.tableName.usesSource) return NONE;
  const table = rules.tableName.tableOf(record.topic, source);
  return { kind: 'delete', record, table, key: keyPartOf(record, rules), body: NO_FIELDS, isEvent: false };
}

const KAFKA_FIELDS = ['__connect_topic', '__connect_partition', '__connect_offset'] as const;

function keyPartOf(record: InRecord, rules: ChangeRules): Part | undefined {
  switch (rules.keyMode) {
    case 'none':
    case 'record_value':
      return undefined;
    case 'kafka':
      return kafkaPart(record, rules.keyFields);
    case 'record_key':
      return recordKeyPart(record, rules.keyFields);
    case 'record_header':
      return headerPart(record);
  }
}

const TEXT: Schema = { type: 'string', optional: false };
const INTEGER: Schema = { type: 'int32', optional: false };
const LONG: Schema = { type: 'int64', optional: false };
const kafkaSchemas = new Map<string, Schema>();

/** Where the record was, which no transform changes. */
function kafkaPart({ origin }: InRecord, keyFields: readonly string[]): Part {
  const [topic, partition, offset] = keyFields.length === 3 ? keyFields : KAFKA_FIELDS;
  if (topic === undefined || partition === undefined || offset === undefined) return NO_FIELDS;
  const id = `${topic},${partition},${offset}`;
  let schema = kafkaSchemas.get(id);
  if (schema === undefined) {
    const fields = [
      { name: topic, schema: TEXT },
      { name: partition, schema: INTEGER },
      { name: offset, schema: LONG },
    ];
    schema = { type: 'struct', optional: false, fields };
    kafkaSchemas.set(id, schema);
  }
  return { fields: { [topic]: origin.topic, [partition]: origin.partition, [offset]: origin.offset }, schema };
}

const primitiveKeySchemas = new WeakMap<Schema, Schema>();

function recordKeyPart(record: InRecord, keyFields: readonly string[]): Part {
  const value = plainValue(record.key);
  if (value === null || value === undefined) {
    throw recordError(
      record,
      'has no key, which pk.mode=record_key asks for: produce it with a key, or use the transform ValueToKey',
    );
  }
  const part = partOf(value, record.keySchema);
  if (part !== undefined) return part;
  const [name, second] = keyFields;
  if (name === undefined || second !== undefined || typeof value === 'object') {
    throw recordError(record, 'has a key that is not a struct: name the one column that it goes to in pk.fields');
  }
  return { fields: { [name]: value }, schema: record.keySchema && structOf(name, record.keySchema) };
}

function structOf(name: string, schema: Schema): Schema {
  let struct = primitiveKeySchemas.get(schema);
  if (struct === undefined || struct.fields?.[0]?.name !== name) {
    struct = { type: 'struct', optional: false, fields: [{ name, schema }] };
    primitiveKeySchemas.set(schema, struct);
  }
  return struct;
}

function headerPart(record: InRecord): Part {
  const fields: Record<string, unknown> = {};
  for (const { key, value } of record.headers) fields[key] = value;
  return { fields, schema: undefined };
}

function partOf(value: unknown, schema: Schema | undefined): Part | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return undefined;
  if (value instanceof Map) {
    return { fields: Object.fromEntries([...value].map(([key, item]) => [String(key), item])), schema: undefined };
  }
  return { fields: value as Fields, schema: schema?.type === 'struct' ? schema : undefined };
}

const fieldSchemas = new WeakMap<Schema, Map<string, Schema | undefined>>();

function fieldSchema(schema: Schema | undefined, name: string): Schema | undefined {
  if (schema === undefined) return undefined;
  let known = fieldSchemas.get(schema);
  if (known === undefined) fieldSchemas.set(schema, (known = new Map<string, Schema | undefined>()));
  if (!known.has(name)) known.set(name, schema.fields?.find((field) => field.name === name)?.schema);
  return known.get(name);
}

function recordError({ origin }: InRecord, problem: string): MillraceError {
  return new MillraceError(
    'MILLRACE_CONNECT_POSTGRES_SINK_RECORD',
    `the record at ${origin.topic}-${origin.partition} offset ${origin.offset} ${problem}`,
    { details: { ...origin } },
  );
}
