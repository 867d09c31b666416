/**
 * Fetches from one broker: one request under way, the next one planned as soon as an answer is taken.
 *
 * Owns: the fetch session with that broker (KIP-227), its waits, and what follows from each answer.
 * Invariants: an answer counts only for a position that has not jumped since it was asked for. While partitions of this broker are full,
 *   the others are asked with a short wait, so that no long wait at the broker stands in the way once there is room again.
 *   What the application sought elsewhere meanwhile is asked for beside it.
 * Bounds: one request, and one beside it for each partition that was sought; the answer is asked to stay within the broker's share of the prefetch limit.
 */
import type { Timer } from '@millrace/base';
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode, recordsToBuffer } from '@millrace/protocol';
import {
  createFetchRequest,
  fetchRequest,
  fetchResponse,
  type FetchRequest,
  type FetchResponse,
  type FetchResponsePartitionData,
} from '@millrace/protocol/messages/01-fetch';
import { backoffMs } from '../cluster/retry.ts';
import { brokerError, KafkaError } from '../error.ts';
import type { ConsumedPartition } from './consumed-partition.ts';
import type { ConsumedTopic } from './consumed-topic.ts';
import { FetchSession, FINAL_EPOCH, type SessionEntry } from './fetch-session.ts';
import { FetchedRecords, lastBatchOf, type AbortedTransaction } from './fetched-records.ts';
import type { Fetcher } from './fetcher.ts';
import { actionOf } from './partition-errors.ts';

const FETCH = { request: fetchRequest, response: fetchResponse };
/** From here topics are named by their ids. */
const TOPIC_IDS_VERSION_MIN = 13;
/** How long to wait for full partitions to empty before the others are asked alone. */
const FULL_HOLD_MS = 10;
/** A suggested replica is kept this long, then the leader is asked again (as other clients do: the metadata age). */
const REPLICA_MS = 300_000;
const CLOSE_TIMEOUT_MS = 1_000;

export class NodeFetcher {
  readonly nodeId: number;
  readonly partitions = new Set<ConsumedPartition>();
  readonly #fetcher: Fetcher;
  readonly #session: FetchSession;
  #isPlanning = false;
  #isInFlight = false;
  #sentMs = 0;
  #failures = 0;
  #notBeforeMs = 0;
  /** Since when full partitions hold the others back; −1 when none do. */
  #holdSinceMs = -1;
  #timer: Timer | undefined;
  /** It would fetch if there were room. */
  isOutOfBudget = false;
  lastError: KafkaError | undefined;

  constructor(nodeId: number, fetcher: Fetcher) {
    this.nodeId = nodeId;
    this.#fetcher = fetcher;
    this.#session = new FetchSession(fetcher.settings.fetchBytesPerPartition);
  }

  /** Since when an answer is awaited, monotonic; undefined when none is. */
  get inFlightSinceMs(): number | undefined {
    return this.#isInFlight ? this.#sentMs : undefined;
  }

  get hasSession(): boolean {
    return this.#session.isOpen;
  }

  /** Something changed that may allow or need another fetch. */
  wake(): void {
    if (this.#isInFlight) this.#fetchHurried();
    if (this.#isPlanning || this.#isInFlight || this.#fetcher.isClosed) return;
    this.#isPlanning = true;
    queueMicrotask(() => {
      this.#isPlanning = false;
      this.#plan();
    });
  }

  /** Ends the session, so that the broker need not keep it until it is evicted. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    const last = this.#session.close();
    // Behind a fetch that waits at the broker the request would only wait too, and the connection is about to end.
    if (last === undefined || this.#isInFlight) return;
    const { cluster, settings } = this.#fetcher;
    const request = createFetchRequest({ ...last, maxBytes: 0, isolationLevel: settings.isCommittedOnly ? 1 : 0 });
    await cluster
      .sendTo(this.nodeId, FETCH, request, { lane: settings.lane, timeoutMs: CLOSE_TIMEOUT_MS })
      .catch(() => undefined);
  }

  #plan(): void {
    const { budget, cluster } = this.#fetcher;
    if (this.#isInFlight || this.#fetcher.isClosed) return;
    const nowMs = cluster.runtime.clock.monotonicMs();
    if (nowMs < this.#notBeforeMs) {
      this.#wakeIn(this.#notBeforeMs - nowMs);
      return;
    }
    const { wanted, fullSinceMs, retryAtMs } = this.#choose(nowMs);
    if (wanted.length === 0) {
      this.#holdSinceMs = -1;
      if (retryAtMs < Infinity) this.#wakeIn(retryAtMs - nowMs);
      return;
    }
    const share = this.#fetcher.shareBytes();
    const least = this.#fetcher.leastBytes();
    this.isOutOfBudget = budget.availableBytes < least;
    if (this.isOutOfBudget && this.#fetcher.evictPaused()) this.isOutOfBudget = budget.availableBytes < least;
    if (this.isOutOfBudget) return;
    const waitMs = this.#waitAtBroker(nowMs, fullSinceMs, retryAtMs);
    if (waitMs === undefined) return;
    void this.#fetch(wanted, Math.min(share, budget.availableBytes), waitMs);
  }

  #choose(nowMs: number): { wanted: ConsumedPartition[]; fullSinceMs: number; retryAtMs: number } {
    const { prefetchPerPartition } = this.#fetcher.settings;
    const wanted: ConsumedPartition[] = [];
    let fullSinceMs = -1;
    let retryAtMs = Infinity;
    for (const partition of this.partitions) {
      if (!partition.isFetchable) continue;
      if (partition.retryAtMs > nowMs) {
        retryAtMs = Math.min(retryAtMs, partition.retryAtMs);
        continue;
      }
      if (!partition.isFull && partition.heldBytes >= prefetchPerPartition) {
        partition.isFull = true;
        partition.fullSinceMs = nowMs;
      }
      if (partition.isFull) fullSinceMs = Math.max(fullSinceMs, partition.fullSinceMs);
      else wanted.push(partition);
    }
    return { wanted, fullSinceMs, retryAtMs };
  }

  /**
   * How long the broker may wait for records; undefined: do not ask yet. A partition that is full now is as likely as not to have
   * room again within the time it has been full, and must not find the broker waiting for others then.
   */
  #waitAtBroker(nowMs: number, fullSinceMs: number, retryAtMs: number): number | undefined {
    const { maxWaitMs } = this.#fetcher.settings;
    const untilRetryMs = retryAtMs === Infinity ? maxWaitMs : Math.max(FULL_HOLD_MS, Math.ceil(retryAtMs - nowMs));
    if (fullSinceMs < 0) {
      this.#holdSinceMs = -1;
      return Math.min(maxWaitMs, untilRetryMs);
    }
    if (this.#holdSinceMs < 0) this.#holdSinceMs = nowMs;
    const heldMs = nowMs - this.#holdSinceMs;
    if (heldMs < FULL_HOLD_MS) {
      this.#wakeIn(FULL_HOLD_MS - heldMs);
      return undefined;
    }
    this.#holdSinceMs = nowMs;
    return Math.min(maxWaitMs, untilRetryMs, Math.max(FULL_HOLD_MS, Math.floor(nowMs - fullSinceMs)));
  }

  #wakeIn(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#fetcher.cluster.runtime.timers.schedule(Math.max(0, delayMs), () => this.wake());
  }

  /** What was sought while a fetch waits at the broker is asked for beside it. */
  #fetchHurried(): void {
    for (const partition of this.partitions) {
      if (!partition.isHurried || !partition.isFetchable) continue;
      partition.isHurried = false;
      void this.#fetchAside(partition);
    }
  }

  /** Without a session and over another connection, for as long as the fetch under way lasts and there is something. */
  async #fetchAside(partition: ConsumedPartition): Promise<void> {
    const { cluster, settings, budget } = this.#fetcher;
    const underWay = this.#sentMs;
    const { generation } = partition;
    const bytes = settings.fetchBytesPerPartition;
    const isWorthIt = (): boolean =>
      this.#isInFlight && this.#sentMs === underWay && !this.#fetcher.isClosed && partition.generation === generation;
    while (isWorthIt() && partition.isFetchable && budget.availableBytes >= bytes) {
      if (partition.heldBytes >= settings.prefetchPerPartition) return;
      const session = new FetchSession(bytes);
      const build = (version: number): FetchRequest =>
        createFetchRequest({
          ...session.plan([partition], version >= TOPIC_IDS_VERSION_MIN),
          sessionEpoch: FINAL_EPOCH,
          maxWaitMs: 0,
          maxBytes: bytes,
          isolationLevel: settings.isCommittedOnly ? 1 : 0,
          rackId: settings.rack,
        });
      const versionMax = partition.topic.topicId === ZERO_UUID ? TOPIC_IDS_VERSION_MIN - 1 : undefined;
      budget.reserve(bytes);
      let answer;
      try {
        answer = await cluster.sendTo(this.nodeId, FETCH, build, { lane: 'control', versionMax });
      } catch {
        // The fetch under way meets the same, and says so.
        return;
      } finally {
        budget.unreserve(bytes);
      }
      const { response } = answer;
      const data = response.responses[0]?.partitions[0];
      const entry = [...session.entries()][0];
      if (data === undefined || entry === undefined || response.errorCode !== 0 || data.errorCode !== 0) return;
      if (this.#onData(entry, data, response) === 0) return;
    }
  }

  async #fetch(wanted: readonly ConsumedPartition[], maxBytes: number, maxWaitMs: number): Promise<void> {
    const { cluster, settings, budget } = this.#fetcher;
    const startedMs = cluster.runtime.clock.monotonicMs();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isInFlight = true;
    this.#sentMs = startedMs;
    for (const partition of wanted) partition.isHurried = false;
    budget.reserve(maxBytes);
    const hasIds = wanted.every(({ topic }) => topic.topicId !== ZERO_UUID);
    let answer;
    let failure: unknown;
    try {
      answer = await cluster.sendTo(
        this.nodeId,
        FETCH,
        (version) =>
          createFetchRequest({
            ...this.#session.plan(wanted, version >= TOPIC_IDS_VERSION_MIN),
            maxWaitMs,
            minBytes: settings.minBytes,
            maxBytes,
            isolationLevel: settings.isCommittedOnly ? 1 : 0,
            rackId: settings.rack,
          }),
        {
          lane: settings.lane,
          timeoutMs: cluster.requestTimeoutMs + maxWaitMs,
          versionMax: hasIds ? undefined : TOPIC_IDS_VERSION_MIN - 1,
        },
      );
    } catch (error) {
      failure = error;
    } finally {
      budget.unreserve(maxBytes);
      this.#isInFlight = false;
    }
    if (this.#fetcher.isClosed) return;
    const bytes =
      answer === undefined ? this.#onFailed(failure, wanted) : this.#onAnswer(answer.response, answer.version);
    this.#publish(wanted.length, bytes, startedMs, failure);
    this.wake();
  }

  #publish(partitionCount: number, bytes: number, startedMs: number, failure: unknown): void {
    const { cluster, settings } = this.#fetcher;
    const { fetch } = cluster.runtime.events;
    if (!fetch.hasSubscribers) return;
    const durationMs = cluster.runtime.clock.monotonicMs() - startedMs;
    fetch.publish({
      clientId: cluster.clientId,
      groupId: settings.groupId,
      nodeId: this.nodeId,
      partitionCount,
      bytes,
      durationMs,
      ...(KafkaError.is(failure) ? { errorCode: failure.code } : {}),
    });
  }

  #onFailed(error: unknown, wanted: readonly ConsumedPartition[]): number {
    this.#session.reset();
    this.lastError = KafkaError.is(error)
      ? error
      : new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', `a fetch from broker ${String(this.nodeId)} failed`, {
          cause: error,
        });
    this.#backOff();
    if (KafkaError.is(error) && !error.retriable && error.code !== 'MILLRACE_CLIENT_CLOSED') {
      // The application has to hear of it; reading on after that tries again.
      for (const partition of wanted) {
        if (partition.isGone) continue;
        partition.failure = error;
        this.#fetcher.onFailure(partition);
      }
      return 0;
    }
    for (const partition of wanted) {
      if (partition.isGone) continue;
      if (partition.replicaId === this.nodeId) this.#fetcher.leaveReplica(partition);
      else this.#fetcher.findLeader(partition);
    }
    return 0;
  }

  #backOff(): void {
    const { clock, random } = this.#fetcher.cluster.runtime;
    this.#failures++;
    this.#notBeforeMs = clock.monotonicMs() + backoffMs(random, this.#failures);
  }

  /** Returns the bytes of records that came. */
  #onAnswer(response: FetchResponse, version: number): number {
    const { clock } = this.#fetcher.cluster.runtime;
    if (response.throttleTimeMs > 0) this.#notBeforeMs = clock.monotonicMs() + response.throttleTimeMs;
    if (!this.#session.accept(response.errorCode, response.sessionId)) {
      this.lastError = brokerError(`fetching from broker ${String(this.nodeId)}`, response.errorCode);
      // The first time another session helps at once.
      if (this.#failures > 0) this.#backOff();
      this.#failures++;
      return 0;
    }
    this.#failures = 0;
    this.lastError = undefined;
    let bytes = 0;
    for (const { topic, topicId, partitions } of response.responses) {
      const key = version >= TOPIC_IDS_VERSION_MIN ? topicId : topic;
      for (const data of partitions) bytes += this.#onPartition(key, data, response);
    }
    if (bytes > 0) this.#fetcher.noteArrived(bytes);
    return bytes;
  }

  #onPartition(topicKey: string, data: FetchResponsePartitionData, response: FetchResponse): number {
    const entry = this.#session.entry(topicKey, data.partitionIndex);
    return entry === undefined ? 0 : this.#onData(entry, data, response);
  }

  #onData(entry: SessionEntry, data: FetchResponsePartitionData, response: FetchResponse): number {
    const { partition } = entry;
    if (
      partition.isGone ||
      partition.need !== 'ready' ||
      partition.generation !== entry.generation ||
      partition.fetchOffset !== entry.fetchOffset
    ) {
      return 0;
    }
    partition.lastFetchMs = this.#fetcher.cluster.runtime.clock.monotonicMs();
    if (data.errorCode !== ErrorCode.NONE) {
      this.#onPartitionError(partition, data, response);
      return 0;
    }
    partition.retryCount = 0;
    partition.lastError = undefined;
    partition.highWatermark = Number(data.highWatermark);
    partition.lastStableOffset = Number(data.lastStableOffset);
    if (data.logStartOffset >= 0n) partition.logStartOffset = Number(data.logStartOffset);
    if (data.preferredReadReplica >= 0) {
      partition.replicaId = data.preferredReadReplica;
      partition.replicaUntilMs = partition.lastFetchMs + REPLICA_MS;
      this.#fetcher.place(partition);
    }
    const records = recordsToBuffer(data.records);
    if (records === null || records.length === 0) return 0;
    try {
      return this.#take(partition, records, data);
    } catch (error) {
      partition.lastError = new KafkaError(
        'MILLRACE_CLIENT_CORRUPT_RECORDS',
        `what broker ${String(this.nodeId)} sent of ${partition.name} is no record batch`,
        { cause: error, retriable: true },
      );
      this.#delay(partition);
      return 0;
    }
  }

  #take(partition: ConsumedPartition, records: Buffer, data: FetchResponsePartitionData): number {
    const { settings } = this.#fetcher;
    const { fetchOffset } = partition;
    const last = lastBatchOf(records);
    if (last === undefined || last.nextOffset <= fetchOffset) return 0;
    const piece = new FetchedRecords(records, {
      fetchOffset,
      checkCrc: settings.checkCrc,
      abortedTransactions: settings.isCommittedOnly ? abortedOf(data) : undefined,
    });
    if (last.leaderEpoch >= 0) partition.fetchEpoch = last.leaderEpoch;
    partition.addPiece(piece, last.nextOffset);
    this.#fetcher.onArrived(partition);
    return records.length;
  }

  #onPartitionError(partition: ConsumedPartition, data: FetchResponsePartitionData, response: FetchResponse): void {
    const { topic, partition: index, replicaId } = partition;
    const error = brokerError('fetching', data.errorCode, null, { topic: topic.name, partition: index });
    partition.lastError = error;
    if (replicaId === this.nodeId && replicaId !== partition.leaderId) {
      // A replica may lag behind, or be none any more: what counts is what the leader says (KIP-392).
      this.#delay(partition);
      this.#fetcher.leaveReplica(partition);
      return;
    }
    switch (actionOf(data.errorCode)) {
      case 'out-of-range':
        // What was fetched before is still good; the position is judged once the application has come to it.
        if (partition.hasPieces || partition.progress.openCount > 0) this.#delay(partition);
        else this.#fetcher.onOutOfRange(partition);
        break;
      case 'find-leader':
        this.#delay(partition);
        this.#onOtherLeader(partition, topic, data, response);
        break;
      case 'fail':
        partition.failure = error;
        this.#fetcher.onFailure(partition);
        break;
      case 'retry':
        this.#delay(partition);
        break;
    }
  }

  #onOtherLeader(
    partition: ConsumedPartition,
    topic: ConsumedTopic,
    { currentLeader }: FetchResponsePartitionData,
    { nodeEndpoints }: FetchResponse,
  ): void {
    const { leaderId, leaderEpoch } = currentLeader;
    if (leaderId >= 0 && leaderEpoch > partition.leaderEpoch) {
      this.#fetcher.cluster.applyLeaderHint(topic.name, partition.partition, leaderId, leaderEpoch, nodeEndpoints);
      if (partition.leaderEpoch === leaderEpoch) return;
    }
    this.#fetcher.findLeader(partition);
  }

  #delay(partition: ConsumedPartition): void {
    const { clock, random } = this.#fetcher.cluster.runtime;
    partition.retryCount++;
    partition.retryAtMs = clock.monotonicMs() + backoffMs(random, partition.retryCount);
  }
}

const NO_TRANSACTIONS: readonly AbortedTransaction[] = [];

function abortedOf({ abortedTransactions }: FetchResponsePartitionData): readonly AbortedTransaction[] {
  if (abortedTransactions === null || abortedTransactions.length === 0) return NO_TRANSACTIONS;
  return abortedTransactions.map(({ producerId, firstOffset }) => ({
    producerId: Number(producerId),
    firstOffset: Number(firstOffset),
  }));
}
