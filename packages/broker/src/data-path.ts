/** What produce and fetch keep across requests, apart from the logs themselves. */
import type { Clock, MetricsRegistry, Timers } from '@millrace/base';
import type { BrokerConfig } from './config/broker-config.ts';
import { DeadlineQueue } from './deadline-queue.ts';
import { LogWatches } from './fetch/log-watches.ts';
import { TopicSettingsCache } from './partitions/topic-settings.ts';
import { BatchPreparation } from './produce/batch-preparation.ts';

/** Bytes of record batches that went in and out of topics. */
export class TopicTraffic {
  readonly #topics = new Map<string, { inBytes: number; outBytes: number }>();

  addIn(topicName: string, bytes: number): void {
    this.#of(topicName).inBytes += bytes;
  }

  addOut(topicName: string, bytes: number): void {
    this.#of(topicName).outBytes += bytes;
  }

  /** The topic is gone. */
  forget(topicName: string): void {
    this.#topics.delete(topicName);
  }

  register(metrics: MetricsRegistry): void {
    const topics = this.#topics;
    metrics.gaugeFamily('millrace_topic_in_bytes_total', 'Bytes of record batches appended by clients', ['topic'], () =>
      [...topics].map(([topic, { inBytes }]) => ({ labels: { topic }, value: inBytes })),
    );
    metrics.gaugeFamily('millrace_topic_out_bytes_total', 'Bytes of record batches fetched by clients', ['topic'], () =>
      [...topics].map(([topic, { outBytes }]) => ({ labels: { topic }, value: outBytes })),
    );
  }

  #of(topicName: string): { inBytes: number; outBytes: number } {
    let traffic = this.#topics.get(topicName);
    if (traffic === undefined) {
      traffic = { inBytes: 0, outBytes: 0 };
      this.#topics.set(topicName, traffic);
    }
    return traffic;
  }
}

export interface DataPath {
  readonly watches: LogWatches;
  readonly traffic: TopicTraffic;
  readonly produceDeadlines: DeadlineQueue;
  readonly preparation: BatchPreparation;
  readonly topicSettings: TopicSettingsCache;
}

export function createDataPath(config: BrokerConfig, clock: Clock, timers: Timers): DataPath {
  return {
    topicSettings: new TopicSettingsCache(config),
    watches: new LogWatches(),
    traffic: new TopicTraffic(),
    produceDeadlines: new DeadlineQueue(clock, timers),
    preparation: new BatchPreparation(clock),
  };
}
