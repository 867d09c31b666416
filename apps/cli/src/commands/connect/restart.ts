import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { connectorPath } from '../../connect/connect-client.ts';
import { workerCommand, type WorkerOptions } from '../../connect/connect-command.ts';
import { wrongUsage } from '../../cluster/cluster-command.ts';
import { parseWhole } from '../option-parsers.ts';
import { forEach } from './delete.ts';

interface RestartOptions extends WorkerOptions {
  readonly onlyFailed?: true;
  readonly withoutTasks?: true;
  readonly task?: number;
}

export function restartConnectorCommand(context: CliContext): Command {
  return workerCommand('restart', 'restart connectors with their tasks', [
    'millrace connect restart orders-to-s3',
    'millrace connect restart orders-to-s3 --only-failed',
    'millrace connect restart orders-to-s3 --task 2',
  ])
    .argument('<connector...>')
    .option('--only-failed', 'leave alone what runs')
    .option('--without-tasks', 'the connector alone')
    .option('--task <number>', 'this task alone', parseWhole)
    .action((names: string[], options: RestartOptions) => {
      const { onlyFailed = false, withoutTasks = false, task } = options;
      if (task !== undefined && (onlyFailed || withoutTasks)) {
        throw wrongUsage('--task restarts one task: it goes with neither --only-failed nor --without-tasks');
      }
      const query = new URLSearchParams({ includeTasks: String(!withoutTasks), onlyFailed: String(onlyFailed) });
      const rest = task === undefined ? `/restart?${query.toString()}` : `/tasks/${String(task)}/restart`;
      return forEach(context, options, names, 'restarted', (name) => ['POST', connectorPath(name, rest)]);
    });
}
