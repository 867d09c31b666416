/**
 * Measurements of tasks in the registry of the process: Kafka Connect's attributes as `kafka_connect_…` with labels `connector` and `task`,
 * and what plugins measure themselves.
 */
import { messageOf, type Histogram, type Logger, type MetricSample, type MetricsRegistry } from '@millrace/base';
import type { TaskMetric } from '../task/task-host.ts';
import type { PluginMetric } from './thread-messages.ts';

export interface MeasuredTask {
  readonly connector: string;
  readonly task: number;
  metrics(): readonly TaskMetric[];
  pluginMetrics(): readonly PluginMetric[];
}

export class TaskMetricFamilies {
  readonly #registry: MetricsRegistry;
  readonly #log: Logger;
  readonly #tasks = new Set<MeasuredTask>();
  readonly #families = new Set<string>();
  readonly #histograms = new Map<string, Histogram>();

  constructor(registry: MetricsRegistry, log: Logger) {
    this.#registry = registry;
    this.#log = log;
  }

  add(task: MeasuredTask): void {
    this.#tasks.add(task);
  }

  remove(task: MeasuredTask): void {
    this.#tasks.delete(task);
  }

  /** A task has reported: families that nobody knew before are made, observations are passed on. */
  reported(task: MeasuredTask, observed: readonly PluginMetric[]): void {
    for (const { group, name } of task.metrics()) this.#ensureOwn(group, name);
    for (const metric of observed) {
      if (metric.kind === 'histogram') this.#observe(task, metric);
      else this.#ensurePlugin(metric);
    }
  }

  #ensureOwn(group: string, name: string): void {
    const family = `kafka_connect_${group}_${name}`.replaceAll('-', '_');
    if (this.#families.has(family)) return;
    this.#families.add(family);
    const help = `Kafka Connect's ${name} of ${group}.`;
    const read = (): Iterable<MetricSample> => this.#readOwn(group, name);
    if (name.endsWith('-total')) this.#registry.counterFamily(family, help, ['connector', 'task'], read);
    else this.#registry.gaugeFamily(family, help, ['connector', 'task'], read);
  }

  *#readOwn(group: string, name: string): Iterable<MetricSample> {
    for (const task of this.#tasks) {
      const found = task.metrics().find((each) => each.group === group && each.name === name);
      if (found !== undefined) yield { labels: labelsOf(task), value: found.value };
    }
  }

  #ensurePlugin({ name, help, kind, labels }: PluginMetric): void {
    if (this.#families.has(name)) return;
    this.#families.add(name);
    const labelNames = ['connector', 'task', ...Object.keys(labels)];
    const read = (): Iterable<MetricSample> => this.#readPlugin(name, labelNames);
    this.#attempt(name, () => {
      if (kind === 'counter') this.#registry.counterFamily(name, help, labelNames, read);
      else this.#registry.gaugeFamily(name, help, labelNames, read);
    });
  }

  *#readPlugin(name: string, labelNames: readonly string[]): Iterable<MetricSample> {
    for (const task of this.#tasks) {
      for (const metric of task.pluginMetrics()) {
        if (metric.name !== name) continue;
        const all: Readonly<Record<string, string>> = { ...metric.labels, ...labelsOf(task) };
        const labels = Object.fromEntries(labelNames.map((label) => [label, all[label] ?? '']));
        yield { labels, value: metric.value };
      }
    }
  }

  #observe(task: MeasuredTask, { name, help, labels, buckets = [], observations = [] }: PluginMetric): void {
    const all = { ...labels, ...labelsOf(task) };
    const key = `${name} ${JSON.stringify(all)}`;
    if (!this.#histograms.has(key)) {
      this.#attempt(name, () => this.#histograms.set(key, this.#registry.histogram(name, help, buckets, all)));
    }
    for (const value of observations) this.#histograms.get(key)?.observe(value);
  }

  /** A plugin's choice of names must not end the worker. */
  #attempt(name: string, register: () => void): void {
    try {
      register();
    } catch (error) {
      this.#log.warn('a metric of a plugin cannot be shown', { name, error: messageOf(error) });
    }
  }
}

function labelsOf({ connector, task }: MeasuredTask): Readonly<Record<string, string>> {
  return { connector, task: String(task) };
}
