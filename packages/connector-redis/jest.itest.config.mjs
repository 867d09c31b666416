export default {
  displayName: 'connector-redis (integration)',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  // Fetches the server once per machine.
  globalSetup: '../../tools/setup/valkey.mjs',
  testTimeout: 60_000,
};
