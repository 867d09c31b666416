/**
 * The records of one Kafka partition on their way to S3.
 *
 * Objects of a folder form a chain: each is named by its first record's offset and covers all records of its folder up to its end, which its
 * metadata tell. Names are taken conditionally, so whoever reads the same records again (after a crash, or beside a task that lost the
 * partition) meets the chain and goes on behind it, whatever time of day or memory decided where objects ended. That is what makes delivery
 * exactly once.
 *
 * Owns: the chunk that is being filled, those that are being uploaded, and up to which offset everything is in S3.
 * Invariants: `doneOffset` stands between two chunks and never inside of what an object covers; records before `position` were taken. Records
 *   come in order, and again only from where a call failed or a rewind asked for; anything else is another topic of the same name.
 * Bounds: `CHUNKS_CLOSING_MAX` chunks wait for their uploads, then records wait.
 */
import type { InRecord, TopicPartition } from '@millrace/connect-api';

import { Chunk, type OpenObject, type UploadMaker } from './chunk.ts';
import type { Compression } from '../compression.ts';
import type { Format } from '../format/format.ts';
import { ObjectBuffer, type MemoryBudget } from './object-buffer.ts';
import { recordError, S3Error, unwritable } from '../s3-error.ts';
import { fileStem, folderOf, objectKey, type ObjectNameOptions } from './object-name.ts';
import type { Partitioner, TimestampExtractor } from './partitioner.ts';
import { coverageOf, Upload, type UploadEnvironment } from './upload.ts';

export interface RotationOptions {
  readonly records: number;
  readonly sizeBytes: number;
  /** By time of records; -1: not. */
  readonly intervalMs: number;
  readonly objectsMax: number;
}

export interface WriterEnvironment extends Omit<UploadEnvironment, 'onSettled'> {
  readonly format: Format;
  readonly compression: Compression | undefined;
  readonly partitioner: Partitioner;
  readonly timestamp: TimestampExtractor;
  readonly names: ObjectNameOptions;
  readonly rotation: RotationOptions;
  readonly budget: MemoryBudget;
  readonly bufferFolder: string;
  /** A chunk was begun. */
  onBegun(writer: PartitionWriter, chunk: Chunk): void;
  /** Something was stored, or has to be looked at. */
  onProgress(): void;
}

const CHUNKS_CLOSING_MAX = 2;
const KEY_BYTES_MAX = 1024;

export class PartitionWriter implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly #environment: WriterEnvironment;
  readonly #stem: string;
  #position = 0;
  /** Up to here records were handed over for good: earlier ones never come again. */
  #handedOver = 0;
  /** After a rewind: what is still handed over in the same call is of the reading before it. */
  #isStale = false;
  /** Its topic is another one of the same name. */
  #isReplaced = false;
  #chunk: Chunk | undefined;
  readonly #closing: Chunk[] = [];
  /** Up to where folders are covered by objects that were found. */
  readonly #covered = new Map<string, number>();
  /** Whether an earlier attempt may have left objects that are not known yet. */
  #isProbing = true;

  constructor({ topic, partition }: TopicPartition, environment: WriterEnvironment) {
    this.topic = topic;
    this.partition = partition;
    this.#environment = environment;
    this.#stem = fileStem(topic, partition, environment.names);
  }

  /** Everything before it is in S3; undefined when nothing was read yet, or the offsets mean nothing any more. */
  get doneOffset(): number | undefined {
    const unfinished = this.#closing[0] ?? this.#chunk;
    if (this.#isReplaced) return undefined;
    if (unfinished !== undefined) return unfinished.start;
    return this.#position === 0 ? undefined : this.#position;
  }

  /** Objects whose bytes are only held. */
  get held(): readonly ObjectBuffer[] {
    return [...this.#closing, ...(this.#chunk === undefined ? [] : [this.#chunk])].flatMap(({ held }) => held);
  }

  get uploads(): readonly Upload[] {
    return [...this.#closing, ...(this.#chunk === undefined ? [] : [this.#chunk])].flatMap(({ uploads }) => uploads);
  }

  /** Takes a record; one that was taken before is passed over. Throws what makes the record unwritable. A promise when it had to wait. */
  write(record: InRecord, signal: AbortSignal): Promise<void> | undefined {
    const { offset } = record.origin;
    if (this.#isStale) return undefined;
    if (offset < this.#handedOver) throw this.#replaced(offset);
    if (offset < this.#position) return undefined;
    const folder = this.#folderOf(record);
    const timestampMs = this.#environment.timestamp(record);
    const { intervalMs } = this.#environment.rotation;
    if (this.#chunk !== undefined && intervalMs >= 0 && timestampMs - this.#chunk.firstTimestampMs >= intervalMs) {
      this.#closeChunk();
    }
    const chunk = this.#chunk ?? this.#begin(offset, timestampMs);
    if (offset < (this.#covered.get(folder) ?? 0)) {
      this.#passed(offset);
      return undefined;
    }
    const open = chunk.objects.get(folder);
    if (open !== undefined && open.buffer.accepts(record)) {
      chunk.append(open, record);
      this.#passed(offset);
      return undefined;
    }
    return this.#writeToNew(chunk, folder, open, record, signal);
  }

  #folderOf(record: InRecord): string {
    const { partitioner, names } = this.#environment;
    try {
      return folderOf(record.topic, partitioner(record), names);
    } catch (error) {
      throw recordError(error);
    }
  }

  /** The record cannot be written and somebody else has it. */
  skip(record: InRecord): void {
    const { offset } = record.origin;
    if (offset >= this.#position && !this.#isStale) this.#passed(offset);
  }

  /** A call that handed records over is at its end: failed with something retriable, it brings the same ones again. */
  handedOver(isRepeated: boolean): void {
    this.#isStale = false;
    if (!isRepeated) this.#handedOver = this.#position;
  }

  /** Offsets only go back where the log itself did. */
  #replaced(offset: number): S3Error {
    this.#isReplaced = true;
    const { topic, partition } = this;
    return new S3Error(
      'MILLRACE_CONNECT_S3_TOPIC_REPLACED',
      `${topic}[${partition}] goes on at offset ${offset} after ${this.#handedOver}: the topic was deleted and made anew, or lost records. ` +
        'Move the objects of the topic before it away, or choose another topics.dir, and start the task again',
      { details: { topic, partition, offset } },
    );
  }

  async #writeToNew(
    chunk: Chunk,
    folder: string,
    full: OpenObject | undefined,
    record: InRecord,
    signal: AbortSignal,
  ): Promise<void> {
    const { offset } = record.origin;
    const key = objectKey(folder, this.#stem, offset, this.#environment.names);
    if (Buffer.byteLength(key) > KEY_BYTES_MAX)
      throw unwritable(`the name of its object would have more than the ${KEY_BYTES_MAX} bytes that S3 takes`);
    if (full !== undefined) chunk.completeObject(full, offset, this.#uploadMaker);
    const first = { topic: this.topic, partition: this.partition, offset, timestampMs: record.timestampMs };
    if (this.#isProbing && this.#environment.options.ifAbsent) {
      const metadata = await this.#environment.store.metadata(key, signal);
      if (metadata !== undefined) {
        this.#covered.set(folder, coverageOf(key, metadata, first).end);
        chunk.found += 1;
        this.#passed(offset);
        return;
      }
    }
    const { format, compression, budget } = this.#environment;
    const buffer = new ObjectBuffer(format.open(record.topic), compression, budget, chunk.spill);
    const object: OpenObject = { folder, key, first, buffer, records: 0 };
    chunk.objects.set(folder, object);
    chunk.append(object, record);
    this.#passed(offset);
  }

  /** Waits while too much is being uploaded. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#closing.length > CHUNKS_CLOSING_MAX && this.uploads.some(({ state }) => state === 'running')) {
      const running = this.#closing.flatMap(({ uploads }) => uploads).filter(({ state }) => state === 'running');
      await settledOrAborted(Promise.race(running.map(({ settled }) => settled)), signal);
      if (running.some(({ state }) => state !== 'done' && state !== 'running')) return;
    }
  }

  get isFull(): boolean {
    return this.#closing.length > CHUNKS_CLOSING_MAX;
  }

  /** Completes the chunk, however little it holds. */
  complete(): void {
    if (this.#chunk !== undefined) this.#chunk.isDue = true;
    this.rotate();
  }

  /** Completes the chunk if it is due and nothing speaks against an end here. */
  rotate(): void {
    if (this.#chunk !== undefined && this.#isRipe(this.#chunk)) this.#closeChunk();
  }

  /** Where to read again from, when somebody else's objects are in the way; everything that came after is dropped. */
  async rewind({ isHandingOver }: { readonly isHandingOver: boolean }): Promise<number | undefined> {
    const chunks = [...this.#closing, ...(this.#chunk === undefined ? [] : [this.#chunk])];
    const first = chunks.findIndex(({ uploads }) => uploads.some(({ state }) => state === 'taken'));
    const chunk = chunks[first];
    if (chunk === undefined) return undefined;
    const dropped = chunks.slice(first);
    this.#closing.splice(first);
    this.#chunk = undefined;
    this.#position = chunk.start;
    this.#handedOver = chunk.start;
    this.#isStale = isHandingOver;
    this.#covered.clear();
    this.#isProbing = true;
    await Promise.all(dropped.map((one) => one.drop()));
    return chunk.start;
  }

  /** The partition is somebody else's: nothing more is written. */
  async abandon(): Promise<void> {
    const chunks = [...this.#closing, ...(this.#chunk === undefined ? [] : [this.#chunk])];
    this.#closing.length = 0;
    this.#chunk = undefined;
    await Promise.all(chunks.map((chunk) => chunk.drop()));
  }

  #begin(offset: number, timestampMs: number): Chunk {
    const chunk = new Chunk(offset, timestampMs, this.#environment.bufferFolder);
    this.#chunk = chunk;
    this.#environment.onBegun(this, chunk);
    return chunk;
  }

  #passed(offset: number): void {
    this.#position = offset + 1;
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    const { rotation } = this.#environment;
    const isOver =
      chunk.isDue ||
      chunk.records >= rotation.records ||
      chunk.sizeBytes >= rotation.sizeBytes ||
      chunk.objects.size >= rotation.objectsMax ||
      // Nothing of its own: only what was found.
      (chunk.found > 0 && chunk.objects.size === 0 && chunk.uploads.length === 0);
    if (isOver) {
      chunk.isDue = true;
      this.rotate();
    }
  }

  #isRipe(chunk: Chunk): boolean {
    if (!chunk.isDue) return false;
    for (const end of this.#covered.values()) if (end > this.#position) return false;
    return true;
  }

  #closeChunk(): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    for (const [folder, end] of this.#covered) {
      // The end of a chunk must not lie inside of what an object covers.
      if (end > this.#position) return;
      this.#covered.delete(folder);
    }
    this.#chunk = undefined;
    if (chunk.found === 0 && chunk.records > 0) this.#isProbing = false;
    this.#closing.push(chunk);
    chunk.close(this.#position, this.#uploadMaker);
    this.#settle();
  }

  readonly #uploadMaker: UploadMaker = (object, end, signal) => {
    const environment = { ...this.#environment, onSettled: () => this.#settle() };
    return new Upload(object, end, environment, signal);
  };

  /** Lets go of chunks that are stored, in order: that moves the done offset. */
  #settle(): void {
    let chunk = this.#closing[0];
    let hasProgress = false;
    while (chunk?.isStored === true) {
      this.#closing.shift();
      void chunk.dispose();
      hasProgress = true;
      chunk = this.#closing[0];
    }
    // One chunk after the other: if somebody else's object is in the way, nothing behind it may have been written.
    chunk?.startUploads();
    if (hasProgress || this.uploads.some(({ state }) => state === 'taken' || state === 'failed')) {
      this.#environment.onProgress();
    }
  }
}

/** Rejects with the signal's reason when that comes first. */
export async function settledOrAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
