/** Offsets that groups keep: fetch, set, forget; from and by their coordinators. */
import { ErrorCode } from '@millrace/protocol';
import {
  createOffsetCommitRequest,
  offsetCommitRequest,
  offsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import {
  createOffsetFetchRequest,
  createOffsetFetchRequestGroup,
  offsetFetchRequest,
  offsetFetchResponse,
  type OffsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  createOffsetDeleteRequest,
  offsetDeleteRequest,
  offsetDeleteResponse,
} from '@millrace/protocol/messages/47-offset-delete';
import { brokerError } from '../error.ts';
import type { OffsetToCommit, TopicPartition } from '../topic-partition.ts';
import type { AdminCall, CallOptions, Target } from './admin-call.ts';
import { byTopic, coordinatorOf, PartitionAnswers } from './node-refs.ts';
import type { Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

export interface GroupOffsetsQuery {
  readonly groupId: string;
  /** Default: every partition for which the group keeps an offset. */
  readonly partitions?: readonly TopicPartition[];
}

export interface FetchGroupOffsetsOptions extends CallOptions {
  /** Waits for open transactions that carry offsets of the group (KIP-447). Default false. */
  readonly requireStable?: boolean;
}

export interface GroupOffset {
  /** Undefined when the group keeps none for the partition. */
  readonly offset: number | undefined;
  /** −1 when unknown. */
  readonly leaderEpoch: number;
  /** Text that the member stored with it. */
  readonly metadata: string;
}

export interface GroupOffsets {
  readonly offsets: readonly Outcome<TopicPartition, GroupOffset>[];
}

/** Of OffsetFetch and OffsetCommit: the newest that names topics instead of telling their ids. */
const BY_NAME_VERSION = 9;
/** Of OffsetFetch: the first that takes several groups. */
const GROUPS_VERSION = 8;
const NO_GENERATION = -1;

export async function fetchGroupOffsets(
  call: AdminCall,
  queries: readonly GroupOffsetsQuery[],
  { requireStable = false }: FetchGroupOffsetsOptions,
): Promise<Outcome<{ readonly groupId: string }, GroupOffsets>[]> {
  const verdicts = await forEachItem(call, queries, {
    what: 'fetching offsets of groups',
    locate: ({ groupId }) => coordinatorOf(call, 'group', groupId),
    forget: ({ groupId }) => call.cluster.forgetCoordinator('group', groupId),
    ask: async (target, asked) => {
      const verdicts: Verdict<GroupOffsets>[] = [];
      // A group may stand once in a request, and most calls are about one.
      for (const query of asked) verdicts.push(await fetchOne(target, query, requireStable));
      return verdicts;
    },
  });
  return outcomesOf(queries, verdicts, ({ groupId }) => ({ groupId }));
}

async function fetchOne(
  target: Target,
  { groupId, partitions }: GroupOffsetsQuery,
  requireStable: boolean,
): Promise<Verdict<GroupOffsets>> {
  const topics =
    partitions === undefined
      ? null
      : [...byTopic(partitions)].map(([name, items]) => ({
          name,
          partitionIndexes: items.map(({ partition }) => partition),
        }));
  const response = await target.send(
    { request: offsetFetchRequest, response: offsetFetchResponse },
    (version) => {
      if (version < GROUPS_VERSION) return createOffsetFetchRequest({ groupId, topics, requireStable });
      const named = topics?.map((topic) => ({ ...topic, topicId: '' })) ?? null;
      const group = createOffsetFetchRequestGroup({ groupId, topics: named });
      return createOffsetFetchRequest({ groups: [group], requireStable });
    },
    BY_NAME_VERSION,
  );
  const answer = answerOf(response);
  const what = `fetching offsets of group "${groupId}"`;
  if (answer.errorCode !== ErrorCode.NONE) return { error: brokerError(what, answer.errorCode) };
  const offsets = answer.topics.flatMap(({ name, partitions: told }) =>
    told.map((each): Outcome<TopicPartition, GroupOffset> => {
      const item = { topic: name, partition: each.partitionIndex };
      if (each.errorCode !== ErrorCode.NONE) {
        return { ok: false, ...item, error: brokerError(what, each.errorCode, null, item) };
      }
      return {
        ok: true,
        ...item,
        offset: each.committedOffset < 0n ? undefined : Number(each.committedOffset),
        leaderEpoch: each.committedLeaderEpoch,
        metadata: each.metadata ?? '',
      };
    }),
  );
  // Offsets in an open transaction: the group is asked for again.
  for (const each of offsets) if (!each.ok && each.error.retriable) return { error: each.error };
  return { value: { offsets } };
}

function answerOf(response: OffsetFetchResponse): {
  readonly errorCode: number;
  readonly topics: OffsetFetchResponse['topics'];
} {
  return response.groups[0] ?? response;
}

export async function alterGroupOffsets(
  call: AdminCall,
  groupId: string,
  offsets: readonly OffsetToCommit[],
): Promise<Outcome<TopicPartition>[]> {
  const what = `setting offsets of group "${groupId}"`;
  const verdicts = await forEachItem(call, offsets, {
    what,
    locate: () => coordinatorOf(call, 'group', groupId),
    forget: () => call.cluster.forgetCoordinator('group', groupId),
    ask: async (target, asked) => {
      const response = await target.send(
        { request: offsetCommitRequest, response: offsetCommitResponse },
        createOffsetCommitRequest({
          groupId,
          generationIdOrMemberEpoch: NO_GENERATION,
          topics: [...byTopic(asked)].map(([name, items]) => ({
            name,
            topicId: '',
            partitions: items.map((item) => ({
              partitionIndex: item.partition,
              committedOffset: BigInt(item.offset),
              committedLeaderEpoch: item.leaderEpoch ?? -1,
              committedMetadata: item.metadata ?? '',
            })),
          })),
        }),
        BY_NAME_VERSION,
      );
      return partitionVerdicts(what, asked, response.topics);
    },
  });
  return outcomesOf(offsets, verdicts, ({ topic, partition }) => ({ topic, partition }));
}

export async function deleteGroupOffsets(
  call: AdminCall,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<Outcome<TopicPartition>[]> {
  const what = `deleting offsets of group "${groupId}"`;
  const verdicts = await forEachItem(call, partitions, {
    what,
    locate: () => coordinatorOf(call, 'group', groupId),
    forget: () => call.cluster.forgetCoordinator('group', groupId),
    ask: async (target, asked) => {
      const response = await target.send(
        { request: offsetDeleteRequest, response: offsetDeleteResponse },
        createOffsetDeleteRequest({
          groupId,
          topics: [...byTopic(asked)].map(([name, items]) => ({
            name,
            partitions: items.map(({ partition: partitionIndex }) => ({ partitionIndex })),
          })),
        }),
      );
      if (response.errorCode !== ErrorCode.NONE)
        throw brokerError(what, response.errorCode, remedyFor(response.errorCode));
      return partitionVerdicts(what, asked, response.topics);
    },
  });
  return outcomesOf(partitions, verdicts, ({ topic, partition }) => ({ topic, partition }));
}

function partitionVerdicts(
  what: string,
  asked: readonly TopicPartition[],
  topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
  }[],
): Verdict<object>[] {
  const codes = new PartitionAnswers<number>();
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, errorCode } of partitions) codes.set(name, partitionIndex, errorCode);
  }
  return asked.map(({ topic, partition }) => {
    const errorCode = codes.get({ topic, partition }) ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    if (errorCode === ErrorCode.NONE) return { value: {} };
    return { error: brokerError(what, errorCode, remedyFor(errorCode), { topic, partition }) };
  });
}

function remedyFor(errorCode: number): string | null {
  if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID) return 'the group has members: stop them first';
  if (errorCode === ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC) return 'the group reads this topic: stop its members first';
  return null;
}
