/**
 * The one connection that writes metadata: opens the file for this process alone and stores change sets, each in one synced transaction.
 *
 * Runs in the main thread while a broker starts and in the worker from then on, so it depends on nothing but SQLite.
 * Errors are SQLite's own; sqlite-failure.ts gives them names.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { StoredChange } from '../cluster-draft.ts';

/** Config rows of topics carry the topic's id as their name. */
const TOPIC_TYPE = 2;

export class SqliteWriter {
  readonly database: DatabaseSync;
  #statements: Statements | undefined;

  /** Throws SQLITE_BUSY when another process has the file. */
  constructor(path: string) {
    this.database = new DatabaseSync(path, { timeout: 0 });
    try {
      // The first read takes the kernel's lock and keeps it until the connection ends.
      this.database.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;`);
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  /** Everything or nothing; durable when it returns. */
  commit(changes: readonly StoredChange[], version: number): void {
    this.transaction(() => {
      this.#statements ??= prepare(this.database);
      for (const change of changes) apply(this.#statements, change);
      this.#statements.version.run(version);
    });
  }

  transaction(work: () => void): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.database.exec('COMMIT');
    } catch (error) {
      // Some failures have rolled back already.
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Moves what the write-ahead log holds into the database file and lets other processes in. */
  close(): void {
    this.database.close();
  }
}

type Statements = ReturnType<typeof prepare>;

function prepare(
  database: DatabaseSync,
): Record<
  | 'topic'
  | 'dropTopic'
  | 'dropPartitions'
  | 'dropTopicConfigs'
  | 'partition'
  | 'config'
  | 'dropConfig'
  | 'broker'
  | 'dropBroker'
  | 'producerIds'
  | 'version',
  StatementSync
> {
  const statement = (sql: string): StatementSync => database.prepare(sql);
  return {
    topic: statement('INSERT INTO topics (topic_id, name, is_internal, replication_factor) VALUES (?, ?, ?, ?)'),
    dropTopic: statement('DELETE FROM topics WHERE topic_id = ?'),
    dropPartitions: statement('DELETE FROM partitions WHERE topic_id = ?'),
    dropTopicConfigs: statement(`DELETE FROM configs WHERE type = ${TOPIC_TYPE} AND name = ?`),
    partition: statement(
      'INSERT OR REPLACE INTO partitions (topic_id, partition, owner, leader_epoch) VALUES (?, ?, ?, ?)',
    ),
    config: statement('INSERT OR REPLACE INTO configs (type, name, key, value) VALUES (?, ?, ?, ?)'),
    dropConfig: statement('DELETE FROM configs WHERE type = ? AND name = ? AND key = ?'),
    broker: statement('INSERT OR REPLACE INTO brokers (node_id, incarnation, rack, listeners) VALUES (?, ?, ?, ?)'),
    dropBroker: statement('DELETE FROM brokers WHERE node_id = ?'),
    producerIds: statement('UPDATE cluster SET next_producer_id = ?'),
    version: statement('UPDATE cluster SET version = ?'),
  };
}

function apply(statements: Statements, change: StoredChange): void {
  switch (change.kind) {
    case 'topic-put':
      statements.topic.run(change.topicId, change.name, change.isInternal ? 1 : 0, change.replicationFactor);
      break;
    case 'topic-removed':
      statements.dropTopic.run(change.topicId);
      statements.dropPartitions.run(change.topicId);
      statements.dropTopicConfigs.run(change.topicId);
      break;
    case 'partition-put':
      statements.partition.run(change.topicId, change.partition, change.owner, change.leaderEpoch);
      break;
    case 'config-put':
      if (change.value === null) statements.dropConfig.run(change.type, change.name, change.key);
      else statements.config.run(change.type, change.name, change.key, change.value);
      break;
    case 'broker-put': {
      const { nodeId, incarnation, rack, listeners } = change.broker;
      statements.broker.run(nodeId, incarnation, rack, JSON.stringify(listeners));
      break;
    }
    case 'broker-removed':
      statements.dropBroker.run(change.nodeId);
      break;
    case 'producer-ids-taken':
      statements.producerIds.run(change.nextProducerId);
      break;
  }
}
