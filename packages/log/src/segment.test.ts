import { LOG_CONFIG } from '../test/log-fixtures.ts';
import { isRollDue, needsNewSegment, retentionLogStart, Segment } from './segment.ts';

const HOUR_MS = 3_600_000;

/** Segments of ten offsets each, one behind the other. */
function segments(...parts: readonly { readonly sizeBytes: number; readonly maxTimestampMs: number }[]): Segment[] {
  let position = 0;
  return parts.map(({ sizeBytes, maxTimestampMs }, index) => {
    const segment = new Segment(index * 10, position, maxTimestampMs, 0);
    segment.endOffset = index * 10 + 10;
    segment.sizeBytes = sizeBytes;
    segment.maxTimestampMs = maxTimestampMs;
    position += sizeBytes;
    return segment;
  });
}

describe('retentionLogStart', () => {
  const byTime = { ...LOG_CONFIG, retentionMs: HOUR_MS };
  const bySize = { ...LOG_CONFIG, retentionMs: -1, retentionBytes: 100 };
  const aged = (...ages: number[]): Segment[] =>
    segments(...ages.map((age) => ({ sizeBytes: 10, maxTimestampMs: 10 * HOUR_MS - age })));
  const sized = (...sizes: number[]): Segment[] =>
    segments(...sizes.map((sizeBytes) => ({ sizeBytes, maxTimestampMs: 0 })));

  it.each([
    ['keeps what is exactly as old as allowed', aged(HOUR_MS, 0), 0],
    ['drops what is older, up to the first that is not', aged(2 * HOUR_MS, HOUR_MS + 1, 0, 3 * HOUR_MS), 20],
    ['drops the active segment once all of it is due', aged(2 * HOUR_MS, 2 * HOUR_MS), 20],
    ['goes by the append of records without timestamps', segments({ sizeBytes: 10, maxTimestampMs: -1 }), 10],
  ])('by time %s', (_, list, expected) => {
    expect(retentionLogStart(list, byTime, 0, 1000, 10 * HOUR_MS)).toBe(expected);
  });

  it.each([
    ['drops while the rest still holds retention.bytes', sized(50, 50, 50, 50), 20],
    ['keeps a segment without which less would be left', sized(50, 50, 49), 0],
    ['keeps everything below the limit', sized(30, 30), 0],
  ])('by size %s', (_, list, expected) => {
    expect(retentionLogStart(list, bySize, 0, 1000, 0)).toBe(expected);
  });

  it('leaves what is not visible yet, what is kept for other reasons, and never moves back', () => {
    const old = aged(5 * HOUR_MS, 5 * HOUR_MS);

    expect(retentionLogStart(old, byTime, 0, 19, 10 * HOUR_MS)).toBe(10);
    expect(retentionLogStart(old, { ...byTime, cleanupDelete: false }, 3, 1000, 10 * HOUR_MS)).toBe(3);
    expect(retentionLogStart(old.slice(0, 1), byTime, 15, 1000, 10 * HOUR_MS)).toBe(15);
  });
});

describe('needsNewSegment', () => {
  const active = (): Segment => segments({ sizeBytes: 900, maxTimestampMs: 500 })[0]!;
  const config = { ...LOG_CONFIG, segmentBytes: 1000, segmentMs: HOUR_MS };

  it.each([
    ['fits', 100, 500, 11, false],
    ['does not fit', 101, 500, 11, true],
    ['is within segment.ms of the first', 10, 500 + HOUR_MS, 11, false],
    ['is later than that', 10, 501 + HOUR_MS, 11, true],
    ['lies beyond 32 bits of offsets', 10, 500, 3_000_000_000, true],
  ])('says of a batch that %s', (_, sizeBytes, timestampMs, endOffset, expected) => {
    expect(needsNewSegment(active(), config, sizeBytes, timestampMs, endOffset)).toBe(expected);
  });

  it('leaves an empty segment alone', () => {
    expect(needsNewSegment(new Segment(0, 0, 0, 0), config, 5000, 0, 1)).toBe(false);
    expect(isRollDue(new Segment(0, 0, 0, 0), config, 10 * HOUR_MS)).toBe(false);
  });

  it('is due once the active segment is older than segment.ms', () => {
    expect(isRollDue(active(), config, HOUR_MS)).toBe(false);
    expect(isRollDue(active(), config, HOUR_MS + 1)).toBe(true);
  });
});
