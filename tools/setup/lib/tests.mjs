/**
 * The three parts of `npm test`, each one step of the run.
 *
 * Unit tests of all projects (two at a time), integration tests (one project at a time: they start processes and watch
 * the clock), and the tests of the bootstrap. Every part answers with the counts of what really ran.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  add,
  closingLine,
  countNxRun,
  failure,
  forgetCounts,
  logOfFailedTasks,
  noCounts,
  readJestCounts,
} from './counts.mjs';
import { NODE_TO_TEST, isAtLeast } from './node-runtime.mjs';
import { endLine, printLog, runStep, tool } from './step.mjs';

export const PARTS = ['unit', 'integration', 'setup'];

/** @param {{ root: string, parts: string[], projects: string[], skipCache: boolean }} options */
export async function runTests(options) {
  const { root, parts } = options;
  if (!isAtLeast(process.version, NODE_TO_TEST)) {
    process.stderr.write(
      `this is Node ${process.version}: tests of packages that are ESM only need ${NODE_TO_TEST.join('.')} or newer (nvm install 24) and will fail\n`,
    );
  }
  forgetCounts(root);
  let total = noCounts();
  if (parts.includes('unit')) total = add(total, await nx('unit tests', 'test', 2, options));
  if (parts.includes('integration')) total = add(total, await nx('integration tests', 'itest', 1, options));
  if (parts.includes('setup')) total = add(total, await bootstrapTests(root));
  return total;
}

async function nx(label, target, parallel, { root, projects, skipCache }) {
  const args = ['run-many', '-t', target, `--parallel=${parallel}`, '--outputStyle=static'];
  if (projects.length > 0) args.push(`--projects=${projects.join(',')}`);
  if (skipCache) args.push('--skip-nx-cache');
  const result = await runStep({ root, label, nodeArgs: [tool(root, 'nx'), ...args], limitMinutes: 40 });
  const counts = countNxRun({ byProject: readJestCounts(root, target), code: result.code, log: result.log, target });
  const timedOut = result.timedOut ? failure(`${label} took too long`) : noCounts();
  return finish(label, { ...result, log: logOfFailedTasks(result.log, target) }, add(counts, timedOut));
}

async function bootstrapTests(root) {
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
    return result.code !== 0 && counts.failed === 0
      ? add(counts, failure('bootstrap tests failed', result.log))
      : counts;
  } catch {
    return failure('bootstrap tests left no counts', result.log);
  }
}

function finish(label, result, counts) {
  endLine(counts.failed === 0, result, closingLine(counts));
  if (counts.failed > 0) printLog(label, result.log);
  return counts;
}
