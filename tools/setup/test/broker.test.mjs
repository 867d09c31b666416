/** The contract of `npm start` with the real broker, as a user's shell or a process manager sees it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { npmIsDeaf } from '../lib/launch.mjs';
import { run, shellEnvironment, until } from './workspace.mjs';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const READY = /^millrace ready kafka=127\.0\.0\.1:(\d+) ops=127\.0\.0\.1:(\d+) data=(.*)\n$/;
const env = shellEnvironment();
const npmVersion = execFileSync('npm', ['--version'], { encoding: 'utf8', env }).trim();
const deaf = npmIsDeaf(npmVersion) ? `npm ${npmVersion} does not pass signals on, 10.3 and newer do` : false;

let folder;
let dataDir;
before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace broker-')));
});
after(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  dataDir = mkdtempSync(join(folder, 'data-'));
});

const npmStart = (...flags) => run('npm', ['--prefix', REPOSITORY, 'start', '--', ...flags], { cwd: folder, env });

async function startReady(...flags) {
  const started = npmStart('--port', '0', '--ops-port', '0', '--data-dir', dataDir, ...flags);
  await until(() => started.said.stdout.includes('\n') || started.child.exitCode !== null, 'the ready line');
  const ready = READY.exec(started.said.stdout);
  assert.ok(ready !== null, started.said.stderr);
  return { ...started, kafkaPort: Number(ready[1]), opsPort: Number(ready[2]), data: ready[3] };
}

describe('npm start with the real broker', () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`prints one line when ready and ends cleanly within 2 s of ${signal} to npm`, { skip: deaf }, async () => {
      const { child, ended, data, opsPort } = await startReady();
      assert.equal((await fetch(`http://127.0.0.1:${opsPort}/health/ready`)).status, 200);
      const asked = performance.now();
      child.kill(signal);
      const { code, stdout } = await ended;

      assert.equal(code, 0);
      assert.ok(performance.now() - asked < 2_000, `it took ${performance.now() - asked} ms`);
      assert.match(stdout, READY);
      assert.equal(data, dataDir);
    });
  }

  it('does not survive npm, even when npm is killed with -9', async () => {
    const { child, opsPort } = await startReady();
    child.kill('SIGKILL');

    const deadline = performance.now() + 30_000;
    for (;;) {
      const answers = await fetch(`http://127.0.0.1:${opsPort}/health/live`).then(
        () => true,
        () => false,
      );
      if (!answers) break;
      assert.ok(performance.now() < deadline, 'the broker still answers');
    }
  });

  it('starts again on the data that an npm killed with -9 left behind', async () => {
    const first = await startReady();
    first.child.kill('SIGKILL');
    await first.ended;
    // The old broker lets go of the directory once it has noticed; a second one is refused until then.
    const deadline = performance.now() + 30_000;
    let second;
    do {
      assert.ok(performance.now() < deadline, second?.said.stderr);
      second = npmStart('--port', '0', '--ops-port', '0', '--data-dir', dataDir);
      await until(() => second.said.stdout.includes('\n') || second.child.exitCode !== null, 'an outcome');
    } while (second.child.exitCode !== null);
    second.child.kill(deaf ? 'SIGKILL' : 'SIGTERM');
    await second.ended;

    assert.match(second.said.stdout, READY);
  });

  it('takes paths relative to where the user stands', async () => {
    const { child, ended, data } = await startReady('--data-dir', './here');
    child.kill(deaf ? 'SIGKILL' : 'SIGTERM');
    await ended;

    assert.equal(data, join(folder, 'here'));
  });

  it('answers 2 to a flag that does not exist, and names the nearest', async () => {
    const { code, stdout, stderr } = await npmStart('--prot', '9092').ended;

    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /--port/);
  });

  it('answers 1 when the port is taken, in one clear line', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address();
    const { code, stdout, stderr } = await npmStart('--port', String(port), '--ops-port', '0', '--data-dir', dataDir)
      .ended;
    server.close();

    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(String(port)));
  });

  it('answers 1 when the data directory cannot be one', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, stderr } = await npmStart('--port', '0', '--ops-port', '0', '--data-dir', './file').ended;

    assert.equal(code, 1);
    assert.match(stderr, /file/);
  });
});
