/**
 * A throw-away checkout for tests of the bootstrap: the real tools/setup and the real npm settings around a tiny
 * application, so that nothing here can touch the true node_modules.
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chooseNode, packagedNodePath } from '../lib/node-runtime.mjs';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

const COMMAND_LIMIT_MS = 60_000;

/** What `npm start` runs in the fixture: says where and with what it runs, and leaves a mark when it ends in order. */
const APPLICATION = `
import { appendFileSync } from 'node:fs';
const log: (line: string) => void = (line) => appendFileSync(process.env.FIXTURE_LOG!, line + '\\n');
const args = process.argv.slice(2);
const code = args[args.indexOf('--exit') + 1];
if (args.includes('--exit')) {
  process.exitCode = Number(code);
} else {
  const hold = setInterval(() => {}, 60_000);
  const stop = (signal: string) => { log('stop ' + signal); if (!args.includes('--stubborn')) { clearInterval(hold); setTimeout(() => log('stopped'), 50); } };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  log('pid ' + process.pid);
  console.error('a log line');
  console.log('ready ' + JSON.stringify({ cwd: process.cwd(), args, pid: process.pid, node: process.execPath, leaked: process.env.MILLRACE_SUPERVISOR_FD ?? null }));
}
`;

/** Creates the fixture in a folder whose name has a space; `remove()` deletes it. */
export function createWorkspace() {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-setup-')));
  const root = join(parent, 'check out');
  for (const path of ['tools/setup/run.mjs', 'tools/setup/exec.mjs', 'tools/setup/lib', '.npmrc']) {
    cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
  }
  linkPackagedNode(root);
  writeManifests(root);
  write(root, 'apps/broker/src/main.ts', APPLICATION);
  mkdirSync(join(root, 'some where'), { recursive: true });
  return { root, log: join(root, 'application.log'), remove: () => rmSync(parent, { recursive: true, force: true }) };
}

/** A Node 24 wherever the tests run: the one that runs them, or the one that the repository has fetched. */
export function modernNodePath() {
  const choice = chooseNode(process);
  return choice.use === 'packaged' ? packagedNodePath(REPOSITORY, choice.packageName) : process.execPath;
}

/** Where the tests themselves run on an old Node, the fixture uses the Node 24 that the repository has fetched. */
function linkPackagedNode(root) {
  if (chooseNode(process).use !== 'packaged') return;
  const [from, to] = [join(REPOSITORY, 'tools/setup/node'), join(root, 'tools/setup/node')];
  mkdirSync(to, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(from, file), join(to, file));
  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'));
}

/** One dependency, a folder of the fixture itself: installing it needs no network. */
export function writeManifests(root) {
  const { name, version, scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  const dependencies = { leaf: 'file:leaf' };
  write(root, 'leaf/package.json', { name: 'leaf', version: '1.0.0' });
  write(root, 'package.json', { name, version, private: true, type: 'module', scripts, dependencies });
  write(root, 'package-lock.json', {
    name,
    version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name, version, dependencies },
      leaf: { version: '1.0.0' },
      'node_modules/leaf': { resolved: 'leaf', link: true },
    },
  });
}

function write(root, path, content) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
}

/** The environment of a user's shell: nothing of the npm that may be running these tests. */
export function shellEnvironment(extra = {}) {
  const env = { ...process.env };
  for (const key of Object.keys(env)) {
    if (key.startsWith('npm_') || key.startsWith('NX_') || key.startsWith('MILLRACE_') || key === 'INIT_CWD')
      delete env[key];
  }
  // `exec node` in the scripts must find the Node that runs the tests, however they were started.
  return { ...env, PATH: `${dirname(process.execPath)}:${env.PATH ?? ''}`, ...extra };
}

/** Starts a command and collects what it says; `ended` resolves to { code, signal, stdout, stderr }. */
export function run(command, args, { cwd, env, stdin = 'ignore', ownGroup = false }) {
  const child = spawn(command, args, { cwd, env, stdio: [stdin, 'pipe', 'pipe'], detached: ownGroup });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8');
    child[stream].on('data', (text) => (said[stream] += text));
  }
  // A command that should have ended must not hold the whole run; whatever it started notices that it is gone.
  const limit = setTimeout(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS);
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ code, signal, ...said });
    });
  });
  return { child, said, ended };
}

/** Polls until `condition` returns something truthy; the deadline is generous because CI machines are slow. */
export async function until(condition, what, timeoutMs = 30_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await delay(10);
  }
}

export function readLines(path) {
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    // A killed child that nobody reaped yet still answers; it runs no code any more.
    const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    return !/^\d+ \(.*\) Z /.test(stat);
  } catch {
    return false;
  }
}

export function childrenOf(pid) {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number) : [];
}
