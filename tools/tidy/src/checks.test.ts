import { CHECKS } from './checks.ts';
import { fileNames } from './file-names.ts';
import { indexFiles } from './index-files.ts';
import { lockFile } from './lock-file.ts';
import { packageReadmes } from './package-readmes.ts';
import { repositoryOf, type Check } from './repository.ts';
import { sourceMarks } from './source-marks.ts';

function findingsOf(check: Check, files: Record<string, string | object>) {
  return check.run(repositoryOf(files)).map(({ path, message }) => `${path}: ${message}`);
}

describe('the list of checks', () => {
  it('has unique names', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
  });
});

describe('lock-file', () => {
  const lock = (packages: object) => ({ 'package-lock.json': { packages } });
  const swc = { version: '1.0.0', integrity: 'sha512-x', optionalDependencies: { '@swc/core-darwin-arm64': '1.0.0' } };

  it('names an optional dependency without an entry', () => {
    expect(findingsOf(lockFile, lock({ 'node_modules/@swc/core': swc }))).toEqual([
      'package-lock.json: node_modules/@swc/core wants @swc/core-darwin-arm64, which has no entry: npm ci would fail; pin an older version',
    ]);
  });

  it('accepts entries at any depth', () => {
    const platform = { version: '1.0.0', integrity: 'sha512-x', optional: true };
    expect(
      findingsOf(
        lockFile,
        lock({ 'node_modules/@swc/core': swc, 'node_modules/a/node_modules/@swc/core-darwin-arm64': platform }),
      ),
    ).toEqual([]);
  });

  it('refuses addresses of a registry and packages without integrity', () => {
    const entry = { version: '1.0.0', resolved: 'https://registry.example.org/a/-/a-1.0.0.tgz' };
    expect(findingsOf(lockFile, lock({ 'node_modules/a': entry }))).toEqual([
      'package-lock.json: node_modules/a names a registry (registry.example.org); set omit-lockfile-registry-resolved',
      'package-lock.json: node_modules/a has no integrity',
    ]);
  });

  it('leaves workspace links alone', () => {
    expect(
      findingsOf(
        lockFile,
        lock({
          'node_modules/@millrace/base': { resolved: 'packages/base', link: true },
          'packages/base': { version: '0.1.0' },
        }),
      ),
    ).toEqual([]);
  });
});

describe('index-files', () => {
  const index = (text: string) => findingsOf(indexFiles, { 'packages/log/src/index.ts': text });

  it('accepts re-exports by name', () => {
    expect(index("/** Names. */\nexport { a, type B } from './a.ts';\nexport type { C } from './c.ts';\n")).toEqual([]);
    expect(index('export {};\n')).toEqual([]);
  });

  it.each([
    ["export * from './a.ts';", /list the names/],
    ["export * as a from './a.ts';", /list the names/],
    ['export const a = 1;', /only re-exports/],
    ["import { a } from './a.ts';\nexport { a };", /only re-exports/],
  ])('refuses %s', (text, message) => {
    expect(index(text)[0]).toMatch(message);
  });
});

describe('file-names', () => {
  it.each([
    ['packages/log/src/tail-cache.ts', true],
    ['packages/broker/src/handlers/00-produce.ts', true],
    ['packages/log/src/tail-cache.fuzz.test.ts', true],
    ['packages/log/src/utils.ts', false],
    ['packages/log/src/log-helpers.ts', false],
    ['packages/log/src/helpers/crc.ts', false],
    ['packages/log/src/TailCache.ts', false],
    ['packages/log/src/generated/Header_1.ts', true],
  ])('judges %s', (path, isFine) => {
    expect(findingsOf(fileNames, { [path]: '' })).toHaveLength(isFine ? 0 : 1);
  });
});

describe('source-marks', () => {
  const marks = (text: string) => findingsOf(sourceMarks, { 'packages/log/src/a.test.ts': text });

  it('names focused tests and forgotten notes with their line', () => {
    const note = ['TO', 'DO'].join('');
    expect(marks(`describe('a', () => {\n  it.only('b', () => {});\n  // ${note} later\n});`)).toEqual([
      'packages/log/src/a.test.ts:2: a focused test silences its neighbours',
      'packages/log/src/a.test.ts:3: a TODO names its issue: TODO (#12)',
    ]);
  });

  it('accepts a note with its issue', () => {
    expect(marks('// TODO (#12) read the next page as well')).toEqual([]);
  });
});

describe('package-readmes', () => {
  it('wants one for every project, and a short one for packages and apps', () => {
    const files = {
      'packages/log/package.json': {},
      'packages/base/package.json': {},
      'packages/base/README.md': 'line\n'.repeat(61),
      'apps/cli/package.json': {},
      'apps/cli/README.md': 'line\n'.repeat(60),
      'tools/demo/package.json': {},
      'tools/bench/package.json': {},
      'tools/bench/README.md': 'line\n'.repeat(61),
    };
    expect(findingsOf(packageReadmes, files)).toEqual([
      'packages/base/README.md: has 61 lines; 60 are enough, the rest belongs into docs/',
      'packages/log/README.md: is missing: say what the package is for, in a few lines',
      'tools/demo/README.md: is missing: say what the package is for, in a few lines',
    ]);
  });
});
