import { createHash } from 'node:crypto';
import { cp, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BrokerProcess, createTempDir, LogProbe, type TempDir } from '@millrace/testing';
import { CLI_MAIN, millrace } from './cli-app.ts';

const ALIGNMENT_BYTES = 4096;

describe('millrace log', () => {
  let dir: TempDir;
  let broker: BrokerProcess;
  let topicId: string;

  beforeAll(async () => {
    dir = await createTempDir('cli-log');
    broker = new BrokerProcess({ mainPath: CLI_MAIN, command: ['start'], dataDir: dir.path });
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    topicId = await probe.createTopic('orders', { partitions: 2 });
    await probe.createTopic('other');
    for (const value of ['first', 'second', 'third']) await probe.appendValues('orders', 1, [value, `${value} too`]);
    await probe.appendValues('other', 0, ['elsewhere']);
  });

  afterAll(async () => {
    await broker.kill();
    await dir.remove();
  });

  const log = (name: string, ...argv: readonly string[]) => millrace('log', name, '--data-dir', dir.path, ...argv);

  it('verifies the directory of a broker that runs', async () => {
    const outcome = await log('verify');

    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(
      /(^|\n)read .* journal files? with \d+ groups, .*\nthe newest \d+ bytes of segments .* journal.*\nno problems\n$/,
    );
    const { findings, counts } = JSON.parse((await log('verify', '--json')).stdout) as {
      findings: { severity: string }[];
      counts: { groups: number; partitions: number; journalBytes: number };
    };
    expect(findings.filter(({ severity }) => severity === 'problem')).toEqual([]);
    expect(counts.groups).toBeGreaterThanOrEqual(4);
    expect(counts.partitions).toBeGreaterThanOrEqual(3);
    expect(counts.journalBytes).toBeGreaterThan(4 * 61);
  });

  it('leaves the directory as it is', async () => {
    await using copy = await createTempDir('cli-log-copy');
    await cp(dir.path, copy.path, { recursive: true });
    const before = await digest(copy.path);

    for (const name of ['verify', 'dump']) {
      expect(await millrace('log', name, '--data-dir', copy.path)).toMatchObject({ code: 0, stderr: '' });
    }

    expect(await digest(copy.path)).toEqual(before);
  });

  it('dumps groups, entries, batches and records by the names of topics', async () => {
    const { code, stdout, stderr } = await log('dump');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^journal\/\d{12}\.j$/);
    expect(stdout).toContain('a broker began to write');
    expect(stdout).toMatch(new RegExp(`state of orders-1 \\(${topicId}-1\\): fsync`));
    expect(stdout).toMatch(/batch of orders-1: offsets 2\.\.3, 2 records, \d+ bytes, none, epoch \d+, CreateTime 2/);
    expect(stdout).toMatch(/^ {6}3 2.*: "second too"$/m);
    expect(stdout).toContain('"elsewhere"');
  });

  it('dumps only what was asked for, as JSON', async () => {
    const { code, stdout } = await log('dump', '--json', '-t', 'orders', '-p', '1', '-o', '2..3');

    expect(code).toBe(0);
    const items = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Item);
    const batches = items.flatMap(({ entries = [] }) => entries).filter(({ kind }) => kind === 'batch');
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({ id: { topicId, partition: 1 }, batch: { baseOffset: 2, recordCount: 2 } });
    expect(batches[0]?.batch?.records.map(({ value }) => value)).toEqual(['second', 'second too']);
    const bare = await log('dump', '--json', '-t', topicId, '--no-records');
    expect(bare.stdout).not.toContain('second');
    expect(bare.stdout).toContain('"recordCount":2');
  });

  it('names file and byte of damage, says what a repair would lose, and ends with 1', async () => {
    await using copy = await createTempDir('cli-log-damaged');
    await cp(dir.path, copy.path, { recursive: true });
    const { path, name, position } = await placeOf(copy.path, 'second too');
    await flip(path, position);

    const outcome = await millrace('log', 'verify', '--data-dir', copy.path);

    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    const at = Math.floor(position / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    expect(outcome.stdout).toContain(`problem: journal/${name} at byte ${at}: `);
    expect(outcome.stdout).toMatch(
      /lost with --repair: orders-1 offsets 2\.\.5 \(\d+ bytes of them can still be read\)\n/,
    );
    expect(outcome.stdout).toMatch(/\n1 problem\n$/);
    const dump = await millrace('log', 'dump', '--data-dir', copy.path);
    expect(dump.stdout).toMatch(new RegExp(`DAMAGE at byte ${at}: journal group \\d+ is broken`));
    expect(dump.stdout).toContain('"third too"');
  });

  it.each([
    ['without a directory', ['verify']],
    ['with offsets that are none', ['dump', '--data-dir', '.', '--offset', 'many']],
    ['with a partition that is none', ['dump', '--data-dir', '.', '--partition', '-1']],
    ['of an unknown kind', ['mend', '--data-dir', '.']],
  ])('ends with 2 when it is used wrongly: %s', async (_, argv) => {
    const outcome = await millrace('log', ...argv);

    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).not.toBe('');
  });

  it('ends with 2 for a topic that there is not, and names those that there are', async () => {
    const outcome = await log('dump', '-t', 'nothing');

    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/has no topic "nothing"; it has orders, other\n$/);
  });

  it('ends with 1 where there is no data of a broker', async () => {
    await using empty = await createTempDir('cli-log-empty');

    const outcome = await millrace('log', 'verify', '--data-dir', empty.path);

    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain('millrace.format');
    expect(await readdir(empty.path)).toEqual([]);
  });
});

interface Item {
  readonly entries?: readonly {
    readonly kind: string;
    readonly id: unknown;
    readonly batch?: { readonly records: readonly { readonly value: string }[] };
  }[];
}

/** Names and contents of all files. */
async function digest(path: string): Promise<string[]> {
  const names = (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const lines = names.map(async ({ parentPath, name }) => {
    const file = join(parentPath, name);
    return `${file} ${createHash('sha256')
      .update(await readFile(file))
      .digest('hex')}`;
  });
  return (await Promise.all(lines)).sort();
}

async function placeOf(dataDir: string, value: string): Promise<{ path: string; name: string; position: number }> {
  const journal = join(dataDir, 'journal');
  for (const name of await readdir(journal)) {
    const position = (await readFile(join(journal, name))).indexOf(value);
    if (position >= 0) return { path: join(journal, name), name, position };
  }
  throw new Error(`no journal file holds "${value}"`);
}

async function flip(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
    buffer[0] = (buffer[0] ?? 0) ^ 0xff;
    await file.write(buffer, 0, 1, position);
  } finally {
    await file.close();
  }
}
