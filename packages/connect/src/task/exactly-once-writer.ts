/**
 * Writes a source's records and offsets in transactions: readers of committed data see each batch once (KIP-618).
 *
 * Owns: the transaction that is open, and which offsets belong to it.
 * Invariants: the transactional id is taken over before the plugin reads its offsets, so that nothing of an earlier task can become visible
 *   after them. Offsets are committed with their records or not at all. A transaction that cannot be committed is aborted, and the source starts
 *   again from the stored offsets.
 *   What a connector aborts is thrown away, and its offsets are committed without it, so that it does not come again.
 * Bounds: `poll`: a transaction takes what is ready, up to 4 MiB or 200 ms.
 */
import { messageOf } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import { KafkaError, type Producer, type Transaction } from '@millrace/sdk';
import { encodeOffset, encodeOffsetKey } from '../stores/offset-records.ts';
import { milliseconds } from './error-policy.ts';
import type { BytesRecord } from './record-conversion.ts';
import { isRecordAtFault, type RecordSender } from './record-sender.ts';
import type { SourcePump } from './source-pump.ts';
import { OffsetMap, type SourceUnit } from './source-unit.ts';
import { PreparedTopics, type SourceWriter, type SourceWriterOptions } from './source-writer.ts';
import { sleep } from './task-environment.ts';
import { TaskError } from './task-error.ts';

export interface TransactionBoundary {
  readonly kind: 'poll' | 'interval' | 'connector';
  readonly intervalMs: number;
}

/** Throws MILLRACE_CONNECT_INVALID_CONFIG. */
export function transactionBoundary(config: ConfigProperties, flushIntervalMs: number): TransactionBoundary {
  const kind = (config['transaction.boundary'] ?? 'poll').toLowerCase();
  if (kind !== 'poll' && kind !== 'interval' && kind !== 'connector') {
    throw new TaskError(
      'MILLRACE_CONNECT_INVALID_CONFIG',
      `transaction.boundary is "${kind}": use poll, interval or connector`,
    );
  }
  return { kind, intervalMs: milliseconds(config, 'transaction.boundary.interval.ms', flushIntervalMs, 1) };
}

const POLL_BYTES_MAX = 4 * 1024 * 1024;
const POLL_TIME_MAX_MS = 200;
const RETRY_COMMIT_MS = 500;
/** Of a commit, with errors that do not pass as a rule: its outcome is as open as after any other. */
const REFUSALS_MAX = 10;

interface Open {
  readonly transaction: Transaction;
  readonly offsets: OffsetMap;
  readonly acknowledgements: Promise<void>[];
  readonly sinceMs: number;
  recordCount: number;
  sizeBytes: number;
}

export class ExactlyOnceWriter implements SourceWriter {
  readonly #options: SourceWriterOptions;
  readonly #producer: Producer;
  readonly #sender: RecordSender;
  readonly #boundary: TransactionBoundary;
  readonly #offsetTopic: string;
  readonly #topics: PreparedTopics;
  #open: Open | undefined;
  /** The transaction has a part of a unit only, or its commit failed: it can only be thrown away. */
  #isTorn = false;

  constructor(
    options: SourceWriterOptions,
    producer: Producer,
    sender: RecordSender,
    boundary: TransactionBoundary,
    offsetTopic: string,
  ) {
    this.#options = options;
    this.#producer = producer;
    this.#sender = sender;
    this.#boundary = boundary;
    this.#offsetTopic = offsetTopic;
    this.#topics = new PreparedTopics(options.prepareTopic);
  }

  /** Fences whoever had the transactional id before. */
  async begin(): Promise<void> {
    await this.#begun();
  }

  async run(pump: SourcePump): Promise<void> {
    // A connector's own transaction is complete where it says so.
    const isComplete = this.#boundary.kind !== 'connector';
    try {
      await this.#write(pump);
      if (isComplete) await this.#commit();
      await this.#discard();
    } catch (error) {
      const errors: unknown[] = [error];
      const note = (each: unknown): void => void errors.push(each);
      // What came before an error of the source is worth keeping. What stays open would hold up readers of committed data.
      if (isComplete && pump.hasEnded && !this.#isTorn) await this.#commit().catch(note);
      await this.#discard().catch(note);
      const fence = errors.findLast(isFenced);
      // Another task has taken over: that is why.
      if (fence !== undefined) throw this.#fenced(fence);
      for (const each of errors.slice(1)) this.#tell('ending a transaction failed', each);
      throw restartable(error);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#producer.close({ timeoutMs: 0 }).catch(() => undefined);
  }

  async #write(pump: SourcePump): Promise<void> {
    for (;;) {
      const unit = await this.#next(pump);
      if (unit === undefined) {
        if (pump.hasEnded) return;
        await this.#commit();
        continue;
      }
      await this.#add(pump, unit);
      if (this.#boundary.kind === 'poll') await this.#fill(pump);
      if (this.#isDue(unit)) await this.#commit();
      else if (unit.transaction === 'abort' && this.#boundary.kind === 'connector') await this.#abort();
    }
  }

  /** Undefined: the source has ended, or the time of the open transaction is over. */
  async #next(pump: SourcePump): Promise<SourceUnit | undefined> {
    const open = this.#open;
    if (this.#boundary.kind !== 'interval' || open === undefined || open.offsets.size === 0) return pump.take();
    const leftMs = this.#leftMs(open);
    if (leftMs <= 0) return undefined;
    const over = new AbortController();
    const timer = this.#options.environment.timers.schedule(leftMs, () => over.abort());
    try {
      return await pump.take(over.signal);
    } finally {
      timer.cancel();
    }
  }

  /** More that is ready goes into the same transaction: while one was committed, others came. */
  async #fill(pump: SourcePump): Promise<void> {
    const open = this.#open;
    const { clock } = this.#options.environment;
    while (
      open !== undefined &&
      open.sizeBytes < POLL_BYTES_MAX &&
      clock.monotonicMs() - open.sinceMs < POLL_TIME_MAX_MS
    ) {
      const unit = await pump.takeReady();
      if (unit === undefined) return;
      await this.#add(pump, unit);
    }
  }

  #isDue({ transaction }: SourceUnit): boolean {
    const open = this.#open;
    switch (this.#boundary.kind) {
      case 'poll':
        return true;
      case 'interval':
        return open !== undefined && this.#leftMs(open) <= 0;
      case 'connector':
        return transaction === 'end';
    }
  }

  #leftMs({ sinceMs }: Open): number {
    return sinceMs + this.#boundary.intervalMs - this.#options.environment.clock.monotonicMs();
  }

  async #begun(): Promise<Open> {
    const known = this.#open;
    if (known !== undefined) {
      if (known.offsets.size > 0) return known;
      // It was begun long before there was anything for it.
      this.#open = { ...known, sinceMs: this.#options.environment.clock.monotonicMs() };
      return this.#open;
    }
    const transaction = await this.#producer.begin();
    this.#open = {
      transaction,
      offsets: new OffsetMap(),
      acknowledgements: [],
      sinceMs: this.#options.environment.clock.monotonicMs(),
      recordCount: 0,
      sizeBytes: 0,
    };
    return this.#open;
  }

  async #add(pump: SourcePump, unit: SourceUnit): Promise<void> {
    const preparing = this.#topics.ensure(unit);
    if (preparing !== undefined) await preparing;
    const open = await this.#begun();
    this.#isTorn = true;
    open.offsets.add(unit.offsets);
    open.recordCount += unit.recordCount;
    open.sizeBytes += unit.sizeBytes;
    const acknowledgements: Promise<void>[] = [];
    for (const run of unit.runs.values()) {
      acknowledgements.push((await this.#sender.send(open.transaction, run)).acknowledged);
    }
    this.#isTorn = false;
    const all = Promise.all(acknowledgements).then(() => undefined);
    // The commit fails when one of them does; until then memory is what they are waited for.
    all.then(
      () => {
        pump.release(unit);
        this.#options.environment.metrics.wroteBatch(unit.recordCount);
      },
      () => pump.release(unit),
    );
    open.acknowledgements.push(all);
    this.#options.environment.checkpoint('source:sent');
  }

  async #commit(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    const { metrics, clock, checkpoint } = this.#options.environment;
    const startMs = clock.monotonicMs();
    const offsets = open.offsets.list();
    this.#isTorn = true;
    try {
      if (offsets.length > 0) {
        const { acknowledged } = await this.#sender.send(open.transaction, {
          topic: this.#offsetTopic,
          records: this.#offsetRecords(open.offsets),
        });
        await Promise.all([...open.acknowledgements, acknowledged]);
      }
      checkpoint('source:before-commit');
      await this.#commitCertainly(open.transaction);
    } catch (error) {
      metrics.committedOffsets(false, clock.monotonicMs() - startMs);
      throw error;
    }
    this.#open = undefined;
    this.#isTorn = false;
    checkpoint('source:committed');
    metrics.committedOffsets(true, clock.monotonicMs() - startMs);
    if (open.recordCount > 0) metrics.committedTransaction(open.recordCount);
    if (offsets.length === 0) return;
    await this.#options.onDurable(offsets);
    checkpoint('source:durable');
  }

  /** Until it is known what became of it. */
  async #commitCertainly(transaction: Transaction): Promise<void> {
    const { environment } = this.#options;
    for (let refusals = 0; ;) {
      try {
        await transaction.commit();
        return;
      } catch (error) {
        if (!KafkaError.is(error) || isFenced(error) || error.needsAbort) throw error;
        if (!error.retriable && ++refusals >= REFUSALS_MAX) throw outcomeUnknown(error);
        this.#tell('the outcome of a commit is not known: asking again', error);
        await sleep(environment.timers, RETRY_COMMIT_MS, new AbortController().signal);
      }
    }
  }

  /** The connector threw its transaction away. */
  async #abort(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    await open.transaction.abort();
    this.#open = undefined;
    const { offsets } = await this.#begun();
    offsets.add(open.offsets);
    await this.#commit();
  }

  async #discard(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.transaction.abort();
  }

  #offsetRecords(offsets: OffsetMap): BytesRecord[] {
    const { connector } = this.#options.environment.spec;
    return offsets.list().map(({ partition, offset }) => ({
      key: encodeOffsetKey({ connector, partition }),
      value: encodeOffset(offset),
    }));
  }

  #fenced(cause: unknown): TaskError {
    const { connector, task, exactlyOnce } = this.#options.environment.spec;
    const id = exactlyOnce?.transactionalId ?? '';
    return new TaskError(
      'MILLRACE_CONNECT_TASK_FENCED',
      `${connector}-${String(task)} may write no more: another task has taken over its transactional id ${id}, ` +
        'or a transaction took longer than transaction.timeout.ms; restart it if no other runs',
      { cause },
    );
  }

  #tell(what: string, error: unknown): void {
    this.#options.log.warn(what, { error: messageOf(error) });
  }
}

/** A coordinator that is just about to end the transaction for another producer calls it a wrong state. */
function isFenced(error: unknown): boolean {
  return KafkaError.is(error) && (error.fatal || error.kafkaCode === 'INVALID_TXN_STATE');
}

/** A transaction that had to be aborted is no reason to fail: what it held is read again. */
function restartable(error: unknown): unknown {
  if (!KafkaError.is(error) || error.fatal || !error.needsAbort) return error;
  return new TaskError('MILLRACE_CONNECT_TASK_RECORD', `a transaction was aborted: ${error.message}`, {
    cause: error,
    retriable: !isRecordAtFault(error),
  });
}

/** Whoever begins with the transactional id again has the coordinator end what is open. */
function outcomeUnknown(cause: KafkaError): TaskError {
  return new TaskError(
    'MILLRACE_CONNECT_TASK_RECORD',
    `nobody knows whether a transaction was committed: ${cause.message}`,
    { cause, retriable: true },
  );
}
