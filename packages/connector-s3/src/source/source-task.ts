/**
 * Reads a bucket: looks through it, reads the objects that are new, looks again.
 *
 * Owns: which objects of the bucket this task reads. Each object is a partition of the source; its offset says how many bytes and records of it
 *   are read, and of which version (ETag). So reading goes on inside an object, and an object that was replaced is read again.
 * Invariants: objects of one Kafka partition (by their names) are read by one task, in the order of their keys.
 * Bounds: one batch of records, and the key of each object that is read (a hundred bytes or so).
 */
import { messageOf, type Counter } from '@millrace/base';
import type { OutRecord, SourceBatch, SourceContext, SourceTask, TaskConfig } from '@millrace/connect-api';

import { compressionByName } from '../compression.ts';
import { S3Error } from '../s3-error.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import { pause } from '../store/retry.ts';
import { openStore } from '../store/store-config.ts';
import { nameTemplate, type ObjectName } from './name-template.ts';
import { decompressed, objectBytes, ObjectGone } from './object-bytes.ts';
import { csvReader, jsonReader, rawReader, type RecordReader } from './record-reader.ts';
import type { SourceConfig } from './source-config.ts';
import { split } from './splitter.ts';

export type ObjectPartition = { readonly bucket: string; readonly key: string };

export type ObjectOffset = {
  readonly etag: string;
  /** Of the decompressed object. */
  readonly bytes: number;
  readonly records: number;
  readonly done: boolean;
};

type Batch = SourceBatch<ObjectPartition, ObjectOffset>;

const BATCH_BYTES = 1024 * 1024;

export class S3SourceTask implements SourceTask<ObjectPartition, ObjectOffset> {
  readonly #config: SourceConfig;
  readonly #context: SourceContext<ObjectPartition, ObjectOffset>;
  readonly #store: ObjectStore;
  readonly #index: number;
  readonly #count: number;
  readonly #readName: (key: string) => ObjectName | undefined;
  /** ETags of objects that are read. */
  readonly #done = new Map<string, string>();
  readonly #passedOver = new Set<string>();
  readonly #objects: Counter;
  readonly #bytes: Counter;

  constructor(task: TaskConfig, config: SourceConfig, context: SourceContext<ObjectPartition, ObjectOffset>) {
    this.#config = config;
    this.#context = context;
    this.#store = openStore(config, context);
    this.#index = Number(task['task.index'] ?? 0);
    this.#count = Number(task['task.count'] ?? 1);
    this.#readName = nameTemplate(config.fileNameTemplate);
    const { metrics } = context;
    this.#objects = metrics.counter('millrace_connect_s3_objects_read_total', 'Objects that were read to their end.');
    this.#bytes = metrics.counter('millrace_connect_s3_read_bytes_total', 'Bytes that were read, decompressed.');
  }

  async *read(signal: AbortSignal): AsyncGenerator<Batch> {
    try {
      for (;;) {
        for await (const page of this.#store.list(this.#config.s3Prefix, signal)) yield* this.#readPage(page, signal);
        await pause(this.#config.pollIntervalMs, this.#context.timers, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#store.close();
  }

  async *#readPage(page: readonly StoredObject[], signal: AbortSignal): AsyncGenerator<Batch> {
    const open = page.filter((object) => this.#done.get(object.key) !== object.etag && this.#isMine(object));
    const partitions = open.map(({ key }) => ({ bucket: this.#store.bucket, key }));
    const offsets = await this.#context.offsets(partitions);
    for (const [index, object] of open.entries()) {
      const stored = offsets[index];
      const offset = stored?.etag === object.etag ? stored : undefined;
      if (offset?.done !== true) {
        try {
          yield* this.#readObject(object, offset, signal);
        } catch (error) {
          if (!(error instanceof ObjectGone)) throw error;
          this.#context.log.info('an object was removed or replaced while it was read', { key: object.key });
          continue;
        }
      }
      this.#done.set(object.key, object.etag);
    }
  }

  /** All objects of a Kafka partition belong to one task, so that their order is kept. */
  #isMine({ key, sizeBytes }: StoredObject): boolean {
    if (sizeBytes === 0) return false;
    const name = this.#readName(key);
    if (this.#topicOf(name) === undefined) {
      this.#passOver(key);
      return false;
    }
    const together = name?.partition === undefined ? key : `${name.topic ?? ''}[${name.partition}]`;
    return hash(together) % this.#count === this.#index;
  }

  #topicOf(name: ObjectName | undefined): string | undefined {
    const { topic, partitionFromName } = this.#config;
    if (partitionFromName && name?.partition === undefined) return undefined;
    return topic ?? name?.topic;
  }

  #passOver(key: string): void {
    if (this.#passedOver.has(key)) return;
    this.#passedOver.add(key);
    const fields = { key, template: this.#config.fileNameTemplate };
    this.#context.log.warn('an object is not read: its name does not fit file.name.template', fields);
  }

  async *#readObject(object: StoredObject, from: ObjectOffset | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    const { key, etag } = object;
    const name = this.#readName(key);
    const topic = this.#topicOf(name) ?? '';
    const target = this.#config.partitionFromName && name?.partition !== undefined ? { partition: name.partition } : {};
    const compression =
      this.#config.fileCompressionType === 'auto' ? compressionByName(key) : this.#config.fileCompressionType;
    const readPiece = this.#reader();
    const done = from?.bytes ?? 0;
    // What comes before has to be gone through where it says how to read on.
    const canSkip = compression === 'none' && !(this.#config.inputFormat === 'csv' && this.#config.csvFirstRowAsHeader);
    const start = canSkip ? done : 0;
    const partition = { bucket: this.#store.bucket, key };
    let records: OutRecord[] = [];
    let position = done;
    let recordCount = from?.records ?? 0;
    let batchStart = done;

    const raw = objectBytes(this.#store, object, start, this.#readOptions(), signal);
    for await (const piece of split(decompressed(raw, compression, key), this.#splitOptions(start))) {
      const isPassed = piece.end <= done;
      const parts = await this.#parts(object, readPiece, piece, isPassed);
      if (isPassed) continue;
      position = piece.end;
      if (parts !== undefined) {
        records.push({ topic, ...target, ...parts });
        recordCount += 1;
      }
      const sizeBytes = position - batchStart;
      if (records.length >= this.#config.batchMaxRows || sizeBytes >= BATCH_BYTES) {
        this.#bytes.add(sizeBytes);
        yield { records, partition, offset: { etag, bytes: position, records: recordCount, done: false }, sizeBytes };
        records = [];
        batchStart = position;
      }
    }
    this.#bytes.add(position - batchStart);
    this.#objects.add(1);
    yield { records, partition, offset: { etag, bytes: position, records: recordCount, done: true } };
  }

  async #parts(
    object: StoredObject,
    read: RecordReader,
    piece: { bytes: Buffer; end: number; isTooLong: boolean },
    isPassed: boolean,
  ) {
    try {
      if (piece.isTooLong) {
        throw new S3Error('MILLRACE_CONNECT_S3_UNREADABLE_OBJECT', 'it is longer than s3.record.max.bytes');
      }
      return read(piece.bytes);
    } catch (error) {
      if (isPassed) return undefined;
      const where = `the record that ends at byte ${piece.end} of ${object.key} cannot be read: ${messageOf(error)}`;
      await this.#context.deadLetter(
        piece.bytes,
        new S3Error('MILLRACE_CONNECT_S3_UNREADABLE_OBJECT', where, { details: { key: object.key, byte: piece.end } }),
      );
      return undefined;
    }
  }

  #reader(): RecordReader {
    const { inputFormat, inputFields, csvSeparatorChar, csvFirstRowAsHeader, csvColumns } = this.#config;
    if (inputFormat === 'bytes') return rawReader();
    if (inputFormat === 'json') return jsonReader(inputFields);
    return csvReader({
      separator: csvSeparatorChar,
      columns: csvFirstRowAsHeader ? undefined : csvColumns,
      fields: inputFields,
    });
  }

  #splitOptions(start: number) {
    const { inputFormat, formatBytearraySeparator, s3RecordMaxBytes } = this.#config;
    return {
      separator: Buffer.from(inputFormat === 'bytes' ? formatBytearraySeparator : '\n'),
      maxBytes: s3RecordMaxBytes,
      isQuoted: inputFormat === 'csv',
      start,
    };
  }

  #readOptions() {
    const { s3PartRetries, s3RetryBackoffMs, s3RequestTimeoutMs } = this.#config;
    return {
      retries: s3PartRetries,
      backoffMs: s3RetryBackoffMs,
      idleMs: s3RequestTimeoutMs,
      timers: this.#context.timers,
    };
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}
