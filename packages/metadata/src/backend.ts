import type { ClusterState, StoredChange } from './cluster-draft.ts';

/** What an adapter adds to the common store: where the state comes from and how changes become durable. */
export interface MetaBackend {
  /** Takes the store (creating it when new) and reads everything. Throws typed errors of metadata-error.ts. */
  load(): Promise<ClusterState>;
  /**
   * Makes all changes durable as one, or none of them; `next` is the state after them.
   * A rejection means: nothing was stored; unless it is retriable, the store takes no further write.
   */
  commit(changes: readonly StoredChange[], next: ClusterState): Promise<void>;
  close(): Promise<void>;
}
