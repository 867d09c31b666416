/**
 * Syntax tree → model: resolves type names, checks what must hold between fields, and works out in which versions each
 * struct can occur. A schema that passes cannot make the printers fail.
 */
import type { FieldNode, MessageNode, StructNode } from './parse-schema.ts';
import { SchemaError, PRIMITIVES } from './schema.ts';
import type { DefaultValue, ElementType, Field, FieldType, Message, MessageKind, Primitive, Struct } from './schema.ts';
import { covers, hull, intersect, isEmpty, NO_VERSIONS, parseVersionRange } from './version-range.ts';
import type { VersionRange } from './version-range.ts';

interface Context {
  readonly file: string;
  readonly message: MessageNode;
  readonly versions: VersionRange;
  readonly flexible: VersionRange;
  readonly structs: Map<string, Struct>;
  /** Structs whose fields are being resolved, outermost first. */
  readonly open: string[];
  readonly shared: ReadonlyMap<string, StructNode>;
}

const NUMBER_BOUNDS: Partial<Record<Primitive, readonly [bigint, bigint]>> = {
  int8: [-(2n ** 7n), 2n ** 7n - 1n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};
const NULLABLE_PRIMITIVES = new Set<Primitive>(['string', 'bytes', 'records']);

export function resolveMessage(file: string, node: MessageNode): Message {
  const versions = rangeAttribute(file, node, 'versions');
  if (isEmpty(versions) || versions.to === Infinity) {
    throw new SchemaError(file, node.line, `${node.name}: versions need a first and a last, such as 0-3`);
  }
  const flexible = intersect(rangeAttribute(file, node, 'flexible'), versions);
  if (!isEmpty(flexible) && flexible.to !== versions.to) {
    throw new SchemaError(file, node.line, `${node.name}: once flexible, later versions stay flexible`);
  }
  const shared = new Map<string, StructNode>();
  for (const struct of node.structs) {
    if (shared.has(struct.name)) throw new SchemaError(file, struct.line, `struct ${struct.name} is defined twice`);
    shared.set(struct.name, struct);
  }
  const context: Context = { file, message: node, versions, flexible, structs: new Map(), open: [], shared };
  const root: Struct = {
    name: node.name,
    typeName: node.name,
    doc: node.doc,
    fields: resolveFields(context, node.fields),
    reach: versions,
  };
  for (const struct of node.structs) {
    if (!context.structs.has(struct.name)) {
      throw new SchemaError(file, struct.line, `struct ${struct.name} is used by no field`);
    }
  }
  spreadReach(root);
  const structs = outsideIn(root);
  checkReach(file, node, structs);
  return {
    kind: node.kind as MessageKind,
    name: node.name,
    apiKey: apiKey(file, node),
    versions,
    flexible,
    latestVersionUnstable: node.attributes.has('unstable'),
    doc: node.doc,
    structs,
  };
}

function apiKey(file: string, node: MessageNode): number | null {
  const key = node.attributes.get('key');
  const needsKey = node.kind === 'request' || node.kind === 'response';
  if (needsKey !== (key !== undefined)) {
    throw new SchemaError(file, node.line, `${node.name}: requests and responses have a key, others have none`);
  }
  if (key === undefined) return null;
  if (!/^\d{1,5}$/.test(key)) throw new SchemaError(file, node.line, `${node.name}: key "${key}" is no number`);
  return Number(key);
}

function rangeAttribute(file: string, node: MessageNode, name: string): VersionRange {
  const text = node.attributes.get(name);
  const range = text === undefined ? undefined : parseVersionRange(text);
  if (range === undefined) throw new SchemaError(file, node.line, `${node.name}: ${name}=… is missing or malformed`);
  return range;
}

function resolveFields(context: Context, nodes: readonly FieldNode[]): Field[] {
  const fields = nodes.map((node) => resolveField(context, node));
  const names = new Set<string>();
  const tags = new Set<number>();
  fields.forEach((field, index) => {
    const line = (nodes[index] as FieldNode).line;
    if (names.has(field.name)) throw new SchemaError(context.file, line, `field ${field.name} is defined twice`);
    names.add(field.name);
    if (field.tag === null) return;
    if (tags.has(field.tag)) throw new SchemaError(context.file, line, `tag ${field.tag} is given twice`);
    tags.add(field.tag);
  });
  return fields;
}

function resolveField(context: Context, node: FieldNode): Field {
  const { file } = context;
  const versions = parseVersionRange(node.versions);
  if (versions === undefined) {
    throw new SchemaError(file, node.line, `field ${node.name}: "${node.versions}" is no version range`);
  }
  if (isEmpty(intersect(versions, context.versions))) {
    throw new SchemaError(file, node.line, `field ${node.name}: the message has none of the versions ${node.versions}`);
  }
  const type = resolveType(context, node);
  const nullable = resolveNullable(context, node, type, versions);
  const tag = resolveTag(context, node, versions);
  if (tag !== null && type.kind === 'struct' && !isEmpty(nullable)) {
    throw new SchemaError(file, node.line, `field ${node.name}: a tagged struct cannot be nullable; leave the tag out`);
  }
  const flexible = node.attributes.get('flexible');
  if (flexible !== undefined && flexible !== 'none') {
    throw new SchemaError(file, node.line, `field ${node.name}: only flexible=none is known`);
  }
  return {
    name: node.name,
    type,
    versions,
    nullable,
    default: resolveDefault(context, node, type, nullable),
    tag,
    ignorable: node.attributes.has('ignorable'),
    neverCompact: flexible === 'none',
    doc: node.doc,
  };
}

function resolveNullable(context: Context, node: FieldNode, type: FieldType, versions: VersionRange): VersionRange {
  const { file } = context;
  const text = node.attributes.get('null');
  if (text === undefined && !node.isNullable) return NO_VERSIONS;
  if (text !== undefined && node.isNullable) {
    throw new SchemaError(file, node.line, `field ${node.name}: use either "?" or null=…, not both`);
  }
  if (type.kind === 'primitive' && !NULLABLE_PRIMITIVES.has(type.primitive)) {
    throw new SchemaError(file, node.line, `field ${node.name}: ${type.primitive} cannot be null`);
  }
  const range = text === undefined ? versions : parseVersionRange(text);
  if (range === undefined) throw new SchemaError(file, node.line, `field ${node.name}: null=${text} is no range`);
  const nullable = intersect(intersect(range, versions), context.versions);
  if (isEmpty(nullable)) {
    throw new SchemaError(file, node.line, `field ${node.name}: it is null in none of its versions`);
  }
  return nullable;
}

function resolveTag(context: Context, node: FieldNode, versions: VersionRange): number | null {
  const text = node.attributes.get('tag');
  if (text === undefined) return null;
  if (!/^\d{1,4}$/.test(text)) throw new SchemaError(context.file, node.line, `field ${node.name}: tag "${text}"?`);
  if (!covers(context.flexible, intersect(versions, context.versions))) {
    throw new SchemaError(context.file, node.line, `field ${node.name}: only flexible versions have tags`);
  }
  return Number(text);
}

function resolveType(context: Context, node: FieldNode): FieldType {
  const element = resolveElement(context, node);
  if (!node.isArray) return element;
  if (element.kind === 'primitive' && element.primitive === 'records') {
    throw new SchemaError(context.file, node.line, `field ${node.name}: arrays of records do not exist`);
  }
  return { kind: 'array', element };
}

function resolveElement(context: Context, node: FieldNode): ElementType {
  const { file, structs, shared, open } = context;
  const primitive = PRIMITIVES.find((name) => name === node.typeName);
  if (primitive !== undefined) {
    if (node.fields.length > 0) {
      throw new SchemaError(file, node.line, `field ${node.name}: ${primitive} has no fields`);
    }
    return { kind: 'primitive', primitive };
  }
  if (open.includes(node.typeName)) {
    throw new SchemaError(file, node.line, `struct ${node.typeName} contains itself; the wire format has no recursion`);
  }
  const known = structs.get(node.typeName);
  if (node.fields.length > 0) {
    if (known !== undefined || shared.has(node.typeName)) {
      throw new SchemaError(file, node.line, `struct ${node.typeName} is defined twice`);
    }
    const doc = node.isArray ? `Entry of \`${node.name}\`.` : node.doc;
    return { kind: 'struct', struct: resolveStruct(context, node.typeName, doc, node.fields) };
  }
  if (known !== undefined) return { kind: 'struct', struct: known };
  const definition = shared.get(node.typeName);
  if (definition === undefined) {
    throw new SchemaError(file, node.line, `field ${node.name}: type ${node.typeName} is not defined`);
  }
  return { kind: 'struct', struct: resolveStruct(context, definition.name, definition.doc, definition.fields) };
}

function resolveStruct(context: Context, name: string, doc: string, nodes: readonly FieldNode[]): Struct {
  context.open.push(name);
  const struct: Struct = {
    name,
    typeName: structTypeName(context.message.name, name),
    doc,
    fields: resolveFields(context, nodes),
    reach: NO_VERSIONS,
  };
  context.open.pop();
  context.structs.set(name, struct);
  return struct;
}

/** A struct's public name is that of its message and its own; a message name that it already starts with is not doubled. */
export function structTypeName(message: string, struct: string): string {
  return struct.startsWith(message) ? struct : message + struct;
}

function resolveDefault(context: Context, node: FieldNode, type: FieldType, nullable: VersionRange): DefaultValue {
  const { file } = context;
  const text = node.attributes.get('default');
  if (type.kind === 'primitive' && type.primitive === 'records') return { kind: 'null' };
  if (text === undefined) return { kind: 'natural' };
  if (text === 'null') {
    if (isEmpty(nullable)) throw new SchemaError(file, node.line, `field ${node.name}: default=null but never null`);
    return { kind: 'null' };
  }
  if (type.kind !== 'primitive') throw new SchemaError(file, node.line, `field ${node.name}: default may only be null`);
  if (type.primitive === 'boolean' && (text === 'true' || text === 'false')) {
    return { kind: 'boolean', value: text === 'true' };
  }
  const bounds = NUMBER_BOUNDS[type.primitive];
  if (bounds === undefined || !/^-?\d+$/.test(text) || BigInt(text) < bounds[0] || BigInt(text) > bounds[1]) {
    throw new SchemaError(file, node.line, `field ${node.name}: "${text}" is no default for ${type.primitive}`);
  }
  return { kind: 'number', value: text };
}

/** Structs know in which versions something refers to them, so that generated code asks no question with one answer. */
function spreadReach(struct: Struct): void {
  for (const field of struct.fields) {
    const element = field.type.kind === 'array' ? field.type.element : field.type;
    if (element.kind !== 'struct') continue;
    const range = intersect(field.versions, struct.reach);
    element.struct.reach = hull(element.struct.reach, range);
    spreadReach(element.struct);
  }
}

/** Every struct once, each before those that only it refers to. */
function outsideIn(root: Struct): Struct[] {
  const found = new Set<Struct>([root]);
  for (const struct of found) {
    for (const { type } of struct.fields) {
      const element = type.kind === 'array' ? type.element : type;
      if (element.kind === 'struct') found.add(element.struct);
    }
  }
  return [...found];
}

function checkReach(file: string, node: MessageNode, structs: readonly Struct[]): void {
  for (const struct of structs) {
    for (const field of struct.fields) {
      if (isEmpty(intersect(field.versions, struct.reach))) {
        throw new SchemaError(
          file,
          node.line,
          `${struct.typeName}.${field.name} can occur in no version of ${node.name}`,
        );
      }
    }
  }
}
