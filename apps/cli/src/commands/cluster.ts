import type { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { clusterCommand, withAdmin, type ClusterOptions } from '../cluster/cluster-command.ts';
import { printTable } from '../output.ts';

export function clusterInfoCommand(context: CliContext): Command {
  return clusterCommand('cluster', 'show the brokers and features of the cluster', [
    'millrace cluster',
    'millrace cluster --profile production --json',
  ]).action(async (options: ClusterOptions) => {
    const { signal, output } = context;
    const { cluster, features } = await withAdmin(context, options, async (admin) => ({
      cluster: await admin.describeCluster({ signal }),
      features: await admin.describeFeatures({ signal }),
    }));
    if (options.json) {
      output.line(JSON.stringify({ ...cluster, features }));
      return;
    }
    output.line(`cluster    ${cluster.clusterId}`);
    output.line(`controller ${String(cluster.controllerId)}`);
    for (const { name, finalizedLevel } of features) {
      if (finalizedLevel !== undefined) output.line(`feature    ${name}=${String(finalizedLevel)}`);
    }
    output.line('');
    const rows = cluster.brokers.map(({ nodeId, host, port, rack }) => [
      String(nodeId),
      `${host}:${String(port)}`,
      rack ?? '-',
    ]);
    printTable(output, ['BROKER', 'ADDRESS', 'RACK'], rows);
  });
}
