/**
 * The batches of one log: which segments they belong to, which of them memory holds, and what segments still lack.
 *
 * Owns: segments as ranges, the tail's index, the log end, how far segments were filled from memory.
 * Invariants: memory holds the end of the log without gaps; what it no longer holds was flushed; flushed runs never cross segments.
 * Positions are bytes of batches counted from the first segment that the process opened with; they never start over.
 * Bounds: the engine takes memory back slab by slab ({@link LogData.releaseTail}).
 * Not here: what a batch may be and when it is visible (`owned-log.ts`), reading segments (`cold-read.ts`).
 */
import { assert } from '@millrace/base';
import { StoredAborted } from './aborted-transactions.ts';
import { Segment, type SegmentSnapshot } from './segment.ts';
import { SparseIndex } from './sparse-index.ts';
import { TailIndex } from './tail-index.ts';
import type { Slab, TailHolder, TailSlabs } from './tail-slabs.ts';

/** Larger batches are written from where they lie. */
const GATHER_BATCH_BYTES_MAX = 8 * 1024;

/** A batch as it enters the log. */
export interface NewBatch {
  readonly endOffset: number;
  readonly sizeBytes: number;
  readonly maxTimestampMs: number;
  readonly startsSegment: boolean;
  /** Broker time of the append. */
  readonly timeMs: number;
}

/** Batches that wait to be written to a segment. */
export interface FlushRun {
  readonly segment: Segment;
  /** Byte position in the segment. */
  readonly position: number;
  readonly slices: readonly Buffer[];
  readonly sizeBytes: number;
  readonly startOffset: number;
  readonly endOffset: number;
  /** Number of the journal group that holds its first batch. */
  readonly lsn: number;
}

/** Batches to be written into the journal once more, see {@link LogData.carry}. */
export interface CarriedBatch {
  readonly slab: Slab;
  readonly position: number;
  readonly lsn: number;
}

export class LogData implements TailHolder {
  readonly #slabs: TailSlabs;
  readonly #segments: Segment[] = [];
  readonly #tail = new TailIndex();
  #endOffset: number;
  #endPosition: number;
  #flushedEndOffset: number;
  #flushedEndPosition: number;
  #storedAbortedCount = 0;

  /** Starts with what segments hold; `endOffset` is where the last one ends. */
  constructor(slabs: TailSlabs, segments: readonly SegmentSnapshot[], endOffset: number) {
    this.#slabs = slabs;
    let position = 0;
    for (const kept of segments) {
      this.#segments.push(this.#restored(kept, position));
      position += kept.sizeBytes;
    }
    this.#endOffset = this.#flushedEndOffset = endOffset;
    this.#endPosition = this.#flushedEndPosition = position;
  }

  #restored(kept: SegmentSnapshot, position: number): Segment {
    const { baseOffset, firstTimestampMs, createdMs, generation, storedAborted } = kept;
    const segment = new Segment(baseOffset, position, firstTimestampMs, createdMs, generation);
    segment.endOffset = kept.endOffset;
    segment.sizeBytes = kept.sizeBytes;
    segment.maxTimestampMs = kept.maxTimestampMs;
    segment.visibleMaxTimestampMs = kept.maxTimestampMs;
    if (storedAborted !== undefined) {
      this.noteAbortedStored(segment, new StoredAborted(storedAborted.count, storedAborted.firstOffset));
    }
    return segment;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Segments whose aborted transactions are in the engine's store. */
  get storedAbortedCount(): number {
    return this.#storedAbortedCount;
  }

  get activeSegment(): Segment | undefined {
    return this.#segments.at(-1);
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get endPosition(): number {
    return this.#endPosition;
  }

  /** Bytes of all segments. */
  get sizeBytes(): number {
    return this.#endPosition - (this.#segments[0]?.startPosition ?? this.#endPosition);
  }

  /** First offset that memory holds; the log end when it holds nothing. */
  get tailStartOffset(): number {
    return this.#tail.count === 0 ? this.#endOffset : this.#tail.baseOffset(0);
  }

  /** Everything below is in segments. */
  get flushedEndOffset(): number {
    return this.#flushedEndOffset;
  }

  get flushedEndPosition(): number {
    return this.#flushedEndPosition;
  }

  /** Whether the segment is part of the log still. */
  has(segment: Segment): boolean {
    return this.segmentHolding(segment.baseOffset) === segment;
  }

  segmentHolding(offset: number): Segment | undefined {
    return this.#segments[this.#indexHolding(offset)];
  }

  /** The segment that holds `offset` and those after it. */
  segmentsFrom(offset: number): readonly Segment[] {
    return this.#segments.slice(Math.max(0, this.#indexHolding(offset)));
  }

  /** −1 when the first segment begins after `offset`. */
  #indexHolding(offset: number): number {
    const active = this.#segments.at(-1);
    if (active !== undefined && offset >= active.baseOffset) return this.#segments.length - 1;
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#segments[middle]!.baseOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Bytes at the start of the segment that are in its store. */
  flushedSizeOf(segment: Segment): number {
    return Math.max(0, Math.min(segment.sizeBytes, this.#flushedEndPosition - segment.startPosition));
  }

  /** Puts a batch that lies in a slab at the end of the log. */
  add(batch: NewBatch, slab: Slab, slabPosition: number, lsn: number): void {
    const baseOffset = this.#endOffset;
    const position = this.#endPosition;
    this.#grow(batch);
    slab.holders.add(this);
    this.#tail.push(
      baseOffset,
      batch.endOffset,
      batch.maxTimestampMs,
      slab.number,
      slabPosition,
      batch.sizeBytes,
      position,
      lsn,
    );
  }

  /** Accounts for a batch that recovery found in a segment. */
  addFlushed(batch: NewBatch): void {
    assert(this.#tail.count === 0, 'a batch in a segment cannot follow one in memory');
    this.#grow(batch);
    this.#flushedEndOffset = this.#endOffset;
    this.#flushedEndPosition = this.#endPosition;
  }

  /** The log goes on at `offset` with nothing in it: what was below is gone. */
  restartAt(offset: number): void {
    assert(this.#segments.length === 0 && this.#tail.count === 0, 'a log with batches cannot start elsewhere');
    this.#endOffset = this.#flushedEndOffset = offset;
  }

  /** Notes that the batches of [from, to) are visible now. */
  noteVisible(from: number, to: number): void {
    const tail = this.#tail;
    for (let index = tail.find(from); index < tail.count && tail.endOffset(index) <= to; index++) {
      const segment = this.segmentHolding(tail.baseOffset(index));
      const timestampMs = tail.maxTimestampMs(index);
      if (segment !== undefined && timestampMs > segment.visibleMaxTimestampMs) {
        segment.visibleMaxTimestampMs = timestampMs;
      }
    }
  }

  /**
   * Whole batches in memory from the one that holds `offset`, those that end at or below `endOffset`, as far as `maxBytes` allow.
   * Appends to `slices`, which stay right until `loans`, the slab of each, are given back, and returns their bytes.
   */
  sliceTail(
    offset: number,
    endOffset: number,
    maxBytes: number,
    atLeastOneBatch: boolean,
    slices: Buffer[],
    loans: Slab[],
  ): number {
    return this.#slice(offset, endOffset, maxBytes, atLeastOneBatch, slices, loans);
  }

  #slice(
    offset: number,
    endOffset: number,
    maxBytes: number,
    atLeastOneBatch: boolean,
    slices: Buffer[],
    loans: Slab[] | undefined,
  ): number {
    const tail = this.#tail;
    let total = 0;
    let slabNumber = -1;
    let start = 0;
    let stop = 0;
    for (let index = tail.find(offset); index < tail.count && tail.endOffset(index) <= endOffset; index++) {
      const sizeBytes = tail.sizeBytes(index);
      if (total + sizeBytes > maxBytes && (total > 0 || !atLeastOneBatch)) break;
      total += sizeBytes;
      const slabPosition = tail.slabPosition(index);
      // Neighbours in memory make one slice.
      if (tail.slab(index) !== slabNumber || slabPosition !== stop) {
        if (slabNumber !== -1) slices.push(this.#piece(slabNumber, start, stop, loans));
        slabNumber = tail.slab(index);
        start = slabPosition;
      }
      stop = slabPosition + sizeBytes;
    }
    if (slabNumber !== -1) slices.push(this.#piece(slabNumber, start, stop, loans));
    return total;
  }

  #piece(slabNumber: number, start: number, stop: number, loans: Slab[] | undefined): Buffer {
    const slab = this.#slabs.get(slabNumber);
    if (loans !== undefined) {
      slab.lentCount++;
      loans.push(slab);
    }
    return slab.bytes(start, stop);
  }

  /** Position of the batch that holds `offset`: exact in memory, else at or before it as far as the index in memory knows. */
  positionOf(offset: number): number {
    if (offset >= this.#endOffset) return this.#endPosition;
    if (offset >= this.tailStartOffset) return this.#tail.logPosition(this.#tail.find(offset));
    const segment = this.segmentHolding(offset);
    if (segment === undefined) return this.#segments[0]?.startPosition ?? this.#endPosition;
    if (segment.index !== undefined) return segment.startPosition + segment.index.positionFor(offset);
    const offsets = Math.max(1, segment.endOffset - segment.baseOffset);
    return segment.startPosition + Math.floor((segment.sizeBytes * (offset - segment.baseOffset)) / offsets);
  }

  /**
   * About when the record at `offset` was made, without reading: the largest timestamp of its batch while memory holds that, else by
   * a line through what is known of its segment. NaN when nothing is known.
   */
  timestampNear(offset: number): number {
    const tail = this.#tail;
    if (offset >= this.#endOffset) return NaN;
    if (offset >= this.tailStartOffset) return tail.maxTimestampMs(tail.find(offset));
    const segment = this.segmentHolding(offset);
    if (segment === undefined || segment.firstTimestampMs < 0) return NaN;
    const reachesTail = tail.count > 0 && segment.endOffset > this.tailStartOffset;
    const endOffset = reachesTail ? this.tailStartOffset : segment.endOffset;
    const endTimestampMs = Math.max(
      segment.firstTimestampMs,
      reachesTail ? tail.maxTimestampMs(0) : segment.maxTimestampMs,
    );
    const share = (offset - segment.baseOffset) / Math.max(1, endOffset - segment.baseOffset);
    return segment.firstTimestampMs + (endTimestampMs - segment.firstTimestampMs) * Math.max(0, share);
  }

  /** Base offset of the first batch in memory at or after the one of `offset` whose largest timestamp reaches `timestampMs`. */
  skipOlder(offset: number, timestampMs: number): number {
    const tail = this.#tail;
    const first = tail.find(offset);
    let index = first;
    while (index < tail.count && tail.maxTimestampMs(index) < timestampMs) index++;
    if (index === first) return offset;
    return index === tail.count ? this.#endOffset : tail.baseOffset(index);
  }

  /** Removes the segments before `keptFrom` and what memory holds of them; returns them. `keptFrom` is a segment's base or the log end. */
  dropSegmentsBefore(keptFrom: number): Segment[] {
    let count = 0;
    while (count < this.#segments.length && this.#segments[count]!.endOffset <= keptFrom) count++;
    const dropped = this.#splice(count);
    const keptFromPosition = this.#segments[0]?.startPosition ?? this.#endPosition;
    let batches = 0;
    while (batches < this.#tail.count && this.#tail.endOffset(batches) <= keptFrom) batches++;
    this.#dropTail(batches);
    if (this.#flushedEndOffset < keptFrom) {
      this.#flushedEndOffset = keptFrom;
      this.#flushedEndPosition = keptFromPosition;
    }
    return dropped;
  }

  /**
   * The next batches below `limitOffset` that their segment lacks: about `bytesMax`, at least one batch; undefined when it lacks none.
   * Small ones are copied side by side into `scratch`, as far as it goes: writing thousands of little pieces costs more than that.
   */
  nextFlush(limitOffset: number, bytesMax: number, scratch: Buffer): FlushRun | undefined {
    const startOffset = this.#flushedEndOffset;
    const tail = this.#tail;
    const first = tail.find(startOffset);
    if (first === tail.count || tail.endOffset(first) > limitOffset) return undefined;
    const segment = this.segmentHolding(startOffset);
    assert(segment !== undefined, `no segment holds offset ${startOffset}`);
    const endOffset = Math.min(limitOffset, segment.endOffset);
    const slices: Buffer[] = [];
    const sizeBytes =
      tail.sizeBytes(first) <= GATHER_BATCH_BYTES_MAX
        ? this.#gather(first, endOffset, Math.min(bytesMax, scratch.length), scratch, slices)
        : this.#slice(startOffset, endOffset, bytesMax, true, slices, undefined);
    return {
      segment,
      position: this.#flushedEndPosition - segment.startPosition,
      slices,
      sizeBytes,
      startOffset,
      endOffset: this.#offsetAt(first, this.#flushedEndPosition + sizeBytes),
      lsn: tail.lsn(first),
    };
  }

  /** The run is in its segment. Nothing to do when its segment has left the log meanwhile. */
  markFlushed(run: FlushRun): void {
    if (run.startOffset !== this.#flushedEndOffset) return;
    this.#flushedEndOffset = run.endOffset;
    this.#flushedEndPosition += run.sizeBytes;
  }

  releaseTail(slabNumber: number): boolean {
    const tail = this.#tail;
    let count = 0;
    while (count < tail.count && tail.slab(count) <= slabNumber && tail.endOffset(count) <= this.#flushedEndOffset) {
      count++;
    }
    this.#dropTail(count);
    return tail.count === 0 || tail.slab(0) > slabNumber;
  }

  /**
   * `made` takes the place of the closed segments with the same range of offsets, all of whose batches its store has. What memory holds of
   * them is forgotten. Returns those that it replaces: none when they have gone, or were replaced by this one or a later one already.
   */
  replaceSegments(made: SegmentSnapshot): Segment[] {
    const { baseOffset, endOffset, generation = 0 } = made;
    const first = this.#segments.findIndex((segment) => segment.baseOffset >= baseOffset);
    if (first === -1) return [];
    let end = first;
    while ((this.#segments[end]?.endOffset ?? Infinity) <= endOffset) end++;
    const replaced = this.#segments.slice(first, end);
    const last = replaced.at(-1);
    if (last === undefined || replaced.some((segment) => segment.generation >= generation)) return [];
    assert(
      last.endOffset === endOffset,
      `a cleaned segment ends at offset ${endOffset}, those before it at ${last.endOffset}`,
    );
    if (this.#flushedEndOffset < endOffset) {
      this.#flushedEndOffset = endOffset;
      this.#flushedEndPosition = last.endPosition;
    }
    const tail = this.#tail;
    let batches = 0;
    while (batches < tail.count && tail.endOffset(batches) <= endOffset) batches++;
    this.#dropTail(batches);
    // Bytes go at the front, so that positions of what follows, which others know, stay as they are.
    const segment = this.#restored(made, last.endPosition - made.sizeBytes);
    const movedBytes = segment.startPosition - replaced[0]!.startPosition;
    for (let index = 0; index < first; index++) this.#segments[index]!.startPosition += movedBytes;
    this.#segments.splice(first, replaced.length, segment);
    for (const { storedAborted } of replaced) if (storedAborted !== undefined) this.#storedAbortedCount--;
    return replaced;
  }

  /** Forgets everything: the partition is deleted. Returns the segments. */
  dropAll(): Segment[] {
    this.#dropTail(this.#tail.count);
    this.#flushedEndOffset = this.#endOffset;
    this.#flushedEndPosition = this.#endPosition;
    return this.#splice(this.#segments.length);
  }

  /** The engine has stored the aborted transactions of a closed segment. */
  noteAbortedStored(segment: Segment, stored: StoredAborted): void {
    segment.storedAborted = stored;
    this.#storedAbortedCount++;
  }

  /** Number of the journal group that holds the batch of `offset`; undefined when memory does not hold it. */
  lsnOf(offset: number): number | undefined {
    if (this.#tail.count === 0 || offset < this.#tail.baseOffset(0)) return undefined;
    const index = this.#tail.find(offset);
    return index === this.#tail.count ? undefined : this.#tail.lsn(index);
  }

  /**
   * Copies the batches from `fromOffset` to the log end by `copy`, which says where each copy lies; memory then uses the copies.
   * All of them must be in memory.
   */
  carry(fromOffset: number, copy: (batch: Buffer, baseOffset: number, startsSegment: boolean) => CarriedBatch): void {
    const tail = this.#tail;
    assert(fromOffset >= this.tailStartOffset, `offset ${fromOffset} is no longer in memory`);
    const first = tail.find(fromOffset);
    const left = new Set<number>();
    for (let index = first; index < tail.count; index++) {
      const baseOffset = tail.baseOffset(index);
      const slabNumber = tail.slab(index);
      const start = tail.slabPosition(index);
      const bytes = this.#slabs.get(slabNumber).bytes(start, start + tail.sizeBytes(index));
      const placed = copy(bytes, baseOffset, this.segmentHolding(baseOffset)?.baseOffset === baseOffset);
      tail.moveTo(index, placed.slab.number, placed.position, placed.lsn);
      placed.slab.holders.add(this);
      left.add(slabNumber);
    }
    for (let index = 0; index < tail.count; index++) left.delete(tail.slab(index));
    // A flush may be reading the originals.
    for (const slabNumber of left) this.#leave(slabNumber, true);
  }

  /** Segments up to `endOffset`, which lies at `endPosition`. */
  snapshotSegments(endOffset: number, endPosition: number): SegmentSnapshot[] {
    return this.#segments
      .filter((segment) => segment.baseOffset < endOffset)
      .map((segment) => ({
        baseOffset: segment.baseOffset,
        endOffset: Math.min(segment.endOffset, endOffset),
        sizeBytes: Math.min(segment.sizeBytes, endPosition - segment.startPosition),
        maxTimestampMs: segment.maxTimestampMs,
        firstTimestampMs: segment.firstTimestampMs,
        createdMs: segment.createdMs,
        generation: segment.generation,
        storedAborted: segment.storedAborted,
      }));
  }

  /** Gives a segment its index, which covers `coveredBytes` of it; memory supplies the rest. */
  installIndex(segment: Segment, index: SparseIndex, coveredBytes: number): void {
    const tail = this.#tail;
    for (let entry = 0; entry < tail.count; entry++) {
      const position = tail.logPosition(entry) - segment.startPosition;
      if (position < coveredBytes) continue;
      if (tail.baseOffset(entry) >= segment.endOffset) break;
      index.add(tail.baseOffset(entry), position, tail.maxTimestampMs(entry));
    }
    segment.index = index;
  }

  /** Copies batches from index `first` on, up to the first large one, to `target`. */
  #gather(first: number, endOffset: number, bytesMax: number, target: Buffer, slices: Buffer[]): number {
    const tail = this.#tail;
    let total = 0;
    for (let index = first; index < tail.count && tail.endOffset(index) <= endOffset; index++) {
      const sizeBytes = tail.sizeBytes(index);
      if (total + sizeBytes > bytesMax || sizeBytes > GATHER_BATCH_BYTES_MAX) break;
      const start = tail.slabPosition(index);
      this.#slabs.get(tail.slab(index)).copyTo(target, total, start, start + sizeBytes);
      total += sizeBytes;
    }
    if (total === 0) return this.#slice(tail.baseOffset(first), endOffset, bytesMax, true, slices, undefined);
    slices.push(target.subarray(0, total));
    return total;
  }

  #grow(batch: NewBatch): void {
    const baseOffset = this.#endOffset;
    let segment = this.#segments.at(-1);
    if (segment === undefined || batch.startsSegment) {
      segment = new Segment(baseOffset, this.#endPosition, batch.maxTimestampMs, batch.timeMs);
      segment.index = new SparseIndex();
      this.#segments.push(segment);
    }
    segment.index?.add(baseOffset, segment.sizeBytes, batch.maxTimestampMs);
    segment.sizeBytes += batch.sizeBytes;
    segment.endOffset = batch.endOffset;
    if (batch.maxTimestampMs > segment.maxTimestampMs) segment.maxTimestampMs = batch.maxTimestampMs;
    this.#endOffset = batch.endOffset;
    this.#endPosition += batch.sizeBytes;
  }

  #splice(count: number): Segment[] {
    const dropped = this.#segments.splice(0, count);
    for (const { storedAborted } of dropped) if (storedAborted !== undefined) this.#storedAbortedCount--;
    return dropped;
  }

  #offsetAt(first: number, position: number): number {
    const tail = this.#tail;
    let low = first;
    let high = tail.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (tail.logPosition(middle) >= position) high = middle;
      else low = middle + 1;
    }
    return low === tail.count ? this.#endOffset : tail.baseOffset(low);
  }

  /** Forgets the oldest `count` batches in memory. */
  #dropTail(count: number): void {
    const tail = this.#tail;
    for (let index = 0; index < count; index++) {
      const slabNumber = tail.slab(index);
      // What goes without having been flushed may be on its way to a segment at this moment.
      const isInUse = tail.endOffset(index) > this.#flushedEndOffset;
      if (index + 1 < tail.count && tail.slab(index + 1) === slabNumber) continue;
      this.#leave(slabNumber, isInUse);
    }
    tail.drop(count);
  }

  #leave(slabNumber: number, isInUse: boolean): void {
    const slab = this.#slabs.get(slabNumber);
    if (isInUse) slab.lentCount = Infinity;
    slab.holders.delete(this);
    this.#slabs.releaseIfUnused(slab);
  }
}
