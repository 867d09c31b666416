/**
 * Heartbeat 0–4: keeps a member's session, and tells it of rebalances.
 *
 * v3+: static members. While the coordinator loads the group's partition the answer is NONE, as in Apache Kafka.
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { heartbeatFailure } from '@millrace/coordinator';
import {
  heartbeatRequest,
  heartbeatResponse,
  type HeartbeatRequest,
  type HeartbeatResponse,
} from '@millrace/protocol/messages/12-heartbeat';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const heartbeatHandler = defineHandler<HeartbeatRequest, HeartbeatResponse>({
  request: heartbeatRequest,
  response: heartbeatResponse,
  minVersion: 0,
  maxVersion: 4,
  handle: (context, request) => context.services.groups.heartbeat(groupRequestContext(context), request),
  failure: (_request, errorCode) => heartbeatFailure(errorCode),
});
