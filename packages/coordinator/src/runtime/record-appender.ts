/**
 * Appends a shard's records to its log and holds answers back until what they rest on is durable.
 *
 * Owns: the batch that is being collected and those in flight.
 * Invariants: records go to the log in the order in which the shard made them; an answer leaves after every record that was
 *   made before it is durable; answers leave in order. Everything collected in one turn of the event loop is one batch, as far
 *   as its size stays reasonable. Records of a transaction and end markers are batches of their own, appended at once behind what
 *   was collected.
 * Bounds: an answer waits at most `timeoutMs`, then it says COORDINATOR_NOT_AVAILABLE; its records may still become durable.
 * Not here: what a failure means for the shard (shard-host.ts).
 */
import type { Clock, Timers } from '@millrace/base';
import type { AppendOutcome, EndMarker, PartitionLog } from '@millrace/log';
import { ErrorCode, RecordBatchWriter, type FinishBatchOptions } from '@millrace/protocol';
import { coordinatorErrorFor } from './append-errors.ts';
import type { RecordCodec, TransactionalProducer } from './coordinator-shard.ts';
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

interface EncodedRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

interface Batch {
  readonly records: EncodedRecord[];
  replies: Reply[];
  /** Answers of this batch were given up on; those that come now are at once. */
  isLate: boolean;
  /** Resolves when this batch and all before it are durable, or failed. */
  settled: Promise<void>;
}

/** What the log took of a batch. */
interface Appended {
  readonly sizeBytes: number;
  readonly durable: Promise<number>;
}

const NO_TRANSACTION: FinishBatchOptions = {};
/** Refusals that say something about the producer and nothing about the log. */
const PRODUCER_ERRORS: ReadonlySet<number> = new Set([
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_TXN_STATE,
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.TRANSACTION_ABORTABLE,
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.UNKNOWN_PRODUCER_ID,
]);
/** About what a marker takes in the log. */
const MARKER_BATCH_BYTES = 78;
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
      const batch = (this.#open ??= this.#openBatch());
      for (const record of records) batch.records.push(this.#encoded(record));
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
    this.#inFlight.push(batch);
    const appended: Appended[] = [];
    for (const bytes of this.#batches(batch.records, NO_TRANSACTION)) {
      const outcome = this.#append(bytes);
      if (!('durable' in outcome)) return this.#failBehind(batch, appended, outcome.errorCode);
      appended.push({ sizeBytes: bytes.length, durable: outcome.durable });
    }
    this.#follow(batch, appended);
  }

  /**
   * Appends records that count when the producer's transaction commits. Returns 0, or the error code with which the log refused
   * them for the producer's sake: then it has none of them and all is as it was.
   */
  appendPending({ producerId, producerEpoch }: TransactionalProducer, records: readonly StateRecord[]): number {
    this.flush();
    if (this.#hasFailed || this.#isClosed) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    const encoded = records.map((record) => this.#encoded(record));
    const batch = newBatch();
    const appended: Appended[] = [];
    for (const bytes of this.#batches(encoded, { producerId, producerEpoch, isTransactional: true })) {
      const outcome = this.#append(bytes);
      if ('durable' in outcome) {
        appended.push({ sizeBytes: bytes.length, durable: outcome.durable });
        continue;
      }
      if (appended.length === 0 && PRODUCER_ERRORS.has(outcome.errorCode)) return outcome.errorCode;
      this.#inFlight.push(batch);
      this.#failBehind(batch, appended, outcome.errorCode);
      return outcome.errorCode;
    }
    this.#inFlight.push(batch);
    this.#follow(batch, appended);
    return ErrorCode.NONE;
  }

  /** Appends the marker behind all that was collected. When the log refuses it, all is as it was. */
  appendEndMarker(marker: EndMarker): AppendOutcome {
    this.flush();
    if (this.#hasFailed || this.#isClosed) return refusedMarker(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const outcome = this.#options.log.appendEndMarker(marker);
    if (!('durable' in outcome)) return outcome;
    const batch = newBatch();
    this.#inFlight.push(batch);
    this.#follow(batch, [{ sizeBytes: MARKER_BATCH_BYTES, durable: outcome.durable }]);
    return outcome;
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
    return newBatch();
  }

  #encoded(record: StateRecord): EncodedRecord {
    const { codec } = this.#options;
    return { key: codec.encodeKey(record), value: codec.encodeValue(record) };
  }

  /** Record batches within the log's limit; a single record above it goes alone, for the log to judge. */
  *#batches(records: readonly EncodedRecord[], transaction: FinishBatchOptions): Generator<Buffer, void, undefined> {
    const writer = this.#writer;
    const nowMs = this.#options.clock.nowMs();
    writer.reset();
    for (const { key, value } of records) {
      const sizeBytes = RECORD_OVERHEAD_BYTES + key.length + (value?.length ?? 0);
      if (writer.count > 0 && writer.sizeInBytes + sizeBytes > this.#batchBytesMax) yield writer.finish(transaction);
      writer.append(key, value, nowMs);
    }
    yield writer.finish(transaction);
  }

  #append(bytes: Buffer): AppendOutcome {
    return this.#options.log.append(bytes, { origin: 'coordinator', expectedLeaderEpoch: this.#leaderEpoch });
  }

  /** The batch is the last one in flight: its answers leave when all that was appended for it, and all before it, is durable. */
  #follow(batch: Batch, appended: readonly Appended[]): void {
    const { clock, timers, timeoutMs } = this.#options;
    const startMs = clock.monotonicMs();
    const timer = timers.schedule(timeoutMs(), () => this.#timeOut(batch));
    batch.settled = Promise.all([this.#beforeLast(), ...appended.map(({ durable }) => durable)]).then(
      ([, ...errorCodes]) => {
        timer.cancel();
        const errorCode = errorCodes.find((code) => code !== 0);
        if (errorCode !== undefined) return this.#fail(errorCode);
        if (this.#hasFailed) return;
        this.#inFlight.shift();
        for (const reply of batch.replies) reply.deliver();
        const sizeBytes = appended.reduce((sum, part) => sum + part.sizeBytes, 0);
        this.#options.onDurable(sizeBytes, clock.monotonicMs() - startMs);
      },
    );
  }

  /** The log refused the rest of the batch, the last one in flight. */
  #failBehind(batch: Batch, appended: readonly Appended[], errorCode: number): void {
    batch.settled = Promise.all([this.#beforeLast(), ...appended.map(({ durable }) => durable)]).then(() => undefined);
    this.#fail(errorCode);
  }

  #beforeLast(): Promise<void> | undefined {
    return this.#inFlight.at(-2)?.settled;
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

function newBatch(): Batch {
  return { records: [], replies: [], isLate: false, settled: Promise.resolve() };
}

function refusedMarker(errorCode: number): AppendOutcome {
  return { errorCode, errorMessage: 'the coordinator partition is not served here', recordErrors: [] };
}

function failAll(replies: readonly Reply[], errorCode: number): void {
  for (const reply of replies) reply.fail(errorCode);
}
