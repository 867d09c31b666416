/** The procedures of docs/operations/backup.md, command by command. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTempDir, LogProbe, runProcess, waitUntil } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';
import { commitOffsets, committedOffset } from './commit-offsets.ts';

const CLI_MAIN = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));

/** Appends values to a topic one by one until it is stopped; tells how many were acknowledged. */
class Load {
  acknowledged = 0;
  #isOver = false;
  readonly #running: Promise<void>;

  constructor(probe: LogProbe, topic: string) {
    this.#running = this.#run(probe, topic);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(probe: LogProbe, topic: string): Promise<void> {
    while (!this.#isOver) {
      await probe.appendValues(topic, 0, [String(this.acknowledged)]);
      this.acknowledged++;
    }
  }
}

const valuesUpTo = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

const PAGE = readFileSync(new URL('../../../docs/operations/backup.md', import.meta.url), 'utf8');

/** The commands of a section of the page, for a data directory `<folder>/data`; the copy goes to `<folder>/backups/2026-01-31`. */
function commandsOf(section: string, folder: string, pid: string): string {
  const commands = new RegExp(`^## ${section}$[^]*?^\`\`\`sh\n([^]*?)^\`\`\`$`, 'm').exec(PAGE)?.[1];
  if (commands === undefined) throw new Error(`the page has no commands for "${section}"`);
  mkdirSync(join(folder, 'backups'), { recursive: true });
  const here = commands.replaceAll('/backups/', `${folder}/backups/`);
  // Open files are found in /proc, which only Linux has.
  return process.platform === 'linux' ? here : here.replace(/^pid=.*$/m, `pid=${pid}`);
}

/** Runs them as a reader would, without holding up this process, and resolves with what they print; rejects when they fail. */
async function runProcedure(section: string, folder: string, pid: number | ''): Promise<string> {
  const commands = commandsOf(section, folder, String(pid));
  return (await promisify(execFile)('bash', ['-c', commands], { cwd: folder })).stdout;
}

async function valuesOf(probe: LogProbe, topic: string): Promise<(string | null)[]> {
  return (await probe.readAll(topic, 0)).map(({ value }) => value);
}

describe('a backup', () => {
  it('of a stopped broker brings back topics, settings, records and offsets as they were', async () => {
    await using dir = await createTempDir('backup');
    const [data, backup] = [join(dir.path, 'data'), join(dir.path, 'backups', '2026-01-31')];
    await using broker = brokerOver(data);
    await broker.start();
    let probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('orders', { configs: { 'retention.ms': '86400000' } });
    for (const value of valuesUpTo(20)) await probe.appendValues('orders', 0, [value]);
    await commitOffsets(probe, 'billing', 'orders', [12]);
    await probe.close();

    await runProcedure('Stopped', dir.path, broker.pid);
    expect(await broker.stop()).toEqual({ code: 0, signal: null });
    await broker.start();
    probe = await LogProbe.connect({ port: broker.port });
    await probe.appendValues('orders', 0, ['lost by the restore']);
    await probe.createTopic('later');
    await commitOffsets(probe, 'billing', 'orders', [20]);
    await probe.close();
    await broker.stop();
    execFileSync('rm', ['-r', data]);
    execFileSync('cp', ['-a', backup, data]);
    await broker.start();

    probe = await LogProbe.connect({ port: broker.port });
    expect(await valuesOf(probe, 'orders')).toEqual(valuesUpTo(20));
    expect((await probe.topics()).map(({ name }) => name)).toEqual(['orders']);
    expect((await probe.describeConfigs(2, 'orders', ['retention.ms'])).get('retention.ms')?.value).toBe('86400000');
    expect(await committedOffset(probe, 'billing', 'orders', 0)).toBe(12);
    expect(await probe.appendValues('orders', 0, ['goes on'])).toBe(20);
    await probe.close();
  });

  it('of a broker that stands still for a moment holds all that was acknowledged before', async () => {
    await using dir = await createTempDir('backup');
    const [data, backup] = [join(dir.path, 'data'), join(dir.path, 'backups', '2026-01-31')];
    await using broker = brokerOver(data);
    await broker.start();
    await using bystander = brokerOver(join(dir.path, 'data-of-another'));
    await bystander.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('orders');
    await probe.createTopic('unsynced', { configs: { 'millrace.durability': 'os' } });
    await using other = await LogProbe.connect({ port: broker.port });
    const loads = [new Load(probe, 'orders'), new Load(other, 'unsynced')];
    await waitUntil('some load', () => loads.every(({ acknowledged }) => acknowledged > 50));

    // What is acknowledged before the broker stands still must be in the copy; more may be.
    const acknowledged = loads.map((load) => load.acknowledged);
    expect(await runProcedure('Standing still for a moment', dir.path, broker.pid)).toBe('copied\n');
    const whenItWentOn = loads.map((load) => load.acknowledged);

    await waitUntil('the load to go on', () =>
      loads.every((load, index) => load.acknowledged > (whenItWentOn[index] ?? NaN) + 10),
    );
    await Promise.all(loads.map((load) => load.stop()));
    expect(await valuesOf(probe, 'orders')).toEqual(valuesUpTo(loads[0]?.acknowledged ?? NaN));
    await using restored = brokerOver(backup);
    await restored.start();
    await using reader = await LogProbe.connect({ port: restored.port });
    for (const [index, topic] of ['orders', 'unsynced'].entries()) {
      const values = await valuesOf(reader, topic);
      expect(values.length).toBeGreaterThanOrEqual(acknowledged[index] ?? NaN);
      expect(values).toEqual(valuesUpTo(values.length));
    }
  });

  it('is not made when no broker has the directory open', async () => {
    await using dir = await createTempDir('backup');
    execFileSync('mkdir', [join(dir.path, 'data')]);
    for (const section of ['Stopped', 'Standing still for a moment']) {
      await expect(runProcedure(section, dir.path, '')).rejects.toThrow(/kill/);
    }
    expect(readdirSync(join(dir.path, 'backups'))).toEqual([]);
  });

  it('that lacks its metadata is refused, and one that lacks segments is found out by log verify', async () => {
    await using dir = await createTempDir('backup');
    await using broker = brokerOver(dir.path);
    await broker.start();
    const probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('orders');
    await probe.appendValues('orders', 0, ['a']);
    await probe.close();
    await broker.stop();
    expect(await verify(dir.path)).toEqual({ code: 0, lastLine: 'no problems' });

    execFileSync('rm', ['-r', join(dir.path, 'logs')]);
    expect(await verify(dir.path)).toEqual({ code: 1, lastLine: '1 problem' });

    for (const end of ['', '-wal', '-shm']) execFileSync('rm', ['-f', join(dir.path, `metadata.db${end}`)]);
    expect((await broker.startAndEnd()).code).toBe(1);
    expect(broker.logTail).toMatch(/^millrace: .*metadata\.db is missing/m);
  });
});

async function verify(dataDir: string): Promise<{ code: number | null; lastLine: string | undefined }> {
  const { code, stdout } = await runProcess(CLI_MAIN, ['log', 'verify', '--data-dir', dataDir]);
  return { code, lastLine: stdout.trimEnd().split('\n').at(-1) };
}
