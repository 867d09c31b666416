/**
 * The MetaStore over any backend: writes queue, are decided against the newest durable state, and share one commit.
 *
 * Owns: the current snapshot, the queue of writes, the listeners.
 * Invariants: one commit is under way at a time; a write is decided only when everything before it is durable or in the same
 * commit; listeners hear of a commit before the promises of its writes resolve; a failed commit leaves the state as it was.
 * Bounds: at most `COMMIT_WRITES_MAX` writes in one commit.
 * Not here: the conditions (operations.ts), the bytes (backends).
 */
import { MillraceError, messageOf } from '@millrace/base';
import type { MetaBackend } from './backend.ts';
import { ClusterDraft, type ClusterState } from './cluster-draft.ts';
import { metadataError } from './metadata-error.ts';
import type {
  BrokerRegistration,
  ClusterSnapshot,
  ConfigResource,
  MetaStore,
  NewTopic,
  PartitionOwnership,
  ProducerIdBlock,
  TopicMetadata,
} from './meta-store.ts';
import * as operations from './operations.ts';

const COMMIT_WRITES_MAX = 1_000;

interface QueuedWrite {
  /** Decides and changes the draft, or throws and leaves it alone. */
  decide(draft: ClusterDraft): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class CommittingMetaStore implements MetaStore {
  readonly #backend: MetaBackend;
  readonly #listeners = new Set<(snapshot: ClusterSnapshot) => void>();
  #state: ClusterState | undefined;
  readonly #queue: QueuedWrite[] = [];
  #committing: Promise<void> | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #openCount = 0;
  #failure: MillraceError | undefined;

  constructor(backend: MetaBackend) {
    this.#backend = backend;
  }

  open(): Promise<void> {
    this.#openCount += 1;
    this.#opening ??= this.#load();
    return this.#opening;
  }

  async #load(): Promise<void> {
    try {
      await this.#closing;
      this.#state = await this.#backend.load();
      this.#failure = undefined;
    } catch (error) {
      this.#opening = undefined;
      this.#openCount = 0;
      throw error;
    }
  }

  snapshot(): ClusterSnapshot {
    if (this.#state === undefined) throw notOpen();
    return this.#state.snapshot;
  }

  onChange(listener: (snapshot: ClusterSnapshot) => void): () => void {
    // A wrapper of its own, so that the same function given twice is called, and stopped, twice.
    const entry = (snapshot: ClusterSnapshot): void => listener(snapshot);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  createTopic(topic: NewTopic): Promise<TopicMetadata> {
    return this.#write((draft) => operations.createTopic(draft, topic));
  }

  deleteTopic(topicId: string): Promise<void> {
    return this.#write((draft) => operations.deleteTopic(draft, topicId));
  }

  addPartitions(topicId: string, expectedCount: number, owners: readonly number[]): Promise<TopicMetadata> {
    return this.#write((draft) => operations.addPartitions(draft, topicId, expectedCount, owners));
  }

  alterConfigs(resource: ConfigResource, changes: ReadonlyMap<string, string | null>): Promise<void> {
    return this.#write((draft) => operations.alterConfigs(draft, resource, changes));
  }

  registerBroker(registration: BrokerRegistration): Promise<void> {
    return this.#write((draft) => operations.registerBroker(draft, registration));
  }

  unregisterBroker(nodeId: number, incarnation: string): Promise<void> {
    return this.#write((draft) => operations.unregisterBroker(draft, nodeId, incarnation));
  }

  acquirePartition(
    topicId: string,
    partition: number,
    owner: number,
    expectedEpoch: number,
  ): Promise<PartitionOwnership> {
    return this.#write((draft) => operations.acquirePartition(draft, topicId, partition, owner, expectedEpoch));
  }

  allocateProducerIds(length: number): Promise<ProducerIdBlock> {
    return this.#write((draft) => operations.allocateProducerIds(draft, length));
  }

  async close(): Promise<void> {
    if (this.#openCount === 0) return;
    this.#openCount -= 1;
    if (this.#openCount > 0) return;
    await this.#opening?.catch(() => undefined);
    while (this.#committing !== undefined) await this.#committing;
    // Another user may have opened the store while its last writes went out.
    if (this.#openCount > 0 || this.#state === undefined) return;
    this.#state = undefined;
    this.#opening = undefined;
    this.#closing = this.#backend.close();
    await this.#closing;
  }

  #write<T>(decide: (draft: ClusterDraft) => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#queue.push({ decide, resolve, reject });
    this.#committing ??= this.#commitQueue();
    return promise;
  }

  async #commitQueue(): Promise<void> {
    // Writes that come in the same turn share the first commit too.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, COMMIT_WRITES_MAX);
      await this.#commitBatch(batch);
    }
    this.#committing = undefined;
  }

  async #commitBatch(batch: readonly QueuedWrite[]): Promise<void> {
    const state = this.#state;
    const refusal = state === undefined ? notOpen() : this.#failure;
    if (state === undefined || refusal !== undefined) {
      for (const write of batch) write.reject(refusal);
      return;
    }
    const draft = new ClusterDraft(state);
    const accepted: { readonly write: QueuedWrite; readonly result: unknown }[] = [];
    const refused: { readonly write: QueuedWrite; readonly error: unknown }[] = [];
    for (const write of batch) {
      try {
        accepted.push({ write, result: write.decide(draft) });
      } catch (error) {
        refused.push({ write, error });
      }
    }
    const next = draft.finish();
    try {
      if (draft.changes.length > 0) await this.#backend.commit(draft.changes, next);
    } catch (error) {
      const failure = this.#noteFailure(error);
      for (const write of batch) write.reject(failure);
      return;
    }
    this.#state = next;
    if (next.snapshot !== state.snapshot) this.#notify(next.snapshot);
    // A refusal may rest on a write of the same batch, so it is told only once that write is durable.
    for (const { write, error } of refused) write.reject(error);
    for (const { write, result } of accepted) write.resolve(result);
  }

  #noteFailure(cause: unknown): MillraceError {
    const failure = MillraceError.is(cause)
      ? cause
      : metadataError('MILLRACE_METADATA_WRITE_FAILED', `metadata could not be written: ${messageOf(cause)}`, {
          cause,
        });
    if (!failure.retriable) this.#failure = failure;
    return failure;
  }

  #notify(snapshot: ClusterSnapshot): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(snapshot);
      } catch (error) {
        // The write is durable and its caller must hear so; a listener's bug ends the process on its own turn.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

function notOpen(): MillraceError {
  return metadataError('MILLRACE_METADATA_NOT_OPEN', 'the metadata store is not open: await open() first');
}
