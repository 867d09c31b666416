/** The settings of the worker and of the three connectors, as a user would write them. */
import type { PostgresServer, RedisServer, S3Server } from '@millrace/connect-testkit';

export type Settings = Readonly<Record<string, string>>;

export const BUCKET = 'flights';
export const LEADERBOARD = 'departures';
export const FLIGHTS_TOPIC = 'air.public.flights';
export const AIRPORTS_TOPIC = 'air.public.airports';
const PARTITIONS = 3;
/** A demo has no time to wait three quarters of a minute for a member that was killed. */
const SESSION_MS = '6000';

/** A worker of a group, so that sources write exactly once. */
export function workerSettings(broker: string): Settings {
  return {
    'bootstrap.servers': broker,
    listeners: 'http://127.0.0.1:0',
    'group.id': 'demo-connect',
    'config.storage.topic': 'connect-configs',
    'offset.storage.topic': 'connect-offsets',
    'status.storage.topic': 'connect-status',
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.storage.partitions': '1',
    'status.storage.partitions': '1',
    'key.converter': 'JsonConverter',
    'value.converter': 'JsonConverter',
    'exactly.once.source.support': 'enabled',
    'offset.flush.interval.ms': '1000',
    'session.timeout.ms': SESSION_MS,
    'heartbeat.interval.ms': '1000',
    'consumer.isolation.level': 'read_committed',
    'consumer.session.timeout.ms': SESSION_MS,
    'consumer.heartbeat.interval.ms': '1000',
  };
}

/** Change data capture of both tables. */
export function sourceSettings(postgres: PostgresServer): Settings {
  return {
    'connector.class': 'PostgresSourceConnector',
    'tasks.max': '1',
    'database.hostname': postgres.host,
    'database.port': String(postgres.port),
    'database.user': postgres.user,
    'database.password': postgres.password,
    'database.dbname': postgres.database,
    'topic.prefix': 'air',
    'table.include.list': 'public.flights,public.airports',
    'slot.name': 'air',
    'publication.name': 'air',
    'time.precision.mode': 'connect',
    'exactly.once.support': 'required',
    'topic.creation.default.partitions': String(PARTITIONS),
    'topic.creation.default.replication.factor': '1',
    'producer.override.compression.type': 'lz4',
  };
}

/** Rows instead of change events. */
const ROWS: Settings = {
  transforms: 'row',
  'transforms.row.type': 'ExtractNewRecordState',
};

/** Flights as Parquet files. */
export function s3Settings(s3: S3Server, flightCount: number): Settings {
  return {
    'connector.class': 'S3SinkConnector',
    'tasks.max': '1',
    topics: FLIGHTS_TOPIC,
    ...ROWS,
    ...s3.settings(BUCKET),
    'format.class': 'parquet',
    'parquet.codec': 'zstd',
    'flush.size': String(Math.ceil(flightCount / PARTITIONS / 8)),
    'rotate.schedule.interval.ms': '4000',
  };
}

/** The leaderboard: a sorted set of airports by departures. */
export function redisSettings(redis: RedisServer): Settings {
  return {
    'connector.class': 'RedisSinkConnector',
    'tasks.max': '1',
    topics: AIRPORTS_TOPIC,
    ...ROWS,
    'redis.uri': redis.url,
    'redis.type': 'ZSET',
    'redis.key.template': LEADERBOARD,
    'redis.zset.member': '${value.iata}',
    'redis.zset.score': '${value.departures}',
  };
}

/** A .properties file. */
export function propertiesText(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
