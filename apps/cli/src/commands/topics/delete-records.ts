import { allOrThrow } from '@millrace/sdk';
import { InvalidArgumentError, type Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, throwFailures, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { collectPartitions } from '../option-parsers.ts';

interface DeleteRecordsOptions extends ClusterOptions {
  readonly before: number | 'latest';
  readonly partition?: readonly number[];
}

export function deleteRecordsCommand(context: CliContext): Command {
  return clusterCommand('delete-records', 'delete the oldest records of a topic, for good', [
    'millrace topics delete-records orders --before 1000 --partition 0',
    'millrace topics delete-records orders --before end                # all that is there now',
  ])
    .argument('<topic>')
    .requiredOption('--before <offset>', 'the first offset to keep, or end', parseBefore)
    .option('-p, --partition <numbers>', 'only these partitions: 3, or 0,2,5..7', collectPartitions)
    .action(async (topic: string, options: DeleteRecordsOptions) => {
      const { signal, output } = context;
      const { before, partition: wanted } = options;
      const outcomes = await withAdmin(context, options, async (admin) => {
        const [described] = allOrThrow(await admin.describeTopics([topic], { signal }));
        const partitions = wanted ?? Array.from({ length: described?.partitionCount ?? 0 }, (_, each) => each);
        return admin.deleteRecords(
          partitions.map((partition) => ({ topic, partition, before })),
          { signal },
        );
      });
      const failures: unknown[] = [];
      for (const outcome of outcomes) {
        if (!outcome.ok) failures.push(outcome.error);
        else if (options.json) {
          output.line(JSON.stringify({ topic, partition: outcome.partition, startOffset: outcome.lowWatermark }));
        } else output.line(`${topic}[${String(outcome.partition)}] begins at ${String(outcome.lowWatermark)}`);
      }
      throwFailures(
        failures,
        `records of ${String(failures.length)} of ${String(outcomes.length)} partitions were not deleted`,
      );
    });
}

function parseBefore(text: string): number | 'latest' {
  if (text === 'end') return 'latest';
  const offset = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(offset)) {
    throw new InvalidArgumentError('it must be an offset, or end');
  }
  return offset;
}
