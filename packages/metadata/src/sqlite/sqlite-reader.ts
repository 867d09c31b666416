/** Bringing a database file up to date, and reading the whole cluster state from it. */
import type { DatabaseSync } from 'node:sqlite';
import { configKey, type ClusterState } from '../cluster-draft.ts';
import { metadataError } from '../metadata-error.ts';
import {
  ConfigResourceType,
  type BrokerListener,
  type BrokerRegistration,
  type PartitionOwnership,
  type TopicMetadata,
} from '../meta-store.ts';
import { APPLICATION_ID, MIGRATIONS, type Migration } from './schema.ts';
import type { SqliteWriter } from './sqlite-writer.ts';

type Cell = string | number | null;

/**
 * Applies the migrations that the file lacks.
 *
 * @param newClusterId id of the cluster when the file is new
 * @param migrations those of this release; others in tests
 * @throws {MillraceError} MILLRACE_METADATA_NEWER_SCHEMA, MILLRACE_METADATA_CORRUPT
 */
export function migrate(
  writer: SqliteWriter,
  path: string,
  newClusterId: () => string,
  migrations: readonly Migration[] = MIGRATIONS,
): void {
  const { database } = writer;
  const applied = appliedVersion(database, path);
  const known = migrations.at(-1)?.version ?? 0;
  if (applied > known) {
    throw metadataError(
      'MILLRACE_METADATA_NEWER_SCHEMA',
      `${path} has metadata schema ${applied}, this release knows ${known}: start the newer release again, or restore a backup`,
      { details: { path, storedVersion: applied, knownVersion: known } },
    );
  }
  const missing = migrations.filter(({ version }) => version > applied);
  if (missing.length === 0) return;
  writer.transaction(() => {
    if (applied === 0) {
      database.exec(`PRAGMA application_id = ${APPLICATION_ID};
        CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;`);
    }
    const record = database.prepare('INSERT INTO schema_migrations (version, name) VALUES (?, ?)');
    for (const { version, name, sql } of missing) {
      database.exec(sql);
      record.run(version, name);
    }
    if (applied === 0) {
      database
        .prepare('INSERT INTO cluster (id, cluster_id, version, next_producer_id) VALUES (1, ?, 0, 0)')
        .run(newClusterId());
    }
  });
}

/** 0 = an empty file. */
function appliedVersion(database: DatabaseSync, path: string): number {
  const tables = rows(database, "SELECT name FROM sqlite_schema WHERE type = 'table'").map(([name]) => name);
  const [[applicationId] = []] = rows(database, 'PRAGMA application_id');
  if (tables.length === 0) return 0;
  if (applicationId !== APPLICATION_ID || !tables.includes('schema_migrations')) {
    throw corrupt(path, 'it is a database of something else');
  }
  const [[version] = []] = rows(database, 'SELECT max(version) FROM schema_migrations');
  if (typeof version !== 'number') throw corrupt(path, 'no migration is recorded in it');
  return version;
}

/** @throws {MillraceError} MILLRACE_METADATA_CORRUPT when the rows contradict each other */
export function readState(database: DatabaseSync, path: string): ClusterState {
  const [cluster] = rows(database, 'SELECT cluster_id, version, next_producer_id FROM cluster');
  if (cluster === undefined) throw corrupt(path, 'it names no cluster');
  const [clusterId, version, nextProducerId] = cluster as [string, number, number];

  const configs = new Map<string, Map<string, string>>();
  for (const row of rows(database, 'SELECT type, name, key, value FROM configs')) {
    const [type, name, key, value] = row as [ConfigResourceType, string, string, string];
    const resource = configKey(type, name);
    let entries = configs.get(resource);
    if (entries === undefined) configs.set(resource, (entries = new Map<string, string>()));
    entries.set(key, value);
  }

  const partitions = new Map<string, PartitionOwnership[]>();
  for (const row of rows(database, 'SELECT topic_id, partition, owner, leader_epoch FROM partitions ORDER BY 1, 2')) {
    const [topicId, partition, owner, leaderEpoch] = row as [string, number, number, number];
    let owned = partitions.get(topicId);
    if (owned === undefined) partitions.set(topicId, (owned = []));
    if (partition !== owned.length) throw corrupt(path, `topic ${topicId} lacks partition ${owned.length}`);
    owned.push({ partition, owner, leaderEpoch });
  }

  const topicsByName = new Map<string, TopicMetadata>();
  const topicsById = new Map<string, TopicMetadata>();
  for (const row of rows(database, 'SELECT topic_id, name, is_internal, replication_factor FROM topics')) {
    const [topicId, name, isInternal, replicationFactor] = row as [string, string, number, number];
    const owned = partitions.get(topicId);
    if (owned === undefined) throw corrupt(path, `topic "${name}" has no partition`);
    partitions.delete(topicId);
    const resource = configKey(ConfigResourceType.topic, topicId);
    const topic: TopicMetadata = {
      name,
      topicId,
      isInternal: isInternal === 1,
      partitions: owned,
      replicationFactor,
      configs: configs.get(resource) ?? new Map<string, string>(),
    };
    configs.delete(resource);
    topicsByName.set(name, topic);
    topicsById.set(topicId, topic);
  }
  const [orphan] = partitions.keys();
  if (orphan !== undefined) throw corrupt(path, `it has partitions of topic ${orphan}, but not the topic`);

  return {
    snapshot: { version, clusterId, topicsByName, topicsById, brokers: readBrokers(database), configs },
    nextProducerId,
  };
}

function readBrokers(database: DatabaseSync): Map<number, BrokerRegistration> {
  const brokers = new Map<number, BrokerRegistration>();
  for (const row of rows(database, 'SELECT node_id, incarnation, rack, listeners FROM brokers')) {
    const [nodeId, incarnation, rack, listeners] = row as [number, string, string | null, string];
    brokers.set(nodeId, { nodeId, incarnation, rack, listeners: JSON.parse(listeners) as BrokerListener[] });
  }
  return brokers;
}

function rows(database: DatabaseSync, sql: string): Cell[][] {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement.all() as unknown as Cell[][];
}

function corrupt(path: string, reason: string): Error {
  return metadataError(
    'MILLRACE_METADATA_CORRUPT',
    `${path} does not hold the metadata of a cluster: ${reason}; restore it from a backup`,
    { details: { path } },
  );
}
