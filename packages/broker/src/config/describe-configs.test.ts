import { loadBrokerConfig } from './broker-config.ts';
import { BROKER_KEYS } from './broker-keys.ts';
import { ConfigSource } from './config-source.ts';
import { brokerConfigEntries, clusterConfigEntries, topicConfigEntries } from './describe-configs.ts';

const load = (entries: Record<string, string>) => loadBrokerConfig(new Map(Object.entries(entries)));

describe('topicConfigEntries', () => {
  it('lists every setting, or those asked for; an empty list means all', () => {
    const all = topicConfigEntries(load({}), new Map());
    expect(all).toHaveLength(34);
    expect(topicConfigEntries(load({}), new Map(), [])).toEqual(all);
    expect(topicConfigEntries(load({}), new Map(), ['retention.ms', 'nope']).map(({ name }) => name)).toEqual([
      'retention.ms',
    ]);
  });

  it("shows value, source, type by Kafka's number, and what has no effect", () => {
    const entries = topicConfigEntries(load({}), new Map([['cleanup.policy', 'compact']]));
    const entry = (name: string) => entries.find((each) => each.name === name);

    expect(entry('cleanup.policy')).toMatchObject({
      value: 'compact',
      configSource: ConfigSource.topic,
      configType: 7,
    });
    expect(entry('retention.ms')).toMatchObject({
      value: '604800000',
      configSource: ConfigSource.default,
      configType: 5,
    });
    expect(entry('segment.bytes')).toMatchObject({ configType: 3, readOnly: false, isSensitive: false });
    expect(entry('preallocate')).toMatchObject({ configType: 1 });
    expect(entry('min.cleanable.dirty.ratio')).toMatchObject({ configType: 6, value: '0.5' });
    expect(entry('flush.ms')?.documentation).toContain('millrace.durability decides');
  });
});

describe('brokerConfigEntries', () => {
  const entry = (entries: Record<string, string>, name: string) => brokerConfigEntries(load(entries), [name])[0];

  it('lists every setting of the table', () => {
    expect(brokerConfigEntries(load({}), null).map(({ name }) => name)).toEqual(Object.keys(BROKER_KEYS));
  });

  it('shows what can change at run time', () => {
    expect(entry({}, 'node.id')).toMatchObject({ value: '1', readOnly: true, configSource: ConfigSource.default });
    expect(entry({ 'num.partitions': '3' }, 'num.partitions')).toMatchObject({
      value: '3',
      readOnly: false,
      configSource: ConfigSource.staticBroker,
      synonyms: [
        { name: 'num.partitions', value: '3', source: ConfigSource.staticBroker },
        { name: 'num.partitions', value: '1', source: ConfigSource.default },
      ],
    });
  });

  it('names coarser settings behind the one that is in force, and none while it is unset', () => {
    expect(entry({}, 'log.retention.ms')).toMatchObject({
      value: null,
      configSource: ConfigSource.default,
      synonyms: [],
    });
    expect(entry({ 'log.retention.ms': '5' }, 'log.retention.ms')).toMatchObject({
      value: '5',
      synonyms: [
        { name: 'log.retention.ms', value: '5', source: ConfigSource.staticBroker },
        { name: 'log.retention.hours', value: '168', source: ConfigSource.default },
      ],
    });
    expect(entry({ 'log.retention.ms': '5' }, 'log.retention.hours')?.synonyms).toHaveLength(1);
  });

  it('shows settings of Apache Kafka that were given and have no effect', () => {
    expect(entry({ 'num.io.threads': '16' }, 'num.io.threads')).toMatchObject({
      value: '16',
      readOnly: true,
      configSource: ConfigSource.staticBroker,
      documentation: expect.stringContaining('without effect') as string,
    });
    expect(entry({}, 'num.io.threads')).toBeUndefined();
  });
});

describe('clusterConfigEntries', () => {
  it('shows what is stored for all brokers, and nothing else', () => {
    const stored = new Map([
      ['log.retention.ms', '5'],
      ['from.another.release', '1'],
    ]);

    expect(clusterConfigEntries(stored, null)).toEqual([
      expect.objectContaining({
        name: 'log.retention.ms',
        value: '5',
        configSource: ConfigSource.dynamicDefaultBroker,
      }),
    ]);
    expect(clusterConfigEntries(stored, ['num.partitions'])).toEqual([]);
  });
});
