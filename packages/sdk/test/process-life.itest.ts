/** What keeps a process alive: work that somebody waits for, and nothing else. Each case is a script that never closes its client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createTempDir, findFreePorts, startBroker, waitUntil, type TestBroker } from '@millrace/testing';

const SDK = resolve('src/index.ts');

interface Script {
  readonly exited: Promise<{ readonly code: number | null; readonly output: string }>;
  readonly output: () => string;
}

describe('a script that does not close its client', () => {
  let broker: TestBroker;
  let dir: { readonly path: string } & AsyncDisposable;

  beforeAll(async () => {
    broker = await startBroker({ topics: { orders: 1, later: 1 } });
    dir = await createTempDir();
  });
  afterAll(async () => {
    await broker.close();
    await dir[Symbol.asyncDispose]();
  });

  function run(name: string, lines: readonly string[]): Script {
    const file = join(dir.path, `${name}.mjs`);
    writeFileSync(file, [`import { kafka, topic } from ${JSON.stringify(SDK)};`, ...lines].join('\n'));
    const node = spawn(process.execPath, ['--conditions=@millrace/source', '--no-warnings', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [node.stdout, node.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
    const exited = once(node, 'exit').then(([code]) => ({ code: code as number | null, output }));
    return { exited, output: () => output };
  }

  const client = (options = ''): string =>
    `const cluster = kafka({ brokers: ['${broker.bootstrapServers}'] ${options} });`;

  it('ends by itself once what it sent, asked and read has come', async () => {
    const script = run('idle', [
      client(),
      `await cluster.producer().send(topic('orders'), { value: Buffer.from('a') });`,
      `console.log((await cluster.admin().listTopics()).map(({ name }) => name).join());`,
      `process.on('exit', () => console.log(Math.round(performance.now() - endedMs) < 5_000 ? 'at once' : 'late'));`,
      `const endedMs = performance.now();`,
    ]);

    expect(await script.exited).toEqual({ code: 0, output: 'later,orders\nat once\n' });
  });

  it('waits for a record that cannot be delivered yet, until its time is over', async () => {
    const port = await findFreePorts(1);
    const script = run('pending-send', [
      `const cluster = kafka({ brokers: ['127.0.0.1:${port}'] });`,
      `const producer = cluster.producer({ deliveryTimeoutMs: 2_000 });`,
      `await producer.send(topic('orders'), { value: Buffer.from('a') }).catch((error) => console.log(error.code));`,
    ]);

    expect(await script.exited).toEqual({ code: 0, output: 'MILLRACE_CLIENT_TIMEOUT\n' });
  });

  it('waits for a call that is tried again', async () => {
    const port = await findFreePorts(1);
    const script = run('pending-retry', [
      `const cluster = kafka({ brokers: ['127.0.0.1:${port}'] });`,
      `await cluster.admin().listTopics({ timeoutMs: 1_000 }).catch((error) => console.log(error.code));`,
    ]);

    const { code, output } = await script.exited;
    expect(code).toBe(0);
    expect(output).toMatch(/^MILLRACE_CLIENT_(TIMEOUT|CONNECT)\n$/);
  });

  it('outlives a signal whose end cannot deliver everything', async () => {
    const script = run('aborted', [
      `import { getEventListeners } from 'node:events';`,
      `const ending = new AbortController();`,
      client(', signal: ending.signal'),
      `const producer = cluster.producer();`,
      `await producer.send(topic('orders'), { value: Buffer.from('a') });`,
      `const close = producer.close.bind(producer);`,
      `producer.close = () => close().then(() => Promise.reject(new Error('records were given up')));`,
      `ending.abort();`,
      `const again = AbortSignal.timeout(60_000);`,
      `await kafka({ brokers: ['${broker.bootstrapServers}'], signal: again }).close();`,
      `console.log(getEventListeners(again, 'abort').length);`,
    ]);

    expect(await script.exited).toEqual({ code: 0, output: '0\n' });
  });

  it('waits for records that are not there yet', async () => {
    const script = run('pending-read', [
      client(),
      `console.log('begun');`,
      `for await (const { value } of cluster.consumer({ topics: ['later'] })) {`,
      `  console.log(Buffer.from(value).toString());`,
      `  process.exit(0);`,
      `}`,
    ]);
    await waitUntil('the script to run', () => script.output().includes('begun'));
    // Longer than one fetch waits at the broker.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await broker.produce('later', [{ value: 'here' }]);

    expect(await script.exited).toEqual({ code: 0, output: 'begun\nhere\n' });
  });
});
