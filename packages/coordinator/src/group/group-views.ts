/** What responses show of a group; nothing here changes it. */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type {
  OffsetFetchRequestGroup,
  OffsetFetchRequestTopics,
  OffsetFetchResponseGroup,
  OffsetFetchResponsePartitions,
  OffsetFetchResponseTopics,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  createDescribeGroupsResponseDescribedGroup,
  type DescribeGroupsResponseDescribedGroup,
} from '@millrace/protocol/messages/15-describe-groups';
import type { ListGroupsResponseListedGroup } from '@millrace/protocol/messages/16-list-groups';
import type { TopicDirectory } from '../topic-directory.ts';
import { ConsumerGroup } from '../consumer/consumer-group.ts';
import { NOTHING } from './classic-member.ts';
import type { CommittedOffset } from './group-records.ts';
import { isSameTopic, validateFetch, type AnyGroup } from './offset-rules.ts';

const OFFSET_FETCH_WITH_TOPIC_IDS = 10;

/** A group that is not there is "Dead"; clients that know the error for it get that too. */
export function describeGroup(
  groupId: string,
  group: AnyGroup | undefined,
  hasNotFound: boolean,
): DescribeGroupsResponseDescribedGroup {
  if (group === undefined || group instanceof ConsumerGroup) {
    const problem = group === undefined ? `there is no group ${groupId}` : `group ${groupId} is a consumer group`;
    return createDescribeGroupsResponseDescribedGroup({
      groupId,
      groupState: 'Dead',
      errorCode: hasNotFound ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE,
      errorMessage: hasNotFound ? problem : null,
    });
  }
  // Between generations there is no protocol under which metadata could be shown.
  const isStable = group.state === 'Stable';
  return createDescribeGroupsResponseDescribedGroup({
    groupId,
    groupState: group.state,
    protocolType: group.protocolType,
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? member.metadataFor(group.protocolName) : NOTHING,
      memberAssignment: member.assignment,
    })),
  });
}

export function listedGroup(group: AnyGroup): ListGroupsResponseListedGroup {
  return { groupId: group.groupId, protocolType: group.protocolType, groupState: group.state, groupType: group.type };
}

export interface OffsetFetchView {
  readonly directory: TopicDirectory;
  readonly apiVersion: number;
  /** Partitions for which an open transaction has offsets are answered UNSTABLE_OFFSET_COMMIT. */
  readonly requireStable: boolean;
}

/** The group's offsets for the topics asked for; null topics = all that it has. A group that is not there has none. */
export function fetchOffsets(
  group: AnyGroup | undefined,
  { groupId, memberId, memberEpoch, topics }: OffsetFetchRequestGroup,
  view: OffsetFetchView,
): OffsetFetchResponseGroup {
  const refusal = validateFetch(group, memberId, memberEpoch);
  if (refusal !== ErrorCode.NONE) return { groupId, topics: [], errorCode: refusal };
  const found = topics === null ? allTopics(group, view) : topics.map((topic) => fetchTopic(group, topic, view));
  return { groupId, topics: found, errorCode: ErrorCode.NONE };
}

function fetchTopic(
  group: AnyGroup | undefined,
  topic: OffsetFetchRequestTopics,
  view: OffsetFetchView,
): OffsetFetchResponseTopics {
  const { directory, apiVersion } = view;
  const usesTopicIds = apiVersion >= OFFSET_FETCH_WITH_TOPIC_IDS;
  const known = usesTopicIds ? directory.byId(topic.topicId) : directory.byName(topic.name);
  const name = known?.name ?? topic.name;
  if (usesTopicIds && known === undefined) {
    const partitions = topic.partitionIndexes.map((index) => noOffset(index, ErrorCode.UNKNOWN_TOPIC_ID));
    return { name, topicId: topic.topicId, partitions };
  }
  const topicId = known?.topicId ?? ZERO_UUID;
  const partitions = topic.partitionIndexes.map((index) => {
    if (isUnstable(group, name, index, view)) return noOffset(index, ErrorCode.UNSTABLE_OFFSET_COMMIT);
    const committed = group?.offsets.get(name, index);
    const isValid = committed !== undefined && isSameTopic(committed.topicId, topicId);
    return isValid ? offsetOf(index, committed) : noOffset(index, ErrorCode.NONE);
  });
  return { name, topicId, partitions };
}

function allTopics(group: AnyGroup | undefined, view: OffsetFetchView): OffsetFetchResponseTopics[] {
  const { directory, apiVersion } = view;
  const usesTopicIds = apiVersion >= OFFSET_FETCH_WITH_TOPIC_IDS;
  const found: OffsetFetchResponseTopics[] = [];
  for (const [name, offsets] of group?.offsets.topics() ?? []) {
    const topicId = directory.byName(name)?.topicId ?? ZERO_UUID;
    if (usesTopicIds && topicId === ZERO_UUID) continue;
    const partitions: OffsetFetchResponsePartitions[] = [];
    for (const [index, committed] of offsets) {
      if (!isSameTopic(committed.topicId, topicId)) continue;
      const isStable = !isUnstable(group, name, index, view);
      partitions.push(isStable ? offsetOf(index, committed) : noOffset(index, ErrorCode.UNSTABLE_OFFSET_COMMIT));
    }
    if (partitions.length > 0) found.push({ name, topicId, partitions });
  }
  return found;
}

function isUnstable(
  group: AnyGroup | undefined,
  topic: string,
  partition: number,
  { requireStable }: OffsetFetchView,
): boolean {
  return requireStable && group?.pendingOffsets?.has(topic, partition) === true;
}

function offsetOf(partitionIndex: number, committed: CommittedOffset): OffsetFetchResponsePartitions {
  return {
    partitionIndex,
    committedOffset: committed.offset,
    committedLeaderEpoch: committed.leaderEpoch,
    metadata: committed.metadata,
    errorCode: ErrorCode.NONE,
  };
}

function noOffset(partitionIndex: number, errorCode: ErrorCode): OffsetFetchResponsePartitions {
  return { partitionIndex, committedOffset: -1n, committedLeaderEpoch: -1, metadata: '', errorCode };
}
