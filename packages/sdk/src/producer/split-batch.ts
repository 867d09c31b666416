import { decodeBatch } from '@millrace/protocol';
import type { ProducerBatch } from './producer-batch.ts';

/** Smaller limits than this are not learnt from a refusal. */
const PART_BYTES_MIN = 1024;

/**
 * Writes the records of a batch that a broker finds too large to several smaller ones, each at most half its size, or one record. The
 * batch has to hold two records or more. Returns the size that the topic's batches should keep to from now on.
 */
export function splitBatch(
  batch: ProducerBatch,
  openPart: (capacityBytes: number) => ProducerBatch,
): { readonly parts: readonly ProducerBatch[]; readonly partBytesMax: number } {
  const records = decodeBatch(batch.bytes, 0, { checkCrc: false });
  const partBytesMax = Math.max(PART_BYTES_MIN, Math.floor(records.recordsSizeBytes / 2));
  const parts: ProducerBatch[] = [];
  let part: ProducerBatch | undefined;
  let heldLeft = batch.heldBytes;
  for (const { key, value, timestamp, headers } of records) {
    const isFull = part !== undefined && part.sizeInBytes + (key?.length ?? 0) + (value?.length ?? 0) > partBytesMax;
    if (part === undefined || isFull || part.recordCount * 2 >= records.count) {
      part = openPart(partBytesMax);
      parts.push(part);
    }
    const bytes = Math.min(heldLeft, part.append(key, value, timestamp, headers));
    part.heldBytes += bytes;
    heldLeft -= bytes;
  }
  if (part !== undefined) part.heldBytes += heldLeft;
  batch.heldBytes = 0;
  batch.split(parts);
  return { parts, partBytesMax };
}
