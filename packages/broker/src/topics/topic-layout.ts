/** How many partitions a topic gets and which broker owns each: pure decisions over what was asked. */
import type { Random } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';

/** Apache Kafka's limit on what one request may create. */
export const REQUEST_PARTITIONS_MAX = 10_000;

export interface LayoutRefused {
  readonly errorCode: number;
  readonly errorMessage: string;
}

export interface TopicLayout {
  readonly errorCode: 0;
  readonly owners: readonly number[];
  readonly replicationFactor: number;
}

export interface LayoutRules {
  /** Registered brokers, by rising id; never empty. */
  readonly nodeIds: readonly number[];
  readonly defaultPartitionCount: number;
  readonly defaultReplicationFactor: number;
  /** `millrace.replication.factor.above.brokers`. */
  readonly allowsMoreReplicasThanBrokers: boolean;
  readonly random: Random;
}

/** The layout of a new topic by numbers; −1 stands for the broker's default. */
export function layoutByCount(
  partitionCount: number,
  replicationFactor: number,
  rules: LayoutRules,
): TopicLayout | LayoutRefused {
  const count = partitionCount === -1 ? rules.defaultPartitionCount : partitionCount;
  const factor = replicationFactor === -1 ? rules.defaultReplicationFactor : replicationFactor;
  if (count <= 0) {
    return refused(
      ErrorCode.INVALID_PARTITIONS,
      `a topic needs at least one partition, not ${count} (-1 for the default)`,
    );
  }
  if (factor <= 0) {
    return refused(
      ErrorCode.INVALID_REPLICATION_FACTOR,
      `the replication factor must be at least 1, not ${factor} (-1 for the default)`,
    );
  }
  if (factor > rules.nodeIds.length && !rules.allowsMoreReplicasThanBrokers) {
    return refused(
      ErrorCode.INVALID_REPLICATION_FACTOR,
      `replication factor ${factor} is larger than the number of brokers (${rules.nodeIds.length}); ` +
        'set millrace.replication.factor.above.brokers=true to accept it',
    );
  }
  if (count > REQUEST_PARTITIONS_MAX) return tooManyPartitions();
  return { errorCode: 0, owners: spread(count, rules), replicationFactor: factor };
}

/** The layout of a new topic by hand: the first replica of each partition owns it. */
export function layoutByAssignment(
  assignments: ReadonlyMap<number, readonly number[]>,
  rules: LayoutRules,
): TopicLayout | LayoutRefused {
  if (assignments.size > REQUEST_PARTITIONS_MAX) return tooManyPartitions();
  const replicas: (readonly number[])[] = [];
  for (let partition = 0; partition < assignments.size; partition++) {
    const nodeIds = assignments.get(partition);
    if (nodeIds === undefined) {
      return refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, 'assigned partitions must be numbered from 0 without a gap');
    }
    replicas.push(nodeIds);
  }
  const problem = assignmentProblem(replicas, replicas[0]?.length ?? 0, rules);
  if (problem !== undefined) return problem;
  return {
    errorCode: 0,
    owners: replicas.map(([owner]) => owner ?? -1),
    replicationFactor: replicas[0]?.length ?? 1,
  };
}

/** The owners of partitions that a topic gets in addition. */
export function layoutOfAdded(
  addedCount: number,
  assignments: readonly (readonly number[])[] | null,
  replicationFactor: number,
  rules: LayoutRules,
): TopicLayout | LayoutRefused {
  if (addedCount > REQUEST_PARTITIONS_MAX) return tooManyPartitions();
  if (assignments === null) return { errorCode: 0, owners: spread(addedCount, rules), replicationFactor };
  if (assignments.length !== addedCount) {
    return refused(
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      `${addedCount} partitions are to be added, but ${assignments.length} assignments are given`,
    );
  }
  const factor = Math.min(replicationFactor, rules.allowsMoreReplicasThanBrokers ? rules.nodeIds.length : Infinity);
  const problem = assignmentProblem(assignments, factor, rules);
  if (problem !== undefined) return problem;
  return { errorCode: 0, owners: assignments.map(([owner]) => owner ?? -1), replicationFactor };
}

function assignmentProblem(
  assignments: readonly (readonly number[])[],
  replicationFactor: number,
  rules: LayoutRules,
): LayoutRefused | undefined {
  for (const [partition, nodeIds] of assignments.entries()) {
    const unknown = nodeIds.find((nodeId) => !rules.nodeIds.includes(nodeId));
    const problem =
      nodeIds.length === 0
        ? 'has no replica'
        : new Set(nodeIds).size !== nodeIds.length
          ? 'names a broker more than once'
          : unknown !== undefined
            ? `names broker ${unknown}, which is not registered`
            : nodeIds.length !== replicationFactor
              ? `has ${nodeIds.length} replicas where ${replicationFactor} are expected`
              : undefined;
    if (problem !== undefined) {
      return refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, `assignment ${partition} ${problem}`);
    }
  }
  return undefined;
}

/** Owners in turn, from a random broker on, so that small topics do not all meet on the first one. */
function spread(count: number, { nodeIds, random }: LayoutRules): number[] {
  const first = random.nextInt(nodeIds.length);
  return Array.from({ length: count }, (_, partition) => nodeIds[(first + partition) % nodeIds.length] ?? -1);
}

function tooManyPartitions(): LayoutRefused {
  return refused(
    ErrorCode.POLICY_VIOLATION,
    `one request may create at most ${REQUEST_PARTITIONS_MAX} partitions: spread them over several`,
  );
}

function refused(errorCode: number, errorMessage: string): LayoutRefused {
  return { errorCode, errorMessage };
}
