export type MetricLabels = Readonly<Record<string, string>>;

export interface Counter {
  add(amount: number): void;
}

export interface Histogram {
  /** Records one observation in the unit that the metric's name ends with. */
  observe(value: number): void;
}

/**
 * Where measurements go. A family is asked for once (name, help, label names) and a child per label set is kept by the caller,
 * so that hot paths touch no map. Names follow Prometheus: `millrace_…_total`, `…_bytes`, `…_seconds`.
 */
export interface MetricsRegistry {
  counter(name: string, help: string, labels?: MetricLabels): Counter;
  histogram(name: string, help: string, buckets: readonly number[], labels?: MetricLabels): Histogram;
  /** `read` is called when metrics are scraped. */
  gauge(name: string, help: string, read: () => number, labels?: MetricLabels): void;
  /** One scrape-time callback for a family whose label sets come and go (topics, partitions, groups). */
  gaugeFamily(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<{ readonly labels: MetricLabels; readonly value: number }>,
  ): void;
}

const nothing = { add: () => undefined, observe: () => undefined };

/** Measures nothing. */
export const noMetrics: MetricsRegistry = {
  counter: () => nothing,
  histogram: () => nothing,
  gauge: () => undefined,
  gaugeFamily: () => undefined,
};
