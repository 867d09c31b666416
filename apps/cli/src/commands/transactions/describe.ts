import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, throwFailures, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';

export function describeTransactionsCommand(context: CliContext): Command {
  return clusterCommand('describe', 'show transactions by their transactional ids', [
    'millrace transactions describe billing',
  ])
    .argument('<transactional-id...>')
    .action(async (transactionalIds: string[], options: ClusterOptions) => {
      const { signal, output } = context;
      const outcomes = await withAdmin(context, options, (admin) =>
        admin.describeTransactions([...new Set(transactionalIds)], { signal }),
      );
      const failures: unknown[] = [];
      for (const outcome of outcomes) {
        if (!outcome.ok) {
          failures.push(outcome.error);
          continue;
        }
        const { transactionalId, state, producerId, producerEpoch, timeoutMs, startedAt, partitions } = outcome;
        const begun = startedAt === undefined ? null : new Date(startedAt).toISOString();
        if (options.json) {
          const producer = { producerId: String(producerId), producerEpoch };
          output.line(JSON.stringify({ transactionalId, state, ...producer, timeoutMs, startedAt: begun, partitions }));
          continue;
        }
        output.line(`transactional id  ${transactionalId}`);
        output.line(`state             ${state}`);
        output.line(`producer          ${String(producerId)}, epoch ${String(producerEpoch)}`);
        output.line(`timeout           ${String(timeoutMs)} ms`);
        output.line(`open since        ${begun ?? '-'}`);
        const named = partitions.map(({ topic, partition }) => `${topic}[${String(partition)}]`);
        output.line(`partitions        ${named.length === 0 ? '-' : named.join(', ')}`);
      }
      throwFailures(failures, `${String(failures.length)} of ${String(outcomes.length)} were not described`);
    });
}
