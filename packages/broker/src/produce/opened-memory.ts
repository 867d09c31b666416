/** Memory of records that were opened: how much they may take, and giving it back as soon as nobody looks at them any more. */
import { BATCH_HEADER_SIZE_BYTES, batchAttributes, codecOf } from '@millrace/protocol';

/** Pieces of output are joined in the end, so for a moment it is there twice. */
const COPIES_MAX = 2;
/** Of data that repeats itself without end. (zstd has no bound of its own.) */
const EXPANSION_MAX = { none: 1, gzip: 1032, snappy: 22, lz4: 255, zstd: Infinity } as const;
/** Smaller ones may lie in memory that Node shares out. */
const GIVEN_BACK_BYTES_MIN = 64 * 1024;

/** Bytes that a batch may open to where `shareBytes` are all that opening may take. */
export function openedBytesMax(outputBytesMax: number, shareBytes: number): number {
  return Math.min(outputBytesMax, Math.floor(shareBytes / COPIES_MAX));
}

/** Memory that opening a batch can take at most, and packing its records anew. */
export function openingBytes(batch: Buffer, outputBytesMax: number): number {
  const codec = batch.length < BATCH_HEADER_SIZE_BYTES ? 'none' : (codecOf(batchAttributes(batch, 0)) ?? 'none');
  return COPIES_MAX * Math.min(outputBytesMax, batch.length * EXPANSION_MAX[codec]);
}

/**
 * Gives the memory of `records` back at once, which a garbage collector would keep for later; nobody may look at them any more.
 * Nothing happens when they are part of `batch` itself.
 */
export function giveBack(records: Buffer, batch: Buffer): void {
  const { buffer } = records;
  if (records.length < GIVEN_BACK_BYTES_MIN || buffer === batch.buffer || !(buffer instanceof ArrayBuffer)) return;
  if (!buffer.detached) buffer.transfer(0);
}
