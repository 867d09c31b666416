/**
 * SyncGroup 0–5: the leader hands in the assignment, everybody waits for theirs.
 *
 * v3+: static members. v5: protocol type and name must be given and be the group's, else INCONSISTENT_GROUP_PROTOCOL.
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { syncGroupFailure } from '@millrace/coordinator';
import {
  syncGroupRequest,
  syncGroupResponse,
  type SyncGroupRequest,
  type SyncGroupResponse,
} from '@millrace/protocol/messages/14-sync-group';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const syncGroupHandler = defineHandler<SyncGroupRequest, SyncGroupResponse>({
  request: syncGroupRequest,
  response: syncGroupResponse,
  minVersion: 0,
  maxVersion: 5,
  handle: (context, request) => context.services.groups.syncGroup(groupRequestContext(context), request),
  failure: (_request, errorCode) => syncGroupFailure(errorCode),
});
