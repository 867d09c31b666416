/**
 * A task of the Postgres sink: takes records, and writes them in the background, as many at a time as have come meanwhile.
 *
 * Owns: the connection, the queue and the loop that empties it. While a batch is in the database the next one is taken and rendered.
 * Invariants: records are written in the order in which they came, and stay in the queue until they are committed; what failed is tried
 * again before anything more is taken. With exactly once, after every failure the database is asked which offsets it has: the answer to a
 * commit can get lost.
 * Bounds: `batch.size` records or 16 MiB in the queue, and what a single `write` brings on top.
 */
import { createDeferred, MillraceError, type Timer } from '@millrace/base';
import type {
  FlushReason,
  InRecord,
  SinkContext,
  SinkTask,
  TopicPartition,
  TopicPartitionOffset,
} from '@millrace/connect-api';

import { BatchWriter } from './batch-writer.ts';
import { sinkError } from './failure.ts';
import { Layouts } from './layouts.ts';
import { OffsetTable } from './offset-table.ts';
import { RecordQueue } from './record-queue.ts';
import { FieldFilter } from './row-fields.ts';
import { UnavailableValue } from './row-layout.ts';
import { Session } from './session.ts';
import { isCreating, isEvolving, type SinkConfig } from './sink-config.ts';
import { SinkMetrics } from './sink-metrics.ts';
import { TableNameFormat } from './table-name-format.ts';

/** A task that stays fenced is no matter of a rebalance any more. */
const FENCED_MS_MAX = 120_000;

const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 10_000;

/** Longer a task that was given partitions does not wait for the database. */
const CLAIM_MS_MAX = 30_000;

export class PostgresSinkTask implements SinkTask {
  readonly #config: SinkConfig;
  readonly #context: SinkContext;
  readonly #queue: RecordQueue;
  readonly #writer: BatchWriter;
  readonly #offsets: OffsetTable | undefined;
  readonly #metrics: SinkMetrics;
  readonly #closing = new AbortController();
  #session: Session | undefined;
  #running: Promise<void> | undefined;
  /** How many records at the head of the queue are in the database's transaction. */
  #writingCount = 0;
  /** Who waits for the loop to pause, or makes use of the pause. */
  #breaks = 0;
  #retry: Timer | undefined;
  /** A flush could not say that everything is done; its offsets are to be committed when it is. */
  #owesCommit = false;
  /** What the loop ended with and nobody was told yet. */
  #failure: MillraceError | undefined;
  #failuresInRow = 0;
  #fencedSinceMs: number | undefined;
  /** Who waits for a batch to be done. */
  #waiting: (() => void)[] = [];

  constructor(config: SinkConfig, context: SinkContext) {
    this.#config = config;
    this.#context = context;
    this.#queue = new RecordQueue(config.batchSize);
    this.#offsets = offsetTableOf(config, context.connector);
    this.#metrics = new SinkMetrics(context.metrics);
    const rules = { keyMode: config.pkMode, keyFields: config.pkFields };
    const layouts = new Layouts(
      {
        ...rules,
        insertMode: config.insertMode,
        isCreating: isCreating(config),
        isEvolving: isEvolving(config),
        include: config.fieldIncludeList && new FieldFilter(config.fieldIncludeList),
        exclude: config.fieldExcludeList && new FieldFilter(config.fieldExcludeList),
        bareTimes: config.timePrecisionMode,
        unavailableValue: new UnavailableValue(config.unavailableValuePlaceholder),
      },
      context.log,
    );
    this.#writer = new BatchWriter({
      rules: {
        ...rules,
        isDeleteEnabled: config.deleteEnabled,
        isTruncateEnabled: config.truncateEnabled,
        tableName: config.tableNameFormat,
      },
      layouts,
      insertMode: config.insertMode,
      offsets: this.#offsets,
      report: (record, error) => context.report(record, error),
    });
  }

  async assigned(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[] | void> {
    if (this.#offsets === undefined || partitions.length === 0) return undefined;
    const offsets = this.#offsets;
    return this.#inBreak(async () => {
      const claimed = await this.#claim(offsets, partitions);
      this.#fencedSinceMs = undefined;
      this.#queue.confirm(claimed);
      return claimed;
    });
  }

  /** A database that restarts during a rebalance is waited for a while. */
  async #claim(offsets: OffsetTable, partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    const { clock, signal } = this.#context;
    const deadlineMs = clock.monotonicMs() + CLAIM_MS_MAX;
    for (let attempt = 0; ; attempt++) {
      try {
        const session = await this.#openSession(AbortSignal.any([this.#closing.signal, signal]));
        return await offsets.claim(session, partitions);
      } catch (error) {
        // It is to end before it began.
        if (signal.aborted) return [];
        const failure = sinkError(error, 'read the offsets of the connector');
        if (!failure.retriable || clock.monotonicMs() > deadlineMs) throw failure;
        await this.#pause(retryDelayMs(attempt));
      }
    }
  }

  async write(records: readonly InRecord[], signal: AbortSignal): Promise<void> {
    if (this.#failuresInRow > 0 && this.#failure === undefined && this.#queue.length > 0) await this.#batchDone(signal);
    while (this.#queue.isFull && this.#failure === undefined && !signal.aborted) await this.#batchDone(signal);
    signal.throwIfAborted();
    this.#throwFailure();
    for (const record of records) {
      const { origin } = record;
      this.#refuseDone(origin);
      // What waits of its partition from there on is replaced by what comes now.
      if (this.#queue.isRepeated(origin)) await this.#inBreak(() => this.#queue.rewind(origin, origin.offset));
      this.#queue.add(record);
    }
    this.#start();
  }

  /** Reading goes on where the database is; what is before that is of another topic of the same name, and would never be written. */
  #refuseDone({ topic, partition, offset }: InRecord['origin']): void {
    if (this.#offsets === undefined) return;
    const doneOffset = this.#queue.doneOf({ topic, partition }) ?? 0;
    if (offset >= doneOffset) return;
    throw new MillraceError(
      'MILLRACE_CONNECT_POSTGRES_SINK_TOPIC_REPLACED',
      `${topic}[${partition}] goes on at offset ${offset}, and ${this.#offsets.name} has it up to ${doneOffset}: the topic was deleted and made anew, or lost records. ` +
        `To write what it has now, stop connector ${this.#context.connector}, reset its offsets and start it`,
      { details: { topic, partition, offset, doneOffset } },
    );
  }

  async flush(reason: FlushReason, signal: AbortSignal): Promise<readonly TopicPartitionOffset[]> {
    while (this.#queue.length > 0 && this.#failure === undefined && !signal.aborted) await this.#batchDone(signal);
    const isLeaving = reason === 'revoke' || reason === 'stop';
    const failure = this.#failure;
    if (failure?.retriable === false && !isLeaving) throw failure;
    this.#owesCommit = this.#queue.length > 0;
    if (isLeaving && this.#owesCommit) {
      this.#context.log.warn('records could not be written before the end, and come again', {
        reason,
        records: this.#queue.length,
        error: failure?.message,
      });
    }
    return this.#queue.done;
  }

  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#inBreak(() => {
      this.#queue.drop(partitions);
      this.#fencedSinceMs = undefined;
      if (this.#failure?.retriable === true) this.#failure = undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#retry?.cancel();
    if (this.#running !== undefined) this.#session?.destroy();
    await this.#running;
    await this.#session?.[Symbol.asyncDispose]();
  }

  /** While the loop does not run: after the batch that it is at, whether that goes well or not. */
  async #inBreak<T>(act: () => T | Promise<T>): Promise<T> {
    this.#breaks++;
    try {
      await this.#running;
      return await act();
    } finally {
      this.#breaks--;
      if (this.#failure === undefined) this.#start();
    }
  }

  #start(): void {
    if (this.#running !== undefined || this.#breaks > 0 || this.#queue.length === 0 || this.#closing.signal.aborted)
      return;
    this.#retry?.cancel();
    this.#running = this.#run()
      .then(
        () => undefined,
        (error: unknown) => this.#fail(sinkError(error, 'write records')),
      )
      .finally(() => {
        this.#running = undefined;
        this.#wake();
        // Records may have come after the loop's last look.
        if (this.#failure === undefined) this.#start();
      });
  }

  /** Ends when the queue is empty. Batches are rendered one ahead. */
  async #run(): Promise<void> {
    const session = await this.#openSession();
    if (this.#failuresInRow > 0 && this.#offsets !== undefined) this.#queue.confirm(await this.#offsets.read(session));
    let writing: Promise<void> = Promise.resolve();
    try {
      while (this.#breaks === 0 && this.#queue.length > this.#writingCount) {
        const records = this.#queue.slice(this.#writingCount, this.#config.batchSize);
        const batch = await this.#writer.prepare(records, async () => {
          await writing;
          return session;
        });
        await writing;
        if (this.#breaks > 0) break;
        this.#writingCount = records.length;
        writing = this.#write(batch, session);
        // Its failure is seen at the next turn.
        writing.catch(() => undefined);
        // What comes while it is in the database goes into the next one.
        if (this.#queue.length === this.#writingCount) await writing;
      }
      await writing;
    } catch (error) {
      await writing.catch(() => undefined);
      throw error;
    } finally {
      this.#writingCount = 0;
    }
  }

  async #write(batch: Awaited<ReturnType<BatchWriter['prepare']>>, session: Session): Promise<void> {
    const startMs = this.#context.clock.monotonicMs();
    const { written, deleted, rejected } = await this.#writer.write(batch, session);
    this.#queue.finish(batch.records.length);
    this.#writingCount = 0;
    this.#metrics.batchSeconds.observe((this.#context.clock.monotonicMs() - startMs) / 1000);
    this.#metrics.written.add(written);
    this.#metrics.deleted.add(deleted);
    this.#metrics.rejected.add(rejected);
    this.#failuresInRow = 0;
    this.#failure = undefined;
    this.#fencedSinceMs = undefined;
    this.#wake();
    if (!this.#owesCommit || this.#queue.length > 0) return;
    this.#owesCommit = false;
    this.#context.commitSoon();
  }

  #fail(error: MillraceError): void {
    if (this.#closing.signal.aborted) return;
    this.#failuresInRow++;
    const { maxRetries } = this.#config;
    const isTooOften = maxRetries >= 0 && this.#failuresInRow > maxRetries;
    const isOver = error.retriable && (isTooOften || this.#isFencedTooLong(error));
    this.#failure = isOver
      ? new MillraceError(error.code, `${error.message} (given up after ${this.#failuresInRow} attempts)`, {
          details: error.details,
          cause: error,
        })
      : error;
    if (!this.#failure.retriable) {
      // Told by the flush, should nothing come that is to be written.
      this.#context.commitSoon();
      return;
    }
    this.#metrics.retries.add(1);
    // Nobody may come to ask again: the topics may be quiet.
    this.#retry = this.#context.timers.schedule(retryDelayMs(this.#failuresInRow - 1), () => this.#start());
  }

  #isFencedTooLong({ code }: MillraceError): boolean {
    if (code !== 'MILLRACE_CONNECT_POSTGRES_SINK_FENCED') return false;
    const nowMs = this.#context.clock.monotonicMs();
    this.#fencedSinceMs ??= nowMs;
    return nowMs - this.#fencedSinceMs > FENCED_MS_MAX;
  }

  /** Once; then the same is tried again. */
  #throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    if (failure.retriable) this.#failure = undefined;
    throw failure;
  }

  async #pause(delayMs: number): Promise<void> {
    const done = createDeferred<void>();
    const { signal, timers } = this.#context;
    const end = (): void => done.resolve();
    const timer = timers.schedule(delayMs, end);
    signal.addEventListener('abort', end, { once: true });
    await done.promise;
    timer.cancel();
    signal.removeEventListener('abort', end);
  }

  /** Until a batch is committed, or the loop has ended. */
  async #batchDone(signal: AbortSignal): Promise<void> {
    this.#start();
    if (this.#running === undefined) return;
    const done = createDeferred<void>();
    this.#waiting.push(() => done.resolve());
    signal.addEventListener('abort', this.#wake, { once: true });
    try {
      await done.promise;
    } finally {
      signal.removeEventListener('abort', this.#wake);
    }
  }

  readonly #wake = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  };

  /** An orderly end still writes what is held: a claim gives up with the task. */
  async #openSession(signal: AbortSignal = this.#closing.signal): Promise<Session> {
    if (this.#session?.isOpen === true) return this.#session;
    this.#session = await openSession(this.#config, this.#context, signal);
    return this.#session;
  }
}

function retryDelayMs(attempt: number): number {
  return Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** attempt);
}

/** Also for checks before there is a task. */
export async function openSession(
  config: SinkConfig,
  context: Pick<SinkContext, 'connector' | 'timers'>,
  signal: AbortSignal,
): Promise<Session> {
  return Session.open(
    config.connectionUrl,
    {
      user: config.connectionUsername,
      password: config.connectionPassword?.reveal(),
      applicationName: `millrace-connect ${context.connector}`,
      queryTimeoutMs: config.queryTimeoutMs,
      timers: context.timers,
    },
    signal,
  );
}

export function offsetTableOf(config: SinkConfig, connector: string): OffsetTable | undefined {
  if (config.deliveryGuarantee !== 'exactly_once') return undefined;
  return new OffsetTable(new TableNameFormat(config.offsetsTable).tableOf('', undefined), connector);
}
