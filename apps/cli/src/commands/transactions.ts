import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { abortTransactionCommand } from './transactions/abort.ts';
import { describeTransactionsCommand } from './transactions/describe.ts';
import { listTransactionsCommand } from './transactions/list.ts';

export function transactionsGroup(context: CliContext): Command {
  return new Command('transactions')
    .summary('list, describe and abort transactions')
    .addCommand(listTransactionsCommand(context))
    .addCommand(describeTransactionsCommand(context))
    .addCommand(abortTransactionCommand(context));
}
