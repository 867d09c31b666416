export { Admin, type AdminOptions } from './admin/admin.ts';
export type { AclOperation } from './admin/acl-operation.ts';
export type { CallOptions } from './admin/admin-call.ts';
export type { MemberRef, RemoveMembersOptions } from './admin/change-groups.ts';
export type { ChangeOptions, CreatedTopic, NewTopic, PartitionsToCreate, TopicRef } from './admin/change-topics.ts';
export type {
  ApiVersionRange,
  BrokerDescription,
  ClusterDescription,
  DescribeClusterOptions,
  FeatureDescription,
  LogDir,
  LogDirOptions,
  NodeOptions,
  PartitionReassignment,
  ReassignmentOptions,
  ReplicaOnDisk,
} from './admin/cluster-info.ts';
export type {
  ConfigChange,
  ConfigEntry,
  ConfigResource,
  ConfigResourceType,
  ConfigSource,
  ConfigSynonym,
  ConfigValueType,
  DescribeConfigsOptions,
  ListConfigResourcesOptions,
  ResourceConfigs,
} from './admin/configs.ts';
export type { DeletedRecords, RecordsToDelete } from './admin/delete-records.ts';
export type { DescribeGroupsOptions, GroupDescription, MemberDescription } from './admin/describe-groups.ts';
export type { PartitionProducers, ProducerDescription } from './admin/describe-producers.ts';
export type {
  DescribeTopicsOptions,
  ListTopicsOptions,
  PartitionDescription,
  TopicDescription,
  TopicListing,
} from './admin/describe-topics.ts';
export type { GroupLagOptions, PartitionLag } from './admin/group-lag.ts';
export type { Election, ElectLeadersOptions } from './admin/elect-leaders.ts';
export type { AlterReassignmentsOptions, ReassignmentToAlter } from './admin/alter-reassignments.ts';
export type {
  AclPatternType,
  AclPermission,
  AclResourceType,
  AclRule,
  DescribeAclsOptions,
} from './admin/describe-acls.ts';
export type { FeatureUpdate, UpdateFeaturesOptions } from './admin/update-features.ts';
export type { FetchGroupOffsetsOptions, GroupOffset, GroupOffsets, GroupOffsetsQuery } from './admin/group-offsets.ts';
export type {
  GroupListing,
  GroupListings,
  GroupState,
  GroupType,
  ListGroupsOptions,
  NodeFailure,
} from './admin/list-groups.ts';
export type { FoundOffset, ListOffsetsOptions, OffsetPlace, OffsetQuery } from './admin/list-offsets.ts';
export { allOrThrow, oneOrThrow, type Outcome } from './admin/outcome.ts';
export type { OffsetReset, ResetOffsetsOptions, ResetTarget } from './admin/reset-group-offsets.ts';
export type {
  FencedProducer,
  ListTransactionsOptions,
  TransactionDescription,
  TransactionListing,
  TransactionListings,
  TransactionState,
  TransactionToAbort,
} from './admin/transactions.ts';
export {
  AbortError,
  AuthError,
  ClosedError,
  DecodeError,
  DeliveryError,
  type DeliveryOutcome,
  FencedError,
  KafkaError,
  TimeoutError,
  type KafkaErrorCode,
  type KafkaErrorOptions,
} from './error.ts';
export type {
  Assignor,
  BuiltInAssignor,
  GroupAssignment,
  GroupMember,
  GroupToAssign,
  MemberAssignment,
  OwnMembership,
  RebalanceKind,
} from './group/assignor.ts';
export type {
  CommitResult,
  CommittedOffset,
  GroupProtocol,
  MembershipPhase,
  MembershipState,
  OffsetRequestOptions,
} from './group/membership.ts';
export { kafka, type Kafka, type KafkaOptions } from './kafka.ts';
export type { Auth } from './auth/auth-options.ts';
export type { OAuthBearerAuth, OAuthToken } from './auth/oauth-bearer.ts';
export type { PlainAuth } from './auth/plain.ts';
export type { SaslContext, SaslConversation, SaslMechanism } from './auth/sasl-mechanism.ts';
export type { ScramAuth } from './auth/scram.ts';
export type { Secret } from './auth/secret.ts';
export type { BootstrapBrokers } from './cluster/brokers.ts';
export type { ClusterOptions } from './cluster/cluster.ts';
export type { BrokerEndpoint } from './cluster/topic-metadata.ts';
export type { TlsOptions } from './network/socket.ts';
export type {
  TelemetryApi,
  TelemetryAttributes,
  TelemetryMeter,
  TelemetryOptions,
  TelemetryTracer,
} from './telemetry/telemetry-api.ts';
export { Batch } from './consumer/batch.ts';
export { Consumer, type BatchesOptions, type CloseOptions, type ConsumerLag } from './consumer/consumer.ts';
export type { SeekTarget } from './consumer/assignment.ts';
export type { CommitMode, ConsumerOptions, RawTopic, StallReport } from './consumer/consumer-options.ts';
export type { DeadLetter, RawRecord, RawSender } from './consumer/dead-letter.ts';
export type { Explanation, PartitionExplanation } from './consumer/explain.ts';
export type { PositionReset, ResetPolicy } from './consumer/position-resolver.ts';
export type { Handler, HandlerContext, RetryOptions, RunOptions } from './consumer/run-options.ts';
export type { UndecodablePolicy, UndecodableReport } from './consumer/undecodable.ts';
export {
  exactlyOnce,
  type ExactlyOnceOptions,
  type TransactedBatch,
  type TransactedSource,
} from './producer/exactly-once.ts';
export type { BatchAck, Compression, Delivery, ProducerOptions } from './producer/options.ts';
export type { Partitioner, PartitionerInput } from './producer/partitioner.ts';
export type { Ack } from './producer/producer-batch.ts';
export type { WaitOptions } from './producer/producer-core.ts';
export { Producer, type CloseProducerOptions, type RawRecordToSend } from './producer/producer.ts';
export { Transaction } from './producer/transaction.ts';
export type { AnyCodec, Codec, DecodeContext, EncodeContext, EncodedBytes, MessageHeader } from './topic/codec.ts';
export { bigInt64, bytes, int32, int64, nullable, str, uuid } from './topic/codecs.ts';
export { json, SchemaIssuesError, type JsonOptions } from './topic/json.ts';
export type { StandardSchemaIssue, StandardSchemaResult, StandardSchemaV1 } from './topic/standard-schema.ts';
export { topic } from './topic/topic.ts';
export type { AnyTopic, HeadersToSend, Message, MessageOf, RecordExtras, RecordFor, Topic } from './topic/topic.ts';
export type { GroupMetadata, OffsetSource, OffsetToCommit, TopicPartition } from './topic-partition.ts';
