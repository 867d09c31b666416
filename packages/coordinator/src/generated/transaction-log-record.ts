// Generated from schemas/transaction-log-record.kschema by tools/protocol-codegen. Do not edit; run "nx run coordinator:generate".
import type { MessageCodec, Reader, TaggedField, Writer } from '@millrace/protocol/internal';
import { checkVersion, sizeOfCompactString, sizeOfRawTags, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '@millrace/protocol/internal';

/** Names a transactional id. */
export interface TransactionLogKey {
  /** The transactional id. */
  transactionalId: string;
}

export function createTransactionLogKey(init: Partial<TransactionLogKey> = {}): TransactionLogKey {
  const m: TransactionLogKey = {
    transactionalId: init.transactionalId ?? '',
  };
  return m;
}

function sizeTransactionLogKey(m: TransactionLogKey, v: number): number {
  let n = 0;
  n += sizeOfString(m.transactionalId);
  return n;
}

function encodeTransactionLogKey(w: Writer, m: TransactionLogKey, v: number): void {
  w.string(m.transactionalId);
}

function decodeTransactionLogKey(r: Reader, v: number): TransactionLogKey {
  const transactionalId = r.string();
  return { transactionalId };
}

/** Names a transactional id. */
export const transactionLogKey: MessageCodec<TransactionLogKey> = {
  name: 'TransactionLogKey',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(transactionLogKey, version);
    return sizeTransactionLogKey(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(transactionLogKey, version);
    encodeTransactionLogKey(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(transactionLogKey, version);
    return decodeTransactionLogKey(reader, version);
  },
};

/** A transactional id with its producer and its transaction; a record without value deletes it. */
export interface TransactionLogValue {
  /** Producer id that the transactional id has now. */
  producerId: bigint;
  /** Producer id before the last step, -1 without. (v1+, tag 0) */
  previousProducerId: bigint;
  /** Producer id to take when the transaction has ended, -1 when it stays. (v1+, tag 1) */
  nextProducerId: bigint;
  /** Epoch of the producer. */
  producerEpoch: number;
  /** Epoch to take when a prepared transaction has ended, -1 without. (v1+, tag 3) */
  nextProducerEpoch: number;
  /** Milliseconds after which the transaction is aborted. */
  transactionTimeoutMs: number;
  /** State: 0 Empty, 1 Ongoing, 2 PrepareCommit, 3 PrepareAbort, 4 CompleteCommit, 5 CompleteAbort, 6 Dead, 7 PrepareEpochFence. */
  transactionStatus: number;
  /** Partitions of the transaction, null in state Empty. */
  transactionPartitions: readonly TransactionLogValuePartitionsSchema[] | null;
  /** When this was written. */
  transactionLastUpdateTimestampMs: bigint;
  /** When the transaction began, -1 without. */
  transactionStartTimestampMs: bigint;
  /** Flow that the client spoke (transaction.version). (v1+, tag 2) */
  clientTransactionVersion: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createTransactionLogValue(init: Partial<TransactionLogValue> = {}): TransactionLogValue {
  const m: TransactionLogValue = {
    producerId: init.producerId ?? 0n,
    previousProducerId: init.previousProducerId ?? -1n,
    nextProducerId: init.nextProducerId ?? -1n,
    producerEpoch: init.producerEpoch ?? 0,
    nextProducerEpoch: init.nextProducerEpoch ?? -1,
    transactionTimeoutMs: init.transactionTimeoutMs ?? 0,
    transactionStatus: init.transactionStatus ?? 0,
    transactionPartitions: init.transactionPartitions === undefined ? [] : init.transactionPartitions,
    transactionLastUpdateTimestampMs: init.transactionLastUpdateTimestampMs ?? 0n,
    transactionStartTimestampMs: init.transactionStartTimestampMs ?? 0n,
    clientTransactionVersion: init.clientTransactionVersion ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `transactionPartitions`. */
export interface TransactionLogValuePartitionsSchema {
  /** Name of the topic. */
  topic: string;
  /** Numbers of the partitions. */
  partitionIds: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createTransactionLogValuePartitionsSchema(init: Partial<TransactionLogValuePartitionsSchema> = {}): TransactionLogValuePartitionsSchema {
  const m: TransactionLogValuePartitionsSchema = {
    topic: init.topic ?? '',
    partitionIds: init.partitionIds ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeTransactionLogValuePreviousProducerIdTag(value: TransactionLogValue['previousProducerId'], v: number): number {
  let n = 0;
  n += 8;
  return n;
}

function sizeTransactionLogValueNextProducerIdTag(value: TransactionLogValue['nextProducerId'], v: number): number {
  let n = 0;
  n += 8;
  return n;
}

function sizeTransactionLogValueNextProducerEpochTag(value: TransactionLogValue['nextProducerEpoch'], v: number): number {
  let n = 0;
  n += 2;
  return n;
}

function sizeTransactionLogValueClientTransactionVersionTag(value: TransactionLogValue['clientTransactionVersion'], v: number): number {
  let n = 0;
  n += 2;
  return n;
}

function sizeTransactionLogValue(m: TransactionLogValue, v: number): number {
  const flexible = v >= 1;
  let n = 31;
  if (m.transactionPartitions === null) n += flexible ? 1 : 4;
  else {
    n += flexible ? sizeOfUvarint(m.transactionPartitions.length + 1) : 4;
    for (const e of m.transactionPartitions) n += sizeTransactionLogValuePartitionsSchema(e, v);
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 1 && m.previousProducerId !== -1n) {
      tagCount++;
      const s = sizeTransactionLogValuePreviousProducerIdTag(m.previousProducerId, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    if (v >= 1 && m.nextProducerId !== -1n) {
      tagCount++;
      const s = sizeTransactionLogValueNextProducerIdTag(m.nextProducerId, v);
      n += sizeOfUvarint(1) + sizeOfUvarint(s) + s;
    }
    if (v >= 1 && m.nextProducerEpoch !== -1) {
      tagCount++;
      const s = sizeTransactionLogValueNextProducerEpochTag(m.nextProducerEpoch, v);
      n += sizeOfUvarint(3) + sizeOfUvarint(s) + s;
    }
    if (v >= 1 && m.clientTransactionVersion !== 0) {
      tagCount++;
      const s = sizeTransactionLogValueClientTransactionVersionTag(m.clientTransactionVersion, v);
      n += sizeOfUvarint(2) + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function encodeTransactionLogValue(w: Writer, m: TransactionLogValue, v: number): void {
  const flexible = v >= 1;
  w.int64(m.producerId);
  w.int16(m.producerEpoch);
  w.int32(m.transactionTimeoutMs);
  w.int8(m.transactionStatus);
  if (m.transactionPartitions === null) {
    if (flexible) w.uvarint(0); else w.int32(-1);
  } else {
    if (flexible) w.compactArrayLength(m.transactionPartitions.length); else w.arrayLength(m.transactionPartitions.length);
    for (const e of m.transactionPartitions) encodeTransactionLogValuePartitionsSchema(w, e, v);
  }
  w.int64(m.transactionLastUpdateTimestampMs);
  w.int64(m.transactionStartTimestampMs);
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 1 && m.previousProducerId !== -1n) tagCount++;
    if (v >= 1 && m.nextProducerId !== -1n) tagCount++;
    if (v >= 1 && m.clientTransactionVersion !== 0) tagCount++;
    if (v >= 1 && m.nextProducerEpoch !== -1) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 1 && m.previousProducerId !== -1n) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeTransactionLogValuePreviousProducerIdTag(m.previousProducerId, v));
      w.int64(m.previousProducerId);
    }
    if (v >= 1 && m.nextProducerId !== -1n) {
      u = w.rawTags(m.unknownTaggedFields, u, 1);
      w.uvarint(1);
      w.uvarint(sizeTransactionLogValueNextProducerIdTag(m.nextProducerId, v));
      w.int64(m.nextProducerId);
    }
    if (v >= 1 && m.clientTransactionVersion !== 0) {
      u = w.rawTags(m.unknownTaggedFields, u, 2);
      w.uvarint(2);
      w.uvarint(sizeTransactionLogValueClientTransactionVersionTag(m.clientTransactionVersion, v));
      w.int16(m.clientTransactionVersion);
    }
    if (v >= 1 && m.nextProducerEpoch !== -1) {
      u = w.rawTags(m.unknownTaggedFields, u, 3);
      w.uvarint(3);
      w.uvarint(sizeTransactionLogValueNextProducerEpochTag(m.nextProducerEpoch, v));
      w.int16(m.nextProducerEpoch);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeTransactionLogValue(r: Reader, v: number): TransactionLogValue {
  const flexible = v >= 1;
  const producerId = r.int64();
  let previousProducerId: bigint = -1n;
  let nextProducerId: bigint = -1n;
  const producerEpoch = r.int16();
  let nextProducerEpoch: number = -1;
  const transactionTimeoutMs = r.int32();
  const transactionStatus = r.int8();
  let transactionPartitions: readonly TransactionLogValuePartitionsSchema[] | null = [];
  {
    const count = flexible ? r.compactNullableArrayLength(3) : r.nullableArrayLength(3);
    if (count < 0) {
      transactionPartitions = null;
    } else {
      const items: TransactionLogValuePartitionsSchema[] = [];
      for (let i = 0; i < count; i++) items.push(decodeTransactionLogValuePartitionsSchema(r, v));
      transactionPartitions = items;
    }
  }
  const transactionLastUpdateTimestampMs = r.int64();
  const transactionStartTimestampMs = r.int64();
  let clientTransactionVersion: number = 0;
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 1) {
        previousProducerId = r.int64();
        r.expectPosition(end);
      } else if (tag === 1 && v >= 1) {
        nextProducerId = r.int64();
        r.expectPosition(end);
      } else if (tag === 3 && v >= 1) {
        nextProducerEpoch = r.int16();
        r.expectPosition(end);
      } else if (tag === 2 && v >= 1) {
        clientTransactionVersion = r.int16();
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: TransactionLogValue = { producerId, previousProducerId, nextProducerId, producerEpoch, nextProducerEpoch, transactionTimeoutMs, transactionStatus, transactionPartitions, transactionLastUpdateTimestampMs, transactionStartTimestampMs, clientTransactionVersion };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeTransactionLogValuePartitionsSchema(m: TransactionLogValuePartitionsSchema, v: number): number {
  const flexible = v >= 1;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.topic) : sizeOfString(m.topic);
  n += (flexible ? sizeOfUvarint(m.partitionIds.length + 1) : 4) + m.partitionIds.length * 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeTransactionLogValuePartitionsSchema(w: Writer, m: TransactionLogValuePartitionsSchema, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactString(m.topic); else w.string(m.topic);
  if (flexible) w.compactArrayLength(m.partitionIds.length); else w.arrayLength(m.partitionIds.length);
  for (const e of m.partitionIds) w.int32(e);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeTransactionLogValuePartitionsSchema(r: Reader, v: number): TransactionLogValuePartitionsSchema {
  const flexible = v >= 1;
  const topic = flexible ? r.compactString() : r.string();
  const partitionIds: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) partitionIds.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: TransactionLogValuePartitionsSchema = { topic, partitionIds };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** A transactional id with its producer and its transaction; a record without value deletes it. */
export const transactionLogValue: MessageCodec<TransactionLogValue> = {
  name: 'TransactionLogValue',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(transactionLogValue, version);
    return sizeTransactionLogValue(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(transactionLogValue, version);
    encodeTransactionLogValue(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(transactionLogValue, version);
    return decodeTransactionLogValue(reader, version);
  },
};
