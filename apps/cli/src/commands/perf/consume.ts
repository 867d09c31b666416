import type { Consumer, RawTopic } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withKafka, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { bar, grouped, Progress } from '../../progress.ts';
import { parseCount, parseDuration } from '../option-parsers.ts';
import { Latencies } from './latencies.ts';
import { printPerf, type PerfResult } from './report.ts';

interface PerfConsumeOptions extends ClusterOptions {
  readonly count: number;
  readonly group?: string;
  readonly idle: number;
}

export function perfConsumeCommand(context: CliContext): Command {
  return clusterCommand('consume', 'read records as fast as they come', [
    'millrace perf consume bench --count 1000000',
    'millrace perf consume bench --count 100000 --group perf --json',
  ])
    .argument('<topic...>')
    .option('-n, --count <records>', 'how many', parseCount, 100_000)
    .option('-g, --group <id>', 'as a member of this group, whose offsets move on')
    .option('--idle <time>', 'end when nothing came for so long', parseDuration, 5_000)
    .addHelpText('after', '\nLatency is told for records that were written while it ran: from their timestamp to here.')
    .action(async (topics: string[], options: PerfConsumeOptions) => {
      const result = await withKafka(context, options, async (kafka) => {
        const { group } = options;
        await using consumer = kafka.consumer<RawTopic>({
          topics,
          from: 'earliest',
          ...(group === undefined ? {} : { group }),
        });
        return await measure(context, consumer, options);
      });
      printPerf(context.output, 'read', result, options.json ?? false);
    });
}

async function measure(
  context: CliContext,
  consumer: Consumer,
  { count: wanted, idle }: PerfConsumeOptions,
): Promise<PerfResult> {
  const latencies = new Latencies();
  const startedAt = Date.now();
  const end = new AbortController();
  let [records, bytes, firstMs, lastMs] = [0, 0, 0, performance.now()];
  const timer = setInterval(() => performance.now() - lastMs > idle && end.abort(), Math.min(idle, 200));
  using _progress = new Progress(context, () => `${bar(records, wanted)}${grouped(records)} records`);
  try {
    for await (const batch of consumer.batches({ signal: AbortSignal.any([context.signal, end.signal]) })) {
      lastMs = performance.now();
      // Joining a group and finding leaders is no part of the rate.
      if (firstMs === 0) firstMs = lastMs;
      const now = Date.now();
      for (const { timestamp, key, value } of batch) {
        bytes += (key?.length ?? 0) + (value?.length ?? 0);
        if (timestamp >= startedAt) latencies.add(now - timestamp);
      }
      records += batch.size;
      batch.done();
      lastMs = performance.now();
      if (records >= wanted) break;
    }
  } finally {
    clearInterval(timer);
  }
  return { records, bytes, durationMs: firstMs === 0 ? 0 : lastMs - firstMs, latency: latencies.summary() };
}
