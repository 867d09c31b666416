/**
 * AlterPartitionReassignments 0–1: gives partitions other replicas, which cannot be here: a partition has one copy, and it stays with its owner.
 *
 * The replicas that a partition is shown with are accepted and change nothing, as in Apache Kafka. Brokers that are not registered, none, or one
 * twice → INVALID_REPLICA_ASSIGNMENT; brokers that are registered as well, since nothing moves between them in this release. Null cancels, and
 * there is never anything to cancel → NO_REASSIGNMENT_IN_PROGRESS. v1+: a replication factor that must not change and would → INVALID_REPLICATION_FACTOR.
 * Pinned by test/cluster-admin.itest.ts.
 */
import type { ClusterSnapshot } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
  createAlterPartitionReassignmentsResponse,
  type AlterPartitionReassignmentsRequest,
  type AlterPartitionReassignmentsResponse,
} from '@millrace/protocol/messages/45-alter-partition-reassignments';
import { shownReplicas } from '../partitions/partition-view.ts';
import { defineHandler } from './handler.ts';

interface Verdict {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

const DONE: Verdict = { errorCode: ErrorCode.NONE, errorMessage: null };

export const alterPartitionReassignmentsHandler = defineHandler<
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse
>({
  request: alterPartitionReassignmentsRequest,
  response: alterPartitionReassignmentsResponse,
  minVersion: 0,
  maxVersion: 1,
  handle({ services }, { allowReplicationFactorChange, topics }) {
    const snapshot = services.metaStore.snapshot();
    return createAlterPartitionReassignmentsResponse({
      allowReplicationFactorChange,
      errorMessage: null,
      responses: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, replicas }) => ({
          partitionIndex,
          ...judge(snapshot, { name, partitionIndex, replicas, allowReplicationFactorChange }),
        })),
      })),
    });
  },
  failure: ({ topics }, errorCode) =>
    createAlterPartitionReassignmentsResponse({
      errorCode,
      errorMessage: null,
      responses: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode, errorMessage: null })),
      })),
    }),
});

function judge(
  snapshot: ClusterSnapshot,
  asked: {
    readonly name: string;
    readonly partitionIndex: number;
    readonly replicas: readonly number[] | null;
    readonly allowReplicationFactorChange: boolean;
  },
): Verdict {
  const { name, partitionIndex, replicas } = asked;
  const topic = snapshot.topicsByName.get(name);
  const ownership = topic?.partitions[partitionIndex];
  if (topic === undefined || ownership === undefined) {
    return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `there is no partition ${name}-${partitionIndex}`);
  }
  if (replicas === null) {
    return refused(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, 'no partition is on its way to another broker');
  }
  const shown = shownReplicas(snapshot, topic, ownership.owner);
  if (shown.length === replicas.length && shown.every((nodeId, index) => replicas[index] === nodeId)) return DONE;
  const problem = assignmentProblem(snapshot, replicas);
  if (problem !== undefined) return refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
  if (!asked.allowReplicationFactorChange && replicas.length !== shown.length) {
    return refused(
      ErrorCode.INVALID_REPLICATION_FACTOR,
      `the replication factor would become ${replicas.length} instead of ${shown.length}`,
    );
  }
  return refused(
    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    `the one copy stays on broker ${ownership.owner}: this release moves nothing between brokers, and replicates nothing`,
  );
}

function assignmentProblem(snapshot: ClusterSnapshot, replicas: readonly number[]): string | undefined {
  if (replicas.length === 0) return 'the assignment has no replica';
  if (new Set(replicas).size !== replicas.length) return 'the assignment names a broker more than once';
  const unknown = replicas.find((nodeId) => !snapshot.brokers.has(nodeId));
  return unknown === undefined ? undefined : `the assignment names broker ${unknown}, which is not registered`;
}

function refused(errorCode: number, errorMessage: string): Verdict {
  return { errorCode, errorMessage };
}
