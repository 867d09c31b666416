/** Taking over from Kafka Connect's own workers, and back. Needs Java and the jars that tools/conformance fetches. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, startBroker } from '@millrace/testing';
import { JavaWorker, javaWorkerLibs } from './java-worker/java-worker.ts';
import { SETTINGS } from './distributed/worker-cluster.ts';
import { WorkerProcess } from './distributed/worker-process.ts';

const JAVA_CONNECTOR = 'org.apache.kafka.connect.file.FileStreamSourceConnector';
const STRINGS = 'org.apache.kafka.connect.storage.StringConverter';

const libs = javaWorkerLibs();
if (libs === undefined) {
  console.warn(
    'skipped: taking over from Kafka Connect needs its jars; `nx run @millrace/conformance:itest` fetches them',
  );
}

(libs === undefined ? describe.skip : describe)('topics of a group of workers', () => {
  it('are taken over from Kafka Connect and back, without a line lost or doubled', async () => {
    await using broker = await startBroker({ topics: { lines: 1 } });
    await using dir = await createTempDir('takeover');
    const settings = {
      ...SETTINGS,
      'bootstrap.servers': broker.bootstrapServers,
      'key.converter': STRINGS,
      'value.converter': STRINGS,
      'offset.flush.interval.ms': '200',
      'session.timeout.ms': '6000',
      'heartbeat.interval.ms': '500',
      'scheduled.rebalance.max.delay.ms': '0',
    };
    const file = join(dir.path, 'input');
    const lines: string[] = [];
    const write = async (): Promise<void> => {
      for (let line = 0; line < 3; line++) lines.push(`line ${lines.length}`);
      await writeFile(file, lines.map((line) => `${line}\n`).join(''));
      await broker.waitForRecords('lines', lines.length, { timeoutMs: 60_000 });
    };

    await using java = new JavaWorker(libs ?? '', dir.path, settings);
    await java.start();
    await writeFile(file, '');
    const config = { 'connector.class': JAVA_CONNECTOR, 'tasks.max': '1', file, topic: 'lines' };
    await java.call('PUT', '/connectors/lines/config', config);
    await java.reaches('lines', 'RUNNING', 1);
    await write();

    // While workers of Kafka Connect are there, the group refuses ours, and says why.
    await using early = new WorkerProcess({ ...settings, listeners: 'http://127.0.0.1:0' });
    await expect(early.start()).rejects.toThrow(/stop the workers of Kafka Connect first/);

    await java.stop();
    await using ours = new WorkerProcess({ ...settings, listeners: 'http://127.0.0.1:0' });
    await ours.start();
    await ours.settles(['lines'], [ours]);
    await write();
    const { body: offsets } = await ours.ask('GET', 'connectors/lines/offsets');
    expect(offsets).toMatchObject({ offsets: [{ partition: { filename: file } }] });
    await ours.end('SIGTERM');

    await using again = new JavaWorker(libs ?? '', dir.path, settings);
    await again.start();
    await again.reaches('lines', 'RUNNING', 1);
    await write();
    await again.stop();

    expect((await broker.records('lines')).map(({ value }) => value)).toEqual(lines);
  }, 240_000);
});
