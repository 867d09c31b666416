import { createMemoryMetaStore, ConfigResourceType } from '@millrace/metadata';
import { ManualTime } from '../../test/manual-time.ts';
import { OperationKind } from './alter-configs.ts';
import { loadBrokerConfig } from './broker-config.ts';
import { alterConfigs, type AlterationServices } from './config-alteration.ts';

const STUCK = 'AAAAAAAAAAAAAAAAAAAAAQ';
const FREE = 'AAAAAAAAAAAAAAAAAAAAAg';

/** A broker on which one topic's partitions never get done with their work. */
async function setUp() {
  const metaStore = createMemoryMetaStore();
  await metaStore.open();
  for (const [name, topicId] of [
    ['stuck', STUCK],
    ['free', FREE],
  ] as const) {
    await metaStore.createTopic({
      name,
      topicId,
      isInternal: false,
      replicationFactor: 1,
      owners: [1],
      configs: new Map(),
    });
  }
  const never = new Promise<void>(() => undefined);
  const settled = (_version: number, topicId?: string) => (topicId === FREE ? Promise.resolve() : never);
  const time = new ManualTime();
  const services = {
    nodeId: 1,
    config: loadBrokerConfig(new Map()),
    metaStore,
    partitions: { settled },
    timers: time.timers,
  } as unknown as AlterationServices;
  const alter = (type: number, name: string, key: string, value: string) =>
    alterConfigs(services, { type, name }, () => [{ name: key, kind: OperationKind.set, value }], false);
  return { alter, time, metaStore };
}

describe('alterConfigs', () => {
  it('waits for the work of its own topic, not for that of others that were altered before', async () => {
    const { alter, time, metaStore } = await setUp();
    const stuck = alter(ConfigResourceType.topic, 'stuck', 'retention.ms', '5');
    const free = alter(ConfigResourceType.topic, 'free', 'retention.ms', '6');

    expect(await free).toEqual({ errorCode: 0, errorMessage: null });
    expect(metaStore.snapshot().topicsByName.get('stuck')?.configs.get('retention.ms')).toBe('5');
    time.advance(10_000);
    expect((await stuck).errorCode).toBe(7);
  });

  it('waits for all topics when the broker is altered', async () => {
    const { alter, time } = await setUp();
    let isAnswered = false;
    const altered = alter(ConfigResourceType.broker, '', 'log.retention.ms', '5').finally(() => (isAnswered = true));
    await new Promise((resolve) => setImmediate(resolve));

    expect(isAnswered).toBe(false);
    time.advance(10_000);
    expect((await altered).errorCode).toBe(7);
  });
});
