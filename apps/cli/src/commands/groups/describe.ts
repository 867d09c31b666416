import {
  oneOrThrow,
  type GroupDescription,
  type KafkaError,
  type MemberDescription,
  type PartitionLag,
  type TopicPartition,
} from '@millrace/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { clusterCommand, throwFailures, withAdmin, type ClusterOptions } from '../../cluster/cluster-command.ts';
import { printTable, type Output } from '../../output.ts';

type Row = TopicPartition & PartitionLag & { readonly member: MemberDescription | undefined };

export function describeGroupCommand(context: CliContext): Command {
  return clusterCommand('describe', 'show members of a group, its offsets and how far it is behind', [
    'millrace groups describe reporting',
    "millrace groups describe reporting --json | jq '.lagRecords'",
  ])
    .argument('<group>')
    .action(async (groupId: string, options: ClusterOptions) => {
      const { signal, output } = context;
      const { group, lags } = await withAdmin(context, options, async (admin) => {
        const described = oneOrThrow(await admin.describeGroups([groupId], { signal }));
        const partitions = described.members.flatMap(({ assignment }) => assignment ?? []);
        return { group: described, lags: await admin.fetchGroupLag(groupId, { partitions, signal }) };
      });
      const rows: Row[] = [];
      const failures: KafkaError[] = [];
      for (const lag of lags) {
        if (!lag.ok) failures.push(lag.error);
        else rows.push({ ...lag, member: memberOf(group, lag) });
      }
      rows.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
      if (options.json) output.line(JSON.stringify(jsonOf(groupId, group, rows)));
      else print(output, groupId, group, rows);
      throwFailures(failures, `${String(failures.length)} partitions could not be asked`);
    });
}

function memberOf(group: GroupDescription, { topic, partition }: TopicPartition): MemberDescription | undefined {
  return group.members.find(({ assignment }) =>
    assignment?.some((each) => each.topic === topic && each.partition === partition),
  );
}

function totalLag(rows: readonly Row[]): number {
  return rows.reduce((sum, { lagRecords }) => sum + (lagRecords ?? 0), 0);
}

function jsonOf(groupId: string, group: GroupDescription, rows: readonly Row[]): unknown {
  const { type, state, protocolType, assignor, coordinatorId } = group;
  const members = group.members.map(({ memberId, instanceId, clientId, clientHost, assignment }) => ({
    memberId,
    instanceId,
    clientId,
    clientHost,
    partitionCount: assignment?.length ?? null,
  }));
  const partitions = rows.map(({ topic, partition, offset, startOffset, endOffset, lagRecords, member }) => ({
    topic,
    partition,
    offset: offset ?? null,
    startOffset,
    endOffset,
    lagRecords: lagRecords ?? null,
    memberId: member?.memberId ?? null,
  }));
  const lagRecords = totalLag(rows);
  return { groupId, type, state, protocolType, assignor, coordinatorId, lagRecords, members, partitions };
}

function print(output: Output, groupId: string, group: GroupDescription, rows: readonly Row[]): void {
  output.line(`group       ${groupId} (${group.type})`);
  output.line(`state       ${group.state}`);
  if (group.assignor !== '') output.line(`assignor    ${group.assignor}`);
  output.line(`coordinator ${String(group.coordinatorId)}`);
  output.line(`members     ${String(group.members.length)}`);
  output.line(`lag         ${String(totalLag(rows))}`);
  if (rows.length === 0) return;
  output.line('');
  printTable(
    output,
    ['TOPIC', 'PARTITION', 'OFFSET', 'END', 'LAG', 'MEMBER', 'HOST'],
    rows.map(({ topic, partition, offset, endOffset, lagRecords, member }) => [
      topic,
      String(partition),
      offset === undefined ? '-' : String(offset),
      String(endOffset),
      lagRecords === undefined ? '-' : String(lagRecords),
      member?.instanceId ?? member?.memberId ?? '-',
      member?.clientHost ?? '-',
    ]),
  );
}
