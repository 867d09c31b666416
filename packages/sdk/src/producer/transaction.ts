import { abortable, KafkaError, throwIfAborted } from '../error.ts';
import type { AnyTopic, RecordFor } from '../topic/topic.ts';
import type { OffsetSource } from '../topic-partition.ts';
import type { BatchAck } from './options.ts';
import type { Ack } from './producer-batch.ts';
import type { ProducerCore, WaitOptions } from './producer-core.ts';
import type { ErasedRecord } from './record-encoding.ts';
import type { TransactionCoordinator } from './transaction-coordinator.ts';

/**
 * Records and offsets that readers of committed data see all together or not at all. Use it as `await using`: leaving the scope without
 * `commit()` aborts.
 *
 * Errors say what to do: `needsAbort` (abort, then the producer goes on), `fatal` (another producer took the transactional id over, or
 * the coordinator will hear of this one no more: make a new one). A `send` or `sendAll` that fails, given up by its signal or not,
 * makes `commit` fail, so that a promise of `send` may be left alone.
 */
export class Transaction implements AsyncDisposable {
  readonly #core: ProducerCore;
  readonly #coordinator: TransactionCoordinator;
  readonly #noteFailed = (error: unknown): void => {
    if (!this.#isEnded) this.#coordinator.noteFailed(error);
  };
  /** Calls of `sendAll` that may still bring records. */
  readonly #sending = new Set<Promise<unknown>>();
  readonly #end = new AbortController();

  /** @internal Use `producer.begin()`. */
  constructor(core: ProducerCore, coordinator: TransactionCoordinator) {
    this.#core = core;
    this.#coordinator = coordinator;
  }

  /**
   * Sends a record within the transaction, and rejects as `producer.send` does. Rejects with MILLRACE_CLIENT_INVALID_STATE after the
   * transaction was ended, or when it can only be aborted (`needsAbort`).
   */
  send<T extends AnyTopic>(topic: T, record: RecordFor<T>, options?: WaitOptions): Promise<Ack> {
    try {
      this.#assertOpen('send');
    } catch (error) {
      return Promise.reject(error);
    }
    const ack = this.#core.send(topic, record, options?.signal);
    ack.catch(this.#noteFailed);
    return ack;
  }

  /** Sends many records within the transaction, as `producer.sendAll` does. `commit` waits for it; ending the transaction ends it. */
  async sendAll<T extends AnyTopic>(
    topic: T,
    records: Iterable<RecordFor<T>> | AsyncIterable<RecordFor<T>>,
    options?: WaitOptions,
  ): Promise<BatchAck[]> {
    this.#assertOpen('sendAll');
    // What comes after the end belongs to no transaction, least of all to the next.
    const assertOpen = (): void => this.#assertOpen('sendAll');
    const guarded =
      Symbol.asyncIterator in records ? guardedLater(records, assertOpen) : guardedNow(records, assertOpen);
    const sending = this.#core.sendAll(topic, guarded as Iterable<ErasedRecord>, options?.signal);
    this.#sending.add(sending);
    try {
      return await sending;
    } catch (error) {
      this.#noteFailed(error);
      throw error;
    } finally {
      this.#sending.delete(sending);
    }
  }

  /**
   * Commits the progress of a consumer with the transaction: what `unit` (a batch) stands for counts as processed exactly when the records
   * sent are committed. The consumer must not commit by itself (`commit: 'manual'`). Members that lost their partitions meanwhile are
   * refused (KIP-447): `commit` then rejects with `needsAbort`, or this throws MILLRACE_CLIENT_INVALID_STATE with `needsAbort` already.
   */
  consume<Unit>(source: OffsetSource<Unit>, unit: Unit): void {
    this.#assertOpen('consume');
    try {
      this.#coordinator.addOffsets(source.groupMetadata(), source.positionsAfter(unit));
    } catch (error) {
      this.#noteFailed(error);
      throw error;
    }
  }

  /**
   * Delivers what was sent, and makes it and the offsets visible to readers of committed data. Rejects with `needsAbort` when something
   * was given up, or the coordinator has aborted it since its time was over: it is not committed; call `abort`, or leave the scope.
   * Rejects with `fatal` when another producer has taken over: it is not committed, unless that happened between a lost answer and the
   * next try. With any other error, such as `MILLRACE_CLIENT_TIMEOUT` when the coordinator did not answer, nobody knows whether it is
   * committed: `commit` may be called again, and nothing else.
   */
  async commit(): Promise<void> {
    if (this.#isEnded) throw this.#ended('commit');
    const whenSent = this.#sending.size > 0 ? (): Promise<void> => this.#sent() : undefined;
    await this.#settled('commit', () => this.#coordinator.commit(whenSent));
    this.#end.abort();
  }

  /**
   * Drops everything: readers of committed data never see it. Promises of records on their way reject, and so does a `commit` that waits
   * for `sendAll`. Rejects with `fatal` when the producer is done for (readers do not see the records then, either); with
   * MILLRACE_CLIENT_INVALID_STATE while a commit has gone further than that, or its outcome is not known; with another error when the
   * coordinator did not answer: call it again.
   */
  async abort(): Promise<void> {
    if (this.#isEnded) throw this.#ended('abort');
    await this.#settled('abort', () => this.#coordinator.abort());
    this.#end.abort();
  }

  /**
   * Aborts unless the transaction was ended, is being committed (which is waited for), or nobody knows whether it was. That another
   * producer has taken the transactional id over is no failure here, since that aborted it: the next `begin` says so. Otherwise rejects as
   * `abort` does; `await using` then throws that, or, in a scope that is left by an error, a SuppressedError with that error as `suppressed`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#coordinator.whenEnded();
    if (this.#isEnded || this.#coordinator.isOutcomeUnknown || this.#coordinator.isFatal) return;
    await this.abort().catch((error: unknown) => {
      if (!this.#coordinator.isFatal) throw error;
    });
  }

  get #isEnded(): boolean {
    return this.#end.signal.aborted;
  }

  /** Waits for what brings records, unless it is ended meanwhile: by then the coordinator may be at another transaction. */
  async #sent(): Promise<void> {
    const over = AbortSignal.any([this.#end.signal, this.#core.closeSignal]);
    while (this.#sending.size > 0 && !over.aborted) {
      // Which of the two it was is told below.
      await abortable('commit', Promise.allSettled(this.#sending), over).catch(() => undefined);
    }
    if (this.#isEnded) throw this.#ended('commit');
    throwIfAborted('commit', over);
  }

  #settled(operation: 'commit' | 'abort', act: () => Promise<void>): Promise<void> {
    const { tracing } = this.#core;
    return tracing === undefined ? act() : tracing.settle(operation, this.#coordinator.transactionalId, act);
  }

  #assertOpen(what: string): void {
    if (this.#isEnded) throw this.#ended(what);
    this.#coordinator.assertOpen(what);
  }

  #ended(what: string): KafkaError {
    return new KafkaError('MILLRACE_CLIENT_INVALID_STATE', `${what}() after the transaction was ended`);
  }
}

function* guardedNow<R>(records: Iterable<R>, assertOpen: () => void): Generator<R, undefined> {
  for (const record of records) {
    assertOpen();
    yield record;
  }
  return undefined;
}

async function* guardedLater<R>(records: AsyncIterable<R>, assertOpen: () => void): AsyncGenerator<R, undefined> {
  for await (const record of records) {
    assertOpen();
    yield record;
  }
  return undefined;
}
