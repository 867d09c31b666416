/** The worker as a process: its ready line, its exit codes, and what a kill -9 leaves. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess, startBroker, waitUntil, type TestBroker } from '@millrace/testing';

const MAIN = join(__dirname, '..', 'src', 'main.ts');
const ARGUMENTS = ['--conditions=@millrace/source', '--no-warnings', MAIN];
const WAIT_MS = 90_000;

let broker: TestBroker;
let dir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  broker = await startBroker();
});

afterAll(() => broker.stop());

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'connect-app-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(dir, { recursive: true });
});

interface RunningWorker {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startWorker(
  mode: string,
  settings: Record<string, string>,
  files: string[] = [],
): Promise<RunningWorker> {
  const file = join(dir, 'worker.properties');
  const properties = {
    'bootstrap.servers': broker.bootstrapServers,
    listeners: 'http://127.0.0.1:0',
    'key.converter': 'StringConverter',
    'value.converter': 'StringConverter',
    'offset.flush.interval.ms': '100',
    ...settings,
  };
  await writeFile(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const child = spawn(process.execPath, [...ARGUMENTS, mode, file, ...files, '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await waitUntil('the worker is ready or gone', () => /rest=\S+\n/.test(said) || child.exitCode !== null, WAIT_MS);
  const url = /^millrace-connect ready mode=\w+ rest=(\S+)\n$/.exec(said)?.[1];
  if (url === undefined) throw new Error(`the worker said "${said}" and ended with ${child.exitCode}`);
  return { child, url };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown[]> {
  const ended = once(child, 'exit');
  child.kill(signal);
  return ended;
}

async function lines(): Promise<string[]> {
  const text = await readFile(join(dir, 'out.txt'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_each, index) => `line ${from + index}`);

describe('a standalone worker', () => {
  const source = (topic: string): Record<string, string> => ({
    name: `${topic}-source`,
    'connector.class': 'FileStreamSource',
    file: join(dir, 'in.txt'),
    topic,
  });
  const sink = (topic: string): Record<string, string> => ({
    name: `${topic}-sink`,
    'connector.class': 'FileStreamSink',
    file: join(dir, 'out.txt'),
    topics: topic,
    // A member that was killed is not waited for.
    'consumer.override.group.protocol': 'classic',
    'consumer.override.group.instance.id': `${topic}-sink`,
  });

  async function connectorFiles(topic: string): Promise<string[]> {
    const properties = Object.entries(sink(topic)).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(join(dir, 'sink.properties'), properties.join(''));
    await writeFile(join(dir, 'source.json'), JSON.stringify(source(topic)));
    return [join(dir, 'source.json'), join(dir, 'sink.properties')];
  }

  it('loses no line over kill -9, whenever it comes, and repeats few', async () => {
    const files = await connectorFiles('killed');
    const settings = { 'offset.storage.file.filename': join(dir, 'offsets') };
    await writeFile(join(dir, 'in.txt'), '');
    const cycles = 3;
    for (let cycle = 0; cycle < cycles; cycle++) {
      const { child } = await startWorker('standalone', settings, files);
      const written = numbered(cycle * 500, (cycle + 1) * 500);
      await appendFile(join(dir, 'in.txt'), written.map((line) => `${line}\n`).join(''));
      // At another place each time: before the first, amid, and behind the last line of the cycle.
      const until = cycle * 500 + ([1, 250, 500][cycle] ?? 0);
      await waitUntil('lines come out', async () => new Set(await lines()).size >= until, WAIT_MS);
      await end(child, 'SIGKILL');
    }
    const { child } = await startWorker('standalone', settings, files);
    await waitUntil('lines come out', async () => new Set(await lines()).size >= cycles * 500, WAIT_MS);
    expect(await end(child, 'SIGTERM')).toEqual([0, null]);

    const all = await lines();
    expect(new Set(all)).toEqual(new Set(numbered(0, cycles * 500)));
    // First occurrences are in order.
    expect([...new Set(all)]).toEqual(numbered(0, cycles * 500));
  });

  it('goes on where it was after a clean stop, repeating nothing', async () => {
    const files = await connectorFiles('stopped');
    const settings = { 'offset.storage.file.filename': join(dir, 'offsets') };
    await writeFile(join(dir, 'in.txt'), '');
    for (let cycle = 0; cycle < 2; cycle++) {
      const { child } = await startWorker('standalone', settings, files);
      const written = numbered(cycle * 300, (cycle + 1) * 300);
      await appendFile(join(dir, 'in.txt'), written.map((line) => `${line}\n`).join(''));
      await waitUntil('lines come out', async () => (await lines()).length >= (cycle + 1) * 300, WAIT_MS);
      expect(await end(child, 'SIGTERM')).toEqual([0, null]);
    }

    expect(await lines()).toEqual(numbered(0, 600));
  });
});

describe('the command line', () => {
  const run = (...args: string[]) => runProcess(MAIN, args);

  it('has help, a version, and exit code 2 for what is written down wrong', async () => {
    await writeFile(join(dir, 'worker.properties'), 'task.max.heap.mb=many\nlisteners=http://127.0.0.1:0\n');
    const [help, version, unknown, missing, wrong] = await Promise.all([
      run('--help'),
      run('--version'),
      run('clustered', 'x'),
      run('distributed', join(dir, 'none.properties')),
      run('standalone', join(dir, 'worker.properties')),
    ]);

    expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: millrace-connect standalone/) });
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringMatching(/neither standalone nor distributed/) });
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/none\.properties cannot be read/) });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/task\.max\.heap\.mb: Not a number/) });
  });
});
