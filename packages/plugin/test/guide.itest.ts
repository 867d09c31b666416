/**
 * Follows docs/guides/write-a-connector.md: writes its files, makes its changes and runs its commands, in order, in an Nx workspace of its own.
 *
 * What is different: packages are those of this checkout, and the broker has a free port.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { startBroker, type TestBroker, waitUntil } from '@millrace/testing';

const ROOT = resolve(__dirname, '../../..');
const GUIDE = join(ROOT, 'docs/guides/write-a-connector.md');
const COMMAND_MS_MAX = 240_000;
/** What the generator is loaded from, and what the connector is compiled against. Nx builds them anew; by hand, those that are there are taken. */
const BUILT = ['base', 'connect-api', 'plugin'];

interface Block {
  readonly language: string;
  readonly note: string;
  readonly text: string;
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language = '', note = '', text = '']) => ({
    language,
    note,
    text,
  }));
}

let workspace: string;
let broker: TestBroker;
const background: ChildProcess[] = [];

beforeAll(async () => {
  broker = await startBroker();
  for (const folder of BUILT.map((name) => join(ROOT, 'packages', name))) {
    if (!existsSync(join(folder, 'dist/index.cjs'))) await run('tsdown --config ../../tsdown.config.mjs', folder);
  }
  const parent = join(ROOT, '.nx', 'guides');
  mkdirSync(parent, { recursive: true });
  workspace = mkdtempSync(join(parent, 'connector-'));
  writeFileSync(join(workspace, 'nx.json'), '{}\n');
  // As the guide's first command leaves it.
  const names = ['nx', '@millrace/plugin', '@millrace/connect-testkit', 'typescript', '@types/node'];
  writeFileSync(
    join(workspace, 'package.json'),
    JSON.stringify({
      name: 'workspace',
      private: true,
      dependencies: { '@millrace/connect-api': '*' },
      devDependencies: Object.fromEntries(names.map((name) => [name, '*'])),
    }),
  );
  linkPackages();
}, COMMAND_MS_MAX);

afterAll(async () => {
  await Promise.all(background.map(stopped));
  await broker?.[Symbol.asyncDispose]();
  if (workspace !== undefined) rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
});

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolvePromise) => child.once('exit', resolvePromise));
  child.kill('SIGTERM');
  await ended;
}

/** Packages of this checkout, and the commands that they bring. */
function linkPackages(): void {
  const modules = join(workspace, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '.bin') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const name of readdirSync(join(ROOT, 'node_modules', '.bin'))) {
    if (!name.startsWith('millrace'))
      cpSync(join(ROOT, 'node_modules/.bin', name), join(modules, '.bin', name), { verbatimSymlinks: false });
  }
  command('millrace', `exec node --conditions=@millrace/source ${join(ROOT, 'apps/cli/src/main.ts')} "$@"`);
  command('millrace-connect', `exec node --conditions=@millrace/source ${join(ROOT, 'apps/connect/src/main.ts')} "$@"`);
  const manifest = join(ROOT, 'packages/connect-api/bin/connect-plugin-manifest.mjs');
  command('connect-plugin-manifest', `exec node ${manifest} "$@"`);
}

function command(name: string, script: string): void {
  const path = join(workspace, 'node_modules/.bin', name);
  rmSync(path, { force: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function environment(): NodeJS.ProcessEnv {
  const path = [join(ROOT, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']].join(':');
  const own = workspace === undefined ? path : `${join(workspace, 'node_modules/.bin')}:${path}`;
  const { NODE_OPTIONS: _ours, ...rest } = process.env;
  return { ...rest, PATH: own, NX_DAEMON: 'false', CI: 'true', MILLRACE_BROKERS: broker.bootstrapServers };
}

/** The output; rejects with it when the command fails. */
function run(script: string, cwd: string, env: NodeJS.ProcessEnv = environment()): Promise<string> {
  return new Promise((resolvePromise, reject) => {
    const child = spawn('sh', ['-ec', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolvePromise(output);
      else reject(new Error(`${script} ended with ${String(code)}:\n${output}`));
    });
  });
}

function pathIn(note: string): string {
  return join(workspace, note.replace(/^[a-z-]+=/, ''));
}

/** Lines with a blank or a minus have to be there, and become those with a blank or a plus. */
function change(path: string, diff: string): void {
  const lines = diff.split('\n').slice(0, -1);
  const of = (marks: string): string =>
    lines.flatMap((line) => (marks.includes(line[0] ?? '') ? [`${line.slice(1)}\n`] : [])).join('');
  const text = readFileSync(path, 'utf8');
  expect(text.split(of(' -')).length).toBe(2);
  writeFileSync(
    path,
    text.replace(of(' -'), () => of(' +')),
  );
}

async function follow({ language, note, text }: Block): Promise<void> {
  if (note.startsWith('part-of=')) expect(readFileSync(pathIn(note), 'utf8')).toContain(text);
  else if (language === 'diff') change(pathIn(note), text);
  else if (note.startsWith('file=')) {
    const here = text
      .replace('bootstrap.servers=127.0.0.1:9092', `bootstrap.servers=${broker.bootstrapServers}`)
      .replace('listeners=http://127.0.0.1:8083', 'listeners=http://127.0.0.1:0');
    writeFileSync(pathIn(note), here);
  } else if (note === 'background') {
    const child = spawn('sh', ['-ec', `exec ${text.replace('npx ', '')}`], {
      cwd: workspace,
      env: environment(),
      stdio: 'ignore',
    });
    background.push(child);
  } else if (note !== 'install') {
    const folder = note.startsWith('in=') ? pathIn(note) : workspace;
    const isTest = text.startsWith('npm test');
    // The kit and the worker run from their sources; the connector is compiled against what is built.
    const env = isTest ? { ...environment(), NODE_OPTIONS: '--conditions=@millrace/source' } : environment();
    const output = await run(text, folder, env);
    if (isTest) expect(output).toMatch(/fail 0/);
    if (text.includes('consume')) expect(output).toContain('an error');
  }
}

describe('docs/guides/write-a-connector.md', () => {
  const blocks = blocksOf(readFileSync(GUIDE, 'utf8'));

  it(
    'can be followed',
    async () => {
      expect(blocks.length).toBeGreaterThan(15);
      for (const block of blocks) await follow(block);
    },
    COMMAND_MS_MAX,
  );

  it('ends with a README that has the setting of the guide in its table', () => {
    expect(readFileSync(join(workspace, 'my-source/README.md'), 'utf8')).toMatch(
      /\| `include` +\| string +\| +\| Only lines in which this is found\. +\|/,
    );
  });

  it('ends with a worker that goes on where it was', async () => {
    const [worker] = background;
    if (worker === undefined) throw new Error('the guide has started no worker');
    await stopped(worker);
    writeFileSync(join(workspace, 'app.log'), 'another error\n', { flag: 'a' });

    const again = blocks.find(({ note }) => note === 'background');
    if (again === undefined) throw new Error('the guide starts no worker');
    await follow(again);

    const isThere = async (): Promise<boolean> => (await broker.records('app-log')).length >= 2;
    await waitUntil('the line that was written while the worker was away', isThere, 60_000);
    expect((await broker.records('app-log')).map(({ value }) => value)).toEqual(['an error', 'another error']);
  });
});
