import { silentLogger, type MetricFamilyRead, type MetricsRegistry } from '@millrace/base';
import { noMetrics } from '@millrace/base';
import type { TaskMetric } from '../task/task-host.ts';
import { PluginMetrics } from './plugin-metrics.ts';
import { TaskMetricFamilies, type MeasuredTask } from './task-metric-families.ts';
import type { PluginMetric } from './thread-messages.ts';

class Registry implements MetricsRegistry {
  readonly families = new Map<string, { readonly kind: string; readonly read: MetricFamilyRead }>();
  readonly observed: string[] = [];
  readonly counter = noMetrics.counter;
  readonly gauge = noMetrics.gauge;
  readonly readCounter = noMetrics.readCounter;

  histogram(name: string, _help: string, _buckets: readonly number[], labels = {}): { observe(value: number): void } {
    return { observe: (value) => this.observed.push(`${name} ${JSON.stringify(labels)} ${String(value)}`) };
  }

  gaugeFamily(name: string, _help: string, _labels: readonly string[], read: MetricFamilyRead): void {
    if (this.families.has(name)) throw new Error(`${name} is there already`);
    this.families.set(name, { kind: 'gauge', read });
  }

  counterFamily(name: string, _help: string, _labels: readonly string[], read: MetricFamilyRead): void {
    this.families.set(name, { kind: 'counter', read });
  }

  samples(name: string): unknown[] {
    return [...(this.families.get(name)?.read() ?? [])];
  }
}

function measured(task: number, metrics: TaskMetric[], plugin: PluginMetric[] = []): MeasuredTask {
  return { connector: 'c', task, metrics: () => metrics, pluginMetrics: () => plugin };
}

describe('metrics of tasks', () => {
  it('have Kafka’s names, with connector and task as labels, for as long as the task runs', () => {
    const registry = new Registry();
    const families = new TaskMetricFamilies(registry, silentLogger);
    const total = { group: 'source-task-metrics', name: 'source-record-write-total' };
    const ratio = { group: 'connector-task-metrics', name: 'running-ratio' };
    const tasks = [3, 4].map((value, index) =>
      measured(index, [
        { ...total, value },
        { ...ratio, value: 1 },
      ]),
    );
    for (const task of tasks) {
      families.add(task);
      families.reported(task, []);
    }

    const name = 'kafka_connect_source_task_metrics_source_record_write_total';
    expect(registry.families.get(name)?.kind).toBe('counter');
    expect(registry.families.get('kafka_connect_connector_task_metrics_running_ratio')?.kind).toBe('gauge');
    expect(registry.samples(name)).toEqual([
      { labels: { connector: 'c', task: '0' }, value: 3 },
      { labels: { connector: 'c', task: '1' }, value: 4 },
    ]);
    families.remove(tasks[0] as MeasuredTask);
    expect(registry.samples(name)).toHaveLength(1);
  });

  it('of plugins keep their names and labels', async () => {
    const registry = new Registry();
    const families = new TaskMetricFamilies(registry, silentLogger);
    const own = new PluginMetrics();
    own.counter('millrace_connect_rows_total', 'Rows.', { table: 'a' }).add(5);
    own.histogram('millrace_connect_wait_seconds', 'Waits.', [1, 2]).observe(1.5);
    const report = await own.report();
    const task = measured(0, [], report);
    families.add(task);
    families.reported(task, report);

    expect(registry.samples('millrace_connect_rows_total')).toEqual([
      { labels: { connector: 'c', task: '0', table: 'a' }, value: 5 },
    ]);
    expect(registry.observed).toEqual(['millrace_connect_wait_seconds {"connector":"c","task":"0"} 1.5']);
    expect((await own.report()).find(({ kind }) => kind === 'histogram')?.observations).toEqual([]);
  });

  it('of plugins are refused under names of others', () => {
    expect(() => new PluginMetrics().counter('kafka_x_total', '')).toThrow('millrace_connect_');
  });
});
