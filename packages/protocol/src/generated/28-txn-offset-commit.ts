// Generated from schemas/28-txn-offset-commit.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Stores group offsets that count only when the transaction commits. */
export interface TxnOffsetCommitRequest {
  /** Transactional id, or null without transactions. */
  transactionalId: string;
  /** Id of the group. */
  groupId: string;
  /** Id of the producer. */
  producerId: bigint;
  /** Epoch of the producer. */
  producerEpoch: number;
  /** Generation (classic group) or member epoch (consumer group) of the sender, -1 when it is no member. (v3+) */
  generationIdOrMemberEpoch: number;
  /** Id of the member. (v3+) */
  memberId: string;
  /** Name of a static member, or null. (v3+) */
  groupInstanceId: string | null;
  /** Topics concerned. */
  topics: readonly TxnOffsetCommitRequestTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createTxnOffsetCommitRequest(init: Partial<TxnOffsetCommitRequest> = {}): TxnOffsetCommitRequest {
  const m: TxnOffsetCommitRequest = {
    transactionalId: init.transactionalId ?? '',
    groupId: init.groupId ?? '',
    producerId: init.producerId ?? 0n,
    producerEpoch: init.producerEpoch ?? 0,
    generationIdOrMemberEpoch: init.generationIdOrMemberEpoch ?? -1,
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId ?? null,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface TxnOffsetCommitRequestTopic {
  /** Name of the topic. (v0-5) */
  name: string;
  /** Id of the topic. (v6+) */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly TxnOffsetCommitRequestPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createTxnOffsetCommitRequestTopic(init: Partial<TxnOffsetCommitRequestTopic> = {}): TxnOffsetCommitRequestTopic {
  const m: TxnOffsetCommitRequestTopic = {
    name: init.name ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface TxnOffsetCommitRequestPartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** Offset of the next record to read. */
  committedOffset: bigint;
  /** Leader epoch of the last record that was read, -1 when unknown. (v2+) */
  committedLeaderEpoch: number;
  /** Text that the member stores with the offset. */
  committedMetadata: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createTxnOffsetCommitRequestPartition(init: Partial<TxnOffsetCommitRequestPartition> = {}): TxnOffsetCommitRequestPartition {
  const m: TxnOffsetCommitRequestPartition = {
    partitionIndex: init.partitionIndex ?? 0,
    committedOffset: init.committedOffset ?? 0n,
    committedLeaderEpoch: init.committedLeaderEpoch ?? -1,
    committedMetadata: init.committedMetadata === undefined ? '' : init.committedMetadata,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeTxnOffsetCommitRequest(m: TxnOffsetCommitRequest, v: number): number {
  const flexible = v >= 3;
  let n = 10;
  n += flexible ? sizeOfCompactString(m.transactionalId) : sizeOfString(m.transactionalId);
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  if (v >= 3) {
    n += 4;
    n += sizeOfCompactString(m.memberId);
    n += sizeOfCompactNullableString(m.groupInstanceId);
  }
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeTxnOffsetCommitRequestTopic(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeTxnOffsetCommitRequest(w: Writer, m: TxnOffsetCommitRequest, v: number): void {
  const flexible = v >= 3;
  if (flexible) w.compactString(m.transactionalId); else w.string(m.transactionalId);
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  w.int64(m.producerId);
  w.int16(m.producerEpoch);
  if (v >= 3) {
    w.int32(m.generationIdOrMemberEpoch);
  }
  if (!(v >= 3) && m.generationIdOrMemberEpoch !== -1) throw unsupportedField('TxnOffsetCommitRequest', 'generationIdOrMemberEpoch', v);
  if (v >= 3) {
    w.compactString(m.memberId);
  }
  if (!(v >= 3) && m.memberId !== '') throw unsupportedField('TxnOffsetCommitRequest', 'memberId', v);
  if (v >= 3) {
    w.compactNullableString(m.groupInstanceId);
  }
  if (!(v >= 3) && m.groupInstanceId !== null) throw unsupportedField('TxnOffsetCommitRequest', 'groupInstanceId', v);
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeTxnOffsetCommitRequestTopic(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeTxnOffsetCommitRequest(r: Reader, v: number): TxnOffsetCommitRequest {
  const flexible = v >= 3;
  const transactionalId = flexible ? r.compactString() : r.string();
  const groupId = flexible ? r.compactString() : r.string();
  const producerId = r.int64();
  const producerEpoch = r.int16();
  const generationIdOrMemberEpoch = v >= 3 ? r.int32() : -1;
  const memberId = v >= 3 ? r.compactString() : '';
  const groupInstanceId = v >= 3 ? r.compactNullableString() : null;
  const topics: TxnOffsetCommitRequestTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeTxnOffsetCommitRequestTopic(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: TxnOffsetCommitRequest = { transactionalId, groupId, producerId, producerEpoch, generationIdOrMemberEpoch, memberId, groupInstanceId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeTxnOffsetCommitRequestTopic(m: TxnOffsetCommitRequestTopic, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  if (v <= 5) {
    n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  }
  if (v >= 6) {
    n += 16;
  }
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeTxnOffsetCommitRequestPartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeTxnOffsetCommitRequestTopic(w: Writer, m: TxnOffsetCommitRequestTopic, v: number): void {
  const flexible = v >= 3;
  if (v <= 5) {
    if (flexible) w.compactString(m.name); else w.string(m.name);
  }
  if (v >= 6) {
    w.uuid(m.topicId);
  }
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeTxnOffsetCommitRequestPartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeTxnOffsetCommitRequestTopic(r: Reader, v: number): TxnOffsetCommitRequestTopic {
  const flexible = v >= 3;
  const name = v <= 5 ? (flexible ? r.compactString() : r.string()) : '';
  const topicId = v >= 6 ? r.uuid() : ZERO_UUID;
  const partitions: TxnOffsetCommitRequestPartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(14) : r.arrayLength(14);
    for (let i = 0; i < count; i++) partitions.push(decodeTxnOffsetCommitRequestPartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: TxnOffsetCommitRequestTopic = { name, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeTxnOffsetCommitRequestPartition(m: TxnOffsetCommitRequestPartition, v: number): number {
  const flexible = v >= 3;
  let n = 12;
  if (v >= 2) {
    n += 4;
  }
  n += flexible ? sizeOfCompactNullableString(m.committedMetadata) : sizeOfNullableString(m.committedMetadata);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeTxnOffsetCommitRequestPartition(w: Writer, m: TxnOffsetCommitRequestPartition, v: number): void {
  const flexible = v >= 3;
  w.int32(m.partitionIndex);
  w.int64(m.committedOffset);
  if (v >= 2) {
    w.int32(m.committedLeaderEpoch);
  }
  if (flexible) w.compactNullableString(m.committedMetadata); else w.nullableString(m.committedMetadata);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeTxnOffsetCommitRequestPartition(r: Reader, v: number): TxnOffsetCommitRequestPartition {
  const flexible = v >= 3;
  const partitionIndex = r.int32();
  const committedOffset = r.int64();
  const committedLeaderEpoch = v >= 2 ? r.int32() : -1;
  const committedMetadata = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: TxnOffsetCommitRequestPartition = { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Stores group offsets that count only when the transaction commits. */
export const txnOffsetCommitRequest: MessageCodec<TxnOffsetCommitRequest> = {
  name: 'TxnOffsetCommitRequest',
  kind: 'request',
  apiKey: 28,
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(txnOffsetCommitRequest, version);
    return sizeTxnOffsetCommitRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(txnOffsetCommitRequest, version);
    encodeTxnOffsetCommitRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(txnOffsetCommitRequest, version);
    return decodeTxnOffsetCommitRequest(reader, version);
  },
};

/** Result for each partition. */
export interface TxnOffsetCommitResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Topics concerned. */
  topics: readonly TxnOffsetCommitResponseTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createTxnOffsetCommitResponse(init: Partial<TxnOffsetCommitResponse> = {}): TxnOffsetCommitResponse {
  const m: TxnOffsetCommitResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface TxnOffsetCommitResponseTopic {
  /** Name of the topic. (v0-5) */
  name: string;
  /** Id of the topic. (v6+) */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly TxnOffsetCommitResponsePartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createTxnOffsetCommitResponseTopic(init: Partial<TxnOffsetCommitResponseTopic> = {}): TxnOffsetCommitResponseTopic {
  const m: TxnOffsetCommitResponseTopic = {
    name: init.name ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface TxnOffsetCommitResponsePartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createTxnOffsetCommitResponsePartition(init: Partial<TxnOffsetCommitResponsePartition> = {}): TxnOffsetCommitResponsePartition {
  const m: TxnOffsetCommitResponsePartition = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeTxnOffsetCommitResponse(m: TxnOffsetCommitResponse, v: number): number {
  const flexible = v >= 3;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeTxnOffsetCommitResponseTopic(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeTxnOffsetCommitResponse(w: Writer, m: TxnOffsetCommitResponse, v: number): void {
  const flexible = v >= 3;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeTxnOffsetCommitResponseTopic(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeTxnOffsetCommitResponse(r: Reader, v: number): TxnOffsetCommitResponse {
  const flexible = v >= 3;
  const throttleTimeMs = r.int32();
  const topics: TxnOffsetCommitResponseTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeTxnOffsetCommitResponseTopic(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: TxnOffsetCommitResponse = { throttleTimeMs, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeTxnOffsetCommitResponseTopic(m: TxnOffsetCommitResponseTopic, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  if (v <= 5) {
    n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  }
  if (v >= 6) {
    n += 16;
  }
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeTxnOffsetCommitResponsePartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeTxnOffsetCommitResponseTopic(w: Writer, m: TxnOffsetCommitResponseTopic, v: number): void {
  const flexible = v >= 3;
  if (v <= 5) {
    if (flexible) w.compactString(m.name); else w.string(m.name);
  }
  if (v >= 6) {
    w.uuid(m.topicId);
  }
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeTxnOffsetCommitResponsePartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeTxnOffsetCommitResponseTopic(r: Reader, v: number): TxnOffsetCommitResponseTopic {
  const flexible = v >= 3;
  const name = v <= 5 ? (flexible ? r.compactString() : r.string()) : '';
  const topicId = v >= 6 ? r.uuid() : ZERO_UUID;
  const partitions: TxnOffsetCommitResponsePartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) partitions.push(decodeTxnOffsetCommitResponsePartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: TxnOffsetCommitResponseTopic = { name, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeTxnOffsetCommitResponsePartition(m: TxnOffsetCommitResponsePartition, v: number): number {
  const flexible = v >= 3;
  let n = 6;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeTxnOffsetCommitResponsePartition(w: Writer, m: TxnOffsetCommitResponsePartition, v: number): void {
  const flexible = v >= 3;
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeTxnOffsetCommitResponsePartition(r: Reader, v: number): TxnOffsetCommitResponsePartition {
  const flexible = v >= 3;
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: TxnOffsetCommitResponsePartition = { partitionIndex, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const txnOffsetCommitResponse: MessageCodec<TxnOffsetCommitResponse> = {
  name: 'TxnOffsetCommitResponse',
  kind: 'response',
  apiKey: 28,
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(txnOffsetCommitResponse, version);
    return sizeTxnOffsetCommitResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(txnOffsetCommitResponse, version);
    encodeTxnOffsetCommitResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(txnOffsetCommitResponse, version);
    return decodeTxnOffsetCommitResponse(reader, version);
  },
};
