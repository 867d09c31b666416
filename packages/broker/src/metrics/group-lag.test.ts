import type { MetricSample, MetricsRegistry } from '@millrace/base';
import { noMetrics } from '@millrace/base';
import type { GroupOffset } from '@millrace/coordinator';
import type { PartitionLog } from '@millrace/log';
import { registerGroupLag } from './group-lag.ts';

const logWith = (highWatermark: number): PartitionLog =>
  ({ highWatermark, logStartOffset: 0 }) as unknown as PartitionLog;

/** What a scrape shows of these commits, by family; every log ends at 10. */
function shown(offsets: readonly GroupOffset[], seriesMax = 100): Map<string, MetricSample[]> {
  const families = new Map<string, MetricSample[]>();
  const metrics: MetricsRegistry = {
    ...noMetrics,
    gaugeFamily: (name, _help, _labels, read) => families.set(name, [...read()]),
    gauge: (name, _help, read) => families.set(name, [{ labels: {}, value: Number(read()) }]),
  };
  registerGroupLag({
    metrics,
    clock: { nowMs: () => 1_000, monotonicMs: () => 0 },
    committedOffsets: () => offsets,
    logOf: (topic) => (topic === 'gone' ? undefined : logWith(10)),
    seriesMax: () => seriesMax,
  });
  return families;
}

const at = (groupId: string, topic: string, partition: number, offset: bigint): GroupOffset => ({
  groupId,
  topic,
  partition,
  offset,
});

describe('registerGroupLag', () => {
  it('adds up a topic of a group and keeps groups and topics apart', () => {
    const families = shown([at('a', 't', 0, 4n), at('a', 't', 1, 9n), at('a', 'u', 0, 10n), at('b', 'u', 0, 0n)]);

    expect(families.get('millrace_group_topic_lag_records')).toEqual([
      { labels: { group: 'a', topic: 't' }, value: 7 },
      { labels: { group: 'a', topic: 'u' }, value: 0 },
      { labels: { group: 'b', topic: 'u' }, value: 10 },
    ]);
  });

  it('knows no lag below zero, and no partition that is not served here', () => {
    const families = shown([at('a', 't', 0, 99n), at('a', 'gone', 0, 0n), at('a', 't', 1, -1n)]);

    expect(families.get('millrace_group_partition_lag_records')).toEqual([
      { labels: { group: 'a', topic: 't', partition: '0' }, value: 0 },
    ]);
    expect(families.get('millrace_group_partition_lag_seconds')?.[0]?.value).toBe(0);
  });

  it('has no lag in seconds where a record has no time', () => {
    const families = shown([at('a', 't', 0, 0n)]);

    expect(families.get('millrace_group_partition_lag_seconds')?.[0]?.value).toBeNaN();
  });

  it('shows as many offsets as it may and says how many it leaves out', () => {
    const families = shown([at('a', 't', 0, 0n), at('a', 't', 1, 0n), at('b', 't', 0, 0n)], 2);

    expect(families.get('millrace_group_partition_committed_offset')).toHaveLength(2);
    expect(families.get('millrace_metrics_group_offsets_omitted')).toEqual([{ labels: {}, value: 1 }]);
  });
});
