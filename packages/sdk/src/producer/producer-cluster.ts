import type { Cluster } from '../cluster/cluster.ts';

/** What a producer asks of the cluster; tests give it one that behaves as they say. */
export type ProducerCluster = Pick<
  Cluster,
  | 'applyLeaderHint'
  | 'clientId'
  | 'coordinator'
  | 'featureLevel'
  | 'fetchTopic'
  | 'forgetCoordinator'
  | 'invalidate'
  | 'onMetadataChange'
  | 'runtime'
  | 'sendTo'
  | 'sendToAny'
  | 'sendWithoutAnswer'
  | 'topic'
>;
