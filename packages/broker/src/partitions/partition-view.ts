import type { ClusterSnapshot, PartitionOwnership, TopicMetadata } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';

/** A partition as metadata responses show it. */
export interface PartitionView {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicaNodes: number[];
  readonly isrNodes: number[];
  readonly offlineReplicas: number[];
}

/**
 * The data has one copy, but tools expect as many replicas as were asked for: the owner, then other brokers, then the owner again.
 *
 * @param isListed whether clients of the asking listener can reach a broker
 */
export function viewPartition(
  snapshot: ClusterSnapshot,
  topic: TopicMetadata,
  ownership: PartitionOwnership,
  isListed: (nodeId: number) => boolean,
): PartitionView {
  const { owner, partition, leaderEpoch } = ownership;
  const replicaNodes = shownReplicas(snapshot, topic, owner);
  const isUp = snapshot.brokers.has(owner);
  const isReachable = isUp && isListed(owner);
  return {
    errorCode: isReachable ? ErrorCode.NONE : isUp ? ErrorCode.LISTENER_NOT_FOUND : ErrorCode.LEADER_NOT_AVAILABLE,
    partitionIndex: partition,
    leaderId: isReachable ? owner : -1,
    leaderEpoch,
    replicaNodes,
    isrNodes: replicaNodes,
    offlineReplicas: isUp ? [] : [owner],
  };
}

/** The replicas that clients are told of. */
export function shownReplicas(snapshot: ClusterSnapshot, topic: TopicMetadata, owner: number): number[] {
  const replicas = [owner];
  if (topic.replicationFactor <= 1) return replicas;
  for (const nodeId of snapshot.brokers.keys()) {
    if (replicas.length >= topic.replicationFactor) break;
    if (nodeId !== owner) replicas.push(nodeId);
  }
  while (replicas.length < topic.replicationFactor) replicas.push(owner);
  return replicas;
}

/** Operations that everybody may do while no authorizer is set, as Kafka's bit field. */
export const TOPIC_OPERATIONS = bits(3, 4, 5, 6, 7, 8, 10, 11);
export const CLUSTER_OPERATIONS = bits(5, 7, 8, 9, 10, 11, 12);
/** "Not asked for". */
export const OPERATIONS_OMITTED = -2_147_483_648;

function bits(...operations: readonly number[]): number {
  return operations.reduce((field, operation) => field | (1 << operation), 0);
}
