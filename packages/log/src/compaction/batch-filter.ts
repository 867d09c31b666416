/**
 * Which records of a batch the cleaner keeps, and the batch that is left (semantics 45 and 46).
 *
 * Owns: the rules for records, tombstones, aborted records and markers; writing a batch with some of its records.
 * Invariants: offsets, the range of offsets and of sequences, and the producer of a batch never change; a batch of which nothing has
 *   to change is kept to the byte.
 * Bounds: memory for the largest batch, uncompressed, twice.
 * Not here: which files, and in which order (the engine); what a key's last offset is (`key-offsets.ts`).
 */
import { MillraceError } from '@millrace/base';
import {
  BATCH_HEADER_SIZE_BYTES,
  batchAttributes,
  batchBaseOffset,
  batchBaseTimestamp,
  batchLastOffset,
  batchMaxTimestamp,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
  batchSizeInBytes,
  codecOf,
  hasDeleteHorizon,
  isControl,
  NO_TIMESTAMP,
  timestampTypeOf,
  writeCleanedBatch,
} from '@millrace/protocol';
import type { KeyOffsets } from './key-offsets.ts';
import { RecordCursor, varlongBytes, writeVarintAt, writeVarlongAt, varintBytes } from './record-cursor.ts';
import type { TransactionFates } from './transaction-fates.ts';

type Codec = NonNullable<ReturnType<typeof codecOf>>;

/** How compressed records are opened and packed. */
export interface RecordCodecs {
  decompress(codec: Codec, input: Buffer): Buffer;
  compress(codec: Codec, input: Buffer): Buffer;
}

/** The last thing that a producer wrote, which stays so that its sequence and epoch do. */
export interface LastOfProducer {
  /** Offset of the last record of its last batch; −1 when only markers of it are known. */
  readonly lastDataOffset: number;
  readonly producerEpoch: number;
}

export interface BatchFilterOptions {
  readonly keys: KeyOffsets;
  /** The keys are known of the records below it; those from here on stay. */
  readonly keysEndOffset: number;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  readonly transactions: TransactionFates;
  readonly producers: ReadonlyMap<number, LastOfProducer>;
  readonly codecs: RecordCodecs;
}

/** What becomes of a batch. */
export type BatchFate = 'gone' | 'kept' | 'rewritten';

const SCRATCH_BYTES = 64 * 1024;
/** Beyond all years to come, and as late as deltas that count from it are exact: with its sign, one takes a bit more than the number. */
const DELETE_HORIZON_MS_MAX = 2 ** 51;

export class BatchFilter {
  readonly #options: BatchFilterOptions;
  readonly #cursor = new RecordCursor();
  /** Where kept records begin and end, two numbers each. */
  #ranges = new Int32Array(2048);
  #rangeCount = 0;
  #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  #rewritten: Buffer = this.#scratch;
  /** Largest timestamp of the records that stayed of the last batch; −1 when none did. */
  maxTimestampMs = NO_TIMESTAMP;
  /** Records of the last batch that stayed. */
  keptCount = 0;

  constructor(options: BatchFilterOptions) {
    this.#options = options;
  }

  /** What the last batch became, when it was rewritten; right until the next one. */
  get rewritten(): Buffer {
    return this.#rewritten;
  }

  /** Decides on the batch at `position`, which is whole and has the right CRC. */
  judge(buffer: Buffer, position: number): BatchFate {
    const attributes = batchAttributes(buffer, position);
    const { nowMs } = this.#options;
    const isMarker = isControl(attributes);
    const isDone = this.#options.transactions.isDone(buffer, position, attributes);
    const hasHorizon = hasDeleteHorizon(attributes);
    const isPastHorizon = hasHorizon && nowMs >= batchBaseTimestamp(buffer, position);
    const count = batchRecordCount(buffer, position);
    this.keptCount = 0;
    this.maxTimestampMs = NO_TIMESTAMP;
    if (isDone && (!isMarker || isPastHorizon)) return this.#leaveEmpty(buffer, position);
    if (count === 0) return this.#isLastOfProducer(buffer, position, isMarker) ? 'kept' : 'gone';
    if (!isMarker) return this.#judgeRecords(buffer, position, attributes, count, hasHorizon, isPastHorizon);
    this.keptCount = count;
    this.maxTimestampMs = batchMaxTimestamp(buffer, position);
    return isDone && !hasHorizon ? this.#setHorizon(buffer, position, attributes, count) : 'kept';
  }

  /** The batch at `position` without its records: it keeps offsets and sequences from being forgotten. */
  emptied(buffer: Buffer, position: number): Buffer {
    const out = this.#room(BATCH_HEADER_SIZE_BYTES);
    this.#rewritten = out.subarray(
      0,
      writeCleanedBatch(out, buffer, position, {
        codec: 'none',
        recordsSizeBytes: 0,
        recordCount: 0,
        baseTimestamp: batchMaxTimestamp(buffer, position),
        maxTimestamp: batchMaxTimestamp(buffer, position),
        hasDeleteHorizon: false,
      }),
    );
    return this.#rewritten;
  }

  #leaveEmpty(buffer: Buffer, position: number): BatchFate {
    if (!this.#isLastOfProducer(buffer, position, isControl(batchAttributes(buffer, position)))) return 'gone';
    if (batchRecordCount(buffer, position) === 0) return 'kept';
    this.emptied(buffer, position);
    return 'rewritten';
  }

  #isLastOfProducer(buffer: Buffer, position: number, isMarker: boolean): boolean {
    const producerId = batchProducerId(buffer, position);
    const last = producerId < 0 ? undefined : this.#options.producers.get(producerId);
    if (last === undefined) return false;
    if (last.lastDataOffset >= 0) return batchLastOffset(buffer, position) === last.lastDataOffset;
    return isMarker && batchProducerEpoch(buffer, position) === last.producerEpoch;
  }

  #judgeRecords(
    buffer: Buffer,
    position: number,
    attributes: number,
    count: number,
    hasHorizon: boolean,
    isPastHorizon: boolean,
  ): BatchFate {
    const { keys, keysEndOffset, codecs } = this.#options;
    const codec = codecOf(attributes);
    if (codec === undefined) throw damaged(buffer, position, 'has a codec that there is not');
    let bytes = buffer;
    let start = position + BATCH_HEADER_SIZE_BYTES;
    let end = position + batchSizeInBytes(buffer, position);
    if (codec !== 'none') {
      bytes = codecs.decompress(codec, buffer.subarray(start, end));
      start = 0;
      end = bytes.length;
    }
    const baseOffset = batchBaseOffset(buffer, position);
    const cursor = this.#cursor;
    this.#rangeCount = 0;
    let kept = 0;
    let hasTombstones = false;
    cursor.begin(bytes, start, end);
    for (let index = 0; index < count; index++) {
      const from = cursor.end;
      if (!cursor.next()) throw damaged(buffer, position, `has a record ${index} that cannot be read`);
      const offset = baseOffset + cursor.offsetDelta;
      if (offset < keysEndOffset) {
        // Without a key it cannot be told from others: topics get compaction after they had such records.
        if (cursor.keyLength < 0) continue;
        if (offset < keys.get(bytes, cursor.keyStart, cursor.keyStart + cursor.keyLength)) continue;
        if (cursor.valueLength < 0 && isPastHorizon) continue;
      }
      if (cursor.valueLength < 0) hasTombstones = true;
      kept++;
      this.#keepRange(from, cursor.end);
    }
    if (cursor.end !== end) throw damaged(buffer, position, 'has bytes behind its last record');
    if (kept === 0) return this.#leaveEmpty(buffer, position);
    this.keptCount = kept;
    const needsHorizon = hasTombstones && !hasHorizon;
    if (kept === count && !needsHorizon) {
      this.maxTimestampMs = batchMaxTimestamp(buffer, position);
      return 'kept';
    }
    this.#write(buffer, position, codec, bytes, kept, needsHorizon);
    return 'rewritten';
  }

  #setHorizon(buffer: Buffer, position: number, attributes: number, count: number): BatchFate {
    const start = position + BATCH_HEADER_SIZE_BYTES;
    const end = position + batchSizeInBytes(buffer, position);
    if (codecOf(attributes) !== 'none') throw damaged(buffer, position, 'is a compressed control batch');
    this.#rangeCount = 0;
    this.#keepRange(start, end);
    this.#write(buffer, position, 'none', buffer, count, true);
    return 'rewritten';
  }

  #keepRange(from: number, to: number): void {
    const last = this.#rangeCount * 2 - 1;
    if (last > 0 && this.#ranges[last] === from) {
      this.#ranges[last] = to;
      return;
    }
    if (last + 2 >= this.#ranges.length) {
      const grown = new Int32Array(this.#ranges.length * 2);
      grown.set(this.#ranges);
      this.#ranges = grown;
    }
    this.#ranges[last + 1] = from;
    this.#ranges[last + 2] = to;
    this.#rangeCount++;
  }

  /** Puts the batch together from the ranges of `bytes` that stay. */
  #write(buffer: Buffer, position: number, codec: Codec, bytes: Buffer, count: number, setsHorizon: boolean): void {
    const { nowMs, deleteRetentionMs, codecs } = this.#options;
    const baseTimestamp = batchBaseTimestamp(buffer, position);
    const newBase = setsHorizon ? Math.min(nowMs + deleteRetentionMs, DELETE_HORIZON_MS_MAX) : baseTimestamp;
    const isAppendTime = timestampTypeOf(batchAttributes(buffer, position)) === 'LogAppendTime';
    const size = this.#rangesBytes(count);
    let out = this.#room(BATCH_HEADER_SIZE_BYTES + size);
    let at = BATCH_HEADER_SIZE_BYTES;
    let maxTimestamp = -Infinity;
    const cursor = this.#cursor;
    for (let range = 0; range < this.#rangeCount; range++) {
      const from = this.#ranges[range * 2]!;
      const to = this.#ranges[range * 2 + 1]!;
      if (!setsHorizon) {
        bytes.copy(out, at, from, to);
        at += to - from;
        if (isAppendTime) continue;
      }
      cursor.begin(bytes, from, to);
      while (cursor.end < to) {
        cursor.next();
        const timestamp = baseTimestamp + cursor.readTimestampDelta();
        if (timestamp > maxTimestamp) maxTimestamp = timestamp;
        if (!setsHorizon) continue;
        // The delta counts from the base, which is the horizon now; what follows the delta stays as it is.
        const delta = timestamp - newBase;
        const rest = cursor.restStart;
        const length = 1 + varlongBytes(delta) + (cursor.end - rest);
        at = writeVarintAt(out, at, length);
        out[at++] = bytes[cursor.bodyStart]!;
        at = writeVarlongAt(out, at, delta);
        bytes.copy(out, at, rest, cursor.end);
        at += cursor.end - rest;
      }
    }
    this.maxTimestampMs = isAppendTime ? batchMaxTimestamp(buffer, position) : maxTimestamp;
    let recordsSizeBytes = at - BATCH_HEADER_SIZE_BYTES;
    if (codec !== 'none') {
      const packed = codecs.compress(codec, out.subarray(BATCH_HEADER_SIZE_BYTES, at));
      out = this.#room(BATCH_HEADER_SIZE_BYTES + packed.length);
      packed.copy(out, BATCH_HEADER_SIZE_BYTES);
      recordsSizeBytes = packed.length;
    }
    const end = writeCleanedBatch(out, buffer, position, {
      codec,
      recordsSizeBytes,
      recordCount: count,
      baseTimestamp: newBase,
      maxTimestamp: this.maxTimestampMs,
      hasDeleteHorizon: setsHorizon || hasDeleteHorizon(batchAttributes(buffer, position)),
    });
    this.#rewritten = out.subarray(0, end);
  }

  /** What the ranges can grow to: a delta from another base takes up to ten bytes, and may lengthen the length. */
  #rangesBytes(count: number): number {
    let total = count * (varintBytes(0x7fff_ffff) + 10);
    for (let range = 0; range < this.#rangeCount; range++) {
      total += this.#ranges[range * 2 + 1]! - this.#ranges[range * 2]!;
    }
    return total;
  }

  #room(sizeBytes: number): Buffer {
    if (this.#scratch.length < sizeBytes) this.#scratch = Buffer.allocUnsafeSlow(sizeBytes * 2);
    return this.#scratch;
  }
}

function damaged(buffer: Buffer, position: number, what: string): MillraceError {
  const baseOffset = batchBaseOffset(buffer, position);
  return new MillraceError('MILLRACE_STORAGE_CORRUPT', `the record batch at offset ${baseOffset} ${what}`, {
    details: { baseOffset },
  });
}
