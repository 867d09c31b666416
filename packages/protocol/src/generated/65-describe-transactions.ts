// Generated from schemas/65-describe-transactions.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for the state of transactions by transactional id. */
export interface DescribeTransactionsRequest {
  /** Transactional ids asked for. */
  transactionalIds: readonly string[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTransactionsRequest(init: Partial<DescribeTransactionsRequest> = {}): DescribeTransactionsRequest {
  const m: DescribeTransactionsRequest = {
    transactionalIds: init.transactionalIds ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeTransactionsRequest(m: DescribeTransactionsRequest, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.transactionalIds.length + 1);
  for (const e of m.transactionalIds) n += sizeOfCompactString(e);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTransactionsRequest(w: Writer, m: DescribeTransactionsRequest, v: number): void {
  w.compactArrayLength(m.transactionalIds.length);
  for (const e of m.transactionalIds) w.compactString(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTransactionsRequest(r: Reader, v: number): DescribeTransactionsRequest {
  const transactionalIds: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) transactionalIds.push(r.compactString());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTransactionsRequest = { transactionalIds };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for the state of transactions by transactional id. */
export const describeTransactionsRequest: MessageCodec<DescribeTransactionsRequest> = {
  name: 'DescribeTransactionsRequest',
  kind: 'request',
  apiKey: 65,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeTransactionsRequest, version);
    return sizeDescribeTransactionsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeTransactionsRequest, version);
    encodeDescribeTransactionsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeTransactionsRequest, version);
    return decodeDescribeTransactionsRequest(reader, version);
  },
};

/** State of the transactions asked for. */
export interface DescribeTransactionsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** State of each transaction. */
  transactionStates: readonly DescribeTransactionsResponseTransactionState[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTransactionsResponse(init: Partial<DescribeTransactionsResponse> = {}): DescribeTransactionsResponse {
  const m: DescribeTransactionsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    transactionStates: init.transactionStates ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `transactionStates`. */
export interface DescribeTransactionsResponseTransactionState {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Transactional id, or null without transactions. */
  transactionalId: string;
  /** State of the transaction. */
  transactionState: string;
  /** Milliseconds after which the coordinator aborts the transaction. */
  transactionTimeoutMs: number;
  /** When the transaction began. */
  transactionStartTimeMs: bigint;
  /** Id of the producer. */
  producerId: bigint;
  /** Epoch of the producer. */
  producerEpoch: number;
  /** Partitions of the open transaction. */
  topics: readonly DescribeTransactionsResponseTopicData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTransactionsResponseTransactionState(init: Partial<DescribeTransactionsResponseTransactionState> = {}): DescribeTransactionsResponseTransactionState {
  const m: DescribeTransactionsResponseTransactionState = {
    errorCode: init.errorCode ?? 0,
    transactionalId: init.transactionalId ?? '',
    transactionState: init.transactionState ?? '',
    transactionTimeoutMs: init.transactionTimeoutMs ?? 0,
    transactionStartTimeMs: init.transactionStartTimeMs ?? 0n,
    producerId: init.producerId ?? 0n,
    producerEpoch: init.producerEpoch ?? 0,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeTransactionsResponseTopicData {
  /** Name of the topic. */
  topic: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTransactionsResponseTopicData(init: Partial<DescribeTransactionsResponseTopicData> = {}): DescribeTransactionsResponseTopicData {
  const m: DescribeTransactionsResponseTopicData = {
    topic: init.topic ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeTransactionsResponse(m: DescribeTransactionsResponse, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.transactionStates.length + 1);
  for (const e of m.transactionStates) n += sizeDescribeTransactionsResponseTransactionState(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTransactionsResponse(w: Writer, m: DescribeTransactionsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.compactArrayLength(m.transactionStates.length);
  for (const e of m.transactionStates) encodeDescribeTransactionsResponseTransactionState(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTransactionsResponse(r: Reader, v: number): DescribeTransactionsResponse {
  const throttleTimeMs = r.int32();
  const transactionStates: DescribeTransactionsResponseTransactionState[] = [];
  {
    const count = r.compactArrayLength(28);
    for (let i = 0; i < count; i++) transactionStates.push(decodeDescribeTransactionsResponseTransactionState(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTransactionsResponse = { throttleTimeMs, transactionStates };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeTransactionsResponseTransactionState(m: DescribeTransactionsResponseTransactionState, v: number): number {
  let n = 24;
  n += sizeOfCompactString(m.transactionalId);
  n += sizeOfCompactString(m.transactionState);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDescribeTransactionsResponseTopicData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTransactionsResponseTransactionState(w: Writer, m: DescribeTransactionsResponseTransactionState, v: number): void {
  w.int16(m.errorCode);
  w.compactString(m.transactionalId);
  w.compactString(m.transactionState);
  w.int32(m.transactionTimeoutMs);
  w.int64(m.transactionStartTimeMs);
  w.int64(m.producerId);
  w.int16(m.producerEpoch);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDescribeTransactionsResponseTopicData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTransactionsResponseTransactionState(r: Reader, v: number): DescribeTransactionsResponseTransactionState {
  const errorCode = r.int16();
  const transactionalId = r.compactString();
  const transactionState = r.compactString();
  const transactionTimeoutMs = r.int32();
  const transactionStartTimeMs = r.int64();
  const producerId = r.int64();
  const producerEpoch = r.int16();
  const topics: DescribeTransactionsResponseTopicData[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeDescribeTransactionsResponseTopicData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTransactionsResponseTransactionState = { errorCode, transactionalId, transactionState, transactionTimeoutMs, transactionStartTimeMs, producerId, producerEpoch, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeTransactionsResponseTopicData(m: DescribeTransactionsResponseTopicData, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.topic);
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTransactionsResponseTopicData(w: Writer, m: DescribeTransactionsResponseTopicData, v: number): void {
  w.compactString(m.topic);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTransactionsResponseTopicData(r: Reader, v: number): DescribeTransactionsResponseTopicData {
  const topic = r.compactString();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTransactionsResponseTopicData = { topic, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** State of the transactions asked for. */
export const describeTransactionsResponse: MessageCodec<DescribeTransactionsResponse> = {
  name: 'DescribeTransactionsResponse',
  kind: 'response',
  apiKey: 65,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeTransactionsResponse, version);
    return sizeDescribeTransactionsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeTransactionsResponse, version);
    encodeDescribeTransactionsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeTransactionsResponse, version);
    return decodeDescribeTransactionsResponse(reader, version);
  },
};
