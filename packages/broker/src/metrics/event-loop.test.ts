import { systemClock, systemTimers } from '@millrace/base';
import { ManualTime } from '@millrace/testing';
import { EventLoopDelay } from './event-loop.ts';

const TICK_MS = 10;

describe('EventLoopDelay', () => {
  it('measures from the first time that it is asked', () => {
    const time = new ManualTime();
    const delay = new EventLoopDelay(time, time);
    time.advance(1_000);

    expect(delay.take().maxSeconds).toBeNaN();

    time.advance(TICK_MS + 40);
    expect(delay.take().maxSeconds).toBe(0.04);
  });

  it('tells of the time since it was asked before', () => {
    const time = new ManualTime();
    const delay = new EventLoopDelay(time, time);
    delay.take();
    for (let count = 0; count < 97; count++) time.advance(TICK_MS);
    for (const lateMs of [5, 200, 3_000]) time.advance(TICK_MS + lateMs);

    const { maxSeconds, p99Seconds, p50Seconds } = delay.take();
    expect(maxSeconds).toBe(3);
    // Buckets are a fifth wide.
    expect(p99Seconds).toBeGreaterThanOrEqual(0.2);
    expect(p99Seconds).toBeLessThan(0.24);
    expect(p50Seconds).toBeLessThanOrEqual(0.0001);

    time.advance(TICK_MS + 1);
    expect(delay.take().maxSeconds).toBe(0.001);
    expect(delay.take().maxSeconds).toBeNaN();
  });

  it('does not miss a delay that begins while it is asked', () => {
    const time = new ManualTime();
    const delay = new EventLoopDelay(time, time);
    delay.take();
    time.advance(TICK_MS);
    delay.take();
    time.advance(500);

    expect(delay.take().maxSeconds).toBe(0.49);
  });

  it('sees a loop that is really blocked', async () => {
    const delay = new EventLoopDelay(systemClock, systemTimers);
    delay.take();
    const end = performance.now() + 100;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS * 3));

    expect(delay.take().maxSeconds).toBeGreaterThan(0.08);
    delay.close();
  });

  it('stops when it is closed', () => {
    const time = new ManualTime();
    const delay = new EventLoopDelay(time, time);
    delay.take();
    delay.close();
    time.advance(1_000);

    expect(delay.take().maxSeconds).toBeNaN();
  });
});
