/**
 * Finding records by time (ListOffsets).
 *
 * Segments and the sparse index narrow the place down by the largest timestamps they know; then batches are decoded, compressed ones
 * too, because only records tell which of them is the first at or after a moment.
 */
import { MillraceError } from '@millrace/base';
import {
  batchLastOffset,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchPositions,
  decodeBatchAsync,
  ErrorCode,
} from '@millrace/protocol';
import type { IsolationLevel, TimestampOffset } from './log-engine.ts';
import type { OwnedLog } from './owned-log.ts';
import type { SegmentStore } from './ports.ts';
import type { Segment } from './segment.ts';
import type { SparseIndex } from './sparse-index.ts';

/** Bytes read at a time while looking through batches. */
const SEARCH_READ_BYTES = 256 * 1024;

/** First record at or after `timestampMs` that is visible under `isolation`. */
export async function searchTimestamp(
  log: OwnedLog,
  store: SegmentStore,
  timestampMs: number,
  isolation: IsolationLevel,
): Promise<TimestampOffset | undefined> {
  if (!log.isOpen) throw searchFailed(log.name, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  let from = log.logStartOffset;
  // What is appended meanwhile was not there when it was asked for.
  const limit = log.logEndOffset;
  for (let segment = segmentFrom(log, from); segment !== undefined; segment = segmentFrom(log, from)) {
    const { endOffset } = segment;
    if (segment.maxTimestampMs >= timestampMs) {
      let offset = Math.max(segment.baseOffset, from, log.logStartOffset);
      if (offset < log.data.tailStartOffset) {
        const index = segment.index ?? (await loadIndex(log, store, segment));
        // A cleaned one has taken its place.
        if (index === undefined) continue;
        offset = Math.max(offset, index.offsetForTimestamp(timestampMs) ?? 0);
      }
      const found = await searchBatches(log, offset, endOffset, timestampMs, isolation);
      if (found !== undefined) return found;
    }
    from = endOffset;
    if (from >= limit) return undefined;
  }
  return undefined;
}

/** The first record with the largest timestamp that is visible. */
export async function searchMaxTimestamp(log: OwnedLog, store: SegmentStore): Promise<TimestampOffset | undefined> {
  const first = log.data.segments[0];
  // What a partly deleted segment knows may belong to records below the log start: look at those that are left.
  const isFirstPartial = first !== undefined && first.baseOffset < log.logStartOffset;
  let maxTimestampMs = isFirstPartial ? await maxTimestampOfRest(log, first.endOffset) : -1;
  for (const segment of log.data.segments) {
    if (segment === first && isFirstPartial) continue;
    maxTimestampMs = Math.max(maxTimestampMs, segment.visibleMaxTimestampMs);
  }
  return maxTimestampMs < 0 ? undefined : searchTimestamp(log, store, maxTimestampMs, 'read_uncommitted');
}

/** The segment that holds `offset`, or the first one behind it. */
function segmentFrom(log: OwnedLog, offset: number): Segment | undefined {
  const holding = log.data.segmentHolding(offset) ?? log.data.segments[0];
  return holding === undefined || holding.endOffset <= offset ? undefined : holding;
}

async function loadIndex(log: OwnedLog, store: SegmentStore, segment: Segment): Promise<SparseIndex | undefined> {
  try {
    return await store.loadIndex(log, segment);
  } catch (error) {
    if (log.isOpen && !log.data.has(segment)) return undefined;
    throw error;
  }
}

async function maxTimestampOfRest(log: OwnedLog, endOffset: number): Promise<number> {
  let offset = log.logStartOffset;
  let maxTimestampMs = -1;
  while (offset < endOffset) {
    const options = {
      offset,
      maxBytes: SEARCH_READ_BYTES,
      atLeastOneBatch: true,
      isolation: 'read_uncommitted',
    } as const;
    const outcome = await log.read(options);
    if (outcome.errorCode !== 0) throw searchFailed(log.name, outcome.errorCode);
    if (outcome.slices.length === 0) break;
    for (const slice of outcome.slices) {
      for (const position of batchPositions(slice)) {
        offset = batchLastOffset(slice, position) + 1;
        const batch = await decodeBatchAsync(slice, position);
        for (let index = 0; index < batch.count; index++) {
          if (batch.offsetAt(index) >= log.logStartOffset)
            maxTimestampMs = Math.max(maxTimestampMs, batch.timestampAt(index));
        }
      }
    }
  }
  return maxTimestampMs;
}

async function searchBatches(
  log: OwnedLog,
  from: number,
  endOffset: number,
  timestampMs: number,
  isolation: IsolationLevel,
): Promise<TimestampOffset | undefined> {
  let offset = from;
  while (offset < endOffset) {
    if (offset >= log.data.tailStartOffset) offset = log.data.skipOlder(offset, timestampMs);
    const outcome = await log.read({ offset, maxBytes: SEARCH_READ_BYTES, atLeastOneBatch: true, isolation });
    if (outcome.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && offset < log.logStartOffset) {
      offset = log.logStartOffset;
      continue;
    }
    if (outcome.errorCode !== 0) throw searchFailed(log.name, outcome.errorCode);
    if (outcome.slices.length === 0) return undefined;
    for (const slice of outcome.slices) {
      for (const position of batchPositions(slice)) {
        offset = batchLastOffset(slice, position) + 1;
        if (batchMaxTimestamp(slice, position) < timestampMs) continue;
        const found = await searchRecords(slice, position, timestampMs, log.logStartOffset);
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

async function searchRecords(
  buffer: Buffer,
  position: number,
  timestampMs: number,
  logStartOffset: number,
): Promise<TimestampOffset | undefined> {
  const batch = await decodeBatchAsync(buffer, position);
  for (let index = 0; index < batch.count; index++) {
    const timestamp = batch.timestampAt(index);
    if (timestamp < timestampMs || batch.offsetAt(index) < logStartOffset) continue;
    const leaderEpoch = batchPartitionLeaderEpoch(buffer, position);
    return { offset: batch.offsetAt(index), timestampMs: timestamp, leaderEpoch };
  }
  return undefined;
}

function searchFailed(name: string, errorCode: number): MillraceError {
  return new MillraceError('MILLRACE_LOG_STORAGE', `cannot search log ${name} for a timestamp: error ${errorCode}`, {
    retriable: true,
    details: { errorCode },
  });
}
