export default {
  displayName: 'connector-s3',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  testTimeout: 60_000,
};
