/** Electing leaders of partitions (ElectLeaders, KIP-460). */
import { ErrorCode } from '@millrace/protocol';
import {
  createElectLeadersRequest,
  electLeadersRequest,
  electLeadersResponse,
} from '@millrace/protocol/messages/43-elect-leaders';
import { brokerError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';
import { byTopic, PartitionAnswers } from './node-refs.ts';
import type { Outcome } from './outcome.ts';
import { outcomesOf, type Verdict } from './per-item.ts';

export interface ElectLeadersOptions extends CallOptions {
  /** True lets a replica lead that may lack records; those are lost then. Default false: the preferred replica. */
  readonly unclean?: boolean;
}

export interface Election {
  /** False when the leader was the right one already. */
  readonly isElected: boolean;
}

const PREFERRED = 0;
const UNCLEAN = 1;

export async function electLeaders(
  call: AdminCall,
  partitions: readonly TopicPartition[],
  { unclean = false }: ElectLeadersOptions,
): Promise<Outcome<TopicPartition, Election>[]> {
  const what = 'electing leaders';
  const verdicts = await call.once(what, 'controller', async (target) => {
    const response = await target.send(
      { request: electLeadersRequest, response: electLeadersResponse },
      createElectLeadersRequest({
        electionType: unclean ? UNCLEAN : PREFERRED,
        topicPartitions: [...byTopic(partitions)].map(([topic, items]) => ({
          topic,
          partitions: items.map(({ partition }) => partition),
        })),
        timeoutMs: call.brokerWaitMs,
      }),
    );
    if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode);
    const answers = new PartitionAnswers<{ readonly errorCode: number; readonly errorMessage: string | null }>();
    for (const { topic, partitionResult } of response.replicaElectionResults) {
      for (const answer of partitionResult) answers.set(topic, answer.partitionId, answer);
    }
    return partitions.map(({ topic, partition }): Verdict<Election> => {
      const answer = answers.get({ topic, partition });
      if (answer?.errorCode === ErrorCode.NONE) return { value: { isElected: true } };
      if (answer?.errorCode === ErrorCode.ELECTION_NOT_NEEDED) return { value: { isElected: false } };
      const errorCode = answer?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
      return { error: brokerError('electing a leader', errorCode, answer?.errorMessage, { topic, partition }) };
    });
  });
  return outcomesOf(partitions, verdicts, ({ topic, partition }) => ({ topic, partition }));
}
