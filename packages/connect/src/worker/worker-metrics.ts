/** Measurements of a worker and its tasks, by Kafka's names (`connect-worker-metrics`, `source-task-metrics`, …). */
import type { Herder } from '../herder/herder.ts';
import type { Worker } from './worker.ts';

export interface ConnectMetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

export async function workerMetrics(worker: Worker, herder: Herder): Promise<ConnectMetricFamily[]> {
  return [...countsOf(worker), ...(await statesOf(worker, herder)), ...tasksOf(worker), ...processMetrics()];
}

function countsOf(worker: Worker): ConnectMetricFamily[] {
  const group = 'kafka_connect_connect_worker_metrics';
  return [
    gauge(`${group}_connector_count`, 'Connectors of this worker.', worker.connectors.length),
    gauge(`${group}_task_count`, 'Tasks of this worker.', worker.tasks.length),
    ...worker.startCounts().map(({ name, help, value }) => counter(`${group}_${name}`, help, value)),
  ];
}

/** One series of 1 or 0 per state would be many; the state is a label, as the JMX exporter has it. */
async function statesOf(worker: Worker, herder: Herder): Promise<ConnectMetricFamily[]> {
  const connectors: ConnectMetricFamily['samples'][number][] = [];
  const tasks: ConnectMetricFamily['samples'][number][] = [];
  const restarts: ConnectMetricFamily['samples'][number][] = [];
  for (const connector of worker.connectors) {
    // One that is being deleted has no status any more.
    const status = await herder.connectorStatus(connector).catch(() => undefined);
    if (status === undefined) continue;
    connectors.push({ labels: { connector, status: status.connector.state.toLowerCase() }, value: 1 });
    for (const { id, state, workerId, restarts: count = 0 } of status.tasks) {
      if (workerId !== worker.workerId) continue;
      const labels = { connector, task: String(id) };
      tasks.push({ labels: { ...labels, status: state.toLowerCase() }, value: 1 });
      restarts.push({ labels, value: count });
    }
  }
  return [
    {
      name: 'kafka_connect_connector_metrics_status',
      help: 'State of each connector of this worker, as label.',
      type: 'gauge',
      samples: connectors,
    },
    {
      name: 'kafka_connect_connector_task_metrics_status',
      help: 'State of each task of this worker, as label.',
      type: 'gauge',
      samples: tasks,
    },
    {
      name: 'millrace_connect_task_restarts',
      help: 'Automatic restarts of each task since it last ran well.',
      type: 'gauge',
      samples: restarts,
    },
  ];
}

function tasksOf(worker: Worker): ConnectMetricFamily[] {
  const families = new Map<string, ConnectMetricFamily & { samples: ConnectMetricFamily['samples'][number][] }>();
  for (const { spec, metrics } of worker.runningTasks.map((task) => ({ spec: task.spec, metrics: task.metrics() }))) {
    const labels = { connector: spec.connector, task: String(spec.task) };
    for (const { group, name: attribute, value } of metrics) {
      const name = `kafka_connect_${group}_${attribute}`.replaceAll(/[^A-Za-z0-9_]/g, '_');
      let family = families.get(name);
      if (family === undefined) {
        const type = attribute.endsWith('-total') ? 'counter' : 'gauge';
        family = { name, help: `Kafka Connect's ${attribute} of ${group}.`, type, samples: [] };
        families.set(name, family);
      }
      family.samples.push({ labels, value });
    }
  }
  return [...families.values()];
}

function processMetrics(): ConnectMetricFamily[] {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    gauge('process_resident_memory_bytes', 'Memory of the process.', rss),
    gauge('nodejs_heap_size_used_bytes', 'Heap of the main thread in use.', heapUsed),
    counter('process_cpu_seconds_total', 'CPU time of the process.', (user + system) / 1_000_000),
  ];
}

function gauge(name: string, help: string, value: number): ConnectMetricFamily {
  return { name, help, type: 'gauge', samples: [{ labels: {}, value }] };
}

function counter(name: string, help: string, value: number): ConnectMetricFamily {
  return { name, help, type: 'counter', samples: [{ labels: {}, value }] };
}
