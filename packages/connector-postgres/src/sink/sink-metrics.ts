import type { Counter, Histogram, MetricsRegistry } from '@millrace/base';

const BATCH_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class SinkMetrics {
  readonly written: Counter;
  readonly deleted: Counter;
  readonly rejected: Counter;
  readonly retries: Counter;
  readonly batchSeconds: Histogram;

  constructor(registry: MetricsRegistry) {
    const name = 'millrace_connect_postgres_sink';
    this.written = registry.counter(`${name}_written_records_total`, 'Records that were inserted or changed a row.');
    this.deleted = registry.counter(`${name}_deleting_records_total`, 'Records that deleted a row or emptied a table.');
    this.rejected = registry.counter(
      `${name}_rejected_records_total`,
      'Records that the database did not take, or that could not become a row.',
    );
    this.retries = registry.counter(`${name}_retries_total`, 'Batches that failed and are tried again.');
    this.batchSeconds = registry.histogram(
      `${name}_batch_seconds`,
      'Time of a batch in the database, its commit included.',
      BATCH_SECONDS,
    );
  }
}
