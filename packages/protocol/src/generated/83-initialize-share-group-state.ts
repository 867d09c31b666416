// Generated from schemas/83-initialize-share-group-state.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Sets up the stored state of share partitions (between brokers). */
export interface InitializeShareGroupStateRequest {
  /** Id of the group. */
  groupId: string;
  /** Topics concerned. */
  topics: readonly InitializeShareGroupStateRequestInitializeStateData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createInitializeShareGroupStateRequest(init: Partial<InitializeShareGroupStateRequest> = {}): InitializeShareGroupStateRequest {
  const m: InitializeShareGroupStateRequest = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface InitializeShareGroupStateRequestInitializeStateData {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly InitializeShareGroupStateRequestPartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createInitializeShareGroupStateRequestInitializeStateData(init: Partial<InitializeShareGroupStateRequestInitializeStateData> = {}): InitializeShareGroupStateRequestInitializeStateData {
  const m: InitializeShareGroupStateRequestInitializeStateData = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface InitializeShareGroupStateRequestPartitionData {
  /** Number of the partition. */
  partition: number;
  /** Epoch of the stored state. */
  stateEpoch: number;
  /** First offset that the group has not finished. */
  startOffset: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createInitializeShareGroupStateRequestPartitionData(init: Partial<InitializeShareGroupStateRequestPartitionData> = {}): InitializeShareGroupStateRequestPartitionData {
  const m: InitializeShareGroupStateRequestPartitionData = {
    partition: init.partition ?? 0,
    stateEpoch: init.stateEpoch ?? 0,
    startOffset: init.startOffset ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeInitializeShareGroupStateRequest(m: InitializeShareGroupStateRequest, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeInitializeShareGroupStateRequestInitializeStateData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeInitializeShareGroupStateRequest(w: Writer, m: InitializeShareGroupStateRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeInitializeShareGroupStateRequestInitializeStateData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeInitializeShareGroupStateRequest(r: Reader, v: number): InitializeShareGroupStateRequest {
  const groupId = r.compactString();
  const topics: InitializeShareGroupStateRequestInitializeStateData[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topics.push(decodeInitializeShareGroupStateRequestInitializeStateData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: InitializeShareGroupStateRequest = { groupId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeInitializeShareGroupStateRequestInitializeStateData(m: InitializeShareGroupStateRequestInitializeStateData, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeInitializeShareGroupStateRequestPartitionData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeInitializeShareGroupStateRequestInitializeStateData(w: Writer, m: InitializeShareGroupStateRequestInitializeStateData, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeInitializeShareGroupStateRequestPartitionData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeInitializeShareGroupStateRequestInitializeStateData(r: Reader, v: number): InitializeShareGroupStateRequestInitializeStateData {
  const topicId = r.uuid();
  const partitions: InitializeShareGroupStateRequestPartitionData[] = [];
  {
    const count = r.compactArrayLength(17);
    for (let i = 0; i < count; i++) partitions.push(decodeInitializeShareGroupStateRequestPartitionData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: InitializeShareGroupStateRequestInitializeStateData = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeInitializeShareGroupStateRequestPartitionData(m: InitializeShareGroupStateRequestPartitionData, v: number): number {
  let n = 16;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeInitializeShareGroupStateRequestPartitionData(w: Writer, m: InitializeShareGroupStateRequestPartitionData, v: number): void {
  w.int32(m.partition);
  w.int32(m.stateEpoch);
  w.int64(m.startOffset);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeInitializeShareGroupStateRequestPartitionData(r: Reader, v: number): InitializeShareGroupStateRequestPartitionData {
  const partition = r.int32();
  const stateEpoch = r.int32();
  const startOffset = r.int64();
  const unknownTaggedFields = r.taggedFields();
  const m: InitializeShareGroupStateRequestPartitionData = { partition, stateEpoch, startOffset };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Sets up the stored state of share partitions (between brokers). */
export const initializeShareGroupStateRequest: MessageCodec<InitializeShareGroupStateRequest> = {
  name: 'InitializeShareGroupStateRequest',
  kind: 'request',
  apiKey: 83,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(initializeShareGroupStateRequest, version);
    return sizeInitializeShareGroupStateRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(initializeShareGroupStateRequest, version);
    encodeInitializeShareGroupStateRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(initializeShareGroupStateRequest, version);
    return decodeInitializeShareGroupStateRequest(reader, version);
  },
};

/** Result for each partition. */
export interface InitializeShareGroupStateResponse {
  /** One result for each entry of the request. */
  results: readonly InitializeShareGroupStateResponseInitializeStateResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createInitializeShareGroupStateResponse(init: Partial<InitializeShareGroupStateResponse> = {}): InitializeShareGroupStateResponse {
  const m: InitializeShareGroupStateResponse = {
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface InitializeShareGroupStateResponseInitializeStateResult {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly InitializeShareGroupStateResponsePartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createInitializeShareGroupStateResponseInitializeStateResult(init: Partial<InitializeShareGroupStateResponseInitializeStateResult> = {}): InitializeShareGroupStateResponseInitializeStateResult {
  const m: InitializeShareGroupStateResponseInitializeStateResult = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface InitializeShareGroupStateResponsePartitionResult {
  /** Number of the partition. */
  partition: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createInitializeShareGroupStateResponsePartitionResult(init: Partial<InitializeShareGroupStateResponsePartitionResult> = {}): InitializeShareGroupStateResponsePartitionResult {
  const m: InitializeShareGroupStateResponsePartitionResult = {
    partition: init.partition ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeInitializeShareGroupStateResponse(m: InitializeShareGroupStateResponse, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.results.length + 1);
  for (const e of m.results) n += sizeInitializeShareGroupStateResponseInitializeStateResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeInitializeShareGroupStateResponse(w: Writer, m: InitializeShareGroupStateResponse, v: number): void {
  w.compactArrayLength(m.results.length);
  for (const e of m.results) encodeInitializeShareGroupStateResponseInitializeStateResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeInitializeShareGroupStateResponse(r: Reader, v: number): InitializeShareGroupStateResponse {
  const results: InitializeShareGroupStateResponseInitializeStateResult[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) results.push(decodeInitializeShareGroupStateResponseInitializeStateResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: InitializeShareGroupStateResponse = { results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeInitializeShareGroupStateResponseInitializeStateResult(m: InitializeShareGroupStateResponseInitializeStateResult, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeInitializeShareGroupStateResponsePartitionResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeInitializeShareGroupStateResponseInitializeStateResult(w: Writer, m: InitializeShareGroupStateResponseInitializeStateResult, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeInitializeShareGroupStateResponsePartitionResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeInitializeShareGroupStateResponseInitializeStateResult(r: Reader, v: number): InitializeShareGroupStateResponseInitializeStateResult {
  const topicId = r.uuid();
  const partitions: InitializeShareGroupStateResponsePartitionResult[] = [];
  {
    const count = r.compactArrayLength(8);
    for (let i = 0; i < count; i++) partitions.push(decodeInitializeShareGroupStateResponsePartitionResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: InitializeShareGroupStateResponseInitializeStateResult = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeInitializeShareGroupStateResponsePartitionResult(m: InitializeShareGroupStateResponsePartitionResult, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeInitializeShareGroupStateResponsePartitionResult(w: Writer, m: InitializeShareGroupStateResponsePartitionResult, v: number): void {
  w.int32(m.partition);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeInitializeShareGroupStateResponsePartitionResult(r: Reader, v: number): InitializeShareGroupStateResponsePartitionResult {
  const partition = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: InitializeShareGroupStateResponsePartitionResult = { partition, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const initializeShareGroupStateResponse: MessageCodec<InitializeShareGroupStateResponse> = {
  name: 'InitializeShareGroupStateResponse',
  kind: 'response',
  apiKey: 83,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(initializeShareGroupStateResponse, version);
    return sizeInitializeShareGroupStateResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(initializeShareGroupStateResponse, version);
    encodeInitializeShareGroupStateResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(initializeShareGroupStateResponse, version);
    return decodeInitializeShareGroupStateResponse(reader, version);
  },
};
