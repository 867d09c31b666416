import { decimal, prepared, s, type InRecord } from '@millrace/connect-api';
import { recordCommands } from './record-commands.ts';
import { sinkConfig, type SinkConfig } from './sink-config.ts';

function configOf(properties: Readonly<Record<string, string>>): SinkConfig {
  const { config, issues } = sinkConfig.read(properties);
  if (config === undefined) throw new Error(issues.map(({ message }) => message).join('; '));
  return config;
}

function recordOf(fields: Partial<InRecord>): InRecord {
  return {
    topic: 'scores',
    partition: 2,
    offset: 7,
    key: 'ada',
    value: 'x',
    headers: [],
    timestampMs: 1_700_000_000_000,
    timestampType: 'create',
    origin: { topic: 'scores', partition: 2, offset: 7 },
    ...fields,
  };
}

const commandsOf = (properties: Readonly<Record<string, string>>, record: Partial<InRecord>) =>
  recordCommands(configOf(properties))(recordOf(record));

describe('a record becomes', () => {
  it.each([
    ['SET of a text', { 'redis.type': 'STRING' }, { value: 'hello' }, [['SET', 'scores:ada', 'hello']]],
    ['SET of a number', { 'redis.type': 'STRING' }, { value: 12n }, [['SET', 'scores:ada', '12']]],
    [
      'SET of bytes',
      { 'redis.type': 'STRING' },
      { value: Uint8Array.of(0, 255) },
      [['SET', 'scores:ada', Buffer.of(0, 255)]],
    ],
    [
      'SET that ends',
      { 'redis.type': 'STRING', 'redis.key.ttl': '90' },
      {},
      [['SET', 'scores:ada', 'x', 'PX', 90_000]],
    ],
    [
      'SET that ends when the record says',
      { 'redis.type': 'STRING', 'redis.key.ttl': '1h' },
      { headers: [{ key: 'redis.key.ttl', value: '1.5' }] },
      [['SET', 'scores:ada', 'x', 'PX', 1500]],
    ],
    [
      'JSON of an object',
      { 'redis.type': 'JSON' },
      { value: { id: 1, big: 2n ** 60n, price: decimal('12.50'), raw: Uint8Array.of(1), at: new Date(0), none: null } },
      [
        [
          'SET',
          'scores:ada',
          '{"id":1,"big":"1152921504606846976","price":"12.50","raw":"AQ==","at":"1970-01-01T00:00:00.000Z","none":null}',
        ],
      ],
    ],
    [
      'JSON that its source has rendered',
      { 'redis.type': 'JSON' },
      { value: prepared('{"a":1.0}', () => ({ a: 1 })) },
      [['SET', 'scores:ada', '{"a":1.0}']],
    ],
    [
      'fields of a hash, those without a value gone',
      { 'redis.type': 'HASH', 'redis.key.ttl': '2s' },
      {
        value: new Map<string, unknown>([
          ['name', 'Ada'],
          ['age', 36],
          ['tags', ['a', 'b']],
          ['mail', null],
        ]),
      },
      [
        ['HSET', 'scores:ada', 'name', 'Ada', 'age', '36', 'tags', '["a","b"]'],
        ['HDEL', 'scores:ada', 'mail'],
        ['PEXPIRE', 'scores:ada', 2000],
      ],
    ],
    [
      'a member of a sorted set',
      { 'redis.type': 'ZSET', 'redis.zset.score': '${value.points}', 'redis.zset.member': '${value.who.name}' },
      { value: { points: 1.5, who: { name: 'Ada' } } },
      [['ZADD', 'scores', '1.5', 'Ada']],
    ],
    [
      'an element of a list that stays short',
      { 'redis.type': 'LIST', 'redis.list.length.max': '10' },
      { value: { a: 1 } },
      [
        ['RPUSH', 'scores', '{"a":1}'],
        ['LTRIM', 'scores', -10, -1],
      ],
    ],
    [
      'an element at the left end',
      { 'redis.type': 'LIST', 'redis.list.push': 'left', 'redis.list.length.max': '10' },
      {},
      [
        ['LPUSH', 'scores', 'x'],
        ['LTRIM', 'scores', 0, 9],
      ],
    ],
    [
      'an entry of a stream under its offset',
      { 'redis.type': 'STREAM', 'redis.stream.id': 'offset', 'redis.key.template': '${topic}:${partition}' },
      { value: { a: 1, b: null } },
      [['XADD', 'scores:2', '7-1', 'a', '1', 'b', '']],
    ],
    [
      'an entry of a text',
      { 'redis.type': 'STREAM', 'redis.stream.length.max': '100' },
      {},
      [['XADD', 'scores', 'MAXLEN', '~', 100, '*', 'value', 'x']],
    ],
    ['a message', { 'redis.type': 'PUBLISH', 'redis.key.template': 'news.${key}' }, {}, [['PUBLISH', 'news.ada', 'x']]],
    ['nothing but its key gone, as a tombstone', { 'redis.type': 'HASH' }, { value: null }, [['DEL', 'scores:ada']]],
    ['a member gone, as a tombstone', { 'redis.type': 'ZSET' }, { value: null }, [['ZREM', 'scores', 'ada']]],
    ['nothing, as a tombstone for a list', { 'redis.type': 'LIST' }, { value: null }, []],
  ])('%s', (_what, properties, record, expected) => {
    expect(commandsOf(properties, record as Partial<InRecord>)).toEqual(expected);
  });

  it('dates by what their schema says', () => {
    const valueSchema = s.struct({ day: s.date(), at: s.timestamp() });
    const at = new Date(Date.UTC(2026, 1, 3));

    expect(commandsOf({ 'redis.type': 'JSON' }, { value: { day: at, at }, valueSchema })).toEqual([
      ['SET', 'scores:ada', '{"day":"2026-02-03","at":"2026-02-03T00:00:00.000Z"}'],
    ]);
  });

  it.each([
    [
      'an object as a STRING',
      { 'redis.type': 'STRING' },
      { value: { a: 1 } },
      'its value is an object; use redis.type=JSON or HASH',
    ],
    ['a text as a HASH', { 'redis.type': 'HASH' }, {}, 'has no fields for a hash: its value is a string'],
    ['a score that is none', { 'redis.type': 'ZSET' }, {}, 'has the score "x" (${value}), which is no number'],
    ['a record without a key', { 'redis.type': 'STRING' }, { key: null }, 'has nothing for ${key}'],
    [
      'a tombstone that may not be',
      { 'redis.type': 'LIST', 'behavior.on.null.values': 'fail' },
      { value: null },
      'is a tombstone',
    ],
    [
      'a time to live that is none',
      { 'redis.type': 'STRING' },
      { headers: [{ key: 'redis.key.ttl', value: 'soon' }] },
      'has "soon" in its header redis.key.ttl',
    ],
  ])('an error that says why: %s', (_what, properties, record, message) => {
    expect(() => commandsOf(properties, record as Partial<InRecord>)).toThrow(message);
  });
});

describe('settings of the sink that contradict each other', () => {
  it.each([
    [
      { 'redis.type': 'STREAM', 'redis.stream.id': 'offset' },
      'redis.stream.id=offset needs a stream for each partition',
    ],
    [{ 'redis.type': 'LIST', 'behavior.on.null.values': 'delete' }, 'is not possible with redis.type=LIST'],
    [{ 'redis.type': 'PUBLISH', 'redis.key.ttl': '5' }, 'redis.key.ttl has no meaning with redis.type=PUBLISH'],
    [{ 'redis.type': 'STRING', 'redis.key.template': '${name}' }, 'There is no ${name}'],
    [{ 'redis.type': 'STRING', 'redis.uri': 'localhost:6379' }, 'Expected redis://'],
    [{ 'redis.type': 'STRING', 'redis.tls.ca': '/x.pem' }, 'redis.tls.ca needs an address that begins with rediss://'],
  ])('%j', (properties, message) => {
    const { config, issues } = sinkConfig.read(properties);

    expect(config).toBeUndefined();
    expect(issues.map((issue) => issue.message).join('; ')).toContain(message);
  });
});
