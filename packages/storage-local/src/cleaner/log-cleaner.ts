/**
 * Compaction: which logs are cleaned, when, and what becomes of a pass that fails (semantics 45 and 46).
 *
 * Owns: the rounds over all logs, the passes under way, partitions that cannot be cleaned.
 * Invariants: a log is cleaned by one pass at a time; a pass that fails leaves the log as it was and takes only its partition out of the
 *   rounds, until the next start; a full disk is waited for, and so are descriptors.
 * Bounds: `threads` passes at once, which share the memory and the bytes per second that the settings allow.
 * Not here: what is cleanable (@millrace/log `cleanable.ts`), the pass itself (`clean-segments.ts`), new segments for old (`segment-swap.ts`).
 */
import {
  messageOf,
  type Clock,
  type Counter,
  type Histogram,
  type Logger,
  type MetricsRegistry,
  type Random,
  type Timer,
  type Timers,
} from '@millrace/base';
import {
  cleanableOf,
  isWorthCleaning,
  type AbortedTransactions,
  type Cleanable,
  type Segment,
} from '@millrace/log/internal';
import { errorCodeOf, errorPathOf, isOutOfDescriptors, isOutOfSpace, SyncFailure } from '../file-system.ts';
import type { StoredPartition } from '../stored-partition.ts';
import { TurnSlices } from '../turn-slices.ts';
import { CleaningCancelled, type CleanJob, type CleanSummary } from './clean-job.ts';
import { planPass, type LoadedAborted } from './clean-plan.ts';
import type { CleanRunner } from './clean-runner.ts';
import type { CleanerSettings } from './cleaner-settings.ts';
import type { SegmentSwap } from './segment-swap.ts';

export interface LogCleanerOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly random: Random;
  readonly nextTurn: (callback: () => void) => void;
  readonly settings: () => CleanerSettings;
  readonly partitions: () => Iterable<StoredPartition>;
  readonly runner: CleanRunner;
  readonly swap: SegmentSwap;
  readonly topicName: ((topicId: string) => string | undefined) | undefined;
  /** Brings everything that the partition has to its segments and to the disk, and removes what does not belong there. */
  readonly settle: (partition: StoredPartition) => Promise<void>;
  readonly loadAborted: (partition: StoredPartition, segment: Segment) => Promise<AbortedTransactions>;
  /** Removes files of no segment from the partition's directory. */
  readonly tidy: (partition: StoredPartition) => Promise<void>;
  /** A sync failed: nothing can be promised any more. */
  readonly onFailure: (error: unknown) => void;
}

/** A log that is worth a pass. */
interface Candidate {
  readonly partition: StoredPartition;
  readonly cleanable: Cleanable;
}

interface Pass {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

const SECRET_BYTES = 16;
const RUN_SECONDS_BUCKETS = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 1800];

export class LogCleaner {
  readonly #options: LogCleanerOptions;
  readonly #passes = new Map<StoredPartition, Pass>();
  readonly #uncleanable = new Set<StoredPartition>();
  /** Got nowhere in this round; they are tried again in the next one. */
  readonly #heldBack = new Set<StoredPartition>();
  #timer: Timer | undefined;
  #round: Promise<void> | undefined;
  #isStopped = true;
  // Of the last round.
  #dirtyRatioMax = 0;
  #overdueMsMax = 0;
  #keyUtilizationMax = 0;
  #lastRunMs = NaN;
  #lastKeptShare = NaN;
  readonly #readBytes: Counter;
  readonly #writtenBytes: Counter;
  readonly #removedRecords: Counter;
  readonly #failures: Counter;
  readonly #runSeconds: Histogram;

  constructor(options: LogCleanerOptions) {
    const { metrics } = options;
    this.#options = options;
    this.#readBytes = metrics.counter(
      'millrace_log_cleaner_read_bytes_total',
      'Bytes of segments that the cleaner read',
    );
    this.#writtenBytes = metrics.counter(
      'millrace_log_cleaner_written_bytes_total',
      'Bytes of segments that the cleaner wrote',
    );
    this.#removedRecords = metrics.counter(
      'millrace_log_cleaner_removed_records_total',
      'Records, markers of transactions among them, that the cleaner removed',
    );
    this.#failures = metrics.counter('millrace_log_cleaner_failures_total', 'Passes of the cleaner that failed');
    this.#runSeconds = metrics.histogram(
      'millrace_log_cleaner_run_seconds',
      'Time of a pass of the cleaner over one log',
      RUN_SECONDS_BUCKETS,
    );
    metrics.gauge(
      'millrace_log_cleaner_dirty_ratio_max',
      'Largest share of bytes not yet cleaned in a compacted log, when it was looked last',
      () => this.#dirtyRatioMax,
    );
    metrics.gauge(
      'millrace_log_cleaner_overdue_seconds_max',
      'Longest time for which a record stays out of compaction beyond max.compaction.lag.ms, when it was looked last',
      () => this.#overdueMsMax / 1000,
    );
    metrics.gauge(
      'millrace_log_cleaner_uncleanable_partitions',
      'Partitions that are not cleaned any more because a pass failed; the log says why',
      () => this.#uncleanable.size,
    );
    metrics.gauge(
      'millrace_log_cleaner_uncleanable_bytes',
      'Bytes of the logs that are not cleaned any more because a pass failed',
      () => [...this.#uncleanable].reduce((total, { log }) => total + log.sizeBytes, 0),
    );
    metrics.gauge(
      'millrace_log_cleaner_key_memory_ratio_max',
      'Largest share of the memory for keys that a pass needed since the start',
      () => this.#keyUtilizationMax,
    );
    metrics.gauge(
      'millrace_log_cleaner_last_kept_ratio',
      'Share of the records that the last pass of the cleaner kept',
      () => this.#lastKeptShare,
    );
    metrics.gauge(
      'millrace_log_cleaner_last_run_timestamp_seconds',
      'When the last pass of the cleaner ended',
      () => this.#lastRunMs / 1000,
    );
  }

  start(): void {
    this.#isStopped = false;
    this.#schedule();
  }

  /** Ends what is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    for (const { abort } of this.#passes.values()) abort.abort();
    await this.#round;
    await this.#options.runner.close();
  }

  /** Cleans until no log is worth it any more. */
  async cleanAll(): Promise<void> {
    while (this.#round !== undefined) await this.#round;
    if (this.#isStopped) return;
    this.#round = this.#cleanRound().finally(() => (this.#round = undefined));
    await this.#round;
  }

  /** The partition goes: its pass ends, and is over when this resolves. */
  async giveUp(partition: StoredPartition): Promise<void> {
    this.#uncleanable.delete(partition);
    const pass = this.#passes.get(partition);
    pass?.abort.abort();
    await pass?.done;
  }

  #schedule(): void {
    this.#timer = this.#options.timers.schedule(this.#options.settings().backoffMs, () => {
      if (this.#isStopped) return;
      if (this.#round === undefined) void this.cleanAll();
      this.#schedule();
    });
  }

  async #cleanRound(): Promise<void> {
    const { isEnabled, threads } = this.#options.settings();
    if (!isEnabled) return;
    this.#heldBack.clear();
    await Promise.all(Array.from({ length: Math.max(1, threads) }, () => this.#cleanOneByOne()));
    await this.#options.runner.close();
  }

  async #cleanOneByOne(): Promise<void> {
    for (;;) {
      const found = await this.#filthiest();
      if (this.#isStopped || found === undefined || !this.#options.settings().isEnabled) return;
      // Another thread may have taken it meanwhile.
      if (this.#passes.has(found.partition)) continue;
      const abort = new AbortController();
      const done = this.#clean(found.partition, abort.signal).finally(() => this.#passes.delete(found.partition));
      this.#passes.set(found.partition, { abort, done });
      await done;
    }
  }

  /** The log with the largest share of dirty bytes, those before it in which a record waits for too long. */
  async #filthiest(): Promise<Candidate | undefined> {
    const { clock, nextTurn } = this.#options;
    const slices = new TurnSlices(clock, nextTurn);
    const nowMs = clock.nowMs();
    let best: Candidate | undefined;
    let dirtyRatioMax = 0;
    let overdueMsMax = 0;
    for (const partition of [...this.#options.partitions()]) {
      if (slices.isOver()) await slices.next();
      const { log } = partition;
      if (!log.isOpen || partition.isDeleted || !log.config.cleanupCompact) continue;
      const cleanable = cleanableOf(viewOf(partition), log.config, nowMs);
      if (cleanable === undefined) continue;
      dirtyRatioMax = Math.max(dirtyRatioMax, cleanable.dirtyRatio);
      overdueMsMax = Math.max(overdueMsMax, cleanable.overdueMs);
      if (this.#passes.has(partition) || this.#uncleanable.has(partition) || this.#heldBack.has(partition)) continue;
      if (isWorthCleaning(cleanable, log.config) && isBefore(cleanable, best?.cleanable))
        best = { partition, cleanable };
    }
    this.#dirtyRatioMax = dirtyRatioMax;
    this.#overdueMsMax = overdueMsMax;
    return best;
  }

  /** Never rejects. */
  async #clean(partition: StoredPartition, signal: AbortSignal): Promise<void> {
    const { clock, runner, swap } = this.#options;
    const { log } = partition;
    const startedMs = clock.monotonicMs();
    const { cleanedEndOffset: before, logStartOffset: startBefore } = log;
    let hasLeftovers = false;
    let isOvertaken = false;
    try {
      const job = await this.#prepare(partition, signal);
      if (job !== undefined) {
        const summary = await runner.run(job, {
          signal,
          bytesPerSecond: () => this.#bytesPerSecond(),
          onMade: async (made) => {
            endIfUnwanted(partition);
            await swap.syncNames(partition);
            if (!(await swap.put(partition, made, job.generation, log.cleanedEndOffset))) isOvertaken = true;
          },
        });
        endIfUnwanted(partition);
        // What stays as it was has records that are older than keys of this pass: only a pass with those keys makes it clean.
        if (!isOvertaken) await swap.put(partition, undefined, job.generation, summary.cleanedEndOffset);
        this.#note(partition, summary, clock.monotonicMs() - startedMs);
      }
    } catch (error) {
      this.#failed(partition, error);
      hasLeftovers = true;
    }
    if (hasLeftovers || isOvertaken) await this.#tidyUp(partition);
    // A log that lost its front meanwhile is worth another look at once.
    const isShorter = isOvertaken && log.logStartOffset > startBefore;
    if (log.cleanedEndOffset <= before && !isShorter) this.#heldBack.add(partition);
  }

  /** Undefined when there is nothing to clean after all. */
  async #prepare(partition: StoredPartition, signal: AbortSignal): Promise<CleanJob | undefined> {
    const { log } = partition;
    await this.#options.settle(partition);
    const lists: LoadedAborted = new Map();
    for (;;) {
      if (signal.aborted || !log.isOpen || partition.isDeleted) return undefined;
      const missing = log.data.segments.filter((segment) => segment.storedAborted !== undefined && !lists.has(segment));
      if (missing.length === 0) return this.#plan(partition, lists);
      for (const segment of missing) lists.set(segment, await this.#options.loadAborted(partition, segment));
    }
  }

  #plan(partition: StoredPartition, lists: LoadedAborted): CleanJob | undefined {
    const { threads, dedupeBufferBytes, dedupeBufferLoadFactor, ioBufferBytes } = this.#options.settings();
    const { random, clock } = this.#options;
    const secret = new Uint32Array(SECRET_BYTES / 4);
    Buffer.from(secret.buffer).set(random.bytes(SECRET_BYTES));
    const share = Math.max(1, threads);
    return planPass(partition, lists, clock.nowMs(), {
      keyBytesMax: Math.floor(dedupeBufferBytes / share),
      keyLoadFactor: dedupeBufferLoadFactor,
      ioBytes: Math.floor(ioBufferBytes / share),
      secret,
    });
  }

  /** Of one pass. */
  #bytesPerSecond(): number {
    const { threads, ioBytesPerSecond } = this.#options.settings();
    return ioBytesPerSecond / Math.max(1, threads);
  }

  #note(partition: StoredPartition, summary: CleanSummary, tookMs: number): void {
    const { readBytes, writtenBytes, recordsRead, recordsKept, keys, keyUtilization, cleanedEndOffset } = summary;
    this.#readBytes.add(readBytes);
    this.#writtenBytes.add(writtenBytes);
    this.#removedRecords.add(recordsRead - recordsKept);
    this.#runSeconds.observe(tookMs / 1000);
    this.#keyUtilizationMax = Math.max(this.#keyUtilizationMax, keyUtilization);
    this.#lastKeptShare = readBytes === 0 ? NaN : recordsKept / Math.max(1, recordsRead);
    this.#lastRunMs = this.#options.clock.nowMs();
    this.#options.logger.debug('a log was cleaned', {
      ...this.#named(partition),
      cleanedEndOffset,
      readBytes,
      writtenBytes,
      recordsRead,
      recordsKept,
      keys,
      tookMs: Math.round(tookMs),
    });
  }

  #failed(partition: StoredPartition, error: unknown): void {
    const { logger, onFailure } = this.#options;
    if (error instanceof CleaningCancelled || this.#isStopped || partition.isDeleted || !partition.log.isOpen) return;
    if (error instanceof SyncFailure) {
      onFailure(error);
      return;
    }
    // Retention, or whoever deletes records, took a segment from under it.
    if (errorCodeOf(error) === 'ENOENT' && !this.#lacksFile(error, partition)) return;
    this.#failures.add(1);
    const isPassing =
      isOutOfSpace(error) ||
      isOutOfDescriptors(error) ||
      (error as { readonly retriable?: boolean }).retriable === true;
    if (isPassing) {
      const fields = { ...this.#named(partition), error: messageOf(error) };
      logger.warn(
        'a log could not be cleaned for lack of room on the disk or of open files; it is tried again',
        fields,
      );
      return;
    }
    this.#uncleanable.add(partition);
    logger.error(
      `a log cannot be cleaned: ${messageOf(error)}; it stays readable and writable, and grows; it is tried again after the next start`,
      { ...this.#named(partition), error },
    );
  }

  /** Whether the file that is missing is one of a segment that the log still has. */
  #lacksFile(error: unknown, partition: StoredPartition): boolean {
    const path = errorPathOf(error);
    return partition.log.data.segments.some((segment) => partition.segmentPath(segment) === path);
  }

  /** What a pass left that came to nothing, or too late. */
  async #tidyUp(partition: StoredPartition): Promise<void> {
    if (partition.isDeleted) return;
    try {
      await this.#options.tidy(partition);
    } catch (error) {
      const fields = { ...this.#named(partition), error: messageOf(error) };
      this.#options.logger.warn('files that a cleaning left could not be removed; the next start does', fields);
    }
  }

  #named({ log }: StoredPartition): { readonly topic: string; readonly partition: number } {
    const { topicId, partition } = log.id;
    return { topic: this.#options.topicName?.(topicId) ?? topicId, partition };
  }
}

/** Whoever takes compaction from a topic wants to keep what there is. */
function endIfUnwanted({ log }: StoredPartition): void {
  if (log.isOpen && !log.config.cleanupCompact) throw new CleaningCancelled();
}

function viewOf({ log }: StoredPartition): Parameters<typeof cleanableOf>[0] {
  const { logStartOffset, lastStableOffset, cleanedEndOffset } = log;
  return { segments: log.data.segments, logStartOffset, lastStableOffset, cleanedEndOffset };
}

function isBefore(a: Cleanable, b: Cleanable | undefined): boolean {
  if (b === undefined) return true;
  if (a.overdueMs > 0 !== b.overdueMs > 0) return a.overdueMs > 0;
  return a.overdueMs > 0 ? a.overdueMs > b.overdueMs : a.dirtyRatio > b.dirtyRatio;
}
