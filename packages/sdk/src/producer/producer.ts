import type { AnyTopic, RecordFor, Topic } from '../topic/topic.ts';
import { topic as declareTopic } from '../topic/topic.ts';
import { ClosedError, KafkaError } from '../error.ts';
import { checkOptions, milliseconds } from '../options/check-options.ts';
import type { HeadersToSend } from '../topic/topic.ts';
import { producerSettings, type BatchAck, type ProducerOptions } from './options.ts';
import type { Ack } from './producer-batch.ts';
import type { ProducerCluster } from './producer-cluster.ts';
import { ProducerCore, type WaitOptions } from './producer-core.ts';
import { ProducerIdentity } from './producer-identity.ts';
import type { ErasedRecord } from './record-encoding.ts';
import { Transaction } from './transaction.ts';
import { TransactionCoordinator } from './transaction-coordinator.ts';

const CLOSE_TIMEOUT_MS = 30_000;
const CLOSE_OPTIONS = { timeoutMs: milliseconds() };

/** A record whose key and value are bytes already. */
export interface RawRecordToSend {
  readonly key?: Uint8Array | string | null;
  readonly value: Uint8Array | string | null;
  readonly headers?: HeadersToSend;
  /** Milliseconds since the Unix epoch; the time of the call when omitted. */
  readonly timestamp?: number;
  readonly partition?: number;
}

export interface CloseProducerOptions {
  /** Milliseconds to go on delivering what was sent, from 0. Default 30,000. */
  readonly timeoutMs?: number;
}

/**
 * Sends records. Nothing has to be connected first, and one producer serves all topics and any number of concurrent callers: their records
 * share batches.
 *
 * By default a record is acknowledged by all replicas in sync, retries neither double nor reorder records (KIP-98), and what is
 * undelivered is bounded in bytes. Errors are KafkaErrors: `MILLRACE_CLIENT_ENCODE` for a record that its codec refuses,
 * `MILLRACE_CLIENT_DELIVERY` (DeliveryError) for one that was given up, saying whether it may have been written,
 * `MILLRACE_CLIENT_TIMEOUT` when there was no room in time, `MILLRACE_CLIENT_ABORTED` for an aborted signal.
 */
export class Producer implements AsyncDisposable {
  readonly #core: ProducerCore;
  readonly #coordinator: TransactionCoordinator | undefined;
  readonly #onClosed: () => void;
  readonly #raw = new Map<
    string,
    Topic<string, Uint8Array | string | null, unknown, Uint8Array | string | null, unknown>
  >();
  #closed: Promise<void> | undefined;

  /** @internal Use `kafka().producer()`. */
  constructor(cluster: ProducerCluster, options: ProducerOptions = {}, onClosed: () => void = () => undefined) {
    const settings = producerSettings(options);
    this.#onClosed = onClosed;
    const closing = new AbortController();
    if (settings.transactionalId !== null) {
      this.#coordinator = new TransactionCoordinator(cluster, settings, settings.transactionalId, closing.signal);
      this.#core = new ProducerCore(cluster, settings, this.#coordinator);
      this.#coordinator.attach(this.#core);
    } else if (settings.isIdempotent) {
      const identity: ProducerIdentity = new ProducerIdentity({
        cluster,
        timeoutMs: settings.deliveryTimeoutMs,
        signal: closing.signal,
        onFailure: (error) => this.#core.identityFailed(error),
      });
      this.#core = new ProducerCore(cluster, settings, identity);
    } else {
      this.#core = new ProducerCore(cluster, settings, undefined);
    }
    this.#core.closeSignal.addEventListener('abort', () => closing.abort(this.#core.closeSignal.reason), {
      once: true,
    });
  }

  /**
   * Sends a record; it joins the partition's current batch. Resolves when it is acknowledged. While `maxBufferedBytes` are undelivered it
   * waits, up to `deliveryTimeoutMs` all told.
   */
  send<T extends AnyTopic>(topic: T, record: RecordFor<T>, options?: WaitOptions): Promise<Ack> {
    if (this.#coordinator !== undefined) return Promise.reject(this.#outsideTransaction('send'));
    return this.#core.send(topic, record, options?.signal);
  }

  /**
   * Sends many records with one promise for all: resolves with the batches that carried them (which may hold records of other calls, too)
   * when all are acknowledged. Takes records from the iterable no faster than there is room. Rejects with the first failure, when every
   * batch is decided; records that were taken are delivered or given up whatever becomes of the others.
   */
  sendAll<T extends AnyTopic>(
    topic: T,
    records: Iterable<RecordFor<T>> | AsyncIterable<RecordFor<T>>,
    options?: WaitOptions,
  ): Promise<BatchAck[]> {
    if (this.#coordinator !== undefined) return Promise.reject(this.#outsideTransaction('sendAll'));
    return this.#core.sendAll(topic, records as Iterable<ErasedRecord>, options?.signal);
  }

  /** Sends a record of bytes by the topic's name, without codecs. */
  sendRaw(topicName: string, record: RawRecordToSend, options?: WaitOptions): Promise<Ack> {
    if (this.#coordinator !== undefined) return Promise.reject(this.#outsideTransaction('sendRaw'));
    let raw = this.#raw.get(topicName);
    if (raw === undefined) {
      raw = declareTopic(topicName);
      this.#raw.set(topicName, raw);
    }
    return this.#core.send(raw, record, options?.signal);
  }

  /**
   * Takes a record without making a promise: the quickest way in. False: it was not taken, because there is no room or the topic is not
   * known yet; offer it again after `ready()`. What becomes of it only `onDelivery` tells.
   */
  offer<T extends AnyTopic>(topic: T, record: RecordFor<T>): boolean {
    if (this.#coordinator !== undefined) throw this.#outsideTransaction('offer');
    return this.#core.offer(topic, record);
  }

  /** Resolves when `offer` is worth another try. Rejects when a topic that was offered records does not exist. */
  ready(options?: WaitOptions): Promise<void> {
    return this.#core.ready(options?.signal);
  }

  /** Resolves when every record that was sent before is delivered or given up, without lingering. */
  flush(options?: WaitOptions): Promise<void> {
    return this.#core.flush(options?.signal);
  }

  /**
   * A stream to write records to. Writing waits while there is no room; closing it waits until everything written is acknowledged. A record
   * that is given up errors the stream.
   */
  writable<T extends AnyTopic>(topic: T): WritableStream<RecordFor<T>> {
    if (this.#coordinator !== undefined) throw this.#outsideTransaction('writable');
    return this.#core.writable(topic);
  }

  /**
   * Begins a transaction; the producer needs a `transactionalId`, and has one transaction at a time. Leaving the scope without
   * `commit()` aborts it: `await using transaction = await producer.begin()`.
   *
   * The first call takes the transactional id over from any other producer, whose open transaction is aborted. Rejects with FencedError
   * when another one has taken it over since, and with other errors that say `fatal` when this producer is of no use for another
   * reason; with MILLRACE_CLIENT_INVALID_STATE while the transaction before is not ended or there is no `transactionalId`; with
   * MILLRACE_CLIENT_TIMEOUT when no coordinator answers within `deliveryTimeoutMs`.
   */
  async begin(options?: WaitOptions): Promise<Transaction> {
    if (this.#coordinator === undefined) {
      throw new KafkaError('MILLRACE_CLIENT_INVALID_STATE', 'begin() needs a producer with a `transactionalId`');
    }
    if (this.#closed !== undefined) throw new ClosedError('this producer is closed: make a new one');
    await this.#coordinator.begin(options?.signal);
    return new Transaction(this.#core, this.#coordinator);
  }

  /**
   * Takes no more records, delivers those that it has for up to `timeoutMs`, and ends. An open transaction is aborted, a commit that is
   * under way is waited for. Rejects with `MILLRACE_CLIENT_TIMEOUT` when records had to be given up. The connections stay: they belong
   * to `kafka()`.
   */
  async close(options: CloseProducerOptions = {}): Promise<void> {
    checkOptions('producer.close()', options, CLOSE_OPTIONS);
    this.#closed ??= this.#close(options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    await this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(timeoutMs: number): Promise<void> {
    try {
      await this.#coordinator?.close(timeoutMs);
      await this.#core.close(timeoutMs);
    } finally {
      this.#onClosed();
    }
  }

  #outsideTransaction(what: string): KafkaError {
    return new KafkaError(
      'MILLRACE_CLIENT_INVALID_STATE',
      `${what}() of a transactional producer is that of its transaction: call it on what begin() returns`,
    );
  }
}
