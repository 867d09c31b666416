import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { alterTopicCommand } from './topics/alter.ts';
import { createTopicCommand } from './topics/create.ts';
import { deleteTopicCommand } from './topics/delete.ts';
import { deleteRecordsCommand } from './topics/delete-records.ts';
import { describeTopicCommand } from './topics/describe.ts';
import { listTopicsCommand } from './topics/list.ts';

export function topicsGroup(context: CliContext): Command {
  return new Command('topics')
    .summary('list, create, describe, alter and delete topics, and their oldest records')
    .addCommand(listTopicsCommand(context))
    .addCommand(createTopicCommand(context))
    .addCommand(describeTopicCommand(context))
    .addCommand(alterTopicCommand(context))
    .addCommand(deleteTopicCommand(context))
    .addCommand(deleteRecordsCommand(context));
}
