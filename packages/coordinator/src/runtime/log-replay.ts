/** Reading an internal partition from its start to its end, record by record, transactions and their end markers included. */
import { MillraceError } from '@millrace/base';
import type { PartitionLog } from '@millrace/log';
import {
  batchPositions,
  batchSizeInBytes,
  decodeBatch,
  decodeEndTxnMarker,
  ErrorCode,
  errorByCode,
  type RecordBatchReader,
} from '@millrace/protocol';
import type { RecordCodec, TransactionalShard } from './coordinator-shard.ts';

export interface ReplayOptions<StateRecord> {
  readonly log: PartitionLog;
  readonly codec: RecordCodec<StateRecord>;
  readonly apply: (record: StateRecord) => void;
  /** Null where no transactions are expected: their batches are unknown then. */
  readonly transactions: Pick<TransactionalShard<StateRecord>, 'replayPending' | 'replayEndMarker'> | null;
  /** Called for a record of a kind that this version does not know. */
  readonly onUnknown: (offset: number) => void;
  /** Called after each batch; the replay goes on when it resolves, and ends early when that is false. */
  readonly between: () => Promise<boolean>;
}

const READ_BYTES_MAX = 1024 * 1024;

export interface Replayed {
  readonly recordCount: number;
  readonly sizeBytes: number;
}

/** Resolves once the whole log was applied; throws MILLRACE_COORDINATOR_LOAD_FAILED. */
export async function replayLog<StateRecord>(options: ReplayOptions<StateRecord>): Promise<Replayed> {
  const { log } = options;
  let offset = log.logStartOffset;
  let recordCount = 0;
  let sizeBytes = 0;
  while (offset < log.logEndOffset) {
    const outcome = await log.read({
      offset,
      maxBytes: READ_BYTES_MAX,
      atLeastOneBatch: true,
      isolation: 'read_uncommitted',
    });
    if (outcome.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && log.logStartOffset > offset) {
      offset = log.logStartOffset;
      continue;
    }
    if (outcome.errorCode !== 0) throw loadFailed(log, offset, errorByCode(outcome.errorCode).name);
    if (outcome.sizeBytes === 0) {
      await advanced(log, offset);
      if (!(await options.between())) break;
    }
    for (const slice of outcome.slices) {
      for (const position of batchPositions(slice)) {
        const batch = decodeAt(log, slice, position, offset);
        recordCount += applyBatch(batch, offset, options);
        sizeBytes += batchSizeInBytes(slice, position);
        offset = batch.lastOffset + 1;
        if (!(await options.between())) return { recordCount, sizeBytes };
      }
    }
  }
  return { recordCount, sizeBytes };
}

function applyBatch<StateRecord>(
  batch: RecordBatchReader,
  fromOffset: number,
  options: ReplayOptions<StateRecord>,
): number {
  if (batch.isControl) {
    applyMarker(batch, options);
    return 0;
  }
  const { log, codec, onUnknown, transactions } = options;
  const { producerId, producerEpoch } = batch;
  const apply = !batch.isTransactional
    ? options.apply
    : transactions === null
      ? undefined
      : (record: StateRecord) => transactions.replayPending({ producerId, producerEpoch }, record);
  let count = 0;
  for (let index = 0; index < batch.count; index++) {
    const offset = batch.offsetAt(index);
    if (offset < fromOffset) continue;
    const key = batch.keyAt(index);
    let record: StateRecord | undefined;
    try {
      record = key === null ? undefined : codec.decode(key, batch.valueAt(index));
    } catch (error) {
      throw loadFailed(log, offset, 'the record cannot be decoded', error);
    }
    if (record === undefined || apply === undefined) onUnknown(offset);
    else apply(record);
    count++;
  }
  return count;
}

function applyMarker<StateRecord>(batch: RecordBatchReader, { log, transactions }: ReplayOptions<StateRecord>): void {
  if (transactions === null || batch.count === 0) return;
  let marker: ReturnType<typeof decodeEndTxnMarker>;
  try {
    marker = decodeEndTxnMarker(batch.keyAt(0), batch.valueAt(0));
  } catch (error) {
    throw loadFailed(log, batch.baseOffset, 'the control record cannot be decoded', error);
  }
  if (marker !== undefined) transactions.replayEndMarker(batch.producerId, marker.type);
}

function decodeAt(log: PartitionLog, slice: Buffer, position: number, offset: number): RecordBatchReader {
  try {
    return decodeBatch(slice, position);
  } catch (error) {
    throw loadFailed(log, offset, 'the batch cannot be decoded', error);
  }
}

/** Resolves when more of the log can be read; at once when that is so already. */
async function advanced(log: PartitionLog, offset: number): Promise<void> {
  if (log.highWatermark > offset || log.logStartOffset > offset) return;
  await new Promise<void>((resolve) => {
    const stop = log.onAdvance(() => {
      stop();
      resolve();
    });
  });
}

function loadFailed(log: PartitionLog, offset: number, reason: string, cause?: unknown): MillraceError {
  const { topicId, partition } = log.id;
  return new MillraceError(
    'MILLRACE_COORDINATOR_LOAD_FAILED',
    `cannot load coordinator state from partition ${partition} of topic ${topicId} at offset ${offset}: ${reason}`,
    { retriable: true, details: { topicId, partition, offset }, cause },
  );
}
