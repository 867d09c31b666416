/**
 * The client's side of a fetch session with one broker (KIP-227): partitions are named once, then only changes are sent.
 *
 * Owns: what the broker was told last of each partition, and the session's id and epoch.
 * Invariants: after any doubt (lost connection, refusal) the next request names everything and replaces the session.
 * Not here: when to fetch, and what to do with records (./node-fetcher.ts).
 */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  createFetchRequestForgottenTopic,
  type FetchRequestFetchPartition,
  type FetchRequestFetchTopic,
  type FetchRequestForgottenTopic,
} from '@millrace/protocol/messages/01-fetch';
import type { ConsumedPartition } from './consumed-partition.ts';

const NO_SESSION = 0;
const FIRST_EPOCH = 0;
/** Session epoch that ends a session. */
export const FINAL_EPOCH = -1;
const EPOCH_MAX = 0x7fff_ffff;

/** What the broker was told of a partition. */
export interface SessionEntry {
  readonly partition: ConsumedPartition;
  /** Of the position that was told. */
  generation: number;
  fetchOffset: number;
  leaderEpoch: number;
  isWanted: boolean;
}

/** The parts of a Fetch request that a session decides. */
export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly topics: readonly FetchRequestFetchTopic[];
  readonly forgottenTopicsData: readonly FetchRequestForgottenTopic[];
}

export class FetchSession {
  readonly #partitionMaxBytes: number;
  #sessionId = NO_SESSION;
  #epoch = FIRST_EPOCH;
  #usesIds = false;
  /** By topic id or name, then partition. */
  readonly #entries = new Map<string, Map<number, SessionEntry>>();

  constructor(partitionMaxBytes: number) {
    this.#partitionMaxBytes = partitionMaxBytes;
  }

  /** Whether the broker keeps a session, so that a request names changes only. */
  get isOpen(): boolean {
    return this.#sessionId !== NO_SESSION && this.#epoch !== FIRST_EPOCH;
  }

  /** The next request for exactly these partitions. `usesIds`: topics are named by id (Fetch 13 and newer). */
  plan(wanted: readonly ConsumedPartition[], usesIds: boolean): SessionRequest {
    if (usesIds !== this.#usesIds) {
      // A session holds names or ids, never both; the old one is closed by opening another under its id.
      this.reset();
      this.#usesIds = usesIds;
    }
    const isFull = this.#epoch === FIRST_EPOCH;
    if (isFull) this.#entries.clear();
    for (const entries of this.#entries.values()) for (const entry of entries.values()) entry.isWanted = false;
    const changes = new Map<string, FetchRequestFetchPartition[]>();
    for (const partition of wanted) this.#want(partition, usesIds, changes);
    return {
      sessionId: this.#sessionId,
      sessionEpoch: this.#epoch,
      topics: [...changes].map(([key, partitions]) =>
        createFetchRequestFetchTopic({ ...named(key, usesIds), partitions }),
      ),
      forgottenTopicsData: this.#forget(usesIds),
    };
  }

  /** What was asked of the partition that an answer speaks of; undefined when it was not asked for. */
  entry(topicKey: string, partition: number): SessionEntry | undefined {
    return this.#entries.get(topicKey)?.get(partition);
  }

  *entries(): Generator<SessionEntry, void, undefined> {
    for (const entries of this.#entries.values()) yield* entries.values();
  }

  /** Takes the session part of an answer. False: the request was refused as a whole and has to be sent anew. */
  accept(errorCode: number, sessionId: number): boolean {
    if (errorCode !== ErrorCode.NONE) {
      // An unknown session cannot be closed any more; one with another epoch is replaced by the next request.
      if (errorCode === ErrorCode.FETCH_SESSION_ID_NOT_FOUND) this.#sessionId = NO_SESSION;
      this.#epoch = FIRST_EPOCH;
      return false;
    }
    if (sessionId === NO_SESSION) {
      // Declined: the broker has no room. It is asked again each time, as it may have later.
      this.#sessionId = NO_SESSION;
      this.#epoch = FIRST_EPOCH;
      return true;
    }
    this.#epoch = this.#sessionId === sessionId && this.#epoch < EPOCH_MAX ? this.#epoch + 1 : 1;
    this.#sessionId = sessionId;
    return true;
  }

  /** The next request names everything; when the broker still has the session it is replaced. */
  reset(): void {
    this.#epoch = FIRST_EPOCH;
  }

  /** The request that ends the session; undefined when there is none. */
  close(): SessionRequest | undefined {
    if (this.#sessionId === NO_SESSION) return undefined;
    const sessionId = this.#sessionId;
    this.#sessionId = NO_SESSION;
    this.#epoch = FIRST_EPOCH;
    this.#entries.clear();
    return { sessionId, sessionEpoch: FINAL_EPOCH, topics: [], forgottenTopicsData: [] };
  }

  #want(partition: ConsumedPartition, usesIds: boolean, changes: Map<string, FetchRequestFetchPartition[]>): void {
    const key = usesIds ? partition.topic.topicId : partition.topic.name;
    let entries = this.#entries.get(key);
    if (entries === undefined) this.#entries.set(key, (entries = new Map<number, SessionEntry>()));
    const { generation, fetchOffset, leaderEpoch } = partition;
    const known = entries.get(partition.partition);
    if (known?.partition === partition) {
      known.isWanted = true;
      known.generation = generation;
      if (known.fetchOffset === fetchOffset && known.leaderEpoch === leaderEpoch) return;
      known.fetchOffset = fetchOffset;
      known.leaderEpoch = leaderEpoch;
    } else {
      entries.set(partition.partition, { partition, generation, fetchOffset, leaderEpoch, isWanted: true });
    }
    let changed = changes.get(key);
    if (changed === undefined) changes.set(key, (changed = []));
    changed.push(
      createFetchRequestFetchPartition({
        partition: partition.partition,
        currentLeaderEpoch: leaderEpoch,
        fetchOffset: BigInt(fetchOffset),
        partitionMaxBytes: this.#partitionMaxBytes,
      }),
    );
  }

  #forget(usesIds: boolean): FetchRequestForgottenTopic[] {
    const forgotten: FetchRequestForgottenTopic[] = [];
    for (const [key, entries] of this.#entries) {
      const partitions: number[] = [];
      for (const [partition, { isWanted }] of entries) {
        if (isWanted) continue;
        partitions.push(partition);
        entries.delete(partition);
      }
      if (entries.size === 0) this.#entries.delete(key);
      if (partitions.length > 0)
        forgotten.push(createFetchRequestForgottenTopic({ ...named(key, usesIds), partitions }));
    }
    return forgotten;
  }
}

function named(key: string, usesIds: boolean): { topic: string; topicId: string } {
  return usesIds ? { topic: '', topicId: key } : { topic: key, topicId: ZERO_UUID };
}
