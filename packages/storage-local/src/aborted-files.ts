/**
 * Aborted transactions of closed segments, in files beside them.
 *
 * Owns: `<base offset>.txn`, which of them are in memory, and making a lost one again from the log's batches.
 * Invariants: a log's memory lets go of its entries only once file, segment and names are synced; a checkpoint names a file only then.
 * Bounds: {@link HELD_BYTES_MAX} of what was loaded.
 * Not here: which transactions concern a read (`@millrace/log`).
 */
import type { Logger } from '@millrace/base';
import { AbortedScan, AbortedTransactions, StoredAborted, type Segment } from '@millrace/log/internal';
import { BATCH_HEADER_SIZE_BYTES, batchAttributes, batchSizeInBytes, isControl } from '@millrace/protocol';
import { decodeAbortedFile, encodeAbortedFile } from './aborted-file.ts';
import { isOutOfSpace, readWholeFile, SyncFailure, type FileSystem } from './file-system.ts';
import type { StoredPartition } from './stored-partition.ts';

const HELD_BYTES_MAX = 8 * 1024 * 1024;
const SCAN_BYTES = 1024 * 1024;

export interface AbortedFilesOptions {
  readonly fileSystem: FileSystem;
  readonly logger: Logger;
  /** Reads from a segment's file; resolves with the bytes read. */
  readonly read: (partition: StoredPartition, segment: Segment, target: Buffer, position: number) => Promise<number>;
}

/** A file that was written and synced; its name is not. */
export interface WrittenAborted {
  readonly segment: Segment;
  readonly list: AbortedTransactions;
}

export class AbortedFiles {
  readonly #options: AbortedFilesOptions;
  /** Segments whose list was loaded, longest ago first. */
  readonly #held = new Map<Segment, number>();
  #heldBytes = 0;
  readonly #loading = new Map<Segment, Promise<AbortedTransactions>>();

  constructor(options: AbortedFilesOptions) {
    this.#options = options;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Writes and syncs files for the closed segments whose entries only memory and checkpoints have. With a full disk it does what it can:
   * the rest stays where it is. Throws a {@link SyncFailure}.
   */
  async write(partition: StoredPartition): Promise<WrittenAborted[]> {
    const { data, ledger } = partition.log;
    const written: WrittenAborted[] = [];
    if (ledger.aborted.count === 0 || partition.isDeleted) return written;
    for (const segment of [...data.segments]) {
      if (segment === data.activeSegment || data.flushedSizeOf(segment) < segment.sizeBytes) break;
      if (segment.storedAborted !== undefined) continue;
      const list = ledger.aborted.between(segment.baseOffset, segment.endOffset);
      if (list.count === 0) continue;
      if (!(await this.#writeFile(partition, segment, list))) break;
      written.push({ segment, list });
    }
    return written;
  }

  /** The files' names are safe, and the segments are: memory need not have the entries any more. */
  settle(partition: StoredPartition, written: readonly WrittenAborted[]): void {
    const { data, ledger } = partition.log;
    for (const { segment, list } of written) {
      // Retention may have taken it meanwhile.
      if (!data.segments.includes(segment)) continue;
      const stored = new StoredAborted(list.count, list.firstOffset);
      data.noteAbortedStored(segment, stored);
      ledger.aborted.dropBelow(segment.endOffset);
      this.#hold(segment, stored, list);
    }
  }

  load(partition: StoredPartition, segment: Segment): Promise<AbortedTransactions> {
    let loading = this.#loading.get(segment);
    if (loading === undefined) {
      loading = this.#load(partition, segment).finally(() => this.#loading.delete(segment));
      this.#loading.set(segment, loading);
    }
    return loading;
  }

  drop(segment: Segment): void {
    const heldBytes = this.#held.get(segment);
    if (heldBytes === undefined) return;
    this.#held.delete(segment);
    this.#heldBytes -= heldBytes;
    if (segment.storedAborted !== undefined) segment.storedAborted.list = undefined;
  }

  async #load(partition: StoredPartition, segment: Segment): Promise<AbortedTransactions> {
    const { storedAborted } = segment;
    if (storedAborted === undefined) return new AbortedTransactions();
    const path = partition.abortedPath(segment);
    const content = await readWholeFile(this.#options.fileSystem, path);
    let list = content === undefined ? undefined : decodeAbortedFile(content, segment.sizeBytes, storedAborted.count);
    if (list === undefined) {
      // A cleaned segment has taken its place: whoever asked reads again.
      if (!partition.log.data.has(segment)) throw new Error(`${path} belongs to no segment any more`);
      this.#options.logger.warn('a list of aborted transactions is damaged; it is made again from the log', { path });
      list = await this.#scan(partition, segment);
      await this.#writeFile(partition, segment, list);
    }
    this.#hold(segment, storedAborted, list);
    return list;
  }

  /** Goes through the log from its start up to the end of the segment. */
  async #scan(partition: StoredPartition, wanted: Segment): Promise<AbortedTransactions> {
    const scan = new AbortedScan();
    const list = new AbortedTransactions();
    for (const segment of [...partition.log.data.segments]) {
      if (segment.baseOffset > wanted.baseOffset) break;
      for await (const { buffer, at } of this.#batches(partition, segment)) {
        const entry = scan.take(buffer, at);
        if (entry === undefined || segment !== wanted) continue;
        list.add(entry.markerOffset, entry.firstOffset, entry.producerId);
      }
    }
    return list;
  }

  /** Every batch of the segment; of those that are no control batches perhaps only the header is there. */
  async *#batches(
    partition: StoredPartition,
    segment: Segment,
  ): AsyncGenerator<{ readonly buffer: Buffer; readonly at: number }, void, undefined> {
    const buffer = Buffer.allocUnsafe(Math.min(SCAN_BYTES, segment.sizeBytes));
    let position = 0;
    while (position < segment.sizeBytes) {
      const count = await this.#options.read(partition, segment, buffer, position);
      let at = 0;
      while (at + BATCH_HEADER_SIZE_BYTES <= count) {
        const sizeBytes = batchSizeInBytes(buffer, at);
        if (isControl(batchAttributes(buffer, at)) && at + sizeBytes > count) break;
        yield { buffer, at };
        at += sizeBytes;
      }
      if (at === 0) throw new Error(`${partition.segmentPath(segment)} has no whole batch at byte ${position}`);
      position += at;
    }
  }

  /** False when the disk is full. */
  async #writeFile(partition: StoredPartition, segment: Segment, list: AbortedTransactions): Promise<boolean> {
    const path = partition.abortedPath(segment);
    const content = encodeAbortedFile(list, segment.sizeBytes);
    try {
      const file = await this.#options.fileSystem.open(path, { mode: 'create' });
      try {
        await file.write([content], 0);
        await file.truncate(content.length);
        await file.sync().catch((error: unknown) => {
          throw new SyncFailure(path, error);
        });
      } finally {
        await file.close();
      }
      return true;
    } catch (error) {
      if (error instanceof SyncFailure) throw error;
      if (!isOutOfSpace(error))
        this.#options.logger.warn('cannot write a list of aborted transactions', { path, error });
      return false;
    }
  }

  #hold(segment: Segment, stored: StoredAborted, list: AbortedTransactions): void {
    stored.list = list;
    this.#held.set(segment, list.heldBytes);
    this.#heldBytes += list.heldBytes;
    for (const oldest of this.#held.keys()) {
      if (this.#heldBytes <= HELD_BYTES_MAX || oldest === segment) return;
      this.drop(oldest);
    }
  }
}
