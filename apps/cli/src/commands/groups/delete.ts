import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, throwFailures, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';

export function deleteGroupsCommand(context: CliContext): Command {
  return clusterCommand('delete', 'delete groups without members, with their offsets', [
    'millrace groups delete reporting old-reporting',
  ])
    .argument('<group...>')
    .action(async (groupIds: string[], options: ClusterOptions) => {
      const { signal, output } = context;
      const outcomes = await withAdmin(context, options, (admin) => admin.deleteGroups(groupIds, { signal }));
      const failures: unknown[] = [];
      for (const outcome of outcomes) {
        if (!outcome.ok) failures.push(outcome.error);
        else if (options.json) output.line(JSON.stringify({ groupId: outcome.groupId, deleted: true }));
        else output.line(`deleted group ${outcome.groupId}`);
      }
      throwFailures(failures, `${String(failures.length)} of ${String(groupIds.length)} groups were not deleted`);
    });
}
