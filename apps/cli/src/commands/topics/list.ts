import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { printTable } from '../../output.ts';

export function listTopicsCommand(context: CliContext): Command {
  return clusterCommand('list', 'list topics', [
    'millrace topics list',
    "millrace topics list --json | jq -r '.[].name'",
  ])
    .option('--internal', 'internal topics as well')
    .action(async (options: ClusterOptions & { internal?: true }) => {
      const internal = options.internal ?? false;
      const { signal, output } = context;
      const topics = await withAdmin(context, options, (admin) => admin.listTopics({ internal, signal }));
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
