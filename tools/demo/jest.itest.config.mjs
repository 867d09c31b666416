export default {
  displayName: 'demo (integration)',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  globalSetup: '<rootDir>/test/provide-servers.mjs',
  testTimeout: 120_000,
};
