export default {
  displayName: 'connect-testkit',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  testTimeout: 60_000,
};
