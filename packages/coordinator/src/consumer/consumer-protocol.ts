/**
 * The consumer protocol (KIP-848): what ConsumerGroupHeartbeat and the passing of time do to a group. Answers are those of Apache
 * Kafka 4.3, except that a member that waits for something that the coordinator does by itself is asked to be back sooner.
 *
 * Invariants: an answer tells a member its whole assignment when that has changed or the member told all of itself, else none.
 *   Whoever names an epoch that is neither the member's nor the one before (with nothing that it does not have) is fenced.
 * Not here: classic members of the group (classic-members.ts), which group a request means (../group/group-shard.ts).
 */
import { randomUuid, type Random } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createConsumerGroupHeartbeatResponse,
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import type { GroupRequestContext } from '../group-coordinator.ts';
import type { GroupSettings } from '../group-settings.ts';
import type { ConsumerGroupDeadline } from '../group/group-deadline.ts';
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts';
import { AWAY_EPOCH, Refusal, type ConsumerMembership, type ConsumerMembershipOptions } from './consumer-membership.ts';
import { MemberState, type MemberSubscription } from './consumer-records.ts';
import type { ConsumerTargets, GroupStep } from './consumer-targets.ts';
import { hasSamePartitions, isHeld, partitionsOf, type HeldPartitions } from './topic-partitions.ts';
import { compilePattern } from './topic-patterns.ts';

export const JOIN_EPOCH = 0;
export const LEAVE_EPOCH = -1;

export interface ConsumerProtocolOptions extends Pick<ConsumerMembershipOptions, 'logger' | 'metrics'> {
  readonly random: Random;
  readonly settings: GroupSettings;
  readonly targets: ConsumerTargets;
  readonly membership: ConsumerMembership;
}

/** A member that waits for partitions of others looks for them this often. */
const WAITING_HEARTBEAT_MS = 1_000;

export class ConsumerProtocol {
  readonly #options: ConsumerProtocolOptions;

  constructor(options: ConsumerProtocolOptions) {
    this.#options = options;
  }

  /** Joins or stays. */
  heartbeat(
    group: ConsumerGroup,
    context: GroupRequestContext,
    request: ConsumerGroupHeartbeatRequest,
    step: GroupStep,
  ): ConsumerGroupHeartbeatResponse {
    const { targets, membership } = this.#options;
    const refusal = this.refusalOf(group, context, request);
    if (refusal !== undefined) return refused(refusal);
    const entered = this.#enter(group, request, step);
    if (entered instanceof Refusal) return refused(entered);
    const { memberId, before } = entered;
    const told = before?.current.assigned;
    const member = membership.subscribe(group, memberId, subscriptionOf(before?.subscription, context, request), step);
    targets.refresh(group, step);
    targets.assign(group, step);
    membership.reconcile(group, member, request.topicPartitions, step);
    membership.renewSession(group, member);
    return this.#answer(group, member, request, told);
  }

  /** Why the subscription cannot be taken, by a group that there is or is to be. */
  refusalOf(
    group: ConsumerGroup | undefined,
    context: GroupRequestContext,
    request: ConsumerGroupHeartbeatRequest,
  ): Refusal | undefined {
    const { groupId, memberId } = request;
    const pattern = request.subscribedTopicRegex ?? '';
    if (pattern !== '' && group?.isPatternInUse(pattern) !== true) {
      const compiled = compilePattern(pattern);
      if ('problem' in compiled) return invalidPattern(pattern, compiled.problem);
    }
    const isStorable = this.#options.membership.canSubscribe(
      groupId,
      memberId,
      subscriptionOf(undefined, context, request),
    );
    return isStorable
      ? undefined
      : new Refusal(ErrorCode.INVALID_REQUEST, 'the subscription is too large to be stored');
  }

  leave(group: ConsumerGroup, request: ConsumerGroupHeartbeatRequest, step: GroupStep): ConsumerGroupHeartbeatResponse {
    const { membership, logger } = this.#options;
    const { memberId, memberEpoch, instanceId } = request;
    const member = identify(group, memberId, instanceId);
    if (member instanceof Refusal) return refused(member);
    logger.info('member left its consumer group', { group: group.groupId, member: memberId, epoch: memberEpoch });
    if (memberEpoch === AWAY_EPOCH && instanceId !== null) membership.sendAway(group, member, step);
    else membership.remove(group, [member], `member ${memberId} left`, step);
    return createConsumerGroupHeartbeatResponse({ memberId, memberEpoch });
  }

  onDeadline(due: ConsumerGroupDeadline, step: GroupStep): void {
    const { targets } = this.#options;
    switch (due.kind) {
      case 'consumerSession':
        return this.#expire(due.group, due.memberId, 'was silent for its session timeout', step);
      case 'consumerStep':
        return this.#expire(due.group, due.memberId, 'took longer than its rebalance timeout', step);
      case 'patterns':
        targets.refresh(due.group, step);
        return targets.assign(due.group, step);
      case 'assignment':
        return targets.assign(due.group, step);
    }
  }

  /** A group came from the log: every member has a whole session, and a whole rebalance timeout if it was in one. */
  resume(group: ConsumerGroup, step: GroupStep): void {
    const { targets, membership } = this.#options;
    for (const member of group.members.values()) {
      membership.renewSession(group, member);
      if (member.current.state === MemberState.unrevoked && !member.isClassic) membership.expectStep(member);
    }
    targets.assign(group, step);
  }

  /** The group is gone or goes elsewhere: nothing of it becomes due any more. */
  abandon(group: ConsumerGroup): void {
    const { targets, membership } = this.#options;
    targets.abandon(group);
    for (const member of group.members.values()) membership.clearDeadlines(member);
  }

  #expire(group: ConsumerGroup, memberId: string, reason: string, step: GroupStep): void {
    const { membership, metrics, logger } = this.#options;
    const member = group.members.get(memberId);
    if (member === undefined) return;
    logger.info('member is removed from its consumer group', { group: group.groupId, member: memberId, reason });
    metrics.sessionsExpired.add(1);
    membership.remove(group, [member], `member ${memberId} ${reason}`, step);
  }

  /** Finds the member that the request speaks for, or lets it in. `before` is what it was; undefined for a new one. */
  #enter(
    group: ConsumerGroup,
    request: ConsumerGroupHeartbeatRequest,
    step: GroupStep,
  ): { readonly memberId: string; readonly before: ConsumerMember | undefined } | Refusal {
    const { settings, random, membership } = this.#options;
    const { memberEpoch, instanceId } = request;
    const isJoining = memberEpoch === JOIN_EPOCH;
    if (!isJoining) {
      const member = identify(group, request.memberId, instanceId);
      if (member instanceof Refusal) return member;
      return checkEpoch(member, request) ?? { memberId: member.memberId, before: member };
    }
    const memberId = request.memberId === '' ? randomUuid(random) : request.memberId;
    const known = group.members.get(memberId);
    if (known === undefined && group.members.size >= settings.membersMax()) {
      const message = `group ${group.groupId} is full: it has the ${settings.membersMax()} members that group.consumer.max.size allows`;
      return new Refusal(ErrorCode.GROUP_MAX_SIZE_REACHED, message);
    }
    const predecessor = instanceId === null ? undefined : group.staticMember(instanceId);
    if (predecessor !== undefined) {
      // Who speaks the classic protocol has no word for going away for a while.
      if (predecessor.current.epoch !== AWAY_EPOCH && !predecessor.isClassic) {
        const holder = `instance id ${instanceId} belongs to member ${predecessor.memberId}, which is still here: end that one first, or take another instance id`;
        return new Refusal(ErrorCode.UNRELEASED_INSTANCE_ID, holder);
      }
      return { memberId, before: membership.replace(group, predecessor, memberId, JOIN_EPOCH, step) };
    }
    if (known !== undefined && instanceId === null) {
      return checkEpoch(known, request) ?? { memberId, before: known };
    }
    return { memberId, before: known };
  }

  #answer(
    group: ConsumerGroup,
    member: ConsumerMember,
    request: ConsumerGroupHeartbeatRequest,
    told: HeldPartitions | undefined,
  ): ConsumerGroupHeartbeatResponse {
    const { memberId, current } = member;
    const isFull =
      request.rebalanceTimeoutMs !== -1 &&
      (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
      request.topicPartitions !== null;
    const isNews =
      request.memberEpoch === JOIN_EPOCH ||
      isFull ||
      told === undefined ||
      (told !== current.assigned && !hasSamePartitions(told, current.assigned));
    const topicPartitions = isNews
      ? [...partitionsOf(current.assigned)].map(([topicId, partitions]) => ({ topicId, partitions }))
      : [];
    return createConsumerGroupHeartbeatResponse({
      memberId,
      memberEpoch: current.epoch,
      heartbeatIntervalMs: this.#intervalMs(group, member),
      assignment: isNews ? { topicPartitions } : null,
    });
  }

  /** When to be back: sooner while the group is about to change by itself. */
  #intervalMs(group: ConsumerGroup, { current }: ConsumerMember): number {
    const { settings, targets } = this.#options;
    const intervalMs = settings.heartbeatIntervalMs(group.groupId);
    const isWaiting = current.state === MemberState.unreleased;
    return Math.ceil(
      Math.min(intervalMs, targets.soonMs(group) ?? Infinity, isWaiting ? WAITING_HEARTBEAT_MS : Infinity),
    );
  }
}

export function identify(group: ConsumerGroup, memberId: string, instanceId: string | null): ConsumerMember | Refusal {
  if (instanceId === null) {
    const member = group.members.get(memberId);
    return (
      member ??
      new Refusal(ErrorCode.UNKNOWN_MEMBER_ID, `group ${group.groupId} has no member ${memberId}: join it with epoch 0`)
    );
  }
  const member = group.staticMember(instanceId);
  if (member === undefined) {
    return new Refusal(
      ErrorCode.UNKNOWN_MEMBER_ID,
      `group ${group.groupId} has no static member ${instanceId}: join it with epoch 0`,
    );
  }
  if (member.memberId !== memberId) {
    const message = `member ${member.memberId} has taken over instance id ${instanceId} from ${memberId}`;
    return new Refusal(ErrorCode.FENCED_INSTANCE_ID, message);
  }
  return member;
}

/** Undefined when the member may go on. The answer with its newest epoch may have been lost. */
function checkEpoch(
  { current }: ConsumerMember,
  { memberEpoch, topicPartitions }: ConsumerGroupHeartbeatRequest,
): Refusal | undefined {
  if (memberEpoch === current.epoch) return undefined;
  const message = `member epoch ${memberEpoch} is not the present one, ${current.epoch}: give all partitions up and join again with epoch 0`;
  if (memberEpoch > current.epoch) return new Refusal(ErrorCode.FENCED_MEMBER_EPOCH, message);
  const isLastAnswerLost =
    memberEpoch === current.previousEpoch && topicPartitions !== null && isHeld(topicPartitions, current.assigned);
  return isLastAnswerLost ? undefined : new Refusal(ErrorCode.FENCED_MEMBER_EPOCH, message);
}

/** What is left out of a request stays as it was. */
function subscriptionOf(
  before: MemberSubscription | undefined,
  { clientId, clientHost }: GroupRequestContext,
  request: ConsumerGroupHeartbeatRequest,
): MemberSubscription {
  const names = request.subscribedTopicNames;
  return {
    instanceId: request.instanceId ?? before?.instanceId ?? null,
    rackId: request.rackId ?? before?.rackId ?? null,
    clientId,
    clientHost,
    topicNames: names === null ? (before?.topicNames ?? []) : [...new Set(names)].sort(),
    topicPattern: request.subscribedTopicRegex ?? before?.topicPattern ?? null,
    rebalanceTimeoutMs:
      request.rebalanceTimeoutMs === -1 ? (before?.rebalanceTimeoutMs ?? -1) : request.rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? before?.serverAssignor ?? null,
    classic: null,
  };
}

function invalidPattern(pattern: string, problem: string): Refusal {
  const message = `topic pattern "${pattern}" cannot be used: ${problem}; write it in RE2 syntax`;
  return new Refusal(ErrorCode.INVALID_REGULAR_EXPRESSION, message);
}

export function refused({ errorCode, errorMessage }: Refusal): ConsumerGroupHeartbeatResponse {
  return createConsumerGroupHeartbeatResponse({ errorCode, errorMessage });
}
