/**
 * DeleteGroups 0–3: deletes groups without members, with their offsets.
 *
 * v3: room for an error message, which Apache Kafka leaves empty for classic groups too.
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { deleteGroupsFailure } from '@millrace/coordinator';
import {
  deleteGroupsRequest,
  deleteGroupsResponse,
  type DeleteGroupsRequest,
  type DeleteGroupsResponse,
} from '@millrace/protocol/messages/42-delete-groups';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const deleteGroupsHandler = defineHandler<DeleteGroupsRequest, DeleteGroupsResponse>({
  request: deleteGroupsRequest,
  response: deleteGroupsResponse,
  minVersion: 0,
  maxVersion: 3,
  handle: (context, request) => context.services.groups.deleteGroups(groupRequestContext(context), request),
  failure: deleteGroupsFailure,
});
