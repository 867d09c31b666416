import { SeededRandom } from '@millrace/base';
import { KillSchedule } from './schedule.ts';

function kills(seed: number, count: number) {
  const schedule = new KillSchedule(new SeededRandom(seed));
  return Array.from({ length: count }, () => schedule.next(400));
}

describe('KillSchedule', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(kills(7, 50)).toEqual(kills(7, 50));
    expect(kills(7, 50)).not.toEqual(kills(8, 50));
  });

  it('kills under load first, and later in starts as well, in all of their length', () => {
    const all = kills(7, 1_000);
    expect(all[0]?.during).toBe('load');
    const starts = all.filter((one) => one.during === 'start').map((one) => one.afterMs);
    expect(starts.length).toBeGreaterThan(150);
    expect(starts.length).toBeLessThan(350);
    expect(Math.min(...starts)).toBeLessThan(50);
    expect(Math.max(...starts)).toBeGreaterThan(400);
    expect(Math.max(...starts)).toBeLessThanOrEqual(440);
  });
});
