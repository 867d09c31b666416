/**
 * The coordinator of one group, and the way to it, in time that a test moves: every answer takes as long as the test says.
 *
 * Owns: time, the group's members and rounds, by the rules of the classic protocol.
 * Invariants: a request without an answer in time ends its connection, and the next one waits until another is open; a client that has
 *   forgotten its coordinator has to ask for it first.
 */
import { createDeferred, SeededRandom, type Clock, type Deferred, type Timer, type Timers } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createJoinGroupResponse,
  createJoinGroupResponseMember,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import { createHeartbeatResponse, type HeartbeatRequest } from '@millrace/protocol/messages/12-heartbeat';
import { createLeaveGroupResponse, type LeaveGroupRequest } from '@millrace/protocol/messages/13-leave-group';
import {
  createSyncGroupResponse,
  type SyncGroupRequest,
  type SyncGroupResponse,
} from '@millrace/protocol/messages/14-sync-group';
import { KafkaError } from '@millrace/sdk';
import { systemRuntime, type GroupCluster } from '@millrace/sdk/internal';

const NODE_ID = 1;
const REQUEST_TIMEOUT_MS = 30_000;

/** Time that passes when the test says so. */
export class GroupTime implements Clock, Timers {
  #nowMs = 1_000;
  readonly #pending = new Set<{ readonly dueMs: number; readonly callback: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const entry = { dueMs: this.#nowMs + delayMs, callback };
    this.#pending.add(entry);
    return { cancel: () => void this.#pending.delete(entry) };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.schedule(delayMs, resolve));
  }

  /** Runs what falls due on the way, each at its time, and lets promises come true in between. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs;
    for (;;) {
      await promisesComeTrue();
      let next: { readonly dueMs: number; readonly callback: () => void } | undefined;
      for (const each of this.#pending) if (next === undefined || each.dueMs < next.dueMs) next = each;
      if (next === undefined || next.dueMs > endMs) break;
      this.#pending.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = endMs;
  }
}

function promisesComeTrue(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

interface Member {
  metadata: Buffer;
  assignment: Buffer;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  join: Deferred<JoinGroupResponse> | undefined;
  sync: Deferred<SyncGroupResponse> | undefined;
  session: Timer | undefined;
}

export class SlowGroup {
  readonly time = new GroupTime();
  /** From sending a request to having its answer, when the coordinator has it at once. */
  roundTripMs = 0;
  readonly #members = new Map<string, Member>();
  readonly #givenIds = new Set<string>();
  readonly #cut = new Set<string>();
  #state: 'empty' | 'joining' | 'syncing' | 'stable' = 'empty';
  #generation = 0;
  #leader: string | undefined;
  #protocolName = '';
  #nextId = 1;
  #joinTimer: Timer | undefined;

  get generation(): number {
    return this.#generation;
  }

  /** From now on nothing of this client arrives, and nothing comes to it. */
  cut(clientId: string): void {
    this.#cut.add(clientId);
  }

  /** The cluster as this client sees it. */
  cluster(clientId: string): GroupCluster {
    const { time } = this;
    const open = new Set<string>();
    let isCoordinatorKnown = false;
    return {
      runtime: { ...systemRuntime(), clock: time, timers: time, background: time, random: new SeededRandom(1) },
      clientId,
      sendTo: async (_nodeId, api, request, { lane = 'group', signal, timeoutMs = REQUEST_TIMEOUT_MS } = {}) => {
        if (!open.has(lane)) {
          await this.#travel(clientId, this.roundTripMs);
          open.add(lane);
        }
        const version = api.request.maxVersion;
        const body = typeof request === 'function' ? request(version) : request;
        const answer = this.#travel(clientId, this.roundTripMs / 2).then(async () => {
          const response = await this.#serve(api.request.name, body, clientId);
          await this.#travel(clientId, this.roundTripMs / 2);
          return { response: response as never, version };
        });
        const late = createDeferred<never>();
        const fail = (reason: string): void => {
          open.delete(lane);
          late.reject(new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', reason, { retriable: true }));
        };
        const timer = time.schedule(timeoutMs, () => fail(`no answer within ${timeoutMs} ms`));
        signal?.addEventListener('abort', () => fail('aborted'), { once: true });
        try {
          return await Promise.race([answer, late.promise]);
        } finally {
          timer.cancel();
        }
      },
      versionOf: (_nodeId, api) => Promise.resolve(api.request.maxVersion),
      topic: () => undefined,
      topicById: () => undefined,
      fetchTopics: () => Promise.resolve([]),
      onMetadataChange: () => () => undefined,
      coordinator: async () => {
        if (!isCoordinatorKnown) await this.#travel(clientId, this.roundTripMs);
        isCoordinatorKnown = true;
        return NODE_ID;
      },
      forgetCoordinator: () => void (isCoordinatorKnown = false),
      closeLane: (lane) => void open.delete(lane),
    };
  }

  async #travel(clientId: string, ms: number): Promise<void> {
    if (ms > 0) await this.time.sleep(ms);
    if (this.#cut.has(clientId)) await new Promise<never>(() => undefined);
  }

  #serve(api: string, request: unknown, clientId: string): Promise<unknown> {
    switch (api) {
      case 'JoinGroupRequest':
        return this.#join(request as JoinGroupRequest, clientId);
      case 'SyncGroupRequest':
        return this.#sync(request as SyncGroupRequest);
      case 'HeartbeatRequest':
        return Promise.resolve(createHeartbeatResponse({ errorCode: this.#heartbeat(request as HeartbeatRequest) }));
      case 'LeaveGroupRequest':
        for (const { memberId } of (request as LeaveGroupRequest).members) this.#remove(memberId);
        return Promise.resolve(createLeaveGroupResponse());
      default:
        throw new Error(`${api} is not for a group`);
    }
  }

  #join(request: JoinGroupRequest, clientId: string): Promise<JoinGroupResponse> {
    const refuse = (errorCode: ErrorCode, memberId: string): Promise<JoinGroupResponse> =>
      Promise.resolve(createJoinGroupResponse({ errorCode, memberId, protocolName: '' }));
    const [protocol] = request.protocols;
    let { memberId } = request;
    if (memberId === '') {
      memberId = `${clientId}-${this.#nextId++}`;
      this.#givenIds.add(memberId);
      return refuse(ErrorCode.MEMBER_ID_REQUIRED, memberId);
    }
    let member = this.#members.get(memberId);
    if (member === undefined) {
      if (!this.#givenIds.delete(memberId)) return refuse(ErrorCode.UNKNOWN_MEMBER_ID, memberId);
      const { sessionTimeoutMs, rebalanceTimeoutMs } = request;
      const nothing = { join: undefined, sync: undefined, session: undefined };
      member = {
        metadata: Buffer.alloc(0),
        assignment: Buffer.alloc(0),
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        ...nothing,
      };
      this.#members.set(memberId, member);
    } else if (protocol?.metadata.equals(member.metadata) === true) {
      const isFollower = memberId !== this.#leader;
      if (this.#state === 'syncing' || (this.#state === 'stable' && isFollower)) {
        this.#renew(memberId, member);
        return Promise.resolve(this.#joined(memberId));
      }
    }
    this.#protocolName = protocol?.name ?? '';
    member.metadata = protocol?.metadata ?? Buffer.alloc(0);
    member.join = createDeferred();
    const { promise } = member.join;
    this.#rebalance();
    return promise;
  }

  async #sync({ memberId, generationId, assignments }: SyncGroupRequest): Promise<SyncGroupResponse> {
    const member = this.#members.get(memberId);
    if (member === undefined) return createSyncGroupResponse({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    if (generationId !== this.#generation) return createSyncGroupResponse({ errorCode: ErrorCode.ILLEGAL_GENERATION });
    if (this.#state === 'joining') return createSyncGroupResponse({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
    if (this.#state === 'stable') {
      this.#renew(memberId, member);
      return createSyncGroupResponse({ assignment: member.assignment });
    }
    member.sync = createDeferred();
    const { promise } = member.sync;
    if (memberId === this.#leader) {
      this.#state = 'stable';
      for (const { memberId: id, assignment } of assignments) {
        const each = this.#members.get(id);
        if (each !== undefined) each.assignment = assignment;
      }
      for (const [id, each] of this.#members) {
        if (each.sync === undefined) continue;
        this.#renew(id, each);
        each.sync.resolve(createSyncGroupResponse({ assignment: each.assignment }));
        each.sync = undefined;
      }
    }
    return promise;
  }

  #heartbeat({ memberId, generationId }: HeartbeatRequest): ErrorCode {
    const member = this.#members.get(memberId);
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (generationId !== this.#generation) return ErrorCode.ILLEGAL_GENERATION;
    this.#renew(memberId, member);
    return this.#state === 'joining' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  #renew(memberId: string, member: Member): void {
    member.session?.cancel();
    member.session = this.time.schedule(member.sessionTimeoutMs, () => {
      if (member.join === undefined && member.sync === undefined) this.#remove(memberId);
    });
  }

  #remove(memberId: string): void {
    const member = this.#members.get(memberId);
    if (member === undefined) return;
    member.session?.cancel();
    this.#members.delete(memberId);
    member.join?.resolve(createJoinGroupResponse({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, protocolName: '' }));
    member.sync?.resolve(createSyncGroupResponse({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID }));
    if (this.#leader === memberId) this.#leader = undefined;
    this.#rebalance();
  }

  #rebalance(): void {
    if (this.#state !== 'joining') {
      this.#state = 'joining';
      for (const member of this.#members.values()) {
        member.sync?.resolve(createSyncGroupResponse({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS }));
        member.sync = undefined;
      }
      const waitMs = Math.max(0, ...[...this.#members.values()].map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs));
      this.#joinTimer = this.time.schedule(waitMs, () => {
        const absent = [...this.#members].filter(([, { join }]) => join === undefined);
        for (const [id] of absent) this.#remove(id);
      });
    }
    if ([...this.#members.values()].some(({ join }) => join === undefined)) return;
    this.#joinTimer?.cancel();
    this.#generation++;
    this.#state = this.#members.size === 0 ? 'empty' : 'syncing';
    this.#leader ??= this.#members.keys().next().value;
    for (const [id, member] of this.#members) {
      this.#renew(id, member);
      member.join?.resolve(this.#joined(id));
      member.join = undefined;
    }
  }

  #joined(memberId: string): JoinGroupResponse {
    const members = [...this.#members].map(([id, { metadata }]) =>
      createJoinGroupResponseMember({ memberId: id, metadata }),
    );
    return createJoinGroupResponse({
      generationId: this.#generation,
      protocolName: this.#protocolName,
      leader: this.#leader ?? '',
      memberId,
      members: memberId === this.#leader ? members : [],
    });
  }
}
