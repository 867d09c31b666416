import { oneOrThrow, type ConfigResource } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withAdmin, wrongUsage, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { collectName, collectPair } from '../option-parsers.ts';
import { resourceArgument } from './config-resource.ts';

interface AlterOptions extends ClusterOptions {
  readonly set?: ReadonlyMap<string, string>;
  readonly unset?: readonly string[];
  readonly append?: ReadonlyMap<string, string>;
  readonly subtract?: ReadonlyMap<string, string>;
  readonly validateOnly?: true;
}

export function alterConfigsCommand(context: CliContext): Command {
  return clusterCommand('alter', 'change settings of a topic, broker or group, all or none', [
    'millrace configs alter topic/orders --set retention.ms=3600000 --unset segment.ms',
    'millrace configs alter topic/prices --append cleanup.policy=compact --validate-only',
    'millrace configs alter broker/ --set log.retention.ms=86400000     # all brokers',
    'millrace configs alter broker-logger/1 --set groups=DEBUG          # until the broker stops',
  ])
    .addArgument(resourceArgument())
    .option('--set <key=value>', 'set a setting, repeatable', collectPair)
    .option('--unset <key>', 'return a setting to its default, repeatable', collectName)
    .option('--append <key=value>', 'add to a setting that is a list, repeatable', collectPair)
    .option('--subtract <key=value>', 'take out of a setting that is a list, repeatable', collectPair)
    .option('--validate-only', 'check the request and change nothing')
    .action(async (resource: ConfigResource, options: AlterOptions) => {
      const { signal, output } = context;
      const { set, unset = [], append, subtract, validateOnly = false } = options;
      if (set === undefined && unset.length === 0 && append === undefined && subtract === undefined) {
        throw wrongUsage('nothing to change: give --set, --unset, --append or --subtract');
      }
      const change = {
        ...resource,
        set: Object.fromEntries(set ?? []),
        unset,
        append: Object.fromEntries(append ?? []),
        subtract: Object.fromEntries(subtract ?? []),
      };
      await withAdmin(context, options, async (admin) =>
        oneOrThrow(await admin.alterConfigs([change], { validateOnly, signal })),
      );
      const label = `${resource.type}/${resource.name}`;
      if (options.json) output.line(JSON.stringify({ ...resource, altered: !validateOnly }));
      else output.line(validateOnly ? `${label} could be altered` : `altered ${label}`);
    });
}
