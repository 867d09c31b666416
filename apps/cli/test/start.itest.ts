import { BrokerProcess, createTempDir, LogProbe } from '@millrace/testing';
import { CLI_MAIN, millrace } from './cli-app.ts';

describe('millrace start', () => {
  it('runs a broker as the broker program does: ready line, clients, SIGTERM', async () => {
    await using dir = await createTempDir('cli-start');
    const flags = ['--set', 'num.partitions=3', '--log.retention.ms', '5000'];
    await using broker = new BrokerProcess({ mainPath: CLI_MAIN, command: ['start'], dataDir: dir.path, flags });
    await broker.start();

    const { kafka, ops } = broker.addresses;
    expect(broker.stdoutLines).toEqual([`millrace ready kafka=${kafka} ops=${ops} data=${dir.path}`]);
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events', { partitions: -1 });
    expect(await probe.appendValues('events', 2, ['a'])).toBe(0);
    expect((await fetch(`http://${ops}/health/ready`)).status).toBe(200);

    const beganMs = performance.now();
    expect(await broker.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - beganMs).toBeLessThan(2_000);
  });

  it('has the help, version and exit codes of the broker', async () => {
    await using dir = await createTempDir('cli-start');
    const [help, version, usage, failure] = await Promise.all([
      millrace('start', '--help'),
      millrace('start', '--version'),
      millrace('start', '--prot', '1'),
      millrace('start', '--port', '0', '--ops-port', '0', '--data-dir', `${dir.path}/${'x'.repeat(300)}`),
    ]);

    expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/^usage: millrace start \[flags\]/) });
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(usage).toMatchObject({ code: 2, stderr: 'millrace: unknown flag --prot: did you mean --port?\n' });
    expect(failure).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('cannot use data directory'),
    });
  });
});
