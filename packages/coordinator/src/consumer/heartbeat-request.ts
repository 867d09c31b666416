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
  if (groupId === '') return invalid('the group id is empty');
  if (instanceId === '') return invalid('the instance id is empty: leave it out (null)');
  if (rackId === '') return invalid('the rack id is empty: leave it out (null)');
  const isJoining = memberEpoch === JOIN_EPOCH;
  if (memberId === '' && (!isJoining || apiVersion >= VERSION_WITH_CLIENT_MEMBER_ID)) {
    return invalid('the member id is missing');
  }
  if (isJoining) {
    const problem = joinProblem(request);
    if (problem !== undefined) return invalid(problem);
  } else if (memberEpoch === AWAY_EPOCH) {
    if (instanceId === null) return invalid('only a member with an instance id can leave for a while (epoch -2)');
  } else if (memberEpoch < LEAVE_EPOCH) {
    return invalid(
      `there is no member epoch ${memberEpoch}: -2 and -1 leave, 0 joins, and those above are given by the coordinator`,
    );
  }
  const texts = [
    groupId,
    memberId,
    instanceId,
    rackId,
    request.subscribedTopicRegex,
    ...(request.subscribedTopicNames ?? []),
  ];
  if (!texts.every((text) => text === null || isStorable(text)))
    return invalid('a name or the pattern is too long to be stored');
  if (serverAssignor !== null && !assignors.includes(serverAssignor)) {
    const message = `there is no assignor ${serverAssignor} here: use ${assignors.join(' or ')}`;
    return new Refusal(ErrorCode.UNSUPPORTED_ASSIGNOR, message);
  }
  return undefined;
}

function joinProblem(request: ConsumerGroupHeartbeatRequest): string | undefined {
  const { rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, subscribedTopicRegex } = request;
  if (rebalanceTimeoutMs === -1) return 'whoever joins has to say its rebalance timeout';
  if (topicPartitions === null || topicPartitions.length > 0)
    return 'whoever joins has to say that it has no partitions: an empty list';
  if (subscribedTopicNames === null && subscribedTopicRegex === null) {
    return 'whoever joins has to name topics or a topic pattern';
  }
  return undefined;
}

function invalid(message: string): Refusal {
  return new Refusal(ErrorCode.INVALID_REQUEST, message);
}
