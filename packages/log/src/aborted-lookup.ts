/** Finding the aborted transactions of what was read: those in memory, and those of closed segments from the engine's store. */
import { batchLastOffset, batchSizeInBytes, ErrorCode } from '@millrace/protocol';
import { byFirstOffset } from './aborted-transactions.ts';
import type { AbortedTransaction, ReadOutcome } from './log-engine.ts';
import type { OwnedLog } from './owned-log.ts';
import type { SegmentStore } from './ports.ts';
import type { Segment } from './segment.ts';

/**
 * `outcome`, a read_committed read from `offset` on that found batches, with the transactions that were aborted among them. `again` reads anew,
 * when what was read has been replaced meanwhile.
 */
export function withAborted(
  log: OwnedLog,
  store: SegmentStore,
  outcome: ReadOutcome,
  offset: number,
  again: () => ReadOutcome | Promise<ReadOutcome>,
): ReadOutcome | Promise<ReadOutcome> {
  const { aborted } = log.ledger;
  if (aborted.count === 0 && log.data.storedAbortedCount === 0) return outcome;
  const endOffset = endOffsetOf(outcome.slices);
  const found: AbortedTransaction[] = [];
  aborted.collect(offset, endOffset, found);
  const missing: Segment[] = [];
  if (log.data.storedAbortedCount > 0) {
    for (const segment of log.data.segmentsFrom(offset)) {
      const stored = segment.storedAborted;
      if (stored === undefined || stored.firstOffset >= endOffset) continue;
      if (stored.list === undefined) missing.push(segment);
      else stored.list.collect(offset, endOffset, found);
    }
  }
  if (missing.length > 0) return loadMissing(log, store, missing, outcome, offset, endOffset, found, again);
  return found.length === 0 ? outcome : { ...outcome, abortedTransactions: found.sort(byFirstOffset) };
}

async function loadMissing(
  log: OwnedLog,
  store: SegmentStore,
  missing: readonly Segment[],
  outcome: ReadOutcome,
  offset: number,
  endOffset: number,
  found: AbortedTransaction[],
  again: () => ReadOutcome | Promise<ReadOutcome>,
): Promise<ReadOutcome> {
  for (const segment of missing) {
    try {
      const list = await store.loadAborted(log, segment);
      if (log.isOpen && !log.data.has(segment)) {
        outcome.release?.();
        return await again();
      }
      list.collect(offset, endOffset, found);
    } catch (error) {
      outcome.release?.();
      // The segment may have been deleted meanwhile; then the offset is below the log start by now.
      if (offset < log.logStartOffset) return log.readFailed(ErrorCode.OFFSET_OUT_OF_RANGE, 'read_committed');
      // Or replaced by a cleaned one: nothing of what was read fits to that.
      if (log.isOpen && !log.data.has(segment)) return again();
      log.reportReadFailure(segment, error);
      return log.readFailed(ErrorCode.KAFKA_STORAGE_ERROR, 'read_committed');
    }
  }
  return { ...outcome, abortedTransactions: found.sort(byFirstOffset) };
}

/** Offset after the last batch of the slices, of which there is one at least. */
function endOffsetOf(slices: readonly Buffer[]): number {
  const slice = slices.at(-1);
  let endOffset = 0;
  if (slice === undefined) return endOffset;
  for (let position = 0; position < slice.length; position += batchSizeInBytes(slice, position)) {
    endOffset = batchLastOffset(slice, position) + 1;
  }
  return endOffset;
}
