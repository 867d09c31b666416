/**
 * One consumer group (KIP-848): its epochs, who is in it, what each member has and shall have.
 *
 * Owns: what the log says of the group, which changes in `apply` alone; what follows from it (owners of partitions, static members, the
 *   count of subscribers by topic and pattern); and in memory only: deadlines, the present work on targets and patterns.
 * Invariants: a partition has one owner at most; owners are what members have or have still to give up. `epoch` ≥ `targetEpoch`.
 * Not here: what requests do to the group (consumer-protocol.ts), records (consumer-records.ts).
 */
import { assert } from '@millrace/base';
import type { RE2JS } from 're2js';
import { CommittedOffsets } from '../group/committed-offsets.ts';
import type { GroupDeadline } from '../group/group-deadline.ts';
import type { PendingOffsets } from '../group/pending-offsets.ts';
import { Deadline } from '../runtime/deadline-queue.ts';
import {
  MemberState,
  type ConsumerGroupRecord,
  type CurrentAssignment,
  type MemberSubscription,
  type ResolvedPattern,
} from './consumer-records.ts';
import { NO_ASSIGNMENT, NOTHING_HELD, type Assignment, type HeldPartitions } from './topic-partitions.ts';

/** Of a member that has just come, or was seen last in a record of something else. */
export const INITIAL_ASSIGNMENT: CurrentAssignment = {
  epoch: 0,
  previousEpoch: -1,
  state: MemberState.stable,
  assigned: NOTHING_HELD,
  pendingRevocation: NOTHING_HELD,
};

const NO_SUBSCRIPTION: MemberSubscription = {
  instanceId: null,
  rackId: null,
  clientId: '',
  clientHost: '',
  topicNames: [],
  topicPattern: null,
  rebalanceTimeoutMs: -1,
  serverAssignor: null,
  classic: null,
};

export class ConsumerMember {
  readonly memberId: string;
  subscription: MemberSubscription = NO_SUBSCRIPTION;
  current: CurrentAssignment = INITIAL_ASSIGNMENT;
  /** Silent too long. */
  readonly session: Deadline<GroupDeadline>;
  /** Took too long to give up partitions, or (classic) to join again or to ask for its assignment. */
  readonly step: Deadline<GroupDeadline>;

  constructor(group: ConsumerGroup, memberId: string) {
    this.memberId = memberId;
    this.session = new Deadline<GroupDeadline>({ kind: 'consumerSession', group, memberId });
    this.step = new Deadline<GroupDeadline>({ kind: 'consumerStep', group, memberId });
  }

  get isClassic(): boolean {
    return this.subscription.classic !== null;
  }

  /** Null for a member without pattern; an empty one means the same. */
  get pattern(): string | null {
    return this.subscription.topicPattern === '' ? null : this.subscription.topicPattern;
  }
}

export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable';

/** All states, in the order of a group's life. */
export const CONSUMER_GROUP_STATES: readonly ConsumerGroupState[] = ['Empty', 'Assigning', 'Reconciling', 'Stable'];

export class ConsumerGroup {
  readonly type = 'consumer';
  readonly protocolType = 'consumer';
  readonly groupId: string;
  readonly offsets: CommittedOffsets;
  /** Null while no open transaction has offsets of this group. */
  pendingOffsets: PendingOffsets | null;

  epoch = 0;
  /** Of the subscribed topics when the epoch rose. */
  hash = 0n;
  targetEpoch = 0;
  targetTimestampMs = 0;
  readonly members = new Map<string, ConsumerMember>();
  readonly targets = new Map<string, Assignment>();
  readonly patterns = new Map<string, ResolvedPattern>();

  readonly assignmentDue: Deadline<GroupDeadline>;
  readonly patternsDue: Deadline<GroupDeadline>;
  /** Version of the topics that `hash` was last compared with; −1 = not yet. */
  checkedVersion = -1;
  /** When a target was computed last, on the monotonic clock. */
  assignedAtMs = -Infinity;
  isAssigning = false;
  /** Assignor of the newest target; null before the first since the start. */
  assignorName: string | null = null;
  patternsVersion = -1;
  patternsAtMs = -Infinity;
  isResolving = false;
  readonly compiled = new Map<string, RE2JS>();

  readonly #owners = new Map<string, Map<number, string>>();
  readonly #staticMembers = new Map<string, string>();
  readonly #namings = new Map<string, number>();
  readonly #patternings = new Map<string, number>();
  #classicCount = 0;
  /** Names of topics of the member that subscribed last. */
  #lastNames: readonly string[] = [];

  constructor(groupId: string, offsets = new CommittedOffsets(), pendingOffsets: PendingOffsets | null = null) {
    this.groupId = groupId;
    this.offsets = offsets;
    this.pendingOffsets = pendingOffsets;
    this.assignmentDue = new Deadline<GroupDeadline>({ kind: 'assignment', group: this });
    this.patternsDue = new Deadline<GroupDeadline>({ kind: 'patterns', group: this });
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty';
    if (this.epoch > this.targetEpoch) return 'Assigning';
    for (const { current } of this.members.values()) if (!this.isReconciled(current)) return 'Reconciling';
    return 'Stable';
  }

  /** Members that speak the classic protocol. */
  get classicCount(): number {
    return this.#classicCount;
  }

  isReconciled({ state, epoch }: CurrentAssignment): boolean {
    return state === MemberState.stable && epoch === this.targetEpoch;
  }

  staticMember(instanceId: string): ConsumerMember | undefined {
    return this.members.get(this.#staticMembers.get(instanceId) ?? '');
  }

  target(memberId: string): Assignment {
    return this.targets.get(memberId) ?? NO_ASSIGNMENT;
  }

  owner(topicId: string, partition: number): string | undefined {
    return this.#owners.get(topicId)?.get(partition);
  }

  /** Whether the topic is named by a member, or meant by a pattern of one. */
  isSubscribedTo(topic: string): boolean {
    if (this.#namings.has(topic)) return true;
    for (const pattern of this.#patternings.keys()) {
      if (this.patterns.get(pattern)?.topics.includes(topic) === true) return true;
    }
    return false;
  }

  /** Names of all topics that members want. */
  subscribedTopics(): ReadonlySet<string> {
    const names = new Set(this.#namings.keys());
    for (const pattern of this.#patternings.keys()) {
      for (const name of this.patterns.get(pattern)?.topics ?? []) names.add(name);
    }
    return names;
  }

  /** Patterns that members have. */
  patternsInUse(): Iterable<string> {
    return this.#patternings.keys();
  }

  isPatternInUse(pattern: string): boolean {
    return this.#patternings.has(pattern);
  }

  /** Names that the member itself wants. */
  topicsOf(member: ConsumerMember): readonly string[] {
    const { pattern } = member;
    const resolved = pattern === null ? undefined : this.patterns.get(pattern)?.topics;
    if (resolved === undefined || resolved.length === 0) return member.subscription.topicNames;
    if (member.subscription.topicNames.length === 0) return resolved;
    return [...new Set([...member.subscription.topicNames, ...resolved])];
  }

  /** Protocols that every classic member offers, of any number of them but the one left out. */
  supportsClassicProtocol(names: ReadonlySet<string>, exceptMemberId: string): boolean {
    const common = new Set(names);
    for (const { memberId, subscription } of this.members.values()) {
      if (subscription.classic === null || memberId === exceptMemberId) continue;
      const offered = new Set(subscription.classic.protocols.map(({ name }) => name));
      for (const name of common) if (!offered.has(name)) common.delete(name);
    }
    return common.size > 0;
  }

  /** Applies one record of the log; that of the group itself with null value is the shard's. */
  apply(record: ConsumerGroupRecord): void {
    switch (record.kind) {
      case 'epoch':
        this.epoch = record.value?.epoch ?? 0;
        this.hash = record.value?.hash ?? 0n;
        return;
      case 'targetEpoch':
        this.targetEpoch = record.value?.epoch ?? 0;
        this.targetTimestampMs = record.value?.timestampMs ?? 0;
        return;
      case 'subscription':
        return record.value === null ? this.#remove(record.memberId) : this.#subscribe(record.memberId, record.value);
      case 'target':
        if (record.value === null) this.targets.delete(record.memberId);
        else this.targets.set(record.memberId, record.value);
        return;
      case 'current': {
        const member = record.value === null ? this.members.get(record.memberId) : this.#ensure(record.memberId);
        if (member !== undefined) this.#setCurrent(member, record.value ?? INITIAL_ASSIGNMENT);
        return;
      }
      case 'pattern':
        if (record.value === null) this.patterns.delete(record.pattern);
        else this.patterns.set(record.pattern, record.value);
    }
  }

  /** Everything that rebuilds the group; taken while the group may change. */
  *records(): Generator<ConsumerGroupRecord, void, undefined> {
    const { groupId } = this;
    yield { kind: 'epoch', groupId, value: { epoch: this.epoch, hash: this.hash } };
    for (const [memberId, member] of this.members) {
      yield { kind: 'subscription', groupId, memberId, value: member.subscription };
      // The member may be gone by now; a record behind its tombstones would bring it back.
      if (this.members.get(memberId) !== member || member.current === INITIAL_ASSIGNMENT) continue;
      yield { kind: 'current', groupId, memberId, value: member.current };
    }
    for (const [memberId, value] of this.targets) yield { kind: 'target', groupId, memberId, value };
    for (const [pattern, value] of this.patterns) yield { kind: 'pattern', groupId, pattern, value };
    const target = { epoch: this.targetEpoch, timestampMs: this.targetTimestampMs };
    yield { kind: 'targetEpoch', groupId, value: target };
  }

  #ensure(memberId: string): ConsumerMember {
    let member = this.members.get(memberId);
    if (member === undefined) this.members.set(memberId, (member = new ConsumerMember(this, memberId)));
    return member;
  }

  #subscribe(memberId: string, subscription: MemberSubscription): void {
    const member = this.#ensure(memberId);
    this.#count(member, -1);
    const { topicNames } = subscription;
    // One list for all members that want the same, one after the other: less memory, and seen at once to be the same.
    if (isSameList(topicNames, this.#lastNames)) member.subscription = { ...subscription, topicNames: this.#lastNames };
    else {
      member.subscription = subscription;
      this.#lastNames = topicNames;
    }
    this.#count(member, +1);
  }

  #remove(memberId: string): void {
    const member = this.members.get(memberId);
    if (member === undefined) return;
    this.#setCurrent(member, INITIAL_ASSIGNMENT);
    this.#count(member, -1);
    this.members.delete(memberId);
  }

  #count(member: ConsumerMember, change: 1 | -1): void {
    const { memberId, subscription, pattern } = member;
    const { instanceId } = subscription;
    if (instanceId !== null) {
      if (change > 0) this.#staticMembers.set(instanceId, memberId);
      else if (this.#staticMembers.get(instanceId) === memberId) this.#staticMembers.delete(instanceId);
    }
    for (const name of subscription.topicNames) count(this.#namings, name, change);
    if (pattern !== null) count(this.#patternings, pattern, change);
    if (subscription.classic !== null) this.#classicCount += change;
  }

  #setCurrent(member: ConsumerMember, next: CurrentAssignment): void {
    const { current, memberId } = member;
    this.#release(memberId, current.assigned);
    this.#release(memberId, current.pendingRevocation);
    member.current = next;
    this.#claim(memberId, next.assigned);
    this.#claim(memberId, next.pendingRevocation);
  }

  #release(memberId: string, held: HeldPartitions): void {
    for (const [topicId, partitions] of held) {
      const owners = this.#owners.get(topicId);
      if (owners === undefined) continue;
      for (const partition of partitions.keys()) if (owners.get(partition) === memberId) owners.delete(partition);
      if (owners.size === 0) this.#owners.delete(topicId);
    }
  }

  #claim(memberId: string, held: HeldPartitions): void {
    for (const [topicId, partitions] of held) {
      let owners = this.#owners.get(topicId);
      if (owners === undefined) this.#owners.set(topicId, (owners = new Map<number, string>()));
      for (const partition of partitions.keys()) {
        const owner = owners.get(partition);
        assert(owner === undefined || owner === memberId, `partition ${partition} of ${topicId} has two owners`);
        owners.set(partition, memberId);
      }
    }
  }
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, at) => name === other[at]);
}

function count(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + change;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
