/**
 * ListOffsets 1–11: the offset at a time, or at one of the special times.
 *
 * v2+: isolation level; under read_committed nothing at or behind the last stable offset is told. v4+: leader epochs. v7+: −3 (largest timestamp). v8+: −4 (earliest local). v9+: −5 (latest tiered).
 * v10+: a timeout, which nothing here is slow enough to need. v11+: −6 (earliest pending upload).
 * Nothing is tiered: −4 is the log start, −5 and −6 are −1. A special time below its version, or an unknown one → UNSUPPORTED_VERSION.
 * A partition named twice → INVALID_REQUEST for it. A search that fails answers for its partition alone: CORRUPT_MESSAGE for stored batches
 * that cannot be decoded, the log's own code, else KAFKA_STORAGE_ERROR. Pinned by test/02-list-offsets.itest.ts.
 */
import { MillraceError, type Logger } from '@millrace/base';
import type { IsolationLevel, PartitionLog, TimestampOffset } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import {
  listOffsetsRequest,
  listOffsetsResponse,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
} from '@millrace/protocol/messages/02-list-offsets';
import { checkLeaderEpoch } from '../partitions/epoch-check.ts';
import type { BrokerServices } from '../services.ts';
import { defineHandler } from './handler.ts';

const LATEST = -1n;
const EARLIEST = -2n;
const MAX_TIMESTAMP = -3n;
const EARLIEST_LOCAL = -4n;
const LATEST_TIERED = -5n;
const EARLIEST_PENDING_UPLOAD = -6n;
/** First version that knows each special time. */
const FIRST_VERSION: ReadonlyMap<bigint, number> = new Map([
  [LATEST, 1],
  [EARLIEST, 1],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
]);
/** Errors of bytes, by their brand: compressed data that is damaged or inflates beyond bounds, records that are malformed. */
const UNDECODABLE: ReadonlySet<string> = new Set([
  'MILLRACE_COMPRESSION_CORRUPT',
  'MILLRACE_COMPRESSION_TOO_LARGE',
  'MILLRACE_COMPRESSION_UNKNOWN_CODEC',
  'MILLRACE_RECORDS_CORRUPT',
  'MILLRACE_RECORDS_UNSUPPORTED',
]);
const READ_COMMITTED = 1;
const LEADER_EPOCH_VERSION = 4;

type Partition = ListOffsetsRequest['topics'][number]['partitions'][number];
type PartitionResult = ListOffsetsResponse['topics'][number]['partitions'][number];

export const listOffsetsHandler = defineHandler<ListOffsetsRequest, ListOffsetsResponse>({
  request: listOffsetsRequest,
  response: listOffsetsResponse,
  minVersion: 1,
  maxVersion: 11,
  async handle({ apiVersion, services }, request) {
    const isolation = request.isolationLevel === READ_COMMITTED ? 'read_committed' : 'read_uncommitted';
    const topics = request.topics.map(async ({ name, partitions }) => {
      const seen = new Set<number>();
      const repeated = new Set<number>();
      for (const { partitionIndex } of partitions) (seen.has(partitionIndex) ? repeated : seen).add(partitionIndex);
      const results = partitions.map((partition) =>
        repeated.has(partition.partitionIndex)
          ? Promise.resolve(failed(partition.partitionIndex, ErrorCode.INVALID_REQUEST))
          : findOffset(services, name, partition, isolation, apiVersion),
      );
      return { name, partitions: await Promise.all(results) };
    });
    return { throttleTimeMs: 0, topics: await Promise.all(topics) };
  },
  failure: (request, errorCode) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => failed(partitionIndex, errorCode)),
    })),
  }),
});

async function findOffset(
  { partitions, logger }: Pick<BrokerServices, 'partitions' | 'logger'>,
  topicName: string,
  { partitionIndex, currentLeaderEpoch, timestamp }: Partition,
  isolation: IsolationLevel,
  apiVersion: number,
): Promise<PartitionResult> {
  const location = partitions.locateByName(topicName, partitionIndex);
  if (location.kind === 'unknown') return failed(partitionIndex, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  if (location.kind === 'elsewhere') return failed(partitionIndex, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const { log } = location;
  const epochError = checkLeaderEpoch(log.leaderEpoch, currentLeaderEpoch);
  if (epochError !== ErrorCode.NONE) return failed(partitionIndex, epochError);
  if (timestamp < 0n && apiVersion < (FIRST_VERSION.get(timestamp) ?? Infinity)) {
    return failed(partitionIndex, ErrorCode.UNSUPPORTED_VERSION);
  }

  let found: TimestampOffset | undefined;
  try {
    found = await offsetAt(log, timestamp, isolation);
  } catch (error) {
    return failed(partitionIndex, searchErrorCode(error, logger, topicName, partitionIndex));
  }
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    timestamp: BigInt(found?.timestampMs ?? -1),
    offset: BigInt(found?.offset ?? -1),
    leaderEpoch: apiVersion >= LEADER_EPOCH_VERSION ? (found?.leaderEpoch ?? -1) : -1,
  };
}

function offsetAt(
  log: PartitionLog,
  timestamp: bigint,
  isolation: IsolationLevel,
): Promise<TimestampOffset | undefined> | TimestampOffset | undefined {
  switch (timestamp) {
    case LATEST: {
      const offset = isolation === 'read_committed' ? log.lastStableOffset : log.highWatermark;
      return { offset, timestampMs: -1, leaderEpoch: log.leaderEpoch };
    }
    case EARLIEST:
    case EARLIEST_LOCAL: {
      const offset = log.logStartOffset;
      return { offset, timestampMs: -1, leaderEpoch: log.epochForOffset(offset) };
    }
    case MAX_TIMESTAMP:
      return isolation === 'read_committed' ? stable(log) : log.findMaxTimestamp();
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return undefined;
    default:
      return log.findOffsetByTimestamp(Number(timestamp), isolation);
  }
}

/** The record with the largest timestamp, unless it may still be aborted: then there is no telling. */
async function stable(log: PartitionLog): Promise<TimestampOffset | undefined> {
  const found = await log.findMaxTimestamp();
  return found !== undefined && found.offset < log.lastStableOffset ? found : undefined;
}

/** What a failed search of a log means to the client. */
function searchErrorCode(error: unknown, logger: Logger, topicName: string, partition: number): number {
  if (MillraceError.is(error)) {
    // The log said so when it read, and logged it.
    const { errorCode } = error.details;
    if (typeof errorCode === 'number') return errorCode;
    if (UNDECODABLE.has(error.code)) {
      // A client wrote it, which is no fault of the broker's.
      logger.warn('cannot decode a stored batch to search it for a time', { topicName, partition, error });
      return ErrorCode.CORRUPT_MESSAGE;
    }
  }
  logger.error('cannot search a log for a time', { topicName, partition, error });
  return ErrorCode.KAFKA_STORAGE_ERROR;
}

function failed(partitionIndex: number, errorCode: number): PartitionResult {
  return { partitionIndex, errorCode, timestamp: -1n, offset: -1n, leaderEpoch: -1 };
}
