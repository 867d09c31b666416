/**
 * What one fetch brought of one partition, opened record batch by record batch as it is asked for.
 *
 * Owns: the position in the fetched bytes, and which producers' records belong to aborted transactions (KIP-98).
 * Invariants: control batches, aborted records and records before the wanted offset never come out; what comes out in one piece has one
 *   leader epoch; a cut batch at the end is left to the next fetch.
 * Bounds: at most one batch is decompressed beyond what was taken.
 * Not here: decoding keys and values (./topic-decoder.ts).
 */
import {
  batchAttributes,
  batchLastOffset,
  batchPartitionLeaderEpoch,
  batchProducerId,
  batchSizeInBytes,
  codecOf,
  CONTROL_RECORD_TYPES,
  decodeBatch,
  decodeBatchAsync,
  decodeControlRecordKey,
  isControl,
  isTransactional,
  nextBatchPosition,
  type RecordBatchReader,
} from '@millrace/protocol';

/** Compressed batches above this are decompressed off the event loop, in bytes. */
const ASYNC_DECOMPRESSION_BYTES = 64 * 1024;

/** A transaction whose records must not be seen by who reads committed records only. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** Some consecutive records of a batch. */
export interface RecordRun {
  readonly reader: RecordBatchReader;
  /** Index in the reader of the first of them. */
  readonly first: number;
  readonly count: number;
}

export interface TakenRecords {
  readonly runs: readonly RecordRun[];
  readonly size: number;
  /** Bytes of the response that they took, skipped batches before them included. */
  readonly bytes: number;
  readonly nextOffset: number;
  readonly leaderEpoch: number;
}

export interface TakeLimits {
  readonly maxRecords: number;
  /** Uncompressed bytes after which no further batch is opened. */
  readonly maxBytes: number;
}

export interface FetchedRecordsOptions {
  /** Records before it are not wanted. */
  readonly fetchOffset: number;
  /** Undefined: aborted records are wanted too. */
  readonly abortedTransactions?: readonly AbortedTransaction[] | undefined;
  readonly checkCrc: boolean;
}

export class FetchedRecords {
  #buffer: Buffer;
  readonly #checkCrc: boolean;
  /** Oldest last, so that the next to begin is popped. */
  readonly #aborted: AbortedTransaction[] | undefined;
  readonly #abortedProducers = new Set<number>();
  #at = 0;
  #nextOffset: number;
  #reader: RecordBatchReader | undefined;
  #index = 0;
  /** Of the bytes of the batch that `#reader` was made of, the share of the records that were not handed out. */
  #unclaimedBytes = 0;
  #isOpening = false;
  /** Bytes of it that its partition counts as held. */
  countedBytes = 0;

  constructor(records: Buffer, options: FetchedRecordsOptions) {
    this.#buffer = records;
    this.#checkCrc = options.checkCrc;
    this.#nextOffset = options.fetchOffset;
    if (options.abortedTransactions !== undefined) {
      this.#aborted = [...options.abortedTransactions].sort((a, b) => b.firstOffset - a.firstOffset);
    }
  }

  /** Offset that the next record will have at least; where the next fetch goes on once nothing is left here. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Bytes that were not handed out. */
  get remainingBytes(): number {
    return this.#buffer.length - this.#at + this.#unclaimedBytes;
  }

  /** Nothing is left to take. */
  get isExhausted(): boolean {
    return this.#reader === undefined && this.#at >= this.#buffer.length;
  }

  /** What is held as long as this lives: of the whole answer, which other pieces may have come in, too. */
  get memory(): ArrayBufferLike {
    return this.#buffer.buffer;
  }

  /** Moves what is left to memory of its own, so that a large response does not live for a small rest of it. */
  detach(): void {
    if (this.#isOpening) return;
    const rest = Buffer.allocUnsafeSlow(this.#buffer.length - this.#at);
    this.#buffer.copy(rest, 0, this.#at);
    this.#buffer = rest;
    this.#at = 0;
    this.#reader = this.#reader?.detach();
  }

  /**
   * The next records, at least one; undefined when nothing is left. A promise when a large batch has to be decompressed first.
   * Throws RecordsError or CompressionError for a damaged batch, of which and behind which nothing comes out.
   */
  take(limits: TakeLimits): TakenRecords | undefined | Promise<TakenRecords | undefined> {
    const taken = new Taking(this.remainingBytes);
    while (taken.size < limits.maxRecords && taken.bytesOpened < limits.maxBytes) {
      let reader = this.#reader;
      if (reader === undefined) {
        const position = this.#nextWanted();
        if (position < 0) break;
        if (taken.size > 0 && this.#mustWait(position, taken.leaderEpoch)) break;
        if (this.#isLargeCompressed(position)) return this.#takeLarge(position, limits);
        reader = decodeBatch(this.#buffer, position, { checkCrc: this.#checkCrc });
        if (!this.#open(reader, position)) continue;
      }
      const left = reader.count - this.#index;
      const count = Math.min(left, limits.maxRecords - taken.size);
      taken.add(reader, this.#index, count);
      this.#unclaimedBytes -= count === left ? this.#unclaimedBytes : Math.floor((this.#unclaimedBytes * count) / left);
      this.#index += count;
      if (this.#index < reader.count) {
        this.#nextOffset = reader.offsetAt(this.#index);
      } else {
        this.#nextOffset = reader.lastOffset + 1;
        this.#reader = undefined;
      }
    }
    if (taken.size === 0) return undefined;
    return {
      runs: taken.runs,
      size: taken.size,
      bytes: taken.bytesBefore - this.remainingBytes,
      nextOffset: this.#nextOffset,
      leaderEpoch: taken.leaderEpoch,
    };
  }

  async #takeLarge(position: number, limits: TakeLimits): Promise<TakenRecords | undefined> {
    this.#isOpening = true;
    try {
      this.#open(await decodeBatchAsync(this.#buffer, position, { checkCrc: this.#checkCrc }), position);
    } finally {
      this.#isOpening = false;
    }
    return this.take(limits);
  }

  /** Position of the next batch that holds something for the application, −1 when there is none. */
  #nextWanted(): number {
    const buffer = this.#buffer;
    for (;;) {
      const position = this.#at;
      const next = nextBatchPosition(buffer, position);
      if (next < 0) {
        this.#at = buffer.length;
        return -1;
      }
      const lastOffset = batchLastOffset(buffer, position);
      if (lastOffset >= this.#nextOffset && !this.#isHidden(position, lastOffset)) return position;
      this.#at = next;
      if (lastOffset >= this.#nextOffset) this.#nextOffset = lastOffset + 1;
    }
  }

  /** Control batches and aborted records. Called once or more for each batch, in order. */
  #isHidden(position: number, lastOffset: number): boolean {
    const buffer = this.#buffer;
    const attributes = batchAttributes(buffer, position);
    const isMarker = isControl(attributes);
    const aborted = this.#aborted;
    if (aborted === undefined || !isTransactional(attributes)) return isMarker;
    for (let next = aborted.at(-1); next !== undefined && next.firstOffset <= lastOffset; next = aborted.at(-1)) {
      this.#abortedProducers.add(next.producerId);
      aborted.pop();
    }
    if (this.#abortedProducers.size === 0) return isMarker;
    const producerId = batchProducerId(buffer, position);
    if (!isMarker) return this.#abortedProducers.has(producerId);
    if (this.#isAbortMarker(position)) this.#abortedProducers.delete(producerId);
    return true;
  }

  #isAbortMarker(position: number): boolean {
    const marker = decodeBatch(this.#buffer, position, { checkCrc: this.#checkCrc });
    return marker.count > 0 && decodeControlRecordKey(marker.keyAt(0)).type === CONTROL_RECORD_TYPES.abort;
  }

  /** Whether the batch cannot join records of this leader epoch in one piece, or takes long to open. */
  #mustWait(position: number, leaderEpoch: number): boolean {
    return batchPartitionLeaderEpoch(this.#buffer, position) !== leaderEpoch || this.#isLargeCompressed(position);
  }

  #isLargeCompressed(position: number): boolean {
    const codec = codecOf(batchAttributes(this.#buffer, position));
    return codec !== 'none' && batchSizeInBytes(this.#buffer, position) > ASYNC_DECOMPRESSION_BYTES;
  }

  /** Takes up an opened batch. False when it has no record that is wanted. */
  #open(reader: RecordBatchReader, position: number): boolean {
    const sizeInBytes = batchSizeInBytes(this.#buffer, position);
    this.#at = position + sizeInBytes;
    this.#index = reader.indexOfOffset(this.#nextOffset);
    if (this.#index >= reader.count) {
      this.#nextOffset = Math.max(this.#nextOffset, reader.lastOffset + 1);
      return false;
    }
    this.#unclaimedBytes = sizeInBytes;
    this.#reader = reader;
    return true;
  }
}

/**
 * Moves pieces to memory of their own where less than half of an answer's memory is left to read, once all together hold more than so
 * many bytes.
 */
export function compactPieces(pieces: Iterable<FetchedRecords>, memoryBytesMax: number): void {
  const answers = new Map<ArrayBufferLike, FetchedRecords[]>();
  let memoryBytes = 0;
  for (const piece of pieces) {
    const { memory } = piece;
    const others = answers.get(memory);
    if (others !== undefined) {
      others.push(piece);
      continue;
    }
    answers.set(memory, [piece]);
    memoryBytes += memory.byteLength;
  }
  if (memoryBytes <= memoryBytesMax) return;
  for (const [memory, rests] of answers) {
    const restBytes = rests.reduce((sum, { remainingBytes }) => sum + remainingBytes, 0);
    if (restBytes * 2 < memory.byteLength) for (const piece of rests) piece.detach();
  }
}

class Taking {
  readonly bytesBefore: number;
  readonly runs: RecordRun[] = [];
  size = 0;
  bytesOpened = 0;
  leaderEpoch = -1;

  constructor(bytesBefore: number) {
    this.bytesBefore = bytesBefore;
  }

  add(reader: RecordBatchReader, first: number, count: number): void {
    if (this.size === 0) this.leaderEpoch = reader.partitionLeaderEpoch;
    this.runs.push({ reader, first, count });
    this.size += count;
    // A part of a batch counts as its share, so that limits on records and bytes can be used together.
    this.bytesOpened += Math.ceil((reader.recordsSizeBytes * count) / Math.max(1, reader.count));
  }
}

/** Where the last whole batch of a fetched piece ends; undefined when there is none. Looks at headers only. */
export function lastBatchOf(
  records: Buffer,
): { readonly nextOffset: number; readonly leaderEpoch: number } | undefined {
  let position = 0;
  let last = -1;
  for (;;) {
    const next = nextBatchPosition(records, position);
    if (next < 0) break;
    last = position;
    position = next;
  }
  if (last < 0) return undefined;
  return { nextOffset: batchLastOffset(records, last) + 1, leaderEpoch: batchPartitionLeaderEpoch(records, last) };
}
