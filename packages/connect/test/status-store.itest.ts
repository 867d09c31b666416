/** The status topic under workers that contradict each other. */
import { silentLogger, systemClock } from '@millrace/base';
import { kafka, type Kafka } from '@millrace/sdk';
import { startBroker, waitUntil, type TestBroker } from '@millrace/testing';
import { decodeStatus, encodeStatus, encodeStatusKey, type StoredStatus } from '../src/stores/status-records.ts';
import { StatusStore } from '../src/stores/status-store.ts';

const TOPIC = 'connect-status';
const ID = { connector: 'lines', task: 0 };

function running(workerId: string, generation: number): StoredStatus {
  return { state: 'RUNNING', workerId, generation, trace: undefined, version: '1' };
}

function ended(workerId: string, generation: number): StoredStatus {
  return { ...running(workerId, generation), state: 'UNASSIGNED' };
}

function storeOf(client: Kafka): StatusStore {
  return new StatusStore({
    kafka: client,
    topic: TOPIC,
    partitions: 1,
    replicationFactor: -1,
    configs: {},
    log: silentLogger,
    clock: systemClock,
  });
}

async function writeAsOther(broker: TestBroker, status: StoredStatus): Promise<void> {
  await broker.produce(TOPIC, [{ key: encodeStatusKey({ kind: 'task', id: ID }), value: encodeStatus(status) }]);
}

describe('StatusStore', () => {
  it('corrects a worker that wrote before it heard that another one took over, and nobody else', async () => {
    await using broker = await startBroker();
    await using client = kafka({ brokers: broker.brokers });
    await using store = storeOf(client);
    await store.start();
    const others = (workerId: string, generation: number): Promise<void> =>
      writeAsOther(broker, running(workerId, generation));
    const written = async (): Promise<string[]> =>
      (await broker.records(TOPIC)).map(({ value }) => decodeStatus(Buffer.from(value ?? ''))?.workerId ?? '');

    store.write(ID, running('mine', 5));
    await waitUntil('its own is written', async () => (await written()).length === 1);
    await others('woken', 4);
    await waitUntil('it is written again', async () => (await written()).length === 3);
    expect(await written()).toEqual(['mine', 'woken', 'mine']);
    expect(store.task(ID)?.workerId).toBe('mine');

    // That one has it by right, and what somebody else says of it is not this worker's to correct.
    await others('next', 6);
    await others('woken', 4);
    await store.readToEnd();
    expect(await written()).toEqual(['mine', 'woken', 'mine', 'next', 'woken']);
  }, 30_000);

  it.each([running('former', 50), ended('former', 50)])(
    'believes whoever starts work after the group was forgotten and counts from the beginning: $state before',
    async (before) => {
      await using broker = await startBroker();
      await using client = kafka({ brokers: broker.brokers });
      await using store = storeOf(client);
      await store.start();
      await writeAsOther(broker, before);
      await store.readToEnd();

      store.write(ID, running('mine', 1));
      await store.flush(10_000);

      await using later = storeOf(client);
      await later.start();
      expect([store, later].map((each) => each.task(ID)?.workerId)).toEqual(['mine', 'mine']);
    },
    30_000,
  );

  it.each<StoredStatus>([ended('mine', 4), { ...running('mine', 4), state: 'FAILED' }])(
    'does not tell of the end of work that another worker has taken over: $state',
    async (end) => {
      await using broker = await startBroker();
      await using client = kafka({ brokers: broker.brokers });
      await using store = storeOf(client);
      await store.start();
      await writeAsOther(broker, running('next', 5));
      await store.readToEnd();

      store.write(ID, end);
      await store.flush(10_000);

      expect(store.task(ID)?.workerId).toBe('next');
      expect(await broker.records(TOPIC)).toHaveLength(1);
    },
    30_000,
  );

  it('leaves what it has given up to others', async () => {
    await using broker = await startBroker();
    await using client = kafka({ brokers: broker.brokers });
    await using store = storeOf(client);
    await store.start();
    store.write(ID, running('mine', 50));
    store.write(ID, ended('mine', 50));
    await store.flush(10_000);

    await writeAsOther(broker, running('next', 1));
    await store.readToEnd();

    expect(store.task(ID)?.workerId).toBe('next');
    await store.flush(10_000);
    expect((await broker.records(TOPIC)).at(-1)?.value).toContain('"next"');
  }, 30_000);
});
