/** The procedures of docs/operations/backup.md, command by command. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

async function valuesOf(probe: LogProbe, topic: string): Promise<(string | null)[]> {
  return (await probe.readAll(topic, 0)).map(({ value }) => value);
}

describe('a backup', () => {
  it('of a stopped broker brings back topics, settings, records and offsets as they were', async () => {
    await using dir = await createTempDir('backup');
    const [data, backup] = [join(dir.path, 'data'), join(dir.path, 'backup')];
    await using broker = brokerOver(data);
    await broker.start();
    let probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('orders', { configs: { 'retention.ms': '86400000' } });
    for (const value of valuesUpTo(20)) await probe.appendValues('orders', 0, [value]);
    await commitOffsets(probe, 'billing', 'orders', [12]);
    await probe.close();

    expect(await broker.stop()).toEqual({ code: 0, signal: null });
    execFileSync('cp', ['-a', data, backup]);
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
    const [data, backup] = [join(dir.path, 'data'), join(dir.path, 'backup')];
    await using broker = brokerOver(data);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('orders');
    await probe.createTopic('unsynced', { configs: { 'millrace.durability': 'os' } });
    await using other = await LogProbe.connect({ port: broker.port });
    const loads = [new Load(probe, 'orders'), new Load(other, 'unsynced')];
    await waitUntil('some load', () => loads.every(({ acknowledged }) => acknowledged > 50));

    process.kill(broker.pid, 'SIGSTOP');
    const acknowledged = loads.map((load) => load.acknowledged);
    execFileSync('cp', ['-a', data, backup]);
    process.kill(broker.pid, 'SIGCONT');

    await waitUntil('the load to go on', () =>
      loads.every((load, index) => load.acknowledged > (acknowledged[index] ?? 0) + 10),
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
    expect(broker.logTail).toMatch(/^millrace: .*cluster/m);
  });
});

async function verify(dataDir: string): Promise<{ code: number | null; lastLine: string | undefined }> {
  const { code, stdout } = await runProcess(CLI_MAIN, ['log', 'verify', '--data-dir', dataDir]);
  return { code, lastLine: stdout.trimEnd().split('\n').at(-1) };
}
