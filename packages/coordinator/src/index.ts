export { DEFAULT_GROUP_COORDINATOR_CONFIG, type GroupCoordinatorConfig } from './config.ts';
export { createGroupCoordinator, OFFSETS_TOPIC, type GroupCoordinatorOptions } from './group-coordinator-service.ts';
export type { GroupCoordinator, GroupOffset, GroupRequestContext } from './group-coordinator.ts';
export type { GroupOverrides } from './group-settings.ts';
export {
  consumerGroupDescribeFailure,
  consumerGroupHeartbeatFailure,
  deleteGroupsFailure,
  describeGroupsFailure,
  heartbeatFailure,
  joinGroupFailure,
  leaveGroupFailure,
  listGroupsFailure,
  offsetCommitFailure,
  offsetDeleteFailure,
  offsetFetchFailure,
  syncGroupFailure,
  txnOffsetCommitFailure,
} from './group-responses.ts';
export type { KnownTopic, TopicDirectory } from './topic-directory.ts';
export { DEFAULT_TRANSACTION_COORDINATOR_CONFIG, type TransactionCoordinatorConfig } from './transaction-config.ts';
export type {
  AppendedMarkers,
  PartitionAdmission,
  TopicPartitionRef,
  TransactionCoordinator,
  TransactionParticipants,
} from './transaction-coordinator.ts';
export { TRANSACTIONS_TOPIC } from './transaction-topic.ts';
export { createTransactionCoordinator, type TransactionCoordinatorOptions } from './transaction-coordinator-service.ts';
export {
  addOffsetsFailure,
  addPartitionsFailure,
  describeTransactionsFailure,
  endTxnFailure,
  initProducerIdFailure,
  listTransactionsFailure,
} from './transaction-responses.ts';
