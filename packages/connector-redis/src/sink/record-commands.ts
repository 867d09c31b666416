/** What Redis has to do for a record: a pure decision. */
import { plainValue, type InRecord } from '@millrace/connect-api';
import { fieldsOf, jsonOf, scalarOf, unwritable } from '../record-text.ts';
import type { RedisCommand } from '../redis-link.ts';
import { templateOf, type Template } from '../template.ts';
import { behaviorOnNull, keyTemplateText, type SinkConfig } from './sink-config.ts';

/** The header with a record's own time to live, in seconds. */
export const TTL_HEADER = 'redis.key.ttl';

/** Commands of a record, in their order; throws when it cannot be written as configured. */
export type RecordCommands = (record: InRecord) => readonly RedisCommand[];

export function recordCommands(config: SinkConfig): RecordCommands {
  const key = templateOf(keyTemplateText(config));
  const onNull = behaviorOnNull(config);
  const write = writerOf(config, key);
  const member = templateOf(config.redisZsetMember);
  return (record) => {
    if (plainValueIsNull(record)) {
      if (onNull === 'ignore') return [];
      if (onNull === 'fail') throw unwritable(`${placeOf(record)} is a tombstone, and behavior.on.null.values is fail`);
      return config.redisType === 'ZSET'
        ? [['ZREM', key.fill(record), member.fill(record)]]
        : [['DEL', key.fill(record)]];
    }
    return write(record);
  };
}

function writerOf(config: SinkConfig, key: Template): RecordCommands {
  const expire = (record: InRecord, at: string | Buffer): readonly RedisCommand[] => {
    const ttlMs = ttlOf(record, config.redisKeyTtl);
    return ttlMs === undefined ? [] : [['PEXPIRE', at, ttlMs]];
  };
  switch (config.redisType) {
    case 'STRING':
    case 'JSON':
      return (record) => {
        const text = config.redisType === 'JSON' ? jsonOf(record.value, record.valueSchema) : scalar(record);
        const ttlMs = ttlOf(record, config.redisKeyTtl);
        return [['SET', key.fill(record), text, ...(ttlMs === undefined ? [] : ['PX', ttlMs])]];
      };
    case 'HASH':
      return (record) => {
        const at = key.fill(record);
        const fields = fieldsOf(record.value);
        if (fields === undefined) {
          throw unwritable(
            `${placeOf(record)} has no fields for a hash: its value is ${kindOf(record.value)}; use redis.type=STRING or JSON`,
          );
        }
        const set = fields.flatMap(([name, text]) => (text === null ? [] : [name, text]));
        const gone = fields.filter(([, text]) => text === null).map(([name]) => name);
        return [
          ...(set.length === 0 ? [] : [['HSET', at, ...set] as const]),
          ...(gone.length === 0 ? [] : [['HDEL', at, ...gone] as const]),
          ...expire(record, at),
        ];
      };
    case 'ZSET': {
      const member = templateOf(config.redisZsetMember);
      const score = templateOf(config.redisZsetScore);
      return (record) => {
        const at = key.fill(record);
        const number = String(score.fill(record));
        if (number.trim() === '' || Number.isNaN(Number(number))) {
          throw unwritable(`${placeOf(record)} has the score "${number}" (${score.text}), which is no number`);
        }
        return [['ZADD', at, number, member.fill(record)], ...expire(record, at)];
      };
    }
    case 'LIST': {
      const [push, first, last] =
        config.redisListPush === 'RIGHT'
          ? (['RPUSH', -config.redisListLengthMax, -1] as const)
          : (['LPUSH', 0, config.redisListLengthMax - 1] as const);
      return (record) => {
        const at = key.fill(record);
        const trim = config.redisListLengthMax === 0 ? [] : [['LTRIM', at, first, last] as const];
        return [[push, at, textOf(record)], ...trim, ...expire(record, at)];
      };
    }
    case 'STREAM':
      return (record) => {
        const at = key.fill(record);
        // Ids have to be above 0-0.
        const id = config.redisStreamId === 'offset' ? `${record.origin.offset}-1` : '*';
        const length = config.redisStreamLengthMax === 0 ? [] : ['MAXLEN', '~', config.redisStreamLengthMax];
        const entry = (fieldsOf(record.value) ?? [['value', scalar(record)]]).flatMap(([name, text]) => [
          name,
          text ?? '',
        ]);
        if (entry.length === 0) throw unwritable(`${placeOf(record)} has no fields for an entry of a stream`);
        return [['XADD', at, ...length, id, ...entry], ...expire(record, at)];
      };
    case 'PUBLISH':
      return (record) => [['PUBLISH', key.fill(record), textOf(record)]];
  }
}

/** Bytes and texts as they are, everything with parts as JSON. */
function textOf(record: InRecord): string | Buffer {
  return scalarOf(record.value) ?? jsonOf(record.value, record.valueSchema);
}

function scalar(record: InRecord): string | Buffer {
  const text = scalarOf(plainValue(record.value));
  if (text !== undefined) return text;
  throw unwritable(`${placeOf(record)} is no text: its value is ${kindOf(record.value)}; use redis.type=JSON or HASH`);
}

function ttlOf(record: InRecord, defaultMs: number): number | undefined {
  const header = record.headers.find((each) => each.key === TTL_HEADER);
  if (header === undefined) return defaultMs === -1 ? undefined : defaultMs;
  const text = header.value instanceof Uint8Array ? Buffer.from(header.value).toString() : String(header.value);
  const seconds = Number(text);
  if (seconds === -1) return undefined;
  if (!(seconds > 0 && seconds < 1e10)) {
    throw unwritable(`${placeOf(record)} has "${text}" in its header ${TTL_HEADER}: it must be seconds, or -1`);
  }
  return Math.max(1, Math.round(seconds * 1000));
}

function plainValueIsNull({ value }: InRecord): boolean {
  return value === null || value === undefined;
}

function kindOf(value: unknown): string {
  const plain = plainValue(value);
  if (plain instanceof Uint8Array) return 'bytes';
  return Array.isArray(plain) ? 'an array' : typeof plain === 'object' ? 'an object' : `a ${typeof plain}`;
}

export function placeOf({ origin: { topic, partition, offset } }: InRecord): string {
  return `the record at ${topic}-${partition}, offset ${offset},`;
}
