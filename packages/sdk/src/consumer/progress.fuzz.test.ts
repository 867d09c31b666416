import fc from 'fast-check';
import { PartitionProgress, type DeliveredRecords, type Delivery } from './progress.ts';

/** Records at these offsets, as compaction may leave them. */
function recordsAt(offsets: readonly number[], nextOffset: number, leaderEpoch = 0): DeliveredRecords {
  return { size: offsets.length, nextOffset, leaderEpoch, offsetAt: (index) => offsets[index] ?? -1 };
}

interface Deed {
  readonly kind: 'deliver' | 'finish' | 'hold' | 'release';
  readonly pick: number;
  readonly gaps: readonly number[];
}

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom<Deed['kind']>('deliver', 'finish', 'finish', 'finish', 'hold', 'release'),
  pick: fc.nat(),
  gaps: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
});

describe('the low watermark', () => {
  it('never passes an unfinished record, never moves back, and ends behind everything once all is finished', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 200 }), (deeds) => {
        let heldBytes = 0;
        const progress = new PartitionProgress((bytes) => (heldBytes -= bytes));
        progress.reset(0, -1);
        const unfinished: { delivery: Delivery; index: number; offset: number }[] = [];
        const held: { offset: number; release: () => void }[] = [];
        let end = 0;
        let last = 0;
        const check = (): void => {
          const { offset } = progress.watermark();
          for (const each of unfinished) expect(offset).toBeLessThanOrEqual(each.offset);
          for (const each of held) expect(offset).toBeLessThanOrEqual(each.offset);
          expect(offset).toBeGreaterThanOrEqual(last);
          expect(offset).toBeLessThanOrEqual(end);
          last = offset;
        };

        for (const { kind, pick, gaps } of deeds) {
          if (kind === 'deliver') {
            const offsets = gaps.map((gap) => (end += gap) - 1);
            const delivery = progress.deliver(recordsAt(offsets, end), 10, 0);
            heldBytes += 10;
            offsets.forEach((offset, index) => unfinished.push({ delivery, index, offset }));
          } else if (kind === 'finish' && unfinished.length > 0) {
            const [each] = unfinished.splice(pick % unfinished.length, 1);
            each?.delivery.finish(each.index);
          } else if (kind === 'hold' && unfinished.length > 0) {
            const each = unfinished[pick % unfinished.length];
            if (each !== undefined) held.push({ offset: each.offset, release: each.delivery.holdAt(each.index) });
          } else if (kind === 'release') {
            held.shift()?.release();
          }
          check();
        }

        for (const { delivery, index } of unfinished.splice(0)) delivery.finish(index);
        for (const { release } of held.splice(0)) release();
        check();
        expect(progress.watermark().offset).toBe(end);
        expect(progress.openCount).toBe(0);
        expect(heldBytes).toBe(0);
      }),
    );
  });

  it('stays at a record that is held twice until both holds are over', () => {
    const progress = new PartitionProgress(() => undefined);
    progress.reset(5, 1);
    const delivery = progress.deliver(recordsAt([5], 6), 1, 0);
    const [first, second] = [delivery.holdAt(0), delivery.holdAt(0)];
    delivery.finish(0);
    first();
    expect(progress.watermark().offset).toBe(5);
    second();
    expect(progress.watermark().offset).toBe(6);
  });

  it('is the same in order: all before an index is finished', () => {
    const progress = new PartitionProgress(() => undefined);
    progress.reset(5, 1);
    const delivery = progress.deliver(recordsAt([5, 7, 9], 12, 2), 1, 0);

    expect(progress.watermark()).toEqual({ offset: 5, leaderEpoch: 1 });
    delivery.finishBefore(2);
    expect(progress.watermark()).toEqual({ offset: 9, leaderEpoch: 2 });
    delivery.finishBefore(1);
    expect(progress.watermark().offset).toBe(9);
    delivery.finishAll();
    expect(progress.watermark()).toEqual({ offset: 12, leaderEpoch: 2 });
  });

  it('forgets what was open when the position jumps, and gives its memory back', () => {
    let released = 0;
    const progress = new PartitionProgress((bytes) => (released += bytes));
    progress.reset(0, -1);
    const delivery = progress.deliver(recordsAt([0, 1], 2), 7, 0);
    progress.reset(100, 3);
    delivery.finishAll();

    expect(delivery.isCancelled).toBe(true);
    expect(released).toBe(7);
    expect(progress.watermark()).toEqual({ offset: 100, leaderEpoch: 3 });
  });

  it('passes over what holds nothing for the application only behind what is open', () => {
    const progress = new PartitionProgress(() => undefined);
    progress.reset(0, -1);
    const delivery = progress.deliver(recordsAt([0], 1), 1, 0);
    progress.skipTo(10);
    expect(progress.watermark().offset).toBe(0);
    delivery.finishAll();
    expect(progress.watermark().offset).toBe(10);
  });
});
