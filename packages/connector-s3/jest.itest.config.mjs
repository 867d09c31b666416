export default {
  displayName: 'connector-s3',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  // Builds the S3 server once per machine.
  globalSetup: '../../tools/setup/versitygw.mjs',
  testTimeout: 60_000,
};
