/**
 * OffsetForLeaderEpoch 2–4: where an epoch ended, by which a consumer notices that a log was cut behind its back (KIP-320).
 *
 * v3+: a replica id, which means nothing here. Epoch −1 and offset −1 when asked beyond the newest epoch.
 * Pinned by test/23-offset-for-leader-epoch.itest.ts.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
  type OffsetForLeaderEpochRequest,
  type OffsetForLeaderEpochResponse,
} from '@millrace/protocol/messages/23-offset-for-leader-epoch';
import { checkLeaderEpoch } from '../partitions/epoch-check.ts';
import type { PartitionRegistry } from '../services.ts';
import { defineHandler } from './handler.ts';

type Partition = OffsetForLeaderEpochRequest['topics'][number]['partitions'][number];
type PartitionResult = OffsetForLeaderEpochResponse['topics'][number]['partitions'][number];

export const offsetForLeaderEpochHandler = defineHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>({
  request: offsetForLeaderEpochRequest,
  response: offsetForLeaderEpochResponse,
  minVersion: 2,
  maxVersion: 4,
  handle: ({ services }, request) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((partition) => findEnd(services.partitions, topic, partition)),
    })),
  }),
  failure: (request, errorCode) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => failed(partition, errorCode)),
    })),
  }),
});

function findEnd(registry: PartitionRegistry, topicName: string, asked: Partition): PartitionResult {
  const { partition } = asked;
  const location = registry.locateByName(topicName, partition);
  if (location.kind === 'unknown') return failed(partition, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  if (location.kind === 'elsewhere') return failed(partition, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const { log } = location;
  const epochError = checkLeaderEpoch(log.leaderEpoch, asked.currentLeaderEpoch);
  if (epochError !== ErrorCode.NONE) return failed(partition, epochError);
  if (asked.leaderEpoch < 0) return failed(partition, ErrorCode.NONE);
  const { leaderEpoch, endOffset } = log.endOffsetForEpoch(asked.leaderEpoch);
  return { errorCode: ErrorCode.NONE, partition, leaderEpoch, endOffset: BigInt(endOffset) };
}

function failed(partition: number, errorCode: number): PartitionResult {
  return { errorCode, partition, leaderEpoch: -1, endOffset: -1n };
}
