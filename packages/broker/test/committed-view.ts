/** What clients make of a fetch with read_committed: which records they show, and where transactions ended. */
import {
  batchAttributes,
  batchLastOffset,
  batchPositions,
  decodeBatch,
  decodeEndTxnMarker,
  isControl,
  isTransactional,
  recordsToBuffer,
} from '@millrace/protocol';
import type { FetchedPartition } from './broker-fixture.ts';

type Fetched = Pick<FetchedPartition, 'records' | 'abortedTransactions'>;

/** The control records in what was fetched. */
export function markersIn(records: Fetched['records']): { offset: number; type: string | undefined; epoch: number }[] {
  const bytes = recordsToBuffer(records) ?? Buffer.alloc(0);
  const markers: { offset: number; type: string | undefined; epoch: number }[] = [];
  for (const position of batchPositions(bytes)) {
    if (!isControl(batchAttributes(bytes, position))) continue;
    const batch = decodeBatch(bytes, position);
    for (const record of batch) {
      const type = decodeEndTxnMarker(record.key, record.value)?.type;
      markers.push({ offset: record.offset, type, epoch: batch.producerEpoch });
    }
  }
  return markers;
}

/** What a client with read_committed hands to its user: without control records, and without what was aborted. */
export function visibleValues(partition: Fetched): string[] {
  const bytes = recordsToBuffer(partition.records) ?? Buffer.alloc(0);
  const waiting = [...(partition.abortedTransactions ?? [])];
  const aborted = new Set<number>();
  const values: string[] = [];
  for (const position of batchPositions(bytes)) {
    const batch = decodeBatch(bytes, position);
    for (let index = waiting.length - 1; index >= 0; index--) {
      const transaction = waiting[index];
      if (transaction === undefined || Number(transaction.firstOffset) > batch.baseOffset + batch.lastOffsetDelta)
        continue;
      aborted.add(Number(transaction.producerId));
      waiting.splice(index, 1);
    }
    if (isControl(batchAttributes(bytes, position))) {
      for (const record of batch) {
        if (decodeEndTxnMarker(record.key, record.value)?.type === 'abort') aborted.delete(batch.producerId);
      }
    } else if (!isTransactional(batch.attributes) || !aborted.has(batch.producerId)) {
      for (const record of batch) values.push(record.value?.toString() ?? '');
    }
  }
  return values;
}

/** The offset to fetch from next. */
export function endOf(records: Fetched['records']): number {
  const bytes = recordsToBuffer(records) ?? Buffer.alloc(0);
  let end = -1;
  for (const position of batchPositions(bytes)) end = batchLastOffset(bytes, position) + 1;
  if (end < 0) throw new Error('nothing was fetched');
  return end;
}
