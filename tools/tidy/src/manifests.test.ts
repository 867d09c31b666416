import { manifests } from './manifests.ts';
import { repositoryOf } from './repository.ts';

const root = { name: 'root', version: '1.0.0', license: 'Apache-2.0', devDependencies: { 'fast-check': '4.0.0' } };
const packageOf = (name: string, more: object = {}) => ({
  name: `@millrace/${name}`,
  version: '1.0.0',
  description: 'What it is.',
  license: 'Apache-2.0',
  type: 'module',
  engines: { node: '>=24' },
  exports: { '.': { '@millrace/source': './src/index.ts' } },
  nx: { tags: ['layer:engine'] },
  ...more,
});
const lib = (...folders: string[]) => ({
  references: folders.map((folder) => ({ path: `../${folder}/tsconfig.lib.json` })),
});

function messagesOf(files: Record<string, string | object>) {
  const repository = repositoryOf({ 'package.json': root, ...files });
  return manifests.run(repository).map(({ path, message }) => `${path}: ${message}`);
}

const base = { 'packages/base/package.json': packageOf('base'), 'packages/base/src/index.ts': '' };

describe('manifests', () => {
  it('has nothing to say about a workspace in order', () => {
    expect(
      messagesOf({
        ...base,
        'packages/log/package.json': packageOf('log', { dependencies: { '@millrace/base': '1.0.0', snappy: '7.4.3' } }),
        'packages/log/tsconfig.lib.json': lib('base'),
        'packages/log/src/index.ts':
          "import '@millrace/base'; import type { X } from 'snappy/sub'; import 'node:util';",
        'packages/log/src/index.test.ts': "import fc from 'fast-check';",
      }),
    ).toEqual([]);
  });

  it.each([
    ['^1.2.3', true],
    ['~1.2.3', true],
    ['1.x', true],
    ['latest', true],
    ['*', true],
    ['1.2.3', false],
    ['1.2.3-beta.17', false],
    ['npm:typescript@7.0.2', false],
    ['npm:@typescript/typescript6@6.0.2', false],
    ['npm:typescript@^7.0.2', true],
  ])('judges the version %s', (version, isWrong) => {
    const messages = messagesOf({
      'packages/log/package.json': packageOf('log', { devDependencies: { x: version } }),
      'packages/log/src/index.ts': '',
    });
    expect(messages).toEqual(isWrong ? [`packages/log/package.json: x is at "${version}"; versions are exact`] : []);
  });

  it('wants published packages to build what they pack', () => {
    const prepack = 'node ../../tools/setup/run.mjs exec nx build @millrace/base --outputStyle=static >&2';
    const messages = (more: object) =>
      messagesOf({ 'packages/base/package.json': packageOf('base', more), 'packages/base/src/index.ts': '' });
    expect(messages({ files: ['dist', 'src'] })).toEqual([
      `packages/base/package.json: does not build before it is packed: scripts.prepack is "${prepack}"`,
    ]);
    expect(messages({ files: ['dist', 'src'], scripts: { prepack: 'echo' } })).toHaveLength(1);
    expect(messages({ files: ['dist', 'src'], scripts: { prepack } })).toEqual([]);
    expect(messages({ files: ['src'] })).toEqual([]);
  });

  it('wants one Millrace version everywhere', () => {
    expect(
      messagesOf({
        ...base,
        'packages/log/package.json': packageOf('log', {
          version: '0.9.0',
          dependencies: { '@millrace/base': '0.9.0' },
        }),
        'packages/log/tsconfig.lib.json': lib('base'),
        'packages/log/src/index.ts': "import '@millrace/base';",
      }),
    ).toEqual([
      'packages/log/package.json: has version 0.9.0, the workspace is at 1.0.0',
      'packages/log/package.json: @millrace/base is at 0.9.0, the workspace at 1.0.0',
    ]);
  });

  it('compares the references of tsconfig with the dependencies, both ways', () => {
    expect(
      messagesOf({
        ...base,
        'packages/codec/package.json': packageOf('codec'),
        'packages/codec/src/index.ts': '',
        'packages/log/package.json': packageOf('log', { dependencies: { '@millrace/base': '1.0.0' } }),
        'packages/log/tsconfig.lib.json': lib('codec'),
        'packages/log/src/index.ts': "import '@millrace/base';",
      }),
    ).toEqual([
      'packages/log/tsconfig.lib.json: does not reference packages/base, on which package.json depends',
      'packages/log/tsconfig.lib.json: references packages/codec, on which package.json does not depend',
    ]);
  });

  it('names imports that are not declared and declarations that are not used', () => {
    expect(
      messagesOf({
        ...base,
        'packages/log/package.json': packageOf('log', { dependencies: { snappy: '7.4.3' } }),
        'packages/log/src/index.ts': "import '@millrace/base'; import 'fast-check';",
        'packages/log/src/index.test.ts': "import 'left-pad';",
      }),
    ).toEqual([
      'packages/log/src/index.test.ts: imports left-pad, which packages/log/package.json does not list in devDependencies',
      'packages/log/src/index.ts: imports @millrace/base, which packages/log/package.json does not list in dependencies',
      'packages/log/src/index.ts: imports fast-check, which packages/log/package.json does not list in dependencies',
      'packages/log/package.json: depends on snappy and never imports it',
    ]);
  });

  it('counts a package that is loaded by name as used', () => {
    expect(
      messagesOf({
        'packages/log/package.json': packageOf('log', { dependencies: { snappy: '7.4.3' } }),
        'packages/log/src/index.ts': "loadNative('snappy');",
      }),
    ).toEqual([]);
  });
});
