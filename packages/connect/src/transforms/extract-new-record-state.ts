/**
 * Makes plain rows of Debezium's change events: the state after a change, or before a delete, without what is around it.
 *
 * Events are known by their schema, whose name ends in `.Envelope`, or without one by their members. Other records stay as they are.
 * Differs from Debezium's transform: takes events without schemas too; a tombstone is one (a null without schema); a null stays null where
 * the column has a default.
 */
import {
  c,
  config,
  defineTransform,
  s,
  type AnyRecord,
  type Field,
  type RecordHeader,
  type Schema,
} from '@millrace/connect-api';

import { BUILT_IN_VERSION } from '../built-in-version.ts';
import { DataError } from '../converters/data-error.ts';
import { fieldNamed, fieldOf, setField } from '../converters/schema-fields.ts';
import { valueText } from '../converters/values/value-text.ts';
import { distinct } from './fields.ts';
import { basicsOf, perSchema, structBy, structOf, valueOn, withData, type JsonObject } from './side.ts';

const DELETED = '__deleted';

/** A field of the event that is added to the row or its headers. */
interface Added {
  /** Where it is; undefined: in the event itself, or else in `source`. */
  readonly within: string | undefined;
  readonly field: string;
  readonly name: string;
  /** In place of null. */
  readonly fallback?: unknown;
}

const FORM =
  'as op, source.lsn, transaction.id and so on; without a struct in front, the event itself is looked at and then source. ' +
  'A name of its own follows a colon: op:operation.';

export const extractNewRecordStateTransform = defineTransform({
  name: 'ExtractNewRecordState',
  version: BUILT_IN_VERSION,
  aliases: ['io.debezium.transforms.ExtractNewRecordState'],
  config: config({
    'delete.tombstone.handling.mode': c
      .oneOf('drop', 'tombstone', 'rewrite', 'rewrite-with-tombstone', 'delete-to-tombstone')
      .default('tombstone')
      .doc(
        'What becomes of a delete and of the tombstone after it. drop: neither is left. tombstone and delete-to-tombstone: the delete becomes ' +
          'a tombstone, the one after it is dropped. rewrite: the delete becomes the row as it was, tombstones are dropped. ' +
          'rewrite-with-tombstone: the same, tombstones are kept. Where it is rewritten every row gets a field __deleted, a text of true or false.',
      ),
    'route.by.field': c.string().default('').importance('low').doc('A column whose value becomes the topic.'),
    'add.fields': c.list().default('').importance('low').doc(`Fields of the event to add to the row, ${FORM}`),
    'add.fields.prefix': c.string().default('__').importance('low').doc('Stands before the names of these fields.'),
    'add.headers': c.list().default('').importance('low').doc(`Fields of the event to add as headers, ${FORM}`),
    'add.headers.prefix': c.string().default('__').importance('low').doc('Stands before the names of these headers.'),
  }),
  create: (settings) => {
    const mode = settings.deleteTombstoneHandlingMode;
    const isRewritten = mode === 'rewrite' || mode === 'rewrite-with-tombstone';
    const addedFields = settings.addFields.map((text) => addedOf(text, settings.addFieldsPrefix));
    const addedHeaders = settings.addHeaders.map((text) => addedOf(text, settings.addHeadersPrefix));
    const eventSchema = perSchema((schema) => rowSchemaOf(schema, addedFields, isRewritten));
    return (record) => {
      const value = valueOn(record, 'value');
      if (value === null) return mode === 'rewrite-with-tombstone' ? record : null;
      const event = eventOf(value, record.valueSchema);
      if (event === undefined) return record;
      const op = fieldOf(event, 'op');
      if (op === 't') return null;
      const isDelete = op === 'd';
      if (isDelete && mode === 'drop') return null;
      const state = fieldOf(event, isDelete ? 'before' : 'after') ?? null;
      const row = state === null ? undefined : structOf(state, 'ExtractNewRecordState');
      const topic = settings.routeByField === '' ? record.topic : topicOf(row, settings.routeByField);
      const routed = { ...withHeaders(record, event, addedHeaders), topic };
      if (isDelete && !isRewritten) return withData(routed, 'value', undefined, null);
      if (row === undefined) {
        throw new DataError(
          isDelete
            ? 'ExtractNewRecordState: a delete has no state before it; set REPLICA IDENTITY of the table, or another delete.tombstone.handling.mode'
            : 'ExtractNewRecordState: an event has no state after it',
        );
      }
      return extended(
        routed,
        event,
        row,
        record.valueSchema && eventSchema(record.valueSchema),
        addedFields,
        isRewritten,
      );
    };
  },
});

function addedOf(text: string, prefix: string): Added {
  const [path = '', ownName] = text.split(':').map((part) => part.trim());
  const [first = '', ...rest] = path.split('.');
  const field = rest.length === 0 ? first : rest.join('.');
  const within = rest.length === 0 ? undefined : first;
  return { within, field, name: prefix + (ownName ?? path.replaceAll('.', '_')) };
}

function eventOf(value: unknown, schema: Schema | undefined): JsonObject | undefined {
  if (schema !== undefined) return schema.name?.endsWith('.Envelope') === true ? (value as JsonObject) : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return undefined;
  const event = structOf(value, 'ExtractNewRecordState');
  const isEvent =
    /^[cudrt]$/.test(String(event['op'])) &&
    typeof event['source'] === 'object' &&
    ('after' in event || 'before' in event);
  return isEvent ? event : undefined;
}

/** Which struct of the event has it. */
function placeOf(added: Added, has: (within: string | undefined, field: string) => boolean): string | undefined {
  return added.within ?? (has(undefined, added.field) ? undefined : 'source');
}

function addedSchema(schema: Schema, added: Added): Schema | undefined {
  const within = placeOf(added, (_within, field) => fieldNamed(schema, field) !== undefined);
  const struct = within === undefined ? schema : fieldNamed(schema, within)?.schema;
  return struct && fieldNamed(struct, added.field)?.schema;
}

/** Undefined where the event has no such field. */
function addedValue(event: JsonObject, added: Added): unknown {
  const within = placeOf(added, (_within, field) => Object.hasOwn(event, field));
  const struct = within === undefined ? event : fieldOf(event, within);
  return struct === null || struct === undefined
    ? undefined
    : fieldOf(structOf(struct, 'ExtractNewRecordState'), added.field);
}

interface RowSchema {
  readonly schema: Schema;
  readonly added: readonly Added[];
}

function rowSchemaOf(event: Schema, added: readonly Added[], isRewritten: boolean): RowSchema {
  const row = fieldNamed(event, 'after')?.schema ?? fieldNamed(event, 'before')?.schema;
  if (row === undefined)
    throw new DataError('ExtractNewRecordState: the schema of an event has neither after nor before');
  const fields = added.flatMap((each): (readonly [Added, Field])[] => {
    const schema = addedSchema(event, each);
    if (schema === undefined) return [];
    const { default: fallback, ...plain } = schema;
    return [
      [
        { ...each, fallback },
        { name: each.name, schema: s.optional(plain) },
      ],
    ];
  });
  const more: readonly Field[] = [
    ...(isRewritten ? [{ name: DELETED, schema: s.string({ optional: true }) }] : []),
    ...fields.map(([, field]) => field),
  ];
  const schema =
    more.length === 0
      ? s.required(row)
      : s.struct(distinct([...(row.fields ?? []), ...more], 'ExtractNewRecordState'), basicsOf(row));
  return { schema, added: fields.map(([each]) => each) };
}

function extended(
  record: AnyRecord,
  event: JsonObject,
  row: JsonObject,
  known: RowSchema | undefined,
  addedFields: readonly Added[],
  isRewritten: boolean,
): AnyRecord {
  const result: Record<string, unknown> = structBy(
    known === undefined ? Object.keys(row).map((name) => ({ name })) : (known.schema.fields ?? []),
    (name) => fieldOf(row, name) ?? null,
  );
  if (isRewritten) result[DELETED] = fieldOf(event, 'op') === 'd' ? 'true' : 'false';
  for (const each of known?.added ?? addedFields) {
    const value = addedValue(event, each) ?? each.fallback;
    if (value !== undefined) setField(result, each.name, value);
  }
  return withData(record, 'value', known?.schema, result);
}

function withHeaders(record: AnyRecord, event: JsonObject, added: readonly Added[]): AnyRecord {
  if (added.length === 0) return record;
  const headers = added.flatMap((each): RecordHeader[] => {
    const schema = record.valueSchema && addedSchema(record.valueSchema, each);
    const value = addedValue(event, each);
    if (schema === undefined && (record.valueSchema !== undefined || value === undefined)) return [];
    return [{ key: each.name, value: value ?? null, ...(schema === undefined ? {} : { schema: s.optional(schema) }) }];
  });
  return { ...record, headers: [...(record.headers ?? []), ...headers] };
}

function topicOf(row: JsonObject | undefined, field: string): string {
  const value = row === undefined ? undefined : fieldOf(row, field);
  if (value === null || value === undefined) {
    throw new DataError(
      `ExtractNewRecordState: route.by.field names ${field}, which a row does not have, or which is null`,
    );
  }
  return valueText(undefined, value);
}
