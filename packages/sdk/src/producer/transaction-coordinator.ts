/**
 * A transactional producer's side of the talk with its coordinator.
 *
 * Owns: the producer's identity, which transaction is open, which partitions and groups belong to it, and whether it can still be
 *   committed.
 * Invariants: one transaction at a time. After anything was given up, or a commit was refused, a transaction can only be aborted
 *   (`needsAbort`); after another producer took the transactional id over, or an abort was refused, nothing works any more (`fatal`).
 *   What is neither refused nor granted stays open: the same end may be asked for again. With transaction version 2 (KIP-890) brokers add
 *   partitions by themselves and each end brings a new epoch; with older clusters the producer adds partitions and groups first and has
 *   its epoch raised after an abort that left numbers undecided (KIP-360).
 * Bounds: each call to the coordinator is retried for `deliveryTimeoutMs`.
 * Not here: the records (./producer-core.ts); what users see (./transaction.ts).
 */
import { messageOf, ZERO_UUID } from '@millrace/base';
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
import { abortable, asFatal, brokerError, FencedError, KafkaError, throwIfAborted } from '../error.ts';
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
  // The coordinator has ended it already. If it did so for another producer, the abort is what gets to know of that.
  ErrorCode.INVALID_TXN_STATE,
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

/** Errors after which no transaction of this producer can succeed, beside those that say so themselves. */
const FATAL: ReadonlySet<string> = new Set([
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_TRANSACTION_TIMEOUT',
]);

/** Answers to an abort by a coordinator that has forgotten the producer, and with it the transaction. */
const FORGOTTEN: ReadonlySet<string> = new Set(['INVALID_PRODUCER_ID_MAPPING', 'UNKNOWN_PRODUCER_ID']);

function isFatal({ fatal, kafkaCode }: KafkaError): boolean {
  return fatal || (kafkaCode !== undefined && FATAL.has(kafkaCode));
}

/**
 * `none`: begin() may come. `open`: records may come. `committing` and `aborting`: it is being ended. `unknown`: nobody knows whether the
 * commit took effect, and it may only be repeated.
 */
type State = 'none' | 'open' | 'committing' | 'aborting' | 'unknown';

/** Offsets that were read under one membership of a group, and are committed under it: a broker then sees when it is over. */
interface GroupOffsets {
  readonly metadata: GroupMetadata;
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
  #initializing: Promise<void> | undefined;
  /** The commit or abort that is under way. */
  #ending: Promise<void> | undefined;
  /** The coordinator has the transaction open, too, as far as anybody knows. */
  #isOpenThere = false;
  /** It was asked to take something into the transaction, and has not answered: it may have it open, or may yet (version 1). */
  #isAddUnanswered = false;
  /** Partitions that it has taken into the open transaction (version 1). */
  readonly #partitions = new Set<PartitionQueue>();
  /** Partitions to add before they can be sent to, with what resumes them. */
  readonly #toAdd = new Map<PartitionQueue, () => void>();
  #adding: AbortController | undefined;
  readonly #groups: GroupOffsets[] = [];

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
    let group = this.#groups.find((each) => isSameMembership(each.metadata, metadata));
    if (group === undefined) this.#groups.push((group = { metadata, offsets: new Map() }));
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

  /** Takes records until `whenSent` resolves, then no more. Rejects as that does, having done nothing. */
  async commit(whenSent?: () => Promise<void>): Promise<void> {
    if (this.#fatal !== undefined) throw this.#fatal;
    if (this.#state !== 'unknown') this.assertOpen('commit');
    if (this.#ending !== undefined) {
      throw new KafkaError('MILLRACE_CLIENT_INVALID_STATE', 'commit() while commit() is under way: wait for that');
    }
    await this.#underWay(whenSent === undefined ? this.#commit() : whenSent().then(() => this.#commit()));
  }

  async abort(): Promise<void> {
    if (this.#fatal !== undefined) throw this.#fatal;
    switch (this.#state) {
      case 'none':
        return;
      case 'unknown':
        throw new KafkaError(
          'MILLRACE_CLIENT_INVALID_STATE',
          'nobody knows whether the commit took effect: call commit() again',
        );
      case 'committing':
        throw new KafkaError('MILLRACE_CLIENT_INVALID_STATE', 'abort() while commit() is under way: wait for that');
      case 'aborting':
        await (this.#ending ?? this.#underWay(this.#abort()));
        return;
      case 'open':
        this.#state = 'aborting';
        await this.#underWay(this.#abort());
    }
  }

  /** Resolves when no commit or abort is under way, whatever became of it. */
  async whenEnded(): Promise<void> {
    await this.#ending?.catch(() => undefined);
  }

  /** Waits for the end that is under way, or aborts what is open. */
  async close(timeoutMs: number): Promise<void> {
    const late = delay(this.#cluster.runtime, 'closing a producer', timeoutMs, this.#closing).catch(() => undefined);
    const end = async (): Promise<void> => {
      await this.whenEnded();
      if (this.#state !== 'unknown' && this.#fatal === undefined) await this.abort().catch(() => undefined);
    };
    // The coordinator aborts what is left open when its time is over.
    await Promise.race([end(), late]);
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
    // A broker that gets the first batch adds the partition.
    this.#isOpenThere = true;
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
    // Also INVALID_PRODUCER_EPOCH: a log cannot tell a transaction whose time was over from another producer (KIP-588). The coordinator
    // can, when it is asked to abort.
    this.#noteFailure(error);
  }

  /** Something that was to be part of the open transaction is not: it can only be aborted. */
  noteFailed(error: unknown): void {
    if (this.#state !== 'open' && this.#state !== 'committing') return;
    this.#abortCause ??= asKafkaError(error);
  }

  async #underWay(ending: Promise<void>): Promise<void> {
    this.#ending = ending;
    try {
      await ending;
    } finally {
      if (this.#ending === ending) this.#ending = undefined;
    }
  }

  async #commit(): Promise<void> {
    if (this.#fatal !== undefined) throw this.#fatal;
    const isRepeated = this.#state === 'unknown';
    if (!isRepeated) this.assertOpen('commit');
    this.#state = 'committing';
    if (!isRepeated) {
      await this.#core?.flush(undefined);
      try {
        this.#assertCommittable();
        for (const group of this.#groups) await this.#commitOffsets(group);
        this.#assertCommittable();
      } catch (error) {
        this.#state = 'open';
        throw this.#noteFailure(error);
      }
    }
    await this.#end(true);
  }

  async #abort(): Promise<void> {
    this.#abortCause ??= new KafkaError('MILLRACE_CLIENT_ABORTED', 'the transaction was aborted');
    // What it would add has no records. What it has added already, or may add yet, is ended below.
    this.#adding?.abort();
    this.#adding = undefined;
    await this.#giveUpRecords(this.#abortCause);
    await this.#end(false);
    // Batches that may still be on their way belong to an epoch that is over then. The transaction is aborted in any case.
    if (this.#needsNewEpoch) await this.#initialize().catch(() => undefined);
    if (this.#fatal !== undefined) throw this.#fatal;
  }

  /** Keeps what follows from a failure for the transaction, and returns the error to throw. */
  #noteFailure(error: unknown): KafkaError {
    const failure = asKafkaError(error);
    if (isFatal(failure)) this.#onFatal(failure);
    else if (this.#state !== 'none') this.#abortCause ??= failure;
    return this.#fatal ?? (failure.needsAbort ? failure : this.#mustAbort('commit', failure));
  }

  #onFatal(error: KafkaError): KafkaError {
    if (this.#fatal !== undefined) return this.#fatal;
    const fatal = asFatal(error);
    this.#fatal = fatal;
    // Not from within the handling of an answer, which is not done with its batches.
    queueMicrotask(() => this.#core?.fail(fatal));
    return fatal;
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
    if (this.#isOpenThere || this.#isAddUnanswered) {
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
        const failure = asKafkaError(error);
        if (isCommit) throw this.#onCommitFailed(failure);
        if (!this.#isNothingToAbort(failure)) throw this.#onAbortFailed(failure);
        this.#needsNewEpoch = true;
      }
      // What arrives only now must not open a transaction that nobody ends: under an older epoch it is refused.
      if (this.#isAddUnanswered) this.#needsNewEpoch = true;
    }
    this.#isOpenThere = false;
    this.#isAddUnanswered = false;
    this.#partitions.clear();
    this.#toAdd.clear();
    this.#groups.length = 0;
    this.#abortCause = undefined;
    this.#state = 'none';
  }

  /** A refusal says that it is not committed; anything else says nothing. */
  #onCommitFailed(error: KafkaError): KafkaError {
    if (!isFatal(error) && !error.needsAbort) {
      this.#state = 'unknown';
      return error;
    }
    this.#state = 'open';
    return this.#noteFailure(error);
  }

  /** Whether an abort was refused since the coordinator has forgotten the transaction, or never heard of it. */
  #isNothingToAbort({ kafkaCode }: KafkaError): boolean {
    if (kafkaCode === undefined) return false;
    return FORGOTTEN.has(kafkaCode) || (!this.#isOpenThere && kafkaCode === 'INVALID_TXN_STATE');
  }

  /** There is nothing left to do about a transaction whose abort is refused. */
  #onAbortFailed(error: KafkaError): KafkaError {
    return isFatal(error) || error.needsAbort ? this.#onFatal(error) : error;
  }

  /** Takes the transactional id over, or gets another epoch of it. */
  #initialize(): Promise<void> {
    this.#initializing ??= this.#askForEpoch().finally(() => (this.#initializing = undefined));
    return this.#initializing;
  }

  async #askForEpoch(): Promise<void> {
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
      throw KafkaError.is(error) && isFatal(error) ? this.#onFatal(error) : error;
    }
  }

  /** Tells the coordinator of partitions before their first batch (transaction version 1). */
  async #addPartitions(): Promise<void> {
    if (this.#adding !== undefined) return;
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, this.#closing]);
    this.#adding = controller;
    try {
      // Partitions of one turn go together.
      await Promise.resolve();
      while (this.#toAdd.size > 0 && !signal.aborted) await this.#addPartitionsOnce([...this.#toAdd], signal);
    } catch (error) {
      // By then another transaction may be open.
      if (controller.signal.aborted) return;
      this.#toAdd.clear();
      const failure = this.#noteFailure(error);
      this.#core?.sender.giveUpWaiting(KafkaError.is(error) ? error : failure);
    } finally {
      if (this.#adding === controller) this.#adding = undefined;
    }
  }

  async #addPartitionsOnce(
    adding: readonly (readonly [PartitionQueue, () => void])[],
    signal: AbortSignal,
  ): Promise<void> {
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
    this.#isAddUnanswered = true;
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
      signal,
    );
    if (signal.aborted) return;
    this.#isAddUnanswered = false;
    this.#isOpenThere = true;
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
      this.#isAddUnanswered = true;
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
      this.#isAddUnanswered = false;
    }
    this.#isOpenThere = true;
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
    signal = this.#closing,
  ): Promise<Response> {
    const { runtime } = this.#cluster;
    const attempt = async (): Promise<Response> => {
      for (let concurrent = 0; ; concurrent++) {
        const nodeId = await this.#cluster.coordinator(type, key, { signal });
        const response = await this.#askOnce(nodeId, type, key, api, request, versionMax, signal);
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
    signal: AbortSignal,
  ): Promise<Response> {
    try {
      const lane = type === 'group' ? 'group' : 'control';
      return (await this.#cluster.sendTo(nodeId, api, request, { lane, versionMax, signal })).response;
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
    const hint = code === ErrorCode.INVALID_TXN_STATE ? ENDED_ALREADY : '';
    return new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', error.message + hint, {
      kafkaCode,
      needsAbort: true,
      details: error.details,
    });
  }
}

const ENDED_ALREADY =
  ': the coordinator has ended it, as a rule since it was open for longer than `transactionTimeoutMs`';

function isSameMembership(a: GroupMetadata, b: GroupMetadata): boolean {
  return a.groupId === b.groupId && a.memberId === b.memberId && a.generation === b.generation;
}

function asKafkaError(error: unknown): KafkaError {
  if (KafkaError.is(error)) return error;
  return new KafkaError('MILLRACE_CLIENT_INVALID_STATE', `the transaction failed: ${messageOf(error)}`, {
    cause: error,
  });
}
