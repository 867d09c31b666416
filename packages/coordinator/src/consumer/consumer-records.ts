/**
 * What the log holds of consumer groups (KIP-848), in Kafka's formats: the group's epoch, and of each member what it said, what it
 * shall have and what it has; and the topics that its patterns mean.
 *
 * Written as Apache Kafka 4.3 writes them; the partition metadata that 4.0 wrote (key 4) is not read, a refresh makes it anew.
 */
import { Reader, Writer, type MessageCodec } from '@millrace/protocol';
import {
  consumerGroupCurrentMemberAssignmentValue,
  consumerGroupMemberKey,
  consumerGroupMemberMetadataValue,
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
  consumerGroupTargetAssignmentMemberValue,
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
  createConsumerGroupMemberMetadataValue,
  createConsumerGroupMemberMetadataValueClassicMemberMetadata,
  type ConsumerGroupCurrentMemberAssignmentValueTopicPartitions,
  type ConsumerGroupMemberMetadataValue,
} from '../generated/consumer-group-record.ts';
import type { MemberProtocol } from '../group/classic-member.ts';
import { toAssignment, type Assignment, type HeldPartitions } from './topic-partitions.ts';

/** How far a member is on the way to its target; the numbers are in the log. */
export const MemberState = { stable: 0, unrevoked: 1, unreleased: 2 } as const;
export type MemberState = (typeof MemberState)[keyof typeof MemberState];

/** What a member said of itself; immutable. */
export interface MemberSubscription {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly topicNames: readonly string[];
  readonly topicPattern: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly serverAssignor: string | null;
  /** Null for a member that speaks the consumer protocol. */
  readonly classic: { readonly sessionTimeoutMs: number; readonly protocols: readonly MemberProtocol[] } | null;
}

/** What a member has; immutable. */
export interface CurrentAssignment {
  readonly epoch: number;
  readonly previousEpoch: number;
  readonly state: MemberState;
  readonly assigned: HeldPartitions;
  /** Not its any more, but not given up yet. */
  readonly pendingRevocation: HeldPartitions;
}

/** The topics that a pattern means; immutable. */
export interface ResolvedPattern {
  readonly topics: readonly string[];
  /** Of the metadata that was looked at. */
  readonly version: number;
  readonly timestampMs: number;
}

interface OfGroup {
  readonly groupId: string;
}

interface OfMember extends OfGroup {
  readonly memberId: string;
}

/** Null takes the thing back. */
export type ConsumerGroupRecord =
  | (OfGroup & { readonly kind: 'epoch'; readonly value: { readonly epoch: number; readonly hash: bigint } | null })
  | (OfMember & { readonly kind: 'subscription'; readonly value: MemberSubscription | null })
  | (OfGroup & {
      readonly kind: 'targetEpoch';
      readonly value: { readonly epoch: number; readonly timestampMs: number } | null;
    })
  | (OfMember & { readonly kind: 'target'; readonly value: Assignment | null })
  | (OfMember & { readonly kind: 'current'; readonly value: CurrentAssignment | null })
  | (OfGroup & { readonly kind: 'pattern'; readonly pattern: string; readonly value: ResolvedPattern | null });

const KeyType = { epoch: 3, subscription: 5, targetEpoch: 6, target: 7, current: 8, pattern: 16 } as const;
const VALUE_VERSION = 0;
const CLASSIC_PRESENT = 1;

export function encodeConsumerKey(record: ConsumerGroupRecord): Buffer {
  const { groupId: group } = record;
  const type = KeyType[record.kind];
  switch (record.kind) {
    case 'epoch':
      return prefixed(consumerGroupMetadataKey, { group }, type);
    case 'targetEpoch':
      return prefixed(consumerGroupTargetAssignmentMetadataKey, { group }, type);
    case 'pattern':
      return prefixed(consumerGroupRegularExpressionKey, { group, regularExpression: record.pattern }, type);
    default:
      return prefixed(consumerGroupMemberKey, { group, member: record.memberId }, type);
  }
}

export function encodeConsumerValue(record: ConsumerGroupRecord): Buffer | null {
  if (record.value === null) return null;
  switch (record.kind) {
    case 'epoch': {
      const { epoch, hash } = record.value;
      return prefixed(consumerGroupMetadataValue, { epoch, metadataHash: hash }, VALUE_VERSION);
    }
    case 'subscription':
      return prefixed(consumerGroupMemberMetadataValue, subscriptionValue(record.value), VALUE_VERSION);
    case 'targetEpoch': {
      const { epoch, timestampMs } = record.value;
      const value = { assignmentEpoch: epoch, assignmentTimestamp: BigInt(timestampMs) };
      return prefixed(consumerGroupTargetAssignmentMetadataValue, value, VALUE_VERSION);
    }
    case 'target': {
      const topicPartitions = [...record.value].map(([topicId, partitions]) => ({
        topicId,
        partitions: partitions,
      }));
      return prefixed(consumerGroupTargetAssignmentMemberValue, { topicPartitions }, VALUE_VERSION);
    }
    case 'current': {
      const { epoch, previousEpoch, state, assigned, pendingRevocation } = record.value;
      const value = {
        memberEpoch: epoch,
        previousMemberEpoch: previousEpoch,
        state,
        assignedPartitions: heldValue(assigned),
        partitionsPendingRevocation: heldValue(pendingRevocation),
      };
      return prefixed(consumerGroupCurrentMemberAssignmentValue, value, VALUE_VERSION);
    }
    case 'pattern': {
      const { topics, version, timestampMs } = record.value;
      const value = { topics: topics, version: BigInt(version), timestamp: BigInt(timestampMs) };
      return prefixed(consumerGroupRegularExpressionValue, value, VALUE_VERSION);
    }
  }
}

/** @param reader stands behind the type. Undefined for a type that is not of a consumer group. */
export function decodeConsumerRecord(
  type: number,
  reader: Reader,
  value: Buffer | null,
): ConsumerGroupRecord | undefined {
  switch (type) {
    case KeyType.epoch: {
      const { group: groupId } = consumerGroupMetadataKey.decode(reader, type);
      const decoded = value && unprefixed(consumerGroupMetadataValue, value);
      return { kind: 'epoch', groupId, value: decoded && { epoch: decoded.epoch, hash: decoded.metadataHash } };
    }
    case KeyType.targetEpoch: {
      const { group: groupId } = consumerGroupTargetAssignmentMetadataKey.decode(reader, type);
      const decoded = value && unprefixed(consumerGroupTargetAssignmentMetadataValue, value);
      const target = decoded && {
        epoch: decoded.assignmentEpoch,
        timestampMs: Number(decoded.assignmentTimestamp),
      };
      return { kind: 'targetEpoch', groupId, value: target };
    }
    case KeyType.pattern: {
      const { group: groupId, regularExpression: pattern } = consumerGroupRegularExpressionKey.decode(reader, type);
      const decoded = value && unprefixed(consumerGroupRegularExpressionValue, value);
      const resolved = decoded && {
        topics: decoded.topics,
        version: Number(decoded.version),
        timestampMs: Number(decoded.timestamp),
      };
      return { kind: 'pattern', groupId, pattern, value: resolved };
    }
    case KeyType.subscription:
    case KeyType.target:
    case KeyType.current:
      return decodeMemberRecord(type, reader, value);
    default:
      return undefined;
  }
}

function decodeMemberRecord(type: 5 | 7 | 8, reader: Reader, value: Buffer | null): ConsumerGroupRecord {
  const { group: groupId, member: memberId } = consumerGroupMemberKey.decode(reader, type);
  switch (type) {
    case KeyType.subscription: {
      const decoded = value && unprefixed(consumerGroupMemberMetadataValue, value);
      return { kind: 'subscription', groupId, memberId, value: decoded && subscription(decoded) };
    }
    case KeyType.target: {
      const decoded = value && unprefixed(consumerGroupTargetAssignmentMemberValue, value);
      return { kind: 'target', groupId, memberId, value: decoded && toAssignment(decoded.topicPartitions) };
    }
    case KeyType.current: {
      const decoded = value && unprefixed(consumerGroupCurrentMemberAssignmentValue, value);
      const current = decoded && {
        epoch: decoded.memberEpoch,
        previousEpoch: decoded.previousMemberEpoch,
        state: memberState(decoded.state),
        assigned: held(decoded.assignedPartitions, decoded.memberEpoch),
        pendingRevocation: held(decoded.partitionsPendingRevocation, decoded.memberEpoch),
      };
      return { kind: 'current', groupId, memberId, value: current };
    }
  }
}

function prefixed<T>(codec: MessageCodec<T>, message: T, version: number): Buffer {
  const writer = new Writer(2 + codec.size(message, version), 0);
  writer.int16(version);
  codec.encode(writer, message, version);
  return writer.toBuffer();
}

function unprefixed<T>(codec: MessageCodec<T>, bytes: Buffer): T {
  const reader = new Reader(bytes);
  return codec.decode(reader, reader.int16());
}

function subscriptionValue(member: MemberSubscription): ConsumerGroupMemberMetadataValue {
  const { instanceId, rackId, clientId, clientHost, topicNames, topicPattern, serverAssignor, classic } = member;
  return createConsumerGroupMemberMetadataValue({
    instanceId,
    rackId,
    clientId,
    clientHost,
    subscribedTopicNames: topicNames,
    subscribedTopicRegex: topicPattern,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    serverAssignor,
    ...(classic && {
      classicMemberMetadata: createConsumerGroupMemberMetadataValueClassicMemberMetadata({
        presence: CLASSIC_PRESENT,
        sessionTimeoutMs: classic.sessionTimeoutMs,
        supportedProtocols: classic.protocols.map(({ name, metadata }) => ({ name, metadata })),
      }),
    }),
  });
}

function subscription(value: ConsumerGroupMemberMetadataValue): MemberSubscription {
  const { presence, sessionTimeoutMs, supportedProtocols } = value.classicMemberMetadata;
  return {
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    topicNames: value.subscribedTopicNames,
    topicPattern: value.subscribedTopicRegex,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    serverAssignor: value.serverAssignor,
    classic: presence === CLASSIC_PRESENT ? { sessionTimeoutMs, protocols: supportedProtocols } : null,
  };
}

/** A state that this release does not know is taken for one that has to find its way again. */
function memberState(state: number): MemberState {
  return state === MemberState.stable || state === MemberState.unrevoked ? state : MemberState.unreleased;
}

function heldValue(held: HeldPartitions): ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[] {
  return [...held].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()],
    assignmentEpochs: [...partitions.values()],
  }));
}

/** Records of Apache Kafka before 4.3 do not say since when a partition is held: then it is since the member's epoch. */
function held(
  lists: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[],
  memberEpoch: number,
): HeldPartitions {
  const byTopic = new Map<string, ReadonlyMap<number, number>>();
  for (const { topicId, partitions, assignmentEpochs } of lists) {
    if (partitions.length === 0) continue;
    byTopic.set(topicId, new Map(partitions.map((each, at) => [each, assignmentEpochs?.[at] ?? memberEpoch])));
  }
  return byTopic;
}
