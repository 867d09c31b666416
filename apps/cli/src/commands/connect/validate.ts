import { MillraceError } from '@millrace/base';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { wrongUsage } from '../../cluster/cluster-command.ts';
import { clientOf, workerCommand, type WorkerOptions } from '../../connect/connect-command.ts';
import { readConnectorFile } from '../../connect/connector-file.ts';
import { validateConfig } from '../../connect/validated-config.ts';

interface ValidateOptions extends WorkerOptions {
  readonly name?: string;
}

export function validateConnectorCommand(context: CliContext): Command {
  return workerCommand('validate', 'let a worker say what is wrong with the configuration of a connector', [
    'millrace connect validate orders-to-s3.json',
  ])
    .argument('<file>', 'JSON or properties; - reads standard input')
    .option('--name <name>', 'instead of the name in the file')
    .action(async (file: string, options: ValidateOptions) => {
      const { output } = context;
      const { name, config } = await readConnectorFile(context, file, options.name);
      const className = config['connector.class'];
      if (className === undefined) throw wrongUsage(`${file} has no "connector.class": it names the plugin`);
      const client = await clientOf(context, options);
      const { configs, error_count: errorCount, warnings = [] } = await validateConfig(client, className, config);
      const wrong = configs.flatMap(({ value }) => value.errors.map((message) => ({ setting: value.name, message })));
      if (options.json) output.line(JSON.stringify({ connector: name, errorCount, errors: wrong, warnings }));
      else {
        for (const { setting, message } of wrong) output.line(`${setting}: ${message}`);
        for (const warning of warnings) output.line(`warning: ${warning}`);
      }
      if (errorCount > 0) {
        const things = errorCount === 1 ? '1 setting is' : `${String(errorCount)} settings are`;
        throw new MillraceError('MILLRACE_CLI_CONNECT_INVALID', `${things} wrong in the configuration of ${name}`);
      }
      if (!options.json) output.line(`the configuration of ${name} is right`);
    });
}
