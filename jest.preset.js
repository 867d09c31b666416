/** One preset for every project: sources are transformed, not type-checked; workspace packages resolve to their sources. */
export default {
  testEnvironment: 'node',
  // A test that waits has a deadline of its own; this one must not fail a slow, busy machine.
  testTimeout: 60_000,
  testEnvironmentOptions: { customExportConditions: ['@millrace/source', 'node', 'node-addons'] },
  testMatch: ['<rootDir>/src/**/*.test.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' }, keepClassNames: true },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  reporters: ['default', `${import.meta.dirname}/tools/setup/jest-count-reporter.cjs`],
  coverageProvider: 'v8',
};
