/**
 * Starts a Node process that cannot outlive us.
 *
 * The child leads a process group of its own: a Ctrl-C in the terminal, which the kernel sends to the whole foreground
 * group and npm forwards a second time, reaches it exactly once, through us. It watches a pipe of which we hold the
 * other end (parent-watch.cjs), so it ends even when we are killed with -9.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PARENT_WATCH = fileURLToPath(new URL('./parent-watch.cjs', import.meta.url));
const SUPERVISOR_FD = 3;

/**
 * @param {{ nodePath: string, nodeArgs: string[], cwd: string, env?: NodeJS.ProcessEnv, stdin?: 'ignore' | 'pipe', stdout?: 'inherit' | 'pipe', stderr?: 'inherit' | 'pipe' }} options
 * @returns {import('node:child_process').ChildProcess}
 */
export function spawnSupervised({
  nodePath,
  nodeArgs,
  cwd,
  env = process.env,
  stdin = 'ignore',
  stdout = 'inherit',
  stderr = 'inherit',
}) {
  const child = spawn(nodePath, ['--require', PARENT_WATCH, ...nodeArgs], {
    cwd,
    env: { ...env, MILLRACE_SUPERVISOR_FD: String(SUPERVISOR_FD) },
    stdio: [stdin, stdout, stderr, 'pipe'],
    detached: true,
  });
  // The child may close its end first; that is no error of ours.
  child.stdio[SUPERVISOR_FD]?.on('error', () => {});
  return child;
}

/** Sends a signal to the child's whole group (its own children included). */
export function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: it is gone; EPERM: on macOS, only zombies are left of it.
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error;
  }
}
