/**
 * A partition as the engine keeps it: its log, where its files are, and how much of them is safe on the disk.
 *
 * Owns: durability in force, what of the segments is synced, from which journal group on the rest can be replayed.
 * Invariants: synced ≤ flushed; `dataLsn` never passes a group with a batch that is not synced.
 * Bounds: a mark for each run flushed since the last checkpoint; none in `os` mode, where the journal holds no batches.
 */
import type { Durability } from '@millrace/log';
import type { CommitGroup, FlushRun, OwnedLog, Segment } from '@millrace/log/internal';
import { partitionKey, type PartitionState } from './partition-state.ts';

/** Where a flushed run began, and the journal group that can replay it. */
interface FlushMark {
  readonly offset: number;
  lsn: number;
}

export class StoredPartition {
  readonly log: OwnedLog;
  readonly directory: string;
  /** The partition as journal entries name it. */
  readonly key: Buffer;
  durability: Durability;
  isDeleted = false;

  /** Segments with writes that were not synced. */
  readonly dirtySegments = new Set<Segment>();
  /** The directory was seen to be there. */
  hasDirectory = false;
  /** A crash may have left files of no segment in the directory. */
  mayHaveStrays = false;
  /** The active segment's file ends where its batches do. */
  isTrimmed = false;
  /** Files or the directory itself were made since the last sync. */
  hasNewNames = false;
  /** When the oldest batch that no segment has became visible; undefined when segments have all. */
  unflushedSinceMs: number | undefined;
  /** `os` mode: appends that go out with the next write, and whether one is under way. */
  openGroup: CommitGroup | undefined;
  isWriting = false;

  /** Segments were replaced, and the journal that says so is not durable yet: files of both belong here. */
  swapsUnderWay = 0;
  /** Replaced segments whose files are kept until a checkpoint knows of it. */
  readonly replacedSegments = new Set<Segment>();

  #generation = 0;
  #syncedEndOffset: number;
  #syncedEndPosition: number;
  readonly #marks: FlushMark[] = [];
  #working: Promise<void> = Promise.resolve();

  constructor(log: OwnedLog, logsDirectory: string, durability: Durability) {
    this.log = log;
    this.directory = `${logsDirectory}/${log.name}`;
    this.key = partitionKey(log.id);
    this.durability = durability;
    this.#syncedEndOffset = log.data.flushedEndOffset;
    this.#syncedEndPosition = log.data.flushedEndPosition;
  }

  /** Offset below which segments are on the disk. */
  get syncedEndOffset(): number {
    const first = this.log.data.segments[0];
    const dataStart = first === undefined ? this.log.data.endOffset : first.baseOffset;
    return Math.max(this.#syncedEndOffset, dataStart);
  }

  get syncedEndPosition(): number {
    const first = this.log.data.segments[0];
    const dataStart = first === undefined ? this.log.data.endPosition : first.startPosition;
    return Math.max(this.#syncedEndPosition, dataStart);
  }

  /** Bytes that only the journal (or, in `os` mode, the page cache) makes safe. */
  get unsyncedBytes(): number {
    return this.log.data.endPosition - this.syncedEndPosition;
  }

  /** First journal group that recovery needs for this partition's batches; infinite when it needs none. */
  get dataLsn(): number {
    if (this.durability === 'os' || this.syncedEndOffset === this.log.data.endOffset) return Infinity;
    const synced = this.syncedEndOffset;
    while (this.#marks[0] !== undefined && this.#marks[0].offset < synced) this.#marks.shift();
    const mark = this.#marks[0];
    if (mark !== undefined && mark.offset === synced) return mark.lsn;
    // Nothing behind it was flushed, so memory has it.
    return this.log.data.lsnOf(synced) ?? 0;
  }

  /** Tells the files of the next pass of a cleaner from all others. */
  nextGeneration(): number {
    for (const { generation } of this.log.data.segments) this.#generation = Math.max(this.#generation, generation);
    return ++this.#generation;
  }

  /** Runs operations on the partition's files one behind the other. Rejects as `operation` does. */
  work(operation: () => Promise<void>): Promise<void> {
    const done = this.#working.then(operation);
    this.#working = done.catch(() => undefined);
    return done;
  }

  /** Flushed runs that are remembered. */
  get markCount(): number {
    return this.#marks.length;
  }

  noteFlushing(run: FlushRun): void {
    if (this.durability === 'os') return;
    this.#marks.push({ offset: run.startOffset, lsn: run.lsn });
  }

  /** Recovery found bytes of the segment that nobody is known to have synced. */
  noteUnsynced(segment: Segment): void {
    this.dirtySegments.add(segment);
    this.hasNewNames = true;
    this.hasDirectory = true;
  }

  noteSynced(endOffset: number, endPosition: number): void {
    this.#syncedEndOffset = Math.max(this.#syncedEndOffset, endOffset);
    this.#syncedEndPosition = Math.max(this.#syncedEndPosition, endPosition);
    this.log.noteSecured(this.#syncedEndOffset);
  }

  /** All batches that are not synced were written into journal group `lsn` and later ones once more. */
  noteCarried(lsn: number): void {
    for (const mark of this.#marks) mark.lsn = lsn;
  }

  segmentPath(segment: Segment): string {
    return `${this.directory}/${segmentFileName(segment)}`;
  }

  indexPath(segment: Segment): string {
    return `${this.directory}/${indexFileName(segment)}`;
  }

  abortedPath(segment: Segment): string {
    return `${this.directory}/${abortedFileName(segment)}`;
  }

  /** State as of now; it may be stored once journal group `stateLsn` and everything in flight is durable. */
  state(stateLsn: number, isClosing: boolean): PartitionState {
    const { log } = this;
    // What comes from now on is in `stateLsn` and later groups, also when nothing before it is needed.
    const dataLsn = Math.min(this.dataLsn, stateLsn);
    const isComplete = isClosing && this.durability === 'os' && this.syncedEndOffset === log.data.endOffset;
    return {
      id: log.id,
      durability: this.durability,
      stateLsn,
      dataLsn,
      isComplete,
      snapshot: log.snapshot(this.syncedEndOffset, this.syncedEndPosition),
    };
  }
}

const OFFSET_DIGITS = 20;

/** What tells the files of a segment from those of others of the same partition. */
export type SegmentName = Pick<Segment, 'baseOffset' | 'generation'>;

function nameOf({ baseOffset, generation }: SegmentName): string {
  const digits = String(baseOffset).padStart(OFFSET_DIGITS, '0');
  return generation === 0 ? digits : `${digits}-${generation}`;
}

export function segmentFileName(name: SegmentName): string {
  return `${nameOf(name)}.log`;
}

export function indexFileName(name: SegmentName): string {
  return `${nameOf(name)}.idx`;
}

export function abortedFileName(name: SegmentName): string {
  return `${nameOf(name)}.txn`;
}

/** Segment that a file is of, or beside; undefined for other names. */
export function segmentOfFile(name: string): SegmentName | undefined {
  const match = /^(\d{20})(?:-(\d+))?\.(?:log|idx|txn)$/.exec(name);
  return match === null ? undefined : { baseOffset: Number(match[1]), generation: Number(match[2] ?? 0) };
}

/** The names of a partition's files that belong to none of these segments. */
export function filesOfNone(names: readonly string[], segments: readonly SegmentName[]): string[] {
  const known = new Set(segments.map(nameOf));
  return names.filter((name) => {
    const segment = segmentOfFile(name);
    return segment !== undefined && !known.has(nameOf(segment));
  });
}
