/**
 * `consumer.run(handler)`: many handlers at work, in the order that was asked for, with retries and dead letters.
 *
 * Owns: the records that wait for a handler and those at work.
 * Invariants: a record is finished when its handler returned, or its dead letter was acknowledged; nothing else moves the watermark. A
 *   record whose partition was taken away or sought elsewhere is not begun.
 * Bounds: `maxQueued` records wait, of one partition no more than its share, so that one slow partition leaves room for others.
 */
import { createDeferred, type Deferred, type Timer } from '@millrace/base';
import { delay } from '../cluster/retry.ts';
import { KafkaError, TimeoutError } from '../error.ts';
import type { ClientRuntime } from '../runtime.ts';
import { isThenable } from '../topic/codec.ts';
import type { AnyTopic, MessageOf } from '../topic/topic.ts';
import type { Batch } from './batch.ts';
import type { ConsumedPartition } from './consumed-partition.ts';
import { sendDeadLetter } from './dead-letter.ts';
import type { Delivery } from './progress.ts';
import { TurnKeeper, type Reader } from './reader.ts';
import type { RecordFlow } from './record-flow.ts';
import type { Handler, HandlerContext, RunOptions } from './run-options.ts';
import { WorkLanes, type LaneItem } from './work-lanes.ts';

export interface RunnerOptions<T extends AnyTopic> extends RunOptions {
  readonly flow: RecordFlow;
  readonly runtime: ClientRuntime;
  readonly groupId: string | undefined;
  readonly clientId: string;
  readonly handler: Handler<T>;
  readonly onBegin: (reader: Reader) => void;
  readonly onRelease: () => void;
  readonly onEnd: (reader: Reader) => void;
  readonly partitionCount: () => number;
}

interface Work extends LaneItem<ConsumedPartition> {
  readonly batch: Batch;
  readonly delivery: Delivery;
  readonly index: number;
}

const CONCURRENCY = 16;
const QUEUED_MIN = 1_000;
const QUEUED_PER_HANDLER = 32;
const PARTITION_QUEUED_MIN = 16;
const TAKE_RECORDS = 500;
const TAKE_BYTES = 1024 * 1024;

/** The one lane of a partition in partition order. */
const WHOLE_PARTITION = 0;

export class Runner<T extends AnyTopic> implements Reader {
  readonly name = 'run()';
  readonly #options: RunnerOptions<T>;
  readonly #lanes = new WorkLanes<ConsumedPartition, Work>();
  readonly #atWork = new Map<Work, WorkSignal>();
  /** Records that wait for another call of the handler, and what ends their waiting. */
  readonly #pauses = new Map<Work, AbortController>();
  /** Begun in their lanes, but their partition is paused. */
  readonly #parked = new Set<Work>();
  readonly #queuedBy = new Map<ConsumedPartition, number>();
  readonly #turns: TurnKeeper;
  readonly #concurrency: number;
  readonly #queuedMax: number;
  #isStopping = false;
  #failure: { readonly error: unknown } | undefined;
  #room: Deferred<void> | undefined;
  #idle: Deferred<void> | undefined;
  #isStarting = false;

  constructor(options: RunnerOptions<T>) {
    this.#options = options;
    this.#concurrency =
      options.concurrency ?? (options.order === 'key' || options.order === 'none' ? CONCURRENCY : Infinity);
    const perHandler = Number.isFinite(this.#concurrency) ? this.#concurrency * QUEUED_PER_HANDLER : 0;
    this.#queuedMax = options.maxQueued ?? Math.max(QUEUED_MIN, perHandler);
    this.#turns = new TurnKeeper(options.runtime.clock);
  }

  get isBusy(): boolean {
    return this.#atWork.size > 0;
  }

  /** For explain(): records whose handlers have not returned. */
  get atWork(): Iterable<{ readonly batch: Batch; readonly index: number; readonly delivery: Delivery }> {
    return this.#atWork.keys();
  }

  isHolding(partition: ConsumedPartition): boolean {
    for (const { group, delivery } of this.#atWork.keys())
      if (group === partition && !delivery.isCancelled) return true;
    return false;
  }

  interrupt(): void {
    // Each record is looked at before it is begun; whoever waits looks again.
    this.#room?.resolve();
    for (const [work, pause] of this.#pauses) if (this.#mustLeave(work)) pause.abort();
    this.#start();
  }

  handBack(): void {
    const deliveries = new Set<Delivery>();
    for (const partition of this.#queuedBy.keys()) {
      partition.isSaturated = false;
      if (partition.progress.oldest !== undefined) deliveries.add(partition.progress.oldest);
    }
    this.#queuedBy.clear();
    for (const { owner, isCancelled } of deliveries)
      if (owner !== undefined && !isCancelled && !owner.isGone) owner.goBack();
  }

  /** Aborts the signals of all handlers at work, of one partition or of all. */
  abortHandlers(reason: KafkaError, partition?: ConsumedPartition): void {
    for (const [work, signal] of this.#atWork) {
      if (partition !== undefined && work.group !== partition) continue;
      signal.abort(reason);
      this.#pauses.get(work)?.abort();
    }
  }

  /** Resolves when reading was stopped, rejects when a handler failed for good. */
  async run(): Promise<void> {
    const { flow, signal, onBegin, onEnd } = this.#options;
    onBegin(this);
    const stop = (): void => {
      this.#isStopping = true;
      flow.nudge();
      this.interrupt();
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    try {
      await this.#pull();
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#isStopping = true;
      await this.#whenIdle();
      this.handBack();
      onEnd(this);
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #pull(): Promise<void> {
    const { flow } = this.#options;
    for (;;) {
      while (this.#lanes.waiting >= this.#waitingMax() && !this.#mustStop()) {
        this.#room = createDeferred<void>();
        await this.#room.promise;
        this.#room = undefined;
      }
      if (this.#mustStop()) return;
      const maxRecords = Math.min(TAKE_RECORDS, Math.ceil(this.#partitionShare() / 2));
      const batch = await flow.nextBatch({ maxRecords, maxBytes: TAKE_BYTES }, () => this.#mustStop());
      if (batch === undefined) return;
      this.#enqueue(batch);
      this.#start();
      if (this.#turns.isDue()) await this.#turns.giveTurn();
    }
  }

  #mustStop(): boolean {
    return this.#isStopping || this.#options.flow.isStopped || this.#failure !== undefined;
  }

  #enqueue(batch: Batch): void {
    const { delivery } = batch;
    const group = delivery?.owner;
    if (delivery === undefined || group === undefined) return;
    const { order = 'partition' } = this.#options;
    for (let index = 0; index < batch.size; index++) {
      const laneKey =
        order === 'partition' ? WHOLE_PARTITION : order === 'key' ? hashOf(batch.keyBytes(index)) : undefined;
      this.#lanes.add({ group, laneKey, batch, delivery, index });
    }
    const queued = (this.#queuedBy.get(group) ?? 0) + batch.size;
    this.#queuedBy.set(group, queued);
    group.isSaturated = queued * 2 > this.#partitionShare();
  }

  /** Each partition may fill its share, so that those that stand still never keep others out. */
  #waitingMax(): number {
    return Math.max(this.#queuedMax, this.#partitionShare() * this.#options.partitionCount());
  }

  #partitionShare(): number {
    const share = Math.floor(this.#queuedMax / Math.max(1, this.#options.partitionCount()));
    return Math.max(Math.min(PARTITION_QUEUED_MIN, this.#queuedMax), share);
  }

  #noteBegun(partition: ConsumedPartition): void {
    const queued = (this.#queuedBy.get(partition) ?? 1) - 1;
    this.#queuedBy.set(partition, queued);
    if (partition.isSaturated && queued * 2 <= this.#partitionShare()) {
      partition.isSaturated = false;
      this.#options.flow.offer(partition);
    }
  }

  /** Begins as many records as may be at work. */
  #start(): void {
    // A handler that returns at once comes back here; the loop goes on instead of nesting.
    if (this.#isStarting) return;
    this.#isStarting = true;
    while (this.#atWork.size < this.#concurrency && !this.#mustStop()) {
      const work = this.#takeUnparked() ?? this.#lanes.begin();
      if (work === undefined) break;
      this.#noteBegun(work.group);
      if (work.delivery.isCancelled || work.group.isGone || !work.group.isAdmitted) {
        this.#lanes.end(work);
      } else if (work.group.isPaused) {
        this.#parked.add(work);
      } else {
        this.#atWork.set(work, new WorkSignal());
        void this.#process(work);
      }
    }
    this.#isStarting = false;
    if (this.#lanes.waiting < this.#waitingMax()) this.#room?.resolve();
  }

  /** A record that waited for its partition to be resumed, or that has no partition to wait for any more. */
  #takeUnparked(): Work | undefined {
    for (const work of this.#parked) {
      if (work.group.isPaused && !work.delivery.isCancelled && !work.group.isGone) continue;
      this.#parked.delete(work);
      this.#queuedBy.set(work.group, (this.#queuedBy.get(work.group) ?? 0) + 1);
      return work;
    }
    return undefined;
  }

  async #process(work: Work): Promise<void> {
    const { batch, index, delivery } = work;
    const { runtime } = this.#options;
    const { process } = runtime.events;
    const startedMs = process.hasSubscribers ? runtime.clock.monotonicMs() : 0;
    let isFinished = false;
    let errorCode: string | undefined;
    try {
      isFinished = await this.#handle(work);
    } catch (error) {
      errorCode = KafkaError.is(error) ? error.code : 'MILLRACE_CLIENT_HANDLER';
      this.#failure ??= { error };
      this.#options.flow.nudge();
      this.interrupt();
    }
    if (isFinished && !delivery.isCancelled) delivery.finish(index);
    if (process.hasSubscribers) {
      process.publish({
        clientId: this.#options.clientId,
        groupId: this.#options.groupId,
        topic: batch.topic,
        partition: batch.partition,
        recordCount: 1,
        durationMs: runtime.clock.monotonicMs() - startedMs,
        ...(errorCode === undefined ? {} : { errorCode }),
      });
    }
    this.#atWork.delete(work);
    this.#lanes.end(work);
    this.#options.onRelease();
    if (this.#atWork.size === 0) this.#idle?.resolve();
    this.#start();
  }

  /** Whether the record is dealt with. Throws what ends the run. */
  async #handle(work: Work): Promise<boolean> {
    const { batch, index } = work;
    let message: MessageOf<T>;
    try {
      const decoded = batch.decodeAt(index);
      message = (isThenable(decoded) ? await decoded : decoded) as MessageOf<T>;
    } catch (error) {
      await this.#options.flow.undecodable.treat(batch, index, error);
      return true;
    }
    const { retry } = this.#options;
    const callsMax = retry === undefined ? 1 : (retry.retries ?? 5) + 1;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#call(work, message, attempt);
        return true;
      } catch (error) {
        if (this.#isGivenUp(work)) return false;
        if (attempt >= callsMax || retry?.isRetriable?.(error) === false) {
          await this.#giveUp(work, error, attempt);
          return true;
        }
        await this.#backOff(work, attempt, retry ?? {});
        if (this.#mustLeave(work)) return false;
      }
    }
  }

  /** Whether the record is not tried again here: nothing is any more, or its partition goes. */
  #mustLeave(work: Work): boolean {
    return this.#mustStop() || this.#isGivenUp(work) || !work.group.isAdmitted;
  }

  #isGivenUp({ delivery, group }: Work): boolean {
    return delivery.isCancelled || group.isGone;
  }

  async #call(work: Work, message: MessageOf<T>, attempt: number): Promise<void> {
    const { handler, timeoutMs, runtime } = this.#options;
    const workSignal = this.#atWork.get(work) ?? new WorkSignal();
    const context = new CallContext(attempt, workSignal);
    const { tracing } = runtime;
    const result =
      tracing === undefined
        ? handler(message, context)
        : tracing.process(message, this.#options.groupId, () => handler(message, context));
    if (!isThenable(result)) return;
    if (timeoutMs === undefined) {
      await result;
      return;
    }
    const timedOut = createDeferred<never>();
    const timer: Timer = runtime.timers.schedule(timeoutMs, () => {
      const error = new TimeoutError(`the handler of ${placeOf(work)} did not return within ${String(timeoutMs)} ms`);
      timedOut.reject(error);
      workSignal.abort(error);
      // The next call gets a signal of its own.
      this.#atWork.set(work, new WorkSignal());
    });
    try {
      await Promise.race([result, timedOut.promise]);
    } finally {
      timer.cancel();
    }
  }

  async #backOff(
    work: Work,
    attempt: number,
    { backoffMs = 100, backoffMaxMs = 10_000 }: { backoffMs?: number; backoffMaxMs?: number },
  ): Promise<void> {
    const { runtime } = this.#options;
    const pause = new AbortController();
    this.#pauses.set(work, pause);
    const baseMs = Math.min(backoffMaxMs, backoffMs * 2 ** Math.min(30, attempt - 1));
    // Up to a fifth less, so that many that failed together do not come back together.
    const pauseMs = baseMs * (1 - 0.2 * runtime.random.next());
    // Cut short, it ends as when its time is over: the caller looks whether to go on.
    await delay(runtime, 'retrying', pauseMs, pause.signal).catch(() => undefined);
    this.#pauses.delete(work);
  }

  /** Sends the dead letter, or throws what ends the run. */
  async #giveUp({ batch, index }: Work, error: unknown, attempts: number): Promise<void> {
    const { deadLetter, groupId } = this.#options;
    const { topic, partition } = batch;
    const offset = batch.offsetAt(index);
    if (deadLetter === undefined) {
      const calls = attempts === 1 ? 'once' : `${String(attempts)} times`;
      throw new KafkaError(
        'MILLRACE_CLIENT_HANDLER',
        `the handler failed ${calls} on ${topic}[${String(partition)}] offset ${String(offset)}; the record is not committed`,
        { cause: error, details: { topic, partition, offset, attempts } },
      );
    }
    await sendDeadLetter(deadLetter, {
      topic,
      partition,
      offset,
      timestamp: batch.timestampAt(index),
      key: batch.keyBytes(index),
      value: batch.valueBytes(index),
      headers: batch.headersAt(index),
      error,
      attempts,
      groupId,
    });
  }

  async #whenIdle(): Promise<void> {
    while (this.#atWork.size > 0) {
      this.#idle = createDeferred<void>();
      await this.#idle.promise;
    }
  }
}

/** What aborts the work on a record; the signal is made only for who asks for it. */
class WorkSignal {
  #controller: AbortController | undefined;
  #reason: unknown;
  #isAborted = false;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

class CallContext implements HandlerContext {
  readonly attempt: number;
  readonly #workSignal: WorkSignal;

  constructor(attempt: number, workSignal: WorkSignal) {
    this.attempt = attempt;
    this.#workSignal = workSignal;
  }

  get signal(): AbortSignal {
    return this.#workSignal.signal;
  }
}

function placeOf({ batch, index }: Work): string {
  return `${batch.topic}[${String(batch.partition)}] offset ${String(batch.offsetAt(index))}`;
}

/** FNV-1a over the key's bytes: which lane it goes to, and nothing else. Without a key there is no order. */
function hashOf(key: Uint8Array | null): number | undefined {
  if (key === null) return undefined;
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ (key[at] ?? 0), 0x01000193);
  return hash;
}
