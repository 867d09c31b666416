// Generated from schemas/87-read-share-group-state-summary.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Reads the short form of the state of share partitions (between brokers). */
export interface ReadShareGroupStateSummaryRequest {
  /** Id of the group. */
  groupId: string;
  /** Topics concerned. */
  topics: readonly ReadShareGroupStateSummaryRequestReadStateSummaryData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateSummaryRequest(init: Partial<ReadShareGroupStateSummaryRequest> = {}): ReadShareGroupStateSummaryRequest {
  const m: ReadShareGroupStateSummaryRequest = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface ReadShareGroupStateSummaryRequestReadStateSummaryData {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly ReadShareGroupStateSummaryRequestPartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateSummaryRequestReadStateSummaryData(init: Partial<ReadShareGroupStateSummaryRequestReadStateSummaryData> = {}): ReadShareGroupStateSummaryRequestReadStateSummaryData {
  const m: ReadShareGroupStateSummaryRequestReadStateSummaryData = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ReadShareGroupStateSummaryRequestPartitionData {
  /** Number of the partition. */
  partition: number;
  /** Leader epoch, -1 when unknown. */
  leaderEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateSummaryRequestPartitionData(init: Partial<ReadShareGroupStateSummaryRequestPartitionData> = {}): ReadShareGroupStateSummaryRequestPartitionData {
  const m: ReadShareGroupStateSummaryRequestPartitionData = {
    partition: init.partition ?? 0,
    leaderEpoch: init.leaderEpoch ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateSummaryRequest(m: ReadShareGroupStateSummaryRequest, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeReadShareGroupStateSummaryRequestReadStateSummaryData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateSummaryRequest(w: Writer, m: ReadShareGroupStateSummaryRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeReadShareGroupStateSummaryRequestReadStateSummaryData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateSummaryRequest(r: Reader, v: number): ReadShareGroupStateSummaryRequest {
  const groupId = r.compactString();
  const topics: ReadShareGroupStateSummaryRequestReadStateSummaryData[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topics.push(decodeReadShareGroupStateSummaryRequestReadStateSummaryData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateSummaryRequest = { groupId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateSummaryRequestReadStateSummaryData(m: ReadShareGroupStateSummaryRequestReadStateSummaryData, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeReadShareGroupStateSummaryRequestPartitionData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateSummaryRequestReadStateSummaryData(w: Writer, m: ReadShareGroupStateSummaryRequestReadStateSummaryData, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeReadShareGroupStateSummaryRequestPartitionData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateSummaryRequestReadStateSummaryData(r: Reader, v: number): ReadShareGroupStateSummaryRequestReadStateSummaryData {
  const topicId = r.uuid();
  const partitions: ReadShareGroupStateSummaryRequestPartitionData[] = [];
  {
    const count = r.compactArrayLength(9);
    for (let i = 0; i < count; i++) partitions.push(decodeReadShareGroupStateSummaryRequestPartitionData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateSummaryRequestReadStateSummaryData = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateSummaryRequestPartitionData(m: ReadShareGroupStateSummaryRequestPartitionData, v: number): number {
  let n = 8;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateSummaryRequestPartitionData(w: Writer, m: ReadShareGroupStateSummaryRequestPartitionData, v: number): void {
  w.int32(m.partition);
  w.int32(m.leaderEpoch);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateSummaryRequestPartitionData(r: Reader, v: number): ReadShareGroupStateSummaryRequestPartitionData {
  const partition = r.int32();
  const leaderEpoch = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateSummaryRequestPartitionData = { partition, leaderEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Reads the short form of the state of share partitions (between brokers). */
export const readShareGroupStateSummaryRequest: MessageCodec<ReadShareGroupStateSummaryRequest> = {
  name: 'ReadShareGroupStateSummaryRequest',
  kind: 'request',
  apiKey: 87,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(readShareGroupStateSummaryRequest, version);
    return sizeReadShareGroupStateSummaryRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(readShareGroupStateSummaryRequest, version);
    encodeReadShareGroupStateSummaryRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(readShareGroupStateSummaryRequest, version);
    return decodeReadShareGroupStateSummaryRequest(reader, version);
  },
};

/** Short form of the state of each partition. */
export interface ReadShareGroupStateSummaryResponse {
  /** One result for each entry of the request. */
  results: readonly ReadShareGroupStateSummaryResponseReadStateSummaryResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateSummaryResponse(init: Partial<ReadShareGroupStateSummaryResponse> = {}): ReadShareGroupStateSummaryResponse {
  const m: ReadShareGroupStateSummaryResponse = {
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface ReadShareGroupStateSummaryResponseReadStateSummaryResult {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly ReadShareGroupStateSummaryResponsePartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateSummaryResponseReadStateSummaryResult(init: Partial<ReadShareGroupStateSummaryResponseReadStateSummaryResult> = {}): ReadShareGroupStateSummaryResponseReadStateSummaryResult {
  const m: ReadShareGroupStateSummaryResponseReadStateSummaryResult = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ReadShareGroupStateSummaryResponsePartitionResult {
  /** Number of the partition. */
  partition: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Epoch of the stored state. */
  stateEpoch: number;
  /** Leader epoch, -1 when unknown. */
  leaderEpoch: number;
  /** First offset that the group has not finished. */
  startOffset: bigint;
  /** Records that are finished but lie behind the start offset. (v1+) */
  deliveryCompleteCount: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateSummaryResponsePartitionResult(init: Partial<ReadShareGroupStateSummaryResponsePartitionResult> = {}): ReadShareGroupStateSummaryResponsePartitionResult {
  const m: ReadShareGroupStateSummaryResponsePartitionResult = {
    partition: init.partition ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    stateEpoch: init.stateEpoch ?? 0,
    leaderEpoch: init.leaderEpoch ?? 0,
    startOffset: init.startOffset ?? 0n,
    deliveryCompleteCount: init.deliveryCompleteCount ?? -1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateSummaryResponse(m: ReadShareGroupStateSummaryResponse, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.results.length + 1);
  for (const e of m.results) n += sizeReadShareGroupStateSummaryResponseReadStateSummaryResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateSummaryResponse(w: Writer, m: ReadShareGroupStateSummaryResponse, v: number): void {
  w.compactArrayLength(m.results.length);
  for (const e of m.results) encodeReadShareGroupStateSummaryResponseReadStateSummaryResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateSummaryResponse(r: Reader, v: number): ReadShareGroupStateSummaryResponse {
  const results: ReadShareGroupStateSummaryResponseReadStateSummaryResult[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) results.push(decodeReadShareGroupStateSummaryResponseReadStateSummaryResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateSummaryResponse = { results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateSummaryResponseReadStateSummaryResult(m: ReadShareGroupStateSummaryResponseReadStateSummaryResult, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeReadShareGroupStateSummaryResponsePartitionResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateSummaryResponseReadStateSummaryResult(w: Writer, m: ReadShareGroupStateSummaryResponseReadStateSummaryResult, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeReadShareGroupStateSummaryResponsePartitionResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateSummaryResponseReadStateSummaryResult(r: Reader, v: number): ReadShareGroupStateSummaryResponseReadStateSummaryResult {
  const topicId = r.uuid();
  const partitions: ReadShareGroupStateSummaryResponsePartitionResult[] = [];
  {
    const count = r.compactArrayLength(24);
    for (let i = 0; i < count; i++) partitions.push(decodeReadShareGroupStateSummaryResponsePartitionResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateSummaryResponseReadStateSummaryResult = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateSummaryResponsePartitionResult(m: ReadShareGroupStateSummaryResponsePartitionResult, v: number): number {
  let n = 22;
  n += sizeOfCompactNullableString(m.errorMessage);
  if (v >= 1) {
    n += 4;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateSummaryResponsePartitionResult(w: Writer, m: ReadShareGroupStateSummaryResponsePartitionResult, v: number): void {
  w.int32(m.partition);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.int32(m.stateEpoch);
  w.int32(m.leaderEpoch);
  w.int64(m.startOffset);
  if (v >= 1) {
    w.int32(m.deliveryCompleteCount);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateSummaryResponsePartitionResult(r: Reader, v: number): ReadShareGroupStateSummaryResponsePartitionResult {
  const partition = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const stateEpoch = r.int32();
  const leaderEpoch = r.int32();
  const startOffset = r.int64();
  const deliveryCompleteCount = v >= 1 ? r.int32() : -1;
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateSummaryResponsePartitionResult = { partition, errorCode, errorMessage, stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Short form of the state of each partition. */
export const readShareGroupStateSummaryResponse: MessageCodec<ReadShareGroupStateSummaryResponse> = {
  name: 'ReadShareGroupStateSummaryResponse',
  kind: 'response',
  apiKey: 87,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(readShareGroupStateSummaryResponse, version);
    return sizeReadShareGroupStateSummaryResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(readShareGroupStateSummaryResponse, version);
    encodeReadShareGroupStateSummaryResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(readShareGroupStateSummaryResponse, version);
    return decodeReadShareGroupStateSummaryResponse(reader, version);
  },
};
