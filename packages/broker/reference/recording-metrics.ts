import type { Counter, Histogram, MetricLabels, MetricRead, MetricsRegistry } from '@millrace/base';

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labelNames: readonly string[];
}

/** Notes which families a program asks for; the first to ask has its words kept, as in Prometheus' client. */
export class RecordingMetrics implements MetricsRegistry {
  readonly #families = new Map<string, MetricFamily>();

  /** By name. */
  get families(): MetricFamily[] {
    return [...this.#families.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  counter(name: string, help: string, labels: MetricLabels = {}): Counter {
    this.#note({ name, help, type: 'counter', labelNames: Object.keys(labels) });
    return { add: () => undefined };
  }

  histogram(name: string, help: string, _buckets: readonly number[], labels: MetricLabels = {}): Histogram {
    this.#note({ name, help, type: 'histogram', labelNames: Object.keys(labels) });
    return { observe: () => undefined };
  }

  gauge(name: string, help: string, _read: MetricRead, labels: MetricLabels = {}): void {
    this.#note({ name, help, type: 'gauge', labelNames: Object.keys(labels) });
  }

  readCounter(name: string, help: string, _read: MetricRead, labels: MetricLabels = {}): void {
    this.#note({ name, help, type: 'counter', labelNames: Object.keys(labels) });
  }

  gaugeFamily(name: string, help: string, labelNames: readonly string[]): void {
    this.#note({ name, help, type: 'gauge', labelNames });
  }

  counterFamily(name: string, help: string, labelNames: readonly string[]): void {
    this.#note({ name, help, type: 'counter', labelNames });
  }

  #note(family: MetricFamily): void {
    if (!this.#families.has(family.name)) this.#families.set(family.name, family);
  }
}
