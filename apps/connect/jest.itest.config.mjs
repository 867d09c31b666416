import { fileURLToPath } from 'node:url';

// Workers start from source many times over: what was compiled once is found again.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url));

export default {
  displayName: 'connect-app (integration)',
  preset: '../../jest.preset.js',
  testMatch: ['<rootDir>/test/**/*.itest.ts'],
  testTimeout: 240_000,
};
