/**
 * A change set over one snapshot of the cluster: what a write decides upon, what it changed in memory, and what is to be stored.
 *
 * Owns: copies of the maps it touches (made once per draft, not per change) and the list of stored changes.
 * Invariants: the base snapshot is never written to; the version rises by one per write that changes the snapshot.
 * Not here: the conditions of each write (see operations.ts), durability (see backend.ts).
 */
import type { BrokerRegistration, ClusterSnapshot, ConfigResourceType, TopicMetadata } from './meta-store.ts';

/** Everything that a store keeps; producer ids are handed out, never shown. */
export interface ClusterState {
  readonly snapshot: ClusterSnapshot;
  /** First producer id that was never handed out. */
  readonly nextProducerId: number;
}

/** A cluster in which nothing happened yet. */
export function emptyState(clusterId: string): ClusterState {
  return {
    snapshot: {
      version: 0,
      clusterId,
      topicsByName: new Map(),
      topicsById: new Map(),
      brokers: new Map(),
      configs: new Map(),
    },
    nextProducerId: 0,
  };
}

/** One stored fact, in the order in which it came about. */
export type StoredChange =
  | {
      readonly kind: 'topic-put';
      readonly topicId: string;
      readonly name: string;
      readonly isInternal: boolean;
      readonly replicationFactor: number;
    }
  | { readonly kind: 'topic-removed'; readonly topicId: string }
  | {
      readonly kind: 'partition-put';
      readonly topicId: string;
      readonly partition: number;
      readonly owner: number;
      readonly leaderEpoch: number;
    }
  | {
      readonly kind: 'config-put';
      readonly type: ConfigResourceType;
      /** A topic's configs are stored under its id, so that a later topic of the same name meets none of them. */
      readonly name: string;
      readonly key: string;
      /** Null removes the key. */
      readonly value: string | null;
    }
  | { readonly kind: 'broker-put'; readonly broker: BrokerRegistration }
  | { readonly kind: 'broker-removed'; readonly nodeId: number }
  | { readonly kind: 'producer-ids-taken'; readonly nextProducerId: number };

/** Key of a non-topic resource in {@link ClusterSnapshot.configs}. */
export function configKey(type: ConfigResourceType, name: string): string {
  return `${type}:${name}`;
}

export class ClusterDraft {
  readonly #base: ClusterSnapshot;
  #version: number;
  #topicsByName: Map<string, TopicMetadata> | undefined;
  #topicsById: Map<string, TopicMetadata> | undefined;
  #brokers: Map<number, BrokerRegistration> | undefined;
  #configs: Map<string, ReadonlyMap<string, string>> | undefined;
  #nextProducerId: number;
  readonly #changes: StoredChange[] = [];

  constructor(state: ClusterState) {
    this.#base = state.snapshot;
    this.#version = state.snapshot.version;
    this.#nextProducerId = state.nextProducerId;
  }

  get topicsByName(): ReadonlyMap<string, TopicMetadata> {
    return this.#topicsByName ?? this.#base.topicsByName;
  }

  get topicsById(): ReadonlyMap<string, TopicMetadata> {
    return this.#topicsById ?? this.#base.topicsById;
  }

  get brokers(): ReadonlyMap<number, BrokerRegistration> {
    return this.#brokers ?? this.#base.brokers;
  }

  get configs(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    return this.#configs ?? this.#base.configs;
  }

  get nextProducerId(): number {
    return this.#nextProducerId;
  }

  get changes(): readonly StoredChange[] {
    return this.#changes;
  }

  /** Puts the topic and notes what is to be stored for it; the version rises. */
  putTopic(topic: TopicMetadata, changes: readonly StoredChange[]): void {
    this.#topicsByName ??= new Map(this.#base.topicsByName);
    this.#topicsById ??= new Map(this.#base.topicsById);
    this.#topicsByName.set(topic.name, topic);
    this.#topicsById.set(topic.topicId, topic);
    this.#note(changes);
  }

  removeTopic(topic: TopicMetadata): void {
    this.#topicsByName ??= new Map(this.#base.topicsByName);
    this.#topicsById ??= new Map(this.#base.topicsById);
    this.#topicsByName.delete(topic.name);
    this.#topicsById.delete(topic.topicId);
    this.#note([{ kind: 'topic-removed', topicId: topic.topicId }]);
  }

  putConfigs(
    type: ConfigResourceType,
    name: string,
    configs: ReadonlyMap<string, string>,
    changes: readonly StoredChange[],
  ): void {
    this.#configs ??= new Map(this.#base.configs);
    if (configs.size === 0) this.#configs.delete(configKey(type, name));
    else this.#configs.set(configKey(type, name), configs);
    this.#note(changes);
  }

  putBroker(broker: BrokerRegistration): void {
    this.#brokers ??= new Map(this.#base.brokers);
    this.#brokers.set(broker.nodeId, broker);
    this.#note([{ kind: 'broker-put', broker }]);
  }

  removeBroker(nodeId: number): void {
    this.#brokers ??= new Map(this.#base.brokers);
    this.#brokers.delete(nodeId);
    this.#note([{ kind: 'broker-removed', nodeId }]);
  }

  /** Nothing that a snapshot shows: the version stays. */
  takeProducerIds(nextProducerId: number): void {
    this.#nextProducerId = nextProducerId;
    this.#changes.push({ kind: 'producer-ids-taken', nextProducerId });
  }

  finish(): ClusterState {
    const isSame = this.#version === this.#base.version;
    return {
      snapshot: isSame
        ? this.#base
        : {
            version: this.#version,
            clusterId: this.#base.clusterId,
            topicsByName: this.topicsByName,
            topicsById: this.topicsById,
            brokers: this.brokers,
            configs: this.configs,
          },
      nextProducerId: this.#nextProducerId,
    };
  }

  #note(changes: readonly StoredChange[]): void {
    this.#version += 1;
    this.#changes.push(...changes);
  }
}
