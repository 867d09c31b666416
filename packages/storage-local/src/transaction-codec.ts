/** What checkpoints and the journal's state entries hold of a partition's transactions. Partitions without any have none of it. */
import type { OpenTransaction } from '@millrace/log';
import type { AbortedEntry, EndedTransaction, LogSnapshot, SegmentSnapshot } from '@millrace/log/internal';
import { decodeList, type ByteReader, type ByteWriter } from './byte-codec.ts';

type StoredAborted = NonNullable<SegmentSnapshot['storedAborted']>;

export interface StoredTransactions extends Pick<
  LogSnapshot,
  'openTransactions' | 'endedTransactions' | 'abortedTransactions'
> {
  /** By producer id, of those that had a marker. */
  readonly coordinatorEpochs: ReadonlyMap<number, number>;
  /** By base offset of the segment. */
  readonly storedAborted: ReadonlyMap<number, StoredAborted>;
}

export const NO_COORDINATOR_EPOCH = -1;

export const NO_TRANSACTIONS: StoredTransactions = {
  openTransactions: [],
  endedTransactions: [],
  abortedTransactions: [],
  coordinatorEpochs: new Map(),
  storedAborted: new Map(),
};

const EPOCH_BYTES = 16;
const OPEN_BYTES = 32;
const ENDED_BYTES = 40;
const ABORTED_BYTES = 24;
const STORED_BYTES = 24;

export function hasTransactions(snapshot: LogSnapshot): boolean {
  return (
    snapshot.openTransactions.length > 0 ||
    snapshot.endedTransactions.length > 0 ||
    snapshot.abortedTransactions.length > 0 ||
    snapshot.producers.some(({ coordinatorEpoch }) => coordinatorEpoch !== NO_COORDINATOR_EPOCH) ||
    snapshot.segments.some(({ storedAborted }) => storedAborted !== undefined)
  );
}

export function encodeTransactions(writer: ByteWriter, snapshot: LogSnapshot): void {
  const known = snapshot.producers.filter(({ coordinatorEpoch }) => coordinatorEpoch !== NO_COORDINATOR_EPOCH);
  writer.uint32(known.length);
  for (const { producerId, coordinatorEpoch } of known) writer.number(producerId).number(coordinatorEpoch);
  writer.uint32(snapshot.openTransactions.length);
  for (const transaction of snapshot.openTransactions) encodeOpen(writer, transaction);
  writer.uint32(snapshot.endedTransactions.length);
  for (const transaction of snapshot.endedTransactions) {
    encodeOpen(writer, transaction);
    writer.number(transaction.markerOffset);
  }
  writer.uint32(snapshot.abortedTransactions.length);
  for (const { producerId, firstOffset, markerOffset } of snapshot.abortedTransactions) {
    writer.number(producerId).number(firstOffset).number(markerOffset);
  }
  const stored = snapshot.segments.filter(({ storedAborted }) => storedAborted !== undefined);
  writer.uint32(stored.length);
  for (const { baseOffset, storedAborted } of stored) {
    writer
      .number(baseOffset)
      .number(storedAborted?.count ?? 0)
      .number(storedAborted?.firstOffset ?? 0);
  }
}

export function decodeTransactions(reader: ByteReader): StoredTransactions {
  const coordinatorEpochs = decodeList(reader, EPOCH_BYTES, () => [reader.number(), reader.number()] as const);
  const openTransactions = decodeList(reader, OPEN_BYTES, decodeOpen);
  const endedTransactions = decodeList(reader, ENDED_BYTES, (): EndedTransaction => ({
    ...decodeOpen(reader),
    markerOffset: reader.number(),
  }));
  const abortedTransactions = decodeList(reader, ABORTED_BYTES, (): AbortedEntry => ({
    producerId: reader.number(),
    firstOffset: reader.number(),
    markerOffset: reader.number(),
  }));
  const stored = decodeList(reader, STORED_BYTES, (): [number, StoredAborted] => [
    reader.number(),
    { count: reader.number(), firstOffset: reader.number() },
  ]);
  return {
    openTransactions,
    endedTransactions,
    abortedTransactions,
    coordinatorEpochs: new Map(coordinatorEpochs),
    storedAborted: new Map(stored),
  };
}

function encodeOpen(writer: ByteWriter, transaction: OpenTransaction): void {
  writer
    .number(transaction.producerId)
    .number(transaction.producerEpoch)
    .number(transaction.firstOffset)
    .number(transaction.startedMs);
}

function decodeOpen(reader: ByteReader): OpenTransaction {
  return {
    producerId: reader.number(),
    producerEpoch: reader.number(),
    firstOffset: reader.number(),
    startedMs: reader.number(),
  };
}
