/** Transforms that look at no field. */
import { c, config, type Schema } from '@millrace/connect-api';

import { DataError } from '../converters/data-error.ts';
import { fieldNamed } from '../converters/schema-fields.ts';
import { noSettings } from '../converters/no-settings.ts';
import { replaceNullWithDefault } from './settings.ts';
import {
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

/** Drops every record; useful with a predicate. */
export const filterTransform = transform({ name: 'Filter', config: noSettings, create: () => () => null });

export const setSchemaMetadataTransforms = transformPair({
  name: 'SetSchemaMetadata',
  config: config(
    {
      'schema.name': c.string().optional().importance('high').doc('New name of the schema.'),
      'schema.version': c.int().optional().importance('high').doc('New version of the schema.'),
      ...replaceNullWithDefault,
    },
    {
      check: ({ schemaName, schemaVersion }) =>
        schemaName === undefined && schemaVersion === undefined
          ? [{ message: 'SetSchemaMetadata has nothing to set: give schema.name or schema.version' }]
          : [],
    },
  ),
  create: ({ schemaName, schemaVersion, replaceNullWithDefault: useDefault }, side) => {
    const renamed = perSchema((schema): Schema => ({
      ...schema,
      ...(schemaName === undefined ? {} : { name: schemaName }),
      ...(schemaVersion === undefined ? {} : { version: schemaVersion }),
    }));
    return (record) => {
      const schema = schemaOn(record, side);
      const value = valueOn(record, side);
      if (schema === undefined && value === null) return record;
      if (schema === undefined) throw new DataError(`SetSchemaMetadata: a ${side} has no schema`);
      const isFilled = schema.type === 'struct' && value !== null && useDefault;
      return withData(record, side, renamed(schema), isFilled ? filled(value, schema) : value);
    };
  },
});

function filled(value: unknown, schema: Schema): unknown {
  const struct = structOf(value, 'SetSchemaMetadata');
  return structBy(schema.fields ?? [], (name) => {
    const field = fieldNamed(schema, name);
    return field === undefined ? null : fieldValue(struct, name, field.schema, true);
  });
}
