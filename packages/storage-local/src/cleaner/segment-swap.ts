/**
 * Putting cleaned segments in the place of what they were made from.
 *
 * Invariants: files are synced, and then their names, before the journal tells of them; memory follows the journal in the same turn, so
 *   every checkpoint knows what the journal before it says; what was replaced is removed only once the journal is durable. So a crash
 *   leaves either the old segments or the new ones, and files of the others, which the next start removes.
 */
import type { CommitGroup, Segment } from '@millrace/log/internal';
import { ByteWriter } from '../byte-codec.ts';
import { SyncFailure, type FileSystem } from '../file-system.ts';
import { EntryKind } from '../journal-format.ts';
import type { JournalWriter } from '../journal.ts';
import type { SegmentFiles } from '../segment-files.ts';
import type { StoredPartition } from '../stored-partition.ts';
import { encodeSwap } from '../swap-codec.ts';
import type { CleanedSegment } from './clean-job.ts';

export interface SegmentSwapOptions {
  readonly fileSystem: FileSystem;
  readonly files: SegmentFiles;
  /** The journal to write to; throws once there is none. */
  readonly writer: () => JournalWriter;
  /** Makes the partition's whole state part of the journal. */
  readonly appendState: (writer: JournalWriter, partition: StoredPartition) => CommitGroup;
  /** The journal has no room. */
  readonly noRoom: (partition: StoredPartition) => Error;
  /** Why the engine stopped writing, or that it had no room after all. */
  readonly notDurable: (partition: StoredPartition) => Error;
}

/** More than an entry about one segment takes. */
const ENTRY_BYTES_GUESS = 256;

export class SegmentSwap {
  readonly #options: SegmentSwapOptions;

  constructor(options: SegmentSwapOptions) {
    this.#options = options;
  }

  /** Names of files that were just made are on the disk from then on. Throws a {@link SyncFailure}. */
  async syncNames(partition: StoredPartition): Promise<void> {
    try {
      await this.#options.fileSystem.syncDirectory(partition.directory);
    } catch (error) {
      if (partition.isDeleted) return;
      throw new SyncFailure(partition.directory, error);
    }
  }

  /**
   * Resolves when `made` is part of the log for good, and how far cleaning came. False when what it was made from is no longer all there,
   * and nothing was done.
   */
  async put(
    partition: StoredPartition,
    made: CleanedSegment | undefined,
    generation: number,
    cleanedEndOffset: number,
  ): Promise<boolean> {
    const { log } = partition;
    const writer = this.#options.writer();
    if (partition.isDeleted || (made !== undefined && !isStillThere(partition, made))) return false;
    if (!writer.hasRoomFor(ENTRY_BYTES_GUESS)) throw this.#options.noRoom(partition);
    const segments = made === undefined ? [] : [snapshotOf(made, generation)];
    const replaced = log.replaceSegments(segments, cleanedEndOffset);
    const group = this.#journal(writer, partition, segments, cleanedEndOffset);
    partition.swapsUnderWay++;
    // After a failure it is never over: the next start may find what was before, so the files of both have to stay.
    if ((await group.durable) !== 0) throw this.#options.notDurable(partition);
    partition.swapsUnderWay--;
    this.#options.files.discardReplaced(log, replaced);
    return true;
  }

  /** The journal has no batches of `os` partitions, and what it says of their segments is of use only with all the rest. */
  #journal(
    writer: JournalWriter,
    partition: StoredPartition,
    segments: readonly ReturnType<typeof snapshotOf>[],
    cleanedEndOffset: number,
  ): CommitGroup {
    if (partition.durability === 'os') return this.#options.appendState(writer, partition);
    const bytes = new ByteWriter();
    encodeSwap(bytes, { segments, cleanedEndOffset });
    return writer.append(EntryKind.swapped, 0, partition.key, cleanedEndOffset, bytes.bytes).group;
  }
}

/** Whether every segment of the range is there that it was made from; what retention took meanwhile, it took from the front. */
function isStillThere({ log }: StoredPartition, { baseOffset, endOffset }: CleanedSegment): boolean {
  const isPart = (segment: Segment): boolean => segment.baseOffset >= baseOffset && segment.endOffset <= endOffset;
  const old = log.data.segments.filter(isPart);
  return old[0]?.baseOffset === baseOffset && old.at(-1)?.endOffset === endOffset;
}

function snapshotOf(made: CleanedSegment, generation: number) {
  const { abortedCount, abortedFirstOffset, ...segment } = made;
  const storedAborted = abortedCount === 0 ? undefined : { count: abortedCount, firstOffset: abortedFirstOffset };
  return { ...segment, generation, storedAborted };
}
