export { ClientError, type ClientErrorCode } from './client-error.ts';
export type { ClusterOptions } from './cluster.ts';
export {
  TopicAdmin,
  type CreateTopicOptions,
  type PartitionDescription,
  type TopicDescription,
  type TopicListing,
} from './topic-admin.ts';
