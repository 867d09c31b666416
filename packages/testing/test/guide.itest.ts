/** Every example of the guide for users' tests, run by the runner that it is written for. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const RUN_MS_MAX = 60_000;

const RUNNERS = {
  '@jest/globals': (file: string, folder: string) => [
    '--experimental-vm-modules',
    '--no-warnings',
    join(ROOT, 'node_modules/jest/bin/jest.js'),
    '--config',
    join(folder, 'jest.config.mjs'),
    file,
  ],
  vitest: (file: string, folder: string) => [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--root',
    folder,
    file,
  ],
  'node:test': (file: string) => ['--conditions=@millrace/source', '--test', file],
} as const;
type Runner = keyof typeof RUNNERS;

const JEST_CONFIG = `import preset from ${JSON.stringify(join(ROOT, 'jest.preset.js'))};
export default { ...preset, rootDir: import.meta.dirname, testMatch: ['**/*.example.ts'], reporters: ['default'] };
`;
const VITEST_CONFIG = `const resolve = { conditions: ['@millrace/source', 'node', 'import', 'default'] };
export default { resolve, ssr: { resolve }, test: { include: ['**/*.example.ts'], watch: false } };
`;

interface Example {
  readonly name: string;
  readonly runner: Runner;
  readonly code: string;
}

function examples(): Example[] {
  const page = readFileSync(join(ROOT, 'docs/guides/testing.md'), 'utf8');
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => {
    const runner = (Object.keys(RUNNERS) as Runner[]).find((name) => code.includes(`from '${name}'`));
    if (runner === undefined) throw new Error(`an example names no runner:\n${code}`);
    return { name: /test\('([^']+)'/.exec(code)?.[1] ?? '', runner, code };
  });
}

describe('examples of docs/guides/testing.md', () => {
  let folder: string;

  beforeAll(() => {
    const parent = join(ROOT, '.nx', 'doc-examples');
    mkdirSync(parent, { recursive: true });
    // Inside the checkout, where their packages are found.
    folder = mkdtempSync(join(parent, 'testing-'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(folder, 'jest.config.mjs'), JEST_CONFIG);
    writeFileSync(join(folder, 'vitest.config.mjs'), VITEST_CONFIG);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are for three runners', () => {
    expect(new Set(examples().map(({ runner }) => runner))).toEqual(new Set(Object.keys(RUNNERS)));
  });

  it.each(examples())('$runner: $name', async ({ runner, code }) => {
    const file = join(folder, `${examples().findIndex((example) => example.code === code)}.example.ts`);
    writeFileSync(file, code);
    const { exitCode, output } = await run(RUNNERS[runner](file, folder));

    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringMatching(/pass/i) as string });
  });
});

function run(args: readonly string[]): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  return new Promise((resolveRun, reject) => {
    // A test runner inside of another one must not take itself for its worker.
    const { JEST_WORKER_ID: _worker, NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...env, CI: 'true' }, timeout: RUN_MS_MAX });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (exitCode) => resolveRun({ exitCode, output }));
  });
}
