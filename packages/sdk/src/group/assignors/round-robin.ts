import type { Assignor, GroupAssignment, GroupToAssign } from '../assignor.ts';
import { emptyAssignment, inAssignmentOrder } from './member-order.ts';

/**
 * Kafka's `roundrobin`: deals the partitions of all topics out one by one. Even when all members subscribe to the same topics;
 * otherwise those who cannot take a partition are passed over.
 */
export const roundRobinAssignor: Assignor = { name: 'roundrobin', assign: dealOut };

function dealOut(group: GroupToAssign): GroupAssignment {
  const assignment = emptyAssignment(group);
  const members = inAssignmentOrder(group.members).map(({ memberId, topics }) => ({
    memberId,
    topics: new Set(topics),
  }));
  const topics = [...new Set(members.flatMap((member) => [...member.topics]))].sort();
  let turn = 0;
  for (const topic of topics) {
    const count = group.partitionCounts.get(topic) ?? 0;
    for (let partition = 0; partition < count; partition++) {
      let member = members[turn];
      while (member?.topics.has(topic) === false) {
        turn = (turn + 1) % members.length;
        member = members[turn];
      }
      if (member === undefined) return assignment;
      assignment.get(member.memberId)?.partitions.push({ topic, partition });
      turn = (turn + 1) % members.length;
    }
  }
  return assignment;
}
