// Generated from schemas/21-delete-records.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Moves the start of partitions up, so that older records can be removed. */
export interface DeleteRecordsRequest {
  /** Topics concerned. */
  topics: readonly DeleteRecordsRequestDeleteRecordsTopic[];
  /** Milliseconds that the broker may take. */
  timeoutMs: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteRecordsRequest(init: Partial<DeleteRecordsRequest> = {}): DeleteRecordsRequest {
  const m: DeleteRecordsRequest = {
    topics: init.topics ?? [],
    timeoutMs: init.timeoutMs ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DeleteRecordsRequestDeleteRecordsTopic {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly DeleteRecordsRequestDeleteRecordsPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteRecordsRequestDeleteRecordsTopic(init: Partial<DeleteRecordsRequestDeleteRecordsTopic> = {}): DeleteRecordsRequestDeleteRecordsTopic {
  const m: DeleteRecordsRequestDeleteRecordsTopic = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DeleteRecordsRequestDeleteRecordsPartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** First offset to keep, -1 for the high watermark. */
  offset: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteRecordsRequestDeleteRecordsPartition(init: Partial<DeleteRecordsRequestDeleteRecordsPartition> = {}): DeleteRecordsRequestDeleteRecordsPartition {
  const m: DeleteRecordsRequestDeleteRecordsPartition = {
    partitionIndex: init.partitionIndex ?? 0,
    offset: init.offset ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteRecordsRequest(m: DeleteRecordsRequest, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeDeleteRecordsRequestDeleteRecordsTopic(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteRecordsRequest(w: Writer, m: DeleteRecordsRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeDeleteRecordsRequestDeleteRecordsTopic(w, e, v);
  w.int32(m.timeoutMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteRecordsRequest(r: Reader, v: number): DeleteRecordsRequest {
  const flexible = v >= 2;
  const topics: DeleteRecordsRequestDeleteRecordsTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeDeleteRecordsRequestDeleteRecordsTopic(r, v));
  }
  const timeoutMs = r.int32();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteRecordsRequest = { topics, timeoutMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteRecordsRequestDeleteRecordsTopic(m: DeleteRecordsRequestDeleteRecordsTopic, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeDeleteRecordsRequestDeleteRecordsPartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteRecordsRequestDeleteRecordsTopic(w: Writer, m: DeleteRecordsRequestDeleteRecordsTopic, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDeleteRecordsRequestDeleteRecordsPartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteRecordsRequestDeleteRecordsTopic(r: Reader, v: number): DeleteRecordsRequestDeleteRecordsTopic {
  const flexible = v >= 2;
  const name = flexible ? r.compactString() : r.string();
  const partitions: DeleteRecordsRequestDeleteRecordsPartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(12) : r.arrayLength(12);
    for (let i = 0; i < count; i++) partitions.push(decodeDeleteRecordsRequestDeleteRecordsPartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteRecordsRequestDeleteRecordsTopic = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteRecordsRequestDeleteRecordsPartition(m: DeleteRecordsRequestDeleteRecordsPartition, v: number): number {
  const flexible = v >= 2;
  let n = 12;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteRecordsRequestDeleteRecordsPartition(w: Writer, m: DeleteRecordsRequestDeleteRecordsPartition, v: number): void {
  const flexible = v >= 2;
  w.int32(m.partitionIndex);
  w.int64(m.offset);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteRecordsRequestDeleteRecordsPartition(r: Reader, v: number): DeleteRecordsRequestDeleteRecordsPartition {
  const flexible = v >= 2;
  const partitionIndex = r.int32();
  const offset = r.int64();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteRecordsRequestDeleteRecordsPartition = { partitionIndex, offset };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Moves the start of partitions up, so that older records can be removed. */
export const deleteRecordsRequest: MessageCodec<DeleteRecordsRequest> = {
  name: 'DeleteRecordsRequest',
  kind: 'request',
  apiKey: 21,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteRecordsRequest, version);
    return sizeDeleteRecordsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteRecordsRequest, version);
    encodeDeleteRecordsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteRecordsRequest, version);
    return decodeDeleteRecordsRequest(reader, version);
  },
};

/** New start of each partition. */
export interface DeleteRecordsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Topics concerned. */
  topics: readonly DeleteRecordsResponseDeleteRecordsTopicResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteRecordsResponse(init: Partial<DeleteRecordsResponse> = {}): DeleteRecordsResponse {
  const m: DeleteRecordsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DeleteRecordsResponseDeleteRecordsTopicResult {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly DeleteRecordsResponseDeleteRecordsPartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteRecordsResponseDeleteRecordsTopicResult(init: Partial<DeleteRecordsResponseDeleteRecordsTopicResult> = {}): DeleteRecordsResponseDeleteRecordsTopicResult {
  const m: DeleteRecordsResponseDeleteRecordsTopicResult = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DeleteRecordsResponseDeleteRecordsPartitionResult {
  /** Number of the partition. */
  partitionIndex: number;
  /** First offset that is left. */
  lowWatermark: bigint;
  /** What went wrong, or 0. */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteRecordsResponseDeleteRecordsPartitionResult(init: Partial<DeleteRecordsResponseDeleteRecordsPartitionResult> = {}): DeleteRecordsResponseDeleteRecordsPartitionResult {
  const m: DeleteRecordsResponseDeleteRecordsPartitionResult = {
    partitionIndex: init.partitionIndex ?? 0,
    lowWatermark: init.lowWatermark ?? 0n,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteRecordsResponse(m: DeleteRecordsResponse, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeDeleteRecordsResponseDeleteRecordsTopicResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteRecordsResponse(w: Writer, m: DeleteRecordsResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeDeleteRecordsResponseDeleteRecordsTopicResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteRecordsResponse(r: Reader, v: number): DeleteRecordsResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const topics: DeleteRecordsResponseDeleteRecordsTopicResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeDeleteRecordsResponseDeleteRecordsTopicResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteRecordsResponse = { throttleTimeMs, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteRecordsResponseDeleteRecordsTopicResult(m: DeleteRecordsResponseDeleteRecordsTopicResult, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeDeleteRecordsResponseDeleteRecordsPartitionResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteRecordsResponseDeleteRecordsTopicResult(w: Writer, m: DeleteRecordsResponseDeleteRecordsTopicResult, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDeleteRecordsResponseDeleteRecordsPartitionResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteRecordsResponseDeleteRecordsTopicResult(r: Reader, v: number): DeleteRecordsResponseDeleteRecordsTopicResult {
  const flexible = v >= 2;
  const name = flexible ? r.compactString() : r.string();
  const partitions: DeleteRecordsResponseDeleteRecordsPartitionResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(14) : r.arrayLength(14);
    for (let i = 0; i < count; i++) partitions.push(decodeDeleteRecordsResponseDeleteRecordsPartitionResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteRecordsResponseDeleteRecordsTopicResult = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteRecordsResponseDeleteRecordsPartitionResult(m: DeleteRecordsResponseDeleteRecordsPartitionResult, v: number): number {
  const flexible = v >= 2;
  let n = 14;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteRecordsResponseDeleteRecordsPartitionResult(w: Writer, m: DeleteRecordsResponseDeleteRecordsPartitionResult, v: number): void {
  const flexible = v >= 2;
  w.int32(m.partitionIndex);
  w.int64(m.lowWatermark);
  w.int16(m.errorCode);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteRecordsResponseDeleteRecordsPartitionResult(r: Reader, v: number): DeleteRecordsResponseDeleteRecordsPartitionResult {
  const flexible = v >= 2;
  const partitionIndex = r.int32();
  const lowWatermark = r.int64();
  const errorCode = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteRecordsResponseDeleteRecordsPartitionResult = { partitionIndex, lowWatermark, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** New start of each partition. */
export const deleteRecordsResponse: MessageCodec<DeleteRecordsResponse> = {
  name: 'DeleteRecordsResponse',
  kind: 'response',
  apiKey: 21,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteRecordsResponse, version);
    return sizeDeleteRecordsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteRecordsResponse, version);
    encodeDeleteRecordsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteRecordsResponse, version);
    return decodeDeleteRecordsResponse(reader, version);
  },
};
