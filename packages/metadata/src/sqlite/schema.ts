/**
 * The tables of the SQLite store, as a list of migrations: a released one is never edited, a change is a new one at the end.
 * docs/internals/metadata-schema.md describes them.
 */

export interface Migration {
  /** From 1 without a gap. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** "MLRC": marks the file as ours, so that some other database is never taken for metadata. */
export const APPLICATION_ID = 0x4d4c5243;

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'cluster, topics, partitions, configs, brokers',
    sql: `
      CREATE TABLE cluster (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        cluster_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        next_producer_id INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE topics (
        topic_id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        is_internal INTEGER NOT NULL,
        replication_factor INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE partitions (
        topic_id TEXT NOT NULL,
        partition INTEGER NOT NULL,
        owner INTEGER NOT NULL,
        leader_epoch INTEGER NOT NULL,
        PRIMARY KEY (topic_id, partition)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE configs (
        type INTEGER NOT NULL,
        name TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (type, name, key)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE brokers (
        node_id INTEGER PRIMARY KEY,
        incarnation TEXT NOT NULL,
        rack TEXT,
        listeners TEXT NOT NULL
      ) STRICT;`,
  },
];
