import { MillraceError } from '@millrace/base';
import type { CompressionCodec } from './codec.ts';

/**
 * Why a codec gave up: the input is damaged, the output would pass the caller's bound, the codec's number is unknown,
 * or this process has no implementation of it.
 */
export type CompressionErrorCode =
  | 'MILLRACE_COMPRESSION_CORRUPT'
  | 'MILLRACE_COMPRESSION_TOO_LARGE'
  | 'MILLRACE_COMPRESSION_UNKNOWN_CODEC'
  | 'MILLRACE_COMPRESSION_UNAVAILABLE';

/** The one error class of this package; never retriable, since the same bytes fail the same way again. */
export class CompressionError extends MillraceError {
  override readonly name = 'CompressionError';
  declare readonly code: CompressionErrorCode;

  constructor(
    code: CompressionErrorCode,
    message: string,
    options: { readonly details?: Readonly<Record<string, unknown>>; readonly cause?: unknown } = {},
  ) {
    super(code, message, options);
  }
}

export function corrupt(codec: CompressionCodec, what: string, cause?: unknown): CompressionError {
  return new CompressionError('MILLRACE_COMPRESSION_CORRUPT', `cannot decompress ${codec} data: ${what}`, {
    details: { codec },
    cause,
  });
}

export function tooLarge(codec: CompressionCodec, outputBytesMax: number): CompressionError {
  return new CompressionError(
    'MILLRACE_COMPRESSION_TOO_LARGE',
    `refused to decompress ${codec} data beyond ${outputBytesMax} bytes; raise the bound if data of this size is expected`,
    { details: { codec, outputBytesMax } },
  );
}
