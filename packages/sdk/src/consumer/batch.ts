/**
 * Some consecutive records of one partition as the application sees them: views over the bytes of the response, made on access.
 *
 * Invariants: views are over memory that nothing writes to again and stay right for as long as they are referenced; they keep that
 *   memory alive, which is what `retain` is for.
 */
import type { RecordBatchReader } from '@millrace/protocol';
import { KafkaError } from '../error.ts';
import { isThenable, type MessageHeader } from '../topic/codec.ts';
import type { AnyTopic, MessageOf } from '../topic/topic.ts';
import type { RecordRun, TakenRecords } from './fetched-records.ts';
import type { Delivery } from './progress.ts';
import type { TopicDecoder } from './topic-decoder.ts';
import type { UndecodableSink } from './undecodable.ts';

/** Where the log of the partition stood when the records were fetched. */
export interface LogMarks {
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
}

/** What a batch needs of its consumer. */
export interface BatchSource {
  readonly decoder: TopicDecoder;
  readonly undecodable: UndecodableSink;
  readonly partition: number;
  readonly marks: LogMarks;
}

/**
 * Records of one partition in the order of their offsets. Reading keys and values as bytes costs a view each; iterating makes messages by
 * the codecs of the topic.
 *
 * A batch counts as processed when the next one is asked for, unless its reader took that into his own hands by calling
 * {@link done} or {@link retain}: then what `done` said counts, and nothing behind it is committed until the rest is done.
 */
export class Batch<T extends AnyTopic = AnyTopic> implements Iterable<MessageOf<T>>, AsyncIterable<MessageOf<T>> {
  readonly topic: T['name'];
  readonly partition: number;
  /** Number of records, at least one. */
  readonly size: number;
  /** Offset of the first record. */
  readonly baseOffset: number;
  /** Offset at which reading goes on behind this batch. */
  readonly nextOffset: number;
  /** Offset behind the last record that is replicated, when this was fetched. */
  readonly highWatermark: number;
  /** Offset behind the last record whose transaction is decided, when this was fetched; −1 when the broker does not say. */
  readonly lastStableOffset: number;
  /** Epoch of the leader that appended these records; −1 when unknown (KIP-320). */
  readonly leaderEpoch: number;
  /** Bytes of the records as they came over the wire. */
  readonly bytes: number;
  readonly #source: BatchSource;
  #runs: readonly RecordRun[];
  /** Index in the batch at which each run starts. */
  readonly #starts: readonly number[];
  #run: RecordRun;
  #runStart = 0;
  #delivery: Delivery | undefined;
  #isHeld = false;
  #isRetained = false;

  /** @internal */
  constructor(source: BatchSource, taken: TakenRecords) {
    const first = taken.runs[0];
    if (first === undefined) throw new RangeError('a batch has at least one record');
    this.#source = source;
    this.topic = source.decoder.topic;
    this.partition = source.partition;
    this.size = taken.size;
    this.baseOffset = first.reader.offsetAt(first.first);
    this.nextOffset = taken.nextOffset;
    this.highWatermark = source.marks.highWatermark;
    this.lastStableOffset = source.marks.lastStableOffset;
    this.leaderEpoch = taken.leaderEpoch;
    this.bytes = taken.bytes;
    this.#runs = taken.runs;
    this.#run = first;
    this.#starts = startsOf(taken.runs);
  }

  /** Offset of the last record. */
  get lastOffset(): number {
    return this.offsetAt(this.size - 1);
  }

  /** Whether `done` or `retain` was called: the reader says himself when it is processed. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether it was kept beyond the turn of its loop. */
  get isRetained(): boolean {
    return this.#isRetained;
  }

  /** Whether the partition was taken away, or sought elsewhere, while this batch was in hand: work on it need not go on. */
  get isRevoked(): boolean {
    return this.#delivery?.isCancelled ?? false;
  }

  offsetAt(index: number): number {
    const run = this.#runOf(index);
    return run.reader.offsetAt(run.first + index - this.#runStart);
  }

  /** Milliseconds since the Unix epoch; −1 when the record has none. */
  timestampAt(index: number): number {
    const run = this.#runOf(index);
    return run.reader.timestampAt(run.first + index - this.#runStart);
  }

  /** A view of the key, null when there is none. */
  keyBytes(index: number): Uint8Array | null {
    const run = this.#runOf(index);
    return run.reader.keyAt(run.first + index - this.#runStart);
  }

  /** A view of the value, null for a tombstone. */
  valueBytes(index: number): Uint8Array | null {
    const run = this.#runOf(index);
    return run.reader.valueAt(run.first + index - this.#runStart);
  }

  headersAt(index: number): readonly MessageHeader[] {
    const run = this.#runOf(index);
    return run.reader.headersAt(run.first + index - this.#runStart);
  }

  /**
   * The message at an index. Throws DecodeError when a codec refuses it, and `MILLRACE_CLIENT_INVALID_STATE` for a codec that
   * answers asynchronously: see {@link decodeAt}.
   */
  at(index: number): MessageOf<T> {
    const message = this.decodeAt(index);
    if (isThenable(message)) {
      message.then(undefined, () => undefined);
      throw new KafkaError(
        'MILLRACE_CLIENT_INVALID_STATE',
        `a codec of topic ${this.topic} works asynchronously: read its batches with \`for await\``,
        { details: { topic: this.topic } },
      );
    }
    return message;
  }

  /** The message at an index, or a promise of it when a codec of the topic works asynchronously. Throws or rejects with DecodeError. */
  decodeAt(index: number): MessageOf<T> | Promise<MessageOf<T>> {
    const run = this.#runOf(index);
    const { decoder, partition } = this.#source;
    const message = decoder.decode(partition, this.leaderEpoch, run.reader, run.first + index - this.#runStart);
    return message as MessageOf<T> | Promise<MessageOf<T>>;
  }

  /**
   * The messages in order. Records that cannot be decoded are treated as the consumer's `undecodable` option says; their dead letters
   * are sent beside, and nothing behind them is committed before they are acknowledged.
   */
  [Symbol.iterator](): Iterator<MessageOf<T>, undefined> {
    let index = 0;
    return {
      next: () => {
        while (index < this.size) {
          try {
            return { value: this.at(index++), done: false };
          } catch (error) {
            this.#treatBeside(index - 1, error);
          }
        }
        return { value: undefined, done: true };
      },
    };
  }

  /** As iterating without `await`; codecs may be asynchronous, and dead letters are awaited. */
  async *[Symbol.asyncIterator](): AsyncGenerator<MessageOf<T>, undefined> {
    for (let index = 0; index < this.size; index++) {
      let message;
      try {
        message = await this.decodeAt(index);
      } catch (error) {
        await this.#source.undecodable.treat(this, index, error);
        continue;
      }
      yield message;
    }
    return undefined;
  }

  /**
   * The first `count` records are processed; all of them when it is left out. Progress is committed as the consumer's `commit` option
   * says. Calling it again with less changes nothing.
   */
  done(count: number = this.size): void {
    if (!Number.isSafeInteger(count) || count < 0 || count > this.size) {
      throw new KafkaError(
        'MILLRACE_CLIENT_INVALID_OPTION',
        `batch.done(${String(count)}): say how many of the first records are processed, 0 to ${String(this.size)}`,
      );
    }
    this.#isHeld = true;
    this.#delivery?.finishBefore(count);
  }

  /**
   * Keeps this batch beyond the next turn of the loop: it must be `done()` explicitly, and its records move to memory of their own, so
   * that the response they came in may go. Views that were taken before still hold that response.
   */
  retain(): this {
    this.#isHeld = true;
    if (this.#isRetained) return this;
    this.#isRetained = true;
    const copies = new Map<RecordBatchReader, RecordBatchReader>();
    this.#runs = this.#runs.map((run) => {
      const copy = copies.get(run.reader) ?? run.reader.detach();
      copies.set(run.reader, copy);
      return { ...run, reader: copy };
    });
    this.#run = this.#runs[0] as RecordRun;
    this.#runStart = 0;
    return this;
  }

  /** @internal */
  get delivery(): Delivery | undefined {
    return this.#delivery;
  }

  /** @internal */
  set delivery(delivery: Delivery) {
    this.#delivery = delivery;
  }

  /** @internal The runs, for who reads all records in order. */
  get runs(): readonly RecordRun[] {
    return this.#runs;
  }

  #treatBeside(index: number, error: unknown): void {
    const pending = this.#source.undecodable.treat(this, index, error);
    if (pending === undefined) return;
    const release = this.#delivery?.holdAt(index);
    // A failure ends the consumer by the sink; the barrier then stays, so that nothing behind the record is ever committed.
    pending.then(release, () => undefined);
  }

  #runOf(index: number): RecordRun {
    const run = this.#run;
    const start = this.#runStart;
    if (index >= start && index < start + run.count) return run;
    return this.#seekRun(index);
  }

  #seekRun(index: number): RecordRun {
    if (!(index >= 0 && index < this.size)) {
      throw new RangeError(`record ${String(index)} is not among the ${String(this.size)} of its batch`);
    }
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    this.#runStart = this.#starts[low] ?? 0;
    this.#run = this.#runs[low] as RecordRun;
    return this.#run;
  }
}

function startsOf(runs: readonly RecordRun[]): number[] {
  const starts: number[] = [];
  let start = 0;
  for (const { count } of runs) {
    starts.push(start);
    start += count;
  }
  return starts;
}
