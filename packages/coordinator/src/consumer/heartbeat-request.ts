/** What is wrong with a ConsumerGroupHeartbeat by itself, whatever the group is. */
import { ErrorCode } from '@millrace/protocol';
import type { ConsumerGroupHeartbeatRequest } from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import { isStorable } from '../group/group-records.ts';
import { AWAY_EPOCH, Refusal } from './consumer-membership.ts';
import { JOIN_EPOCH, LEAVE_EPOCH } from './consumer-protocol.ts';

/** First version in which the client makes the member id. */
const VERSION_WITH_CLIENT_MEMBER_ID = 1;

/** Undefined when there is nothing wrong. */
export function heartbeatProblem(
  request: ConsumerGroupHeartbeatRequest,
  apiVersion: number,
  assignors: readonly string[],
): Refusal | undefined {
  const { groupId, memberId, memberEpoch, instanceId, rackId, serverAssignor } = request;
  if (groupId === '') return invalid("GroupId can't be empty.");
  if (instanceId === '') return invalid("InstanceId can't be empty.");
  if (rackId === '') return invalid("RackId can't be empty.");
  const isJoining = memberEpoch === JOIN_EPOCH;
  if (memberId === '' && (!isJoining || apiVersion >= VERSION_WITH_CLIENT_MEMBER_ID)) {
    return invalid("MemberId can't be empty.");
  }
  if (isJoining) {
    const problem = joinProblem(request);
    if (problem !== undefined) return invalid(problem);
  } else if (memberEpoch === AWAY_EPOCH) {
    if (instanceId === null) return invalid("InstanceId can't be null.");
  } else if (memberEpoch < LEAVE_EPOCH) {
    return invalid(`MemberEpoch is ${memberEpoch}, but must be greater than or equal to -2.`);
  }
  const texts = [
    groupId,
    memberId,
    instanceId,
    rackId,
    request.subscribedTopicRegex,
    ...(request.subscribedTopicNames ?? []),
  ];
  if (!texts.every((text) => text === null || isStorable(text))) return invalid('A name is too long to be stored.');
  if (serverAssignor !== null && !assignors.includes(serverAssignor)) {
    const message = `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${assignors.join(', ')}.`;
    return new Refusal(ErrorCode.UNSUPPORTED_ASSIGNOR, message);
  }
  return undefined;
}

function joinProblem(request: ConsumerGroupHeartbeatRequest): string | undefined {
  const { rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, subscribedTopicRegex } = request;
  if (rebalanceTimeoutMs === -1) return 'RebalanceTimeoutMs must be provided in first request.';
  if (topicPartitions === null || topicPartitions.length > 0) return 'TopicPartitions must be empty when (re-)joining.';
  if (subscribedTopicNames === null && subscribedTopicRegex === null) {
    return 'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.';
  }
  return undefined;
}

function invalid(message: string): Refusal {
  return new Refusal(ErrorCode.INVALID_REQUEST, message);
}
