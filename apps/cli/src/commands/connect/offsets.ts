import { messageOf } from '@millrace/base';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { wrongUsage } from '../../cluster/cluster-command.ts';
import { connectorPath, type ConnectorOffsets } from '../../connect/connect-client.ts';
import { clientOf, workerCommand, type WorkerOptions } from '../../connect/connect-command.ts';
import { printTable } from '../../output.ts';

interface OffsetsOptions extends WorkerOptions {
  readonly set?: string;
  readonly reset?: true;
}

interface Answer {
  readonly message: string;
}

export function connectorOffsetsCommand(context: CliContext): Command {
  return workerCommand('offsets', 'show how far a connector is, or change that of a stopped one', [
    'millrace connect offsets orders-cdc',
    `millrace connect offsets orders-to-s3 --set '[{"partition":{"kafka_topic":"orders","kafka_partition":0},"offset":{"kafka_offset":0}}]'`,
    'millrace connect stop orders-cdc && millrace connect offsets orders-cdc --reset',
  ])
    .argument('<connector>')
    .option('--set <json>', 'a list of {"partition":…,"offset":…} as it is shown; null as the offset removes one')
    .option('--reset', 'forget all of them')
    .action(async (name: string, options: OffsetsOptions) => {
      const { output } = context;
      const client = await clientOf(context, options);
      const path = connectorPath(name, '/offsets');
      if (options.set !== undefined && options.reset) throw wrongUsage('--set and --reset exclude each other');
      if (options.set !== undefined || options.reset) {
        const { message } = options.reset
          ? await client.call<Answer>('DELETE', path)
          : await client.call<Answer>('PATCH', path, { offsets: listIn(options.set ?? '') });
        output.line(options.json ? JSON.stringify({ connector: name, message }) : message);
        return;
      }
      const { offsets } = await client.call<ConnectorOffsets>('GET', path);
      if (options.json) return output.line(JSON.stringify({ connector: name, offsets }));
      const rows = offsets.map(({ partition, offset }) => [JSON.stringify(partition), JSON.stringify(offset)]);
      printTable(output, ['PARTITION', 'OFFSET'], rows);
    });
}

function listIn(text: string): unknown {
  try {
    const list = JSON.parse(text) as unknown;
    if (Array.isArray(list)) return list;
  } catch (cause) {
    throw wrongUsage(`--set must be JSON: ${messageOf(cause)}`);
  }
  throw wrongUsage('--set must be a list of {"partition":…,"offset":…}');
}
