/**
 * JoinGroup 0–9: enters a group, or a rebalance of it; the answer waits until all members have done so.
 *
 * v0: the session timeout is the rebalance timeout as well. v4+: a client without member id is given one first (KIP-394).
 * v5+: static members (KIP-345). v7+: protocol type, and null for no protocol. v9: a static leader that comes back is told to
 * leave the assignment alone (KIP-814).
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { joinGroupFailure } from '@millrace/coordinator';
import {
  joinGroupRequest,
  joinGroupResponse,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const joinGroupHandler = defineHandler<JoinGroupRequest, JoinGroupResponse>({
  request: joinGroupRequest,
  response: joinGroupResponse,
  minVersion: 0,
  maxVersion: 9,
  handle: (context, request) => context.services.groups.joinGroup(groupRequestContext(context), request),
  failure: joinGroupFailure,
});
