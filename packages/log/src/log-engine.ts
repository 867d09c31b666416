/**
 * What the rest of the broker sees of storage: an engine that holds partition logs, and the log of one partition.
 *
 * Every engine (memory, embedded, shared) offers exactly this; the contract suite in @millrace/testing holds them to it.
 * Error codes are Kafka's numbers, returned as values; only broken invariants and misuse throw.
 */

import type { BatchVerdict } from '@millrace/protocol';

/** Identifies a partition for storage: by topic id, never by name, so that a re-created topic meets nothing of the old one. */
export interface PartitionId {
  /** 22-character url-safe base64 UUID. */
  readonly topicId: string;
  readonly partition: number;
}

/** `fsync`: acknowledged means on disk. `os`: acknowledged means in the page cache (Apache Kafka's default). */
export type Durability = 'fsync' | 'os';

/** What the cleaner obeys on a compacted log; names are Kafka's topic keys in camelCase. */
export interface CompactionConfig {
  readonly minCleanableDirtyRatio: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly deleteRetentionMs: number;
}

/** Settings of one log, resolved from topic and broker configuration; names are Kafka's topic keys in camelCase. */
export interface LogConfig {
  /** `millrace.durability`. */
  readonly durability: Durability;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  /** −1 = without limit. */
  readonly retentionBytes: number;
  /** −1 = without limit. */
  readonly retentionMs: number;
  readonly cleanupDelete: boolean;
  readonly cleanupCompact: boolean;
  /** Absent: a compacted log is never cleaned, because its owner keeps it short by himself. */
  readonly compaction?: CompactionConfig | undefined;
  readonly maxMessageBytes: number;
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
  readonly fileDeleteDelayMs: number;
}

export interface RecordError {
  /** Index of the record inside the batch. */
  readonly batchIndex: number;
  readonly message: string;
}

export type AppendOrigin = 'client' | 'coordinator';

export interface AppendOptions {
  /** Clients may not write control batches and must satisfy every check; coordinators write to internal partitions. */
  readonly origin: AppendOrigin;
  /** Refused with NOT_LEADER_OR_FOLLOWER when it is not the log's epoch; omitted = whatever the log has. */
  readonly expectedLeaderEpoch?: number;
  /**
   * What `validateBatch` with `appendChecks` said of this batch, when it was asked before: large compressed batches are opened off the
   * event loop. Omitted, the append judges the batch itself, opened.
   */
  readonly verdict?: BatchVerdict;
  /**
   * The coordinator has the partition in this producer's ongoing transaction. Without it a client's transactional batch that would
   * begin a transaction here is refused with INVALID_TXN_STATE; one that goes on with an open transaction needs it not.
   */
  readonly mayOpenTransaction?: boolean;
  /** 2: the producer's epoch rises with every transaction (KIP-890), so an unknown one begins at sequence 0. Default 0. */
  readonly transactionVersion?: number;
}

/** The end of a transaction on one partition, as its coordinator decided it. */
export interface EndMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly outcome: 'commit' | 'abort';
  /** 2: the marker's epoch is the bumped one (KIP-890) and must exceed the epoch of the transaction's batches. */
  readonly transactionVersion: number;
}

/** A transaction that has records in a log and no marker yet. */
export interface OpenTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Offset of its first record in this log. */
  readonly firstOffset: number;
  /** Broker time at which that record was appended. */
  readonly startedMs: number;
}

export interface AppendRefused {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly recordErrors: readonly RecordError[];
}

export interface AppendAccepted {
  readonly errorCode: 0;
  /** Offset of the first record; for a recognised duplicate that of the original batch. */
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** −1 unless the topic stamps LogAppendTime (a duplicate answers with its own timestamp). */
  readonly logAppendTimeMs: number;
  readonly isDuplicate: boolean;
  /**
   * Resolves with 0 once the batch is durable (per `millrace.durability`) and below the high watermark, else with the
   * error code to answer (KAFKA_STORAGE_ERROR, NOT_LEADER_OR_FOLLOWER, …). Never rejects. Batches of one group share one promise.
   */
  readonly durable: Promise<number>;
  /**
   * What a producer is told: like `durable`, but with KAFKA_STORAGE_ERROR as soon as the batch waits for a disk that is full. It keeps
   * its offsets and its place then and may become durable later; the producer repeats it, and the repeat is a duplicate.
   */
  readonly answer: Promise<number>;
}

export type AppendOutcome = AppendAccepted | AppendRefused;

export type IsolationLevel = 'read_uncommitted' | 'read_committed';

export interface ReadOptions {
  readonly offset: number;
  readonly maxBytes: number;
  /** Return the first batch whole even when it exceeds `maxBytes` (KIP-74). */
  readonly atLeastOneBatch: boolean;
  readonly isolation: IsolationLevel;
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface ReadOutcome {
  readonly errorCode: number;
  /** Whole batches in offset order, the first one holding `offset`; the slices must not be written to. */
  readonly slices: readonly Buffer[];
  readonly sizeBytes: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  /** Those that have records in `slices`, by first offset; null for read_uncommitted. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
  /** The memory of the slices may be used again, since nobody looks at them any more. Need not be called, and counts once. */
  readonly release?: (() => void) | undefined;
}

export interface TimestampOffset {
  readonly offset: number;
  readonly timestampMs: number;
  readonly leaderEpoch: number;
}

export interface EpochEndOffset {
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

export interface ActiveProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  /** Timestamp of the last batch, as the batch has it. */
  readonly lastTimestampMs: number;
  /** First offset of the open transaction; −1 without one. */
  readonly currentTransactionStartOffset: number;
  /** Epoch of the coordinator that wrote the last marker; −1 when none is known. */
  readonly coordinatorEpoch: number;
}

/** The log of one partition, owned by this process; it alone orders the partition's writes. */
export interface PartitionLog {
  readonly id: PartitionId;
  readonly logStartOffset: number;
  /** Next offset to assign; may be ahead of the high watermark while groups are in flight. */
  readonly logEndOffset: number;
  /** Everything below is durable and visible. */
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly leaderEpoch: number;
  readonly config: LogConfig;
  /** Bytes of record batches from log start to log end. */
  readonly sizeBytes: number;

  /**
   * Validates one record batch (semantics 5-18), assigns its offsets and queues it. The decision is synchronous; durability is `durable`.
   * The log copies what it keeps: `batch` may be a slice of a socket buffer; its base offset and epoch fields may be stamped in place.
   */
  append(batch: Buffer, options: AppendOptions): AppendOutcome;

  /**
   * Ends the producer's transaction here: appends a control batch, which takes one offset. Also without an open transaction, as long as
   * the epochs are in order: INVALID_PRODUCER_EPOCH for a marker older than the producer, TRANSACTION_COORDINATOR_FENCED for one from a
   * coordinator that has a successor.
   */
  appendEndMarker(marker: EndMarker): AppendOutcome;

  /** The producer's transaction that has records here and no marker yet. */
  openTransaction(producerId: number): OpenTransaction | undefined;
  /** By first offset. */
  openTransactions(): readonly OpenTransaction[];

  /** Synchronous when the tail cache holds the range, else a promise. Offsets outside [log start, log end] → OFFSET_OUT_OF_RANGE. */
  read(options: ReadOptions): ReadOutcome | Promise<ReadOutcome>;

  /** Bytes that a read at `offset` could return now, without reading; an estimate for cold ranges (for `fetch.min.bytes`). */
  readableBytes(offset: number, isolation: IsolationLevel): number;

  /** Called after the high watermark, last stable offset or log start moved, or the log closed. Returns the way to stop it. */
  onAdvance(listener: () => void): () => void;

  /** First record at or after `timestampMs`, below the high watermark (last stable offset under read_committed). */
  findOffsetByTimestamp(timestampMs: number, isolation: IsolationLevel): Promise<TimestampOffset | undefined>;
  /** The record with the largest timestamp (ListOffsets −3). */
  findMaxTimestamp(): Promise<TimestampOffset | undefined>;
  /** End of the largest epoch ≤ asked (semantics 33); epoch −1 and offset −1 when asked beyond the newest. */
  endOffsetForEpoch(leaderEpoch: number): EpochEndOffset;
  /** The epoch under which `offset` was written. */
  epochForOffset(offset: number): number;

  /** Moves the log start up (DeleteRecords, durable); never down. Resolves with the log start in force. */
  advanceLogStart(offset: number): Promise<number>;
  activeProducers(): readonly ActiveProducer[];
  updateConfig(config: LogConfig): Promise<void>;
}

export interface LogEngineStats {
  readonly journalSyncs: number;
  readonly journalBytes: number;
  readonly journalEntries: number;
  readonly tailCacheBytes: number;
  /** Records read from segments ahead of consumers, kept in memory. */
  readonly readAheadBytes: number;
  /** Indexes of sealed segments that are in memory. */
  readonly segmentIndexBytes: number;
}

export interface OpenPartitionOptions {
  readonly config: LogConfig;
  /** Epoch of the ownership under which this process writes; never below one used before. */
  readonly leaderEpoch: number;
}

export interface LogEngine {
  /** Recovers from what is on disk; after it every partition that survived can be opened. */
  start(): Promise<void>;
  /** Opens the partition's log for writing, creating it when new. Idempotent; a higher epoch replaces the lower. */
  openPartition(id: PartitionId, options: OpenPartitionOptions): Promise<PartitionLog>;
  getPartition(id: PartitionId): PartitionLog | undefined;
  /** Stops serving and writing (ownership lost); data stays. */
  closePartition(id: PartitionId): Promise<void>;
  /** Makes the partition's data unreachable at once and durable as such; files go soon after. */
  deletePartition(id: PartitionId): Promise<void>;
  partitions(): Iterable<PartitionLog>;
  /** Ids of every partition the engine holds, open or not (to delete leftovers of topics that are gone). */
  storedPartitions(): Iterable<PartitionId>;
  /** One retention and segment-roll pass over all logs; the engine also runs it on its own interval. */
  enforceRetention(): Promise<void>;
  /** Cleans compacted logs until none is worth it; the engine also does it by itself. Engines without compaction do nothing. */
  cleanLogs(): Promise<void>;
  /**
   * Undefined while appends are welcome; else resolves once memory for them is free again. Stop reading from clients until then:
   * an append that comes all the same may be refused with KAFKA_STORAGE_ERROR.
   */
  waitForRoom(): Promise<void> | undefined;
  stats(): LogEngineStats;
  /** Called once when the engine can no longer promise anything (a sync failed): the process must stop. */
  onFatal(listener: (error: Error) => void): void;
  /** Makes everything acknowledged durable in its final place and releases files and locks. */
  close(): Promise<void>;
}
