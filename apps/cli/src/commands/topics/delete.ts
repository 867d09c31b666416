import type { Command } from 'commander';
import type { Output } from '../../output.ts';
import { topicsCommand, withAdmin, type TopicsOptions } from './topics-options.ts';

export function deleteTopicCommand(output: Output): Command {
  return topicsCommand('delete', 'delete topics and their data')
    .argument('<topic...>')
    .action(async (topics: string[], options: TopicsOptions) => {
      await withAdmin(options, async (admin) => {
        for (const topic of topics) {
          await admin.deleteTopic(topic);
          output.line(options.json ? JSON.stringify({ name: topic, deleted: true }) : `deleted topic ${topic}`);
        }
      });
    });
}
