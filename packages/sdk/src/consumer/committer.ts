/**
 * Commits how far a consumer has processed.
 *
 * Owns: the timer of automatic commits and the order of commits.
 * Invariants: what is committed is a low watermark, never past an unfinished record; one commit is under way at a time, and what was
 *   processed meanwhile goes into the next. A partition that was taken away is not committed any more.
 * Bounds: at most one automatic commit per interval; none while nothing was processed.
 */
import type { Timer } from '@millrace/base';
import { abortable, KafkaError, throwIfAborted, TimeoutError } from '../error.ts';
import type { CommitResult, OffsetRequestOptions } from '../group/membership.ts';
import type { ClientRuntime } from '../runtime.ts';
import type { OffsetToCommit } from '../topic-partition.ts';
import type { ConsumedPartition } from './consumed-partition.ts';

export interface CommitterOptions {
  readonly runtime: ClientRuntime;
  /** Milliseconds between automatic commits; undefined: the application commits. */
  readonly intervalMs: number | undefined;
  readonly partitions: () => Iterable<ConsumedPartition>;
  readonly find: (topic: string, partition: number) => ConsumedPartition | undefined;
  readonly commitOffsets: (
    offsets: readonly OffsetToCommit[],
    options: OffsetRequestOptions,
  ) => Promise<readonly CommitResult[]>;
  /** An automatic commit failed in a way that no retry helps against. */
  readonly onFatal: (error: KafkaError) => void;
  /** A commit that nobody waits for did not come about, so that records may come again; the application is told. */
  readonly onFailed: (error: KafkaError) => void;
}

export class Committer {
  readonly #options: CommitterOptions;
  #timer: Timer | undefined;
  #isNoted = false;
  #isClosed = false;
  #last: Promise<unknown> = Promise.resolve();
  #isUnderWay = false;
  /** What the last commit failed with, when it did. For explain(). */
  lastError: KafkaError | undefined;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Something was handed out or got a position: there will be something to commit. */
  note(): void {
    this.#isNoted = true;
    const { intervalMs, runtime } = this.#options;
    if (intervalMs === undefined || this.#timer !== undefined || this.#isClosed) return;
    this.#timer = runtime.timers.schedule(intervalMs, () => this.#onTimer());
  }

  /**
   * Commits these positions, or how far each partition was processed. Rejects with the first refusal when the group did not take all.
   */
  async commit(offsets?: readonly OffsetToCommit[], options: OffsetRequestOptions = {}): Promise<void> {
    const failed = (await this.#inTurn(() => offsets ?? this.#dirty(this.#options.partitions()), options)).find(
      ({ error }) => error !== undefined,
    );
    if (failed?.error !== undefined) throw failed.error;
  }

  /** Commits how far these partitions were processed, before they go, in that time, whatever is under way. Never rejects. */
  async commitBeforeGoing(partitions: Iterable<ConsumedPartition>, timeoutMs: number): Promise<void> {
    const { intervalMs, onFailed, runtime } = this.#options;
    if (intervalMs === undefined) return;
    const late = new AbortController();
    const timer = runtime.timers.schedule(timeoutMs, () => late.abort());
    const options = { timeoutMs, signal: late.signal };
    try {
      const failed = (await this.#inTurn(() => this.#dirty(partitions), options)).find(({ error }) => error);
      if (failed?.error !== undefined) onFailed(failed.error);
    } catch (error) {
      const message = `partitions went before their commit had an answer, within ${String(timeoutMs)} ms`;
      this.#onFailed(late.signal.aborted ? new TimeoutError(message) : error);
    } finally {
      timer.cancel();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (this.#isClosed) return;
    const dirty = this.#dirty(this.#options.partitions());
    const isNoted = this.#isNoted;
    this.#isNoted = false;
    if (dirty.length > 0 && !this.#isUnderWay) {
      this.#inTurn(() => this.#dirty(this.#options.partitions()), {}).then(
        (results) => this.#judge(results),
        (error: unknown) => this.#onFailed(error),
      );
    }
    // Records in hand are finished without a word, so that nothing is done per record: look again while there are any.
    if (isNoted || dirty.length > 0 || this.#hasOpen()) {
      this.note();
      this.#isNoted = false;
    }
  }

  #hasOpen(): boolean {
    for (const { progress } of this.#options.partitions()) if (progress.openCount > 0) return true;
    return false;
  }

  #judge(results: readonly CommitResult[]): void {
    const fatal = results.find(({ error }) => error?.fatal === true)?.error;
    if (fatal !== undefined) this.#options.onFatal(fatal);
    const refused = results.find(({ error }) => error !== undefined && !error.fatal && !error.retriable)?.error;
    if (refused !== undefined) this.#options.onFailed(refused);
  }

  #onFailed(error: unknown): void {
    if (KafkaError.is(error)) this.#options.onFailed(error);
  }

  #dirty(partitions: Iterable<ConsumedPartition>): OffsetToCommit[] {
    const dirty: OffsetToCommit[] = [];
    for (const each of partitions) {
      if (each.isGone || each.need === 'committed' || each.need === 'reset') continue;
      const { offset, leaderEpoch } = each.progress.watermark();
      if (offset < 0 || offset === each.committedOffset) continue;
      dirty.push({ topic: each.topic.name, partition: each.partition, offset, leaderEpoch });
    }
    return dirty;
  }

  /** Runs after the commits before it; what is committed is decided only then. */
  #inTurn(choose: () => readonly OffsetToCommit[], options: OffsetRequestOptions): Promise<readonly CommitResult[]> {
    const { signal } = options;
    const next = this.#last.then(async () => {
      throwIfAborted('committing', signal);
      const offsets = choose();
      if (offsets.length === 0) return [];
      this.#isUnderWay = true;
      try {
        const results = await this.#options.commitOffsets(offsets, options);
        this.#take(results);
        return results;
      } catch (error) {
        if (KafkaError.is(error)) this.lastError = error;
        throw error;
      } finally {
        this.#isUnderWay = false;
      }
    });
    this.#last = next.catch(() => undefined);
    return abortable('committing', next, signal);
  }

  #take(results: readonly CommitResult[]): void {
    this.lastError = undefined;
    for (const { topic, partition, offset, error } of results) {
      if (error !== undefined) {
        this.lastError = error;
        continue;
      }
      const committed = this.#options.find(topic, partition);
      if (committed !== undefined) committed.committedOffset = Number(offset);
    }
  }
}
