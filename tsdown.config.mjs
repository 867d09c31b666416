/**
 * Builds the package in the current folder for publishing: every source module as CommonJS with its types, and for each exported one an
 * ES module that hands it on. One config for all packages: the entries are what package.json exports under `@millrace/source`.
 *
 * Modules stay separate files (`unbundle`), so that a worker is found beside the module that starts it.
 *
 * A program whose package.json has `"bin": { …: "./dist/….cjs" }` is bundled instead: CommonJS, made of its own sources, those of the
 * workspace and the packages of others, so that its start finds few files. Their licences go into `dist/third-party-licenses.txt`.
 */
import { globSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { defineConfig } from 'tsdown';

const WORKER_URL = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+)\.ts\1\s*,\s*import\.meta\.url\s*\)/g;

const packageJson = JSON.parse(readFileSync('package.json', 'utf8'));
const programs = Object.values(packageJson.bin ?? {}).filter((path) => path.startsWith('./dist/'));
const isProgram = programs.length > 0;
const isBundled = programs.some((path) => path.endsWith('.cjs'));

/** The source files behind the public names, and the workers that they start by URL. */
function entries() {
  const exported = Object.values(packageJson.exports ?? {}).flatMap((target) => target['@millrace/source'] ?? []);
  const workers = globSync('src/**/*.ts').filter((path) => {
    const worker = path.replace(/^src\//, '');
    return sources().some((text) =>
      [...text.matchAll(WORKER_URL)].some((match) => worker.endsWith(`${match[2].replace(/^.*\.\//, '')}.ts`)),
    );
  });
  return [...exported, ...programs.map(sourceOf), ...workers];
}

/** The programs, and beside them the workers that they, or packages of the workspace below them, start by URL. */
function bundledEntries() {
  const folders = workspaceFoldersBelow(packageJson);
  const workers = [...folders]
    .flatMap((folder) => globSync(`${folder}/src/**/*.ts`))
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(WORKER_URL)].map((match) => join(dirname(path), `${match[2]}.ts`)),
    );
  return Object.fromEntries([...programs.map(sourceOf), ...workers].map((path) => [basename(path, '.ts'), path]));
}

function workspaceFoldersBelow({ dependencies = {} }, found = new Set()) {
  for (const name of Object.keys(dependencies)) {
    const folder = join('../../packages', name.replace(/^@millrace\//, ''));
    if (!name.startsWith('@millrace/') || found.has(folder) || !existsSync(folder)) continue;
    found.add(folder);
    workspaceFoldersBelow(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')), found);
  }
  return found;
}

function sourceOf(program) {
  return program.replace('./dist/', './src/').replace(/\.c?js$/, '.ts');
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

/**
 * Escapes what is beyond Latin-1. One such character would make every thread keep the whole text of the file at two bytes each, and more
 * than a million characters are in one.
 */
function latin1() {
  return {
    name: 'millrace-latin-1',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\xff]/g, escaped);
      }
    },
  };
}

/** The map stays right: only the end of a line moves. */
function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What the licences of bundled packages want to go with every copy. */
function thirdPartyLicenses() {
  return {
    name: 'millrace-third-party-licenses',
    generateBundle(_options, bundle) {
      const folders = new Set();
      for (const { moduleIds = [] } of Object.values(bundle)) {
        for (const id of moduleIds) if (id.includes('/node_modules/')) folders.add(packageFolderOf(id));
      }
      const sections = [...folders].sort().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
        const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
        return [`${name} ${version} (${license})`, ...texts].join('\n\n');
      });
      if (sections.length === 0) return;
      const source = `${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
      this.emitFile({ type: 'asset', fileName: 'third-party-licenses.txt', source });
    },
  };
}

/** The nearest folder above with a package.json that has a version (others only say of which kind the files are). */
function packageFolderOf(moduleId) {
  let folder = dirname(moduleId);
  for (;;) {
    const path = join(folder, 'package.json');
    if (existsSync(path) && JSON.parse(readFileSync(path, 'utf8')).version !== undefined) return resolve(folder);
    folder = dirname(folder);
  }
}

/**
 * The ES modules that a library exports: each hands on what its CommonJS module has. So whoever imports and whoever requires
 * share one instance of each class, and nothing is published twice.
 */
function modulesOfCommonJs() {
  const exported = Object.values(packageJson.exports ?? {}).flatMap((target) => Object.values(target.import ?? {}));
  const isExported = (path) => exported.some((pattern) => matchesPattern(path, pattern));
  return {
    name: 'millrace-modules-of-commonjs',
    generateBundle(_options, bundle) {
      for (const { fileName, isEntry } of Object.values(bundle)) {
        if (isEntry !== true) continue;
        const moduleName = fileName.replace(/\.cjs$/, '.js').replace(/\.d\.cts$/, '.d.ts');
        if (moduleName === fileName || !isExported(`./dist/${moduleName}`)) continue;
        const name = basename(fileName).replace(/\.d\.cts$/, '.cjs');
        this.emitFile({ type: 'asset', fileName: moduleName, source: `export * from './${name}';\n` });
      }
    },
  };
}

function matchesPattern(path, pattern) {
  const [before, after] = pattern.split('*');
  return after === undefined ? path === pattern : path.startsWith(before) && path.endsWith(after);
}

export default defineConfig({
  cwd: process.cwd(),
  entry: isBundled ? bundledEntries() : entries(),
  outDir: 'dist',
  ...(isBundled ? {} : { root: 'src' }),
  platform: 'node',
  target: 'node22',
  tsconfig: 'tsconfig.lib.json',
  format: isProgram && !isBundled ? ['esm'] : ['cjs'],
  unbundle: !isBundled,
  ...(isBundled ? { deps: { alwaysBundle: [/^(?!node:)/] } } : {}),
  // The types have them, and so have the sources that are published beside.
  outputOptions: { comments: false },
  sourcemap: true,
  dts: isProgram ? false : { sourcemap: true },
  fixedExtension: false,
  treeshake: false,
  failOnWarn: true,
  logLevel: 'warn',
  checks: { pluginTimings: false },
  inputOptions: (options, format) => ({
    ...options,
    ...(isBundled
      ? { resolve: { ...options.resolve, conditionNames: ['@millrace/source', 'node', 'import', 'default'] } }
      : {}),
    plugins: [
      workerUrls(format === 'cjs' ? '.cjs' : '.js'),
      options.plugins,
      isBundled ? [latin1(), thirdPartyLicenses()] : isProgram ? [] : [modulesOfCommonJs()],
    ],
  }),
});
