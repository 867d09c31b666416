import { createTempDir, LogProbe, runProcess, waitUntil, WireClient, type BrokerProcess } from '@millrace/testing';
import { BROKER_MAIN, brokerOver, linesOf, runBrokerApp } from './broker-app.ts';
import { commitOffsets } from './commit-offsets.ts';

const STOP_MS_MAX = 2_000;

describe('the broker process', () => {
  it('says on stdout that it is ready, once and where, and logs JSON on stderr', async () => {
    await using dir = await createTempDir('life');
    await using broker = brokerOver(dir.path);

    await broker.start();
    await broker.stop();

    const { kafka, ops } = broker.addresses;
    expect(kafka).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(ops).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(broker.stdoutLines).toEqual([`millrace ready kafka=${kafka} ops=${ops} data=${dir.path}`]);
    expect(broker.stderrLines.length).toBeGreaterThan(0);
    for (const line of broker.stderrLines) {
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(Number),
        time: expect.any(String),
        msg: expect.any(String),
      });
    }
    expect(JSON.parse(broker.stderrLines[0] ?? '')).toMatchObject({
      level: 30,
      msg: 'starting',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      node: process.version,
      dataDir: dir.path,
    });
  });

  it('sums up in a few lines what it read at its start', async () => {
    await using dir = await createTempDir('life');
    await using broker = brokerOver(dir.path);
    await broker.start();
    const newLines = logged(broker);
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events');
    await commitOffsets(probe, 'readers', 'events', [0]);
    await broker.stop();

    await broker.start();
    const lines = logged(broker);

    expect(newLines.filter(({ msg }) => msg === 'storage is ready')).toEqual([
      expect.objectContaining({ isNew: true }),
    ]);
    expect(newLines.filter((line) => 'isClean' in line)).toEqual([]);
    expect(lines.filter(({ msg }) => msg === 'storage is ready')).toEqual([expect.objectContaining({ isClean: true })]);
    expect(lines.filter(({ msg }) => /partition/.test(msg))).toEqual([
      expect.objectContaining({
        msg: 'coordinator partitions are loaded',
        partitions: 50,
        records: expect.any(Number),
      }),
    ]);
    for (const line of lines) expect(Number.isInteger(line.tookMs ?? 0)).toBe(true);
  });

  it('serves clients as soon as it says so', async () => {
    await using dir = await createTempDir('life');
    await using broker = brokerOver(dir.path);
    await broker.start();

    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events');

    expect(await probe.appendValues('events', 0, ['a', 'b'])).toBe(0);
    expect(await probe.appendValues('events', 0, ['c'])).toBe(2);
    expect((await probe.readAll('events', 0)).map((record) => record.value)).toEqual(['a', 'b', 'c']);
  });

  it('takes a relative data directory from where the user stands', async () => {
    await using dir = await createTempDir('life');
    await using broker = brokerOver('./kept/here', [], { workingDirectory: dir.path });

    await broker.start();

    expect(broker.stdoutLines[0]).toMatch(new RegExp(` data=${dir.path}/kept/here$`));
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s, in less than two seconds', async (signal) => {
    await using dir = await createTempDir('life');
    await using broker = brokerOver(dir.path);
    await broker.start();

    const began = performance.now();
    const end = await broker.stop(signal);

    expect(end).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(STOP_MS_MAX);
    expect(broker.stdoutLines).toHaveLength(1);
  });

  it('ends as quickly with 100 clients connected, half of them waiting in a fetch', async () => {
    await using dir = await createTempDir('life');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events');
    const clients = await Promise.all(Array.from({ length: 99 }, () => LogProbe.connect({ port: broker.port })));
    const waiting = clients
      .slice(0, 50)
      .map((client) => client.read('events', 0, 0, 30_000).catch((error: unknown) => error));
    const bytesSent = [probe, ...clients].reduce((sum, client) => sum + client.wire.socket.bytesWritten, 0);
    await waitUntil('the broker to have read all fetches', async () => {
      return (await broker.readMetric('millrace_network_received_bytes_total')) === bytesSent;
    });
    await waitUntil('all connections to be accepted', async () => {
      return (await broker.readMetric('millrace_connections')) === 100;
    });

    const began = performance.now();
    const end = await broker.stop();

    expect(end).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(STOP_MS_MAX);
    // Those that waited were answered (with nothing) or saw the connection end; nobody is left hanging.
    expect(await Promise.all(waiting)).toHaveLength(50);
    await Promise.all(clients.map((client) => client.wire.ended));
  });

  it('ends with 0 when the signal comes while it starts', async () => {
    await using dir = await createTempDir('life');
    await using broker = brokerOver(dir.path, ['--log-level', 'debug']);

    const starting = broker.start().catch((error: unknown) => error);
    await waitUntil('its first log line', () => broker.stderrLines.length > 0);
    const end = await broker.stop();
    await starting;

    expect(end).toEqual({ code: 0, signal: null });
    expect(broker.stderrLines.filter((line) => !line.startsWith('{'))).toEqual([]);
  });

  it('lives on when nobody reads its streams any more', async () => {
    await using dir = await createTempDir('life');
    await using broker = brokerOver(dir.path, ['--log-level', 'debug']);
    await broker.start();

    broker.closeStreams();
    // Each refused frame is a log line at this level.
    for (let index = 0; index < 20; index++) {
      await using client = await WireClient.connect({ port: broker.port });
      client.sendBytes(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
      await client.ended;
    }

    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events');
    expect(await probe.appendValues('events', 0, ['a'])).toBe(0);
    expect((await broker.stop()).code).toBe(0);
  });

  it('prints help and version on stdout and ends with 0', async () => {
    const [help, version] = await Promise.all([runBrokerApp(['--help']), runBrokerApp(['--version'])]);

    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const flag of ['--port', '--data-dir', '--ops-port', '--config', '--set', '--repair']) {
      expect(help.stdout).toContain(flag);
    }
    expect(version).toMatchObject({ code: 0, stderr: '' });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('tells wrong usage (2) from failure (1), one line each', async () => {
    await using dir = await createTempDir('life');
    const usage = await runBrokerApp(['--prot', '0']);
    const failure = await runProcess(BROKER_MAIN, ['--port', '0', '--ops-port', '0', '--data-dir', '/dev/null/data'], {
      workingDirectory: dir.path,
    });

    expect(usage.code).toBe(2);
    expect(failure.code).toBe(1);
    for (const { stdout, stderr } of [usage, failure]) {
      expect(stdout).toBe('');
      expect(linesOf(stderr).filter((line) => !line.startsWith('{'))).toEqual([expect.stringMatching(/^millrace: /)]);
    }
  });
});

interface LogLine {
  readonly msg: string;
  readonly tookMs?: number;
}

function logged(broker: BrokerProcess): LogLine[] {
  return broker.stderrLines.map((line) => JSON.parse(line) as LogLine);
}
