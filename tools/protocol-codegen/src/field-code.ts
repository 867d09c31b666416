/** Expressions about one field that several printers share: conditions on the version, defaults, minimal sizes. */
import type { Emitter } from './emitter.ts';
import type { ElementType, Field, FieldType, Message, Primitive, Struct } from './schema.ts';
import { covers, intersect, isEmpty } from './version-range.ts';
import type { VersionRange } from './version-range.ts';

/** How lengths are written: always classic, always compact, or decided by `flexible` at run time. */
export type LengthStyle = 'classic' | 'compact' | 'mixed';

const NAMES_TAKEN = new Set(
  (
    'break case catch class const continue debugger default delete do else export extends false finally for function if ' +
    'import in instanceof new null return super switch this throw true try typeof var void while with yield let static ' +
    'enum await implements package protected interface private public arguments eval undefined ' +
    'r w v m n i e u s flexible count items element unknownTaggedFields tag tagCount end'
  ).split(' '),
);

/** Local variable for a field: its name, unless the language or the generated code uses that word. */
export function localName(field: Field): string {
  return NAMES_TAKEN.has(field.name) ? `${field.name}Field` : field.name;
}

/** Versions in which this field of this struct is on the wire. */
export function presence(struct: Struct, field: Field): VersionRange {
  return intersect(field.versions, struct.reach);
}

/** Condition under which `v` lies in `range`, given that it lies in `within`; null when it always does. */
export function versionCondition(range: VersionRange, within: VersionRange): string | null {
  if (covers(range, within)) return null;
  if (isEmpty(intersect(range, within))) return 'false';
  const isInside = range.from > within.from && range.to < within.to;
  if (isInside && range.from === range.to) return `v === ${range.from}`;
  const parts: string[] = [];
  if (range.from > within.from) parts.push(`v >= ${range.from}`);
  if (range.to < within.to) parts.push(`v <= ${range.to}`);
  return parts.join(' && ');
}

/** Condition under which a nullable field that is on the wire may not be null; null when it always may. */
export function notNullCondition(struct: Struct, field: Field): string | null {
  const within = presence(struct, field);
  if (isEmpty(intersect(field.nullable, within))) return 'true';
  const condition = versionCondition(field.nullable, within);
  return condition === null ? null : `!(${condition})`;
}

export function lengthStyle(message: Message, range: VersionRange, field?: Field): LengthStyle {
  if (field?.neverCompact === true || isEmpty(intersect(message.flexible, range))) return 'classic';
  return covers(message.flexible, range) ? 'compact' : 'mixed';
}

/** Picks a name by length style: `choose('mixed', 'r.compactString()', 'r.string()')`. */
export function choose(style: LengthStyle, compact: string, classic: string): string {
  if (style === 'mixed') return `flexible ? ${compact} : ${classic}`;
  return style === 'compact' ? compact : classic;
}

export function isNullable(field: Field): boolean {
  return !isEmpty(field.nullable);
}

export function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Part of a method name: `string` → `String`, as in `compactString`. */
export function methodSuffix(primitive: Primitive): string {
  return capitalize(primitive);
}

export function isFixedSize(primitive: Primitive): boolean {
  return FIXED_SIZES[primitive] !== undefined;
}

export const FIXED_SIZES: Partial<Record<Primitive, number>> = {
  boolean: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
};

export function typeScriptType(emitter: Emitter, type: FieldType): string {
  if (type.kind === 'struct') return type.struct.typeName;
  if (type.kind === 'array') return `readonly ${typeScriptType(emitter, type.element)}[]`;
  switch (type.primitive) {
    case 'boolean':
      return 'boolean';
    case 'int64':
      return 'bigint';
    case 'uuid':
    case 'string':
      return 'string';
    case 'bytes':
      return 'Buffer';
    case 'records':
      return emitter.useType('RecordsField');
    default:
      return 'number';
  }
}

/** Type of the field in its interface. */
export function fieldType(emitter: Emitter, field: Field): string {
  const type = typeScriptType(emitter, field.type);
  const hasNull = field.type.kind === 'primitive' && field.type.primitive === 'records';
  return isNullable(field) && !hasNull ? `${type} | null` : type;
}

export function defaultExpression(emitter: Emitter, field: Field): string {
  const { type } = field;
  switch (field.default.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(field.default.value);
    case 'number':
      return type.kind === 'primitive' && type.primitive === 'int64' ? `${field.default.value}n` : field.default.value;
    case 'natural':
      break;
  }
  if (type.kind === 'array') return '[]';
  if (type.kind === 'struct') return `create${type.struct.typeName}()`;
  switch (type.primitive) {
    case 'boolean':
      return 'false';
    case 'int64':
      return '0n';
    case 'uuid':
      return emitter.use('ZERO_UUID');
    case 'string':
      return "''";
    case 'bytes':
      return emitter.use('EMPTY_BYTES');
    case 'records':
      return 'null';
    default:
      return '0';
  }
}

/** Condition that tells a value from the field's default. */
export function nonDefaultCondition(emitter: Emitter, field: Field, value: string): string {
  if (field.default.kind === 'null') return `${value} !== null`;
  const { type } = field;
  const orNull = isNullable(field) ? `${value} === null || ` : '';
  if (type.kind === 'array' || (type.kind === 'primitive' && type.primitive === 'bytes')) {
    return `${orNull}${value}.length !== 0`;
  }
  if (type.kind === 'struct') return `${orNull}!isDefault${type.struct.typeName}(${value})`;
  return `${value} !== ${defaultExpression(emitter, field)}`;
}

/** Fewest bytes that one element of an array takes in any version; at least 1, so that counts stay bounded. */
export function elementSizeMin(message: Message, element: ElementType, range: VersionRange): number {
  let size = Infinity;
  for (let version = range.from; version <= range.to; version++) {
    size = Math.min(size, sizeMin(message, element, version));
  }
  return Math.max(1, size);
}

function sizeMin(message: Message, type: FieldType, version: number, field?: Field): number {
  const compact = version >= message.flexible.from && version <= message.flexible.to && field?.neverCompact !== true;
  if (field !== undefined && type.kind === 'struct' && isNullable(field)) return 1;
  if (type.kind === 'array') return compact ? 1 : 4;
  if (type.kind === 'primitive') {
    const fixed = FIXED_SIZES[type.primitive];
    if (fixed !== undefined) return fixed;
    if (compact) return 1;
    return type.primitive === 'string' ? 2 : 4;
  }
  let size = compact ? 1 : 0;
  for (const member of type.struct.fields) {
    if (member.tag !== null || version < member.versions.from || version > member.versions.to) continue;
    size += sizeMin(message, member.type, version, member);
  }
  return size;
}
