/**
 * DescribeGroups 0–6: state, members and assignments of groups.
 *
 * v3+: operations that the caller may do; without an authorizer that is every one that groups have. v4+: instance ids.
 * v6: an unknown group gets GROUP_ID_NOT_FOUND; before it is "Dead" without an error.
 * Differs from Apache Kafka: a group that stands several times in a request is described once.
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { describeGroupsFailure } from '@millrace/coordinator';
import { ErrorCode } from '@millrace/protocol';
import {
  describeGroupsRequest,
  describeGroupsResponse,
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
} from '@millrace/protocol/messages/15-describe-groups';
import { ALL_GROUP_OPERATIONS } from './group-operations.ts';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const describeGroupsHandler = defineHandler<DescribeGroupsRequest, DescribeGroupsResponse>({
  request: describeGroupsRequest,
  response: describeGroupsResponse,
  minVersion: 0,
  maxVersion: 6,
  async handle(context, request) {
    const response = await context.services.groups.describeGroups(groupRequestContext(context), {
      ...request,
      groups: [...new Set(request.groups)],
    });
    if (!request.includeAuthorizedOperations) return response;
    const groups = response.groups.map((group) =>
      group.errorCode === ErrorCode.NONE ? { ...group, authorizedOperations: ALL_GROUP_OPERATIONS } : group,
    );
    return { ...response, groups };
  },
  failure: describeGroupsFailure,
});
