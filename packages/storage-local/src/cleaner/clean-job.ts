/** What a cleaner is given and what it answers; plain data, since it may work in another thread. */

/** A closed segment, all of which is on the disk. */
export interface CleanSource {
  readonly path: string;
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly sizeBytes: number;
  readonly firstTimestampMs: number;
  readonly createdMs: number;
  readonly abortedCount: number;
}

export interface CleanJob {
  readonly directory: string;
  /** Of the segments that are made. */
  readonly generation: number;
  /** From the first segment of the log on. */
  readonly sources: readonly CleanSource[];
  /** Nothing from here on was cleaned before. */
  readonly firstDirtyOffset: number;
  /** Aborted transactions, three numbers each: marker, first offset, producer id. */
  readonly aborted: Float64Array;
  /** Producers, three numbers each: id, offset of the last record (−1 = only markers), epoch. */
  readonly producers: Float64Array;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  /** Segments are joined up to this size. */
  readonly segmentBytesMax: number;
  /** Memory for keys. */
  readonly keyBytesMax: number;
  readonly keyLoadFactor: number;
  readonly ioBytes: number;
  readonly secret: Uint32Array;
}

/** A segment that takes the place of those with the same range of offsets. */
export interface CleanedSegment {
  readonly baseOffset: number;
  readonly endOffset: number;
  readonly sizeBytes: number;
  readonly maxTimestampMs: number;
  readonly firstTimestampMs: number;
  readonly createdMs: number;
  readonly abortedCount: number;
  /** Smallest first offset of its aborted transactions; −1 without any. */
  readonly abortedFirstOffset: number;
}

export interface CleanSummary {
  /** All records below it were looked at, by the keys of all that is below it. */
  readonly cleanedEndOffset: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly recordsRead: number;
  readonly recordsKept: number;
  readonly keys: number;
  /** Share of the memory for keys that was used. */
  readonly keyUtilization: number;
}

/** The pass was given up on purpose: nothing is wrong. */
export class CleaningCancelled extends Error {
  override readonly name = 'CleaningCancelled';

  constructor() {
    super('the cleaning was given up');
  }
}
