import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import { ConsumerGroup } from '../consumer/consumer-group.ts';
import type { ClassicGroup } from './classic-group.ts';
import { ClassicMember } from './classic-member.ts';
import type { CommittedOffset, OffsetRecord } from './group-records.ts';

/** One offset to commit. */
export interface OffsetCommitEntry {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly leaderEpoch: number;
  readonly metadata: string;
}

export interface OffsetCommit {
  readonly groupId: string;
  /** Empty for a consumer that assigns partitions to itself, or an administrator. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** −1 like an empty member id. */
  readonly generation: number;
  /** −1 = the broker's retention. */
  readonly retentionMs: number;
  readonly entries: readonly OffsetCommitEntry[];
}

/** Offsets that count when a transaction commits. */
export interface TransactionalOffsetCommit {
  readonly groupId: string;
  /** Empty before version 3 of the request: then the producer's epoch alone keeps zombies away. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** −1 like an empty member id. */
  readonly generation: number;
  readonly entries: readonly OffsetCommitEntry[];
}

export type AnyGroup = ClassicGroup | ConsumerGroup;

/** An answer for the whole commit, or the way to one for each partition. */
export type CommitVerdict = ErrorCode | ((entry: OffsetCommitEntry) => ErrorCode);

/** First version in which a missing group has an error of its own, and that members of consumer groups must use. */
const VERSION_WITH_GROUP_NOT_FOUND = 9;

/** Whether the group takes offsets from that client now (semantics 52); the error code if not. */
export function validateCommit(group: AnyGroup | undefined, commit: OffsetCommit, apiVersion: number): CommitVerdict {
  if (group instanceof ConsumerGroup) return validateConsumerCommit(group, commit, apiVersion);
  if (group === undefined) {
    if (commit.generation < 0) return ErrorCode.NONE;
    return apiVersion >= VERSION_WITH_GROUP_NOT_FOUND ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION;
  }
  if (commit.generation < 0 && group.state === 'Empty') return ErrorCode.NONE;
  const claimsMembership = commit.generation >= 0 || commit.memberId !== '' || commit.groupInstanceId !== null;
  if (claimsMembership) {
    const member = group.identify(commit.memberId, commit.groupInstanceId);
    if (!(member instanceof ClassicMember)) return member;
    if (commit.generation !== group.generation) return ErrorCode.ILLEGAL_GENERATION;
  } else if (group.state !== 'Empty') {
    return ErrorCode.UNKNOWN_MEMBER_ID;
  }
  // It knows the generation already but not what it gets in it, so what it commits may be another's by now.
  return group.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}

/**
 * Whether the group takes offsets of a transaction from that client (KIP-447). Who names no membership is let through, also into a
 * running group; a rebalance is no hindrance, since the transaction that it interrupts is the one that must end before it.
 */
export function validateTransactionalCommit(
  group: AnyGroup | undefined,
  commit: TransactionalOffsetCommit,
): CommitVerdict {
  const { memberId, groupInstanceId, generation } = commit;
  if (group instanceof ConsumerGroup) {
    const namesNobody = generation < 0 && memberId === '' && groupInstanceId === null;
    return namesNobody ? ErrorCode.NONE : validateConsumerCommit(group, commit, null);
  }
  if (group === undefined) return generation < 0 ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
  if (generation < 0 && group.state === 'Empty') return ErrorCode.NONE;
  if (generation < 0 && memberId === '' && groupInstanceId === null) return ErrorCode.NONE;
  const member = group.identify(memberId, groupInstanceId);
  if (!(member instanceof ClassicMember)) return member;
  return generation === group.generation ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
}

/**
 * The rules of a consumer group: a member commits under its epoch. One that has not heard of its newest epoch yet may commit what it has had
 * since before the epoch that it names. `apiVersion` null: within a transaction.
 */
function validateConsumerCommit(
  group: ConsumerGroup,
  { memberId, generation }: Pick<OffsetCommit, 'memberId' | 'generation'>,
  apiVersion: number | null,
): CommitVerdict {
  if (generation < 0 && group.members.size === 0) return ErrorCode.NONE;
  const member = group.members.get(memberId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  const { current, isClassic } = member;
  if (isClassic) return generation === current.epoch ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
  if (apiVersion !== null && apiVersion < VERSION_WITH_GROUP_NOT_FOUND) return ErrorCode.UNSUPPORTED_VERSION;
  if (generation === current.epoch) return ErrorCode.NONE;
  if (generation > current.epoch || generation < 0) return ErrorCode.STALE_MEMBER_EPOCH;
  return ({ topicId, partition }) => {
    const since =
      current.assigned.get(topicId)?.get(partition) ?? current.pendingRevocation.get(topicId)?.get(partition);
    return since !== undefined && since <= generation ? ErrorCode.NONE : ErrorCode.STALE_MEMBER_EPOCH;
  };
}

/** Whether a member may ask for offsets under that epoch; null and −1 name no member. */
export function validateFetch(group: AnyGroup | undefined, memberId: string | null, memberEpoch: number): ErrorCode {
  if (!(group instanceof ConsumerGroup)) return ErrorCode.NONE;
  if (memberId === null && memberEpoch < 0) return ErrorCode.NONE;
  const member = group.members.get(memberId ?? '');
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (memberEpoch === member.current.epoch) return ErrorCode.NONE;
  return member.isClassic ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.STALE_MEMBER_EPOCH;
}

/**
 * Whether an offset has reached its end. Time counts from the moment when the group became empty; for groups that never had
 * members, and for topics that a running consumer group does not read any more, from the commit.
 */
export function isExpired(
  group: AnyGroup,
  topic: string,
  committed: CommittedOffset,
  nowMs: number,
  retentionMs: number,
): boolean {
  let sinceMs: number;
  if (group instanceof ConsumerGroup) sinceMs = committed.commitTimestampMs;
  else if (group.protocolType === '') sinceMs = committed.commitTimestampMs;
  else if (group.state === 'Empty')
    sinceMs = group.stateTimestampMs < 0 ? committed.commitTimestampMs : group.stateTimestampMs;
  else if (group.state === 'Stable' && group.knowsSubscribedTopics) sinceMs = committed.commitTimestampMs;
  else return false;
  if (group.isSubscribedTo(topic)) return false;
  return committed.expireTimestampMs >= 0 ? nowMs >= committed.expireTimestampMs : nowMs - sinceMs >= retentionMs;
}

/** Whether two topic ids can mean the same topic: an unknown one means any of that name. */
export function isSameTopic(topicId: string, other: string): boolean {
  return topicId === other || topicId === ZERO_UUID || other === ZERO_UUID;
}

export function tombstone(groupId: string, topic: string, partition: number): OffsetRecord {
  return { kind: 'offset', groupId, topic, partition, committed: null };
}
