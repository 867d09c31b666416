/**
 * How late the event loop is, and how busy: one loop serves all clients, so whatever blocks it is felt by everybody.
 *
 * A timer that is due every TICK_MS tells by how much it is late. (Node's own monitor forgets what it is in the middle of when it is
 * reset, which is just what a scrape causes.)
 *
 * Bounds: nothing is measured before the first scrape, so that a broker that nobody watches pays nothing; what is measured goes into a
 *   fixed number of buckets, so that percentiles are up to BUCKET_GROWTH too high.
 */
import type { Clock, MetricsRegistry, Timer, Timers } from '@millrace/base';
import { performance } from 'node:perf_hooks';

const TICK_MS = 10;
const BUCKET_MS_MIN = 0.1;
const BUCKET_GROWTH = 1.2;
/** Up to about a minute. */
const BUCKET_COUNT = 75;

/** The delays since the scrape before; NaN as long as there are none. */
export class EventLoopDelay {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #counts = new Float64Array(BUCKET_COUNT);
  #count = 0;
  #maxMs = 0;
  #timer: Timer | undefined;
  #dueMs = 0;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** The delays until now, and a new beginning. */
  take(): { readonly maxSeconds: number; readonly p99Seconds: number; readonly p50Seconds: number } {
    if (this.#timer === undefined) this.#schedule();
    const taken =
      this.#count === 0
        ? { maxSeconds: NaN, p99Seconds: NaN, p50Seconds: NaN }
        : { maxSeconds: this.#maxMs / 1000, p99Seconds: this.#percentile(0.99), p50Seconds: this.#percentile(0.5) };
    this.#counts.fill(0);
    this.#count = 0;
    this.#maxMs = 0;
    return taken;
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#dueMs = this.#clock.monotonicMs() + TICK_MS;
    this.#timer = this.#timers.schedule(TICK_MS, () => {
      this.#note(Math.max(0, this.#clock.monotonicMs() - this.#dueMs));
      this.#schedule();
    });
  }

  #note(delayMs: number): void {
    const bucket = Math.ceil(Math.log(delayMs / BUCKET_MS_MIN) / Math.log(BUCKET_GROWTH));
    const index = Math.min(Math.max(0, bucket), BUCKET_COUNT - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count++;
    if (delayMs > this.#maxMs) this.#maxMs = delayMs;
  }

  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    let index = 0;
    for (; index < BUCKET_COUNT - 1; index++) {
      left -= this.#counts[index] ?? 0;
      if (left <= 0) break;
    }
    return Math.min(BUCKET_MS_MIN * BUCKET_GROWTH ** index, this.#maxMs) / 1000;
  }
}

export function registerEventLoop(metrics: MetricsRegistry, delay: EventLoopDelay): void {
  // A page reads them one after the other; the first takes what was measured for all.
  let taken = { maxSeconds: NaN, p99Seconds: NaN, p50Seconds: NaN };
  const since = 'since the scrape before, to which it belongs alone: let one Prometheus scrape';
  metrics.gauge('millrace_event_loop_delay_max_seconds', `Longest delay of the event loop ${since}`, () => {
    taken = delay.take();
    return taken.maxSeconds;
  });
  metrics.gauge(
    'millrace_event_loop_delay_p99_seconds',
    `99th percentile of the event loop's delay ${since}`,
    () => taken.p99Seconds,
  );
  metrics.gauge(
    'millrace_event_loop_delay_p50_seconds',
    `Median of the event loop's delay ${since}`,
    () => taken.p50Seconds,
  );
  metrics.readCounter(
    'millrace_event_loop_active_seconds_total',
    'Time for which the event loop was at work; its rate is the share of one core that is used, and 1 is all there is',
    () => performance.eventLoopUtilization().active / 1000,
  );
}
