import type { Counter, Histogram, MetricLabels, MetricsRegistry } from '@millrace/base';
import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';

/** The metrics interface over prom-client: families are made once, children resolved once, scrape callbacks read gauges. */
export class PrometheusMetrics implements MetricsRegistry {
  readonly registry = new Registry();
  readonly #counters = new Map<string, PromCounter>();
  readonly #histograms = new Map<string, PromHistogram>();
  readonly #gauges = new Map<string, GaugeFamily>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  counter(name: string, help: string, labels: MetricLabels = {}): Counter {
    let family = this.#counters.get(name);
    if (family === undefined) {
      family = new PromCounter({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
      this.#counters.set(name, family);
    }
    const child = Object.keys(labels).length === 0 ? family : family.labels(labels);
    // A series that is missing until something happens cannot be told from one that is not scraped.
    child.inc(0);
    return { add: (amount) => child.inc(amount) };
  }

  histogram(name: string, help: string, buckets: readonly number[], labels: MetricLabels = {}): Histogram {
    let family = this.#histograms.get(name);
    if (family === undefined) {
      const labelNames = Object.keys(labels);
      family = new PromHistogram({ name, help, buckets: [...buckets], labelNames, registers: [this.registry] });
      this.#histograms.set(name, family);
    }
    const child = Object.keys(labels).length === 0 ? family : family.labels(labels);
    return { observe: (value) => child.observe(value) };
  }

  gauge(name: string, help: string, read: () => number, labels: MetricLabels = {}): void {
    this.gaugeFamily(name, help, Object.keys(labels), () => [{ labels, value: read() }]);
  }

  gaugeFamily(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<{ readonly labels: MetricLabels; readonly value: number }>,
  ): void {
    const known = this.#gauges.get(name);
    if (known !== undefined) {
      known.reads.push(read);
      return;
    }
    const reads = [read];
    const gauge = new PromGauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const each of reads) for (const { labels, value } of each()) this.set(labels, value);
      },
    });
    this.#gauges.set(name, { gauge, reads });
  }
}

interface GaugeFamily {
  readonly gauge: PromGauge;
  readonly reads: (() => Iterable<{ readonly labels: MetricLabels; readonly value: number }>)[];
}
