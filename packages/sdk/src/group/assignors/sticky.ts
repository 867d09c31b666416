/**
 * Kafka's `sticky` (eager) and `cooperative-sticky` assignors: even shares, and partitions stay where they are.
 *
 * The cooperative one holds back each partition that would change hands while its old owner still lists it. The old owner gives
 * it up on seeing its assignment and joins again, and the rebalance that this starts hands the partition on (KIP-429): at no
 * moment do two members hold one.
 */
import type { TopicPartition } from '../../topic-partition.ts';
import type { Assignor, GroupAssignment, GroupMember } from '../assignor.ts';
import { PartitionSet } from '../partition-set.ts';
import { assignSticky, type StickyMember } from './sticky-assignment.ts';
import {
  decodeGeneration,
  decodePreviousAssignment,
  encodeGeneration,
  encodePreviousAssignment,
  NO_GENERATION,
} from './sticky-user-data.ts';

export const stickyAssignor: Assignor = {
  name: 'sticky',
  subscriptionData: ({ lastAssignment, lastGeneration }) =>
    lastGeneration === NO_GENERATION
      ? null
      : encodePreviousAssignment({ partitions: lastAssignment, generation: lastGeneration }),
  assign: (group) => toGroupAssignment(assignSticky(group.members.map(eagerMember), group.partitionCounts)),
};

export const cooperativeStickyAssignor: Assignor = {
  name: 'cooperative-sticky',
  kind: 'cooperative',
  subscriptionData: ({ lastGeneration }) => encodeGeneration(lastGeneration),
  assign(group) {
    const members = group.members.map(cooperativeMember);
    return toGroupAssignment(holdBack(members, assignSticky(members, group.partitionCounts)));
  },
};

function eagerMember({ memberId, topics, userData }: GroupMember): StickyMember {
  const { partitions, generation } = decodePreviousAssignment(userData);
  return { memberId, topics: new Set(topics), claimed: partitions, generation };
}

function cooperativeMember({ memberId, topics, owned, generation, userData }: GroupMember): StickyMember {
  return {
    memberId,
    topics: new Set(topics),
    claimed: owned,
    generation: generation >= 0 ? generation : decodeGeneration(userData),
  };
}

/**
 * Takes away what another member lists as its own. Only whose own claim is newer than all others keeps it: the others missed
 * a rebalance, and this one tells them.
 */
function holdBack(
  members: readonly StickyMember[],
  assignment: ReadonlyMap<string, readonly TopicPartition[]>,
): Map<string, readonly TopicPartition[]> {
  const claims = new Map<string, Map<number, StickyMember[]>>();
  for (const member of members) {
    for (const { topic, partition } of new PartitionSet(member.claimed)) {
      let ofTopic = claims.get(topic);
      if (ofTopic === undefined) claims.set(topic, (ofTopic = new Map<number, StickyMember[]>()));
      const claimants = ofTopic.get(partition);
      if (claimants === undefined) ofTopic.set(partition, [member]);
      else claimants.push(member);
    }
  }
  return new Map(
    [...assignment].map(([memberId, partitions]) => [
      memberId,
      partitions.filter(({ topic, partition }) => {
        const claimants = claims.get(topic)?.get(partition) ?? [];
        const own = claimants.find((member) => member.memberId === memberId);
        return claimants.every((member) => member === own || (own !== undefined && member.generation < own.generation));
      }),
    ]),
  );
}

function toGroupAssignment(assignment: ReadonlyMap<string, readonly TopicPartition[]>): GroupAssignment {
  return new Map([...assignment].map(([memberId, partitions]) => [memberId, { partitions }]));
}
