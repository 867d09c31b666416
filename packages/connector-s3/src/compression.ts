/**
 * Compression of objects.
 *
 * Gzip goes block by block: each block is a member of its own, and members may follow one another (RFC 1952 section 2.2), so no state is kept
 * for open objects, however many there are. Zstd could do the same with frames, but widely used readers (Node's among them) stop after the
 * first frame without a word; so an object is one frame, made when it is complete.
 */
import { createGunzip, createZstdCompress, gzip, gzipSync, constants, zstdCompressSync } from 'node:zlib';
import { Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';

export const COMPRESSION_TYPES = ['none', 'gzip', 'zstd'] as const;

export type CompressionType = (typeof COMPRESSION_TYPES)[number];

export interface Compression {
  /** Of names of objects: `.gz`, or nothing. */
  readonly extension: string;
  /** Of a block, in Node's thread pool beside the task. */
  block?(block: Uint8Array): Promise<Uint8Array>;
  /** Of a complete object. */
  whole?(): Transform;
}

const EXTENSIONS: Readonly<Record<CompressionType, string>> = { none: '', gzip: '.gz', zstd: '.zst' };

const gzipBlock = promisify(gzip) as (block: Uint8Array, options: { level: number }) => Promise<Buffer>;

/** -1 is the default of the codec. */
const DEFAULT_LEVELS: Readonly<Record<CompressionType, number>> = { none: 0, gzip: 6, zstd: 3 };

export function compressionOf(type: CompressionType, level: number): Compression {
  const effective = level < 0 ? DEFAULT_LEVELS[type] : level;
  const extension = EXTENSIONS[type];
  if (type === 'gzip') return { extension, block: (block) => gzipBlock(block, { level: effective }) };
  if (type === 'zstd') return { extension, whole: () => createZstdCompress(zstdOptions(effective)) };
  return { extension };
}

/** For pages of Parquet, which are compressed in passing. */
export const compressPage = {
  GZIP: (page: Uint8Array): Uint8Array => gzipSync(page, { level: DEFAULT_LEVELS.gzip }),
  ZSTD: (page: Uint8Array): Uint8Array => zstdCompressSync(page, zstdOptions(DEFAULT_LEVELS.zstd)),
};

/** How an object is compressed, by its name. */
export function compressionByName(key: string): CompressionType {
  if (/\.(gz|gzip)$/i.test(key)) return 'gzip';
  return /\.(zst|zstd)$/i.test(key) ? 'zstd' : 'none';
}

/** Of any number of members. */
export async function* gunzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(bytes, { objectMode: false });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Uint8Array;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function zstdOptions(level: number): object {
  return { params: { [constants.ZSTD_c_compressionLevel]: level } };
}
