import { randomUuid, systemRandom, type Random } from '@millrace/base';
import type { MetaBackend } from './backend.ts';
import { emptyState, type ClusterState, type StoredChange } from './cluster-draft.ts';
import { CommittingMetaStore } from './committing-meta-store.ts';
import type { MetaStore } from './meta-store.ts';

export interface MemoryMetaStoreOptions {
  /** Default: a random UUID. */
  readonly clusterId?: string;
  readonly random?: Random;
}

/**
 * A MetaStore that forgets everything with the process: the reference model, and what brokers without a data directory use.
 * Closing and opening again finds what was there.
 */
export function createMemoryMetaStore(options: MemoryMetaStoreOptions = {}): MetaStore {
  const clusterId = options.clusterId ?? randomUuid(options.random ?? systemRandom);
  return new CommittingMetaStore(new MemoryBackend(clusterId));
}

class MemoryBackend implements MetaBackend {
  #state: ClusterState;

  constructor(clusterId: string) {
    this.#state = emptyState(clusterId);
  }

  load(): Promise<ClusterState> {
    return Promise.resolve(this.#state);
  }

  commit(_changes: readonly StoredChange[], next: ClusterState): Promise<void> {
    this.#state = next;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
