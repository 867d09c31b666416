import type { LogConfig } from '../log-engine.ts';
import { Segment } from '../segment.ts';
import { cleanableOf, isWorthCleaning, type CleanableLog } from './cleanable.ts';

const NOW_MS = 1_700_000_000_000;

function configOf(compaction: Partial<NonNullable<LogConfig['compaction']>> = {}): LogConfig {
  return {
    durability: 'fsync',
    segmentBytes: 1e9,
    segmentMs: 1e9,
    retentionBytes: -1,
    retentionMs: -1,
    cleanupDelete: false,
    cleanupCompact: true,
    compaction: {
      minCleanableDirtyRatio: 0.5,
      minCompactionLagMs: 0,
      maxCompactionLagMs: 1e15,
      deleteRetentionMs: 1,
      ...compaction,
    },
    maxMessageBytes: 1e6,
    messageTimestampType: 'CreateTime',
    messageTimestampBeforeMaxMs: 1e15,
    messageTimestampAfterMaxMs: 1e15,
    fileDeleteDelayMs: 0,
  };
}

/** Five segments of ten offsets and 100 bytes, a second apart, the last one active. */
function logOf(overrides: Partial<CleanableLog> = {}): CleanableLog {
  const segments = Array.from({ length: 5 }, (_, index) => {
    const timestampMs = NOW_MS - 5000 + index * 1000;
    const segment = new Segment(index * 10, index * 100, timestampMs, timestampMs);
    segment.endOffset = index * 10 + 10;
    segment.sizeBytes = 100;
    segment.maxTimestampMs = timestampMs;
    return segment;
  });
  return { segments, logStartOffset: 0, lastStableOffset: 50, cleanedEndOffset: 0, ...overrides };
}

describe('cleanableOf', () => {
  it('goes up to the active segment', () => {
    expect(cleanableOf(logOf(), configOf(), NOW_MS)).toMatchObject({
      firstDirtyOffset: 0,
      endOffset: 40,
      dirtyBytes: 400,
      dirtyRatio: 1,
      overdueMs: 0,
    });
  });

  it('counts what was cleaned as clean', () => {
    const cleanable = cleanableOf(logOf({ cleanedEndOffset: 30 }), configOf(), NOW_MS);
    expect(cleanable).toMatchObject({ firstDirtyOffset: 30, cleanBytes: 300, dirtyBytes: 100, dirtyRatio: 0.25 });
  });

  it('stays below the last stable offset', () => {
    expect(cleanableOf(logOf({ lastStableOffset: 25 }), configOf(), NOW_MS)?.endOffset).toBe(20);
    expect(cleanableOf(logOf({ lastStableOffset: 5 }), configOf(), NOW_MS)).toBeUndefined();
  });

  it('leaves young records alone', () => {
    expect(cleanableOf(logOf(), configOf({ minCompactionLagMs: 3500 }), NOW_MS)?.endOffset).toBe(20);
  });

  it('is nothing without compaction, or when all is clean', () => {
    expect(cleanableOf(logOf(), { ...configOf(), cleanupCompact: false }, NOW_MS)).toBeUndefined();
    expect(cleanableOf(logOf(), { ...configOf(), compaction: undefined }, NOW_MS)).toBeUndefined();
    expect(cleanableOf(logOf({ cleanedEndOffset: 40 }), configOf(), NOW_MS)).toBeUndefined();
  });
});

describe('isWorthCleaning', () => {
  it.each([
    [0, 0.5, 1e15, true],
    [30, 0.5, 1e15, false],
    [30, 0.2, 1e15, true],
    [30, 0.5, 1500, true],
  ])('cleaned up to %d, ratio %d, lag %d: %s', (cleanedEndOffset, minCleanableDirtyRatio, maxCompactionLagMs, is) => {
    const config = configOf({ minCleanableDirtyRatio, maxCompactionLagMs });
    const cleanable = cleanableOf(logOf({ cleanedEndOffset }), config, NOW_MS);
    expect(cleanable !== undefined && isWorthCleaning(cleanable, config)).toBe(is);
  });
});
