/** The arithmetic behind the closing line: what counts, and what must never count as success. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import {
  closingLine,
  countNxRun,
  exitCodeOf,
  lastLines,
  failedTasks,
  logOfFailedTasks,
  namesOf,
  noCounts,
  parseClosingLine,
  readJestCounts,
} from '../lib/counts.mjs';

const counts = (passed, failed, skipped) => ({ ...noCounts(), passed, failed, skipped });
const NX_LOG = `
> nx run @millrace/base:test

PASS base src/error.test.ts
> nx run @millrace/log:test

● Validation Error
 NX   Running target test for 2 projects failed

Failed tasks:

- @millrace/log:test
`;

describe('closing line', () => {
  it('is read back as it was written', () => {
    assert.deepEqual(parseClosingLine(`noise\n${closingLine(counts(3, 1, 2))}\n`), counts(3, 1, 2));
  });

  it('is not found in a run that broke off', () => {
    assert.equal(parseClosingLine('3 passed, 1 failed\nstack trace'), undefined);
    assert.equal(parseClosingLine(''), undefined);
  });

  it('of a whole CI run is alone on the last line, after what was skipped', () => {
    assert.equal(lastLines(counts(3, 1, 0)), '3 passed, 1 failed');
    assert.equal(lastLines(counts(3, 1, 2)), '2 skipped\n3 passed, 1 failed');
  });
});

describe('names at the end', () => {
  it('say why, in last words, before the names of all that failed', () => {
    const long = Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n');
    const lines = namesOf({
      notes: ['n'],
      skippedNames: ['s'],
      failures: [
        { name: 'a', why: long },
        { name: 'b', why: '' },
      ],
    });
    assert.deepEqual(lines.slice(0, 3), ['NOTE n', 'SKIPPED s', '┌─ a']);
    assert.deepEqual(lines.slice(-3), ['│ line 99', 'FAILED a', 'FAILED b']);
    assert.equal(lines.length, 3 + 40 + 2);
  });
});

describe('exit code', () => {
  it('is 0 only when something passed and nothing failed', () => {
    assert.deepEqual(
      [counts(1, 0, 0), counts(1, 0, 9), counts(1, 1, 0), counts(0, 0, 0), counts(0, 0, 5)].map(exitCodeOf),
      [0, 0, 1, 1, 1],
    );
  });
});

describe('an Nx run', () => {
  const run = (entries, code, log) => countNxRun({ byProject: new Map(entries), code, log, target: 'test' });

  it('adds up its projects', () => {
    const total = run(
      [
        ['@millrace/base', counts(3, 0, 1)],
        ['@millrace/log', counts(4, 0, 0)],
      ],
      0,
      '',
    );
    assert.deepEqual([total.passed, total.failed, total.skipped], [7, 0, 1]);
  });

  it('counts a project that failed outside its tests', () => {
    const total = run([['@millrace/base', counts(3, 0, 0)]], 1, NX_LOG);
    assert.equal(total.failed, 1);
    assert.deepEqual(
      total.failures.map(({ name }) => name),
      ['@millrace/log: test failed outside its tests'],
    );
    assert.match(total.failures[0].why, /Validation Error/);
  });

  it('names the file in which a project broke off', () => {
    const brokenOff = { ...noCounts(), brokeOffIn: 'packages/log/src/segment.test.ts' };
    const total = run([['@millrace/log', brokenOff]], 1, NX_LOG);
    assert.equal(
      total.failures[0].name,
      '@millrace/log: test failed outside its tests, in or after packages/log/src/segment.test.ts',
    );
  });

  it('does not count a failed project twice', () => {
    assert.equal(run([['@millrace/log', counts(3, 2, 0)]], 1, NX_LOG).failed, 2);
  });

  it('counts a run that failed without naming a project', () => {
    assert.equal(run([['@millrace/base', counts(3, 0, 0)]], 1, 'NX crashed').failed, 1);
  });

  it('shows the log of the failed tasks only', () => {
    assert.deepEqual(failedTasks(NX_LOG, 'test'), ['@millrace/log']);
    const log = logOfFailedTasks(NX_LOG, 'test');
    assert.match(log, /Validation Error/);
    assert.doesNotMatch(log, /PASS base/);
  });
});

describe('counts left behind by Jest', () => {
  it('are found by project, whatever the depth of its name', () => {
    const root = mkdtempSync(join(tmpdir(), 'millrace-counts-'));
    for (const path of ['@millrace/base/test.json', 'millrace/test.json', 'millrace/itest.json']) {
      const file = join(root, '.nx', 'test-counts', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(counts(1, 0, 0)));
    }
    const found = readJestCounts(root, 'test');
    rmSync(root, { recursive: true });

    assert.deepEqual([...found.keys()].sort(), ['@millrace/base', 'millrace']);
  });
});
