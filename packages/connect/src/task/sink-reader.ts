/**
 * Reads a sink's topics, converts and transforms, and hands out chunks of consecutive records.
 *
 * Owns: the loop over the consumer's batches.
 * Invariants: a batch that was fetched before its partition was given away or sought elsewhere is never handed out.
 *   The consumer never waits for the sink before it gives a partition away: who holds its records is known here (see sink-task.ts).
 * Bounds: `recordsMax` records in one take, and one batch of the consumer that came beside.
 */
import { plainValue, type InRecord, type TopicPartition } from '@millrace/connect-api';
import type { Batch, Consumer } from '@millrace/sdk';
import type { ErrorPolicy, FailedRecord } from './error-policy.ts';
import { isPromise, transformedInRecord, type ConsumedRecord, type RecordConversion } from './record-conversion.ts';
import type { SinkOffsets } from './sink-offsets.ts';
import { abortedOr, type TaskEnvironment } from './task-environment.ts';

export interface SinkChunk extends TopicPartition {
  readonly generation: number;
  readonly records: readonly InRecord[];
  /** Records that were read, with those that were dropped or skipped. */
  readonly readCount: number;
  readonly nextOffset: number;
  readonly leaderEpoch: number;
  readonly lag: number;
}

interface Arrived {
  readonly batch: Batch;
  readonly generation: number | undefined;
}

export interface SinkReaderOptions {
  readonly environment: TaskEnvironment;
  readonly consumer: Consumer;
  readonly conversion: RecordConversion;
  readonly policy: ErrorPolicy;
  readonly offsets: SinkOffsets;
  readonly recordsMax: number;
  readonly isPaused: (at: TopicPartition) => boolean;
  readonly signal: AbortSignal;
}

export class SinkReader {
  readonly #options: SinkReaderOptions;
  readonly #batches: AsyncIterator<Batch, undefined>;
  #asked: Promise<Arrived | undefined> | undefined;

  constructor(options: SinkReaderOptions) {
    this.#options = options;
    this.#batches = options.consumer.batches({ maxRecords: options.recordsMax, signal: options.signal });
  }

  /** What comes next, of one or several partitions; undefined when the task ends. */
  async take(): Promise<readonly SinkChunk[] | undefined> {
    const { environment, signal, recordsMax } = this.#options;
    await environment.gate.whenOpen(signal);
    if (signal.aborted) return undefined;
    const first = await abortedOr(signal, this.#next());
    this.#asked = undefined;
    await environment.gate.whenOpen(signal);
    if (first === undefined || signal.aborted) return undefined;
    const chunks: SinkChunk[] = [];
    let count = await this.#add(chunks, first);
    while (count < recordsMax && !environment.gate.isPaused) {
      const more = await this.#nextNow();
      if (more === undefined) break;
      count += await this.#add(chunks, more);
    }
    return chunks;
  }

  /** Ends the loop, so that the consumer can be closed. */
  async close(): Promise<void> {
    await this.#asked?.catch(() => undefined);
    await this.#batches.return?.();
  }

  #next(): Promise<Arrived | undefined> {
    if (this.#asked === undefined) {
      this.#asked = this.#ask();
      this.#asked.catch(() => undefined);
    }
    return this.#asked;
  }

  async #ask(): Promise<Arrived | undefined> {
    const next = await this.#batches.next();
    if (next.done === true) return undefined;
    const batch = next.value;
    const generation = batch.isRevoked ? undefined : this.#options.offsets.generationOf(batch);
    // Its offsets are committed by hand: to the consumer it is finished.
    batch.done();
    return { batch, generation };
  }

  /** What has arrived already, or does within this turn of the event loop. */
  async #nextNow(): Promise<Arrived | undefined> {
    const turn = Promise.withResolvers<undefined>();
    const immediate = setImmediate(() => turn.resolve(undefined));
    const arrived = await Promise.race([this.#next(), turn.promise]);
    clearImmediate(immediate);
    if (arrived !== undefined) this.#asked = undefined;
    return arrived;
  }

  /** Returns how many records were read. */
  async #add(chunks: SinkChunk[], { batch, generation }: Arrived): Promise<number> {
    const { offsets, isPaused, consumer, environment } = this.#options;
    const { topic, partition, nextOffset, leaderEpoch, highWatermark, size } = batch;
    if (generation === undefined || generation !== offsets.generationOf(batch)) return 0;
    if (isPaused(batch)) {
      // It was on its way when the sink asked for a pause.
      await consumer.seek({ topic, partition }, batch.baseOffset);
      return 0;
    }
    environment.metrics.readBatch(size);
    environment.metrics.activeChanged(size);
    const records: InRecord[] = [];
    for (let index = 0; index < size; index++) {
      const converted = this.#convert(consumedAt(batch, index), records);
      if (isPromise(converted)) await converted;
    }
    environment.checkpoint('sink:read');
    const lag = Math.max(0, highWatermark - nextOffset);
    chunks.push({ topic, partition, generation, records, readCount: size, nextOffset, leaderEpoch, lag });
    return size;
  }

  /** A promise only where something answers later or fails. */
  #convert(consumed: ConsumedRecord, into: InRecord[]): void | Promise<void> {
    const { conversion } = this.#options;
    try {
      const record = conversion.fromBytes(consumed);
      if (isPromise(record)) return this.#convertLater(consumed, record, into);
      const transformed = conversion.transform(record);
      if (isPromise(transformed)) return this.#convertLater(consumed, record, into, transformed);
      if (transformed !== null) into.push(transformedInRecord(record, transformed));
      return undefined;
    } catch (error) {
      return this.#recover(consumed, error, into);
    }
  }

  async #convertLater(
    consumed: ConsumedRecord,
    converting: InRecord | Promise<InRecord>,
    into: InRecord[],
    transforming?: ReturnType<RecordConversion['transform']>,
  ): Promise<void> {
    try {
      const record = await converting;
      const transformed = await (transforming ?? this.#options.conversion.transform(record));
      if (transformed !== null) into.push(transformedInRecord(record, transformed));
    } catch (error) {
      await this.#recover(consumed, error, into);
    }
  }

  async #recover(consumed: ConsumedRecord, error: unknown, into: InRecord[]): Promise<void> {
    const { conversion, policy } = this.#options;
    const { stage, operator } = conversion;
    const again = async (): Promise<InRecord | undefined> => {
      const record = await conversion.fromBytes(consumed);
      const transformed = await conversion.transform(record);
      return transformed === null ? undefined : transformedInRecord(record, transformed);
    };
    const recovered = await policy.recover(stage, operator, error, again, () => failedSinkRecord(consumed));
    if (!recovered.isSkipped && recovered.value !== undefined) into.push(recovered.value);
  }
}

function consumedAt(batch: Batch, index: number): ConsumedRecord {
  return {
    topic: batch.topic,
    partition: batch.partition,
    offset: batch.offsetAt(index),
    timestampMs: batch.timestampAt(index),
    key: batch.keyBytes(index),
    value: batch.valueBytes(index),
    headers: batch.headersAt(index),
  };
}

export function failedSinkRecord({ topic, partition, offset, timestampMs, ...bytes }: ConsumedRecord): FailedRecord {
  return { ...bytes, timestampMs, topic, partition: String(partition), offset: String(offset) };
}

/** Of a record that a sink made up itself, whose bytes nobody knows. */
export function failedInRecord(record: InRecord): FailedRecord {
  const { topic, partition, offset } = record.origin;
  const text = (value: unknown): string | Uint8Array | null => {
    const plain = plainValue(value);
    if (plain === null || plain === undefined) return null;
    if (typeof plain === 'string' || plain instanceof Uint8Array) return plain;
    if (typeof plain === 'bigint') return String(plain);
    return JSON.stringify(plain, (_name, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  };
  return {
    key: text(record.key),
    value: text(record.value),
    headers: [],
    timestampMs: record.timestampMs,
    topic,
    partition: String(partition),
    offset: String(offset),
  };
}
