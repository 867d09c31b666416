import { BATCH_HEADER_SIZE_BYTES, batchRecordCount, batchSizeInBytes } from '@millrace/protocol';

/** Records in slices that hold whole batches, by their headers. */
export function recordCountOf(slices: readonly Buffer[]): number {
  let count = 0;
  for (const slice of slices) {
    const last = slice.length - BATCH_HEADER_SIZE_BYTES;
    for (let position = 0; position <= last; position += batchSizeInBytes(slice, position)) {
      count += batchRecordCount(slice, position);
    }
  }
  return count;
}
