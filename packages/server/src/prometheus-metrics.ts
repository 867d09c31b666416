/**
 * The metrics of a broker as Prometheus reads them (text format 0.0.4), with those of its process from prom-client behind them.
 *
 * Owns: the series of counters and histograms; everything else is read while a page is written.
 * Invariants: counting and observing allocate nothing and build no text; a series of a counter or histogram is on the page before
 *   anything happened, since one that is missing cannot be told from one that is not scraped.
 *   What happens in the process (garbage collection, event loop lag) is counted from the first page on.
 * Bounds: a page is written in slices of SLICE_MS, between which the event loop turns; pages asked for together are one.
 * Not here: which metrics there are, and how many series a family may have (the broker's metrics).
 */
import { assert } from '@millrace/base';
import type { Counter, Histogram, MetricFamilyRead, MetricLabels, MetricRead, MetricsRegistry } from '@millrace/base';
import type { Registry } from 'prom-client';

const SLICE_MS = 4;
/** Looking at the clock costs about as much as a line. */
const LINES_BETWEEN_LOOKS = 32;

type FamilyType = 'counter' | 'gauge' | 'histogram';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: FamilyType;
  /** Counters and histograms by their labels as text. */
  readonly children: Map<string, CounterChild | HistogramChild>;
  readonly reads: ((page: Page) => Promise<void>)[];
}

export class PrometheusMetrics implements MetricsRegistry {
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';
  #ofProcess: Registry | undefined;
  readonly #families = new Map<string, Family>();
  #writing: Promise<Buffer> | undefined;

  counter(name: string, help: string, labels: MetricLabels = {}): Counter {
    const { children } = this.#family(name, help, 'counter');
    const key = labelText(labels);
    const child = children.get(key) ?? new CounterChild(name, key);
    assert(child instanceof CounterChild, `metric ${name} is a histogram`);
    children.set(key, child);
    return child;
  }

  histogram(name: string, help: string, buckets: readonly number[], labels: MetricLabels = {}): Histogram {
    const { children } = this.#family(name, help, 'histogram');
    const key = labelText(labels);
    const child = children.get(key) ?? new HistogramChild(name, key, buckets);
    assert(child instanceof HistogramChild, `metric ${name} is a counter`);
    children.set(key, child);
    return child;
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

  /** What a scrape gets. */
  page(): Promise<Buffer> {
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    return this.#writing;
  }

  async #write(): Promise<Buffer> {
    const page = new Page();
    for (const { name, help, type, children, reads } of this.#families.values()) {
      page.line(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`);
      page.line(`# TYPE ${name} ${type}`);
      for (const child of children.values()) {
        child.write(page);
        if (page.isDue) await page.turn();
      }
      for (const read of reads) await read(page);
    }
    // The library's word for what was not measured is no number in this format.
    page.line((await (await this.#registryOfProcess()).metrics()).replaceAll(/^\S+ Nan\n/gm, ''));
    return page.end();
  }

  /** Loaded for the first page: it brings HTTPS and TLS along, which took an eighth of the time of a start. */
  async #registryOfProcess(): Promise<Registry> {
    if (this.#ofProcess === undefined) {
      const { collectDefaultMetrics, Registry } = await import('prom-client');
      this.#ofProcess = new Registry();
      collectDefaultMetrics({ register: this.#ofProcess });
    }
    return this.#ofProcess;
  }

  #family(name: string, help: string, type: FamilyType): Family {
    const known = this.#families.get(name);
    if (known !== undefined) {
      assert(known.type === type, `metric ${name} is a ${known.type} and was asked for as a ${type}`);
      return known;
    }
    assert(
      name.endsWith('_total') === (type === 'counter'),
      `${name}: counters end with _total, and nothing else does`,
    );
    const family: Family = { name, help, type, children: new Map(), reads: [] };
    this.#families.set(name, family);
    return family;
  }

  #readOne({ name, reads }: Family, read: MetricRead, labels: MetricLabels): void {
    const start = seriesStart(name, labelText(labels));
    reads.push(async (page) => page.value(start, await read()));
  }

  #readMany({ name, reads }: Family, read: MetricFamilyRead): void {
    reads.push(async (page) => {
      for (const { labels, value } of read()) {
        page.value(seriesStart(name, labelText(labels)), value);
        if (page.isDue) await page.turn();
      }
    });
  }
}

class CounterChild implements Counter {
  readonly #start: string;
  #value = 0;

  constructor(name: string, labels: string) {
    this.#start = seriesStart(name, labels);
  }

  add(amount: number): void {
    this.#value += amount;
  }

  write(page: Page): void {
    page.value(this.#start, this.#value);
  }
}

class HistogramChild implements Histogram {
  readonly #bounds: Float64Array;
  /** Observations up to the bound with the same index and above the one before it; the last of those above all. */
  readonly #counts: Float64Array;
  readonly #bucketStarts: readonly string[];
  readonly #sumStart: string;
  readonly #countStart: string;
  #sum = 0;

  constructor(name: string, labels: string, buckets: readonly number[]) {
    this.#bounds = Float64Array.from(buckets);
    this.#counts = new Float64Array(buckets.length + 1);
    const before = labels === '' ? '' : `${labels},`;
    this.#bucketStarts = [...buckets.map(String), '+Inf'].map((le) =>
      seriesStart(`${name}_bucket`, `${before}le="${le}"`),
    );
    this.#sumStart = seriesStart(`${name}_sum`, labels);
    this.#countStart = seriesStart(`${name}_count`, labels);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] as number)) index++;
    this.#counts[index]!++;
    this.#sum += value;
  }

  write(page: Page): void {
    let count = 0;
    for (const [index, start] of this.#bucketStarts.entries()) {
      count += this.#counts[index] ?? 0;
      page.value(start, count);
    }
    page.value(this.#sumStart, this.#sum);
    page.value(this.#countStart, count);
  }
}

class Page {
  readonly #slices: Buffer[] = [];
  #text = '';
  #lines = 0;
  #sliceStartedMs = performance.now();

  /** Whether the event loop should turn before more is written. */
  get isDue(): boolean {
    return this.#lines % LINES_BETWEEN_LOOKS === 0 && performance.now() - this.#sliceStartedMs >= SLICE_MS;
  }

  line(text: string): void {
    this.#text += `${text}\n`;
    this.#lines++;
  }

  value(start: string, value: number): void {
    // No value is not a value that Prometheus should keep.
    if (Number.isNaN(value)) return;
    this.line(start + (value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)));
  }

  async turn(): Promise<void> {
    this.#cut();
    await new Promise((resolve) => setImmediate(resolve));
    this.#sliceStartedMs = performance.now();
  }

  end(): Buffer {
    this.#cut();
    return Buffer.concat(this.#slices);
  }

  #cut(): void {
    this.#slices.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

function seriesStart(name: string, labels: string): string {
  return labels === '' ? `${name} ` : `${name}{${labels}} `;
}

function labelText(labels: MetricLabels): string {
  let text = '';
  for (const name in labels) {
    if (text !== '') text += ',';
    text += `${name}="${escaped(labels[name] ?? '')}"`;
  }
  return text;
}

const NEEDS_ESCAPE = /[\\"\n]/;

function escaped(value: string): string {
  if (!NEEDS_ESCAPE.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
