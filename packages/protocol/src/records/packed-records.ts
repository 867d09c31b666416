/**
 * What can be told about a batch's compressed records without decompressing them.
 *
 * Owns: the first bytes that each codec's data must have, how much the records may come to, and how many of them so few bytes can be.
 * Invariants: whatever decompresses within the bound, and holds the records it claims, passes. The reverse does not hold.
 * Bounds: constant time; nothing is allocated.
 * Not here: decompressing (`validate-batch.ts`, `record-batch-reader.ts`). Why it is done so: docs/adr/0012 and 0013.
 */
import type { CompressionCodec } from '@millrace/compression';
import { DECOMPRESSED_BYTES_MAX } from './record-batch-reader.ts';
import { recordCountMax } from './record-scan.ts';

/**
 * Most bytes of output that a byte of input can stand for. Deflate: 258 bytes in 2 bits. LZ4: a length byte of 255. Snappy: 64 bytes
 * from a copy of 3. Zstandard can repeat one byte nearly without limit, but records differ at least in their offset
 * delta, which costs a literal or a sequence each; 4096 is far above what records can reach.
 */
const EXPANSION_MAX = { gzip: 1032, lz4: 256, snappy: 22, zstd: 4096 } as const;

/** A batch may open to so many times the largest batch that its topic takes … */
const RATIO_TO_BATCH_MAX = 16;
/** … and to this much anyhow: what compresses a hundredfold is small to send and common in logs. */
const DECOMPRESSED_BYTES_FLOOR = 32 * 1024 * 1024;

const GZIP_MAGIC = 0x1f8b;
const DEFLATE_METHOD = 8;
const ZSTD_MAGIC = 0xfd2fb528;
const LZ4_MAGIC = 0x184d2204;
/** Both frame formats share the magic of frames to be skipped; its lowest four bits are free. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_MASK = 0xfffffff0;
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const SNAPPY_LENGTH_BYTES_MAX = 5;

type Packing = Exclude<CompressionCodec, 'none'>;

/** Bytes to which the broker opens a batch, when it must, on a topic whose largest batch has `maxMessageBytes`. */
export function decompressedBytesMax(maxMessageBytes: number): number {
  const scaled = Math.max(DECOMPRESSED_BYTES_FLOOR, RATIO_TO_BATCH_MAX * maxMessageBytes);
  return Math.max(maxMessageBytes, Math.min(DECOMPRESSED_BYTES_MAX, scaled));
}

/** Why `packed` cannot be `count` records compressed with `codec`; undefined when it may be. */
export function packedRecordsFault(codec: Packing, packed: Buffer, count: number): string | undefined {
  if (!startsLike(codec, packed)) return `the records are marked as ${codec}, which ${codec} data does not start like`;
  if (count > recordCountMax(Math.min(packed.length * EXPANSION_MAX[codec], DECOMPRESSED_BYTES_MAX))) {
    return `the record batch claims ${count} records in ${packed.length} bytes of ${codec}`;
  }
  return undefined;
}

function startsLike(codec: Packing, packed: Buffer): boolean {
  switch (codec) {
    case 'gzip':
      return packed.length > 2 && packed.readUInt16BE(0) === GZIP_MAGIC && packed[2] === DEFLATE_METHOD;
    case 'zstd':
      return startsWithFrame(packed, ZSTD_MAGIC);
    case 'lz4':
      return startsWithFrame(packed, LZ4_MAGIC);
    case 'snappy':
      return packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC) || startsLikeSnappyBlock(packed);
  }
}

function startsWithFrame(packed: Buffer, frameMagic: number): boolean {
  if (packed.length < 4) return false;
  const magic = packed.readUInt32LE(0);
  return magic === frameMagic || (magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE_MAGIC;
}

/** A bare block has no magic: a length, which its bytes must be able to reach, then a literal, since there is nothing to copy yet. */
function startsLikeSnappyBlock(packed: Buffer): boolean {
  let announced = 0;
  for (let at = 0; at < SNAPPY_LENGTH_BYTES_MAX; at++) {
    const byte = packed[at];
    if (byte === undefined) return false;
    announced += (byte & 0x7f) * 2 ** (7 * at);
    if (byte >= 0x80) continue;
    const tag = packed[at + 1];
    return tag !== undefined && (tag & 3) === 0 && announced > 0 && announced <= packed.length * EXPANSION_MAX.snappy;
  }
  return false;
}
