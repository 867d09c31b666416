/**
 * DeleteRecords 0–2: moves the log start of partitions up; what lies below is gone at once and for good.
 *
 * Offset −1 = high watermark; beyond it or another negative → OFFSET_OUT_OF_RANGE; below the log start → the log start as it is.
 * Not done within the request's timeout → REQUEST_TIMED_OUT; it goes on all the same, as in Kafka.
 * Refused for topics that are only compacted [44], and for internal ones [17]. Pinned by test/admin.itest.ts.
 */
import type { PartitionLog } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import {
  createDeleteRecordsResponse,
  deleteRecordsRequest,
  deleteRecordsResponse,
  type DeleteRecordsRequest,
  type DeleteRecordsResponse,
} from '@millrace/protocol/messages/21-delete-records';
import { defineHandler, type RequestContext } from './handler.ts';

type Asked = DeleteRecordsRequest['topics'][number]['partitions'][number];
type Result = DeleteRecordsResponse['topics'][number]['partitions'][number];

const HIGH_WATERMARK = -1n;

export const deleteRecordsHandler = defineHandler<DeleteRecordsRequest, DeleteRecordsResponse>({
  request: deleteRecordsRequest,
  response: deleteRecordsResponse,
  minVersion: 0,
  maxVersion: 2,
  async handle(context, request) {
    const topics = request.topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map((asked) => withinTimeout(context, request.timeoutMs, asked, deleteBefore(context, name, asked))),
      ),
    }));
    return createDeleteRecordsResponse({ topics: await Promise.all(topics) });
  },
  failure: (request, errorCode) =>
    createDeleteRecordsResponse({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => failed(partitionIndex, errorCode)),
      })),
    }),
});

/** On a full disk the log start cannot move until there is room; the client is told when its patience ends. */
async function withinTimeout(
  { services: { timers } }: RequestContext,
  timeoutMs: number,
  { partitionIndex }: Asked,
  deletion: Promise<Result>,
): Promise<Result> {
  const late = Promise.withResolvers<Result>();
  const timer = timers.schedule(Math.max(0, timeoutMs), () =>
    late.resolve(failed(partitionIndex, ErrorCode.REQUEST_TIMED_OUT)),
  );
  try {
    return await Promise.race([deletion, late.promise]);
  } finally {
    timer.cancel();
  }
}

async function deleteBefore({ services }: RequestContext, topicName: string, asked: Asked): Promise<Result> {
  const { partitionIndex } = asked;
  const location = services.partitions.locateByName(topicName, partitionIndex);
  if (location.kind === 'unknown') return failed(partitionIndex, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  if (location.topic.isInternal) return failed(partitionIndex, ErrorCode.INVALID_TOPIC_EXCEPTION);
  if (location.kind === 'elsewhere') return failed(partitionIndex, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const { log } = location;
  if (log.config.cleanupCompact && !log.config.cleanupDelete) return failed(partitionIndex, ErrorCode.POLICY_VIOLATION);
  const offset = targetOffset(log, asked.offset);
  if (offset === undefined) return failed(partitionIndex, ErrorCode.OFFSET_OUT_OF_RANGE);
  try {
    const logStart = offset <= log.logStartOffset ? log.logStartOffset : await log.advanceLogStart(offset);
    return { partitionIndex, lowWatermark: BigInt(logStart), errorCode: ErrorCode.NONE };
  } catch (error) {
    services.logger.error('records could not be deleted', { topic: topicName, partition: partitionIndex, error });
    return failed(partitionIndex, ErrorCode.KAFKA_STORAGE_ERROR);
  }
}

/** Undefined when the offset is not in the log. */
function targetOffset({ highWatermark }: PartitionLog, asked: bigint): number | undefined {
  if (asked === HIGH_WATERMARK) return highWatermark;
  return asked < 0n || asked > BigInt(highWatermark) ? undefined : Number(asked);
}

function failed(partitionIndex: number, errorCode: number): Result {
  return { partitionIndex, lowWatermark: -1n, errorCode };
}
