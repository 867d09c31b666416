/** What a worker itself measures, by Kafka's names; its tasks measure the rest (../thread/task-metric-families.ts). */
import type { MetricSample, MetricsRegistry } from '@millrace/base';
import type { Worker } from './worker.ts';

const WORKER = 'kafka_connect_connect_worker_metrics';

export function measureWorker(worker: Worker, metrics: MetricsRegistry): void {
  metrics.gauge(`${WORKER}_connector_count`, 'Connectors of this worker.', () => worker.connectors.length);
  metrics.gauge(`${WORKER}_task_count`, 'Tasks of this worker.', () => worker.tasks.length);
  for (const what of ['connector', 'task'] as const) {
    for (const result of ['success', 'failure'] as const) {
      metrics.readCounter(
        `${WORKER}_${what}_startup_${result}_total`,
        `Starts of a ${what} that ended in ${result}.`,
        () => worker.starts[what][result],
      );
    }
  }
  metrics.gaugeFamily(
    'kafka_connect_connector_metrics_status',
    'State of each connector of this worker, as a label.',
    ['connector', 'status'],
    () => connectorStates(worker),
  );
  metrics.gaugeFamily(
    'kafka_connect_connector_task_metrics_status',
    'State of each task of this worker, as a label.',
    ['connector', 'task', 'status'],
    () => taskStates(worker),
  );
  metrics.gaugeFamily(
    'millrace_connect_task_restarts',
    'Automatic restarts of each task since it last ran well.',
    ['connector', 'task'],
    () => taskRestarts(worker),
  );
  metrics.gauge('process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss());
  metrics.gauge('nodejs_heap_size_used_bytes', 'Heap of the main thread in use.', () => process.memoryUsage().heapUsed);
  metrics.readCounter('process_cpu_seconds_total', 'CPU time of the process.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  });
}

function* connectorStates(worker: Worker): Iterable<MetricSample> {
  for (const connector of worker.connectors) {
    const status = worker.connectorStatus(connector);
    if (status !== undefined) yield { labels: { connector, status: status.state.toLowerCase() }, value: 1 };
  }
}

function* taskStates(worker: Worker): Iterable<MetricSample> {
  for (const id of worker.tasks) {
    const status = worker.taskStatus(id);
    const labels = { connector: id.connector, task: String(id.task) };
    if (status !== undefined) yield { labels: { ...labels, status: status.state.toLowerCase() }, value: 1 };
  }
}

function* taskRestarts(worker: Worker): Iterable<MetricSample> {
  for (const id of worker.tasks) {
    const { restarts = 0 } = worker.taskStatus(id) ?? {};
    yield { labels: { connector: id.connector, task: String(id.task) }, value: restarts };
  }
}
