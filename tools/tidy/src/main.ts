/**
 * Checks the repository as a whole and prints what to repair: `main.ts [--root folder] [check ...]`.
 *
 * Exit code 0 when nothing was found, 1 when something was, 2 for a check that does not exist.
 */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { CHECKS } from './checks.ts';
import { openRepository } from './repository.ts';

const { values, positionals } = parseArgs({ options: { root: { type: 'string' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  const names = CHECKS.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).join('\n');
  process.stderr.write(`no such check: ${unknown.join(', ')}; there are\n${names}\n`);
  process.exitCode = 2;
} else {
  const repository = openRepository(values.root ?? resolve(import.meta.dirname, '../../..'));
  const chosen = CHECKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  let count = 0;
  for (const check of chosen) {
    const findings = check.run(repository);
    count += findings.length;
    process.stdout.write(`${check.name}: ${findings.length === 0 ? 'ok' : `${findings.length} to repair`}\n`);
    for (const { path, message } of findings) process.stdout.write(`  ${path}: ${message}\n`);
  }
  process.exitCode = count === 0 ? 0 : 1;
}
