export interface PartitionMetadata {
  readonly partition: number;
  /** −1 while no broker serves it. */
  readonly leaderId: number;
  /** −1 when the broker does not say. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
  readonly errorCode: number;
}

export interface TopicMetadata {
  readonly name: string;
  /** `ZERO_UUID` when the broker does not say. */
  readonly topicId: string;
  readonly isInternal: boolean;
  /** By partition index, dense. Empty = the topic is gone. */
  readonly partitions: readonly PartitionMetadata[];
}

export interface BrokerEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}
