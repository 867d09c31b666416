// Generated from schemas/86-delete-share-group-state.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Removes the stored state of share partitions (between brokers). */
export interface DeleteShareGroupStateRequest {
  /** Id of the group. */
  groupId: string;
  /** Topics concerned. */
  topics: readonly DeleteShareGroupStateRequestDeleteStateData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupStateRequest(init: Partial<DeleteShareGroupStateRequest> = {}): DeleteShareGroupStateRequest {
  const m: DeleteShareGroupStateRequest = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DeleteShareGroupStateRequestDeleteStateData {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly DeleteShareGroupStateRequestPartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupStateRequestDeleteStateData(init: Partial<DeleteShareGroupStateRequestDeleteStateData> = {}): DeleteShareGroupStateRequestDeleteStateData {
  const m: DeleteShareGroupStateRequestDeleteStateData = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DeleteShareGroupStateRequestPartitionData {
  /** Number of the partition. */
  partition: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupStateRequestPartitionData(init: Partial<DeleteShareGroupStateRequestPartitionData> = {}): DeleteShareGroupStateRequestPartitionData {
  const m: DeleteShareGroupStateRequestPartitionData = {
    partition: init.partition ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupStateRequest(m: DeleteShareGroupStateRequest, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDeleteShareGroupStateRequestDeleteStateData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupStateRequest(w: Writer, m: DeleteShareGroupStateRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDeleteShareGroupStateRequestDeleteStateData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupStateRequest(r: Reader, v: number): DeleteShareGroupStateRequest {
  const groupId = r.compactString();
  const topics: DeleteShareGroupStateRequestDeleteStateData[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topics.push(decodeDeleteShareGroupStateRequestDeleteStateData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupStateRequest = { groupId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupStateRequestDeleteStateData(m: DeleteShareGroupStateRequestDeleteStateData, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeDeleteShareGroupStateRequestPartitionData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupStateRequestDeleteStateData(w: Writer, m: DeleteShareGroupStateRequestDeleteStateData, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDeleteShareGroupStateRequestPartitionData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupStateRequestDeleteStateData(r: Reader, v: number): DeleteShareGroupStateRequestDeleteStateData {
  const topicId = r.uuid();
  const partitions: DeleteShareGroupStateRequestPartitionData[] = [];
  {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) partitions.push(decodeDeleteShareGroupStateRequestPartitionData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupStateRequestDeleteStateData = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupStateRequestPartitionData(m: DeleteShareGroupStateRequestPartitionData, v: number): number {
  let n = 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupStateRequestPartitionData(w: Writer, m: DeleteShareGroupStateRequestPartitionData, v: number): void {
  w.int32(m.partition);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupStateRequestPartitionData(r: Reader, v: number): DeleteShareGroupStateRequestPartitionData {
  const partition = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupStateRequestPartitionData = { partition };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Removes the stored state of share partitions (between brokers). */
export const deleteShareGroupStateRequest: MessageCodec<DeleteShareGroupStateRequest> = {
  name: 'DeleteShareGroupStateRequest',
  kind: 'request',
  apiKey: 86,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteShareGroupStateRequest, version);
    return sizeDeleteShareGroupStateRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteShareGroupStateRequest, version);
    encodeDeleteShareGroupStateRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteShareGroupStateRequest, version);
    return decodeDeleteShareGroupStateRequest(reader, version);
  },
};

/** Result for each partition. */
export interface DeleteShareGroupStateResponse {
  /** One result for each entry of the request. */
  results: readonly DeleteShareGroupStateResponseDeleteStateResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupStateResponse(init: Partial<DeleteShareGroupStateResponse> = {}): DeleteShareGroupStateResponse {
  const m: DeleteShareGroupStateResponse = {
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface DeleteShareGroupStateResponseDeleteStateResult {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly DeleteShareGroupStateResponsePartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupStateResponseDeleteStateResult(init: Partial<DeleteShareGroupStateResponseDeleteStateResult> = {}): DeleteShareGroupStateResponseDeleteStateResult {
  const m: DeleteShareGroupStateResponseDeleteStateResult = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DeleteShareGroupStateResponsePartitionResult {
  /** Number of the partition. */
  partition: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupStateResponsePartitionResult(init: Partial<DeleteShareGroupStateResponsePartitionResult> = {}): DeleteShareGroupStateResponsePartitionResult {
  const m: DeleteShareGroupStateResponsePartitionResult = {
    partition: init.partition ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupStateResponse(m: DeleteShareGroupStateResponse, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.results.length + 1);
  for (const e of m.results) n += sizeDeleteShareGroupStateResponseDeleteStateResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupStateResponse(w: Writer, m: DeleteShareGroupStateResponse, v: number): void {
  w.compactArrayLength(m.results.length);
  for (const e of m.results) encodeDeleteShareGroupStateResponseDeleteStateResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupStateResponse(r: Reader, v: number): DeleteShareGroupStateResponse {
  const results: DeleteShareGroupStateResponseDeleteStateResult[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) results.push(decodeDeleteShareGroupStateResponseDeleteStateResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupStateResponse = { results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupStateResponseDeleteStateResult(m: DeleteShareGroupStateResponseDeleteStateResult, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeDeleteShareGroupStateResponsePartitionResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupStateResponseDeleteStateResult(w: Writer, m: DeleteShareGroupStateResponseDeleteStateResult, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDeleteShareGroupStateResponsePartitionResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupStateResponseDeleteStateResult(r: Reader, v: number): DeleteShareGroupStateResponseDeleteStateResult {
  const topicId = r.uuid();
  const partitions: DeleteShareGroupStateResponsePartitionResult[] = [];
  {
    const count = r.compactArrayLength(8);
    for (let i = 0; i < count; i++) partitions.push(decodeDeleteShareGroupStateResponsePartitionResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupStateResponseDeleteStateResult = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupStateResponsePartitionResult(m: DeleteShareGroupStateResponsePartitionResult, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupStateResponsePartitionResult(w: Writer, m: DeleteShareGroupStateResponsePartitionResult, v: number): void {
  w.int32(m.partition);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupStateResponsePartitionResult(r: Reader, v: number): DeleteShareGroupStateResponsePartitionResult {
  const partition = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupStateResponsePartitionResult = { partition, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const deleteShareGroupStateResponse: MessageCodec<DeleteShareGroupStateResponse> = {
  name: 'DeleteShareGroupStateResponse',
  kind: 'response',
  apiKey: 86,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteShareGroupStateResponse, version);
    return sizeDeleteShareGroupStateResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteShareGroupStateResponse, version);
    encodeDeleteShareGroupStateResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteShareGroupStateResponse, version);
    return decodeDeleteShareGroupStateResponse(reader, version);
  },
};
