import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { createTempDir, waitUntil, type TempDir } from '@millrace/testing';

import { TestWorker } from '../src/index.ts';

let folder: TempDir;

beforeEach(async () => {
  folder = await createTempDir('testkit');
});

afterEach(() => folder.remove());

/** A package with the kit's own examples, and its manifest. */
async function examplePackage(): Promise<string> {
  const path = join(folder.path, 'examples');
  await mkdir(path);
  const at = (name: string): string => join(__dirname, 'example', name);
  await writeFile(
    join(path, 'index.ts'),
    `export { lineSource } from '${relative(path, at('line-source.ts'))}';\nexport { fileSink } from '${relative(path, at('file-sink.ts'))}';\n`,
  );
  await writeFile(
    join(path, 'package.json'),
    JSON.stringify({
      name: 'examples',
      version: '1.0.0',
      type: 'module',
      connect: { entry: './index.ts', manifest: './connect-plugin.json', api: '^1' },
    }),
  );
  const command = join(__dirname, '../../connect-api/bin/connect-plugin-manifest.mjs');
  execFileSync(process.execPath, ['--conditions=@millrace/source', command, path], { stdio: 'pipe' });
  return path;
}

describe('a worker of the kit', () => {
  it('runs plugins of a package, from a source through a broker to a sink, and goes on after a restart', async () => {
    const input = join(folder.path, 'in.txt');
    const output = join(folder.path, 'out.txt');
    await writeFile(input, 'one\ntwo\n');
    await using worker = await TestWorker.start({ plugins: [await examplePackage()] });
    const lines = async (): Promise<string[]> =>
      (await readFile(output, 'utf8').catch(() => '')).split('\n').flatMap((line) => line.split(' ')[1] ?? []);

    await worker.create('lines', { 'connector.class': 'LineSourceConnector', path: input, topic: 'lines' });
    await worker.create('files', { 'connector.class': 'FileSinkConnector', path: output, topics: 'lines' });
    await waitUntil('two lines', async () => (await lines()).length === 2, 30_000);
    await worker.restart();
    await appendFile(input, 'three\n');

    await waitUntil('the third line', async () => (await lines()).length >= 3, 30_000);
    expect(await lines()).toEqual(['one', 'two', 'three']);
    expect((await worker.broker.records('lines')).map(({ value }) => value)).toEqual(['one', 'two', 'three']);
    expect(await (await fetch(`${worker.url}connectors`)).json()).toEqual(['files', 'lines']);
  });

  it('says why a connector does not run', async () => {
    await using worker = await TestWorker.start({ plugins: [await examplePackage()] });

    const missing = { 'connector.class': 'LineSourceConnector', path: join(folder.path, 'missing'), topic: 'lines' };
    // A task runs before its plugin has found out that it cannot.
    await worker.create('lines', missing).catch(() => undefined);
    const trace = async (): Promise<string | undefined> => (await worker.status('lines')).tasks[0]?.trace;
    expect(await waitUntil('the failure', trace, 30_000)).toContain('ENOENT');
    await expect(worker.create('other', { 'connector.class': 'NoConnector' })).rejects.toThrow(/NoConnector/);
  });
});
