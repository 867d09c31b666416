/**
 * Sizes and offsets of the partitions that are open here, read at each scrape.
 *
 * Bounds: sums by topic for all; single partitions up to `millrace.metrics.series.max`, whole topics at a time in the order in which
 *   they were made, so that what is shown of a topic is complete; a gauge tells how many are left out.
 */
import type { Clock, MetricSample, MetricsRegistry } from '@millrace/base';
import type { PartitionLog } from '@millrace/log';
import type { TopicMetadata } from '@millrace/metadata';

export interface OpenPartition {
  readonly topic: TopicMetadata;
  readonly log: PartitionLog;
}

export interface PartitionMetricsOptions {
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  /** A topic's partitions come one after the other. */
  readonly open: () => Iterable<OpenPartition>;
  readonly seriesMax: () => number;
}

export function registerPartitionMetrics(options: PartitionMetricsOptions): void {
  const { metrics, clock, open, seriesMax } = options;
  const byTopic = (name: string, help: string, value: (log: PartitionLog) => number, join = add): void =>
    metrics.gaugeFamily(name, help, ['topic'], () => joinedByTopic(open(), value, join));
  const byPartition = (name: string, help: string, value: (log: PartitionLog) => number): void =>
    metrics.gaugeFamily(name, help, ['topic', 'partition'], function* () {
      for (const { topic, log } of shown(open(), seriesMax())) {
        yield { labels: { topic: topic.name, partition: String(log.id.partition) }, value: value(log) };
      }
    });

  byTopic('millrace_topic_partitions', 'Partitions of the topic that this broker serves', () => 1);
  byTopic('millrace_topic_log_bytes', 'Bytes of record batches that the topic holds', (log) => log.sizeBytes);
  byPartition(
    'millrace_partition_log_bytes',
    'Bytes of record batches that the partition holds',
    (log) => log.sizeBytes,
  );
  byPartition('millrace_partition_log_start_offset', 'First offset that can be read', (log) => log.logStartOffset);
  byPartition(
    'millrace_partition_log_end_offset',
    'Offset that the next record will get; above the high watermark by what is on its way to the disk',
    (log) => log.logEndOffset,
  );
  byPartition(
    'millrace_partition_high_watermark',
    'Offset up to which records are durable and can be read',
    (log) => log.highWatermark,
  );
  byTopic(
    'millrace_topic_unstable_records',
    'Offsets behind the first open transaction of each partition, which consumers with read_committed do not see yet',
    (log) => log.highWatermark - log.lastStableOffset,
  );
  byTopic(
    'millrace_topic_oldest_open_transaction_seconds',
    'Time since the first record of the oldest transaction that has neither been committed nor aborted, of all partitions; 0 without one',
    (log) => oldestOpenSeconds(log, clock.nowMs()),
    Math.max,
  );
  metrics.gauge(
    'millrace_metrics_partitions_omitted',
    'Partitions that are not shown one by one, because of millrace.metrics.series.max',
    () => {
      let omitted = 0;
      for (const each of open()) if (each !== undefined) omitted++;
      for (const each of shown(open(), seriesMax())) if (each !== undefined) omitted--;
      return omitted;
    },
  );
}

function add(left: number, right: number): number {
  return left + right;
}

function oldestOpenSeconds(log: PartitionLog, nowMs: number): number {
  // By far most logs have none open.
  if (log.lastStableOffset >= log.highWatermark) return 0;
  let oldestMs = nowMs;
  for (const { startedMs } of log.openTransactions()) oldestMs = Math.min(oldestMs, startedMs);
  return (nowMs - oldestMs) / 1_000;
}

function* joinedByTopic(
  open: Iterable<OpenPartition>,
  value: (log: PartitionLog) => number,
  join: (left: number, right: number) => number,
): Iterable<MetricSample> {
  let name: string | undefined;
  let joined = 0;
  for (const { topic, log } of open) {
    if (topic.name !== name) {
      if (name !== undefined) yield { labels: { topic: name }, value: joined };
      name = topic.name;
      joined = 0;
    }
    joined = join(joined, value(log));
  }
  if (name !== undefined) yield { labels: { topic: name }, value: joined };
}

function* shown(open: Iterable<OpenPartition>, seriesMax: number): Iterable<OpenPartition> {
  let room = seriesMax;
  let topicId: string | undefined;
  let isShown = false;
  for (const partition of open) {
    const { topic } = partition;
    if (topic.topicId !== topicId) {
      topicId = topic.topicId;
      isShown = topic.partitions.length <= room;
      if (isShown) room -= topic.partitions.length;
    }
    if (isShown) yield partition;
  }
}
