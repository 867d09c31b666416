/**
 * Jest reporter: writes down what really ran, for the closing counts of `npm test` and CI.
 *
 * The file is an output of the Nx target (nx.json), so a run that Nx answers from its cache brings its counts along.
 * Outside Nx (somebody runs Jest by hand) nothing is written.
 */
'use strict';
const { mkdirSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');

const WHY_LINES = 30;
// Set by run-jest.mjs in a second run.
const CRASH = process.env.MILLRACE_JEST_CRASH;
const PROJECT = process.env.NX_TASK_TARGET_PROJECT;
const ROOT = join(__dirname, '..', '..');

module.exports = class CountReporter {
  /** Written before each file, so that a process that dies leaves behind in which file it did. */
  onTestFileStart(test) {
    write({ ...summarize(NOTHING_RAN), brokeOffIn: relative(ROOT, test.path) });
  }

  onRunComplete(_contexts, results) {
    write(summarize(results));
  }
};

const NOTHING_RAN = {
  testResults: [],
  numPassedTests: 0,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};

function write(counts) {
  const target = process.env.NX_TASK_TARGET_TARGET;
  if (!PROJECT || !target) return;
  const path = join(ROOT, '.nx/test-counts', PROJECT, `${target}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(counts));
}

/** What was expected stands first, the stack last. */
function firstLines(text) {
  return text.split('\n').slice(0, WHY_LINES).join('\n');
}

/** A suite that could not even be loaded counts as one failed test: its tests are unknown, its failure is not. */
function summarize(results) {
  const skippedNames = [];
  const failures = [];
  for (const suite of results.testResults) {
    const file = relative(ROOT, suite.testFilePath);
    if (suite.testExecError) failures.push({ name: `${file}: could not be run`, why: suite.failureMessage ?? '' });
    for (const test of suite.testResults) {
      const name = `${file}: ${test.fullName}`;
      if (test.status === 'failed') failures.push({ name, why: firstLines(test.failureMessages.join('\n')) });
      else if (test.status !== 'passed') skippedNames.push(name);
    }
  }
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
    failures,
    skippedNames,
    notes:
      CRASH === undefined ? [] : [`Node crashed (${CRASH}) under the tests of ${PROJECT}; they were run once more`],
  };
}
