import type { Cluster } from '../cluster/cluster.ts';

/** What a consumer needs of a cluster. */
export type ConsumerCluster = Pick<
  Cluster,
  | 'runtime'
  | 'clientId'
  | 'requestTimeoutMs'
  | 'sendTo'
  | 'versionOf'
  | 'topic'
  | 'fetchTopic'
  | 'fetchTopics'
  | 'invalidate'
  | 'applyLeaderHint'
  | 'onMetadataChange'
  | 'closeLane'
  | 'isClosed'
>;
