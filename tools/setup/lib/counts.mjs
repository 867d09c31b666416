/**
 * Adds up what really ran.
 *
 * Every source of counts (Jest through jest-count-reporter.cjs, node:test through node-test-counts.mjs, gates, the
 * conformance table) ends up as { passed, failed, skipped, failures, skippedNames, notes }; a failure is
 * { name, why }, a note says what else the end of the run must tell.
 */
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export function noCounts() {
  return { passed: 0, failed: 0, skipped: 0, failures: [], skippedNames: [], notes: [] };
}

export function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
    skippedNames: [...a.skippedNames, ...b.skippedNames],
    notes: [...a.notes, ...b.notes],
  };
}

const LAST_WORDS = 40;

/** The closing line; nothing else of a run has this form. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * What was skipped and what failed, by name, and why it failed in its last words: where only the end of a run is kept,
 * this is all there is.
 */
export function namesOf({ skippedNames, failures, notes }) {
  return [
    ...notes.map((note) => `NOTE ${note}`),
    ...skippedNames.map((name) => `SKIPPED ${name}`),
    ...failures.flatMap(({ name, why }) => lastWords(name, why)),
    ...failures.map(({ name }) => `FAILED ${name}`),
  ];
}

function lastWords(name, why) {
  if (why.trim() === '') return [];
  const lines = why.trimEnd().split('\n').slice(-LAST_WORDS);
  return [`┌─ ${name}`, ...lines.map((line) => `│ ${line}`)];
}

/** How a whole CI run ends: `N passed, N failed` alone on the last line, what was skipped on a line before it. */
export function lastLines({ passed, failed, skipped }) {
  return `${skipped > 0 ? `${skipped} skipped\n` : ''}${passed} passed, ${failed} failed`;
}

const CLOSING_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;

/** Reads the closing line of another program of ours, or undefined when it did not get that far. */
export function parseClosingLine(output) {
  const line = output
    .trimEnd()
    .split('\n')
    .findLast((candidate) => CLOSING_LINE.test(candidate.trim()));
  const match = CLOSING_LINE.exec(line?.trim() ?? '');
  if (match === null) return undefined;
  const [passed, failed, skipped] = match.slice(1).map(Number);
  return { ...noCounts(), passed, failed, skipped };
}

/** Non-zero when something failed and when nothing ran: an empty run proves nothing. */
export function exitCodeOf({ passed, failed }) {
  return failed > 0 || passed === 0 ? 1 : 0;
}

export function countsFolder(root) {
  return join(root, '.nx', 'test-counts');
}

export function forgetCounts(root) {
  rmSync(countsFolder(root), { recursive: true, force: true });
}

/** The counts that the Jest runs of one Nx target left behind, by project. */
export function readJestCounts(root, target) {
  const folder = countsFolder(root);
  if (!existsSync(folder)) return new Map();
  return new Map(
    globSync(`**/${target}.json`, { cwd: folder }).map((path) => [
      path.slice(0, -`/${target}.json`.length),
      JSON.parse(readFileSync(join(folder, path), 'utf8')),
    ]),
  );
}

/**
 * The counts of one `nx run-many`. A project that Nx reports as failed although no test of it did (a crash, a bad
 * configuration, open handles) counts as one failure, and so does a failed Nx that names no project.
 */
export function countNxRun({ byProject, code, log, target }) {
  let total = noCounts();
  for (const counts of byProject.values()) total = add(total, counts);
  const failedProjects = failedTasks(log, target).filter((project) => (byProject.get(project)?.failed ?? 0) === 0);
  for (const project of failedProjects) {
    const brokeOffIn = byProject.get(project)?.brokeOffIn;
    const where = brokeOffIn === undefined ? '' : `, in or after ${brokeOffIn}`;
    const why = logOfTask(log, project, target);
    total = add(total, failure(`${project}: ${target} failed outside its tests${where}`, why));
  }
  if (code !== 0 && total.failed === 0) total = add(total, failure(`nx run-many -t ${target} failed`, log));
  return total;
}

/** @param {string} why what the failing part said last, or nothing when its name says it all */
export function failure(name, why = '') {
  return { ...noCounts(), failed: 1, failures: [{ name, why }] };
}

export function success() {
  return { ...noCounts(), passed: 1 };
}

export function skip(name) {
  return { ...noCounts(), skipped: 1, skippedNames: [name] };
}

/** Nx ends a failed run with the list of its failed tasks. */
export function failedTasks(log, target) {
  const list = /^\s*Failed tasks:\s*$([\s\S]*)/m.exec(log)?.[1] ?? '';
  const pattern = new RegExp(`^\\s*- (\\S+):${target}$`, 'gm');
  return [...new Set([...list.matchAll(pattern)].map((match) => match[1]))];
}

/** The part of Nx's log that belongs to the failed tasks; all of it when that cannot be told. */
export function logOfFailedTasks(log, target) {
  const failed = failedTasks(log, target);
  const sections = failed.map((project) => logOfTask(log, project, target));
  return failed.length > 0 && !sections.includes('') ? sections.join('\n') : log;
}

function logOfTask(log, project, target) {
  return log.split(/^(?=> nx run )/m).find((section) => section.startsWith(`> nx run ${project}:${target}\n`)) ?? '';
}
