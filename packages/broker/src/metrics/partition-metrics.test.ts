import { noMetrics, type MetricSample, type MetricsRegistry } from '@millrace/base';
import type { OpenTransaction, PartitionLog } from '@millrace/log';
import type { TopicMetadata } from '@millrace/metadata';
import { registerPartitionMetrics, type OpenPartition } from './partition-metrics.ts';

const NOW_MS = 100_000;

function partition(
  topicName: string,
  index: number,
  [lastStableOffset, highWatermark]: readonly [number, number],
  startedMs: readonly number[] = [],
): OpenPartition {
  const open = startedMs.map((ms): Partial<OpenTransaction> => ({ startedMs: ms }));
  const log = { id: { partition: index }, lastStableOffset, highWatermark, openTransactions: () => open };
  const topic = { name: topicName, topicId: topicName, partitions: [] };
  return { topic: topic as unknown as TopicMetadata, log: log as unknown as PartitionLog };
}

function scrape(open: readonly OpenPartition[]): Map<string, MetricSample[]> {
  const families = new Map<string, MetricSample[]>();
  const metrics: MetricsRegistry = {
    ...noMetrics,
    gaugeFamily: (name, _help, _labels, read) => families.set(name, [...read()]),
  };
  const clock = { nowMs: () => NOW_MS, monotonicMs: () => 0 };
  registerPartitionMetrics({ metrics, clock, open: () => open, seriesMax: () => 10 });
  return families;
}

describe('registerPartitionMetrics', () => {
  it('tells by topic how long the oldest transaction is open, and what waits behind it', () => {
    const families = scrape([
      partition('orders', 0, [5, 9], [95_000, 70_000]),
      partition('orders', 1, [1, 2], [99_000]),
      partition('quiet', 0, [7, 7]),
    ]);

    expect(families.get('millrace_topic_oldest_open_transaction_seconds')).toEqual([
      { labels: { topic: 'orders' }, value: 30 },
      { labels: { topic: 'quiet' }, value: 0 },
    ]);
    expect(families.get('millrace_topic_unstable_records')).toEqual([
      { labels: { topic: 'orders' }, value: 5 },
      { labels: { topic: 'quiet' }, value: 0 },
    ]);
  });
});
