/** What a pass over a log has to know of it, taken in one turn of the event loop. */
import { cleanableOf, type AbortedTransactions, type Segment } from '@millrace/log/internal';
import type { StoredPartition } from '../stored-partition.ts';
import type { CleanJob } from './clean-job.ts';

/** Lists of aborted transactions of the segments that have one in a file. */
export type LoadedAborted = Map<Segment, AbortedTransactions>;

export type CleanMeans = Pick<CleanJob, 'keyBytesMax' | 'keyLoadFactor' | 'ioBytes' | 'secret'>;

/** Undefined when nothing of the log can be cleaned now. */
export function planPass(
  partition: StoredPartition,
  lists: LoadedAborted,
  nowMs: number,
  means: CleanMeans,
): CleanJob | undefined {
  const { log } = partition;
  const { config, data, ledger } = log;
  const { compaction } = config;
  const { logStartOffset, lastStableOffset, cleanedEndOffset } = log;
  const view = { segments: data.segments, logStartOffset, lastStableOffset, cleanedEndOffset };
  const cleanable = cleanableOf(view, config, nowMs);
  if (cleanable === undefined || compaction === undefined) return undefined;
  const sources: Segment[] = [];
  for (const segment of data.segments) {
    // Only the disk counts, and lists of aborted transactions must be where the pass can replace them.
    const isSettled = segment.endOffset <= partition.syncedEndOffset && !hasLooseAborted(partition, segment);
    if (segment.endOffset > cleanable.endOffset || !isSettled) break;
    sources.push(segment);
  }
  const endOffset = sources.at(-1)?.endOffset ?? -1;
  if (endOffset <= cleanable.firstDirtyOffset) return undefined;
  return {
    ...means,
    directory: partition.directory,
    generation: partition.nextGeneration(),
    sources: sources.map((segment) => ({
      path: partition.segmentPath(segment),
      baseOffset: segment.baseOffset,
      endOffset: segment.endOffset,
      sizeBytes: segment.sizeBytes,
      firstTimestampMs: segment.firstTimestampMs,
      createdMs: segment.createdMs,
      abortedCount: segment.storedAborted?.count ?? 0,
    })),
    firstDirtyOffset: cleanable.firstDirtyOffset,
    aborted: abortedOf(partition, lists),
    producers: Float64Array.from(
      [...ledger.lastOfEach(nowMs)].flatMap(([producerId, last]) => [
        producerId,
        last.lastDataOffset,
        last.producerEpoch,
      ]),
    ),
    nowMs,
    deleteRetentionMs: compaction.deleteRetentionMs,
    segmentBytesMax: config.segmentBytes,
  };
}

function hasLooseAborted({ log }: StoredPartition, { baseOffset, endOffset }: Segment): boolean {
  return log.ledger.aborted.between(baseOffset, endOffset).count > 0;
}

/** All that the log knows. */
function abortedOf({ log }: StoredPartition, lists: LoadedAborted): Float64Array {
  const numbers: number[] = [];
  for (const list of [...log.data.segments.map((segment) => lists.get(segment)), log.ledger.aborted]) {
    for (const { markerOffset, firstOffset, producerId } of list?.entries() ?? []) {
      numbers.push(markerOffset, firstOffset, producerId);
    }
  }
  return Float64Array.from(numbers);
}
