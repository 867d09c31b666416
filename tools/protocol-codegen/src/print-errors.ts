/** Table of error codes: `schemas/errors.tsv` → `src/generated/errors.ts`. */
import { Emitter } from './emitter.ts';
import { generatedBy } from './print-module.ts';
import type { RootContext } from './print-module.ts';
import { SchemaError } from './schema.ts';

interface ErrorRow {
  readonly code: number;
  readonly name: string;
  readonly retriable: boolean;
  readonly refreshMetadata: boolean;
}

const COLUMNS = 'code\tname\tretriable\trefresh_metadata';

export function parseErrorTable(file: string, text: string): ErrorRow[] {
  const [head, ...lines] = text.trimEnd().split('\n');
  if (head !== COLUMNS) throw new SchemaError(file, 1, `columns should be ${COLUMNS.replaceAll('\t', ', ')}`);
  const codes = new Set<number>();
  const names = new Set<string>();
  return lines.map((line, index) => {
    const number = index + 2;
    const match = /^(-?\d+)\t([A-Z][A-Z0-9_]*)\t(true|false)\t(true|false)$/.exec(line);
    if (match === null)
      throw new SchemaError(file, number, `"${line}" is no row of code, name, true/false, true/false`);
    const row = {
      code: Number(match[1]),
      name: match[2] as string,
      retriable: match[3] === 'true',
      refreshMetadata: match[4] === 'true',
    };
    if (codes.has(row.code) || names.has(row.name)) throw new SchemaError(file, number, `${row.name} is listed twice`);
    codes.add(row.code);
    names.add(row.name);
    return row;
  });
}

export function printErrors(rows: readonly ErrorRow[], root: RootContext): string {
  const emitter = new Emitter();
  emitter.line(generatedBy('errors.tsv', root));
  emitter.line();
  emitter.line('/** Error codes of the protocol by name. */');
  emitter.block(
    'export const ErrorCode =',
    () => {
      for (const { code, name } of rows) emitter.line(`${name}: ${code},`);
    },
    '} as const;',
  );
  emitter.line();
  emitter.line('export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];');
  emitter.line('export type ErrorName = keyof typeof ErrorCode;');
  emitter.line();
  emitter.line('/** [code, name, clients may retry, clients should refresh metadata first] */');
  emitter.line(
    'export const ERROR_TABLE: readonly (readonly [code: ErrorCode, name: ErrorName, retriable: boolean, refreshMetadata: boolean])[] = [',
  );
  emitter.indented(() => {
    for (const { code, name, retriable, refreshMetadata } of rows) {
      emitter.line(`[${code}, '${name}', ${retriable}, ${refreshMetadata}],`);
    }
  });
  emitter.line('];');
  return emitter.toString();
}
