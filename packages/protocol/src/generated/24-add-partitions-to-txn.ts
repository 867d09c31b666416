// Generated from schemas/24-add-partitions-to-txn.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Makes partitions part of a transaction before they are written. */
export interface AddPartitionsToTxnRequest {
  /** Transactions with their partitions. (v4+) */
  transactions: readonly AddPartitionsToTxnRequestAddPartitionsToTxnTransaction[];
  /** Transactional id, in the form before batches. (v0-3) */
  v3AndBelowTransactionalId: string;
  /** Producer id, in the form before batches. (v0-3) */
  v3AndBelowProducerId: bigint;
  /** Producer epoch, in the form before batches. (v0-3) */
  v3AndBelowProducerEpoch: number;
  /** Partitions to add, in the form before batches. (v0-3) */
  v3AndBelowTopics: readonly AddPartitionsToTxnRequestAddPartitionsToTxnTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddPartitionsToTxnRequest(init: Partial<AddPartitionsToTxnRequest> = {}): AddPartitionsToTxnRequest {
  const m: AddPartitionsToTxnRequest = {
    transactions: init.transactions ?? [],
    v3AndBelowTransactionalId: init.v3AndBelowTransactionalId ?? '',
    v3AndBelowProducerId: init.v3AndBelowProducerId ?? 0n,
    v3AndBelowProducerEpoch: init.v3AndBelowProducerEpoch ?? 0,
    v3AndBelowTopics: init.v3AndBelowTopics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `transactions`. */
export interface AddPartitionsToTxnRequestAddPartitionsToTxnTransaction {
  /** Transactional id, or null without transactions. (v4+) */
  transactionalId: string;
  /** Id of the producer. (v4+) */
  producerId: bigint;
  /** Epoch of the producer. (v4+) */
  producerEpoch: number;
  /** Only check that the partitions belong to the transaction. (v4+) */
  verifyOnly: boolean;
  /** Topics concerned. (v4+) */
  topics: readonly AddPartitionsToTxnRequestAddPartitionsToTxnTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddPartitionsToTxnRequestAddPartitionsToTxnTransaction(init: Partial<AddPartitionsToTxnRequestAddPartitionsToTxnTransaction> = {}): AddPartitionsToTxnRequestAddPartitionsToTxnTransaction {
  const m: AddPartitionsToTxnRequestAddPartitionsToTxnTransaction = {
    transactionalId: init.transactionalId ?? '',
    producerId: init.producerId ?? 0n,
    producerEpoch: init.producerEpoch ?? 0,
    verifyOnly: init.verifyOnly ?? false,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Partitions of one topic. */
export interface AddPartitionsToTxnRequestAddPartitionsToTxnTopic {
  /** Name of the topic. */
  name: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddPartitionsToTxnRequestAddPartitionsToTxnTopic(init: Partial<AddPartitionsToTxnRequestAddPartitionsToTxnTopic> = {}): AddPartitionsToTxnRequestAddPartitionsToTxnTopic {
  const m: AddPartitionsToTxnRequestAddPartitionsToTxnTopic = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAddPartitionsToTxnRequest(m: AddPartitionsToTxnRequest, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  if (v >= 4) {
    n += sizeOfUvarint(m.transactions.length + 1);
    for (const e of m.transactions) n += sizeAddPartitionsToTxnRequestAddPartitionsToTxnTransaction(e, v);
  }
  if (v <= 3) {
    n += flexible ? sizeOfCompactString(m.v3AndBelowTransactionalId) : sizeOfString(m.v3AndBelowTransactionalId);
    n += 8;
    n += 2;
    n += flexible ? sizeOfUvarint(m.v3AndBelowTopics.length + 1) : 4;
    for (const e of m.v3AndBelowTopics) n += sizeAddPartitionsToTxnRequestAddPartitionsToTxnTopic(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddPartitionsToTxnRequest(w: Writer, m: AddPartitionsToTxnRequest, v: number): void {
  const flexible = v >= 3;
  if (v >= 4) {
    w.compactArrayLength(m.transactions.length);
    for (const e of m.transactions) encodeAddPartitionsToTxnRequestAddPartitionsToTxnTransaction(w, e, v);
  }
  if (!(v >= 4) && m.transactions.length !== 0) throw unsupportedField('AddPartitionsToTxnRequest', 'transactions', v);
  if (v <= 3) {
    if (flexible) w.compactString(m.v3AndBelowTransactionalId); else w.string(m.v3AndBelowTransactionalId);
  }
  if (!(v <= 3) && m.v3AndBelowTransactionalId !== '') throw unsupportedField('AddPartitionsToTxnRequest', 'v3AndBelowTransactionalId', v);
  if (v <= 3) {
    w.int64(m.v3AndBelowProducerId);
  }
  if (!(v <= 3) && m.v3AndBelowProducerId !== 0n) throw unsupportedField('AddPartitionsToTxnRequest', 'v3AndBelowProducerId', v);
  if (v <= 3) {
    w.int16(m.v3AndBelowProducerEpoch);
  }
  if (!(v <= 3) && m.v3AndBelowProducerEpoch !== 0) throw unsupportedField('AddPartitionsToTxnRequest', 'v3AndBelowProducerEpoch', v);
  if (v <= 3) {
    if (flexible) w.compactArrayLength(m.v3AndBelowTopics.length); else w.arrayLength(m.v3AndBelowTopics.length);
    for (const e of m.v3AndBelowTopics) encodeAddPartitionsToTxnRequestAddPartitionsToTxnTopic(w, e, v);
  }
  if (!(v <= 3) && m.v3AndBelowTopics.length !== 0) throw unsupportedField('AddPartitionsToTxnRequest', 'v3AndBelowTopics', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAddPartitionsToTxnRequest(r: Reader, v: number): AddPartitionsToTxnRequest {
  const flexible = v >= 3;
  const transactions: AddPartitionsToTxnRequestAddPartitionsToTxnTransaction[] = [];
  if (v >= 4) {
    const count = r.compactArrayLength(14);
    for (let i = 0; i < count; i++) transactions.push(decodeAddPartitionsToTxnRequestAddPartitionsToTxnTransaction(r, v));
  }
  const v3AndBelowTransactionalId = v <= 3 ? (flexible ? r.compactString() : r.string()) : '';
  const v3AndBelowProducerId = v <= 3 ? r.int64() : 0n;
  const v3AndBelowProducerEpoch = v <= 3 ? r.int16() : 0;
  const v3AndBelowTopics: AddPartitionsToTxnRequestAddPartitionsToTxnTopic[] = [];
  if (v <= 3) {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) v3AndBelowTopics.push(decodeAddPartitionsToTxnRequestAddPartitionsToTxnTopic(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AddPartitionsToTxnRequest = { transactions, v3AndBelowTransactionalId, v3AndBelowProducerId, v3AndBelowProducerEpoch, v3AndBelowTopics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAddPartitionsToTxnRequestAddPartitionsToTxnTransaction(m: AddPartitionsToTxnRequestAddPartitionsToTxnTransaction, v: number): number {
  let n = 11;
  n += sizeOfCompactString(m.transactionalId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeAddPartitionsToTxnRequestAddPartitionsToTxnTopic(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddPartitionsToTxnRequestAddPartitionsToTxnTransaction(w: Writer, m: AddPartitionsToTxnRequestAddPartitionsToTxnTransaction, v: number): void {
  w.compactString(m.transactionalId);
  w.int64(m.producerId);
  w.int16(m.producerEpoch);
  w.boolean(m.verifyOnly);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeAddPartitionsToTxnRequestAddPartitionsToTxnTopic(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAddPartitionsToTxnRequestAddPartitionsToTxnTransaction(r: Reader, v: number): AddPartitionsToTxnRequestAddPartitionsToTxnTransaction {
  const transactionalId = r.compactString();
  const producerId = r.int64();
  const producerEpoch = r.int16();
  const verifyOnly = r.boolean();
  const topics: AddPartitionsToTxnRequestAddPartitionsToTxnTopic[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeAddPartitionsToTxnRequestAddPartitionsToTxnTopic(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AddPartitionsToTxnRequestAddPartitionsToTxnTransaction = { transactionalId, producerId, producerEpoch, verifyOnly, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAddPartitionsToTxnRequestAddPartitionsToTxnTopic(m: AddPartitionsToTxnRequestAddPartitionsToTxnTopic, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += (flexible ? sizeOfUvarint(m.partitions.length + 1) : 4) + m.partitions.length * 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddPartitionsToTxnRequestAddPartitionsToTxnTopic(w: Writer, m: AddPartitionsToTxnRequestAddPartitionsToTxnTopic, v: number): void {
  const flexible = v >= 3;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAddPartitionsToTxnRequestAddPartitionsToTxnTopic(r: Reader, v: number): AddPartitionsToTxnRequestAddPartitionsToTxnTopic {
  const flexible = v >= 3;
  const name = flexible ? r.compactString() : r.string();
  const partitions: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AddPartitionsToTxnRequestAddPartitionsToTxnTopic = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Makes partitions part of a transaction before they are written. */
export const addPartitionsToTxnRequest: MessageCodec<AddPartitionsToTxnRequest> = {
  name: 'AddPartitionsToTxnRequest',
  kind: 'request',
  apiKey: 24,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(addPartitionsToTxnRequest, version);
    return sizeAddPartitionsToTxnRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(addPartitionsToTxnRequest, version);
    encodeAddPartitionsToTxnRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(addPartitionsToTxnRequest, version);
    return decodeAddPartitionsToTxnRequest(reader, version);
  },
};

/** Result for each partition. */
export interface AddPartitionsToTxnResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. (v4+) */
  errorCode: number;
  /** Result for each transaction. (v4+) */
  resultsByTransaction: readonly AddPartitionsToTxnResponseAddPartitionsToTxnResult[];
  /** Result for each topic, in the form before batches. (v0-3) */
  resultsByTopicV3AndBelow: readonly AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddPartitionsToTxnResponse(init: Partial<AddPartitionsToTxnResponse> = {}): AddPartitionsToTxnResponse {
  const m: AddPartitionsToTxnResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    resultsByTransaction: init.resultsByTransaction ?? [],
    resultsByTopicV3AndBelow: init.resultsByTopicV3AndBelow ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `resultsByTransaction`. */
export interface AddPartitionsToTxnResponseAddPartitionsToTxnResult {
  /** Transactional id, or null without transactions. (v4+) */
  transactionalId: string;
  /** Result for each topic. (v4+) */
  topicResults: readonly AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddPartitionsToTxnResponseAddPartitionsToTxnResult(init: Partial<AddPartitionsToTxnResponseAddPartitionsToTxnResult> = {}): AddPartitionsToTxnResponseAddPartitionsToTxnResult {
  const m: AddPartitionsToTxnResponseAddPartitionsToTxnResult = {
    transactionalId: init.transactionalId ?? '',
    topicResults: init.topicResults ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Results of one topic. */
export interface AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult {
  /** Name of the topic. */
  name: string;
  /** Result for each partition. */
  resultsByPartition: readonly AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(init: Partial<AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult> = {}): AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult {
  const m: AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult = {
    name: init.name ?? '',
    resultsByPartition: init.resultsByPartition ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Result of one partition. */
export interface AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong with the partition, or 0. */
  partitionErrorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult(init: Partial<AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult> = {}): AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult {
  const m: AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult = {
    partitionIndex: init.partitionIndex ?? 0,
    partitionErrorCode: init.partitionErrorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAddPartitionsToTxnResponse(m: AddPartitionsToTxnResponse, v: number): number {
  const flexible = v >= 3;
  let n = 4;
  if (v >= 4) {
    n += 2;
    n += sizeOfUvarint(m.resultsByTransaction.length + 1);
    for (const e of m.resultsByTransaction) n += sizeAddPartitionsToTxnResponseAddPartitionsToTxnResult(e, v);
  }
  if (v <= 3) {
    n += flexible ? sizeOfUvarint(m.resultsByTopicV3AndBelow.length + 1) : 4;
    for (const e of m.resultsByTopicV3AndBelow) n += sizeAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddPartitionsToTxnResponse(w: Writer, m: AddPartitionsToTxnResponse, v: number): void {
  const flexible = v >= 3;
  w.int32(m.throttleTimeMs);
  if (v >= 4) {
    w.int16(m.errorCode);
    w.compactArrayLength(m.resultsByTransaction.length);
    for (const e of m.resultsByTransaction) encodeAddPartitionsToTxnResponseAddPartitionsToTxnResult(w, e, v);
  }
  if (!(v >= 4) && m.resultsByTransaction.length !== 0) throw unsupportedField('AddPartitionsToTxnResponse', 'resultsByTransaction', v);
  if (v <= 3) {
    if (flexible) w.compactArrayLength(m.resultsByTopicV3AndBelow.length); else w.arrayLength(m.resultsByTopicV3AndBelow.length);
    for (const e of m.resultsByTopicV3AndBelow) encodeAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(w, e, v);
  }
  if (!(v <= 3) && m.resultsByTopicV3AndBelow.length !== 0) throw unsupportedField('AddPartitionsToTxnResponse', 'resultsByTopicV3AndBelow', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAddPartitionsToTxnResponse(r: Reader, v: number): AddPartitionsToTxnResponse {
  const flexible = v >= 3;
  const throttleTimeMs = r.int32();
  const errorCode = v >= 4 ? r.int16() : 0;
  const resultsByTransaction: AddPartitionsToTxnResponseAddPartitionsToTxnResult[] = [];
  if (v >= 4) {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) resultsByTransaction.push(decodeAddPartitionsToTxnResponseAddPartitionsToTxnResult(r, v));
  }
  const resultsByTopicV3AndBelow: AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult[] = [];
  if (v <= 3) {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) resultsByTopicV3AndBelow.push(decodeAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AddPartitionsToTxnResponse = { throttleTimeMs, errorCode, resultsByTransaction, resultsByTopicV3AndBelow };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAddPartitionsToTxnResponseAddPartitionsToTxnResult(m: AddPartitionsToTxnResponseAddPartitionsToTxnResult, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.transactionalId);
  n += sizeOfUvarint(m.topicResults.length + 1);
  for (const e of m.topicResults) n += sizeAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddPartitionsToTxnResponseAddPartitionsToTxnResult(w: Writer, m: AddPartitionsToTxnResponseAddPartitionsToTxnResult, v: number): void {
  w.compactString(m.transactionalId);
  w.compactArrayLength(m.topicResults.length);
  for (const e of m.topicResults) encodeAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAddPartitionsToTxnResponseAddPartitionsToTxnResult(r: Reader, v: number): AddPartitionsToTxnResponseAddPartitionsToTxnResult {
  const transactionalId = r.compactString();
  const topicResults: AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topicResults.push(decodeAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AddPartitionsToTxnResponseAddPartitionsToTxnResult = { transactionalId, topicResults };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(m: AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfUvarint(m.resultsByPartition.length + 1) : 4;
  for (const e of m.resultsByPartition) n += sizeAddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(w: Writer, m: AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult, v: number): void {
  const flexible = v >= 3;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.resultsByPartition.length); else w.arrayLength(m.resultsByPartition.length);
  for (const e of m.resultsByPartition) encodeAddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAddPartitionsToTxnResponseAddPartitionsToTxnTopicResult(r: Reader, v: number): AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult {
  const flexible = v >= 3;
  const name = flexible ? r.compactString() : r.string();
  const resultsByPartition: AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) resultsByPartition.push(decodeAddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult = { name, resultsByPartition };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult(m: AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult, v: number): number {
  const flexible = v >= 3;
  let n = 6;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult(w: Writer, m: AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult, v: number): void {
  const flexible = v >= 3;
  w.int32(m.partitionIndex);
  w.int16(m.partitionErrorCode);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult(r: Reader, v: number): AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult {
  const flexible = v >= 3;
  const partitionIndex = r.int32();
  const partitionErrorCode = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AddPartitionsToTxnResponseAddPartitionsToTxnPartitionResult = { partitionIndex, partitionErrorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const addPartitionsToTxnResponse: MessageCodec<AddPartitionsToTxnResponse> = {
  name: 'AddPartitionsToTxnResponse',
  kind: 'response',
  apiKey: 24,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(addPartitionsToTxnResponse, version);
    return sizeAddPartitionsToTxnResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(addPartitionsToTxnResponse, version);
    encodeAddPartitionsToTxnResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(addPartitionsToTxnResponse, version);
    return decodeAddPartitionsToTxnResponse(reader, version);
  },
};
