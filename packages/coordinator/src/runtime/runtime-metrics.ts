import type { Counter, Histogram, MetricsRegistry } from '@millrace/base';

/** What a broker measures of the partitions that hold coordinator state. */
export interface RuntimeMetrics {
  readonly loadSeconds: Histogram;
  readonly appendSeconds: Histogram;
  readonly appendFailures: Counter;
  readonly snapshots: Counter;
}

const LOAD_BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];
const APPEND_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

export function createRuntimeMetrics(registry: MetricsRegistry, coordinator: string): RuntimeMetrics {
  const prefix = `millrace_${coordinator}_coordinator`;
  return {
    loadSeconds: registry.histogram(
      `${prefix}_load_seconds`,
      'Time to replay one partition of coordinator state.',
      LOAD_BUCKETS_SECONDS,
    ),
    appendSeconds: registry.histogram(
      `${prefix}_append_seconds`,
      'Time from appending a batch of coordinator records to its being durable.',
      APPEND_BUCKETS_SECONDS,
    ),
    appendFailures: registry.counter(
      `${prefix}_append_failures_total`,
      'Batches of coordinator records that could not be made durable.',
    ),
    snapshots: registry.counter(`${prefix}_snapshots_total`, 'Times that a log of coordinator state was shortened.'),
  };
}
