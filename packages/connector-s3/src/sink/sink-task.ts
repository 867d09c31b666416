/**
 * The task of the sink: shares records out to the writers of their partitions, keeps memory in bounds, and reports what is done.
 *
 * Invariants: calls of `write` and `flush` never overlap (the runtime's promise), but uploads go on beside them and their failures are told in
 *   the next call.
 * Bounds: `s3.buffer.memory` of unfinished objects; `s3.concurrent.uploads` uploads with a part each.
 * Not here: what an object's name and end are (partition-writer.ts).
 */
import { type Counter, MillraceError } from '@millrace/base';
import type {
  FlushReason,
  InRecord,
  SinkContext,
  SinkTask,
  TopicPartition,
  TopicPartitionOffset,
} from '@millrace/connect-api';

import { tmpdir } from 'node:os';

import { compressionOf } from '../compression.ts';
import type { Format } from '../format/format.ts';
import { openStore } from '../store/store-config.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Chunk } from './chunk.ts';
import { MemoryBudget } from './object-buffer.ts';
import { fileStem } from './object-name.ts';
import { PartitionWriter, settledOrAborted, type WriterEnvironment } from './partition-writer.ts';
import { partitioner, timestampOfField, type TimestampExtractor } from './partitioner.ts';
import { Semaphore } from './semaphore.ts';
import type { SinkConfig } from './sink-config.ts';
import { S3Error } from '../s3-error.ts';

/** Leftovers are put away when the partitions come; S3 being slow must not hold a rebalance up. */
const LEFTOVERS_MS_MAX = 5_000;

export class S3SinkTask implements SinkTask {
  readonly #config: SinkConfig;
  readonly #context: SinkContext;
  readonly #store: ObjectStore;
  readonly #budget: MemoryBudget;
  readonly #environment: WriterEnvironment;
  readonly #writers = new Map<string, PartitionWriter>();
  readonly #objects: Counter;
  readonly #bytes: Counter;
  #isWriting = false;

  constructor(config: SinkConfig, context: SinkContext, format: Format) {
    this.#config = config;
    this.#context = context;
    this.#store = openStore(config, context);
    this.#budget = new MemoryBudget(config.s3BufferMemory);
    const { metrics } = context;
    this.#objects = metrics.counter('millrace_connect_s3_objects_total', 'Objects that were written.');
    this.#bytes = metrics.counter('millrace_connect_s3_object_bytes_total', 'Bytes of objects that were written.');
    metrics.gauge(
      'millrace_connect_s3_buffer_bytes',
      'Bytes of unfinished objects in memory.',
      () => this.#budget.usedBytes,
    );
    this.#environment = this.#environmentOf(config, format);
  }

  async assigned(partitions: readonly TopicPartition[]): Promise<void> {
    await this.revoked(partitions, true);
    for (const partition of partitions) {
      this.#writers.set(keyOf(partition), new PartitionWriter(partition, this.#environment));
    }
    await this.#abortLeftovers(partitions);
  }

  async write(records: readonly InRecord[], signal: AbortSignal): Promise<void> {
    this.#throwFailure();
    this.#isWriting = true;
    let isRepeated = true;
    try {
      await this.#rewind({ isHandingOver: true });
      let last: InRecord | undefined;
      let writer: PartitionWriter | undefined;
      for (const record of records) {
        if (last?.origin.partition !== record.origin.partition || last.origin.topic !== record.origin.topic) {
          writer = this.#writerOf(record.origin);
        }
        last = record;
        if (writer === undefined) continue;
        // Most records wait for nothing: they cost no turn of the event loop.
        const waiting = this.#take(writer, record, signal);
        if (waiting !== undefined) await waiting;
      }
      isRepeated = false;
    } finally {
      this.#isWriting = false;
      for (const one of this.#writers.values()) one.handedOver(isRepeated);
    }
    // What became due meanwhile.
    for (const writer of this.#writers.values()) writer.rotate();
  }

  /**
   * An orderly end completes what is open. A rebalance does not, so that it leaves no small objects behind: the partition's next owner reads
   * again from the last object on.
   */
  async flush(reason: FlushReason, signal: AbortSignal): Promise<readonly TopicPartitionOffset[]> {
    await this.#rewind({ isHandingOver: false });
    if (reason === 'stop') for (const writer of this.#writers.values()) writer.complete();
    if (reason === 'revoke' || reason === 'stop') await this.#uploadsEnd(signal);
    this.#throwFailure({ onlyFatal: true });
    const done: TopicPartitionOffset[] = [];
    for (const { topic, partition, doneOffset } of this.#writers.values()) {
      if (doneOffset !== undefined) done.push({ topic, partition, offset: doneOffset });
    }
    return done;
  }

  async revoked(partitions: readonly TopicPartition[], _lost: boolean): Promise<void> {
    for (const partition of partitions) {
      const writer = this.#writers.get(keyOf(partition));
      this.#writers.delete(keyOf(partition));
      await writer?.abandon();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.revoked([...this.#writers.values()], false);
    this.#store.close();
  }

  #take(writer: PartitionWriter, record: InRecord, signal: AbortSignal): Promise<void> | undefined {
    if (record.value === null || record.value === undefined) {
      const { behaviorOnNullValues } = this.#config;
      if (behaviorOnNullValues === 'ignore') return this.#skip(writer, record);
      if (behaviorOnNullValues === 'fail') return this.#refuse(writer, record, withoutValue(record));
    }
    try {
      const waiting = writer.write(record, signal);
      if (waiting !== undefined) return this.#finishTaking(writer, record, waiting, signal);
    } catch (error) {
      return this.#refuse(writer, record, error);
    }
    return this.#needsRoom(writer) ? this.#makeRoom(writer, signal) : undefined;
  }

  async #finishTaking(writer: PartitionWriter, record: InRecord, waiting: Promise<void>, signal: AbortSignal) {
    try {
      await waiting;
    } catch (error) {
      await this.#refuse(writer, record, error);
      return;
    }
    if (this.#needsRoom(writer)) await this.#makeRoom(writer, signal);
  }

  #skip(writer: PartitionWriter, record: InRecord): undefined {
    writer.skip(record);
  }

  /** Somebody else gets the record, if it is the record's fault. */
  async #refuse(writer: PartitionWriter, record: InRecord, error: unknown): Promise<void> {
    if (!(error instanceof S3Error) || error.code !== 'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD') throw error;
    await this.#context.report(record, error);
    writer.skip(record);
  }

  #needsRoom(writer: PartitionWriter): boolean {
    return this.#budget.isExceeded || writer.isFull;
  }

  async #makeRoom(writer: PartitionWriter, signal: AbortSignal): Promise<void> {
    if (this.#budget.isExceeded) await this.#freeMemory(signal);
    if (!writer.isFull) return;
    await writer.room(signal);
    this.#throwFailure();
  }

  /** Moves what is held for open objects to the disk, the largest first; waits for uploads when that is not enough. */
  async #freeMemory(signal: AbortSignal): Promise<void> {
    const buffers = [...this.#writers.values()]
      .flatMap(({ held }) => held)
      .sort((a, b) => b.memoryBytes - a.memoryBytes);
    for (const buffer of buffers) {
      if (this.#budget.usedBytes <= this.#budget.maxBytes / 2 || buffer.memoryBytes === 0) break;
      signal.throwIfAborted();
      await buffer.spill();
    }
    let running = this.#running();
    while (this.#budget.isExceeded && running.length > 0) {
      await settledOrAborted(Promise.race(running), signal);
      running = this.#running();
    }
  }

  #running(): Promise<void>[] {
    return [...this.#writers.values()].flatMap(({ uploads }) =>
      uploads.filter(({ state }) => state === 'running').map(({ settled }) => settled),
    );
  }

  async #uploadsEnd(signal: AbortSignal): Promise<void> {
    try {
      for (let running = this.#running(); running.length > 0; running = this.#running()) {
        await settledOrAborted(Promise.all(running), signal);
      }
    } catch {
      // No more time: what is not there now is read again by the next task.
    }
  }

  /** An upload that failed is begun anew, and the runtime is told to come again later; or to give up. */
  #throwFailure({ onlyFatal = false } = {}): void {
    const failed = [...this.#writers.values()]
      .flatMap(({ uploads }) => uploads)
      .filter(({ state }) => state === 'failed');
    const fatal = failed.find(({ error }) => !isRetriable(error));
    const error = (fatal ?? failed[0])?.error;
    if (error === undefined) return;
    if (fatal !== undefined) throw error;
    for (const upload of failed) upload.start();
    if (!onlyFatal) throw error;
    this.#context.log.warn('an upload failed and is tried again', { reason: error.message });
  }

  async #rewind(call: { readonly isHandingOver: boolean }): Promise<void> {
    for (const writer of this.#writers.values()) {
      const offset = await writer.rewind(call);
      if (offset === undefined) continue;
      const { topic, partition } = writer;
      this.#context.log.warn('another task has written objects of this partition; its records are read again', {
        topic,
        partition,
        offset,
      });
      this.#context.seek([{ topic, partition, offset }]);
    }
  }

  #writerOf(partition: TopicPartition): PartitionWriter | undefined {
    return this.#writers.get(keyOf(partition));
  }

  /** Parts of uploads that a task left behind when it was killed would cost money for ever. */
  async #abortLeftovers(partitions: readonly TopicPartition[]): Promise<void> {
    const { names } = this.#environment;
    const signal = AbortSignal.any([this.#context.signal, AbortSignal.timeout(LEFTOVERS_MS_MAX)]);
    for (const topic of new Set(partitions.map((partition) => partition.topic))) {
      const stems = partitions.filter((one) => one.topic === topic).map((one) => fileStem(topic, one.partition, names));
      const prefix = [names.topicsDir, topic, ''].filter((part, index) => index > 0 || part !== '');
      try {
        for await (const upload of this.#store.unfinishedUploads(prefix.join(names.directoryDelimiter), signal)) {
          const file = upload.key.slice(
            upload.key.lastIndexOf(names.directoryDelimiter) + names.directoryDelimiter.length,
          );
          if (stems.some((stem) => file.startsWith(stem))) await this.#store.abortUpload(upload.key, upload.uploadId);
        }
      } catch (error) {
        this.#context.log.debug('unfinished uploads were not looked for', { topic, reason: String(error) });
      }
    }
  }

  #onBegun(writer: PartitionWriter, chunk: Chunk): void {
    const intervalMs = this.#config.rotateScheduleIntervalMs;
    if (intervalMs < 0) return;
    this.#context.timers.schedule(intervalMs, () => {
      chunk.isDue = true;
      // A write in progress looks itself.
      if (!this.#isWriting) writer.rotate();
    });
  }

  #environmentOf(config: SinkConfig, format: Format): WriterEnvironment {
    const timestamp = extractorOf(config, this.#context);
    const compression = compressionOf(config.s3CompressionType, config.s3CompressionLevel);
    return {
      store: this.#store,
      options: {
        partSizeBytes: config.s3PartSize,
        ifAbsent: config.enableConditionalWrites,
        acl: config.s3AclCanned,
        encryption: config.s3SseaName,
        kmsKeyId: config.s3SseKmsKeyId,
      },
      turns: new Semaphore(config.s3ConcurrentUploads),
      format,
      compression: config.s3CompressionType === 'none' || format.isCompressed ? undefined : compression,
      partitioner: partitioner({
        name: config.partitionerClass,
        fieldNames: config.partitionFieldName,
        pathFormat: config.pathFormat,
        durationMs: config.partitionDurationMs,
        timeZone: config.timezone,
        delimiter: config.directoryDelim,
        timestamp,
      }),
      timestamp: config.timestampExtractor === 'RecordField' ? timestamp : (record) => record.timestampMs,
      names: {
        topicsDir: config.topicsDir,
        directoryDelimiter: config.directoryDelim,
        fileDelimiter: config.fileDelim,
        offsetDigits: config.filenameOffsetZeroPadWidth,
        extension: format.extension + compression.extension,
      },
      rotation: {
        records: config.flushSize,
        sizeBytes: config.flushBytes,
        intervalMs: config.rotateIntervalMs,
        objectsMax: config.partitionerMaxOpenFiles,
      },
      budget: this.#budget,
      bufferFolder: config.s3BufferDir ?? tmpdir(),
      onBegun: (writer, chunk) => this.#onBegun(writer, chunk),
      onStored: (sizeBytes) => {
        this.#objects.add(1);
        this.#bytes.add(sizeBytes);
      },
      onProgress: () => this.#context.commitSoon(),
    };
  }
}

function withoutValue({ origin }: InRecord): S3Error {
  return new S3Error(
    'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD',
    `the record at offset ${origin.offset} of ${origin.topic}[${origin.partition}] has no value: set behavior.on.null.values to ignore or write`,
  );
}

function isRetriable(error: Error | undefined): boolean {
  return MillraceError.is(error) && error.retriable;
}

function extractorOf(config: SinkConfig, { clock }: SinkContext): TimestampExtractor {
  switch (config.timestampExtractor) {
    case 'Record':
      return (record) => record.timestampMs;
    case 'RecordField':
      return timestampOfField(config.timestampField);
    case 'Wallclock':
      return () => clock.nowMs();
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}[${partition}]`;
}
