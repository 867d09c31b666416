/** What ConsumerGroupDescribe shows of a consumer group; nothing here changes it. */
import { ErrorCode } from '@millrace/protocol';
import {
  createConsumerGroupDescribeResponseDescribedGroup,
  type ConsumerGroupDescribeResponseAssignment,
  type ConsumerGroupDescribeResponseDescribedGroup,
} from '@millrace/protocol/messages/69-consumer-group-describe';
import type { GroupCoordinatorConfig } from '../config.ts';
import type { AnyGroup } from '../group/offset-rules.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import { ConsumerGroup } from './consumer-group.ts';
import type { CurrentAssignment } from './consumer-records.ts';
import { partitionsOf, type Assignment, type HeldPartitions } from './topic-partitions.ts';

const MEMBER_TYPE = { classic: 0, consumer: 1 } as const;

export function describeConsumerGroup(
  groupId: string,
  group: AnyGroup | undefined,
  topics: TopicDirectory,
  { groupConsumerAssignors }: Pick<GroupCoordinatorConfig, 'groupConsumerAssignors'>,
): ConsumerGroupDescribeResponseDescribedGroup {
  if (!(group instanceof ConsumerGroup)) {
    const errorMessage = group === undefined ? `there is no group ${groupId}` : `group ${groupId} is a classic group`;
    return createConsumerGroupDescribeResponseDescribedGroup({
      groupId,
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage,
    });
  }
  return createConsumerGroupDescribeResponseDescribedGroup({
    groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.targetEpoch,
    assignorName: group.assignorName ?? groupConsumerAssignors[0] ?? '',
    members: [...group.members.values()].map((member) => {
      const { memberId, subscription, current, isClassic } = member;
      return {
        memberId,
        instanceId: subscription.instanceId,
        rackId: subscription.rackId,
        memberEpoch: current.epoch,
        clientId: subscription.clientId,
        clientHost: subscription.clientHost,
        subscribedTopicNames: subscription.topicNames,
        subscribedTopicRegex: subscription.topicPattern ?? '',
        assignment: described(partitionsOf(heldBy(current)), topics),
        targetAssignment: described(group.target(memberId), topics),
        memberType: isClassic ? MEMBER_TYPE.classic : MEMBER_TYPE.consumer,
      };
    }),
  });
}

/** What the member has, and what it has not given up yet. */
function heldBy({ assigned, pendingRevocation }: CurrentAssignment): HeldPartitions {
  if (pendingRevocation.size === 0) return assigned;
  const held = new Map<string, Map<number, number>>();
  for (const [topicId, partitions] of [...assigned, ...pendingRevocation]) {
    held.set(topicId, new Map([...(held.get(topicId) ?? []), ...partitions]));
  }
  return held;
}

/** Topics that are gone have no name to show. */
function described(assignment: Assignment, topics: TopicDirectory): ConsumerGroupDescribeResponseAssignment {
  const topicPartitions = [...assignment].flatMap(([topicId, partitions]) => {
    const topicName = topics.byId(topicId)?.name;
    return topicName === undefined ? [] : [{ topicId, topicName, partitions }];
  });
  return { topicPartitions };
}
