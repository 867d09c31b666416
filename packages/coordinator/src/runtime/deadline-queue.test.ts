import fc from 'fast-check';
import { Deadline, DeadlineQueue } from './deadline-queue.ts';

/** A failing run prints its seed; put it here to see it again. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_122);

describe('DeadlineQueue', () => {
  it('gives deadlines in the order of their times, and none before', () => {
    const queue = new DeadlineQueue<string>();
    queue.set(new Deadline('late'), 20);
    queue.set(new Deadline('early'), 10);

    expect(queue.nextMs()).toBe(10);
    expect(queue.takeDue(9)).toBeUndefined();
    expect([queue.takeDue(30), queue.takeDue(30), queue.takeDue(30)]).toEqual(['early', 'late', undefined]);
    expect(queue.nextMs()).toBe(Infinity);
  });

  it('obeys the last time that was set, earlier or later', () => {
    const queue = new DeadlineQueue<string>();
    const moving = new Deadline('moving');
    queue.set(moving, 10);
    queue.set(moving, 30);
    expect(queue.takeDue(29)).toBeUndefined();
    queue.set(moving, 5);

    expect(queue.nextMs()).toBe(5);
    expect(queue.takeDue(5)).toBe('moving');
    expect(queue.takeDue(1_000)).toBeUndefined();
  });

  it('forgets deadlines that were cleared', () => {
    const queue = new DeadlineQueue<string>();
    const deadline = new Deadline('never');
    queue.set(deadline, 10);
    queue.clear(deadline);

    expect(queue.nextMs()).toBe(Infinity);
    expect(queue.takeDue(100)).toBeUndefined();
    queue.set(deadline, 20);
    expect(queue.takeDue(20)).toBe('never');
  });

  it('agrees with a plain list after any sequence of changes', () => {
    const change = fc.record({
      index: fc.nat({ max: 7 }),
      dueMs: fc.option(fc.nat({ max: 50 })),
      takesUntilMs: fc.option(fc.nat({ max: 60 })),
    });

    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
        const queue = new DeadlineQueue<number>();
        const deadlines = Array.from({ length: 8 }, (_, index) => new Deadline(index));
        const model = new Map<number, number>();

        for (const { index, dueMs, takesUntilMs } of changes) {
          const deadline = deadlines[index] as Deadline<number>;
          if (dueMs === null) queue.clear(deadline);
          else queue.set(deadline, dueMs);
          if (dueMs === null) model.delete(index);
          else model.set(index, dueMs);
          expect(queue.nextMs()).toBe(Math.min(...model.values(), Infinity));
          if (takesUntilMs === null) continue;
          const taken = queue.takeDue(takesUntilMs);
          const earliestMs = Math.min(...model.values(), Infinity);
          if (earliestMs > takesUntilMs) {
            expect(taken).toBeUndefined();
          } else {
            expect(model.get(taken as number)).toBe(earliestMs);
            model.delete(taken as number);
          }
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
