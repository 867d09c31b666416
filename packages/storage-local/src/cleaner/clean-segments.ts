/**
 * One pass of the cleaner over a log: the keys of what is dirty, then every segment written anew without what those have made old.
 *
 * Owns: the two passes, which segments are joined, the new files with their sidecars.
 * Invariants: sources are only read; a batch with a wrong CRC ends the pass; what it has made is told of only when it is synced, its
 *   name is not. Segments follow each other without a hole, and none is empty.
 * Bounds: memory for keys, and for the largest batch a few times over; when the keys of what is dirty do not fit, the pass ends at the first
 *   one that has no room, and the next pass goes on from there.
 * Not here: which log, and when (`log-cleaner.ts`), which records (`BatchFilter`), putting new segments in place (`segment-swap.ts`).
 */
import { compress, decompress } from '@millrace/compression';
import {
  AbortedTransactions,
  BatchFilter,
  KeyOffsets,
  RecordCursor,
  SparseIndex,
  TransactionFates,
  type AbortedEntry,
  type LastOfProducer,
  type RecordCodecs,
} from '@millrace/log/internal';
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_MAGIC,
  batchAttributes,
  batchBaseOffset,
  batchLastOffset,
  batchMagic,
  batchRecordCount,
  batchSizeInBytes,
  codecOf,
  isBatchCrcValid,
  isControl,
} from '@millrace/protocol';
import { MillraceError } from '@millrace/base';
import { encodeAbortedFile } from '../aborted-file.ts';
import type { FileSystem, OpenFile } from '../file-system.ts';
import { encodeIndexFile } from '../segment-index-file.ts';
import { abortedFileName, indexFileName, segmentFileName } from '../stored-partition.ts';
import type { CleanedSegment, CleanJob, CleanSource, CleanSummary } from './clean-job.ts';

/** Offsets of one segment span no more. */
const SEGMENT_OFFSETS_MAX = 2_147_483_647;
/** A segment takes no more aborted transactions, see `ABORTED_PER_SEGMENT_MAX`. */
const ABORTED_PER_SEGMENT_MAX = 16_384;
/** No batch opens to more. */
const OPENED_BYTES_MAX = 1024 * 1024 * 1024;
const READ_BYTES_MIN = 64 * 1024;

const codecs: RecordCodecs = {
  decompress: (codec, input) => decompress(codec, input, { outputBytesMax: OPENED_BYTES_MAX }),
  compress: (codec, input) => compress(codec, input),
};

export interface CleanEnvironment {
  readonly fileSystem: FileSystem;
  /** Reads and writes hold the thread up: it is the cleaner's own. */
  readonly isOwnThread: boolean;
  /** Called between pieces of the work, with the bytes of the last one. Throws when the pass is given up. */
  readonly pause: (bytes: number) => Promise<void> | undefined;
  /** A segment is ready. */
  readonly onMade: (made: CleanedSegment) => Promise<void> | undefined;
}

export async function cleanSegments(job: CleanJob, environment: CleanEnvironment): Promise<CleanSummary> {
  return new CleanPass(job, environment).run();
}

class CleanPass {
  readonly #job: CleanJob;
  readonly #environment: CleanEnvironment;
  readonly #aborted: readonly AbortedEntry[];
  readonly #keys: KeyOffsets;
  #input: Buffer;
  readonly #output: Buffer;
  #keysEndOffset: number;
  #readBytes = 0;
  #writtenBytes = 0;
  #recordsRead = 0;
  #recordsKept = 0;

  constructor(job: CleanJob, environment: CleanEnvironment) {
    this.#job = job;
    this.#environment = environment;
    this.#aborted = abortedOf(job.aborted);
    const endOffset = job.sources.at(-1)?.endOffset ?? 0;
    this.#keysEndOffset = endOffset;
    this.#keys = new KeyOffsets({
      bytesMax: job.keyBytesMax,
      loadFactor: job.keyLoadFactor,
      keyCountMax: endOffset - job.firstDirtyOffset,
      secret: job.secret,
    });
    const ioBytes = Math.max(READ_BYTES_MIN, job.ioBytes / 2);
    this.#input = Buffer.allocUnsafeSlow(ioBytes);
    this.#output = Buffer.allocUnsafeSlow(ioBytes);
  }

  async run(): Promise<CleanSummary> {
    const { sources } = this.#job;
    await this.#collectKeys();
    const fates = new TransactionFates(this.#aborted);
    const filter = new BatchFilter({
      keys: this.#keys,
      keysEndOffset: this.#keysEndOffset,
      nowMs: this.#job.nowMs,
      deleteRetentionMs: this.#job.deleteRetentionMs,
      transactions: fates,
      producers: producersOf(this.#job.producers),
      codecs,
    });
    const cleaned = sources.filter(({ baseOffset }) => baseOffset < this.#keysEndOffset);
    for (const group of groupsOf(cleaned, this.#job.segmentBytesMax)) {
      await this.#environment.onMade(await this.#cleanGroup(group, filter, fates));
    }
    return {
      cleanedEndOffset: this.#keysEndOffset,
      readBytes: this.#readBytes,
      writtenBytes: this.#writtenBytes,
      recordsRead: this.#recordsRead,
      recordsKept: this.#recordsKept,
      keys: this.#keys.count,
      keyUtilization: this.#keys.utilization,
    };
  }

  async #collectKeys(): Promise<void> {
    const { sources, firstDirtyOffset } = this.#job;
    const fates = new TransactionFates(this.#aborted);
    const cursor = new RecordCursor();
    let isFull = false;
    for (const source of sources) {
      if (source.endOffset <= firstDirtyOffset) continue;
      await this.#eachBatch(source, (buffer, at) => {
        if (batchLastOffset(buffer, at) < firstDirtyOffset) return true;
        isFull = !this.#collectBatch(buffer, at, fates, cursor);
        return !isFull;
      });
      if (isFull) return;
    }
  }

  /** False when there is no room for a key. */
  #collectBatch(buffer: Buffer, at: number, fates: TransactionFates, cursor: RecordCursor): boolean {
    const attributes = batchAttributes(buffer, at);
    if (fates.isDone(buffer, at, attributes) || isControl(attributes)) return true;
    const codec = codecOf(attributes);
    if (codec === undefined) throw damaged(batchBaseOffset(buffer, at), 'has a codec that there is not');
    const baseOffset = batchBaseOffset(buffer, at);
    let bytes = buffer;
    let start = at + BATCH_HEADER_SIZE_BYTES;
    let end = at + batchSizeInBytes(buffer, at);
    const count = batchRecordCount(buffer, at);
    if (count === 0) return true;
    if (codec !== 'none') {
      bytes = codecs.decompress(codec, buffer.subarray(start, end));
      start = 0;
      end = bytes.length;
    }
    cursor.begin(bytes, start, end);
    const keys = this.#keys;
    const { firstDirtyOffset } = this.#job;
    for (let index = 0; index < count; index++) {
      if (!cursor.next()) throw damaged(baseOffset, `has a record ${index} that cannot be read`);
      const offset = baseOffset + cursor.offsetDelta;
      if (offset < firstDirtyOffset || cursor.keyLength < 0) continue;
      if (keys.put(bytes, cursor.keyStart, cursor.keyStart + cursor.keyLength, offset)) continue;
      this.#keysEndOffset = offset;
      return false;
    }
    return true;
  }

  async #cleanGroup(
    group: readonly CleanSource[],
    filter: BatchFilter,
    fates: TransactionFates,
  ): Promise<CleanedSegment> {
    const { directory, generation } = this.#job;
    const first = group[0]!;
    const last = group.at(-1)!;
    const out = new SegmentOutput(this.#environment, this.#output);
    const name = { baseOffset: first.baseOffset, generation };
    /** Header of the last batch that went. */
    const gone = Buffer.alloc(BATCH_HEADER_SIZE_BYTES);
    let createdMs = first.createdMs;
    await out.open(`${directory}/${segmentFileName(name)}`);
    try {
      for (const source of group) {
        createdMs = Math.max(createdMs, source.createdMs);
        await this.#eachBatch(
          source,
          (buffer, at) => {
            const fate = filter.judge(buffer, at);
            this.#recordsRead += batchRecordCount(buffer, at);
            this.#recordsKept += filter.keptCount;
            const { lastKept } = fates;
            if (lastKept !== undefined)
              out.aborted.add(lastKept.markerOffset, lastKept.firstOffset, lastKept.producerId);
            if (fate === 'gone') buffer.copy(gone, 0, at, at + BATCH_HEADER_SIZE_BYTES);
            else if (fate === 'kept') out.add(buffer, at, batchSizeInBytes(buffer, at), filter.maxTimestampMs);
            else out.add(filter.rewritten, 0, filter.rewritten.length, filter.maxTimestampMs);
            return true;
          },
          out,
        );
      }
      // A segment without a batch would be a hole.
      if (out.sizeBytes === 0) {
        const empty = filter.emptied(gone, 0);
        out.add(empty, 0, empty.length, -1);
      }
      await out.finish();
    } finally {
      await out.close();
    }
    this.#writtenBytes += out.sizeBytes;
    const { aborted, sizeBytes } = out;
    await writeWhole(
      this.#environment,
      `${directory}/${indexFileName(name)}`,
      encodeIndexFile(out.index, sizeBytes),
      false,
    );
    if (aborted.count > 0) {
      await writeWhole(
        this.#environment,
        `${directory}/${abortedFileName(name)}`,
        encodeAbortedFile(aborted, sizeBytes),
        true,
      );
    }
    return {
      baseOffset: first.baseOffset,
      endOffset: last.endOffset,
      sizeBytes,
      maxTimestampMs: out.maxTimestampMs,
      firstTimestampMs: first.firstTimestampMs,
      createdMs,
      abortedCount: aborted.count,
      abortedFirstOffset: aborted.count === 0 ? -1 : aborted.firstOffset,
    };
  }

  /** Calls `take` for each batch of the source until it says false. What is put out meanwhile is written between pieces. */
  async #eachBatch(
    source: CleanSource,
    take: (buffer: Buffer, at: number) => boolean,
    out?: SegmentOutput,
  ): Promise<void> {
    const { fileSystem, isOwnThread, pause } = this.#environment;
    const file = isOwnThread
      ? fileSystem.openNow(source.path, { mode: 'read' })
      : await fileSystem.open(source.path, { mode: 'read' });
    try {
      for (let position = 0; position < source.sizeBytes;) {
        const piece = this.#input.subarray(0, Math.min(this.#input.length, source.sizeBytes - position));
        const count = isOwnThread ? file.readNow(piece, position) : await file.read(piece, position);
        let at = 0;
        let goesOn = true;
        while (goesOn && at + BATCH_HEADER_SIZE_BYTES <= count) {
          const sizeBytes = batchSizeInBytes(piece, at);
          if (batchMagic(piece, at) !== BATCH_MAGIC || sizeBytes < BATCH_HEADER_SIZE_BYTES) {
            throw damagedAt(source.path, position + at, 'there is no record batch');
          }
          if (at + sizeBytes > count) break;
          if (!isBatchCrcValid(piece, at)) throw damagedAt(source.path, position + at, 'the CRC of a batch is wrong');
          goesOn = take(piece, at);
          at += sizeBytes;
          if (out?.isFull === true) await out.flush();
        }
        if (at === 0) this.#grow(source, position, count);
        position += at;
        this.#readBytes += count;
        await pause(count + (out?.takeWrittenBytes() ?? 0));
        if (!goesOn) return;
      }
    } finally {
      if (isOwnThread) file.closeNow();
      else await file.close();
    }
  }

  /** The next batch is larger than what is read at once. */
  #grow(source: CleanSource, position: number, count: number): void {
    const needed = count < BATCH_HEADER_SIZE_BYTES ? Infinity : batchSizeInBytes(this.#input, 0);
    if (position + needed > source.sizeBytes) throw damagedAt(source.path, position, 'the last batch is cut');
    if (needed <= this.#input.length) throw damagedAt(source.path, position + count, 'the file ends there');
    this.#input = Buffer.allocUnsafeSlow(needed);
  }
}

/** A segment's file while it is written. */
class SegmentOutput {
  readonly #environment: CleanEnvironment;
  readonly #buffer: Buffer;
  readonly index = new SparseIndex();
  readonly aborted = new AbortedTransactions();
  #file: OpenFile | undefined;
  #filled = 0;
  /** What did not go into the buffer, in order behind it. */
  #behind: Buffer[] = [];
  #flushedBytes = 0;
  #untoldBytes = 0;
  sizeBytes = 0;
  maxTimestampMs = -1;

  constructor(environment: CleanEnvironment, buffer: Buffer) {
    this.#environment = environment;
    this.#buffer = buffer;
  }

  /** Must be written before more is added. */
  get isFull(): boolean {
    return this.#behind.length > 0;
  }

  async open(path: string): Promise<void> {
    this.#file = await this.#environment.fileSystem.open(path, { mode: 'create' });
    // A pass that was cut off may have left one of the name.
    await this.#file.truncate(0);
  }

  add(bytes: Buffer, start: number, sizeBytes: number, maxTimestampMs: number): void {
    this.index.add(batchBaseOffset(bytes, start), this.sizeBytes, maxTimestampMs);
    if (maxTimestampMs > this.maxTimestampMs) this.maxTimestampMs = maxTimestampMs;
    if (this.#behind.length === 0 && this.#filled + sizeBytes <= this.#buffer.length) {
      bytes.copy(this.#buffer, this.#filled, start, start + sizeBytes);
      this.#filled += sizeBytes;
    } else {
      this.#behind.push(Buffer.from(bytes.subarray(start, start + sizeBytes)));
    }
    this.sizeBytes += sizeBytes;
  }

  async flush(): Promise<void> {
    const file = this.#file!;
    const pieces = [this.#buffer.subarray(0, this.#filled), ...this.#behind].filter(({ length }) => length > 0);
    if (pieces.length === 0) return;
    if (this.#environment.isOwnThread) file.writeNow(pieces, this.#flushedBytes);
    else await file.write(pieces, this.#flushedBytes);
    this.#untoldBytes += this.sizeBytes - this.#flushedBytes;
    this.#flushedBytes = this.sizeBytes;
    this.#filled = 0;
    this.#behind = [];
  }

  /** Bytes written since it was asked last. */
  takeWrittenBytes(): number {
    const bytes = this.#untoldBytes;
    this.#untoldBytes = 0;
    return bytes;
  }

  async finish(): Promise<void> {
    await this.flush();
    await this.#file!.sync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}

/** Runs of segments that together are not larger than one may be. */
export function groupsOf(sources: readonly CleanSource[], segmentBytesMax: number): readonly CleanSource[][] {
  const groups: CleanSource[][] = [];
  let bytes = 0;
  let aborted = 0;
  for (const source of sources) {
    const group = groups.at(-1);
    bytes += source.sizeBytes;
    aborted += source.abortedCount;
    const fits =
      bytes <= segmentBytesMax &&
      aborted <= ABORTED_PER_SEGMENT_MAX &&
      source.endOffset - (group?.[0]?.baseOffset ?? 0) <= SEGMENT_OFFSETS_MAX;
    if (group !== undefined && fits) {
      group.push(source);
      continue;
    }
    groups.push([source]);
    bytes = source.sizeBytes;
    aborted = source.abortedCount;
  }
  return groups;
}

async function writeWhole(
  { fileSystem }: CleanEnvironment,
  path: string,
  content: Buffer,
  isSynced: boolean,
): Promise<void> {
  const file = await fileSystem.open(path, { mode: 'create' });
  try {
    await file.write([content], 0);
    await file.truncate(content.length);
    if (isSynced) await file.sync();
  } finally {
    await file.close();
  }
}

function abortedOf(numbers: Float64Array): readonly AbortedEntry[] {
  return Array.from({ length: numbers.length / 3 }, (_, index) => ({
    markerOffset: numbers[index * 3]!,
    firstOffset: numbers[index * 3 + 1]!,
    producerId: numbers[index * 3 + 2]!,
  }));
}

function producersOf(numbers: Float64Array): ReadonlyMap<number, LastOfProducer> {
  const producers = new Map<number, LastOfProducer>();
  for (let at = 0; at < numbers.length; at += 3) {
    producers.set(numbers[at]!, { lastDataOffset: numbers[at + 1]!, producerEpoch: numbers[at + 2]! });
  }
  return producers;
}

function damaged(baseOffset: number, what: string): MillraceError {
  return new MillraceError('MILLRACE_STORAGE_CORRUPT', `the record batch at offset ${baseOffset} ${what}`, {
    details: { baseOffset },
  });
}

function damagedAt(path: string, position: number, what: string): MillraceError {
  return new MillraceError('MILLRACE_STORAGE_CORRUPT', `segment ${path}, byte ${position}: ${what}`, {
    details: { path, position },
  });
}
