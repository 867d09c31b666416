/**
 * Jest reporter: writes down what really ran, for the closing counts of `npm test` and CI.
 *
 * The file is an output of the Nx target (nx.json), so a run that Nx answers from its cache brings its counts along.
 * Outside Nx (somebody runs Jest by hand) nothing is written.
 */
'use strict';
const { mkdirSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');

const ROOT = join(__dirname, '..', '..');

module.exports = class CountReporter {
  onRunComplete(_contexts, results) {
    const project = process.env.NX_TASK_TARGET_PROJECT;
    const target = process.env.NX_TASK_TARGET_TARGET;
    if (!project || !target) return;
    const path = join(ROOT, '.nx/test-counts', project, `${target}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(summarize(results)));
  }
};

/** A suite that could not even be loaded counts as one failed test: its tests are unknown, its failure is not. */
function summarize(results) {
  const skippedNames = [];
  const failedNames = [];
  for (const suite of results.testResults) {
    const file = relative(ROOT, suite.testFilePath);
    if (suite.testExecError) failedNames.push(`${file}: could not be run`);
    for (const test of suite.testResults) {
      const name = `${file}: ${test.fullName}`;
      if (test.status === 'failed') failedNames.push(name);
      else if (test.status !== 'passed') skippedNames.push(name);
    }
  }
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
    failedNames,
    skippedNames,
  };
}
