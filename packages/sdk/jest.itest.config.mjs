export default {
  displayName: 'sdk (integration)',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  testTimeout: 20_000,
};
