/**
 * `npm test`: every test that needs nothing but Node.
 *
 * Unit tests of all projects (two at a time), then integration tests (one project at a time: they start processes and
 * watch the clock), then the tests of the bootstrap. Ends with the counts of what really ran.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  add,
  closingLine,
  countNxRun,
  exitCodeOf,
  failure,
  forgetCounts,
  logOfFailedTasks,
  noCounts,
  readJestCounts,
} from './lib/counts.mjs';
import { NODE_TO_TEST, isAtLeast } from './lib/node-runtime.mjs';
import { endLine, printLog, runStep, tool } from './lib/step.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PARTS = ['unit', 'integration', 'setup'];
const USAGE = `usage: npm test -- [--part ${PARTS.join('|')}] [--skip-cache] [project ...]`;

const options = parse(process.argv.slice(2));
if (options === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await main(options);
}

async function main({ parts, projects, skipCache }) {
  if (!isAtLeast(process.version, NODE_TO_TEST)) {
    process.stderr.write(
      `this is Node ${process.version}: tests of packages that are ESM only need ${NODE_TO_TEST.join('.')} or newer (nvm install 24) and will fail\n`,
    );
  }
  forgetCounts(root);
  let total = noCounts();
  if (parts.includes('unit')) total = add(total, await nx('unit tests', 'test', projects, skipCache, 2));
  if (parts.includes('integration')) total = add(total, await nx('integration tests', 'itest', projects, skipCache, 1));
  if (parts.includes('setup')) total = add(total, await bootstrapTests());

  for (const name of total.skippedNames) process.stdout.write(`SKIPPED ${name}\n`);
  for (const name of total.failedNames) process.stdout.write(`FAILED ${name}\n`);
  process.stdout.write(`${closingLine(total)}\n`);
  return exitCodeOf(total);
}

async function nx(label, target, projects, skipCache, parallel) {
  const args = ['run-many', '-t', target, `--parallel=${parallel}`, '--outputStyle=static'];
  if (projects.length > 0) args.push(`--projects=${projects.join(',')}`);
  if (skipCache) args.push('--skip-nx-cache');
  const result = await runStep({ root, label, nodeArgs: [tool(root, 'nx'), ...args], limitMinutes: 40 });
  const counts = countNxRun({ byProject: readJestCounts(root, target), code: result.code, log: result.log, target });
  const timedOut = result.timedOut ? failure(`${label} took too long`) : noCounts();
  return finish(label, { ...result, log: logOfFailedTasks(result.log, target) }, add(counts, timedOut));
}

async function bootstrapTests() {
  const label = 'bootstrap tests';
  const counts = join(root, '.nx', 'test-counts', 'setup.json');
  mkdirSync(dirname(counts), { recursive: true });
  rmSync(counts, { force: true });
  const reporters = [
    ['--test-reporter=spec', '--test-reporter-destination=stdout'],
    [`--test-reporter=${join(root, 'tools/setup/lib/node-test-counts.mjs')}`, `--test-reporter-destination=${counts}`],
  ].flat();
  const nodeArgs = ['--test', ...reporters, 'tools/setup/test/*.test.mjs'];
  const result = await runStep({ root, label, nodeArgs, limitMinutes: 10 });
  return finish(label, result, readNodeTestCounts(counts, result));
}

function readNodeTestCounts(path, result) {
  try {
    const counts = JSON.parse(readFileSync(path, 'utf8'));
    return result.code !== 0 && counts.failed === 0 ? add(counts, failure('bootstrap tests failed')) : counts;
  } catch {
    return failure('bootstrap tests left no counts');
  }
}

function finish(label, result, counts) {
  endLine(counts.failed === 0, result, closingLine(counts));
  if (counts.failed > 0) printLog(label, result.log);
  return counts;
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
