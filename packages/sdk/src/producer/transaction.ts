import { KafkaError } from '../error.ts';
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
 * Errors say what to do: `needsAbort` (abort, then the producer goes on), `fatal` (another producer took the transactional id over: make a
 * new one). A `send` that fails makes `commit` fail, so its promise may be left alone.
 */
export class Transaction implements AsyncDisposable {
  readonly #core: ProducerCore;
  readonly #coordinator: TransactionCoordinator;
  #isEnded = false;

  /** @internal Use `producer.begin()`. */
  constructor(core: ProducerCore, coordinator: TransactionCoordinator) {
    this.#core = core;
    this.#coordinator = coordinator;
  }

  /** Sends a record within the transaction, as `producer.send` does. */
  send<T extends AnyTopic>(topic: T, record: RecordFor<T>, options?: WaitOptions): Promise<Ack> {
    try {
      this.#assertOpen('send');
    } catch (error) {
      return Promise.reject(error);
    }
    const ack = this.#core.send(topic, record, options?.signal);
    ack.catch(() => undefined);
    return ack;
  }

  /** Sends many records within the transaction, as `producer.sendAll` does. */
  async sendAll<T extends AnyTopic>(
    topic: T,
    records: Iterable<RecordFor<T>> | AsyncIterable<RecordFor<T>>,
    options?: WaitOptions,
  ): Promise<BatchAck[]> {
    this.#assertOpen('sendAll');
    return this.#core.sendAll(topic, records as Iterable<ErasedRecord>, options?.signal);
  }

  /**
   * Commits the progress of a consumer with the transaction: what `unit` (a batch) stands for counts as processed exactly when the records
   * sent are committed. The consumer must not commit by itself (`commit: 'manual'`). Members that lost their partitions meanwhile are
   * refused (KIP-447): `commit` then rejects with `needsAbort`.
   */
  consume<Unit>(source: OffsetSource<Unit>, unit: Unit): void {
    this.#assertOpen('consume');
    this.#coordinator.addOffsets(source.groupMetadata(), source.positionsAfter(unit));
  }

  /**
   * Delivers what was sent, and makes it and the offsets visible to readers of committed data. Rejects with `needsAbort` when something was
   * given up: call `abort`, or leave the scope. Rejects with `MILLRACE_CLIENT_TIMEOUT` when the coordinator did not answer: nobody knows then
   * whether it is committed, and `commit` may be called again.
   */
  async commit(): Promise<void> {
    if (this.#isEnded) throw this.#ended('commit');
    await this.#settled('commit', () => this.#coordinator.commit());
    this.#isEnded = true;
  }

  /** Drops everything: readers of committed data never see it. Promises of records on their way reject. */
  async abort(): Promise<void> {
    if (this.#isEnded) throw this.#ended('abort');
    await this.#settled('abort', () => this.#coordinator.abort());
    this.#isEnded = true;
  }

  /** Aborts unless the transaction was ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isEnded || this.#coordinator.isOutcomeUnknown || this.#coordinator.isFatal) return;
    await this.abort();
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
