/**
 * A member of a group as Kafka's own client is one, with the eager or the cooperative protocol: joins, has its assignment made when it
 * leads, sends heartbeats, and joins again when it is told to or has let go of partitions.
 *
 * Owns: what it believes: member id, generation, partitions.
 * Invariants: eager, it gives up all before it joins; cooperative, it keeps what it has and tells the leader; without a generation it has
 *   lost everything. Dead, it never does anything again; frozen, it stands still wherever it is.
 */
import { ErrorCode } from '@millrace/protocol';
import { createJoinGroupRequest, type JoinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import { createHeartbeatRequest } from '@millrace/protocol/messages/12-heartbeat';
import { createLeaveGroupRequest } from '@millrace/protocol/messages/13-leave-group';
import { createSyncGroupRequest, type SyncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import type { GroupCoordinator, GroupRequestContext } from '../../src/group-coordinator.ts';
import { ORDERS, subscription } from '../group-fixture.ts';
import { ConnectionLost, GROUP_ID, HEARTBEAT_MS, REBALANCE_MS, SESSION_MS, type GroupWorld } from './group-world.ts';
import type { Member } from './ownership-checker.ts';
import { assignSticky, type Claimant } from './sticky-assignment.ts';

export type Protocol = 'eager' | 'cooperative';

const JOIN_VERSION = 9;
const SYNC_VERSION = 5;
const NO_GENERATION = -1;
const BACKOFF_MS = 100;
const PROTOCOL_TYPE = 'consumer';

/** What a member tells the leader behind its subscription. */
interface Claim {
  readonly owned: readonly number[];
  readonly ownedGeneration: number;
  readonly version: number;
}

/** What the leader tells a member. */
interface Share {
  readonly round: string;
  readonly partitions: readonly number[];
}

class Gone extends Error {}

export interface GroupMemberOptions {
  readonly name: string;
  readonly protocol: Protocol;
  readonly groupInstanceId?: string | null;
}

export class GroupMember implements Member {
  readonly name: string;
  readonly #world: GroupWorld;
  readonly #protocol: Protocol;
  readonly #groupInstanceId: string | null;
  #memberId = '';
  #generation = NO_GENERATION;
  #owned: ReadonlySet<number> = new Set();
  #ownedGeneration = NO_GENERATION;
  #subscriptionVersion = 0;
  #isToRejoin = false;
  #isLeaving = false;
  #isGone = false;
  #frozenUntilMs = 0;
  /** When the coordinator heard of it last. */
  #reachedMs = 0;
  #isWaitingThere = false;
  /** When it was found silent for too long; undefined once it has heard what came of that. */
  #silentAtMs: number | undefined;
  #askedMs = 0;
  #done: Promise<void> = Promise.resolve();
  rebalances = 0;

  constructor(world: GroupWorld, { name, protocol, groupInstanceId = null }: GroupMemberOptions) {
    this.#world = world;
    this.name = name;
    this.#protocol = protocol;
    this.#groupInstanceId = groupInstanceId;
    world.onCrash(() => this.#noteSilence());
  }

  get memberId(): string {
    return this.#memberId;
  }

  get owned(): ReadonlySet<number> {
    return this.#owned;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get isExcused(): boolean {
    return this.#silentAtMs !== undefined || this.#isSilent;
  }

  /** Resolves when the member has left or is dead; rejects when something is wrong with it. */
  get done(): Promise<void> {
    return this.#done;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** kill -9 of its process. */
  kill(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#world.checker.released(this, this.#owned, this.#world.nowMs, 'dead');
    this.#owned = new Set();
  }

  /** Its process stands still. */
  freeze(ms: number): void {
    this.#frozenUntilMs = this.#world.nowMs + ms;
  }

  leave(): void {
    this.#isLeaving = true;
  }

  /** Subscribes to something else, which takes a rebalance. */
  changeSubscription(): void {
    this.#subscriptionVersion++;
    this.#isToRejoin = true;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isLeaving) {
        if (await this.#joinOnce()) await this.#stay();
      }
      await this.#leave();
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
    }
  }

  /** Whether it has its assignment and nothing calls for another rebalance yet. */
  async #joinOnce(): Promise<boolean> {
    this.#isToRejoin = false;
    if (this.#generation === NO_GENERATION) this.#release(this.#owned, 'lost');
    else if (this.#protocol === 'eager') this.#release(this.#owned, 'revoked');
    const joined = await this.#ask((coordinator) =>
      coordinator.joinGroup(this.#context(JOIN_VERSION), this.#joinRequest()),
    );
    if (joined === undefined) return false;
    if (joined.errorCode !== 0) return this.#refused(joined.errorCode, joined.memberId);
    this.#memberId = joined.memberId;
    this.#generation = joined.generationId;
    const assignments = joined.leader === joined.memberId && !joined.skipAssignment ? this.#assign(joined) : [];
    const request = createSyncGroupRequest({
      groupId: GROUP_ID,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupInstanceId: this.#groupInstanceId,
      protocolType: joined.protocolType,
      protocolName: joined.protocolName,
      assignments,
    });
    const synced = await this.#ask((coordinator) => coordinator.syncGroup(this.#context(SYNC_VERSION), request));
    if (synced === undefined) return false;
    if (synced.errorCode !== 0) return this.#refused(synced.errorCode);
    this.#take(synced);
    return !this.#isToRejoin;
  }

  async #stay(): Promise<void> {
    for (let pauseMs = HEARTBEAT_MS; ;) {
      await this.#sleep(pauseMs - this.#world.random.nextInt(BACKOFF_MS));
      if (this.#isLeaving || this.#isToRejoin) return;
      const request = createHeartbeatRequest({
        groupId: GROUP_ID,
        generationId: this.#generation,
        memberId: this.#memberId,
        groupInstanceId: this.#groupInstanceId,
      });
      const answer = await this.#ask((coordinator) => coordinator.heartbeat(this.#context(4), request));
      pauseMs = answer === undefined ? BACKOFF_MS : HEARTBEAT_MS;
      if (answer === undefined) continue;
      if (answer.errorCode === 0) {
        this.#heard();
      } else {
        await this.#refused(answer.errorCode);
        if (answer.errorCode === ErrorCode.REBALANCE_IN_PROGRESS || this.#generation === NO_GENERATION) return;
      }
    }
  }

  async #leave(): Promise<void> {
    this.#release(this.#owned, 'revoked');
    const members = [{ memberId: this.#memberId, groupInstanceId: this.#groupInstanceId, reason: null }];
    const request = createLeaveGroupRequest({ groupId: GROUP_ID, members });
    for (;;) {
      const answer = await this.#ask((coordinator) => coordinator.leaveGroup(this.#context(5), request));
      if (answer !== undefined && !isPassing(answer.errorCode)) break;
      await this.#sleep(BACKOFF_MS);
    }
    this.#isGone = true;
  }

  /** Undefined: the connection is gone, or the coordinator is not there. */
  async #ask<Answer>(request: (coordinator: GroupCoordinator) => Promise<Answer>): Promise<Answer | undefined> {
    await this.#awake();
    try {
      return await this.#world.call((coordinator) => this.#reach(request(coordinator)));
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      await this.#sleep(BACKOFF_MS);
      return undefined;
    } finally {
      await this.#awake();
    }
  }

  /** The request is there; while it waits, and when it is answered, the coordinator knows that the member lives. */
  async #reach<Answer>(answer: Promise<Answer>): Promise<Answer> {
    this.#noteSilence();
    this.#askedMs = this.#world.nowMs;
    this.#isWaitingThere = true;
    this.#reachedMs = this.#world.nowMs;
    const settled = (): void => {
      this.#isWaitingThere = false;
      this.#reachedMs = this.#world.nowMs;
    };
    answer.then(settled, settled);
    return answer;
  }

  async #refused(errorCode: number, memberId = ''): Promise<false> {
    switch (errorCode) {
      case ErrorCode.MEMBER_ID_REQUIRED:
        this.#memberId = memberId;
        return false;
      case ErrorCode.UNKNOWN_MEMBER_ID:
        this.#memberId = '';
        this.#generation = NO_GENERATION;
        this.#heard();
        return false;
      case ErrorCode.ILLEGAL_GENERATION:
        this.#generation = NO_GENERATION;
        this.#heard();
        return false;
      case ErrorCode.FENCED_INSTANCE_ID:
        this.kill();
        throw new Gone();
      case ErrorCode.REBALANCE_IN_PROGRESS:
        return false;
      default:
        if (!isPassing(errorCode)) throw new Error(`${this.name} met error ${errorCode}`);
        await this.#sleep(BACKOFF_MS);
        return false;
    }
  }

  #take(synced: SyncGroupResponse): void {
    const { checker, nowMs } = this.#world;
    this.rebalances++;
    const { round, partitions } = shareOf(synced);
    checker.told(this, this.#generation, round);
    const assigned = new Set(partitions);
    const revoked = without(this.#owned, assigned);
    const added = without(assigned, this.#owned);
    this.#release(revoked, 'revoked');
    checker.assigned(this, added, nowMs);
    this.#owned = assigned;
    this.#ownedGeneration = this.#generation;
    this.#heard();
    // What it let go of can be given to others now.
    if (revoked.size > 0) this.#isToRejoin = true;
  }

  #release(partitions: ReadonlySet<number>, how: 'revoked' | 'lost'): void {
    this.#world.checker.released(this, partitions, this.#world.nowMs, how);
    this.#owned = without(this.#owned, partitions);
  }

  #assign({ members, generationId }: JoinGroupResponse): { memberId: string; assignment: Buffer }[] {
    const claimants = members.map(({ memberId, metadata }): Claimant => ({ memberId, ...claimOf(metadata) }));
    const shares = assignSticky(claimants, this.#world.partitionCount, this.#protocol === 'cooperative');
    const round = `${generationId} by ${this.name} at ${this.#world.nowMs}`;
    return [...shares].map(([memberId, partitions]) => ({
      memberId,
      assignment: Buffer.from(JSON.stringify({ round, partitions } satisfies Share)),
    }));
  }

  #joinRequest(): ReturnType<typeof createJoinGroupRequest> {
    const claim: Claim = {
      owned: [...this.#owned],
      ownedGeneration: this.#ownedGeneration,
      version: this.#subscriptionVersion,
    };
    return createJoinGroupRequest({
      groupId: GROUP_ID,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      memberId: this.#memberId,
      groupInstanceId: this.#groupInstanceId,
      protocolType: PROTOCOL_TYPE,
      protocols: [{ name: this.#protocol, metadata: metadataOf(claim) }],
    });
  }

  #context(apiVersion: number): GroupRequestContext {
    return { apiVersion, clientId: this.name, clientHost: '/127.0.0.1' };
  }

  #noteSilence(): void {
    if (this.#isSilent) this.#silentAtMs = this.#world.nowMs;
  }

  /** What the coordinator thinks of it: news, unless it was asked before the silence. */
  #heard(): void {
    if (this.#silentAtMs !== undefined && this.#askedMs >= this.#silentAtMs) this.#silentAtMs = undefined;
  }

  /**
   * Nothing of it came to the coordinator for its session timeout, which a restart begins anew. What the coordinator said last may have
   * waited for the disk.
   */
  get #isSilent(): boolean {
    const { nowMs, servedSinceMs, diskMsMax } = this.#world;
    return !this.#isWaitingThere && nowMs - Math.max(this.#reachedMs, servedSinceMs) >= SESSION_MS - diskMsMax;
  }

  async #sleep(ms: number): Promise<void> {
    await this.#world.sleep(ms);
    await this.#awake();
  }

  async #awake(): Promise<void> {
    for (;;) {
      if (this.#isGone) throw new Gone();
      const leftMs = this.#frozenUntilMs - this.#world.nowMs;
      if (leftMs <= 0) return;
      await this.#world.sleep(leftMs);
    }
  }
}

function without(partitions: ReadonlySet<number>, others: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...partitions].filter((partition) => !others.has(partition)));
}

function isPassing(errorCode: number): boolean {
  return (
    errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ||
    errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE ||
    errorCode === ErrorCode.NOT_COORDINATOR
  );
}

/** A consumer's subscription whose user data is the claim. */
function metadataOf(claim: Claim): Buffer {
  const withoutData = subscription([ORDERS]).subarray(0, -4);
  const data = Buffer.from(JSON.stringify(claim));
  const length = Buffer.alloc(4);
  length.writeInt32BE(data.length);
  return Buffer.concat([withoutData, length, data]);
}

const CLAIM_AT = subscription([ORDERS]).length;

function claimOf(metadata: Buffer): Claim {
  return JSON.parse(metadata.subarray(CLAIM_AT).toString()) as Claim;
}

/** Of a member that the leader did not know: nothing. */
function shareOf({ assignment }: SyncGroupResponse): Share {
  return JSON.parse(assignment.toString()) as Share;
}
