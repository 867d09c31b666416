/**
 * Generates codecs: `node src/main.ts [--check] <root>…`. A root is a package folder with `schemas/`; its output goes to
 * `src/generated/`. With --check nothing is written and the exit code is 1 when a file is missing, stale or orphaned.
 */
import { join } from 'node:path';

import { compare, generate, write } from './generate.ts';
import { SchemaError } from './schema.ts';

function main(args: readonly string[]): number {
  const isCheck = args.includes('--check');
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--check');
  const roots = args.filter((arg) => !arg.startsWith('-'));
  if (unknown !== undefined || roots.length === 0) {
    console.error(
      `usage: node src/main.ts [--check] <package folder>…${unknown === undefined ? '' : ` (unknown option ${unknown})`}`,
    );
    return 2;
  }
  let staleFiles = 0;
  for (const root of roots) {
    const output = generate(root);
    const differences = isCheck ? compare(root, output) : write(root, output);
    for (const { file, kind } of differences) {
      console.error(`${isCheck ? kind : 'updated'} ${join(root, 'src', 'generated', file)}`);
    }
    if (isCheck) staleFiles += differences.length;
    console.error(
      `${root}: ${output.size} files from schemas, ${differences.length} ${isCheck ? 'not current' : 'changed'}`,
    );
  }
  if (staleFiles > 0) console.error('run the generate target of that package and commit the result');
  return staleFiles === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SchemaError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
