/**
 * LeaveGroup 0–5: takes members out of a group.
 *
 * v0–2: one member, whose error is the response's. v3+: several, static ones by instance id alone. v5: a reason, which is logged.
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { leaveGroupFailure } from '@millrace/coordinator';
import {
  leaveGroupRequest,
  leaveGroupResponse,
  type LeaveGroupRequest,
  type LeaveGroupResponse,
} from '@millrace/protocol/messages/13-leave-group';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const leaveGroupHandler = defineHandler<LeaveGroupRequest, LeaveGroupResponse>({
  request: leaveGroupRequest,
  response: leaveGroupResponse,
  minVersion: 0,
  maxVersion: 5,
  handle: (context, request) => context.services.groups.leaveGroup(groupRequestContext(context), request),
  failure: (_request, errorCode) => leaveGroupFailure(errorCode),
});
