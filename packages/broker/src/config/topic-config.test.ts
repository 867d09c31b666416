import { loadBrokerConfig } from './broker-config.ts';
import { isBrokerKey } from './broker-keys.ts';
import type { ConfigDefinition } from './config-definition.ts';
import { ConfigSource } from './config-source.ts';
import { effectiveTopicConfig, resolveTopicConfig, shownTopicKeys, topicConfigProblems } from './topic-config.ts';
import { BROKER_FALLBACKS, TOPIC_KEYS, type TopicKey } from './topic-keys.ts';

const NONE: ReadonlyMap<string, string> = new Map();

/** Apache Kafka 4.3.1's topic settings: type, default, allowed values. */
const KAFKA_TOPIC_KEYS = `
cleanup.policy|list|delete|[compact, delete]
compression.gzip.level|int|-1|[1,...,9] or -1
compression.lz4.level|int|9|[1,...,17]
compression.type|string|producer|[uncompressed, zstd, lz4, snappy, gzip, producer]
compression.zstd.level|int|3|[-131072,...,22]
delete.retention.ms|long|86400000|[0,...]
file.delete.delay.ms|long|60000|[0,...]
flush.messages|long|9223372036854775807|[1,...]
flush.ms|long|9223372036854775807|[0,...]
follower.replication.throttled.replicas|list||[partitionId]:[brokerId],[partitionId]:[brokerId],...
index.interval.bytes|int|4096|[0,...]
internal.segment.bytes|int|null|null
leader.replication.throttled.replicas|list||[partitionId]:[brokerId],[partitionId]:[brokerId],...
local.retention.bytes|long|-2|[-2,...]
local.retention.ms|long|-2|[-2,...]
max.compaction.lag.ms|long|9223372036854775807|[1,...]
max.message.bytes|int|1048588|[0,...]
message.timestamp.after.max.ms|long|3600000|[0,...]
message.timestamp.before.max.ms|long|9223372036854775807|[0,...]
message.timestamp.type|string|CreateTime|[CreateTime, LogAppendTime]
min.cleanable.dirty.ratio|double|0.5|[0,...,1]
min.compaction.lag.ms|long|0|[0,...]
min.insync.replicas|int|1|[1,...]
preallocate|boolean|false|null
remote.log.copy.disable|boolean|false|null
remote.log.delete.on.disable|boolean|false|null
remote.storage.enable|boolean|false|[false]
retention.bytes|long|-1|null
retention.ms|long|604800000|[-1,...]
segment.bytes|int|1073741824|[1048576,...]
segment.index.bytes|int|10485760|[4,...]
segment.jitter.ms|long|0|[0,...]
segment.ms|long|604800000|[1,...]
unclean.leader.election.enable|boolean|false|null`;

describe('topic settings', () => {
  it("are Apache Kafka's, and durability", () => {
    const ours = Object.entries(TOPIC_KEYS).map(([name, { type, defaultText, validText }]) =>
      [name, type, String(defaultText), String(validText)].join('|'),
    );

    expect(ours).toEqual([...KAFKA_TOPIC_KEYS.trim().split('\n'), 'millrace.durability|string|fsync|[fsync, os]']);
  });

  it('fall back to broker settings of the same type, which exist', () => {
    for (const [name, fallbacks] of Object.entries(BROKER_FALLBACKS)) {
      for (const fallback of fallbacks) expect([name, isBrokerKey(fallback.name)]).toEqual([name, true]);
    }
  });

  it('have documentation of at least a sentence', () => {
    for (const [name, definition] of Object.entries(TOPIC_KEYS) as [string, ConfigDefinition][]) {
      expect([name, definition.documentation]).toEqual([name, expect.stringMatching(/^[A-Z][^]{20,}\.$/)]);
    }
  });
});

describe('resolveTopicConfig', () => {
  it("gives a topic without settings Kafka's defaults", () => {
    expect(resolveTopicConfig(loadBrokerConfig(NONE), NONE)).toEqual({
      durability: 'fsync',
      segmentBytes: 1_073_741_824,
      segmentMs: 604_800_000,
      retentionBytes: -1,
      retentionMs: 604_800_000,
      cleanupDelete: true,
      cleanupCompact: false,
      compaction: {
        minCleanableDirtyRatio: 0.5,
        minCompactionLagMs: 0,
        maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
        deleteRetentionMs: 86_400_000,
      },
      maxMessageBytes: 1_048_588,
      messageTimestampType: 'CreateTime',
      messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
      messageTimestampAfterMaxMs: 3_600_000,
      fileDeleteDelayMs: 60_000,
      compressionType: 'producer',
      compressionGzipLevel: -1,
      compressionLz4Level: 9,
      compressionZstdLevel: 3,
      minInsyncReplicas: 1,
    });
  });

  it("takes the topic's own setting before the broker's", () => {
    const config = loadBrokerConfig(
      new Map([
        ['log.retention.ms', '5'],
        ['log.cleanup.policy', ''],
      ]),
    );

    expect(resolveTopicConfig(config, NONE)).toMatchObject({
      retentionMs: 5,
      cleanupCompact: false,
      cleanupDelete: false,
    });
    expect(
      resolveTopicConfig(
        config,
        new Map([
          ['retention.ms', '9'],
          ['cleanup.policy', 'compact,delete'],
        ]),
      ),
    ).toMatchObject({ retentionMs: 9, cleanupCompact: true, cleanupDelete: true });
  });

  it.each([
    [{ 'log.retention.hours': '2' }, 7_200_000],
    [{ 'log.retention.hours': '2', 'log.retention.minutes': '3' }, 180_000],
    [{ 'log.retention.hours': '2', 'log.retention.minutes': '3', 'log.retention.ms': '4' }, 4],
    [{ 'log.retention.hours': '-1' }, -1],
    [{ 'log.retention.minutes': '-1' }, -1],
  ])('takes the finest of the broker settings for retention: %j', (entries, retentionMs) => {
    const config = loadBrokerConfig(new Map(Object.entries(entries)));

    expect(resolveTopicConfig(config, NONE).retentionMs).toBe(retentionMs);
  });

  it('takes segment.ms from hours when milliseconds are not set', () => {
    expect(resolveTopicConfig(loadBrokerConfig(new Map([['log.roll.hours', '1']])), NONE).segmentMs).toBe(3_600_000);
    const both = new Map([
      ['log.roll.hours', '1'],
      ['log.roll.ms', '5'],
    ]);
    expect(resolveTopicConfig(loadBrokerConfig(both), NONE).segmentMs).toBe(5);
  });

  it('keeps internal topics on disk, whatever is set', () => {
    const config = loadBrokerConfig(new Map([['millrace.durability', 'os']]));

    expect(resolveTopicConfig(config, NONE).durability).toBe('os');
    expect(resolveTopicConfig(config, NONE, { isInternal: true }).durability).toBe('fsync');
    const own = new Map([['millrace.durability', 'os']]);
    expect(resolveTopicConfig(loadBrokerConfig(NONE), own, { isInternal: true }).durability).toBe('fsync');
  });

  it('takes an empty cleanup policy as keeping everything', () => {
    expect(resolveTopicConfig(loadBrokerConfig(NONE), new Map([['cleanup.policy', '']]))).toMatchObject({
      cleanupDelete: false,
      cleanupCompact: false,
    });
  });

  it('lets tests have small segments', () => {
    expect(resolveTopicConfig(loadBrokerConfig(NONE), new Map([['internal.segment.bytes', '100']])).segmentBytes).toBe(
      100,
    );
  });

  it('shares one object among topics without settings until the broker changes', () => {
    const config = loadBrokerConfig(NONE);
    const before = resolveTopicConfig(config, NONE);
    expect(resolveTopicConfig(config, new Map())).toBe(before);

    config.applyDynamic(new Map([['log.retention.ms', '5']]), NONE);

    expect(resolveTopicConfig(config, NONE)).not.toBe(before);
    expect(resolveTopicConfig(config, NONE).retentionMs).toBe(5);
  });

  it('gives a topic with settings one object until they or the broker change', () => {
    const config = loadBrokerConfig(NONE);
    const own = new Map([['retention.ms', '9']]);
    const before = resolveTopicConfig(config, own);
    expect(resolveTopicConfig(config, own)).toBe(before);
    expect(resolveTopicConfig(loadBrokerConfig(new Map([['message.max.bytes', '5']])), own).maxMessageBytes).toBe(5);
    expect(resolveTopicConfig(config, own).maxMessageBytes).toBe(1_048_588);

    config.applyDynamic(new Map([['message.max.bytes', '7']]), NONE);

    expect(resolveTopicConfig(config, own)).toMatchObject({ retentionMs: 9, maxMessageBytes: 7 });
  });

  it('passes over a stored value that it cannot read', () => {
    expect(resolveTopicConfig(loadBrokerConfig(NONE), new Map([['retention.ms', 'long']])).retentionMs).toBe(
      604_800_000,
    );
  });
});

describe('effectiveTopicConfig', () => {
  const chain = (key: TopicKey, entries: Record<string, string>, own: Record<string, string> = {}): unknown => {
    const { text, source, synonyms } = effectiveTopicConfig(
      loadBrokerConfig(new Map(Object.entries(entries))),
      new Map(Object.entries(own)),
      key,
    );
    return [text, source, synonyms.map(({ name, value, source: from }) => `${name}=${value} (${from})`)];
  };

  it('names the default', () => {
    expect(chain('segment.bytes', {})).toEqual([
      '1073741824',
      ConfigSource.default,
      ['log.segment.bytes=1073741824 (5)'],
    ]);
    expect(chain('flush.ms', {})).toEqual([
      '9223372036854775807',
      ConfigSource.default,
      ['log.flush.scheduler.interval.ms=9223372036854775807 (5)'],
    ]);
    expect(chain('remote.storage.enable', {})).toEqual(['false', ConfigSource.default, []]);
  });

  it('names every layer, the one in force first, in its own unit', () => {
    expect(chain('retention.ms', { 'log.retention.hours': '24' }, { 'retention.ms': '007' })).toEqual([
      '7',
      ConfigSource.topic,
      ['retention.ms=7 (1)', 'log.retention.hours=24 (4)', 'log.retention.hours=168 (5)'],
    ]);
    expect(chain('retention.ms', { 'log.retention.hours': '24' })).toEqual([
      '86400000',
      ConfigSource.staticBroker,
      ['log.retention.hours=24 (4)', 'log.retention.hours=168 (5)'],
    ]);
  });

  it('puts settings made at run time for one broker before those for all, and these before static ones', () => {
    const config = loadBrokerConfig(new Map([['log.segment.bytes', '2000000']]));
    config.applyDynamic(new Map([['log.segment.bytes', '3000000']]), new Map([['log.segment.bytes', '4000000']]));

    const { text, source, synonyms } = effectiveTopicConfig(config, NONE, 'segment.bytes');

    expect([text, source]).toEqual(['4000000', ConfigSource.dynamicBroker]);
    expect(synonyms.map(({ value, source: from }) => [value, from])).toEqual([
      ['4000000', ConfigSource.dynamicBroker],
      ['3000000', ConfigSource.dynamicDefaultBroker],
      ['2000000', ConfigSource.staticBroker],
      ['1073741824', ConfigSource.default],
    ]);
  });
});

describe('topicConfigProblems', () => {
  const problems = (overrides: Record<string, string | null>): readonly string[] =>
    topicConfigProblems(loadBrokerConfig(NONE), new Map(Object.entries(overrides)));

  it('finds nothing wrong with valid settings', () => {
    expect(problems({ 'retention.ms': '-1', 'cleanup.policy': 'compact,compact', 'segment.bytes': '1048576' })).toEqual(
      [],
    );
  });

  it('names an unknown setting and the nearest that exists', () => {
    expect(problems({ 'retention.mss': '1' })).toEqual([
      'there is no topic setting retention.mss (did you mean retention.ms?)',
    ]);
  });

  it('names each bad value', () => {
    expect(problems({ 'segment.bytes': '1000', 'retention.ms': null, 'remote.storage.enable': 'true' })).toEqual([
      expect.stringContaining('segment.bytes: must be of type INT with allowed values [1048576,...]'),
      expect.stringContaining('topic setting retention.ms comes without a value'),
      expect.stringContaining('remote.storage.enable: must be of type BOOLEAN with allowed values [false]'),
    ]);
  });

  it('refuses lags that contradict each other', () => {
    expect(problems({ 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' })).toEqual([
      expect.stringContaining('min.compaction.lag.ms (10) is above max.compaction.lag.ms (5)'),
    ]);
  });

  it('refuses names that every object has', () => {
    expect(problems({ constructor: '1', toString: '2' })).toHaveLength(2);
  });
});

describe('shownTopicKeys', () => {
  it('hides settings for tests until they are set', () => {
    expect(shownTopicKeys(NONE)).not.toContain('internal.segment.bytes');
    expect(shownTopicKeys(new Map([['internal.segment.bytes', '5']]))).toContain('internal.segment.bytes');
  });
});
