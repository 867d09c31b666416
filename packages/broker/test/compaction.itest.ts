import { createMemoryMetaStore, type MetaStore } from '@millrace/metadata';
import type { CompressionCodec } from '@millrace/compression';
import { batchPositions, decodeBatch, ErrorCode, RecordBatchWriter, recordsToBuffer } from '@millrace/protocol';
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
    'can be %j from the creation of a topic, and is shown',
    async (value) => {
      const config = { name: 'made', configs: [{ name: POLICY, value }] };
      expect((await admin.createTopic(config, { validateOnly: true })).errorCode).toBe(0);
      const created = await admin.createTopic(config);

      expect(created.errorCode).toBe(0);
      expect(created.configs?.find(({ name }) => name === POLICY)?.value).toBe(value.trim());
      expect(await admin.describeConfig(TOPIC, 'made', POLICY)).toMatchObject({ value: value.trim(), configSource: 1 });
      expect((await admin.createTopic(config)).errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
      expect(fixture.logger.warnings).toEqual([]);
    },
  );

  it('can be set, appended and replaced on a topic', async () => {
    for (const name of ['set', 'appended', 'replaced']) await fixture.createTopic(name);
    expect(await alter(admin, TOPIC, 'set', [POLICY, SET, 'compact'], { validateOnly: true })).toBe(0);
    expect(await alter(admin, TOPIC, 'set', [POLICY, SET, 'compact,compost'])).toBe(ErrorCode.INVALID_CONFIG);

    expect(await alter(admin, TOPIC, 'set', [POLICY, SET, 'compact'])).toBe(0);
    expect(await alter(admin, TOPIC, 'appended', [POLICY, APPEND, 'compact'])).toBe(0);
    expect(await admin.alterConfigs(TOPIC, 'replaced', { [POLICY]: 'compact' })).toBe(0);

    const policyOf = async (name: string) => (await admin.describeConfig(TOPIC, name, POLICY)).value;
    expect(await policyOf('set')).toBe('compact');
    expect(await policyOf('appended')).toBe('delete,compact');
    expect(await policyOf('replaced')).toBe('compact');

    expect(await alter(admin, TOPIC, 'set', ['retention.ms', SET, '5'])).toBe(0);
    expect(await alter(admin, TOPIC, 'set', [POLICY, APPEND, 'delete'])).toBe(0);
    expect(await alter(admin, TOPIC, 'appended', [POLICY, SUBTRACT, 'compact'])).toBe(0);
    expect(await admin.alterConfigs(TOPIC, 'replaced', { [POLICY]: 'compact', 'retention.ms': '5' })).toBe(0);
    expect(fixture.logger.warnings).toEqual([]);
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

  it('can be the default of topics', async () => {
    expect(await alter(admin, BROKER, '', ['log.cleanup.policy', SET, 'compact'])).toBe(0);
    const topic = await fixture.createTopic('by-default');
    expect((await admin.describeConfig(TOPIC, 'by-default', POLICY)).value).toBe('compact');
    await expectCompacted(fixture, admin, topic);
  });

  it('goes with the settings of the cleaner, which are shown', async () => {
    await fixture.createTopic('ratio', 1, { [POLICY]: 'compact', 'min.cleanable.dirty.ratio': '0.1' });
    expect((await admin.describeConfig(TOPIC, 'ratio', 'min.cleanable.dirty.ratio')).value).toBe('0.1');
  });
});

const HOUR_MS = 3_600_000;
/** Cleaned at once, and segments close when the records' time moves on by an hour. */
const EAGER = {
  [POLICY]: 'compact',
  'min.cleanable.dirty.ratio': '0',
  'segment.ms': String(HOUR_MS),
  'delete.retention.ms': '1',
};
const CLEANER = { 'log.cleaner.backoff.ms': '20' };

/** A batch of these records, an hour after those of the number before. */
function nthBatch(number: number, records: Readonly<Record<string, string | null>>, codec: CompressionCodec = 'none') {
  const writer = new RecordBatchWriter();
  for (const [key, value] of Object.entries(records)) writer.append(key, value, LONG_AGO_MS + number * 2 * HOUR_MS);
  return writer.finish({ codec });
}

async function readAll(fixture: BrokerFixture, topic: CreatedTopic): Promise<string[]> {
  const records: string[] = [];
  for (let offset = 0; ;) {
    const part = await fetch(fixture.client, topic, { offset });
    expect(part.errorCode).toBe(0);
    const bytes = recordsToBuffer(part.records) ?? Buffer.alloc(0);
    if (bytes.length === 0) return records;
    for (const position of batchPositions(bytes)) {
      const batch = decodeBatch(bytes, position);
      for (const { offset: at, key, value } of batch) records.push(`${at} ${String(key)}=${String(value)}`);
      offset = batch.lastOffset + 1;
    }
  }
}

describe('A compacted topic on a disk', () => {
  it('keeps the last value of each key, at its offset, and survives a restart', async () => {
    await using directory = await createTempDir('compacted');
    const metaStore = createMemoryMetaStore();
    const options = { metaStore, dataDir: directory.path, config: CLEANER };
    let topic: CreatedTopic;
    {
      await using fixture = await BrokerFixture.start(options);
      topic = await fixture.createTopic('eager', 1, EAGER);
      const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
      for (let number = 0; number < 10; number++) {
        const batch = nthBatch(number, { a: `a${number}`, [`k${number % 3}`]: `v${number}` }, codecs[number % 5]);
        expect((await produce(fixture.client, topic, batch)).errorCode).toBe(0);
      }
      await waitUntil('it is cleaned', async () => (await readAll(fixture, topic)).length === 6);
      expect(await readAll(fixture, topic)).toEqual([
        '13 k0=v6',
        '15 k1=v7',
        '16 a=a8',
        '17 k2=v8',
        '18 a=a9',
        '19 k0=v9',
      ]);
      expect((await fetch(fixture.client, topic, { offset: 3 })).errorCode).toBe(0);
      expect(fixture.logger.errors).toEqual([]);
    }
    await using fixture = await BrokerFixture.start(options);
    expect(await readAll(fixture, topic)).toEqual([
      '13 k0=v6',
      '15 k1=v7',
      '16 a=a8',
      '17 k2=v8',
      '18 a=a9',
      '19 k0=v9',
    ]);
    for (let number = 10; number < 12; number++) {
      await produce(fixture.client, topic, nthBatch(number, { k2: null }));
    }
    await waitUntil('it is cleaned again', async () => (await readAll(fixture, topic)).length === 5);
    expect(await readAll(fixture, topic)).toEqual(['15 k1=v7', '18 a=a9', '19 k0=v9', '20 k2=null', '21 k2=null']);
    // Each pass goes over what is clean as well, and takes the tombstones whose time is over.
    let number = 12;
    await waitUntil('tombstones go', async () => {
      await produce(fixture.client, topic, nthBatch(number, { z: `${number}` }));
      number++;
      return !(await readAll(fixture, topic)).some((record) => /k2/.test(record));
    });
    const others = (await readAll(fixture, topic)).filter((record) => !/ z=/.test(record));
    expect(others).toEqual(['15 k1=v7', '18 a=a9', '19 k0=v9']);
    expect(fixture.logger.errors).toEqual([]);
  });
});

describe('A topic with cleanup.policy=compact after a restart', () => {
  async function restartWithCompacted(metaStore: MetaStore, dataDir: string): Promise<BrokerFixture> {
    const before = await BrokerFixture.start({ metaStore, dataDir });
    const topic = await before.createTopic('compacted', 1, { [POLICY]: 'compact' });
    await produce(before.client, topic, keyed('k').finish());
    await before.close();
    return BrokerFixture.start({ metaStore, dataDir });
  }

  it('keeps its rules', async () => {
    await using directory = await createTempDir('compacted');
    const metaStore = createMemoryMetaStore();
    await using fixture = await restartWithCompacted(metaStore, directory.path);
    const admin = new AdminClient(fixture.client);
    const topicId = metaStore.snapshot().topicsByName.get('compacted')?.topicId ?? '';
    const topic = { name: 'compacted', topicId };

    expect((await fetch(fixture.client, topic)).highWatermark).toBe(1n);
    await expectCompacted(fixture, admin, topic);
    const fresh = await fixture.createTopic('fresh');
    expect((await produce(fixture.client, fresh, batchOf(['no key']))).errorCode).toBe(0);
    expect(fixture.logger.warnings).toEqual([]);
  });
});
