export default {
  displayName: 'storage-local (integration)',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  testTimeout: 60_000,
};
