/** Settings of the group coordinator: Kafka's broker keys in camelCase. Fields are read when they are needed, so the object may be a live view. */
export interface GroupCoordinatorConfig {
  /** `offsets.topic.num.partitions`: how many partitions `__consumer_offsets` will have; once the topic exists its own count rules. */
  readonly offsetsTopicNumPartitions: number;
  /** `group.initial.rebalance.delay.ms`: how long the first rebalance of an empty group waits for more members. */
  readonly groupInitialRebalanceDelayMs: number;
  /** `group.min.session.timeout.ms` */
  readonly groupMinSessionTimeoutMs: number;
  /** `group.max.session.timeout.ms` */
  readonly groupMaxSessionTimeoutMs: number;
  /** `group.max.size`: members of one group. */
  readonly groupMaxSize: number;
  /** `group.coordinator.rebalance.protocols`: without `consumer` the broker computes no assignments. */
  readonly groupCoordinatorRebalanceProtocols: readonly string[];
  /** `group.consumer.assignors`: the first is taken when no member asks for one. */
  readonly groupConsumerAssignors: readonly string[];
  /** `group.consumer.assignment.interval.ms`: how often a group's target is computed at most. */
  readonly groupConsumerAssignmentIntervalMs: number;
  /** `group.consumer.min.assignment.interval.ms`: bounds of a single group's setting, as the other `min` and `max` are. */
  readonly groupConsumerMinAssignmentIntervalMs: number;
  /** `group.consumer.max.assignment.interval.ms` */
  readonly groupConsumerMaxAssignmentIntervalMs: number;
  /** `group.consumer.heartbeat.interval.ms` */
  readonly groupConsumerHeartbeatIntervalMs: number;
  /** `group.consumer.min.heartbeat.interval.ms` */
  readonly groupConsumerMinHeartbeatIntervalMs: number;
  /** `group.consumer.max.heartbeat.interval.ms` */
  readonly groupConsumerMaxHeartbeatIntervalMs: number;
  /** `group.consumer.session.timeout.ms` */
  readonly groupConsumerSessionTimeoutMs: number;
  /** `group.consumer.min.session.timeout.ms` */
  readonly groupConsumerMinSessionTimeoutMs: number;
  /** `group.consumer.max.session.timeout.ms` */
  readonly groupConsumerMaxSessionTimeoutMs: number;
  /** `group.consumer.max.size`: members of one consumer group. */
  readonly groupConsumerMaxSize: number;
  /** `group.consumer.migration.policy`: disabled, upgrade, downgrade or bidirectional. */
  readonly groupConsumerMigrationPolicy: string;
  /** `group.consumer.regex.refresh.interval.ms` */
  readonly groupConsumerRegexRefreshIntervalMs: number;
  /** `offset.metadata.max.bytes`: characters of the text committed with an offset (Kafka counts characters too). */
  readonly offsetMetadataMaxBytes: number;
  /** `offsets.retention.minutes` */
  readonly offsetsRetentionMinutes: number;
  /** `offsets.retention.check.interval.ms` */
  readonly offsetsRetentionCheckIntervalMs: number;
  /** `offsets.commit.timeout.ms`: how long an answer waits for its records to be durable. */
  readonly offsetsCommitTimeoutMs: number;
}

/** Kafka's defaults. */
export const DEFAULT_GROUP_COORDINATOR_CONFIG: GroupCoordinatorConfig = {
  offsetsTopicNumPartitions: 50,
  groupInitialRebalanceDelayMs: 3_000,
  groupMinSessionTimeoutMs: 6_000,
  groupMaxSessionTimeoutMs: 1_800_000,
  groupMaxSize: 2_147_483_647,
  groupCoordinatorRebalanceProtocols: ['classic', 'consumer'],
  groupConsumerAssignors: ['uniform', 'range'],
  groupConsumerAssignmentIntervalMs: 1_000,
  groupConsumerMinAssignmentIntervalMs: 0,
  groupConsumerMaxAssignmentIntervalMs: 15_000,
  groupConsumerHeartbeatIntervalMs: 5_000,
  groupConsumerMinHeartbeatIntervalMs: 5_000,
  groupConsumerMaxHeartbeatIntervalMs: 15_000,
  groupConsumerSessionTimeoutMs: 45_000,
  groupConsumerMinSessionTimeoutMs: 45_000,
  groupConsumerMaxSessionTimeoutMs: 60_000,
  groupConsumerMaxSize: 2_147_483_647,
  groupConsumerMigrationPolicy: 'bidirectional',
  groupConsumerRegexRefreshIntervalMs: 600_000,
  offsetMetadataMaxBytes: 4_096,
  offsetsRetentionMinutes: 10_080,
  offsetsRetentionCheckIntervalMs: 600_000,
  offsetsCommitTimeoutMs: 5_000,
};
