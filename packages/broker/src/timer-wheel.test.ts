import { ManualTime } from '../test/manual-time.ts';
import { TimerWheel } from './timer-wheel.ts';

describe('TimerWheel', () => {
  it('fires each deadline once, not early and at most two ticks late', () => {
    const time = new ManualTime();
    const { clock, timers } = time;
    const queue = new TimerWheel(clock, timers);
    const start = clock.monotonicMs();
    const fired = new Map<number, number>();
    for (const delay of [0, 1, 99, 100, 101, 5_000, 51_200, 51_300, 200_000]) {
      queue.add(delay, () => {
        expect(fired.has(delay)).toBe(false);
        fired.set(delay, clock.monotonicMs() - start);
      });
    }
    time.advance(300_000);
    expect(fired.size).toBe(9);
    for (const [delay, after] of fired) {
      expect(after).toBeGreaterThanOrEqual(delay);
      expect(after).toBeLessThanOrEqual(delay + 200);
    }
    expect(queue.count).toBe(0);
  });

  it('does not fire what was cancelled, also when cancelled by an earlier callback', () => {
    const time = new ManualTime();
    const { clock, timers } = time;
    const queue = new TimerWheel(clock, timers);
    const fired: string[] = [];
    const first = queue.add(500, () => fired.push('first'));
    const second = queue.add(510, () => fired.push('second'));
    queue.add(505, () => {
      fired.push('third');
      queue.cancel(second);
    });
    queue.cancel(first);
    queue.cancel(first);
    time.advance(2_000);
    expect(fired).toContain('third');
    expect(fired).not.toContain('first');
    expect(queue.count).toBe(0);
  });

  it('starts anew after it stood empty for long', () => {
    const time = new ManualTime();
    const { clock, timers } = time;
    const queue = new TimerWheel(clock, timers);
    let fired = 0;
    queue.add(100, () => fired++);
    time.advance(1_000_000);
    queue.add(100, () => fired++);
    time.advance(1_000);
    expect(fired).toBe(2);
  });
});
