/**
 * The classic rebalance protocol (KIP-62, 345, 394, 429, 814): what JoinGroup, SyncGroup, Heartbeat, LeaveGroup and the passing
 * of time do to a group. Answers are those of Apache Kafka 4.x.
 *
 * Owns: the steps of a rebalance. `#prepareRebalance` opens one, `#completeJoin` ends its first phase, `#completeSync` the second.
 * Invariants: a member that waits for JoinGroup or SyncGroup is never expired, except a new one after `newMemberJoinTimeoutMs`
 *   (it cannot know yet that it should send heartbeats). Every request that waits is answered: by the rebalance, by its
 *   repetition, by the member's removal, or when the shard closes.
 *   Records are written when a generation is agreed on, when a group becomes empty, when it is born, and when a static member
 *   is replaced in a stable group; what happens in between is forgotten by a restart, and members simply join again.
 * Not here: offsets (offset-requests.ts), which group a request means (group-shard.ts).
 */
import type { Clock, Logger, Random } from '@millrace/base';
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
import type { GroupCoordinatorConfig } from '../config.ts';
import type { GroupRequestContext } from '../group-coordinator.ts';
import { Deadline, type DeadlineQueue } from '../runtime/deadline-queue.ts';
import type { Step, Waiter } from '../runtime/step.ts';
import type { ClassicGroup } from './classic-group.ts';
import { ClassicMember, NOTHING, type MemberProtocol } from './classic-member.ts';
import type { ClassicGroupDeadline, GroupDeadline } from './group-deadline.ts';
import type { GroupMetrics } from './group-metrics.ts';
import { groupRecordSizeBytes, type GroupStateRecord } from './group-records.ts';
import { newMemberUuid } from './member-ids.ts';

export type GroupStep = Step<GroupStateRecord>;

export interface ClassicProtocolOptions {
  readonly config: GroupCoordinatorConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: GroupMetrics;
  readonly deadlines: DeadlineQueue<GroupDeadline>;
  /** Adds the record to the step and applies it. */
  readonly write: (step: GroupStep, record: GroupStateRecord) => void;
  /** A group that does not fit into a record of this size cannot be agreed on. */
  readonly recordBytesMax: number;
}

/** First version in which a client without member id is given one before it may join (KIP-394). */
const VERSION_WITH_REQUIRED_MEMBER_ID = 4;
/** First version that can tell a returning static leader to leave the assignment alone (KIP-814). */
const VERSION_WITH_SKIP_ASSIGNMENT = 9;
/** How long the JoinGroup of a member waits that has not had an answer yet; Kafka's own constant. */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;
/** Longer client names are cut: with the random part behind it, a member id must fit into a string of the protocol. */
const NAME_CHARS_MAX = 8_192;
/** Clients may name a rebalance timeout of 0; looking after absent members all the time helps nobody. */
const ABSENT_RETRY_MS_MIN = 1_000;

export class ClassicProtocol {
  readonly #config: GroupCoordinatorConfig;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #metrics: GroupMetrics;
  readonly #deadlines: DeadlineQueue<GroupDeadline>;
  readonly #write: (step: GroupStep, record: GroupStateRecord) => void;
  readonly #recordBytesMax: number;

  constructor(options: ClassicProtocolOptions) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
    this.#deadlines = options.deadlines;
    this.#write = options.write;
    this.#recordBytesMax = options.recordBytesMax;
  }

  join(
    group: ClassicGroup,
    context: GroupRequestContext,
    request: JoinGroupRequest,
    waiter: Waiter<JoinGroupResponse>,
    step: GroupStep,
  ): void {
    if (!this.#hasRoomFor(group, request.memberId)) {
      const surplus = group.members.get(request.memberId);
      if (surplus !== undefined) this.#remove(group, surplus, step);
      step.answer(waiter, joinError(ErrorCode.GROUP_MAX_SIZE_REACHED, ''));
      if (surplus !== undefined) this.#tryCompleteJoin(group, step);
      return;
    }
    if (!group.supports(request.protocolType, request.protocols)) {
      step.answer(waiter, joinError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, request.memberId));
    } else if (request.memberId === '') {
      this.#joinNew(group, context, request, waiter, step);
    } else {
      this.#joinKnown(group, context, request, waiter, step);
    }
  }

  sync(group: ClassicGroup, request: SyncGroupRequest, waiter: Waiter<SyncGroupResponse>, step: GroupStep): void {
    const member = group.state === 'Empty' ? ErrorCode.UNKNOWN_MEMBER_ID : identifyOf(group, request);
    if (!(member instanceof ClassicMember)) return step.answer(waiter, syncError(member));
    if (request.generationId !== group.generation) return step.answer(waiter, syncError(ErrorCode.ILLEGAL_GENERATION));
    if (
      (request.protocolType !== null && request.protocolType !== group.protocolType) ||
      (request.protocolName !== null && request.protocolName !== group.protocolName)
    ) {
      return step.answer(waiter, syncError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
    }
    if (group.state === 'PreparingRebalance') {
      return step.answer(waiter, syncError(ErrorCode.REBALANCE_IN_PROGRESS));
    }
    group.pendingSync.delete(member.memberId);
    if (group.pendingSync.size === 0) this.#deadlines.clear(group.syncDeadline);
    if (group.state === 'Stable') {
      this.renewSession(member);
      return step.answer(waiter, assignmentOf(group, member));
    }
    if (member.awaitingSync !== null) step.answer(member.awaitingSync, syncError(ErrorCode.REBALANCE_IN_PROGRESS));
    member.awaitingSync = waiter;
    if (group.leaderId === member.memberId) this.#completeSync(group, request, step);
  }

  /** The error code to answer; no record ever comes of a heartbeat. */
  heartbeat(group: ClassicGroup, request: HeartbeatRequest): ErrorCode {
    const member = identifyOf(group, request);
    if (!(member instanceof ClassicMember)) return member;
    if (request.generationId !== group.generation) return ErrorCode.ILLEGAL_GENERATION;
    this.renewSession(member);
    return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  leave(
    group: ClassicGroup,
    identities: readonly LeaveGroupRequestMemberIdentity[],
    step: GroupStep,
  ): LeaveGroupResponseMemberResponse[] {
    let hasLostMember = false;
    const responses = identities.map(({ memberId, groupInstanceId, reason }) => {
      let errorCode: ErrorCode = ErrorCode.NONE;
      if (memberId !== '' && group.pendingMembers.has(memberId)) {
        this.#forgetPending(group, memberId);
      } else {
        const member = leavingMember(group, memberId, groupInstanceId);
        if (member instanceof ClassicMember) {
          this.#remove(group, member, step);
          this.#logger.info('member left its group', { group: group.groupId, member: member.memberId, reason });
          hasLostMember = true;
        } else {
          errorCode = member;
        }
      }
      return { memberId, groupInstanceId, errorCode };
    });
    if (hasLostMember) this.#rebalanceOrCompleteJoin(group, 'a member left', step);
    else this.#tryCompleteJoin(group, step);
    return responses;
  }

  /** A group came from the log. */
  resume(group: ClassicGroup, step: GroupStep): void {
    for (const member of group.members.values()) this.renewSession(member);
    if (group.members.size > this.#config.groupMaxSize) {
      this.#prepareRebalance(group, `it has more than ${this.#config.groupMaxSize} members`, step);
    }
  }

  /** A consumer group has become this one: its members go on with what they have, and are asked to join. */
  adopt(group: ClassicGroup, protocols: ReadonlyMap<string, readonly MemberProtocol[]>, step: GroupStep): void {
    for (const member of group.members.values()) {
      const offered = protocols.get(member.memberId);
      if (offered !== undefined) group.setProtocols(member, distinctProtocols(offered));
      this.renewSession(member);
    }
    this.#prepareRebalance(group, 'it was a consumer group so far', step);
  }

  renewSession(member: ClassicMember): void {
    this.#deadlines.set(member.session, this.#clock.monotonicMs() + member.sessionTimeoutMs);
  }

  onDeadline(due: ClassicGroupDeadline, step: GroupStep): void {
    switch (due.kind) {
      case 'session':
        return this.#expireSession(due.group, due.memberId, step);
      case 'pendingMember':
        due.group.pendingMembers.delete(due.memberId);
        return this.#tryCompleteJoin(due.group, step);
      case 'join':
        return this.#onJoinDeadline(due.group, step);
      case 'sync':
        return this.#onSyncDeadline(due.group, step);
    }
  }

  /** The group is gone or goes elsewhere: nothing of it becomes due any more, and whoever waits is told. */
  abandon(group: ClassicGroup, errorCode: number): void {
    this.#deadlines.clear(group.joinDeadline);
    this.#deadlines.clear(group.syncDeadline);
    for (const deadline of group.pendingMembers.values()) this.#deadlines.clear(deadline);
    group.pendingMembers.clear();
    for (const member of group.members.values()) {
      this.#deadlines.clear(member.session);
      const { awaitingJoin, awaitingSync } = member;
      group.setAwaitingJoin(member, null);
      member.awaitingSync = null;
      awaitingJoin?.fail(errorCode);
      awaitingSync?.fail(errorCode);
    }
    group.transition('Dead', this.#clock.nowMs());
  }

  #joinNew(
    group: ClassicGroup,
    context: GroupRequestContext,
    request: JoinGroupRequest,
    waiter: Waiter<JoinGroupResponse>,
    step: GroupStep,
  ): void {
    const { groupInstanceId } = request;
    const memberId = `${(groupInstanceId ?? context.clientId).slice(0, NAME_CHARS_MAX)}-${newMemberUuid(this.#random)}`;
    if (groupInstanceId !== null) {
      const old = group.members.get(group.staticMemberId(groupInstanceId) ?? '');
      if (old === undefined) return this.#addMember(group, context, { ...request, memberId }, waiter, step);
      this.#replaceStatic(
        group,
        old,
        newMember(group, context, { ...request, memberId }),
        context.apiVersion,
        waiter,
        step,
      );
    } else if (context.apiVersion >= VERSION_WITH_REQUIRED_MEMBER_ID) {
      const deadline = new Deadline<GroupDeadline>({ kind: 'pendingMember', group, memberId });
      group.pendingMembers.set(memberId, deadline);
      this.#deadlines.set(deadline, this.#clock.monotonicMs() + request.sessionTimeoutMs);
      step.answer(waiter, joinError(ErrorCode.MEMBER_ID_REQUIRED, memberId));
    } else {
      this.#addMember(group, context, { ...request, memberId }, waiter, step);
    }
  }

  #joinKnown(
    group: ClassicGroup,
    context: GroupRequestContext,
    request: JoinGroupRequest,
    waiter: Waiter<JoinGroupResponse>,
    step: GroupStep,
  ): void {
    const { memberId } = request;
    if (request.groupInstanceId === null && group.pendingMembers.has(memberId)) {
      this.#forgetPending(group, memberId);
      return this.#addMember(group, context, request, waiter, step);
    }
    const member = identifyOf(group, request);
    if (!(member instanceof ClassicMember)) return step.answer(waiter, joinError(member, memberId));
    const isUnchanged = member.matches(request.protocols, group.protocolName);
    // The leader joins again to have partitions assigned anew (it saw topics change), others because they lost the last answer.
    const isRepeated =
      isUnchanged &&
      (group.state === 'CompletingRebalance' || (group.state === 'Stable' && group.leaderId !== memberId));
    if (isRepeated) {
      this.renewSession(member);
      return step.answer(waiter, joined(group, member));
    }
    this.#updateMember(group, member, request);
    this.#awaitJoin(group, member, waiter, step);
    this.#rebalanceOrCompleteJoin(group, `member ${memberId} joins again${because(request.reason)}`, step);
  }

  #addMember(
    group: ClassicGroup,
    context: GroupRequestContext,
    request: JoinGroupRequest,
    waiter: Waiter<JoinGroupResponse>,
    step: GroupStep,
  ): void {
    const member = newMember(group, context, request);
    if (group.members.size === 0) group.protocolType = request.protocolType;
    if (group.initialRebalance !== null) group.initialRebalance.hasNewMember = true;
    group.add(member);
    this.#awaitJoin(group, member, waiter, step);
    this.#deadlines.set(member.session, this.#clock.monotonicMs() + NEW_MEMBER_JOIN_TIMEOUT_MS);
    this.#rebalanceOrCompleteJoin(group, `member ${member.memberId} joins${because(request.reason)}`, step);
  }

  /**
   * A static member came back without its member id: it gets a new one and the old one is fenced. A stable group goes on with
   * its assignment unless the group's choice of protocol would change (KIP-345).
   */
  #replaceStatic(
    group: ClassicGroup,
    old: ClassicMember,
    successor: ClassicMember,
    apiVersion: number,
    waiter: Waiter<JoinGroupResponse>,
    step: GroupStep,
  ): void {
    const oldLeaderId = group.leaderId ?? '';
    this.#answerWaiting(group, old, ErrorCode.FENCED_INSTANCE_ID, old.memberId, step);
    this.#deadlines.clear(old.session);
    successor.assignment = old.assignment;
    successor.isNew = false;
    const wasPendingSync = group.pendingSync.has(old.memberId);
    group.replace(old, successor);
    if (wasPendingSync) group.pendingSync.add(successor.memberId);
    this.renewSession(successor);
    if (group.state !== 'Stable') {
      this.#awaitJoin(group, successor, waiter, step);
      return this.#rebalanceOrCompleteJoin(group, `static member ${successor.memberId} came back`, step);
    }
    const record: GroupStateRecord = { kind: 'group', groupId: group.groupId, image: group.toImage() };
    if (group.selectProtocol() !== group.protocolName || !this.#fits(group, record)) {
      this.#awaitJoin(group, successor, waiter, step);
      return this.#prepareRebalance(group, `static member ${successor.memberId} offers other protocols`, step);
    }
    this.#write(step, record);
    const isLeader = group.leaderId === successor.memberId;
    const response = joined(group, successor);
    if (apiVersion >= VERSION_WITH_SKIP_ASSIGNMENT) {
      response.skipAssignment = isLeader;
    } else {
      // Under its old name the leader does not recognise itself, and so does not compute an assignment that nobody wants.
      response.leader = oldLeaderId;
      response.members = [];
    }
    this.#logger.info('static member came back without a rebalance', {
      group: group.groupId,
      member: successor.memberId,
    });
    step.answer(waiter, response);
  }

  #updateMember(group: ClassicGroup, member: ClassicMember, request: JoinGroupRequest): void {
    group.setProtocols(member, distinctProtocols(request.protocols));
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
    member.sessionTimeoutMs = request.sessionTimeoutMs;
  }

  #awaitJoin(group: ClassicGroup, member: ClassicMember, waiter: Waiter<JoinGroupResponse>, step: GroupStep): void {
    const repeated = member.awaitingJoin;
    group.setAwaitingJoin(member, waiter);
    if (repeated !== null) step.answer(repeated, joinError(ErrorCode.REBALANCE_IN_PROGRESS, member.memberId));
  }

  #hasRoomFor(group: ClassicGroup, memberId: string): boolean {
    const member = group.members.get(memberId);
    switch (group.state) {
      case 'PreparingRebalance':
        // Counting those that joined drops the last ones of a group that is too large since the limit was lowered.
        return (member !== undefined && member.awaitingJoin !== null) || group.joinedCount < this.#config.groupMaxSize;
      case 'CompletingRebalance':
      case 'Stable':
        return member !== undefined || group.members.size < this.#config.groupMaxSize;
      default:
        return true;
    }
  }

  #rebalanceOrCompleteJoin(group: ClassicGroup, reason: string, step: GroupStep): void {
    if (group.state === 'PreparingRebalance') this.#tryCompleteJoin(group, step);
    else this.#prepareRebalance(group, reason, step);
  }

  #prepareRebalance(group: ClassicGroup, reason: string, step: GroupStep): void {
    const nowMs = this.#clock.monotonicMs();
    if (group.state === 'CompletingRebalance') this.#failSync(group, ErrorCode.REBALANCE_IN_PROGRESS, step);
    group.pendingSync.clear();
    this.#deadlines.clear(group.syncDeadline);
    const isInitial = group.state === 'Empty';
    group.transition('PreparingRebalance', this.#clock.nowMs());
    this.#metrics.rebalancesStarted.add(1);
    this.#logger.info('rebalance begins', { group: group.groupId, generation: group.generation, reason });
    if (isInitial) {
      const delayMs = this.#config.groupInitialRebalanceDelayMs;
      const remainingMs = Math.max(group.rebalanceTimeoutMs - delayMs, 0);
      group.initialRebalance = { delayMs, remainingMs, hasNewMember: false };
      this.#deadlines.set(group.joinDeadline, nowMs + delayMs);
    } else if (group.hasEverybodyJoined) {
      this.#completeJoin(group, step);
    } else {
      this.#deadlines.set(group.joinDeadline, nowMs + group.rebalanceTimeoutMs);
    }
  }

  /** An initial rebalance always takes its delay, so that members that start together make one generation. */
  #tryCompleteJoin(group: ClassicGroup, step: GroupStep): void {
    const isDue = group.state === 'PreparingRebalance' && group.initialRebalance === null && group.hasEverybodyJoined;
    if (isDue) this.#completeJoin(group, step);
  }

  #onJoinDeadline(group: ClassicGroup, step: GroupStep): void {
    const initial = group.initialRebalance;
    if (initial !== null && initial.hasNewMember && initial.remainingMs > 0) {
      const delayMs = Math.min(this.#config.groupInitialRebalanceDelayMs, initial.remainingMs);
      const remainingMs = Math.max(initial.remainingMs - initial.delayMs, 0);
      group.initialRebalance = { delayMs, remainingMs, hasNewMember: false };
      this.#deadlines.set(group.joinDeadline, this.#clock.monotonicMs() + delayMs);
    } else {
      this.#completeJoin(group, step);
    }
  }

  #completeJoin(group: ClassicGroup, step: GroupStep): void {
    this.#deadlines.clear(group.joinDeadline);
    group.initialRebalance = null;
    for (const member of [...group.members.values()]) {
      if (member.awaitingJoin !== null || member.isStatic) continue;
      this.#logger.info('member did not rejoin in time', { group: group.groupId, member: member.memberId });
      this.#remove(group, member, step);
    }
    if (group.members.size > 0 && !group.electJoinedLeader()) {
      // Only static members are left and none of them is here: wait for one, or for their sessions to end.
      const delayMs = Math.max(group.rebalanceTimeoutMs, ABSENT_RETRY_MS_MIN);
      this.#deadlines.set(group.joinDeadline, this.#clock.monotonicMs() + delayMs);
      return;
    }
    group.generation++;
    if (group.members.size === 0) this.#becomeEmpty(group, step);
    else this.#startSync(group, step);
  }

  #becomeEmpty(group: ClassicGroup, step: GroupStep): void {
    group.protocolName = null;
    group.transition('Empty', this.#clock.nowMs());
    group.refreshSubscribedTopics();
    this.#logger.info('group is empty', { group: group.groupId, generation: group.generation });
    this.#write(step, { kind: 'group', groupId: group.groupId, image: group.toImage() });
  }

  #startSync(group: ClassicGroup, step: GroupStep): void {
    group.protocolName = group.selectProtocol();
    group.transition('CompletingRebalance', this.#clock.nowMs());
    group.refreshSubscribedTopics();
    for (const member of group.members.values()) {
      const waiter = member.awaitingJoin;
      if (waiter !== null) {
        group.setAwaitingJoin(member, null);
        step.answer(waiter, joined(group, member));
      }
      member.isNew = false;
      this.renewSession(member);
      group.pendingSync.add(member.memberId);
    }
    this.#deadlines.set(group.syncDeadline, this.#clock.monotonicMs() + group.rebalanceTimeoutMs);
  }

  #completeSync(group: ClassicGroup, request: SyncGroupRequest, step: GroupStep): void {
    const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]));
    const image = { ...group.toImage(assignments), stateTimestampMs: this.#clock.nowMs() };
    const record: GroupStateRecord = { kind: 'group', groupId: group.groupId, image };
    if (!this.#fits(group, record)) {
      this.#failSync(group, ErrorCode.UNKNOWN_SERVER_ERROR, step);
      return this.#prepareRebalance(group, 'its members do not fit into a record', step);
    }
    this.#write(step, record);
    group.transition('Stable', image.stateTimestampMs);
    this.#metrics.rebalancesCompleted.add(1);
    this.#logger.info('group is stable', {
      group: group.groupId,
      generation: group.generation,
      members: group.members.size,
      protocol: group.protocolName,
    });
    for (const member of group.members.values()) {
      member.assignment = assignments.get(member.memberId) ?? NOTHING;
      const waiter = member.awaitingSync;
      if (waiter === null) continue;
      member.awaitingSync = null;
      this.renewSession(member);
      step.answer(waiter, assignmentOf(group, member));
    }
  }

  #fits(group: ClassicGroup, record: GroupStateRecord): boolean {
    const sizeBytes = groupRecordSizeBytes(record);
    const limitBytes = this.#recordBytesMax;
    if (sizeBytes <= limitBytes) return true;
    this.#logger.error(
      'group does not fit into a record; use fewer members or raise max.message.bytes of __consumer_offsets',
      {
        group: group.groupId,
        members: group.members.size,
        sizeBytes,
        limitBytes,
      },
    );
    return false;
  }

  #failSync(group: ClassicGroup, errorCode: ErrorCode, step: GroupStep): void {
    for (const member of group.members.values()) {
      member.assignment = NOTHING;
      const waiter = member.awaitingSync;
      if (waiter === null) continue;
      member.awaitingSync = null;
      this.renewSession(member);
      step.answer(waiter, syncError(errorCode));
    }
  }

  /** Members that joined but never asked for their assignment hold up nobody else's, yet they must not keep partitions. */
  #onSyncDeadline(group: ClassicGroup, step: GroupStep): void {
    if (group.pendingSync.size === 0) return;
    for (const memberId of [...group.pendingSync]) {
      const member = group.members.get(memberId);
      if (member === undefined) continue;
      this.#logger.info('member did not ask for its assignment in time', { group: group.groupId, member: memberId });
      this.#remove(group, member, step);
    }
    this.#rebalanceOrCompleteJoin(group, 'members did not ask for their assignment', step);
  }

  #expireSession(group: ClassicGroup, memberId: string, step: GroupStep): void {
    const member = group.members.get(memberId);
    if (member === undefined) return;
    // Its own request is waiting here, so it lives; the answer starts the session anew.
    if (!member.isNew && (member.awaitingJoin !== null || member.awaitingSync !== null)) return;
    this.#logger.info('member was silent for its session timeout', { group: group.groupId, member: memberId });
    this.#metrics.sessionsExpired.add(1);
    this.#remove(group, member, step);
    this.#rebalanceOrCompleteJoin(group, `the session of member ${memberId} ended`, step);
  }

  #remove(group: ClassicGroup, member: ClassicMember, step: GroupStep): void {
    this.#answerWaiting(group, member, ErrorCode.UNKNOWN_MEMBER_ID, '', step);
    this.#deadlines.clear(member.session);
    group.remove(member);
  }

  #answerWaiting(
    group: ClassicGroup,
    member: ClassicMember,
    errorCode: ErrorCode,
    memberId: string,
    step: GroupStep,
  ): void {
    const { awaitingJoin, awaitingSync } = member;
    group.setAwaitingJoin(member, null);
    member.awaitingSync = null;
    if (awaitingJoin !== null) step.answer(awaitingJoin, joinError(errorCode, memberId));
    if (awaitingSync !== null) step.answer(awaitingSync, syncError(errorCode));
  }

  #forgetPending(group: ClassicGroup, memberId: string): void {
    const deadline = group.pendingMembers.get(memberId);
    if (deadline !== undefined) this.#deadlines.clear(deadline);
    group.pendingMembers.delete(memberId);
  }
}

function newMember(group: ClassicGroup, context: GroupRequestContext, request: JoinGroupRequest): ClassicMember {
  const { memberId, groupInstanceId } = request;
  return new ClassicMember(
    { memberId, groupInstanceId, clientId: context.clientId.slice(0, NAME_CHARS_MAX), clientHost: context.clientHost },
    request,
    distinctProtocols(request.protocols),
    group.newSession(memberId),
  );
}

/** A name that comes twice would count as two votes; the first one holds. */
function distinctProtocols(protocols: readonly MemberProtocol[]): MemberProtocol[] {
  const byName = new Map<string, MemberProtocol>();
  for (const { name, metadata } of protocols) if (!byName.has(name)) byName.set(name, { name, metadata });
  return [...byName.values()];
}

function identifyOf(
  group: ClassicGroup,
  request: { readonly memberId: string; readonly groupInstanceId: string | null },
): ClassicMember | ErrorCode {
  return group.identify(request.memberId, request.groupInstanceId);
}

/** Administrators take a static member out by its instance id alone. */
function leavingMember(
  group: ClassicGroup,
  memberId: string,
  groupInstanceId: string | null,
): ClassicMember | ErrorCode {
  if (memberId !== '') return group.identify(memberId, groupInstanceId);
  const current = groupInstanceId === null ? undefined : group.staticMemberId(groupInstanceId);
  return (current === undefined ? undefined : group.members.get(current)) ?? ErrorCode.UNKNOWN_MEMBER_ID;
}

/** The current generation, as a member gets it; its leader also gets the members. */
function joined(group: ClassicGroup, member: ClassicMember): JoinGroupResponse {
  return createJoinGroupResponse({
    generationId: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId ?? '',
    memberId: member.memberId,
    members: group.leaderId === member.memberId ? group.memberList() : [],
  });
}

function joinError(errorCode: number, memberId: string): JoinGroupResponse {
  return createJoinGroupResponse({ errorCode, memberId, protocolName: null });
}

function assignmentOf(group: ClassicGroup, member: ClassicMember): SyncGroupResponse {
  return createSyncGroupResponse({
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    assignment: member.assignment,
  });
}

function syncError(errorCode: number): SyncGroupResponse {
  return createSyncGroupResponse({ errorCode });
}

function because(reason: string | null): string {
  return reason === null || reason === '' ? '' : ` (${reason})`;
}
