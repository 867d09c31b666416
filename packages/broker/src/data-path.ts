/** What produce and fetch keep across requests, apart from the logs themselves. */
import { noMetrics, type Clock, type Timers } from '@millrace/base';
import type { BrokerConfig } from './config/broker-config.ts';
import { LogWatches } from './fetch/log-watches.ts';
import { PartitionErrors } from './metrics/partition-errors.ts';
import { TopicTraffic } from './metrics/topic-traffic.ts';
import { TopicSettingsCache } from './partitions/topic-settings.ts';
import { BatchPreparation } from './produce/batch-preparation.ts';
import { TimerWheel } from './timer-wheel.ts';

export interface DataPath {
  readonly watches: LogWatches;
  readonly traffic: TopicTraffic;
  readonly produceErrors: PartitionErrors;
  readonly fetchErrors: PartitionErrors;
  readonly produceDeadlines: TimerWheel;
  readonly preparation: BatchPreparation;
  readonly topicSettings: TopicSettingsCache;
}

export function createDataPath(config: BrokerConfig, clock: Clock, timers: Timers, metrics = noMetrics): DataPath {
  return {
    topicSettings: new TopicSettingsCache(config),
    watches: new LogWatches(),
    traffic: new TopicTraffic(),
    produceErrors: new PartitionErrors(metrics, 'Produce'),
    fetchErrors: new PartitionErrors(metrics, 'Fetch'),
    produceDeadlines: new TimerWheel(clock, timers),
    preparation: new BatchPreparation(clock, config.memoryShares.openingBytes),
  };
}
