export {
  ConfigResourceType,
  type BrokerListener,
  type BrokerRegistration,
  type ClusterSnapshot,
  type ConfigResource,
  type MetaStore,
  type NewTopic,
  type PartitionOwnership,
  type ProducerIdBlock,
  type TopicMetadata,
} from './meta-store.ts';
export { createMemoryMetaStore, type MemoryMetaStoreOptions } from './memory-meta-store.ts';
export { type MetadataErrorCode } from './metadata-error.ts';
export { createSqliteMetaStore, type SqliteMetaStoreOptions } from './sqlite-meta-store.ts';
