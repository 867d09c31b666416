/**
 * A member of a consumer group whose assignments the broker computes (KIP-848).
 *
 *   idle → joining → reconciling ⇄ stable ─┐      any → leaving → left
 *            ↑                             │      any → failed
 *            └── fenced (lost) ────────────┘
 *
 * Owns: the heartbeat, which is the whole protocol, and one reconciliation at a time towards the newest target assignment.
 * Invariants: heartbeats go on whatever the listener does. A partition is acknowledged as given up only after `onRevoke` has come
 *   back, and at once then, since another member waits for it. Whoever is fenced loses everything and joins with epoch 0 under
 *   the same member id. Whoever cannot reach the coordinator for a whole session counts its partitions as lost.
 * Bounds: one heartbeat in flight.
 * Not here: which fields a heartbeat carries (./consumer-heartbeat.ts), offsets (./group-offsets.ts).
 */
import { randomUuid, type Timer } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type { ConsumerGroupHeartbeatResponse } from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import { backoffMs } from '../cluster/retry.ts';
import { asFatal, brokerError, KafkaError } from '../error.ts';
import type { GroupMetadata, OffsetToCommit, TopicPartition } from '../topic-partition.ts';
import { remedyFor } from './classic-verdicts.ts';
import {
  HeartbeatFields,
  JOIN_EPOCH,
  LEAVE_EPOCH,
  LEAVE_FOR_A_WHILE_EPOCH,
  leaveRequest,
  PATTERN_VERSION,
  serverPattern,
  type MemberView,
  type PartitionsById,
} from './consumer-heartbeat.ts';
import { consumerVerdict } from './consumer-verdicts.ts';
import { CONSUMER_GROUP_HEARTBEAT } from './group-apis.ts';
import { GroupClient } from './group-client.ts';
import type { GroupCluster } from './group-cluster.ts';
import { asKafkaError } from './group-errors.ts';
import { GroupOffsets, type OffsetIdentity, type OffsetOwner } from './group-offsets.ts';
import { Holdings } from './holdings.ts';
import { MembershipLife } from './membership-life.ts';
import type { MembershipSettings } from './membership-options.ts';
import type {
  LeaveOptions,
  Membership,
  MembershipListener,
  MembershipState,
  OffsetRequestOptions,
} from './membership.ts';
import { PartitionSet } from './partition-set.ts';
import { SessionLease } from './session-lease.ts';
import { TopicWatch } from './topic-watch.ts';
import { within } from './within.ts';

/** Until the broker says otherwise. */
const HEARTBEAT_INTERVAL_MS = 5_000;
/** A topic of the assignment that is not known yet, as right after it was created, is looked for this often. */
const UNKNOWN_TOPIC_RETRY_MS = 1_000;

export class ConsumerMembership implements Membership, OffsetOwner {
  readonly #settings: MembershipSettings;
  readonly #listener: MembershipListener;
  readonly #life: MembershipLife;
  readonly #cluster: GroupCluster;
  readonly #client: GroupClient;
  readonly #offsets: GroupOffsets;
  readonly #holdings: Holdings;
  readonly #lease: SessionLease;
  readonly #watch: TopicWatch;
  readonly #fields = new HeartbeatFields();
  readonly #onNotOffered: ((error: KafkaError) => void) | undefined;
  #memberId: string;
  /** 0 = to join. */
  #epoch = JOIN_EPOCH;
  /** Rises with every loss, so that answers from before are known as such. */
  #incarnation = 0;
  #target: PartitionsById | undefined;
  /** Under which id each topic is held: a topic that was made anew is another one. */
  readonly #heldIds = new Map<string, string>();
  #reconciling: Promise<void> | undefined;
  #isTargetNew = false;
  #heartbeatTimer: Timer | undefined;
  #isHeartbeatInFlight = false;
  #isHeartbeatUrgent = false;
  #heartbeatIntervalMs = HEARTBEAT_INTERVAL_MS;
  #failures = 0;
  #instanceTakenSinceMs: number | undefined;
  #usesServerPattern = true;
  /** A heartbeat was sent: the coordinator may know this member, answered or not. */
  #hasAsked = false;
  #hasJoined = false;
  #lastRejoinReason: string | undefined;
  #leaving: Promise<void> | undefined;

  /** `onNotOffered` is called instead of failing when the group or cluster turns out not to speak this protocol at the first attempt. */
  constructor(
    cluster: GroupCluster,
    settings: MembershipSettings,
    listener: MembershipListener,
    onNotOffered?: (error: KafkaError) => void,
  ) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#listener = listener;
    this.#life = new MembershipLife(cluster, settings);
    this.#onNotOffered = onNotOffered;
    this.#client = new GroupClient(cluster, settings.groupId);
    this.#offsets = new GroupOffsets(this.#client, this);
    this.#holdings = new Holdings(listener);
    this.#lease = new SessionLease(cluster.runtime, settings.sessionTimeoutMs, () => this.#onLeaseExpired());
    this.#watch = new TopicWatch(cluster, settings, () => this.#heartbeatNow());
    this.#memberId = randomUuid(cluster.runtime.random);
  }

  get state(): MembershipState {
    return {
      phase: this.#life.phase,
      phaseSinceMs: this.#life.phaseSinceMs,
      protocol: 'consumer',
      coordinatorId: this.#client.coordinatorId,
      memberId: this.#memberId,
      generation: this.#epoch === JOIN_EPOCH ? -1 : this.#epoch,
      assignor: this.#settings.serverAssignor,
      isLeader: false,
      owned: this.#holdings.owned.toArray(),
      topics: this.#watch.topics,
      lastHeartbeatMs: this.#lease.renewedMs,
      lastRejoinReason: this.#lastRejoinReason,
      rebalanceCount: this.#life.rebalanceCount,
      lastError: this.#life.lastError,
    };
  }

  start(): void {
    if (this.#life.phase !== 'idle') return;
    this.#lastRejoinReason = 'it is new';
    this.#life.enter('joining');
    this.#heartbeatNow();
  }

  /** The broker decides when to rebalance; this tells it everything anew. */
  rejoin(reason: string): void {
    this.#lastRejoinReason = reason;
    this.#fields.forget();
    this.#heartbeatNow();
  }

  setSubscription(topics: readonly string[] | RegExp): void {
    this.#usesServerPattern = true;
    this.#watch.subscribe(topics);
    this.#lastRejoinReason = 'the subscription has changed';
    this.#heartbeatNow();
  }

  leave(options: LeaveOptions = {}): Promise<void> {
    this.#leaving ??= this.#leave(options);
    return this.#leaving;
  }

  commitOffsets(offsets: readonly OffsetToCommit[], options?: OffsetRequestOptions) {
    return this.#offsets.commit(offsets, options);
  }

  fetchCommitted(partitions: readonly TopicPartition[], options?: OffsetRequestOptions) {
    return this.#offsets.fetch(partitions, options);
  }

  groupMetadata(): GroupMetadata {
    const { groupId, instanceId } = this.#settings;
    const generation = this.#epoch === JOIN_EPOCH ? -1 : this.#epoch;
    return { groupId, generation, memberId: this.#memberId, instanceId };
  }

  /** @internal for GroupOffsets */
  identity(): OffsetIdentity | undefined {
    if (this.#epoch === JOIN_EPOCH) return undefined;
    const { instanceId } = this.#settings;
    return { memberId: this.#memberId, generation: this.#epoch, instanceId, protocol: 'consumer' };
  }

  /** @internal for GroupOffsets */
  tenureOf(partition: TopicPartition): number | undefined {
    return this.#holdings.tenureOf(partition);
  }

  /** @internal for GroupOffsets */
  onRefused(errorCode: number, sentAs: OffsetIdentity, partition: TopicPartition): boolean {
    const isCurrent = sentAs.memberId === this.#memberId && sentAs.generation === this.#epoch;
    // The heartbeat is the judge of a membership; and the one in flight may bring a newer epoch.
    if (isCurrent) this.#heartbeatNow();
    const mayHavePassed = errorCode === ErrorCode.STALE_MEMBER_EPOCH || !isCurrent;
    return mayHavePassed && this.#holdings.owned.has(partition);
  }

  #heartbeatNow(): void {
    if (this.#life.phase === 'idle' || this.#life.isOver) return;
    if (this.#isHeartbeatInFlight) this.#isHeartbeatUrgent = true;
    else this.#scheduleHeartbeat(0);
  }

  #scheduleHeartbeat(delayMs: number): void {
    this.#heartbeatTimer?.cancel();
    this.#heartbeatTimer = this.#cluster.runtime.timers.schedule(delayMs, () => {
      this.#heartbeatTimer = undefined;
      void this.#heartbeat();
    });
  }

  async #heartbeat(): Promise<void> {
    if (this.#isHeartbeatInFlight || this.#life.isOver) return;
    // It would join again only to leave.
    if (this.#life.phase === 'leaving' && this.#epoch === JOIN_EPOCH) return;
    this.#isHeartbeatInFlight = true;
    this.#isHeartbeatUrgent = false;
    const incarnation = this.#incarnation;
    let nextMs: number;
    try {
      nextMs = await this.#exchange(incarnation);
    } catch (error) {
      nextMs = incarnation === this.#incarnation ? this.#onNoAnswer(asKafkaError(error)) : 0;
    } finally {
      this.#isHeartbeatInFlight = false;
    }
    if (!this.#life.isOver) this.#scheduleHeartbeat(this.#isHeartbeatUrgent ? 0 : nextMs);
  }

  /** One heartbeat and its answer. Returns when the next one is due. */
  async #exchange(incarnation: number): Promise<number> {
    const { subscription } = this.#watch;
    const pattern = subscription instanceof RegExp && this.#usesServerPattern ? serverPattern(subscription) : undefined;
    const nodeId = await this.#client.coordinator();
    const version = (await this.#cluster.versionOf(nodeId, CONSUMER_GROUP_HEARTBEAT)) ?? -1;
    const isPatternServed = pattern !== undefined && version >= PATTERN_VERSION;
    if (subscription instanceof RegExp && !isPatternServed) await this.#resolvePattern();
    if (incarnation !== this.#incarnation) return 0;
    this.#hasAsked = true;
    let sentMs = this.#life.nowMs();
    const request = this.#fields.next(this.#view(isPatternServed ? pattern : undefined));
    const { response } = await this.#client.send(
      CONSUMER_GROUP_HEARTBEAT,
      () => {
        // Opening the connection is no part of the way that the answer may take.
        sentMs = this.#life.nowMs();
        return request;
      },
      { timeoutMs: this.#lease.answerTimeoutMs },
    );
    if (incarnation !== this.#incarnation) return 0;
    return this.#onAnswer(response, sentMs);
  }

  async #resolvePattern(): Promise<void> {
    // The watch goes on looking for topics; only the first time somebody has to wait for it.
    if (this.#watch.topics.length === 0) await this.#watch.resolve();
    this.#watch.watch(undefined);
  }

  #view(pattern: string | undefined): MemberView {
    const { groupId, instanceId, rack, rebalanceTimeoutMs, serverAssignor } = this.#settings;
    return {
      groupId,
      memberId: this.#memberId,
      memberEpoch: this.#epoch,
      instanceId,
      rack,
      rebalanceTimeoutMs,
      topics: pattern === undefined ? [...this.#watch.topics].sort() : [],
      pattern,
      serverAssignor,
      owned: this.#epoch === JOIN_EPOCH ? [] : this.#ownedById(),
    };
  }

  #ownedById(): PartitionsById {
    return this.#holdings.owned
      .byTopic()
      .map(({ topic, partitions }) => ({ topicId: this.#heldIds.get(topic) ?? '', partitions }))
      .sort((a, b) => (a.topicId < b.topicId ? -1 : 1));
  }

  #onAnswer(response: ConsumerGroupHeartbeatResponse, sentMs: number): number {
    const { errorCode, errorMessage } = response;
    const verdict = consumerVerdict(errorCode);
    if (verdict === 'ok') return this.#onAccepted(response, sentMs);
    const error = this.#refusal(errorCode, errorMessage);
    this.#life.lastError = error;
    this.#fields.forget();
    switch (verdict) {
      case 'moved':
        this.#client.forget();
        return this.#backoffMs();
      case 'again':
        return this.#backoffMs();
      case 'fenced':
        this.#lose(error.message);
        return this.#backoffMs();
      case 'instanceTaken':
        return this.#onInstanceTaken(error);
      case 'patternRefused':
        if (!this.#usesServerPattern) break;
        this.#usesServerPattern = false;
        return 0;
      case 'notOffered':
        if (this.#hasJoined || this.#onNotOffered === undefined) break;
        this.#end('left');
        this.#onNotOffered(error);
        return 0;
      case 'fatal':
        break;
    }
    this.#fail(error);
    return 0;
  }

  #onAccepted(response: ConsumerGroupHeartbeatResponse, sentMs: number): number {
    this.#failures = 0;
    this.#life.lastError = undefined;
    this.#instanceTakenSinceMs = undefined;
    this.#hasJoined = true;
    this.#lease.renew(sentMs);
    this.#fields.accept();
    const isFirst = this.#epoch === JOIN_EPOCH;
    this.#epoch = response.memberEpoch;
    this.#memberId = response.memberId ?? this.#memberId;
    // A session of the member's own may be shorter than the broker's, and has to hold several heartbeats, too.
    if (response.heartbeatIntervalMs > 0)
      this.#heartbeatIntervalMs = Math.min(response.heartbeatIntervalMs, this.#settings.sessionTimeoutMs / 3);
    if (response.assignment !== null) {
      this.#target = response.assignment.topicPartitions;
      this.#reconcile();
    } else if (isFirst) {
      this.#target = [];
      this.#reconcile();
    }
    // What is held may have changed while the heartbeat was on its way.
    if (!this.#fields.knows(this.#ownedById())) return 0;
    // A slow answer must not make the next one late, too: the session counts from when they are sent.
    return Math.max(0, sentMs + this.#heartbeatIntervalMs - this.#life.nowMs());
  }

  #onNoAnswer(error: KafkaError): number {
    if (this.#life.isOver) return 0;
    this.#life.lastError = error;
    this.#fields.forget();
    if (error.retriable) return this.#backoffMs();
    if (error.code === 'MILLRACE_CLIENT_UNSUPPORTED_API' && !this.#hasJoined && this.#onNotOffered !== undefined) {
      this.#end('left');
      this.#onNotOffered(error);
    } else {
      this.#fail(error);
    }
    return 0;
  }

  /** A static member that crashed is remembered until its session ends; its successor waits that long. */
  #onInstanceTaken(error: KafkaError): number {
    const nowMs = this.#life.nowMs();
    this.#instanceTakenSinceMs ??= nowMs;
    if (nowMs - this.#instanceTakenSinceMs <= this.#settings.sessionTimeoutMs) return this.#backoffMs();
    this.#fail(error);
    return 0;
  }

  #backoffMs(): number {
    this.#failures++;
    return backoffMs(this.#cluster.runtime.random, this.#failures);
  }

  /** Goes towards the newest target, step by step, until what is held is what shall be held. */
  #reconcile(): void {
    this.#isTargetNew = true;
    this.#reconciling ??= this.#reconcileToTheEnd().finally(() => {
      this.#reconciling = undefined;
      if (this.#isTargetNew && !this.#life.ending.aborted) this.#reconcile();
    });
  }

  async #reconcileToTheEnd(): Promise<void> {
    const startedMs = this.#life.nowMs();
    let revokedCount = 0;
    let assignedCount = 0;
    while (this.#target !== undefined && !this.#life.ending.aborted) {
      this.#isTargetNew = false;
      const incarnation = this.#incarnation;
      const { known, ids, isComplete } = await this.#resolveTarget(this.#target);
      if (incarnation !== this.#incarnation) return;
      const { gone, added } = this.#stepTowards(known, ids);
      if (gone.size > 0) {
        this.#life.enter('reconciling');
        if (!(await this.#holdings.revoke(gone))) return;
        revokedCount += gone.size;
        this.#heartbeatNow();
      } else if (added.size > 0 || this.#life.rebalanceCount === 0) {
        this.#life.enter('reconciling');
        for (const { topic } of added) this.#heldIds.set(topic, ids.get(topic) ?? '');
        if (!(await this.#holdings.assign(added))) return;
        assignedCount += added.size;
        this.#life.rebalanceCount++;
        this.#heartbeatNow();
      } else if (!isComplete) {
        this.#life.enter('reconciling');
        await within(this.#cluster.runtime, aborted(this.#life.ending), UNKNOWN_TOPIC_RETRY_MS);
      } else if (!this.#isTargetNew) {
        this.#life.enter('stable');
        break;
      }
    }
    if (revokedCount + assignedCount === 0) return;
    const reason = this.#lastRejoinReason ?? '';
    this.#life.tell({
      memberId: this.#memberId,
      generation: this.#epoch,
      reason,
      revokedCount,
      assignedCount,
      startedMs,
    });
  }

  #stepTowards(known: PartitionSet, ids: ReadonlyMap<string, string>): { gone: PartitionSet; added: PartitionSet } {
    const { owned } = this.#holdings;
    const gone = owned.minus(known);
    for (const each of owned) {
      if (ids.get(each.topic) !== this.#heldIds.get(each.topic)) gone.add(each.topic, each.partition);
    }
    return { gone, added: known.minus(owned) };
  }

  /** The target by names, as far as they are known. Partitions that are held are known by the id under which they are. */
  async #resolveTarget(
    target: PartitionsById,
  ): Promise<{ known: PartitionSet; ids: Map<string, string>; isComplete: boolean }> {
    const nameOf = (topicId: string): string | undefined => {
      for (const [name, heldId] of this.#heldIds) if (heldId === topicId) return name;
      return this.#cluster.topicById(topicId)?.name;
    };
    if (target.some(({ topicId }) => nameOf(topicId) === undefined)) {
      const names = this.#watch.subscription instanceof RegExp ? null : this.#watch.topics;
      await this.#cluster.fetchTopics(names, { signal: this.#life.ending }).catch((error: unknown) => {
        this.#life.lastError = asKafkaError(error);
      });
    }
    const known = new PartitionSet();
    const ids = new Map<string, string>();
    let isComplete = true;
    for (const { topicId, partitions } of target) {
      const name = nameOf(topicId);
      if (name === undefined) {
        isComplete = false;
        continue;
      }
      ids.set(name, topicId);
      for (const partition of partitions) known.add(name, partition);
    }
    return { known, ids, isComplete };
  }

  /** The partitions are others' by now. Joins anew. */
  #lose(reason: string): void {
    this.#incarnation++;
    this.#epoch = JOIN_EPOCH;
    this.#target = undefined;
    this.#isTargetNew = false;
    this.#fields.forget();
    this.#heldIds.clear();
    this.#lease.end();
    this.#lastRejoinReason = reason;
    if (!this.#life.isOver) this.#life.enter('fenced');
    this.#holdings.lose();
  }

  #onLeaseExpired(): void {
    const error = this.#life.sessionRanOut();
    this.#lose('its session ran out');
    this.#heartbeatNow();
    this.#listener.onError(error);
  }

  async #leave({ timeoutMs, operation = 'default' }: LeaveOptions): Promise<void> {
    this.#life.enter('leaving');
    const leftMs = await this.#life.handOver(this.#holdings, this.#reconciling, timeoutMs);
    const isStatic = this.#settings.instanceId !== null;
    const mayBeMember = this.#hasAsked && this.#life.phase !== 'failed';
    if (mayBeMember && (operation === 'leave' || isStatic || operation === 'default')) {
      await this.#sayGoodbye(isStatic && operation !== 'leave' ? LEAVE_FOR_A_WHILE_EPOCH : LEAVE_EPOCH, leftMs);
    }
    this.#end('left');
  }

  #sayGoodbye(epoch: typeof LEAVE_EPOCH | typeof LEAVE_FOR_A_WHILE_EPOCH, timeoutMs: number): Promise<void> {
    const { groupId, instanceId } = this.#settings;
    this.#heartbeatTimer?.cancel();
    const request = leaveRequest({ groupId, memberId: this.#memberId, instanceId }, epoch);
    return this.#life.answered(this.#client.send(CONSUMER_GROUP_HEARTBEAT, request, { timeoutMs }), timeoutMs);
  }

  #fail(error: KafkaError): void {
    if (this.#life.isOver) return;
    const fatal = asFatal(error);
    this.#end('failed');
    this.#life.lastError = fatal;
    this.#listener.onError(fatal);
  }

  #end(phase: 'left' | 'failed'): void {
    this.#life.enter(phase);
    this.#watch.close();
    this.#heartbeatTimer?.cancel();
    this.#lose(phase);
  }

  #refusal(errorCode: number, errorMessage: string | null): KafkaError {
    const words = [errorMessage, remedyFor(errorCode)].filter((each) => each !== null && each !== undefined);
    return brokerError(`a heartbeat of group "${this.#settings.groupId}"`, errorCode, words.join('; '));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
