import { Command } from 'commander';
import type { Output } from '../output.ts';
import { alterTopicCommand } from './topics/alter.ts';
import { createTopicCommand } from './topics/create.ts';
import { deleteTopicCommand } from './topics/delete.ts';
import { describeTopicCommand } from './topics/describe.ts';
import { listTopicsCommand } from './topics/list.ts';

export function topicsGroup(output: Output): Command {
  return new Command('topics')
    .summary('list, create, describe, alter and delete topics')
    .addCommand(listTopicsCommand(output))
    .addCommand(createTopicCommand(output))
    .addCommand(describeTopicCommand(output))
    .addCommand(alterTopicCommand(output))
    .addCommand(deleteTopicCommand(output));
}
