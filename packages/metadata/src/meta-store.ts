/**
 * Cluster metadata: topics and ids, configs, partition owners and epochs, brokers, producer-id blocks.
 *
 * Truth about records (log start, segments, offsets) is never here: that lives in the journal. One contract suite holds every adapter to this.
 * Writes are durable when their promise resolves; reads come from {@link MetaStore.snapshot}, which a broker keeps current with `onChange`.
 */

export interface PartitionOwnership {
  readonly partition: number;
  /** Node id of the owner (Kafka's leader). */
  readonly owner: number;
  /** Kafka's leader epoch: rises by one at each change of owner (and after a truncation). */
  readonly leaderEpoch: number;
}

export interface TopicMetadata {
  readonly name: string;
  /** 22-character url-safe base64 UUID, stable for the topic's life. */
  readonly topicId: string;
  readonly isInternal: boolean;
  /** Indexed by partition. */
  readonly partitions: readonly PartitionOwnership[];
  /** What CreateTopics asked for and describe calls repeat; data has one copy on this engine. */
  readonly replicationFactor: number;
  readonly configs: ReadonlyMap<string, string>;
}

export interface BrokerListener {
  readonly name: string;
  readonly securityProtocol: string;
  readonly host: string;
  readonly port: number;
}

export interface BrokerRegistration {
  readonly nodeId: number;
  /** New at each start of the process. */
  readonly incarnation: string;
  readonly rack: string | null;
  /** Advertised listeners. */
  readonly listeners: readonly BrokerListener[];
}

/** Kafka's config resource types that carry stored settings. */
export const ConfigResourceType = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const;
export type ConfigResourceType = (typeof ConfigResourceType)[keyof typeof ConfigResourceType];

/** Broker settings for the whole cluster are stored under the empty name. */
export interface ConfigResource {
  readonly type: ConfigResourceType;
  readonly name: string;
}

export interface ClusterSnapshot {
  /** Rises with each change. */
  readonly version: number;
  readonly clusterId: string;
  readonly topicsByName: ReadonlyMap<string, TopicMetadata>;
  readonly topicsById: ReadonlyMap<string, TopicMetadata>;
  readonly brokers: ReadonlyMap<number, BrokerRegistration>;
  /** Stored configs of brokers, groups, client metrics; key = `${type}:${name}`. Topic configs are on the topic. */
  readonly configs: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface NewTopic {
  readonly name: string;
  readonly topicId: string;
  readonly isInternal: boolean;
  readonly replicationFactor: number;
  /** Node id that owns each partition, indexed by partition. */
  readonly owners: readonly number[];
  readonly configs: ReadonlyMap<string, string>;
}

export interface ProducerIdBlock {
  readonly firstProducerId: number;
  readonly length: number;
}

/**
 * Reads of one moment, writes that are durable once resolved. Conflicts are MillraceErrors with the codes named at each method;
 * any write may also meet MILLRACE_METADATA_WRITE_FAILED (nothing of it is stored) and MILLRACE_METADATA_NOT_OPEN.
 */
export interface MetaStore {
  /**
   * Brokers of one process may share a store: each `open` is paired with a `close`, and the last `close` ends it.
   * A closed store may be opened again. Adapters name the codes with which opening fails.
   */
  open(): Promise<void>;
  /** The newest durable state; the same object until something changes. MILLRACE_METADATA_NOT_OPEN before `open`. */
  snapshot(): ClusterSnapshot;
  /**
   * Called after each durable change with the new snapshot, in order, before the promise of the write resolves; writes that
   * share a commit may share a call. Returns the way to stop it.
   */
  onChange(listener: (snapshot: ClusterSnapshot) => void): () => void;

  /** MILLRACE_METADATA_TOPIC_EXISTS when the name is taken. */
  createTopic(topic: NewTopic): Promise<TopicMetadata>;
  /** Its configs go with it. MILLRACE_METADATA_UNKNOWN_TOPIC when there is none of that id. */
  deleteTopic(topicId: string): Promise<void>;
  /** Appends partitions. MILLRACE_METADATA_UNKNOWN_TOPIC; MILLRACE_METADATA_CONFLICT when `expectedCount` is no longer the count. */
  addPartitions(topicId: string, expectedCount: number, owners: readonly number[]): Promise<TopicMetadata>;
  /** Applies all changes of one resource at once; null removes a key; a topic goes by its name. MILLRACE_METADATA_UNKNOWN_TOPIC. */
  alterConfigs(resource: ConfigResource, changes: ReadonlyMap<string, string | null>): Promise<void>;

  registerBroker(registration: BrokerRegistration): Promise<void>;
  /** Conditional on the incarnation: a newer process of the same node id is left alone. */
  unregisterBroker(nodeId: number, incarnation: string): Promise<void>;
  /**
   * Makes `owner` the owner of the partition with epoch `expectedEpoch` + 1 and resolves with the new ownership.
   * MILLRACE_METADATA_FENCED when the stored epoch is not `expectedEpoch`; MILLRACE_METADATA_UNKNOWN_TOPIC without such a partition.
   */
  acquirePartition(
    topicId: string,
    partition: number,
    owner: number,
    expectedEpoch: number,
  ): Promise<PartitionOwnership>;

  /** Never the same ids twice, whatever crashes. `length` ≥ 1. */
  allocateProducerIds(length: number): Promise<ProducerIdBlock>;
  close(): Promise<void>;
}
