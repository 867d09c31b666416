import type { AppendOutcome, EndMarker, PartitionLog } from '@millrace/log';
import type { DeleteGroupsRequest, DeleteGroupsResponse } from '@millrace/protocol/messages/42-delete-groups';
import type { DescribeGroupsRequest, DescribeGroupsResponse } from '@millrace/protocol/messages/15-describe-groups';
import type { HeartbeatRequest, HeartbeatResponse } from '@millrace/protocol/messages/12-heartbeat';
import type { JoinGroupRequest, JoinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import type { LeaveGroupRequest, LeaveGroupResponse } from '@millrace/protocol/messages/13-leave-group';
import type { ListGroupsRequest, ListGroupsResponse } from '@millrace/protocol/messages/16-list-groups';
import type { OffsetCommitRequest, OffsetCommitResponse } from '@millrace/protocol/messages/08-offset-commit';
import type { OffsetDeleteRequest, OffsetDeleteResponse } from '@millrace/protocol/messages/47-offset-delete';
import type { OffsetFetchRequest, OffsetFetchResponse } from '@millrace/protocol/messages/09-offset-fetch';
import type {
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
} from '@millrace/protocol/messages/69-consumer-group-describe';
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import type { SyncGroupRequest, SyncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import type { TxnOffsetCommitRequest, TxnOffsetCommitResponse } from '@millrace/protocol/messages/28-txn-offset-commit';

/** Who asks. */
export interface GroupRequestContext {
  readonly apiVersion: number;
  readonly clientId: string;
  /** As Kafka shows it: a slash and the address. */
  readonly clientHost: string;
}

/** How far a group says it has read a partition. */
export interface GroupOffset {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record to read, as the client gave it. */
  readonly offset: bigint;
}

/**
 * The group coordinator of one broker over the `__consumer_offsets` partitions that it owns.
 * Groups of other partitions are answered NOT_COORDINATOR; of partitions still replaying, COORDINATOR_LOAD_IN_PROGRESS.
 */
export interface GroupCoordinator {
  /** Partition of `__consumer_offsets` that a group lives in (Kafka's hash of the group id). */
  partitionFor(groupId: string): number;
  /** This broker became owner of an internal partition: replays its log, then serves its groups. Resolves with the number of records read. */
  load(partition: number, log: PartitionLog): Promise<number>;
  /** Ownership went: waiting requests get NOT_COORDINATOR and the memory is dropped. */
  unload(partition: number): void;

  joinGroup(context: GroupRequestContext, request: JoinGroupRequest): Promise<JoinGroupResponse>;
  syncGroup(context: GroupRequestContext, request: SyncGroupRequest): Promise<SyncGroupResponse>;
  heartbeat(context: GroupRequestContext, request: HeartbeatRequest): Promise<HeartbeatResponse>;
  leaveGroup(context: GroupRequestContext, request: LeaveGroupRequest): Promise<LeaveGroupResponse>;
  /** Joins, stays in or leaves a group whose assignments are computed here (KIP-848). */
  consumerGroupHeartbeat(
    context: GroupRequestContext,
    request: ConsumerGroupHeartbeatRequest,
  ): Promise<ConsumerGroupHeartbeatResponse>;
  describeConsumerGroups(
    context: GroupRequestContext,
    request: ConsumerGroupDescribeRequest,
  ): Promise<ConsumerGroupDescribeResponse>;
  commitOffsets(context: GroupRequestContext, request: OffsetCommitRequest): Promise<OffsetCommitResponse>;
  /**
   * Offsets that count when the producer's transaction commits. Runs in this turn: its records are behind whatever was appended to other
   * logs before the call. Whether the producer has the group in an ongoing transaction is for the caller to know.
   */
  commitTransactionalOffsets(
    context: GroupRequestContext,
    request: TxnOffsetCommitRequest,
  ): Promise<TxnOffsetCommitResponse>;
  /**
   * Appends the end marker to that partition of `__consumer_offsets` in this turn, after all that is queued for it, and applies it:
   * pending offsets become committed or vanish. Refused with NOT_COORDINATOR when the partition is not here; while it is loading the
   * marker goes into the log all the same.
   */
  appendEndMarker(partition: number, marker: EndMarker): AppendOutcome;
  fetchOffsets(context: GroupRequestContext, request: OffsetFetchRequest): Promise<OffsetFetchResponse>;
  describeGroups(context: GroupRequestContext, request: DescribeGroupsRequest): Promise<DescribeGroupsResponse>;
  listGroups(context: GroupRequestContext, request: ListGroupsRequest): Promise<ListGroupsResponse>;
  deleteGroups(context: GroupRequestContext, request: DeleteGroupsRequest): Promise<DeleteGroupsResponse>;
  deleteOffsets(context: GroupRequestContext, request: OffsetDeleteRequest): Promise<OffsetDeleteResponse>;
  /** Offsets of the topic's partitions go, so that a topic of the same name starts clean. */
  forgetTopic(topicName: string, topicId: string): Promise<void>;
  /** Every offset that the groups here have committed; may be taken piece by piece while groups come and go. */
  committedOffsets(): Iterable<GroupOffset>;
  /** Ends waiting requests; state stays in the log. */
  close(): Promise<void>;
}
