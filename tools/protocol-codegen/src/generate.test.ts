import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { compare, generate, loadSchema, write } from './generate.ts';
import { collectApis } from './print-registry.ts';
import { parseErrorTable, printErrors } from './print-errors.ts';

const context = { project: 'library', specifier: () => '#runtime' };
const SCHEMA = 'data Note versions=0-1 flexible=1+\n  text string 0+\n';

describe('a root', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'codegen-'));
    mkdirSync(join(root, 'schemas'));
    writeFileSync(join(root, 'package.json'), '{"name":"@millrace/other"}');
    writeFileSync(join(root, 'schemas', 'note.kschema'), SCHEMA);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('is written once and then current', () => {
    expect(compare(root, generate(root))).toEqual([{ file: 'note.ts', kind: 'missing' }]);
    write(root, generate(root));

    expect(compare(root, generate(root))).toEqual([]);
    expect(write(root, generate(root))).toEqual([]);
  });

  it('shows and repairs files that were edited or have lost their schema', () => {
    write(root, generate(root));
    const folder = join(root, 'src', 'generated');
    writeFileSync(join(folder, 'note.ts'), 'edited');
    writeFileSync(join(folder, 'old.ts'), 'left over');

    expect(compare(root, generate(root))).toEqual([
      { file: 'note.ts', kind: 'stale' },
      { file: 'old.ts', kind: 'orphaned' },
    ]);
    write(root, generate(root));
    expect(compare(root, generate(root))).toEqual([]);
  });

  it('is checked by the command, which names what is not current and exits with 1', () => {
    const main = join(import.meta.dirname, 'main.ts');
    const run = (...args: string[]): { status: number | null; stderr: string } =>
      spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

    const before = run('--check', root);
    expect(before.status).toBe(1);
    expect(before.stderr).toContain(`missing ${join(root, 'src', 'generated', 'note.ts')}`);

    expect(run(root).status).toBe(0);
    expect(run(root, '--check').status).toBe(0);
    expect(run().status).toBe(2);
    expect(run('--force', root).stderr).toContain('unknown option --force');

    writeFileSync(join(root, 'schemas', 'note.kschema'), 'data Note\n');
    const broken = run(root);
    expect(broken).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^note\.kschema:1: Note: versions/) as string,
    });
  });

  it('imports the runtime from the protocol package', () => {
    write(root, generate(root));

    expect(readFileSync(join(root, 'src', 'generated', 'note.ts'), 'utf8')).toContain(
      "from '@millrace/protocol/internal';",
    );
  });

  it('imports its own files when it is the protocol package', () => {
    writeFileSync(join(root, 'package.json'), '{"name":"@millrace/protocol"}');

    expect(generate(root).get('note.ts')).toContain("from '../wire/codec.ts';");
  });
});

describe('loadSchema', () => {
  it('refuses a file without messages and types that collide', () => {
    expect(() => loadSchema('x.kschema', '# nothing\n')).toThrow('x.kschema:1: no message found');
    expect(() =>
      loadSchema(
        'x.kschema',
        'data A versions=0 flexible=none\n  b B 0+\n    c int8 0+\ndata AB versions=0 flexible=none\n',
      ),
    ).toThrow('type AB would be generated twice');
  });
});

describe('collectApis', () => {
  const request = 'request PingRequest key=5 versions=0-1 flexible=none\n';
  const apis = (text: string): unknown => collectApis([loadSchema('x.kschema', text)]);

  it('pairs requests with responses', () => {
    expect(apis(`${request}response PingResponse key=5 versions=0-1 flexible=none`)).toMatchObject([
      { key: 5, name: 'Ping' },
    ]);
  });

  it.each([
    [request, 'PingRequest has no response'],
    [`${request}response PongResponse key=5 versions=0-1 flexible=none`, 'PingRequest and PongResponse share key 5'],
    [`${request}response PingResponse key=5 versions=0-2 flexible=none`, 'different versions'],
    ['response PingResponse key=5 versions=0 flexible=none', 'PingResponse has no request'],
  ])('refuses %j', (text, message) => {
    expect(() => apis(text)).toThrow(message);
  });
});

describe('error table', () => {
  const head = 'code\tname\tretriable\trefresh_metadata\n';

  it('becomes a const object and a table', () => {
    const text = printErrors(
      parseErrorTable('errors.tsv', `${head}-1\tOOPS\ttrue\tfalse\n0\tNONE\tfalse\tfalse\n`),
      context,
    );

    expect(text).toContain('OOPS: -1,');
    expect(text).toContain("[-1, 'OOPS', true, false],");
  });

  it.each([
    ['code,name\n', 'errors.tsv:1: columns should be'],
    [`${head}1\tlower\ttrue\tfalse\n`, 'errors.tsv:2: "1\tlower'],
    [`${head}1\tA\ttrue\tfalse\n1\tB\ttrue\tfalse\n`, 'errors.tsv:3: B is listed twice'],
  ])('refuses %j', (text, message) => {
    expect(() => parseErrorTable('errors.tsv', text)).toThrow(message);
  });
});
