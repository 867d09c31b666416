import type { GroupMember, GroupToAssign } from '../assignor.ts';
import type { TopicPartition } from '../../topic-partition.ts';

/**
 * The order in which Kafka's range and round-robin assignors go through members: static ones by instance id, so that they
 * find their partitions again after a restart under a new member id, then the others by member id.
 */
export function inAssignmentOrder(members: readonly GroupMember[]): GroupMember[] {
  return [...members].sort((a, b) => {
    if (a.instanceId !== null && b.instanceId !== null) return byText(a.instanceId, b.instanceId);
    if (a.instanceId !== null) return -1;
    if (b.instanceId !== null) return 1;
    return byText(a.memberId, b.memberId);
  });
}

/** Compares as Java does, by UTF-16 code units. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Members' lists of partitions, all empty. */
export function emptyAssignment(group: GroupToAssign): Map<string, { partitions: TopicPartition[] }> {
  return new Map(group.members.map(({ memberId }) => [memberId, { partitions: [] }]));
}
