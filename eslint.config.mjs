import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Files that only tests load: they may use the test harness, any npm package, and looser typing of what they parse. */
const TESTS = ['**/*.test.ts', '**/*.itest.ts', '**/*.bench.ts', '{packages,apps,tools}/*/test/**/*.ts'];

/** Files at which a program starts, and tools: they may write to the console. */
const PROGRAMS = ['apps/*/src/**/*.ts', 'tools/**/*.ts', '**/main.ts'];

/** Layers from the bottom up: which of them each may use, and which npm packages (conventions: boundaries). */
const LAYERS = {
  base: { uses: [], npm: [] },
  codec: { uses: ['base'], npm: ['@node-rs/crc32', 'snappy', 'lz4-napi'] },
  protocol: { uses: ['base', 'codec'], npm: [] },
  security: { uses: ['base', 'protocol', 'codec'], npm: ['jose'] },
  engine: { uses: ['base', 'protocol', 'codec', 'engine'], npm: ['pg', '@aws-sdk/client-s3', 're2js'] },
  broker: { uses: ['base', 'protocol', 'codec', 'security', 'engine'], npm: [] },
  server: {
    uses: ['base', 'protocol', 'codec', 'security', 'engine', 'broker'],
    npm: ['pino', 'prom-client', 'yaml'],
  },
  client: { uses: ['base', 'protocol', 'codec', 'security', 'client'] },
  contract: { uses: ['base', 'client'], npm: [] },
  library: { uses: ['base', 'protocol', 'codec', 'client', 'contract', 'library'] },
  plugin: { uses: ['base', 'contract'] },
  test: {
    uses: [
      'base',
      'codec',
      'protocol',
      'security',
      'engine',
      'broker',
      'server',
      'client',
      'contract',
      'library',
      'plugin',
      'test',
    ],
  },
  app: {
    uses: [
      'base',
      'codec',
      'protocol',
      'security',
      'engine',
      'broker',
      'server',
      'client',
      'contract',
      'library',
      'plugin',
    ],
  },
  tool: { uses: ['*'] },
};

/** The rule for ordinary sources, or the one for tests: everything may be tested with the harness and any npm package. */
function boundaries({ inTests }) {
  const depConstraints = Object.entries(LAYERS).map(([layer, { uses, npm }]) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: [...uses, ...(inTests ? ['test'] : [])].map((used) =>
      used === '*' ? '*' : `layer:${used}`,
    ),
    ...(npm === undefined || inTests
      ? {}
      : npm.length === 0
        ? { bannedExternalImports: ['*'] }
        : { allowedExternalImports: npm }),
  }));
  return [
    'error',
    {
      enforceBuildableLibDependency: false,
      // The harness drives the packages below it, and their tests use the harness.
      ignoredCircularDependencies: [['@millrace/testing', '*']],
      depConstraints,
    },
  ];
}

const NODE_IO = [
  'net',
  'tls',
  'dgram',
  'http',
  'https',
  'http2',
  'dns',
  'fs',
  'fs/promises',
  'child_process',
  'worker_threads',
  'cluster',
  'os',
  'timers',
  'timers/promises',
  'readline',
  'sqlite',
];

export default defineConfig(
  globalIgnores([
    '**/dist/**',
    '**/node_modules/**',
    '**/coverage/**',
    '.nx/**',
    '.millrace/**',
    '**/generated/**',
    'packages/protocol/vectors/**',
  ]),

  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [js.configs.recommended],
    languageOptions: { globals: nodeGlobals() },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'writable', exports: 'writable', __dirname: 'readonly' },
    },
  },

  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, tseslint.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ inTests: false }),
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'export by name; only config files have a default export' },
        { selector: 'ExportAllDeclaration', message: 're-export by name, so that the public surface can be read' },
      ],
      'no-restricted-imports': ['error', { patterns: [deepImport()] }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      // What was caught is passed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      // An async method may implement an interface whose other implementation waits.
      '@typescript-eslint/require-await': 'off',
    },
  },

  {
    // Time, randomness and I/O come in as arguments here (design: determinism).
    files: ['packages/{base,protocol,coordinator,log}/src/**/*.ts'],
    // The adapters that bring them in, and nothing else.
    ignores: ['packages/base/src/{clock,random,timers,uuid}.ts', ...TESTS],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [deepImport()],
          paths: NODE_IO.map((name) => ({ name: `node:${name}`, message: 'this package is pure: I/O is passed in' })),
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'performance'].map((name) => ({
          name,
          message: 'this package is pure: take Clock or Timers as an argument',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'this package is pure: take a Clock as an argument' },
        { object: 'Math', property: 'random', message: 'this package is pure: take Random as an argument' },
        { object: 'crypto', property: 'randomUUID', message: 'this package is pure: take Random as an argument' },
        { object: 'process', property: 'env', message: 'this package is pure: settings are arguments' },
      ],
    },
  },

  {
    files: TESTS,
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ inTests: true }),
      // Tests compare what a parser or a mock gives back, which is loosely typed by nature.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'off',
    },
  },

  { files: PROGRAMS, rules: { 'no-console': 'off' } },
  { files: ['tools/**/*.ts'], rules: { '@nx/enforce-module-boundaries': boundaries({ inTests: true }) } },
  { files: ['**/*.d.ts', '**/*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
);

function deepImport() {
  return { group: ['@millrace/*/src/*', '@millrace/*/dist/*'], message: 'import what the package exports' };
}

function nodeGlobals() {
  const names = [
    'AbortController',
    'AbortSignal',
    'Buffer',
    'URL',
    'clearImmediate',
    'clearInterval',
    'clearTimeout',
    'console',
    'fetch',
    'performance',
    'process',
    'queueMicrotask',
    'setImmediate',
    'setInterval',
    'setTimeout',
    'structuredClone',
    'TextDecoder',
    'TextEncoder',
    'globalThis',
  ];
  return Object.fromEntries(names.map((name) => [name, 'readonly']));
}
