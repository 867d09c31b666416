import { allOrThrow, KafkaError } from '@millrace/sdk';
import { InvalidArgumentError, type Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, throwFailures, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { collectPartitions } from '../option-parsers.ts';

interface DeleteRecordsOptions extends ClusterOptions {
  readonly before: number | 'latest';
  readonly partition?: readonly number[];
}

interface Failure {
  readonly partition: number;
  readonly error: KafkaError;
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
      const failures: Failure[] = [];
      for (const outcome of outcomes) {
        if (!outcome.ok) failures.push(outcome);
        else if (options.json) {
          output.line(JSON.stringify({ topic, partition: outcome.partition, startOffset: outcome.lowWatermark }));
        } else output.line(`${topic}[${String(outcome.partition)}] begins at ${String(outcome.lowWatermark)}`);
      }
      throwFailures(
        explained(topic, before, failures),
        `records of ${String(failures.length)} of ${String(outcomes.length)} partitions were not deleted`,
      );
    });
}

/** Kafka's answer has a code and no words; partitions that were refused for one reason are told of once. */
function explained(topic: string, before: number | 'latest', failures: readonly Failure[]): unknown[] {
  const explanations = new Map<unknown, string>([
    [
      'POLICY_VIOLATION',
      `topic "${topic}" is compacted only, and its records go by their keys: write a record without a value to delete a key, ` +
        'or set cleanup.policy=compact,delete first',
    ],
    [
      'OFFSET_OUT_OF_RANGE',
      `--before ${String(before)} is behind the end of ${listOf(topic, failures, 'OFFSET_OUT_OF_RANGE')}: ` +
        `give an offset up to the end (millrace offsets ${topic} shows it), or --before end`,
    ],
  ]);
  const told = new Set<unknown>();
  return failures.flatMap(({ error }) => {
    const { kafkaCode } = error;
    const words = explanations.get(kafkaCode);
    if (words === undefined) return [error];
    if (told.has(kafkaCode)) return [];
    told.add(kafkaCode);
    return [
      new KafkaError(error.code, `deleting records failed with ${String(kafkaCode)}: ${words}`, { cause: error }),
    ];
  });
}

function listOf(topic: string, failures: readonly Failure[], code: string): string {
  const refused = failures.filter(({ error }) => error.kafkaCode === code);
  return `${topic}[${refused.map(({ partition }) => String(partition)).join(', ')}]`;
}

function parseBefore(text: string): number | 'latest' {
  if (text === 'end') return 'latest';
  const offset = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(offset)) {
    throw new InvalidArgumentError('it must be an offset, or end');
  }
  return offset;
}
