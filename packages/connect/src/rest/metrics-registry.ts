/**
 * Measurements of a worker, its tasks and their plugins, as Prometheus reads them (text format 0.0.4).
 *
 * Owns: the series of counters and histograms; everything else is read while a page is written.
 * Invariants: a family has one type and one help, those of whoever asked for it first.
 * Not here: which metrics there are (../worker/worker-metrics.ts, ../thread/task-metric-families.ts).
 */
import type { Counter, Histogram, MetricFamilyRead, MetricLabels, MetricRead, MetricsRegistry } from '@millrace/base';

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Family {
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Each gives lines of the page. */
  readonly reads: ((name: string) => Iterable<string> | Promise<Iterable<string>>)[];
  readonly children: Map<string, Counter | Histogram>;
}

export class ConnectMetrics implements MetricsRegistry {
  readonly #families = new Map<string, Family>();

  counter(name: string, help: string, labels: MetricLabels = {}): Counter {
    const family = this.#family(name, help, 'counter');
    const key = labelText(labels);
    const known = family.children.get(key);
    if (known !== undefined) return known as Counter;
    let value = 0;
    const counter: Counter = {
      add: (amount) => {
        value += amount;
      },
    };
    family.children.set(key, counter);
    family.reads.push(() => [`${name}${key} ${numberText(value)}`]);
    return counter;
  }

  histogram(name: string, help: string, buckets: readonly number[], labels: MetricLabels = {}): Histogram {
    const family = this.#family(name, help, 'histogram');
    const key = labelText(labels);
    const known = family.children.get(key);
    if (known !== undefined) return known as Histogram;
    const counts = buckets.map(() => 0);
    let [sum, count] = [0, 0];
    const histogram: Histogram = {
      observe: (value) => {
        sum += value;
        count++;
        for (const [index, bound] of buckets.entries()) if (value <= bound) counts[index] = (counts[index] ?? 0) + 1;
      },
    };
    family.children.set(key, histogram);
    family.reads.push(() => [
      ...buckets.map(
        (bound, index) => `${name}_bucket${labelText({ ...labels, le: String(bound) })} ${counts[index] ?? 0}`,
      ),
      `${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${count}`,
      `${name}_sum${key} ${numberText(sum)}`,
      `${name}_count${key} ${count}`,
    ]);
    return histogram;
  }

  gauge(name: string, help: string, read: MetricRead, labels: MetricLabels = {}): void {
    this.#readOne(this.#family(name, help, 'gauge'), read, labels);
  }

  readCounter(name: string, help: string, read: MetricRead, labels: MetricLabels = {}): void {
    this.#readOne(this.#family(name, help, 'counter'), read, labels);
  }

  gaugeFamily(name: string, help: string, _labelNames: readonly string[], read: MetricFamilyRead): void {
    this.#readMany(this.#family(name, help, 'gauge'), read);
  }

  counterFamily(name: string, help: string, _labelNames: readonly string[], read: MetricFamilyRead): void {
    this.#readMany(this.#family(name, help, 'counter'), read);
  }

  async page(): Promise<string> {
    const lines: string[] = [];
    for (const [name, { help, type, reads }] of this.#families) {
      lines.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`);
      for (const read of reads) lines.push(...(await read(name)));
    }
    return `${lines.join('\n')}\n`;
  }

  #family(name: string, help: string, type: Family['type']): Family {
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    const family: Family = { help, type, reads: [], children: new Map() };
    this.#families.set(name, family);
    return family;
  }

  #readOne(family: Family, read: MetricRead, labels: MetricLabels): void {
    const key = labelText(labels);
    family.reads.push(async (name) => {
      const value = await read();
      // NaN: there is none now.
      return Number.isNaN(value) ? [] : [`${name}${key} ${numberText(value)}`];
    });
  }

  #readMany(family: Family, read: MetricFamilyRead): void {
    family.reads.push((name) =>
      [...read()].map(({ labels, value }) => `${name}${labelText(labels)} ${numberText(value)}`),
    );
  }
}

function labelText(labels: MetricLabels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
