import fc from 'fast-check';
import { INDEX_INTERVAL_BYTES, SparseIndex } from './sparse-index.ts';

interface Batch {
  readonly baseOffset: number;
  readonly position: number;
  readonly maxTimestampMs: number;
}

const batches = fc
  .array(
    fc.record({
      records: fc.integer({ min: 1, max: 50 }),
      sizeBytes: fc.integer({ min: 61, max: 70_000 }),
      timestampMs: fc.nat(1000),
    }),
    {
      maxLength: 60,
    },
  )
  .map((parts) => {
    let baseOffset = 0;
    let position = 0;
    return parts.map(({ records, sizeBytes, timestampMs }): Batch => {
      const batch = { baseOffset, position, maxTimestampMs: timestampMs };
      baseOffset += records;
      position += sizeBytes;
      return batch;
    });
  });

function indexOf(list: readonly Batch[]): SparseIndex {
  const index = new SparseIndex();
  for (const batch of list) index.add(batch.baseOffset, batch.position, batch.maxTimestampMs);
  return index;
}

describe('SparseIndex', () => {
  it('lands at or before the batch of an offset, and not far before', () => {
    fc.assert(
      fc.property(batches, fc.nat(3000), (list, offset) => {
        const holding = list.findLast((batch) => batch.baseOffset <= offset) ?? { position: 0 };
        const position = indexOf(list).positionFor(offset);

        expect(position).toBeLessThanOrEqual(holding.position);
        expect(list.length === 0 || list.some((batch) => batch.position === position)).toBe(true);
        const between = list.filter((batch) => batch.position > position && batch.position <= holding.position);
        expect(between.every((batch) => batch.position - position < INDEX_INTERVAL_BYTES)).toBe(true);
      }),
    );
  });

  it('never skips the first batch that reaches a timestamp', () => {
    fc.assert(
      fc.property(batches, fc.nat(1000), (list, timestampMs) => {
        const first = list.find((batch) => batch.maxTimestampMs >= timestampMs);
        const from = indexOf(list).offsetForTimestamp(timestampMs) ?? 0;

        if (first !== undefined) expect(from).toBeLessThanOrEqual(first.baseOffset);
      }),
    );
  });

  it('goes on after it was stored as if it never was', () => {
    fc.assert(
      fc.property(batches, fc.nat(60), (list, cut) => {
        const whole = indexOf(list);
        const stored = indexOf(list.slice(0, cut));
        const again = new SparseIndex(stored.entries(), stored.maxTimestampMs);
        for (const batch of list.slice(cut)) again.add(batch.baseOffset, batch.position, batch.maxTimestampMs);

        expect(again.entries()).toEqual(whole.entries());
        expect(again.maxTimestampMs).toBe(whole.maxTimestampMs);
      }),
    );
  });
});
