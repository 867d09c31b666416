/**
 * How much of a log is worth cleaning, and how far a cleaner may go (semantics 45). Pure: nothing is read or changed.
 *
 * Invariants: the active segment, records that may still be aborted or are younger than `min.compaction.lag.ms` are out of reach.
 */
import type { LogConfig } from '../log-engine.ts';
import type { Segment } from '../segment.ts';

export interface Cleanable {
  /** From here on nothing was cleaned yet. */
  readonly firstDirtyOffset: number;
  /** The cleaner stays below it. It is where a segment ends. */
  readonly endOffset: number;
  readonly cleanBytes: number;
  /** Bytes between the two. */
  readonly dirtyBytes: number;
  /** Share of the dirty bytes. */
  readonly dirtyRatio: number;
  /** A record waits for longer than `max.compaction.lag.ms` by so much; 0 when none does. */
  readonly overdueMs: number;
}

/** What there is to decide by. */
export interface CleanableLog {
  readonly segments: readonly Segment[];
  readonly logStartOffset: number;
  readonly lastStableOffset: number;
  readonly cleanedEndOffset: number;
}

/** Undefined when the log is not one to be cleaned, or nothing of it can be. */
export function cleanableOf(log: CleanableLog, config: LogConfig, nowMs: number): Cleanable | undefined {
  const { compaction } = config;
  if (!config.cleanupCompact || compaction === undefined) return undefined;
  const { segments, lastStableOffset } = log;
  const firstDirtyOffset = Math.max(log.logStartOffset, log.cleanedEndOffset);
  let endOffset = -1;
  let cleanBytes = 0;
  let dirtyBytes = 0;
  let oldestMs = Infinity;
  for (let index = 0; index < segments.length - 1; index++) {
    const segment = segments[index]!;
    if (segment.endOffset <= firstDirtyOffset) {
      cleanBytes += segment.sizeBytes;
      continue;
    }
    if (segment.endOffset > lastStableOffset) break;
    const { minCompactionLagMs } = compaction;
    if (minCompactionLagMs > 0 && nowMs - newestMs(segment) < minCompactionLagMs) break;
    endOffset = segment.endOffset;
    dirtyBytes += segment.sizeBytes;
    if (segment.firstTimestampMs > 0) oldestMs = Math.min(oldestMs, segment.firstTimestampMs);
  }
  if (dirtyBytes === 0) return undefined;
  const dirtyRatio = dirtyBytes / (cleanBytes + dirtyBytes);
  const overdueMs = Math.max(0, nowMs - oldestMs - compaction.maxCompactionLagMs);
  return { firstDirtyOffset, endOffset, cleanBytes, dirtyBytes, dirtyRatio, overdueMs };
}

/** Whether it is time to clean: there is enough, or something waits for too long. */
export function isWorthCleaning(cleanable: Cleanable, config: LogConfig): boolean {
  const ratio = config.compaction?.minCleanableDirtyRatio ?? Infinity;
  return cleanable.overdueMs > 0 || cleanable.dirtyRatio > ratio;
}

function newestMs(segment: Segment): number {
  return segment.maxTimestampMs >= 0 ? segment.maxTimestampMs : segment.createdMs;
}
