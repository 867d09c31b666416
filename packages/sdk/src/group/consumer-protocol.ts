/**
 * The bytes that members of a classic consumer group exchange through the broker, behind a two-byte version: what a member
 * wants and has (subscription), and what the leader gives it (assignment). KIP-429, KIP-792 and KIP-881 added fields.
 *
 * Invariants: encodes as Kafka's Java client does (newest version, topics and owned partitions in order). Decodes what any
 *   client sends: versions to come are read as the newest known one, since versions only append fields, and bytes behind the
 *   known fields are left alone.
 */
import { encodeMessage, ProtocolError, Reader } from '@millrace/protocol';
import {
  consumerProtocolAssignment,
  type ConsumerProtocolAssignment,
} from '@millrace/protocol/messages/data-consumer-protocol-assignment';
import {
  consumerProtocolSubscription,
  createConsumerProtocolSubscription,
  type ConsumerProtocolSubscription,
} from '@millrace/protocol/messages/data-consumer-protocol-subscription';
import type { TopicPartition } from '../topic-partition.ts';
import type { GroupMember, MemberAssignment } from './assignor.ts';
import { groupByTopic, PartitionSet } from './partition-set.ts';

export const CONSUMER_PROTOCOL_TYPE = 'consumer';

const VERSION_BYTES = 2;

/** What a member tells the leader. */
export type MemberSubscription = Omit<GroupMember, 'memberId' | 'instanceId'>;

export function encodeSubscription(subscription: MemberSubscription): Buffer {
  const { topics, owned, generation, rack, userData } = subscription;
  return withVersion(
    consumerProtocolSubscription.maxVersion,
    encodeMessage(
      consumerProtocolSubscription,
      {
        topics: [...topics].sort(),
        userData: userData === null ? null : Buffer.from(userData),
        ownedPartitions: new PartitionSet(owned).byTopic(),
        generationId: generation,
        rackId: rack,
      },
      consumerProtocolSubscription.maxVersion,
    ),
  );
}

/** Throws ProtocolError when the bytes are not a subscription. */
export function decodeSubscription(bytes: Uint8Array): MemberSubscription {
  const subscription = readSubscription(bytes);
  return {
    topics: subscription.topics,
    owned: ungroup(subscription.ownedPartitions),
    generation: subscription.generationId,
    rack: subscription.rackId,
    userData: subscription.userData,
  };
}

export function encodeAssignment(assignment: MemberAssignment): Buffer {
  const { userData = null } = assignment;
  const assignedPartitions = [...groupByTopic(assignment.partitions)].map(([topic, entries]) => ({
    topic,
    partitions: entries.map((entry) => entry.partition),
  }));
  return withVersion(
    consumerProtocolAssignment.maxVersion,
    encodeMessage(
      consumerProtocolAssignment,
      { assignedPartitions, userData: userData === null ? null : Buffer.from(userData) },
      consumerProtocolAssignment.maxVersion,
    ),
  );
}

/** No bytes at all are an assignment of nothing. Throws ProtocolError when the bytes are not an assignment. */
export function decodeAssignment(bytes: Uint8Array): Required<MemberAssignment> {
  if (bytes.length === 0) return { partitions: [], userData: null };
  const { reader, version } = versioned(bytes, consumerProtocolAssignment.maxVersion);
  const assignment: ConsumerProtocolAssignment = consumerProtocolAssignment.decode(reader, version);
  return { partitions: ungroup(assignment.assignedPartitions), userData: assignment.userData };
}

function readSubscription(bytes: Uint8Array): ConsumerProtocolSubscription {
  const { reader, version } = versioned(bytes, consumerProtocolSubscription.maxVersion);
  try {
    return consumerProtocolSubscription.decode(reader, version);
  } catch (error) {
    // Clients exist that name a newer version and send the fields of the first.
    if (version === 0 || !(error instanceof ProtocolError)) throw error;
    const { topics, userData } = consumerProtocolSubscription.decode(new Reader(bytes, VERSION_BYTES), 0);
    return createConsumerProtocolSubscription({ topics, userData });
  }
}

function versioned(bytes: Uint8Array, versionMax: number): { reader: Reader; version: number } {
  const reader = new Reader(bytes);
  return { version: Math.min(Math.max(reader.int16(), 0), versionMax), reader };
}

function withVersion(version: number, parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(VERSION_BYTES);
  head.writeInt16BE(version);
  return Buffer.concat([head, ...parts]);
}

function ungroup(topics: readonly { topic: string; partitions: readonly number[] }[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}
