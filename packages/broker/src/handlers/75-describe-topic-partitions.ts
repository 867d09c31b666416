/**
 * DescribeTopicPartitions 0: topics page by page (KIP-966).
 *
 * Topics come by name; an empty list means all. A page holds at most `max.request.partition.size.limit` (2,000) partitions, or
 * fewer when the client says so; the cursor names the first partition of the next page. Pinned by
 * test/75-describe-topic-partitions.itest.ts.
 */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeTopicPartitionsResponse,
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  type DescribeTopicPartitionsRequest,
  type DescribeTopicPartitionsResponse,
} from '@millrace/protocol/messages/75-describe-topic-partitions';
import { endpointsOf } from '../partitions/endpoints.ts';
import { OPERATIONS_OMITTED, TOPIC_OPERATIONS, viewPartition } from '../partitions/partition-view.ts';
import { topicNameProblem } from '../partitions/topic-names.ts';
import { defineHandler } from './handler.ts';

type Topic = DescribeTopicPartitionsResponse['topics'][number];

export const describeTopicPartitionsHandler = defineHandler<
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse
>({
  request: describeTopicPartitionsRequest,
  response: describeTopicPartitionsResponse,
  minVersion: 0,
  maxVersion: 0,
  handle({ services, connection }, request) {
    const { cursor } = request;
    if (cursor !== null && !isCursorOf(request, cursor)) return failure(request, ErrorCode.INVALID_REQUEST);
    const snapshot = services.metaStore.snapshot();
    const listed = new Set(endpointsOf(snapshot, connection.listenerName).map(({ nodeId }) => nodeId));
    const names =
      request.topics.length === 0 ? [...snapshot.topicsByName.keys()] : request.topics.map(({ name }) => name);
    const wanted = [...new Set(names)].filter((name) => cursor === null || name >= cursor.topicName).sort();

    let room = Math.max(1, Math.min(request.responsePartitionLimit, services.config.maxRequestPartitionSizeLimit));
    const topics: Topic[] = [];
    for (const name of wanted) {
      const topic = snapshot.topicsByName.get(name);
      if (topic === undefined) {
        topics.push(missing(name));
        continue;
      }
      const first = cursor !== null && cursor.topicName === name ? cursor.partitionIndex : 0;
      if (room === 0) return page(topics, name, first);
      const shown = topic.partitions.slice(first, first + room);
      room -= shown.length;
      topics.push({
        errorCode: ErrorCode.NONE,
        name,
        topicId: topic.topicId,
        isInternal: topic.isInternal,
        partitions: shown.map((ownership) => ({
          ...viewPartition(snapshot, topic, ownership, (nodeId) => listed.has(nodeId)),
          eligibleLeaderReplicas: [],
          lastKnownElr: [],
        })),
        topicAuthorizedOperations: TOPIC_OPERATIONS,
      });
      if (first + shown.length < topic.partitions.length) return page(topics, name, first + shown.length);
    }
    return createDescribeTopicPartitionsResponse({ topics });
  },
  failure,
});

/** A cursor names a topic that is asked for, unless all are. */
function isCursorOf(
  { topics }: DescribeTopicPartitionsRequest,
  { topicName, partitionIndex }: NonNullable<DescribeTopicPartitionsRequest['cursor']>,
): boolean {
  return partitionIndex >= 0 && (topics.length === 0 || topics.some(({ name }) => name === topicName));
}

function page(topics: readonly Topic[], topicName: string, partitionIndex: number): DescribeTopicPartitionsResponse {
  return createDescribeTopicPartitionsResponse({ topics, nextCursor: { topicName, partitionIndex } });
}

function missing(name: string): Topic {
  const isBadName = topicNameProblem(name) !== undefined;
  const errorCode = isBadName ? ErrorCode.INVALID_TOPIC_EXCEPTION : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return { ...without(name, errorCode), topicAuthorizedOperations: TOPIC_OPERATIONS };
}

function failure(request: DescribeTopicPartitionsRequest, errorCode: number): DescribeTopicPartitionsResponse {
  return createDescribeTopicPartitionsResponse({ topics: request.topics.map(({ name }) => without(name, errorCode)) });
}

function without(name: string, errorCode: number): Topic {
  return {
    errorCode,
    name,
    topicId: ZERO_UUID,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations: OPERATIONS_OMITTED,
  };
}
