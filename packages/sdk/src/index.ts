export {
  AbortError,
  AuthError,
  ClosedError,
  DecodeError,
  DeliveryError,
  FencedError,
  KafkaError,
  TimeoutError,
  type KafkaErrorCode,
  type KafkaErrorOptions,
} from './error.ts';
export { kafka, type Kafka, type KafkaOptions } from './kafka.ts';
export type { BootstrapBrokers } from './cluster/brokers.ts';
export type { ClusterOptions } from './cluster/cluster.ts';
export type { BrokerEndpoint } from './cluster/topic-metadata.ts';
export type { TlsOptions } from './network/socket.ts';
export {
  TopicAdmin,
  type CreateTopicOptions,
  type PartitionDescription,
  type TopicDescription,
  type TopicListing,
} from './topic-admin.ts';
export { Batch } from './consumer/batch.ts';
export { Consumer, type BatchesOptions, type CloseOptions, type ConsumerLag } from './consumer/consumer.ts';
export type { SeekTarget } from './consumer/assignment.ts';
export type { CommitMode, ConsumerOptions, RawTopic, StallReport } from './consumer/consumer-options.ts';
export type { DeadLetter, RawRecord, RawSender } from './consumer/dead-letter.ts';
export type { Explanation, PartitionExplanation } from './consumer/explain.ts';
export type { PositionReset, ResetPolicy } from './consumer/position-resolver.ts';
export type { Handler, HandlerContext, RetryOptions, RunOptions } from './consumer/run-options.ts';
export type { UndecodablePolicy, UndecodableReport } from './consumer/undecodable.ts';
export type { AnyCodec, Codec, DecodeContext, EncodeContext, EncodedBytes, MessageHeader } from './topic/codec.ts';
export { bigInt64, bytes, int32, int64, nullable, str, uuid } from './topic/codecs.ts';
export { json, SchemaIssuesError, type JsonOptions } from './topic/json.ts';
export type { StandardSchemaIssue, StandardSchemaResult, StandardSchemaV1 } from './topic/standard-schema.ts';
export { topic } from './topic/topic.ts';
export type { AnyTopic, HeadersToSend, Message, MessageOf, RecordExtras, RecordFor, Topic } from './topic/topic.ts';
export type { GroupMetadata, OffsetSource, OffsetToCommit, TopicPartition } from './topic-partition.ts';
