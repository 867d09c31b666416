// Generated from schemas/02-list-offsets.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for the offset at a timestamp, or for the first or last offset of partitions. */
export interface ListOffsetsRequest {
  /** Broker that follows this partition, -1 for a consumer. */
  replicaId: number;
  /** 0 reads everything up to the high watermark, 1 only what is committed. (v2+) */
  isolationLevel: number;
  /** Topics concerned. */
  topics: readonly ListOffsetsRequestListOffsetsTopic[];
  /** Milliseconds that the broker may take. (v10+) */
  timeoutMs: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListOffsetsRequest(init: Partial<ListOffsetsRequest> = {}): ListOffsetsRequest {
  const m: ListOffsetsRequest = {
    replicaId: init.replicaId ?? 0,
    isolationLevel: init.isolationLevel ?? 0,
    topics: init.topics ?? [],
    timeoutMs: init.timeoutMs ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface ListOffsetsRequestListOffsetsTopic {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly ListOffsetsRequestListOffsetsPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListOffsetsRequestListOffsetsTopic(init: Partial<ListOffsetsRequestListOffsetsTopic> = {}): ListOffsetsRequestListOffsetsTopic {
  const m: ListOffsetsRequestListOffsetsTopic = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ListOffsetsRequestListOffsetsPartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** Leader epoch that the client knows, -1 for no check. (v4+) */
  currentLeaderEpoch: number;
  /** Milliseconds, or -1 latest, -2 earliest, -3 greatest timestamp, -4 earliest local, -5 latest tiered, -6 earliest not yet tiered. */
  timestamp: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListOffsetsRequestListOffsetsPartition(init: Partial<ListOffsetsRequestListOffsetsPartition> = {}): ListOffsetsRequestListOffsetsPartition {
  const m: ListOffsetsRequestListOffsetsPartition = {
    partitionIndex: init.partitionIndex ?? 0,
    currentLeaderEpoch: init.currentLeaderEpoch ?? -1,
    timestamp: init.timestamp ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListOffsetsRequest(m: ListOffsetsRequest, v: number): number {
  const flexible = v >= 6;
  let n = 4;
  if (v >= 2) {
    n += 1;
  }
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeListOffsetsRequestListOffsetsTopic(e, v);
  if (v >= 10) {
    n += 4;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListOffsetsRequest(w: Writer, m: ListOffsetsRequest, v: number): void {
  const flexible = v >= 6;
  w.int32(m.replicaId);
  if (v >= 2) {
    w.int8(m.isolationLevel);
  }
  if (!(v >= 2) && m.isolationLevel !== 0) throw unsupportedField('ListOffsetsRequest', 'isolationLevel', v);
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeListOffsetsRequestListOffsetsTopic(w, e, v);
  if (v >= 10) {
    w.int32(m.timeoutMs);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeListOffsetsRequest(r: Reader, v: number): ListOffsetsRequest {
  const flexible = v >= 6;
  const replicaId = r.int32();
  const isolationLevel = v >= 2 ? r.int8() : 0;
  const topics: ListOffsetsRequestListOffsetsTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeListOffsetsRequestListOffsetsTopic(r, v));
  }
  const timeoutMs = v >= 10 ? r.int32() : 0;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ListOffsetsRequest = { replicaId, isolationLevel, topics, timeoutMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListOffsetsRequestListOffsetsTopic(m: ListOffsetsRequestListOffsetsTopic, v: number): number {
  const flexible = v >= 6;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeListOffsetsRequestListOffsetsPartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListOffsetsRequestListOffsetsTopic(w: Writer, m: ListOffsetsRequestListOffsetsTopic, v: number): void {
  const flexible = v >= 6;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeListOffsetsRequestListOffsetsPartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeListOffsetsRequestListOffsetsTopic(r: Reader, v: number): ListOffsetsRequestListOffsetsTopic {
  const flexible = v >= 6;
  const name = flexible ? r.compactString() : r.string();
  const partitions: ListOffsetsRequestListOffsetsPartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(12) : r.arrayLength(12);
    for (let i = 0; i < count; i++) partitions.push(decodeListOffsetsRequestListOffsetsPartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ListOffsetsRequestListOffsetsTopic = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListOffsetsRequestListOffsetsPartition(m: ListOffsetsRequestListOffsetsPartition, v: number): number {
  const flexible = v >= 6;
  let n = 12;
  if (v >= 4) {
    n += 4;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListOffsetsRequestListOffsetsPartition(w: Writer, m: ListOffsetsRequestListOffsetsPartition, v: number): void {
  const flexible = v >= 6;
  w.int32(m.partitionIndex);
  if (v >= 4) {
    w.int32(m.currentLeaderEpoch);
  }
  w.int64(m.timestamp);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeListOffsetsRequestListOffsetsPartition(r: Reader, v: number): ListOffsetsRequestListOffsetsPartition {
  const flexible = v >= 6;
  const partitionIndex = r.int32();
  const currentLeaderEpoch = v >= 4 ? r.int32() : -1;
  const timestamp = r.int64();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ListOffsetsRequestListOffsetsPartition = { partitionIndex, currentLeaderEpoch, timestamp };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for the offset at a timestamp, or for the first or last offset of partitions. */
export const listOffsetsRequest: MessageCodec<ListOffsetsRequest> = {
  name: 'ListOffsetsRequest',
  kind: 'request',
  apiKey: 2,
  minVersion: 1,
  maxVersion: 11,
  flexibleFrom: 6,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listOffsetsRequest, version);
    return sizeListOffsetsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listOffsetsRequest, version);
    encodeListOffsetsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listOffsetsRequest, version);
    return decodeListOffsetsRequest(reader, version);
  },
};

/** Offsets found, with the timestamps of their records. */
export interface ListOffsetsResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v2+) */
  throttleTimeMs: number;
  /** Topics concerned. */
  topics: readonly ListOffsetsResponseListOffsetsTopicResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListOffsetsResponse(init: Partial<ListOffsetsResponse> = {}): ListOffsetsResponse {
  const m: ListOffsetsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface ListOffsetsResponseListOffsetsTopicResponse {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly ListOffsetsResponseListOffsetsPartitionResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListOffsetsResponseListOffsetsTopicResponse(init: Partial<ListOffsetsResponseListOffsetsTopicResponse> = {}): ListOffsetsResponseListOffsetsTopicResponse {
  const m: ListOffsetsResponseListOffsetsTopicResponse = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ListOffsetsResponseListOffsetsPartitionResponse {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Timestamp of the record found, -1 without. */
  timestamp: bigint;
  /** Offset found, -1 without. */
  offset: bigint;
  /** Leader epoch, -1 when unknown. (v4+) */
  leaderEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListOffsetsResponseListOffsetsPartitionResponse(init: Partial<ListOffsetsResponseListOffsetsPartitionResponse> = {}): ListOffsetsResponseListOffsetsPartitionResponse {
  const m: ListOffsetsResponseListOffsetsPartitionResponse = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
    timestamp: init.timestamp ?? -1n,
    offset: init.offset ?? -1n,
    leaderEpoch: init.leaderEpoch ?? -1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListOffsetsResponse(m: ListOffsetsResponse, v: number): number {
  const flexible = v >= 6;
  let n = 0;
  if (v >= 2) {
    n += 4;
  }
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeListOffsetsResponseListOffsetsTopicResponse(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListOffsetsResponse(w: Writer, m: ListOffsetsResponse, v: number): void {
  const flexible = v >= 6;
  if (v >= 2) {
    w.int32(m.throttleTimeMs);
  }
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeListOffsetsResponseListOffsetsTopicResponse(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeListOffsetsResponse(r: Reader, v: number): ListOffsetsResponse {
  const flexible = v >= 6;
  const throttleTimeMs = v >= 2 ? r.int32() : 0;
  const topics: ListOffsetsResponseListOffsetsTopicResponse[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeListOffsetsResponseListOffsetsTopicResponse(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ListOffsetsResponse = { throttleTimeMs, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListOffsetsResponseListOffsetsTopicResponse(m: ListOffsetsResponseListOffsetsTopicResponse, v: number): number {
  const flexible = v >= 6;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeListOffsetsResponseListOffsetsPartitionResponse(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListOffsetsResponseListOffsetsTopicResponse(w: Writer, m: ListOffsetsResponseListOffsetsTopicResponse, v: number): void {
  const flexible = v >= 6;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeListOffsetsResponseListOffsetsPartitionResponse(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeListOffsetsResponseListOffsetsTopicResponse(r: Reader, v: number): ListOffsetsResponseListOffsetsTopicResponse {
  const flexible = v >= 6;
  const name = flexible ? r.compactString() : r.string();
  const partitions: ListOffsetsResponseListOffsetsPartitionResponse[] = [];
  {
    const count = flexible ? r.compactArrayLength(22) : r.arrayLength(22);
    for (let i = 0; i < count; i++) partitions.push(decodeListOffsetsResponseListOffsetsPartitionResponse(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ListOffsetsResponseListOffsetsTopicResponse = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListOffsetsResponseListOffsetsPartitionResponse(m: ListOffsetsResponseListOffsetsPartitionResponse, v: number): number {
  const flexible = v >= 6;
  let n = 22;
  if (v >= 4) {
    n += 4;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListOffsetsResponseListOffsetsPartitionResponse(w: Writer, m: ListOffsetsResponseListOffsetsPartitionResponse, v: number): void {
  const flexible = v >= 6;
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  w.int64(m.timestamp);
  w.int64(m.offset);
  if (v >= 4) {
    w.int32(m.leaderEpoch);
  }
  if (!(v >= 4) && m.leaderEpoch !== -1) throw unsupportedField('ListOffsetsResponseListOffsetsPartitionResponse', 'leaderEpoch', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeListOffsetsResponseListOffsetsPartitionResponse(r: Reader, v: number): ListOffsetsResponseListOffsetsPartitionResponse {
  const flexible = v >= 6;
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const timestamp = r.int64();
  const offset = r.int64();
  const leaderEpoch = v >= 4 ? r.int32() : -1;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ListOffsetsResponseListOffsetsPartitionResponse = { partitionIndex, errorCode, timestamp, offset, leaderEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Offsets found, with the timestamps of their records. */
export const listOffsetsResponse: MessageCodec<ListOffsetsResponse> = {
  name: 'ListOffsetsResponse',
  kind: 'response',
  apiKey: 2,
  minVersion: 1,
  maxVersion: 11,
  flexibleFrom: 6,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listOffsetsResponse, version);
    return sizeListOffsetsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listOffsetsResponse, version);
    encodeListOffsetsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listOffsetsResponse, version);
    return decodeListOffsetsResponse(reader, version);
  },
};
