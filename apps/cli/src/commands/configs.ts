import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { alterConfigsCommand } from './configs/alter.ts';
import { describeConfigsCommand } from './configs/describe.ts';
import { listConfigResourcesCommand } from './configs/list.ts';

export function configsGroup(context: CliContext): Command {
  return new Command('configs')
    .summary('show and change settings of topics, brokers, their loggers and groups')
    .addCommand(listConfigResourcesCommand(context))
    .addCommand(describeConfigsCommand(context))
    .addCommand(alterConfigsCommand(context));
}
