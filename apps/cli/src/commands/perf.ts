import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { perfConsumeCommand } from './perf/consume.ts';
import { perfProduceCommand } from './perf/produce.ts';

export function perfGroup(context: CliContext): Command {
  return new Command('perf')
    .summary('measure how fast a cluster takes and gives records')
    .addCommand(perfProduceCommand(context))
    .addCommand(perfConsumeCommand(context));
}
