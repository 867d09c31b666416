/**
 * ListGroups 0–5: the groups that this broker coordinates.
 *
 * v4+: states, and a filter by them. v5: types, "classic" or "consumer". Filters do not mind case.
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { listGroupsFailure } from '@millrace/coordinator';
import {
  listGroupsRequest,
  listGroupsResponse,
  type ListGroupsRequest,
  type ListGroupsResponse,
} from '@millrace/protocol/messages/16-list-groups';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const listGroupsHandler = defineHandler<ListGroupsRequest, ListGroupsResponse>({
  request: listGroupsRequest,
  response: listGroupsResponse,
  minVersion: 0,
  maxVersion: 5,
  handle: (context, request) => context.services.groups.listGroups(groupRequestContext(context), request),
  failure: (_request, errorCode) => listGroupsFailure(errorCode),
});
