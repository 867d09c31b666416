import { createMemoryMetaStore, type MetaStore } from '@millrace/metadata';
import { ErrorCode, RecordBatchWriter } from '@millrace/protocol';
import { createTempDir } from '@millrace/testing';
import { AdminClient, APPEND, BROKER, SET, TOPIC } from './admin-client.ts';
import { batchOf, BrokerFixture, fetch, produce } from './broker-fixture.ts';

const POLICY = 'cleanup.policy';

/** The error code of one alteration. */
async function alter(
  admin: AdminClient,
  type: number,
  name: string,
  operation: readonly [string, number, string],
): Promise<number | undefined> {
  return (await admin.incrementalAlterConfigs([{ type, name, operations: [operation] }]))[0];
}

describe('A request for compaction', () => {
  let fixture: BrokerFixture;
  let admin: AdminClient;

  beforeAll(async () => {
    fixture = await BrokerFixture.start();
    admin = new AdminClient(fixture.client);
    await fixture.createTopic('plain');
  });

  afterAll(() => fixture.close());

  it.each(['compact', 'compact,delete', 'delete,compact', ' compact '])(
    'is refused when a topic is created with cleanup.policy=%s, naming key and remedy',
    async (value) => {
      const created = await admin.createTopic({ name: 'refused', configs: [{ name: POLICY, value }] });
      expect(created.errorCode).toBe(ErrorCode.INVALID_CONFIG);
      expect(created.errorMessage).toMatch(/cleanup\.policy=.*compaction is not available.*cleanup\.policy=delete/);
    },
  );

  it('is refused when settings of a topic are altered, whichever way', async () => {
    const refused = ErrorCode.INVALID_CONFIG;
    expect(await alter(admin, TOPIC, 'plain', [POLICY, SET, 'compact'])).toBe(refused);
    expect(await alter(admin, TOPIC, 'plain', [POLICY, APPEND, 'compact'])).toBe(refused);
    expect(await admin.alterConfigs(TOPIC, 'plain', { [POLICY]: 'compact' })).toBe(refused);
    expect((await admin.describeConfig(TOPIC, 'plain', POLICY)).value).toBe('delete');
  });

  it('is refused as the default of topics', async () => {
    expect(await alter(admin, BROKER, '', ['log.cleanup.policy', SET, 'compact'])).toBe(ErrorCode.INVALID_CONFIG);
    expect(await alter(admin, BROKER, '', ['log.cleanup.policy', APPEND, 'compact'])).toBe(ErrorCode.INVALID_CONFIG);
    await expect(BrokerFixture.start({ config: { 'log.cleanup.policy': 'compact' } })).rejects.toThrow(
      /log\.cleanup\.policy=compact.*use log\.cleanup\.policy=delete/,
    );
  });

  it('takes settings that only compaction would obey, and shows them', async () => {
    expect(await alter(admin, TOPIC, 'plain', ['min.cleanable.dirty.ratio', SET, '0.1'])).toBe(0);
    expect((await admin.describeConfig(TOPIC, 'plain', 'min.cleanable.dirty.ratio')).value).toBe('0.1');
  });
});

describe('A topic that has cleanup.policy=compact from another version', () => {
  async function startWithCompacted(metaStore: MetaStore, dataDir: string): Promise<BrokerFixture> {
    const before = await BrokerFixture.start({ metaStore, dataDir });
    const topic = await before.createTopic('compacted');
    await produce(before.client, topic, batchOf(['old']));
    await metaStore.alterConfigs({ type: TOPIC, name: 'compacted' }, new Map([[POLICY, 'compact']]));
    await metaStore.alterConfigs({ type: BROKER, name: '' }, new Map([['log.cleanup.policy', 'compact']]));
    await before.close();
    return BrokerFixture.start({ metaStore, dataDir });
  }

  it('opens with a warning, wants keys, keeps its log start, and can be set to delete', async () => {
    await using directory = await createTempDir('compacted');
    const metaStore = createMemoryMetaStore();
    await using fixture = await startWithCompacted(metaStore, directory.path);
    const admin = new AdminClient(fixture.client);
    const topicId = metaStore.snapshot().topicsByName.get('compacted')?.topicId ?? '';
    const topic = { name: 'compacted', topicId };

    expect(fixture.logger.warnings).toEqual([
      expect.stringMatching(/compaction is not available.*compacted.*set cleanup\.policy=delete/),
    ]);
    expect((await fetch(fixture.client, topic)).highWatermark).toBe(1n);

    const writer = new RecordBatchWriter();
    writer.append('k', 'v', Date.now());
    writer.append(null, 'v', Date.now());
    for (const codec of ['none', 'lz4'] as const) {
      const refused = await produce(fixture.client, topic, writer.finish({ codec }));
      expect(refused.errorCode).toBe(ErrorCode.INVALID_RECORD);
      expect(refused.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1]);
      writer.append('k', 'v', Date.now());
      writer.append(null, 'v', Date.now());
    }
    expect(await admin.deleteRecords('compacted', 0, 1)).toBe(`error ${ErrorCode.POLICY_VIOLATION}`);

    // What it has may stay, also beside another change; a default that cannot be carried out does not count.
    expect(await alter(admin, TOPIC, 'compacted', ['retention.ms', SET, '5'])).toBe(0);
    expect(await alter(admin, TOPIC, 'compacted', [POLICY, APPEND, 'delete'])).toBe(0);
    expect(await admin.deleteRecords('compacted', 0, 1)).toBe(1);
    expect(await alter(admin, TOPIC, 'compacted', [POLICY, SET, 'delete'])).toBe(0);
    expect(await alter(admin, TOPIC, 'compacted', [POLICY, SET, 'compact'])).toBe(ErrorCode.INVALID_CONFIG);
    const fresh = await fixture.createTopic('fresh');
    expect((await produce(fixture.client, fresh, batchOf(['no key']))).errorCode).toBe(0);
  });
});
