import { oneOrThrow, type ConfigEntry, type ConfigResource } from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { printTable } from '../../output.ts';
import { collectName } from '../option-parsers.ts';
import { resourceArgument } from './config-resource.ts';

interface DescribeOptions extends ClusterOptions {
  readonly key?: readonly string[];
  readonly all?: true;
  readonly docs?: true;
}

export function describeConfigsCommand(context: CliContext): Command {
  return clusterCommand('describe', 'show settings of a topic, broker or group', [
    'millrace configs describe topic/orders                  # what is set on it',
    'millrace configs describe broker/                       # what is set for all brokers',
    'millrace configs describe broker/1 --all',
    'millrace configs describe orders -k retention.ms --docs',
  ])
    .addArgument(resourceArgument())
    .option('-k, --key <key>', 'only this setting, repeatable', collectName)
    .option('-a, --all', 'defaults as well')
    .option('--docs', 'with what the settings mean')
    .action(async (resource: ConfigResource, options: DescribeOptions) => {
      const { signal, output } = context;
      const { key: keys, all = false, docs = false } = options;
      const { configs } = await withAdmin(context, options, async (admin) =>
        oneOrThrow(await admin.describeConfigs([resource], { ...(keys && { keys }), documentation: docs, signal })),
      );
      const shown = configs.filter(({ source }) => all || keys !== undefined || isSet(resource, source));
      const sorted = [...shown].sort((a, b) => (a.name < b.name ? -1 : 1));
      if (options.json) {
        const told = sorted.map(({ name, value, source, isReadOnly, isSensitive, documentation }) => ({
          name,
          value,
          source,
          isReadOnly,
          isSensitive,
          ...(docs ? { documentation } : {}),
        }));
        output.line(JSON.stringify({ ...resource, configs: told }));
        return;
      }
      const rows = sorted.map(({ name, value, source, isSensitive, documentation }) => [
        name,
        isSensitive ? '(secret)' : (value ?? '-'),
        source,
        ...(docs ? [documentation ?? ''] : []),
      ]);
      printTable(output, ['SETTING', 'VALUE', 'SOURCE', ...(docs ? ['MEANING'] : [])], rows);
    });
}

/** What all brokers share is set on each of them; a topic only falls back to it. */
function isSet({ type }: ConfigResource, source: ConfigEntry['source']): boolean {
  return source === 'default-broker' ? type === 'broker' : source !== 'default';
}
