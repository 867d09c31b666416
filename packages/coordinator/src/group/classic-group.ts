/**
 * One classic group: who is in it, what they offer, and how far a rebalance has come.
 *
 * Owns: members, votes, pending member ids, the group's deadlines; and beside them what the log says of the group (`image`,
 *   `offsets`, `pendingOffsets`), which only the shard's `replay…` methods change.
 * Invariants: in Empty and Stable the members are those of `image`. `leaderId` is a member. `#supporters` counts members by
 *   protocol, `#joinedCount` those that wait for a JoinGroup answer.
 * Not here: deciding what a request does to the group (classic-protocol.ts), records (group-shard.ts).
 */
import { assert, assertDefined } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type { JoinGroupResponse, JoinGroupResponseMember } from '@millrace/protocol/messages/11-join-group';
import { Deadline } from '../runtime/deadline-queue.ts';
import type { Waiter } from '../runtime/step.ts';
import { canTransition, type ClassicGroupState } from './classic-group-state.ts';
import { ClassicMember, NOTHING, type MemberProtocol } from './classic-member.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import type { GroupDeadline } from './group-deadline.ts';
import type { GroupImage } from './group-records.ts';
import type { PendingOffsets } from './pending-offsets.ts';
import { CONSUMER_PROTOCOL_TYPE, subscribedTopics } from './subscribed-topics.ts';

export class ClassicGroup {
  readonly type = 'classic';
  readonly groupId: string;
  readonly offsets: CommittedOffsets;
  /** Null while no open transaction has offsets of this group. */
  pendingOffsets: PendingOffsets | null;
  /** Null for a group of which the log has offsets only. */
  image: GroupImage | null = null;

  readonly members = new Map<string, ClassicMember>();
  /** Member ids that were given out and not used yet (KIP-394). */
  readonly pendingMembers = new Map<string, Deadline<GroupDeadline>>();
  /** Members of this generation that have not asked for their assignment. */
  readonly pendingSync = new Set<string>();
  readonly joinDeadline: Deadline<GroupDeadline>;
  readonly syncDeadline: Deadline<GroupDeadline>;
  /** Set while the first rebalance of an empty group waits for more members. */
  initialRebalance: { delayMs: number; remainingMs: number; hasNewMember: boolean } | null = null;

  protocolType = '';
  protocolName: string | null = null;
  generation = 0;
  leaderId: string | null = null;
  /** −1 when unknown. */
  stateTimestampMs = -1;
  #state: ClassicGroupState = 'Empty';
  /** Null: no consumer group, or its subscriptions cannot be read. */
  #subscribedTopics: ReadonlySet<string> | null = null;
  readonly #staticMembers = new Map<string, string>();
  readonly #supporters = new Map<string, number>();
  #joinedCount = 0;

  constructor(groupId: string, offsets = new CommittedOffsets(), pendingOffsets: PendingOffsets | null = null) {
    this.groupId = groupId;
    this.offsets = offsets;
    this.pendingOffsets = pendingOffsets;
    this.joinDeadline = new Deadline<GroupDeadline>({ kind: 'join', group: this });
    this.syncDeadline = new Deadline<GroupDeadline>({ kind: 'sync', group: this });
  }

  get state(): ClassicGroupState {
    return this.#state;
  }

  /** Members that wait for the rebalance to start. */
  get joinedCount(): number {
    return this.#joinedCount;
  }

  /** Whether the first phase of a rebalance has nobody left to wait for. */
  get hasEverybodyJoined(): boolean {
    return this.#joinedCount === this.members.size && this.pendingMembers.size === 0;
  }

  /** The longest that a member wants a rebalance to wait for it. */
  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const member of this.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
    return longest;
  }

  transition(to: ClassicGroupState, nowMs: number): void {
    assert(canTransition(this.#state, to), `group "${this.groupId}" cannot go from ${this.#state} to ${to}`);
    this.#state = to;
    this.stateTimestampMs = nowMs;
  }

  /** Takes what the log says for the truth; the group had no life before. */
  restore(): void {
    const image = this.image;
    if (image === null) return;
    this.protocolType = image.protocolType;
    this.protocolName = image.protocol;
    this.generation = image.generation;
    this.stateTimestampMs = image.stateTimestampMs;
    for (const from of image.members) {
      const protocols = image.protocol === null ? [] : [{ name: image.protocol, metadata: from.subscription }];
      const member = new ClassicMember(from, from, protocols, this.newSession(from.memberId));
      member.assignment = from.assignment;
      member.isNew = false;
      member.isRestored = true;
      this.add(member);
    }
    if (image.leader !== null && this.members.has(image.leader)) this.leaderId = image.leader;
    this.#state = this.members.size === 0 ? 'Empty' : 'Stable';
    this.refreshSubscribedTopics();
  }

  newSession(memberId: string): Deadline<GroupDeadline> {
    return new Deadline<GroupDeadline>({ kind: 'session', group: this, memberId });
  }

  add(member: ClassicMember): void {
    const { memberId, groupInstanceId } = member;
    assert(!this.members.has(memberId), `member "${memberId}" is in group "${this.groupId}" already`);
    if (groupInstanceId !== null) {
      assert(!this.#staticMembers.has(groupInstanceId), `instance "${groupInstanceId}" is in the group already`);
      this.#staticMembers.set(groupInstanceId, memberId);
    }
    this.members.set(memberId, member);
    this.#count(member, +1);
    if (member.awaitingJoin !== null) this.#joinedCount++;
    this.leaderId ??= memberId;
  }

  /** Takes a member out; the caller sees to its waiting requests and its session. */
  remove(member: ClassicMember): void {
    if (!this.members.delete(member.memberId)) return;
    this.#count(member, -1);
    if (member.awaitingJoin !== null) this.#joinedCount--;
    if (member.groupInstanceId !== null) this.#staticMembers.delete(member.groupInstanceId);
    this.pendingSync.delete(member.memberId);
    if (this.leaderId === member.memberId) this.leaderId = this.members.keys().next().value ?? null;
  }

  /** The successor of a static member takes its place, leadership included. */
  replace(old: ClassicMember, successor: ClassicMember): void {
    const wasLeader = this.leaderId === old.memberId;
    this.remove(old);
    this.add(successor);
    if (wasLeader) this.leaderId = successor.memberId;
  }

  setAwaitingJoin(member: ClassicMember, waiter: Waiter<JoinGroupResponse> | null): void {
    if (member.awaitingJoin !== null) this.#joinedCount--;
    member.awaitingJoin = waiter;
    if (waiter !== null) this.#joinedCount++;
  }

  setProtocols(member: ClassicMember, protocols: readonly MemberProtocol[]): void {
    this.#count(member, -1);
    member.protocols = protocols;
    member.isRestored = false;
    this.#count(member, +1);
  }

  staticMemberId(groupInstanceId: string): string | undefined {
    return this.#staticMembers.get(groupInstanceId);
  }

  /** Finds the member that a request speaks for, or the error code to answer: [25] unknown, [82] replaced by a newer instance. */
  identify(memberId: string, groupInstanceId: string | null): ClassicMember | ErrorCode {
    if (groupInstanceId !== null) {
      const current = this.#staticMembers.get(groupInstanceId);
      if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
      if (current !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
    }
    return this.members.get(memberId) ?? ErrorCode.UNKNOWN_MEMBER_ID;
  }

  /** Whether somebody with these protocols fits in: one of them is offered by every member. */
  supports(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.#state === 'Empty') return protocolType !== '' && protocols.length > 0;
    return (
      protocolType === this.protocolType &&
      protocols.some(({ name }) => (this.#supporters.get(name) ?? 0) === this.members.size)
    );
  }

  /** The protocol with the most votes among those that all members offer; each votes for the first one of its list. */
  selectProtocol(): string {
    const candidates = new Set<string>();
    for (const [name, count] of this.#supporters) if (count === this.members.size) candidates.add(name);
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const vote = assertDefined(member.vote(candidates), `a protocol common to all of group "${this.groupId}"`);
      votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let winner: string | undefined;
    for (const [name, count] of votes) {
      if (winner === undefined || count > (votes.get(winner) ?? 0)) winner = name;
    }
    return assertDefined(winner, `a vote in group "${this.groupId}"`);
  }

  /** Makes sure that the leader is one of those that joined. False when nobody did. */
  electJoinedLeader(): boolean {
    const leader = this.leaderId === null ? undefined : this.members.get(this.leaderId);
    if (leader === undefined) return false;
    if (leader.awaitingJoin !== null) return true;
    for (const member of this.members.values()) {
      if (member.awaitingJoin === null) continue;
      this.leaderId = member.memberId;
      return true;
    }
    return false;
  }

  /** What the leader gets to see of the members. */
  memberList(): JoinGroupResponseMember[] {
    return [...this.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadataFor(this.protocolName),
    }));
  }

  /** The group as it goes into the log, with the leader's assignments or those that members have. */
  toImage(assignments?: ReadonlyMap<string, Buffer>): GroupImage {
    return {
      protocolType: this.protocolType,
      generation: this.generation,
      protocol: this.protocolName,
      leader: this.leaderId,
      stateTimestampMs: this.stateTimestampMs,
      members: [...this.members.values()].map((member) =>
        member.image(
          this.protocolName,
          assignments === undefined ? member.assignment : (assignments.get(member.memberId) ?? NOTHING),
        ),
      ),
    };
  }

  get usesConsumerProtocol(): boolean {
    return this.protocolType === CONSUMER_PROTOCOL_TYPE;
  }

  /** Whether the topics that members want are known. */
  get knowsSubscribedTopics(): boolean {
    return this.#subscribedTopics !== null;
  }

  /** In doubt a consumer group counts as subscribed. */
  isSubscribedTo(topic: string): boolean {
    return this.#subscribedTopics?.has(topic) ?? this.usesConsumerProtocol;
  }

  /** To be called when the members or the chosen protocol of a generation are settled. */
  refreshSubscribedTopics(): void {
    this.#subscribedTopics = null;
    if (!this.usesConsumerProtocol) return;
    const topics = new Set<string>();
    for (const member of this.members.values()) {
      const wanted = subscribedTopics(member.metadataFor(this.protocolName));
      if (wanted === undefined) return;
      for (const topic of wanted) topics.add(topic);
    }
    this.#subscribedTopics = topics;
  }

  #count(member: ClassicMember, change: 1 | -1): void {
    for (const { name } of member.protocols) {
      const count = (this.#supporters.get(name) ?? 0) + change;
      if (count === 0) this.#supporters.delete(name);
      else this.#supporters.set(name, count);
    }
  }
}
