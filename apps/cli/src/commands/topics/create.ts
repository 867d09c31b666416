import type { Command } from 'commander';
import type { Output } from '../../output.ts';
import { collectPair, parseCount, topicsCommand, withAdmin, type TopicsOptions } from './topics-options.ts';

interface CreateOptions extends TopicsOptions {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config?: ReadonlyMap<string, string>;
  readonly validateOnly?: true;
}

export function createTopicCommand(output: Output): Command {
  return topicsCommand('create', 'create a topic')
    .argument('<topic>')
    .option('-p, --partitions <count>', "partitions (default: the broker's num.partitions)", parseCount)
    .option(
      '-r, --replication-factor <count>',
      "replicas (default: the broker's default.replication.factor)",
      parseCount,
    )
    .option('-c, --config <key=value>', 'a setting of the topic, repeatable', collectPair)
    .option('--validate-only', 'check the request and create nothing')
    .addHelpText('after', '\nExample:\n  millrace topics create orders -p 6 -c retention.ms=86400000')
    .action(async (topic: string, options: CreateOptions) => {
      const topicId = await withAdmin(options, (admin) =>
        admin.createTopic(topic, {
          ...(options.partitions === undefined ? {} : { partitions: options.partitions }),
          ...(options.replicationFactor === undefined ? {} : { replicationFactor: options.replicationFactor }),
          ...(options.config === undefined ? {} : { configs: options.config }),
          validateOnly: options.validateOnly ?? false,
        }),
      );
      if (options.json)
        output.line(JSON.stringify({ name: topic, topicId, validateOnly: options.validateOnly ?? false }));
      else
        output.line(
          options.validateOnly ? `topic ${topic} could be created` : `created topic ${topic} (id ${topicId})`,
        );
    });
}
