/**
 * A member of a classic consumer group (KIP-62, 345, 394, 429, 568, 792): joins, computes assignments when it leads, adopts its own.
 *
 *   idle → joining → syncing → reconciling → stable ─┐      any → leaving → left
 *            ↑          any → fenced (lost) ─────────┘      any → failed
 *
 * Owns: one loop that takes part in rebalances, one after the other, and a heartbeat timer that knows nothing of the loop.
 * Invariants: heartbeats go on whatever the listener does, from the first generation until the membership ends. What a late
 *   answer says of an older generation is ignored. An eager member holds nothing while it joins; a cooperative one keeps what it
 *   has until its new assignment lacks it, and joins again right after giving that up. Whoever cannot reach the coordinator for
 *   a whole session counts its partitions as lost before the broker hands them on.
 * Bounds: one JoinGroup or SyncGroup in flight, and one Heartbeat of a generation.
 * Not here: which topics there are (./topic-watch.ts), offsets (./group-offsets.ts), sharing out (./assignors/).
 */
import { createDeferred, messageOf, type Deferred, type Timer } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createJoinGroupRequest,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import { createHeartbeatRequest } from '@millrace/protocol/messages/12-heartbeat';
import { createLeaveGroupRequest } from '@millrace/protocol/messages/13-leave-group';
import {
  createSyncGroupRequest,
  type SyncGroupRequestAssignment,
  type SyncGroupResponse,
} from '@millrace/protocol/messages/14-sync-group';
import { backoffMs, delay } from '../cluster/retry.ts';
import { asFatal, brokerError, KafkaError } from '../error.ts';
import type { GroupMetadata, OffsetToCommit, TopicPartition } from '../topic-partition.ts';
import type { Assignor, GroupAssignment, GroupMember } from './assignor.ts';
import { classicVerdict, remedyFor } from './classic-verdicts.ts';
import {
  CONSUMER_PROTOCOL_TYPE,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './consumer-protocol.ts';
import { HEARTBEAT, JOIN_GROUP, LEAVE_GROUP, SYNC_GROUP } from './group-apis.ts';
import { GroupClient } from './group-client.ts';
import type { GroupCluster, GroupLane } from './group-cluster.ts';
import { asKafkaError, passing } from './group-errors.ts';
import { GroupOffsets, type OffsetIdentity, type OffsetOwner } from './group-offsets.ts';
import { Holdings } from './holdings.ts';
import { LEAVE_REQUEST_MS_MAX, MembershipLife } from './membership-life.ts';
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

/** The broker answers a JoinGroup at the end of the rebalance; this much later it has not. As in Kafka's clients. */
const REBALANCE_SLACK_MS = 5_000;
/** Heartbeats that contradict a JoinGroup or SyncGroup in flight before that is taken for lost. */
const DOUBTS_MAX = 2;
const STATIC_MEMBERS_VERSION = 5;
const LEAVE_BY_IDENTITY_VERSION = 3;
const REASON_VERSION = 8;
const NO_GENERATION = -1;

let laneCount = 0;

/** A JoinGroup or SyncGroup that waits for its answer. */
interface Attempt {
  readonly kind: 'join' | 'sync';
  readonly controller: AbortController;
  doubts: number;
}

export class ClassicMembership implements Membership, OffsetOwner {
  readonly #settings: MembershipSettings;
  readonly #listener: MembershipListener;
  readonly #life: MembershipLife;
  readonly #cluster: GroupCluster;
  readonly #client: GroupClient;
  readonly #offsets: GroupOffsets;
  readonly #holdings: Holdings;
  readonly #lease: SessionLease;
  readonly #watch: TopicWatch;
  #lane: GroupLane = newLane();
  #memberId = '';
  #generation = NO_GENERATION;
  #assignor: Assignor | undefined;
  #isLeader = false;
  #last: { readonly partitions: readonly TopicPartition[]; readonly generation: number } = NOTHING_BEFORE;
  #attempt: Attempt | undefined;
  /** Already on the way to JoinGroup, so that the coordinator need not ask for it. */
  #isOnItsWay = false;
  #rejoinReason: string | undefined = 'it is new';
  #lastRejoinReason: string | undefined;
  #wake: Deferred<void> | undefined;
  #running: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;
  #heartbeatTimer: Timer | undefined;
  #heartbeatFailures = 0;
  /** Generation of the heartbeat in flight. */
  #heartbeatInFlight: number | undefined;

  constructor(cluster: GroupCluster, settings: MembershipSettings, listener: MembershipListener) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#listener = listener;
    this.#life = new MembershipLife(cluster, settings);
    this.#client = new GroupClient(cluster, settings.groupId);
    this.#offsets = new GroupOffsets(this.#client, this);
    this.#holdings = new Holdings(listener);
    this.#lease = new SessionLease(cluster.runtime, settings.sessionTimeoutMs, () => this.#onLeaseExpired());
    this.#watch = new TopicWatch(cluster, settings, (reason) => this.rejoin(reason));
  }

  get state(): MembershipState {
    return {
      phase: this.#life.phase,
      phaseSinceMs: this.#life.phaseSinceMs,
      protocol: 'classic',
      coordinatorId: this.#client.coordinatorId,
      memberId: this.#memberId,
      generation: this.#generation,
      assignor: this.#assignor?.name,
      isLeader: this.#isLeader,
      owned: this.#holdings.owned.toArray(),
      topics: this.#watch.topics,
      lastHeartbeatMs: this.#lease.renewedMs,
      lastRejoinReason: this.#rejoinReason ?? this.#lastRejoinReason,
      rebalanceCount: this.#life.rebalanceCount,
      lastError: this.#life.lastError,
    };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  rejoin(reason: string): void {
    this.#rejoinReason ??= reason;
    this.#wake?.resolve();
  }

  setSubscription(topics: readonly string[] | RegExp): void {
    this.#watch.subscribe(topics);
    this.rejoin('the subscription has changed');
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
    return { groupId, generation: this.#generation, memberId: this.#memberId, instanceId };
  }

  /** @internal for GroupOffsets */
  identity(): OffsetIdentity | undefined {
    if (this.#generation === NO_GENERATION) return undefined;
    const { instanceId } = this.#settings;
    return { memberId: this.#memberId, generation: this.#generation, instanceId, protocol: 'classic' };
  }

  /** @internal for GroupOffsets */
  tenureOf(partition: TopicPartition): number | undefined {
    return this.#holdings.tenureOf(partition);
  }

  /** @internal for GroupOffsets */
  onRefused(errorCode: number, sentAs: OffsetIdentity, partition: TopicPartition): boolean {
    const isCurrent = sentAs.memberId === this.#memberId && sentAs.generation === this.#generation;
    switch (classicVerdict(errorCode)) {
      case 'rejoin':
        if (isCurrent) this.#onGroupRebalances('a commit came while the group rebalances');
        return this.#holdings.owned.has(partition);
      case 'generationOver':
      case 'memberUnknown':
        // The answer of a JoinGroup in flight, with the next generation, may be on its way on another connection.
        if (isCurrent && this.#attempt === undefined) this.#lose(errorCode, 'a commit');
        return this.#holdings.owned.has(partition);
      case 'fatal':
        if (isCurrent && errorCode === ErrorCode.FENCED_INSTANCE_ID) this.#fail(this.#refusal('committing', errorCode));
        return false;
      default:
        return false;
    }
  }

  async #run(): Promise<void> {
    const ending = this.#life.ending;
    let failures = 0;
    while (!ending.aborted) {
      const reason = this.#rejoinReason;
      if (reason === undefined) {
        this.#wake = createDeferred();
        await this.#wake.promise;
        continue;
      }
      try {
        await this.#rebalance(reason);
        failures = 0;
      } catch (error) {
        if (ending.aborted) return;
        if (!KafkaError.is(error) || !error.retriable) return this.#fail(asKafkaError(error));
        this.#rejoinReason ??= reason;
        this.#life.lastError = error;
        failures++;
        await delay(this.#cluster.runtime, 'joining', backoffMs(this.#cluster.runtime.random, failures), ending).catch(
          () => undefined,
        );
      }
    }
  }

  /** Takes part in one rebalance from giving up to taking over. Throws KafkaError, retriable when joining anew may help. */
  async #rebalance(reason: string): Promise<void> {
    const startedMs = this.#life.nowMs();
    // What the user asks for from here on takes another rebalance; what the group asks for, only from the answer on.
    this.#rejoinReason = undefined;
    this.#lastRejoinReason = reason;
    this.#isOnItsWay = true;
    let topics: readonly string[];
    let revokedCount: number;
    let joined: JoinGroupResponse | undefined;
    try {
      topics = await this.#watch.resolve(this.#life.ending);
      revokedCount = await this.#giveUpBeforeJoining(topics);
      joined = await this.#join(topics, reason);
    } finally {
      this.#isOnItsWay = false;
    }
    if (joined === undefined) return;
    const assigned = await this.#sync(joined);
    if (assigned === undefined) return;

    this.#life.enter('reconciling');
    const generation = this.#generation;
    const gone = this.#holdings.owned.minus(assigned);
    revokedCount += gone.size;
    if (!(await this.#holdings.revoke(gone)) || generation !== this.#generation) return;
    const added = assigned.minus(this.#holdings.owned);
    if (!(await this.#holdings.assign(added)) || generation !== this.#generation) return;
    if (gone.size > 0) this.rejoin(`${String(gone.size)} partitions were given up for others`);
    this.#life.rebalanceCount++;
    this.#life.lastError = undefined;
    if (this.#rejoinReason === undefined) this.#life.enter('stable');
    const assignedCount = added.size;
    this.#life.tell({ memberId: this.#memberId, generation, reason, revokedCount, assignedCount, startedMs });
  }

  /** An eager member gives up everything, a cooperative one what it does not subscribe to any more. Returns how many. */
  async #giveUpBeforeJoining(topics: readonly string[]): Promise<number> {
    const { owned } = this.#holdings;
    const wanted = new Set(topics);
    const givenUp =
      this.#settings.rebalanceKind === 'eager'
        ? owned
        : new PartitionSet(owned.toArray().filter(({ topic }) => !wanted.has(topic)));
    if (givenUp.size === 0) return 0;
    this.#life.enter('reconciling');
    const count = givenUp.size;
    await this.#holdings.revoke(givenUp);
    return count;
  }

  async #join(topics: readonly string[], reason: string): Promise<JoinGroupResponse | undefined> {
    if (this.#life.phase !== 'fenced') this.#life.enter('joining');
    for (;;) {
      const sentMs = this.#life.nowMs();
      const { response } = await this.#attempted('join', (signal) =>
        this.#client.send(JOIN_GROUP, (version) => this.#joinRequest(version, topics, reason), {
          lane: this.#lane,
          signal,
          timeoutMs: this.#settings.rebalanceTimeoutMs + REBALANCE_SLACK_MS,
        }),
      );
      const { errorCode } = response;
      const verdict = classicVerdict(errorCode);
      if (verdict === 'memberIdGiven') {
        this.#memberId = response.memberId;
        continue;
      }
      if (verdict !== 'ok') return this.#onRefusedRebalance('joining', errorCode);
      this.#onJoined(response, sentMs);
      return response;
    }
  }

  #joinRequest(version: number, topics: readonly string[], reason: string): JoinGroupRequest {
    const { groupId, instanceId, rack, assignors, rebalanceKind } = this.#settings;
    if (instanceId !== null && version < STATIC_MEMBERS_VERSION) {
      const message = 'this broker knows no static members (JoinGroup 5): leave out `instanceId`';
      throw new KafkaError('MILLRACE_CLIENT_UNSUPPORTED_API', message);
    }
    const owned = rebalanceKind === 'cooperative' ? this.#holdings.owned.toArray() : [];
    const { partitions: lastAssignment, generation: lastGeneration } = this.#last;
    return createJoinGroupRequest({
      groupId,
      sessionTimeoutMs: Math.round(this.#settings.sessionTimeoutMs),
      rebalanceTimeoutMs: Math.round(this.#settings.rebalanceTimeoutMs),
      memberId: this.#memberId,
      groupInstanceId: instanceId,
      protocolType: CONSUMER_PROTOCOL_TYPE,
      protocols: assignors.map((assignor) => {
        const userData = assignor.subscriptionData?.({ topics, lastAssignment, lastGeneration, rack }) ?? null;
        const generation = this.#generation;
        const metadata = encodeSubscription({ topics, owned, generation, rack: rack ?? null, userData });
        return { name: assignor.name, metadata };
      }),
      reason: version >= REASON_VERSION ? reason : null,
    });
  }

  #onJoined({ memberId, generationId, protocolName, leader }: JoinGroupResponse, sentMs: number): void {
    const assignor = this.#settings.assignors.find(({ name }) => name === protocolName);
    if (assignor === undefined) {
      const message = `the group chose the assignor "${String(protocolName)}", which this member did not name`;
      throw new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', message);
    }
    this.#memberId = memberId;
    this.#generation = generationId;
    this.#assignor = assignor;
    this.#isLeader = leader === memberId;
    // The broker counts the session anew from its answer, which is later still.
    this.#lease.renew(Math.max(sentMs, this.#life.nowMs() - this.#settings.heartbeatIntervalMs));
    this.#scheduleHeartbeat(this.#settings.heartbeatIntervalMs);
  }

  /** Hands in everybody's assignment when this member leads, and fetches its own. */
  async #sync(joined: JoinGroupResponse): Promise<PartitionSet | undefined> {
    this.#life.enter('syncing');
    const { generationId: generation } = joined;
    const assignments = this.#isLeader ? await this.#lead(joined) : this.#follow();
    if (generation !== this.#generation) return undefined;
    const { response } = await this.#attempted('sync', (signal) =>
      this.#client.send(
        SYNC_GROUP,
        createSyncGroupRequest({
          groupId: this.#settings.groupId,
          generationId: generation,
          memberId: this.#memberId,
          groupInstanceId: this.#settings.instanceId,
          protocolType: CONSUMER_PROTOCOL_TYPE,
          protocolName: joined.protocolName,
          assignments,
        }),
        { lane: this.#lane, signal, timeoutMs: this.#settings.rebalanceTimeoutMs + REBALANCE_SLACK_MS },
      ),
    );
    if (generation !== this.#generation) return undefined;
    if (response.errorCode !== ErrorCode.NONE)
      return this.#onRefusedRebalance('fetching the assignment', response.errorCode);
    return this.#assignmentOf(response);
  }

  #assignmentOf({ assignment }: SyncGroupResponse): PartitionSet {
    let decoded: ReturnType<typeof decodeAssignment>;
    try {
      decoded = decodeAssignment(assignment);
    } catch (cause) {
      const message = `the leader of group "${this.#settings.groupId}" sent an assignment that cannot be read`;
      throw new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', message, { cause });
    }
    this.#assignor?.onAssignment?.(decoded, this.#generation);
    this.#last = { partitions: decoded.partitions, generation: this.#generation };
    return new PartitionSet(decoded.partitions);
  }

  #follow(): SyncGroupRequestAssignment[] {
    this.#watch.watch(undefined);
    return [];
  }

  async #lead({ members, skipAssignment }: JoinGroupResponse): Promise<SyncGroupRequestAssignment[]> {
    const known = members.map((member) => this.#memberOf(member));
    const topics = [...new Set(known.flatMap((member) => member.topics))].sort();
    const partitionCounts = await this.#watch.partitionCounts(topics, this.#life.ending);
    this.#watch.watch(partitionCounts, topics);
    if (skipAssignment || this.#assignor === undefined) return [];
    const assignment = await callAssignor(this.#assignor, () =>
      this.#assignor?.assign({ members: known, partitionCounts }),
    );
    return known.map(({ memberId }) => ({
      memberId,
      assignment: encodeAssignment(assignment.get(memberId) ?? { partitions: [] }),
    }));
  }

  /** A member whose words cannot be read gets nothing, and the others their partitions. */
  #memberOf({ memberId, groupInstanceId, metadata }: JoinGroupResponse['members'][number]): GroupMember {
    try {
      return { memberId, instanceId: groupInstanceId, ...decodeSubscription(metadata) };
    } catch (cause) {
      const message = `member ${memberId} of group "${this.#settings.groupId}" sent a subscription that cannot be read: it gets no partitions`;
      this.#listener.onError(new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', message, { cause }));
      const nothing = { topics: [], owned: [], generation: NO_GENERATION, rack: null, userData: null };
      return { memberId, instanceId: groupInstanceId, ...nothing };
    }
  }

  /** Throws unless the next attempt can come at once. */
  #onRefusedRebalance(what: string, errorCode: number): undefined {
    const verdict = classicVerdict(errorCode);
    switch (verdict) {
      case 'rejoin':
        this.rejoin('the group rebalances again');
        return undefined;
      case 'generationOver':
      case 'memberUnknown':
        this.#lose(errorCode, what);
        throw passing(this.#refusal(what, errorCode));
      case 'again':
      case 'moved':
        this.#client.noticeMove(errorCode);
        throw passing(this.#refusal(what, errorCode));
      default:
        throw this.#refusal(what, errorCode);
    }
  }

  /** The partitions are others' by now. Joins anew. */
  #lose(errorCode: number, what: string): void {
    this.#life.lastError = this.#refusal(what, errorCode);
    this.#forgetMembership(classicVerdict(errorCode) === 'memberUnknown');
    this.rejoin(this.#life.lastError.message);
  }

  #forgetMembership(forgetsMemberId: boolean): void {
    this.#generation = NO_GENERATION;
    if (forgetsMemberId) this.#memberId = '';
    this.#isLeader = false;
    this.#last = NOTHING_BEFORE;
    this.#heartbeatTimer?.cancel();
    this.#heartbeatTimer = undefined;
    this.#lease.end();
    if (!this.#life.isOver && this.#life.phase !== 'leaving') this.#life.enter('fenced');
    this.#holdings.lose();
  }

  #onLeaseExpired(): void {
    const error = this.#life.sessionRanOut();
    this.#attempt?.controller.abort();
    this.#forgetMembership(false);
    this.rejoin('its session ran out');
    this.#listener.onError(error);
  }

  #scheduleHeartbeat(delayMs: number): void {
    this.#heartbeatTimer?.cancel();
    this.#heartbeatTimer = this.#cluster.runtime.timers.schedule(delayMs, () => {
      this.#heartbeatTimer = undefined;
      void this.#heartbeat();
    });
  }

  async #heartbeat(): Promise<void> {
    if (this.#life.isOver || this.#generation === NO_GENERATION) return;
    // One of a generation that is over holds up none of the next.
    if (this.#heartbeatInFlight === this.#generation) return;
    const { groupId, instanceId, heartbeatIntervalMs } = this.#settings;
    const memberId = this.#memberId;
    const generation = this.#generation;
    const sentMs = this.#life.nowMs();
    this.#heartbeatInFlight = generation;
    let pauseMs: number | undefined;
    try {
      const { response } = await this.#client.send(
        HEARTBEAT,
        createHeartbeatRequest({ groupId, generationId: generation, memberId, groupInstanceId: instanceId }),
        { timeoutMs: this.#lease.answerTimeoutMs },
      );
      this.#heartbeatFailures = 0;
      if (memberId === this.#memberId && generation === this.#generation) {
        const isAccepted = this.#onHeartbeatAnswer(response.errorCode, sentMs);
        if (!isAccepted) pauseMs = this.#backoffMs();
      }
    } catch (error) {
      this.#life.lastError = asKafkaError(error);
      pauseMs = this.#backoffMs();
    } finally {
      if (this.#heartbeatInFlight === generation) this.#heartbeatInFlight = undefined;
    }
    if (this.#generation !== generation || this.#life.isOver) return;
    // A slow answer must not make the next one late, too: the session counts from when they are sent.
    const leftMs = sentMs + heartbeatIntervalMs - this.#life.nowMs();
    this.#scheduleHeartbeat(pauseMs ?? Math.max(0, leftMs));
  }

  #backoffMs(): number {
    this.#heartbeatFailures++;
    const { heartbeatIntervalMs } = this.#settings;
    return Math.min(heartbeatIntervalMs, backoffMs(this.#cluster.runtime.random, this.#heartbeatFailures));
  }

  /** Returns whether the coordinator knows this member in this generation. */
  #onHeartbeatAnswer(errorCode: number, sentMs: number): boolean {
    const verdict = classicVerdict(errorCode);
    switch (verdict) {
      case 'ok':
        this.#lease.renew(sentMs);
        if (this.#attempt === undefined) this.#life.lastError = undefined;
        return true;
      case 'rejoin':
        this.#lease.renew(sentMs);
        if (this.#attempt?.kind === 'sync') this.#doubt(this.#attempt);
        else this.#onGroupRebalances('the group rebalances');
        return true;
      case 'generationOver':
      case 'memberUnknown':
        // The answer of the JoinGroup in flight may be on its way on another connection, or may be lost.
        if (this.#attempt === undefined) this.#lose(errorCode, 'a heartbeat');
        else this.#doubt(this.#attempt);
        return true;
      case 'fatal':
        this.#fail(this.#refusal('a heartbeat', errorCode));
        return true;
      default:
        this.#client.noticeMove(errorCode);
        this.#life.lastError = this.#refusal('a heartbeat', errorCode);
        return false;
    }
  }

  #onGroupRebalances(reason: string): void {
    if (this.#attempt === undefined && !this.#isOnItsWay) this.rejoin(reason);
  }

  /** The coordinator is past what this request waits for, so its answer was lost on the way. */
  #doubt(attempt: Attempt): void {
    attempt.doubts++;
    if (attempt.doubts >= DOUBTS_MAX) attempt.controller.abort();
  }

  async #attempted<T>(kind: Attempt['kind'], send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const attempt: Attempt = { kind, controller: new AbortController(), doubts: 0 };
    this.#attempt = attempt;
    const endAttempt = (): void => attempt.controller.abort();
    this.#life.ending.addEventListener('abort', endAttempt);
    if (this.#life.ending.aborted) endAttempt();
    try {
      return await send(attempt.controller.signal);
    } catch (error) {
      if (!attempt.controller.signal.aborted || this.#life.ending.aborted) throw error;
      this.#cluster.closeLane(this.#lane);
      this.#lane = newLane();
      const message = `the answer to a ${kind} of group "${this.#settings.groupId}" was lost`;
      throw new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', message, { retriable: true, cause: error });
    } finally {
      this.#attempt = undefined;
      this.#life.ending.removeEventListener('abort', endAttempt);
    }
  }

  async #leave({ timeoutMs, operation = 'default' }: LeaveOptions): Promise<void> {
    this.#life.enter('leaving');
    this.#wake?.resolve();
    const leftMs = await this.#life.handOver(this.#holdings, this.#running, timeoutMs);
    const isStatic = this.#settings.instanceId !== null;
    const tells = operation === 'leave' || (operation === 'default' && !isStatic);
    if (tells && this.#memberId !== '' && this.#life.phase !== 'failed') await this.#sayGoodbye(leftMs);
    this.#end('left');
  }

  #sayGoodbye(timeoutMs: number): Promise<void> {
    const { groupId, instanceId } = this.#settings;
    const memberId = this.#memberId;
    const said = this.#client.send(
      LEAVE_GROUP,
      (version) =>
        version >= LEAVE_BY_IDENTITY_VERSION
          ? createLeaveGroupRequest({
              groupId,
              members: [{ memberId, groupInstanceId: instanceId, reason: 'the consumer was closed' }],
            })
          : createLeaveGroupRequest({ groupId, memberId }),
      { timeoutMs },
    );
    return this.#life.answered(said, timeoutMs);
  }

  #fail(error: KafkaError): void {
    if (this.#life.isOver) return;
    const fatal = asFatal(error);
    this.#life.lastError = fatal;
    const memberId = this.#memberId;
    this.#end('failed');
    // The others need not wait for the end of the session. Whoever was fenced has no say any more.
    if (memberId !== '' && this.#settings.instanceId === null) void this.#sayGoodbye(LEAVE_REQUEST_MS_MAX);
    this.#listener.onError(fatal);
  }

  #end(phase: 'left' | 'failed'): void {
    this.#life.enter(phase);
    this.#wake?.resolve();
    this.#watch.close();
    this.#forgetMembership(false);
    this.#cluster.closeLane(this.#lane);
  }

  #refusal(what: string, errorCode: number): KafkaError {
    return brokerError(`${what} of group "${this.#settings.groupId}"`, errorCode, remedyFor(errorCode));
  }
}

const NOTHING_BEFORE = { partitions: [], generation: NO_GENERATION } as const;

function newLane(): GroupLane {
  return `join:${laneCount++}`;
}

async function callAssignor(
  assignor: Assignor,
  assign: () => GroupAssignment | PromiseLike<GroupAssignment> | undefined,
): Promise<GroupAssignment> {
  try {
    return (await assign()) ?? new Map();
  } catch (cause) {
    const message = `the assignor "${assignor.name}" threw: ${messageOf(cause)}`;
    throw new KafkaError('MILLRACE_CLIENT_INVALID_STATE', message, { cause });
  }
}
