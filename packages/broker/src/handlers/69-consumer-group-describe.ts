/**
 * ConsumerGroupDescribe 0–1: epochs, members, assignments and targets of consumer groups (KIP-848).
 *
 * A group that is not there, or a classic one → GROUP_ID_NOT_FOUND with a message that says which. v1: the protocol of each member.
 * Differs from Apache Kafka: a group that stands several times in a request is described once.
 */
import { consumerGroupDescribeFailure } from '@millrace/coordinator';
import { ErrorCode } from '@millrace/protocol';
import {
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
  type ConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponse,
} from '@millrace/protocol/messages/69-consumer-group-describe';
import { ALL_GROUP_OPERATIONS } from './group-operations.ts';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const consumerGroupDescribeHandler = defineHandler<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>({
  request: consumerGroupDescribeRequest,
  response: consumerGroupDescribeResponse,
  minVersion: 0,
  maxVersion: 1,
  async handle(context, request) {
    const response = await context.services.groups.describeConsumerGroups(groupRequestContext(context), {
      ...request,
      groupIds: [...new Set(request.groupIds)],
    });
    if (!request.includeAuthorizedOperations) return response;
    const groups = response.groups.map((group) =>
      group.errorCode === ErrorCode.NONE ? { ...group, authorizedOperations: ALL_GROUP_OPERATIONS } : group,
    );
    return { ...response, groups };
  },
  failure: consumerGroupDescribeFailure,
});
