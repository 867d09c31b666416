/**
 * Judging a batch's records once they lie open: the part of `validate-batch.ts` that is linear in them, a slice at a time.
 *
 * Owns: how far the check has come, the smallest and largest timestamp so far, the records to be named in a refusal.
 * Invariants: the error code does not depend on the size of the slices; a record that cannot be read, or has the wrong offset delta,
 *   outweighs those with a bad timestamp, and they those without a key.
 * Bounds: a slice ends with {@link SLICE_RECORD_COUNT} records or the first that ends {@link SLICE_BYTES} or more behind its start;
 *   the positions of one slice are all that is kept, in one array that every check shares, since a slice is never left half done.
 *   The longest slice is one record with as many headers as a record may have (`record-scan.ts`).
 * Not here: framing, header and decompression (`validate-batch.ts`).
 */
import { ErrorCode } from '../generated/errors.ts';
import { batchBaseTimestamp, batchRecordCount, NO_TIMESTAMP } from './batch-header.ts';
import {
  leftOverFault,
  recordCountMax,
  SCAN_BODY,
  SCAN_KEY_LENGTH,
  SCAN_OFFSET_DELTA,
  SCAN_STRIDE,
  scannedEnd,
  scannedIndex,
  scanRun,
  type RecordFault,
} from './record-scan.ts';
import type { BatchRecordError, BatchVerdict, ValidateBatchOptions } from './validate-batch.ts';
import { readVarlong } from './varint.ts';

const { NONE, INVALID_TIMESTAMP, INVALID_RECORD } = ErrorCode;

/** Records named in a refusal; a client needs to see some, not a million. */
export const RECORD_ERROR_COUNT_MAX = 100;
const SLICE_RECORD_COUNT = 2048;
const SLICE_BYTES = 256 * 1024;

const positions = new Int32Array(SLICE_RECORD_COUNT * SCAN_STRIDE);
const NO_RECORD_ERRORS: readonly BatchRecordError[] = [];

export class OpenedRecords {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #options: ValidateBatchOptions;
  readonly #count: number;
  readonly #baseTimestamp: number;
  #at: number;
  #index = 0;
  #maxTimestampMs = -Infinity;
  #minTimestampMs = Infinity;
  #untimely: BatchRecordError[] | undefined;
  #keyless: BatchRecordError[] | undefined;

  /** `bytes` from `start` to its end are the records of `batch`, uncompressed. */
  constructor(batch: Buffer, bytes: Buffer, start: number, options: ValidateBatchOptions) {
    this.#bytes = bytes;
    this.#start = start;
    this.#options = options;
    this.#count = batchRecordCount(batch, 0);
    this.#baseTimestamp = batchBaseTimestamp(batch, 0);
    this.#at = start;
  }

  /** Judges the next slice. The verdict once it is reached, undefined while slices are left. */
  next(): BatchVerdict | undefined {
    const bytes = this.#bytes;
    const end = bytes.length;
    const count = this.#count;
    if (this.#index === 0 && count > recordCountMax(end - this.#start)) {
      return refuse(INVALID_RECORD, `the record batch claims ${count} records in ${end - this.#start} bytes`);
    }
    const first = this.#index;
    const limit = Math.min(count, first + SLICE_RECORD_COUNT);
    const fault = scanRun(bytes, this.#at, end, first, limit, this.#at + SLICE_BYTES, positions);
    if (fault !== undefined) return this.#refuseUnreadable(fault);
    const last = scannedIndex();
    this.#at = scannedEnd();
    this.#index = last;
    const disorder = this.#judgeSlice(first, last);
    if (disorder !== undefined) return disorder;
    if (last < count) return undefined;
    const leftOver = leftOverFault(count, this.#at, end);
    return leftOver === undefined ? this.#verdict() : this.#refuseUnreadable(leftOver);
  }

  /** Judges what is left in one go. */
  finish(): BatchVerdict {
    for (;;) {
      const verdict = this.next();
      if (verdict !== undefined) return verdict;
    }
  }

  #judgeSlice(first: number, last: number): BatchVerdict | undefined {
    const bytes = this.#bytes;
    const baseTimestamp = this.#baseTimestamp;
    let maxTimestampMs = -Infinity;
    let minTimestampMs = Infinity;
    for (let index = first, slot = 0; index < last; index++, slot += SCAN_STRIDE) {
      const offsetDelta = positions[slot + SCAN_OFFSET_DELTA]!;
      if (offsetDelta !== index) {
        const message = `record ${index} has offset delta ${offsetDelta}`;
        return refuse(INVALID_RECORD, message, [{ batchIndex: index, message }]);
      }
      const timestamp = baseTimestamp + readVarlong(bytes, positions[slot + SCAN_BODY]! + 1);
      if (timestamp > maxTimestampMs) maxTimestampMs = timestamp;
      if (timestamp < minTimestampMs) minTimestampMs = timestamp;
    }
    if (maxTimestampMs > this.#maxTimestampMs) this.#maxTimestampMs = maxTimestampMs;
    if (minTimestampMs < this.#minTimestampMs) this.#minTimestampMs = minTimestampMs;
    const floor = this.#options.timestampMinMs ?? Number.MIN_SAFE_INTEGER;
    if (minTimestampMs < floor || isOutOfRange(maxTimestampMs, this.#options)) this.#noteUntimely(first, last);
    if (this.#options.requireKeys === true) this.#noteKeyless(first, last);
    return undefined;
  }

  #noteUntimely(first: number, last: number): void {
    const errors = (this.#untimely ??= []);
    for (let index = first, slot = 0; index < last; index++, slot += SCAN_STRIDE) {
      if (errors.length >= RECORD_ERROR_COUNT_MAX) return;
      const timestamp = this.#baseTimestamp + readVarlong(this.#bytes, positions[slot + SCAN_BODY]! + 1);
      if (!isOutOfRange(timestamp, this.#options)) continue;
      errors.push({ batchIndex: index, message: `timestamp ${timestamp} is ${rangeText(this.#options)}` });
    }
  }

  #noteKeyless(first: number, last: number): void {
    const errors = (this.#keyless ??= []);
    for (let index = first, slot = 0; index < last; index++, slot += SCAN_STRIDE) {
      if (errors.length >= RECORD_ERROR_COUNT_MAX) return;
      if (positions[slot + SCAN_KEY_LENGTH]! >= 0) continue;
      errors.push({ batchIndex: index, message: 'a compacted topic needs a key in every record' });
    }
  }

  #refuseUnreadable(fault: RecordFault): BatchVerdict {
    const message = `record ${fault.index} ${fault.reason}`;
    return refuse(INVALID_RECORD, message, [{ batchIndex: Math.min(fault.index, this.#count - 1), message }]);
  }

  #verdict(): BatchVerdict {
    const untimely = this.#untimely ?? NO_RECORD_ERRORS;
    const keyless = this.#keyless ?? NO_RECORD_ERRORS;
    if (untimely.length > 0) {
      return refuse(INVALID_TIMESTAMP, 'one or more records were rejected for their timestamp', untimely);
    }
    if (keyless.length > 0) {
      return refuse(INVALID_RECORD, 'one or more records were rejected for having no key', keyless);
    }
    return accept(this.#maxTimestampMs, this.#minTimestampMs, this.#bytes.length - this.#start);
  }
}

/** Also true for what a number cannot hold exactly: a log that keeps numbers could not give it back. */
export function isOutOfRange(timestampMs: number, options: ValidateBatchOptions): boolean {
  if (timestampMs === NO_TIMESTAMP) return false;
  if (!Number.isSafeInteger(timestampMs)) return true;
  return timestampMs < (options.timestampMinMs ?? -Infinity) || timestampMs > (options.timestampMaxMs ?? Infinity);
}

export function rangeText(options: ValidateBatchOptions): string {
  return `outside ${options.timestampMinMs ?? 'any'} to ${options.timestampMaxMs ?? 'any'}`;
}

export function accept(maxTimestampMs: number, minTimestampMs: number, recordsSizeBytes: number): BatchVerdict {
  return {
    errorCode: NONE,
    message: null,
    recordErrors: NO_RECORD_ERRORS,
    maxTimestampMs,
    minTimestampMs,
    recordsSizeBytes,
  };
}

export function refuse(
  errorCode: number,
  message: string,
  recordErrors: readonly BatchRecordError[] = NO_RECORD_ERRORS,
): BatchVerdict {
  return {
    errorCode,
    message,
    recordErrors,
    maxTimestampMs: NO_TIMESTAMP,
    minTimestampMs: NO_TIMESTAMP,
    recordsSizeBytes: 0,
  };
}
