/**
 * Runs one step of a test or CI run: one line with its duration, the whole log only when it failed.
 *
 * Bounds: a step that exceeds its limit is killed with everything it started and counts as failed.
 */
import { createWriteStream, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { signalGroup, spawnSupervised } from './supervised.mjs';

const LABEL_WIDTH = 22;
const NOTE_EVERY_MS = 60_000;
const KILL_AFTER_MS = 5_000;

/**
 * @typedef {{ code: number, timedOut: boolean, log: string, seconds: number }} StepResult
 * @param {{ root: string, label: string, nodeArgs: string[], limitMinutes: number, env?: NodeJS.ProcessEnv, cwd?: string, onLine?: (line: string) => void }} step
 * @returns {Promise<StepResult>}
 */
export async function runStep({ root, label, nodeArgs, limitMinutes, env = process.env, cwd = root, onLine }) {
  const logPath = join(root, '.nx', 'step-logs', `${label.replaceAll(/\W+/g, '-')}.log`);
  mkdirSync(dirname(logPath), { recursive: true });
  const log = createWriteStream(logPath);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1_000;
  process.stdout.write(label.padEnd(LABEL_WIDTH));
  const child = spawnSupervised({
    nodePath: process.execPath,
    nodeArgs,
    cwd,
    env: { ...env, ...plainOutput() },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => log.write(chunk));
    if (onLine !== undefined) byLine(stream, onLine);
  }
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    signalGroup(child, 'SIGTERM');
    setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS).unref();
  }, limitMinutes * 60_000);
  // CI systems end jobs that say nothing for long.
  const note = setInterval(() => process.stderr.write(`\n  … ${label}: ${seconds().toFixed(0)} s\n`), NOTE_EVERY_MS);
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      log.write(`${error.message}\n`);
      resolve(1);
    });
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  clearTimeout(limit);
  clearInterval(note);
  // Whatever the step left behind in its group must not disturb the next one.
  signalGroup(child, 'SIGKILL');
  await new Promise((resolve) => log.end(resolve));
  return { code: timedOut ? 1 : code, timedOut, log: readFileSync(logPath, 'utf8'), seconds: seconds() };
}

/** Ends the step's line. */
export function endLine(ok, result, remark) {
  const outcome = result.timedOut ? 'TIMED OUT' : ok ? 'ok' : 'FAILED';
  process.stdout.write(
    `${`${result.seconds.toFixed(1)} s`.padStart(9)}  ${outcome}${remark === '' ? '' : `  ${remark}`}\n`,
  );
}

/** Prints the whole log of a failed step, indented so that it cannot be mistaken for lines of ours. */
export function printLog(label, log) {
  process.stdout.write(`\n┌─ ${label}\n`);
  for (const line of log.trimEnd().split('\n')) process.stdout.write(`│ ${line}\n`);
  process.stdout.write(`└─ end of ${label}\n\n`);
}

/** The JavaScript file behind a command of node_modules/.bin. */
export function tool(root, name) {
  return realpathSync(join(root, 'node_modules', '.bin', name));
}

function plainOutput() {
  return { NO_COLOR: '1', FORCE_COLOR: '0', NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true' };
}

function byLine(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => rest !== '' && onLine(rest));
}
