/**
 * Who is in a consumer group and what each member has: coming, coming back as a static member, going, and steps towards the target.
 * Members of both protocols go through here.
 *
 * Owns: the deadlines of members.
 * Invariants: with a member go all records of it, so what it held is free; a static member that comes back takes over what its
 *   predecessor had. Members that have to give up partitions, or classic ones that have to join again, have a deadline for it.
 * Not here: the rules of either protocol (consumer-protocol.ts, classic-members.ts), targets (consumer-targets.ts).
 */
import type { Clock, Logger } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type { GroupDeadline } from '../group/group-deadline.ts';
import type { GroupMetrics } from '../group/group-metrics.ts';
import type { GroupStateRecord } from '../group/group-records.ts';
import type { GroupSettings } from '../group-settings.ts';
import type { DeadlineQueue } from '../runtime/deadline-queue.ts';
import { INITIAL_ASSIGNMENT, type ConsumerGroup, type ConsumerMember } from './consumer-group.ts';
import { MemberState, type ConsumerGroupRecord, type MemberSubscription } from './consumer-records.ts';
import type { ConsumerTargets, GroupStep } from './consumer-targets.ts';
import { reconcile } from './reconciliation.ts';
import { NOTHING_HELD, type TopicPartitionList } from './topic-partitions.ts';

/** A request that cannot be granted. */
export class Refusal {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;

  constructor(errorCode: ErrorCode, errorMessage: string) {
    this.errorCode = errorCode;
    this.errorMessage = errorMessage;
  }
}

/** Epoch of a static member that has left for a while. */
export const AWAY_EPOCH = -2;

export interface ConsumerMembershipOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: GroupMetrics;
  readonly deadlines: DeadlineQueue<GroupDeadline>;
  readonly settings: GroupSettings;
  readonly targets: ConsumerTargets;
  readonly write: (step: GroupStep, record: GroupStateRecord) => void;
  /** Whether the log takes a record of that size. */
  readonly fits: (record: ConsumerGroupRecord) => boolean;
  /** The last member that speaks the consumer protocol went: true when the group has become a classic one. */
  readonly downgrade: (group: ConsumerGroup, step: GroupStep) => boolean;
}

export class ConsumerMembership {
  readonly #options: ConsumerMembershipOptions;

  constructor(options: ConsumerMembershipOptions) {
    this.#options = options;
  }

  /** Whether what a member says of itself can be kept. */
  canSubscribe(groupId: string, memberId: string, value: MemberSubscription): boolean {
    return this.#options.fits({ kind: 'subscription', groupId, memberId, value });
  }

  /** What a member says of itself, new or changed. The epoch rises when that touches the assignment. */
  subscribe(group: ConsumerGroup, memberId: string, next: MemberSubscription, step: GroupStep): ConsumerMember {
    const { write, targets } = this.#options;
    const { groupId } = group;
    const known = group.members.get(memberId);
    const before = known?.subscription;
    if (before === undefined || !isSameSubscription(before, next)) {
      write(step, { kind: 'subscription', groupId, memberId, value: next });
    }
    const oldPattern = before?.topicPattern ?? '';
    if (oldPattern !== '') this.#dropPattern(group, oldPattern, step);
    const newPattern = next.topicPattern ?? '';
    const isOtherPattern = oldPattern !== newPattern && (newPattern === '' || group.patterns.has(newPattern));
    // Of a pattern that is new to the group nobody knows yet what it means.
    if (isOtherPattern || (before?.topicNames ?? []).join('\n') !== next.topicNames.join('\n')) {
      const verb = before === undefined ? 'joined' : 'subscribes to other topics';
      targets.bump(group, `member ${memberId} ${verb}`, step);
    }
    const member = group.members.get(memberId);
    if (member === undefined) throw new Error(`member ${memberId} is not in group ${groupId}`);
    return member;
  }

  /** The successor takes over what the static member has, under a new member id; it has to be told all of it. */
  replace(group: ConsumerGroup, old: ConsumerMember, memberId: string, epoch: number, step: GroupStep): ConsumerMember {
    const { write, deadlines } = this.#options;
    const { groupId } = group;
    const { subscription, current } = old;
    const target = group.target(old.memberId);
    this.clearDeadlines(old);
    this.#forget(group, old.memberId, step);
    write(step, { kind: 'subscription', groupId, memberId, value: subscription });
    if (target.size > 0) write(step, { kind: 'target', groupId, memberId, value: target });
    const value = {
      epoch,
      previousEpoch: epoch,
      state: MemberState.stable,
      assigned: current.assigned,
      pendingRevocation: NOTHING_HELD,
    };
    write(step, { kind: 'current', groupId, memberId, value });
    const member = group.members.get(memberId);
    if (member === undefined) throw new Error(`member ${memberId} is not in group ${groupId}`);
    deadlines.clear(member.step);
    return member;
  }

  /** The static member will be back: what it has stays its own until its session ends. */
  sendAway(group: ConsumerGroup, member: ConsumerMember, step: GroupStep): void {
    const { write, deadlines } = this.#options;
    deadlines.clear(member.step);
    const value = {
      epoch: AWAY_EPOCH,
      previousEpoch: member.current.epoch,
      state: MemberState.stable,
      assigned: member.current.assigned,
      pendingRevocation: NOTHING_HELD,
    };
    write(step, { kind: 'current', groupId: group.groupId, memberId: member.memberId, value });
  }

  /** Members are gone, with all that they had. */
  remove(group: ConsumerGroup, members: readonly ConsumerMember[], reason: string, step: GroupStep): void {
    const { targets, downgrade } = this.#options;
    if (members.length === 0) return;
    for (const member of members) {
      this.clearDeadlines(member);
      this.#forget(group, member.memberId, step);
    }
    const isClassicOnly = group.members.size > 0 && group.classicCount === group.members.size;
    if (isClassicOnly && downgrade(group, step)) return;
    targets.bump(group, reason, step);
    targets.assign(group, step);
  }

  /** One step of the member towards its target; with `owned`, what it says it has. */
  reconcile(
    group: ConsumerGroup,
    member: ConsumerMember,
    owned: readonly TopicPartitionList[] | null,
    step: GroupStep,
  ): void {
    const { write, fits } = this.#options;
    const { memberId, current } = member;
    const next = reconcile({
      current,
      target: group.target(memberId),
      targetEpoch: group.targetEpoch,
      owned,
      isTaken: (topicId, partition) => (group.owner(topicId, partition) ?? memberId) !== memberId,
    });
    if (next === current) return;
    const record = { kind: 'current', groupId: group.groupId, memberId, value: next } as const;
    if (!fits(record)) return;
    write(step, record);
    if (member.isClassic) return;
    if (next.state === MemberState.unrevoked) this.expectStep(member);
    else this.#options.deadlines.clear(member.step);
  }

  renewSession(group: ConsumerGroup, member: ConsumerMember): void {
    const { clock, deadlines, settings } = this.#options;
    const timeoutMs = member.subscription.classic?.sessionTimeoutMs ?? settings.sessionTimeoutMs(group.groupId);
    deadlines.set(member.session, clock.monotonicMs() + timeoutMs);
  }

  /** The member has its rebalance timeout for what it has to do now. */
  expectStep(member: ConsumerMember): void {
    const { clock, deadlines } = this.#options;
    deadlines.set(member.step, clock.monotonicMs() + Math.max(0, member.subscription.rebalanceTimeoutMs));
  }

  clearStep(member: ConsumerMember): void {
    this.#options.deadlines.clear(member.step);
  }

  clearDeadlines(member: ConsumerMember): void {
    this.#options.deadlines.clear(member.session);
    this.#options.deadlines.clear(member.step);
  }

  #forget(group: ConsumerGroup, memberId: string, step: GroupStep): void {
    const { write } = this.#options;
    const { groupId } = group;
    const member = group.members.get(memberId);
    const pattern = member?.pattern ?? null;
    if (member !== undefined && member.current !== INITIAL_ASSIGNMENT) {
      write(step, { kind: 'current', groupId, memberId, value: null });
    }
    if (group.targets.has(memberId)) write(step, { kind: 'target', groupId, memberId, value: null });
    write(step, { kind: 'subscription', groupId, memberId, value: null });
    if (pattern !== null) this.#dropPattern(group, pattern, step);
  }

  #dropPattern(group: ConsumerGroup, pattern: string, step: GroupStep): void {
    if (group.isPatternInUse(pattern) || !group.patterns.has(pattern)) return;
    this.#options.write(step, { kind: 'pattern', groupId: group.groupId, pattern, value: null });
  }
}

function isSameSubscription(one: MemberSubscription, other: MemberSubscription): boolean {
  const { classic: oneClassic, ...oneRest } = one;
  const { classic: otherClassic, ...otherRest } = other;
  if (JSON.stringify(oneRest) !== JSON.stringify(otherRest)) return false;
  if (oneClassic === null || otherClassic === null) return oneClassic === otherClassic;
  return (
    oneClassic.sessionTimeoutMs === otherClassic.sessionTimeoutMs &&
    oneClassic.protocols.length === otherClassic.protocols.length &&
    oneClassic.protocols.every(({ name, metadata }, at) => {
      const match = otherClassic.protocols[at];
      return match?.name === name && match.metadata.equals(metadata);
    })
  );
}
