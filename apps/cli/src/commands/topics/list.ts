import type { Command } from 'commander';
import { printTable, type Output } from '../../output.ts';
import { topicsCommand, withAdmin, type TopicsOptions } from './topics-options.ts';

export function listTopicsCommand(output: Output): Command {
  return topicsCommand('list', 'list topics')
    .option('--internal', 'internal topics as well')
    .action(async (options: TopicsOptions & { internal?: true }) => {
      const topics = await withAdmin(options, (admin) => admin.listTopics({ internal: options.internal ?? false }));
      if (options.json) {
        output.line(JSON.stringify(topics));
      } else {
        const rows = topics.map((topic) => [
          topic.name,
          String(topic.partitionCount),
          String(topic.replicationFactor),
          topic.topicId,
        ]);
        printTable(output, ['TOPIC', 'PARTITIONS', 'REPLICAS', 'ID'], rows);
      }
    });
}
