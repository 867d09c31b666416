import type { Assignor, GroupAssignment, GroupMember, GroupToAssign } from '../assignor.ts';
import { emptyAssignment, inAssignmentOrder } from './member-order.ts';

/**
 * Kafka's `range`: cuts each topic on its own into ranges of neighbouring partitions, so that members get the same numbers of
 * topics with equally many partitions (joins rely on that). First members get the odd ones.
 */
export const rangeAssignor: Assignor = { name: 'range', assign: assignRanges };

function assignRanges(group: GroupToAssign): GroupAssignment {
  const assignment = emptyAssignment(group);
  const membersByTopic = new Map<string, GroupMember[]>();
  for (const member of inAssignmentOrder(group.members)) {
    for (const topic of new Set(member.topics)) {
      const members = membersByTopic.get(topic);
      if (members === undefined) membersByTopic.set(topic, [member]);
      else members.push(member);
    }
  }
  for (const topic of [...membersByTopic.keys()].sort()) {
    const members = membersByTopic.get(topic) ?? [];
    const count = group.partitionCounts.get(topic) ?? 0;
    const share = Math.floor(count / members.length);
    const withOneMore = count % members.length;
    let next = 0;
    members.forEach(({ memberId }, index) => {
      const end = next + share + (index < withOneMore ? 1 : 0);
      for (; next < end; next++) assignment.get(memberId)?.partitions.push({ topic, partition: next });
    });
  }
  return assignment;
}
