/**
 * Appends a shard's records to its log and holds answers back until what they rest on is durable.
 *
 * Owns: the batch that is being collected and those in flight.
 * Invariants: records go to the log in the order in which the shard made them; an answer leaves after every record that was
 *   made before it is durable; answers leave in order. Everything collected in one turn of the event loop is one batch, as far
 *   as its size stays reasonable.
 * Bounds: an answer waits at most `timeoutMs`, then it says COORDINATOR_NOT_AVAILABLE; its records may still become durable.
 * Not here: what a failure means for the shard (shard-host.ts).
 */
import type { Clock, Timers } from '@millrace/base';
import type { PartitionLog } from '@millrace/log';
import { ErrorCode, RecordBatchWriter } from '@millrace/protocol';
import { coordinatorErrorFor } from './append-errors.ts';
import type { RecordCodec } from './coordinator-shard.ts';
import type { Reply } from './step.ts';

export interface RecordAppenderOptions<StateRecord> {
  readonly log: PartitionLog;
  readonly codec: RecordCodec<StateRecord>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timeoutMs: () => number;
  readonly onDurable: (sizeBytes: number, waitedMs: number) => void;
  /** Called once; after it the appender takes nothing more and what it held has been answered. */
  readonly onFailure: (appendErrorCode: number) => void;
}

interface Batch {
  readonly records: { readonly key: Buffer; readonly value: Buffer | null }[];
  replies: Reply[];
  /** Answers of this batch were given up on; those that come now are at once. */
  isLate: boolean;
  /** Resolves when this batch and all before it are durable, or failed. */
  settled: Promise<void>;
}

/** Room that a record takes in a batch beside key and value. */
const RECORD_OVERHEAD_BYTES = 40;
const BATCH_HEADER_BYTES = 61;
/** A batch is not made larger than this without need: it is the smallest piece in which a load can take breaks. */
const BATCH_BYTES_TARGET = 128 * 1024;

/** Bytes of key and value that one record may have in a log with that batch limit. */
export function recordBytesMaxFor(log: PartitionLog): number {
  return batchBytesMaxFor(log) - BATCH_HEADER_BYTES - RECORD_OVERHEAD_BYTES;
}

function batchBytesMaxFor({ config }: PartitionLog): number {
  return Math.min(config.maxMessageBytes, config.segmentBytes);
}

export class RecordAppender<StateRecord> {
  readonly #options: RecordAppenderOptions<StateRecord>;
  readonly #leaderEpoch: number;
  /** By the limit that the log had when it was loaded; one that is lowered later makes an append fail and the shard load again. */
  readonly #batchBytesMax: number;
  readonly #writer = new RecordBatchWriter();
  readonly #inFlight: Batch[] = [];
  #open: Batch | null = null;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: RecordAppenderOptions<StateRecord>) {
    this.#options = options;
    this.#leaderEpoch = options.log.leaderEpoch;
    this.#batchBytesMax = Math.min(batchBytesMaxFor(options.log), BATCH_BYTES_TARGET);
  }

  /** Takes records and the answers that rest on them and on all records before them. */
  add(records: readonly StateRecord[], replies: readonly Reply[]): void {
    if (this.#hasFailed || this.#isClosed) return failAll(replies, ErrorCode.NOT_COORDINATOR);
    if (records.length > 0) {
      const { codec } = this.#options;
      const batch = (this.#open ??= this.#openBatch());
      for (const record of records)
        batch.records.push({ key: codec.encodeKey(record), value: codec.encodeValue(record) });
    }
    const last = this.#open ?? this.#inFlight.at(-1);
    if (last === undefined) for (const reply of replies) reply.deliver();
    else if (last.isLate) failAll(replies, ErrorCode.COORDINATOR_NOT_AVAILABLE);
    else last.replies.push(...replies);
  }

  /** Appends what was collected, without waiting for the end of the turn. */
  flush(): void {
    const batch = this.#open;
    if (batch === null || this.#hasFailed) return;
    this.#open = null;
    const { log, clock, timers, timeoutMs } = this.#options;
    const startMs = clock.monotonicMs();
    const previous = this.#inFlight.at(-1)?.settled;
    this.#inFlight.push(batch);
    const durables: Promise<number>[] = [];
    let sizeBytes = 0;
    for (const bytes of this.#encode(batch)) {
      sizeBytes += bytes.length;
      const outcome = log.append(bytes, { origin: 'coordinator', expectedLeaderEpoch: this.#leaderEpoch });
      if (!('durable' in outcome)) {
        batch.settled = Promise.all([previous, ...durables]).then(() => undefined);
        return this.#fail(outcome.errorCode);
      }
      durables.push(outcome.durable);
    }
    const timer = timers.schedule(timeoutMs(), () => this.#timeOut(batch));
    batch.settled = Promise.all([previous, ...durables]).then(([, ...errorCodes]) => {
      timer.cancel();
      const errorCode = errorCodes.find((code) => code !== 0);
      if (errorCode !== undefined) return this.#fail(errorCode);
      if (this.#hasFailed) return;
      this.#inFlight.shift();
      for (const reply of batch.replies) reply.deliver();
      this.#options.onDurable(sizeBytes, clock.monotonicMs() - startMs);
    });
  }

  /** Resolves when nothing that was added is under way any more, durable or not. */
  async settle(): Promise<void> {
    this.flush();
    await this.#inFlight.at(-1)?.settled;
  }

  /** Takes nothing more; answers for records that were not appended yet fail. Those in flight are still answered by their fate. */
  close(errorCode: number): void {
    this.#isClosed = true;
    const open = this.#open;
    this.#open = null;
    failAll(open?.replies ?? [], errorCode);
  }

  #openBatch(): Batch {
    queueMicrotask(() => this.flush());
    return { records: [], replies: [], isLate: false, settled: Promise.resolve() };
  }

  /** Record batches within the log's limit; a single record above it goes alone, for the log to judge. */
  *#encode(batch: Batch): Generator<Buffer, void, undefined> {
    const writer = this.#writer;
    const nowMs = this.#options.clock.nowMs();
    writer.reset();
    for (const { key, value } of batch.records) {
      const sizeBytes = RECORD_OVERHEAD_BYTES + key.length + (value?.length ?? 0);
      if (writer.count > 0 && writer.sizeInBytes + sizeBytes > this.#batchBytesMax) yield writer.finish();
      writer.append(key, value, nowMs);
    }
    yield writer.finish();
  }

  #timeOut(batch: Batch): void {
    const { replies } = batch;
    batch.replies = [];
    batch.isLate = true;
    failAll(replies, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }

  #fail(appendErrorCode: number): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const errorCode = coordinatorErrorFor(appendErrorCode);
    const batches = this.#open === null ? this.#inFlight : [...this.#inFlight, this.#open];
    this.#open = null;
    for (const batch of batches) {
      const { replies } = batch;
      batch.replies = [];
      failAll(replies, errorCode);
    }
    this.#options.onFailure(appendErrorCode);
  }
}

function failAll(replies: readonly Reply[], errorCode: number): void {
  for (const reply of replies) reply.fail(errorCode);
}
