/** Moving replicas of partitions to other brokers, and giving that up (AlterPartitionReassignments, KIP-455). */
import { ErrorCode } from '@millrace/protocol';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
  createAlterPartitionReassignmentsRequest,
} from '@millrace/protocol/messages/45-alter-partition-reassignments';
import { brokerError, KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';
import { byTopic, PartitionAnswers } from './node-refs.ts';
import type { Outcome } from './outcome.ts';
import { outcomesOf, type Verdict } from './per-item.ts';

export interface AlterReassignmentsOptions extends CallOptions {
  /** False refuses to change how many replicas a partition has (KIP-860). Default true. */
  readonly allowReplicationFactorChange?: boolean;
}

export interface ReassignmentToAlter extends TopicPartition {
  /** Node ids, the preferred leader first; null gives up a move that is under way. */
  readonly replicas: readonly number[] | null;
}

const FACTOR_VERSION = 1;

export async function alterPartitionReassignments(
  call: AdminCall,
  reassignments: readonly ReassignmentToAlter[],
  { allowReplicationFactorChange = true }: AlterReassignmentsOptions,
): Promise<Outcome<TopicPartition>[]> {
  const what = 'reassigning partitions';
  const verdicts = await call.once(what, 'controller', async (target) => {
    const response = await target.send(
      { request: alterPartitionReassignmentsRequest, response: alterPartitionReassignmentsResponse },
      (version) => {
        if (!allowReplicationFactorChange && version < FACTOR_VERSION) {
          throw new KafkaError(
            'MILLRACE_CLIENT_UNSUPPORTED_API',
            `${what}: this cluster cannot be kept from changing replication factors`,
          );
        }
        return createAlterPartitionReassignmentsRequest({
          timeoutMs: call.brokerWaitMs,
          allowReplicationFactorChange,
          topics: [...byTopic(reassignments)].map(([name, items]) => ({
            name,
            partitions: items.map(({ partition, replicas }) => ({ partitionIndex: partition, replicas })),
          })),
        });
      },
    );
    if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode, response.errorMessage);
    const answers = new PartitionAnswers<{ readonly errorCode: number; readonly errorMessage: string | null }>();
    for (const { name, partitions } of response.responses) {
      for (const answer of partitions) answers.set(name, answer.partitionIndex, answer);
    }
    return reassignments.map(({ topic, partition }): Verdict<object> => {
      const answer = answers.get({ topic, partition });
      if (answer?.errorCode === ErrorCode.NONE) return { value: {} };
      const errorCode = answer?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
      return { error: brokerError('reassigning a partition', errorCode, answer?.errorMessage, { topic, partition }) };
    });
  });
  return outcomesOf(reassignments, verdicts, ({ topic, partition }) => ({ topic, partition }));
}
