/** Settings of connectors: as alike as the two sides' names allow; what is not named has the default of either. */
import type { PostgresServer, RedisServer, S3Server } from '@millrace/connect-testkit';
import type { ConnectContender } from './contenders.ts';

export type Settings = Readonly<Record<string, string>>;

/** One task that captures one table, exactly once; the topic is `{name}.public.{table}`. */
export function captureSettings(postgres: PostgresServer, name: string, table: string): Settings {
  return {
    // Ours answers to this name as well.
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    'database.hostname': postgres.host,
    'database.port': String(postgres.port),
    'database.user': postgres.user,
    'database.password': postgres.password,
    'database.dbname': postgres.database,
    'plugin.name': 'pgoutput',
    'topic.prefix': name,
    'table.include.list': `public.${table}`,
    'slot.name': name.replaceAll('-', '_'),
    'publication.name': name.replaceAll('-', '_'),
    'publication.autocreate.mode': 'filtered',
    'exactly.once.support': 'required',
  };
}

/** Keys and values have their schemas, since the peer writes nothing else. */
export function upsertSettings(
  contender: ConnectContender,
  postgres: PostgresServer,
  topic: string,
  table: string,
): Settings {
  const database = `${postgres.host}:${postgres.port}/${postgres.database}`;
  return {
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    'tasks.max': '1',
    topics: topic,
    'connection.url': `jdbc:postgresql://${database}`,
    'connection.username': postgres.user,
    'connection.password': postgres.password,
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_key',
    'collection.name.format': table,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'true',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'true',
    ...(contender === 'kafka' ? PEER_UPSERT : {}),
  };
}

/** Without these it writes row by row. */
const PEER_UPSERT: Settings = {
  'dialect.postgres.unnest.insert.enabled': 'true',
  'batch.size': '3000',
  'consumer.override.max.poll.records': '3000',
};

export function s3Settings(s3: S3Server, bucket: string, topic: string, flushSize: number): Settings {
  return {
    'connector.class': 'S3SinkConnector',
    'tasks.max': '1',
    topics: topic,
    'format.class': 'json',
    'flush.size': String(flushSize),
    ...s3.settings(bucket),
  };
}

export function redisSettings(redis: RedisServer, topic: string): Settings {
  return {
    'connector.class': 'RedisSinkConnector',
    'tasks.max': '1',
    topics: topic,
    'redis.uri': redis.url,
    'redis.type': 'STRING',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
  };
}
