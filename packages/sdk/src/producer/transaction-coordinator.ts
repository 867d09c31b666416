/**
 * A transactional producer's side of the talk with its coordinator.
 *
 * Owns: the producer's identity, which transaction is open, which partitions and groups belong to it, and whether it can still be committed.
 * Invariants: one transaction at a time. After anything was given up a transaction can only be aborted (`needsAbort`); after another
 *   producer took the transactional id over, nothing works any more (`fatal`).
 *   With transaction version 2 (KIP-890) brokers add partitions by themselves and each end brings a new epoch; with older clusters the
 *   producer adds partitions and groups first and has its epoch raised after an abort that left numbers undecided (KIP-360).
 * Bounds: each call to the coordinator is retried for `deliveryTimeoutMs`.
 * Not here: the records (./producer-core.ts); what users see (./transaction.ts).
 */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import { createInitProducerIdRequest } from '@millrace/protocol/messages/22-init-producer-id';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
  createAddPartitionsToTxnRequest,
} from '@millrace/protocol/messages/24-add-partitions-to-txn';
import {
  addOffsetsToTxnRequest,
  addOffsetsToTxnResponse,
  createAddOffsetsToTxnRequest,
} from '@millrace/protocol/messages/25-add-offsets-to-txn';
import { createEndTxnRequest, endTxnRequest, endTxnResponse } from '@millrace/protocol/messages/26-end-txn';
import {
  createTxnOffsetCommitRequest,
  createTxnOffsetCommitRequestPartition,
  createTxnOffsetCommitRequestTopic,
  txnOffsetCommitRequest,
  txnOffsetCommitResponse,
} from '@millrace/protocol/messages/28-txn-offset-commit';
import { delay, retrying } from '../cluster/retry.ts';
import type { CoordinatorType } from '../cluster/coordinators.ts';
import { abortable, brokerError, FencedError, KafkaError, throwIfAborted } from '../error.ts';
import type { Api, RequestFor } from '../network/api.ts';
import type { GroupMetadata, OffsetToCommit } from '../topic-partition.ts';
import type { Numbering, Refusal } from './numbering.ts';
import type { ProducerSettings } from './options.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { NEVER_SENT, type ProducerBatch } from './producer-batch.ts';
import type { ProducerCluster } from './producer-cluster.ts';
import type { ProducerCore } from './producer-core.ts';
import { INIT_PRODUCER_ID } from './producer-identity.ts';
import { NO_IDENTITY, type Identity } from './sequence-state.ts';

const ADD_PARTITIONS = { request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse };
const ADD_OFFSETS = { request: addOffsetsToTxnRequest, response: addOffsetsToTxnResponse };
const END_TXN = { request: endTxnRequest, response: endTxnResponse };
const TXN_OFFSET_COMMIT = { request: txnOffsetCommitRequest, response: txnOffsetCommitResponse };

/** Newer versions of AddPartitionsToTxn are between brokers. */
const ADD_PARTITIONS_VERSION_MAX = 3;
/** What may be spoken with a cluster whose transactions are of the older version. */
const VERSION_1_MAX = { produce: 11, endTxn: 4, txnOffsetCommit: 4 };
/** Newest version of TxnOffsetCommit that names topics. */
const NAMED_OFFSETS_VERSION_MAX = 5;
const TRANSACTION_VERSION_FEATURE = 'transaction.version';
/** The end of the transaction before takes a moment: asking again soon is what everybody does. */
const CONCURRENT_RETRY_MS = 20;
const CONCURRENT_RETRIES_MAX = 25;

/** Somebody else coordinates now. */
const MOVED: ReadonlySet<number> = new Set([
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.REQUEST_TIMED_OUT,
]);

/** Refusals after which the transaction can be aborted and the producer goes on. */
const ABORTABLE: ReadonlySet<number> = new Set([
  ErrorCode.TRANSACTION_ABORTABLE,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  ErrorCode.UNKNOWN_PRODUCER_ID,
  ErrorCode.GROUP_AUTHORIZATION_FAILED,
  ErrorCode.TOPIC_AUTHORIZATION_FAILED,
  ErrorCode.FENCED_INSTANCE_ID,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.STALE_MEMBER_EPOCH,
  ErrorCode.OFFSET_METADATA_TOO_LARGE,
  ErrorCode.INVALID_COMMIT_OFFSET_SIZE,
  ErrorCode.REBALANCE_IN_PROGRESS,
]);

/** Errors after which no transaction of this producer can succeed. */
const FATAL: ReadonlySet<string> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_TRANSACTION_TIMEOUT',
]);

function isFatal({ kafkaCode }: KafkaError): boolean {
  return kafkaCode !== undefined && FATAL.has(kafkaCode);
}

/**
 * `none`: begin() may come. `open`: records may come. `committing` and `aborting`: it is being ended. `unknown`: nobody knows whether the
 * commit took effect, and it may only be repeated.
 */
type State = 'none' | 'open' | 'committing' | 'aborting' | 'unknown';

interface GroupOffsets {
  metadata: GroupMetadata;
  /** By `partition` within `topic`. */
  readonly offsets: Map<string, Map<number, OffsetToCommit>>;
}

export class TransactionCoordinator implements Numbering {
  readonly transactionalId: string;
  readonly #cluster: ProducerCluster;
  readonly #settings: ProducerSettings;
  readonly #closing: AbortSignal;
  #core: ProducerCore | undefined;
  #state: State = 'none';
  #identity: Identity | undefined;
  #isVersion2 = false;
  /** Why the open transaction can only be aborted. */
  #abortCause: KafkaError | undefined;
  #fatal: KafkaError | undefined;
  /** Whether numbers of this epoch are undecided, so that the next transaction needs another one. */
  #needsNewEpoch = false;
  #beginning = false;
  /** Partitions that may have records of the open transaction. */
  readonly #partitions = new Set<PartitionQueue>();
  /** Partitions to add before they can be sent to, with what resumes them. */
  readonly #toAdd = new Map<PartitionQueue, () => void>();
  #isAdding = false;
  readonly #groups = new Map<string, GroupOffsets>();
  #hasSentOffsets = false;

  constructor(cluster: ProducerCluster, settings: ProducerSettings, transactionalId: string, closing: AbortSignal) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.transactionalId = transactionalId;
    this.#closing = closing;
  }

  attach(core: ProducerCore): void {
    this.#core = core;
  }

  get produceVersionMax(): number | undefined {
    return this.#isVersion2 ? undefined : VERSION_1_MAX.produce;
  }

  /** Takes the transactional id over when that is due, and opens a transaction. */
  async begin(signal: AbortSignal | undefined): Promise<void> {
    if (this.#fatal !== undefined) throw this.#fatal;
    if (this.#state !== 'none' || this.#beginning) {
      throw new KafkaError(
        'MILLRACE_CLIENT_INVALID_STATE',
        'a producer has one transaction at a time: commit or abort the one before, or use another producer',
      );
    }
    throwIfAborted('beginning a transaction', signal);
    this.#beginning = true;
    try {
      if (this.#identity === undefined || this.#needsNewEpoch) {
        await abortable('beginning a transaction', this.#initialize(), signal);
      }
      const nodeId = await this.#cluster.coordinator('transaction', this.transactionalId, {
        signal: signal ?? this.#closing,
      });
      this.#isVersion2 = ((await this.#cluster.featureLevel(nodeId, TRANSACTION_VERSION_FEATURE)) ?? 0) >= 2;
    } finally {
      this.#beginning = false;
    }
    this.#state = 'open';
    this.#abortCause = undefined;
  }

  /** Throws when the open transaction takes nothing more. */
  assertOpen(what: string): void {
    if (this.#fatal !== undefined) throw this.#fatal;
    if (this.#abortCause !== undefined) throw this.#mustAbort(what, this.#abortCause);
    if (this.#state !== 'open')
      throw new KafkaError('MILLRACE_CLIENT_INVALID_STATE', `${what}() after the transaction was ended`);
  }

  /** Offsets that the transaction commits. Newer ones of a partition replace older ones. */
  addOffsets(metadata: GroupMetadata, offsets: readonly OffsetToCommit[]): void {
    let group = this.#groups.get(metadata.groupId);
    if (group === undefined) {
      group = { metadata, offsets: new Map() };
      this.#groups.set(metadata.groupId, group);
    }
    group.metadata = metadata;
    for (const offset of offsets) {
      const byPartition = group.offsets.get(offset.topic) ?? new Map<number, OffsetToCommit>();
      byPartition.set(offset.partition, offset);
      group.offsets.set(offset.topic, byPartition);
    }
  }

  get isFatal(): boolean {
    return this.#fatal !== undefined;
  }

  get isOutcomeUnknown(): boolean {
    return this.#state === 'unknown';
  }

  async commit(): Promise<void> {
    if (this.#state === 'unknown') {
      await this.#end(true);
      return;
    }
    this.assertOpen('commit');
    this.#state = 'committing';
    await this.#core?.flush(undefined);
    try {
      this.#assertCommittable();
      for (const group of this.#groups.values()) await this.#commitOffsets(group);
      this.#assertCommittable();
    } catch (error) {
      if (this.#state === 'committing') this.#state = 'open';
      throw this.#noteFailure(error);
    }
    await this.#end(true);
  }

  async abort(): Promise<void> {
    if (this.#fatal !== undefined) throw this.#fatal;
    if (this.#state === 'unknown') {
      throw new KafkaError(
        'MILLRACE_CLIENT_INVALID_STATE',
        'nobody knows whether the commit took effect: call commit() again',
      );
    }
    if (this.#state !== 'open' && this.#state !== 'aborting') return;
    this.#state = 'aborting';
    this.#abortCause ??= new KafkaError('MILLRACE_CLIENT_ABORTED', 'the transaction was aborted');
    await this.#giveUpRecords(this.#abortCause);
    await this.#end(false);
    if (this.#needsNewEpoch && this.#fatal === undefined) await this.#initialize();
  }

  async close(timeoutMs: number): Promise<void> {
    if (this.#state === 'none' || this.#state === 'unknown' || this.#fatal !== undefined) return;
    const late = delay(this.#cluster.runtime, 'closing a producer', timeoutMs, this.#closing).catch(() => undefined);
    // The coordinator aborts what is left open when its time is over.
    await Promise.race([this.abort().catch(() => undefined), late]);
  }

  prepare(queue: PartitionQueue, resume: () => void): boolean {
    const identity = this.#identity;
    if (identity === undefined || (this.#state !== 'open' && this.#state !== 'committing')) return false;
    if (this.#abortCause !== undefined || this.#fatal !== undefined) return false;
    // Whatever was numbered under an older identity was decided when that transaction ended.
    if (queue.sequences.identity !== identity) queue.startEpoch(identity);
    if (!this.#isVersion2 && !this.#partitions.has(queue)) {
      this.#toAdd.set(queue, resume);
      void this.#addPartitions();
      return false;
    }
    this.#partitions.add(queue);
    return true;
  }

  judge({ queue, batch, errorCode, logStartOffset }: Refusal): 'again' | 'give-up' | undefined {
    switch (errorCode) {
      case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
        return queue.hasOlder(batch) ? 'again' : 'give-up';
      case ErrorCode.UNKNOWN_PRODUCER_ID:
        return queue.hasOlder(batch) || logStartOffset < 0 ? 'again' : 'give-up';
      default:
        return undefined;
    }
  }

  onGivenUp(batch: ProducerBatch, error: KafkaError): void {
    if (batch.order !== NEVER_SENT) this.#needsNewEpoch = true;
    this.#noteFailure(error);
  }

  /** Keeps what follows from a failure for the transaction, and returns the error to throw. */
  #noteFailure(error: unknown): KafkaError {
    const failure = KafkaError.is(error)
      ? error
      : new KafkaError('MILLRACE_CLIENT_INVALID_STATE', `the transaction failed: ${String(error)}`, { cause: error });
    if (isFatal(failure)) this.#onFatal(failure);
    else if (this.#state !== 'none') this.#abortCause ??= failure;
    return this.#fatal ?? (failure.needsAbort ? failure : this.#mustAbort('commit', failure));
  }

  #onFatal(error: KafkaError): void {
    if (this.#fatal !== undefined) return;
    this.#fatal = error;
    // Not from within the handling of an answer, which is not done with its batches.
    queueMicrotask(() => this.#core?.fail(error));
  }

  #mustAbort(what: string, cause: KafkaError): KafkaError {
    return new KafkaError(
      'MILLRACE_CLIENT_INVALID_STATE',
      `${what}() failed, and the transaction has to be aborted: ${cause.message}`,
      {
        cause,
        needsAbort: true,
        kafkaCode: cause.kafkaCode,
      },
    );
  }

  #assertCommittable(): void {
    if (this.#fatal !== undefined) throw this.#fatal;
    if (this.#abortCause !== undefined) throw this.#abortCause;
  }

  /** Gives up everything that is not on the wire, until nothing is. */
  async #giveUpRecords(cause: KafkaError): Promise<void> {
    const core = this.#core;
    if (core === undefined) return;
    core.accumulator.failWaiting(cause);
    do {
      core.sender.giveUpWaiting(cause);
      await core.sender.whenIdle();
    } while (core.sender.undecidedCount > 0);
  }

  async #end(isCommit: boolean): Promise<void> {
    const identity = this.#identity ?? NO_IDENTITY;
    const isEmpty = this.#partitions.size === 0 && !this.#hasSentOffsets;
    if (!isEmpty) {
      const what = `${isCommit ? 'committing' : 'aborting'} the transaction of "${this.transactionalId}"`;
      const request = createEndTxnRequest({ ...this.#ids(identity), committed: isCommit });
      const versionMax = this.#isVersion2 ? undefined : VERSION_1_MAX.endTxn;
      try {
        const answer = await this.#ask(
          'transaction',
          this.transactionalId,
          what,
          END_TXN,
          request,
          versionMax,
          ({ errorCode }) => errorCode,
        );
        const { producerId, producerEpoch } = answer;
        if (producerId >= 0n && producerEpoch >= 0) {
          this.#identity = { producerId, producerEpoch };
          this.#needsNewEpoch = false;
        }
      } catch (error) {
        const failure = KafkaError.is(error) ? error : undefined;
        if (failure?.kafkaCode === 'INVALID_PRODUCER_ID_MAPPING' && !isCommit) {
          // The coordinator has forgotten this producer, and with it the transaction.
          this.#needsNewEpoch = true;
        } else if (failure === undefined || isFatal(failure)) {
          throw this.#noteFailure(error);
        } else if (failure.needsAbort) {
          this.#state = 'open';
          throw this.#noteFailure(error);
        } else {
          this.#state = isCommit ? 'unknown' : 'aborting';
          throw failure;
        }
      }
    }
    this.#partitions.clear();
    this.#toAdd.clear();
    this.#groups.clear();
    this.#hasSentOffsets = false;
    this.#abortCause = undefined;
    this.#state = 'none';
  }

  /** Takes the transactional id over, or gets another epoch of it. */
  async #initialize(): Promise<void> {
    const { transactionalId } = this;
    const what = `taking over transactional id "${transactionalId}"`;
    const current = this.#identity ?? NO_IDENTITY;
    const { transactionTimeoutMs } = this.#settings;
    const request = createInitProducerIdRequest({ transactionalId, transactionTimeoutMs, ...current });
    try {
      const { producerId, producerEpoch } = await this.#ask(
        'transaction',
        transactionalId,
        what,
        INIT_PRODUCER_ID,
        request,
        undefined,
        ({ errorCode }) => errorCode,
      );
      this.#identity = { producerId, producerEpoch };
      this.#needsNewEpoch = false;
    } catch (error) {
      if (KafkaError.is(error) && isFatal(error)) this.#onFatal(error);
      throw error;
    }
  }

  /** Tells the coordinator of partitions before their first batch (transaction version 1). */
  async #addPartitions(): Promise<void> {
    if (this.#isAdding) return;
    this.#isAdding = true;
    try {
      // Partitions of one turn go together.
      await Promise.resolve();
      while (this.#toAdd.size > 0) await this.#addPartitionsOnce([...this.#toAdd]);
    } catch (error) {
      this.#toAdd.clear();
      const failure = this.#noteFailure(error);
      this.#core?.sender.giveUpWaiting(KafkaError.is(error) ? error : failure);
    } finally {
      this.#isAdding = false;
    }
  }

  async #addPartitionsOnce(adding: readonly (readonly [PartitionQueue, () => void])[]): Promise<void> {
    const byTopic = new Map<string, number[]>();
    for (const [{ topic, partition }] of adding) {
      const partitions = byTopic.get(topic);
      if (partitions === undefined) byTopic.set(topic, [partition]);
      else partitions.push(partition);
    }
    const { producerId, producerEpoch } = this.#identity ?? NO_IDENTITY;
    const request = createAddPartitionsToTxnRequest({
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: Array.from(byTopic, ([name, partitions]) => ({ name, partitions })),
    });
    await this.#ask(
      'transaction',
      this.transactionalId,
      `adding partitions to the transaction of "${this.transactionalId}"`,
      ADD_PARTITIONS,
      request,
      ADD_PARTITIONS_VERSION_MAX,
      ({ resultsByTopicV3AndBelow }) => {
        const codes = resultsByTopicV3AndBelow.flatMap((topic) =>
          topic.resultsByPartition.map((result) => result.partitionErrorCode),
        );
        // One refused partition keeps all from being added; the others then say so.
        return (
          codes.find((code) => code !== ErrorCode.NONE && code !== ErrorCode.OPERATION_NOT_ATTEMPTED) ?? ErrorCode.NONE
        );
      },
    );
    for (const [queue, resume] of adding) {
      this.#toAdd.delete(queue);
      this.#partitions.add(queue);
      resume();
    }
  }

  async #commitOffsets({ metadata, offsets }: GroupOffsets): Promise<void> {
    const { groupId, generation, memberId, instanceId } = metadata;
    const identity = this.#identity ?? NO_IDENTITY;
    const what = `adding offsets of group "${groupId}" to the transaction of "${this.transactionalId}"`;
    if (!this.#isVersion2) {
      const added = createAddOffsetsToTxnRequest({ ...this.#ids(identity), groupId });
      await this.#ask(
        'transaction',
        this.transactionalId,
        what,
        ADD_OFFSETS,
        added,
        undefined,
        ({ errorCode }) => errorCode,
      );
    }
    this.#hasSentOffsets = true;
    const topicIdOf = (name: string): string => this.#cluster.topic(name)?.topicId ?? ZERO_UUID;
    const request = createTxnOffsetCommitRequest({
      ...this.#ids(identity),
      groupId,
      generationIdOrMemberEpoch: generation,
      memberId,
      groupInstanceId: instanceId,
      topics: Array.from(offsets, ([name, byPartition]) =>
        createTxnOffsetCommitRequestTopic({
          name,
          topicId: topicIdOf(name),
          partitions: Array.from(byPartition.values(), ({ partition, offset, leaderEpoch, metadata: text }) =>
            createTxnOffsetCommitRequestPartition({
              partitionIndex: partition,
              committedOffset: BigInt(offset),
              committedLeaderEpoch: leaderEpoch ?? -1,
              committedMetadata: text ?? '',
            }),
          ),
        }),
      ),
    });
    const hasIds = [...offsets.keys()].every((name) => topicIdOf(name) !== ZERO_UUID);
    const versionMax = !this.#isVersion2
      ? VERSION_1_MAX.txnOffsetCommit
      : hasIds
        ? undefined
        : NAMED_OFFSETS_VERSION_MAX;
    await this.#ask('group', groupId, what, TXN_OFFSET_COMMIT, request, versionMax, ({ topics }) => {
      const codes = topics.flatMap((topic) => topic.partitions.map((partition) => partition.errorCode));
      return codes.find((code) => code !== ErrorCode.NONE) ?? ErrorCode.NONE;
    });
  }

  #ids(identity: Identity): { transactionalId: string; producerId: bigint; producerEpoch: number } {
    return { transactionalId: this.transactionalId, ...identity };
  }

  /** Asks a coordinator until it answers with something that trying again does not change. */
  async #ask<Request extends object, Response>(
    type: CoordinatorType,
    key: string,
    what: string,
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    versionMax: number | undefined,
    codeOf: (response: Response) => number,
  ): Promise<Response> {
    const { runtime } = this.#cluster;
    const signal = this.#closing;
    const attempt = async (): Promise<Response> => {
      for (let concurrent = 0; ; concurrent++) {
        const nodeId = await this.#cluster.coordinator(type, key, { signal });
        const response = await this.#askOnce(nodeId, type, key, api, request, versionMax);
        const code = codeOf(response);
        if (code === ErrorCode.NONE) return response;
        if (code === ErrorCode.CONCURRENT_TRANSACTIONS && concurrent < CONCURRENT_RETRIES_MAX) {
          await delay(runtime, what, CONCURRENT_RETRY_MS, signal);
          continue;
        }
        if (MOVED.has(code)) this.#cluster.forgetCoordinator(type, key);
        throw this.#refusal(what, code);
      }
    };
    return retrying(runtime, what, attempt, { timeoutMs: this.#settings.deliveryTimeoutMs, signal });
  }

  async #askOnce<Request extends object, Response>(
    nodeId: number,
    type: CoordinatorType,
    key: string,
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    versionMax: number | undefined,
  ): Promise<Response> {
    try {
      const lane = type === 'group' ? 'group' : 'control';
      return (await this.#cluster.sendTo(nodeId, api, request, { lane, versionMax, signal: this.#closing })).response;
    } catch (error) {
      if (KafkaError.is(error) && error.retriable) this.#cluster.forgetCoordinator(type, key);
      throw error;
    }
  }

  #refusal(what: string, code: number): KafkaError {
    const error = brokerError(what, code);
    const { kafkaCode } = error;
    if (kafkaCode === 'INVALID_PRODUCER_EPOCH' || kafkaCode === 'PRODUCER_FENCED') {
      return new FencedError(
        `${error.message}: another producer uses this transactional id, or the transaction timed out`,
        {
          kafkaCode,
          details: error.details,
        },
      );
    }
    if (!ABORTABLE.has(code)) return error;
    return new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', error.message, {
      kafkaCode,
      needsAbort: true,
      details: error.details,
    });
  }
}
