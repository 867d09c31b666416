/** `npm test`: every test that needs nothing but Node; ends with the counts of what really ran. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closingLine, exitCodeOf, namesOf } from './lib/counts.mjs';
import { PARTS, runTests } from './lib/tests.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const USAGE = `usage: npm test -- [--part ${PARTS.join('|')}] [--skip-cache] [project ...]`;

const options = parse(process.argv.slice(2));
if (options === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  const total = await runTests({ root, ...options });
  for (const line of namesOf(total))
    process.stdout.write(`${line}
`);
  process.stdout.write(`${closingLine(total)}\n`);
  process.exitCode = exitCodeOf(total);
}

function parse(args) {
  const parsed = { parts: undefined, projects: [], skipCache: process.env.CI === 'true' };
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    const [flag, inline] = arg.split('=', 2);
    if (flag === '--part') {
      const part = inline ?? args[++index];
      if (!PARTS.includes(part)) return undefined;
      parsed.parts = [part];
    } else if (arg === '--skip-cache') parsed.skipCache = true;
    else if (arg.startsWith('-')) return undefined;
    else parsed.projects.push(arg);
  }
  // Named projects mean: just those.
  parsed.parts ??= parsed.projects.length > 0 ? ['unit', 'integration'] : PARTS;
  return parsed;
}
