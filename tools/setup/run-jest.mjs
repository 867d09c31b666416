/**
 * Runs Jest for one Nx target, in a process of its own, with the flags of Node that our tests need.
 *
 * A process that a signal ends (V8 crashed) is run once more, and said so loudly: nothing that a test does in JavaScript
 * ends it in this way, and a whole project's results would be lost with it. A test that fails is never run again.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';

const FLAGS = [
  // Packages that are ESM only (docs/adr/0009-tests-in-commonjs.md).
  '--experimental-vm-modules',
  '--no-warnings',
  // Collections crash on what V8's baseline compiler leaves on the stack under Jest: nodejs/node#62393.
  '--no-sparkplug',
];
const CRASHES = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGTRAP']);

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const run = () => spawnSync(process.execPath, [...FLAGS, jest, ...process.argv.slice(2)], { stdio: 'inherit' });

let end = run();
if (CRASHES.has(end.signal)) {
  process.stderr.write(`\nNODE CRASHED: ${end.signal} ended Jest; it is run once more\n\n`);
  // For jest-count-reporter.cjs, which notes it where the run ends.
  process.env.MILLRACE_JEST_CRASH = end.signal;
  end = run();
}
if (end.error !== undefined) throw end.error;
if (end.signal !== null) process.stderr.write(`\n${end.signal} ended Jest\n`);
process.exitCode = end.signal === null ? end.status : 128 + constants.signals[end.signal];
