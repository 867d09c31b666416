import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, LogProbe, waitUntil, type BrokerProcess } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';

describe('the ops port', () => {
  it('answers live and ready while the broker serves', async () => {
    await using dir = await createTempDir('ops');
    await using broker = brokerOver(dir.path);
    await broker.start();

    expect(await status(broker, '/health/live')).toEqual([200, { status: 'ok' }]);
    expect(await status(broker, '/health/ready')).toEqual([200, { status: 'ok' }]);
    expect((await status(broker, '/nothing'))[0]).toBe(404);
  });

  it('says that it is not ready while the broker starts', async () => {
    await using dir = await createTempDir('ops');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await broker.stop();
    // A checkpoint that cannot be opened until somebody writes to it holds the start up.
    const pipe = join(dir.path, 'checkpoints', '000000999999.checkpoint');
    execFileSync('mkfifo', [pipe]);
    let isStarted = false;
    const starting = broker.start().then(() => (isStarted = true));
    starting.catch(() => undefined);

    await waitUntil('the ops port', () => status(broker, '/health/live').catch(() => undefined));
    expect(await status(broker, '/health/live')).toEqual([200, { status: 'ok' }]);
    expect(await status(broker, '/health/ready')).toEqual([503, { status: 'not ready', reason: 'starting' }]);
    expect((await status(broker, '/metrics'))[0]).toBe(200);
    expect(isStarted).toBe(false);

    await (await open(pipe, 'w')).close();
    await starting;
    expect(await status(broker, '/health/ready')).toEqual([200, { status: 'ok' }]);
  });

  it('shows what dashboards need', async () => {
    await using dir = await createTempDir('ops');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events', { partitions: 2 });
    await probe.appendValues('events', 0, ['a', 'b']);
    await probe.appendValues('events', 1, ['c']);
    await probe.readAll('events', 0);

    const metrics = parseMetrics(await broker.metricsPage());

    expect(metrics.get('millrace_build_info{version="0.1.0"}')).toBe(1);
    // Load, by API: how much, how long, how often wrong.
    expect(metrics.get('millrace_request_seconds_count{api="Produce"}')).toBe(2);
    expect(metrics.get('millrace_request_seconds_count{api="Fetch"}')).toBeGreaterThan(0);
    expect(metrics.get('millrace_request_seconds_bucket{api="Produce",le="+Inf"}')).toBe(2);
    expect(metrics.get('millrace_request_failures_total{api="Produce"}')).toBe(0);
    expect(metrics.get('millrace_network_received_bytes_total')).toBeGreaterThan(0);
    expect(metrics.get('millrace_network_sent_bytes_total')).toBeGreaterThan(0);
    // Records and bytes, by topic.
    expect(metrics.get('millrace_topic_in_bytes_total{topic="events"}')).toBeGreaterThan(0);
    expect(metrics.get('millrace_topic_out_bytes_total{topic="events"}')).toBeGreaterThan(0);
    // State.
    expect(metrics.get('millrace_connections')).toBe(1);
    expect(metrics.get('millrace_partitions')).toBeGreaterThanOrEqual(2);
    expect(metrics.get('millrace_in_flight_bytes')).toBeGreaterThanOrEqual(0);
    // Storage: each acknowledged append is covered by a sync.
    expect(metrics.get('millrace_journal_syncs_total')).toBeGreaterThan(0);
    expect(metrics.get('millrace_journal_bytes_total')).toBeGreaterThan(0);
    // The process.
    expect(metrics.get('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(metrics.get('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(metrics.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('counts requests whose bytes are no Kafka', async () => {
    await using dir = await createTempDir('ops');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });

    probe.wire.sendBytes(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await probe.wire.ended;

    await waitUntil(
      'the fault to be counted',
      async () => (await broker.readMetric('millrace_protocol_faults_total')) === 1,
    );
    await waitUntil('the connection to be gone', async () => (await broker.readMetric('millrace_connections')) === 0);
  });
});

async function status(broker: BrokerProcess, path: string): Promise<[number, unknown]> {
  const response = await fetch(`http://${broker.addresses.ops}${path}`);
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return [response.status, isJson ? await response.json() : await response.text()];
}

function parseMetrics(page: string): Map<string, number> {
  const samples = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}
