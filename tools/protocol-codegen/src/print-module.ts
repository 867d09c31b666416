/** One schema file → one module: types, codecs and what they need, in the order of the schema. */
import { Emitter } from './emitter.ts';
import { printDecode } from './print-decode.ts';
import { printEncode } from './print-encode.ts';
import { printOutOfLine, printSize, structsWithRecords } from './print-size.ts';
import { printTypes } from './print-types.ts';
import type { Message, SchemaFile } from './schema.ts';
import { isEmpty } from './version-range.ts';

/** What generated modules of one root have in common. */
export interface RootContext {
  /** Nx project whose `generate` target makes the files. */
  readonly project: string;
  /** Module specifier under which generated code imports a name of the root: Reader, sizeOfString, … */
  specifier(name: string): string;
}

/** First line of every generated file. */
export function generatedBy(source: string, root: RootContext): string {
  return `// Generated from schemas/${source} by tools/protocol-codegen. Do not edit; run "nx run ${root.project}:generate".`;
}

export function printModule(file: SchemaFile, root: RootContext): string {
  const body = new Emitter();
  body.useType('Reader');
  body.useType('Writer');
  body.useType('MessageCodec');
  body.use('checkVersion');
  for (const message of file.messages) printMessage(body, message);
  const head = new Emitter();
  head.line(generatedBy(`${file.name}.kschema`, root));
  printImports(head, body, root);
  head.line();
  return `${head.toString()}${body.toString().trimEnd()}\n`;
}

function printImports(head: Emitter, body: Emitter, root: RootContext): void {
  const bySpecifier = new Map<string, { values: string[]; types: string[] }>();
  const entry = (name: string): { values: string[]; types: string[] } => {
    const specifier = root.specifier(name);
    const known = bySpecifier.get(specifier) ?? { values: [], types: [] };
    bySpecifier.set(specifier, known);
    return known;
  };
  for (const name of body.valueNames) entry(name).values.push(name);
  for (const name of body.typeNames) entry(name).types.push(name);
  for (const specifier of [...bySpecifier.keys()].sort(packagesFirst)) {
    const { values, types } = entryOf(bySpecifier, specifier);
    if (types.length > 0) head.line(`import type { ${types.join(', ')} } from '${specifier}';`);
    if (values.length > 0) head.line(`import { ${values.join(', ')} } from '${specifier}';`);
  }
}

function packagesFirst(a: string, b: string): number {
  const rank = (specifier: string): number => (specifier.startsWith('.') ? 1 : 0);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function entryOf<T>(map: ReadonlyMap<string, T>, key: string): T {
  const value = map.get(key);
  if (value === undefined) throw new Error(`no entry ${key}`);
  return value;
}

function printMessage(emitter: Emitter, message: Message): void {
  printTypes(emitter, message);
  const withRecords = structsWithRecords(message);
  // Inner structs first reads better for functions, but hoisting makes the order free: keep the schema's.
  for (const struct of message.structs) {
    printSize(emitter, message, struct);
    if (withRecords.has(struct)) printOutOfLine(emitter, struct, withRecords);
    printEncode(emitter, message, struct);
    printDecode(emitter, message, struct);
  }
  printCodec(emitter, message, withRecords.size > 0);
}

/** Name of a message's codec: `FetchRequest` → `fetchRequest`. */
export function codecName(messageName: string): string {
  return messageName.charAt(0).toLowerCase() + messageName.slice(1);
}

function printCodec(emitter: Emitter, message: Message, hasRecords: boolean): void {
  const { name } = message;
  const codec = codecName(name);
  if (message.doc !== '') emitter.line(`/** ${message.doc} */`);
  emitter.block(
    `export const ${codec}: MessageCodec<${name}> =`,
    () => {
      emitter.line(`name: '${name}',`);
      emitter.line(`kind: '${message.kind}',`);
      emitter.line(`apiKey: ${message.apiKey},`);
      emitter.line(`minVersion: ${message.versions.from},`);
      emitter.line(`maxVersion: ${message.versions.to},`);
      emitter.line(`flexibleFrom: ${isEmpty(message.flexible) ? 'Infinity' : message.flexible.from},`);
      emitter.line(`latestVersionUnstable: ${message.latestVersionUnstable},`);
      printMethod(emitter, codec, 'size(message, version)', `return size${name}(message, version);`);
      if (hasRecords) {
        printMethod(emitter, codec, 'outOfLineSize(message, version)', `return outOfLine${name}(message, version);`);
      } else {
        emitter.block('outOfLineSize()', () => emitter.line('return 0;'), '},');
      }
      printMethod(emitter, codec, 'encode(writer, message, version)', `encode${name}(writer, message, version);`);
      printMethod(emitter, codec, 'decode(reader, version)', `return decode${name}(reader, version);`);
    },
    '};',
  );
  emitter.line();
}

function printMethod(emitter: Emitter, codec: string, head: string, statement: string): void {
  emitter.block(
    head,
    () => {
      emitter.line(`checkVersion(${codec}, version);`);
      emitter.line(statement);
    },
    '},',
  );
}
