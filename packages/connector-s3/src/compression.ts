/**
 * Compression of objects, block by block: each block is a gzip member or a zstd frame of its own, and those may follow one another in one
 * file (RFC 1952 section 2.2, RFC 8878 section 3.1). So no state is kept between blocks, however many objects are open.
 */
import {
  createGunzip,
  createZstdDecompress,
  gzip,
  gzipSync,
  zstdCompress,
  constants,
  zstdCompressSync,
} from 'node:zlib';
import type { Transform } from 'node:stream';
import { promisify } from 'node:util';

export const COMPRESSION_TYPES = ['none', 'gzip', 'zstd'] as const;

export type CompressionType = (typeof COMPRESSION_TYPES)[number];

export interface Compression {
  /** Of names of objects: `.gz`, or nothing. */
  readonly extension: string;
  compress(block: Uint8Array): Promise<Uint8Array>;
}

const EXTENSIONS: Readonly<Record<CompressionType, string>> = { none: '', gzip: '.gz', zstd: '.zst' };

const gzipBlock = promisify(gzip) as (block: Uint8Array, options: { level: number }) => Promise<Buffer>;
const zstdBlock = promisify(zstdCompress) as (block: Uint8Array, options: object) => Promise<Buffer>;

/** -1 is the default of the codec. */
const DEFAULT_LEVELS: Readonly<Record<CompressionType, number>> = { none: 0, gzip: 6, zstd: 3 };

/** Runs in Node's thread pool, beside the task. */
export function compressionOf(type: CompressionType, level: number): Compression {
  const effective = level < 0 ? DEFAULT_LEVELS[type] : level;
  const extension = EXTENSIONS[type];
  if (type === 'gzip') return { extension, compress: (block) => gzipBlock(block, { level: effective }) };
  if (type === 'zstd') return { extension, compress: (block) => zstdBlock(block, zstdOptions(effective)) };
  return { extension, compress: async (block) => block };
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

/** Undefined for an object that is not compressed. Reads any number of members or frames. */
export function decompressor(type: CompressionType): Transform | undefined {
  if (type === 'gzip') return createGunzip();
  return type === 'zstd' ? createZstdDecompress() : undefined;
}

function zstdOptions(level: number): object {
  return { params: { [constants.ZSTD_c_compressionLevel]: level } };
}
