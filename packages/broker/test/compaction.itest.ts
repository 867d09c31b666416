import { createMemoryMetaStore, type MetaStore } from '@millrace/metadata';
import { ErrorCode, RecordBatchWriter } from '@millrace/protocol';
import { createTempDir, waitUntil } from '@millrace/testing';
import { AdminClient, APPEND, BROKER, SET, SUBTRACT, TOPIC } from './admin-client.ts';
import { batchOf, BrokerFixture, fetch, produce, recordsIn, type CreatedTopic } from './broker-fixture.ts';

const POLICY = 'cleanup.policy';
const LONG_AGO_MS = Date.UTC(2020, 0, 1);

/** The error code of one alteration. */
async function alter(
  admin: AdminClient,
  type: number,
  name: string,
  operation: readonly [string, number, string],
  options: { readonly validateOnly?: boolean } = {},
): Promise<number | undefined> {
  return (await admin.incrementalAlterConfigs([{ type, name, operations: [operation] }], options))[0];
}

function keyed(...keys: readonly (string | null)[]): RecordBatchWriter {
  const writer = new RecordBatchWriter();
  for (const key of keys) writer.append(key, 'v', LONG_AGO_MS);
  return writer;
}

/** A record without key is refused, compressed or not, and so is deleting records. */
async function expectCompacted(fixture: BrokerFixture, admin: AdminClient, topic: CreatedTopic): Promise<void> {
  for (const codec of ['none', 'lz4'] as const) {
    const refused = await produce(fixture.client, topic, keyed('k', null).finish({ codec }));
    expect(refused.errorCode).toBe(ErrorCode.INVALID_RECORD);
    expect(refused.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1]);
  }
  expect(await admin.deleteRecords(topic.name, 0, 1)).toBe(`error ${ErrorCode.POLICY_VIOLATION}`);
}

describe('cleanup.policy with compact', () => {
  let fixture: BrokerFixture;
  let admin: AdminClient;

  beforeEach(async () => {
    fixture = await BrokerFixture.start({ config: { 'log.retention.check.interval.ms': '20' } });
    admin = new AdminClient(fixture.client);
  });

  afterEach(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  it.each(['compact', 'compact,delete', 'delete,compact', ' compact '])(
    'can be %j from the creation of a topic, which is told once and shown',
    async (value) => {
      const config = { name: 'made', configs: [{ name: POLICY, value }] };
      expect((await admin.createTopic(config, { validateOnly: true })).errorCode).toBe(0);
      expect(fixture.logger.warnings).toEqual([]);

      const created = await admin.createTopic(config);

      expect(created.errorCode).toBe(0);
      expect(created.configs?.find(({ name }) => name === POLICY)?.value).toBe(value.trim());
      expect(await admin.describeConfig(TOPIC, 'made', POLICY)).toMatchObject({ value: value.trim(), configSource: 1 });
      expect((await admin.createTopic(config)).errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
      expect(fixture.logger.warnings).toEqual([
        expect.stringMatching(/compaction comes with a later version: .* keeps every record.*retention\.ms.*"made"/),
      ]);
    },
  );

  it('can be set, appended and replaced on a topic, which is told when the topic did not have it', async () => {
    for (const name of ['set', 'appended', 'replaced']) await fixture.createTopic(name);
    expect(await alter(admin, TOPIC, 'set', [POLICY, SET, 'compact'], { validateOnly: true })).toBe(0);
    expect(await alter(admin, TOPIC, 'set', [POLICY, SET, 'compact,compost'])).toBe(ErrorCode.INVALID_CONFIG);
    expect(fixture.logger.warnings).toEqual([]);

    expect(await alter(admin, TOPIC, 'set', [POLICY, SET, 'compact'])).toBe(0);
    expect(await alter(admin, TOPIC, 'appended', [POLICY, APPEND, 'compact'])).toBe(0);
    expect(await admin.alterConfigs(TOPIC, 'replaced', { [POLICY]: 'compact' })).toBe(0);

    const policyOf = async (name: string) => (await admin.describeConfig(TOPIC, name, POLICY)).value;
    expect(await policyOf('set')).toBe('compact');
    expect(await policyOf('appended')).toBe('delete,compact');
    expect(await policyOf('replaced')).toBe('compact');
    const told = ['set', 'appended', 'replaced'].map((name) => expect.stringContaining(`"topic":"${name}"`) as string);
    expect(fixture.logger.warnings).toEqual(told);

    expect(await alter(admin, TOPIC, 'set', ['retention.ms', SET, '5'])).toBe(0);
    expect(await alter(admin, TOPIC, 'set', [POLICY, APPEND, 'delete'])).toBe(0);
    expect(await alter(admin, TOPIC, 'appended', [POLICY, SUBTRACT, 'compact'])).toBe(0);
    expect(await admin.alterConfigs(TOPIC, 'replaced', { [POLICY]: 'compact', 'retention.ms': '5' })).toBe(0);
    expect(fixture.logger.warnings).toEqual(told);
  });

  it('demands keys and refuses to delete records while it stands alone, from creation and from an alteration', async () => {
    const made = await fixture.createTopic('made', 1, { [POLICY]: 'compact' });
    const changed = await fixture.createTopic('changed');
    expect((await produce(fixture.client, changed, batchOf(['no key']))).errorCode).toBe(0);
    expect(await alter(admin, TOPIC, 'changed', [POLICY, SET, 'compact'])).toBe(0);
    for (const topic of [made, changed]) await expectCompacted(fixture, admin, topic);

    expect(await alter(admin, TOPIC, 'changed', [POLICY, APPEND, 'delete'])).toBe(0);
    expect(await admin.deleteRecords('changed', 0, 1)).toBe(1);
    const unkeyed = await produce(fixture.client, changed, batchOf(['no key']));
    expect(unkeyed.errorCode).toBe(ErrorCode.INVALID_RECORD);
    expect(await alter(admin, TOPIC, 'changed', [POLICY, SUBTRACT, 'compact'])).toBe(0);
    expect((await produce(fixture.client, changed, batchOf(['no key']))).errorCode).toBe(0);
  });

  it('keeps every record of every key, tombstones too, from retention as long as it stands alone', async () => {
    const policies = { alone: 'compact', both: 'compact,delete', plain: 'delete' };
    const topics: CreatedTopic[] = [];
    for (const [name, policy] of Object.entries(policies)) {
      topics.push(
        await fixture.createTopic(name, 1, { [POLICY]: policy, 'retention.ms': '1', 'retention.bytes': '0' }),
      );
    }
    const writer = new RecordBatchWriter();
    for (const [key, value] of [
      ['a', 'v1'],
      ['b', 'v2'],
      ['a', 'v3'],
      ['b', null],
    ] as const) {
      writer.append(key, value, LONG_AGO_MS);
    }
    const batch = writer.finish();
    for (const topic of topics) expect((await produce(fixture.client, topic, batch)).errorCode).toBe(0);
    const [alone, both, plain] = topics as [CreatedTopic, CreatedTopic, CreatedTopic];
    // Deleting what is below the log start deletes nothing and tells where that is.
    const startOf = (topic: CreatedTopic) => admin.deleteRecords(topic.name, 0, 0);

    await waitUntil('retention', async () => (await startOf(both)) === 4 && (await startOf(plain)) === 4);
    // A second round of it looked at every topic again.
    await produce(fixture.client, plain, batch);
    await waitUntil('more of it', async () => (await startOf(plain)) === 8);

    const kept = await fetch(fixture.client, alone);
    expect([kept.logStartOffset, kept.highWatermark]).toEqual([0n, 4n]);
    expect(recordsIn(kept).map(({ value }) => value)).toEqual(['v1', 'v2', 'v3', null]);
  });

  it('is refused as the default of topics', async () => {
    expect(await alter(admin, BROKER, '', ['log.cleanup.policy', SET, 'compact'])).toBe(ErrorCode.INVALID_CONFIG);
    expect(await alter(admin, BROKER, '', ['log.cleanup.policy', APPEND, 'compact'])).toBe(ErrorCode.INVALID_CONFIG);
    await expect(BrokerFixture.start({ config: { 'log.cleanup.policy': 'compact' } })).rejects.toThrow(
      /log\.cleanup\.policy=compact.*use log\.cleanup\.policy=delete, and set cleanup\.policy=compact on the topics/,
    );
  });

  it('goes with settings that only compaction would obey, which are shown', async () => {
    await fixture.createTopic('ratio', 1, { [POLICY]: 'compact', 'min.cleanable.dirty.ratio': '0.1' });
    expect((await admin.describeConfig(TOPIC, 'ratio', 'min.cleanable.dirty.ratio')).value).toBe('0.1');
  });
});

describe('A topic with cleanup.policy=compact after a restart', () => {
  async function restartWithCompacted(metaStore: MetaStore, dataDir: string): Promise<BrokerFixture> {
    const before = await BrokerFixture.start({ metaStore, dataDir });
    const topic = await before.createTopic('compacted', 1, { [POLICY]: 'compact' });
    await produce(before.client, topic, keyed('k').finish());
    // Another version may have taken what this one refuses.
    await metaStore.alterConfigs({ type: BROKER, name: '' }, new Map([['log.cleanup.policy', 'compact']]));
    await before.close();
    return BrokerFixture.start({ metaStore, dataDir });
  }

  it('is named at the start, keeps its rules, and a default from another version does not count', async () => {
    await using directory = await createTempDir('compacted');
    const metaStore = createMemoryMetaStore();
    await using fixture = await restartWithCompacted(metaStore, directory.path);
    const admin = new AdminClient(fixture.client);
    const topicId = metaStore.snapshot().topicsByName.get('compacted')?.topicId ?? '';
    const topic = { name: 'compacted', topicId };

    expect(fixture.logger.warnings).toEqual([
      expect.stringMatching(
        /compaction comes with a later version: .*: compacted; .*compact,delete with retention\.ms/,
      ),
    ]);
    expect((await fetch(fixture.client, topic)).highWatermark).toBe(1n);
    await expectCompacted(fixture, admin, topic);
    const fresh = await fixture.createTopic('fresh');
    expect((await produce(fixture.client, fresh, batchOf(['no key']))).errorCode).toBe(0);
    expect(fixture.logger.warnings).toHaveLength(1);
  });
});
