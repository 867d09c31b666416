/**
 * Runs the command and stands between it and whoever started us (usually npm).
 *
 * Owns: forwarding of signals, the exit code, and the watch on our own parent.
 * Invariants: a stop request reaches the command once however many times it reaches us within `ECHO_MS` (terminal and
 * npm both deliver it); a second, deliberate one kills. When npm vanishes the command is stopped as by SIGTERM.
 * Bounds: a command that ignores the request is killed after `PATIENCE_MS`.
 */
import { delimiter, dirname, join } from 'node:path';
import { constants } from 'node:os';
import { signalGroup, spawnSupervised } from './supervised.mjs';

const ECHO_MS = 1_000;
const PATIENCE_MS = 15_000;
const PARENT_POLL_MS = 200;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Resolves to the exit code: the command's own, 1 when it was killed, 0 when it was asked to stop and did. */
export async function launch({ root, nodePath, command, args, say }) {
  if (command.nodeArgs === undefined) return 0;
  const { options, entry } = splitEntry(command.nodeArgs);
  const child = spawnSupervised({
    nodePath,
    nodeArgs: [...options, join(root, entry), ...args],
    cwd: command.cwd === 'user' ? userFolder(root) : root,
    env: childEnvironment(root, nodePath),
    stdin: command.readsInput ? 'pipe' : 'ignore',
  });
  if (command.readsInput) feed(child);

  warnAboutDeafNpm(command, say);
  let stopAskedAt;
  let patience;
  const stop = (signal) => {
    const now = performance.now();
    if (stopAskedAt === undefined) {
      stopAskedAt = now;
      signalGroup(child, signal === 'SIGHUP' ? 'SIGTERM' : signal);
      patience = setTimeout(() => {
        say(`${command.what} did not stop within ${PATIENCE_MS / 1_000} s of ${signal}; killing it`);
        signalGroup(child, 'SIGKILL');
      }, PATIENCE_MS);
    } else if (now - stopAskedAt > ECHO_MS) {
      say(`asked to stop twice; killing ${command.what}`);
      signalGroup(child, 'SIGKILL');
    }
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  const stopWatching = watchParent(() => stop('SIGTERM'));

  try {
    const { code, signal, error } = await ended(child);
    if (error !== undefined) {
      say(`cannot start ${command.what} with ${nodePath}: ${error.message}`);
      return 1;
    }
    if (signal === null) return code;
    if (stopAskedAt === undefined) {
      say(`${command.what} was killed by ${signal}`);
      return 1;
    }
    // The request came before the command had its handlers; for the broker that is a clean end: nothing was open yet.
    return command.stopIsSuccess && signal !== 'SIGKILL' ? 0 : 128 + constants.signals[signal];
  } finally {
    if (command.readsInput) process.stdin.destroy();
    clearTimeout(patience);
    stopWatching();
    for (const signal of STOP_SIGNALS) process.removeListener(signal, stop);
  }
}

/** Hands our input on: the child leads a group of its own, which a terminal would not let read. */
function feed(child) {
  // It may end before its input does.
  child.stdin?.on('error', () => {});
  process.stdin.on('error', () => {});
  process.stdin.pipe(child.stdin);
}

function splitEntry(nodeArgs) {
  return { options: nodeArgs.slice(0, -1), entry: nodeArgs.at(-1) };
}

function ended(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** npm runs scripts at the root and says in INIT_CWD where the user stands; an INIT_CWD of some outer npm is not ours. */
export function userFolder(root, env = process.env, cwd = process.cwd()) {
  const startedByNpmHere = env.npm_lifecycle_event !== undefined && cwd === root;
  return startedByNpmHere && env.INIT_CWD !== undefined && env.INIT_CWD !== '' ? env.INIT_CWD : cwd;
}

function childEnvironment(root, nodePath) {
  const path = [dirname(nodePath), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  return {
    // What Node compiled once (types stripped, too) it finds again: the broker starts from source in a third of the time.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node-compile'),
    ...process.env,
    PATH: path,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    INIT_CWD: userFolder(root),
  };
}

/** npm before 10.3 catches SIGTERM and SIGINT without passing them on; its caller would wait for ever. */
export function npmIsDeaf(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < 10 || (major === 10 && minor < 3);
}

function warnAboutDeafNpm(command, say) {
  const version = /^npm\/(\S+)/.exec(process.env.npm_config_user_agent ?? '')?.[1];
  if (!command.stopIsSuccess || process.env.npm_lifecycle_event === undefined || version === undefined) return;
  if (npmIsDeaf(version))
    say(`npm ${version} does not pass SIGTERM on (10.3 and newer do); use Ctrl-C here or kill ${process.pid}`);
}

/**
 * npm killed with -9 tells nobody. A parent's death shows as a changed parent id, and one getppid() five times a second
 * is all that it takes. Only under npm: somebody who starts run.mjs by hand may well want it to outlive the shell.
 */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, PARENT_POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
