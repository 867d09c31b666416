import { MillraceError } from '@millrace/base';

/** `CORRUPT`: bytes that are not a well-formed record batch. `UNSUPPORTED`: a format, codec or control record that is not ours to read. */
export type RecordsErrorCode = 'MILLRACE_RECORDS_CORRUPT' | 'MILLRACE_RECORDS_UNSUPPORTED';

/** Thrown while decoding or building record batches; never retriable. Damaged compressed bytes throw `CompressionError` instead. */
export class RecordsError extends MillraceError {
  override readonly name = 'RecordsError';
  declare readonly code: RecordsErrorCode;

  constructor(code: RecordsErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(code, message, { details });
  }
}
