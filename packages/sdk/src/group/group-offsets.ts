/**
 * The offsets that a group stores: OffsetCommit and OffsetFetch in every version that a broker may serve.
 *
 * Owns: retries while the coordinator moves or loads, while transactions hold offsets open (KIP-447), and while an answer about
 *   the member's standing crosses a rebalance; names against topic ids (v10).
 * Invariants: what has been stored or refused is not sent again. Nothing is sent in the name of a membership that is over, and nothing
 *   is tried again of a partition that was given away since: its new owner may have come further.
 * Not here: what a refusal means for the membership (the identity is asked).
 */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode, errorByCode } from '@millrace/protocol';
import {
  createOffsetCommitRequest,
  type OffsetCommitRequest,
  type OffsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import {
  createOffsetFetchRequest,
  createOffsetFetchRequestGroup,
  type OffsetFetchRequest,
  type OffsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import { retrying } from '../cluster/retry.ts';
import { brokerError, KafkaError } from '../error.ts';
import type { Answer } from '../network/api.ts';
import type { OffsetToCommit, TopicPartition } from '../topic-partition.ts';
import { OFFSET_COMMIT, OFFSET_FETCH } from './group-apis.ts';
import type { GroupClient } from './group-client.ts';
import { passing } from './group-errors.ts';
import type { CommitResult, CommittedOffset, OffsetRequestOptions } from './membership.ts';
import { groupByTopic } from './partition-set.ts';

/** In whose name offsets are stored and read. */
export interface OffsetIdentity {
  readonly memberId: string;
  /** Generation or member epoch; −1 together with an empty member id for a consumer that assigns partitions to itself. */
  readonly generation: number;
  readonly instanceId: string | null;
  /** Members of KIP-848 groups also read under their epoch. */
  readonly protocol: 'classic' | 'consumer' | 'none';
}

/** Who commits, and what it thinks about a refusal that concerns its standing in the group. */
export interface OffsetOwner {
  /** Undefined while there is no membership: nothing may be committed then. */
  identity(): OffsetIdentity | undefined;
  /** Tells one time of holding the partition from another; undefined while it is not held. */
  tenureOf(partition: TopicPartition): number | undefined;
  /** Whether to try again for this partition; `sentAs` is who the refused request came from. */
  onRefused(errorCode: number, sentAs: OffsetIdentity, partition: TopicPartition): boolean;
}

const TIMEOUT_MS = 30_000;
/** From it on, several groups are read at once. */
const GROUPED_FETCH_VERSION = 8;
/** From it on, topics go by id. */
const TOPIC_ID_VERSION = 10;

/** Commits of a consumer that is in no group: allowed as long as nobody is. */
export const NO_MEMBER: OffsetOwner = {
  identity: () => ({ memberId: '', generation: -1, instanceId: null, protocol: 'none' }),
  tenureOf: () => undefined,
  onRefused: () => false,
};

/** Refusals of the whole request because of who sent it. */
const ABOUT_THE_MEMBER: ReadonlySet<number> = new Set([
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.REBALANCE_IN_PROGRESS,
  ErrorCode.FENCED_INSTANCE_ID,
  ErrorCode.GROUP_ID_NOT_FOUND,
  ErrorCode.FENCED_MEMBER_EPOCH,
  ErrorCode.STALE_MEMBER_EPOCH,
]);

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.UNSTABLE_OFFSET_COMMIT,
  ErrorCode.UNKNOWN_TOPIC_ID,
]);

export class GroupOffsets {
  readonly #client: GroupClient;
  readonly #owner: OffsetOwner;

  constructor(client: GroupClient, owner: OffsetOwner = NO_MEMBER) {
    this.#client = client;
    this.#owner = owner;
  }

  /**
   * Stores offsets. A result for each entry, in order; the last entry for a partition counts. Throws
   * MILLRACE_CLIENT_INVALID_OPTION for an offset that is none, and AbortError.
   */
  async commit(
    offsets: readonly OffsetToCommit[],
    options: OffsetRequestOptions = {},
  ): Promise<readonly CommitResult[]> {
    if (offsets.length === 0) return [];
    const commit = new Commit(offsets, (partition) => this.#owner.tenureOf(partition));
    const what = `committing offsets of group "${this.#client.groupId}"`;
    const { runtime } = this.#client.cluster;
    const startedMs = runtime.clock.monotonicMs();
    try {
      await this.#retrying(what, options, () => this.#commitPending(what, commit, options.signal));
    } catch (error) {
      if (!KafkaError.is(error) || error.code === 'MILLRACE_CLIENT_ABORTED') throw error;
      for (const { topic, partition } of commit.pending()) commit.refuse(topic, partition, error);
    }
    const results = commit.results(offsets);
    if (runtime.events.commit.hasSubscribers) this.#tell(results, runtime.clock.monotonicMs() - startedMs);
    return results;
  }

  /** Reads offsets; an entry for each partition, in order. Throws KafkaError when the group cannot be read. */
  async fetch(
    partitions: readonly TopicPartition[],
    options: OffsetRequestOptions = {},
  ): Promise<readonly CommittedOffset[]> {
    if (partitions.length === 0) return [];
    const what = `fetching offsets of group "${this.#client.groupId}"`;
    return this.#retrying(what, options, () => this.#fetchOnce(what, partitions, options.signal));
  }

  async #commitPending(what: string, commit: Commit, signal: AbortSignal | undefined): Promise<void> {
    const sentAs = this.#owner.identity();
    if (sentAs === undefined) throw noMembership(what);
    for (const { topic, partition } of commit.goneAway()) commit.refuse(topic, partition, givenAway(topic, partition));
    const pending = commit.pending();
    if (pending.length === 0) return;
    const topicIds = await this.#topicIds(pending, signal);
    const answer = await this.#client.send(
      OFFSET_COMMIT,
      (version) =>
        commitRequest(this.#client.groupId, sentAs, pending, version >= TOPIC_ID_VERSION ? topicIds : undefined),
      {
        ...(topicIds === undefined ? { versionMax: TOPIC_ID_VERSION - 1 } : {}),
        ...(signal === undefined ? {} : { signal }),
      },
    );
    let again: KafkaError | undefined;
    for (const { topic, partition, errorCode } of commitCodes(answer, topicIds)) {
      const error = errorCode === ErrorCode.NONE ? undefined : brokerError(what, errorCode, null, { topic, partition });
      if (error === undefined) {
        commit.store(topic, partition);
      } else if (this.#isPassing(errorCode, sentAs, { topic, partition })) {
        again = error;
      } else {
        commit.refuse(topic, partition, error);
      }
    }
    if (again !== undefined) throw passing(again);
    // An answer that leaves partitions out says nothing about them.
    if (commit.pending().length > 0) throw invalidAnswer(what);
  }

  async #fetchOnce(
    what: string,
    partitions: readonly TopicPartition[],
    signal: AbortSignal | undefined,
  ): Promise<readonly CommittedOffset[]> {
    const readAs = this.#owner.identity();
    const topicIds = await this.#topicIds(partitions, signal);
    const { response, version } = await this.#client.send(
      OFFSET_FETCH,
      (each) => fetchRequest(this.#client.groupId, readAs, partitions, each, topicIds),
      {
        ...(topicIds === undefined ? { versionMax: TOPIC_ID_VERSION - 1 } : {}),
        ...(signal === undefined ? {} : { signal }),
      },
    );
    const { errorCode, found } = fetchedOffsets({ response, version }, topicIds);
    const [first] = partitions;
    if (errorCode !== ErrorCode.NONE) {
      const error = brokerError(what, errorCode);
      const isPassing = readAs !== undefined && first !== undefined && this.#isPassing(errorCode, readAs, first);
      throw isPassing ? passing(error) : error;
    }
    return partitions.map(({ topic, partition }) => {
      const offset = found.get(topic)?.get(partition);
      if (offset === undefined) throw invalidAnswer(what);
      if (offset.errorCode === ErrorCode.NONE) return { topic, partition, ...offset.committed, error: undefined };
      const error = brokerError(what, offset.errorCode, null, { topic, partition });
      if (PASSING.has(offset.errorCode)) throw passing(error);
      return { topic, partition, ...NOTHING_COMMITTED, error };
    });
  }

  #tell(results: readonly CommitResult[], durationMs: number): void {
    const { cluster, groupId } = this.#client;
    const failure = results.find(({ error }) => error !== undefined)?.error;
    cluster.runtime.events.commit.publish({
      clientId: cluster.clientId,
      groupId,
      partitionCount: results.length,
      durationMs,
      ...(failure === undefined ? {} : { errorCode: failure.kafkaCode ?? failure.code }),
    });
  }

  #isPassing(errorCode: number, sentAs: OffsetIdentity, partition: TopicPartition): boolean {
    this.#client.noticeMove(errorCode);
    if (errorCode === ErrorCode.UNKNOWN_TOPIC_ID)
      void this.#client.cluster.fetchTopics([partition.topic]).catch(() => []);
    if (ABOUT_THE_MEMBER.has(errorCode)) return this.#owner.onRefused(errorCode, sentAs, partition);
    return PASSING.has(errorCode);
  }

  /** Ids of all these topics, or undefined when one of them has none that is known. */
  async #topicIds(
    partitions: readonly TopicPartition[],
    signal: AbortSignal | undefined,
  ): Promise<TopicIds | undefined> {
    const { cluster } = this.#client;
    const names = [...new Set(partitions.map(({ topic }) => topic))];
    const unknown = names.filter((name) => cluster.topic(name) === undefined);
    // Names do as well, so a topic that cannot be looked up is no reason to fail.
    if (unknown.length > 0) await cluster.fetchTopics(unknown, signal === undefined ? {} : { signal }).catch(() => []);
    const idByName = new Map<string, string>();
    for (const name of names) {
      const id = cluster.topic(name)?.topicId ?? ZERO_UUID;
      if (id === ZERO_UUID) return undefined;
      idByName.set(name, id);
    }
    return { idByName, nameById: new Map([...idByName].map(([name, id]) => [id, name])) };
  }

  #retrying<T>(what: string, options: OffsetRequestOptions, attempt: () => Promise<T>): Promise<T> {
    const { timeoutMs = TIMEOUT_MS, signal } = options;
    const { runtime, closeSignal } = this.#client.cluster;
    const signals = [signal, closeSignal].filter((each) => each !== undefined);
    return retrying(runtime, what, attempt, { timeoutMs, signal: AbortSignal.any(signals) });
  }
}

interface TopicIds {
  readonly idByName: ReadonlyMap<string, string>;
  readonly nameById: ReadonlyMap<string, string>;
}

interface CommitEntry {
  readonly entry: OffsetToCommit;
  /** When the partition was held at the time of the call. */
  readonly tenure: number | undefined;
  isDone: boolean;
  error?: KafkaError;
}

/** What is left to store of one call, and how the rest went. */
class Commit {
  readonly #entries = new Map<string, Map<number, CommitEntry>>();
  readonly #tenureOf: OffsetOwner['tenureOf'];

  constructor(offsets: readonly OffsetToCommit[], tenureOf: OffsetOwner['tenureOf']) {
    this.#tenureOf = tenureOf;
    for (const entry of offsets) {
      checkOffset(entry);
      let ofTopic = this.#entries.get(entry.topic);
      if (ofTopic === undefined) this.#entries.set(entry.topic, (ofTopic = new Map<number, CommitEntry>()));
      ofTopic.set(entry.partition, { entry, tenure: tenureOf(entry), isDone: false });
    }
  }

  pending(): OffsetToCommit[] {
    return this.#open().map(({ entry }) => entry);
  }

  /** What is left of partitions that were held when this began and are not any more, or are again. */
  goneAway(): OffsetToCommit[] {
    const gone = this.#open().filter(({ entry, tenure }) => tenure !== undefined && tenure !== this.#tenureOf(entry));
    return gone.map(({ entry }) => entry);
  }

  #open(): CommitEntry[] {
    const all = [...this.#entries.values()].flatMap((ofTopic) => [...ofTopic.values()]);
    return all.filter(({ isDone }) => !isDone);
  }

  store(topic: string, partition: number): void {
    const entry = this.#entries.get(topic)?.get(partition);
    if (entry !== undefined) entry.isDone = true;
  }

  refuse(topic: string, partition: number, error: KafkaError): void {
    const entry = this.#entries.get(topic)?.get(partition);
    if (entry !== undefined) Object.assign(entry, { isDone: true, error });
  }

  results(offsets: readonly OffsetToCommit[]): CommitResult[] {
    return offsets.map(({ topic, partition, offset }) => {
      const error = this.#entries.get(topic)?.get(partition)?.error;
      return { topic, partition, offset, error };
    });
  }
}

function commitRequest(
  groupId: string,
  sentAs: OffsetIdentity,
  offsets: readonly OffsetToCommit[],
  topicIds: TopicIds | undefined,
): OffsetCommitRequest {
  return createOffsetCommitRequest({
    groupId,
    memberId: sentAs.memberId,
    generationIdOrMemberEpoch: sentAs.generation,
    groupInstanceId: sentAs.instanceId,
    topics: [...groupByTopic(offsets)].map(([name, entries]) => ({
      name,
      topicId: topicIds?.idByName.get(name) ?? ZERO_UUID,
      partitions: entries.map((entry) => ({
        partitionIndex: entry.partition,
        committedOffset: BigInt(entry.offset),
        committedLeaderEpoch: entry.leaderEpoch ?? -1,
        committedMetadata: entry.metadata ?? '',
      })),
    })),
  });
}

function* commitCodes(
  { response, version }: Answer<OffsetCommitResponse>,
  topicIds: TopicIds | undefined,
): Generator<TopicPartition & { readonly errorCode: number }> {
  for (const { name, topicId, partitions } of response.topics) {
    const topic = version >= TOPIC_ID_VERSION ? topicIds?.nameById.get(topicId) : name;
    if (topic === undefined) continue;
    for (const { partitionIndex, errorCode } of partitions) yield { topic, partition: partitionIndex, errorCode };
  }
}

function fetchRequest(
  groupId: string,
  readAs: OffsetIdentity | undefined,
  partitions: readonly TopicPartition[],
  version: number,
  topicIds: TopicIds | undefined,
): OffsetFetchRequest {
  const topics = [...groupByTopic(partitions)].map(([name, entries]) => ({
    name,
    topicId: topicIds?.idByName.get(name) ?? ZERO_UUID,
    partitionIndexes: entries.map(({ partition }) => partition),
  }));
  // Older versions have no such field, and a broker of that age no transactions that reach into groups.
  const requireStable = version >= 7;
  if (version < GROUPED_FETCH_VERSION) return createOffsetFetchRequest({ groupId, topics, requireStable });
  const isKip848 = readAs?.protocol === 'consumer';
  return createOffsetFetchRequest({
    groups: [
      createOffsetFetchRequestGroup({
        groupId,
        memberId: isKip848 ? readAs.memberId : null,
        memberEpoch: isKip848 ? readAs.generation : -1,
        topics,
      }),
    ],
    requireStable,
  });
}

interface FetchedTopic {
  readonly name: string;
  readonly topicId?: string;
  readonly partitions: OffsetFetchResponse['topics'][number]['partitions'];
}

interface FetchedOffset {
  readonly errorCode: number;
  readonly committed: Pick<CommittedOffset, 'offset' | 'leaderEpoch' | 'metadata'>;
}

const NOTHING_COMMITTED: FetchedOffset['committed'] = { offset: -1, leaderEpoch: -1, metadata: '' };

function fetchedOffsets(
  { response, version }: Answer<OffsetFetchResponse>,
  topicIds: TopicIds | undefined,
): { errorCode: number; found: Map<string, Map<number, FetchedOffset>> } {
  const found = new Map<string, Map<number, FetchedOffset>>();
  const [grouped] = response.groups;
  const isGrouped = version >= GROUPED_FETCH_VERSION;
  const topics: readonly FetchedTopic[] = isGrouped ? (grouped?.topics ?? []) : response.topics;
  for (const topic of topics) {
    const name = version >= TOPIC_ID_VERSION ? topicIds?.nameById.get(topic.topicId ?? '') : topic.name;
    if (name === undefined) continue;
    const partitions = topic.partitions.map((each): [number, FetchedOffset] => [
      each.partitionIndex,
      {
        errorCode: each.errorCode,
        committed: {
          offset: Number(each.committedOffset),
          leaderEpoch: each.committedLeaderEpoch,
          metadata: each.metadata ?? '',
        },
      },
    ]);
    found.set(name, new Map(partitions));
  }
  return { errorCode: (isGrouped ? grouped?.errorCode : response.errorCode) ?? ErrorCode.NONE, found };
}

function checkOffset({ topic, partition, offset }: OffsetToCommit): void {
  if ((typeof offset === 'bigint' || Number.isSafeInteger(offset)) && offset >= 0) return;
  throw new KafkaError(
    'MILLRACE_CLIENT_INVALID_OPTION',
    `cannot commit ${String(offset)} for ${topic}[${String(partition)}]: an offset is a whole number from 0`,
  );
}

function noMembership(what: string): KafkaError {
  return new KafkaError(
    'MILLRACE_CLIENT_INVALID_STATE',
    `${what} needs a place in the group, which this member has not at present: its partitions may be with others`,
    { kafkaCode: errorByCode(ErrorCode.UNKNOWN_MEMBER_ID).name },
  );
}

function givenAway(topic: string, partition: number): KafkaError {
  return new KafkaError(
    'MILLRACE_CLIENT_INVALID_STATE',
    `${topic}[${String(partition)}] was given away while its offset was being committed: its new owner may have come further`,
    { details: { topic, partition } },
  );
}

function invalidAnswer(what: string): KafkaError {
  return new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', `${what}: the broker's answer leaves partitions out`);
}
