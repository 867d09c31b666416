/** Settings of other connectors for Redis that would promise what is not done: encryption above all, and where the data is. */
import type { RefusedSetting } from '@millrace/connect-api';

/** Refused, unless the value asks for nothing: an empty one, or one of these in lower case. */
export function unless(remedy: string, ...harmless: readonly string[]): RefusedSetting {
  return { remedy, unless: ['', ...harmless] };
}

const TLS =
  'whether the connection is encrypted is said by redis.uri alone: let it begin with rediss://, and remove this';
const ADDRESS = 'it would not be read: give redis.uri the address and database of one server';
const ONE_SERVER = 'Redis Cluster and Sentinel are not supported: give redis.uri the address of one server';

export const refusedOfConnection: Readonly<Record<string, RefusedSetting>> = {
  'redis.tls': unless(TLS, 'false'),
  'redis.tls.enabled': unless(TLS, 'false'),
  'redis.ssl': unless(TLS, 'false'),
  'redis.ssl.enabled': unless(TLS, 'false'),
  'redis.ssl.keystore.*': unless('stores of Java are not read: give PEM files by redis.tls.cert and redis.tls.key'),
  'redis.ssl.truststore.*': unless('stores of Java are not read: give a PEM file by redis.tls.ca'),
  'redis.key.password': unless('keys with a password are not read: give redis.tls.key one without'),
  'redis.host': unless(ADDRESS),
  'redis.hosts': unless(ADDRESS),
  'redis.port': unless(ADDRESS),
  'redis.database': unless(ADDRESS),
  'redis.client.mode': unless(ONE_SERVER, 'standalone'),
  'redis.cluster.enabled': unless(ONE_SERVER, 'false'),
  'redis.sentinel.*': unless(ONE_SERVER),
};

export const ignoredOfConnection: Readonly<Record<string, string>> = {
  'redis.pool.size': 'a task has the connections that it needs',
  'redis.connection.pool.size': 'a task has the connections that it needs',
  'redis.operation.timeout.ms': 'see redis.timeout',
  'redis.auto.reconnect.enabled': 'connections are always made anew',
};
