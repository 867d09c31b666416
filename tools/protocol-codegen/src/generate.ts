/** A root (a package folder with `schemas/`) → the files that belong into its `src/generated/`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseSchema } from './parse-schema.ts';
import { parseErrorTable, printErrors } from './print-errors.ts';
import { printModule } from './print-module.ts';
import type { RootContext } from './print-module.ts';
import { printApiTable, printRegistry } from './print-registry.ts';
import { resolveMessage } from './resolve-schema.ts';
import { SchemaError } from './schema.ts';
import type { SchemaFile } from './schema.ts';

const RUNTIME_PACKAGE = '@millrace/protocol';
/** What it exports for generated code. */
const RUNTIME_EXPORT = `${RUNTIME_PACKAGE}/internal`;
/** Modules of the runtime package by the names that generated code uses; everything else is in sizes.ts. */
const RUNTIME_MODULES: Readonly<Record<string, string>> = {
  Reader: '../wire/reader.ts',
  Writer: '../wire/writer.ts',
  MessageCodec: '../wire/codec.ts',
  TaggedField: '../wire/codec.ts',
  RecordsField: '../wire/codec.ts',
  checkVersion: '../wire/codec.ts',
  nullField: '../wire/protocol-error.ts',
  unsupportedField: '../wire/protocol-error.ts',
};

export interface Difference {
  readonly file: string;
  readonly kind: 'missing' | 'stale' | 'orphaned';
}

export function readSchemas(root: string): SchemaFile[] {
  const folder = join(root, 'schemas');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.kschema'))
    .sort()
    .map((file) => loadSchema(file, readFileSync(join(folder, file), 'utf8')));
}

export function loadSchema(file: string, text: string): SchemaFile {
  const name = file.replace(/\.kschema$/, '');
  const nodes = parseSchema(file, text);
  if (nodes.length === 0) throw new SchemaError(file, 1, 'no message found');
  const messages = nodes.map((node) => resolveMessage(file, node));
  const types = new Set<string>();
  for (const struct of messages.flatMap((message) => message.structs)) {
    if (types.has(struct.typeName)) throw new SchemaError(file, 1, `type ${struct.typeName} would be generated twice`);
    types.add(struct.typeName);
  }
  return { name, messages };
}

/** Generated text by file name. */
export function generate(root: string): Map<string, string> {
  const files = readSchemas(root);
  const context = readContext(root);
  const output = new Map<string, string>();
  for (const file of files) output.set(`${file.name}.ts`, printModule(file, context));
  if (files.some(({ messages }) => messages.some(({ kind }) => kind === 'request'))) {
    output.set('api-table.ts', printApiTable(files, context));
    output.set('registry.ts', printRegistry(files, context));
  }
  const errors = join(root, 'schemas', 'errors.tsv');
  if (existsSync(errors)) {
    const rows = parseErrorTable('errors.tsv', readFileSync(errors, 'utf8'));
    output.set('errors.ts', printErrors(rows, context));
  }
  return output;
}

/** Compares what the schemas give with what the folder holds. */
export function compare(root: string, output: ReadonlyMap<string, string>): Difference[] {
  const differences: Difference[] = [];
  const present = new Set(listGenerated(root));
  for (const [file, text] of output) {
    if (!present.delete(file)) differences.push({ file, kind: 'missing' });
    else if (readFileSync(join(generatedFolder(root), file), 'utf8') !== text)
      differences.push({ file, kind: 'stale' });
  }
  for (const file of present) differences.push({ file, kind: 'orphaned' });
  return differences;
}

/** Makes the folder equal to the output; returns what had to change. */
export function write(root: string, output: ReadonlyMap<string, string>): Difference[] {
  const folder = generatedFolder(root);
  mkdirSync(folder, { recursive: true });
  const differences = compare(root, output);
  for (const { file, kind } of differences) {
    if (kind === 'orphaned') rmSync(join(folder, file));
    else writeFileSync(join(folder, file), output.get(file) ?? '');
  }
  return differences;
}

function generatedFolder(root: string): string {
  return join(root, 'src', 'generated');
}

function listGenerated(root: string): string[] {
  const folder = generatedFolder(root);
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** The protocol package imports its own files; every other root imports the package. */
function readContext(root: string): RootContext {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string };
  const isRuntime = name === RUNTIME_PACKAGE;
  return {
    project: name.replace(/^@[^/]*\//, ''),
    specifier(symbol) {
      if (symbol === 'ZERO_UUID') return '@millrace/base';
      return isRuntime ? (RUNTIME_MODULES[symbol] ?? '../wire/sizes.ts') : RUNTIME_EXPORT;
    },
  };
}
