/**
 * How far consumer groups are behind, read at each scrape from what they committed.
 *
 * Lag in records is what `kafka-consumer-groups` shows: high watermark less committed offset. Lag in seconds is the age of the first
 * record that the group has not read: now less the largest timestamp in that record's batch while memory holds it, else less a time on
 * a line between the first and the last timestamp that are known of its segment. Nothing is read from disk for it. Where records have
 * no time it is left out.
 *
 * Bounds: sums by topic, and single partitions, each up to `millrace.metrics.series.max`; a gauge tells how many partitions are left out.
 */
import type { Clock, MetricSample, MetricsRegistry } from '@millrace/base';
import type { GroupOffset } from '@millrace/coordinator';
import type { PartitionLog } from '@millrace/log';
import { timestampNear } from '@millrace/log/internal';

export interface GroupLagOptions {
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  /** A group's partitions of one topic come one after the other. */
  readonly committedOffsets: () => Iterable<GroupOffset>;
  readonly logOf: (topic: string, partition: number) => PartitionLog | undefined;
  readonly seriesMax: () => number;
}

interface GroupPosition {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly log: PartitionLog;
}

export function registerGroupLag(options: GroupLagOptions): void {
  const { metrics, clock, seriesMax } = options;
  const positions = (): Iterable<GroupPosition> => positionsOf(options);
  const seconds = (position: GroupPosition): number => lagSeconds(position, clock.nowMs());
  const byTopic = (name: string, help: string, value: Value, join: Join): void =>
    metrics.gaugeFamily(name, help, ['group', 'topic'], () => first(seriesMax(), joined(positions(), value, join)));
  const byPartition = (name: string, help: string, value: Value): void =>
    metrics.gaugeFamily(name, help, ['group', 'topic', 'partition'], () =>
      first(seriesMax(), samplesOf(positions(), value)),
    );

  byTopic('millrace_group_topic_lag_records', 'Records of the topic that the group has not committed', lagRecords, sum);
  byTopic(
    'millrace_group_topic_lag_seconds',
    'Age of the oldest record of the topic that the group has not committed; 0 when it has committed all',
    seconds,
    largest,
  );
  byPartition('millrace_group_partition_committed_offset', 'Offset that the group committed', ({ offset }) => offset);
  byPartition(
    'millrace_group_partition_lag_records',
    'Records of the partition that the group has not committed: high watermark less committed offset',
    lagRecords,
  );
  byPartition(
    'millrace_group_partition_lag_seconds',
    'Age of the first record of the partition that the group has not committed; exact to a batch while memory holds it, else estimated within its segment',
    seconds,
  );
  metrics.gauge(
    'millrace_metrics_group_offsets_omitted',
    'Committed offsets that are not shown one by one, because of millrace.metrics.series.max',
    () => {
      let count = 0;
      for (const each of positions()) if (each.offset >= 0) count++;
      return Math.max(0, count - seriesMax());
    },
  );
}

type Value = (position: GroupPosition) => number;
type Join = (left: number, right: number) => number;

const sum: Join = (left, right) => left + right;
/** NaN means that the one is not known. */
const largest: Join = (left, right) => (right > left || Number.isNaN(left) ? right : left);

/** Of partitions that this broker serves. */
function* positionsOf({ committedOffsets, logOf }: GroupLagOptions): Iterable<GroupPosition> {
  for (const { groupId, topic, partition, offset } of committedOffsets()) {
    const log = logOf(topic, partition);
    if (log !== undefined && offset >= 0n) yield { groupId, topic, partition, offset: Number(offset), log };
  }
}

function lagRecords({ offset, log }: GroupPosition): number {
  return Math.max(0, log.highWatermark - offset);
}

function lagSeconds(position: GroupPosition, nowMs: number): number {
  if (lagRecords(position) === 0) return 0;
  return Math.max(0, nowMs - timestampNear(position.log, position.offset)) / 1000;
}

function* samplesOf(positions: Iterable<GroupPosition>, value: Value): Iterable<MetricSample> {
  for (const position of positions) {
    const { groupId: group, topic, partition } = position;
    yield { labels: { group, topic, partition: String(partition) }, value: value(position) };
  }
}

/** One value for each group and topic. */
function* joined(positions: Iterable<GroupPosition>, value: Value, join: Join): Iterable<MetricSample> {
  let open: { readonly group: string; readonly topic: string; value: number } | undefined;
  for (const position of positions) {
    const { groupId: group, topic } = position;
    const next = value(position);
    if (open?.group === group && open.topic === topic) {
      open.value = join(open.value, next);
    } else {
      if (open !== undefined) yield sampleOf(open);
      open = { group, topic, value: next };
    }
  }
  if (open !== undefined) yield sampleOf(open);
}

function sampleOf({ group, topic, value }: { group: string; topic: string; value: number }): MetricSample {
  return { labels: { group, topic }, value };
}

function* first(countMax: number, samples: Iterable<MetricSample>): Iterable<MetricSample> {
  let count = 0;
  for (const sample of samples) {
    if (count++ >= countMax) return;
    yield sample;
  }
}
