import type { Clock, Logger, MetricsRegistry, Random, Timers } from '@millrace/base';
import type { GroupCoordinator, TransactionCoordinator } from '@millrace/coordinator';
import type { LogEngine, PartitionLog } from '@millrace/log';
import type { MetaStore, TopicMetadata } from '@millrace/metadata';
import type { BrokerConfig } from './config/broker-config.ts';
import type { DataPath } from './data-path.ts';
import type { FetchSessions } from './fetch-session/fetch-sessions.ts';
import type { BrokerNeighbours } from './neighbours.ts';
import type { ProducerIds } from './producer-ids.ts';
import type { TopicAdmin } from './topics/topic-admin.ts';

/** Where a partition is served. */
export type PartitionLocation =
  | { readonly kind: 'owned'; readonly topic: TopicMetadata; readonly log: PartitionLog }
  /** Another broker owns it, or this one owns it and is still opening its log (`owner` is then this broker's node id). */
  | { readonly kind: 'elsewhere'; readonly topic: TopicMetadata; readonly owner: number; readonly leaderEpoch: number }
  | { readonly kind: 'unknown' };

/** The partitions that this broker serves; follows the MetaStore. */
export interface PartitionRegistry {
  locateByName(topicName: string, partition: number): PartitionLocation;
  locateById(topicId: string, partition: number): PartitionLocation;
  /**
   * Resolves when every partition that this broker owns per `snapshot().version ≥ version` is open (or gone);
   * with `topicId`, when those of that topic are, however long others take.
   */
  settled(version: number, topicId?: string): Promise<void>;
}

/** What handlers work with; one instance per broker. */
export interface BrokerServices {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly metaStore: MetaStore;
  readonly engine: LogEngine;
  readonly partitions: PartitionRegistry;
  readonly topics: TopicAdmin;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly producerIds: ProducerIds;
  readonly fetchSessions: FetchSessions;
  readonly dataPath: DataPath;
  /** Other brokers of this process. */
  readonly neighbours?: BrokerNeighbours | undefined;
}
