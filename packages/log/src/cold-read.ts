/**
 * Reading batches that are no longer in tail memory.
 *
 * Owns: finding the batch of an offset in a segment and cutting what was read at whole batches.
 * Bounds: one segment per read and about {@link COLD_READ_BYTES_MAX}; more only when a single batch is larger. Where a cleaner left nothing of
 *   a segment behind the offset, the read goes on with the next one; where it replaced the segment meanwhile, the read starts over.
 * Not here: files, caches and read-ahead (the engine's `SegmentStore`).
 */
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_MAGIC,
  batchBaseOffset,
  batchLastOffset,
  batchMagic,
  batchRecordCount,
  batchSizeInBytes,
  ErrorCode,
} from '@millrace/protocol';
import { withAborted } from './aborted-lookup.ts';
import type { ReadOptions, ReadOutcome } from './log-engine.ts';
import type { OwnedLog } from './owned-log.ts';
import type { SegmentStore } from './ports.ts';
import type { Segment } from './segment.ts';
import { INDEX_INTERVAL_BYTES } from './sparse-index.ts';

/** A read may return less than asked, so that one consumer's large limit does not become one large buffer. */
const COLD_READ_BYTES_MAX = 1024 * 1024;

/** What a pass over fetched bytes found. */
interface Cut {
  /** Whole batches wanted: `bytes[start, stop)`. */
  readonly start: number;
  readonly stop: number;
  /** Size of the first wanted batch when the bytes end inside it, else 0. */
  readonly missingBatchBytes: number;
  readonly isCorrupt: boolean;
}

/** Serves `options.offset`, which lies at or above the log start and below the first offset in memory. */
export async function readCold(log: OwnedLog, store: SegmentStore, options: ReadOptions): Promise<ReadOutcome> {
  const segment = log.data.segmentHolding(options.offset);
  if (segment === undefined) return log.readFailed(ErrorCode.KAFKA_STORAGE_ERROR, options.isolation);
  try {
    return await readSegment(log, store, segment, options);
  } catch (error) {
    // The segment may have been deleted under the read; then the offset is below the log start by now.
    if (options.offset < log.logStartOffset) {
      return log.readFailed(ErrorCode.OFFSET_OUT_OF_RANGE, options.isolation);
    }
    if (log.isOpen && !log.data.has(segment)) return log.read(options);
    log.reportReadFailure(segment, error);
    return log.readFailed(ErrorCode.KAFKA_STORAGE_ERROR, options.isolation);
  }
}

async function readSegment(
  log: OwnedLog,
  store: SegmentStore,
  segment: Segment,
  options: ReadOptions,
): Promise<ReadOutcome> {
  const index = segment.index ?? (await store.loadIndex(log, segment));
  const limit = log.data.flushedSizeOf(segment);
  let position = index.positionFor(options.offset);
  const wantedBytes = Math.min(Math.max(0, options.maxBytes), COLD_READ_BYTES_MAX) + INDEX_INTERVAL_BYTES;
  let neededBytes = 2 * INDEX_INTERVAL_BYTES;
  for (;;) {
    const leftBytes = limit - position;
    if (leftBytes <= 0) return log.read({ ...options, offset: segment.endOffset });
    neededBytes = Math.min(neededBytes, leftBytes);
    const { bytes, release } = await store.read(
      log,
      segment,
      position,
      neededBytes,
      Math.min(Math.max(neededBytes, wantedBytes), leftBytes),
    );
    if (options.offset < log.logStartOffset) {
      release?.();
      return log.readFailed(ErrorCode.OFFSET_OUT_OF_RANGE, options.isolation);
    }
    if (!log.data.has(segment)) {
      // What is known of aborted transactions by now may be too little for these bytes.
      release?.();
      return log.read(options);
    }
    const leavesOutEmpty = segment.generation > 0 && segment !== log.data.activeSegment;
    const cut = cutBatches(bytes, options, log.visibleEnd(options.isolation), leavesOutEmpty);
    if (cut.missingBatchBytes > 0 && cut.start === leftBytes && segment.generation > 0) {
      release?.();
      return log.read({ ...options, offset: segment.endOffset });
    }
    if (cut.isCorrupt || (cut.missingBatchBytes > 0 && cut.start + cut.missingBatchBytes > leftBytes)) {
      log.reportReadFailure(segment, new Error(`there is no whole record batch at byte ${position + cut.start}`));
      return log.readFailed(ErrorCode.CORRUPT_MESSAGE, options.isolation);
    }
    if (cut.missingBatchBytes === 0) {
      const slices = cut.stop > cut.start ? [bytes.subarray(cut.start, cut.stop)] : [];
      const outcome = log.readResult(slices, cut.stop - cut.start, options.isolation, release);
      if (slices.length === 0 || options.isolation === 'read_uncommitted') return outcome;
      return withAborted(log, store, outcome, options.offset, () => log.read(options));
    }
    release?.();
    position += cut.start;
    neededBytes = cut.missingBatchBytes;
  }
}

/** Without the empty batches that a cleaner left in front: some clients do not get past an answer of nothing else. */
function cutBatches(bytes: Buffer, options: ReadOptions, endOffset: number, leavesOutEmpty: boolean): Cut {
  let start = 0;
  while (start + BATCH_HEADER_SIZE_BYTES <= bytes.length) {
    if (!looksLikeBatch(bytes, start)) return { start, stop: start, missingBatchBytes: 0, isCorrupt: true };
    const isEmpty = leavesOutEmpty && batchRecordCount(bytes, start) === 0;
    if (batchLastOffset(bytes, start) >= options.offset && !isEmpty) break;
    start += batchSizeInBytes(bytes, start);
  }
  if (start + BATCH_HEADER_SIZE_BYTES > bytes.length) {
    return { start, stop: start, missingBatchBytes: BATCH_HEADER_SIZE_BYTES, isCorrupt: false };
  }
  const firstBytes = batchSizeInBytes(bytes, start);
  if (firstBytes > options.maxBytes && !options.atLeastOneBatch) {
    return { start, stop: start, missingBatchBytes: 0, isCorrupt: false };
  }
  if (start + firstBytes > bytes.length) return { start, stop: start, missingBatchBytes: firstBytes, isCorrupt: false };
  let stop = start + firstBytes;
  while (stop + BATCH_HEADER_SIZE_BYTES <= bytes.length && looksLikeBatch(bytes, stop)) {
    const next = stop + batchSizeInBytes(bytes, stop);
    if (next > bytes.length || next - start > options.maxBytes || batchBaseOffset(bytes, stop) >= endOffset) break;
    stop = next;
  }
  return { start, stop, missingBatchBytes: 0, isCorrupt: false };
}

function looksLikeBatch(bytes: Buffer, position: number): boolean {
  return batchMagic(bytes, position) === BATCH_MAGIC && batchSizeInBytes(bytes, position) >= BATCH_HEADER_SIZE_BYTES;
}
