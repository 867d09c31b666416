/** Every example of the guides to this client, type-checked, and run against a broker: it prints what the guide says. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startBroker } from '@millrace/testing';

const ROOT = resolve(import.meta.dirname, '../../..');
const GUIDES = ['sdk', 'from-kafkajs', 'from-platformatic', 'nestjs-and-fastify'] as const;
const TOPICS = { orders: 1, invoices: 1, 'orders.failed': 1 };
/** Where the guides say that the broker is. */
const GUIDES_BROKER = '127.0.0.1:9092';
/** kafkajs sets timers to the past, of which Node warns. */
const NODE_OPTIONS = ['--conditions=@millrace/source', '--disable-warning=TimeoutNegativeWarning'];
const RUN_MS_MAX = 60_000;
const TYPES_MS_MAX = 120_000;

interface Example {
  /** Its guide with the line at which it begins. */
  readonly name: string;
  readonly file: string;
  readonly code: string;
  /** The block of text behind it, when there is one. */
  readonly prints: string | undefined;
}

function examplesOf(guide: string): Example[] {
  const page = readFileSync(join(ROOT, `docs/guides/${guide}.md`), 'utf8');
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```$(?:\n\n```text\n([\s\S]*?)^```$)?/gm)].map(
    ({ 1: code = '', 2: prints, index }, number) => ({
      name: `${guide}.md:${String(page.slice(0, index).split('\n').length)}`,
      file: `${guide}-${String(number)}.ts`,
      code,
      prints,
    }),
  );
}

const EXAMPLES = GUIDES.flatMap(examplesOf);

const TSCONFIG = {
  extends: join(ROOT, 'tsconfig.base.json'),
  compilerOptions: { composite: false, declarationMap: false, sourceMap: false, noEmit: true },
  include: ['*.ts'],
};

describe('examples of the guides', () => {
  let folder: string;

  beforeAll(() => {
    const parent = join(ROOT, '.nx', 'doc-examples');
    mkdirSync(parent, { recursive: true });
    // Inside the checkout, where their packages are found.
    folder = mkdtempSync(join(parent, 'sdk-'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    for (const { file, code } of EXAMPLES) writeFileSync(join(folder, file), code);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(GUIDES)('are there in %s.md', (guide) => {
    expect(examplesOf(guide).length).toBeGreaterThan(0);
  });

  it(
    'have the types that they should',
    async () => {
      const checked = await run([join(ROOT, 'node_modules/@typescript/native/bin/tsc'), '-p', folder], TYPES_MS_MAX);

      expect(checked).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    },
    TYPES_MS_MAX + 5_000,
  );

  it.each(EXAMPLES)(
    '$name runs',
    async ({ file, code, prints }) => {
      await using broker = await startBroker({ topics: TOPICS });
      const path = join(folder, `run-${file}`);
      writeFileSync(path, code.replaceAll(GUIDES_BROKER, broker.bootstrapServers));
      const { exitCode, stdout, stderr } = await run([...NODE_OPTIONS, path], RUN_MS_MAX);

      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      if (prints !== undefined) expect(stdout).toBe(prints);
    },
    RUN_MS_MAX + 5_000,
  );
});

interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], timeout: number): Promise<Ran> {
  return new Promise((resolveRun, reject) => {
    const env = { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: '1' };
    const child = spawn(process.execPath, args, { cwd: ROOT, env, timeout });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (exitCode) => resolveRun({ exitCode, stdout, stderr }));
  });
}
