import { c, config, s, type AnyRecord, type Field, type Schema } from '@millrace/connect-api';

import { DataError } from '../converters/data-error.ts';
import { setField } from '../converters/schema-fields.ts';
import { distinct } from './fields.ts';
import { replaceNullWithDefault } from './settings.ts';
import {
  basicsOf,
  fieldValue,
  perSchema,
  schemaOn,
  structBy,
  structOf,
  transformPair,
  valueOn,
  withData,
} from './side.ts';

const SUFFIXES = 'With ! at its end the field is required, with ? or nothing it is optional.';

interface Insertion {
  readonly name: string;
  readonly schema: Schema;
  /** Undefined: the record does not have it, and nothing is put in. */
  readonly valueOf: (record: AnyRecord, hasSchema: boolean) => unknown;
}

export const insertFieldTransforms = transformPair({
  name: 'InsertField',
  config: config(
    {
      'topic.field': c.string().optional().doc(`Name of a field for the topic. ${SUFFIXES}`),
      'partition.field': c.string().optional().doc(`Name of a field for the partition. ${SUFFIXES}`),
      'offset.field': c.string().optional().doc(`Name of a field for the offset; of sink connectors only. ${SUFFIXES}`),
      'timestamp.field': c.string().optional().doc(`Name of a field for the timestamp of the record. ${SUFFIXES}`),
      'static.field': c.string().optional().doc(`Name of a field for static.value. ${SUFFIXES}`),
      'static.value': c.string().optional().doc('Text for static.field.'),
      ...replaceNullWithDefault,
    },
    {
      check: ({ staticField, staticValue, topicField, partitionField, offsetField, timestampField }) => [
        ...([topicField, partitionField, offsetField, timestampField, staticField].every((name) => name === undefined)
          ? [{ message: 'InsertField has nothing to put in: set topic.field or another of its fields' }]
          : []),
        ...(staticField !== undefined && staticValue === undefined
          ? [{ key: 'static.value', message: 'static.field is set, so static.value is needed' }]
          : []),
      ],
    },
  ),
  create: (settings, side) => {
    const { replaceNullWithDefault: useDefault } = settings;
    const insertions = [
      insertion(settings.topicField, 'string', ({ topic }) => topic),
      insertion(settings.partitionField, 'int32', ({ partition }) => partition),
      insertion(settings.offsetField, 'int64', ({ offset }) => {
        if (offset === undefined)
          throw new DataError('InsertField: offset.field is for sink connectors; a source record has no offset');
        return offset;
      }),
      insertion(settings.timestampField, 'timestamp', ({ timestampMs }, hasSchema) =>
        timestampMs === undefined || !hasSchema ? timestampMs : new Date(timestampMs),
      ),
      insertion(settings.staticField, 'string', () => settings.staticValue),
    ].filter((each) => each !== undefined);
    const wider = perSchema((schema) => {
      const added = insertions.map(({ name, schema: field }): Field => ({ name, schema: field }));
      return s.struct(distinct([...(schema.fields ?? []), ...added], 'InsertField'), basicsOf(schema));
    });
    return (record) => {
      const value = valueOn(record, side);
      if (value === null) return record;
      const struct = structOf(value, 'InsertField');
      const schema = schemaOn(record, side);
      const result: Record<string, unknown> =
        schema === undefined
          ? { ...struct }
          : structBy(schema.fields ?? [], (name) => fieldOfSchema(struct, schema, name, useDefault));
      for (const { name, valueOf } of insertions) {
        const inserted = valueOf(record, schema !== undefined);
        if (inserted !== undefined) setField(result, name, inserted);
      }
      return withData(record, side, schema && wider(schema), result);
    };
  },
});

function insertion(
  text: string | undefined,
  type: 'string' | 'int32' | 'int64' | 'timestamp',
  valueOf: Insertion['valueOf'],
): Insertion | undefined {
  if (text === undefined) return undefined;
  const [, name = '', suffix] = /^([^]*?)([!?]?)$/.exec(text) ?? [];
  return { name, schema: s[type]({ optional: suffix !== '!' }), valueOf };
}

function fieldOfSchema(struct: object, schema: Schema, name: string, useDefault: boolean): unknown {
  const field = schema.fields?.find((each) => each.name === name);
  return field === undefined ? null : fieldValue(struct as Record<string, unknown>, name, field.schema, useDefault);
}
