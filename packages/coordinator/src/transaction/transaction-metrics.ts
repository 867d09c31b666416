import type { Counter, Histogram, MetricsRegistry } from '@millrace/base';
import { TRANSACTION_STATES } from './transaction-state.ts';
import type { Transaction } from './transaction.ts';

/** What a broker counts about the transactions that it coordinates; one set for all shards. */
export interface TransactionMetrics {
  readonly started: Counter;
  readonly committed: Counter;
  readonly aborted: Counter;
  readonly timedOut: Counter;
  readonly fenced: Counter;
  readonly idsExpired: Counter;
  readonly markersRetried: Counter;
  readonly orphansEnded: Counter;
  readonly durationSeconds: Histogram;
}

const DURATION_BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 900];

export function createTransactionMetrics(registry: MetricsRegistry): TransactionMetrics {
  const counter = (name: string, help: string): Counter =>
    registry.counter(`millrace_transaction_coordinator_${name}_total`, help);
  return {
    started: counter('transactions_started', 'Transactions that began.'),
    committed: counter('transactions_committed', 'Transactions that were committed.'),
    aborted: counter('transactions_aborted', 'Transactions that were aborted, for whatever reason.'),
    timedOut: counter(
      'transactions_timed_out',
      'Transactions that were aborted because they were open past their timeout.',
    ),
    fenced: counter(
      'producers_fenced',
      'Transactions that were aborted because a new producer took their transactional id.',
    ),
    idsExpired: counter(
      'transactional_id_expirations',
      'Transactional ids that were forgotten after a long time without use.',
    ),
    markersRetried: counter('markers_retried', 'End markers that had to be written again, counted by partition.'),
    orphansEnded: counter(
      'orphans_ended',
      'Open transactions found in logs that no coordinator has, ended; counted by partition.',
    ),
    durationSeconds: registry.histogram(
      'millrace_transaction_coordinator_transaction_seconds',
      'Time from the beginning of a transaction to the decision about it.',
      DURATION_BUCKETS_SECONDS,
    ),
  };
}

/** What is there at the moment when metrics are read. */
export function registerTransactionGauges(
  registry: MetricsRegistry,
  shards: () => Iterable<{ transactions(): Iterable<Transaction> }>,
): void {
  const prefix = 'millrace_transaction_coordinator';
  registry.gaugeFamily(`${prefix}_transactional_ids`, 'Transactional ids by state.', ['state'], () => {
    const counts = new Map(TRANSACTION_STATES.map((state) => [state, 0]));
    for (const shard of shards()) {
      for (const { image } of shard.transactions()) counts.set(image.state, (counts.get(image.state) ?? 0) + 1);
    }
    return [...counts].map(([state, value]) => ({ labels: { state }, value }));
  });
  registry.gauge(`${prefix}_open_transactions`, 'Transactions that are neither committed nor aborted.', () => {
    let count = 0;
    for (const shard of shards()) {
      for (const { image } of shard.transactions()) if (image.state === 'Ongoing') count++;
    }
    return count;
  });
}
