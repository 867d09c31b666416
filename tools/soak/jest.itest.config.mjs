export default {
  displayName: 'soak',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  globalSetup: '<rootDir>/test/provide-servers.mjs',
  testTimeout: 180_000,
};
