import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { connectorPath, type ConnectorInfo } from '../../connect/connect-client.ts';
import { clientOf, workerCommand, type WorkerOptions } from '../../connect/connect-command.ts';
import { readConnectorFile } from '../../connect/connector-file.ts';
import { warnOf } from '../../connect/validated-config.ts';

interface CreateOptions extends WorkerOptions {
  readonly name?: string;
  readonly update?: true;
}

export function createConnectorCommand(context: CliContext): Command {
  return workerCommand('create', 'create a connector from a file', [
    'millrace connect create orders-to-s3.json',
    'millrace connect create orders-to-s3.properties --update    # changes it when it is there already',
    'millrace connect create - --name orders-copy < orders-to-s3.json',
  ])
    .argument('<file>', 'JSON or properties; - reads standard input')
    .option('--name <name>', 'instead of the name in the file')
    .option('--update', 'change the connector when there is one of that name')
    .action(async (file: string, options: CreateOptions) => {
      const client = await clientOf(context, options);
      const { name, config } = await readConnectorFile(context, file, options.name);
      const info = options.update
        ? await client.call<ConnectorInfo>('PUT', connectorPath(name, '/config'), config)
        : await client.call<ConnectorInfo>('POST', '/connectors', { name, config });
      context.output.line(
        options.json
          ? JSON.stringify(info)
          : `${options.update ? 'stored' : 'created'} ${info.type} connector ${info.name}`,
      );
      await warnOf(context, client, config);
    });
}
