/** Transforms that take fields out, put them in, or give them other names. */
import { c, config, s, type Field, type Schema } from '@millrace/connect-api';

import { DataError } from '../converters/data-error.ts';
import { fieldNamed, fieldOf, setField } from '../converters/schema-fields.ts';
import { fieldPath, schemaAt, valueAt } from './field-path.ts';
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

export const extractFieldTransforms = transformPair({
  name: 'ExtractField',
  config: config(
    {
      field: c.string().doc('The field whose value becomes the whole key or value.'),
      'field.syntax.version': c
        .oneOf('V1', 'V2')
        .default('V1')
        .importance('high')
        .doc(
          'V1: field is the name of a field of the outermost level. V2: it is a path of names with dots between them; a name that has dots ' +
            'itself stands in backticks.',
        ),
      ...replaceNullWithDefault,
    },
    {
      check: ({ field, fieldSyntaxVersion }) => {
        fieldPath(field, fieldSyntaxVersion);
        return [];
      },
    },
  ),
  create: ({ field, fieldSyntaxVersion, replaceNullWithDefault: useDefault }, side) => {
    const path = fieldPath(field, fieldSyntaxVersion);
    const innerSchema = perSchema((schema) => {
      const inner = schemaAt(schema, path);
      if (inner === undefined) throw new DataError(`ExtractField: there is no field ${field} in the schema`);
      return inner;
    });
    return (record) => {
      const schema = schemaOn(record, side);
      const value = valueOn(record, side);
      return withData(record, side, schema && innerSchema(schema), valueAt(value, schema, path, useDefault));
    };
  },
});

export const hoistFieldTransforms = transformPair({
  name: 'HoistField',
  config: config({
    field: c.string().doc('Name of the only field of the struct or map in which the key or value is put.'),
  }),
  create: ({ field }, side) => {
    const outerSchema = perSchema((schema) => s.struct([{ name: field, schema }]));
    return (record) => {
      const schema = schemaOn(record, side);
      const value = structBy([{ name: field }], () => valueOn(record, side));
      return withData(record, side, schema && outerSchema(schema), value);
    };
  },
});

export const valueToKeyTransform = transform({
  name: 'ValueToKey',
  config: config({
    fields: c.list().nonEmpty().importance('high').doc('Fields of the value that make the key, in this order.'),
    ...replaceNullWithDefault,
  }),
  create: ({ fields, replaceNullWithDefault: useDefault }) => {
    const keySchema = perSchema((schema) =>
      s.struct(
        fields.map((name): Field => {
          const field = fieldNamed(schema, name);
          if (field === undefined)
            throw new DataError(`ValueToKey: there is no field ${name} in the schema of the value`);
          return field;
        }),
      ),
    );
    const names = fields.map((name) => ({ name }));
    return (record) => {
      const schema = record.valueSchema;
      const struct = structOf(valueOn(record, 'value'), 'ValueToKey');
      if (schema === undefined) {
        return withData(
          record,
          'key',
          undefined,
          structBy(names, (name) => fieldOf(struct, name) ?? null),
        );
      }
      const key = structBy(names, (name) => {
        const field = fieldNamed(schema, name);
        return field === undefined ? null : fieldValue(struct, name, field.schema, useDefault);
      });
      return withData(record, 'key', keySchema(schema), key);
    };
  },
});

export const replaceFieldTransforms = transformPair({
  name: 'ReplaceField',
  config: config({
    exclude: c.list().default('').doc('Fields to leave out. Goes before include.'),
    include: c.list().default('').doc('Fields to keep; when set, no others are kept.'),
    renames: c.list().default('').transform(renamesOf).doc('Other names of fields, as old:new,old2:new2.'),
    ...replaceNullWithDefault,
  }),
  create: ({ exclude, include, renames, replaceNullWithDefault: useDefault }, side) => {
    const left = new Set(exclude);
    const kept = new Set(include);
    const isKept = (name: string) => !left.has(name) && (kept.size === 0 || kept.has(name));
    const plan = perSchema((schema) => {
      const fields = (schema.fields ?? []).filter(({ name }) => isKept(name));
      const renamed = fields.map((field) => ({ name: renames.get(field.name) ?? field.name, schema: field.schema }));
      return { fields, renamed, schema: s.struct(distinct(renamed, 'ReplaceField'), basicsOf(schema)) };
    });
    return (record) => {
      const value = valueOn(record, side);
      if (value === null) return record;
      const struct = structOf(value, 'ReplaceField');
      const schema = schemaOn(record, side);
      const result: Record<string, unknown> = {};
      if (schema === undefined) {
        for (const [name, item] of Object.entries(struct)) {
          if (!isKept(name)) continue;
          const renamed = renames.get(name) ?? name;
          if (Object.hasOwn(result, renamed))
            throw new DataError(`ReplaceField would make two fields named ${renamed}`);
          setField(result, renamed, item);
        }
        return withData(record, side, undefined, result);
      }
      const { fields, renamed, schema: resultSchema } = plan(schema);
      for (const [index, field] of fields.entries()) {
        setField(result, renamed[index]?.name ?? '', fieldValue(struct, field.name, field.schema, useDefault));
      }
      return withData(record, side, resultSchema, result);
    };
  },
});

function renamesOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    pairs.map((pair) => {
      const [from, to, ...others] = pair.split(':');
      if (from === undefined || to === undefined || others.length > 0)
        throw new DataError(`${pair} is not of the form old:new`);
      return [from, to];
    }),
  );
}

/** Two fields of the same name would lose one of them. */
export function distinct(fields: readonly Field[], transformName: string): readonly Field[] {
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name)) throw new DataError(`${transformName} would make two fields named ${name}`);
    seen.add(name);
  }
  return fields;
}

export const flattenTransforms = transformPair({
  name: 'Flatten',
  config: config({
    delimiter: c.string().default('.').doc('Stands between the names of fields that become one name.'),
  }),
  create: ({ delimiter }, side) => {
    const plan = perSchema((schema) => {
      const fields = [...flatFields(schema, '', delimiter, schema.optional, schema.default)];
      return { fields, schema: s.struct(distinct(fields, 'Flatten'), basicsOf(schema)) };
    });
    return (record) => {
      const value = valueOn(record, side);
      if (value === null) return record;
      const struct = structOf(value, 'Flatten');
      const schema = schemaOn(record, side);
      if (schema === undefined) {
        return withData(record, side, undefined, Object.fromEntries(flatEntries(struct, '', delimiter)));
      }
      const { fields, schema: flatSchema } = plan(schema);
      const flat = structBy(fields, () => null);
      fillFlat(flat, struct, schema, '', delimiter);
      return withData(record, side, flatSchema, flat);
    };
  },
});

function* flatFields(
  schema: Schema,
  prefix: string,
  delimiter: string,
  isOptional: boolean,
  parentDefault: unknown,
): Iterable<Field> {
  for (const { name, schema: field } of schema.fields ?? []) {
    const fallback =
      field.default ??
      (parentDefault === undefined || parentDefault === null ? undefined : fieldOf(parentDefault, name)) ??
      undefined;
    const optional = isOptional || field.optional;
    if (field.type === 'struct') {
      yield* flatFields(field, prefix + name + delimiter, delimiter, optional, fallback);
    } else if (field.type === 'map') {
      throw new DataError(`Flatten cannot flatten the map ${prefix}${name}, as its schema does not name its keys`);
    } else {
      const { default: _, ...plain } = field;
      yield {
        name: prefix + name,
        schema: { ...plain, optional, ...(fallback === undefined ? {} : { default: fallback }) },
      };
    }
  }
}

function fillFlat(
  flat: Record<string, unknown>,
  struct: object,
  schema: Schema,
  prefix: string,
  delimiter: string,
): void {
  for (const { name, schema: field } of schema.fields ?? []) {
    const value = fieldOf(struct, name) ?? field.default ?? null;
    if (field.type !== 'struct') setField(flat, prefix + name, value);
    else if (value !== null) fillFlat(flat, structOf(value, 'Flatten'), field, prefix + name + delimiter, delimiter);
  }
}

function* flatEntries(struct: object, prefix: string, delimiter: string): Iterable<readonly [string, unknown]> {
  for (const [name, value] of Object.entries(struct)) {
    const isObject =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
    if (isObject) yield* flatEntries(structOf(value, 'Flatten'), prefix + name + delimiter, delimiter);
    else yield [prefix + name, value];
  }
}
