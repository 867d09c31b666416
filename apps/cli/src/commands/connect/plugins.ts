import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import type { ConfigKeyInfo, PluginInfo } from '../../connect/connect-client.ts';
import { clientOf, workerCommand, type WorkerOptions } from '../../connect/connect-command.ts';
import { printTable } from '../../output.ts';

interface PluginsOptions extends WorkerOptions {
  readonly all?: true;
}

export function pluginsCommand(context: CliContext): Command {
  return workerCommand('plugins', 'show what a worker has, or the settings of one plugin', [
    'millrace connect plugins',
    'millrace connect plugins --all              # with converters, transforms and predicates',
    'millrace connect plugins PostgresSource     # its settings',
  ])
    .argument('[class]', 'name of a plugin')
    .option('--all', 'converters, transforms and predicates, too')
    .action(async (name: string | undefined, options: PluginsOptions) => {
      const { output } = context;
      const client = await clientOf(context, options);
      if (name === undefined) {
        const query = options.all ? '?connectorsOnly=false' : '';
        const plugins = await client.call<PluginInfo[]>('GET', `/connector-plugins${query}`);
        if (options.json) return output.line(JSON.stringify(plugins));
        const rows = plugins.map((plugin) => [plugin.class, plugin.type, plugin.version ?? '-']);
        return printTable(output, ['CLASS', 'TYPE', 'VERSION'], rows);
      }
      const path = `/connector-plugins/${encodeURIComponent(name)}/config`;
      const keys = await client.call<ConfigKeyInfo[]>('GET', path);
      if (options.json) return output.line(JSON.stringify(keys));
      printTable(
        output,
        ['SETTING', 'TYPE', 'DEFAULT', 'WHAT IT DOES'],
        keys.map((key) => [
          key.name,
          key.type.toLowerCase(),
          key.required ? '(required)' : (key.default_value ?? '-'),
          key.documentation.replace(/\s+/g, ' '),
        ]),
      );
    });
}
