import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { connectorPath } from '../../connect/connect-client.ts';
import { workerCommand, type WorkerOptions } from '../../connect/connect-command.ts';
import { forEach } from './delete.ts';

export function pauseCommand(context: CliContext): Command {
  return targetState(context, 'pause', 'paused', 'pause connectors: tasks stay where they are and do nothing');
}

export function resumeCommand(context: CliContext): Command {
  return targetState(context, 'resume', 'resumed', 'let paused or stopped connectors go on');
}

export function stopCommand(context: CliContext): Command {
  return targetState(context, 'stop', 'stopped', 'stop connectors: tasks end, and offsets can be changed');
}

function targetState(context: CliContext, name: string, done: string, summary: string): Command {
  return workerCommand(name, summary, [`millrace connect ${name} orders-to-s3`])
    .argument('<connector...>')
    .action((names: string[], options: WorkerOptions) =>
      forEach(context, options, names, done, (connector) => ['PUT', connectorPath(connector, `/${name}`)]),
    );
}
