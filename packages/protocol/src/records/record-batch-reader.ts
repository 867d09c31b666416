/**
 * Reading a record batch lazily: one pass finds where everything lies, and views are made for what is asked.
 *
 * Owns: the bytes of one batch's records (the caller's buffer, or what came out of decompression) and their positions.
 * Invariants: a reader exists only for a well-formed batch, so no accessor throws on data; keys and values are slices of the
 *   batch's memory and live as long as the caller leaves that memory alone.
 * Bounds: decompression stops at `outputBytesMax`; the positions take 24 bytes a record, and no more records than fit are believed.
 * Not here: what a broker demands of a producer's batch (`validate-batch.ts`).
 */
import { decompress, decompressAsync, type CompressionCodec } from '@millrace/compression';
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_MAGIC,
  BATCH_PREFIX_SIZE_BYTES,
  batchAttributes,
  batchBaseOffset,
  batchBaseOffsetBigInt,
  batchBaseSequence,
  batchBaseTimestamp,
  batchLastOffsetDelta,
  batchMagic,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchProducerEpoch,
  batchProducerId,
  batchProducerIdBigInt,
  batchRecordCount,
  batchSizeInBytes,
  codecOf,
  isBatchCrcValid,
  isControl,
  isTransactional,
  LOG_APPEND_TIME_FLAG,
  timestampTypeOf,
  type TimestampType,
} from './batch-header.ts';
import {
  nextVarint,
  recordCountMax,
  SCAN_BODY,
  SCAN_KEY,
  SCAN_KEY_LENGTH,
  SCAN_OFFSET_DELTA,
  SCAN_STRIDE,
  SCAN_VALUE,
  SCAN_VALUE_LENGTH,
  scanRecords,
  varintEnd,
} from './record-scan.ts';
import { RecordsError } from './records-error.ts';
import { readVarlong } from './varint.ts';

/** Largest size that a batch's records are inflated to unless the caller says otherwise. */
export const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

const MAGIC_AT = 16;

export interface DecodeBatchOptions {
  /** Compare the CRC first (default true). Leave it out only for bytes whose CRC was checked already. */
  readonly checkCrc?: boolean;
  /** Bound on the records' size after decompression, in bytes. Default {@link DECOMPRESSED_BYTES_MAX}. */
  readonly outputBytesMax?: number;
}

/** A header of a record. Names may repeat, and order counts. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** One record of a batch; each property is computed when read. */
export class RecordView {
  readonly #batch: RecordBatchReader;
  /** Position in the batch, from 0. */
  readonly index: number;

  constructor(batch: RecordBatchReader, index: number) {
    this.#batch = batch;
    this.index = index;
  }

  get offset(): number {
    return this.#batch.offsetAt(this.index);
  }

  get timestamp(): number {
    return this.#batch.timestampAt(this.index);
  }

  get key(): Buffer | null {
    return this.#batch.keyAt(this.index);
  }

  get value(): Buffer | null {
    return this.#batch.valueAt(this.index);
  }

  get headers(): RecordHeader[] {
    return this.#batch.headersAt(this.index);
  }
}

/**
 * A Buffer, made in two thirds of the time that `subarray` takes: it checks no arguments and does not ask for the memory each time.
 * `MemoryView` is never seen: instances are `instanceof Buffer`, with Buffer as their constructor.
 */
class MemoryView extends Uint8Array {
  static {
    Object.setPrototypeOf(this.prototype, Buffer.prototype as object);
    Object.defineProperty(this.prototype, 'constructor', { value: Buffer });
  }
}

/** A decoded batch; made by {@link decodeBatch} and {@link decodeBatchAsync}. */
export class RecordBatchReader {
  /** Exact up to 2^53; {@link baseOffsetBigInt} has all 64 bits. */
  readonly baseOffset: number;
  readonly lastOffsetDelta: number;
  readonly partitionLeaderEpoch: number;
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  /** Exact up to 2^53; {@link producerIdBigInt} has all 64 bits. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  /** Number of records. */
  readonly count: number;
  /** Bytes of the records, uncompressed and without the batch's header. */
  readonly recordsSizeBytes: number;
  readonly #batch: Buffer;
  readonly #position: number;
  readonly #bytes: Buffer;
  readonly #memory: ArrayBuffer;
  /** Where `#bytes` begins in it. */
  readonly #memoryStart: number;
  readonly #positions: Int32Array;

  /** @internal Use {@link decodeBatch}: `bytes[start, end)` are the records of the batch at `position`, uncompressed. */
  constructor(batch: Buffer, position: number, bytes: Buffer, start: number, end: number) {
    this.baseOffset = batchBaseOffset(batch, position);
    this.lastOffsetDelta = batchLastOffsetDelta(batch, position);
    this.partitionLeaderEpoch = batchPartitionLeaderEpoch(batch, position);
    this.attributes = batchAttributes(batch, position);
    this.baseTimestamp = batchBaseTimestamp(batch, position);
    this.maxTimestamp = batchMaxTimestamp(batch, position);
    this.producerId = batchProducerId(batch, position);
    this.producerEpoch = batchProducerEpoch(batch, position);
    this.baseSequence = batchBaseSequence(batch, position);
    this.count = batchRecordCount(batch, position);
    if (this.count < 0 || this.count > recordCountMax(end - start)) {
      throw corruptBatch(this.baseOffset, `claims ${this.count} records in ${end - start} bytes`);
    }
    this.recordsSizeBytes = end - start;
    this.#batch = batch;
    this.#position = position;
    this.#bytes = bytes;
    this.#memory = bytes.buffer as ArrayBuffer;
    this.#memoryStart = bytes.byteOffset;
    this.#positions = new Int32Array(this.count * SCAN_STRIDE);
    const fault = scanRecords(bytes, start, end, this.count, this.#positions);
    if (fault !== undefined) throw corruptBatch(this.baseOffset, `has a bad record: ${fault.index} ${fault.reason}`);
  }

  get baseOffsetBigInt(): bigint {
    return batchBaseOffsetBigInt(this.#batch, this.#position);
  }

  get producerIdBigInt(): bigint {
    return batchProducerIdBigInt(this.#batch, this.#position);
  }

  get lastOffset(): number {
    return this.baseOffset + this.lastOffsetDelta;
  }

  /** Codec that the batch came in; undefined never occurs in a reader that exists. */
  get codec(): CompressionCodec | undefined {
    return codecOf(this.attributes);
  }

  get timestampType(): TimestampType {
    return timestampTypeOf(this.attributes);
  }

  get isTransactional(): boolean {
    return isTransactional(this.attributes);
  }

  /** Whether the one record is a control record, see `decodeControlRecord`. */
  get isControl(): boolean {
    return isControl(this.attributes);
  }

  offsetAt(index: number): number {
    return this.baseOffset + this.#positionOf(index, SCAN_OFFSET_DELTA);
  }

  /** Milliseconds since the epoch, −1 for none; the time of append for every record where the log stamps that. */
  timestampAt(index: number): number {
    if ((this.attributes & LOG_APPEND_TIME_FLAG) !== 0) return this.maxTimestamp;
    return this.producerTimestampAt(index);
  }

  /** The timestamp that the producer gave, also where the time of append overrides it. */
  producerTimestampAt(index: number): number {
    return this.baseTimestamp + readVarlong(this.#bytes, this.#positionOf(index, SCAN_BODY) + 1);
  }

  /** Null when the record has no key, which is not the same as an empty one. */
  keyAt(index: number): Buffer | null {
    return this.#slice(this.#positionOf(index, SCAN_KEY), this.#positionOf(index, SCAN_KEY_LENGTH));
  }

  hasKeyAt(index: number): boolean {
    return this.#positionOf(index, SCAN_KEY_LENGTH) >= 0;
  }

  /** Null for a tombstone, which is not the same as an empty value. */
  valueAt(index: number): Buffer | null {
    return this.#slice(this.#positionOf(index, SCAN_VALUE), this.#positionOf(index, SCAN_VALUE_LENGTH));
  }

  /** The uncompressed records: what {@link keyStartAt} and {@link valueStartAt} are positions in. */
  get recordBytes(): Buffer {
    return this.#bytes;
  }

  keyStartAt(index: number): number {
    return this.#positionOf(index, SCAN_KEY);
  }

  /** −1 for null. */
  keyLengthAt(index: number): number {
    return this.#positionOf(index, SCAN_KEY_LENGTH);
  }

  valueStartAt(index: number): number {
    return this.#positionOf(index, SCAN_VALUE);
  }

  /** −1 for null. */
  valueLengthAt(index: number): number {
    return this.#positionOf(index, SCAN_VALUE_LENGTH);
  }

  hasHeadersAt(index: number): boolean {
    const valueEnd = this.#positionOf(index, SCAN_VALUE) + Math.max(0, this.#positionOf(index, SCAN_VALUE_LENGTH));
    return this.#bytes[valueEnd] !== 0;
  }

  /** Index of the first record at or after `offset`, `count` when all lie before it. */
  indexOfOffset(offset: number): number {
    if (offset <= this.baseOffset) return 0;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offsetAt(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The same batch over memory of its own, so that the buffer it was read from may go. */
  detach(): RecordBatchReader {
    if (this.#bytes !== this.#batch) {
      // What decompression made is nobody else's; only the header is shared.
      const header = copyOf(this.#batch, this.#position, BATCH_HEADER_SIZE_BYTES);
      return new RecordBatchReader(header, 0, this.#bytes, 0, this.#bytes.length);
    }
    const batch = copyOf(this.#batch, this.#position, batchSizeInBytes(this.#batch, this.#position));
    return new RecordBatchReader(batch, 0, batch, BATCH_HEADER_SIZE_BYTES, batch.length);
  }

  headersAt(index: number): RecordHeader[] {
    const bytes = this.#bytes;
    const valueLength = this.#positionOf(index, SCAN_VALUE_LENGTH);
    let at = this.#positionOf(index, SCAN_VALUE) + Math.max(0, valueLength);
    const headers = new Array<RecordHeader>(nextVarint(bytes, at));
    at = varintEnd();
    for (let header = 0; header < headers.length; header++) {
      const keyLength = nextVarint(bytes, at);
      const keyStart = varintEnd();
      const keyEnd = keyStart + keyLength;
      const headerValueLength = nextVarint(bytes, keyEnd);
      const valueStart = varintEnd();
      headers[header] = {
        key: bytes.toString('utf8', keyStart, keyEnd),
        value: this.#slice(valueStart, headerValueLength),
      };
      at = valueStart + Math.max(0, headerValueLength);
    }
    return headers;
  }

  recordAt(index: number): RecordView {
    this.#positionOf(index, SCAN_BODY);
    return new RecordView(this, index);
  }

  *[Symbol.iterator](): Generator<RecordView, void, undefined> {
    for (let index = 0; index < this.count; index++) yield new RecordView(this, index);
  }

  #positionOf(index: number, field: number): number {
    const position = this.#positions[index * SCAN_STRIDE + field];
    if (position === undefined) throw new RangeError(`record ${index} is not among the ${this.count} of its batch`);
    return position;
  }

  #slice(start: number, length: number): Buffer | null {
    return length < 0 ? null : (new MemoryView(this.#memory, this.#memoryStart + start, length) as Buffer);
  }
}

/**
 * Decodes the batch that starts at `position`, decompressing it when needed; bytes after it are left alone.
 * Throws {@link RecordsError} for a damaged or cut batch and `CompressionError` for damaged or too large compressed data.
 */
export function decodeBatch(buffer: Buffer, position = 0, options: DecodeBatchOptions = {}): RecordBatchReader {
  const { codec, start, end } = locateRecords(buffer, position, options.checkCrc ?? true);
  if (codec === 'none') return new RecordBatchReader(buffer, position, buffer, start, end);
  const bytes = decompress(codec, buffer.subarray(start, end), outputBound(options));
  return new RecordBatchReader(buffer, position, bytes, 0, bytes.length);
}

/** Like {@link decodeBatch} with decompression off the event loop. */
export async function decodeBatchAsync(
  buffer: Buffer,
  position = 0,
  options: DecodeBatchOptions = {},
): Promise<RecordBatchReader> {
  const { codec, start, end } = locateRecords(buffer, position, options.checkCrc ?? true);
  if (codec === 'none') return new RecordBatchReader(buffer, position, buffer, start, end);
  const bytes = await decompressAsync(codec, buffer.subarray(start, end), outputBound(options));
  return new RecordBatchReader(buffer, position, bytes, 0, bytes.length);
}

/** Not from the pool of small buffers, a slab of which would live as long as the copy. */
function copyOf(buffer: Buffer, start: number, length: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(length);
  buffer.copy(copy, 0, start, start + length);
  return copy;
}

function outputBound(options: DecodeBatchOptions): { readonly outputBytesMax: number } {
  return { outputBytesMax: options.outputBytesMax ?? DECOMPRESSED_BYTES_MAX };
}

function locateRecords(
  buffer: Buffer,
  position: number,
  checkCrc: boolean,
): { codec: CompressionCodec; start: number; end: number } {
  const available = buffer.length - position;
  if (available > MAGIC_AT && batchMagic(buffer, position) !== BATCH_MAGIC) {
    throw new RecordsError(
      'MILLRACE_RECORDS_UNSUPPORTED',
      `cannot read records of message format ${batchMagic(buffer, position)}; only format 2 exists since Kafka 4.0`,
      { magic: batchMagic(buffer, position) },
    );
  }
  if (available < BATCH_HEADER_SIZE_BYTES) {
    throw new RecordsError('MILLRACE_RECORDS_CORRUPT', `a record batch cannot end after ${available} bytes`);
  }
  const baseOffset = batchBaseOffset(buffer, position);
  const sizeInBytes = batchSizeInBytes(buffer, position);
  if (sizeInBytes < BATCH_HEADER_SIZE_BYTES || sizeInBytes > available) {
    const claim = `claims ${sizeInBytes - BATCH_PREFIX_SIZE_BYTES} bytes after its length field`;
    throw corruptBatch(baseOffset, `${claim}, ${available - BATCH_PREFIX_SIZE_BYTES} are there`);
  }
  if (checkCrc && !isBatchCrcValid(buffer, position)) throw corruptBatch(baseOffset, 'does not match its CRC');
  const attributes = batchAttributes(buffer, position);
  const codec = codecOf(attributes);
  if (codec === undefined) {
    throw new RecordsError(
      'MILLRACE_RECORDS_UNSUPPORTED',
      `record batch at offset ${baseOffset} is compressed with unknown codec ${attributes & 7}`,
      { baseOffset, attributes },
    );
  }
  return { codec, start: position + BATCH_HEADER_SIZE_BYTES, end: position + sizeInBytes };
}

function corruptBatch(baseOffset: number, what: string): RecordsError {
  return new RecordsError('MILLRACE_RECORDS_CORRUPT', `record batch at offset ${baseOffset} ${what}`, { baseOffset });
}
