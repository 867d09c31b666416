/** Checks the segments of one partition, batch by batch, and their sidecars, as far as a checkpoint vouches for them. */
import type { Segment } from '@millrace/log/internal';
import { batchBaseOffset, batchLastOffset } from '@millrace/protocol';
import { decodeAbortedFile } from '../aborted-file.ts';
import { errorCodeOf, readWholeFile, type FileSystem } from '../file-system.ts';
import { indexFaults } from '../segment-index-file.ts';
import { filesOfNone, type StoredPartition } from '../stored-partition.ts';
import type { Finding, VerifyCounts } from './findings.ts';
import { namesIn } from './open-directory.ts';
import { scanSegment } from './segment-scan.ts';
import type { NotedCut } from './unchanging-disk.ts';

export interface OffsetRange {
  readonly fromOffset: number;
  readonly toOffset: number;
}

export async function verifySegments(
  fileSystem: FileSystem,
  partition: StoredPartition,
  range: OffsetRange,
  counts: VerifyCounts,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { data } = partition.log;
  for (const segment of data.segments) {
    if (segment.endOffset <= range.fromOffset || segment.baseOffset > range.toOffset) continue;
    counts.segments++;
    const check = new SegmentCheck(fileSystem, partition, segment, counts);
    findings.push(...(await check.run()));
  }
  findings.push(...(await strayFiles(fileSystem, partition)));
  return findings;
}

class SegmentCheck {
  readonly #fileSystem: FileSystem;
  readonly #partition: StoredPartition;
  readonly #segment: Segment;
  readonly #path: string;
  readonly #counts: VerifyCounts;
  readonly #findings: Finding[] = [];
  /** Offset of the batch at each position. */
  readonly #offsets = new Map<number, number>();

  constructor(fileSystem: FileSystem, partition: StoredPartition, segment: Segment, counts: VerifyCounts) {
    this.#fileSystem = fileSystem;
    this.#partition = partition;
    this.#segment = segment;
    this.#path = partition.segmentPath(segment);
    this.#counts = counts;
  }

  async run(): Promise<Finding[]> {
    // Behind it the journal has everything.
    const vouchedBytes = this.#partition.log.data.flushedSizeOf(this.#segment);
    this.#counts.journalBytes += this.#segment.sizeBytes - vouchedBytes;
    if (vouchedBytes === 0) return [];
    try {
      await this.#checkBatches(vouchedBytes);
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') throw error;
      this.#report(this.#path, undefined, `the file is missing; it should have ${vouchedBytes} bytes`);
      return this.#findings;
    }
    const isWhole = this.#findings.length === 0 && vouchedBytes === this.#segment.sizeBytes;
    if (isWhole && this.#segment !== this.#partition.log.data.activeSegment) await this.#checkIndex();
    if (isWhole) await this.#checkAborted();
    return this.#findings;
  }

  async #checkBatches(vouchedBytes: number): Promise<void> {
    let expected = this.#segment.baseOffset;
    let end = 0;
    const isCleaned = this.#segment.generation > 0;
    for await (const found of scanSegment(this.#fileSystem, this.#path, 0, vouchedBytes)) {
      if (found.kind === 'bad') {
        this.#report(
          this.#path,
          found.position,
          `the batch at offset ${expected} is damaged: ${found.reason}; ${REMEDY}`,
        );
        return;
      }
      const { buffer, at, position } = found;
      const baseOffset = batchBaseOffset(buffer, at);
      // A cleaner leaves gaps between batches, and none runs backwards.
      if (isCleaned ? baseOffset < expected : baseOffset !== expected) {
        this.#report(
          this.#path,
          position,
          `a batch begins at offset ${baseOffset} where ${expected} is due; ${REMEDY}`,
        );
        return;
      }
      this.#offsets.set(position, baseOffset);
      expected = batchLastOffset(buffer, at) + 1;
      end = position + found.sizeBytes;
      this.#counts.batches++;
      this.#counts.bytes += found.sizeBytes;
    }
    if (end < vouchedBytes) {
      this.#report(this.#path, end, `the file ends there; it should have ${vouchedBytes} bytes; ${REMEDY}`);
    } else if (
      vouchedBytes === this.#segment.sizeBytes &&
      (isCleaned ? expected > this.#segment.endOffset : expected !== this.#segment.endOffset)
    ) {
      this.#report(
        this.#path,
        end,
        `the segment ends at offset ${expected}, not at ${this.#segment.endOffset}; ${REMEDY}`,
      );
    }
  }

  async #checkIndex(): Promise<void> {
    const path = this.#partition.indexPath(this.#segment);
    const content = await readWholeFile(this.#fileSystem, path);
    if (content === undefined) return;
    this.#counts.indexes++;
    this.#counts.bytes += content.length;
    for (const { position, reason } of indexFaults(content, this.#segment.sizeBytes, this.#offsets)) {
      this.#report(path, position, `${reason}; remove the file while the broker is stopped: it is made again`);
    }
  }

  async #checkAborted(): Promise<void> {
    const { storedAborted } = this.#segment;
    if (storedAborted === undefined) return;
    const path = this.#partition.abortedPath(this.#segment);
    const content = await readWholeFile(this.#fileSystem, path);
    this.#counts.bytes += content?.length ?? 0;
    const { sizeBytes } = this.#segment;
    if (content !== undefined && decodeAbortedFile(content, sizeBytes, storedAborted.count) !== undefined) return;
    const what = content === undefined ? 'missing' : 'damaged';
    const message = `the list of ${storedAborted.count} aborted transactions is ${what}; it is made again when it is needed`;
    this.#findings.push({ severity: 'note', path, message });
  }

  #report(path: string, position: number | undefined, message: string): void {
    this.#findings.push({ severity: 'problem', path, ...(position === undefined ? {} : { position }), message });
  }
}

const REMEDY = 'restore the data directory from a backup';

/** What a start would cut off a segment of an `os` partition. */
export async function verifyCut(fileSystem: FileSystem, cut: NotedCut): Promise<Finding> {
  const { path, sizeBytes: position } = cut;
  for await (const found of scanSegment(fileSystem, path, position)) {
    if (found.kind === 'batch') {
      const offset = batchBaseOffset(found.buffer, found.at);
      const message = `a batch begins at offset ${offset}, which is not the next one; a start cuts the segment there`;
      return { severity: 'note', path, position, message };
    }
    const next = found.nextPosition === undefined ? undefined : await firstBatch(fileSystem, path, found.nextPosition);
    if (next !== undefined) {
      const message = `a batch is damaged (${found.reason}) and whole ones follow, from offset ${next} on; a start loses them`;
      return { severity: 'problem', path, position, message };
    }
    const message = `the last batch is not whole (${found.reason}); a start cuts it`;
    return { severity: 'note', path, position, message };
  }
  return { severity: 'note', path, position, message: 'a start cuts the segment there' };
}

async function firstBatch(fileSystem: FileSystem, path: string, position: number): Promise<number | undefined> {
  for await (const found of scanSegment(fileSystem, path, position)) {
    return found.kind === 'batch' ? batchBaseOffset(found.buffer, found.at) : undefined;
  }
  return undefined;
}

async function strayFiles(fileSystem: FileSystem, partition: StoredPartition): Promise<Finding[]> {
  const strays = filesOfNone(await namesIn(fileSystem, partition.directory), partition.log.data.segments);
  return strays.map((name) => ({
    severity: 'note',
    path: `${partition.directory}/${name}`,
    message: 'it belongs to no segment; it is on its way out, or a start removes it',
  }));
}
