/**
 * State and members of groups, classic ones and those of KIP-848, from their coordinators.
 *
 * A coordinator is asked for groups of the newer kind first; what it does not know as such it is asked for as classic.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeGroupsRequest,
  describeGroupsRequest,
  describeGroupsResponse,
  type DescribeGroupsResponseDescribedGroup,
  type DescribeGroupsResponseDescribedGroupMember,
} from '@millrace/protocol/messages/15-describe-groups';
import {
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
  createConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponseAssignment,
  type ConsumerGroupDescribeResponseDescribedGroup,
} from '@millrace/protocol/messages/69-consumer-group-describe';
import { brokerError, KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { operationsOf, type AclOperation } from './acl-operation.ts';
import type { AdminCall, CallOptions, Target } from './admin-call.ts';
import { assignedPartitions } from './classic-assignment.ts';
import type { GroupState, GroupType } from './list-groups.ts';
import { coordinatorOf } from './node-refs.ts';
import type { Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

export interface DescribeGroupsOptions extends CallOptions {
  /** Also tell what this client may do with each group. Default false. */
  readonly authorizedOperations?: boolean;
}

export interface MemberDescription {
  readonly memberId: string;
  /** Name of a static member (KIP-345), null for others. */
  readonly instanceId: string | null;
  readonly clientId: string;
  /** Address from which it connects, as the broker writes it. */
  readonly clientHost: string;
  readonly rack: string | null;
  /** Undefined for members of a classic group that are not consumers. */
  readonly assignment: readonly TopicPartition[] | undefined;
  /** What it will have when the rebalance is done; KIP-848 only. */
  readonly targetAssignment?: readonly TopicPartition[];
  /** KIP-848 only. */
  readonly memberEpoch?: number;
  /** KIP-848 only. */
  readonly subscribedTopics?: readonly string[];
  /** KIP-848 only; null without a pattern. */
  readonly subscribedPattern?: string | null;
}

export interface GroupDescription {
  readonly type: GroupType;
  readonly state: GroupState;
  /** Kind of a classic group, `consumer` for consumers. */
  readonly protocolType: string;
  /** Assignor in use; empty while there is none. */
  readonly assignor: string;
  readonly coordinatorId: number;
  readonly members: readonly MemberDescription[];
  /** KIP-848 only. */
  readonly groupEpoch?: number;
  /** KIP-848 only. */
  readonly targetAssignmentEpoch?: number;
  readonly authorizedOperations?: readonly AclOperation[];
}

type GroupVerdict = Verdict<GroupDescription>;

/** Before it an unknown group is "Dead" without an error. */
const GROUP_ID_NOT_FOUND_VERSION = 6;

export async function describeGroups(
  call: AdminCall,
  groupIds: readonly string[],
  { authorizedOperations = false }: DescribeGroupsOptions,
): Promise<Outcome<{ readonly groupId: string }, GroupDescription>[]> {
  const verdicts = await forEachItem(call, groupIds, {
    what: 'describing groups',
    locate: (groupId) => coordinatorOf(call, 'group', groupId),
    forget: (groupId) => call.cluster.forgetCoordinator('group', groupId),
    ask: async (target, asked) => {
      const newer = await describeConsumerGroups(target, asked, authorizedOperations);
      const classicIds = asked.filter((groupId) => !newer.has(groupId));
      const classic = await describeClassicGroups(target, classicIds, authorizedOperations);
      return asked.map((groupId) => newer.get(groupId) ?? classic.get(groupId) ?? { error: notFound(groupId) });
    },
  });
  return outcomesOf(groupIds, verdicts, (groupId) => ({ groupId }));
}

async function describeConsumerGroups(
  target: Target,
  groupIds: readonly string[],
  includeAuthorizedOperations: boolean,
): Promise<Map<string, GroupVerdict>> {
  const verdicts = new Map<string, GroupVerdict>();
  let groups: readonly ConsumerGroupDescribeResponseDescribedGroup[];
  try {
    const request = createConsumerGroupDescribeRequest({ groupIds: [...groupIds], includeAuthorizedOperations });
    const api = { request: consumerGroupDescribeRequest, response: consumerGroupDescribeResponse };
    ({ groups } = await target.send(api, request));
  } catch (error) {
    if (KafkaError.is(error) && error.code === 'MILLRACE_CLIENT_UNSUPPORTED_API') return verdicts;
    throw error;
  }
  for (const group of groups) {
    const { errorCode, groupId } = group;
    if (errorCode === ErrorCode.GROUP_ID_NOT_FOUND || errorCode === ErrorCode.UNSUPPORTED_VERSION) continue;
    const isThere = errorCode === ErrorCode.NONE;
    const error = (): KafkaError => brokerError(`describing group "${groupId}"`, errorCode, group.errorMessage);
    verdicts.set(groupId, isThere ? { value: consumerGroupOf(group, target) } : { error: error() });
  }
  return verdicts;
}

async function describeClassicGroups(
  target: Target,
  groupIds: readonly string[],
  includeAuthorizedOperations: boolean,
): Promise<Map<string, GroupVerdict>> {
  if (groupIds.length === 0) return new Map();
  let versionUsed = 0;
  const { groups } = await target.send(
    { request: describeGroupsRequest, response: describeGroupsResponse },
    (version) => {
      versionUsed = version;
      return createDescribeGroupsRequest({ groups: [...groupIds], includeAuthorizedOperations });
    },
  );
  const verdicts = new Map<string, GroupVerdict>();
  for (const group of groups) {
    const { groupId, errorCode, errorMessage } = group;
    if (errorCode !== ErrorCode.NONE) {
      verdicts.set(groupId, { error: brokerError(`describing group "${groupId}"`, errorCode, errorMessage) });
    } else if (versionUsed < GROUP_ID_NOT_FOUND_VERSION && group.groupState === 'Dead') {
      verdicts.set(groupId, { error: notFound(groupId) });
    } else {
      verdicts.set(groupId, { value: classicGroupOf(group, target) });
    }
  }
  return verdicts;
}

function classicGroupOf(group: DescribeGroupsResponseDescribedGroup, target: Target): GroupDescription {
  const operations = operationsOf(group.authorizedOperations);
  return {
    type: 'classic',
    state: group.groupState as GroupState,
    protocolType: group.protocolType,
    assignor: group.protocolData,
    coordinatorId: Number(target.node),
    members: group.members.map((member) => classicMemberOf(member, group.protocolType)),
    ...(operations === undefined ? {} : { authorizedOperations: operations }),
  };
}

function classicMemberOf(member: DescribeGroupsResponseDescribedGroupMember, protocolType: string): MemberDescription {
  const { memberId, groupInstanceId, clientId, clientHost, memberAssignment } = member;
  // Groups of other kinds, such as Connect's, have bytes of their own.
  const assignment = protocolType === 'consumer' ? assignedPartitions(memberAssignment) : undefined;
  return { memberId, instanceId: groupInstanceId, clientId, clientHost, rack: null, assignment };
}

function consumerGroupOf(group: ConsumerGroupDescribeResponseDescribedGroup, target: Target): GroupDescription {
  const operations = operationsOf(group.authorizedOperations);
  return {
    type: 'consumer',
    state: group.groupState as GroupState,
    protocolType: 'consumer',
    assignor: group.assignorName,
    coordinatorId: Number(target.node),
    members: group.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rack: member.rackId,
      assignment: partitionsOf(member.assignment),
      targetAssignment: partitionsOf(member.targetAssignment),
      memberEpoch: member.memberEpoch,
      subscribedTopics: member.subscribedTopicNames,
      // Brokers write an empty pattern where there is none.
      subscribedPattern: member.subscribedTopicRegex === '' ? null : member.subscribedTopicRegex,
    })),
    groupEpoch: group.groupEpoch,
    targetAssignmentEpoch: group.assignmentEpoch,
    ...(operations === undefined ? {} : { authorizedOperations: operations }),
  };
}

function partitionsOf({ topicPartitions }: ConsumerGroupDescribeResponseAssignment): TopicPartition[] {
  return topicPartitions.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) => ({ topic: topicName, partition })),
  );
}

function notFound(groupId: string): KafkaError {
  return brokerError(`describing group "${groupId}"`, ErrorCode.GROUP_ID_NOT_FOUND, 'there is no group of that id');
}
