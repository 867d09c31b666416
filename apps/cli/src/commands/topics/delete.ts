import type { Command } from 'commander';
import type { Output } from '../../output.ts';
import { topicsCommand, withAdmin, type TopicsOptions } from './topics-options.ts';

export function deleteTopicCommand(output: Output): Command {
  return topicsCommand('delete', 'delete topics and their data')
    .argument('<topic...>')
    .action(async (topics: string[], options: TopicsOptions) => {
      const failures: unknown[] = [];
      await withAdmin(options, async (admin) => {
        for (const topic of topics) {
          try {
            await admin.deleteTopic(topic);
            output.line(options.json ? JSON.stringify({ name: topic, deleted: true }) : `deleted topic ${topic}`);
          } catch (error) {
            failures.push(error);
          }
        }
      });
      if (failures.length === 1) throw failures[0];
      if (failures.length > 1) {
        throw new AggregateError(failures, `${failures.length} of ${topics.length} topics were not deleted`);
      }
    });
}
