/**
 * How late the event loop is, and how busy: one loop serves all clients, so whatever blocks it is felt by everybody.
 *
 * Bounds: nothing is measured before the first scrape, so that a broker that nobody watches pays nothing.
 */
import type { MetricsRegistry } from '@millrace/base';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;

/** The delays since the scrape before. What the timer itself takes is not delay. */
export class EventLoopDelay {
  #histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #max = NaN;
  #p99 = NaN;
  #p50 = NaN;

  /** A page reads three values in a row, the first of which takes what was measured. */
  get maxSeconds(): number {
    this.#take();
    return this.#max;
  }

  get p99Seconds(): number {
    return this.#p99;
  }

  get p50Seconds(): number {
    return this.#p50;
  }

  close(): void {
    this.#histogram?.disable();
    this.#histogram = undefined;
  }

  #take(): void {
    if (this.#histogram === undefined) {
      this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      this.#histogram.enable();
      return;
    }
    const histogram = this.#histogram;
    if (histogram.count === 0) return;
    this.#max = delaySeconds(histogram.max);
    this.#p99 = delaySeconds(histogram.percentile(99));
    this.#p50 = delaySeconds(histogram.percentile(50));
    histogram.reset();
  }
}

/** The monitor measures from one of its ticks to the next. */
function delaySeconds(tickNanoseconds: number): number {
  return Math.max(0, tickNanoseconds / NANOSECONDS - RESOLUTION_MS / 1000);
}

export function registerEventLoop(metrics: MetricsRegistry, delay: EventLoopDelay): void {
  const since = 'since the scrape before, to which it belongs alone: let one Prometheus scrape';
  metrics.gauge(
    'millrace_event_loop_delay_max_seconds',
    `Longest delay of the event loop ${since}`,
    () => delay.maxSeconds,
  );
  metrics.gauge(
    'millrace_event_loop_delay_p99_seconds',
    `99th percentile of the event loop's delay ${since}`,
    () => delay.p99Seconds,
  );
  metrics.gauge(
    'millrace_event_loop_delay_p50_seconds',
    `Median of the event loop's delay ${since}`,
    () => delay.p50Seconds,
  );
  metrics.readCounter(
    'millrace_event_loop_active_seconds_total',
    'Time for which the event loop was at work; its rate is the share of one core that is used, and 1 is all there is',
    () => performance.eventLoopUtilization().active / 1000,
  );
}
