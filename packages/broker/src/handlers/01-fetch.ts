/**
 * Fetch 4–18: records of many partitions, waiting for them if need be.
 *
 * v5+: log start offset. v7+: sessions (KIP-227). v9+: leader epochs. v11+: rack and preferred replica (always −1 here).
 * v12+: last fetched epoch, diverging epoch, current leader in tags. v13+: topic ids. v15+: replica state, v17+: replica
 * directory, v18+: high watermark of the follower: nobody replicates from this broker, so they mean nothing.
 * Under read_committed an answer ends before the last stable offset and names the transactions that were aborted among what it holds, by
 * first offset (Apache Kafka: by marker); under read_uncommitted there is no such list.
 * Differs from Apache Kafka: whole batches only, so none is cut at a byte limit; a waiting fetch answers early when other
 * requests queue behind it on its connection. Pinned by test/01-fetch.itest.ts.
 */
import type { IsolationLevel, PartitionLog, ReadOutcome } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import {
  createFetchResponse,
  createFetchResponseEpochEndOffset,
  createFetchResponseLeaderIdAndEpoch,
  createFetchResponseSnapshotId,
  fetchRequest,
  fetchResponse,
  type FetchRequest,
  type FetchResponse,
} from '@millrace/protocol/messages/01-fetch';
import type { FetchSet, FetchTarget } from '../fetch/fetch-set.ts';
import type { FetchSession } from '../fetch-session/fetch-sessions.ts';
import { recordCountOf } from '../metrics/record-count.ts';
import { endpointOf, type NodeEndpoint } from '../partitions/endpoints.ts';
import { checkLeaderEpoch } from '../partitions/epoch-check.ts';
import type { BrokerServices, PartitionLocation } from '../services.ts';
import { defineHandler, type RequestContext } from './handler.ts';

const READ_COMMITTED = 1;
const CURRENT_LEADER_VERSION = 16;
/** Errors after which the client goes to the leader that the answer names. */
const WRONG_LEADER_ERRORS: ReadonlySet<number> = new Set([
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.FENCED_LEADER_EPOCH,
]);
/** Fetches of one connection that may wait together. */
const OVERLAP_MAX = 8;
/** Room for an answer that is asked for beforehand: what one read of a segment brings. */
const RESERVED_BYTES_MAX = 1024 * 1024;

type PartitionData = FetchResponse['responses'][number]['partitions'][number];

interface TopicData {
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: PartitionData[];
}

const NO_DIVERGING_EPOCH = createFetchResponseEpochEndOffset();
const NO_LEADER = createFetchResponseLeaderIdAndEpoch();
const NO_SNAPSHOT = createFetchResponseSnapshotId();
const NO_ABORTED_TRANSACTIONS: readonly never[] = [];
const NO_RECORDS = Buffer.alloc(0);

export const fetchHandler = defineHandler<FetchRequest, FetchResponse>({
  request: fetchRequest,
  response: fetchResponse,
  minVersion: 4,
  maxVersion: 18,
  overlapMax: OVERLAP_MAX,
  handle(context, request) {
    if (request.replicaId >= 0 || request.replicaState.replicaId >= 0) return refuseFollower(request);
    const scope = context.services.fetchSessions.scopeOf(request, context.apiVersion);
    if (!('set' in scope)) return createFetchResponse({ errorCode: scope.errorCode });
    const run = new FetchRun(context, request, scope.set, scope.session, scope.isIncremental);
    const before = scope.session?.supersede;
    // A client that sends its next request on a session before the last one was answered gets that one answered now.
    return before === undefined ? run.run() : before().then(() => run.run());
  },
  failure: (_request, errorCode) => createFetchResponse({ errorCode }),
});

/** Nobody replicates from this broker: a follower is told that it is none of this partition's. */
function refuseFollower(request: FetchRequest): FetchResponse {
  return createFetchResponse({
    responses: request.topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(({ partition }) => errorData(partition, ErrorCode.NOT_LEADER_OR_FOLLOWER)),
    })),
  });
}

/** One fetch: looks whether there is enough, waits if not, then reads once. */
class FetchRun {
  readonly #context: RequestContext;
  readonly #services: BrokerServices;
  readonly #request: FetchRequest;
  readonly #set: FetchSet;
  readonly #session: FetchSession | undefined;
  readonly #isIncremental: boolean;
  readonly #isolation: IsolationLevel;
  /** By topic name or id, in the order of the answer. */
  readonly #topics = new Map<string, TopicData>();
  readonly #endpoints: NodeEndpoint[] = [];
  #remainingBytes: number;
  #hasRecords = false;
  readonly #unserved: FetchTarget[] = [];
  readonly #served: FetchTarget[] = [];

  constructor(
    context: RequestContext,
    request: FetchRequest,
    set: FetchSet,
    session: FetchSession | undefined,
    isIncremental: boolean,
  ) {
    this.#context = context;
    this.#services = context.services;
    this.#request = request;
    this.#set = set;
    this.#session = session;
    this.#isIncremental = isIncremental;
    this.#isolation = request.isolationLevel === READ_COMMITTED ? 'read_committed' : 'read_uncommitted';
    this.#remainingBytes = Math.min(
      request.maxBytes,
      context.services.config.fetchMaxBytes,
      context.responseBytesMax ?? Infinity,
    );
  }

  run(): FetchResponse | Promise<FetchResponse> {
    try {
      const isPatient = this.#request.maxWaitMs > 0 && this.#set.targetCount > 0;
      const response = !isPatient || this.#hasEnough() ? this.#finish() : this.#wait();
      return response instanceof Promise ? response.catch((error: unknown) => this.#abandon(error)) : response;
    } catch (error) {
      return this.#abandon(error);
    }
  }

  /** A bug on the way: nobody knows any more what was served, so the client has to start over. */
  #abandon(error: unknown): never {
    if (this.#session === undefined) this.#set.close();
    else this.#services.fetchSessions.drop(this.#session.id);
    throw error;
  }

  #wait(): Promise<FetchResponse> {
    const set = this.#set;
    for (const target of set.news) {
      const location = this.#locate(target);
      if (location.kind === 'owned') this.#services.dataPath.watches.watch(location.log, target);
    }
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (): boolean => {
        if (isOver) return false;
        isOver = true;
        timer.cancel();
        set.stopWaiting();
        return true;
      };
      const answer = (): void => {
        if (end()) resolve(new Promise((settle) => settle(this.#finish())));
      };
      const timer = this.#services.timers.schedule(this.#request.maxWaitMs, answer);
      set.wait(() => {
        try {
          if (this.#hasEnough()) answer();
        } catch (error) {
          if (end()) reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      if (this.#session !== undefined) {
        this.#session.supersede = async () => {
          answer();
          await this.#finished;
        };
      }
      this.#context.onGiveWay?.(answer);
    });
  }

  #finished: Promise<unknown> | undefined;

  /** Whether an answer now would say enough: bytes to `min_bytes`, or an error. */
  #hasEnough(): boolean {
    let bytes = 0;
    for (const target of this.#set.news) {
      const location = this.#locate(target);
      if (location.kind !== 'owned') return true;
      const { log } = location;
      if (
        checkLeaderEpoch(log.leaderEpoch, target.currentLeaderEpoch) !== ErrorCode.NONE ||
        target.offset < log.logStartOffset ||
        target.offset > log.logEndOffset ||
        divergence(log, target) !== undefined
      ) {
        return true;
      }
      bytes += Math.min(log.readableBytes(target.offset, this.#isolation), target.maxBytes);
      if (bytes > 0 && bytes >= this.#request.minBytes) return true;
    }
    return this.#request.minBytes <= 0;
  }

  #locate(target: FetchTarget): PartitionLocation {
    const { partitions } = this.#services;
    return this.#set.usesTopicIds
      ? partitions.locateById(target.topicId, target.partition)
      : partitions.locateByName(target.topicName, target.partition);
  }

  #finish(): FetchResponse | Promise<FetchResponse> {
    const room = this.#reserve();
    const reading = room === undefined ? this.#readAll() : room.then(() => this.#readAll());
    if (reading === undefined) return this.#response();
    const response = reading.then(() => this.#response());
    if (this.#session !== undefined) {
      this.#finished = response.catch(() => undefined);
      this.#session.supersede = () => Promise.resolve(this.#finished).then(() => undefined);
    }
    return response;
  }

  /** A client that does not read its answers must not fill the memory with them. */
  #reserve(): Promise<void> | undefined {
    let bytes = 0;
    for (const target of this.#set.news) {
      const location = this.#locate(target);
      if (location.kind === 'owned') bytes += location.log.readableBytes(target.offset, this.#isolation);
      if (bytes >= RESERVED_BYTES_MAX) break;
    }
    if (bytes === 0) return undefined;
    return this.#context.reserveAnswer?.(Math.min(bytes, this.#request.maxBytes, RESERVED_BYTES_MAX));
  }

  #readAll(): Promise<void> | undefined {
    this.#remainingBytes = Math.min(this.#remainingBytes, this.#context.responseBytesMax ?? Infinity);
    return this.#readFrom(this.#set.takeNews(), 0);
  }

  /** Reads target after target; a promise only when something is not in memory. */
  #readFrom(targets: readonly FetchTarget[], from: number): Promise<void> | undefined {
    for (let index = from; index < targets.length; index++) {
      const target = targets[index] as FetchTarget;
      const location = this.#locate(target);
      if (location.kind !== 'owned') {
        this.#fail(target, location, this.#missingError(location, target));
        continue;
      }
      const { log, topic } = location;
      // The next request of the session may have forgotten the partition while this one was reading.
      if (this.#session !== undefined && !target.isRemoved) this.#services.dataPath.watches.watch(log, target);
      const epochError = checkLeaderEpoch(log.leaderEpoch, target.currentLeaderEpoch);
      if (epochError !== ErrorCode.NONE) {
        this.#fail(
          target,
          { kind: 'elsewhere', topic, owner: this.#services.nodeId, leaderEpoch: log.leaderEpoch },
          epochError,
        );
        continue;
      }
      const diverging = divergence(log, target);
      if (diverging !== undefined) {
        if (diverging.epoch < 0) {
          // The client fetched under an epoch that this log has not seen.
          this.#fail(target, location, ErrorCode.OFFSET_OUT_OF_RANGE);
          continue;
        }
        this.#add(target, { ...this.#emptyData(target, log), divergingEpoch: diverging });
        this.#unserved.push(target);
        continue;
      }
      if (this.#remainingBytes <= 0 && this.#hasRecords) {
        this.#skip(target, log);
        continue;
      }
      const outcome = log.read({
        offset: target.offset,
        maxBytes: Math.max(0, Math.min(target.maxBytes, this.#remainingBytes)),
        atLeastOneBatch: !this.#hasRecords,
        isolation: this.#isolation,
      });
      if (outcome instanceof Promise) {
        return outcome.then((settled) => {
          this.#take(target, log, topic.name, settled);
          return this.#readFrom(targets, index + 1);
        });
      }
      this.#take(target, log, topic.name, outcome);
    }
    return undefined;
  }

  #take(target: FetchTarget, log: PartitionLog, topicName: string, outcome: ReadOutcome): void {
    const { errorCode, sizeBytes } = outcome;
    if (errorCode !== ErrorCode.NONE) {
      this.#services.dataPath.fetchErrors.add(errorCode);
      this.#add(target, errorData(target.partition, errorCode));
      this.#unserved.push(target);
      forgetTold(target);
      return;
    }
    if (outcome.release !== undefined) this.#context.onSent?.(outcome.release);
    if (sizeBytes > 0) {
      this.#hasRecords = true;
      this.#remainingBytes -= sizeBytes;
      this.#services.dataPath.traffic.addOut(topicName, sizeBytes, recordCountOf(outcome.slices));
      this.#served.push(target);
    } else if (log.readableBytes(target.offset, this.#isolation) > 0) {
      // There is more than the limits let through: next time first.
      this.#unserved.push(target);
    }
    if (sizeBytes === 0 && this.#isOldNews(target, outcome.highWatermark, outcome.logStartOffset)) return;
    this.#add(target, {
      partitionIndex: target.partition,
      errorCode: ErrorCode.NONE,
      highWatermark: BigInt(outcome.highWatermark),
      lastStableOffset: BigInt(outcome.lastStableOffset),
      logStartOffset: BigInt(outcome.logStartOffset),
      divergingEpoch: NO_DIVERGING_EPOCH,
      currentLeader: NO_LEADER,
      snapshotId: NO_SNAPSHOT,
      abortedTransactions: abortedTransactionsOf(outcome),
      preferredReadReplica: -1,
      records: sizeBytes > 0 ? outcome.slices : NO_RECORDS,
    });
    target.toldHighWatermark = outcome.highWatermark;
    target.toldLogStartOffset = outcome.logStartOffset;
  }

  /** The answer is full: the partition is named without records where the client expects every partition. */
  #skip(target: FetchTarget, log: PartitionLog): void {
    this.#unserved.push(target);
    if (this.#isOldNews(target, log.highWatermark, log.logStartOffset)) return;
    this.#add(target, this.#emptyData(target, log));
    target.toldHighWatermark = log.highWatermark;
    target.toldLogStartOffset = log.logStartOffset;
  }

  /** In an incremental session only what is new is told. */
  #isOldNews(target: FetchTarget, highWatermark: number, logStartOffset: number): boolean {
    return (
      this.#isIncremental && target.toldHighWatermark === highWatermark && target.toldLogStartOffset === logStartOffset
    );
  }

  #emptyData(target: FetchTarget, log: PartitionLog): PartitionData {
    return {
      ...errorData(target.partition, ErrorCode.NONE),
      highWatermark: BigInt(log.highWatermark),
      lastStableOffset: BigInt(log.lastStableOffset),
      logStartOffset: BigInt(log.logStartOffset),
      abortedTransactions: this.#isolation === 'read_committed' ? NO_ABORTED_TRANSACTIONS : null,
    };
  }

  #missingError(location: PartitionLocation, target: FetchTarget): number {
    if (location.kind === 'elsewhere') return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    const { topicsById } = this.#services.metaStore.snapshot();
    return this.#set.usesTopicIds && !topicsById.has(target.topicId)
      ? ErrorCode.UNKNOWN_TOPIC_ID
      : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }

  #fail(target: FetchTarget, location: PartitionLocation, errorCode: number): void {
    this.#services.dataPath.fetchErrors.add(errorCode);
    const data = errorData(target.partition, errorCode);
    this.#unserved.push(target);
    forgetTold(target);
    const isNamed = this.#context.apiVersion >= CURRENT_LEADER_VERSION && WRONG_LEADER_ERRORS.has(errorCode);
    if (location.kind !== 'elsewhere' || !isNamed) {
      this.#add(target, data);
      return;
    }
    const { owner, leaderEpoch } = location;
    this.#add(target, { ...data, currentLeader: { leaderId: owner, leaderEpoch } });
    if (this.#endpoints.some(({ nodeId }) => nodeId === owner)) return;
    const snapshot = this.#services.metaStore.snapshot();
    const endpoint = endpointOf(snapshot, owner, this.#context.connection.listenerName);
    if (endpoint !== undefined) this.#endpoints.push(endpoint);
  }

  #add(target: FetchTarget, data: PartitionData): void {
    const { topicName, topicId } = target;
    const key = this.#set.usesTopicIds ? topicId : topicName;
    let topic = this.#topics.get(key);
    if (topic === undefined) {
      topic = { topic: topicName, topicId, partitions: [] };
      this.#topics.set(key, topic);
    }
    topic.partitions.push(data);
  }

  #response(): FetchResponse {
    const session = this.#session;
    if (session === undefined) {
      this.#set.close();
    } else {
      this.#set.settle(this.#unserved, this.#served);
      session.supersede = undefined;
    }
    return {
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      sessionId: session?.id ?? 0,
      responses: [...this.#topics.values()],
      nodeEndpoints: this.#endpoints,
    };
  }
}

/** An error took the place of what the client knew. */
function forgetTold(target: FetchTarget): void {
  target.toldHighWatermark = -1;
  target.toldLogStartOffset = -1;
}

/**
 * Where the client's history leaves the log's, if the client says what it fetched last (KIP-595): undefined when it does not,
 * epoch −1 when the log does not know the client's epoch.
 */
function divergence(log: PartitionLog, target: FetchTarget): { epoch: number; endOffset: bigint } | undefined {
  if (target.lastFetchedEpoch < 0) return undefined;
  const { leaderEpoch, endOffset } = log.endOffsetForEpoch(target.lastFetchedEpoch);
  if (leaderEpoch === target.lastFetchedEpoch && endOffset >= target.offset) return undefined;
  return { epoch: leaderEpoch, endOffset: BigInt(endOffset) };
}

function abortedTransactionsOf(outcome: ReadOutcome): PartitionData['abortedTransactions'] {
  const { abortedTransactions } = outcome;
  if (abortedTransactions === null) return null;
  if (abortedTransactions.length === 0) return NO_ABORTED_TRANSACTIONS;
  return abortedTransactions.map(({ producerId, firstOffset }) => ({
    producerId: BigInt(producerId),
    firstOffset: BigInt(firstOffset),
  }));
}

function errorData(partitionIndex: number, errorCode: number): PartitionData {
  return {
    partitionIndex,
    errorCode,
    highWatermark: -1n,
    lastStableOffset: -1n,
    logStartOffset: -1n,
    divergingEpoch: NO_DIVERGING_EPOCH,
    currentLeader: NO_LEADER,
    snapshotId: NO_SNAPSHOT,
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: NO_RECORDS,
  };
}
