/**
 * What keeps a broker's data: memory without a directory; the embedded engine and SQLite with one.
 *
 * Invariants: a directory belongs to one broker (kernel lock) from before anything in it is read until everything is closed;
 *   what was opened is closed when a later part fails.
 */
import { join } from 'node:path';
import type { Clock, Logger, MetricsRegistry, Random, Timers } from '@millrace/base';
import { createMemoryLogEngine, type LogEngine } from '@millrace/log';
import { createMemoryMetaStore, createSqliteMetaStore, type MetaStore } from '@millrace/metadata';
import { createLocalLogEngine, lockDataDirectory, type DirectoryLock } from '@millrace/storage-local';
import { bindToCluster, requireMetadata } from './cluster-binding.ts';
import type { BrokerConfig } from './config/broker-config.ts';
import { cleanerSettings } from './config/compaction.ts';

export interface StorageOptions {
  readonly dataDir: string | undefined;
  readonly repair: boolean;
  /** Given by the caller, who opens and closes it for himself as well. */
  readonly metaStore: MetaStore | undefined;
  /** Makes the engine, or wraps the one that is made by default. */
  readonly engine: ((createDefault: () => LogEngine) => LogEngine) | undefined;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
}

export interface Storage {
  readonly metaStore: MetaStore;
  readonly engine: LogEngine;
  close(): Promise<void>;
}

const METADATA_FILE_NAME = 'metadata.db';

export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { dataDir, random } = options;
  const lock = dataDir === undefined ? undefined : lockDataDirectory(dataDir);
  if (lock !== undefined && options.metaStore === undefined) {
    try {
      requireMetadata(lock.dataDir, METADATA_FILE_NAME);
    } catch (error) {
      lock.release();
      throw error;
    }
  }
  const metaStore =
    options.metaStore ??
    (dataDir === undefined
      ? createMemoryMetaStore({ random })
      : createSqliteMetaStore({ path: join(dataDir, METADATA_FILE_NAME), random }));
  const createDefault = (): LogEngine =>
    lock === undefined ? memoryEngine(options) : localEngine(options, lock, metaStore);
  const engine = options.engine === undefined ? createDefault() : options.engine(createDefault);

  const opening = metaStore.open();
  try {
    // A repair names topics, and cuts nothing when the metadata is not there.
    if (options.repair) await opening;
  } catch (error) {
    lock?.release();
    throw error;
  }
  const [opened, started] = await Promise.allSettled([opening, engine.start()]);
  const close = async (): Promise<void> => {
    try {
      if (started.status === 'fulfilled') await engine.close();
    } finally {
      try {
        if (opened.status === 'fulfilled') await metaStore.close();
      } finally {
        lock?.release();
      }
    }
  };
  for (const outcome of [started, opened]) {
    if (outcome.status === 'fulfilled') continue;
    await close();
    throw outcome.reason;
  }
  if (dataDir !== undefined) {
    try {
      await bindToCluster(dataDir, metaStore.snapshot().clusterId);
    } catch (error) {
      await close();
      throw error;
    }
  }
  return { metaStore, engine, close };
}

function memoryEngine({ config, clock, timers, logger }: StorageOptions): LogEngine {
  return createMemoryLogEngine({
    clock,
    timers,
    logger: logger.child({ part: 'storage' }),
    retentionCheckIntervalMs: config.logRetentionCheckIntervalMs,
    producerIdExpirationMs: config.producerIdExpirationMs,
  });
}

function localEngine(options: StorageOptions, lock: DirectoryLock, metaStore: MetaStore): LogEngine {
  const { config, clock, timers, random, metrics, repair } = options;
  const { memoryShares } = config;
  return createLocalLogEngine({
    dataDir: lock.dataDir,
    lock,
    topicName: (topicId) => metaStore.snapshot().topicsById.get(topicId)?.name,
    clock,
    timers,
    random,
    metrics,
    logger: options.logger.child({ part: 'storage' }),
    cleaner: () => cleanerSettings(config),
    config: {
      repair,
      tailCacheBytes: memoryShares.tailBytes,
      readAheadBytes: memoryShares.readAheadBytes,
      pacesCatchUp: true,
      cleansInThread: true,
      segmentIndexBytes: memoryShares.indexBytes,
      journalFileBytes: config.journalFileBytes,
      retentionCheckIntervalMs: config.logRetentionCheckIntervalMs,
      producerIdExpirationMs: config.producerIdExpirationMs,
    },
  });
}
