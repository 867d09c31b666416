/**
 * Segments of a log and the decisions about them: when to begin a new one, which are due for deletion (semantics 43).
 *
 * The decisions are pure; who acts on them journals first (`owned-log.ts`).
 */
import type { StoredAborted } from './aborted-transactions.ts';
import type { LogConfig } from './log-engine.ts';
import { SparseIndex } from './sparse-index.ts';

/** Offsets inside a segment are kept in files as 32 bits. */
const SEGMENT_OFFSETS_MAX = 2_147_483_647;

/** A run of batches that is kept and deleted as a whole. The last one of a log is active: it still grows. */
export class Segment {
  readonly baseOffset: number;
  /** Which writing of its range it is: 0 as it was appended, above 0 when a cleaner made it. No two of a base offset are the same. */
  readonly generation: number;
  /** Position of its first byte among the log's bytes, see `LogData`. A cleaner that takes bytes from behind moves it up. */
  startPosition: number;
  /** Largest timestamp of its first batch; `segment.ms` counts from it. */
  readonly firstTimestampMs: number;
  /** Broker time at which its first batch was appended. */
  readonly createdMs: number;
  /** Offset after its last batch. */
  endOffset: number;
  sizeBytes = 0;
  maxTimestampMs = -1;
  /** Like {@link maxTimestampMs}, of the batches below the high watermark. */
  visibleMaxTimestampMs = -1;
  /** Absent while it is not in memory; see `SegmentStore.loadIndex`. */
  index: SparseIndex | undefined;
  /** Absent while the log's memory has its aborted transactions, or there are none. */
  storedAborted: StoredAborted | undefined;

  constructor(baseOffset: number, startPosition: number, firstTimestampMs: number, createdMs: number, generation = 0) {
    this.baseOffset = baseOffset;
    this.generation = generation;
    this.startPosition = startPosition;
    this.firstTimestampMs = firstTimestampMs;
    this.createdMs = createdMs;
    this.endOffset = baseOffset;
  }

  get endPosition(): number {
    return this.startPosition + this.sizeBytes;
  }
}

/** What a segment is in a checkpoint. */
export interface SegmentSnapshot {
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly sizeBytes: number;
  readonly maxTimestampMs: number;
  readonly firstTimestampMs: number;
  readonly createdMs: number;
  /** 0 or absent unless a cleaner made it. */
  readonly generation?: number | undefined;
  /** Its aborted transactions are in the engine's store: so many, with this smallest first offset. */
  readonly storedAborted?: { readonly count: number; readonly firstOffset: number } | undefined;
}

/** How long a segment may be active: with compaction no longer than a record may stay out of the cleaner's reach. */
function segmentMsOf({ segmentMs, cleanupCompact, compaction }: LogConfig): number {
  return cleanupCompact && compaction !== undefined ? Math.min(segmentMs, compaction.maxCompactionLagMs) : segmentMs;
}

/** Whether a batch that is about to be appended begins a new segment. */
export function needsNewSegment(
  active: Segment,
  config: LogConfig,
  batchSizeBytes: number,
  batchMaxTimestampMs: number,
  batchEndOffset: number,
): boolean {
  if (active.sizeBytes === 0) return false;
  return (
    active.sizeBytes + batchSizeBytes > config.segmentBytes ||
    batchMaxTimestampMs - active.firstTimestampMs > segmentMsOf(config) ||
    batchEndOffset - active.baseOffset > SEGMENT_OFFSETS_MAX
  );
}

/** Whether the active segment has been open for so long that the next batch begins a new one. */
export function isRollDue(active: Segment, config: LogConfig, nowMs: number): boolean {
  return active.sizeBytes > 0 && nowMs - active.createdMs > segmentMsOf(config);
}

/**
 * The offset that retention moves the log start to: the end of the last segment that is due, or `logStartOffset`.
 * Only whole segments below `highWatermark` go, oldest first; the active one goes with them once all of it is due.
 */
export function retentionLogStart(
  segments: readonly Segment[],
  config: LogConfig,
  logStartOffset: number,
  highWatermark: number,
  nowMs: number,
): number {
  if (!config.cleanupDelete) return logStartOffset;
  let excessBytes = 0;
  if (config.retentionBytes >= 0) {
    for (const segment of segments) excessBytes += segment.sizeBytes;
    excessBytes -= config.retentionBytes;
  }
  let start = logStartOffset;
  for (const segment of segments) {
    if (segment.endOffset > highWatermark) break;
    const isTooOld = config.retentionMs >= 0 && nowMs - newestTimestampMs(segment) > config.retentionMs;
    const isTooMuch = config.retentionBytes >= 0 && excessBytes >= segment.sizeBytes;
    if (!isTooOld && !isTooMuch) break;
    excessBytes -= segment.sizeBytes;
    start = Math.max(start, segment.endOffset);
  }
  return start;
}

/** Records may come without timestamps; then the time of append has to do. */
function newestTimestampMs(segment: Segment): number {
  return segment.maxTimestampMs >= 0 ? segment.maxTimestampMs : segment.createdMs;
}
