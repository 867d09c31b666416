import { Argument, type Command } from 'commander';
import type { ConfigResourceType } from '@millrace/sdk';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { printTable } from '../../output.ts';
import { RESOURCE_TYPES } from './config-resource.ts';

export function listConfigResourcesCommand(context: CliContext): Command {
  return clusterCommand('list', 'show what has settings: topics, brokers and their loggers, groups', [
    'millrace configs list',
    'millrace configs list group        # groups with settings of their own',
  ])
    .addArgument(new Argument('[type...]', 'only these types').choices(RESOURCE_TYPES))
    .action(async (types: ConfigResourceType[], options: ClusterOptions) => {
      const { signal, output } = context;
      const resources = await withAdmin(context, options, (admin) => admin.listConfigResources({ types, signal }));
      if (options.json) output.line(JSON.stringify(resources));
      else
        printTable(
          output,
          ['TYPE', 'NAME'],
          resources.map(({ type, name }) => [type, name]),
        );
    });
}
