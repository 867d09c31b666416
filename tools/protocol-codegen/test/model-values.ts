/** Values for messages straight from the model: what the tests expect of generated code, worked out another way. */
import fc from 'fast-check';

import { FIXED_SIZES } from '../src/field-code.ts';
import type { ElementType, Field, FieldType, Message, Primitive, Struct } from '../src/schema.ts';
import type { VersionRange } from '../src/version-range.ts';

export type Value =
  string | number | bigint | boolean | null | Uint8Array | readonly Value[] | { readonly [field: string]: Value };
export interface StructValue {
  [field: string]: Value;
}

export function has(range: VersionRange, version: number): boolean {
  return version >= range.from && version <= range.to;
}

export function defaultValue(field: Field): Value {
  switch (field.default.kind) {
    case 'null':
      return null;
    case 'boolean':
      return field.default.value;
    case 'number':
      return isInt64(field.type) ? BigInt(field.default.value) : Number(field.default.value);
    case 'natural':
      return naturalValue(field.type);
  }
}

function isInt64(type: FieldType): boolean {
  return type.kind === 'primitive' && type.primitive === 'int64';
}

function naturalValue(type: FieldType): Value {
  if (type.kind === 'array') return [];
  if (type.kind === 'struct') {
    return Object.fromEntries(type.struct.fields.map((field) => [field.name, defaultValue(field)]));
  }
  if (type.primitive === 'boolean') return false;
  if (type.primitive === 'int64') return 0n;
  if (type.primitive === 'uuid') return 'A'.repeat(22);
  if (type.primitive === 'string') return '';
  if (type.primitive === 'bytes') return Buffer.alloc(0);
  return type.primitive === 'records' ? null : 0;
}

/** A value that differs from the field's default, never null. */
export function otherValue(field: Field): Value {
  const value = exampleValue(field.type);
  return value === defaultValue(field) ? exampleValue(field.type, 1) : value;
}

function exampleValue(type: FieldType, salt = 0): Value {
  if (type.kind === 'array') return [exampleValue(type.element, salt)];
  if (type.kind === 'struct') {
    const fields = type.struct.fields.map((field) => [field.name, exampleValue(field.type, salt)]);
    return Object.fromEntries(fields) as StructValue;
  }
  if (type.primitive === 'boolean') return salt === 0;
  if (type.primitive === 'int64') return BigInt(7 + salt);
  if (type.primitive === 'uuid') return 'B'.repeat(21) + 'A';
  if (type.primitive === 'string') return `text ${salt}`;
  return FIXED_SIZES[type.primitive] === undefined ? Buffer.from('bytes') : 7 + salt;
}

export type Override = (struct: Struct, field: Field) => Value | undefined;

/** A message in which every array holds one element and no struct is null, so that every struct of the version occurs. */
export function fullValue(struct: Struct, version: number, override: Override): StructValue {
  const value: StructValue = {};
  for (const field of struct.fields) {
    const given = override(struct, field);
    if (given !== undefined) value[field.name] = given;
    else if (!has(field.versions, version)) value[field.name] = defaultValue(field);
    else if (field.type.kind === 'struct') value[field.name] = fullValue(field.type.struct, version, override);
    else if (field.type.kind === 'array' && field.type.element.kind === 'struct') {
      value[field.name] = [fullValue(field.type.element.struct, version, override)];
    } else value[field.name] = isRecords(field) ? Buffer.from('batch') : naturalValue(field.type);
  }
  return value;
}

export function isRecords(field: Field): boolean {
  return field.type.kind === 'primitive' && field.type.primitive === 'records';
}

const INTEGERS: Partial<Record<Primitive, readonly [number, number]>> = {
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

/** Random messages of one version: absent fields at their default, tagged fields now and then. */
export function messages(message: Message, version: number): fc.Arbitrary<StructValue> {
  return structs(message, message.structs[0] as Struct, version);
}

function structs(message: Message, struct: Struct, version: number): fc.Arbitrary<StructValue> {
  const members: Record<string, fc.Arbitrary<Value>> = {};
  for (const field of struct.fields) {
    members[field.name] = has(field.versions, version)
      ? values(message, field, version)
      : fc.constant(defaultValue(field));
  }
  const fields = fc.record(members, { noNullPrototype: true }) as fc.Arbitrary<StructValue>;
  if (!has(message.flexible, version)) return fields;
  return fc.tuple(fields, fc.option(unknownTags(), { freq: 8, nil: undefined })).map(([value, tags]) => {
    return tags === undefined ? value : { ...value, unknownTaggedFields: tags };
  });
}

/** One to three tags above all known ones, rising. */
function unknownTags(): fc.Arbitrary<Value> {
  const data = fc.uint8Array({ maxLength: 5 }).map(toBuffer);
  const tag = fc.record({ tag: fc.integer({ min: 10, max: 2 ** 31 }), data }, { noNullPrototype: true });
  return fc
    .uniqueArray(tag, { minLength: 1, maxLength: 3, selector: (field) => field.tag })
    .map((tags) => tags.toSorted((a, b) => a.tag - b.tag));
}

function values(message: Message, field: Field, version: number): fc.Arbitrary<Value> {
  const value = typeValues(message, field.type, version);
  return has(field.nullable, version) ? fc.option(value, { freq: 4, nil: null }) : value;
}

function typeValues(message: Message, type: FieldType, version: number): fc.Arbitrary<Value> {
  if (type.kind === 'array') return fc.array(elementValues(message, type.element, version), { maxLength: 3 });
  return elementValues(message, type, version);
}

function elementValues(message: Message, type: ElementType, version: number): fc.Arbitrary<Value> {
  if (type.kind === 'struct') return structs(message, type.struct, version);
  const bounds = INTEGERS[type.primitive];
  if (bounds !== undefined) return fc.integer({ min: bounds[0], max: bounds[1] });
  switch (type.primitive) {
    case 'boolean':
      return fc.boolean();
    case 'int64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'float64':
      return fc.double({ noNaN: true });
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => toBuffer(bytes).toString('base64url'));
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 60 });
    default:
      return fc.uint8Array({ maxLength: 20 }).map(toBuffer);
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}
