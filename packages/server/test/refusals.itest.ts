import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createTempDir, LogProbe, type ProcessOutcome } from '@millrace/testing';
import { brokerOver, linesOf, runBrokerApp } from './broker-app.ts';
import { digestDirectory } from './directory-digest.ts';

/** A place that not even root may write to. */
const UNWRITABLE = process.platform === 'darwin' ? '/System/millrace' : '/sys/millrace';

const WARN_LEVEL = 40;

describe('a broker that cannot start', () => {
  it('names the Kafka port in use and how to choose another, and leaves the data as it was', async () => {
    await using dir = await createTempDir('refusal');
    await storeOneRecord(dir.path);
    await using taken = await takePort();
    const before = await digestDirectory(dir.path);

    const outcome = await runBrokerApp([...argv(dir.path), '--port', String(taken.port)]);

    expectRefusal(outcome, [`127.0.0.1:${taken.port}`, 'in use', 'choose another port']);
    // Told before storage is opened, however long its recovery may take.
    expect(await digestDirectory(dir.path)).toEqual(before);
    expect(await readOneRecord(dir.path)).toEqual(['kept']);
  });

  it('names the ops port in use and how to choose another', async () => {
    await using dir = await createTempDir('refusal');
    await storeOneRecord(dir.path);
    await using taken = await takePort();
    const before = await digestDirectory(dir.path);

    const outcome = await runBrokerApp(['--port', '0', '--data-dir', dir.path, '--ops-port', String(taken.port)]);

    expectRefusal(outcome, [`127.0.0.1:${taken.port}`, 'in use', '--ops-port']);
    expect(await digestDirectory(dir.path)).toEqual(before);
    expect(await readOneRecord(dir.path)).toEqual(['kept']);
  });

  it('says so when an address is not of this machine', async () => {
    await using dir = await createTempDir('refusal');

    const outcome = await runBrokerApp([...argv(dir.path), '--host', '192.0.2.1']);

    expectRefusal(outcome, ['192.0.2.1:0', 'address of this machine']);
  });

  it('says that the data directory is a file', async () => {
    await using dir = await createTempDir('refusal');
    const path = join(dir.path, 'file');
    await writeFile(path, 'mine');

    const outcome = await runBrokerApp(argv(path));

    expectRefusal(outcome, [path, 'is a file and not a directory', 'choose another directory']);
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('says that the data directory cannot be written', async () => {
    const outcome = await runBrokerApp(argv(UNWRITABLE));

    expectRefusal(outcome, [UNWRITABLE, 'choose another directory']);
  });

  const itWithProc = process.platform === 'linux' ? it : it.skip;
  itWithProc('says that the data directory cannot be made', async () => {
    const outcome = await runBrokerApp(argv('/proc/x'));

    expectRefusal(outcome, ['cannot use data directory /proc/x: nothing can be made there; choose another directory']);
    expect(outcome.stderr).not.toContain('ENOENT');
  });

  it('says that another broker has the directory, and that one goes on', async () => {
    await using dir = await createTempDir('refusal');
    await using first = brokerOver(dir.path);
    await first.start();
    await using probe = await LogProbe.connect({ port: first.port });
    await probe.createTopic('events');
    await probe.appendValues('events', 0, ['before']);

    const outcome = await runBrokerApp(argv(dir.path));
    const repairing = await runBrokerApp([...argv(dir.path), '--repair']);

    for (const each of [outcome, repairing]) {
      expectRefusal(each, [dir.path, 'in use by another broker', 'directory of its own']);
    }
    await probe.appendValues('events', 0, ['after']);
    await probe.close();
    await first.kill();
    await first.start();
    await using again = await LogProbe.connect({ port: first.port });
    expect((await again.readAll('events', 0)).map(({ value }) => value)).toEqual(['before', 'after']);
  });

  it('takes the directory of a broker that was killed', async () => {
    await using dir = await createTempDir('refusal');
    await using first = brokerOver(dir.path);
    await first.start();
    await first.kill();
    await using second = brokerOver(dir.path);

    await second.start();

    expect((await second.stop()).code).toBe(0);
  });

  it.each<[string, (text: string) => string, string[]]>([
    [
      'a newer version wrote the data',
      (text) => text.replace(/"version":\d+/, '"version":99'),
      ['data format 99', 'newer version'],
    ],
    ['the format file is damaged', () => 'nonsense', ['millrace.format', 'backup']],
  ])('refuses when %s and changes nothing', async (_when, change, words) => {
    await using dir = await createTempDir('refusal');
    await storeOneRecord(dir.path);
    const path = join(dir.path, 'millrace.format');
    const original = await readFile(path, 'utf8');
    await writeFile(path, change(original));
    const before = await digestDirectory(dir.path);

    const outcome = await runBrokerApp(argv(dir.path));

    expectRefusal(outcome, [dir.path, ...words]);
    expect(await digestDirectory(dir.path)).toEqual(before);
    await writeFile(path, original);
    expect(await readOneRecord(dir.path)).toEqual(['kept']);
  });
});

function argv(dataDir: string): string[] {
  return ['--port', '0', '--ops-port', '0', '--data-dir', dataDir];
}

/** Exit code 1, nothing on stdout, exactly one line for people that holds all the words, and no alarm in the log beside it. */
function expectRefusal({ code, stdout, stderr }: ProcessOutcome, words: readonly string[]): void {
  expect(stdout).toBe('');
  const lines = linesOf(stderr);
  const logged = lines.filter((each) => each.startsWith('{')).map((each) => JSON.parse(each) as { level: number });
  expect(logged.filter(({ level }) => level >= WARN_LEVEL)).toEqual([]);
  const [line, ...more] = lines.filter((each) => !each.startsWith('{'));
  expect(more).toEqual([]);
  expect(line).toMatch(/^millrace: /);
  for (const word of words) expect(line).toContain(word);
  expect(code).toBe(1);
}

async function storeOneRecord(dataDir: string): Promise<void> {
  await using broker = brokerOver(dataDir);
  await broker.start();
  await using probe = await LogProbe.connect({ port: broker.port });
  await probe.createTopic('events');
  await probe.appendValues('events', 0, ['kept']);
  await broker.stop();
}

async function readOneRecord(dataDir: string): Promise<(string | null)[]> {
  await using broker = brokerOver(dataDir);
  await broker.start();
  await using probe = await LogProbe.connect({ port: broker.port });
  return (await probe.readAll('events', 0)).map(({ value }) => value);
}

async function takePort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
