import { allOrThrow, type OffsetPlace } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { clusterCommand, withAdmin, type ClusterOptions } from '../cluster/cluster-command.ts';
import { printTable } from '../output.ts';
import { collectPartitions, parseTime } from './option-parsers.ts';

interface OffsetsOptions extends ClusterOptions {
  readonly partition?: readonly number[];
  readonly at?: number;
}

export function offsetsCommand(context: CliContext): Command {
  return clusterCommand('offsets', 'show where the partitions of topics begin and end', [
    'millrace offsets orders',
    'millrace offsets orders --at 2026-03-01T12:00:00Z     # the first record at or behind a time as well',
  ])
    .argument('<topic...>')
    .option('-p, --partition <numbers>', 'only these partitions: 3, or 0,2,5..7', collectPartitions)
    .option('--at <time>', 'also the first offset at or behind a time: ISO, -10m, or @<ms>', (text) => parseTime(text))
    .action(async (topics: string[], options: OffsetsOptions) => {
      const { signal, output } = context;
      const { at, partition: wanted } = options;
      const rows = await withAdmin(context, options, async (admin) => {
        const described = allOrThrow(await admin.describeTopics([...new Set(topics)], { signal }));
        const partitions = described.flatMap(({ name: topic, partitionCount }) =>
          (wanted ?? Array.from({ length: partitionCount }, (_, each) => each)).map((partition) => ({
            topic,
            partition,
          })),
        );
        const ask = async (place: OffsetPlace) =>
          allOrThrow(
            await admin.listOffsets(
              partitions.map((each) => ({ ...each, at: place })),
              { signal },
            ),
          );
        const [earliest, latest, found] = await Promise.all([
          ask('earliest'),
          ask('latest'),
          at === undefined ? [] : ask({ timestampMs: at }),
        ]);
        return partitions.map(({ topic, partition }, index) => {
          const [startOffset, endOffset] = [earliest[index]?.offset ?? 0, latest[index]?.offset ?? 0];
          const atTime = at === undefined ? {} : { offset: found[index]?.offset ?? null };
          return { topic, partition, startOffset, endOffset, count: endOffset - startOffset, ...atTime };
        });
      });
      if (options.json) {
        output.line(JSON.stringify(rows));
        return;
      }
      const header = ['TOPIC', 'PARTITION', 'START', 'END', 'OFFSETS', ...(at === undefined ? [] : ['AT TIME'])];
      printTable(
        output,
        header,
        rows.map((row) => [
          row.topic,
          String(row.partition),
          String(row.startOffset),
          String(row.endOffset),
          String(row.count),
          ...('offset' in row ? [row.offset === null ? 'none' : String(row.offset)] : []),
        ]),
      );
    });
}
