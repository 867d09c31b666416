/**
 * Finds the positions of partitions that have none, or whose position is in doubt.
 *
 * Owns: the loop that asks the group for committed offsets, leaders for offsets by place or time, and leaders whether a
 *   position still lies on their log (KIP-320).
 * Invariants: a position that moves by itself is reported, with what it was; with the policy `fail` it never does. Answers that
 *   come after the position was sought elsewhere are dropped.
 * Bounds: one request per leader and kind at a time; failures wait 100 ms … 1 s.
 */
import { createDeferred, messageOf, type Deferred, type Timer } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type { Lane } from '../cluster/brokers.ts';
import { backoffMs } from '../cluster/retry.ts';
import { brokerError, KafkaError } from '../error.ts';
import type { CommittedOffset } from '../group/membership.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { ConsumedPartition, ResetReason, ResetTarget } from './consumed-partition.ts';
import type { ConsumerCluster } from './consumer-cluster.ts';
import {
  EARLIEST_TIMESTAMP,
  endOffsetsOfEpochs,
  LATEST_TIMESTAMP,
  listOffsets,
  type OffsetReply,
} from './offset-requests.ts';
import { actionOf } from './partition-errors.ts';

/** What is done where a partition has no valid position: go to a place in the log, or refuse. */
export type ResetPolicy = ResetTarget | 'fail';

/** A position that was set by policy instead of by the application. */
export interface PositionReset extends TopicPartition {
  readonly reason: Exclude<ResetReason, 'seek'>;
  /** Position before; −1 when there was none. */
  readonly from: number;
  readonly to: number;
  /** Offsets between, which will not be read: records that retention or DeleteRecords took, or that the jump leaves out. */
  readonly skippedOffsets: number;
}

export interface PositionResolverOptions {
  readonly cluster: ConsumerCluster;
  readonly lane: Lane;
  readonly policy: ResetPolicy;
  readonly isCommittedOnly: boolean;
  /** What the group has committed; undefined without a group. */
  readonly fetchCommitted: ((partitions: readonly TopicPartition[]) => Promise<readonly CommittedOffset[]>) | undefined;
  readonly partitions: () => Iterable<ConsumedPartition>;
  readonly onReady: (partition: ConsumedPartition) => void;
  readonly onReset: (reset: PositionReset) => void;
  /** A partition cannot go on by itself; its `failure` says why. */
  readonly onFailure: (partition: ConsumedPartition) => void;
  /** Its leader is unknown, or not who was asked. */
  readonly findLeader: (partition: ConsumedPartition) => void;
}

export class PositionResolver {
  readonly #options: PositionResolverOptions;
  #isRequested = false;
  #isClosed = false;
  readonly #settling = new Map<ConsumedPartition, Deferred<void>>();
  #timer: Timer | undefined;

  constructor(options: PositionResolverOptions) {
    this.#options = options;
  }

  /** Looks after partitions that need something, now or once their wait is over. */
  request(): void {
    if (this.#isRequested || this.#isClosed) return;
    this.#isRequested = true;
    queueMicrotask(() => this.#run());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#settle();
  }

  /** Asks the group for the offsets of these partitions. Never rejects: what failed is asked for again. */
  begin(partitions: readonly ConsumedPartition[]): Promise<void> {
    return this.#begin(partitions, this.#resolveCommitted(partitions));
  }

  async #resolveCommitted(partitions: readonly ConsumedPartition[]): Promise<void> {
    const { fetchCommitted } = this.#options;
    const wanted = partitions.filter(({ need, isGone }) => need === 'committed' && !isGone);
    if (wanted.length === 0) return;
    if (fetchCommitted === undefined) {
      for (const partition of wanted) this.#applyPolicy(partition, 'no-offset');
      return;
    }
    const generations = wanted.map(({ generation }) => generation);
    let results: readonly CommittedOffset[];
    try {
      results = await fetchCommitted(wanted.map(({ topic, partition }) => ({ topic: topic.name, partition })));
    } catch (error) {
      wanted.forEach((partition, index) => {
        if (isCurrent(partition, generations[index])) this.#onError(partition, error);
      });
      return;
    }
    wanted.forEach((partition, index) => {
      const result = results[index];
      if (!isCurrent(partition, generations[index]) || partition.need !== 'committed' || result === undefined) return;
      this.#takeCommitted(partition, result);
    });
  }

  /** Begins for each partition what it needs; partitions do not wait for each other, but those of one leader go together. */
  #run(): void {
    this.#isRequested = false;
    if (this.#isClosed) return;
    this.#settle();
    this.#timer?.cancel();
    this.#timer = undefined;
    const due = this.#due();
    const committed = due.filter(({ need }) => need === 'committed');
    if (committed.length > 0) void this.begin(committed);
    for (const [nodeId, each] of byLeader(due.filter(({ need }) => need === 'reset'))) {
      void this.#begin(each, this.#lookUp(nodeId, each));
    }
    for (const [nodeId, each] of byLeader(due.filter(({ need }) => need === 'validate'))) {
      void this.#begin(each, this.#validate(nodeId, each));
    }
    this.#waitForDue();
  }

  /** Resolves when the position of the partition is known, or cannot be found, or is of no interest any more. */
  whenSettled(partition: ConsumedPartition): Promise<void> {
    if (!needsHelp(partition)) return Promise.resolve();
    let waiting = this.#settling.get(partition);
    if (waiting === undefined) this.#settling.set(partition, (waiting = createDeferred<void>()));
    return waiting.promise;
  }

  async #begin(partitions: readonly ConsumedPartition[], work: Promise<void>): Promise<void> {
    for (const partition of partitions) partition.resolvingGeneration = partition.generation;
    await work;
    for (const partition of partitions) partition.resolvingGeneration = -1;
    this.#settle();
    this.request();
  }

  #settle(): void {
    for (const [partition, waiting] of this.#settling) {
      if (needsHelp(partition) && !this.#isClosed) continue;
      this.#settling.delete(partition);
      waiting.resolve();
    }
  }

  #due(): ConsumedPartition[] {
    const nowMs = this.#options.cluster.runtime.clock.monotonicMs();
    const due: ConsumedPartition[] = [];
    for (const partition of this.#options.partitions()) {
      if (!needsHelp(partition) || isBeingHelped(partition) || partition.retryAtMs > nowMs) continue;
      if (partition.need !== 'committed' && partition.leaderId < 0) {
        this.#options.findLeader(partition);
        this.#delay(partition);
        continue;
      }
      due.push(partition);
    }
    return due;
  }

  #waitForDue(): void {
    if (this.#isClosed) return;
    let earliestMs = Infinity;
    for (const partition of this.#options.partitions()) {
      if (needsHelp(partition) && !isBeingHelped(partition)) earliestMs = Math.min(earliestMs, partition.retryAtMs);
    }
    if (earliestMs === Infinity) return;
    const { clock, timers } = this.#options.cluster.runtime;
    this.#timer?.cancel();
    this.#timer = timers.schedule(Math.max(0, earliestMs - clock.monotonicMs()), () => this.request());
  }

  #takeCommitted(partition: ConsumedPartition, result: CommittedOffset): void {
    if (result.error !== undefined) {
      this.#onError(partition, result.error);
      return;
    }
    partition.committedOffset = result.offset;
    if (result.offset < 0) {
      this.#applyPolicy(partition, 'no-offset');
      return;
    }
    partition.moveTo(result.offset, result.leaderEpoch);
    // Also the first position has to lie on the log of today's leader.
    if (result.leaderEpoch >= 0 && partition.leaderEpoch >= 0) partition.need = 'validate';
    else this.#ready(partition);
  }

  /** Sends the partition where the policy says, or fails it. */
  #applyPolicy(partition: ConsumedPartition, reason: Exclude<ResetReason, 'seek'>): void {
    resetByPolicy(partition, this.#options.policy, reason, this.#options.onFailure);
  }

  async #lookUp(nodeId: number, partitions: readonly ConsumedPartition[]): Promise<void> {
    const generations = new Map(partitions.map((partition) => [partition, partition.generation]));
    const isCurrentReset = (partition: ConsumedPartition): boolean =>
      isCurrent(partition, generations.get(partition)) && partition.need === 'reset';
    try {
      const replies = await this.#ask(
        nodeId,
        partitions.map((partition) => ({ partition, timestamp: timestampOf(partition.resetTo) })),
      );
      const nothingThere: ConsumedPartition[] = [];
      for (const reply of replies) {
        if (!isCurrentReset(reply.partition)) continue;
        if (this.#isRefused(reply)) continue;
        // No record that late: the end is where the next one will be.
        if (reply.offset < 0) nothingThere.push(reply.partition);
        else this.#setPosition(reply);
      }
      if (nothingThere.length === 0) return;
      const ends = await this.#ask(
        nodeId,
        nothingThere.map((partition) => ({ partition, timestamp: LATEST_TIMESTAMP })),
      );
      for (const reply of ends) {
        if (isCurrentReset(reply.partition) && !this.#isRefused(reply)) this.#setPosition(reply);
      }
    } catch (error) {
      for (const partition of partitions) if (isCurrentReset(partition)) this.#onError(partition, error);
    }
  }

  #ask(
    nodeId: number,
    questions: readonly { partition: ConsumedPartition; timestamp: bigint }[],
  ): Promise<OffsetReply[]> {
    const { cluster, lane, isCommittedOnly } = this.#options;
    return listOffsets(cluster, nodeId, questions, isCommittedOnly, { lane });
  }

  #setPosition({ partition, offset, leaderEpoch }: OffsetReply): void {
    const { resetReason: reason, position: from } = partition;
    partition.moveTo(offset, leaderEpoch);
    this.#ready(partition);
    if (reason === 'seek') return;
    const skippedOffsets =
      from < 0 || reason === 'no-offset' || reason === 'topic-recreated' ? 0 : Math.max(0, offset - from);
    this.#options.onReset({
      topic: partition.topic.name,
      partition: partition.partition,
      reason,
      from,
      to: offset,
      skippedOffsets,
    });
  }

  async #validate(nodeId: number, partitions: readonly ConsumedPartition[]): Promise<void> {
    const generations = partitions.map(({ generation }) => generation);
    const isCurrentAt = (partition: ConsumedPartition, index: number): boolean =>
      isCurrent(partition, generations[index]) && partition.need === 'validate';
    try {
      const { cluster, lane } = this.#options;
      const replies = await endOffsetsOfEpochs(cluster, nodeId, partitions, { lane });
      partitions.forEach((partition, index) => {
        if (!isCurrentAt(partition, index)) return;
        const reply = replies?.[index];
        if (reply === undefined) this.#ready(partition);
        else if (!this.#isRefused(reply)) this.#takeEndOffset(partition, reply);
      });
    } catch (error) {
      partitions.forEach((partition, index) => {
        if (isCurrentAt(partition, index)) this.#onError(partition, error);
      });
    }
  }

  #takeEndOffset(partition: ConsumedPartition, { offset: endOffset, leaderEpoch }: OffsetReply): void {
    if (endOffset < 0 || leaderEpoch < 0) {
      // The leader knows nothing of the epoch these records were read in: where the logs part cannot be told.
      this.#applyPolicy(partition, 'truncated');
      return;
    }
    if (endOffset >= partition.fetchOffset) {
      this.#ready(partition);
      return;
    }
    if (endOffset >= partition.position) {
      // Only what was fetched ahead is gone from the log; the application has not seen it.
      partition.evict();
      this.#ready(partition);
      return;
    }
    const { position: from } = partition;
    if (this.#options.policy === 'fail') {
      this.#applyPolicy(partition, 'truncated');
      return;
    }
    // Records in hand are dropped by the move: those that are not finished and still in the log have to come again.
    const unfinished = partition.progress.watermark();
    const target = unfinished.offset < endOffset ? unfinished : { offset: endOffset, leaderEpoch };
    partition.moveTo(target.offset, target.leaderEpoch);
    this.#ready(partition);
    this.#options.onReset({
      topic: partition.topic.name,
      partition: partition.partition,
      reason: 'truncated',
      from,
      to: target.offset,
      skippedOffsets: 0,
    });
  }

  #ready(partition: ConsumedPartition): void {
    partition.need = 'ready';
    partition.retryAtMs = 0;
    partition.retryCount = 0;
    partition.lastError = undefined;
    this.#options.onReady(partition);
  }

  /** Whether the reply is an error, which is then dealt with. */
  #isRefused({ partition, errorCode }: OffsetReply): boolean {
    if (errorCode === ErrorCode.NONE) return false;
    const { name: topic } = partition.topic;
    const error = brokerError('looking up an offset', errorCode, null, { topic, partition: partition.partition });
    const action = actionOf(errorCode);
    if (action === 'fail') this.#fail(partition, error);
    else {
      partition.lastError = error;
      if (action === 'find-leader') this.#options.findLeader(partition);
      this.#delay(partition);
    }
    return true;
  }

  #onError(partition: ConsumedPartition, error: unknown): void {
    const known = KafkaError.is(error) ? error : undefined;
    if (known !== undefined && !known.retriable) {
      this.#fail(partition, known);
      return;
    }
    partition.lastError =
      known ??
      new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', `looking up an offset failed: ${messageOf(error)}`, {
        cause: error,
      });
    if (partition.need !== 'committed') this.#options.findLeader(partition);
    this.#delay(partition);
  }

  #fail(partition: ConsumedPartition, error: KafkaError): void {
    partition.failure = error;
    this.#options.onFailure(partition);
  }

  #delay(partition: ConsumedPartition): void {
    const { clock, random } = this.#options.cluster.runtime;
    partition.retryCount++;
    partition.retryAtMs = clock.monotonicMs() + backoffMs(random, partition.retryCount);
  }
}

/** Sends a partition without a valid position where the policy says; `fail` stops it until it is sought. */
export function resetByPolicy(
  partition: ConsumedPartition,
  policy: ResetPolicy,
  reason: Exclude<ResetReason, 'seek'>,
  onFailure: (partition: ConsumedPartition) => void,
): void {
  if (policy !== 'fail') {
    partition.reset(policy, reason);
    return;
  }
  const { position, name } = partition;
  const texts = {
    'no-offset': `${name} has no committed offset, and \`from\` is "fail": commit one, or seek`,
    'out-of-range': `offset ${String(partition.fetchOffset)} of ${name} is not in the log (any more), and \`from\` is "fail": seek to an offset that is`,
    truncated: `the log of ${name} was truncated below offset ${String(position)} after a change of leader, and \`from\` is "fail": seek`,
    'topic-recreated': `topic ${partition.topic.name} was deleted and created again, and \`from\` is "fail": seek in the new one`,
  };
  partition.failure = new KafkaError('MILLRACE_CLIENT_NO_POSITION', texts[reason], {
    details: { topic: partition.topic.name, partition: partition.partition, reason, offset: position },
  });
  onFailure(partition);
}

function timestampOf(target: ResetTarget): bigint {
  if (target === 'earliest') return EARLIEST_TIMESTAMP;
  return target === 'latest' ? LATEST_TIMESTAMP : BigInt(Math.max(0, target.getTime()));
}

function needsHelp({ need, isGone, failure }: ConsumedPartition): boolean {
  return need !== 'ready' && !isGone && failure === undefined;
}

/** Something was asked for it and the position has not jumped since. */
function isBeingHelped({ resolvingGeneration, generation }: ConsumedPartition): boolean {
  return resolvingGeneration === generation;
}

function isCurrent(partition: ConsumedPartition, generation: number | undefined): boolean {
  return !partition.isGone && partition.generation === generation;
}

function byLeader(partitions: readonly ConsumedPartition[]): [number, ConsumedPartition[]][] {
  const leaders = new Map<number, ConsumedPartition[]>();
  for (const partition of partitions) {
    const list = leaders.get(partition.leaderId);
    if (list === undefined) leaders.set(partition.leaderId, [partition]);
    else list.push(partition);
  }
  return [...leaders];
}
