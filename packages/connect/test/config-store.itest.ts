/** The config topic with leaders that write in transactions: who leads no more cannot write, and learns why. */
import { silentLogger } from '@millrace/base';
import { kafka, type Kafka } from '@millrace/sdk';
import { startBroker } from '@millrace/testing';
import type { ConfigRecord } from '../src/stores/config-records.ts';
import { ConfigStore } from '../src/stores/config-store.ts';

const paused = (connector: string): ConfigRecord => ({ kind: 'target-state', connector, state: 'PAUSED' });

async function open(client: Kafka): Promise<ConfigStore> {
  const store = new ConfigStore({
    kafka: client,
    topic: 'connect-configs',
    replicationFactor: -1,
    configs: {},
    log: silentLogger,
    transactionalId: 'connect-cluster-one',
    onChange: () => undefined,
  });
  await store.start();
  return store;
}

describe('ConfigStore', () => {
  it('tells a worker that leads no more so by a fatal error, and lets it write again when it leads anew', async () => {
    await using broker = await startBroker();
    await using client = kafka({ brokers: broker.brokers });
    await using elder = await open(client);
    await using younger = await open(client);
    await elder.write([paused('a')]);
    await younger.write([paused('b')]);

    await expect(elder.write([paused('c')])).rejects.toMatchObject({ fatal: true });

    await elder.write([paused('d')]);
    await younger.readToEnd();
    const records = await broker.records('connect-configs');
    expect(records.map(({ key }) => key)).toEqual(['a', 'b', 'd'].map((connector) => `target-state-${connector}`));
  });
});
