/**
 * Segments as files: written from memory, read for consumers that are behind, indexed, removed.
 *
 * Owns: `logs/<topic id>-<partition>/<base offset>.log` and `.idx`, the handles to them, indexes of sealed segments in memory.
 * Invariants: a segment holds batches exactly as consumers get them, at the positions that the log gave them; nothing below what a
 *   checkpoint vouches for is written again. A sync that failed is never repeated: the error goes up and ends the engine.
 * Bounds: cold reads and background writes each have a gate in front of the thread pool; {@link SegmentFilesOptions.indexBytes} of indexes.
 * Not here: when to write and sync (`flusher.ts`, `checkpointer.ts`), what is read before it is asked for (`read-ahead.ts`).
 */
import { MillraceError, type Logger } from '@millrace/base';
import {
  SparseIndex,
  type AbortedTransactions,
  type FlushRun,
  type OwnedLog,
  type Segment,
  type SegmentStore,
  type StoredBytes,
} from '@millrace/log/internal';
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_MAGIC,
  batchBaseOffset,
  batchMagic,
  batchMaxTimestamp,
  batchSizeInBytes,
} from '@millrace/protocol';
import { AbortedFiles } from './aborted-files.ts';
import { FileHandles } from './file-handles.ts';
import { errorCodeOf, isOutOfSpace, readWholeFile, SyncFailure, type FileSystem } from './file-system.ts';
import { IoGate } from './io-gate.ts';
import type { CatchUpPace } from './catch-up-pace.ts';
import { ReadAhead, type SegmentSource } from './read-ahead.ts';
import { decodeIndexFile, encodeIndexFile } from './segment-index-file.ts';
import type { StoredPartition } from './stored-partition.ts';

/** Pieces of segments that are read at the same time, a slice each in its turn beside producers. */
const FILLS_MAX = 2;
const COLD_READS_MAX = 2;
const BACKGROUND_WRITES_MAX = 2;
const SCAN_BYTES = 1024 * 1024;
/** An active segment below this size is quickly looked through. */
const INDEX_WORTH_BYTES = 4 * 1024 * 1024;

export interface SegmentFilesOptions {
  readonly fileSystem: FileSystem;
  readonly logsDirectory: string;
  readonly logger: Logger;
  /** Holds reads back while producers need the event loop; absent = never. */
  readonly pace: CatchUpPace | undefined;
  readonly openFilesMax: number;
  readonly readAheadBytes: number;
  readonly indexBytes: number;
  /** Finds the engine's side of a log. */
  readonly partitionOf: (log: OwnedLog) => StoredPartition;
  /** The high watermark of a log moved. */
  readonly onCommitted: (partition: StoredPartition) => void;
  /** Segments left a log; removing their files is the caller's. */
  readonly onDiscarded: (partition: StoredPartition, segments: readonly Segment[]) => void;
  /** The same of segments that were replaced. */
  readonly onReplaced: (partition: StoredPartition, segments: readonly Segment[]) => void;
}

export class SegmentFiles implements SegmentStore {
  readonly #options: SegmentFilesOptions;
  readonly #handles: FileHandles;
  readonly #fills = new IoGate(FILLS_MAX);
  readonly #coldReads = new IoGate(COLD_READS_MAX);
  readonly #background = new IoGate(BACKGROUND_WRITES_MAX);
  readonly #readAhead: ReadAhead;
  readonly #pace: CatchUpPace | undefined;
  /** Sealed segments whose index is in memory, least recently loaded first. */
  readonly #indexed = new Map<Segment, number>();
  #indexedBytes = 0;
  readonly #loading = new Map<Segment, Promise<SparseIndex>>();
  readonly #aborted: AbortedFiles;

  constructor(options: SegmentFilesOptions) {
    this.#options = options;
    this.#handles = new FileHandles(options.fileSystem, options.openFilesMax);
    this.#aborted = new AbortedFiles({
      fileSystem: options.fileSystem,
      logger: options.logger,
      read: (partition, segment, target, position) =>
        this.#coldReads.run(() =>
          this.#handles.use(partition.segmentPath(segment), 'update', (file) => file.read(target, position)),
        ),
    });
    this.#readAhead = new ReadAhead(options.readAheadBytes);
    this.#pace = options.pace;
  }

  /** Bytes of read-ahead in memory. */
  get readAheadBytes(): number {
    return this.#readAhead.heldBytes;
  }

  /** Bytes of indexes in memory, lists of aborted transactions among them. */
  get indexBytes(): number {
    return this.#indexedBytes + this.#aborted.heldBytes;
  }

  async read(
    log: OwnedLog,
    segment: Segment,
    position: number,
    sizeBytesMin: number,
    sizeBytes: number,
  ): Promise<StoredBytes> {
    const piece = Math.max(sizeBytesMin, Math.min(sizeBytes, this.#pace?.readBytesMax ?? Infinity));
    const turn = this.#pace?.admit(piece);
    if (turn !== undefined) await turn;
    const limit = log.data.flushedSizeOf(segment);
    const path = this.#options.partitionOf(log).segmentPath(segment);
    const source: SegmentSource = {
      segment,
      limit,
      read: (from, allocate) => this.#fill(path, from, limit, allocate),
      resumeAt: (end) => segment.index?.positionBefore(end),
    };
    return this.#readAhead.read(source, position, sizeBytesMin, piece);
  }

  loadIndex(log: OwnedLog, segment: Segment): Promise<SparseIndex> {
    let loading = this.#loading.get(segment);
    if (loading === undefined) {
      loading = this.#loadIndex(log, segment).finally(() => this.#loading.delete(segment));
      this.#loading.set(segment, loading);
    }
    return loading;
  }

  loadAborted(log: OwnedLog, segment: Segment): Promise<AbortedTransactions> {
    return this.#aborted.load(this.#options.partitionOf(log), segment);
  }

  discard(log: OwnedLog, segments: readonly Segment[]): void {
    const partition = this.#drop(log, segments);
    this.#options.onDiscarded(partition, segments);
  }

  /** Cleaned segments, which the journal knows of, took the place of these. */
  discardReplaced(log: OwnedLog, segments: readonly Segment[]): void {
    const partition = this.#drop(log, segments);
    this.#options.onReplaced(partition, segments);
  }

  #drop(log: OwnedLog, segments: readonly Segment[]): StoredPartition {
    const partition = this.#options.partitionOf(log);
    for (const segment of segments) {
      this.#readAhead.drop(segment);
      this.#dropIndex(segment);
      this.#aborted.drop(segment);
      partition.dirtySegments.delete(segment);
    }
    return partition;
  }

  noteCommitted(log: OwnedLog): void {
    this.#options.onCommitted(this.#options.partitionOf(log));
  }

  noteProduced(bytes: number): void {
    this.#pace?.noteAppend(bytes);
  }

  /** Writes a run to its segment. Not synced. */
  async writeRun(partition: StoredPartition, run: FlushRun): Promise<void> {
    const isNewDirectory = !partition.hasDirectory;
    if (isNewDirectory) await this.#options.fileSystem.makeDirectory(partition.directory);
    partition.hasDirectory = true;
    partition.noteFlushing(run);
    await this.#handles.use(partition.segmentPath(run.segment), 'create', async (file) => {
      // A crash may have left bytes behind what anybody vouches for.
      if (run.position === 0 || !partition.isTrimmed) await file.truncate(run.position);
      partition.isTrimmed = true;
      await file.write(run.slices, run.position);
    });
    // Only now: a sync that runs beside the write must not take it for done.
    partition.dirtySegments.add(run.segment);
    if (isNewDirectory || run.position === 0) partition.hasNewNames = true;
  }

  /**
   * Writes a run at once. Not synced.
   *
   * @returns false when the file has to be opened or prepared first, see {@link writeRun}
   */
  writeRunNow(partition: StoredPartition, run: FlushRun): boolean {
    if (run.position === 0 || !partition.isTrimmed || !partition.hasDirectory) return false;
    const file = this.#handles.opened(partition.segmentPath(run.segment));
    if (file === undefined) return false;
    partition.noteFlushing(run);
    file.writeNow(run.slices, run.position);
    partition.dirtySegments.add(run.segment);
    return true;
  }

  /** Like {@link writeRun}, waiting for its turn behind other background work. */
  writeRunInBackground(partition: StoredPartition, run: FlushRun): Promise<void> {
    return this.#background.run(() => this.writeRun(partition, run));
  }

  /** Brings everything that was written of the partition to the disk. Throws a {@link SyncFailure}: then nothing is known of it. */
  async sync(partition: StoredPartition): Promise<void> {
    const endOffset = partition.log.data.flushedEndOffset;
    const endPosition = partition.log.data.flushedEndPosition;
    const aborted = await this.#aborted.write(partition);
    const segments = [...partition.dirtySegments];
    const hadNewNames = partition.hasNewNames || aborted.length > 0;
    partition.dirtySegments.clear();
    partition.hasNewNames = false;
    await this.#background.run(async () => {
      for (const segment of segments) {
        try {
          await this.#handles.use(partition.segmentPath(segment), 'update', (file) => file.sync());
        } catch (error) {
          // A segment that left the log meanwhile may have lost its file.
          if (errorCodeOf(error) === 'ENOENT' && !partition.log.data.segments.includes(segment)) continue;
          throw new SyncFailure(partition.segmentPath(segment), error);
        }
      }
      if (hadNewNames && !partition.isDeleted) {
        for (const path of [partition.directory, this.#options.logsDirectory]) {
          try {
            await this.#options.fileSystem.syncDirectory(path);
          } catch (error) {
            throw new SyncFailure(path, error);
          }
        }
      }
    });
    partition.noteSynced(endOffset, endPosition);
    this.#aborted.settle(partition, aborted);
  }

  /** Writes the sidecar of a sealed segment whose index is in memory; best effort. */
  async writeIndex(partition: StoredPartition, segment: Segment): Promise<void> {
    const { index } = segment;
    if (index === undefined || this.#indexed.has(segment)) return;
    this.#noteIndexed(segment, index);
    await this.#writeIndexFile(partition, segment, index);
  }

  /**
   * Before the files are closed for good: the sidecar of a segment that still grows, unless making it anew is cheap; best effort.
   * A checkpoint must vouch for all of the segment, so that what the sidecar covers will never be written again.
   */
  async writeActiveIndex(partition: StoredPartition): Promise<void> {
    const { data } = partition.log;
    const segment = data.activeSegment;
    if (segment?.index === undefined || segment.sizeBytes < INDEX_WORTH_BYTES) return;
    if (data.flushedSizeOf(segment) === segment.sizeBytes)
      await this.#writeIndexFile(partition, segment, segment.index);
  }

  async #writeIndexFile(partition: StoredPartition, segment: Segment, index: SparseIndex): Promise<void> {
    const content = encodeIndexFile(index, segment.sizeBytes);
    try {
      await this.#background.run(async () => {
        const file = await this.#options.fileSystem.open(partition.indexPath(segment), { mode: 'create' });
        try {
          await file.write([content], 0);
          await file.truncate(content.length);
        } finally {
          await file.close();
        }
      });
    } catch (error) {
      if (!isOutOfSpace(error))
        this.#options.logger.warn('cannot write a segment index', { partition: partition.log.name, error });
    }
  }

  /** Removes the files of segments that left the log. */
  async removeFiles(partition: StoredPartition, segments: readonly Segment[]): Promise<void> {
    for (const segment of segments) {
      this.#handles.forget(partition.segmentPath(segment));
      await this.#options.fileSystem.remove(partition.segmentPath(segment));
      await this.#options.fileSystem.remove(partition.indexPath(segment));
      await this.#options.fileSystem.remove(partition.abortedPath(segment));
    }
  }

  /** Closes all handles to the partition's files: its directory is about to go, and the name may be used again. */
  forget(partition: StoredPartition): void {
    this.#handles.forgetUnder(`${partition.directory}/`);
  }

  close(): Promise<void> {
    return this.#handles.close();
  }

  async #fill(path: string, position: number, limit: number, allocate: () => Buffer): Promise<void> {
    // Beside producers a fill takes its time: others who need the disk do not wait for the end of it, and the file stays open
    // until then, though its segment may leave the log.
    await this.#fills.run(async () => {
      const bytes = allocate();
      await this.#handles.use(path, 'update', async (file) => {
        for (let done = 0; done < bytes.length;) {
          const sizeBytes = Math.min(bytes.length - done, this.#pace?.diskReadBytesMax ?? Infinity);
          const turn = this.#pace?.admitDiskRead(sizeBytes);
          if (turn !== undefined) await turn;
          const from = position + done;
          const slice = bytes.subarray(done, done + sizeBytes);
          const count = await this.#coldReads.run(() => file.read(slice, from));
          if (count < sizeBytes) throw tooShort(path, from + count, limit);
          done += sizeBytes;
        }
      });
    });
  }

  async #loadIndex(log: OwnedLog, segment: Segment): Promise<SparseIndex> {
    const partition = this.#options.partitionOf(log);
    const isSealed = segment !== log.data.activeSegment && log.data.flushedSizeOf(segment) === segment.sizeBytes;
    const content = await this.#coldReads.run(() =>
      readWholeFile(this.#options.fileSystem, partition.indexPath(segment)),
    );
    const stored = content === undefined ? undefined : decodeIndexFile(content, log.data.flushedSizeOf(segment));
    if (isSealed && stored?.coveredBytes === segment.sizeBytes) {
      segment.index = stored.index;
      this.#noteIndexed(segment, stored.index);
      return stored.index;
    }
    const index = stored?.index ?? new SparseIndex();
    let position = stored?.coveredBytes ?? 0;
    const scratch = Buffer.allocUnsafeSlow(Math.min(SCAN_BYTES, log.data.flushedSizeOf(segment)));
    // More may be flushed, and leave memory, while the file is scanned.
    while (position < log.data.flushedSizeOf(segment)) {
      position = await this.#scan(partition, segment, index, position, log.data.flushedSizeOf(segment), scratch);
    }
    log.data.installIndex(segment, index, position);
    if (isSealed) await this.writeIndex(partition, segment);
    return index;
  }

  /** Adds the batches of [start, end) to the index by their headers alone. */
  async #scan(
    partition: StoredPartition,
    segment: Segment,
    index: SparseIndex,
    start: number,
    end: number,
    scratch: Buffer,
  ): Promise<number> {
    const path = partition.segmentPath(segment);
    let position = start;
    while (position < end) {
      const bytes = scratch.subarray(0, Math.min(scratch.length, end - position));
      const count = await this.#coldReads.run(() =>
        this.#handles.use(path, 'update', (file) => file.read(bytes, position)),
      );
      if (count < Math.min(BATCH_HEADER_SIZE_BYTES, bytes.length)) throw tooShort(path, position + count, end);
      let at = 0;
      while (at + BATCH_HEADER_SIZE_BYTES <= count) {
        const sizeBytes = batchSizeInBytes(bytes, at);
        if (batchMagic(bytes, at) !== BATCH_MAGIC || sizeBytes < BATCH_HEADER_SIZE_BYTES) {
          throw noBatch(path, position + at);
        }
        index.add(batchBaseOffset(bytes, at), position + at, batchMaxTimestamp(bytes, at));
        at += sizeBytes;
      }
      if (at === 0) throw noBatch(path, position);
      // The next header may lie behind what was read.
      position += at;
    }
    return position;
  }

  #noteIndexed(segment: Segment, index: SparseIndex): void {
    this.#indexed.set(segment, index.heldBytes);
    this.#indexedBytes += index.heldBytes;
    for (const oldest of this.#indexed.keys()) {
      if (this.#indexedBytes <= this.#options.indexBytes || oldest === segment) return;
      this.#dropIndex(oldest);
    }
  }

  #dropIndex(segment: Segment): void {
    const heldBytes = this.#indexed.get(segment);
    if (heldBytes === undefined) return;
    this.#indexed.delete(segment);
    this.#indexedBytes -= heldBytes;
    segment.index = undefined;
  }
}

function tooShort(path: string, sizeBytes: number, expectedBytes: number): MillraceError {
  return new MillraceError(
    'MILLRACE_STORAGE_CORRUPT',
    `segment ${path} ends at byte ${sizeBytes}; it should have ${expectedBytes}`,
    { details: { path, sizeBytes, expectedBytes } },
  );
}

function noBatch(path: string, position: number): MillraceError {
  return new MillraceError('MILLRACE_STORAGE_CORRUPT', `segment ${path} has no record batch at byte ${position}`, {
    details: { path, position },
  });
}
