/** Moving the start of partitions up (DeleteRecords). */
import { ErrorCode } from '@millrace/protocol';
import {
  createDeleteRecordsRequest,
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '@millrace/protocol/messages/21-delete-records';
import { brokerError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { AdminCall } from './admin-call.ts';
import { byTopic, forgetLeader, leaderOf, PartitionAnswers, UNKNOWN_TOPIC_RETRIES } from './node-refs.ts';
import type { Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

export interface RecordsToDelete extends TopicPartition {
  /** First offset to keep; `latest` deletes all that consumers can see now. */
  readonly before: number | 'latest';
}

export interface DeletedRecords {
  /** First offset that is left. */
  readonly lowWatermark: number;
}

const HIGH_WATERMARK = -1n;

export async function deleteRecords(
  call: AdminCall,
  records: readonly RecordsToDelete[],
): Promise<Outcome<TopicPartition, DeletedRecords>[]> {
  const verdicts = await forEachItem(call, records, {
    what: 'deleting records',
    locate: (item) => leaderOf(call, item),
    forget: (item) => forgetLeader(call, item),
    unknownTopicRetries: UNKNOWN_TOPIC_RETRIES,
    ask: async (target, asked) => {
      const response = await target.send(
        { request: deleteRecordsRequest, response: deleteRecordsResponse },
        createDeleteRecordsRequest({
          topics: [...byTopic(asked)].map(([name, partitions]) => ({
            name,
            partitions: partitions.map(({ partition: partitionIndex, before }) => ({
              partitionIndex,
              offset: before === 'latest' ? HIGH_WATERMARK : BigInt(before),
            })),
          })),
          timeoutMs: call.brokerWaitMs,
        }),
      );
      const answers = new PartitionAnswers<{ errorCode: number; lowWatermark: bigint }>();
      for (const { name, partitions } of response.topics) {
        for (const answer of partitions) answers.set(name, answer.partitionIndex, answer);
      }
      return asked.map((item): Verdict<DeletedRecords> => {
        const answer = answers.get(item);
        if (answer?.errorCode === ErrorCode.NONE) return { value: { lowWatermark: Number(answer.lowWatermark) } };
        const errorCode = answer?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
        const { topic, partition } = item;
        return { error: brokerError('deleting records', errorCode, null, { topic, partition }) };
      });
    },
  });
  return outcomesOf(records, verdicts, ({ topic, partition }) => ({ topic, partition }));
}
