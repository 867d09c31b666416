/**
 * DescribeProducers 0: what partitions remember of the producers that write to them.
 *
 * A hanging transaction shows by its start offset here and its absence at the coordinator; `kafka-transactions.sh` looks for those.
 * Pinned by 61-describe-producers.test.ts.
 */
import type { ActiveProducer } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeProducersResponse,
  createDescribeProducersResponsePartitionResponse,
  describeProducersRequest,
  describeProducersResponse,
  type DescribeProducersRequest,
  type DescribeProducersResponse,
  type DescribeProducersResponsePartitionResponse,
} from '@millrace/protocol/messages/61-describe-producers';
import type { PartitionRegistry } from '../services.ts';
import { defineHandler } from './handler.ts';

type ProducerState = DescribeProducersResponsePartitionResponse['activeProducers'][number];

export const describeProducersHandler = defineHandler<DescribeProducersRequest, DescribeProducersResponse>({
  request: describeProducersRequest,
  response: describeProducersResponse,
  minVersion: 0,
  maxVersion: 0,
  handle: ({ services }, request) =>
    answer(request, (topicName, partitionIndex) => describe(services.partitions, topicName, partitionIndex)),
  failure: (request, errorCode) =>
    answer(request, (_topicName, partitionIndex) => failed(partitionIndex, errorCode, null)),
});

function answer(
  request: DescribeProducersRequest,
  ofPartition: (topicName: string, partitionIndex: number) => DescribeProducersResponsePartitionResponse,
): DescribeProducersResponse {
  return createDescribeProducersResponse({
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ofPartition(name, partitionIndex)),
    })),
  });
}

function describe(
  partitions: PartitionRegistry,
  topicName: string,
  partitionIndex: number,
): DescribeProducersResponsePartitionResponse {
  const location = partitions.locateByName(topicName, partitionIndex);
  const place = `${topicName}-${partitionIndex}`;
  if (location.kind === 'unknown') {
    return failed(partitionIndex, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `there is no partition ${place}`);
  }
  if (location.kind === 'elsewhere') {
    return failed(partitionIndex, ErrorCode.NOT_LEADER_OR_FOLLOWER, `another broker leads ${place}`);
  }
  const activeProducers = location.log.activeProducers().map(stateOf);
  return createDescribeProducersResponsePartitionResponse({ partitionIndex, activeProducers });
}

function stateOf(producer: ActiveProducer): ProducerState {
  return {
    producerId: BigInt(producer.producerId),
    producerEpoch: producer.producerEpoch,
    lastSequence: producer.lastSequence,
    lastTimestamp: BigInt(Math.trunc(producer.lastTimestampMs)),
    coordinatorEpoch: producer.coordinatorEpoch,
    currentTxnStartOffset: BigInt(producer.currentTransactionStartOffset),
  };
}

function failed(
  partitionIndex: number,
  errorCode: number,
  errorMessage: string | null,
): DescribeProducersResponsePartitionResponse {
  return createDescribeProducersResponsePartitionResponse({ partitionIndex, errorCode, errorMessage });
}
