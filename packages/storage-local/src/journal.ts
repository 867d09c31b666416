/**
 * The journal: makes entries of all partitions durable, one write a group.
 *
 * Owns: the open group, the queue of full ones and the one write that is in flight.
 * Invariants: groups are written and completed in the order of their numbers; a group is told durable only after its write (and, where
 *   the platform needs it, its sync) succeeded; after a failed sync nothing is written and nothing told any more. Entries are laid
 *   out in tail memory, so what is written is what consumers read, without a further copy.
 * Bounds: a group closes at {@link JournalOptions.groupBytesMax}; room on disk is asked for before an entry is taken.
 * Not here: files (`journal-files.ts`), which entries there are (`local-journal.ts`), reading back (`journal-reader.ts`).
 */
import type { Clock, Histogram, Logger, Timers } from '@millrace/base';
import { CommitGroup, SlabLane, type Slab, type TailSlabs } from '@millrace/log/internal';
import { ErrorCode } from '@millrace/protocol';
import { isOutOfSpace } from './file-system.ts';
import type { JournalFiles } from './journal-files.ts';
import {
  alignedBytes,
  ENTRY_HEADER_BYTES,
  GROUP_HEADER_BYTES,
  sealGroup,
  writeEntryHeader,
  type EntryKind,
  type GroupRegion,
} from './journal-format.ts';

const WRITE_RETRY_DELAY_MS = 1000;
/** Left free for entries that give room back (log starts, deletions) when the disk is full. */
const CONTROL_RESERVE_BYTES = 16 * 1024;

const padding = Buffer.alloc(4096);

export interface JournalOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Seconds from handing a group to the disk until it was durable. */
  readonly latency: Histogram;
  readonly groupBytes: Histogram;
  readonly groupEntries: Histogram;
  /** Runs a callback once the current round of events was handled. */
  readonly nextTurn: (callback: () => void) => void;
  readonly slabs: TailSlabs;
  readonly files: JournalFiles;
  readonly journalId: Buffer;
  readonly nextLsn: number;
  readonly groupBytesMax: number;
  /** A group waits and the disk has no room for it; resolves with true when something was given up that may be enough. Never rejects. */
  readonly onStarved: () => Promise<boolean>;
  readonly onFailure: (error: unknown) => void;
}

class OpenGroup {
  readonly commit: CommitGroup;
  readonly regions: GroupRegion[] = [];
  /** Where the regions lie, pinned until they are written. */
  readonly slabs: Slab[] = [];
  sizeBytes = 0;
  entryCount = 0;

  constructor(lsn: number, timeMs: number) {
    this.commit = new CommitGroup(lsn, timeMs);
  }
}

/** Where an entry's payload went. Reused: right until the next entry. */
export interface PlacedEntry {
  slab: Slab;
  position: number;
  group: CommitGroup;
}

export class JournalWriter {
  readonly #options: JournalOptions;
  readonly #lane: SlabLane;
  readonly #placed: { slab: Slab | undefined; position: number; group: CommitGroup | undefined };
  #open: OpenGroup | undefined;
  #newest: CommitGroup | undefined;
  #full: OpenGroup[] = [];
  /** Room on disk that queued groups will take. */
  #queuedBytes = 0;
  #nextLsn: number;
  #durableLsn: number;
  #isScheduled = false;
  #writing: Promise<void> | undefined;
  #isFailed = false;
  syncs = 0;
  bytes = 0;
  entries = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#lane = new SlabLane(options.slabs);
    this.#placed = { slab: undefined, position: 0, group: undefined };
    this.#nextLsn = options.nextLsn;
    this.#durableLsn = options.nextLsn - 1;
  }

  /** Number of the group that the next entry goes into. */
  get openLsn(): number {
    return this.#open?.commit.lsn ?? this.#nextLsn;
  }

  get durableLsn(): number {
    return this.#durableLsn;
  }

  /** Whether a batch of that size has room, so that taking it is a promise that can be kept. */
  hasRoomFor(batchBytes: number): boolean {
    const { files } = this.#options;
    if (this.#isFailed || !files.isTight) return !this.#isFailed;
    const neededBytes = alignedBytes(GROUP_HEADER_BYTES + ENTRY_HEADER_BYTES + batchBytes) + CONTROL_RESERVE_BYTES;
    if (this.#queuedBytes + neededBytes <= files.readyBytes) return true;
    files.retryNow(neededBytes);
    return false;
  }

  /** Lays an entry out in the open group. The payload may be stamped in place until the end of the turn. */
  append(kind: EntryKind, flags: number, key: Buffer, offset: number, payload: Buffer | undefined): PlacedEntry {
    const payloadBytes = payload?.length ?? 0;
    const group = this.#groupFor(ENTRY_HEADER_BYTES + payloadBytes);
    const at = this.#extend(group, ENTRY_HEADER_BYTES + payloadBytes);
    const { slab } = this.#lane;
    writeEntryHeader(slab.buffer, at, kind, flags, key, offset, payloadBytes);
    const position = at + ENTRY_HEADER_BYTES;
    payload?.copy(slab.buffer, position);
    group.entryCount++;
    this.entries++;
    this.#schedule();
    const placed = this.#placed;
    placed.slab = slab;
    placed.position = position;
    placed.group = group.commit;
    return placed as PlacedEntry;
  }

  /** Closes the open group to further entries. */
  seal(): void {
    if (this.#open === undefined) return;
    this.#full.push(this.#open);
    this.#open = undefined;
  }

  /** Resolves like the newest group; undefined when all are durable. */
  get inFlight(): Promise<number> | undefined {
    const newest = this.#newest;
    return newest === undefined || newest.lsn <= this.#durableLsn ? undefined : newest.durable;
  }

  /** Resolves when nothing waits to be written any more. */
  async drained(): Promise<void> {
    while (!this.#isFailed && (this.#writing !== undefined || this.#open !== undefined || this.#full.length > 0)) {
      this.#startWriting();
      await this.#writing;
    }
  }

  /** Lets the lane's slab go, so that a partition whose batches lie in other lanes keeps its slabs in order. */
  retireLane(): void {
    this.seal();
    this.#lane.retire();
  }

  /** Ends everything: what is in flight is answered with an error. */
  fail(): void {
    this.#isFailed = true;
    const groups = this.#open === undefined ? this.#full : [...this.#full, this.#open];
    this.#full = [];
    this.#open = undefined;
    for (const group of groups) group.commit.fail(ErrorCode.KAFKA_STORAGE_ERROR);
  }

  #groupFor(entryBytes: number): OpenGroup {
    if (this.#isFailed) {
      // Nothing is written any more; the group exists to be refused.
      const refused = new OpenGroup(this.#nextLsn, this.#options.clock.nowMs());
      refused.commit.fail(ErrorCode.KAFKA_STORAGE_ERROR);
      this.#extend(refused, GROUP_HEADER_BYTES);
      return refused;
    }
    if (this.#open !== undefined && this.#open.sizeBytes + entryBytes > this.#options.groupBytesMax) this.seal();
    if (this.#open === undefined) {
      this.#open = new OpenGroup(this.#nextLsn++, this.#options.clock.nowMs());
      this.#newest = this.#open.commit;
      this.#extend(this.#open, GROUP_HEADER_BYTES);
    }
    return this.#open;
  }

  /** Takes memory for the group; its regions follow the lane from slab to slab. */
  #extend(group: OpenGroup, sizeBytes: number): number {
    const at = this.#lane.reserve(sizeBytes);
    const { slab } = this.#lane;
    const { buffer } = slab;
    const last = group.regions.at(-1);
    if (last?.buffer === buffer && last.end === at) last.end += sizeBytes;
    else {
      group.regions.push({ buffer, start: at, end: at + sizeBytes });
      group.slabs.push(slab);
      this.#options.slabs.pin(slab);
    }
    this.#queuedBytes += alignedBytes(group.sizeBytes + sizeBytes) - alignedBytes(group.sizeBytes);
    group.sizeBytes += sizeBytes;
    return at;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#writing !== undefined) return;
    this.#isScheduled = true;
    this.#options.nextTurn(() => {
      this.#isScheduled = false;
      this.#startWriting();
    });
  }

  #startWriting(): void {
    if (this.#writing !== undefined || this.#isFailed) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined;
      if (this.#open !== undefined || this.#full.length > 0) this.#startWriting();
    });
  }

  async #writeAll(): Promise<void> {
    let next = this.#startNext();
    while (next !== undefined) {
      const { group, written } = next;
      try {
        await written;
        // The disk starts on the next group before anybody is told of this one.
        next = this.#isFailed ? undefined : this.#startNext();
        this.#durableLsn = group.commit.lsn;
        group.commit.complete();
        for (const slab of group.slabs) this.#options.slabs.unpin(slab);
      } catch (error) {
        group.commit.fail(ErrorCode.KAFKA_STORAGE_ERROR);
        next?.group.commit.fail(ErrorCode.KAFKA_STORAGE_ERROR);
        this.#options.onFailure(error);
        return;
      }
    }
  }

  #startNext(): { readonly group: OpenGroup; readonly written: Promise<void> } | undefined {
    const group = this.#takeNext();
    return group === undefined ? undefined : { group, written: this.#write(group) };
  }

  #takeNext(): OpenGroup | undefined {
    const full = this.#full.shift();
    if (full !== undefined) return full;
    const open = this.#open;
    this.#open = undefined;
    return open;
  }

  async #write(group: OpenGroup): Promise<void> {
    const { files, clock, journalId } = this.#options;
    const { lsn, timeMs } = group.commit;
    sealGroup(group.regions, group.sizeBytes, group.entryCount, journalId, lsn, timeMs);
    const place = files.place(group.sizeBytes, lsn) ?? (await this.#waitForPlace(group));
    const startedMs = clock.monotonicMs();
    const buffers = group.regions.map((region) => region.buffer.subarray(region.start, region.end));
    const paddingBytes = alignedBytes(group.sizeBytes) - group.sizeBytes;
    if (paddingBytes > 0) buffers.push(padding.subarray(0, paddingBytes));
    for (;;) {
      try {
        await place.file.write(buffers, place.position);
        break;
      } catch (error) {
        // Some file systems need room even to write over what is there. All bytes are written again, so nothing is taken on trust.
        if (!isOutOfSpace(error) || this.#isFailed) throw error;
        this.#options.logger.error('the disk is full; the journal waits for room', { error });
        this.#stall(group);
        await this.#delay(WRITE_RETRY_DELAY_MS);
      }
    }
    if (!place.file.hasDurableWrites) await place.file.sync();
    this.#options.latency.observe((clock.monotonicMs() - startedMs) / 1000);
    this.#options.groupBytes.observe(group.sizeBytes);
    this.#options.groupEntries.observe(group.entryCount);
    this.#queuedBytes -= alignedBytes(group.sizeBytes);
    this.syncs++;
    this.bytes += group.sizeBytes;
  }

  async #waitForPlace(group: OpenGroup): Promise<NonNullable<ReturnType<JournalFiles['place']>>> {
    for (;;) {
      if (this.#options.files.isFull) void this.#starve(group);
      await this.#options.files.whenReady();
      if (this.#isFailed) throw new Error('the journal failed');
      const place = this.#options.files.place(group.sizeBytes, group.commit.lsn);
      if (place !== undefined) return place;
    }
  }

  async #starve(group: OpenGroup): Promise<void> {
    if (!(await this.#options.onStarved())) this.#stall(group);
  }

  /** Who waits for this group and those behind it hears that the disk is full. */
  #stall(group: OpenGroup): void {
    group.commit.stall(ErrorCode.KAFKA_STORAGE_ERROR);
    for (const later of this.#full) later.commit.stall(ErrorCode.KAFKA_STORAGE_ERROR);
    this.#open?.commit.stall(ErrorCode.KAFKA_STORAGE_ERROR);
  }

  #delay(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.timers.schedule(delayMs, resolve);
    });
  }
}
