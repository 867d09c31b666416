/**
 * Building a record batch: records are written once, straight into the buffer that goes out.
 *
 * Owns: one growable buffer with room for the header in front; the records' order gives their offset deltas.
 * Invariants: what `finish` returns belongs to the caller; the writer never touches it again and starts a new buffer.
 * Bounds: a batch stays below `sizeBytesMax` (2^31−1 on the wire); growing doubles.
 * Not here: when a batch is full and whom it goes to: the producer decides by `sizeInBytes`.
 */
import { CODEC_NUMBERS, compress, compressAsync, type CompressionCodec } from '@millrace/compression';
import {
  BATCH_HEADER_SIZE_BYTES,
  CONTROL_FLAG,
  LOG_APPEND_TIME_FLAG,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  TRANSACTIONAL_FLAG,
  writeBatchHeader,
} from './batch-header.ts';
import { RecordsError } from './records-error.ts';
import { varintSizeInBytes, varlongSizeInBytes, writeVarint, writeVarlong } from './varint.ts';

/** Text is written as UTF-8. */
export type RecordBytes = string | Uint8Array;

export interface HeaderToWrite {
  readonly key: string;
  readonly value: RecordBytes | null;
}

export interface RecordBatchWriterOptions {
  /** Size of the first buffer. Default 16 KiB; it grows as needed and the next batch starts with what this one took. */
  readonly capacityBytes?: number;
}

export interface FinishBatchOptions {
  readonly codec?: CompressionCodec;
  /** Codec's own scale; the codec's default when omitted. */
  readonly level?: number;
  readonly producerId?: number | bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  /** Producers leave this 0; the broker stamps it. */
  readonly baseOffset?: number | bigint;
  /** Producers leave this −1; the broker stamps it. */
  readonly partitionLeaderEpoch?: number;
  /** Time of append for every record, instead of the records' own. */
  readonly logAppendTimeMs?: number;
}

const CAPACITY_BYTES = 16 * 1024;
/** The batch's length is an int32 on the wire. */
const SIZE_BYTES_MAX = 0x7fff_ffff;
const LENGTH_OF_NULL = -1;
const NO_HEADERS: readonly HeaderToWrite[] = [];
/** Upper bound on a record's bytes apart from key, value and headers: four 5-byte varints, a varlong, attributes, a header count. */
const RECORD_OVERHEAD_BYTES_MAX = 40;
const UTF8_BYTES_PER_UNIT_MAX = 3;

/** Fills one batch at a time: any number of `append`, then `finish`, then the next batch. */
export class RecordBatchWriter {
  #buffer: Buffer;
  #end = BATCH_HEADER_SIZE_BYTES;
  #count = 0;
  #baseTimestamp = NO_TIMESTAMP;
  #maxTimestamp = NO_TIMESTAMP;
  /** Cleared for the rest of the batch once a text was not ASCII, so that such texts are not tried twice each. */
  #isAsciiLikely = true;

  constructor(options: RecordBatchWriterOptions = {}) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(options.capacityBytes ?? CAPACITY_BYTES, BATCH_HEADER_SIZE_BYTES));
  }

  /** Number of records so far. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the batch so far, header included, before compression. */
  get sizeInBytes(): number {
    return this.#end;
  }

  /**
   * Adds a record. Null and empty differ for key, value and header values.
   * Throws {@link RecordsError} when the batch would pass 2 GiB.
   */
  append(
    key: RecordBytes | null,
    value: RecordBytes | null,
    timestampMs: number,
    headers: readonly HeaderToWrite[] = NO_HEADERS,
  ): void {
    this.#reserve(recordSizeInBytesMax(key, value, headers));
    if (this.#count === 0) this.#baseTimestamp = timestampMs;
    const end = this.#writeRecord(key, value, timestampMs - this.#baseTimestamp, headers);
    if (this.#count === 0 || timestampMs > this.#maxTimestamp) this.#maxTimestamp = timestampMs;
    this.#end = end;
    this.#count++;
  }

  /** Completes the batch and hands it over; the writer is then empty. Throws when there is no record. */
  finish(options: FinishBatchOptions = {}): Buffer {
    const codec = this.#finishableCodec(options);
    if (codec === 'none') return this.#seal(this.#takeBuffer(), options, codec);
    const records = this.#buffer.subarray(BATCH_HEADER_SIZE_BYTES, this.#end);
    return this.#seal(withHeaderRoom(compress(codec, records, options.level)), options, codec);
  }

  /** Like {@link finish} with compression off the event loop. The writer must be left alone until it resolves. */
  async finishAsync(options: FinishBatchOptions = {}): Promise<Buffer> {
    const codec = this.#finishableCodec(options);
    if (codec === 'none') return this.#seal(this.#takeBuffer(), options, codec);
    const records = this.#buffer.subarray(BATCH_HEADER_SIZE_BYTES, this.#end);
    return this.#seal(withHeaderRoom(await compressAsync(codec, records, options.level)), options, codec);
  }

  /** Drops what was appended. */
  reset(): void {
    this.#end = BATCH_HEADER_SIZE_BYTES;
    this.#count = 0;
    this.#isAsciiLikely = true;
  }

  #writeRecord(
    key: RecordBytes | null,
    value: RecordBytes | null,
    timestampDelta: number,
    headers: readonly HeaderToWrite[],
  ): number {
    if (this.#isAsciiLikely && headers.length === 0) {
      const end = this.#tryWriteAscii(key, value, timestampDelta);
      if (end > 0) return end;
      this.#isAsciiLikely = false;
    }
    const keyLength = byteLength(key);
    const valueLength = byteLength(value);
    const size =
      1 +
      varlongSizeInBytes(timestampDelta) +
      varintSizeInBytes(this.#count) +
      sizedLength(keyLength) +
      sizedLength(valueLength) +
      headersSizeInBytes(headers);
    const buffer = this.#buffer;
    let at = writeVarint(buffer, this.#end, size);
    buffer[at++] = 0;
    at = writeVarlong(buffer, at, timestampDelta);
    at = writeVarint(buffer, at, this.#count);
    at = writeSized(buffer, at, key, keyLength);
    at = writeSized(buffer, at, value, valueLength);
    at = writeVarint(buffer, at, headers.length);
    for (const header of headers) {
      at = writeSized(buffer, at, header.key, byteLength(header.key));
      at = writeSized(buffer, at, header.value, byteLength(header.value));
    }
    return at;
  }

  /** Writes a record whose texts have a byte for each character; returns −1 when one turns out not to. */
  #tryWriteAscii(key: RecordBytes | null, value: RecordBytes | null, timestampDelta: number): number {
    const keyLength = key === null ? LENGTH_OF_NULL : key.length;
    const valueLength = value === null ? LENGTH_OF_NULL : value.length;
    const buffer = this.#buffer;
    const size =
      2 +
      varlongSizeInBytes(timestampDelta) +
      varintSizeInBytes(this.#count) +
      sizedLength(keyLength) +
      sizedLength(valueLength);
    let at = writeVarint(buffer, this.#end, size);
    buffer[at++] = 0;
    at = writeVarlong(buffer, at, timestampDelta);
    at = writeVarint(buffer, at, this.#count);
    at = writeVarint(buffer, at, keyLength);
    if (key !== null) {
      if (writeBytes(buffer, at, key) !== keyLength) return -1;
      at += keyLength;
    }
    at = writeVarint(buffer, at, valueLength);
    if (value !== null) {
      if (writeBytes(buffer, at, value) !== valueLength) return -1;
      at += valueLength;
    }
    buffer[at++] = 0;
    return at;
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#buffer.length) return;
    if (needed > SIZE_BYTES_MAX) {
      throw new RecordsError('MILLRACE_RECORDS_UNSUPPORTED', `a record batch cannot hold ${needed} bytes`);
    }
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(this.#buffer.length * 2, needed), SIZE_BYTES_MAX));
    this.#buffer.copy(grown, 0, 0, this.#end);
    this.#buffer = grown;
  }

  #finishableCodec(options: FinishBatchOptions): CompressionCodec {
    if (this.#count === 0) {
      throw new RecordsError('MILLRACE_RECORDS_UNSUPPORTED', 'a record batch without records cannot be finished');
    }
    return options.codec ?? 'none';
  }

  /** The batch's bytes as they lie: handed over whole when they fill most of the buffer, else copied out of it. */
  #takeBuffer(): Buffer {
    const filled = this.#buffer.subarray(0, this.#end);
    if (this.#end * 2 < this.#buffer.length) return Buffer.from(filled);
    this.#buffer = Buffer.allocUnsafeSlow(this.#buffer.length);
    return filled;
  }

  #seal(batch: Buffer, options: FinishBatchOptions, codec: CompressionCodec): Buffer {
    const hasLogAppendTime = options.logAppendTimeMs !== undefined;
    writeBatchHeader(batch, 0, {
      baseOffset: options.baseOffset ?? 0,
      sizeInBytes: batch.length,
      partitionLeaderEpoch: options.partitionLeaderEpoch ?? -1,
      attributes:
        CODEC_NUMBERS[codec] |
        (hasLogAppendTime ? LOG_APPEND_TIME_FLAG : 0) |
        (options.isTransactional === true ? TRANSACTIONAL_FLAG : 0) |
        (options.isControl === true ? CONTROL_FLAG : 0),
      lastOffsetDelta: this.#count - 1,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: options.logAppendTimeMs ?? this.#maxTimestamp,
      producerId: options.producerId ?? NO_PRODUCER_ID,
      producerEpoch: options.producerEpoch ?? NO_PRODUCER_EPOCH,
      baseSequence: options.baseSequence ?? NO_SEQUENCE,
      recordCount: this.#count,
    });
    this.reset();
    return batch;
  }
}

function withHeaderRoom(records: Buffer): Buffer {
  const batch = Buffer.allocUnsafeSlow(BATCH_HEADER_SIZE_BYTES + records.length);
  records.copy(batch, BATCH_HEADER_SIZE_BYTES);
  return batch;
}

function recordSizeInBytesMax(
  key: RecordBytes | null,
  value: RecordBytes | null,
  headers: readonly HeaderToWrite[],
): number {
  let size = RECORD_OVERHEAD_BYTES_MAX + byteLengthMax(key) + byteLengthMax(value);
  for (const header of headers) size += 10 + byteLengthMax(header.key) + byteLengthMax(header.value);
  return size;
}

function byteLengthMax(bytes: RecordBytes | null): number {
  if (bytes === null) return 0;
  return typeof bytes === 'string' ? bytes.length * UTF8_BYTES_PER_UNIT_MAX : bytes.length;
}

function byteLength(bytes: RecordBytes | null): number {
  if (bytes === null) return LENGTH_OF_NULL;
  return typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
}

/** Bytes that a length and what it counts take together. */
function sizedLength(length: number): number {
  return varintSizeInBytes(length) + Math.max(0, length);
}

function headersSizeInBytes(headers: readonly HeaderToWrite[]): number {
  let size = varintSizeInBytes(headers.length);
  for (const header of headers) size += sizedLength(byteLength(header.key)) + sizedLength(byteLength(header.value));
  return size;
}

function writeSized(buffer: Buffer, position: number, bytes: RecordBytes | null, length: number): number {
  const at = writeVarint(buffer, position, length);
  return bytes === null ? at : at + writeBytes(buffer, at, bytes);
}

function writeBytes(buffer: Buffer, position: number, bytes: RecordBytes): number {
  if (typeof bytes === 'string') return buffer.write(bytes, position, 'utf8');
  buffer.set(bytes, position);
  return bytes.length;
}
