/**
 * The codecs behind one interface.
 *
 * The synchronous forms suit batches of the usual size, for which handing work to a thread costs more than doing it; the
 * asynchronous ones keep large or slow work (gzip, zstd, megabytes) off the event loop.
 */
import { CompressionError, tooLarge } from './compression-error.ts';
import { COMPRESSION_CODECS, type CompressionCodec } from './codec.ts';
import { compressLz4, compressLz4Async, decompressLz4, decompressLz4Async } from './lz4-frame.ts';
import { compressSnappy, compressSnappyAsync, decompressSnappy, decompressSnappyAsync } from './snappy.ts';
import {
  compressGzip,
  compressGzipAsync,
  compressZstd,
  compressZstdAsync,
  decompressGzip,
  decompressGzipAsync,
  decompressZstd,
  decompressZstdAsync,
} from './zlib-codecs.ts';

export interface DecompressOptions {
  /** Output beyond this many bytes is refused with `MILLRACE_COMPRESSION_TOO_LARGE`, before or while it is produced. */
  readonly outputBytesMax: number;
}

/**
 * Compresses as Kafka's producers do: snappy in xerial framing, lz4 in frames. `level` is for gzip (1 to 9) and zstd (1 to 22, or
 * negative); snappy has none and lz4 has one here. `none` returns the input itself.
 */
export function compress(codec: CompressionCodec, input: Uint8Array, level?: number): Buffer {
  switch (codec) {
    case 'none':
      return asBuffer(input);
    case 'gzip':
      return compressGzip(input, level);
    case 'snappy':
      return compressSnappy(input);
    case 'lz4':
      return compressLz4(input);
    case 'zstd':
      return compressZstd(input, level);
    default:
      throw unknownCodec(codec);
  }
}

/** Like {@link compress}, off the event loop where the codec has a native part. `input` must not change meanwhile. */
export async function compressAsync(codec: CompressionCodec, input: Uint8Array, level?: number): Promise<Buffer> {
  switch (codec) {
    case 'none':
      return asBuffer(input);
    case 'gzip':
      return compressGzipAsync(input, level);
    case 'snappy':
      return compressSnappyAsync(input);
    case 'lz4':
      return compressLz4Async(input);
    case 'zstd':
      return compressZstdAsync(input, level);
    default:
      throw unknownCodec(codec);
  }
}

/**
 * Reverses {@link compress}; reads bare snappy blocks too. Throws {@link CompressionError} for damaged input and for output beyond the bound.
 * `none` returns the input itself.
 */
export function decompress(codec: CompressionCodec, input: Uint8Array, options: DecompressOptions): Buffer {
  switch (codec) {
    case 'none':
      return bounded(input, options.outputBytesMax);
    case 'gzip':
      return decompressGzip(input, options.outputBytesMax);
    case 'snappy':
      return decompressSnappy(input, options.outputBytesMax);
    case 'lz4':
      return decompressLz4(input, options.outputBytesMax);
    case 'zstd':
      return decompressZstd(input, options.outputBytesMax);
    default:
      throw unknownCodec(codec);
  }
}

/** Like {@link decompress}, off the event loop where the codec has a native part. `input` must not change meanwhile. */
export async function decompressAsync(
  codec: CompressionCodec,
  input: Uint8Array,
  options: DecompressOptions,
): Promise<Buffer> {
  switch (codec) {
    case 'none':
      return bounded(input, options.outputBytesMax);
    case 'gzip':
      return decompressGzipAsync(input, options.outputBytesMax);
    case 'snappy':
      return decompressSnappyAsync(input, options.outputBytesMax);
    case 'lz4':
      return decompressLz4Async(input, options.outputBytesMax);
    case 'zstd':
      return decompressZstdAsync(input, options.outputBytesMax);
    default:
      throw unknownCodec(codec);
  }
}

function bounded(input: Uint8Array, outputBytesMax: number): Buffer {
  if (input.length > outputBytesMax) throw tooLarge('none', outputBytesMax);
  return asBuffer(input);
}

function asBuffer(input: Uint8Array): Buffer {
  return Buffer.isBuffer(input) ? input : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
}

function unknownCodec(codec: never): CompressionError {
  return new CompressionError(
    'MILLRACE_COMPRESSION_UNKNOWN_CODEC',
    `compression codec "${String(codec)}" is unknown; use one of ${COMPRESSION_CODECS.join(', ')}`,
    { details: { codec } },
  );
}
