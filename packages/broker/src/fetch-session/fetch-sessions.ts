/**
 * Fetch sessions: a consumer names its partitions once and then sends only changes (KIP-227).
 *
 * Owns: the sessions by id.
 * Invariants: a session's epoch rises by one with each request and wraps from the largest to 1; a request with another
 *   epoch, an unknown id, or topic ids where names were used changes nothing.
 * Bounds: `slotsMax` sessions with TARGETS_MAX partitions in all; when full, the least recently used one goes if it was
 *   quiet for IDLE_MS_MIN, else the newcomer is declined (session id 0: it fetches in full each time).
 * Not here: reading records (../handlers/01-fetch.ts).
 */
import type { Clock, Random } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type { FetchRequest } from '@millrace/protocol/messages/01-fetch';
import { FetchSet } from '../fetch/fetch-set.ts';

/** First version that names topics by id. */
export const FETCH_TOPIC_ID_VERSION = 13;

const NO_SESSION_ID = 0;
/** Opens a session. */
const INITIAL_EPOCH = 0;
/** Closes the session, if any, and fetches without one. */
const FINAL_EPOCH = -1;
const EPOCH_MAX = 2_147_483_647;
const SESSION_ID_MAX = 2_147_483_647;
const IDLE_MS_MIN = 120_000;
const TARGETS_MAX = 500_000;

export class FetchSession {
  readonly id: number;
  readonly set: FetchSet;
  /** What the next request must carry. */
  epoch = INITIAL_EPOCH + 1;
  lastUsedMs: number;
  /** Ends the fetch that waits or reads on this session, if any; resolves when it is done. */
  supersede: (() => Promise<void>) | undefined;

  constructor(id: number, set: FetchSet, nowMs: number) {
    this.id = id;
    this.set = set;
    this.lastUsedMs = nowMs;
  }
}

/** Which partitions a request is about. */
export interface FetchScope {
  readonly errorCode: 0;
  readonly set: FetchSet;
  /** Undefined when the request is answered without a session. */
  readonly session: FetchSession | undefined;
  /** Only partitions with something new are answered. */
  readonly isIncremental: boolean;
}

export interface FetchScopeRefused {
  readonly errorCode: number;
}

export class FetchSessions {
  readonly #slotsMax: number;
  readonly #clock: Clock;
  readonly #random: Random;
  /** In order of use, the least recently used first. */
  readonly #sessions = new Map<number, FetchSession>();

  constructor(slotsMax: number, clock: Clock, random: Random) {
    this.#slotsMax = slotsMax;
    this.#clock = clock;
    this.#random = random;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  get targetCount(): number {
    let count = 0;
    for (const session of this.#sessions.values()) count += session.set.targetCount;
    return count;
  }

  /** Applies the request to its session, or opens or closes one. */
  scopeOf(request: FetchRequest, apiVersion: number): FetchScope | FetchScopeRefused {
    const { sessionId, sessionEpoch } = request;
    if (sessionEpoch !== FINAL_EPOCH && sessionEpoch !== INITIAL_EPOCH) return this.#continue(request, apiVersion);

    if (sessionId !== NO_SESSION_ID) this.drop(sessionId);
    const set = new FetchSet(apiVersion >= FETCH_TOPIC_ID_VERSION);
    applyTopics(set, request);
    const session = sessionEpoch === INITIAL_EPOCH ? this.#open(set) : undefined;
    return { errorCode: ErrorCode.NONE, set, session, isIncremental: false };
  }

  /** Ends the session, if it is still there, and the fetch that waits on it. */
  drop(id: number): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    void session.supersede?.();
    session.set.close();
  }

  /** Ends every session, and with it every fetch that waits on one. */
  close(): void {
    for (const session of [...this.#sessions.values()]) this.drop(session.id);
  }

  #continue(request: FetchRequest, apiVersion: number): FetchScope | FetchScopeRefused {
    const session = this.#sessions.get(request.sessionId);
    if (session === undefined) return { errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND };
    if (request.sessionEpoch !== session.epoch) return { errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH };
    if (session.set.usesTopicIds !== apiVersion >= FETCH_TOPIC_ID_VERSION) {
      return { errorCode: ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR };
    }
    session.epoch = session.epoch === EPOCH_MAX ? INITIAL_EPOCH + 1 : session.epoch + 1;
    this.#touch(session);
    const { set } = session;
    for (const topic of request.forgottenTopicsData) {
      const key = set.usesTopicIds ? topic.topicId : topic.topic;
      for (const partition of topic.partitions) set.remove(key, partition);
    }
    applyTopics(set, request);
    return { errorCode: ErrorCode.NONE, set, session, isIncremental: true };
  }

  #open(set: FetchSet): FetchSession | undefined {
    if (this.targetCount + set.targetCount > TARGETS_MAX) return undefined;
    const now = this.#clock.monotonicMs();
    if (this.#sessions.size >= this.#slotsMax) {
      const oldest = this.#sessions.values().next().value;
      if (oldest === undefined || now - oldest.lastUsedMs < IDLE_MS_MIN) return undefined;
      this.drop(oldest.id);
    }
    const session = new FetchSession(this.#freeId(), set, now);
    this.#sessions.set(session.id, session);
    return session;
  }

  #freeId(): number {
    for (;;) {
      const id = 1 + this.#random.nextInt(SESSION_ID_MAX - 1);
      if (!this.#sessions.has(id)) return id;
    }
  }

  #touch(session: FetchSession): void {
    session.lastUsedMs = this.#clock.monotonicMs();
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }
}

function applyTopics(set: FetchSet, request: FetchRequest): void {
  for (const topic of request.topics) {
    for (const asked of topic.partitions) {
      set.put(topic.topic, topic.topicId, asked.partition, {
        offset: Number(asked.fetchOffset),
        maxBytes: asked.partitionMaxBytes,
        currentLeaderEpoch: asked.currentLeaderEpoch,
        lastFetchedEpoch: asked.lastFetchedEpoch,
      });
    }
  }
}
