import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { createConnectorCommand } from './connect/create.ts';
import { deleteConnectorCommand } from './connect/delete.ts';
import { connectorOffsetsCommand } from './connect/offsets.ts';
import { pluginsCommand } from './connect/plugins.ts';
import { restartConnectorCommand } from './connect/restart.ts';
import { connectorStatusCommand } from './connect/status.ts';
import { pauseCommand, resumeCommand, stopCommand } from './connect/target-state.ts';
import { validateConnectorCommand } from './connect/validate.ts';

export function connectGroup(context: CliContext): Command {
  return new Command('connect')
    .summary('look after connectors of a Connect worker, this one or Kafka Connect')
    .addCommand(createConnectorCommand(context))
    .addCommand(connectorStatusCommand(context))
    .addCommand(restartConnectorCommand(context))
    .addCommand(pauseCommand(context))
    .addCommand(resumeCommand(context))
    .addCommand(stopCommand(context))
    .addCommand(deleteConnectorCommand(context))
    .addCommand(connectorOffsetsCommand(context))
    .addCommand(pluginsCommand(context))
    .addCommand(validateConnectorCommand(context));
}
