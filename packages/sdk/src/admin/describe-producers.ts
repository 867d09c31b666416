/** What partitions remember of the producers that write to them (DescribeProducers, KIP-664). */
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeProducersRequest,
  describeProducersRequest,
  describeProducersResponse,
  type DescribeProducersResponsePartitionResponse,
} from '@millrace/protocol/messages/61-describe-producers';
import { brokerError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { AdminCall } from './admin-call.ts';
import { byTopic, forgetLeader, leaderOf, PartitionAnswers, UNKNOWN_TOPIC_RETRIES } from './node-refs.ts';
import type { Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

export interface ProducerDescription {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Sequence number of its last record here, −1 without. */
  readonly lastSequence: number;
  /** Of its last batch here, milliseconds since 1970; −1 without. */
  readonly lastTimestamp: number;
  /** Epoch of the transaction coordinator that ended its last transaction here, −1 without. */
  readonly coordinatorEpoch: number;
  /** First offset of its open transaction here; undefined without one. */
  readonly transactionStartOffset: number | undefined;
}

export interface PartitionProducers {
  readonly producers: readonly ProducerDescription[];
}

export async function describeProducers(
  call: AdminCall,
  partitions: readonly TopicPartition[],
): Promise<Outcome<TopicPartition, PartitionProducers>[]> {
  const verdicts = await forEachItem(call, partitions, {
    what: 'describing producers',
    locate: (item) => leaderOf(call, item),
    forget: (item) => forgetLeader(call, item),
    unknownTopicRetries: UNKNOWN_TOPIC_RETRIES,
    ask: async (target, asked) => {
      const response = await target.send(
        { request: describeProducersRequest, response: describeProducersResponse },
        createDescribeProducersRequest({
          topics: [...byTopic(asked)].map(([name, items]) => ({
            name,
            partitionIndexes: items.map(({ partition }) => partition),
          })),
        }),
      );
      const answers = new PartitionAnswers<DescribeProducersResponsePartitionResponse>();
      for (const topic of response.topics) {
        for (const answer of topic.partitions) answers.set(topic.name, answer.partitionIndex, answer);
      }
      return asked.map((item) => verdictOf(item, answers.get(item)));
    },
  });
  return outcomesOf(partitions, verdicts, ({ topic, partition }) => ({ topic, partition }));
}

function verdictOf(
  { topic, partition }: TopicPartition,
  answer: DescribeProducersResponsePartitionResponse | undefined,
): Verdict<PartitionProducers> {
  if (answer?.errorCode !== ErrorCode.NONE) {
    const errorCode = answer?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    return { error: brokerError('describing producers', errorCode, answer?.errorMessage, { topic, partition }) };
  }
  const producers = answer.activeProducers.map((producer) => ({
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    lastSequence: producer.lastSequence,
    lastTimestamp: Number(producer.lastTimestamp),
    coordinatorEpoch: producer.coordinatorEpoch,
    transactionStartOffset: producer.currentTxnStartOffset < 0n ? undefined : Number(producer.currentTxnStartOffset),
  }));
  return { value: { producers } };
}
