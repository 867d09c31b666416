// Generated from schemas/85-write-share-group-state.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Stores the state of share partitions (between brokers). */
export interface WriteShareGroupStateRequest {
  /** Id of the group. */
  groupId: string;
  /** Topics concerned. */
  topics: readonly WriteShareGroupStateRequestWriteStateData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteShareGroupStateRequest(init: Partial<WriteShareGroupStateRequest> = {}): WriteShareGroupStateRequest {
  const m: WriteShareGroupStateRequest = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface WriteShareGroupStateRequestWriteStateData {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly WriteShareGroupStateRequestPartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteShareGroupStateRequestWriteStateData(init: Partial<WriteShareGroupStateRequestWriteStateData> = {}): WriteShareGroupStateRequestWriteStateData {
  const m: WriteShareGroupStateRequestWriteStateData = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface WriteShareGroupStateRequestPartitionData {
  /** Number of the partition. */
  partition: number;
  /** Epoch of the stored state. */
  stateEpoch: number;
  /** Leader epoch, -1 when unknown. */
  leaderEpoch: number;
  /** First offset that the group has not finished. */
  startOffset: bigint;
  /** Records that are finished but lie behind the start offset. (v1+) */
  deliveryCompleteCount: number;
  /** Ranges of records that are neither new nor finished. */
  stateBatches: readonly WriteShareGroupStateRequestStateBatch[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteShareGroupStateRequestPartitionData(init: Partial<WriteShareGroupStateRequestPartitionData> = {}): WriteShareGroupStateRequestPartitionData {
  const m: WriteShareGroupStateRequestPartitionData = {
    partition: init.partition ?? 0,
    stateEpoch: init.stateEpoch ?? 0,
    leaderEpoch: init.leaderEpoch ?? 0,
    startOffset: init.startOffset ?? 0n,
    deliveryCompleteCount: init.deliveryCompleteCount ?? -1,
    stateBatches: init.stateBatches ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `stateBatches`. */
export interface WriteShareGroupStateRequestStateBatch {
  /** First offset of the range. */
  firstOffset: bigint;
  /** Last offset of the range. */
  lastOffset: bigint;
  /** State of the records in the range. */
  deliveryState: number;
  /** How often the records were delivered. */
  deliveryCount: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteShareGroupStateRequestStateBatch(init: Partial<WriteShareGroupStateRequestStateBatch> = {}): WriteShareGroupStateRequestStateBatch {
  const m: WriteShareGroupStateRequestStateBatch = {
    firstOffset: init.firstOffset ?? 0n,
    lastOffset: init.lastOffset ?? 0n,
    deliveryState: init.deliveryState ?? 0,
    deliveryCount: init.deliveryCount ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeWriteShareGroupStateRequest(m: WriteShareGroupStateRequest, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeWriteShareGroupStateRequestWriteStateData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteShareGroupStateRequest(w: Writer, m: WriteShareGroupStateRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeWriteShareGroupStateRequestWriteStateData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteShareGroupStateRequest(r: Reader, v: number): WriteShareGroupStateRequest {
  const groupId = r.compactString();
  const topics: WriteShareGroupStateRequestWriteStateData[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topics.push(decodeWriteShareGroupStateRequestWriteStateData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteShareGroupStateRequest = { groupId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteShareGroupStateRequestWriteStateData(m: WriteShareGroupStateRequestWriteStateData, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeWriteShareGroupStateRequestPartitionData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteShareGroupStateRequestWriteStateData(w: Writer, m: WriteShareGroupStateRequestWriteStateData, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeWriteShareGroupStateRequestPartitionData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteShareGroupStateRequestWriteStateData(r: Reader, v: number): WriteShareGroupStateRequestWriteStateData {
  const topicId = r.uuid();
  const partitions: WriteShareGroupStateRequestPartitionData[] = [];
  {
    const count = r.compactArrayLength(22);
    for (let i = 0; i < count; i++) partitions.push(decodeWriteShareGroupStateRequestPartitionData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteShareGroupStateRequestWriteStateData = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteShareGroupStateRequestPartitionData(m: WriteShareGroupStateRequestPartitionData, v: number): number {
  let n = 20;
  if (v >= 1) {
    n += 4;
  }
  n += sizeOfUvarint(m.stateBatches.length + 1);
  for (const e of m.stateBatches) n += sizeWriteShareGroupStateRequestStateBatch(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteShareGroupStateRequestPartitionData(w: Writer, m: WriteShareGroupStateRequestPartitionData, v: number): void {
  w.int32(m.partition);
  w.int32(m.stateEpoch);
  w.int32(m.leaderEpoch);
  w.int64(m.startOffset);
  if (v >= 1) {
    w.int32(m.deliveryCompleteCount);
  }
  w.compactArrayLength(m.stateBatches.length);
  for (const e of m.stateBatches) encodeWriteShareGroupStateRequestStateBatch(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteShareGroupStateRequestPartitionData(r: Reader, v: number): WriteShareGroupStateRequestPartitionData {
  const partition = r.int32();
  const stateEpoch = r.int32();
  const leaderEpoch = r.int32();
  const startOffset = r.int64();
  const deliveryCompleteCount = v >= 1 ? r.int32() : -1;
  const stateBatches: WriteShareGroupStateRequestStateBatch[] = [];
  {
    const count = r.compactArrayLength(20);
    for (let i = 0; i < count; i++) stateBatches.push(decodeWriteShareGroupStateRequestStateBatch(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteShareGroupStateRequestPartitionData = { partition, stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteShareGroupStateRequestStateBatch(m: WriteShareGroupStateRequestStateBatch, v: number): number {
  let n = 19;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteShareGroupStateRequestStateBatch(w: Writer, m: WriteShareGroupStateRequestStateBatch, v: number): void {
  w.int64(m.firstOffset);
  w.int64(m.lastOffset);
  w.int8(m.deliveryState);
  w.int16(m.deliveryCount);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteShareGroupStateRequestStateBatch(r: Reader, v: number): WriteShareGroupStateRequestStateBatch {
  const firstOffset = r.int64();
  const lastOffset = r.int64();
  const deliveryState = r.int8();
  const deliveryCount = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: WriteShareGroupStateRequestStateBatch = { firstOffset, lastOffset, deliveryState, deliveryCount };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Stores the state of share partitions (between brokers). */
export const writeShareGroupStateRequest: MessageCodec<WriteShareGroupStateRequest> = {
  name: 'WriteShareGroupStateRequest',
  kind: 'request',
  apiKey: 85,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(writeShareGroupStateRequest, version);
    return sizeWriteShareGroupStateRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(writeShareGroupStateRequest, version);
    encodeWriteShareGroupStateRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(writeShareGroupStateRequest, version);
    return decodeWriteShareGroupStateRequest(reader, version);
  },
};

/** Result for each partition. */
export interface WriteShareGroupStateResponse {
  /** One result for each entry of the request. */
  results: readonly WriteShareGroupStateResponseWriteStateResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteShareGroupStateResponse(init: Partial<WriteShareGroupStateResponse> = {}): WriteShareGroupStateResponse {
  const m: WriteShareGroupStateResponse = {
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface WriteShareGroupStateResponseWriteStateResult {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly WriteShareGroupStateResponsePartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteShareGroupStateResponseWriteStateResult(init: Partial<WriteShareGroupStateResponseWriteStateResult> = {}): WriteShareGroupStateResponseWriteStateResult {
  const m: WriteShareGroupStateResponseWriteStateResult = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface WriteShareGroupStateResponsePartitionResult {
  /** Number of the partition. */
  partition: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteShareGroupStateResponsePartitionResult(init: Partial<WriteShareGroupStateResponsePartitionResult> = {}): WriteShareGroupStateResponsePartitionResult {
  const m: WriteShareGroupStateResponsePartitionResult = {
    partition: init.partition ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeWriteShareGroupStateResponse(m: WriteShareGroupStateResponse, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.results.length + 1);
  for (const e of m.results) n += sizeWriteShareGroupStateResponseWriteStateResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteShareGroupStateResponse(w: Writer, m: WriteShareGroupStateResponse, v: number): void {
  w.compactArrayLength(m.results.length);
  for (const e of m.results) encodeWriteShareGroupStateResponseWriteStateResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteShareGroupStateResponse(r: Reader, v: number): WriteShareGroupStateResponse {
  const results: WriteShareGroupStateResponseWriteStateResult[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) results.push(decodeWriteShareGroupStateResponseWriteStateResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteShareGroupStateResponse = { results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteShareGroupStateResponseWriteStateResult(m: WriteShareGroupStateResponseWriteStateResult, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeWriteShareGroupStateResponsePartitionResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteShareGroupStateResponseWriteStateResult(w: Writer, m: WriteShareGroupStateResponseWriteStateResult, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeWriteShareGroupStateResponsePartitionResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteShareGroupStateResponseWriteStateResult(r: Reader, v: number): WriteShareGroupStateResponseWriteStateResult {
  const topicId = r.uuid();
  const partitions: WriteShareGroupStateResponsePartitionResult[] = [];
  {
    const count = r.compactArrayLength(8);
    for (let i = 0; i < count; i++) partitions.push(decodeWriteShareGroupStateResponsePartitionResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteShareGroupStateResponseWriteStateResult = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteShareGroupStateResponsePartitionResult(m: WriteShareGroupStateResponsePartitionResult, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteShareGroupStateResponsePartitionResult(w: Writer, m: WriteShareGroupStateResponsePartitionResult, v: number): void {
  w.int32(m.partition);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteShareGroupStateResponsePartitionResult(r: Reader, v: number): WriteShareGroupStateResponsePartitionResult {
  const partition = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: WriteShareGroupStateResponsePartitionResult = { partition, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const writeShareGroupStateResponse: MessageCodec<WriteShareGroupStateResponse> = {
  name: 'WriteShareGroupStateResponse',
  kind: 'response',
  apiKey: 85,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(writeShareGroupStateResponse, version);
    return sizeWriteShareGroupStateResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(writeShareGroupStateResponse, version);
    encodeWriteShareGroupStateResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(writeShareGroupStateResponse, version);
    return decodeWriteShareGroupStateResponse(reader, version);
  },
};
