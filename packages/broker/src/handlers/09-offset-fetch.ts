/**
 * OffsetFetch 1–10: how far groups have read.
 *
 * v2+: null topics ask for all, and the group's error has a field (v1 repeats it for each partition). v5+: leader epochs.
 * v7+: `requireStable`; without transactions every offset is stable. v8+: several groups. v10: topics by id.
 * Differs from Apache Kafka: an answer waits for commits that are on their way, so it never shows what a crash could take back.
 * Pinned by test/groups.itest.ts and the tests of @millrace/coordinator.
 */
import { offsetFetchFailure } from '@millrace/coordinator';
import {
  offsetFetchRequest,
  offsetFetchResponse,
  type OffsetFetchRequest,
  type OffsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const offsetFetchHandler = defineHandler<OffsetFetchRequest, OffsetFetchResponse>({
  request: offsetFetchRequest,
  response: offsetFetchResponse,
  minVersion: 1,
  maxVersion: 10,
  handle: (context, request) => context.services.groups.fetchOffsets(groupRequestContext(context), request),
  failure: offsetFetchFailure,
});
