/**
 * The registry that plugins measure with: kept in their thread, and reported.
 *
 * Bounds: 10,000 observations of a histogram between two reports; those beyond are not counted.
 */
import { MillraceError, type MetricLabels, type MetricRead, type MetricsRegistry } from '@millrace/base';
import type { PluginMetric } from './thread-messages.ts';

const OBSERVATIONS_MAX = 10_000;
const NAME = /^millrace_connect_[a-z0-9_]+$/;

type Read = () => Promise<readonly PluginMetric[]>;

export class PluginMetrics implements MetricsRegistry {
  readonly #reads: Read[] = [];

  counter(name: string, help: string, labels: MetricLabels = {}): { add(amount: number): void } {
    let value = 0;
    this.#add(name, async () => [{ name, help, kind: 'counter', labels, value }]);
    return {
      add: (amount) => {
        value += amount;
      },
    };
  }

  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: MetricLabels = {},
  ): { observe(value: number): void } {
    let observations: number[] = [];
    this.#add(name, async () => {
      const report = observations;
      observations = [];
      return [{ name, help, kind: 'histogram', labels, value: 0, observations: report, buckets }];
    });
    return {
      observe: (value) => {
        if (observations.length < OBSERVATIONS_MAX) observations.push(value);
      },
    };
  }

  gauge(name: string, help: string, read: MetricRead, labels: MetricLabels = {}): void {
    this.#add(name, async () => [{ name, help, kind: 'gauge', labels, value: await read() }]);
  }

  readCounter(name: string, help: string, read: MetricRead, labels: MetricLabels = {}): void {
    this.#add(name, async () => [{ name, help, kind: 'counter', labels, value: await read() }]);
  }

  gaugeFamily(name: string, help: string, _labelNames: readonly string[], read: () => Iterable<PluginSample>): void {
    this.#add(name, async () => Array.from(read(), (sample) => ({ name, help, kind: 'gauge' as const, ...sample })));
  }

  counterFamily(name: string, help: string, _labelNames: readonly string[], read: () => Iterable<PluginSample>): void {
    this.#add(name, async () => Array.from(read(), (sample) => ({ name, help, kind: 'counter' as const, ...sample })));
  }

  /** A read that fails leaves its family out. */
  async report(): Promise<PluginMetric[]> {
    const reports = await Promise.allSettled(this.#reads.map((read) => read()));
    return reports.flatMap((report) => (report.status === 'fulfilled' ? report.value : []));
  }

  #add(name: string, read: Read): void {
    if (!NAME.test(name)) {
      throw new MillraceError(
        'MILLRACE_CONNECT_INVALID_CONFIG',
        `metric "${name}" of a plugin has to begin with millrace_connect_ and hold a-z, 0-9 and _ alone`,
      );
    }
    this.#reads.push(read);
  }
}

interface PluginSample {
  readonly labels: MetricLabels;
  readonly value: number;
}
