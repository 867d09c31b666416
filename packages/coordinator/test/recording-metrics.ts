import { noMetrics, type Counter, type Histogram, type MetricRead, type MetricsRegistry } from '@millrace/base';

/** Remembers what was measured under which name. */
export class RecordingMetrics implements MetricsRegistry {
  readonly #read: (() => [string, number][])[] = [];

  get values(): Record<string, number> {
    return Object.fromEntries(this.#read.flatMap((read) => read()));
  }

  counter(name: string): Counter {
    let total = 0;
    this.#read.push(() => [[name, total]]);
    return { add: (amount) => void (total += amount) };
  }

  /** Counts observations and adds them up. */
  histogram(name: string): Histogram {
    let count = 0;
    let sum = 0;
    this.#read.push(() => [
      [`${name}_count`, count],
      [`${name}_sum`, sum],
    ]);
    return {
      observe: (value) => {
        count++;
        sum += value;
      },
    };
  }

  readCounter = noMetrics.readCounter;
  counterFamily = noMetrics.counterFamily;

  gauge(name: string, _help: string, read: MetricRead): void {
    this.#read.push(() => [[name, Number(read())]]);
  }

  gaugeFamily(
    name: string,
    _help: string,
    _labelNames: readonly string[],
    read: Parameters<MetricsRegistry['gaugeFamily']>[3],
  ): void {
    this.#read.push(() =>
      [...read()].map(({ labels, value }) => [
        `${name}{${Object.entries(labels)
          .map(([key, text]) => `${key}=${text}`)
          .join(',')}}`,
        value,
      ]),
    );
  }
}
