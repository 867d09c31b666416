/**
 * Turning a group as a whole into the other kind, members and what they have included (KIP-848, online migration). Pure: what is there
 * goes in, records come out. Offsets stay where they are.
 *
 * Order of the records: that of the new kind first. In the log a record of one kind makes a group of that kind, and a tombstone of the kind
 * that the group is not means nothing, so a log that ends in between holds one group, and not none.
 */
import type { ClassicGroup } from '../group/classic-group.ts';
import type { MemberImage, GroupImage } from '../group/group-records.ts';
import { CONSUMER_PROTOCOL_TYPE } from '../group/subscribed-topics.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { readAssignment, readSubscription, writeAssignment } from './consumer-payloads.ts';
import { MemberState, type ConsumerGroupRecord } from './consumer-records.ts';
import { heldSince, NOTHING_HELD, partitionsOf } from './topic-partitions.ts';

/** The classic group as a consumer group, or why it cannot be one: not consumers, or bytes that nobody understands. */
export function consumerRecordsOf(
  group: ClassicGroup,
  topics: TopicDirectory,
): readonly ConsumerGroupRecord[] | { readonly problem: string } {
  if (!group.usesConsumerProtocol) return { problem: 'its members are not consumers' };
  const { groupId } = group;
  // Members of a group that has not agreed on anything yet are of its first generation to come.
  const epoch = Math.max(group.generation, 1);
  const records: ConsumerGroupRecord[] = [{ kind: 'epoch', groupId, value: { epoch, hash: 0n } }];
  const targets: ConsumerGroupRecord[] = [];
  const taken = new Set<string>();
  for (const member of group.members.values()) {
    const { memberId, groupInstanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols } = member;
    const metadata = group.protocolName === null ? protocols[0]?.metadata : member.metadataFor(group.protocolName);
    const said = metadata === undefined ? undefined : readSubscription(metadata);
    const assigned = readAssignment(member.assignment, topics);
    if (said === undefined || assigned === undefined) {
      return { problem: `the subscription or assignment of member ${memberId} cannot be read` };
    }
    // A client's assignor may have given a partition to two: here it has one owner.
    const own = new Map(
      [...assigned].map(([topicId, partitions]) => [
        topicId,
        partitions.filter((partition) => isNew(taken, `${topicId}:${partition}`)),
      ]),
    );
    for (const [topicId, partitions] of own) if (partitions.length === 0) own.delete(topicId);
    const value = {
      instanceId: groupInstanceId,
      rackId: said.rackId,
      clientId,
      clientHost,
      topicNames: [...new Set(said.topics)].sort(),
      topicPattern: null,
      rebalanceTimeoutMs,
      serverAssignor: null,
      classic: { sessionTimeoutMs, protocols },
    };
    records.push({ kind: 'subscription', groupId, memberId, value });
    const current = {
      epoch,
      previousEpoch: epoch,
      state: MemberState.stable,
      assigned: heldSince(own, epoch),
      pendingRevocation: NOTHING_HELD,
    };
    records.push({ kind: 'current', groupId, memberId, value: current });
    targets.push({ kind: 'target', groupId, memberId, value: own });
  }
  return [...records, ...targets, { kind: 'targetEpoch', groupId, value: { epoch, timestampMs: 0 } }];
}

function isNew(taken: Set<string>, key: string): boolean {
  if (taken.has(key)) return false;
  taken.add(key);
  return true;
}

/** The consumer group, all of whose members speak the classic protocol, as a classic one. */
export function classicImageOf(group: ConsumerGroup, topics: TopicDirectory, nowMs: number): GroupImage {
  const members: MemberImage[] = [];
  const protocol = commonProtocol(group);
  for (const { memberId, subscription, current } of group.members.values()) {
    const { instanceId, clientId, clientHost, rebalanceTimeoutMs, classic } = subscription;
    const metadata = classic?.protocols.find(({ name }) => name === protocol)?.metadata ?? Buffer.alloc(0);
    const version = readSubscription(metadata)?.version ?? 0;
    members.push({
      memberId,
      groupInstanceId: instanceId,
      clientId,
      clientHost,
      rebalanceTimeoutMs,
      sessionTimeoutMs: classic?.sessionTimeoutMs ?? 0,
      subscription: metadata,
      assignment: writeAssignment(partitionsOf(current.assigned), topics, version),
    });
  }
  return {
    protocolType: CONSUMER_PROTOCOL_TYPE,
    generation: group.epoch,
    protocol,
    leader: members[0]?.memberId ?? null,
    stateTimestampMs: nowMs,
    members,
  };
}

/** A protocol that all offer: the first in the list of the first member; there is always one. */
function commonProtocol(group: ConsumerGroup): string | null {
  const [first, ...others] = [...group.members.values()].map(
    ({ subscription }) => subscription.classic?.protocols.map(({ name }) => name) ?? [],
  );
  return first?.find((name) => others.every((names) => names.includes(name))) ?? null;
}

/** Tombstones of all records of the group that the log may hold. */
export function consumerTombstones(group: ConsumerGroup): ConsumerGroupRecord[] {
  const { groupId } = group;
  const records: ConsumerGroupRecord[] = [];
  for (const memberId of group.members.keys()) {
    records.push(
      { kind: 'current', groupId, memberId, value: null },
      { kind: 'subscription', groupId, memberId, value: null },
    );
  }
  for (const memberId of group.targets.keys()) records.push({ kind: 'target', groupId, memberId, value: null });
  for (const pattern of group.patterns.keys()) records.push({ kind: 'pattern', groupId, pattern, value: null });
  return [...records, { kind: 'targetEpoch', groupId, value: null }, { kind: 'epoch', groupId, value: null }];
}
