import { basename, join } from 'node:path';
import { asModule, examplesIn } from './doc-examples.ts';
import { documentedPages, ExampleFolder, readPage, ROOT, runCommand } from './workspace.ts';

const EXAMPLES = documentedPages().flatMap((path) => examplesIn(path, readPage(path), ['ts', 'js']));

describe('examplesIn', () => {
  const page =
    'text\n\n```ts\nlet a;\n```\n\n<!-- given: declare\nconst b: number; -->\n\n```js\nb;\n```\n\n```sh\nls\n```\n';

  it('takes out the fences of the languages asked for, with their lines', () => {
    expect(examplesIn('a.md', page, ['ts', 'sh'])).toEqual([
      { path: 'a.md', line: 4, language: 'ts', code: 'let a;\n', given: '' },
      { path: 'a.md', line: 15, language: 'sh', code: 'ls\n', given: '' },
    ]);
  });

  it('takes along what the example rests on', () => {
    const [example] = examplesIn('a.md', page, ['js']);
    expect(example).toMatchObject({ line: 11, given: 'declare\nconst b: number;' });
    expect(example && asModule(example)).toBe('declare const b: number;\nb;\nexport {};\n');
  });
});

describe('examples in the docs', () => {
  it('are there', () => {
    expect(EXAMPLES.map(({ path }) => path)).toContain('README.md');
    expect(EXAMPLES.length).toBeGreaterThan(8);
  });

  it('compile', async () => {
    using folder = new ExampleFolder();
    const byFile = new Map(EXAMPLES.map((example, index) => [`example-${index}.ts`, example]));
    for (const [name, example] of byFile) folder.write(name, asModule(example));
    const config = {
      extends: join(ROOT, 'tsconfig.spec.base.json'),
      compilerOptions: { types: ['node'] },
      files: [...byFile.keys()],
    };
    folder.write('tsconfig.json', JSON.stringify(config));

    const { stdout, stderr } = await runCommand(process.execPath, [
      join(ROOT, 'node_modules/.bin/tsc'),
      '--pretty',
      'false',
      '-p',
      folder.path,
    ]);

    // Said of the page and its line, not of the file that was made for the compiler.
    const complaints = `${stdout}${stderr}`.replaceAll(
      /^(\S*example-\d+\.ts)\((\d+),\d+\)/gm,
      (all, file: string, line) => {
        const example = byFile.get(basename(file));
        return example === undefined ? all : `${example.path}:${example.line + Number(line) - 2}`;
      },
    );
    expect(complaints).toBe('');
  });
});
