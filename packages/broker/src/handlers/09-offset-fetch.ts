/**
 * OffsetFetch 1–10: how far groups have read.
 *
 * v2+: null topics ask for all, and the group's error has a field (v1 repeats it for each partition). v5+: leader epochs.
 * v7+: `requireStable` draws UNSTABLE_OFFSET_COMMIT for partitions with offsets in an open transaction. v8+: several groups. v10: topics by id.
 * Differs from Apache Kafka: an answer waits for commits that are on their way, so it never shows what a crash could take back;
 * a group that stands several times in a request is answered once, so that a small request cannot draw a huge answer.
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

type AskedGroup = OffsetFetchRequest['groups'][number];
type AskedTopic = NonNullable<AskedGroup['topics']>[number];

export const offsetFetchHandler = defineHandler<OffsetFetchRequest, OffsetFetchResponse>({
  request: offsetFetchRequest,
  response: offsetFetchResponse,
  minVersion: 1,
  maxVersion: 10,
  handle: (context, request) =>
    context.services.groups.fetchOffsets(groupRequestContext(context), {
      ...request,
      groups: mergeRepeated(request.groups),
    }),
  failure: offsetFetchFailure,
});

/** Each group once, where it stands first, with the topics of all its entries; null (all topics) holds the rest. */
function mergeRepeated(groups: readonly AskedGroup[]): AskedGroup[] {
  const merged = new Map<string, { readonly group: AskedGroup; topics: AskedTopic[] | null }>();
  for (const group of groups) {
    const known = merged.get(group.groupId);
    if (known === undefined) merged.set(group.groupId, { group, topics: group.topics && [...group.topics] });
    else if (group.topics === null) known.topics = null;
    else if (known.topics !== null) for (const topic of group.topics) known.topics.push(topic);
  }
  return [...merged.values()].map(({ group, topics }) => ({ ...group, topics }));
}
