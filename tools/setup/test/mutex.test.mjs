/** The lock of the set-up: exclusion, and taking over from holders that are gone. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { withMutex } from '../lib/mutex.mjs';

let folder;
let path;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-mutex-'));
  path = join(folder, 'setup.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const leaveLock = (holder) => writeFileSync(path, typeof holder === 'string' ? holder : JSON.stringify(holder));

describe('withMutex', () => {
  it('lets one work at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withMutex({ path, pollMs: 1 }, work)));

    assert.equal(most, 1);
    assert.equal(existsSync(path), false);
  });

  it('returns what the work returns and frees the lock when it throws', async () => {
    assert.equal(await withMutex({ path }, async () => 42), 42);
    await assert.rejects(
      withMutex({ path }, async () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(existsSync(path), false);
  });

  it('takes over at once from a process of this host that does not exist', async () => {
    leaveLock({ pid: 2 ** 22 + 1, host: hostname(), token: 'dead' });
    const stolen = [];
    await withMutex({ path, onSteal: (holder) => stolen.push(holder.pid) }, async () => {});

    assert.deepEqual(stolen, [2 ** 22 + 1]);
  });

  for (const [what, holder] of [
    ['a holder on another host whose file stands still', { pid: process.pid, host: 'elsewhere', token: 'far' }],
    ['a recycled process id whose file stands still', { pid: process.pid, host: hostname(), token: 'recycled' }],
    ['a damaged file', '{"pid'],
  ]) {
    it(`takes over from ${what}`, async () => {
      leaveLock(holder);
      let worked = false;
      await withMutex({ path, staleAfterMs: 30, pollMs: 5 }, async () => {
        worked = true;
      });

      assert.ok(worked);
    });
  }

  it('tells once for whom it waits, and does not disturb a live holder', async () => {
    const waited = [];
    let release;
    const holding = withMutex({ path }, () => new Promise((resolve) => (release = resolve)));
    const second = withMutex({ path, pollMs: 1, onWait: (holder) => waited.push(holder.pid) }, async () => 'second');
    while (waited.length === 0) await nextTurn();
    assert.equal(JSON.parse(readFileSync(path, 'utf8')).pid, process.pid);
    release();
    await holding;

    assert.equal(await second, 'second');
    assert.deepEqual(waited, [process.pid]);
  });

  it('does not remove a lock that somebody else took over meanwhile', async () => {
    await withMutex({ path }, async () => leaveLock({ pid: process.pid, host: hostname(), token: 'other' }));

    assert.equal(JSON.parse(readFileSync(path, 'utf8')).token, 'other');
  });
});
