/**
 * What CI checks, in the order in which a mistake is cheapest to learn of: form, types, rules, generated code, packages,
 * tests, foreign clients, kills under load, groups under stress, transactions under every fault.
 *
 * Every gate counts as one; tests and conformance cases count each. A gate that fails does not stop the others: one run
 * says everything that is wrong.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  add,
  closingLine,
  exitCodeOf,
  failure,
  lastLines,
  namesOf,
  noCounts,
  parseClosingLine,
  success,
} from './lib/counts.mjs';
import { endLine, printLog, runStep, tool } from './lib/step.mjs';
import { PARTS, runTests } from './lib/tests.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = (name, ...args) => [tool(root, name), ...args];
const source = (path, ...args) => ['--conditions=@millrace/source', path, ...args];

/** A failed comparison of two long lists is one line; the whole of it is in the log above. */
const NAME_LENGTH_MAX = 160;

/** Enough to meet every kind of kill; a run of 200 is in docs/reliability.md. */
const CHAOS_KILLS = 10;

/** Ten seeds, long enough for each to meet kills, zombies and lost answers; hours of it are in docs/reliability.md. */
const SOAK_FLAGS = ['--seeds', '10', '--seed', '1', '--seconds', '4', '--parallel', '2', '--workers', '2'];

/** Clients that need nothing but Node; all of them are in docs/reliability.md. */
const GROUPS_FLAGS = ['groups', '--client', 'wire,sdk,kafkajs'];

/** Rules with types hold the programs of all projects at once. */
const LINT_HEAP = '--max-old-space-size=10240';

/** Shells read the completion scripts that the command line writes for them; kcat runs the README's examples. */
const PROGRAMS = ['zsh', 'fish', 'kcat'];
const APT_MS_MAX = 180_000;

const GATES = [
  { label: 'lock file', nodeArgs: () => source('tools/tidy/src/main.ts', 'lock-file') },
  { label: 'format', nodeArgs: () => bin('prettier', '--check', '.') },
  { label: 'types', nodeArgs: () => bin('nx', 'run-many', '-t', 'typecheck', '--outputStyle=static') },
  // After a step of nx, which stores its project graph: without it the linter skips the rule of boundaries, as in a new clone.
  { label: 'lint', nodeArgs: () => [LINT_HEAP, ...bin('eslint', '.', '--max-warnings=0')] },
  {
    label: 'generated code',
    nodeArgs: () => bin('nx', 'run-many', '-t', 'generate', 'docs', '--outputStyle=static', '--check'),
  },
  { label: 'tidy', nodeArgs: () => source('tools/tidy/src/main.ts') },
  { label: 'build', nodeArgs: () => bin('nx', 'run-many', '-t', 'build', '--outputStyle=static') },
  { label: 'packages', nodeArgs: () => source('tools/tidy/src/packages/check-packages.ts') },
];

const SECTIONS = new Map([
  ['gates', gates],
  ['tests', tests],
  ['conformance', () => peerRun('conformance', 'tools/conformance/src/main.ts', [])],
  ['chaos', () => peerRun('chaos', 'tools/conformance/src/chaos/main.ts', ['--kills', String(CHAOS_KILLS)])],
  ['groups', () => peerRun('groups', 'tools/conformance/src/chaos/main.ts', GROUPS_FLAGS)],
  ['soak', () => peerRun('soak', 'tools/soak/src/main.ts', SOAK_FLAGS)],
]);

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  const chosen = args.length === 0 ? [...SECTIONS.keys()] : args;
  const unknown = chosen.filter((name) => !SECTIONS.has(name));
  if (unknown.length > 0) {
    process.stderr.write(`usage: .ci/run [${[...SECTIONS.keys()].join('] [')}]\n`);
    return 2;
  }
  const started = performance.now();
  process.stdout.write(`Node ${process.version} on ${process.platform} ${process.arch}\n`);
  let total = noCounts();
  for (const name of chosen) total = add(total, await SECTIONS.get(name)());

  process.stdout.write(
    `\n${'whole run'.padEnd(22)}${`${((performance.now() - started) / 1_000).toFixed(1)} s`.padStart(9)}\n`,
  );
  for (const line of namesOf(total))
    process.stdout.write(`${line}
`);
  process.stdout.write(`${lastLines(total)}\n`);
  return exitCodeOf(total);
}

async function gates() {
  let total = noCounts();
  for (const { label, nodeArgs } of GATES) {
    const result = await runStep({ root, label, nodeArgs: nodeArgs(), limitMinutes: 15 });
    endLine(result.code === 0, result, '');
    if (result.code !== 0) printLog(label, result.log);
    total = add(total, result.code === 0 ? success() : failure(`gate: ${label}`, result.log));
  }
  return total;
}

function tests() {
  installPrograms();
  return runTests({ root, parts: PARTS, projects: [], skipCache: true });
}

/** Where they cannot be had, their tests are skipped, and named. */
function installPrograms() {
  const missing = PROGRAMS.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing.length === 0 || process.getuid?.() !== 0) return;
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: APT_MS_MAX };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options);
}

/** Runs clients of other projects: a line per case, with the reason when one was skipped, and the counts in the end. */
async function peerRun(label, path, args) {
  const nodeArgs = source(join(root, path), ...args);
  const result = await runStep({ root, label, nodeArgs, limitMinutes: 45 });
  const counts = parseClosingLine(result.log);
  const linesWith = (mark) => result.log.split('\n').filter((line) => new RegExp(`\\s${mark}\\s`).test(line));
  const named = (mark) =>
    linesWith(mark).map((line) => `${label}: ${line.trim().replaceAll(/\s+/g, ' ').slice(0, NAME_LENGTH_MAX)}`);
  const total =
    counts === undefined
      ? failure(`${label} did not get to its closing line`, result.log)
      : { ...counts, failures: named('FAIL').map((name) => ({ name, why: '' })), skippedNames: named('SKIP') };
  const missed =
    result.code !== 0 && total.failed === 0 ? failure(`${label} ended with an error`, result.log) : noCounts();
  const all = add(total, missed);
  endLine(all.failed === 0, result, closingLine(all));
  if (all.failed > 0) printLog(label, result.log);
  return all;
}
