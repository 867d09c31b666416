/** Transforms of headers. */
import { c, config, s, type RecordHeader, type Schema } from '@millrace/connect-api';

import { DataError } from '../converters/data-error.ts';
import { fieldNamed, fieldOf } from '../converters/schema-fields.ts';
import { parseValue } from '../converters/values/value-parser.ts';
import { replaceNullWithDefault } from './settings.ts';
import {
  basicsOf,
  fieldValue,
  perSchema,
  schemaOn,
  structBy,
  structOf,
  transform,
  transformPair,
  valueOn,
  withData,
} from './side.ts';

export const dropHeadersTransform = transform({
  name: 'DropHeaders',
  config: config({ headers: c.list().nonEmpty().importance('high').doc('Names of headers to remove.') }),
  create: ({ headers }) => {
    const dropped = new Set(headers);
    return (record) =>
      record.headers === undefined
        ? record
        : { ...record, headers: record.headers.filter(({ key }) => !dropped.has(key)) };
  },
});

export const insertHeaderTransform = transform({
  name: 'InsertHeader',
  config: config({
    header: c.string().importance('high').doc('Name of the header.'),
    'value.literal': c
      .string()
      .importance('high')
      .doc('Its value. What looks like a number, a date, a list and so on becomes one.'),
  }),
  create: ({ header: key, valueLiteral }) => {
    const header: RecordHeader = { key, ...parseValue(valueLiteral) };
    return (record) => ({ ...record, headers: [...(record.headers ?? []), header] });
  },
});

export const headerFromTransforms = transformPair({
  name: 'HeaderFrom',
  config: config(
    {
      fields: c.list().nonEmpty().importance('high').doc('Fields of the key or value whose values become headers.'),
      headers: c.list().nonEmpty().importance('high').doc('Names of these headers, in the order of fields.'),
      operation: c
        .oneOf('move', 'copy')
        .importance('high')
        .doc('Either move, which takes the fields out of the key or value, or copy, which leaves them there.'),
      ...replaceNullWithDefault,
    },
    {
      check: ({ fields, headers }) =>
        fields.length === headers.length
          ? []
          : [
              {
                key: 'headers',
                message: `fields has ${fields.length} names and headers ${headers.length}: give as many`,
              },
            ],
    },
  ),
  create: ({ fields, headers, operation, replaceNullWithDefault: useDefault }, side) => {
    const moved = new Set(operation === 'move' ? fields : []);
    const remaining = perSchema((schema) =>
      s.struct(
        (schema.fields ?? []).filter(({ name }) => !moved.has(name)),
        basicsOf(schema),
      ),
    );
    return (record) => {
      const value = structOf(valueOn(record, side), 'HeaderFrom');
      const schema = schemaOn(record, side);
      const added = fields.map((name, index): RecordHeader => {
        const key = headers[index] ?? name;
        if (schema === undefined) return { key, value: fieldOf(value, name) ?? null };
        const field = fieldSchema(schema, name);
        return { key, value: fieldValue(value, name, field, useDefault), schema: field };
      });
      const withHeaders = { ...record, headers: [...(record.headers ?? []), ...added] };
      if (operation === 'copy') return withHeaders;
      if (schema === undefined) {
        const rest = Object.entries(value).filter(([name]) => !moved.has(name));
        return withData(withHeaders, side, undefined, Object.fromEntries(rest));
      }
      const rest = remaining(schema);
      const struct = structBy(rest.fields ?? [], (name) =>
        fieldValue(value, name, fieldSchema(rest, name), useDefault),
      );
      return withData(withHeaders, side, rest, struct);
    };
  },
});

function fieldSchema(schema: Schema, name: string): Schema {
  const field = fieldNamed(schema, name);
  if (field === undefined) throw new DataError(`HeaderFrom: there is no field ${name} in the schema`);
  return field.schema;
}
