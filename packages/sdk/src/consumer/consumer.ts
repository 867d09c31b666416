/**
 * Reading topics: alone or as a member of a group, message by message, batch by batch, or with many handlers at once.
 *
 * Owns: the parts (fetching, handing out, committing, membership) and their life.
 * Invariants: one way of reading at a time. Nothing is sent before something is asked for. A record that was not processed is never
 *   committed, and none is left out without being told of.
 * Bounds: `prefetchBytes` of records.
 */
import { createDeferred, type Deferred } from '@millrace/base';
import { abortable, ClosedError, KafkaError } from '../error.ts';
import { checkOptions, instance, milliseconds } from '../options/check-options.ts';
import { GroupClient } from '../group/group-client.ts';
import type { GroupCluster } from '../group/group-cluster.ts';
import { GroupOffsets } from '../group/group-offsets.ts';
import {
  createMembership,
  type CommitResult,
  type CommittedOffset,
  type Membership,
  type MembershipListener,
  type MembershipOptions,
  type OffsetRequestOptions,
} from '../group/membership.ts';
import { within } from '../group/within.ts';
import { TracedIterator } from '../telemetry/traced-iterator.ts';
import type { GroupMetadata, OffsetSource, OffsetToCommit, TopicPartition } from '../topic-partition.ts';
import type { AnyTopic, MessageOf } from '../topic/topic.ts';
import { Assignment, callbackError, namesOf, type SeekTarget } from './assignment.ts';
import type { Batch } from './batch.ts';
import { BatchIterator } from './batch-iterator.ts';
import { Committer } from './committer.ts';
import type { ConsumedPartition } from './consumed-partition.ts';
import type { ConsumerCluster } from './consumer-cluster.ts';
import {
  checkBatches,
  checkRun,
  consumerSettings,
  type ConsumerOptions,
  type ConsumerSettings,
  type RawTopic,
  type StallReport,
} from './consumer-options.ts';
import { explain, type Explanation } from './explain.ts';
import { Fetcher } from './fetcher.ts';
import { MessageIterator } from './message-iterator.ts';
import { LATEST_TIMESTAMP, listOffsets } from './offset-requests.ts';
import type { PositionReset } from './position-resolver.ts';
import type { Reader } from './reader.ts';
import { RecordFlow } from './record-flow.ts';
import type { Handler, RunOptions } from './run-options.ts';
import { Runner } from './runner.ts';
import { SelfAssignment } from './self-assignment.ts';
import { StallWatch } from './stall-watch.ts';
import { createUndecodableSink, type UndecodableReport } from './undecodable.ts';

export interface BatchesOptions {
  /** Records in a batch at most. Default: any number. */
  readonly maxRecords?: number;
  /** Uncompressed bytes after which a batch is not made larger. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Ends the loop when aborted. */
  readonly signal?: AbortSignal;
}

/** How far a consumer is behind in a partition. All three are offsets of the log. */
export interface ConsumerLag extends TopicPartition {
  /** Offset up to which records are processed; −1 while there is no position. */
  readonly position: number;
  /** Offset behind the last record that this consumer may see. */
  readonly end: number;
  /** Offsets between; more than records where the log has gaps. */
  readonly lag: number;
}

export interface CloseOptions {
  /** Milliseconds that records in hand get to be finished, from 0. Default 10,000. */
  readonly timeoutMs?: number;
}

const CLOSE_TIMEOUT_MS = 10_000;
const CLOSE_OPTIONS = { timeoutMs: milliseconds() };
const LAG_OPTIONS = { signal: instance(AbortSignal) };
const OFFSET_REQUEST_OPTIONS = { timeoutMs: milliseconds(), signal: instance(AbortSignal) };
const BATCH_BYTES = 1024 * 1024;
let consumerCount = 0;

/**
 * Reads topics. Iterate it, iterate `batches()`, or call `run(handler)`: one of them at a time. Everything else may be called at any
 * time. Made by `kafka().consumer(options)`.
 */
export class Consumer<T extends AnyTopic = RawTopic>
  implements AsyncDisposable, AsyncIterable<MessageOf<T>>, OffsetSource<Batch<T>>
{
  readonly #cluster: ConsumerCluster & GroupCluster;
  readonly #options: ConsumerOptions<T>;
  readonly #settings: ConsumerSettings;
  readonly #fetcher: Fetcher;
  readonly #flow: RecordFlow;
  readonly #committer: Committer;
  readonly #assignment: Assignment;
  readonly #watch: StallWatch;
  readonly #messages: MessageIterator<T>;
  readonly #membership: Membership | undefined;
  /** Commits in the name of the group without being a member: partitions are assigned by hand. */
  readonly #groupOffsets: GroupOffsets | undefined;
  readonly #self: SelfAssignment | undefined;
  readonly #onClosed: (() => void) | undefined;
  readonly #onAbort = (): void => void this.close().catch(() => undefined);
  #reader: Reader | undefined;
  #lastReader: Reader | undefined;
  #runner: Runner<T> | undefined;
  #isStarted = false;
  #closing: Promise<void> | undefined;
  /** Closing has waited long enough for records in hand. */
  #hasGivenUp = false;
  #isClosed = false;
  /** Aborted when partitions need no positions any more, since the group is being left. */
  readonly #leaving = new AbortController();
  /** Resolves when the reader has ended. */
  #stopped: Deferred<void> | undefined;

  /** @internal Use `kafka().consumer()`. Throws MILLRACE_CLIENT_INVALID_OPTION. */
  constructor(cluster: ConsumerCluster & GroupCluster, options: ConsumerOptions<T>, onClosed?: () => void) {
    this.#cluster = cluster;
    this.#options = options;
    this.#settings = consumerSettings(options);
    this.#onClosed = onClosed;
    const { runtime } = cluster;
    const { group, topics } = { group: this.#settings.group, topics: options.topics };
    this.#flow = this.#createFlow();
    this.#fetcher = this.#createFetcher();
    this.#committer = new Committer({
      runtime,
      intervalMs: this.#settings.commitIntervalMs,
      partitions: () => this.#fetcher.partitions,
      find: (topic, partition) => this.#assignment.find(topic, partition),
      commitOffsets: (offsets, request) => this.#commitOffsets(offsets, request),
      onFatal: (error) => this.#flow.fail(error),
      onFailed: (error) => this.#tell(error),
    });
    this.#assignment = new Assignment({
      runtime,
      fetcher: this.#fetcher,
      flow: this.#flow,
      committer: this.#committer,
      declared: declaredTopics(topics),
      revokeTimeoutMs: this.#settings.revokeTimeoutMs,
      reader: () => (this.#hasGivenUp ? undefined : (this.#reader ?? this.#lastReader)),
      abortHandlers: (partition, reason) => this.#runner?.abortHandlers(reason, partition),
      onAssigned: options.onAssigned,
      onRevoked: options.onRevoked,
      onLost: options.onLost,
    });
    if (group !== undefined && topics !== undefined) {
      this.#membership = createMembership(
        cluster,
        membershipOptions(group, topics, options),
        this.#membershipListener(),
      );
    } else {
      if (group !== undefined) this.#groupOffsets = new GroupOffsets(new GroupClient(cluster, group));
      if (topics !== undefined) {
        this.#self = new SelfAssignment(
          cluster,
          topics instanceof RegExp ? topics : namesIn(topics),
          this.#assignment,
          (error) => this.#flow.fail(error),
        );
      }
    }
    this.#watch = new StallWatch({
      runtime,
      stallAfterMs: this.#settings.stallAfterMs,
      partitions: () => this.#fetcher.partitions,
      onStall: (report) => this.#onStall(report),
      onLook: () => this.#fetcher.touchTopics(),
    });
    this.#messages = new MessageIterator<T>({
      flow: this.#flow,
      clock: runtime.clock,
      onBegin: (reader) => this.#begin(reader),
      onRelease: () => this.#onRelease(),
      onEnd: (reader) => this.#end(reader),
    });
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal?.aborted === true) this.#onAbort();
  }

  /**
   * The messages of all partitions, each partition's in order. Asking for the next one says that the one before is processed. Leaving
   * the loop, by `break` or by a throw, leaves the last message unprocessed: it comes again, unless `processed(message)` was called.
   * The loop ends when the consumer is drained or closed, and throws what reading failed with: DecodeError (with `undecodable: 'stop'`),
   * MILLRACE_CLIENT_NO_POSITION (with `from: 'fail'`), MILLRACE_CLIENT_CORRUPT_RECORDS, MILLRACE_CLIENT_HANDLER for what a callback of the
   * options threw, and whatever ended the membership for good. Throws MILLRACE_CLIENT_INVALID_STATE while something else reads.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<MessageOf<T>, undefined> {
    this.#refuseSecondReader(undefined);
    const { tracing } = this.#cluster.runtime;
    if (tracing === undefined) return this.#messages;
    return new TracedIterator(this.#messages, (message) => tracing.beginMessage(message, this.#settings.group));
  }

  /**
   * The records as batches: the cheapest way to read many. See {@link Batch} for when one counts as processed. Ends and throws as the loop
   * over messages does; MILLRACE_CLIENT_INVALID_OPTION for wrong options.
   */
  batches(options: BatchesOptions = {}): AsyncIterableIterator<Batch<T>, undefined> {
    checkBatches(options);
    const { maxRecords = Infinity, maxBytes = BATCH_BYTES, signal } = options;
    const previous = this.#lastReader;
    // The same loop again takes up the batch that the last one left unprocessed.
    const iterator = new BatchIterator<T>({
      flow: this.#flow,
      clock: this.#cluster.runtime.clock,
      limits: { maxRecords, maxBytes },
      signal,
      previous: previous instanceof BatchIterator ? previous : undefined,
      onBegin: (reader) => this.#begin(reader),
      onRelease: () => this.#onRelease(),
      onEnd: (reader) => this.#end(reader),
    });
    const { tracing } = this.#cluster.runtime;
    if (tracing === undefined) return iterator;
    return new TracedIterator(iterator, (batch) => tracing.beginBatch(batch, this.#settings.group));
  }

  /**
   * Calls the handler for each message, many at once as `order` and `concurrency` allow. Resolves when it is ended by its signal, by
   * `drain` or by `close`; rejects with MILLRACE_CLIENT_HANDLER when a handler fails for good and there is no dead letter, with
   * MILLRACE_CLIENT_DEAD_LETTER when a dead letter cannot be sent, and with what the loop over messages throws. What was not finished comes
   * again, here or at whoever gets the partition.
   */
  async run(handler: Handler<T>, options: RunOptions = {}): Promise<void> {
    checkRun(handler, options);
    const runner = new Runner<T>({
      ...options,
      handler,
      flow: this.#flow,
      runtime: this.#cluster.runtime,
      groupId: this.#settings.group,
      clientId: this.#cluster.clientId,
      partitionCount: () => this.#fetcher.partitions.size,
      onBegin: (reader) => this.#begin(reader),
      onRelease: () => this.#onRelease(),
      onEnd: (reader) => this.#end(reader),
    });
    this.#runner = runner;
    try {
      await runner.run();
    } finally {
      if (this.#runner === runner) this.#runner = undefined;
      if (this.#settings.commitIntervalMs !== undefined && this.#closing === undefined) {
        await this.#committer.commit().catch((error: unknown) => this.#tell(error));
      }
    }
  }

  /**
   * The message of the loop over messages that is in hand is processed, although no other will be asked for. Throws
   * MILLRACE_CLIENT_INVALID_STATE for any other.
   */
  processed(message: { readonly topic: string; readonly partition: number; readonly offset: number }): void {
    if (this.#messages.markProcessed(message.topic, message.partition, message.offset)) return;
    const { topic, partition, offset } = message;
    throw new KafkaError(
      'MILLRACE_CLIENT_INVALID_STATE',
      `offset ${String(offset)} of ${topic}[${String(partition)}] is not the message in hand of a loop over messages`,
      { details: { topic, partition, offset } },
    );
  }

  /**
   * Commits how far each partition is processed, or these offsets (of the next record to read), which are taken as they are, also those
   * of partitions that others hold. Works in `onAssigned` and `onRevoked`, also when closing calls it. Rejects with the first refusal
   * when the group did not take all of them: `retriable` when the next commit may succeed; with MILLRACE_CLIENT_INVALID_STATE when this
   * member has no place in the group at present, or a partition was given away while its commit was tried again; with
   * MILLRACE_CLIENT_TIMEOUT, MILLRACE_CLIENT_ABORTED, and MILLRACE_CLIENT_CLOSED after `close`.
   */
  async commit(offsets?: readonly OffsetToCommit[], options: OffsetRequestOptions = {}): Promise<void> {
    checkOptions('consumer.commit()', options, OFFSET_REQUEST_OPTIONS);
    this.#requireGroup('commit');
    this.#startUnlessClosed();
    await this.#committer.commit(offsets, options);
  }

  /**
   * What the group has committed of these partitions, of all that are assigned when they are left out; offset −1 where it has committed
   * nothing. Waits for transactions that hold an offset open (KIP-447). Rejects as `commit` does.
   */
  async committed(
    partitions?: readonly TopicPartition[],
    options: OffsetRequestOptions = {},
  ): Promise<readonly CommittedOffset[]> {
    checkOptions('consumer.committed()', options, OFFSET_REQUEST_OPTIONS);
    this.#requireGroup('committed');
    this.#startUnlessClosed();
    return this.#fetchCommitted(partitions ?? this.assignment(), options);
  }

  /**
   * Hands out nothing of these partitions, or of all that are assigned now, until `resume`; what is in hand can be finished. A partition
   * that stays through a rebalance stays paused; one that comes new, or comes back, is not: pause it in `onAssigned`. Throws
   * MILLRACE_CLIENT_INVALID_STATE for a partition that is not assigned.
   */
  pause(partitions?: readonly TopicPartition[]): void {
    for (const partition of this.#assigned(partitions)) partition.isPaused = true;
    this.#reader?.interrupt();
  }

  /** Ends what `pause` began, for these partitions or for all. Throws as `pause` does. */
  resume(partitions?: readonly TopicPartition[]): void {
    for (const partition of this.#assigned(partitions)) {
      partition.isPaused = false;
      this.#fetcher.place(partition);
      this.#flow.offer(partition);
    }
    this.#reader?.interrupt();
  }

  /** The assigned partitions of which nothing is handed out. */
  paused(): readonly TopicPartition[] {
    return namesOf([...this.#fetcher.partitions].filter(({ isPaused }) => isPaused));
  }

  /**
   * Goes on at an offset, at the first record at or behind a time, or at either end. What is in hand of the partition counts no more, and
   * what is committed next is the new position, also when it lies before the last one. Resolves when the position is known. A partition
   * that is not assigned is sought as soon as it is; this resolves at once then. Rejects with MILLRACE_CLIENT_INVALID_OPTION for what is no
   * place, and with what kept the offset from being looked up.
   */
  async seek(where: TopicPartition, to: SeekTarget): Promise<void> {
    checkSeek(to);
    const partition = this.#assignment.find(where.topic, where.partition);
    if (partition === undefined) {
      this.#assignment.seekLater(where, to);
      return;
    }
    this.#assignment.seek(partition, to);
    // Inside onAssigned the partition is read only after this returned anyway.
    if (!partition.isAdmitted) return;
    await abortable('seeking', this.#fetcher.resolver.whenSettled(partition), this.#fetcher.closeSignal);
    if (partition.failure !== undefined) throw partition.failure;
  }

  /**
   * Reads exactly these partitions, in place of those named before; `at` is where to begin, else what the group has committed, else
   * `from`. Only for a consumer without `topics`: with them the group, or the cluster, decides (MILLRACE_CLIENT_INVALID_STATE). Calls
   * `onRevoked` and `onAssigned`, and resolves after them.
   */
  async assign(partitions: readonly (TopicPartition & { readonly at?: SeekTarget })[]): Promise<void> {
    if (this.#options.topics !== undefined) {
      throw new KafkaError(
        'MILLRACE_CLIENT_INVALID_STATE',
        'assign() is for consumers without `topics`: leave them out to name partitions yourself',
      );
    }
    for (const { at } of partitions) if (at !== undefined) checkSeek(at);
    this.#start();
    const isWanted = (each: TopicPartition): boolean =>
      partitions.some(({ topic, partition }) => topic === each.topic && partition === each.partition);
    const going = this.assignment().filter((each) => !isWanted(each));
    if (going.length > 0) await this.#assignment.remove(going);
    const added = partitions.filter(({ topic, partition }) => this.#assignment.find(topic, partition) === undefined);
    for (const { topic, at, partition } of partitions) {
      const known = this.#assignment.find(topic, partition);
      if (known !== undefined && at !== undefined) this.#assignment.seek(known, at);
    }
    if (added.length > 0) await this.#assignment.add(added);
  }

  /** The partitions that are read at this moment. */
  assignment(): readonly TopicPartition[] {
    return namesOf(this.#fetcher.partitions);
  }

  /** Offset of the first record of the partition that is not processed; undefined while there is no position. */
  position({ topic, partition }: TopicPartition): number | undefined {
    const position = this.#assignment.find(topic, partition)?.progress.watermark().offset ?? -1;
    return position < 0 ? undefined : position;
  }

  /** How far this consumer is behind in each partition, by asking the brokers now. Rejects when one cannot be asked. */
  async lag(options: { readonly signal?: AbortSignal } = {}): Promise<readonly ConsumerLag[]> {
    checkOptions('consumer.lag()', options, LAG_OPTIONS);
    const lags: Promise<ConsumerLag[]>[] = [];
    const byLeader = Map.groupBy(this.#fetcher.partitions, ({ leaderId }) => leaderId);
    for (const [leaderId, partitions] of byLeader) lags.push(this.#lagOf(leaderId, partitions, options.signal));
    return (await Promise.all(lags)).flat();
  }

  /**
   * Ends the loop or `run()` that reads, after what is in hand is finished, and commits (unless `commit` is `manual`). The partitions stay
   * with this consumer, and reading may begin again afterwards. Rejects with MILLRACE_CLIENT_TIMEOUT when what is in hand takes longer than
   * `timeoutMs` (default 10,000), and as `commit` does.
   */
  async drain(options: CloseOptions = {}): Promise<void> {
    checkOptions('consumer.drain()', options, CLOSE_OPTIONS);
    const { timeoutMs = CLOSE_TIMEOUT_MS } = options;
    const isQuiet = await this.#stopReading(timeoutMs);
    if (this.#settings.commitIntervalMs !== undefined) await this.#committer.commit();
    if (isQuiet) return;
    throw new KafkaError(
      'MILLRACE_CLIENT_TIMEOUT',
      `records in hand were not finished within ${String(timeoutMs)} ms; what was finished is committed`,
      { retriable: true },
    );
  }

  /** Says in words what this consumer does and why nothing arrives. Cheap; asks nobody. */
  explain(): Explanation {
    const { topics } = this.#options;
    return explain({
      nowMs: this.#cluster.runtime.clock.monotonicMs(),
      isClosed: this.#closing !== undefined,
      isStarted: this.#isStarted,
      group: this.#settings.group,
      membership: this.#membership?.state,
      fetcher: this.#fetcher,
      flow: this.#flow,
      reader: this.#reader,
      topics:
        topics === undefined ? 'assign()' : topics instanceof RegExp ? String(topics) : namesIn(topics).join(', '),
      commitError: this.#committer.lastError,
      lastLoopStall: this.#watch.lastLoopStall,
      stallAfterMs: this.#settings.stallAfterMs,
    });
  }

  /**
   * How this consumer is named in transactions that commit its progress (KIP-447). Throws MILLRACE_CLIENT_INVALID_STATE without a group.
   */
  groupMetadata(): GroupMetadata {
    const groupId = this.#requireGroup('groupMetadata');
    return this.#membership?.groupMetadata() ?? { groupId, generation: -1, memberId: '', instanceId: null };
  }

  /**
   * The position that is reached when the batch is processed, for a transaction that commits it. Throws MILLRACE_CLIENT_INVALID_STATE with
   * `needsAbort` when its partition was given away since: whoever got it reads the batch again.
   */
  positionsAfter({ topic, partition, nextOffset, leaderEpoch, delivery }: Batch<T>): readonly OffsetToCommit[] {
    if (delivery?.owner?.isGone === true) {
      throw new KafkaError(
        'MILLRACE_CLIENT_INVALID_STATE',
        `${topic}[${String(partition)}] was given away while this batch was in hand: its new owner reads it again`,
        { needsAbort: true, details: { topic, partition } },
      );
    }
    return [{ topic, partition, offset: nextOffset, leaderEpoch }];
  }

  /**
   * Ends reading, lets what is in hand be finished for up to `timeoutMs`, then commits, calls `onRevoked` and leaves the group, for up to
   * another 30 s while the coordinator cannot be reached. Never called from inside the loop that reads without leaving it first: it would
   * wait for itself until `timeoutMs` is over. Resolves in any case.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkOptions('consumer.close()', options, CLOSE_OPTIONS);
    this.#closing ??= this.#close(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    await this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    const isQuiet = await this.#stopReading(timeoutMs);
    this.#hasGivenUp = !isQuiet;
    if (!isQuiet) this.#runner?.abortHandlers(new ClosedError('the consumer is closed'));
    this.#leaving.abort(new ClosedError('the consumer is closed'));
    if (this.#isStarted) {
      if (this.#membership !== undefined) await this.#membership.leave().catch((error: unknown) => this.#tell(error));
      else await this.#assignment.remove(this.assignment());
    }
    this.#isClosed = true;
    this.#self?.close();
    this.#watch.close();
    this.#committer.close();
    this.#flow.fail(new ClosedError('this consumer is closed: make a new one'));
    await this.#fetcher.close();
    this.#onClosed?.();
  }

  /** Whether everything in hand was finished in time. */
  async #stopReading(timeoutMs: number): Promise<boolean> {
    this.#flow.stop();
    this.#reader?.interrupt();
    if (this.#reader === undefined) return true;
    const { promise } = (this.#stopped ??= createDeferred<void>());
    return within(this.#cluster.runtime, promise, timeoutMs);
  }

  #createFlow(): RecordFlow {
    return new RecordFlow({
      clock: this.#cluster.runtime.clock,
      undecodable: createUndecodableSink({
        policy: this.#settings.undecodable,
        groupId: this.#settings.group,
        report: (report) => this.#onUndecodable(report),
        stop: ({ topic, partition }) => this.#assignment.find(topic, partition)?.goBack(),
        fail: (error) => this.#flow.fail(error),
      }),
      onChanged: (partition) => this.#fetcher.place(partition),
      onDelivered: () => this.#committer.note(),
    });
  }

  #createFetcher(): Fetcher {
    const { prefetchBytes, prefetchPerPartition, fetchBytes, fetchBytesPerPartition, minBytes, maxWaitMs } =
      this.#settings;
    return new Fetcher(
      this.#cluster,
      {
        groupId: this.#settings.group,
        lane: `fetch:${++consumerCount}`,
        rack: this.#settings.rack,
        isCommittedOnly: this.#settings.isCommittedOnly,
        policy: this.#settings.from,
        prefetchBytes,
        prefetchPerPartition,
        fetchBytes,
        fetchBytesPerPartition,
        minBytes,
        maxWaitMs,
        checkCrc: this.#settings.checkCrc,
      },
      {
        onReady: (partition) => this.#flow.offer(partition),
        onGiven: () => this.#onRelease(),
        onReset: (reset) => this.#onReset(reset),
      },
      this.#settings.group === undefined
        ? undefined
        : (partitions) => this.#fetchCommitted(partitions, { signal: this.#leaving.signal }),
    );
  }

  #membershipListener(): MembershipListener {
    return {
      onAssign: (partitions) => this.#assignment.add(partitions),
      onRevoke: (partitions) => this.#assignment.remove(partitions),
      onLost: (partitions) => this.#assignment.lose(partitions),
      onError: (error) => {
        if (error.fatal) this.#flow.fail(error);
        else this.#tell(error);
      },
    };
  }

  #start(): void {
    if (this.#closing !== undefined) throw new ClosedError('this consumer is closed: make a new one');
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#watch.start();
    this.#membership?.start();
    this.#self?.start();
  }

  /** What is processed can be committed until the group is left: closing calls `onRevoked`, where it is done. */
  #startUnlessClosed(): void {
    if (this.#closing === undefined || !this.#isStarted || this.#isClosed) this.#start();
  }

  #begin(reader: Reader): void {
    this.#refuseSecondReader(reader);
    this.#start();
    const last = this.#lastReader;
    if (last !== undefined && last !== reader) last.handBack();
    this.#reader = reader;
    this.#lastReader = reader;
    this.#flow.resume();
  }

  #refuseSecondReader(reader: Reader | undefined): void {
    if (this.#reader === undefined || this.#reader === reader) return;
    throw new KafkaError(
      'MILLRACE_CLIENT_INVALID_STATE',
      `this consumer is being read by ${this.#reader.name} already: end that first, or make another consumer`,
    );
  }

  #end(reader: Reader): void {
    if (this.#reader !== reader) return;
    this.#reader = undefined;
    this.#assignment.noteRelease();
    this.#stopped?.resolve();
    this.#stopped = undefined;
  }

  #onRelease(): void {
    this.#assignment.noteRelease();
  }

  #assigned(partitions: readonly TopicPartition[] | undefined): ConsumedPartition[] {
    if (partitions === undefined) return [...this.#fetcher.partitions];
    return partitions.map(({ topic, partition }) => {
      const found = this.#assignment.find(topic, partition);
      if (found !== undefined) return found;
      throw new KafkaError(
        'MILLRACE_CLIENT_INVALID_STATE',
        `${topic}[${String(partition)}] is not assigned to this consumer`,
        {
          details: { topic, partition },
        },
      );
    });
  }

  async #lagOf(
    leaderId: number,
    partitions: readonly ConsumedPartition[],
    signal: AbortSignal | undefined,
  ): Promise<ConsumerLag[]> {
    if (leaderId < 0) {
      const [first] = partitions;
      throw new KafkaError('MILLRACE_CLIENT_CONNECT', `no broker leads ${String(first?.name)} at the moment`, {
        retriable: true,
      });
    }
    const questions = partitions.map((partition) => ({ partition, timestamp: LATEST_TIMESTAMP }));
    const replies = await listOffsets(this.#cluster, leaderId, questions, this.#settings.isCommittedOnly, {
      lane: 'control',
      signal,
    });
    return replies.map(({ partition: each, errorCode, offset }) => {
      const end = errorCode === 0 ? offset : Math.max(each.lastStableOffset, each.highWatermark);
      const position = each.progress.watermark().offset;
      return {
        topic: each.topic.name,
        partition: each.partition,
        position,
        end,
        lag: position < 0 || end < 0 ? 0 : Math.max(0, end - position),
      };
    });
  }

  #requireGroup(what: string): string {
    const { group } = this.#settings;
    if (group !== undefined) return group;
    throw new KafkaError(
      'MILLRACE_CLIENT_INVALID_STATE',
      `${what}() needs a group: set \`group\` in the options of the consumer`,
    );
  }

  #commitOffsets(offsets: readonly OffsetToCommit[], options: OffsetRequestOptions): Promise<readonly CommitResult[]> {
    if (this.#membership !== undefined) return this.#membership.commitOffsets(offsets, options);
    return this.#groupOffsets?.commit(offsets, options) ?? Promise.resolve([]);
  }

  #fetchCommitted(
    partitions: readonly TopicPartition[],
    options: OffsetRequestOptions,
  ): Promise<readonly CommittedOffset[]> {
    if (this.#membership !== undefined) return this.#membership.fetchCommitted(partitions, options);
    return this.#groupOffsets?.fetch(partitions, options) ?? Promise.resolve([]);
  }

  #onReset(reset: PositionReset): void {
    const { positionReset } = this.#cluster.runtime.events;
    if (positionReset.hasSubscribers) {
      positionReset.publish({ clientId: this.#cluster.clientId, groupId: this.#settings.group, ...reset });
    }
    this.#committer.note();
    this.#callBack('onReset', this.#options.onReset, reset);
  }

  #onUndecodable(report: UndecodableReport): void {
    const { undecodable } = this.#cluster.runtime.events;
    if (undecodable.hasSubscribers) {
      const { topic, partition, offset, action } = report;
      undecodable.publish({
        clientId: this.#cluster.clientId,
        groupId: this.#settings.group,
        topic,
        partition,
        offset,
        action,
      });
    }
    this.#callBack('onUndecodable', this.#options.onUndecodable, report);
  }

  #onStall(report: StallReport): void {
    const { stall } = this.#cluster.runtime.events;
    if (stall.hasSubscribers)
      stall.publish({ clientId: this.#cluster.clientId, groupId: this.#settings.group, ...report });
    this.#callBack('onStall', this.#options.onStall, report);
  }

  #tell(error: unknown): void {
    if (KafkaError.is(error)) this.#callBack('onError', this.#options.onError, error);
  }

  /** What a callback throws ends reading; it must not end what called it. */
  #callBack<Argument>(name: string, callback: ((argument: Argument) => void) | undefined, argument: Argument): void {
    try {
      callback?.(argument);
    } catch (cause) {
      this.#flow.fail(callbackError(name, cause));
    }
  }
}

function namesIn(topics: readonly (AnyTopic | string)[]): string[] {
  return topics.map((each) => (typeof each === 'string' ? each : each.name));
}

function declaredTopics(topics: readonly (AnyTopic | string)[] | RegExp | undefined): Map<string, AnyTopic> {
  const declared = new Map<string, AnyTopic>();
  if (topics === undefined || topics instanceof RegExp) return declared;
  for (const each of topics) if (typeof each !== 'string') declared.set(each.name, each);
  return declared;
}

function membershipOptions<T extends AnyTopic>(
  groupId: string,
  topics: readonly (T | string)[] | RegExp,
  options: ConsumerOptions<T>,
): MembershipOptions {
  const { protocol, instanceId, rack, assignors, serverAssignor, sessionTimeoutMs, heartbeatIntervalMs } = options;
  const { rebalanceTimeoutMs, allowAutoCreation } = options;
  const chosen = {
    protocol,
    instanceId,
    rack,
    assignors,
    serverAssignor,
    sessionTimeoutMs,
    heartbeatIntervalMs,
    rebalanceTimeoutMs,
    allowAutoCreation,
  };
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  return { groupId, topics: topics instanceof RegExp ? topics : namesIn(topics), ...given };
}

function checkSeek(to: SeekTarget): void {
  const isRight =
    to instanceof Date
      ? !Number.isNaN(to.getTime())
      : typeof to === 'string'
        ? to === 'earliest' || to === 'latest'
        : typeof to === 'bigint'
          ? to >= 0n && to <= BigInt(Number.MAX_SAFE_INTEGER)
          : Number.isSafeInteger(to) && to >= 0;
  if (isRight) return;
  throw new KafkaError(
    'MILLRACE_CLIENT_INVALID_OPTION',
    `cannot seek to ${String(to)}: use an offset from 0, a valid date, "earliest" or "latest"`,
  );
}
