/**
 * A batch of records of one partition on its way to the broker.
 *
 * Owns: the bytes, what is known of their delivery, and the promises of those who sent the records.
 * Invariants: records are encoded when they are added, so the caller's objects are not kept. The batch settles once. Promises of single
 *   records are derived from one promise of the batch: reactions run in the order in which they were made, so one function that counts
 *   serves them all, and a record costs neither a closure nor an entry in a list.
 * Not here: when it is sent and what its sequence numbers are (./partition-queue.ts, ./produce-sender.ts).
 */
import { RecordBatchWriter, stampProducer, type FinishBatchOptions, type HeaderToWrite } from '@millrace/protocol';
import type { KafkaError } from '../error.ts';
import type { EncodedBytes } from '../topic/codec.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { BatchAck, Delivery } from './options.ts';

/** Where a record was written. */
export class Ack {
  readonly topic: string;
  readonly partition: number;
  /** −1 when the broker did not say (acks 0, or a repetition that it knew of). */
  readonly offset: number;
  /** Time that the broker gave the record (`LogAppendTime`), in milliseconds since the Unix epoch; −1 when it kept its own. */
  readonly logAppendTime: number;

  constructor(topic: string, partition: number, offset: number, logAppendTime: number) {
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
    this.logAppendTime = logAppendTime;
  }
}

export const NO_SEQUENCE_YET = -1;
export const NEVER_SENT = -1;

export class ProducerBatch {
  readonly topic: string;
  readonly partition: number;
  /** By the monotonic clock. */
  readonly createdMs: number;
  /** When the batch is given up, by the monotonic clock. */
  readonly deadlineMs: number;
  readonly parent: ProducerBatch | undefined;
  /** Bytes that this batch holds of the producer's budget. */
  heldBytes = 0;
  /** Place among the batches of the partition that were sent; {@link NEVER_SENT} before. Parts of a batch share out its place. */
  order = NEVER_SENT;
  /** The next place is so far behind. */
  orderSpan = 1;
  baseSequence = NO_SEQUENCE_YET;
  attempts = 0;
  /** Whether an attempt may have written the batch although no answer said so. */
  isMaybeWritten = false;
  /** Not to be sent before, by the monotonic clock. */
  retryAtMs = 0;
  /** The last thing that went wrong. */
  lastError: KafkaError | undefined;
  readonly #pool: BufferPool;
  #writer: RecordBatchWriter | undefined;
  #bytes: Buffer | undefined;
  #isStamped = false;
  #count = 0;
  /** Records with a promise; all so far as long as `#promised` is undefined. */
  #promisedCount = 0;
  #promised: number[] | undefined;
  #settling: PromiseWithResolvers<void> | undefined;
  #ackNext: (() => Ack) | undefined;
  #isSettled = false;
  #error: KafkaError | undefined;
  #baseOffset = -1;
  #logAppendTime = -1;
  #parts: readonly ProducerBatch[] | undefined;
  #partsLeft = 0;

  constructor(options: {
    readonly topic: string;
    readonly partition: number;
    readonly createdMs: number;
    readonly deadlineMs: number;
    readonly pool: BufferPool;
    readonly capacityBytes: number;
    readonly parent?: ProducerBatch;
  }) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.createdMs = options.createdMs;
    this.deadlineMs = options.deadlineMs;
    this.parent = options.parent;
    this.#pool = options.pool;
    this.#writer = new RecordBatchWriter({ capacityBytes: options.capacityBytes, buffers: options.pool });
  }

  get recordCount(): number {
    return this.#count;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Bytes so far, before compression; after `finish` the bytes that are sent. */
  get sizeInBytes(): number {
    return this.#writer?.sizeInBytes ?? this.#bytes?.length ?? 0;
  }

  /** The batch as it goes over the wire. Throws before `finish`. */
  get bytes(): Buffer {
    if (this.#bytes === undefined) throw new Error(`the batch of ${this.topic}[${this.partition}] has no bytes`);
    return this.#bytes;
  }

  get isFinished(): boolean {
    return this.#bytes !== undefined;
  }

  /** Adds a record; returns the bytes that it took. */
  append(
    key: EncodedBytes,
    value: EncodedBytes,
    timestampMs: number,
    headers: readonly HeaderToWrite[] | undefined,
  ): number {
    const writer = this.#writer;
    if (writer === undefined) throw new Error(`the batch of ${this.topic}[${this.partition}] is finished`);
    const before = writer.sizeInBytes;
    writer.append(key, value, timestampMs, headers);
    this.#count++;
    return writer.sizeInBytes - before;
  }

  /** Ends the adding of records. */
  finish(options: FinishBatchOptions): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#bytes = writer.finish(options);
    this.#isStamped = options.withoutCrc !== true;
    this.#writer = undefined;
  }

  /** Like `finish`, with compression off the event loop. Nothing may be added meanwhile. */
  async finishAsync(options: FinishBatchOptions): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    const bytes = await writer.finishAsync(options);
    this.#writer = undefined;
    // Settled while it was compressed: nobody wants it any more.
    if (!this.#isSettled) this.#bytes = bytes;
    this.#isStamped = options.withoutCrc !== true;
  }

  /** Gives the batch its identity. Sending it again under the same one costs nothing. */
  stamp(producerId: bigint, producerEpoch: number, isTransactional: boolean): void {
    if (this.#isStamped) return;
    stampProducer(this.bytes, 0, producerId, producerEpoch, this.baseSequence, isTransactional);
    this.#isStamped = true;
  }

  /** The batch gets another sequence number, and has to be stamped again. */
  setSequence(baseSequence: number): void {
    this.baseSequence = baseSequence;
    this.#isStamped = false;
  }

  /** Promise of the record that was added last. */
  ack(): Promise<Ack> {
    const index = this.#count - 1;
    if (this.#promised !== undefined) this.#promised.push(index);
    else if (this.#promisedCount < index) {
      this.#promised = Array.from({ length: this.#promisedCount }, (_, earlier) => earlier);
      this.#promised.push(index);
    }
    this.#promisedCount++;
    return this.#promise().then((this.#ackNext ??= this.#ackInTurn()));
  }

  /** Acknowledgements of the batch: one, or those of its parts when it was split. Rejects when any record was given up. */
  async settled(): Promise<BatchAck[]> {
    await this.#promise();
    return this.#acks();
  }

  succeed(baseOffset: number, logAppendTime: number): void {
    this.#baseOffset = baseOffset;
    this.#logAppendTime = logAppendTime;
    this.#settle();
  }

  fail(error: KafkaError): void {
    this.#error = error;
    this.#settle();
  }

  /** The batch lives on in parts, which are sent instead. */
  split(parts: readonly ProducerBatch[]): void {
    this.#parts = parts;
    this.#partsLeft = parts.length;
  }

  /** What `onDelivery` is told. */
  delivery(): Delivery {
    const { topic, partition, attempts } = this;
    const ack = { topic, partition, baseOffset: this.#baseOffset, recordCount: this.#count };
    const delivery = { ...ack, logAppendTime: this.#logAppendTime, attempts };
    return this.#error === undefined ? delivery : { ...delivery, error: this.#error };
  }

  /**
   * Lets go of the bytes. Their memory is used again only when one attempt was made and answered: otherwise a connection that was given
   * up might still be sending from it.
   */
  release(): void {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    this.#writer = undefined;
    if (bytes === undefined || this.attempts !== 1 || this.isMaybeWritten || bytes.byteOffset !== 0) return;
    this.#pool.release(Buffer.from(bytes.buffer, 0, bytes.buffer.byteLength));
  }

  #promise(): Promise<void> {
    if (this.#settling === undefined) {
      this.#settling = Promise.withResolvers<void>();
      if (this.#isSettled) this.#resolve(this.#settling);
    }
    return this.#settling.promise;
  }

  #settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (this.#settling !== undefined) this.#resolve(this.#settling);
    this.parent?.partSettled();
  }

  partSettled(): void {
    this.#partsLeft--;
    if (this.#partsLeft === 0) this.#settle();
  }

  #resolve({ promise, resolve, reject }: PromiseWithResolvers<void>): void {
    if (this.#error === undefined) {
      resolve();
      return;
    }
    // Those derived from it are for their owners to handle; it has no owner itself.
    promise.catch(() => undefined);
    reject(this.#error);
  }

  #ackInTurn(): () => Ack {
    let turn = 0;
    return () => {
      const index = this.#promised?.[turn] ?? turn;
      turn++;
      return this.#ackAt(index);
    };
  }

  #ackAt(index: number): Ack {
    let rest = index;
    for (const part of this.#parts ?? []) {
      if (rest < part.recordCount) return part.#ackAt(rest);
      rest -= part.recordCount;
    }
    if (this.#error !== undefined) throw this.#error;
    const offset = this.#baseOffset < 0 ? -1 : this.#baseOffset + index;
    return new Ack(this.topic, this.partition, offset, this.#logAppendTime);
  }

  #acks(): BatchAck[] {
    if (this.#parts !== undefined) return this.#parts.flatMap((part) => part.#acks());
    if (this.#error !== undefined) throw this.#error;
    return [this.delivery()];
  }
}
