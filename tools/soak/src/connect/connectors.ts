/** The worker's settings and those of the connectors, as a user would write them. */
import type { PostgresServer, RedisServer, S3Server } from '@millrace/connect-testkit';

export type Settings = Readonly<Record<string, string>>;

export const CONNECTOR_NAMES = [
  'postgres-snapshot',
  'postgres-stream',
  'postgres-upsert',
  'postgres-insert',
  's3-sink',
  's3-source',
  'redis-hash',
  'redis-stream-sink',
  'redis-source',
  'redis-group-source',
] as const;
export type ConnectorName = (typeof CONNECTOR_NAMES)[number];

/** What its documents promise: every record once, at least once, or only what is there in the end. */
export const PROMISES: Readonly<Record<ConnectorName, 'exactly once' | 'at least once' | 'last state'>> = {
  'postgres-snapshot': 'exactly once',
  'postgres-stream': 'exactly once',
  'postgres-upsert': 'last state',
  'postgres-insert': 'exactly once',
  's3-sink': 'exactly once',
  's3-source': 'exactly once',
  'redis-hash': 'last state',
  'redis-stream-sink': 'exactly once',
  'redis-source': 'exactly once',
  'redis-group-source': 'at least once',
};

export const BUCKET = 'soak';
/** Keys and values as the load writes them, for all sinks. */
export const LOAD_TOPIC = 'load';
export const STREAM_TOPIC = 'stream.public.stream_rows';
export const FROM_S3_TOPIC = 'from-s3';
export const REDIS_TOPIC = 'from-redis';
export const REDIS_GROUP_TOPIC = 'from-redis-group';
/** Entries that the sources read, of the same name as their topics. */
export const REDIS_STREAMS = [REDIS_TOPIC, REDIS_GROUP_TOPIC] as const;

/** A soak has no time to wait three quarters of a minute for a member that was killed. */
const SESSION_MS = '3000';
const HEARTBEAT_MS = '500';

export function workerSettings(broker: string): Settings {
  return {
    'bootstrap.servers': broker,
    listeners: 'http://127.0.0.1:0',
    'group.id': 'soak-connect',
    'config.storage.topic': 'connect-configs',
    'offset.storage.topic': 'connect-offsets',
    'status.storage.topic': 'connect-status',
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.storage.partitions': '3',
    'status.storage.partitions': '1',
    'key.converter': 'JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'JsonConverter',
    'value.converter.schemas.enable': 'false',
    'exactly.once.source.support': 'enabled',
    'offset.flush.interval.ms': '500',
    'session.timeout.ms': SESSION_MS,
    'heartbeat.interval.ms': HEARTBEAT_MS,
    'consumer.isolation.level': 'read_committed',
    'consumer.session.timeout.ms': SESSION_MS,
    'consumer.heartbeat.interval.ms': HEARTBEAT_MS,
  };
}

interface Servers {
  readonly postgres: PostgresServer;
  readonly s3: S3Server;
  readonly redis: RedisServer;
}

/** Of all but the snapshot's, of which there is one after the other. */
export function connectorSettings(servers: Servers): Readonly<Record<string, Settings>> {
  const { postgres, s3, redis } = servers;
  const postgresSink = {
    'connector.class': 'PostgresSinkConnector',
    topics: LOAD_TOPIC,
    'connection.url': `postgresql://${postgres.host}:${String(postgres.port)}/${postgres.database}`,
    'connection.username': postgres.user,
    'connection.password': postgres.password,
  };
  const redisSink = { 'connector.class': 'RedisSinkConnector', topics: LOAD_TOPIC, 'redis.uri': redis.url };
  const redisSource = { 'connector.class': 'RedisSourceConnector', 'redis.uri': redis.url };
  return {
    'postgres-stream': postgresSource(postgres, 'stream', 'public.stream_rows'),
    'postgres-upsert': {
      ...postgresSink,
      'table.name.format': 'upserted',
      'insert.mode': 'upsert',
      'pk.mode': 'record_value',
      'pk.fields': 'k',
    },
    'postgres-insert': {
      ...postgresSink,
      'table.name.format': 'inserted',
      'insert.mode': 'insert',
      'delivery.guarantee': 'exactly_once',
    },
    's3-sink': {
      'connector.class': 'S3SinkConnector',
      topics: LOAD_TOPIC,
      ...s3.settings(BUCKET),
      'format.class': 'json',
      'flush.size': '200',
      'rotate.schedule.interval.ms': '2000',
    },
    's3-source': {
      'connector.class': 'S3SourceConnector',
      ...s3.settings(BUCKET),
      topic: FROM_S3_TOPIC,
      'partition.from.name': 'true',
      'poll.interval.ms': '1000',
      'exactly.once.support': 'required',
    },
    'redis-hash': { ...redisSink, 'redis.type': 'HASH', 'redis.key.template': 'hash:${key}' },
    'redis-stream-sink': {
      ...redisSink,
      'redis.type': 'STREAM',
      'redis.key.template': '${topic}-${partition}',
      'redis.stream.id': 'offset',
    },
    'redis-source': {
      ...redisSource,
      'redis.stream.name': REDIS_TOPIC,
      'redis.stream.delivery': 'exactly-once',
      topic: REDIS_TOPIC,
      'exactly.once.support': 'required',
    },
    'redis-group-source': {
      ...redisSource,
      'redis.stream.name': REDIS_GROUP_TOPIC,
      'redis.stream.claim.idle': '3000',
      topic: REDIS_GROUP_TOPIC,
    },
  };
}

/** Change data capture of one table; the slot and the publication have the name, too. */
export function postgresSource(postgres: PostgresServer, name: string, table: string): Settings {
  return {
    'connector.class': 'PostgresSourceConnector',
    'tasks.max': '1',
    'database.hostname': postgres.host,
    'database.port': String(postgres.port),
    'database.user': postgres.user,
    'database.password': postgres.password,
    'database.dbname': postgres.database,
    'topic.prefix': name,
    'table.include.list': table,
    'slot.name': name,
    'publication.name': name,
    // Chunks so small that a snapshot takes some seconds, and can be met.
    'snapshot.fetch.size': '20',
    'exactly.once.support': 'required',
  };
}
