/**
 * The journal's files: room that exists on the disk before anything is promised into it.
 *
 * Owns: `journal/<number>.j`; the file that is written now, the one prepared next, older ones that recovery may still need, free ones.
 * Invariants: a place handed out lies in bytes that were filled and synced before, so writing there needs no room and no metadata;
 *   numbers rise, also when a file is used again, so the order of files is the order of groups. Groups and filling have an open file
 *   each: Linux tells an open file only once that bytes did not reach the disk, and a fill that heard of it in place of the group
 *   beside it would leave that one acknowledged.
 * Bounds: one file in use, one prepared, {@link FREE_FILES_MAX} free while they are being used again, one once it is quiet; older ones go
 *   when a checkpoint no longer needs them. A file is filled ahead of use step by step, so an idle broker holds a few MiB.
 * Not here: what is written (`journal.ts`), which files are needed (`checkpointer.ts`).
 */
import { type Logger, type Timer, type Timers } from '@millrace/base';
import { isOutOfSpace, type FileSystem, type OpenFile } from './file-system.ts';
import { alignedBytes } from './journal-format.ts';
import type { JournalMarks } from './journal-marks.ts';

/** As many as checkpoints under load let go at once: filling new ones would write every byte a third time. */
const FREE_FILES_MAX = 6;
/** After so long without a new file all free ones but the last are removed. */
const QUIET_CHECKS = 60;
const FILL_STEP_BYTES = 1024 * 1024;
/** Bytes filled ahead of the write position at least. */
const FILL_AHEAD_BYTES = 4 * 1024 * 1024;
const RETRY_DELAY_MS = 1000;
const FREE_CHECK_MS = 1000;
/** With room for fewer files than this on the disk, nothing is promised beyond what is prepared. */
const TIGHT_FILES = 4;

const zeros = Buffer.alloc(FILL_STEP_BYTES);

export interface JournalFilesOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  /** Size of a file unless a single group needs more. */
  readonly fileBytes: number;
  /** Told of every group that gets a place. */
  readonly marks: JournalMarks;
  readonly timers: Timers;
  readonly logger: Logger;
  /** An error other than a full disk while preparing room. */
  readonly onFailure: (error: unknown) => void;
}

interface JournalFile {
  readonly number: number;
  readonly path: string;
  /** For groups alone. */
  readonly file: OpenFile;
  readonly filler: OpenFile;
  readonly capacityBytes: number;
  /** Bytes that are filled and synced. */
  preparedBytes: number;
}

/** A file that holds groups which a checkpoint may need. */
interface OldFile {
  readonly path: string;
  readonly lastLsn: number;
}

/** What recovery found. */
export interface JournalFilesState {
  /** Where the next group goes; undefined in a new directory. */
  readonly current?: {
    readonly number: number;
    readonly position: number;
    readonly firstLsn: number;
    readonly lastLsn: number;
  };
  readonly older: readonly { readonly number: number; readonly lastLsn: number }[];
  /** Files without groups that are needed. */
  readonly unused: readonly number[];
  /** Number of the next new file, when it must lie above more than these. */
  readonly nextNumber?: number;
}

export interface JournalPlace {
  readonly file: OpenFile;
  readonly position: number;
}

export class JournalFiles {
  readonly #options: JournalFilesOptions;
  #current: JournalFile | undefined;
  #position = 0;
  /** Largest log sequence number written to the current file. */
  #currentLsn = 0;
  #currentFirstLsn = Infinity;
  #spare: JournalFile | undefined;
  #older: OldFile[] = [];
  #free: string[] = [];
  #nextNumber = 1;
  /** Size of the largest group that waits for room. */
  #demandBytes = 0;
  #preparing: Promise<void> | undefined;
  #retry: Timer | undefined;
  #isClosed = false;
  #isFull = false;
  /** Checks of the free room since a file was made. */
  #quietChecks = 0;
  #freeBytes = Infinity;
  #freeCheck: Timer | undefined;
  readonly #waiters: (() => void)[] = [];

  constructor(options: JournalFilesOptions) {
    this.#options = options;
  }

  /** Opens or creates the file to write to, with a little room in it. */
  async start(state: JournalFilesState): Promise<void> {
    const { fileSystem, fileBytes } = this.#options;
    this.#nextNumber = state.nextNumber ?? Math.max(0, ...fileNumbersOf(state)) + 1;
    this.#older = state.older.map((old) => ({ path: this.#path(old.number), lastLsn: old.lastLsn }));
    this.#free = state.unused.map((number) => this.#path(number));
    if (state.current === undefined) {
      this.#current = await this.#create(fileBytes);
    } else {
      const { number, position, firstLsn, lastLsn } = state.current;
      const path = this.#path(number);
      const { file, filler } = await openBoth(fileSystem, path);
      const wholeBytes = Math.floor((await file.sizeBytes()) / alignedBytes(1)) * alignedBytes(1);
      // Where the padding of the last group is gone its end lies behind them, and must not be filled over.
      const preparedBytes = Math.max(wholeBytes, position);
      const capacityBytes = Math.max(fileBytes, preparedBytes);
      this.#current = { number, path, file, filler, capacityBytes, preparedBytes };
      this.#position = position;
      this.#currentFirstLsn = firstLsn;
      this.#currentLsn = lastLsn;
    }
    await this.#removeFree(1);
    await this.#checkFree();
    if (this.#current.preparedBytes === 0) await this.#fill(this.#current, Math.min(FILL_STEP_BYTES, fileBytes));
  }

  /** The disk is full: no room can be prepared at the moment. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * Whether the disk is so full that only prepared room may be promised. Else more is taken than is prepared at the moment: preparing
   * follows at the speed of the disk, and a group waits for it.
   */
  get isTight(): boolean {
    return this.#isFull || this.#freeBytes < TIGHT_FILES * this.#options.fileBytes;
  }

  /** First log sequence number in the file that is written now; infinite while it has none. */
  get currentFirstLsn(): number {
    return this.#currentFirstLsn;
  }

  /** Bytes that could be written at once without preparing anything, whatever their grouping. */
  get readyBytes(): number {
    const inCurrent = this.#current === undefined ? 0 : this.#current.preparedBytes - this.#position;
    return Math.max(inCurrent, this.#spare?.preparedBytes ?? 0);
  }

  /** Hands out the place for the next group; undefined while there is none, see {@link whenReady}. */
  place(sizeBytes: number, lsn: number): JournalPlace | undefined {
    const needed = alignedBytes(sizeBytes);
    if (this.#current === undefined) return undefined;
    if (this.#position + needed > this.#current.capacityBytes && (this.#spare?.preparedBytes ?? 0) >= needed) {
      this.#older.push({ path: this.#current.path, lastLsn: this.#currentLsn });
      closeBoth(this.#current).catch((error: unknown) => {
        // Whatever is in it was synced, or failed, before.
        this.#options.logger.warn('cannot close a journal file that is full', { error });
      });
      this.#current = this.#spare!;
      this.#spare = undefined;
      this.#position = 0;
      this.#currentFirstLsn = Infinity;
    }
    if (this.#position + needed > this.#current.preparedBytes) {
      this.#demandBytes = Math.max(this.#demandBytes, needed);
      this.#prepare();
      return undefined;
    }
    const position = this.#position;
    this.#position += needed;
    this.#currentLsn = lsn;
    this.#currentFirstLsn = Math.min(this.#currentFirstLsn, lsn);
    this.#options.marks.note(lsn, needed);
    this.#demandBytes = 0;
    this.#prepare();
    return { file: this.#current.file, position };
  }

  /** Resolves after more room was prepared (or the files were closed): ask again then. */
  whenReady(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#prepare();
    });
  }

  /** Nothing below `lsn` is needed any more: files that hold only such groups are used again or removed. */
  async release(lsn: number): Promise<void> {
    while (this.#older[0] !== undefined && this.#older[0].lastLsn < lsn) {
      const { path } = this.#older.shift()!;
      if (this.#free.length < FREE_FILES_MAX) this.#free.push(path);
      else await this.#options.fileSystem.remove(path);
    }
    if (this.isTight) await this.#removeFree(1);
    if (this.#isFull) this.#prepare(true);
  }

  /** Tries at once whether there is room again, for a group of that size at least. */
  retryNow(sizeBytes = 0): void {
    this.#demandBytes = Math.max(this.#demandBytes, alignedBytes(sizeBytes));
    this.#prepare(true);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    this.#freeCheck?.cancel();
    await this.#preparing;
    this.#wake();
    for (const open of [this.#current, this.#spare]) if (open !== undefined) await closeBoth(open);
    this.#current = this.#spare = undefined;
  }

  /** A full disk is not asked again before its time, unless something says that there may be room. */
  #prepare(isRetry = false): void {
    if (this.#preparing !== undefined || this.#isClosed || this.#nextStep() === undefined) return;
    if (this.#isFull && !isRetry) return;
    this.#retry?.cancel();
    this.#preparing = this.#runSteps().finally(() => {
      this.#preparing = undefined;
      this.#wake();
    });
  }

  async #checkFree(): Promise<void> {
    if (this.#isClosed) return;
    if (++this.#quietChecks >= QUIET_CHECKS && this.#free.length > 1) {
      await this.#removeFree(1).catch((error: unknown) => {
        this.#options.logger.warn('cannot remove a journal file that is not needed', { error });
      });
    }
    try {
      this.#freeBytes = await this.#options.fileSystem.freeBytes(this.#options.directory);
    } catch (error) {
      this.#options.logger.warn('cannot tell how full the disk is', { error });
    }
    this.#freeCheck = this.#options.timers.schedule(FREE_CHECK_MS, () => void this.#checkFree());
  }

  async #removeFree(keep: number): Promise<void> {
    while (this.#free.length > keep) await this.#options.fileSystem.remove(this.#free.pop()!);
  }

  async #runSteps(): Promise<void> {
    try {
      for (let step = this.#nextStep(); step !== undefined && !this.#isClosed; step = this.#nextStep()) {
        await step();
        if (this.#isFull) this.#options.logger.info('the disk has room again; appends go on');
        this.#isFull = false;
        this.#wake();
      }
    } catch (error) {
      if (!isOutOfSpace(error)) {
        this.#options.onFailure(error);
        return;
      }
      if (!this.#isFull)
        this.#options.logger.error('the disk is full; appends are refused until there is room', { error });
      this.#isFull = true;
      this.#retry = this.#options.timers.schedule(RETRY_DELAY_MS, () => this.#prepare(true));
    }
  }

  /** The next thing worth preparing, most urgent first. */
  #nextStep(): (() => Promise<void>) | undefined {
    const current = this.#current;
    if (current === undefined) return undefined;
    const fitsCurrent = this.#position + this.#demandBytes <= current.capacityBytes;
    const ahead = Math.max(this.#demandBytes, FILL_AHEAD_BYTES, this.#position);
    const wanted = Math.min(current.capacityBytes, this.#position + ahead);
    if (fitsCurrent && current.preparedBytes < wanted) return () => this.#fill(current, FILL_STEP_BYTES);

    const spare = this.#spare;
    const needsSpare = !fitsCurrent || this.#position > current.capacityBytes / 2;
    if (!needsSpare) return undefined;
    if (spare === undefined) {
      return async () => {
        this.#spare = await this.#create(Math.max(this.#options.fileBytes, this.#demandBytes));
      };
    }
    if (spare.capacityBytes < this.#demandBytes && !fitsCurrent) {
      return async () => {
        this.#spare = undefined;
        await closeBoth(spare);
        await this.#options.fileSystem.remove(spare.path);
      };
    }
    return spare.preparedBytes < spare.capacityBytes ? () => this.#fill(spare, FILL_STEP_BYTES) : undefined;
  }

  async #create(capacityBytes: number): Promise<JournalFile> {
    const { fileSystem, directory } = this.#options;
    const number = this.#nextNumber++;
    const path = this.#path(number);
    const free = this.#free.pop();
    this.#quietChecks = 0;
    if (free !== undefined) await fileSystem.rename(free, path);
    const file = await fileSystem.open(path, { mode: 'create', durableWrites: true }).catch((error: unknown) => {
      if (free !== undefined) this.#free.push(path);
      throw error;
    });
    try {
      const usedBytes = Math.floor((await file.sizeBytes()) / alignedBytes(1)) * alignedBytes(1);
      await file.sync();
      await fileSystem.syncDirectory(directory);
      const filler = await fileSystem.open(path, { mode: 'update', durableWrites: true });
      return {
        number,
        path,
        file,
        filler,
        capacityBytes: Math.max(capacityBytes, usedBytes),
        preparedBytes: usedBytes,
      };
    } catch (error) {
      await file.close();
      this.#free.push(path);
      throw error;
    }
  }

  /** On a full disk the last bytes are taken too when a group waits for them. */
  async #fill(target: JournalFile, stepBytes: number): Promise<void> {
    const leftBytes = target.capacityBytes - target.preparedBytes;
    const used = target === this.#current ? this.#position : 0;
    const urgentBytes = Math.max(0, used + this.#demandBytes - target.preparedBytes);
    for (let sizeBytes = Math.min(stepBytes, leftBytes); ; sizeBytes = Math.min(urgentBytes, leftBytes)) {
      try {
        await target.filler.write([zeros.subarray(0, Math.min(sizeBytes, zeros.length))], target.preparedBytes);
        if (!target.filler.hasDurableWrites) await target.filler.sync();
        target.preparedBytes += Math.min(sizeBytes, zeros.length);
        return;
      } catch (error) {
        if (!isOutOfSpace(error) || urgentBytes === 0 || urgentBytes >= sizeBytes) throw error;
      }
    }
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #path(number: number): string {
    return `${this.#options.directory}/${journalFileName(number)}`;
  }
}

/** Both or none. */
async function openBoth(fileSystem: FileSystem, path: string): Promise<Pick<JournalFile, 'file' | 'filler'>> {
  const file = await fileSystem.open(path, { mode: 'update', durableWrites: true });
  try {
    return { file, filler: await fileSystem.open(path, { mode: 'update', durableWrites: true }) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function closeBoth({ file, filler }: JournalFile): Promise<void> {
  await file.close();
  await filler.close();
}

/** Numbers of all files. */
export function fileNumbersOf(state: JournalFilesState): number[] {
  const current = state.current === undefined ? [] : [state.current.number];
  return [...current, ...state.older.map((old) => old.number), ...state.unused];
}

export function journalFileName(number: number): string {
  return `${String(number).padStart(12, '0')}.j`;
}

/** Undefined for names that are not ours. */
export function journalFileNumber(name: string): number | undefined {
  const digits = /^(\d{12})\.j$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
