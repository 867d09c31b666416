import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, throwFailures, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';

export function deleteTopicCommand(context: CliContext): Command {
  return clusterCommand('delete', 'delete topics and their data', ['millrace topics delete orders prices'])
    .argument('<topic...>')
    .action(async (names: string[], options: ClusterOptions) => {
      const { signal, output } = context;
      const outcomes = await withAdmin(context, options, (admin) => admin.deleteTopics(names, { signal }));
      const failures: unknown[] = [];
      for (const outcome of outcomes) {
        if (!outcome.ok) failures.push(outcome.error);
        else if (options.json) output.line(JSON.stringify({ name: outcome.name, deleted: true }));
        else output.line(`deleted topic ${outcome.name}`);
      }
      throwFailures(failures, `${String(failures.length)} of ${String(names.length)} topics were not deleted`);
    });
}
