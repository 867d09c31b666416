import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { deleteGroupsCommand } from './groups/delete.ts';
import { describeGroupCommand } from './groups/describe.ts';
import { listGroupsCommand } from './groups/list.ts';
import { resetOffsetsCommand } from './groups/reset-offsets.ts';

export function groupsGroup(context: CliContext): Command {
  return new Command('groups')
    .summary('list, describe and delete groups, and move them to other offsets')
    .addCommand(listGroupsCommand(context))
    .addCommand(describeGroupCommand(context))
    .addCommand(deleteGroupsCommand(context))
    .addCommand(resetOffsetsCommand(context));
}
