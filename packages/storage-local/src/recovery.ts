/**
 * Start-up: the newest whole checkpoint, then the journal from where that one needs it, then, for `os` partitions, their files.
 *
 * Owns: how checkpoint, journal and segments become logs again; what is cut and what is refused.
 * Invariants: a journalled batch is taken exactly once, where its log ends; a hole is damage and never skipped. Nothing is removed
 *   or changed on the disk before everything was read and found right (but for the tail of an `os` segment that nobody vouches for).
 * Bounds: of what is replayed memory holds a chunk of the journal at a time, of segments {@link SCANS_MAX} pieces; nothing waits for
 *   segments to be filled.
 * Not here: opening logs for use (`local-engine.ts`).
 */
import { MillraceError, type Clock, type Logger } from '@millrace/base';
import type { Durability, PartitionId } from '@millrace/log';
import type { LogSnapshot, ParkedBytes, Segment, TailSlabs } from '@millrace/log/internal';
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_MAGIC,
  batchBaseOffset,
  batchLastOffset,
  batchMagic,
  batchPartitionLeaderEpoch,
  batchSizeInBytes,
  isBatchCrcValid,
} from '@millrace/protocol';
import { ByteReader } from './byte-codec.ts';
import { checkpointFileName, listCheckpoints, readCheckpoint, type Checkpoint } from './checkpoint-file.ts';
import type { DataLayout } from './data-directory.ts';
import { errorCodeOf, type FileSystem, type OpenFile } from './file-system.ts';
import type { JournalFilesState } from './journal-files.ts';
import { ENTRY_FLAG_NEW_SEGMENT, EntryKind, groupEntries, type JournalEntry } from './journal-format.ts';
import type { JournalMarks } from './journal-marks.ts';
import type { JournalParking } from './journal-parking.ts';
import { JournalReader, type JournalDamage, type JournalGroup } from './journal-reader.ts';
import { decodePartitionState, partitionOfKey } from './partition-state.ts';
import { PromptDisk } from './prompt-disk.ts';
import { runAll } from './run-all.ts';
import { ScratchBuffers } from './scratch-buffers.ts';
import { hasStrayFile } from './segment-removals.ts';
import { segmentFileName, segmentOfFile, type StoredPartition } from './stored-partition.ts';
import { decodeSwap } from './swap-codec.ts';
import { TurnSlices } from './turn-slices.ts';

const SCAN_BYTES = 1024 * 1024;
const SCANS_MAX = 8;

export interface RecoveryOptions {
  readonly fileSystem: FileSystem;
  readonly layout: DataLayout;
  readonly journalId: Buffer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly slabs: TailSlabs;
  /** Cut damage out of the journal instead of refusing to start. */
  readonly repair: boolean;
  /** For people who read what a repair loses. */
  readonly topicName?: ((topicId: string) => string | undefined) | undefined;
  readonly createPartition: (id: PartitionId, durability: Durability, snapshot: LogSnapshot) => StoredPartition;
  /** Told of every group that is read. */
  readonly marks?: JournalMarks;
  /** Where replayed batches stay instead of in memory. Without it memory keeps them: at most the journal. */
  readonly parking?: JournalParking;
  /** Runs a callback once the current round of events was handled. */
  readonly nextTurn: (callback: () => void) => void;
}

/** A partition while it is recovered. */
interface Recovering {
  readonly partition: StoredPartition;
  readonly stateLsn: number;
  readonly dataLsn: number;
  readonly isComplete: boolean;
}

export interface Recovered {
  readonly partitions: ReadonlyMap<string, StoredPartition>;
  readonly journalFiles: JournalFilesState;
  readonly nextLsn: number;
  readonly nextCheckpointNumber: number;
  /** First journal group that the checkpoint in use needs. */
  readonly replayLsn: number;
  /** Nothing was written after the checkpoint, which was made by closing. */
  readonly isClean: boolean;
  /** There was nothing to recover. */
  readonly isNew: boolean;
  /** Journal groups that were read. */
  readonly replayedGroups: number;
  /** Damage that was cut; the old journal must go once everything is safe elsewhere. */
  readonly repaired: JournalDamage | undefined;
  /** Partitions that lost batches which were there before: their leader epoch must rise. */
  readonly truncated: readonly StoredPartition[];
  readonly brokenCheckpoints: readonly number[];
}

/** Rebuilds all partitions. Throws `MillraceError`s that name the file, the byte and the remedy. */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  return new Recovery(options).run();
}

class Recovery {
  readonly #options: RecoveryOptions;
  readonly #partitions = new Map<string, Recovering>();
  readonly #truncated = new Set<StoredPartition>();
  readonly #disk: PromptDisk;
  readonly #scratch = new ScratchBuffers(SCAN_BYTES);
  #lastGroupBuffer: Buffer | undefined;
  #slab: ReturnType<TailSlabs['adopt']> | undefined;
  #parked: ParkedBytes | undefined;

  constructor(options: RecoveryOptions) {
    this.#options = options;
    this.#disk = new PromptDisk(options.fileSystem, options.clock);
  }

  async run(): Promise<Recovered> {
    const { fileSystem, layout, journalId } = this.#options;
    const { checkpoint, numbers, broken } = await this.#newestCheckpoint();
    for (const state of checkpoint?.partitions ?? []) {
      const partition = this.#options.createPartition(state.id, state.durability, state.snapshot);
      const { stateLsn, dataLsn, isComplete } = state;
      this.#partitions.set(partition.key.toString('latin1'), { partition, stateLsn, dataLsn, isComplete });
    }
    const replayLsn = checkpoint?.replayLsn ?? 1;
    const reader = new JournalReader({ fileSystem, directory: layout.journal, journalId, fromLsn: replayLsn });
    let replayedGroups = 0;
    for await (const group of reader.groups()) {
      await this.#replay(group, layout.journal);
      this.#options.marks?.note(group.lsn, group.sizeBytes);
      replayedGroups++;
    }
    this.#leaveSlab();
    let lastLsn = Math.max(reader.lastLsn, (checkpoint?.nextLsn ?? 1) - 1);
    if (reader.damage !== undefined) lastLsn = await this.#repair(reader, reader.damage);
    else if (checkpoint !== undefined && reader.isEmpty && !this.#options.repair) this.#refuseWithoutJournal();
    else if (checkpoint !== undefined && reader.lastLsn < checkpoint.nextLsn - 1)
      this.#refuseShortJournal(reader, checkpoint);

    const isClean = checkpoint?.isClosing === true && reader.lastLsn < checkpoint.nextLsn;
    const slices = new TurnSlices(this.#options.clock, this.#options.nextTurn);
    await runAll([...this.#partitions.values()], SCANS_MAX, async ({ partition, isComplete }) => {
      if (slices.isOver()) await slices.next();
      const isScanned = partition.durability === 'os' && !(isClean && isComplete);
      const names = isScanned ? await this.#scanFiles(partition) : undefined;
      if (partition.log.finishReplay()) this.#truncated.add(partition);
      partition.mayHaveStrays = names === undefined ? !isClean : hasStrayFile(partition, names);
    });
    return {
      partitions: new Map([...this.#partitions.values()].map(({ partition }) => [partition.log.name, partition])),
      journalFiles: reader.filesState(),
      nextLsn: lastLsn + 1,
      nextCheckpointNumber: (numbers[0] ?? 0) + 1,
      replayLsn,
      isClean,
      isNew: checkpoint === undefined && reader.isEmpty,
      replayedGroups,
      repaired: reader.damage,
      truncated: [...this.#truncated],
      brokenCheckpoints: broken,
    };
  }

  async #newestCheckpoint(): Promise<{ checkpoint: Checkpoint | undefined; numbers: number[]; broken: number[] }> {
    const { fileSystem, layout, logger } = this.#options;
    const numbers = await listCheckpoints(fileSystem, layout.checkpoints);
    const broken: number[] = [];
    for (const number of numbers) {
      const checkpoint = await readCheckpoint(fileSystem, layout.checkpoints, number);
      if (checkpoint !== undefined) return { checkpoint, numbers, broken };
      broken.push(number);
      const path = `${layout.checkpoints}/${checkpointFileName(number)}`;
      logger.warn('a checkpoint is damaged; the one before it and the journal take its place', { path });
    }
    return { checkpoint: undefined, numbers, broken };
  }

  async #replay(group: JournalGroup, directory: string): Promise<void> {
    if (group.buffer !== this.#lastGroupBuffer) {
      this.#leaveSlab();
      const { path, position } = group.source;
      this.#parked = await this.#options.parking?.open(path, position);
      this.#lastGroupBuffer = group.buffer;
      this.#slab = this.#options.slabs.adopt(group.buffer);
      this.#slab.isCurrent = true;
    }
    for (const entry of groupEntries(group.buffer, group.position)) this.#apply(entry, group, directory);
  }

  #leaveSlab(): void {
    if (this.#slab === undefined) return;
    this.#slab.isCurrent = false;
    if (this.#parked !== undefined) this.#options.slabs.park(this.#slab, this.#parked);
    this.#options.slabs.releaseIfUnused(this.#slab);
    this.#slab = this.#parked = undefined;
  }

  #apply(entry: JournalEntry, group: JournalGroup, directory: string): void {
    const key = entry.key.toString('latin1');
    const recovering = this.#partitions.get(key);
    switch (entry.kind) {
      case EntryKind.batch:
        if (recovering !== undefined) this.#applyBatch(recovering, entry, group, directory);
        return;
      case EntryKind.state:
        if (recovering === undefined || group.lsn >= recovering.stateLsn) this.#applyState(key, entry, group);
        return;
      case EntryKind.logStart:
        if (recovering === undefined || group.lsn < recovering.stateLsn) return;
        recovering.partition.log.replayLogStart(entry.offset, (entry.flags & ENTRY_FLAG_NEW_SEGMENT) !== 0);
        return;
      case EntryKind.swapped:
        if (recovering === undefined || group.lsn < recovering.stateLsn) return;
        this.#applySwap(recovering.partition, entry, group);
        return;
      case EntryKind.deleted:
        if (recovering === undefined || group.lsn < recovering.stateLsn) return;
        recovering.partition.log.data.dropAll();
        this.#partitions.delete(key);
        return;
      case EntryKind.session:
        return;
    }
  }

  #applyState(key: string, entry: JournalEntry, group: JournalGroup): void {
    this.#partitions.get(key)?.partition.log.data.dropAll();
    const state = decodePartitionState(new ByteReader(group.buffer.subarray(entry.payloadStart, entry.payloadEnd)));
    const partition = this.#options.createPartition(state.id, state.durability, state.snapshot);
    this.#partitions.set(key, { partition, stateLsn: group.lsn, dataLsn: group.lsn, isComplete: false });
  }

  /** The cleaner's segments were synced when the entry was made, and all batches that they came from had been too. */
  #applySwap(partition: StoredPartition, entry: JournalEntry, group: JournalGroup): void {
    const { log } = partition;
    const { segments, cleanedEndOffset } = decodeSwap(
      new ByteReader(group.buffer.subarray(entry.payloadStart, entry.payloadEnd)),
    );
    const replaced = log.replaceSegments(segments, cleanedEndOffset);
    if (replaced.length > 0) partition.noteSynced(log.data.flushedEndOffset, log.data.flushedEndPosition);
  }

  #applyBatch(recovering: Recovering, entry: JournalEntry, group: JournalGroup, directory: string): void {
    const { partition, dataLsn } = recovering;
    const { data } = partition.log;
    // Older groups are there for other partitions' sake, and what was carried forward comes twice.
    if (partition.durability === 'os' || group.lsn < dataLsn || entry.offset < data.endOffset) return;
    if (entry.offset > data.endOffset || this.#slab === undefined) {
      const { topicId, partition: number } = partitionOfKey(entry.key);
      throw new MillraceError(
        'MILLRACE_STORAGE_CORRUPT',
        `cannot recover: journal group ${group.lsn} in ${directory} goes on with offset ${entry.offset} of partition ` +
          `${topicId}-${number}, whose log ends at ${data.endOffset}; restore the data directory from a backup`,
        { details: { lsn: group.lsn, topicId, partition: number, offset: entry.offset, logEndOffset: data.endOffset } },
      );
    }
    const startsSegment = (entry.flags & ENTRY_FLAG_NEW_SEGMENT) !== 0;
    partition.log.replayJournalled(this.#slab, entry.payloadStart, startsSegment, group.lsn, group.timeMs);
  }

  /** The checkpoint was made when later groups were durable than there are now. */
  #refuseShortJournal(reader: JournalReader, checkpoint: Checkpoint): void {
    const needsJournal = checkpoint.replayLsn < checkpoint.nextLsn;
    if (!needsJournal) return;
    throw new MillraceError(
      'MILLRACE_STORAGE_JOURNAL_MISSING',
      `cannot recover: the journal in ${this.#options.layout.journal} ends with group ${reader.lastLsn}, but groups up to ` +
        `${checkpoint.nextLsn - 1} were durable; restore its files from a backup`,
      { details: { lastLsn: reader.lastLsn, expectedLsn: checkpoint.nextLsn - 1 } },
    );
  }

  /** Even a clean stop leaves a file: without any, whatever came after the checkpoint would be dropped without a word. */
  #refuseWithoutJournal(): void {
    const { journal } = this.#options.layout;
    throw new MillraceError(
      'MILLRACE_STORAGE_JOURNAL_MISSING',
      `cannot recover: ${journal} holds no journal file, and what was written since the last checkpoint was only there; restore its ` +
        'files from a backup, or start with --repair to go on with what the checkpoint knows',
      { details: { path: journal } },
    );
  }

  /** Refuses the damage, or tells what cutting there loses; returns the largest group number that was ever used. */
  async #repair(reader: JournalReader, damage: JournalDamage): Promise<number> {
    const { at, later, lsn } = damage;
    const { layout, topicName } = this.#options;
    if (!this.#options.repair) {
      throw new MillraceError(
        'MILLRACE_STORAGE_CORRUPT',
        `journal file ${at.path} is damaged at byte ${at.position}: group ${lsn} should be there, and later ones follow ` +
          `(at byte ${later.position} of ${later.path}); restore it from a backup, or start with --repair to cut the ` +
          `journal there (\`millrace log verify --data-dir ${layout.root}\` shows what that would lose)`,
        {
          details: { path: at.path, position: at.position, lsn, laterPath: later.path, laterPosition: later.position },
        },
      );
    }
    const { logger } = this.#options;
    logger.warn('repair: the journal is cut at the damage', { path: at.path, position: at.position, lsn });
    let lastLsn = lsn;
    const lost = new Map<string, { from: number; to: number; bytes: number }>();
    for await (const group of reader.groupsBehindDamage()) {
      lastLsn = Math.max(lastLsn, group.lsn);
      for (const entry of groupEntries(group.buffer, group.position)) {
        if (entry.kind !== EntryKind.batch) continue;
        const key = entry.key.toString('latin1');
        const endOffset = this.#partitions.get(key)?.partition.log.logEndOffset ?? 0;
        const to = batchLastOffset(group.buffer, entry.payloadStart);
        if (to < endOffset) continue;
        const range = lost.get(key) ?? { from: endOffset, to: -1, bytes: 0 };
        // What was carried forward comes twice.
        if (to > range.to) range.bytes += entry.payloadEnd - entry.payloadStart;
        range.to = Math.max(range.to, to);
        lost.set(key, range);
      }
    }
    for (const [key, range] of lost) {
      const { topicId, partition } = partitionOfKey(Buffer.from(key, 'latin1'));
      // Those that can still be read; the damaged group's come on top.
      const { from: fromOffset, to: toOffset, bytes: readableBytes } = range;
      const topic = topicName?.(topicId);
      logger.warn('repair: records are lost', { topic, topicId, partition, fromOffset, toOffset, readableBytes });
    }
    logger.warn('repair: what the damaged group itself held is not known', {
      lsn,
      path: at.path,
      position: at.position,
    });
    // The damaged group may have held batches of any of them.
    for (const { partition } of this.#partitions.values()) this.#truncated.add(partition);
    return lastLsn;
  }

  /** Takes in what an `os` partition's files hold behind its snapshot, up to the first batch that is not whole; returns their names. */
  async #scanFiles(partition: StoredPartition): Promise<readonly string[]> {
    const { log, directory } = partition;
    const { data } = log;
    const known = data.activeSegment;
    const knownFile = known === undefined ? undefined : await this.#openIfThere(partition.segmentPath(known));
    try {
      if (known !== undefined) checkKnownFile(partition, known, knownFile?.sizeBytesNow() ?? 0);
      const names = await this.#listIfThere(directory);
      let isCut = false;
      for (const baseOffset of segmentsAmong(names)) {
        // What lay between went with the log start.
        if (baseOffset > data.endOffset && baseOffset <= log.logStartOffset) log.replayFrom(baseOffset);
        const active = data.activeSegment;
        // What a cleaner made is closed; a file of that base offset is what it was made from.
        const isActive = baseOffset === active?.baseOffset && active.generation === 0;
        if (isCut || !(isActive || baseOffset === data.endOffset)) continue;
        const path = `${directory}/${segmentFileName({ baseOffset, generation: 0 })}`;
        const opened = isActive && active === known ? knownFile : undefined;
        isCut = await this.#scanFile(partition, path, isActive ? active.sizeBytes : 0, opened);
        // All of it is only as safe as the page cache is.
        if (data.activeSegment?.baseOffset === baseOffset && data.activeSegment.generation === 0) {
          partition.noteUnsynced(data.activeSegment);
        }
      }
      partition.isTrimmed = true;
      if (isCut) this.#truncated.add(partition);
      return names;
    } finally {
      knownFile?.closeNow();
    }
  }

  /** Whether the file had to be cut. It is closed unless it was open before. */
  async #scanFile(
    partition: StoredPartition,
    path: string,
    from: number,
    opened: OpenFile | undefined,
  ): Promise<boolean> {
    const file = opened ?? (await this.#disk.open(path));
    try {
      const sizeBytes = file.sizeBytesNow();
      const end =
        from === sizeBytes
          ? from
          : await this.#scratch.use((scratch) => this.#takeBatches(partition, file, from, sizeBytes, scratch));
      if (end === sizeBytes) return false;
      this.#options.logger.warn('an unfinished batch at the end of a segment is cut', {
        path,
        position: end,
        sizeBytes,
      });
      await file.truncate(end);
      await file.sync();
      return true;
    } finally {
      if (opened === undefined) file.closeNow();
    }
  }

  /** Names in a directory; none when there is no directory. */
  async #listIfThere(directory: string): Promise<readonly string[]> {
    try {
      return await this.#disk.list(directory);
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async #openIfThere(path: string): Promise<OpenFile | undefined> {
    try {
      return await this.#disk.open(path);
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Position behind the last whole batch. */
  async #takeBatches(
    partition: StoredPartition,
    file: OpenFile,
    from: number,
    sizeBytes: number,
    scratch: Buffer,
  ): Promise<number> {
    const timeMs = this.#options.clock.nowMs();
    let position = from;
    let needBytes = SCAN_BYTES;
    while (position < sizeBytes) {
      const pieceBytes = Math.min(needBytes, sizeBytes - position);
      const bytes = pieceBytes <= scratch.length ? scratch.subarray(0, pieceBytes) : Buffer.allocUnsafeSlow(pieceBytes);
      const count = await this.#disk.read(file, bytes, position);
      let at = 0;
      while (at + BATCH_HEADER_SIZE_BYTES <= count) {
        const batchBytes = batchSizeInBytes(bytes, at);
        if (batchMagic(bytes, at) !== BATCH_MAGIC || batchBytes < BATCH_HEADER_SIZE_BYTES) return position + at;
        const baseOffset = batchBaseOffset(bytes, at);
        if (baseOffset !== partition.log.logEndOffset) return position + at;
        // Left over from before an earlier cut.
        if (batchPartitionLeaderEpoch(bytes, at) < partition.log.epochForOffset(baseOffset)) return position + at;
        if (at + batchBytes > count) break;
        if (!isBatchCrcValid(bytes, at)) return position + at;
        partition.log.replayFlushed(bytes, at, position + at === 0, timeMs);
        at += batchBytes;
      }
      if (at === 0) {
        const batchBytes = count < BATCH_HEADER_SIZE_BYTES ? Infinity : batchSizeInBytes(bytes, 0);
        if (position + batchBytes > sizeBytes) return position;
        needBytes = batchBytes;
      } else {
        needBytes = SCAN_BYTES;
      }
      position += at;
    }
    return position;
  }
}

/** Base offsets of the segments' files as they were appended, in order. */
function segmentsAmong(names: readonly string[]): number[] {
  return names
    .filter((name) => name.endsWith('.log'))
    .map(segmentOfFile)
    .filter((segment) => segment?.generation === 0)
    .map((segment) => segment?.baseOffset ?? 0)
    .sort((a, b) => a - b);
}

/** Whether the file of the last segment that the snapshot knows has all that was synced; it need not when the log start is past it. */
function checkKnownFile({ log, directory }: StoredPartition, known: Segment, sizeBytes: number): void {
  if (sizeBytes >= known.sizeBytes) return;
  if (known.endOffset > log.logStartOffset) {
    throw missingBytes(`${directory}/${segmentFileName(known)}`, sizeBytes, known.sizeBytes);
  }
  log.replayFrom(known.endOffset);
}

function missingBytes(path: string, sizeBytes: number, expectedBytes: number): MillraceError {
  return new MillraceError(
    'MILLRACE_STORAGE_CORRUPT',
    `segment ${path} has ${sizeBytes} bytes, but ${expectedBytes} were on the disk; restore it from a backup`,
    { details: { path, sizeBytes, expectedBytes } },
  );
}
