import { oneOrThrow } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withAdmin, wrongUsage, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { collectName, collectPair, parseCount } from '../option-parsers.ts';

interface AlterOptions extends ClusterOptions {
  readonly partitions?: number;
  readonly config?: ReadonlyMap<string, string>;
  readonly deleteConfig?: readonly string[];
}

export function alterTopicCommand(context: CliContext): Command {
  return clusterCommand('alter', 'change settings of a topic or add partitions', [
    'millrace topics alter orders -c retention.ms=3600000',
    'millrace topics alter orders -p 12 -d cleanup.policy',
  ])
    .argument('<topic>')
    .option('-p, --partitions <count>', 'new number of partitions; it can only grow', parseCount)
    .option('-c, --config <key=value>', 'set a setting, repeatable', collectPair)
    .option('-d, --delete-config <key>', 'return a setting to its default, repeatable', collectName)
    .action(async (name: string, options: AlterOptions) => {
      const { signal, output } = context;
      const { partitions: totalCount, config, deleteConfig: unset = [] } = options;
      const changesConfigs = config !== undefined || unset.length > 0;
      if (!changesConfigs && totalCount === undefined) {
        throw wrongUsage('nothing to change: give --partitions, --config or --delete-config');
      }
      await withAdmin(context, options, async (admin) => {
        const change = { type: 'topic' as const, name, set: Object.fromEntries(config ?? []), unset };
        if (changesConfigs) oneOrThrow(await admin.alterConfigs([change], { signal }));
        if (totalCount !== undefined) oneOrThrow(await admin.createPartitions([{ name, totalCount }], { signal }));
      });
      output.line(options.json ? JSON.stringify({ name, altered: true }) : `altered topic ${name}`);
    });
}
