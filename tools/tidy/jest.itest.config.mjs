export default {
  displayName: 'tidy (integration)',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  testTimeout: 120_000,
};
