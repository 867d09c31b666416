import { MillraceError } from '@millrace/base';
import { brokerConfigKeys, loadBrokerConfig } from './broker-config.ts';
import { BROKER_KEYS } from './broker-keys.ts';
import { camelCase, type ConfigDefinition } from './config-definition.ts';
import { FOREIGN_KEYS } from './foreign-keys.ts';

const NONE: ReadonlyMap<string, string> = new Map();

const load = (entries: Record<string, string>, origins: Record<string, string> = {}) =>
  loadBrokerConfig(new Map(Object.entries(entries)), { origins: new Map(Object.entries(origins)) });

/** The problems that loading reports. */
function problems(entries: Record<string, string>, origins: Record<string, string> = {}): unknown {
  try {
    load(entries, origins);
  } catch (error) {
    if (!MillraceError.is(error)) throw error;
    expect(error.code).toBe('MILLRACE_BROKER_CONFIG');
    return error.details['problems'];
  }
  return [];
}

describe('loadBrokerConfig', () => {
  it('gives every setting its default', () => {
    expect(loadBrokerConfig(NONE)).toMatchObject({
      nodeId: 1,
      brokerRack: null,
      listeners: ['PLAINTEXT://127.0.0.1:9092'],
      advertisedListeners: null,
      dataDir: './data',
      numPartitions: 1,
      autoCreateTopicsEnable: true,
      logRetentionMs: null,
      logRetentionHours: 168,
      durability: 'fsync',
      opsPort: 9644,
      replicationFactorAboveBrokers: false,
      notices: [],
    });
  });

  it('reads typed values', () => {
    expect(
      load({
        'node.id': '7',
        'broker.rack': 'a',
        'auto.create.topics.enable': 'FALSE',
        'num.partitions': ' 3 ',
        'log.retention.ms': '-1',
        'log.dir': '/var/lib/m',
        'log.dirs': '/srv/m',
        'millrace.log.level': 'warn',
      }),
    ).toMatchObject({
      nodeId: 7,
      brokerRack: 'a',
      autoCreateTopicsEnable: false,
      numPartitions: 3,
      logRetentionMs: -1,
      dataDir: '/srv/m',
      logLevel: 'warn',
    });
  });

  it('names every wrong setting with its origin, its range and the nearest valid name', () => {
    expect(
      problems(
        { 'num.partitions': '0', 'log.retention.hour': '5', 'compression.type': 'brotli', 'num.partition': '2' },
        { 'num.partitions': 'flag --num.partitions', 'log.retention.hour': 'file a.properties' },
      ),
    ).toEqual([
      'invalid value "0" for configuration num.partitions: must be of type INT with allowed values [1,...] (flag --num.partitions)',
      'there is no setting log.retention.hour: did you mean log.retention.hours? (file a.properties)',
      expect.stringContaining('[uncompressed, zstd, lz4, snappy, gzip, producer]'),
      'there is no setting num.partition: did you mean num.partitions?',
    ]);
  });

  it("takes Kafka's settings that mean nothing here and says so", () => {
    const { notices } = load({ 'num.io.threads': '16', 'process.roles': 'broker,controller' });

    expect(notices).toEqual([
      expect.stringMatching(/^num\.io\.threads has no effect here: .*event loop/),
      expect.stringMatching(/^process\.roles has no effect here: .*controller/),
    ]);
  });

  it('refuses what it would be wrong to pass over, unless it asks for nothing', () => {
    expect(
      problems({
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'ssl.client.auth': 'required',
        'create.topic.policy.class.name': 'com.example.Policy',
        'listener.name.internal.ssl.keystore.location': '/x',
      }),
    ).toEqual([
      expect.stringMatching(/^authorizer\.class\.name is not supported: .*authorization/),
      expect.stringMatching(/^ssl\.client\.auth is not supported/),
      expect.stringMatching(/^create\.topic\.policy\.class\.name is not supported: Java/),
      expect.stringMatching(/^listener\.name\.internal\.ssl\.keystore\.location is not supported/),
    ]);
    expect(
      problems({
        'authorizer.class.name': '',
        'ssl.client.auth': 'none',
        'security.inter.broker.protocol': 'PLAINTEXT',
        'remote.log.storage.system.enable': 'false',
      }),
    ).toEqual([]);
  });

  it('never shows the value of a refused secret', () => {
    expect(JSON.stringify(problems({ 'ssl.key.password': 'hunter2', 'sasl.jaas.config': 'hunter2' }))).not.toContain(
      'hunter2',
    );
  });

  it('checks listeners and leaves those of a controller out', () => {
    expect(
      load({ listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093', 'controller.listener.names': 'CONTROLLER' }).listeners,
    ).toEqual(['PLAINTEXT://:9092']);
    expect(problems({ listeners: 'nonsense' })).toEqual([expect.stringContaining('nonsense')]);
    expect(problems({ listeners: 'SSL://127.0.0.1:9093' })).toEqual([expect.stringContaining('SSL')]);
    expect(problems({ 'advertised.listeners': 'PLAINTEXT://0.0.0.0:9092' })).toEqual([
      expect.stringContaining('0.0.0.0'),
    ]);
    expect(problems({ listeners: 'C://:1', 'controller.listener.names': 'C' })).toHaveLength(1);
  });

  it('takes broker.id for node.id, and refuses two numbers', () => {
    expect(load({ 'broker.id': '5' }).nodeId).toBe(5);
    expect(load({ 'broker.id': '-1' }).nodeId).toBe(1);
    expect(load({ 'broker.id': '5', 'node.id': '5' }).nodeId).toBe(5);
    expect(problems({ 'broker.id': '5', 'node.id': '1' })).toEqual([expect.stringContaining('node.id is 1')]);
  });

  it('has one data folder', () => {
    expect(problems({ 'log.dirs': '/a,/b' })).toEqual([expect.stringContaining('exactly one folder')]);
  });

  it('refuses session timeouts the wrong way round', () => {
    expect(problems({ 'group.min.session.timeout.ms': '10', 'group.max.session.timeout.ms': '5' })).toHaveLength(1);
  });

  it('derives the bytes of requests in flight from the memory, unless they are set', () => {
    expect(load({ 'millrace.memory.max.bytes': '268435456' }).queuedMaxRequestBytes).toBe(22_020_096);
    expect(load({ 'queued.max.request.bytes': '2097152' }).queuedMaxRequestBytes).toBe(2_097_152);
  });
});

describe('millrace.memory.max.bytes', () => {
  it('is in force as a number whether set or not', () => {
    expect(load({ 'millrace.memory.max.bytes': '300000000' }).memoryMaxBytes).toBe(300_000_000);
    expect(load({}).memoryMaxBytes).toBeGreaterThanOrEqual(268_435_456);
    expect(load({ 'millrace.tail.max.bytes': '50000000' }).memoryShares.tailBytes).toBe(50_000_000);
  });
});

describe('applyDynamic', () => {
  it("takes the broker's own value before that of all, and goes back when they are gone", () => {
    const config = load({ 'num.partitions': '2' });

    expect(config.applyDynamic(new Map([['num.partitions', '3']]), new Map([['num.partitions', '4']]))).toBe(true);
    expect(config.numPartitions).toBe(4);
    expect(config.applyDynamic(new Map([['num.partitions', '3']]), NONE)).toBe(true);
    expect(config.numPartitions).toBe(3);
    expect(config.applyDynamic(NONE, NONE)).toBe(true);
    expect(config.numPartitions).toBe(2);
  });

  it('says when nothing changed', () => {
    const config = load({});
    expect(config.applyDynamic(new Map([['num.partitions', '3']]), NONE)).toBe(true);
    const { revision } = config;

    expect(config.applyDynamic(new Map([['num.partitions', '3']]), NONE)).toBe(false);
    expect(config.revision).toBe(revision);
  });

  it('passes over what cannot change at run time, what is unknown, and what cannot be read', () => {
    const config = load({});

    const stored = new Map([
      ['node.id', '9'],
      ['no.such.key', '1'],
      ['num.partitions', 'many'],
      ['process.roles', 'broker'],
    ]);
    expect(config.applyDynamic(stored, stored)).toBe(false);
    expect([config.nodeId, config.numPartitions]).toEqual([1, 1]);
  });

  it('tells of values that are in force from now on, not of those behind them', () => {
    const config = load({ 'num.partitions': '2' });
    const told: string[] = [];
    const listener = {
      changed: (name: string, text: string | null) => told.push(`${name}=${text}`),
      leftOut: (problem: string) => told.push(problem),
    };
    const take = (forAll: Record<string, string>, forThis: Record<string, string> = {}) => {
      config.applyDynamic(new Map(Object.entries(forAll)), new Map(Object.entries(forThis)), listener);
      return told.splice(0);
    };

    expect(take({ 'num.partitions': '3', 'log.retention.ms': '05' })).toEqual([
      'num.partitions=3',
      'log.retention.ms=5',
    ]);
    expect(take({ 'num.partitions': '3' }, { 'num.partitions': '3' })).toEqual(['log.retention.ms=null']);
    expect(take({ 'num.partitions': '4' }, { 'num.partitions': '3' })).toEqual([]);
    const refusal =
      'invalid value "many" for configuration num.partitions: must be of type INT with allowed values [1,...]';
    expect(take({ 'num.partitions': 'many' })).toEqual([refusal, 'num.partitions=2']);
    expect(take({ 'num.partitions': 'many', 'log.retention.ms': '1' })).toEqual(['log.retention.ms=1']);
  });
});

describe('the table of broker settings', () => {
  it('has documentation of at least a sentence, and a default that is valid', () => {
    for (const [name, definition] of Object.entries(BROKER_KEYS) as [string, ConfigDefinition][]) {
      expect([name, definition.documentation]).toEqual([name, expect.stringMatching(/^[A-Z][^]{15,}\.$/)]);
      if (definition.defaultText === null) continue;
      expect([name, definition.parse(definition.defaultText)]).toEqual([
        name,
        { value: definition.defaultValue, text: definition.defaultText },
      ]);
    }
  });

  it('gives each setting a name of its own', () => {
    const names = Object.keys(BROKER_KEYS).map(camelCase);
    expect(new Set(names).size).toBe(names.length);
  });

  it('shares no key with the table of settings without meaning here', () => {
    expect(Object.keys(BROKER_KEYS).filter((name) => FOREIGN_KEYS.has(name))).toEqual([]);
  });

  it("decides on each of Apache Kafka 4.3.1's 360 broker settings", () => {
    const removedOrOthers = [
      'zookeeper.connect',
      'zookeeper.connection.timeout.ms',
      'zookeeper.session.timeout.ms',
      'inter.broker.protocol.version',
      'log.message.format.version',
      'super.users',
      'allow.everyone.if.no.acl.found',
      // Only ever set while a broker runs; not in Kafka's table.
      'leader.replication.throttled.rate',
      'follower.replication.throttled.rate',
      'replica.alter.log.dirs.io.max.bytes.per.second',
    ];
    const kafka = [...brokerConfigKeys()].filter(
      (name) => !name.startsWith('millrace.') && !removedOrOthers.includes(name),
    );
    expect(kafka).toHaveLength(360);
  });
});
