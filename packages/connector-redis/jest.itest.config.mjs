export default {
  displayName: 'connector-redis',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  testTimeout: 60_000,
};
