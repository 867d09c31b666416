// Generated from schemas/61-describe-producers.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks which producers write to partitions. */
export interface DescribeProducersRequest {
  /** Topics concerned. */
  topics: readonly DescribeProducersRequestTopicRequest[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeProducersRequest(init: Partial<DescribeProducersRequest> = {}): DescribeProducersRequest {
  const m: DescribeProducersRequest = {
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeProducersRequestTopicRequest {
  /** Name of the topic. */
  name: string;
  /** Numbers of the partitions. */
  partitionIndexes: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeProducersRequestTopicRequest(init: Partial<DescribeProducersRequestTopicRequest> = {}): DescribeProducersRequestTopicRequest {
  const m: DescribeProducersRequestTopicRequest = {
    name: init.name ?? '',
    partitionIndexes: init.partitionIndexes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeProducersRequest(m: DescribeProducersRequest, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDescribeProducersRequestTopicRequest(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeProducersRequest(w: Writer, m: DescribeProducersRequest, v: number): void {
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDescribeProducersRequestTopicRequest(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeProducersRequest(r: Reader, v: number): DescribeProducersRequest {
  const topics: DescribeProducersRequestTopicRequest[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeDescribeProducersRequestTopicRequest(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeProducersRequest = { topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeProducersRequestTopicRequest(m: DescribeProducersRequestTopicRequest, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.partitionIndexes.length + 1) + m.partitionIndexes.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeProducersRequestTopicRequest(w: Writer, m: DescribeProducersRequestTopicRequest, v: number): void {
  w.compactString(m.name);
  w.compactArrayLength(m.partitionIndexes.length);
  for (const e of m.partitionIndexes) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeProducersRequestTopicRequest(r: Reader, v: number): DescribeProducersRequestTopicRequest {
  const name = r.compactString();
  const partitionIndexes: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitionIndexes.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeProducersRequestTopicRequest = { name, partitionIndexes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks which producers write to partitions. */
export const describeProducersRequest: MessageCodec<DescribeProducersRequest> = {
  name: 'DescribeProducersRequest',
  kind: 'request',
  apiKey: 61,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeProducersRequest, version);
    return sizeDescribeProducersRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeProducersRequest, version);
    encodeDescribeProducersRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeProducersRequest, version);
    return decodeDescribeProducersRequest(reader, version);
  },
};

/** Producers that partitions remember. */
export interface DescribeProducersResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Topics concerned. */
  topics: readonly DescribeProducersResponseTopicResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeProducersResponse(init: Partial<DescribeProducersResponse> = {}): DescribeProducersResponse {
  const m: DescribeProducersResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeProducersResponseTopicResponse {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly DescribeProducersResponsePartitionResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeProducersResponseTopicResponse(init: Partial<DescribeProducersResponseTopicResponse> = {}): DescribeProducersResponseTopicResponse {
  const m: DescribeProducersResponseTopicResponse = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DescribeProducersResponsePartitionResponse {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Producers that the partition remembers. */
  activeProducers: readonly DescribeProducersResponseProducerState[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeProducersResponsePartitionResponse(init: Partial<DescribeProducersResponsePartitionResponse> = {}): DescribeProducersResponsePartitionResponse {
  const m: DescribeProducersResponsePartitionResponse = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    activeProducers: init.activeProducers ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `activeProducers`. */
export interface DescribeProducersResponseProducerState {
  /** Id of the producer. */
  producerId: bigint;
  /** Epoch of the producer. */
  producerEpoch: number;
  /** Sequence number of the last record, -1 without. */
  lastSequence: number;
  /** Timestamp of the last batch, -1 without. */
  lastTimestamp: bigint;
  /** Epoch of the transaction coordinator. */
  coordinatorEpoch: number;
  /** First offset of the open transaction, -1 without. */
  currentTxnStartOffset: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeProducersResponseProducerState(init: Partial<DescribeProducersResponseProducerState> = {}): DescribeProducersResponseProducerState {
  const m: DescribeProducersResponseProducerState = {
    producerId: init.producerId ?? 0n,
    producerEpoch: init.producerEpoch ?? 0,
    lastSequence: init.lastSequence ?? -1,
    lastTimestamp: init.lastTimestamp ?? -1n,
    coordinatorEpoch: init.coordinatorEpoch ?? 0,
    currentTxnStartOffset: init.currentTxnStartOffset ?? -1n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeProducersResponse(m: DescribeProducersResponse, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDescribeProducersResponseTopicResponse(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeProducersResponse(w: Writer, m: DescribeProducersResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDescribeProducersResponseTopicResponse(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeProducersResponse(r: Reader, v: number): DescribeProducersResponse {
  const throttleTimeMs = r.int32();
  const topics: DescribeProducersResponseTopicResponse[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeDescribeProducersResponseTopicResponse(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeProducersResponse = { throttleTimeMs, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeProducersResponseTopicResponse(m: DescribeProducersResponseTopicResponse, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeDescribeProducersResponsePartitionResponse(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeProducersResponseTopicResponse(w: Writer, m: DescribeProducersResponseTopicResponse, v: number): void {
  w.compactString(m.name);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDescribeProducersResponsePartitionResponse(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeProducersResponseTopicResponse(r: Reader, v: number): DescribeProducersResponseTopicResponse {
  const name = r.compactString();
  const partitions: DescribeProducersResponsePartitionResponse[] = [];
  {
    const count = r.compactArrayLength(9);
    for (let i = 0; i < count; i++) partitions.push(decodeDescribeProducersResponsePartitionResponse(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeProducersResponseTopicResponse = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeProducersResponsePartitionResponse(m: DescribeProducersResponsePartitionResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfUvarint(m.activeProducers.length + 1);
  for (const e of m.activeProducers) n += sizeDescribeProducersResponseProducerState(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeProducersResponsePartitionResponse(w: Writer, m: DescribeProducersResponsePartitionResponse, v: number): void {
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactArrayLength(m.activeProducers.length);
  for (const e of m.activeProducers) encodeDescribeProducersResponseProducerState(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeProducersResponsePartitionResponse(r: Reader, v: number): DescribeProducersResponsePartitionResponse {
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const activeProducers: DescribeProducersResponseProducerState[] = [];
  {
    const count = r.compactArrayLength(37);
    for (let i = 0; i < count; i++) activeProducers.push(decodeDescribeProducersResponseProducerState(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeProducersResponsePartitionResponse = { partitionIndex, errorCode, errorMessage, activeProducers };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeProducersResponseProducerState(m: DescribeProducersResponseProducerState, v: number): number {
  let n = 36;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeProducersResponseProducerState(w: Writer, m: DescribeProducersResponseProducerState, v: number): void {
  w.int64(m.producerId);
  w.int32(m.producerEpoch);
  w.int32(m.lastSequence);
  w.int64(m.lastTimestamp);
  w.int32(m.coordinatorEpoch);
  w.int64(m.currentTxnStartOffset);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeProducersResponseProducerState(r: Reader, v: number): DescribeProducersResponseProducerState {
  const producerId = r.int64();
  const producerEpoch = r.int32();
  const lastSequence = r.int32();
  const lastTimestamp = r.int64();
  const coordinatorEpoch = r.int32();
  const currentTxnStartOffset = r.int64();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeProducersResponseProducerState = { producerId, producerEpoch, lastSequence, lastTimestamp, coordinatorEpoch, currentTxnStartOffset };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Producers that partitions remember. */
export const describeProducersResponse: MessageCodec<DescribeProducersResponse> = {
  name: 'DescribeProducersResponse',
  kind: 'response',
  apiKey: 61,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeProducersResponse, version);
    return sizeDescribeProducersResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeProducersResponse, version);
    encodeDescribeProducersResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeProducersResponse, version);
    return decodeDescribeProducersResponse(reader, version);
  },
};
