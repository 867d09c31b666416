import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createTempDir, findFreePorts, waitUntil, type TempDir } from '@millrace/testing';
import { CliBroker, outcomeOf } from './cli-broker.ts';
import { ConnectWorker } from './connect-worker.ts';

/** What is looked at of answers by more than comparing. */
interface Answer {
  readonly offsets: readonly unknown[];
  readonly tasks: readonly unknown[];
}

describe('millrace connect', () => {
  let cli: CliBroker;
  let dir: TempDir;
  let worker: ConnectWorker;
  let url: string;

  beforeAll(async () => {
    cli = await CliBroker.start({ topics: { lines: 1 } });
    dir = await createTempDir('cli-connect');
    url = `http://127.0.0.1:${await findFreePorts(1)}`;
    worker = await ConnectWorker.start({ 'bootstrap.servers': cli.broker.bootstrapServers, listeners: url });
  }, 60_000);

  afterAll(async () => {
    await worker[Symbol.asyncDispose]();
    await cli[Symbol.asyncDispose]();
    await dir.remove();
  });

  const run = (...argv: readonly string[]) => cli.run(['connect', ...argv, '--url', url]);
  const json = async (...argv: readonly string[]): Promise<Answer> => {
    const { stdout, stderr, code } = await run(...argv, '--json');
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    return JSON.parse(stdout) as Answer;
  };

  async function writeConnector(name: string, config: Readonly<Record<string, string>>): Promise<string> {
    const path = join(dir.path, `${name}.json`);
    await writeFile(path, JSON.stringify({ name, config }));
    return path;
  }

  it('creates, watches, stops, rewinds and deletes a connector', async () => {
    const target = join(dir.path, 'out.txt');
    const config = { 'connector.class': 'FileStreamSink', topics: 'lines', file: target, 'tasks.max': '1' };
    const file = await writeConnector('lines-to-file', config);
    expect((await run('validate', file)).stdout).toBe('the configuration of lines-to-file is right\n');
    expect((await run('create', file)).stdout).toBe('created sink connector lines-to-file\n');
    expect(await run('create', file)).toMatchObject({ code: 1, stderr: expect.stringContaining('already exists') });
    expect((await run('create', file, '--update')).stdout).toBe('stored sink connector lines-to-file\n');
    await cli.broker.produce('lines', [{ value: 'one' }, { value: 'two' }]);
    await waitUntil('the lines', async () => existsSync(target) && (await readFile(target, 'utf8')) === 'one\ntwo\n');

    expect(await json('status', 'lines-to-file')).toMatchObject({
      name: 'lines-to-file',
      type: 'sink',
      connector: { state: 'RUNNING' },
      tasks: [{ id: 0, state: 'RUNNING' }],
    });
    const watching = cli.spawn(['connect', 'status', '--watch', '--interval', '100ms', '--url', url]);
    let seen = '';
    watching.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    await waitUntil('records in the table', () => /RECORDS\/S +PROGRESS\n[^]* 2 records\n/.test(seen));
    const watched = outcomeOf(watching);
    watching.kill('SIGINT');
    expect((await watched).code).toBe(0);

    const done = { partition: { kafka_topic: 'lines', kafka_partition: 0 }, offset: { kafka_offset: 2 } };
    await waitUntil('the commit', async () => (await json('offsets', 'lines-to-file')).offsets.length === 1);
    expect(await json('offsets', 'lines-to-file')).toEqual({ connector: 'lines-to-file', offsets: [done] });
    expect(await run('offsets', 'lines-to-file', '--reset')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('must be in the STOPPED state'),
    });
    expect((await run('stop', 'lines-to-file')).stdout).toBe('stopped lines-to-file\n');
    const back = { ...done, offset: { kafka_offset: 1 } };
    await waitUntil('its end', async () => (await json('status', 'lines-to-file')).tasks.length === 0);
    expect((await run('offsets', 'lines-to-file', '--set', JSON.stringify([back]))).code).toBe(0);
    expect((await run('resume', 'lines-to-file')).stdout).toBe('resumed lines-to-file\n');
    await waitUntil('the second line again', async () => (await readFile(target, 'utf8')) === 'one\ntwo\ntwo\n');
    expect((await run('pause', 'lines-to-file')).stdout).toBe('paused lines-to-file\n');
    expect((await run('restart', 'lines-to-file')).stdout).toBe('restarted lines-to-file\n');
    expect(await run('delete', 'lines-to-file', 'nobody')).toMatchObject({
      code: 1,
      stdout: 'deleted lines-to-file\n',
      stderr: expect.stringContaining('nobody not found'),
    });
    expect((await run('status')).stdout).toBe('CONNECTOR  TASK  STATE  WORKER\n');
  }, 120_000);

  it('shows what a worker has, and what is wrong with a configuration', async () => {
    const plugins = await run('plugins');
    expect(plugins.stdout).toMatch(/^org\.apache\.kafka\.connect\.file\.FileStreamSinkConnector +sink +\S+$/m);
    expect((await run('plugins', '--all')).stdout).toMatch(/JsonConverter +converter/);
    expect((await run('plugins', 'FileStreamSource')).stdout).toMatch(/^topic +string +\(required\)/m);

    const file = await writeConnector('wrong', { 'connector.class': 'FileStreamSource', file: '/tmp/x' });
    expect(await run('validate', file)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('topic: Missing required configuration "topic"'),
      stderr: 'millrace: 1 setting is wrong in the configuration of wrong\n',
    });
  });

  it('warns of what looks wrong in what it creates or changes, and goes on', async () => {
    const config = {
      'connector.class': 'FileStreamSink',
      topics: 'lines',
      file: join(dir.path, 'warned.txt'),
      'task.max': '1',
      'errors.deadletterqueue.topic.name': 'lost',
    };
    const file = await writeConnector('warned', config);
    const warnings = expect.stringMatching(
      /^warning: task\.max is not known .* did you mean tasks\.max\?\nwarning: errors\.deadletterqueue\.topic\.replication\.factor is 3, .*\n$/,
    );

    const stdout = 'created sink connector warned\n';
    expect(await run('create', file)).toMatchObject({ code: 0, stdout, stderr: warnings });
    const changed = await run('create', file, '--update', '--json');
    expect(changed).toMatchObject({ code: 0, stderr: warnings });
    expect(JSON.parse(changed.stdout)).toMatchObject({ name: 'warned', type: 'sink', config });
    // Nothing was created: nothing to warn of beside why.
    expect((await run('create', file)).stderr).not.toContain('warning');
    expect((await run('delete', 'warned')).code).toBe(0);
  });

  it.each([
    { words: ['status'], code: 130, stderr: 'millrace: interrupted\n' },
    { words: ['delete', 'one', 'other'], code: 130, stderr: 'millrace: interrupted\n' },
    { words: ['status', '--watch'], code: 0, stderr: '' },
  ])('ends with $code when $words is interrupted while it waits for an answer', async ({ words, ...end }) => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const asked = once(silent, 'request');
    const child = cli.spawn(['connect', ...words, '--url', `http://127.0.0.1:${String(port)}`]);
    const outcome = outcomeOf(child);

    await asked;
    child.kill('SIGINT');
    const ended = await outcome;
    silent.close();

    expect(ended).toMatchObject({ ...end, stdout: '' });
  });

  it('says so when there is no worker, or the words make no sense', async () => {
    expect(await cli.run(['connect', 'status', '--url', 'http://127.0.0.1:1'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no answer from the worker at http://127.0.0.1:1/'),
    });
    expect(await cli.run(['connect', 'status', '--url', '127.0.0.1:8083'])).toMatchObject({ code: 2 });
    expect(await run('restart', 'x', '--task', '1', '--only-failed')).toMatchObject({ code: 2 });
    expect(await run('offsets', 'x', '--set', '{}')).toMatchObject({ code: 2 });
  });
});
