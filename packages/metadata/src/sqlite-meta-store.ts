import { randomUuid, systemRandom, type Random } from '@millrace/base';
import { CommittingMetaStore } from './committing-meta-store.ts';
import type { MetaStore } from './meta-store.ts';
import { SqliteBackend } from './sqlite/sqlite-backend.ts';

export interface SqliteMetaStoreOptions {
  /** The database file; its folder is made when missing. */
  readonly path: string;
  /** Id of the cluster when the file is new. Default: a random UUID. */
  readonly clusterId?: string;
  readonly random?: Random;
}

/**
 * A MetaStore in one SQLite file, for the brokers of one process.
 *
 * `open` throws MILLRACE_METADATA_LOCKED, MILLRACE_METADATA_NEWER_SCHEMA, MILLRACE_METADATA_CORRUPT or MILLRACE_METADATA_NOT_WRITABLE.
 * A write that fails for another reason than a full disk ends all writing until the store is opened again.
 */
export function createSqliteMetaStore(options: SqliteMetaStoreOptions): MetaStore {
  const newClusterId = (): string => options.clusterId ?? randomUuid(options.random ?? systemRandom);
  return new CommittingMetaStore(new SqliteBackend({ path: options.path, newClusterId }));
}
