/** Offsets of a source in a topic of its own, and on the cluster that it writes to. */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@millrace/base';
import { createTempDir, startBroker, waitUntil, type TestBroker } from '@millrace/testing';
import type { ConnectProcess } from '../src/run/connect-process.ts';
import { startDistributed } from '../src/run/distributed.ts';
import { SETTINGS } from './distributed/worker-cluster.ts';

const PATIENT = { timeoutMs: 30_000 };
const STRINGS = 'org.apache.kafka.connect.storage.StringConverter';

function start(broker: TestBroker, exactlyOnce: boolean): Promise<ConnectProcess> {
  const properties = {
    ...SETTINGS,
    'bootstrap.servers': broker.bootstrapServers,
    listeners: 'http://127.0.0.1:0',
    'key.converter': STRINGS,
    'value.converter': STRINGS,
    'offset.flush.interval.ms': '100',
    'exactly.once.source.support': exactlyOnce ? 'enabled' : 'disabled',
  };
  return startDistributed({ properties, log: silentLogger });
}

async function keysOf(broker: TestBroker, topic: string): Promise<string[]> {
  return (await broker.records(topic)).map(({ key }) => String(key));
}

async function valuesOf(broker: TestBroker, topic: string): Promise<string[]> {
  return (await broker.records(topic)).map(({ value }) => String(value));
}

async function runs({ herder }: ConnectProcess, connector: string): Promise<boolean> {
  const { tasks } = await herder.connectorStatus(connector);
  return tasks.length === 1 && tasks[0]?.state === 'RUNNING';
}

describe('a source with a place of its own for its offsets', () => {
  it.each([true, false])(
    'goes on from a topic that it names (exactly once: %s)',
    async (exactlyOnce) => {
      await using broker = await startBroker({ topics: { lines: 1 } });
      await using dir = await createTempDir('own-offsets');
      await using worker = await start(broker, exactlyOnce);
      const file = join(dir.path, 'input');
      await writeFile(file, 'one\ntwo\n');
      const config = {
        name: 'own',
        'connector.class': 'FileStreamSource',
        file,
        topic: 'lines',
        'offsets.storage.topic': 'own-offsets',
      };

      await worker.herder.putConnector('own', config);
      await broker.waitForRecords('lines', 2, PATIENT);
      const partition = { filename: file };
      await waitUntil(
        'the offset is stored',
        async () => {
          const offsets = await worker.herder.connectorOffsets('own');
          return JSON.stringify(offsets) === JSON.stringify([{ partition, offset: { position: 8 } }]);
        },
        PATIENT.timeoutMs,
      );
      await worker.herder.restartTask({ connector: 'own', task: 0 });
      await appendFile(file, 'three\n');
      await broker.waitForRecords('lines', 3, PATIENT);

      expect(await valuesOf(broker, 'lines')).toEqual(['one', 'two', 'three']);
      expect(await keysOf(broker, 'connect-offsets')).toEqual([]);
      expect(new Set(await keysOf(broker, 'own-offsets'))).toEqual(new Set([`["own",${JSON.stringify(partition)}]`]));

      await worker.herder.stopConnector('own');
      await waitUntil('it has stopped', async () => (await worker.herder.connectorStatus('own')).tasks.length === 0);
      await worker.herder.resetConnectorOffsets('own');
      await worker.herder.resumeConnector('own');
      await broker.waitForRecords('lines', 6, PATIENT);
      expect((await valuesOf(broker, 'lines')).slice(3)).toEqual(['one', 'two', 'three']);
    },
    120_000,
  );

  it('has them on the cluster that it writes to in transactions', async () => {
    await using broker = await startBroker();
    await using other = await startBroker({ topics: { lines: 1 } });
    await using dir = await createTempDir('own-offsets');
    await using worker = await start(broker, true);
    const file = join(dir.path, 'input');
    await writeFile(file, 'one\ntwo\n');
    const servers = other.bootstrapServers;
    const config = {
      name: 'far',
      'connector.class': 'FileStreamSource',
      file,
      topic: 'lines',
      'producer.override.bootstrap.servers': servers,
      'admin.override.bootstrap.servers': servers,
    };

    await worker.herder.putConnector('far', config);
    await other.waitForRecords('lines', 2, PATIENT);
    await waitUntil('it runs', () => runs(worker, 'far'));
    await worker.herder.restartTask({ connector: 'far', task: 0 });
    await appendFile(file, 'three\n');
    await other.waitForRecords('lines', 3, PATIENT);

    expect(await valuesOf(other, 'lines')).toEqual(['one', 'two', 'three']);
    expect(await keysOf(other, 'connect-offsets')).not.toEqual([]);
    expect(await keysOf(broker, 'connect-offsets')).toEqual([]);
  }, 120_000);
});
