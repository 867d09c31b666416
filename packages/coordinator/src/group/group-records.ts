/**
 * What a shard of `__consumer_offsets` writes: committed offsets and agreed generations of classic groups, in Kafka's formats,
 * so that tools which read that topic understand it. Records of consumer groups are in ../consumer/consumer-records.ts.
 *
 * Versions written: as Apache Kafka 4.3 writes them. OffsetCommitValue 4, or 1 for an offset with a retention time of its own
 * (no other version carries that); GroupMetadataValue 3. All versions are read. A key starts with its version as int16, and
 * that number also tells the record type (0, 1: offset; 2: group; 3 to 8, 16: consumer group).
 */
import { Reader, Writer, type MessageCodec } from '@millrace/protocol';
import {
  groupMetadataKey,
  groupMetadataValue,
  type GroupMetadataValue,
  type GroupMetadataValueMemberMetadata,
} from '../generated/group-metadata-record.ts';
import { offsetCommitKey, offsetCommitValue, type OffsetCommitValue } from '../generated/offset-commit-record.ts';
import {
  decodeConsumerRecord,
  encodeConsumerKey,
  encodeConsumerValue,
  type ConsumerGroupRecord,
} from '../consumer/consumer-records.ts';
import type { RecordCodec } from '../runtime/coordinator-shard.ts';

/** An offset as committed; immutable. */
export interface CommittedOffset {
  /** Kept as it came: the coordinator never calculates with it. */
  readonly offset: bigint;
  /** −1 when the client gave none. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** −1 = by the broker's retention. */
  readonly expireTimestampMs: number;
  /** The zero id when unknown. */
  readonly topicId: string;
}

/** Whether one is a copy of the other: two commits differ at least in their time. */
export function isSameCommit(one: CommittedOffset, other: CommittedOffset): boolean {
  return (
    one.offset === other.offset &&
    one.commitTimestampMs === other.commitTimestampMs &&
    one.leaderEpoch === other.leaderEpoch &&
    one.metadata === other.metadata &&
    one.expireTimestampMs === other.expireTimestampMs &&
    one.topicId === other.topicId
  );
}

/** A member as the log knows it; immutable. */
export interface MemberImage {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly subscription: Buffer;
  readonly assignment: Buffer;
}

/** A group as the log knows it: the last generation that was agreed on, or an empty group. Immutable. */
export interface GroupImage {
  /** Empty while nobody has joined. */
  readonly protocolType: string;
  readonly generation: number;
  readonly protocol: string | null;
  readonly leader: string | null;
  /** −1 when written by a version that did not say. */
  readonly stateTimestampMs: number;
  readonly members: readonly MemberImage[];
}

export interface OffsetRecord {
  readonly kind: 'offset';
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Null takes the offset back. */
  readonly committed: CommittedOffset | null;
}

export interface GroupRecord {
  readonly kind: 'group';
  readonly groupId: string;
  /** Null deletes the group. */
  readonly image: GroupImage | null;
}

export type GroupStateRecord = OffsetRecord | GroupRecord | ConsumerGroupRecord;

const OFFSET_KEY_VERSION = 1;
const GROUP_KEY_VERSION = 2;
const OFFSET_VALUE_VERSION = 4;
/** The one version with an expiry of its own. */
const OFFSET_VALUE_VERSION_WITH_EXPIRY = 1;
const GROUP_VALUE_VERSION = 3;

const STRING_BYTES_MAX = 0x7fff;
const SURELY_STORABLE_CHARS = Math.floor(STRING_BYTES_MAX / 3);

export const groupRecordCodec: RecordCodec<GroupStateRecord> = {
  encodeKey(record) {
    if (record.kind === 'group') return versioned(groupMetadataKey, { group: record.groupId }, GROUP_KEY_VERSION);
    if (record.kind !== 'offset') return encodeConsumerKey(record);
    const { groupId, topic, partition } = record;
    return versioned(offsetCommitKey, { group: groupId, topic, partition }, OFFSET_KEY_VERSION);
  },

  encodeValue(record) {
    if (record.kind === 'group') {
      return record.image === null
        ? null
        : versioned(groupMetadataValue, groupValue(record.image), GROUP_VALUE_VERSION);
    }
    if (record.kind !== 'offset') return encodeConsumerValue(record);
    if (record.committed === null) return null;
    const hasExpiry = record.committed.expireTimestampMs >= 0;
    return versioned(
      offsetCommitValue,
      offsetValue(record.committed),
      hasExpiry ? OFFSET_VALUE_VERSION_WITH_EXPIRY : OFFSET_VALUE_VERSION,
    );
  },

  decode(key, value) {
    const reader = new Reader(key);
    const version = reader.int16();
    if (version === GROUP_KEY_VERSION) {
      const { group } = groupMetadataKey.decode(reader, version);
      return {
        kind: 'group',
        groupId: group,
        image: value === null ? null : groupImage(unversioned(groupMetadataValue, value)),
      };
    }
    if (version > GROUP_KEY_VERSION) return decodeConsumerRecord(version, reader, value);
    if (version < 0) return undefined;
    const { group, topic, partition } = offsetCommitKey.decode(reader, version);
    const committed = value === null ? null : committedOffset(unversioned(offsetCommitValue, value));
    return { kind: 'offset', groupId: group, topic, partition, committed };
  },
};

/** Bytes of the record's key and value. */
export function groupRecordSizeBytes(record: GroupStateRecord): number {
  if (record.kind === 'group' && record.image !== null) {
    return (
      6 + Buffer.byteLength(record.groupId) + groupMetadataValue.size(groupValue(record.image), GROUP_VALUE_VERSION)
    );
  }
  return groupRecordCodec.encodeKey(record).length + (groupRecordCodec.encodeValue(record)?.length ?? 0);
}

/** Whether a record can hold the text: lengths on the wire and in the log are 16 bits. */
export function isStorable(text: string): boolean {
  return text.length <= SURELY_STORABLE_CHARS || Buffer.byteLength(text) <= STRING_BYTES_MAX;
}

function versioned<T>(codec: MessageCodec<T>, message: T, version: number): Buffer {
  const writer = new Writer(2 + codec.size(message, version), 0);
  writer.int16(version);
  codec.encode(writer, message, version);
  return writer.toBuffer();
}

function unversioned<T>(codec: MessageCodec<T>, bytes: Buffer): T {
  const reader = new Reader(bytes);
  return codec.decode(reader, reader.int16());
}

function groupValue(image: GroupImage): GroupMetadataValue {
  return {
    protocolType: image.protocolType,
    generation: image.generation,
    protocol: image.protocol,
    leader: image.leader,
    currentStateTimestamp: BigInt(image.stateTimestampMs),
    members: image.members.map((member): GroupMetadataValueMemberMetadata => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: member.subscription,
      assignment: member.assignment,
    })),
  };
}

function groupImage(value: GroupMetadataValue): GroupImage {
  return {
    protocolType: value.protocolType,
    generation: value.generation,
    protocol: value.protocol,
    leader: value.leader,
    stateTimestampMs: Number(value.currentStateTimestamp),
    members: value.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // The oldest records lack it; the session timeout ruled then.
      rebalanceTimeoutMs: member.rebalanceTimeout === -1 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      subscription: member.subscription,
      assignment: member.assignment,
    })),
  };
}

function offsetValue(committed: CommittedOffset): OffsetCommitValue {
  return {
    offset: committed.offset,
    leaderEpoch: committed.leaderEpoch,
    metadata: committed.metadata,
    commitTimestamp: BigInt(committed.commitTimestampMs),
    expireTimestamp: BigInt(committed.expireTimestampMs),
    topicId: committed.topicId,
  };
}

function committedOffset(value: OffsetCommitValue): CommittedOffset {
  return {
    offset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    commitTimestampMs: Number(value.commitTimestamp),
    expireTimestampMs: Number(value.expireTimestamp),
    topicId: value.topicId,
  };
}
