/** What happens to a run of Jest that ends otherwise than by its tests. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

const RUN_JEST = resolve(import.meta.dirname, '../run-jest.mjs');

describe('a run of Jest', () => {
  let folder;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-jest-'));
    writeFileSync(join(folder, 'package.json'), '{}');
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (test) => {
    writeFileSync(join(folder, 'one.test.js'), test);
    return spawnSync(process.execPath, [RUN_JEST, '--runInBand', '--testRegex', 'one'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NX_TASK_TARGET_PROJECT: undefined },
    });
  };
  const marker = () => JSON.stringify(join(folder, 'crashed'));
  const ends = (signal) => `process.kill(process.pid, '${signal}')`;

  it('ends with the exit code of its tests', () => {
    assert.equal(run("test('one', () => undefined)").status, 0);
    const failed = run("test('one', () => { throw new Error('no') })");
    assert.equal(failed.status, 1);
    assert.doesNotMatch(failed.stderr, /once more/);
  });

  it('is repeated, loudly, when Node crashed', () => {
    const crashOnce = `test('one', () => {
      const { existsSync, writeFileSync } = require('node:fs');
      if (existsSync(${marker()})) return;
      writeFileSync(${marker()}, '');
      ${ends('SIGSEGV')};
    })`;
    const { status, stderr } = run(crashOnce);
    assert.ok(existsSync(join(folder, 'crashed')));
    assert.match(stderr, /NODE CRASHED: SIGSEGV/);
    assert.equal(status, 0);
  });

  it('that crashes twice, or is killed, has failed', () => {
    assert.equal(run(`test('one', () => ${ends('SIGSEGV')})`).status, 128 + 11);
    const killed = run(`test('one', () => ${ends('SIGKILL')})`);
    assert.equal(killed.status, 128 + 9);
    assert.doesNotMatch(killed.stderr, /once more/);
  });
});
