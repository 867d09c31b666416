/**
 * Finds an npm that understands our lock files and runs `npm ci` with it.
 *
 * The npm that started us comes first, then the one beside our Node, then whatever PATH names; the first that is new
 * enough wins. It always runs on the Node that runs us, so a stale `node` on PATH does no harm.
 */
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { signalGroup, spawnSupervised } from './supervised.mjs';

const NPM_MAJOR_MIN = 8;
const PROGRESS_EVERY_MS = 10_000;
const OUTPUT_KEPT_BYTES_MAX = 64 * 1024;

/** The path of npm-cli.js, or undefined with the reasons in `rejected`. */
export function findNpm(env = process.env, execPath = process.execPath) {
  const rejected = [];
  for (const candidate of candidates(env, execPath)) {
    const version = versionOf(candidate);
    if (version === undefined) continue;
    if (Number(version.split('.')[0]) >= NPM_MAJOR_MIN) return { cli: candidate, rejected };
    rejected.push(`npm ${version} in ${dirname(dirname(candidate))}`);
  }
  return { cli: undefined, rejected };
}

function* candidates(env, execPath) {
  if (env.npm_execpath?.endsWith('npm-cli.js')) yield env.npm_execpath;
  yield resolve(dirname(execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const npm = join(folder, 'npm');
    if (folder !== '' && existsSync(npm)) yield realpathSync(npm);
  }
}

function versionOf(cli) {
  if (!cli.endsWith('npm-cli.js') || !existsSync(cli)) return undefined;
  try {
    const { name, version } = JSON.parse(readFileSync(join(dirname(dirname(cli)), 'package.json'), 'utf8'));
    return name === 'npm' ? version : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs `npm ci` in `folder`; resolves to { ok, output }, where output is the end of what npm said.
 *
 * @param {{ cli: string, folder: string, say: (line: string) => void, what: string }} options
 */
export async function npmCi({ cli, folder, say, what }) {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1_000);
  const child = spawnSupervised({
    nodePath: process.execPath,
    nodeArgs: [cli, 'ci', ...NPM_CI_FLAGS],
    cwd: folder,
    env: withoutOuterNpm(process.env),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output = (output + text).slice(-OUTPUT_KEPT_BYTES_MAX);
    });
  }
  const progress = setInterval(
    () => say(`still installing ${what}: ${seconds()} s, ${countFolders(folder)} packages unpacked`),
    PROGRESS_EVERY_MS,
  );
  const abort = (signal) => {
    signalGroup(child, 'SIGTERM');
    process.removeListener(signal, abort);
    child.once('exit', () => process.kill(process.pid, signal));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, abort);
  try {
    const code = await new Promise((resolvePromise) => {
      child.once('error', (error) => {
        output += error.message;
        resolvePromise(1);
      });
      child.once('close', (exitCode) => resolvePromise(exitCode ?? 1));
    });
    return { ok: code === 0, output, seconds: seconds() };
  } finally {
    clearInterval(progress);
    for (const signal of signals) process.removeListener(signal, abort);
  }
}

/**
 * Development tools are wanted even under NODE_ENV=production; no package of ours needs its install script; retries
 * are short, because a machine without network should hear so in seconds, not minutes.
 */
const NPM_CI_FLAGS = [
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--prefer-offline',
  '--loglevel=error',
  '--no-update-notifier',
  '--fetch-retries=2',
  '--fetch-retry-factor=2',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
];

/** What the npm above us was told (its command line, our own silent .npmrc) is not meant for this install. */
function withoutOuterNpm(env) {
  const kept = { ...env, CI: 'true' };
  const dropped = [
    'loglevel',
    'silent',
    'global',
    'prefix',
    'local_prefix',
    'workspace',
    'workspaces',
    'dry_run',
    'omit',
    'only',
    'production',
    'json',
  ];
  for (const name of dropped) delete kept[`npm_config_${name}`];
  return kept;
}

function countFolders(folder) {
  try {
    let count = 0;
    for (const name of readdirSync(join(folder, 'node_modules'))) {
      if (name.startsWith('.')) continue;
      count += name.startsWith('@') ? readdirSync(join(folder, 'node_modules', name)).length : 1;
    }
    return count;
  } catch {
    return 0;
  }
}

const OFFLINE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED|network)\b/;

/** One sentence for a failed install: the network if that was it, else the first line in which npm says why. */
export function explainFailure(output) {
  const offline = OFFLINE.exec(output);
  if (offline !== null) {
    const url = /https?:\/\/[^\s'"]+/.exec(output);
    const where = url === null ? 'the npm registry' : new URL(url[0]).host;
    return `cannot reach ${where} (${offline[1]}); connect to the network and run the same command again`;
  }
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!)( code)?\s*/, '').trim());
  const reason =
    lines.find((line) => line !== '' && !/^E[A-Z]+$/.test(line) && !line.startsWith('npm warn')) ??
    'npm gave no reason';
  return `npm ci failed: ${reason}`;
}
