import { deadFiles } from './dead-files.ts';
import { repositoryOf } from './repository.ts';

const manifest = { name: '@millrace/log', exports: { '.': { '@millrace/source': './src/index.ts' } } };

function findingsOf(files: Record<string, string | object>) {
  const repository = repositoryOf({ 'package.json': {}, 'packages/log/package.json': manifest, ...files });
  return deadFiles.run(repository).map(({ path, message }) => [path, message.split(';')[0]]);
}

describe('dead-files', () => {
  it('names a file that nothing imports', () => {
    expect(
      findingsOf({
        'packages/log/src/index.ts': "export { a } from './a.ts';",
        'packages/log/src/a.ts': 'export const a = 1;',
        'packages/log/src/b.ts': 'export const b = 1;',
      }),
    ).toEqual([['packages/log/src/b.ts', 'nothing imports this file']]);
  });

  it('names a file that only its own test imports', () => {
    expect(
      findingsOf({
        'packages/log/src/index.ts': 'export {};',
        'packages/log/src/b.ts': 'export const b = 1;',
        'packages/log/src/b.test.ts': "import { b } from './b.ts';",
      }),
    ).toEqual([['packages/log/src/b.ts', 'only tests use this file']]);
  });

  it.each([
    ['a dynamic import', "await import('./b.ts');"],
    ['a type import', "import type { B } from './b.ts';"],
    ['a worker', "new Worker(new URL('./b.ts', import.meta.url));"],
    ['a program started by path', "spawn(process.execPath, ['src/b.ts']);"],
  ])('follows %s', (_what, text) => {
    expect(findingsOf({ 'packages/log/src/index.ts': text, 'packages/log/src/b.ts': 'export type B = 1;' })).toEqual(
      [],
    );
  });

  it('does not take an import in a comment for one', () => {
    const index = "// import './b.ts'\nexport {};";
    expect(
      findingsOf({ 'packages/log/src/index.ts': index.replace("'./b.ts'", './b.ts'), 'packages/log/src/b.ts': '' }),
    ).toHaveLength(1);
  });

  it('follows imports into other packages, subpath patterns included', () => {
    expect(
      findingsOf({
        'packages/log/src/index.ts': "import '@millrace/protocol/messages/01-fetch';",
        'packages/protocol/package.json': {
          name: '@millrace/protocol',
          exports: { './messages/*': { '@millrace/source': './src/generated/*.ts' } },
        },
        'packages/protocol/src/generated/01-fetch.ts': "import '../wire/reader.ts';",
        'packages/protocol/src/wire/reader.ts': '',
        'packages/protocol/src/wire/writer.ts': '',
      }),
    ).toEqual([['packages/protocol/src/wire/writer.ts', 'nothing imports this file']]);
  });

  it('takes main.ts and the commands of a manifest for ways in', () => {
    expect(
      findingsOf({
        'packages/log/src/index.ts': '',
        'tools/demo/package.json': { nx: { targets: { check: { options: { command: 'node src/check.ts --all' } } } } },
        'tools/demo/src/main.ts': "import './a.ts';",
        'tools/demo/src/a.ts': '',
        'tools/demo/src/check.ts': '',
      }),
    ).toEqual([]);
  });
});
