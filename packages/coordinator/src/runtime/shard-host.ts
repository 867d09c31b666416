/**
 * One internal partition in this broker: its shard, from loading to unloading.
 *
 * Owns: the life of the shard (loading → active → closed, and back to loading when its log failed it), its one timer, upkeep and
 *   snapshots.
 * Invariants: a shard is served only when it has replayed its whole log. When an append fails, the shard may be ahead of the
 *   log; so it is dropped, whoever waits is sent away, and a new one is loaded.
 *   A snapshot appends everything that is alive again, what waits for the end of a transaction as such, and only then moves the
 *   log start past what was there before; a crash in between leaves records that say the same twice.
 *   An end marker goes into the log while the shard is loading, too: whoever ends a transaction need not wait for its readers.
 * Bounds: loading, upkeep and snapshots work in slices of about `SLICE_MS`; the log is kept below `snapshotGrowthFactor` times what
 *   is alive (or `snapshotBytesMin`).
 * Not here: requests (the concrete shard and its service), appends (record-appender.ts).
 */
import { assertDefined, messageOf, type Clock, type Logger, type Timer, type Timers } from '@millrace/base';
import type { AppendOutcome, EndMarker, PartitionLog } from '@millrace/log';
import { ErrorCode, errorByCode } from '@millrace/protocol';
import { coordinatorErrorFor } from './append-errors.ts';
import {
  OrderedRecords,
  type CoordinatorShard,
  type RecordCodec,
  type TransactionalProducer,
  type TransactionalShard,
} from './coordinator-shard.ts';
import { replayLog } from './log-replay.ts';
import { RecordAppender } from './record-appender.ts';
import type { RuntimeMetrics } from './runtime-metrics.ts';
import { Step, type Waiter } from './step.ts';

export interface ShardHostOptions<Shard extends CoordinatorShard<StateRecord>, StateRecord> {
  readonly log: PartitionLog;
  readonly createShard: (log: PartitionLog) => Shard;
  readonly codec: RecordCodec<StateRecord>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly metrics: RuntimeMetrics;
  readonly appendTimeoutMs: () => number;
  readonly upkeepIntervalMs: () => number;
  readonly snapshotBytesMin: number;
  readonly snapshotGrowthFactor: number;
  /** Records of a snapshot that are appended before others get a turn. */
  readonly snapshotSliceRecords: number;
}

/** How long the event loop may be held by background work before others get a turn. */
const SLICE_MS = 5;
/** The same in iterations, for clocks that stand still. */
const SLICE_ITERATIONS = 1_000;
/** A timer this late means that the process was stopped or starved: what clients sent meanwhile is read before anybody is expired. */
const LATE_MS = 500;
const RELOAD_DELAY_MS_MIN = 50;
const RELOAD_DELAY_MS_MAX = 10_000;

/** Work in slices: each iteration fills the step. */
export type SlicedWork<Shard, StateRecord> = (shard: Shard, step: Step<StateRecord>) => Iterable<void>;

export class ShardHost<Shard extends CoordinatorShard<StateRecord>, StateRecord> {
  readonly #options: ShardHostOptions<Shard, StateRecord>;
  /** The shard that is served; null while loading and after closing. */
  #shard: Shard | null = null;
  #appender: RecordAppender<StateRecord> | null = null;
  #isClosed = false;
  #timer: Timer | null = null;
  #timerAtMs = Infinity;
  #upkeepTimer: Timer | null = null;
  /** Bytes appended since the log began, or since the last snapshot. */
  #bytesSinceSnapshot = 0;
  #liveBytes = 0;
  #isSnapshotting = false;
  /** End markers that were appended since the last time the shard was served; loading may or may not have met them in the log. */
  readonly #markersWhileLoading: EndMarker[] = [];

  constructor(options: ShardHostOptions<Shard, StateRecord>) {
    this.#options = options;
  }

  /** The shard if it is served now; for reads that need not wait for anything. */
  get shard(): Shard | null {
    return this.#shard;
  }

  /** Why there is no shard to serve. */
  get absence(): ErrorCode {
    return this.#isClosed ? ErrorCode.NOT_COORDINATOR : ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
  }

  /** Resolves with the number of records read when the shard is served, or the host was closed. Rejects when the first attempt fails; others follow by themselves. */
  async load(): Promise<number> {
    try {
      return await this.#tryLoad();
    } catch (error) {
      this.#reload(RELOAD_DELAY_MS_MIN, error);
      throw error;
    }
  }

  /** Runs one operation on the shard. The waiter is failed when the shard is not served or its log fails. */
  run(operation: (shard: Shard, step: Step<StateRecord>) => void, waiter: Waiter<never>): void {
    const shard = this.#shard;
    if (shard === null) return waiter.fail(this.absence);
    const step = new Step<StateRecord>();
    try {
      operation(shard, step);
      this.#commit(step);
    } catch (error) {
      waiter.fail(ErrorCode.UNKNOWN_SERVER_ERROR);
      this.#onBug(error);
    }
  }

  /**
   * Runs an operation whose records, which it returns without having applied them, wait for the end of the producer's transaction. They
   * are behind what the step holds, and in the log when this returns. When the log refuses the producer, the waiter gets the error
   * code and the step's answers are dropped.
   */
  runTransactional(
    producer: TransactionalProducer,
    operation: (shard: Shard, step: Step<StateRecord>) => readonly StateRecord[],
    waiter: Waiter<never>,
  ): void {
    const shard = this.#shard;
    if (shard === null) return waiter.fail(this.absence);
    const step = new Step<StateRecord>();
    try {
      const records = operation(shard, step);
      this.#appender?.add(step.records.splice(0), []);
      const refusal = records.length === 0 ? 0 : this.#appendPending(shard, producer, records);
      if (refusal !== 0) waiter.fail(coordinatorErrorFor(refusal));
      else this.#commit(step);
    } catch (error) {
      waiter.fail(ErrorCode.UNKNOWN_SERVER_ERROR);
      this.#onBug(error);
    }
  }

  /** Appends the marker behind everything that this shard has brought forth, and applies it. A refused one changes nothing. */
  appendEndMarker(marker: EndMarker): AppendOutcome {
    const shard = this.#shard;
    const appender = this.#appender;
    if (this.#isClosed) return refusedMarker(ErrorCode.NOT_COORDINATOR);
    if (shard === null || appender === null) {
      const outcome = this.#options.log.appendEndMarker(marker);
      if ('durable' in outcome) this.#noteMarkerWhileLoading(marker, outcome.durable);
      return outcome;
    }
    const outcome = appender.appendEndMarker(marker);
    if (!('durable' in outcome)) return outcome;
    try {
      assertDefined(transactionsOf(shard), 'a shard with transactions').replayEndMarker(
        marker.producerId,
        marker.outcome,
      );
      this.#armTimer();
    } catch (error) {
      this.#onBug(error);
    }
    return outcome;
  }

  /** Appends what was collected so far, so that appends to other logs in this turn come after it. */
  flush(): void {
    this.#appender?.flush();
  }

  /** Work over the whole shard, in slices. Resolves when all of it is durable; with false when the shard went meanwhile. */
  async runSliced(work: SlicedWork<Shard, StateRecord>): Promise<boolean> {
    const shard = this.#shard;
    if (shard === null) return false;
    const step = new Step<StateRecord>();
    const pace = new Pace(this.#options);
    const iterator = work(shard, step)[Symbol.iterator]();
    for (;;) {
      try {
        if (iterator.next().done === true) break;
      } catch (error) {
        this.#onBug(error);
        return false;
      }
      if (!pace.isSpent()) continue;
      this.#commit(step);
      await this.#appender?.settle();
      await pace.rest();
      if (this.#shard !== shard) return false;
    }
    this.#commit(step);
    await this.#appender?.settle();
    return this.#shard === shard;
  }

  /** Stops serving; whoever waits is answered with the code. What was appended stays in the log. */
  close(errorCode: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#drop(errorCode);
  }

  /** Resolves when nothing of this partition is under way any more. */
  async settle(): Promise<void> {
    await this.#appender?.settle();
  }

  async #tryLoad(): Promise<number> {
    const { log, codec, clock, createShard, logger, metrics } = this.#options;
    const startMs = clock.monotonicMs();
    const shard = createShard(log);
    const pace = new Pace(this.#options);
    let unknownCount = 0;
    const { recordCount, sizeBytes } = await replayLog({
      log,
      codec,
      apply: (record: StateRecord) => shard.replay(record),
      transactions: transactionsOf(shard) ?? null,
      onUnknown: () => unknownCount++,
      between: async () => {
        if (pace.isSpent()) await pace.rest();
        return !this.#isClosed;
      },
    });
    const step = new Step<StateRecord>();
    for (const _ of shard.onLoaded(step)) {
      if (this.#isClosed) break;
      if (pace.isSpent()) await pace.rest();
    }
    if (this.#isClosed) return 0;
    const durationMs = clock.monotonicMs() - startMs;
    metrics.loadSeconds.observe(durationMs / 1_000);
    logger.debug('coordinator partition loaded', {
      partition: log.id.partition,
      recordCount,
      sizeBytes,
      tookMs: Math.round(durationMs),
    });
    if (unknownCount > 0) {
      logger.warn('records of kinds that this version does not know were skipped', {
        partition: log.id.partition,
        unknownCount,
      });
    }
    this.#serve(shard, step, sizeBytes);
    return recordCount;
  }

  #serve(shard: Shard, step: Step<StateRecord>, replayedBytes: number): void {
    this.#shard = shard;
    this.#appender = new RecordAppender<StateRecord>({
      ...this.#options,
      timeoutMs: this.#options.appendTimeoutMs,
      onDurable: (sizeBytes, waitedMs) => {
        this.#options.metrics.appendSeconds.observe(waitedMs / 1_000);
        this.#bytesSinceSnapshot += sizeBytes;
        this.#snapshotIfDue();
      },
      onFailure: (errorCode) => this.#onFailure(errorCode),
    });
    this.#bytesSinceSnapshot = replayedBytes;
    this.#liveBytes = 0;
    this.#isSnapshotting = false;
    for (const { producerId, outcome } of this.#markersWhileLoading.splice(0)) {
      transactionsOf(shard)?.replayEndMarker(producerId, outcome);
    }
    this.#commit(step);
    this.#scheduleUpkeep();
    this.#snapshotIfDue();
  }

  #commit(step: Step<StateRecord>): void {
    const shard = this.#shard;
    const sequels = step.sequels.splice(0);
    this.#appender?.add(step.records.splice(0), step.replies.splice(0));
    if (sequels.length > 0) {
      this.#appender?.flush();
      for (const sequel of sequels) {
        if (shard !== null && this.#shard === shard) sequel.deliver();
        else sequel.fail(this.absence);
      }
    }
    this.#armTimer();
    const work = shard !== null && this.#shard === shard ? shard.takeWork?.() : undefined;
    if (work !== undefined) void this.runSliced((_shard, ownStep) => work(ownStep));
  }

  /** Appends and then applies; the error code of a refusal. */
  #appendPending(shard: Shard, producer: TransactionalProducer, records: readonly StateRecord[]): number {
    const transactions = assertDefined(transactionsOf(shard), 'a shard with transactions');
    const refusal = this.#appender?.appendPending(producer, records) ?? ErrorCode.NOT_LEADER_OR_FOLLOWER;
    if (refusal === ErrorCode.NONE) for (const record of records) transactions.replayPending(producer, record);
    return refusal;
  }

  #noteMarkerWhileLoading(marker: EndMarker, durable: Promise<number>): void {
    this.#markersWhileLoading.push(marker);
    void durable.then((errorCode) => {
      if (errorCode !== 0 && this.#shard !== null) this.#onFailure(errorCode);
    });
  }

  /** Half an operation may have happened to the shard, and the log has none of it. */
  #onBug(error: unknown): void {
    this.#options.logger.error('coordinator operation failed; its partition is loaded again', {
      partition: this.#options.log.id.partition,
      error: messageOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
    this.#onFailure(ErrorCode.UNKNOWN_SERVER_ERROR);
  }

  #onFailure(errorCode: number): void {
    const { log, logger, metrics } = this.#options;
    if (this.#isClosed) return;
    metrics.appendFailures.add(1);
    logger.error('coordinator records could not be made durable', { partition: log.id.partition, errorCode });
    const failed = this.#appender;
    this.#drop(ErrorCode.NOT_COORDINATOR);
    if (errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER) {
      // Another broker owns the partition; this one hears of it by other ways soon.
      this.#isClosed = true;
      return;
    }
    // What is still in flight may end up in the log: the new shard must not be older than that.
    void Promise.resolve(failed?.settle()).then(() => this.#reload(0, undefined));
  }

  #drop(errorCode: number): void {
    const shard = this.#shard;
    this.#shard = null;
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAtMs = Infinity;
    this.#upkeepTimer?.cancel();
    this.#appender?.close(errorCode);
    shard?.close(errorCode);
  }

  #reload(delayMs: number, cause: unknown): void {
    const { log, logger, timers } = this.#options;
    if (this.#isClosed) return;
    if (cause !== undefined) {
      logger.error('coordinator partition could not be loaded; trying again', {
        partition: log.id.partition,
        delayMs,
        error: messageOf(cause),
      });
    }
    timers.schedule(delayMs, () => {
      if (this.#isClosed || this.#shard !== null) return;
      const nextDelayMs = Math.min(Math.max(delayMs * 2, RELOAD_DELAY_MS_MIN), RELOAD_DELAY_MS_MAX);
      this.#tryLoad().catch((error: unknown) => this.#reload(nextDelayMs, error));
    });
  }

  #armTimer(): void {
    const dueMs = this.#shard?.nextDeadlineMs() ?? Infinity;
    if (dueMs >= this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = dueMs;
    const delayMs = Math.max(0, Math.ceil(dueMs - this.#options.clock.monotonicMs()));
    this.#timer = this.#options.timers.schedule(delayMs, () => this.#onTimer(dueMs));
  }

  #onTimer(dueMs: number): void {
    this.#timerAtMs = Infinity;
    if (this.#options.clock.monotonicMs() - dueMs > LATE_MS) {
      this.#timerAtMs = dueMs;
      this.#timer = this.#options.timers.schedule(0, () => this.#onTime());
    } else {
      this.#onTime();
    }
  }

  #onTime(): void {
    this.#timerAtMs = Infinity;
    this.run((shard, step) => shard.onTime(step), NOBODY);
    this.#armTimer();
  }

  #scheduleUpkeep(): void {
    this.#upkeepTimer?.cancel();
    this.#upkeepTimer = this.#options.timers.schedule(this.#options.upkeepIntervalMs(), () => {
      void this.runSliced((shard, step) => shard.upkeep(step)).then((isServed) => {
        if (isServed) this.#scheduleUpkeep();
      });
    });
  }

  #snapshotIfDue(): void {
    const { snapshotBytesMin, snapshotGrowthFactor, log, logger } = this.#options;
    const limitBytes = Math.max(snapshotBytesMin, snapshotGrowthFactor * this.#liveBytes);
    if (this.#isSnapshotting || this.#bytesSinceSnapshot <= limitBytes) return;
    this.#isSnapshotting = true;
    this.#snapshot().catch((error: unknown) => {
      logger.warn('coordinator log could not be shortened; trying again when it has grown further', {
        partition: log.id.partition,
        error: messageOf(error),
      });
      this.#isSnapshotting = false;
    });
  }

  /** Appends what is alive once more; returns the number of records. */
  #appendAgain(appender: RecordAppender<StateRecord>, live: StateRecord | OrderedRecords<StateRecord>): number {
    if (!(live instanceof OrderedRecords)) {
      appender.add([live], []);
      return 1;
    }
    const { parts } = live;
    for (let from = 0, to = 0; from < parts.length; from = to) {
      const { producer } = assertDefined(parts[from], 'a record of a run');
      while (parts[to]?.producer === producer && to < parts.length) to++;
      const records = parts.slice(from, to).map(({ record }) => record);
      const refusal = producer === null ? 0 : appender.appendPending(producer, records);
      if (producer === null) appender.add(records, []);
      if (refusal === 0) continue;
      const { name } = errorByCode(refusal);
      throw new Error(`the log refuses records of producer ${producer?.producerId} in its open transaction: ${name}`);
    }
    return parts.length;
  }

  async #snapshot(): Promise<void> {
    const { log, logger, metrics, snapshotSliceRecords } = this.#options;
    const shard = this.#shard;
    const appender = this.#appender;
    if (shard === null || appender === null) return;
    // From here on everything that the shard knows is below `startOffset`, and each change to come is above.
    appender.flush();
    const startOffset = log.logEndOffset;
    this.#bytesSinceSnapshot = 0;
    let recordCount = 0;
    let sliceEnd = snapshotSliceRecords;
    const pace = new Pace(this.#options);
    for (const live of shard.liveRecords()) {
      recordCount += this.#appendAgain(appender, live);
      if (recordCount < sliceEnd) continue;
      sliceEnd = recordCount + snapshotSliceRecords;
      await appender.settle();
      if (pace.isSpent()) await pace.rest();
      if (this.#shard !== shard) return;
    }
    await appender.settle();
    if (this.#shard !== shard) return;
    await log.advanceLogStart(startOffset);
    if (this.#shard !== shard) return;
    this.#liveBytes = this.#bytesSinceSnapshot;
    this.#bytesSinceSnapshot = 0;
    this.#isSnapshotting = false;
    metrics.snapshots.add(1);
    logger.info('coordinator log shortened', {
      partition: log.id.partition,
      recordCount,
      liveBytes: this.#liveBytes,
      logStartOffset: startOffset,
    });
  }
}

/** The shard's side of transactions, if it has one. */
function transactionsOf<StateRecord>(
  shard: CoordinatorShard<StateRecord>,
): TransactionalShard<StateRecord> | undefined {
  return isTransactional(shard) ? shard : undefined;
}

function isTransactional<StateRecord>(shard: CoordinatorShard<StateRecord>): shard is TransactionalShard<StateRecord> {
  return 'replayPending' in shard && 'replayEndMarker' in shard;
}

function refusedMarker(errorCode: number): AppendOutcome {
  return { errorCode, errorMessage: 'the coordinator partition is not served here', recordErrors: [] };
}

/** Waits for nothing and hears nothing. */
const NOBODY: Waiter<never> = { succeed: () => undefined, fail: () => undefined };

/** Tells background work when to let others run. */
class Pace {
  readonly #clock: Clock;
  readonly #timers: Timers;
  #sinceMs: number;
  #iterations = 0;

  constructor({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }) {
    this.#clock = clock;
    this.#timers = timers;
    this.#sinceMs = clock.monotonicMs();
  }

  isSpent(): boolean {
    return ++this.#iterations >= SLICE_ITERATIONS || this.#clock.monotonicMs() - this.#sinceMs >= SLICE_MS;
  }

  async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#timers.schedule(0, resolve);
    });
    this.#sinceMs = this.#clock.monotonicMs();
    this.#iterations = 0;
  }
}
