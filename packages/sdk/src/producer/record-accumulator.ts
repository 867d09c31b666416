/**
 * Where records wait for their batch to fill: the way in of a producer.
 *
 * Owns: batches that are being filled, the budget of bytes, the lingering, and the line of records that cannot be added at once.
 * Invariants: records of one topic enter batches in the order of the calls. When one has to wait (for metadata, an asynchronous codec, or
 *   room) those behind it wait too. A record is encoded into its batch at once, so the caller's object is free afterwards.
 * Bounds: `maxBufferedBytes` of encoded records; what waits for room is held by its caller's promise and has the delivery timeout.
 * Not here: brokers (./produce-sender.ts).
 */
import type { Timer } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import { backoffMs, delay } from '../cluster/retry.ts';
import { AbortError, brokerError, TimeoutError, type KafkaError } from '../error.ts';
import type { EncodedBytes, MessageHeader } from '../topic/codec.ts';
import { BufferPool } from './buffer-pool.ts';
import { ByteBudget } from './byte-budget.ts';
import { Fifo } from './fifo.ts';
import type { ProducerSettings } from './options.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { ProducerCluster } from './producer-cluster.ts';
import { ProducerBatch } from './producer-batch.ts';
import { headersToWrite, isEncoded, type EncodedRecord, type ErasedRecord, type TopicSink } from './record-encoding.ts';
import { STICKY, type TopicQueues } from './topic-queues.ts';

/** What a record takes in a batch apart from its key, value and headers, at most. */
const RECORD_OVERHEAD_BYTES = 40;
const HEADER_OVERHEAD_BYTES = 10;
const CAPACITY_BYTES_MIN = 1024;
/** Room for the next batch beyond what the last one took. */
const CAPACITY_MARGIN = 1.25;

export interface AccumulatorListener {
  /** A batch was opened: it counts as undelivered from now on. */
  onOpened(queue: PartitionQueue, batch: ProducerBatch): void;
  /** A batch is full and takes no more records. */
  onClosed(queue: PartitionQueue, batch: ProducerBatch): void;
  /** Open batches of these queues may be sent. */
  onDue(queues: readonly PartitionQueue[]): void;
  /** A record waits because `maxBufferedBytes` are undelivered: batches should not linger. */
  onNoRoom(): void;
}

interface Lingering {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
  readonly dueMs: number;
}

/** A record that could not be added at once. */
interface Waiting {
  readonly sink: TopicSink;
  readonly record: ErasedRecord;
  readonly timestampMs: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly added: (batch: ProducerBatch) => void;
  readonly failed: (error: unknown) => void;
  /** Added, or given up. */
  isGone: boolean;
  /** Called when it and all before it have left the line. */
  left?: () => void;
}

interface Line {
  readonly waiting: Fifo<Waiting>;
  last: Waiting;
  /** Taken out of the line to be added. */
  current: Waiting | undefined;
}

export class RecordAccumulator {
  readonly budget: ByteBudget;
  readonly pool: BufferPool;
  readonly #cluster: ProducerCluster;
  readonly #settings: ProducerSettings;
  readonly #listener: AccumulatorListener;
  readonly #closing: AbortSignal;
  readonly #lines = new Map<TopicQueues, Line>();
  readonly #lingering = new Fifo<Lingering>();
  #lingerTimer: Timer | undefined;
  #opened: PartitionQueue[] = [];
  #turn: NodeJS.Immediate | undefined;

  constructor(
    cluster: ProducerCluster,
    settings: ProducerSettings,
    listener: AccumulatorListener,
    closing: AbortSignal,
  ) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#listener = listener;
    this.#closing = closing;
    this.budget = new ByteBudget(settings.maxBufferedBytes);
    this.pool = new BufferPool(settings.batchBytes, settings.maxBufferedBytes / 2);
  }

  /**
   * Adds a record when that is possible at once. Undefined: it has to wait (metadata, room, others before it, an asynchronous codec).
   * Throws when the record can never be added.
   */
  tryAdd(sink: TopicSink, record: ErasedRecord): ProducerBatch | undefined {
    const { topic } = sink;
    if (!topic.isKnown || sink.usesHeaders || (this.#lines.size > 0 && this.#lines.has(topic))) return undefined;
    let key: EncodedBytes;
    let value: EncodedBytes;
    try {
      const encodedKey = sink.encodeKey(record);
      if (!isEncoded(encodedKey)) return asynchronous(sink, encodedKey);
      const encodedValue = sink.encodeValue(record);
      if (!isEncoded(encodedValue)) return asynchronous(sink, encodedValue);
      key = encodedKey;
      value = encodedValue;
    } catch (cause) {
      throw sink.encodeError(cause);
    }
    const headers = record.headers === undefined ? undefined : this.#headersOf(sink, record);
    const partition = this.#partitionOf(topic, record, key, value, headers);
    const bytes = sizeInBytesAbout(key, value, headers);
    if (!this.budget.hasRoom(bytes)) return undefined;
    return this.#add(
      topic,
      partition,
      key,
      value,
      record.timestamp ?? this.#cluster.runtime.clock.nowMs(),
      headers,
      bytes,
      0,
    );
  }

  /** Adds a record as soon as that is possible; `onAdded` runs in the moment of adding. Rejects when the record is given up before. */
  addLater<Result>(
    sink: TopicSink,
    record: ErasedRecord,
    signal: AbortSignal | undefined,
    onAdded: (batch: ProducerBatch) => Result | PromiseLike<Result>,
  ): Promise<Result> {
    const { clock } = this.#cluster.runtime;
    return new Promise<Result>((resolve, reject) => {
      const onAbort = (): void => {
        if (signal !== undefined) this.#abandon(waiting, new AbortError(describe(sink.topic), signal));
      };
      // A signal may live as long as the process, and has one listener for each record that waits, not for each that ever did.
      const forget = (): void => signal?.removeEventListener('abort', onAbort);
      const waiting: Waiting = {
        sink,
        record,
        timestampMs: record.timestamp ?? clock.nowMs(),
        deadlineMs: clock.monotonicMs() + this.#settings.deliveryTimeoutMs,
        signal,
        added: (batch) => {
          forget();
          resolve(onAdded(batch));
        },
        failed: (error) => {
          forget();
          reject(error);
        },
        isGone: false,
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#enqueue(sink.topic, waiting);
    });
  }

  /** Resolves when everything that waits now to be added has been, or was given up. */
  async whenLinesMoved(): Promise<void> {
    const lines = [...this.#lines.values()];
    await Promise.all(
      lines.map(
        ({ last }) =>
          new Promise<void>((resolve) => {
            const before = last.left;
            last.left = () => {
              before?.();
              resolve();
            };
          }),
      ),
    );
  }

  /** Gets to know the topic's partitions. Throws when there is no such topic for longer than `topicTimeoutMs`. */
  learn(topic: TopicQueues): Promise<void> {
    return this.#learn(topic, this.#cluster.runtime.clock.monotonicMs() + this.#settings.deliveryTimeoutMs);
  }

  /** Makes every open batch go without waiting for more. */
  makeDue(queues: Iterable<PartitionQueue>): void {
    const due: PartitionQueue[] = [];
    for (const queue of queues) {
      if (queue.open === undefined) continue;
      queue.isDue = true;
      due.push(queue);
    }
    if (due.length > 0) this.#listener.onDue(due);
  }

  /** Fails everything that waits to be added. @returns how many records that were */
  failWaiting(error: KafkaError): number {
    let count = 0;
    for (const line of [...this.#lines.values()]) {
      if (line.current !== undefined && this.#abandon(line.current, error)) count++;
      count += this.#abandonAll(line, error);
    }
    return count;
  }

  close(): void {
    this.#lingerTimer?.cancel();
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
  }

  /** Opens a batch for the parts of another one; it counts against nothing. */
  partOf(whole: ProducerBatch, capacityBytes: number): ProducerBatch {
    const { topic, partition, createdMs, deadlineMs } = whole;
    return new ProducerBatch({
      topic,
      partition,
      createdMs,
      deadlineMs,
      capacityBytes,
      pool: this.pool,
      parent: whole,
    });
  }

  #headersOf(sink: TopicSink, record: ErasedRecord): ReturnType<typeof headersToWrite> {
    try {
      return headersToWrite(record.headers);
    } catch (cause) {
      throw sink.encodeError(cause);
    }
  }

  #partitionOf(
    topic: TopicQueues,
    record: ErasedRecord,
    key: EncodedBytes,
    value: EncodedBytes,
    headers: EncodedRecord['headers'],
  ): number {
    if (record.partition !== undefined) return topic.checkPartition(record.partition, 'the record names');
    if (!topic.hasPartitioner) return topic.chooseByKey(key);
    return topic.choose({ key, value, headers: headersOfPartitioner(headers) });
  }

  /** `reserved` of the bytes were taken from the budget already. */
  #add(
    topic: TopicQueues,
    partition: number,
    key: EncodedBytes,
    value: EncodedBytes,
    timestampMs: number,
    headers: EncodedRecord['headers'],
    bytesAbout: number,
    reserved: number,
  ): ProducerBatch {
    let queue = topic.queueOf(partition);
    let batch = queue.open;
    if (batch !== undefined && batch.sizeInBytes + bytesAbout > topic.batchBytesMax) {
      this.#closeFull(queue, batch);
      if (partition === STICKY) queue = topic.queueOf(partition);
      batch = queue.open;
    }
    batch ??= this.#open(queue);
    const bytes = batch.append(key, value, timestampMs, headers);
    batch.heldBytes += bytes;
    queue.queuedBytes += bytes;
    this.budget.take(bytes - reserved);
    return batch;
  }

  #closeFull(queue: PartitionQueue, batch: ProducerBatch): void {
    queue.lastBatchBytes = batch.sizeInBytes;
    queue.close();
    this.#listener.onClosed(queue, batch);
  }

  #open(queue: PartitionQueue): ProducerBatch {
    const { clock, timers } = this.#cluster.runtime;
    const nowMs = clock.monotonicMs();
    const batch = new ProducerBatch({
      topic: queue.topic,
      partition: queue.partition,
      createdMs: nowMs,
      deadlineMs: nowMs + this.#settings.deliveryTimeoutMs,
      pool: this.pool,
      capacityBytes: Math.max(
        CAPACITY_BYTES_MIN,
        Math.min(this.#settings.batchBytes, Math.ceil(queue.lastBatchBytes * CAPACITY_MARGIN)),
      ),
    });
    queue.open = batch;
    queue.isDue = false;
    const { lingerMs } = this.#settings;
    if (lingerMs === 0) {
      this.#opened.push(queue);
      this.#turn ??= setImmediate(() => this.#endTurn());
    } else {
      this.#lingering.push({ queue, batch, dueMs: nowMs + lingerMs });
      this.#lingerTimer ??= timers.schedule(lingerMs, () => this.#endLinger());
    }
    this.#listener.onOpened(queue, batch);
    return batch;
  }

  /** Without lingering, what one turn of the event loop brought goes together. */
  #endTurn(): void {
    this.#turn = undefined;
    const opened = this.#opened;
    this.#opened = [];
    this.makeDue(opened);
  }

  #endLinger(): void {
    const { clock, timers } = this.#cluster.runtime;
    this.#lingerTimer = undefined;
    const nowMs = clock.monotonicMs();
    const due: PartitionQueue[] = [];
    for (;;) {
      const first = this.#lingering.peek();
      if (first === undefined) break;
      const isOpen = first.queue.open === first.batch;
      if (isOpen && first.dueMs > nowMs) {
        this.#lingerTimer = timers.schedule(first.dueMs - nowMs, () => this.#endLinger());
        break;
      }
      if (isOpen) due.push(first.queue);
      this.#lingering.shift();
    }
    this.makeDue(due);
  }

  #enqueue(topic: TopicQueues, waiting: Waiting): void {
    const line = this.#lines.get(topic);
    if (line !== undefined) {
      line.waiting.push(waiting);
      line.last = waiting;
      return;
    }
    const started: Line = { waiting: new Fifo(), last: waiting, current: undefined };
    started.waiting.push(waiting);
    this.#lines.set(topic, started);
    void this.#move(topic, started);
  }

  async #move(topic: TopicQueues, line: Line): Promise<void> {
    // Callers of one turn form the line before anybody in it is looked at.
    await Promise.resolve();
    for (;;) {
      const first = line.waiting.shift();
      if (first === undefined) break;
      line.current = first;
      let failure: unknown;
      try {
        if (!first.isGone) await this.#admit(first);
      } catch (error) {
        failure = error;
        this.#abandon(first, error);
      }
      line.current = undefined;
      first.left?.();
      // Those behind it wait for the same; each waiting in turn for what is not there would take forever.
      if (failure !== undefined && !topic.isKnown) this.#abandonAll(line, failure);
    }
    this.#lines.delete(topic);
  }

  async #admit(waiting: Waiting): Promise<void> {
    const { sink, record } = waiting;
    const { topic } = sink;
    if (!topic.isKnown) await this.#learn(topic, waiting.deadlineMs);
    if (waiting.isGone) return;
    const { key, value, headers } = await sink.encode(record);
    if (waiting.isGone) return;
    const partition = this.#partitionOf(topic, record, key, value, headers);
    const bytes = sizeInBytesAbout(key, value, headers);
    const reserved = await this.#reserve(waiting, bytes);
    if (reserved === undefined) return;
    // Metadata may have changed while it waited, but a topic's partitions never become fewer.
    const batch = this.#add(topic, partition, key, value, waiting.timestampMs, headers, bytes, reserved);
    waiting.isGone = true;
    waiting.added(batch);
  }

  /** Takes so many bytes of the budget, waiting for them if need be; undefined when the record was given up meanwhile. */
  async #reserve(waiting: Waiting, bytes: number): Promise<number | undefined> {
    if (this.budget.hasRoom(bytes)) return 0;
    const { clock, timers } = this.#cluster.runtime;
    const leftMs = waiting.deadlineMs - clock.monotonicMs();
    const place = this.budget.wait(bytes);
    this.#listener.onNoRoom();
    const timer = timers.schedule(Math.max(0, leftMs), () => {
      const { maxBytes } = this.budget;
      this.#abandon(waiting, this.#noRoom(waiting.sink.topic, maxBytes));
      place.leave();
    });
    const onAbort = (): void => place.leave();
    waiting.signal?.addEventListener('abort', onAbort, { once: true });
    const wasGranted = await place.granted;
    timer.cancel();
    waiting.signal?.removeEventListener('abort', onAbort);
    if (!wasGranted) return undefined;
    if (!waiting.isGone) return bytes;
    this.budget.give(bytes);
    return undefined;
  }

  #noRoom(topic: TopicQueues, maxBytes: number): KafkaError {
    return new TimeoutError(
      `${describe(topic)} waited ${this.#settings.deliveryTimeoutMs} ms for room among the ${maxBytes} bytes that may be undelivered ` +
        '(maxBufferedBytes): send more slowly, or find out why the brokers do not take more',
      { details: { topic: topic.name, maxBufferedBytes: maxBytes } },
    );
  }

  /** Waits until the topic's partitions are known. Throws when there is no such topic for longer than `topicTimeoutMs`. */
  async #learn(topic: TopicQueues, deadlineMs: number): Promise<void> {
    const { clock, random } = this.#cluster.runtime;
    const { allowAutoTopicCreation: allowAutoCreation, topicTimeoutMs } = this.#settings;
    const giveUpMs = clock.monotonicMs() + topicTimeoutMs;
    for (let attempt = 1; ; attempt++) {
      const timeoutMs = Math.max(1, deadlineMs - clock.monotonicMs());
      const signal = this.#closing;
      const metadata = await this.#cluster.fetchTopic(topic.name, {
        allowAutoCreation,
        timeoutMs,
        signal,
        refresh: attempt > 1,
      });
      if (metadata !== undefined && metadata.partitions.length > 0) {
        topic.update(metadata);
        return;
      }
      const waitMs = backoffMs(random, attempt);
      if (clock.monotonicMs() + waitMs >= Math.min(giveUpMs, deadlineMs))
        throw unknownTopic(topic.name, topicTimeoutMs);
      await delay(this.#cluster.runtime, describe(topic), waitMs, signal);
    }
  }

  /** False when it had gone before. */
  #abandon(waiting: Waiting, error: unknown): boolean {
    if (waiting.isGone) return false;
    waiting.isGone = true;
    waiting.failed(error);
    return true;
  }

  #abandonAll(line: Line, error: unknown): number {
    let count = 0;
    for (const waiting of line.waiting.takeAll()) {
      if (this.#abandon(waiting, error)) count++;
      waiting.left?.();
    }
    return count;
  }
}

function describe(topic: TopicQueues): string {
  return `sending to topic "${topic.name}"`;
}

/** An asynchronous codec is asked again when the record's turn comes; what comes of this call is nobody's concern. */
function asynchronous(sink: TopicSink, encoding: PromiseLike<unknown>): undefined {
  sink.isAsynchronous = true;
  encoding.then(undefined, () => undefined);
  return undefined;
}

/** About what a record takes: text that is not ASCII takes more. */
function sizeInBytesAbout(key: EncodedBytes, value: EncodedBytes, headers: EncodedRecord['headers']): number {
  let size = RECORD_OVERHEAD_BYTES + (key === null ? 0 : key.length) + (value === null ? 0 : value.length);
  if (headers !== undefined) {
    for (const header of headers) size += HEADER_OVERHEAD_BYTES + header.key.length + (header.value?.length ?? 0);
  }
  return size;
}

function headersOfPartitioner(headers: EncodedRecord['headers']): readonly MessageHeader[] {
  return (headers ?? []).map(({ key, value }) => ({
    key,
    value: typeof value === 'string' ? Buffer.from(value) : value,
  }));
}

function unknownTopic(topic: string, waitedMs: number): KafkaError {
  const words = `it did not appear within ${waitedMs} ms (topicTimeoutMs); create it, or check its name`;
  return brokerError('sending', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, words, { topic });
}
