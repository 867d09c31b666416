import type { Counter, MetricsRegistry } from '@millrace/base';

/** What a broker counts about its groups; one set for all shards. */
export interface GroupMetrics {
  readonly rebalancesStarted: Counter;
  readonly rebalancesCompleted: Counter;
  readonly targetsComputed: Counter;
  readonly upgrades: Counter;
  readonly downgrades: Counter;
  readonly sessionsExpired: Counter;
  readonly offsetCommits: Counter;
  readonly transactionalOffsetCommits: Counter;
  readonly offsetsOfCommits: Counter;
  readonly offsetsOfAborts: Counter;
  readonly offsetsExpired: Counter;
  readonly offsetsDeleted: Counter;
}

export function createGroupMetrics(registry: MetricsRegistry): GroupMetrics {
  const counter = (name: string, help: string): Counter =>
    registry.counter(`millrace_group_coordinator_${name}_total`, help);
  return {
    rebalancesStarted: counter('rebalances_started', 'Rebalances of classic groups that began.'),
    rebalancesCompleted: counter('rebalances_completed', 'Rebalances of classic groups that ended with an assignment.'),
    targetsComputed: counter('targets_computed', 'Target assignments of consumer groups that were computed.'),
    upgrades: counter('group_upgrades', 'Classic groups with members that became consumer groups.'),
    downgrades: counter('group_downgrades', 'Consumer groups with members that became classic groups.'),
    sessionsExpired: counter('sessions_expired', 'Members that were removed because they were silent too long.'),
    offsetCommits: counter('offset_commits', 'Offsets committed, counted by partition.'),
    transactionalOffsetCommits: counter(
      'transactional_offset_commits',
      'Offsets sent within transactions, counted by partition.',
    ),
    offsetsOfCommits: counter('transactional_offsets_committed', 'Pending offsets whose transaction committed.'),
    offsetsOfAborts: counter('transactional_offsets_aborted', 'Pending offsets whose transaction aborted.'),
    offsetsExpired: counter('offset_expirations', 'Committed offsets that reached their retention time.'),
    offsetsDeleted: counter('offset_deletions', 'Committed offsets deleted by request or with their topic or group.'),
  };
}
