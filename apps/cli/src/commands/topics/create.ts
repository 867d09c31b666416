import { oneOrThrow } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { collectPair, parseCount } from '../option-parsers.ts';

interface CreateOptions extends ClusterOptions {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config?: ReadonlyMap<string, string>;
  readonly validateOnly?: true;
}

export function createTopicCommand(context: CliContext): Command {
  return clusterCommand('create', 'create a topic', [
    'millrace topics create orders -p 6 -c retention.ms=86400000',
    'millrace topics create prices -p 3 -c cleanup.policy=compact --validate-only',
  ])
    .argument('<topic>')
    .option('-p, --partitions <count>', "partitions (default: the broker's num.partitions)", parseCount)
    .option(
      '-r, --replication-factor <count>',
      "replicas (default: the broker's default.replication.factor)",
      parseCount,
    )
    .option('-c, --config <key=value>', 'a setting of the topic, repeatable', collectPair)
    .option('--validate-only', 'check the request and create nothing')
    .action(async (name: string, options: CreateOptions) => {
      const { signal, output } = context;
      const { partitions, replicationFactor, config, validateOnly = false } = options;
      const topic = {
        name,
        ...(partitions === undefined ? {} : { partitions }),
        ...(replicationFactor === undefined ? {} : { replicationFactor }),
        configs: Object.fromEntries(config ?? []),
      };
      const { topicId } = await withAdmin(context, options, async (admin) =>
        oneOrThrow(await admin.createTopics([topic], { validateOnly, signal })),
      );
      if (options.json) output.line(JSON.stringify({ name, topicId, validateOnly }));
      else output.line(validateOnly ? `topic ${name} could be created` : `created topic ${name} (id ${topicId})`);
    });
}
