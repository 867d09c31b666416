/**
 * OffsetDelete 0: takes back offsets of topics that the group does not read any more.
 *
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { offsetDeleteFailure } from '@millrace/coordinator';
import {
  offsetDeleteRequest,
  offsetDeleteResponse,
  type OffsetDeleteRequest,
  type OffsetDeleteResponse,
} from '@millrace/protocol/messages/47-offset-delete';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const offsetDeleteHandler = defineHandler<OffsetDeleteRequest, OffsetDeleteResponse>({
  request: offsetDeleteRequest,
  response: offsetDeleteResponse,
  minVersion: 0,
  maxVersion: 0,
  handle: (context, request) => context.services.groups.deleteOffsets(groupRequestContext(context), request),
  failure: (_request, errorCode) => offsetDeleteFailure(errorCode),
});
