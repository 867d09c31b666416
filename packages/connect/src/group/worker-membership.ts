/**
 * A worker's membership in the group of workers: joins, shares work out when it leads, learns what to give up and what to take up.
 *
 *   joining → syncing → (giving up) → stable ─┐     lost: session over or put out, joins anew with nothing
 *      ↑──────────────────────────────────────┘
 *
 * Owns: one loop that takes part in rounds, one after the other; heartbeats beside it; what this worker has, as the group knows it.
 * Invariants: heartbeats go on whatever the listener does. Work is kept through a round unless it is revoked, and a worker joins again right
 *   after it gave something up, so that others get it only then. Whoever cannot reach the coordinator for a whole session loses all it has
 *   before the broker tells the others.
 * Bounds: one JoinGroup or SyncGroup in flight, and one Heartbeat of a generation.
 * Not here: sharing out (./incremental-assignor.ts), bytes (./connect-protocol.ts), what connectors there are (../distributed).
 *
 * The protocol's name is our own: workers of Kafka Connect have other plugins, so the broker keeps them out of a group of ours, and us out
 * of theirs, while the group's topics can be taken over by either.
 */
import { createDeferred, messageOf, type Deferred, type Logger, type Timer } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createJoinGroupRequest,
  createJoinGroupRequestProtocol,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import { createHeartbeatRequest } from '@millrace/protocol/messages/12-heartbeat';
import { createLeaveGroupRequest } from '@millrace/protocol/messages/13-leave-group';
import { createSyncGroupRequest, type SyncGroupRequestAssignment } from '@millrace/protocol/messages/14-sync-group';
import { KafkaError } from '@millrace/sdk';
import {
  asFatal,
  asKafkaError,
  backoffMs,
  brokerError,
  classicVerdict,
  delay,
  GroupClient,
  HEARTBEAT,
  JOIN_GROUP,
  LEAVE_GROUP,
  passing,
  remedyFor,
  SessionLease,
  SYNC_GROUP,
  within,
  type GroupCluster,
  type GroupLane,
} from '@millrace/sdk/internal';
import {
  AssignmentError,
  CONNECT_PROTOCOL_TYPE,
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
  type WorkerAssignment,
  type WorkerMetadata,
} from './connect-protocol.ts';
import { shareOut, type AssignorMemory } from './incremental-assignor.ts';
import { isNoWork, NO_WORK, taskKey, withoutWork, withWork, workKey, type WorkLoad } from './work-load.ts';

export const WORKER_PROTOCOL = 'millrace-sessioned';

const NO_GENERATION = -1;
/** The broker answers a JoinGroup at the end of the round; this much later it has not. */
const ROUND_SLACK_MS = 5_000;
/** After this part of the session a heartbeat is taken for lost; the rest is for another one, over a connection of its own. */
const HEARTBEAT_SESSION_PART = 1 / 2;
/** Heartbeats that contradict a JoinGroup or SyncGroup in flight before that is taken for lost. */
const DOUBTS_MAX = 2;
const LEAVE_REQUEST_MS_MAX = 5_000;
const LEAVE_BY_IDENTITY_VERSION = 3;
const REASON_VERSION = 8;

export interface WorkerGroupSettings {
  readonly groupId: string;
  /** Base URL of this worker's REST, as others reach it. */
  readonly url: string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  /** `scheduled.rebalance.max.delay.ms` */
  readonly delayMaxMs: number;
}

/** What is to be shared out, as of an offset of the config topic. */
export interface ConfiguredWork {
  readonly offset: bigint;
  readonly work: WorkLoad;
}

export interface WorkerGroupListener {
  /** How far the config topic is read: offset of the last record plus one. */
  configOffset(): bigint;
  /** Called when this worker leads: what is configured, at that offset at least; undefined when it cannot be read that far in time. */
  configuredAt(offset: bigint): Promise<ConfiguredWork | undefined>;
  /** To be stopped; others get it once the promise resolves. */
  onRevoked(work: WorkLoad): Promise<void>;
  /** A round is over, and `round.owned` is all that this worker is to run. Not awaited. */
  onRound(round: Round): void;
  /** All of it is others' by now: to be stopped as quickly as possible. */
  onLost(work: WorkLoad): void;
  /** With `error.fatal` the membership has ended. */
  onError(error: KafkaError): void;
}

/** Rounds of this worker so far, for metrics. */
export interface RoundTimes {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
  /** Monotonic; undefined: there was none. */
  readonly lastEndMs: number | undefined;
}

export interface Round {
  readonly generation: number;
  readonly memberId: string;
  readonly isLeader: boolean;
  readonly leaderUrl: string;
  /** How far the config topic has to be read before the work is taken up. */
  readonly configOffset: bigint;
  readonly owned: WorkLoad;
  /** The leader could not read the config topic far enough; nothing has changed. */
  readonly hasMismatch: boolean;
  /** Told to the leader alone: lost work that waits for the workers that had it. */
  readonly waiting: WorkLoad;
  /** Told to the leader alone: nothing waits, and nobody had to give anything up. */
  readonly isSettled: boolean;
}

interface Attempt {
  readonly kind: 'join' | 'sync';
  readonly controller: AbortController;
  doubts: number;
}

export class WorkerMembership {
  readonly #settings: WorkerGroupSettings;
  readonly #listener: WorkerGroupListener;
  readonly #cluster: GroupCluster;
  readonly #client: GroupClient;
  readonly #log: Logger;
  readonly #lease: SessionLease;
  readonly #ending = new AbortController();
  #laneNumber = 0;
  #memberId = '';
  #generation = NO_GENERATION;
  /** The last one that was seen through; survives nothing that loses the membership. */
  #lastGeneration = NO_GENERATION;
  #owned: WorkLoad = NO_WORK;
  #lastAssignment: WorkerAssignment | undefined;
  #memory: AssignorMemory | undefined;
  #urls: ReadonlyMap<string, string> = new Map();
  #hasSettled = false;
  #rounds: RoundTimes = { count: 0, totalMs: 0, maxMs: 0, lastEndMs: undefined };
  #isLeader = false;
  #leaderUrl = '';
  #isEnded = false;
  #attempt: Attempt | undefined;
  #isOnItsWay = false;
  #rejoinReason: string | undefined = 'the worker is new';
  #wake: Deferred<void> | undefined;
  #running: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;
  #heartbeatTimer: Timer | undefined;
  #delayTimer: Timer | undefined;
  /** Generation of the heartbeat in flight. */
  #heartbeatInFlight: number | undefined;
  #heartbeatFailures = 0;

  constructor(cluster: GroupCluster, settings: WorkerGroupSettings, log: Logger, listener: WorkerGroupListener) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#log = log;
    this.#listener = listener;
    this.#client = new GroupClient(cluster, settings.groupId);
    this.#lease = new SessionLease(cluster.runtime, settings.sessionTimeoutMs, () => this.#onLeaseExpired());
  }

  /** −1 while this worker is no member. */
  get generation(): number {
    return this.#generation;
  }

  get rounds(): RoundTimes {
    return this.#rounds;
  }

  get memberId(): string {
    return this.#memberId;
  }

  get isLeader(): boolean {
    return this.#isLeader && this.#generation !== NO_GENERATION;
  }

  /** Undefined while it is not known. */
  get leaderUrl(): string | undefined {
    return this.#generation === NO_GENERATION || this.#leaderUrl === '' ? undefined : this.#leaderUrl;
  }

  /** What this worker has, as the group knows it; nothing without a membership. */
  get owned(): WorkLoad {
    return this.#owned;
  }

  /** Base URL of the worker that has it, as far as this one knows from leading; undefined: nobody, or it does not lead. */
  urlOfOwner(connector: string, task?: number): string | undefined {
    const wanted = workKey(connector, task);
    for (const [id, { connectors, tasks }] of this.#memory?.given ?? []) {
      const isOwner =
        task === undefined ? connectors.includes(connector) : tasks.some((each) => taskKey(each) === wanted);
      if (isOwner) return this.#urls.get(id);
    }
    return undefined;
  }

  /** Whether a round is under way, or about to begin. */
  get isRebalancing(): boolean {
    return this.#rejoinReason !== undefined || this.#isOnItsWay || this.#attempt !== undefined;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Takes part in another round, for instance because what is configured has changed. */
  rejoin(reason: string): void {
    this.#rejoinReason ??= reason;
    this.#wake?.resolve();
  }

  /** Tells the group that this worker goes. What it has must be stopped before. Resolves in any case. */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  get #lane(): GroupLane {
    return `join:${this.#laneNumber}`;
  }

  async #run(): Promise<void> {
    const ending = this.#ending.signal;
    let failures = 0;
    while (!ending.aborted) {
      const reason = this.#rejoinReason;
      if (reason === undefined) {
        this.#wake = createDeferred();
        await this.#wake.promise;
        continue;
      }
      try {
        await this.#takePart(reason);
        failures = 0;
      } catch (error) {
        if (ending.aborted) return;
        if (!KafkaError.is(error) || !error.retriable) return this.#fail(asKafkaError(error));
        this.#rejoinReason ??= reason;
        this.#log.warn('joining the group of workers failed, trying again', { error: error.message });
        failures++;
        const pauseMs = backoffMs(this.#cluster.runtime.random, failures);
        await delay(this.#cluster.runtime, 'joining', pauseMs, ending).catch(() => undefined);
      }
    }
  }

  /** One round. Throws KafkaError, retriable when joining anew may help. */
  async #takePart(reason: string): Promise<void> {
    const beganMs = this.#nowMs();
    this.#rejoinReason = undefined;
    this.#delayTimer?.cancel();
    this.#isOnItsWay = true;
    let joined: JoinGroupResponse | undefined;
    try {
      joined = await this.#join(reason);
    } finally {
      this.#isOnItsWay = false;
    }
    if (joined === undefined) return;
    const assignment = await this.#sync(joined);
    if (assignment === undefined) return;
    const generation = this.#generation;

    const revoked = withoutWork(this.#owned, withoutWork(this.#owned, assignment.revoked));
    if (!isNoWork(revoked)) {
      await this.#listener.onRevoked(revoked);
      if (generation !== this.#generation) return;
      this.#owned = withoutWork(this.#owned, revoked);
      this.rejoin('work was given up for others');
    }
    this.#owned = withWork(this.#owned, assignment.assigned);
    this.#lastGeneration = generation;
    this.#lastAssignment = assignment;
    this.#leaderUrl = assignment.leaderUrl;
    if (assignment.delayMs > 0) this.#rejoinAfter(assignment.delayMs);
    this.#countRound(beganMs);
    this.#listener.onRound({
      generation,
      memberId: this.#memberId,
      isLeader: this.#isLeader,
      leaderUrl: assignment.leaderUrl,
      configOffset: assignment.configOffset,
      owned: this.#owned,
      hasMismatch: assignment.error === AssignmentError.configMismatch,
      waiting: this.#isLeader ? (this.#memory?.lost?.work ?? NO_WORK) : NO_WORK,
      isSettled: this.#isLeader && this.#hasSettled,
    });
  }

  #countRound(beganMs: number): void {
    const endMs = this.#nowMs();
    const { count, totalMs, maxMs } = this.#rounds;
    const tookMs = endMs - beganMs;
    this.#rounds = { count: count + 1, totalMs: totalMs + tookMs, maxMs: Math.max(maxMs, tookMs), lastEndMs: endMs };
  }

  #rejoinAfter(delayMs: number): void {
    this.#delayTimer?.cancel();
    this.#delayTimer = this.#cluster.runtime.timers.schedule(delayMs, () => this.rejoin('lost work has waited'));
  }

  async #join(reason: string): Promise<JoinGroupResponse | undefined> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs } = this.#settings;
    for (;;) {
      const sentMs = this.#nowMs();
      const protocols = [createJoinGroupRequestProtocol({ name: WORKER_PROTOCOL, metadata: this.#metadata() })];
      const { response } = await this.#attempted('join', (signal) =>
        this.#client.send(
          JOIN_GROUP,
          (version) =>
            createJoinGroupRequest({
              groupId,
              sessionTimeoutMs,
              rebalanceTimeoutMs,
              memberId: this.#memberId,
              protocolType: CONNECT_PROTOCOL_TYPE,
              protocols,
              reason: version >= REASON_VERSION ? reason : null,
            }),
          // Whoever has no id yet is given one at once, and has opened the connection of its heartbeats by then.
          {
            lane: this.#memberId === '' ? 'group' : this.#lane,
            signal,
            timeoutMs: rebalanceTimeoutMs + ROUND_SLACK_MS,
          },
        ),
      );
      const verdict = classicVerdict(response.errorCode);
      if (verdict === 'memberIdGiven') {
        this.#memberId = response.memberId;
        continue;
      }
      if (verdict !== 'ok') return this.#onRefused('joining', response.errorCode);
      this.#memberId = response.memberId;
      this.#generation = response.generationId;
      this.#isLeader = response.leader === response.memberId;
      // The broker counts the session anew from its answer, which is later still.
      this.#lease.renew(Math.max(sentMs, this.#nowMs() - heartbeatIntervalMs));
      this.#scheduleHeartbeat(heartbeatIntervalMs);
      return response;
    }
  }

  #metadata(): Buffer {
    const last = this.#lastAssignment;
    const assignment =
      last === undefined ? undefined : { ...last, assigned: this.#owned, revoked: NO_WORK, delayMs: 0 };
    return encodeMetadata({ url: this.#settings.url, configOffset: this.#listener.configOffset(), assignment });
  }

  async #sync(joined: JoinGroupResponse): Promise<WorkerAssignment | undefined> {
    const generation = joined.generationId;
    const assignments = this.#isLeader ? await this.#lead(joined) : [];
    if (generation !== this.#generation) return undefined;
    const { response } = await this.#attempted('sync', (signal) =>
      this.#client.send(
        SYNC_GROUP,
        createSyncGroupRequest({
          groupId: this.#settings.groupId,
          generationId: generation,
          memberId: this.#memberId,
          protocolType: CONNECT_PROTOCOL_TYPE,
          protocolName: joined.protocolName,
          assignments,
        }),
        { lane: this.#lane, signal, timeoutMs: this.#settings.rebalanceTimeoutMs + ROUND_SLACK_MS },
      ),
    );
    if (generation !== this.#generation) return undefined;
    if (response.errorCode !== ErrorCode.NONE) return this.#onRefused('fetching the assignment', response.errorCode);
    try {
      return decodeAssignment(response.assignment);
    } catch (cause) {
      const message = `the leader of group "${this.#settings.groupId}" sent an assignment that cannot be read`;
      throw new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', message, { cause });
    }
  }

  async #lead({ members, generationId }: JoinGroupResponse): Promise<SyncGroupRequestAssignment[]> {
    const known = new Map<string, WorkerMetadata>();
    for (const { memberId, metadata } of members) {
      const said = this.#metadataOf(memberId, metadata);
      if (said !== undefined) known.set(memberId, said);
    }
    const offsets = [...known.values()].map(({ configOffset }) => configOffset);
    const needed = offsets.reduce((max, offset) => (offset > max ? offset : max), 0n);
    const configured = await this.#listener.configuredAt(needed);
    const common = { leader: this.#memberId, leaderUrl: this.#settings.url };
    this.#hasSettled = false;
    if (configured === undefined) {
      const nothing = { ...common, configOffset: needed, assigned: NO_WORK, revoked: NO_WORK, delayMs: 0 };
      const assignment = encodeAssignment({ ...nothing, error: AssignmentError.configMismatch });
      return [...known.keys()].map((memberId) => ({ memberId, assignment }));
    }
    const { assigned, revoked, delayMs, memory } = shareOut(
      {
        workers: new Map([...known].map(([id, { assignment }]) => [id, assignment?.assigned ?? NO_WORK])),
        configured: configured.work,
        generation: generationId,
        lastGeneration: this.#lastGeneration,
        nowMs: this.#nowMs(),
        delayMaxMs: this.#settings.delayMaxMs,
      },
      this.#memory,
    );
    this.#memory = memory;
    this.#hasSettled = delayMs === 0 && [...revoked.values()].every(isNoWork);
    this.#urls = new Map([...known].map(([id, { url }]) => [id, url]));
    return [...known.keys()].map((memberId) => ({
      memberId,
      assignment: encodeAssignment({
        ...common,
        error: AssignmentError.none,
        configOffset: configured.offset,
        assigned: assigned.get(memberId) ?? NO_WORK,
        revoked: revoked.get(memberId) ?? NO_WORK,
        delayMs,
      }),
    }));
  }

  #metadataOf(memberId: string, metadata: Uint8Array): WorkerMetadata | undefined {
    try {
      return decodeMetadata(metadata);
    } catch (cause) {
      const { groupId } = this.#settings;
      const message = `member ${memberId} of group "${groupId}" sent what no worker sends: it gets no work. Give workers a \`group.id\` of their own`;
      this.#listener.onError(new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', message, { cause }));
      return undefined;
    }
  }

  /** Throws unless the next attempt can come at once. */
  #onRefused(what: string, errorCode: number): undefined {
    switch (classicVerdict(errorCode)) {
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

  #lose(errorCode: number, what: string): void {
    const reason = this.#refusal(what, errorCode).message;
    this.#log.warn('the group went on without this worker: it gives up all it has and joins anew', { reason });
    this.#forgetMembership(classicVerdict(errorCode) === 'memberUnknown');
    this.rejoin(reason);
  }

  #forgetMembership(forgetsMemberId: boolean): void {
    this.#generation = NO_GENERATION;
    this.#lastGeneration = NO_GENERATION;
    if (forgetsMemberId) this.#memberId = '';
    this.#isLeader = false;
    this.#leaderUrl = '';
    this.#memory = undefined;
    this.#lastAssignment = undefined;
    this.#heartbeatTimer?.cancel();
    this.#heartbeatTimer = undefined;
    this.#delayTimer?.cancel();
    this.#lease.end();
    const lost = this.#owned;
    this.#owned = NO_WORK;
    if (!isNoWork(lost) && !this.#ending.signal.aborted) this.#listener.onLost(lost);
  }

  #onLeaseExpired(): void {
    const { groupId, sessionTimeoutMs } = this.#settings;
    const message =
      `no heartbeat of group "${groupId}" was accepted for ${String(sessionTimeoutMs)} ms: ` +
      'this worker gives up all it has, since others may have it by now';
    this.#attempt?.controller.abort();
    this.#forgetMembership(false);
    this.rejoin('its session ran out');
    this.#listener.onError(new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', message, { retriable: true }));
  }

  #scheduleHeartbeat(delayMs: number): void {
    this.#heartbeatTimer?.cancel();
    this.#heartbeatTimer = this.#cluster.runtime.timers.schedule(delayMs, () => {
      this.#heartbeatTimer = undefined;
      void this.#heartbeat();
    });
  }

  async #heartbeat(): Promise<void> {
    if (this.#isEnded || this.#generation === NO_GENERATION) return;
    // One of a generation that is over holds up none of the next.
    if (this.#heartbeatInFlight === this.#generation) return;
    const { groupId, heartbeatIntervalMs, sessionTimeoutMs } = this.#settings;
    const memberId = this.#memberId;
    const generation = this.#generation;
    const sentMs = this.#nowMs();
    this.#heartbeatInFlight = generation;
    let pauseMs: number | undefined;
    try {
      const { response } = await this.#client.send(
        HEARTBEAT,
        createHeartbeatRequest({ groupId, generationId: generation, memberId }),
        { timeoutMs: Math.max(heartbeatIntervalMs, sessionTimeoutMs * HEARTBEAT_SESSION_PART) },
      );
      this.#heartbeatFailures = 0;
      if (memberId === this.#memberId && generation === this.#generation) {
        if (!this.#onHeartbeatAnswer(response.errorCode, sentMs)) pauseMs = this.#heartbeatBackoffMs();
      }
    } catch (error) {
      this.#log.warn('a heartbeat to the group of workers failed', { error: messageOf(error) });
      pauseMs = this.#heartbeatBackoffMs();
    } finally {
      if (this.#heartbeatInFlight === generation) this.#heartbeatInFlight = undefined;
    }
    if (this.#generation !== generation || this.#isEnded) return;
    // A slow answer must not make the next one late, too: the session counts from when they are sent.
    const leftMs = pauseMs ?? sentMs + heartbeatIntervalMs - this.#nowMs();
    if (leftMs > 0) this.#scheduleHeartbeat(leftMs);
    else void this.#heartbeat();
  }

  #heartbeatBackoffMs(): number {
    this.#heartbeatFailures++;
    const { heartbeatIntervalMs } = this.#settings;
    return Math.min(heartbeatIntervalMs, backoffMs(this.#cluster.runtime.random, this.#heartbeatFailures));
  }

  /** Returns whether the coordinator knows this member in this generation. */
  #onHeartbeatAnswer(errorCode: number, sentMs: number): boolean {
    switch (classicVerdict(errorCode)) {
      case 'ok':
        this.#lease.renew(sentMs);
        return true;
      case 'rejoin':
        this.#lease.renew(sentMs);
        if (this.#attempt?.kind === 'sync') this.#doubt(this.#attempt);
        else if (this.#attempt === undefined && !this.#isOnItsWay) this.rejoin('the group rebalances');
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
        return false;
    }
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
    this.#ending.signal.addEventListener('abort', endAttempt);
    if (this.#ending.signal.aborted) endAttempt();
    try {
      return await send(attempt.controller.signal);
    } catch (error) {
      if (!attempt.controller.signal.aborted || this.#ending.signal.aborted) throw error;
      this.#cluster.closeLane(this.#lane);
      this.#laneNumber++;
      const message = `the answer to a ${kind} of group "${this.#settings.groupId}" was lost`;
      throw new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', message, { retriable: true, cause: error });
    } finally {
      this.#attempt = undefined;
      this.#ending.signal.removeEventListener('abort', endAttempt);
    }
  }

  async #leave(): Promise<void> {
    this.#ending.abort();
    this.#wake?.resolve();
    await within(this.#cluster.runtime, this.#running ?? Promise.resolve(), LEAVE_REQUEST_MS_MAX);
    if (this.#memberId !== '' && !this.#isEnded) await this.#sayGoodbye();
    this.#end();
  }

  async #sayGoodbye(): Promise<void> {
    const { groupId } = this.#settings;
    const memberId = this.#memberId;
    const said = this.#client.send(
      LEAVE_GROUP,
      (version) =>
        version >= LEAVE_BY_IDENTITY_VERSION
          ? createLeaveGroupRequest({
              groupId,
              members: [{ memberId, groupInstanceId: null, reason: 'the worker was stopped' }],
            })
          : createLeaveGroupRequest({ groupId, memberId }),
      { timeoutMs: LEAVE_REQUEST_MS_MAX },
    );
    // The coordinator that cannot be told finds out by itself.
    const settled = said.then(
      () => undefined,
      () => undefined,
    );
    await within(this.#cluster.runtime, settled, LEAVE_REQUEST_MS_MAX);
  }

  #fail(error: KafkaError): void {
    if (this.#isEnded) return;
    const fatal = asFatal(error);
    // Before the end is told, so that what this worker has is stopped.
    this.#forgetMembership(false);
    this.#end();
    this.#listener.onError(fatal);
  }

  #end(): void {
    this.#isEnded = true;
    this.#ending.abort();
    this.#wake?.resolve();
    this.#forgetMembership(false);
    this.#cluster.closeLane(this.#lane);
  }

  #refusal(what: string, errorCode: number): KafkaError {
    const remedy =
      errorCode === ErrorCode.INCONSISTENT_GROUP_PROTOCOL
        ? 'the group has members that are no workers of Millrace: stop the workers of Kafka Connect first, or use another `group.id`'
        : remedyFor(errorCode);
    return brokerError(`${what} of group "${this.#settings.groupId}"`, errorCode, remedy);
  }

  #nowMs(): number {
    return this.#cluster.runtime.clock.monotonicMs();
  }
}
