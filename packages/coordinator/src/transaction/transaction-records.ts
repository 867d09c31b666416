/**
 * What a shard of `__transaction_state` writes: transactional ids in Kafka's formats, so that tools which read that topic
 * understand it.
 *
 * Versions written: key 0, value 1 (with the fields of KIP-890), as Apache Kafka 4.3 does. Values 0 and 1 are read.
 */
import { MillraceError } from '@millrace/base';
import { Reader, Writer } from '@millrace/protocol';
import {
  transactionLogKey,
  transactionLogValue,
  type TransactionLogValue,
} from '../generated/transaction-log-record.ts';
import type { RecordCodec } from '../runtime/coordinator-shard.ts';
import {
  EPOCH_MAX,
  EPOCH_PER_TRANSACTION,
  NO_EPOCH,
  NO_PARTITIONS,
  type TransactionImage,
  type TransactionPartitions,
} from './transaction-image.ts';
import { outcomeOf, TRANSACTION_STATES } from './transaction-state.ts';

export interface TransactionRecord {
  readonly transactionalId: string;
  /** Null forgets the id. */
  readonly image: TransactionImage | null;
}

const KEY_VERSION = 0;
const VALUE_VERSION = 1;
const VERSION_BYTES = 2;

export const transactionRecordCodec: RecordCodec<TransactionRecord> = {
  encodeKey({ transactionalId }) {
    const key = { transactionalId };
    const writer = new Writer(VERSION_BYTES + transactionLogKey.size(key, KEY_VERSION), 0);
    writer.int16(KEY_VERSION);
    transactionLogKey.encode(writer, key, KEY_VERSION);
    return writer.toBuffer();
  },

  encodeValue({ image }) {
    if (image === null) return null;
    const value = toValue(image);
    const writer = new Writer(VERSION_BYTES + transactionLogValue.size(value, VALUE_VERSION), 0);
    writer.int16(VALUE_VERSION);
    transactionLogValue.encode(writer, value, VALUE_VERSION);
    return writer.toBuffer();
  },

  decode(key, value) {
    const keyReader = new Reader(key);
    const keyVersion = keyReader.int16();
    if (keyVersion !== KEY_VERSION) return undefined;
    const { transactionalId } = transactionLogKey.decode(keyReader, keyVersion);
    if (value === null) return { transactionalId, image: null };
    const reader = new Reader(value);
    return { transactionalId, image: toImage(transactionalId, transactionLogValue.decode(reader, reader.int16())) };
  },
};

/** Bytes of the record's key and value. */
export function transactionRecordSizeBytes(record: TransactionRecord): number {
  const keyBytes = VERSION_BYTES + transactionLogKey.size(record, KEY_VERSION);
  if (record.image === null) return keyBytes;
  return keyBytes + VERSION_BYTES + transactionLogValue.size(toValue(record.image), VALUE_VERSION);
}

function toValue(image: TransactionImage): TransactionLogValue {
  const partitions = [...image.partitions].map(([topic, numbers]) => ({ topic, partitionIds: [...numbers] }));
  return {
    producerId: BigInt(image.producerId),
    previousProducerId: BigInt(image.previousProducerId),
    nextProducerId: BigInt(image.nextProducerId),
    producerEpoch: image.producerEpoch,
    nextProducerEpoch: NO_EPOCH,
    transactionTimeoutMs: image.timeoutMs,
    transactionStatus: TRANSACTION_STATES.indexOf(image.state),
    transactionPartitions: image.state === 'Empty' ? null : partitions,
    transactionLastUpdateTimestampMs: BigInt(image.updateMs),
    transactionStartTimestampMs: BigInt(image.startMs),
    clientTransactionVersion: image.transactionVersion,
  };
}

function toImage(transactionalId: string, value: TransactionLogValue): TransactionImage {
  const state = TRANSACTION_STATES[value.transactionStatus];
  if (state === undefined) {
    throw new MillraceError(
      'MILLRACE_TRANSACTION_RECORD_INVALID',
      `record of transactional id "${transactionalId}" has state ${value.transactionStatus}, which no coordinator writes`,
      { retriable: false, details: { transactionalId, transactionStatus: value.transactionStatus } },
    );
  }
  const image: TransactionImage = {
    producerId: Number(value.producerId),
    previousProducerId: Number(value.previousProducerId),
    nextProducerId: Number(value.nextProducerId),
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: NO_EPOCH,
    timeoutMs: value.transactionTimeoutMs,
    state,
    partitions: toPartitions(value),
    startMs: Number(value.transactionStartTimestampMs),
    updateMs: Number(value.transactionLastUpdateTimestampMs),
    transactionVersion: value.clientTransactionVersion,
  };
  return { ...image, lastProducerEpoch: lastEpoch(image) };
}

/** The end of a transaction in the newer flow has raised the epoch by one, or has gone over to a new producer id. */
function lastEpoch({
  state,
  transactionVersion,
  producerId,
  previousProducerId,
  producerEpoch,
}: TransactionImage): number {
  if (outcomeOf(state) === undefined || transactionVersion < EPOCH_PER_TRANSACTION) return NO_EPOCH;
  return producerId === previousProducerId ? producerEpoch - 1 : EPOCH_MAX - 1;
}

function toPartitions({ transactionPartitions }: TransactionLogValue): TransactionPartitions {
  if (transactionPartitions === null || transactionPartitions.length === 0) return NO_PARTITIONS;
  return new Map(transactionPartitions.map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]));
}
