import type { Command } from 'commander';
import { Option } from 'commander';
import type { TransactionState } from '@millrace/sdk';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, throwFailures, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { printTable } from '../../output.ts';
import { parseDuration } from '../option-parsers.ts';

const STATES: readonly TransactionState[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'PrepareEpochFence',
  'Dead',
];

interface ListOptions extends ClusterOptions {
  readonly state?: readonly TransactionState[];
  readonly openLongerThan?: number;
}

export function listTransactionsCommand(context: CliContext): Command {
  return clusterCommand('list', 'show transactional ids and what they are doing', [
    'millrace transactions list',
    'millrace transactions list --open-longer-than 15m     # what may hang',
  ])
    .addOption(new Option('--state <states...>', 'only in these states').choices(STATES))
    .option('--open-longer-than <time>', 'only transactions that are open for longer', parseDuration)
    .action(async (options: ListOptions) => {
      const { signal, output } = context;
      const { state: states, openLongerThan: openLongerThanMs } = options;
      const { transactions, failures } = await withAdmin(context, options, (admin) =>
        admin.listTransactions({
          ...(states && { states }),
          ...(openLongerThanMs !== undefined && { openLongerThanMs }),
          signal,
        }),
      );
      const told = transactions.map(({ transactionalId, producerId, state, coordinatorId }) => {
        return { transactionalId, producerId: String(producerId), state, coordinatorId };
      });
      if (options.json) output.line(JSON.stringify(told));
      else {
        const rows = told.map((each) => [
          each.transactionalId,
          each.producerId,
          each.state,
          String(each.coordinatorId),
        ]);
        printTable(output, ['TRANSACTIONAL ID', 'PRODUCER', 'STATE', 'COORDINATOR'], rows);
      }
      throwFailures(
        failures.map(({ error }) => error),
        `${String(failures.length)} brokers could not tell their transactions`,
      );
    });
}
