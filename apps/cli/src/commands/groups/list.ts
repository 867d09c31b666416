import type { GroupState, GroupType } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, throwFailures, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { printTable } from '../../output.ts';
import { collectName } from '../option-parsers.ts';

interface ListOptions extends ClusterOptions {
  readonly state?: readonly string[];
  readonly type?: readonly string[];
}

export function listGroupsCommand(context: CliContext): Command {
  return clusterCommand('list', 'list groups', [
    'millrace groups list',
    'millrace groups list --state Stable --state Empty --json',
  ])
    .option('--state <state>', 'only groups in this state, such as Stable or Empty; repeatable', collectName)
    .option('--type <type>', 'only groups of this type, classic or consumer; repeatable', collectName)
    .action(async (options: ListOptions) => {
      const { signal, output } = context;
      const filter = {
        ...(options.state === undefined ? {} : { states: options.state as readonly GroupState[] }),
        ...(options.type === undefined ? {} : { types: options.type as readonly GroupType[] }),
      };
      const { groups, failures } = await withAdmin(context, options, (admin) =>
        admin.listGroups({ ...filter, signal }),
      );
      if (options.json) {
        output.line(JSON.stringify(groups));
      } else {
        const rows = groups.map((group) => [
          group.groupId,
          group.type ?? '',
          group.state ?? '',
          group.protocolType,
          String(group.coordinatorId),
        ]);
        printTable(output, ['GROUP', 'TYPE', 'STATE', 'PROTOCOL', 'COORDINATOR'], rows);
      }
      const errors = failures.map(({ error }) => error);
      throwFailures(errors, `${String(errors.length)} brokers could not be asked, their groups are missing`);
    });
}
