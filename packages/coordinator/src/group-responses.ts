/**
 * Responses that carry one error code for a whole request, in the shape that each version has room for. Where a version has no
 * field for the error of the group, every partition or member carries it.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createDeleteGroupsResponse,
  type DeleteGroupsRequest,
  type DeleteGroupsResponse,
} from '@millrace/protocol/messages/42-delete-groups';
import {
  createDescribeGroupsResponse,
  createDescribeGroupsResponseDescribedGroup,
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
} from '@millrace/protocol/messages/15-describe-groups';
import { createHeartbeatResponse, type HeartbeatResponse } from '@millrace/protocol/messages/12-heartbeat';
import {
  createJoinGroupResponse,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import { createLeaveGroupResponse, type LeaveGroupResponse } from '@millrace/protocol/messages/13-leave-group';
import { createListGroupsResponse, type ListGroupsResponse } from '@millrace/protocol/messages/16-list-groups';
import {
  createOffsetCommitResponse,
  type OffsetCommitRequest,
  type OffsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import { createOffsetDeleteResponse, type OffsetDeleteResponse } from '@millrace/protocol/messages/47-offset-delete';
import {
  createOffsetFetchResponse,
  type OffsetFetchRequest,
  type OffsetFetchResponse,
  type OffsetFetchResponseGroup,
} from '@millrace/protocol/messages/09-offset-fetch';
import { createSyncGroupResponse, type SyncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import {
  createTxnOffsetCommitResponse,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitResponse,
} from '@millrace/protocol/messages/28-txn-offset-commit';

import {
  createConsumerGroupHeartbeatResponse,
  type ConsumerGroupHeartbeatResponse,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import {
  createConsumerGroupDescribeResponse,
  createConsumerGroupDescribeResponseDescribedGroup,
  type ConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponse,
} from '@millrace/protocol/messages/69-consumer-group-describe';

/** First version of OffsetFetch with an error field of its own. */
const OFFSET_FETCH_WITH_ERROR = 2;
/** First version of OffsetFetch that asks for several groups. */
export const OFFSET_FETCH_WITH_GROUPS = 8;
/** First version of JoinGroup that can say that there is no protocol. */
const JOIN_GROUP_WITH_NULL_PROTOCOL = 7;

export const NO_OFFSET = -1n;

export function joinGroupFailure(request: JoinGroupRequest, errorCode: number, version: number): JoinGroupResponse {
  return joinGroupShape(
    createJoinGroupResponse({ errorCode, memberId: request.memberId, protocolName: null }),
    version,
  );
}

/** Versions differ in how they say "no protocol". */
export function joinGroupShape(response: JoinGroupResponse, version: number): JoinGroupResponse {
  const canBeNull = version >= JOIN_GROUP_WITH_NULL_PROTOCOL;
  const name = response.protocolName;
  return { ...response, protocolName: canBeNull ? (name === '' ? null : name) : (name ?? '') };
}

export function syncGroupFailure(errorCode: number): SyncGroupResponse {
  return createSyncGroupResponse({ errorCode });
}

export function heartbeatFailure(errorCode: number): HeartbeatResponse {
  return createHeartbeatResponse({ errorCode });
}

export function leaveGroupFailure(errorCode: number): LeaveGroupResponse {
  return createLeaveGroupResponse({ errorCode });
}

export function offsetCommitFailure(request: OffsetCommitRequest, errorCode: number): OffsetCommitResponse {
  return createOffsetCommitResponse({
    topics: request.topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  });
}

export function txnOffsetCommitFailure(request: TxnOffsetCommitRequest, errorCode: number): TxnOffsetCommitResponse {
  return createTxnOffsetCommitResponse({
    topics: request.topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  });
}

export function offsetFetchFailure(
  request: OffsetFetchRequest,
  errorCode: number,
  version: number,
): OffsetFetchResponse {
  if (version >= OFFSET_FETCH_WITH_GROUPS) {
    return createOffsetFetchResponse({
      groups: request.groups.map(({ groupId }) => ({ groupId, topics: [], errorCode })),
    });
  }
  return offsetFetchShape(request, [{ groupId: request.groupId, topics: [], errorCode }], version);
}

/** Up to version 7 there is one group, whose fields are the response's own. */
export function offsetFetchShape(
  request: OffsetFetchRequest,
  groups: readonly OffsetFetchResponseGroup[],
  version: number,
): OffsetFetchResponse {
  if (version >= OFFSET_FETCH_WITH_GROUPS) return createOffsetFetchResponse({ groups });
  const { topics = [], errorCode = 0 } = groups[0] ?? {};
  if (errorCode === ErrorCode.NONE || version >= OFFSET_FETCH_WITH_ERROR) {
    return createOffsetFetchResponse({
      errorCode,
      topics: topics.map(({ name, partitions }) => ({ name, partitions })),
    });
  }
  return createOffsetFetchResponse({
    topics: (request.topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        committedOffset: NO_OFFSET,
        committedLeaderEpoch: -1,
        metadata: '',
        errorCode,
      })),
    })),
  });
}

export function describeGroupsFailure(request: DescribeGroupsRequest, errorCode: number): DescribeGroupsResponse {
  return createDescribeGroupsResponse({
    groups: request.groups.map((groupId) => createDescribeGroupsResponseDescribedGroup({ groupId, errorCode })),
  });
}

export function consumerGroupHeartbeatFailure(errorCode: number): ConsumerGroupHeartbeatResponse {
  return createConsumerGroupHeartbeatResponse({ errorCode });
}

export function consumerGroupDescribeFailure(
  request: ConsumerGroupDescribeRequest,
  errorCode: number,
): ConsumerGroupDescribeResponse {
  return createConsumerGroupDescribeResponse({
    groups: request.groupIds.map((groupId) =>
      createConsumerGroupDescribeResponseDescribedGroup({ groupId, errorCode }),
    ),
  });
}

export function listGroupsFailure(errorCode: number): ListGroupsResponse {
  return createListGroupsResponse({ errorCode });
}

export function deleteGroupsFailure(request: DeleteGroupsRequest, errorCode: number): DeleteGroupsResponse {
  return createDeleteGroupsResponse({
    results: [...new Set(request.groupsNames)].map((groupId) => ({ groupId, errorCode, errorMessage: null })),
  });
}

export function offsetDeleteFailure(errorCode: number): OffsetDeleteResponse {
  return createOffsetDeleteResponse({ errorCode });
}
