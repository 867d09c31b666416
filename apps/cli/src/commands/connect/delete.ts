import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { isInterruption, throwFailures } from '../../cluster/cluster-command.ts';
import { connectorPath } from '../../connect/connect-client.ts';
import { clientOf, workerCommand, type WorkerOptions } from '../../connect/connect-command.ts';

export function deleteConnectorCommand(context: CliContext): Command {
  return workerCommand('delete', 'delete connectors; their offsets stay', ['millrace connect delete orders-to-s3'])
    .argument('<connector...>')
    .action((names: string[], options: WorkerOptions) =>
      forEach(context, options, names, 'deleted', (name) => ['DELETE', connectorPath(name)]),
    );
}

/** One request per connector; tells of each, and at the end of those that failed. */
export async function forEach(
  context: CliContext,
  options: WorkerOptions,
  names: readonly string[],
  done: string,
  requestOf: (name: string) => readonly [method: string, path: string],
): Promise<void> {
  const client = await clientOf(context, options);
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      await client.call('GET', connectorPath(name));
      await client.call(...requestOf(name));
      context.output.line(options.json ? JSON.stringify({ connector: name, [done]: true }) : `${done} ${name}`);
    } catch (error) {
      if (isInterruption(error, context.signal)) throw error;
      failures.push(error);
    }
  }
  throwFailures(failures, `${String(failures.length)} of ${String(names.length)} connectors were not ${done}`);
}
