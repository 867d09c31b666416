import { c, config, type ConfigIssue, type ConfigOf } from '@millrace/connect-api';
import { ignoredOfConnection, refusedOfConnection, unless } from '../adopted-settings.ts';
import { checkConnection, connectionFields } from '../connection-config.ts';
import { checkTemplate, templateOf } from '../template.ts';

export const REDIS_TYPES = ['STRING', 'HASH', 'JSON', 'STREAM', 'ZSET', 'LIST', 'PUBLISH'] as const;
export type RedisType = (typeof REDIS_TYPES)[number];

/** Types in which a key belongs to one record, so that a tombstone can take it away. */
const KEYED: ReadonlySet<RedisType> = new Set<RedisType>(['STRING', 'HASH', 'JSON', 'ZSET']);

const sinkFields = {
  ...connectionFields,
  'redis.type': c
    .oneOf(...REDIS_TYPES)
    .importance('high')
    .group('Writes')
    .doc(
      'What records become: `STRING` (SET of the value as it is), `HASH` (HSET, a field per field of the value), `JSON` (SET of the value as JSON text), `STREAM` (XADD), `ZSET` (ZADD to a sorted set), `LIST` (RPUSH or LPUSH) or `PUBLISH` to a channel.',
    ),
  'redis.key.template': c
    .string()
    .validate(checkTemplate)
    .optional()
    .importance('high')
    .group('Writes')
    .doc(
      'Key to write to, or channel: text with `${topic}`, `${partition}`, `${offset}`, `${timestamp}`, `${key}`, `${key.NAME}`, `${value}` and `${value.NAME}`. Default `${topic}:${key}` for STRING, HASH and JSON, `${topic}` for the others.',
    ),
  'redis.key.ttl': c
    .duration('s')
    .default(-1)
    .importance('medium')
    .group('Writes')
    .doc(
      'Time after which Redis forgets a key, counted from the last write to it (plain numbers are seconds); -1: never. A record may have its own in a header of this name. Not for PUBLISH.',
    ),
  'behavior.on.null.values': c
    .oneOf('delete', 'ignore', 'fail')
    .optional()
    .importance('medium')
    .group('Writes')
    .doc(
      'What a tombstone does: `delete` its key (of a ZSET its member), nothing, or fail. Default `delete` for STRING, HASH, JSON and ZSET, `ignore` for the others, which cannot delete.',
    ),
  'redis.zset.member': c
    .string()
    .validate(checkTemplate)
    .default('${key}')
    .importance('medium')
    .group('Sorted sets')
    .visibleWhen('redis.type', 'ZSET')
    .doc('Member of the sorted set, a text like `redis.key.template`.'),
  'redis.zset.score': c
    .string()
    .validate(checkTemplate)
    .default('${value}')
    .importance('medium')
    .group('Sorted sets')
    .visibleWhen('redis.type', 'ZSET')
    .doc('Score of the member, such as `${value.points}`; must come out as a number.'),
  'redis.list.push': c
    .oneOf('RIGHT', 'LEFT')
    .default('RIGHT')
    .synonym('redis.push.direction')
    .importance('low')
    .group('Lists')
    .visibleWhen('redis.type', 'LIST')
    .doc('End of the list that records are put to.'),
  'redis.list.length.max': c
    .int()
    .default(0)
    .atLeast(0)
    .importance('low')
    .group('Lists')
    .visibleWhen('redis.type', 'LIST')
    .doc('Keeps only so many elements, the newest ones; 0: all.'),
  'redis.stream.id': c
    .oneOf('auto', 'offset')
    .default('auto')
    .importance('medium')
    .group('Streams')
    .visibleWhen('redis.type', 'STREAM')
    .doc(
      '`offset`: an entry has the offset of its record as its id, so that records which come again after a crash are not written twice; needs `${topic}` and `${partition}` in the key. `auto`: Redis gives ids, and a crash may double entries.',
    ),
  'redis.stream.length.max': c
    .int()
    .default(0)
    .atLeast(0)
    .importance('low')
    .group('Streams')
    .visibleWhen('redis.type', 'STREAM')
    .doc('Keeps about so many entries (MAXLEN ~); 0: all.'),
  'batch.size': c
    .int()
    .default(1000)
    .atLeast(1)
    .atMost(100_000)
    .importance('low')
    .group('Writes')
    .doc('Commands that are sent together.'),
};

export type SinkConfig = ConfigOf<typeof sinkFields>;

const KEYS = 'keys are made by redis.key.template: give it the whole text, such as orders:${key}';

export const sinkConfig = config(sinkFields, {
  check: (read) => [...checkConnection(read), ...checkWrites(read)],
  ignored: {
    ...ignoredOfConnection,
    'redis.multiexec': 'a command is done or not by itself, and commands are sent together',
    'redis.wait.timeout': 'no replicas are waited for',
  },
  refused: {
    ...refusedOfConnection,
    'redis.command': unless('commands are chosen by redis.type: HASH for HSET, for example'),
    // These values make the keys that redis.key.template does by default; empty ones ask for others.
    'redis.key': { remedy: KEYS, unless: ['${topic}'] },
    'redis.keyspace': { remedy: KEYS, unless: ['${topic}'] },
    'redis.separator': { remedy: KEYS, unless: [':'] },
    'redis.charset': unless('texts are written in UTF-8: remove it', 'utf-8', 'utf8', 'us-ascii'),
    'redis.wait.replicas': unless(
      'offsets are committed when the master has answered, whatever its replicas have: remove it, or set min-replicas-to-write at the server',
      '0',
    ),
  },
});

/** With the default of the type where none is set. */
export function keyTemplateText({ redisType, redisKeyTemplate }: SinkConfig): string {
  if (redisKeyTemplate !== undefined) return redisKeyTemplate;
  return redisType === 'STRING' || redisType === 'HASH' || redisType === 'JSON' ? '${topic}:${key}' : '${topic}';
}

export function behaviorOnNull({ redisType, behaviorOnNullValues }: SinkConfig): 'delete' | 'ignore' | 'fail' {
  return behaviorOnNullValues ?? (KEYED.has(redisType) ? 'delete' : 'ignore');
}

function checkWrites(read: SinkConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const { redisType, redisKeyTtl } = read;
  if (read.behaviorOnNullValues === 'delete' && !KEYED.has(redisType)) {
    const message = `behavior.on.null.values=delete is not possible with redis.type=${redisType}: nothing in it belongs to one key of a record; use ignore or fail`;
    issues.push({ key: 'behavior.on.null.values', message });
  }
  if (redisKeyTtl !== -1 && redisKeyTtl < 1) {
    issues.push({ key: 'redis.key.ttl', message: 'redis.key.ttl must be a positive time, or -1 for never' });
  }
  if (redisKeyTtl !== -1 && redisType === 'PUBLISH') {
    issues.push({
      key: 'redis.key.ttl',
      message: 'redis.key.ttl has no meaning with redis.type=PUBLISH: a channel keeps nothing',
    });
  }
  if (redisType === 'STREAM' && read.redisStreamId === 'offset') {
    const template = templateOf(keyTemplateText(read));
    if (!template.has('topic') || !template.has('partition')) {
      const message = `redis.stream.id=offset needs a stream for each partition: put \${topic} and \${partition} into redis.key.template, which is ${template.text}`;
      issues.push({ key: 'redis.key.template', message });
    }
  }
  return issues;
}
