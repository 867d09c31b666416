/**
 * Building a record batch: records are written once, straight into the buffer that goes out.
 *
 * Owns: one growable buffer with room for the header in front; the records' order gives their offset deltas.
 * Invariants: what `finish` returns belongs to the caller; the writer never touches it again and starts a new buffer with the next record.
 * Bounds: a batch stays below `sizeBytesMax` (2^31−1 on the wire); growing doubles.
 * Not here: when a batch is full and whom it goes to: the producer decides by `sizeInBytes`.
 */
import {
  CODEC_NUMBERS,
  compress,
  compressAsync,
  compressLz4Into,
  lz4FrameSizeMax,
  type CompressionCodec,
} from '@millrace/compression';
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
  writeBatchHeaderWithoutCrc,
} from './batch-header.ts';
import { RecordsError } from './records-error.ts';
import { varintSizeInBytes, varlongSizeInBytes, writeVarint, writeVarlong } from './varint.ts';

/** Text is written as UTF-8. */
export type RecordBytes = string | Uint8Array;

export interface HeaderToWrite {
  readonly key: string;
  readonly value: RecordBytes | null;
}

/** Where buffers come from and go back to, for callers that use them again. */
export interface BatchBuffers {
  /** A buffer of at least so many bytes, whatever is in it. */
  allocate(sizeBytesMin: number): Buffer;
  /** Takes back a buffer that the writer outgrew, or whose records were compressed. */
  release(buffer: Buffer): void;
}

export interface RecordBatchWriterOptions {
  /** Size of the first buffer. Default 16 KiB; it grows as needed and the next batch starts with what this one took. */
  readonly capacityBytes?: number;
  /**
   * With these, `finish` hands an uncompressed batch, or one compressed with lz4, over in the buffer it was written to, however much of
   * it is empty, and the caller may release that buffer (the batch's `buffer` from its beginning) when done. Default: buffers are
   * allocated and left to the collector.
   */
  readonly buffers?: BatchBuffers;
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
  /** Leaves out the CRC, for callers that have to `stampProducer` before the batch goes anywhere. */
  readonly withoutCrc?: boolean;
}

const CAPACITY_BYTES = 16 * 1024;
/** The batch's length is an int32 on the wire. */
const SIZE_BYTES_MAX = 0x7fff_ffff;
const LENGTH_OF_NULL = -1;
const NO_HEADERS: readonly HeaderToWrite[] = [];
/** Upper bound on a record's bytes apart from key, value and headers: four 5-byte varints, a varlong, attributes, a header count. */
const RECORD_OVERHEAD_BYTES_MAX = 40;
const UTF8_BYTES_PER_UNIT_MAX = 3;
/** Up to this many characters a loop is quicker than crossing into native code (measured). */
const LOOPED_CHARS_MAX = 24;
const NO_BUFFER = Buffer.alloc(0);

/** Fills one batch at a time: any number of `append`, then `finish`, then the next batch. */
export class RecordBatchWriter {
  readonly #buffers: BatchBuffers | undefined;
  #capacityBytes: number;
  /** Empty between batches when the last one took its buffer along. */
  #buffer: Buffer = NO_BUFFER;
  #end = BATCH_HEADER_SIZE_BYTES;
  #count = 0;
  #baseTimestamp = NO_TIMESTAMP;
  #maxTimestamp = NO_TIMESTAMP;
  /** Cleared for the rest of the batch once a text was not ASCII, so that such texts are not tried twice each. */
  #isAsciiLikely = true;

  constructor(options: RecordBatchWriterOptions = {}) {
    this.#buffers = options.buffers;
    this.#capacityBytes = Math.max(options.capacityBytes ?? CAPACITY_BYTES, BATCH_HEADER_SIZE_BYTES);
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
    if (codec === 'lz4' && this.#buffers !== undefined) return this.#sealLz4(this.#buffers, options);
    const records = this.#buffer.subarray(BATCH_HEADER_SIZE_BYTES, this.#end);
    return this.#sealCompressed(compress(codec, records, options.level), options, codec);
  }

  /** Like {@link finish} with compression off the event loop. The writer must be left alone until it resolves. */
  async finishAsync(options: FinishBatchOptions = {}): Promise<Buffer> {
    const codec = this.#finishableCodec(options);
    if (codec === 'none') return this.#seal(this.#takeBuffer(), options, codec);
    const records = this.#buffer.subarray(BATCH_HEADER_SIZE_BYTES, this.#end);
    return this.#sealCompressed(await compressAsync(codec, records, options.level), options, codec);
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
      const sizeMax = RECORD_OVERHEAD_BYTES_MAX + byteLengthMax(key) + byteLengthMax(value);
      if (this.#count === 0 && sizeMax <= this.#capacityBytes) this.#reserve(sizeMax);
      // Near the end of the buffer the lengths are counted first, so that it does not grow for room that is not needed.
      if (this.#end + sizeMax <= this.#buffer.length) {
        const end = this.#tryWriteAscii(key, value, timestampDelta);
        if (end > 0) return end;
        this.#isAsciiLikely = false;
      }
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
    this.#reserve(varintSizeInBytes(size) + size);
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
    const outgrown = this.#buffer;
    const capacityBytes = outgrown.length === 0 ? this.#capacityBytes : outgrown.length * 2;
    const sizeBytes = Math.min(Math.max(capacityBytes, needed), SIZE_BYTES_MAX);
    const grown = this.#buffers?.allocate(sizeBytes) ?? Buffer.allocUnsafeSlow(sizeBytes);
    if (outgrown.length > 0) {
      outgrown.copy(grown, 0, 0, this.#end);
      this.#buffers?.release(outgrown);
    }
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
    if (this.#buffers === undefined && this.#end * 2 < this.#buffer.length) return Buffer.from(filled);
    this.#capacityBytes = this.#buffer.length;
    this.#buffer = NO_BUFFER;
    return filled;
  }

  /** Compresses from one of the caller's buffers straight into another. */
  #sealLz4(buffers: BatchBuffers, options: FinishBatchOptions): Buffer {
    const records = this.#buffer.subarray(BATCH_HEADER_SIZE_BYTES, this.#end);
    const batch = buffers.allocate(BATCH_HEADER_SIZE_BYTES + lz4FrameSizeMax(records.length));
    const end = compressLz4Into(records, batch, BATCH_HEADER_SIZE_BYTES);
    this.#releaseBuffer(buffers);
    return this.#seal(batch.subarray(0, end), options, 'lz4');
  }

  #sealCompressed(records: Buffer, options: FinishBatchOptions, codec: CompressionCodec): Buffer {
    if (this.#buffers !== undefined) this.#releaseBuffer(this.#buffers);
    return this.#seal(withHeaderRoom(records), options, codec);
  }

  #releaseBuffer(buffers: BatchBuffers): void {
    this.#capacityBytes = this.#buffer.length;
    buffers.release(this.#buffer);
    this.#buffer = NO_BUFFER;
  }

  #seal(batch: Buffer, options: FinishBatchOptions, codec: CompressionCodec): Buffer {
    const hasLogAppendTime = options.logAppendTimeMs !== undefined;
    const fields = {
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
    };
    if (options.withoutCrc === true) writeBatchHeaderWithoutCrc(batch, 0, fields);
    else writeBatchHeader(batch, 0, fields);
    this.reset();
    return batch;
  }
}

function withHeaderRoom(records: Buffer): Buffer {
  const batch = Buffer.allocUnsafeSlow(BATCH_HEADER_SIZE_BYTES + records.length);
  records.copy(batch, BATCH_HEADER_SIZE_BYTES);
  return batch;
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

/** Returns how many bytes it wrote, which for text that is not ASCII differs from its length. */
function writeBytes(buffer: Buffer, position: number, bytes: RecordBytes): number {
  const length = bytes.length;
  if (typeof bytes !== 'string') {
    buffer.set(bytes, position);
    return length;
  }
  if (length > LOOPED_CHARS_MAX) return buffer.write(bytes, position);
  let seen = 0;
  for (let index = 0; index < length; index++) {
    const code = bytes.charCodeAt(index);
    seen |= code;
    buffer[position + index] = code;
  }
  return seen < 0x80 ? length : buffer.write(bytes, position);
}
