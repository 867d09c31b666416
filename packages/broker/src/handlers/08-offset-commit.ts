/**
 * OffsetCommit 2–10: stores how far a group has read.
 *
 * v2–4: a retention time of the client's own. v6+: the leader epoch of the last record. v7+: static members. v9+: an unknown group
 * gets GROUP_ID_NOT_FOUND instead of ILLEGAL_GENERATION. v10: topics by id.
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { offsetCommitFailure } from '@millrace/coordinator';
import {
  offsetCommitRequest,
  offsetCommitResponse,
  type OffsetCommitRequest,
  type OffsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const offsetCommitHandler = defineHandler<OffsetCommitRequest, OffsetCommitResponse>({
  request: offsetCommitRequest,
  response: offsetCommitResponse,
  minVersion: 2,
  maxVersion: 10,
  handle: (context, request) => context.services.groups.commitOffsets(groupRequestContext(context), request),
  failure: offsetCommitFailure,
});
