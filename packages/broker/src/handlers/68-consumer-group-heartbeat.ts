/**
 * ConsumerGroupHeartbeat 0–1: joins, stays in or leaves a group whose assignments the broker computes (KIP-848).
 *
 * Epoch 0 joins, −1 leaves, −2 leaves for a while as a static member. v0: a member without id is given one. v1: the client makes the id
 * (none → INVALID_REQUEST); topics also by a pattern in the syntax of RE2 (a bad one → INVALID_REGULAR_EXPRESSION).
 * Differs from Apache Kafka: a member that waits for what the group is about to do by itself is asked to be back sooner than by the
 * interval of its heartbeats; patterns that repeat too much, or are longer than 2,000 characters, are refused.
 */
import { consumerGroupHeartbeatFailure } from '@millrace/coordinator';
import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const consumerGroupHeartbeatHandler = defineHandler<
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse
>({
  request: consumerGroupHeartbeatRequest,
  response: consumerGroupHeartbeatResponse,
  minVersion: 0,
  maxVersion: 1,
  handle: (context, request) => context.services.groups.consumerGroupHeartbeat(groupRequestContext(context), request),
  failure: (_request, errorCode) => consumerGroupHeartbeatFailure(errorCode),
});
