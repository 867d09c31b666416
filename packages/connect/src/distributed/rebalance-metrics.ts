/** What a worker measures of the rounds in which work is shared out, by Kafka's names. */
import type { Clock, MetricsRegistry } from '@millrace/base';
import type { WorkerMembership } from '../group/worker-membership.ts';

const GROUP = 'kafka_connect_connect_worker_rebalance_metrics';

export function measureRebalances(membership: WorkerMembership, clock: Clock, metrics: MetricsRegistry): void {
  metrics.gauge(
    `${GROUP}_epoch`,
    'Generation of the group of workers; -1 without membership.',
    () => membership.generation,
  );
  metrics.gauge(`${GROUP}_rebalancing`, 'Whether work is being shared out (1).', () =>
    membership.isRebalancing ? 1 : 0,
  );
  metrics.readCounter(
    `${GROUP}_completed_rebalances_total`,
    'Rounds in which work was shared out, seen through by this worker.',
    () => membership.rounds.count,
  );
  metrics.gauge(`${GROUP}_rebalance_avg_time_ms`, 'Mean time of a round, milliseconds.', () => {
    const { count, totalMs } = membership.rounds;
    return count === 0 ? NaN : totalMs / count;
  });
  metrics.gauge(`${GROUP}_rebalance_max_time_ms`, 'Longest round, milliseconds.', () =>
    membership.rounds.count === 0 ? NaN : membership.rounds.maxMs,
  );
  metrics.gauge(`${GROUP}_time_since_last_rebalance_ms`, 'Since the end of the last round, milliseconds.', () => {
    const { lastEndMs } = membership.rounds;
    return lastEndMs === undefined ? NaN : clock.monotonicMs() - lastEndMs;
  });
  metrics.gaugeFamily(`${GROUP}_leader_name`, 'Base URL of the leader, as a label.', ['leader'], () => {
    const leader = membership.leaderUrl;
    return leader === undefined ? [] : [{ labels: { leader }, value: 1 }];
  });
}
