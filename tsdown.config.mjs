/**
 * Builds the package in the current folder for publishing: every source module as ESM and as CommonJS, with types for
 * both. One config for all packages: the entries are what package.json exports under `@millrace/source`.
 *
 * Modules stay separate files (`unbundle`), so that a worker is found beside the module that starts it.
 */
import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'tsdown';

const WORKER_URL = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+)\.ts\1\s*,\s*import\.meta\.url\s*\)/g;

const packageJson = JSON.parse(readFileSync('package.json', 'utf8'));

/** The source files behind the public names, and the workers that they start by URL. */
function entries() {
  const exported = Object.values(packageJson.exports ?? {}).flatMap((target) => target['@millrace/source'] ?? []);
  const programs = Object.values(packageJson.bin ?? {}).map((path) =>
    path.replace('./dist/', './src/').replace(/\.js$/, '.ts'),
  );
  const workers = globSync('src/**/*.ts').filter((path) => {
    const worker = path.replace(/^src\//, '');
    return sources().some((text) =>
      [...text.matchAll(WORKER_URL)].some((match) => worker.endsWith(`${match[2].replace(/^.*\.\//, '')}.ts`)),
    );
  });
  return [...exported, ...programs, ...workers];
}

let cachedSources;
function sources() {
  cachedSources ??= globSync('src/**/*.ts').map((path) => readFileSync(path, 'utf8'));
  return cachedSources;
}

/** In the sources a worker is `./x.ts` beside its module; in a build it is `./x.js` or `./x.cjs`. */
function workerUrls(extension) {
  return {
    name: 'millrace-worker-urls',
    transform: {
      order: 'pre',
      filter: { id: /\.ts$/ },
      handler: (code) => {
        const rewritten = code.replace(WORKER_URL, `new URL('$2${extension}', import.meta.url)`);
        // No map: only the end of a line moves, by a character.
        return rewritten === code ? undefined : { code: rewritten, map: null };
      },
    },
  };
}

const isProgram = packageJson.bin !== undefined;

export default defineConfig({
  cwd: process.cwd(),
  entry: entries(),
  outDir: 'dist',
  root: 'src',
  platform: 'node',
  target: 'node22',
  tsconfig: 'tsconfig.lib.json',
  format: isProgram ? ['esm'] : ['esm', 'cjs'],
  unbundle: true,
  sourcemap: true,
  dts: isProgram ? false : { sourcemap: true },
  fixedExtension: false,
  treeshake: false,
  failOnWarn: true,
  logLevel: 'warn',
  checks: { pluginTimings: false },
  inputOptions: (options, format) => ({
    ...options,
    plugins: [workerUrls(format === 'cjs' ? '.cjs' : '.js'), options.plugins],
  }),
});
