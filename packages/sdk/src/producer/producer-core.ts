/**
 * What a producer and its transactions have in common: the way of records from the call to the answer.
 *
 * Owns: the topics in use, the accumulator and the sender, and whether new records are taken.
 * Not here: who may send when (./producer.ts, ./transaction.ts).
 */
import { SeededRandom } from '@millrace/base';
import { abortable, ClosedError, KafkaError, throwIfAborted, TimeoutError } from '../error.ts';
import type { AnyTopic } from '../topic/topic.ts';
import type { Numbering } from './numbering.ts';
import type { BatchAck, ProducerSettings } from './options.ts';
import { IDEMPOTENT_IN_FLIGHT_MAX } from './partition-queue.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { Ack, ProducerBatch } from './producer-batch.ts';
import type { ProducerCluster } from './producer-cluster.ts';
import { IN_FLIGHT_MAX, ProduceSender } from './produce-sender.ts';
import { RecordAccumulator } from './record-accumulator.ts';
import { TopicSink, type ErasedRecord } from './record-encoding.ts';
import { TopicQueues } from './topic-queues.ts';

/** Records that a writable stream takes before it asks its writer to wait; bytes are bounded by the producer. */
const STREAM_RECORDS_MAX = 1_000;

export interface WaitOptions {
  /** Ends the waiting, not the sending: a record that is in a batch is delivered all the same. */
  readonly signal?: AbortSignal | undefined;
}

export class ProducerCore {
  readonly accumulator: RecordAccumulator;
  readonly sender: ProduceSender;
  readonly settings: ProducerSettings;
  readonly #cluster: ProducerCluster;
  readonly #topics = new Map<string, TopicQueues>();
  readonly #random: SeededRandom;
  readonly #inFlightMax: number;
  readonly #stopListening: () => void;
  readonly #closing = new AbortController();
  readonly #sinks = new WeakMap<AnyTopic, TopicSink>();
  #lastTopic: AnyTopic | undefined;
  #lastSink: TopicSink | undefined;
  /** Topics that were offered records before their partitions were known. */
  readonly #wanted = new Map<TopicQueues, Promise<void>>();
  #refusal: KafkaError | undefined;

  constructor(cluster: ProducerCluster, settings: ProducerSettings, numbering: Numbering | undefined) {
    this.#cluster = cluster;
    this.settings = settings;
    this.#random = new SeededRandom(cluster.runtime.random.nextInt(2 ** 32));
    // Without numbers that the broker checks, order is kept by waiting for each answer.
    this.#inFlightMax = settings.isIdempotent ? IDEMPOTENT_IN_FLIGHT_MAX : settings.acks === 0 ? IN_FLIGHT_MAX : 1;
    const listener = {
      onOpened: (...opened: Parameters<ProduceSender['onOpened']>) => this.sender.onOpened(...opened),
      onClosed: (...closed: Parameters<ProduceSender['onClosed']>) => this.sender.onClosed(...closed),
      onDue: (...due: Parameters<ProduceSender['onDue']>) => this.sender.onDue(...due),
      onNoRoom: () => this.hurry(),
    };
    this.accumulator = new RecordAccumulator(cluster, settings, listener, this.#closing.signal);
    const { accumulator } = this;
    this.sender = new ProduceSender({ cluster, settings, accumulator, numbering, topics: this.#topics });
    this.#stopListening = cluster.onMetadataChange((changed) => {
      const topic = this.#topics.get(changed.name);
      if (topic !== undefined) this.sender.onMoved(topic.update(changed));
    });
  }

  /** Undefined while telemetry is off. */
  get tracing(): Tracing | undefined {
    return this.#cluster.runtime.tracing;
  }

  /** Aborted when the producer is closed. */
  get closeSignal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Whether `error` stands against new records. */
  get refusal(): KafkaError | undefined {
    return this.#refusal;
  }

  /** Takes no new records from now on, and gives up those that it has. */
  fail(error: KafkaError): void {
    this.#refusal = error;
    this.accumulator.failWaiting(error);
    this.sender.giveUpAll(error);
  }

  /** No producer id could be had. Records wait for another try as long as that makes sense. */
  identityFailed(error: KafkaError): void {
    if (error.retriable) this.sender.onDue([...this.sender.busyQueues()]);
    else this.sender.giveUpWaiting(error);
  }

  send(declared: AnyTopic, record: ErasedRecord, signal: AbortSignal | undefined): Promise<Ack> {
    const { tracing } = this.#cluster.runtime;
    if (tracing === undefined) return this.#sendNow(declared, record, signal);
    return tracing.send(declared.name, record, (traced) => this.#sendNow(declared, traced, signal));
  }

  #sendNow(declared: AnyTopic, record: ErasedRecord, signal: AbortSignal | undefined): Promise<Ack> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    try {
      if (signal !== undefined) throwIfAborted(`sending to topic "${declared.name}"`, signal);
      const sink = this.#sink(declared);
      const batch = this.accumulator.tryAdd(sink, record);
      const ack = batch?.ack() ?? this.accumulator.addLater(sink, record, signal, (later) => later.ack());
      return signal === undefined ? ack : abortable(`sending to topic "${declared.name}"`, ack, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  sendAll(
    declared: AnyTopic,
    records: Iterable<ErasedRecord> | AsyncIterable<ErasedRecord>,
    signal: AbortSignal | undefined,
  ): Promise<BatchAck[]> {
    const { tracing } = this.#cluster.runtime;
    if (tracing === undefined) return this.#sendAllNow(declared, records, signal);
    return tracing.sendAll(declared.name, records, (traced) => this.#sendAllNow(declared, traced, signal));
  }

  async #sendAllNow(
    declared: AnyTopic,
    records: Iterable<ErasedRecord> | AsyncIterable<ErasedRecord>,
    signal: AbortSignal | undefined,
  ): Promise<BatchAck[]> {
    const sink = this.#sink(declared);
    const batches = new Set<ProducerBatch>();
    let last: ProducerBatch | undefined;
    const add = async (record: ErasedRecord): Promise<void> => {
      last = await this.#addWaiting(sink, record, signal);
      batches.add(last);
    };
    if (Symbol.asyncIterator in records) {
      for await (const record of records) await add(record);
    } else {
      for (const record of records) {
        if (this.#refusal !== undefined) throw this.#refusal;
        const batch = this.accumulator.tryAdd(sink, record);
        if (batch === undefined) await add(record);
        else if (batch !== last) {
          last = batch;
          batches.add(batch);
        }
      }
    }
    return abortable(`sending to topic "${declared.name}"`, this.#acksOf(batches), signal);
  }

  offer(declared: AnyTopic, record: ErasedRecord): boolean {
    if (this.#refusal !== undefined) throw this.#refusal;
    const sink = this.#sink(declared);
    const { tracing } = this.#cluster.runtime;
    const batch = this.accumulator.tryAdd(sink, tracing === undefined ? record : tracing.carry(record));
    if (batch !== undefined) return true;
    if (sink.isAsynchronous) {
      throw new KafkaError(
        'MILLRACE_CLIENT_INVALID_STATE',
        `offer() cannot wait for the asynchronous codec of topic "${declared.name}": use send()`,
      );
    }
    if (!sink.topic.isKnown) this.#want(sink.topic);
    return false;
  }

  async ready(signal: AbortSignal | undefined): Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal;
    const wait = async (): Promise<void> => {
      await Promise.all(this.#wanted.values());
      await this.accumulator.whenLinesMoved();
      this.hurryWhenFull();
      await new Promise<void>((resolve) => this.accumulator.budget.whenRoom(resolve));
      if (this.#refusal !== undefined) throw this.#refusal;
    };
    await abortable('waiting for room to send', wait(), signal);
  }

  async flush(signal: AbortSignal | undefined): Promise<void> {
    const wait = async (): Promise<void> => {
      this.hurry();
      await this.accumulator.whenLinesMoved();
      this.hurry();
      await Promise.all(this.sender.undecided().map((batch) => batch.settled().catch(() => undefined)));
    };
    await abortable('waiting for records to be delivered', wait(), signal);
  }

  writable(declared: AnyTopic): WritableStream<ErasedRecord> {
    const sink = this.#sink(declared);
    const open = new Set<ProducerBatch>();
    let failure: { readonly error: unknown } | undefined;
    const track = (batch: ProducerBatch, controller: WritableStreamDefaultController): void => {
      open.add(batch);
      batch.settled().then(
        () => open.delete(batch),
        (error: unknown) => {
          open.delete(batch);
          failure ??= { error };
          controller.error(error);
        },
      );
    };
    return new WritableStream<ErasedRecord>(
      {
        write: (record, controller) => {
          if (this.#refusal !== undefined) throw this.#refusal;
          const batch = this.accumulator.tryAdd(sink, record);
          if (batch === undefined) {
            const { signal } = controller as WritableStreamDefaultController & { readonly signal?: AbortSignal };
            return this.accumulator.addLater(sink, record, signal, (later) => track(later, controller));
          }
          if (!open.has(batch)) track(batch, controller);
          return undefined;
        },
        close: async () => {
          this.hurry();
          await Promise.all([...open].map((batch) => batch.settled().catch(() => undefined)));
          if (failure !== undefined) throw failure.error;
        },
      },
      new CountQueuingStrategy({ highWaterMark: STREAM_RECORDS_MAX }),
    );
  }

  /** Batches go without waiting for more records. */
  hurry(): void {
    this.accumulator.makeDue(this.sender.busyQueues());
  }

  hurryWhenFull(): void {
    if (!this.accumulator.budget.hasRoom(1)) this.hurry();
  }

  /** Delivers what there is, for so long, then gives up the rest and rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#refusal ??= new ClosedError('this producer is closed: make a new one');
    const { timers } = this.#cluster.runtime;
    const late = Promise.withResolvers<void>();
    const timer = timers.schedule(timeoutMs, late.resolve);
    await Promise.race([this.flush(undefined), late.promise]);
    timer.cancel();
    const undecided = this.sender.undecided().reduce((sum, batch) => sum + batch.recordCount, 0);
    const error = new ClosedError('the producer was closed before the record was delivered');
    const left = undecided + this.accumulator.failWaiting(error);
    this.sender.giveUpAll(error);
    this.accumulator.close();
    this.sender.close();
    this.#stopListening();
    this.#closing.abort(error);
    if (left === 0) return;
    throw new TimeoutError(
      `closing the producer gave up ${left} records that were not delivered within ${timeoutMs} ms`,
      {
        retriable: false,
        details: { recordCount: left, timeoutMs },
      },
    );
  }

  #sink(declared: AnyTopic): TopicSink {
    if (declared === this.#lastTopic && this.#lastSink !== undefined) return this.#lastSink;
    let sink = this.#sinks.get(declared);
    if (sink === undefined) {
      checkTopic(declared);
      sink = new TopicSink(declared, this.#topic(declared.name));
      this.#sinks.set(declared, sink);
    }
    this.#lastTopic = declared;
    this.#lastSink = sink;
    return sink;
  }

  #topic(name: string): TopicQueues {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = new TopicQueues(name, {
        inFlightMax: this.#inFlightMax,
        batchBytesMax: this.settings.batchBytes,
        random: this.#random,
        partitioner: this.settings.partitioner,
      });
      this.#topics.set(name, topic);
      const known = this.#cluster.topic(name);
      if (known !== undefined) topic.update(known);
    }
    return topic;
  }

  async #addWaiting(sink: TopicSink, record: ErasedRecord, signal: AbortSignal | undefined): Promise<ProducerBatch> {
    if (this.#refusal !== undefined) throw this.#refusal;
    throwIfAborted(`sending to topic "${sink.topic.name}"`, signal);
    return this.accumulator.tryAdd(sink, record) ?? this.accumulator.addLater(sink, record, signal, (batch) => batch);
  }

  /** The outcomes of these batches; rejects with the first failure when all are decided. */
  async #acksOf(batches: Iterable<ProducerBatch>): Promise<BatchAck[]> {
    const acks: BatchAck[] = [];
    let failure: { readonly error: unknown } | undefined;
    for (const outcome of await Promise.allSettled(Array.from(batches, (batch) => batch.settled()))) {
      if (outcome.status === 'fulfilled') acks.push(...outcome.value);
      else failure ??= { error: outcome.reason };
    }
    if (failure !== undefined) throw failure.error;
    return acks;
  }

  #want(topic: TopicQueues): void {
    if (this.#wanted.has(topic)) return;
    const learning = this.accumulator.learn(topic).finally(() => this.#wanted.delete(topic));
    // `ready` tells of it; without that, the next `offer` asks again.
    learning.catch(() => undefined);
    this.#wanted.set(topic, learning);
  }
}

/** Who has no types to tell him learns what a topic is. */
function checkTopic(declared: AnyTopic): void {
  const { name, key, value } = (declared ?? {}) as Partial<AnyTopic>;
  if (typeof name === 'string' && key !== undefined && value !== undefined) return;
  const given: unknown = declared;
  throw new KafkaError(
    'MILLRACE_CLIENT_INVALID_OPTION',
    `cannot send to ${typeof given === 'string' ? `"${given}"` : `a value of type ${typeof given}`}: records go to a topic that was declared by topic(name, { key, value })`,
  );
}
