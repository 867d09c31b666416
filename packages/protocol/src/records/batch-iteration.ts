/**
 * Walking a buffer that holds several batches one after the other, as a fetch response or a segment does.
 *
 * Invariants: only positions of whole batches come out; a cut batch at the end, which brokers send when a byte limit falls
 *   inside it, ends the walk silently. A length that no batch can have throws, so a walk always moves on and ends.
 * Not here: checking what is inside the batches.
 */
import { BATCH_HEADER_SIZE_BYTES, BATCH_PREFIX_SIZE_BYTES, batchSizeInBytes } from './batch-header.ts';
import { RecordsError } from './records-error.ts';

/**
 * Position after the batch at `position`, or −1 when no whole batch is left there.
 * Throws {@link RecordsError} for a length below the size of a header.
 */
export function nextBatchPosition(buffer: Buffer, position: number, end: number = buffer.length): number {
  if (end - position < BATCH_PREFIX_SIZE_BYTES) return -1;
  const sizeInBytes = batchSizeInBytes(buffer, position);
  if (sizeInBytes < BATCH_HEADER_SIZE_BYTES) {
    throw new RecordsError(
      'MILLRACE_RECORDS_CORRUPT',
      `record batch at byte ${position} claims a size of ${sizeInBytes} bytes, less than its header`,
      { position, sizeInBytes },
    );
  }
  const next = position + sizeInBytes;
  return next > end ? -1 : next;
}

/** Positions of the whole batches in `buffer[start, end)`. */
export function* batchPositions(
  buffer: Buffer,
  start = 0,
  end: number = buffer.length,
): Generator<number, void, undefined> {
  let position = start;
  for (;;) {
    const next = nextBatchPosition(buffer, position, end);
    if (next < 0) return;
    yield position;
    position = next;
  }
}
