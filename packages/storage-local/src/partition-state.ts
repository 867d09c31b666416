/** A partition as checkpoints and the journal's state entries hold it. */
import { uuidBytes } from '@millrace/base';
import type { Durability, PartitionId } from '@millrace/log';
import type { LogSnapshot, ProducerBatch, ProducerSnapshot, SegmentSnapshot } from '@millrace/log/internal';
import { decodeList, type ByteReader, type ByteWriter } from './byte-codec.ts';
import {
  decodeTransactions,
  encodeTransactions,
  hasTransactions,
  NO_COORDINATOR_EPOCH,
  NO_TRANSACTIONS,
} from './transaction-codec.ts';

export interface PartitionState {
  readonly id: PartitionId;
  readonly durability: Durability;
  /** The state knows every journal entry below this number; entries from it on are replayed (again, where it knows them). */
  readonly stateLsn: number;
  /** First journal group with a batch that the segments lack; infinite when they lack none. */
  readonly dataLsn: number;
  /** Segment files end exactly where the snapshot says: nothing was written behind it before the engine closed. */
  readonly isComplete: boolean;
  readonly snapshot: LogSnapshot;
}

/** Bytes that identify a partition in entries: topic id, then the partition's number. */
export const PARTITION_KEY_BYTES = 20;

const SEGMENT_BYTES = 48;
const EPOCH_BYTES = 16;
const GENERATION_BYTES = 16;
const PRODUCER_BYTES_MIN = 28;
const PRODUCER_BATCH_BYTES = 32;

const FLAG_OS = 1;
const FLAG_COMPLETE = 2;
const FLAG_STARTS_NEW_SEGMENT = 4;
/** What `transaction-codec.ts` writes follows; states of before there were transactions lack it. */
const FLAG_TRANSACTIONS = 8;
/** How far cleaning came and which segments it made follows; states of logs that were never cleaned lack it. */
const FLAG_CLEANED = 16;

export function partitionKey(id: PartitionId): Buffer {
  const key = Buffer.allocUnsafe(PARTITION_KEY_BYTES);
  uuidBytes(id.topicId).copy(key);
  key.writeUInt32LE(id.partition, 16);
  return key;
}

export function partitionOfKey(key: Buffer): PartitionId {
  return { topicId: key.toString('base64url', 0, 16), partition: key.readUInt32LE(16) };
}

export function encodePartitionState(writer: ByteWriter, state: PartitionState): void {
  const { snapshot } = state;
  const withTransactions = hasTransactions(snapshot);
  writer
    .raw(partitionKey(state.id))
    .uint8(
      (state.durability === 'os' ? FLAG_OS : 0) |
        (state.isComplete ? FLAG_COMPLETE : 0) |
        (snapshot.startsNewSegment ? FLAG_STARTS_NEW_SEGMENT : 0) |
        (withTransactions ? FLAG_TRANSACTIONS : 0) |
        (isCleaned(snapshot) ? FLAG_CLEANED : 0),
    )
    .number(state.stateLsn)
    .number(state.dataLsn)
    .number(snapshot.logStartOffset)
    .number(snapshot.dataEndOffset)
    .number(snapshot.stateEndOffset);
  writer.uint32(snapshot.segments.length);
  for (const segment of snapshot.segments) {
    writer
      .number(segment.baseOffset)
      .number(segment.endOffset)
      .number(segment.sizeBytes)
      .number(segment.maxTimestampMs)
      .number(segment.firstTimestampMs)
      .number(segment.createdMs);
  }
  writer.uint32(snapshot.epochs.length);
  for (const epoch of snapshot.epochs) writer.number(epoch.leaderEpoch).number(epoch.startOffset);
  writer.uint32(snapshot.producers.length);
  for (const producer of snapshot.producers) {
    writer.number(producer.producerId).number(producer.producerEpoch).number(producer.lastAppendMs);
    writer.uint32(producer.batches.length);
    for (const batch of producer.batches) {
      writer.number(batch.firstSequence).number(batch.lastSequence).number(batch.baseOffset).number(batch.timestampMs);
    }
  }
  if (withTransactions) encodeTransactions(writer, snapshot);
  if (isCleaned(snapshot)) encodeCleaned(writer, snapshot);
}

function isCleaned({ cleanedEndOffset = 0, segments }: LogSnapshot): boolean {
  return cleanedEndOffset > 0 || segments.some(({ generation = 0 }) => generation > 0);
}

function encodeCleaned(writer: ByteWriter, { cleanedEndOffset = 0, segments }: LogSnapshot): void {
  const made = segments.filter(({ generation = 0 }) => generation > 0);
  writer.number(cleanedEndOffset).uint32(made.length);
  for (const { baseOffset, generation = 0 } of made) writer.number(baseOffset).number(generation);
}

function decodeCleaned(reader: ByteReader): Pick<LogSnapshot, 'cleanedEndOffset'> & {
  readonly generations: ReadonlyMap<number, number>;
} {
  const cleanedEndOffset = reader.number();
  const made = decodeList(reader, GENERATION_BYTES, () => [reader.number(), reader.number()] as const);
  return { cleanedEndOffset, generations: new Map(made) };
}

export function decodePartitionState(reader: ByteReader): PartitionState {
  const id = partitionOfKey(reader.raw(PARTITION_KEY_BYTES));
  const flags = reader.uint8();
  const stateLsn = reader.number();
  const dataLsn = reader.number();
  const logStartOffset = reader.number();
  const dataEndOffset = reader.number();
  const stateEndOffset = reader.number();
  const segments = decodeList(reader, SEGMENT_BYTES, decodeSegment);
  const epochs = decodeList(reader, EPOCH_BYTES, () => ({
    leaderEpoch: reader.number(),
    startOffset: reader.number(),
  }));
  const producers = decodeList(reader, PRODUCER_BYTES_MIN, decodeProducer);
  const transactions = (flags & FLAG_TRANSACTIONS) !== 0 ? decodeTransactions(reader) : NO_TRANSACTIONS;
  const cleaned = (flags & FLAG_CLEANED) !== 0 ? decodeCleaned(reader) : undefined;
  const { coordinatorEpochs, storedAborted } = transactions;
  return {
    id,
    durability: (flags & FLAG_OS) !== 0 ? 'os' : 'fsync',
    stateLsn,
    dataLsn,
    isComplete: (flags & FLAG_COMPLETE) !== 0,
    snapshot: {
      logStartOffset,
      dataEndOffset,
      stateEndOffset,
      startsNewSegment: (flags & FLAG_STARTS_NEW_SEGMENT) !== 0,
      ...(cleaned === undefined ? {} : { cleanedEndOffset: cleaned.cleanedEndOffset }),
      segments: segments.map((segment) => ({
        ...segment,
        storedAborted: storedAborted.get(segment.baseOffset),
        generation: cleaned?.generations.get(segment.baseOffset) ?? 0,
      })),
      epochs,
      producers: producers.map((producer) => ({
        ...producer,
        coordinatorEpoch: coordinatorEpochs.get(producer.producerId) ?? NO_COORDINATOR_EPOCH,
      })),
      openTransactions: transactions.openTransactions,
      endedTransactions: transactions.endedTransactions,
      abortedTransactions: transactions.abortedTransactions,
    },
  };
}

function decodeSegment(reader: ByteReader): SegmentSnapshot {
  return {
    baseOffset: reader.number(),
    endOffset: reader.number(),
    sizeBytes: reader.number(),
    maxTimestampMs: reader.number(),
    firstTimestampMs: reader.number(),
    createdMs: reader.number(),
  };
}

function decodeProducer(reader: ByteReader): Omit<ProducerSnapshot, 'coordinatorEpoch'> {
  const producerId = reader.number();
  const producerEpoch = reader.number();
  const lastAppendMs = reader.number();
  const batches = decodeList(reader, PRODUCER_BATCH_BYTES, decodeProducerBatch);
  return { producerId, producerEpoch, lastAppendMs, batches };
}

function decodeProducerBatch(reader: ByteReader): ProducerBatch {
  return {
    firstSequence: reader.number(),
    lastSequence: reader.number(),
    baseOffset: reader.number(),
    timestampMs: reader.number(),
  };
}
