/**
 * Checkpoints: bound what recovery must replay, so that journal files can be used again.
 *
 * Owns: when a checkpoint is made, what is flushed, synced or carried forward for it, and which journal files it frees.
 * Invariants: a partition's state is written only once everything it knows of is durable; journal files stay as long as the older of the
 *   two newest checkpoints needs them, so a damaged newest one loses nothing.
 * Bounds: a checkpoint is due once so much was written to the journal that replaying it would take long ({@link CheckpointerOptions.stepBytes});
 *   only partitions whose oldest batch lies farther back than the marks reach are touched, and of those the small ones are written into
 *   the journal once more instead of being synced one by one, up to a share of the step. All of it goes in slices with other work between.
 */
import { messageOf, type Clock, type Logger, type Timer, type Timers } from '@millrace/base';
import type { Ballast } from './ballast.ts';
import { checkpointBlocks, checkpointFileName, encodePartitionsBlock, listCheckpoints } from './checkpoint-file.ts';
import { isOutOfSpace, replaceFile, type FileSystem } from './file-system.ts';
import type { Flusher } from './flusher.ts';
import type { JournalFiles } from './journal-files.ts';
import { ENTRY_FLAG_NEW_SEGMENT, EntryKind } from './journal-format.ts';
import type { JournalMarks } from './journal-marks.ts';
import type { JournalWriter } from './journal.ts';
import type { PartitionState } from './partition-state.ts';
import { runAll } from './run-all.ts';
import type { StoredPartition } from './stored-partition.ts';
import { TurnSlices } from './turn-slices.ts';

/** States in a block of the file. */
const BLOCK_PARTITIONS = 64;
/** Larger tails are cheaper to sync than to write twice. */
const CARRY_BYTES_MAX = 64 * 1024;
const CARRY_STEP_SHARE = 4;
const SYNCS_MAX = 4;
/** `os` mode: fewer unsynced bytes are scanned again at a start rather than synced now. */
const OS_SYNC_BYTES = 1024 * 1024;
/** On closing, up to so many partitions are synced so that the next start has nothing to replay. */
const CLOSE_SYNCS_MAX = 64;
const POLL_MS = 1000;
const KEPT = 2;

export interface CheckpointerOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly nextTurn: (callback: () => void) => void;
  readonly partitions: () => Iterable<StoredPartition>;
  readonly writer: JournalWriter;
  readonly journalFiles: JournalFiles;
  readonly marks: JournalMarks;
  /** Bytes of journal between two checkpoints. */
  readonly stepBytes: number;
  readonly flusher: Flusher;
  readonly ballast: Ballast;
  readonly intervalMs: number;
  readonly nextNumber: number;
  /** First journal group that the newest existing checkpoint needs. */
  readonly replayLsn: number;
  readonly onFailure: (error: unknown) => void;
  /** States are taken from now on; what it returns is called once they are durable. */
  readonly onBegin: () => () => void;
}

export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #number: number;
  /** What the newest and the one before it need. */
  #replayLsn: number;
  #bytesAtLast = 0;
  #entriesAtLast = 0;
  #madeAtMs: number;
  #running: Promise<boolean> | undefined;
  #timer: Timer | undefined;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#number = options.nextNumber;
    this.#replayLsn = options.replayLsn;
    this.#madeAtMs = options.clock.monotonicMs();
  }

  start(): void {
    this.#timer = this.#options.timers.schedule(POLL_MS, () => {
      if (this.#isDue()) void this.run(false);
      this.start();
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#running;
  }

  /** Makes a checkpoint now, after the one that is being made; false when there was no room for it: it is tried again later. */
  async run(isClosing: boolean): Promise<boolean> {
    while (this.#running !== undefined) await this.#running;
    this.#running = this.#runOnce(isClosing).finally(() => (this.#running = undefined));
    return this.#running;
  }

  #isDue(): boolean {
    const { writer, clock, intervalMs, marks, stepBytes } = this.#options;
    if (this.#running !== undefined || writer.entries === this.#entriesAtLast) return false;
    const isOld = clock.monotonicMs() - this.#madeAtMs >= intervalMs;
    return isOld || marks.bytes - this.#bytesAtLast >= stepBytes;
  }

  async #runOnce(isClosing: boolean): Promise<boolean> {
    const { writer, clock, logger, marks, onFailure } = this.#options;
    this.#bytesAtLast = marks.bytes;
    this.#entriesAtLast = writer.entries;
    this.#madeAtMs = clock.monotonicMs();
    try {
      await this.#secure(isClosing);
    } catch (error) {
      if (isOutOfSpace(error)) logger.warn('the disk is full; the checkpoint is made later');
      else onFailure(error);
      return false;
    }
    try {
      return await this.#write(isClosing);
    } catch (error) {
      // The older checkpoints and the journal still hold everything.
      const remedy = 'recovery will replay more of the journal until one succeeds';
      logger.error(`cannot write a checkpoint: ${messageOf(error)}; ${remedy}`, { error });
      return false;
    }
  }

  /** Makes batches safe that only old parts of the journal hold. */
  async #secure(isClosing: boolean): Promise<void> {
    const { partitions, journalFiles, stepBytes, flusher, marks } = this.#options;
    // On a tight disk the older files are worth more than the syncs that it takes to be rid of them.
    const cutLsn = journalFiles.isTight ? Math.max(marks.firstLsn, journalFiles.currentFirstLsn) : marks.firstLsn;
    const journalled: { readonly partition: StoredPartition; readonly unsyncedBytes: number }[] = [];
    const dirty: StoredPartition[] = [];
    const synced: StoredPartition[] = [];
    const slices = this.#newSlices();
    for (const partition of [...partitions()]) {
      if (slices.isOver()) await slices.next();
      const { unsyncedBytes } = partition;
      if (unsyncedBytes === 0 || partition.isDeleted) continue;
      dirty.push(partition);
      if (partition.durability === 'os') {
        if (unsyncedBytes >= OS_SYNC_BYTES) synced.push(partition);
      } else if (partition.dataLsn < cutLsn) journalled.push({ partition, unsyncedBytes });
    }
    if (isClosing) {
      // With many the journal stays as it is, and the next start replays it: that takes less time than syncing each.
      const few = dirty.length <= CLOSE_SYNCS_MAX ? dirty : [];
      await runAll(few, SYNCS_MAX, (partition) => flusher.flushAndSync(partition));
      return;
    }
    journalled.sort((a, b) => a.unsyncedBytes - b.unsyncedBytes);
    const large = await this.#carryAll(
      journalled.map(({ partition }) => partition),
      stepBytes / CARRY_STEP_SHARE,
    );
    await runAll([...synced, ...large], SYNCS_MAX, (partition) => flusher.flushAndSync(partition));
  }

  /** Carries what is small and as much as `bytesMax` allow; returns the partitions that are left. */
  async #carryAll(partitions: readonly StoredPartition[], bytesMax: number): Promise<StoredPartition[]> {
    const { writer } = this.#options;
    const left: StoredPartition[] = [];
    const slices = this.#newSlices();
    let isSealed = false;
    let carryBytes = bytesMax;
    for (const partition of partitions) {
      if (slices.isOver()) {
        await slices.next();
        isSealed = false;
      }
      const { unsyncedBytes } = partition;
      if (partition.isDeleted || partition.durability === 'os' || unsyncedBytes === 0) continue;
      if (unsyncedBytes > Math.min(CARRY_BYTES_MAX, carryBytes)) {
        left.push(partition);
        continue;
      }
      // What is carried forward starts a group of its own: in the open one a newer batch of the same log may stand already, and
      // recovery, which begins with the group that holds the first batch carried, would meet the newer one first.
      if (!isSealed) writer.seal();
      isSealed = true;
      if (this.#carry(partition)) carryBytes -= unsyncedBytes;
      else left.push(partition);
    }
    return left;
  }

  /** Writes the batches that segments may lack into the journal once more; false when memory no longer has them all. */
  #carry(partition: StoredPartition): boolean {
    const { writer } = this.#options;
    const { data } = partition.log;
    const fromOffset = partition.syncedEndOffset;
    if (fromOffset < data.tailStartOffset || !writer.hasRoomFor(partition.unsyncedBytes)) return false;
    let firstLsn = Infinity;
    data.carry(fromOffset, (batch, baseOffset, startsSegment) => {
      const flags = startsSegment ? ENTRY_FLAG_NEW_SEGMENT : 0;
      const { slab, position, group } = writer.append(EntryKind.batch, flags, partition.key, baseOffset, batch);
      firstLsn = Math.min(firstLsn, group.lsn);
      return { slab, position, lsn: group.lsn };
    });
    partition.noteCarried(firstLsn);
    return true;
  }

  /** False when what was in flight failed. */
  async #write(isClosing: boolean): Promise<boolean> {
    const { writer, fileSystem, directory, clock, ballast, journalFiles } = this.#options;
    const onDurable = this.#options.onBegin();
    let replayLsn = writer.openLsn;
    const blocks: Buffer[] = [];
    const inFlight = new Set<Promise<number>>();
    const slices = this.#newSlices();
    let states: PartitionState[] = [];
    let count = 0;
    for (const partition of [...this.#options.partitions()]) {
      if (slices.isOver()) await slices.next();
      if (partition.isDeleted) continue;
      const state = partition.state(writer.openLsn, isClosing);
      replayLsn = Math.min(replayLsn, state.stateLsn, state.dataLsn);
      if (partition.log.inFlight !== undefined) inFlight.add(partition.log.inFlight);
      count++;
      if (states.push(state) < BLOCK_PARTITIONS) continue;
      blocks.push(encodePartitionsBlock(states));
      states = [];
    }
    if (states.length > 0) blocks.push(encodePartitionsBlock(states));
    if (writer.inFlight !== undefined) inFlight.add(writer.inFlight);
    for (const durable of inFlight) {
      if ((await durable) !== 0) return false;
    }
    const header = { replayLsn, nextLsn: writer.durableLsn + 1, createdMs: clock.nowMs(), isClosing };
    const name = checkpointFileName(this.#number);
    const put = (): Promise<void> => replaceFile(fileSystem, directory, name, checkpointBlocks(header, blocks, count));
    try {
      await put();
    } catch (error) {
      if (!isOutOfSpace(error) || !(await ballast.giveUp())) throw error;
      await put();
    }
    this.#number++;
    const neededLsn = Math.min(this.#replayLsn, replayLsn);
    this.#replayLsn = replayLsn;
    await this.#removeOld();
    await journalFiles.release(neededLsn);
    onDurable();
    return true;
  }

  async #removeOld(): Promise<void> {
    const { fileSystem, directory } = this.#options;
    for (const number of (await listCheckpoints(fileSystem, directory)).slice(KEPT)) {
      await fileSystem.remove(`${directory}/${checkpointFileName(number)}`);
    }
  }

  #newSlices(): TurnSlices {
    return new TurnSlices(this.#options.clock, this.#options.nextTurn);
  }
}
