/**
 * Text of a schema file → syntax tree. Knows the notation (grammar in ../README.md), not what the words mean together;
 * that is resolve-schema.ts.
 */
import { SchemaError } from './schema.ts';

export interface MessageNode {
  readonly kind: string;
  readonly name: string;
  readonly attributes: Attributes;
  readonly doc: string;
  readonly line: number;
  readonly fields: readonly FieldNode[];
  readonly structs: readonly StructNode[];
}

export interface StructNode {
  readonly name: string;
  readonly doc: string;
  readonly line: number;
  readonly fields: readonly FieldNode[];
}

export interface FieldNode {
  readonly name: string;
  readonly isArray: boolean;
  readonly typeName: string;
  readonly isNullable: boolean;
  readonly versions: string;
  readonly attributes: Attributes;
  readonly doc: string;
  readonly line: number;
  /** Fields of the struct that this field introduces; empty when it names a type. */
  readonly fields: readonly FieldNode[];
}

/** `word` and `word=value` attributes; a bare word has the value ''. */
export type Attributes = ReadonlyMap<string, string>;

interface Line {
  readonly number: number;
  readonly depth: number;
  readonly words: readonly string[];
  readonly doc: string;
}

const MESSAGE_KINDS = new Set(['request', 'response', 'header', 'data']);
const MESSAGE_ATTRIBUTES = new Set(['key', 'versions', 'flexible', 'unstable']);
const FIELD_ATTRIBUTES = new Set(['null', 'default', 'tag', 'ignorable', 'flexible']);
const TYPE_PATTERN = /^(\[\])?([A-Za-z][A-Za-z0-9]*)(\?)?$/;
const FIELD_NAME_PATTERN = /^[a-z][A-Za-z0-9]*$/;
const TYPE_NAME_PATTERN = /^[A-Z][A-Za-z0-9]*$/;
const NESTING_MAX = 16;

export function parseSchema(file: string, text: string): MessageNode[] {
  const lines = splitLines(file, text);
  const messages: MessageNode[] = [];
  let next = 0;
  while (next < lines.length) {
    const head = lines[next] as Line;
    if (head.depth !== 0) throw new SchemaError(file, head.number, 'expected a message at the start of the line');
    let end = next + 1;
    while (end < lines.length && (lines[end] as Line).depth > 0) end++;
    messages.push(parseMessage(file, head, lines.slice(next + 1, end)));
    next = end;
  }
  return messages;
}

function splitLines(file: string, text: string): Line[] {
  const lines: Line[] = [];
  text.split('\n').forEach((raw, index) => {
    const number = index + 1;
    if (raw.trim() === '' || raw.startsWith('#')) return;
    if (raw.includes('\t')) throw new SchemaError(file, number, 'tab found; indent with two spaces');
    const indent = raw.length - raw.trimStart().length;
    if (indent % 2 !== 0) throw new SchemaError(file, number, `indentation of ${indent} spaces; use two per level`);
    if (indent / 2 > NESTING_MAX) throw new SchemaError(file, number, `nesting deeper than ${NESTING_MAX} levels`);
    const slashes = raw.indexOf('//');
    const code = slashes < 0 ? raw : raw.slice(0, slashes);
    const words = code.trim().split(/\s+/);
    if (words[0] === '') throw new SchemaError(file, number, 'a description needs something to describe');
    lines.push({ number, depth: indent / 2, words, doc: slashes < 0 ? '' : raw.slice(slashes + 2).trim() });
  });
  return lines;
}

function parseMessage(file: string, head: Line, body: readonly Line[]): MessageNode {
  const [kind = '', name = '', ...rest] = head.words;
  if (!MESSAGE_KINDS.has(kind)) {
    throw new SchemaError(file, head.number, `"${kind}" is no message kind; use ${[...MESSAGE_KINDS].join(', ')}`);
  }
  if (!TYPE_NAME_PATTERN.test(name)) throw new SchemaError(file, head.number, `"${name}" is no message name`);
  const fields: FieldNode[] = [];
  const structs: StructNode[] = [];
  for (const { line, children } of groupByDepth(file, body, 1)) {
    if (line.words[0] === 'struct' && line.words.length === 2) structs.push(parseStruct(file, line, children));
    else fields.push(parseField(file, line, children));
  }
  const attributes = parseAttributes(file, head.number, rest, MESSAGE_ATTRIBUTES);
  return { kind, name, attributes, doc: head.doc, line: head.number, fields, structs };
}

function parseStruct(file: string, line: Line, children: readonly Line[]): StructNode {
  const name = line.words[1] ?? '';
  if (!TYPE_NAME_PATTERN.test(name)) throw new SchemaError(file, line.number, `"${name}" is no struct name`);
  return { name, doc: line.doc, line: line.number, fields: parseFields(file, children, line.depth + 1) };
}

function parseFields(file: string, lines: readonly Line[], depth: number): FieldNode[] {
  return groupByDepth(file, lines, depth).map(({ line, children }) => parseField(file, line, children));
}

function parseField(file: string, line: Line, children: readonly Line[]): FieldNode {
  const [name = '', type = '', versions, ...rest] = line.words;
  if (!FIELD_NAME_PATTERN.test(name)) throw new SchemaError(file, line.number, `"${name}" is no field name`);
  const match = TYPE_PATTERN.exec(type);
  if (match === null) throw new SchemaError(file, line.number, `field ${name}: "${type}" is no type`);
  if (versions === undefined) throw new SchemaError(file, line.number, `field ${name}: versions are missing`);
  return {
    name,
    isArray: match[1] !== undefined,
    typeName: match[2] as string,
    isNullable: match[3] !== undefined,
    versions,
    attributes: parseAttributes(file, line.number, rest, FIELD_ATTRIBUTES),
    doc: line.doc,
    line: line.number,
    fields: parseFields(file, children, line.depth + 1),
  };
}

function parseAttributes(file: string, line: number, words: readonly string[], known: ReadonlySet<string>): Attributes {
  const attributes = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    if (!known.has(name)) {
      throw new SchemaError(file, line, `unknown attribute "${name}"; known are ${[...known].join(', ')}`);
    }
    if (attributes.has(name)) throw new SchemaError(file, line, `attribute "${name}" is given twice`);
    attributes.set(name, equals < 0 ? '' : word.slice(equals + 1));
  }
  return attributes;
}

interface Group {
  readonly line: Line;
  readonly children: Line[];
}

/** Splits lines into those at `depth`, each with the deeper ones that follow it. */
function groupByDepth(file: string, lines: readonly Line[], depth: number): Group[] {
  const groups: Group[] = [];
  for (const line of lines) {
    if (line.depth === depth) {
      groups.push({ line, children: [] });
      continue;
    }
    const group = groups.at(-1);
    if (group === undefined) throw new SchemaError(file, line.number, 'line is indented too deeply');
    group.children.push(line);
  }
  return groups;
}
