/**
 * Members of a consumer group that speak the classic protocol, while the group is on its way from one protocol to the other: JoinGroup is
 * their step towards the target, SyncGroup brings what they have, Heartbeat tells them to join again when there is something new.
 *
 * Invariants: such a member's generation is its epoch. It computes no assignment: no JoinGroup answer names it as leader. Nobody waits:
 *   all is answered at once.
 * Not here: turning a group as a whole into the other kind (group-migration.ts).
 */
import type { Random } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createJoinGroupResponse,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import type { HeartbeatRequest } from '@millrace/protocol/messages/12-heartbeat';
import type {
  LeaveGroupRequestMemberIdentity,
  LeaveGroupResponseMemberResponse,
} from '@millrace/protocol/messages/13-leave-group';
import {
  createSyncGroupResponse,
  type SyncGroupRequest,
  type SyncGroupResponse,
} from '@millrace/protocol/messages/14-sync-group';
import type { GroupRequestContext } from '../group-coordinator.ts';
import type { GroupSettings } from '../group-settings.ts';
import { newMemberUuid } from '../group/member-ids.ts';
import { CONSUMER_PROTOCOL_TYPE } from '../group/subscribed-topics.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts';
import { Refusal, type ConsumerMembership } from './consumer-membership.ts';
import { byTopicId, readSubscription, writeAssignment, type ClassicSubscription } from './consumer-payloads.ts';
import { identify } from './consumer-protocol.ts';
import { MemberState } from './consumer-records.ts';
import type { ConsumerTargets, GroupStep } from './consumer-targets.ts';
import { partitionsOf } from './topic-partitions.ts';

export interface ClassicMembersOptions {
  readonly random: Random;
  readonly settings: GroupSettings;
  readonly topics: TopicDirectory;
  readonly targets: ConsumerTargets;
  readonly membership: ConsumerMembership;
  /** A member has come; when nobody is left who speaks the consumer protocol, the group becomes a classic one. */
  readonly downgradeIfClassic: (group: ConsumerGroup, step: GroupStep) => boolean;
}

const VERSION_WITH_REQUIRED_MEMBER_ID = 4;
const NAME_CHARS_MAX = 8_192;

export class ClassicMembers {
  readonly #options: ClassicMembersOptions;

  constructor(options: ClassicMembersOptions) {
    this.#options = options;
  }

  join(
    group: ConsumerGroup,
    context: GroupRequestContext,
    request: JoinGroupRequest,
    step: GroupStep,
  ): JoinGroupResponse {
    const { membership, targets, topics } = this.#options;
    const said = this.#examine(group, request);
    if (typeof said === 'number')
      return joinError(said, said === ErrorCode.GROUP_MAX_SIZE_REACHED ? '' : request.memberId);
    const subscription = {
      instanceId: request.groupInstanceId,
      rackId: said.rackId,
      clientId: context.clientId.slice(0, NAME_CHARS_MAX),
      clientHost: context.clientHost,
      topicNames: [...new Set(said.topics)].sort(),
      topicPattern: null,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      serverAssignor: null,
      classic: { sessionTimeoutMs: request.sessionTimeoutMs, protocols: request.protocols },
    };
    if (!membership.canSubscribe(group.groupId, request.memberId, subscription)) {
      return joinError(ErrorCode.UNKNOWN_SERVER_ERROR, request.memberId);
    }
    const entered = this.#enter(group, context, request, step);
    if (typeof entered === 'object') return entered;
    const memberId = entered;
    const member = membership.subscribe(group, memberId, subscription, step);
    targets.refresh(group, step);
    targets.assign(group, step);
    // Whoever joins holds what it says and nothing else.
    membership.reconcile(group, member, byTopicId(said.owned, topics), step);
    membership.renewSession(group, member);
    membership.expectStep(member);
    const response = createJoinGroupResponse({
      memberId,
      generationId: member.current.epoch,
      protocolType: CONSUMER_PROTOCOL_TYPE,
      protocolName: request.protocols[0]?.name ?? '',
    });
    this.#options.downgradeIfClassic(group, step);
    return response;
  }

  sync(group: ConsumerGroup, request: SyncGroupRequest): SyncGroupResponse {
    const { membership, topics } = this.#options;
    const member = this.#identify(group, request);
    if (typeof member === 'number') return syncError(member);
    if (request.generationId !== member.current.epoch) return syncError(ErrorCode.ILLEGAL_GENERATION);
    const protocol = member.subscription.classic?.protocols[0];
    if (
      (request.protocolType !== null && request.protocolType !== CONSUMER_PROTOCOL_TYPE) ||
      (request.protocolName !== null && request.protocolName !== protocol?.name)
    ) {
      return syncError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }
    // One that is giving up partitions has joined already, and joins again when that is done.
    if (group.targetEpoch > member.current.epoch && member.current.state !== MemberState.unrevoked) {
      membership.expectStep(member);
      return syncError(ErrorCode.REBALANCE_IN_PROGRESS);
    }
    membership.clearStep(member);
    membership.renewSession(group, member);
    if (this.#hasToJoin(group, member)) membership.expectStep(member);
    const version = protocol === undefined ? 0 : (readSubscription(protocol.metadata)?.version ?? 0);
    return createSyncGroupResponse({
      protocolType: CONSUMER_PROTOCOL_TYPE,
      protocolName: protocol?.name ?? '',
      assignment: writeAssignment(partitionsOf(member.current.assigned), topics, version),
    });
  }

  heartbeat(group: ConsumerGroup, request: HeartbeatRequest): ErrorCode {
    const { membership } = this.#options;
    const member = this.#identify(group, request);
    if (typeof member === 'number') return member;
    if (request.generationId !== member.current.epoch) return ErrorCode.ILLEGAL_GENERATION;
    membership.renewSession(group, member);
    if (!this.#hasToJoin(group, member)) return ErrorCode.NONE;
    if (member.step.dueMs === Infinity) membership.expectStep(member);
    return ErrorCode.REBALANCE_IN_PROGRESS;
  }

  leave(
    group: ConsumerGroup,
    identities: readonly LeaveGroupRequestMemberIdentity[],
    step: GroupStep,
  ): LeaveGroupResponseMemberResponse[] {
    const gone: ConsumerMember[] = [];
    const responses = identities.map(({ memberId, groupInstanceId }) => {
      const byInstance = memberId === '' && groupInstanceId !== null;
      const member = byInstance
        ? (group.staticMember(groupInstanceId) ?? new Refusal(ErrorCode.UNKNOWN_MEMBER_ID, ''))
        : identify(group, memberId, groupInstanceId);
      if (member instanceof Refusal) return { memberId, groupInstanceId, errorCode: member.errorCode };
      if (!gone.includes(member)) gone.push(member);
      return { memberId, groupInstanceId, errorCode: ErrorCode.NONE };
    });
    this.#options.membership.remove(group, gone, 'members left', step);
    return responses;
  }

  #hasToJoin(group: ConsumerGroup, { memberId, current }: ConsumerMember): boolean {
    if (current.epoch < group.targetEpoch || current.state === MemberState.unrevoked) return true;
    if (current.state !== MemberState.unreleased) return false;
    for (const [topicId, partitions] of group.target(memberId)) {
      for (const partition of partitions) {
        if (current.assigned.get(topicId)?.has(partition) === true) continue;
        if (group.owner(topicId, partition) === undefined) return true;
      }
    }
    return false;
  }

  /** What the member wants, or why it cannot be here. */
  #examine(group: ConsumerGroup, request: JoinGroupRequest): ClassicSubscription | ErrorCode {
    const { settings } = this.#options;
    const { memberId, groupInstanceId, protocolType, protocols } = request;
    const known = groupInstanceId === null ? group.members.get(memberId) : group.staticMember(groupInstanceId);
    if (known === undefined && group.members.size >= settings.membersMax()) return ErrorCode.GROUP_MAX_SIZE_REACHED;
    const names = new Set(protocols.map(({ name }) => name));
    if (protocolType !== CONSUMER_PROTOCOL_TYPE || !group.supportsClassicProtocol(names, known?.memberId ?? memberId)) {
      return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    }
    const said = protocols[0] === undefined ? undefined : readSubscription(protocols[0].metadata);
    return said ?? ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  }

  /** The id of the member that may come in, or the answer for one that may not. */
  #enter(
    group: ConsumerGroup,
    context: GroupRequestContext,
    { memberId, groupInstanceId }: JoinGroupRequest,
    step: GroupStep,
  ): string | JoinGroupResponse {
    const { random, membership } = this.#options;
    const newId = (): string =>
      `${(groupInstanceId ?? context.clientId).slice(0, NAME_CHARS_MAX)}-${newMemberUuid(random)}`;
    if (groupInstanceId === null) {
      if (memberId !== '') return memberId;
      if (context.apiVersion >= VERSION_WITH_REQUIRED_MEMBER_ID)
        return joinError(ErrorCode.MEMBER_ID_REQUIRED, newId());
      return newId();
    }
    const predecessor = group.staticMember(groupInstanceId);
    if (memberId !== '') {
      const member = identify(group, memberId, groupInstanceId);
      return member instanceof Refusal ? joinError(member.errorCode, memberId) : memberId;
    }
    if (predecessor === undefined) return newId();
    return membership.replace(group, predecessor, newId(), group.targetEpoch, step).memberId;
  }

  #identify(
    group: ConsumerGroup,
    { memberId, groupInstanceId }: { readonly memberId: string; readonly groupInstanceId: string | null },
  ): ConsumerMember | ErrorCode {
    const member = identify(group, memberId, groupInstanceId);
    if (member instanceof Refusal) return member.errorCode;
    return member.isClassic ? member : ErrorCode.UNKNOWN_MEMBER_ID;
  }
}

function joinError(errorCode: number, memberId: string): JoinGroupResponse {
  return createJoinGroupResponse({ errorCode, memberId, protocolName: null });
}

function syncError(errorCode: number): SyncGroupResponse {
  return createSyncGroupResponse({ errorCode });
}
