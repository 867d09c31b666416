import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { alterConfigsCommand } from './configs/alter.ts';
import { describeConfigsCommand } from './configs/describe.ts';

export function configsGroup(context: CliContext): Command {
  return new Command('configs')
    .summary('show and change settings of topics, brokers and groups')
    .addCommand(describeConfigsCommand(context))
    .addCommand(alterConfigsCommand(context));
}
