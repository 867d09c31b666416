/**
 * versitygw, a real S3 server for tests: built once per machine by `go install` into the tool cache, version and checksum pinned.
 *
 * Owns: `<cache>/versitygw-<version>/versitygw` (about 80 MB; what the build needed besides, 800 MB, is removed).
 * Invariants: the file appears by a rename, so it is whole; the checksum of its module, which Go compared with the public log of
 * checksums, is the one written here; two processes never build at once.
 * Not here: running it (packages/connect-testkit/src/fixtures).
 *
 * A global set-up of Jest (`globalSetup` in jest.itest.config.mjs), or by hand: node tools/setup/versitygw.mjs
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withMutex } from './lib/mutex.mjs';

const MODULE = 'github.com/versity/versitygw';
const VERSION = 'v1.8.0';
const CHECKSUM = 'h1:au+wI+aybno/STsQiSm35Uu6Q6iK5MWReQxgO6SEMFc=';

const BUILD_MS_MAX = 20 * 60_000;
/** What follows when there is none. */
const WITHOUT = 'TESTS THAT NEED AN S3 SERVER WILL BE SKIPPED';

/** For Jest: leaves the path in MILLRACE_VERSITYGW for the tests' processes, or says why they will be skipped. */
export default async function provideVersitygw() {
  await ensureVersitygw();
}

/** @returns {Promise<string | undefined>} the path of the binary; undefined when this machine cannot build it, and that was said */
export async function ensureVersitygw({ say = sayOnStderr, env = process.env, without = WITHOUT } = {}) {
  const given = env.MILLRACE_VERSITYGW;
  if (given !== undefined && given !== '') return given;
  const cache = env.MILLRACE_CACHE ?? join(homedir(), '.cache', 'millrace-peers');
  const folder = join(cache, `versitygw-${VERSION}`);
  const binary = join(folder, 'versitygw');
  if (!existsSync(binary)) {
    const trouble = await withMutex(
      { path: join(cache, 'versitygw.lock'), onWait: ({ pid }) => say(`process ${pid} is building it; waiting`) },
      async () => (existsSync(binary) ? undefined : build({ cache, folder, binary, say, env })),
    );
    if (trouble !== undefined) {
      say(`${trouble}; ${without}`);
      return undefined;
    }
  }
  env.MILLRACE_VERSITYGW = binary;
  return binary;
}

/** @returns {Promise<string | undefined>} why there is no binary */
async function build({ cache, folder, binary, say, env }) {
  if ((await run('go', ['version'], env)).code !== 0)
    return 'there is no Go on the PATH to build versitygw with (1.24 or newer)';
  say(`building versitygw ${VERSION}: go install, some minutes, once`);
  const work = mkdtempSync(join(cache, 'versitygw-build-'));
  try {
    const started = performance.now();
    const result = await run('go', ['install', `${MODULE}/cmd/versitygw@${VERSION}`], {
      ...env,
      GOPATH: join(work, 'path'),
      GOCACHE: join(work, 'cache'),
      GOBIN: join(work, 'bin'),
      // Without it Go's copies of the sources are read-only and cannot be removed.
      GOFLAGS: '-modcacherw -trimpath',
      CGO_ENABLED: '0',
    });
    if (result.code !== 0) return `go install of versitygw failed: ${lastLine(result)}`;
    const built = join(work, 'bin', 'versitygw');
    const checksum = await checksumOf(built, env);
    if (checksum !== CHECKSUM) return `versitygw ${VERSION} has the checksum ${checksum} and should have ${CHECKSUM}`;
    mkdirSync(folder, { recursive: true });
    renameSync(built, binary);
    say(`built versitygw in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function checksumOf(binary, env) {
  const { stdout } = await run('go', ['version', '-m', binary], env);
  return new RegExp(`^\\s*mod\\s+${MODULE}\\s+${VERSION}\\s+(\\S+)`, 'm').exec(stdout)?.[1] ?? 'none';
}

/** Not `spawnSync`: the lock is renewed meanwhile. */
function run(command, args, env) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: BUILD_MS_MAX });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ...output, code: 1, stderr: error.message }));
    child.once('close', (code) => resolve({ ...output, code: code ?? 1 }));
  });
}

function lastLine({ stderr }) {
  return stderr.trim().split('\n').at(-1) ?? '';
}

function sayOnStderr(line) {
  process.stderr.write(`millrace setup: ${line}\n`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const binary = await ensureVersitygw();
  if (binary === undefined) process.exitCode = 1;
  else process.stdout.write(`${binary}\n`);
}
