/**
 * What a broker checks before it accepts a producer's records, as one pure decision.
 *
 * Owns: the order of the checks and the error code of each. Answers are values; nothing here throws on data.
 * Differs from Apache Kafka: a batch of an unassigned codec, or one that does not decompress, is an invalid record, where Kafka answers
 *   UNKNOWN_SERVER_ERROR; bytes after the batch are refused, where Kafka drops them; a compressed batch is opened only
 *   when asked, and unless it was, its first bytes, its record count and the header's two timestamps are all that is judged.
 * Bounds: one pass over the records; at most {@link RECORD_ERROR_COUNT_MAX} of them are reported.
 * Not here: size limits, sequences and epochs, which need the log's state.
 */
import { MillraceError } from '@millrace/base';
import { decompress } from '@millrace/compression';
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
  NO_TIMESTAMP,
} from './batch-header.ts';
import { packedRecordsFault } from './packed-records.ts';
import { DECOMPRESSED_BYTES_MAX } from './record-batch-reader.ts';
import {
  recordCountMax,
  SCAN_BODY,
  SCAN_KEY_LENGTH,
  SCAN_OFFSET_DELTA,
  SCAN_STRIDE,
  scanRecords,
} from './record-scan.ts';
import { readVarlong } from './varint.ts';

const { NONE, CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_TIMESTAMP, INVALID_RECORD } = ErrorCode;

/** A size field below this cannot even frame a batch of any format. */
const SIZE_BYTES_MIN_ANY_MAGIC = 17;
/** Records named in a refusal; a client needs to see some, not a million. */
export const RECORD_ERROR_COUNT_MAX = 100;
/** Batches up to this many records are scanned without allocating. */
const SCRATCH_RECORD_COUNT = 2048;

const scratch = new Int32Array(SCRATCH_RECORD_COUNT * SCAN_STRIDE);
const NO_RECORD_ERRORS: readonly BatchRecordError[] = [];

export interface ValidateBatchOptions {
  /** Accept control batches: true for what coordinators append, never for clients (default false). */
  readonly allowControl?: boolean;
  /** Refuse records without a key, as compacted topics do. Opens compressed batches. */
  readonly requireKeys?: boolean;
  /** Earliest and latest acceptable timestamp in milliseconds; omitted where the log stamps its own. −1 ("none") always passes. */
  readonly timestampMinMs?: number;
  readonly timestampMaxMs?: number;
  /** Check the records of a compressed batch too (default false). */
  readonly inspectCompressed?: boolean;
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
}

/**
 * Judges the records field of a produce request for one partition: exactly one well-formed batch of format 2 that fills it.
 */
export function validateBatch(records: Buffer | null, options: ValidateBatchOptions = {}): BatchVerdict {
  if (records === null) return refuse(INVALID_RECORD, 'the records field is null; it must hold exactly one batch');
  return judgeFraming(records) ?? judgeHeader(records, options) ?? judgeRecords(records, options);
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
  if (producerId >= 0 && batchBaseSequence(records, 0) < 0 && !isControl(attributes)) {
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
  const codec = codecOf(batchAttributes(records, 0)) ?? 'none';
  if (codec === 'none') return judgeOpenRecords(records, records, BATCH_HEADER_SIZE_BYTES, options);
  const packed = records.subarray(BATCH_HEADER_SIZE_BYTES);
  const fault = packedRecordsFault(codec, packed, batchRecordCount(records, 0));
  if (fault !== undefined) return refuse(INVALID_RECORD, fault);
  if (options.inspectCompressed !== true && options.requireKeys !== true)
    return judgeHeaderTimestamps(records, options);
  try {
    const outputBytesMax = options.outputBytesMax ?? DECOMPRESSED_BYTES_MAX;
    const opened = decompress(codec, packed, { outputBytesMax });
    return judgeOpenRecords(records, opened, 0, options);
  } catch (error) {
    // By the brand, not the class: another copy of the package may have thrown it.
    if (!MillraceError.is(error)) throw error;
    // To this answer producers split the batch and try again.
    const isTooLarge = error.code === 'MILLRACE_COMPRESSION_TOO_LARGE';
    return refuse(isTooLarge ? MESSAGE_TOO_LARGE : INVALID_RECORD, error.message);
  }
}

function judgeHeaderTimestamps(records: Buffer, options: ValidateBatchOptions): BatchVerdict {
  const maxTimestampMs = batchMaxTimestamp(records, 0);
  const minTimestampMs = batchBaseTimestamp(records, 0);
  if (isOutOfRange(maxTimestampMs, options) || isOutOfRange(minTimestampMs, options)) {
    return refuse(INVALID_TIMESTAMP, `timestamps ${minTimestampMs} to ${maxTimestampMs} are ${rangeText(options)}`);
  }
  return accept(maxTimestampMs, minTimestampMs);
}

/** `bytes` from `start` to its end are the batch's records, uncompressed. */
function judgeOpenRecords(batch: Buffer, bytes: Buffer, start: number, options: ValidateBatchOptions): BatchVerdict {
  const count = batchRecordCount(batch, 0);
  if (count > recordCountMax(bytes.length - start)) {
    return refuse(INVALID_RECORD, `the record batch claims ${count} records in ${bytes.length - start} bytes`);
  }
  const positions = count <= SCRATCH_RECORD_COUNT ? scratch : new Int32Array(count * SCAN_STRIDE);
  const fault = scanRecords(bytes, start, bytes.length, count, positions);
  if (fault !== undefined) {
    const message = `record ${fault.index} ${fault.reason}`;
    return refuse(INVALID_RECORD, message, [{ batchIndex: Math.min(fault.index, count - 1), message }]);
  }
  const baseTimestamp = batchBaseTimestamp(batch, 0);
  let maxTimestampMs = -Infinity;
  let minTimestampMs = Infinity;
  for (let index = 0, slot = 0; index < count; index++, slot += SCAN_STRIDE) {
    const offsetDelta = positions[slot + SCAN_OFFSET_DELTA]!;
    if (offsetDelta !== index) {
      const message = `record ${index} has offset delta ${offsetDelta}`;
      return refuse(INVALID_RECORD, message, [{ batchIndex: index, message }]);
    }
    const timestamp = baseTimestamp + readVarlong(bytes, positions[slot + SCAN_BODY]! + 1);
    if (timestamp > maxTimestampMs) maxTimestampMs = timestamp;
    if (timestamp < minTimestampMs) minTimestampMs = timestamp;
  }
  return (
    judgeTimestamps(bytes, positions, count, baseTimestamp, maxTimestampMs, minTimestampMs, options) ??
    judgeKeys(positions, count, options) ??
    accept(maxTimestampMs, minTimestampMs)
  );
}

function judgeTimestamps(
  bytes: Buffer,
  positions: Int32Array,
  count: number,
  baseTimestamp: number,
  maxTimestampMs: number,
  minTimestampMs: number,
  options: ValidateBatchOptions,
): BatchVerdict | undefined {
  const floor = options.timestampMinMs ?? Number.MIN_SAFE_INTEGER;
  if (minTimestampMs >= floor && !isOutOfRange(maxTimestampMs, options)) return undefined;
  const errors: BatchRecordError[] = [];
  for (let index = 0; index < count && errors.length < RECORD_ERROR_COUNT_MAX; index++) {
    const timestamp = baseTimestamp + readVarlong(bytes, positions[index * SCAN_STRIDE + SCAN_BODY]! + 1);
    if (isOutOfRange(timestamp, options)) {
      errors.push({ batchIndex: index, message: `timestamp ${timestamp} is ${rangeText(options)}` });
    }
  }
  if (errors.length === 0) return undefined;
  return refuse(INVALID_TIMESTAMP, 'one or more records were rejected for their timestamp', errors);
}

function judgeKeys(positions: Int32Array, count: number, options: ValidateBatchOptions): BatchVerdict | undefined {
  if (options.requireKeys !== true) return undefined;
  const errors: BatchRecordError[] = [];
  for (let index = 0; index < count && errors.length < RECORD_ERROR_COUNT_MAX; index++) {
    if (positions[index * SCAN_STRIDE + SCAN_KEY_LENGTH]! < 0) {
      errors.push({ batchIndex: index, message: 'a compacted topic needs a key in every record' });
    }
  }
  if (errors.length === 0) return undefined;
  return refuse(INVALID_RECORD, 'one or more records were rejected for having no key', errors);
}

/** Also true for what a number cannot hold exactly: a log that keeps numbers could not give it back. */
function isOutOfRange(timestampMs: number, options: ValidateBatchOptions): boolean {
  if (timestampMs === NO_TIMESTAMP) return false;
  if (!Number.isSafeInteger(timestampMs)) return true;
  return timestampMs < (options.timestampMinMs ?? -Infinity) || timestampMs > (options.timestampMaxMs ?? Infinity);
}

function rangeText(options: ValidateBatchOptions): string {
  return `outside ${options.timestampMinMs ?? 'any'} to ${options.timestampMaxMs ?? 'any'}`;
}

function accept(maxTimestampMs: number, minTimestampMs: number): BatchVerdict {
  return { errorCode: NONE, message: null, recordErrors: NO_RECORD_ERRORS, maxTimestampMs, minTimestampMs };
}

function refuse(
  errorCode: number,
  message: string,
  recordErrors: readonly BatchRecordError[] = NO_RECORD_ERRORS,
): BatchVerdict {
  return { errorCode, message, recordErrors, maxTimestampMs: NO_TIMESTAMP, minTimestampMs: NO_TIMESTAMP };
}
