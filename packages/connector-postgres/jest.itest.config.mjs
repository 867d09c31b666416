export default {
  displayName: 'connector-postgres',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  testTimeout: 60_000,
};
