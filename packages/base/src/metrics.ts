export type MetricLabels = Readonly<Record<string, string>>;

export interface Counter {
  add(amount: number): void;
}

export interface Histogram {
  /** Records one observation in the unit that the metric's name ends with. */
  observe(value: number): void;
}

/** One series of a family at this moment. */
export interface MetricSample {
  readonly labels: MetricLabels;
  readonly value: number;
}

/** Reads a value when metrics are scraped; NaN = there is none now. */
export type MetricRead = () => number | Promise<number>;

/** Reads a family when metrics are scraped. It may be taken piece by piece, over several turns of the event loop. */
export type MetricFamilyRead = () => Iterable<MetricSample>;

/**
 * Where measurements go. A family is asked for once (name, help, label names) and a child per label set is kept by the caller,
 * so that hot paths touch no map. Names follow Prometheus: `millrace_…_total`, `…_bytes`, `…_seconds`; what only rises is a counter
 * and ends with `_total`, nothing else does.
 */
export interface MetricsRegistry {
  counter(name: string, help: string, labels?: MetricLabels): Counter;
  histogram(name: string, help: string, buckets: readonly number[], labels?: MetricLabels): Histogram;
  gauge(name: string, help: string, read: MetricRead, labels?: MetricLabels): void;
  /** A counter that somebody else counts. */
  readCounter(name: string, help: string, read: MetricRead, labels?: MetricLabels): void;
  /** A family whose label sets come and go (topics, partitions, groups). */
  gaugeFamily(name: string, help: string, labelNames: readonly string[], read: MetricFamilyRead): void;
  /** Like {@link gaugeFamily}, of counters. */
  counterFamily(name: string, help: string, labelNames: readonly string[], read: MetricFamilyRead): void;
}

const nothing = { add: () => undefined, observe: () => undefined };

/** Measures nothing. */
export const noMetrics: MetricsRegistry = {
  counter: () => nothing,
  histogram: () => nothing,
  gauge: () => undefined,
  readCounter: () => undefined,
  gaugeFamily: () => undefined,
  counterFamily: () => undefined,
};
