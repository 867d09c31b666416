/**
 * Reading the journal back, from the first group that is needed to the last that is whole.
 *
 * Owns: which group may follow which, and telling a torn end from damage.
 * Invariants: numbers of groups rise by one. Where the next group is missing or broken, a later group anywhere behind means that bytes
 *   which were durable are damaged (the broker never has two writes in flight); without one it is the torn end of a write that
 *   nobody was told of.
 * Bounds: reads {@link READ_BYTES} at a time, more only for a larger group.
 */
import { MillraceError } from '@millrace/base';
import type { FileSystem, OpenFile } from './file-system.ts';
import { journalFileNumber, type JournalFilesState } from './journal-files.ts';
import {
  alignedBytes,
  GROUP_ALIGNMENT_BYTES,
  GROUP_HEADER_BYTES,
  peekLsn,
  probeGroup,
  type GroupProbe,
} from './journal-format.ts';

const READ_BYTES = 4 * 1024 * 1024;

/** A whole group at `position` in `buffer`. Nobody else writes to the buffer, so it can be kept. */
export interface JournalGroup {
  readonly buffer: Buffer;
  readonly position: number;
  readonly lsn: number;
  readonly timeMs: number;
  /** What it takes in the file. */
  readonly sizeBytes: number;
  /** Where the buffer was read from. */
  readonly source: JournalPosition;
}

/** A place in the journal. */
export interface JournalPosition {
  readonly path: string;
  readonly position: number;
}

/** Damage in the middle of the journal: group `lsn` should be at `at`, and `later` holds one of the groups behind it. */
export interface JournalDamage {
  readonly lsn: number;
  readonly at: JournalPosition;
  readonly later: JournalPosition;
}

export interface JournalReaderOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly journalId: Buffer;
  /** First group that is needed. */
  readonly fromLsn: number;
}

interface JournalFileInfo {
  readonly number: number;
  readonly path: string;
  readonly sizeBytes: number;
  /** Number of the group at the file's start; undefined when there is no whole one of ours. */
  readonly firstLsn: number | undefined;
}

/** A stretch of a file in memory. */
interface Chunk {
  readonly buffer: Buffer;
  readonly position: number;
  readonly end: number;
}

export class JournalReader {
  readonly #options: JournalReaderOptions;
  #files: JournalFileInfo[] = [];
  #lastLsn: number;
  /** Behind the last group read. */
  #endFile: JournalFileInfo | undefined;
  #endPosition = 0;
  /** Last group in each file that was read. */
  readonly #lastLsns = new Map<number, number>();
  #damage: JournalDamage | undefined;

  constructor(options: JournalReaderOptions) {
    this.#options = options;
    this.#lastLsn = options.fromLsn - 1;
  }

  /** Number of the last whole group in order; one less than the first needed when there is none. */
  get lastLsn(): number {
    return this.#lastLsn;
  }

  /** Known once {@link groups} has ended. */
  get damage(): JournalDamage | undefined {
    return this.#damage;
  }

  /**
   * The needed groups in order, up to the end or to damage.
   * Throws `MILLRACE_STORAGE_JOURNAL_MISSING` when there are groups, but only later ones than those that are needed.
   */
  async *groups(): AsyncGenerator<JournalGroup, void, undefined> {
    this.#files = await this.#listFiles();
    let file = this.#fileHolding(this.#options.fromLsn);
    while (file !== undefined) {
      yield* this.#groupsOf(file);
      const lastLsn = this.#lastLsns.get(file.number);
      // A file whose first group is torn is where the journal ends.
      file = lastLsn === undefined ? undefined : this.#files.find((other) => other.firstLsn === lastLsn + 1);
    }
    this.#damage = await this.#findDamage();
  }

  /** Whether there is no journal file at all. */
  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  /** What the journal's files start with once all groups were read. */
  filesState(): JournalFilesState {
    const endFile = this.#endFile;
    if (endFile === undefined) return { older: [], unused: this.#files.map((file) => file.number) };
    const older: { number: number; lastLsn: number }[] = [];
    const unused: number[] = [];
    for (const file of this.#files) {
      if (file === endFile) continue;
      // Files before the first that was needed may still serve an older checkpoint.
      const isBefore = file.number < endFile.number && file.firstLsn !== undefined;
      const lastLsn = this.#lastLsns.get(file.number) ?? (isBefore ? this.#options.fromLsn - 1 : undefined);
      if (lastLsn === undefined) unused.push(file.number);
      else older.push({ number: file.number, lastLsn });
    }
    const firstLsn = endFile.firstLsn ?? this.#lastLsn;
    const lastLsn = this.#lastLsns.get(endFile.number) ?? this.#lastLsn;
    return { current: { number: endFile.number, position: this.#endPosition, firstLsn, lastLsn }, older, unused };
  }

  /** Whole groups behind the damage, for telling what is lost by cutting there. */
  async *groupsBehindDamage(): AsyncGenerator<JournalGroup, void, undefined> {
    const { damage } = this;
    if (damage === undefined) return;
    for (const file of this.#filesFromEnd()) yield* this.#scan(file, file === this.#endFile ? this.#endPosition : 0);
  }

  async #listFiles(): Promise<JournalFileInfo[]> {
    const { fileSystem, directory } = this.#options;
    const files: JournalFileInfo[] = [];
    for (const name of await fileSystem.list(directory)) {
      const number = journalFileNumber(name);
      if (number === undefined) continue;
      const path = `${directory}/${name}`;
      const handle = await fileSystem.open(path, { mode: 'read' });
      try {
        const info = { number, path, sizeBytes: await handle.sizeBytes() };
        files.push({ ...info, firstLsn: await this.#firstLsnOf(handle, info) });
      } finally {
        await handle.close();
      }
    }
    return files.sort((a, b) => a.number - b.number);
  }

  /**
   * Number of the file's first group if that is whole. A torn one, which an earlier crash left behind, must not speak for the file: its
   * number may have been given again to a group elsewhere.
   */
  async #firstLsnOf(handle: OpenFile, info: Omit<JournalFileInfo, 'firstLsn'>): Promise<number | undefined> {
    const head = Buffer.alloc(GROUP_HEADER_BYTES);
    const claimed = peekLsn(head, 0, await handle.read(head, 0), this.#options.journalId);
    if (claimed === undefined) return undefined;
    const nothing: Chunk = { buffer: Buffer.alloc(0), position: 0, end: 0 };
    const { probe } = await this.#probe(handle, info, nothing, 0, claimed);
    return probe.kind === 'group' ? probe.lsn : undefined;
  }

  /** Files that were used again hold old groups until they are overwritten; the newest start at or below `lsn` is the right one. */
  #fileHolding(lsn: number): JournalFileInfo | undefined {
    let best: JournalFileInfo | undefined;
    let later: (JournalFileInfo & { readonly firstLsn: number }) | undefined;
    for (const file of this.#files) {
      if (file.firstLsn === undefined) continue;
      if (file.firstLsn <= lsn && (best?.firstLsn === undefined || file.firstLsn > best.firstLsn)) best = file;
      if (file.firstLsn > lsn) later ??= { ...file, firstLsn: file.firstLsn };
    }
    // A file before it whose start is unreadable may be the one: then it is damage, not a gap.
    const isGap =
      later !== undefined && !this.#files.some((file) => file.firstLsn === undefined && file.number < later.number);
    if (best === undefined && later !== undefined && isGap) {
      throw new MillraceError(
        'MILLRACE_STORAGE_JOURNAL_MISSING',
        `cannot recover: journal group ${lsn} is needed, but ${later.path} begins with group ${later.firstLsn}; ` +
          `restore the missing file in ${this.#options.directory} from a backup`,
        { details: { path: later.path, neededLsn: lsn, firstLsn: later.firstLsn } },
      );
    }
    return best;
  }

  async *#groupsOf(file: JournalFileInfo): AsyncGenerator<JournalGroup, void, undefined> {
    const handle = await this.#options.fileSystem.open(file.path, { mode: 'read' });
    try {
      let expectedLsn = file.firstLsn;
      let position = 0;
      let chunk: Chunk = { buffer: Buffer.alloc(0), position: 0, end: 0 };
      for (;;) {
        const found = await this.#probe(handle, file, chunk, position, expectedLsn);
        chunk = found.chunk;
        if (found.probe.kind !== 'group' || found.probe.lsn !== expectedLsn) return;
        const { lsn, timeMs, sizeBytes } = found.probe;
        const at = position - chunk.position;
        position += alignedBytes(sizeBytes);
        this.#lastLsns.set(file.number, lsn);
        this.#endFile = file;
        this.#endPosition = position;
        expectedLsn = lsn + 1;
        if (lsn <= this.#lastLsn) continue;
        this.#lastLsn = lsn;
        const source = { path: file.path, position: chunk.position };
        yield { buffer: chunk.buffer, position: at, lsn, timeMs, sizeBytes: alignedBytes(sizeBytes), source };
      }
    } finally {
      await handle.close();
    }
  }

  /** Looks for group `expectedLsn` at `position`, reading on when the chunk does not reach that far. */
  async #probe(
    handle: OpenFile,
    file: Pick<JournalFileInfo, 'sizeBytes'>,
    chunk: Chunk,
    position: number,
    expectedLsn: number | undefined,
  ): Promise<{ readonly chunk: Chunk; readonly probe: GroupProbe }> {
    const { journalId } = this.#options;
    let current = chunk;
    if (position + GROUP_HEADER_BYTES > current.position + current.end) {
      current = await readChunk(handle, file, position, READ_BYTES);
    }
    let probe = probeGroup(current.buffer, position - current.position, current.end, journalId);
    if (probe.kind === 'cut' && probe.lsn === expectedLsn && position + probe.sizeBytes <= file.sizeBytes) {
      current = await readChunk(handle, file, position, Math.max(READ_BYTES, probe.sizeBytes));
      probe = probeGroup(current.buffer, 0, current.end, journalId);
    }
    return { chunk: current, probe };
  }

  #filesFromEnd(): JournalFileInfo[] {
    const endNumber = this.#endFile?.number ?? 0;
    return this.#files.filter((file) => file.number >= endNumber);
  }

  async #findDamage(): Promise<JournalDamage | undefined> {
    for (const file of this.#filesFromEnd()) {
      const isEndFile = file === this.#endFile;
      for await (const group of this.#scan(file, isEndFile ? this.#endPosition : 0)) {
        const later = { path: file.path, position: group.filePosition };
        const startsInFile = !isEndFile && group.filePosition > 0;
        const at =
          this.#endFile === undefined || (startsInFile && !(await this.#holdsBrokenNext()))
            ? { path: file.path, position: 0 }
            : { path: this.#endFile.path, position: this.#endPosition };
        return { lsn: this.#lastLsn + 1, at, later };
      }
    }
    return undefined;
  }

  /** Whether the place behind the last group holds the remains of the very next one. */
  async #holdsBrokenNext(): Promise<boolean> {
    if (this.#endFile === undefined) return false;
    const handle = await this.#options.fileSystem.open(this.#endFile.path, { mode: 'read' });
    try {
      const head = await readChunk(handle, this.#endFile, this.#endPosition, GROUP_HEADER_BYTES);
      return peekLsn(head.buffer, 0, head.end, this.#options.journalId) === this.#lastLsn + 1;
    } finally {
      await handle.close();
    }
  }

  /** Whole groups later than the last one, at any place where a group may start. */
  async *#scan(
    file: JournalFileInfo,
    from: number,
  ): AsyncGenerator<JournalGroup & { readonly filePosition: number }, void, undefined> {
    const { journalId } = this.#options;
    const handle = await this.#options.fileSystem.open(file.path, { mode: 'read' });
    try {
      for (let position = from; position < file.sizeBytes;) {
        const chunk = await readChunk(handle, file, position, READ_BYTES);
        for (let at = 0; at < chunk.end; at += GROUP_ALIGNMENT_BYTES) {
          const lsn = peekLsn(chunk.buffer, at, chunk.end, journalId);
          if (lsn === undefined || lsn <= this.#lastLsn) continue;
          const filePosition = position + at;
          const found = await this.#probe(handle, file, { ...chunk, position }, filePosition, lsn);
          if (found.probe.kind !== 'group') continue;
          const { timeMs, sizeBytes } = found.probe;
          yield {
            buffer: found.chunk.buffer,
            position: filePosition - found.chunk.position,
            lsn,
            timeMs,
            sizeBytes: alignedBytes(sizeBytes),
            source: { path: file.path, position: found.chunk.position },
            filePosition,
          };
        }
        position += READ_BYTES;
      }
    } finally {
      await handle.close();
    }
  }
}

async function readChunk(
  handle: OpenFile,
  file: Pick<JournalFileInfo, 'sizeBytes'>,
  position: number,
  sizeBytes: number,
): Promise<Chunk> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, Math.min(sizeBytes, file.sizeBytes - position)));
  return { buffer, position, end: await handle.read(buffer, position) };
}
