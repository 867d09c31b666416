import { oneOrThrow, type ConfigEntry, type TopicDescription } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { printTable, type Output } from '../../output.ts';

export function describeTopicCommand(context: CliContext): Command {
  return clusterCommand('describe', "show a topic's partitions and settings", [
    'millrace topics describe orders',
    "millrace topics describe orders --json | jq '.configs'",
  ])
    .argument('<topic>')
    .action(async (name: string, options: ClusterOptions) => {
      const { signal, output } = context;
      const { topic, own } = await withAdmin(context, options, async (admin) => {
        const found = oneOrThrow(await admin.describeTopics([name], { signal }));
        const { configs } = oneOrThrow(await admin.describeConfigs([{ type: 'topic', name }], { signal }));
        return { topic: found, own: configs.filter(({ source }) => source === 'topic') };
      });
      if (options.json) {
        const { ok: _, ...described } = topic;
        const configs = Object.fromEntries(own.map((config) => [config.name, config.value]));
        output.line(JSON.stringify({ ...described, configs }));
      } else {
        printTopic(output, topic, own);
      }
    });
}

function printTopic(output: Output, topic: TopicDescription, own: readonly ConfigEntry[]): void {
  output.line(`topic ${topic.name}${topic.isInternal ? ' (internal)' : ''}`);
  output.line(`id    ${topic.topicId}`);
  for (const { name, value } of own) output.line(`set   ${name}=${value ?? ''}`);
  output.line('');
  const rows = topic.partitions.map((partition) => [
    String(partition.partition),
    partition.leaderId < 0 ? 'none' : String(partition.leaderId),
    String(partition.leaderEpoch),
    partition.replicas.join(','),
    partition.inSyncReplicas.join(','),
  ]);
  printTable(output, ['PARTITION', 'LEADER', 'EPOCH', 'REPLICAS', 'IN SYNC'], rows);
}
