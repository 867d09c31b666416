/** What a partition log needs of the engine around it. */
import type { Clock, Logger } from '@millrace/base';
import type { AbortedTransactions } from './aborted-transactions.ts';
import type { CommitGroup } from './commit-group.ts';
import type { Durability } from './log-engine.ts';
import type { OwnedLog } from './owned-log.ts';
import type { Segment } from './segment.ts';
import type { SparseIndex } from './sparse-index.ts';
import type { Slab, TailSlabs } from './tail-slabs.ts';

/** Where a batch was copied to and what makes it durable. The journal reuses the object: it is right until the next append. */
export interface PlacedBatch {
  readonly slab: Slab;
  readonly position: number;
  readonly group: CommitGroup;
}

/** Makes appends durable. */
export interface Journal {
  /**
   * Whether an entry of that size can be taken: 0, or the error code to refuse with. A batch gets its offset only after a 0,
   * and the append follows in the same turn, so that a refusal leaves no trace.
   */
  admit(log: OwnedLog, sizeBytes: number): number;
  /** Copies the batch into tail memory. The caller stamps the copy in the same turn. */
  appendBatch(log: OwnedLog, batch: Buffer, baseOffset: number, startsSegment: boolean): PlacedBatch;
  /** Records that the log will start at `offset`; `emptiesLog`: that is its end, so its active segment goes too. */
  appendLogStart(log: OwnedLog, offset: number, emptiesLog: boolean): CommitGroup;
  /** Resolves once what the log has is safe under either durability and later appends follow the new one. */
  changeDurability(log: OwnedLog, durability: Durability): Promise<void>;
}

/** What was read of a segment. */
export interface StoredBytes {
  readonly bytes: Buffer;
  /** The memory may be used again; need not be called. */
  readonly release?: () => void;
}

/** Segments outside of memory. */
export interface SegmentStore {
  /** Bytes of the segment from `position` on: at least `sizeBytesMin` and about `sizeBytes` unless what was flushed ends there. */
  read(
    log: OwnedLog,
    segment: Segment,
    position: number,
    sizeBytesMin: number,
    sizeBytes: number,
  ): Promise<StoredBytes>;
  loadIndex(log: OwnedLog, segment: Segment): Promise<SparseIndex>;
  /** The aborted transactions of a segment that has `storedAborted`. */
  loadAborted(log: OwnedLog, segment: Segment): Promise<AbortedTransactions>;
  /** The segments left the log; what they occupy may go. */
  discard(log: OwnedLog, segments: readonly Segment[]): void;
  /** The high watermark moved: there is more to flush. */
  noteCommitted(log: OwnedLog): void;
  /** So many bytes of a client were appended: reads from segments give way to producers. Coordinators' own appends do not count. */
  noteProduced(bytes: number): void;
}

/** Shared by all logs of an engine. */
export interface LogContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly slabs: TailSlabs;
  readonly journal: Journal;
  readonly segmentStore: SegmentStore;
  readonly producerIdExpirationMs: number;
}
