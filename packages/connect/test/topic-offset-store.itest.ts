/** Source offsets in a topic: shared by workers, taken over from Java, exact about transactions. */
import { silentLogger } from '@millrace/base';
import { kafka, topic as declareTopic } from '@millrace/sdk';
import { startBroker, type TestBroker } from '@millrace/testing';
import { TopicOffsetStore } from '../src/stores/topic-offset-store.ts';

const TOPIC = 'connect-offsets';

async function open(broker: TestBroker): Promise<TopicOffsetStore> {
  const store = new TopicOffsetStore({
    kafka: { brokers: broker.brokers },
    topic: TOPIC,
    setting: 'offset.storage.topic',
    partitions: 3,
    replicationFactor: -1,
    configs: {},
    log: silentLogger,
  });
  try {
    await store.start();
    return store;
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

describe('TopicOffsetStore', () => {
  it('lets every worker read what any has written', async () => {
    await using broker = await startBroker();
    await using first = await open(broker);
    await using second = await open(broker);
    await first.write('a', [
      { partition: { table: 't', schema: 's' }, offset: { lsn: 2n ** 62n } },
      { partition: { table: 'u' }, offset: { lsn: 1 } },
    ]);
    await first.write('b', [{ partition: { table: 't', schema: 's' }, offset: { lsn: 3 } }]);

    const read = await second.read('a', [{ schema: 's', table: 't' }, { table: 'x' }, { table: 'u' }]);
    expect(read).toEqual([{ lsn: 2n ** 62n }, undefined, { lsn: 1 }]);

    await second.write('a', [{ partition: { table: 'u' }, offset: null }]);
    expect(await first.all('a')).toEqual([{ partition: { table: 't', schema: 's' }, offset: { lsn: 2n ** 62n } }]);
    const [configs] = await kafkaConfigs(broker);
    expect(configs).toBe('compact');
  });

  it('replaces what a Java worker wrote under its own key, whatever the order of its fields', async () => {
    await using broker = await startBroker({
      topics: { [TOPIC]: { partitions: 3, configs: { 'cleanup.policy': 'compact' } } },
    });
    const key = '["a",{"table":"t","schema":"s"}]';
    await broker.produce(TOPIC, [{ key, value: '{"lsn":1}', partition: 1 }]);
    await using store = await open(broker);
    expect(await store.read('a', [{ schema: 's', table: 't' }])).toEqual([{ lsn: 1 }]);

    await store.write('a', [{ partition: { schema: 's', table: 't' }, offset: { lsn: 2 } }]);

    const records = await broker.records(TOPIC);
    expect(records.map((record) => record.key)).toEqual([key, key]);
    expect(await store.read('a', [{ schema: 's', table: 't' }])).toEqual([{ lsn: 2 }]);
  });

  it('sees nothing of a transaction before its end, and nothing of an aborted one ever', async () => {
    await using broker = await startBroker();
    await using store = await open(broker);
    await using client = kafka({ brokers: broker.brokers });
    await using producer = client.producer({ transactionalId: 'task' });
    const write = async (lsn: number, end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await producer.begin();
      await transaction.send(declareTopic(TOPIC), { key: '["a",{"table":"t"}]', value: `{"lsn":${lsn}}` });
      await transaction[end]();
    };

    await write(1, 'abort');
    expect(await store.read('a', [{ table: 't' }])).toEqual([undefined]);
    await write(2, 'commit');
    expect(await store.read('a', [{ table: 't' }])).toEqual([{ lsn: 2 }]);
    await write(3, 'abort');
    expect(await store.read('a', [{ table: 't' }])).toEqual([{ lsn: 2 }]);
  });

  it('refuses a topic that forgets by age', async () => {
    await using broker = await startBroker({
      topics: { [TOPIC]: { partitions: 1, configs: { 'cleanup.policy': 'delete' } } },
    });

    await expect(open(broker)).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_TOPIC',
      message: /cleanup\.policy=delete/,
    });
  });
});

async function kafkaConfigs(broker: TestBroker): Promise<string[]> {
  await using client = kafka({ brokers: broker.brokers });
  await using admin = client.admin();
  const [described] = await admin.describeConfigs([{ type: 'topic', name: TOPIC }]);
  if (described?.ok !== true) throw new Error('not described');
  return described.configs.filter(({ name }) => name === 'cleanup.policy').map(({ value }) => value ?? '');
}
