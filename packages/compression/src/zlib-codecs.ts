/**
 * Gzip and Zstandard, both by `node:zlib`.
 *
 * Bounds: output stops at the caller's bound while it is being produced; a zstd frame that announces more is refused at once.
 */
import * as zlib from 'node:zlib';
import { promisify } from 'node:util';
import { CompressionError, corrupt, tooLarge } from './compression-error.ts';

const gzipAsync = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip);
const gunzipAsync = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gunzip);

const ZSTD_MAGIC = 0xfd2fb528;
const CHUNK_BYTES_MIN = 16 * 1024;
const CHUNK_BYTES_MAX = 1024 * 1024;
/** Guess at the ratio of gzip data, so that most output lands in one chunk. */
const EXPANSION_USUAL = 4;

export function compressGzip(input: Uint8Array, level: number | undefined): Buffer {
  return zlib.gzipSync(input, gzipOptions(level));
}

export function compressGzipAsync(input: Uint8Array, level: number | undefined): Promise<Buffer> {
  return gzipAsync(input, gzipOptions(level));
}

export function decompressGzip(input: Uint8Array, outputBytesMax: number): Buffer {
  try {
    return zlib.gunzipSync(input, gunzipOptions(input, outputBytesMax));
  } catch (error) {
    throw decompressionError('gzip', error, outputBytesMax);
  }
}

export async function decompressGzipAsync(input: Uint8Array, outputBytesMax: number): Promise<Buffer> {
  try {
    return await gunzipAsync(input, gunzipOptions(input, outputBytesMax));
  } catch (error) {
    throw decompressionError('gzip', error, outputBytesMax);
  }
}

export function compressZstd(input: Uint8Array, level: number | undefined): Buffer {
  assertZstd();
  return zlib.zstdCompressSync(input, zstdOptions(input, level));
}

export async function compressZstdAsync(input: Uint8Array, level: number | undefined): Promise<Buffer> {
  assertZstd();
  return promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)(input, zstdOptions(input, level));
}

export function decompressZstd(input: Uint8Array, outputBytesMax: number): Buffer {
  assertZstd();
  const options = unzstdOptions(input, outputBytesMax);
  try {
    return zlib.zstdDecompressSync(input, options);
  } catch (error) {
    throw decompressionError('zstd', error, outputBytesMax);
  }
}

export async function decompressZstdAsync(input: Uint8Array, outputBytesMax: number): Promise<Buffer> {
  assertZstd();
  const options = unzstdOptions(input, outputBytesMax);
  try {
    return await promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)(input, options);
  } catch (error) {
    throw decompressionError('zstd', error, outputBytesMax);
  }
}

function gzipOptions(level: number | undefined): zlib.ZlibOptions {
  return level === undefined ? {} : { level };
}

function gunzipOptions(input: Uint8Array, outputBytesMax: number): zlib.ZlibOptions {
  return { maxOutputLength: Math.max(1, outputBytesMax), chunkSize: chunkBytes(input.length * EXPANSION_USUAL) };
}

function zstdOptions(input: Uint8Array, level: number | undefined): zlib.ZstdOptions {
  return {
    // The size goes into the frame, which lets readers allocate once.
    pledgedSrcSize: input.length,
    ...(level === undefined ? {} : { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }),
  };
}

function unzstdOptions(input: Uint8Array, outputBytesMax: number): zlib.ZstdOptions {
  const announced = zstdContentSize(input);
  if (announced !== undefined && announced > outputBytesMax) throw tooLarge('zstd', outputBytesMax);
  return {
    maxOutputLength: Math.max(1, outputBytesMax),
    // One byte more than announced: a full chunk would make zlib ask for another.
    chunkSize: chunkBytes(announced === undefined ? input.length * EXPANSION_USUAL : announced + 1),
  };
}

function chunkBytes(guess: number): number {
  return Math.min(Math.max(guess, CHUNK_BYTES_MIN), CHUNK_BYTES_MAX);
}

/** The content size that the first frame announces, if any. */
function zstdContentSize(input: Uint8Array): number | undefined {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.byteLength < 6 || view.getUint32(0, true) !== ZSTD_MAGIC) return undefined;
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryIdBytes;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  if (sizeBytes === 0 || at + sizeBytes > view.byteLength) return undefined;
  if (sizeBytes === 1) return view.getUint8(at);
  if (sizeBytes === 2) return view.getUint16(at, true) + 256;
  if (sizeBytes === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}

function assertZstd(): void {
  // Node gained zstd in 22.15; user applications may run on less.
  if (typeof zlib.zstdCompressSync === 'function') return;
  throw new CompressionError(
    'MILLRACE_COMPRESSION_UNAVAILABLE',
    `zstd is not part of Node ${process.versions.node}; use Node 22.15 or later, or another codec`,
    { details: { codec: 'zstd' } },
  );
}

function decompressionError(codec: 'gzip' | 'zstd', error: unknown, outputBytesMax: number): Error {
  const code = (error as { readonly code?: unknown }).code;
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(codec, outputBytesMax);
  return corrupt(codec, error instanceof Error ? error.message : String(error), error);
}
