import {
  offsetCommitRequest,
  offsetCommitResponse,
  type OffsetCommitRequest,
  type OffsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import {
  offsetFetchRequest,
  offsetFetchResponse,
  type OffsetFetchRequest,
  type OffsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  joinGroupRequest,
  joinGroupResponse,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import {
  heartbeatRequest,
  heartbeatResponse,
  type HeartbeatRequest,
  type HeartbeatResponse,
} from '@millrace/protocol/messages/12-heartbeat';
import {
  leaveGroupRequest,
  leaveGroupResponse,
  type LeaveGroupRequest,
  type LeaveGroupResponse,
} from '@millrace/protocol/messages/13-leave-group';
import {
  syncGroupRequest,
  syncGroupResponse,
  type SyncGroupRequest,
  type SyncGroupResponse,
} from '@millrace/protocol/messages/14-sync-group';
import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import type { Api } from '../network/api.ts';

export const OFFSET_COMMIT: Api<OffsetCommitRequest, OffsetCommitResponse> = {
  request: offsetCommitRequest,
  response: offsetCommitResponse,
};
export const OFFSET_FETCH: Api<OffsetFetchRequest, OffsetFetchResponse> = {
  request: offsetFetchRequest,
  response: offsetFetchResponse,
};
export const JOIN_GROUP: Api<JoinGroupRequest, JoinGroupResponse> = {
  request: joinGroupRequest,
  response: joinGroupResponse,
};
export const HEARTBEAT: Api<HeartbeatRequest, HeartbeatResponse> = {
  request: heartbeatRequest,
  response: heartbeatResponse,
};
export const LEAVE_GROUP: Api<LeaveGroupRequest, LeaveGroupResponse> = {
  request: leaveGroupRequest,
  response: leaveGroupResponse,
};
export const SYNC_GROUP: Api<SyncGroupRequest, SyncGroupResponse> = {
  request: syncGroupRequest,
  response: syncGroupResponse,
};
export const CONSUMER_GROUP_HEARTBEAT: Api<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse> = {
  request: consumerGroupHeartbeatRequest,
  response: consumerGroupHeartbeatResponse,
};
