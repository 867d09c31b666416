/**
 * What a broker checks before it accepts a producer's records, as one pure decision.
 *
 * Owns: the order of the checks and the error code of each. Answers are values; nothing here throws on data.
 * Differs from Apache Kafka: a batch of an unassigned codec, or one that does not decompress, is an invalid record, where Kafka answers
 *   UNKNOWN_SERVER_ERROR; so are offset deltas out of order, which Kafka takes uncompressed; bytes after the batch are
 *   refused, where Kafka drops them, and so are bytes after the compressed data, where Kafka stores what nobody can read.
 * Bounds: one pass over the records; what a batch opens to is bounded by the caller.
 * Not here: size limits, sequences and epochs, which need the log's state; the records themselves (`opened-records.ts`).
 */
import { MillraceError } from '@millrace/base';
import { decompress, decompressAsync, type CompressionCodec } from '@millrace/compression';
import { ErrorCode } from '../generated/errors.ts';
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_MAGIC,
  BATCH_PREFIX_SIZE_BYTES,
  batchAttributes,
  batchBaseSequence,
  batchBaseTimestamp,
  batchLastOffsetDelta,
  batchMagic,
  batchMaxTimestamp,
  batchProducerId,
  batchRecordCount,
  batchSizeInBytes,
  codecOf,
  isBatchCrcValid,
  isControl,
  isTransactional,
  LOG_APPEND_TIME_FLAG,
} from './batch-header.ts';
import { accept, isOutOfRange, OpenedRecords, rangeText, refuse } from './opened-records.ts';
import { packedRecordsFault } from './packed-records.ts';
import { DECOMPRESSED_BYTES_MAX } from './record-batch-reader.ts';

const { CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_TIMESTAMP, INVALID_RECORD } = ErrorCode;

/** A size field below this cannot even frame a batch of any format. */
const SIZE_BYTES_MIN_ANY_MAGIC = 17;
const NO_RECORDS = Buffer.alloc(0);

export interface ValidateBatchOptions {
  /** Accept control batches: true for what coordinators append, never for clients (default false). */
  readonly allowControl?: boolean;
  /** Accept a producer id without a sequence: true for what coordinators append in a producer's name, never for clients (default false). */
  readonly allowUnsequenced?: boolean;
  /** Refuse records without a key, as compacted topics do. */
  readonly requireKeys?: boolean;
  /** Earliest and latest acceptable timestamp in milliseconds; omitted where the log stamps its own. −1 ("none") always passes. */
  readonly timestampMinMs?: number;
  readonly timestampMaxMs?: number;
  /** Judge a compressed batch by its header, its first bytes and how many records it may hold, without opening it (default false). */
  readonly leavesPacked?: boolean;
  /** Bound on decompression, in bytes; see `decompressedBytesMax`. */
  readonly outputBytesMax?: number;
}

export interface BatchRecordError {
  /** Index of the record inside the batch. */
  readonly batchIndex: number;
  readonly message: string;
}

export interface BatchVerdict {
  /** 0, CORRUPT_MESSAGE (2), MESSAGE_TOO_LARGE (10; decompressed beyond the bound), INVALID_TIMESTAMP (32) or INVALID_RECORD (87). */
  readonly errorCode: number;
  readonly message: string | null;
  readonly recordErrors: readonly BatchRecordError[];
  /**
   * Largest and smallest timestamp among the records, in milliseconds. Of a compressed batch that was not opened, the header's max
   * and base timestamp. When the largest differs from the header's, stamp it (`stampMaxTimestamp`): some producers leave it unset.
   */
  readonly maxTimestampMs: number;
  readonly minTimestampMs: number;
  /** Bytes of the records uncompressed; of a compressed batch that was not opened, as they came; 0 for one that is refused. */
  readonly recordsSizeBytes: number;
}

/**
 * Judges the records field of a produce request for one partition: exactly one well-formed batch of format 2 that fills it.
 */
export function validateBatch(records: Buffer | null, options: ValidateBatchOptions = {}): BatchVerdict {
  if (records === null) return refuse(INVALID_RECORD, 'the records field is null; it must hold exactly one batch');
  return judgeFraming(records) ?? judgeHeader(records, options) ?? judgeRecords(records, options);
}

/** A batch that was judged, and its records. */
export interface OpenedBatch {
  readonly verdict: BatchVerdict;
  /** Uncompressed; of no use when the batch is refused. */
  readonly records: Buffer;
}

/**
 * Like {@link validateBatch}, without holding the event loop for long: decompresses off it and judges the records in slices, with
 * `pause` between any two. `batch` must not change meanwhile.
 */
export async function openBatch(
  batch: Buffer,
  options: ValidateBatchOptions,
  pause: () => Promise<void>,
): Promise<OpenedBatch> {
  const early = judgeFraming(batch) ?? judgeHeader(batch, options) ?? judgePacked(batch);
  if (early !== undefined) return { verdict: early, records: NO_RECORDS };
  let records: Buffer;
  try {
    const { codec, packed } = packedRecords(batch);
    records = await decompressAsync(codec, packed, outputBound(options));
  } catch (error) {
    return { verdict: refuseUnopened(error), records: NO_RECORDS };
  }
  const opened = new OpenedRecords(batch, records, 0, options);
  for (;;) {
    const verdict = opened.next();
    if (verdict !== undefined) return { verdict, records };
    await pause();
  }
}

function judgeFraming(records: Buffer): BatchVerdict | undefined {
  if (records.length < BATCH_PREFIX_SIZE_BYTES) {
    return refuse(INVALID_RECORD, `${records.length} bytes hold no record batch; exactly one is expected`);
  }
  const sizeInBytes = batchSizeInBytes(records, 0);
  if (sizeInBytes < SIZE_BYTES_MIN_ANY_MAGIC) {
    return refuse(CORRUPT_MESSAGE, `the record batch claims a size of ${sizeInBytes} bytes, less than any header`);
  }
  if (sizeInBytes > records.length) {
    return refuse(INVALID_RECORD, `the record batch claims ${sizeInBytes} bytes, but ${records.length} were sent`);
  }
  const magic = batchMagic(records, 0);
  if (magic < 0 || magic > BATCH_MAGIC) return refuse(CORRUPT_MESSAGE, `message format ${magic} does not exist`);
  if (magic < BATCH_MAGIC) {
    return refuse(INVALID_RECORD, `message format ${magic} is not accepted; send record batches of format 2`);
  }
  if (sizeInBytes < BATCH_HEADER_SIZE_BYTES) {
    return refuse(CORRUPT_MESSAGE, `the record batch claims a size of ${sizeInBytes} bytes, less than its header`);
  }
  if (sizeInBytes < records.length) {
    return refuse(INVALID_RECORD, `${records.length - sizeInBytes} bytes follow the record batch; send exactly one`);
  }
  return undefined;
}

function judgeHeader(records: Buffer, options: ValidateBatchOptions): BatchVerdict | undefined {
  if (!isBatchCrcValid(records, 0)) return refuse(CORRUPT_MESSAGE, 'the record batch does not match its CRC');
  const attributes = batchAttributes(records, 0);
  if (codecOf(attributes) === undefined) {
    return refuse(INVALID_RECORD, `compression codec ${attributes & 7} is not assigned`);
  }
  const count = batchRecordCount(records, 0);
  const lastOffsetDelta = batchLastOffsetDelta(records, 0);
  if (count < 1) return refuse(INVALID_RECORD, `the record batch claims ${count} records; at least one is expected`);
  if (count !== lastOffsetDelta + 1) {
    return refuse(
      INVALID_RECORD,
      `the record batch claims ${count} records and a last offset delta of ${lastOffsetDelta}`,
    );
  }
  if (isControl(attributes) && options.allowControl !== true) {
    return refuse(INVALID_RECORD, 'clients may not write control records');
  }
  const producerId = batchProducerId(records, 0);
  if (producerId > Number.MAX_SAFE_INTEGER)
    return refuse(INVALID_RECORD, `producer id ${producerId} was never given out`);
  if (producerId < 0 && isTransactional(attributes)) {
    return refuse(INVALID_RECORD, 'a transactional record batch needs a producer id');
  }
  // Markers belong to a producer's transaction without being part of its sequence.
  const mustHaveSequence = producerId >= 0 && !isControl(attributes) && options.allowUnsequenced !== true;
  if (mustHaveSequence && batchBaseSequence(records, 0) < 0) {
    return refuse(
      INVALID_RECORD,
      `base sequence ${batchBaseSequence(records, 0)} is invalid with producer id ${producerId}`,
    );
  }
  if ((attributes & LOG_APPEND_TIME_FLAG) !== 0) {
    return refuse(INVALID_TIMESTAMP, 'producers may not set the timestamp type to LogAppendTime');
  }
  return undefined;
}

function judgeRecords(records: Buffer, options: ValidateBatchOptions): BatchVerdict {
  const { codec, packed } = packedRecords(records);
  if (codec === 'none') return new OpenedRecords(records, records, BATCH_HEADER_SIZE_BYTES, options).finish();
  const early = judgePacked(records);
  if (early !== undefined) return early;
  if (options.leavesPacked === true) return judgeHeaderTimestamps(records, options);
  try {
    const bytes = decompress(codec, packed, outputBound(options));
    return new OpenedRecords(records, bytes, 0, options).finish();
  } catch (error) {
    return refuseUnopened(error);
  }
}

function packedRecords(records: Buffer): { readonly codec: CompressionCodec; readonly packed: Buffer } {
  const codec = codecOf(batchAttributes(records, 0)) ?? 'none';
  return { codec, packed: records.subarray(BATCH_HEADER_SIZE_BYTES) };
}

/** What can be told of compressed records without opening them. */
function judgePacked(records: Buffer): BatchVerdict | undefined {
  const { codec, packed } = packedRecords(records);
  if (codec === 'none') return undefined;
  const fault = packedRecordsFault(codec, packed, batchRecordCount(records, 0));
  return fault === undefined ? undefined : refuse(INVALID_RECORD, fault);
}

function outputBound(options: ValidateBatchOptions): { readonly outputBytesMax: number } {
  return { outputBytesMax: options.outputBytesMax ?? DECOMPRESSED_BYTES_MAX };
}

function refuseUnopened(error: unknown): BatchVerdict {
  // By the brand, not the class: another copy of the package may have thrown it.
  if (!MillraceError.is(error)) throw error;
  // To this answer producers split the batch and try again.
  const isTooLarge = error.code === 'MILLRACE_COMPRESSION_TOO_LARGE';
  return refuse(isTooLarge ? MESSAGE_TOO_LARGE : INVALID_RECORD, error.message);
}

function judgeHeaderTimestamps(records: Buffer, options: ValidateBatchOptions): BatchVerdict {
  const maxTimestampMs = batchMaxTimestamp(records, 0);
  const minTimestampMs = batchBaseTimestamp(records, 0);
  if (isOutOfRange(maxTimestampMs, options) || isOutOfRange(minTimestampMs, options)) {
    return refuse(INVALID_TIMESTAMP, `timestamps ${minTimestampMs} to ${maxTimestampMs} are ${rangeText(options)}`);
  }
  return accept(maxTimestampMs, minTimestampMs, records.length - BATCH_HEADER_SIZE_BYTES);
}
