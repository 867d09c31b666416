import type { TopicDescription } from '@millrace/sdk';
import type { Command } from 'commander';
import { printTable, type Output } from '../../output.ts';
import { topicsCommand, withAdmin, type TopicsOptions } from './topics-options.ts';

export function describeTopicCommand(output: Output): Command {
  return topicsCommand('describe', "show a topic's partitions and settings")
    .argument('<topic>')
    .action(async (name: string, options: TopicsOptions) => {
      const topic = await withAdmin(options, (admin) => admin.describeTopic(name));
      if (options.json) output.line(JSON.stringify({ ...topic, configs: Object.fromEntries(topic.configs) }));
      else printTopic(output, topic);
    });
}

function printTopic(output: Output, topic: TopicDescription): void {
  output.line(`topic ${topic.name}${topic.isInternal ? ' (internal)' : ''}`);
  output.line(`id    ${topic.topicId}`);
  for (const [key, value] of topic.configs) output.line(`set   ${key}=${value}`);
  output.line('');
  const rows = topic.partitions.map((partition) => [
    String(partition.partition),
    partition.leader < 0 ? 'none' : String(partition.leader),
    String(partition.leaderEpoch),
    partition.replicas.join(','),
    partition.inSyncReplicas.join(','),
  ]);
  printTable(output, ['PARTITION', 'LEADER', 'EPOCH', 'REPLICAS', 'IN SYNC'], rows);
}
