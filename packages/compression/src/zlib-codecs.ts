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
/** Writers make one frame a batch; a stream of thousands of tiny ones only costs time. */
const ZSTD_FRAME_COUNT_MAX = 1024;
const CHUNK_BYTES_MIN = 16 * 1024;
const CHUNK_BYTES_MAX = 1024 * 1024;
/** Guess at the ratio of gzip data, so that most output lands in one chunk. */
const EXPANSION_USUAL = 4;
/** Deflate says 258 bytes in two bits at best. */
const GZIP_EXPANSION_MAX = 1032;

export function compressGzip(input: Uint8Array, level: number | undefined): Buffer {
  return zlib.gzipSync(input, gzipOptions(level));
}

export function compressGzipAsync(input: Uint8Array, level: number | undefined): Promise<Buffer> {
  return gzipAsync(input, gzipOptions(level));
}

export function decompressGzip(input: Uint8Array, outputBytesMax: number): Buffer {
  try {
    return bounded(zlib.gunzipSync(input, gunzipOptions(input, outputBytesMax)), outputBytesMax);
  } catch (error) {
    throw decompressionError('gzip', error, outputBytesMax);
  }
}

export async function decompressGzipAsync(input: Uint8Array, outputBytesMax: number): Promise<Buffer> {
  try {
    return bounded(await gunzipAsync(input, gunzipOptions(input, outputBytesMax)), outputBytesMax);
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
  const frames = new ZstdFrames(input, outputBytesMax);
  while (frames.hasMore) {
    try {
      frames.add(zlib.zstdDecompressSync(frames.rest, frames.options()) as unknown as ZstdResult);
    } catch (error) {
      throw decompressionError('zstd', error, outputBytesMax);
    }
  }
  return frames.output();
}

export async function decompressZstdAsync(input: Uint8Array, outputBytesMax: number): Promise<Buffer> {
  assertZstd();
  const decompress = promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);
  const frames = new ZstdFrames(input, outputBytesMax);
  while (frames.hasMore) {
    try {
      frames.add((await decompress(frames.rest, frames.options())) as unknown as ZstdResult);
    } catch (error) {
      throw decompressionError('zstd', error, outputBytesMax);
    }
  }
  return frames.output();
}

/** What zlib answers when asked for information: the output of one frame, and how far it read for it. */
interface ZstdResult {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** zlib stops after the first frame of its input, so the frames of a stream are taken one by one. */
class ZstdFrames {
  rest: Uint8Array;
  readonly #outputBytesMax: number;
  readonly #parts: Buffer[] = [];
  #outputBytes = 0;
  #frameCount = 0;

  constructor(input: Uint8Array, outputBytesMax: number) {
    this.rest = input;
    this.#outputBytesMax = outputBytesMax;
  }

  /** True at first even without input, so that zlib refuses the lack of a frame. */
  get hasMore(): boolean {
    return this.rest.length > 0 || this.#frameCount === 0;
  }

  options(): zlib.ZstdOptions & { readonly info: true } {
    const room = this.#outputBytesMax - this.#outputBytes;
    const announced = zstdContentSize(this.rest);
    if (announced !== undefined && announced > room) throw tooLarge('zstd', this.#outputBytesMax);
    return {
      info: true,
      maxOutputLength: Math.max(1, room),
      chunkSize: announced === undefined ? chunkBytes(this.rest.length * EXPANSION_USUAL) : oneChunkBytes(announced),
    };
  }

  add({ buffer, engine }: ZstdResult): void {
    this.#outputBytes += buffer.length;
    this.#frameCount++;
    if (this.#outputBytes > this.#outputBytesMax) throw tooLarge('zstd', this.#outputBytesMax);
    if (this.#frameCount > ZSTD_FRAME_COUNT_MAX || (engine.bytesWritten === 0 && this.rest.length > 0)) {
      throw corrupt('zstd', `there are more than ${ZSTD_FRAME_COUNT_MAX} frames`);
    }
    this.#parts.push(buffer);
    this.rest = this.rest.subarray(engine.bytesWritten);
  }

  output(): Buffer {
    return this.#parts.length === 1 && this.#parts[0] !== undefined ? this.#parts[0] : Buffer.concat(this.#parts);
  }
}

function gzipOptions(level: number | undefined): zlib.ZlibOptions {
  return level === undefined ? {} : { level };
}

function gunzipOptions(input: Uint8Array, outputBytesMax: number): zlib.ZlibOptions {
  return { maxOutputLength: Math.max(1, outputBytesMax), chunkSize: gunzipChunkBytes(input, outputBytesMax) };
}

/**
 * The last four bytes are the size of the last member, which is the only one that writers make. If they lie, output comes in several chunks
 * or memory is reserved that is never touched.
 */
function gunzipChunkBytes(input: Uint8Array, outputBytesMax: number): number {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const announced = input.length < 4 ? 0 : view.getUint32(input.length - 4, true);
  // It is that large, or not what its end says; finding out would take the memory first.
  if (announced > outputBytesMax && announced <= input.length * GZIP_EXPANSION_MAX)
    throw tooLarge('gzip', outputBytesMax);
  const isPossible = announced <= outputBytesMax && announced <= input.length * GZIP_EXPANSION_MAX;
  return isPossible ? oneChunkBytes(announced) : chunkBytes(input.length * EXPANSION_USUAL);
}

function zstdOptions(input: Uint8Array, level: number | undefined): zlib.ZstdOptions {
  return {
    // The size goes into the frame, which lets readers allocate once.
    pledgedSrcSize: input.length,
    ...(level === undefined ? {} : { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }),
  };
}

/**
 * Room for all of the output, so that nothing has to be joined on the event loop afterwards; one byte more than announced, since a full
 * chunk would make zlib ask for another.
 */
function oneChunkBytes(announced: number): number {
  return Math.max(announced + 1, CHUNK_BYTES_MIN);
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

/** zlib takes no bound below one byte. */
function bounded(output: Buffer, outputBytesMax: number): Buffer {
  if (output.length > outputBytesMax) throw tooLarge('gzip', outputBytesMax);
  return output;
}

function decompressionError(codec: 'gzip' | 'zstd', error: unknown, outputBytesMax: number): Error {
  if (error instanceof CompressionError) return error;
  const code = (error as { readonly code?: unknown }).code;
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(codec, outputBytesMax);
  return corrupt(codec, error instanceof Error ? error.message : String(error), error);
}
