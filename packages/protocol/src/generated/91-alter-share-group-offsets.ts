// Generated from schemas/91-alter-share-group-offsets.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Moves share groups to other offsets. */
export interface AlterShareGroupOffsetsRequest {
  /** Id of the group. */
  groupId: string;
  /** Topics concerned. */
  topics: readonly AlterShareGroupOffsetsRequestTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterShareGroupOffsetsRequest(init: Partial<AlterShareGroupOffsetsRequest> = {}): AlterShareGroupOffsetsRequest {
  const m: AlterShareGroupOffsetsRequest = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface AlterShareGroupOffsetsRequestTopic {
  /** Name of the topic. */
  topicName: string;
  /** Partitions of this topic. */
  partitions: readonly AlterShareGroupOffsetsRequestPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterShareGroupOffsetsRequestTopic(init: Partial<AlterShareGroupOffsetsRequestTopic> = {}): AlterShareGroupOffsetsRequestTopic {
  const m: AlterShareGroupOffsetsRequestTopic = {
    topicName: init.topicName ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface AlterShareGroupOffsetsRequestPartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** First offset that the group has not finished. */
  startOffset: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterShareGroupOffsetsRequestPartition(init: Partial<AlterShareGroupOffsetsRequestPartition> = {}): AlterShareGroupOffsetsRequestPartition {
  const m: AlterShareGroupOffsetsRequestPartition = {
    partitionIndex: init.partitionIndex ?? 0,
    startOffset: init.startOffset ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterShareGroupOffsetsRequest(m: AlterShareGroupOffsetsRequest, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeAlterShareGroupOffsetsRequestTopic(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterShareGroupOffsetsRequest(w: Writer, m: AlterShareGroupOffsetsRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeAlterShareGroupOffsetsRequestTopic(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterShareGroupOffsetsRequest(r: Reader, v: number): AlterShareGroupOffsetsRequest {
  const groupId = r.compactString();
  const topics: AlterShareGroupOffsetsRequestTopic[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeAlterShareGroupOffsetsRequestTopic(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterShareGroupOffsetsRequest = { groupId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterShareGroupOffsetsRequestTopic(m: AlterShareGroupOffsetsRequestTopic, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeAlterShareGroupOffsetsRequestPartition(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterShareGroupOffsetsRequestTopic(w: Writer, m: AlterShareGroupOffsetsRequestTopic, v: number): void {
  w.compactString(m.topicName);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeAlterShareGroupOffsetsRequestPartition(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterShareGroupOffsetsRequestTopic(r: Reader, v: number): AlterShareGroupOffsetsRequestTopic {
  const topicName = r.compactString();
  const partitions: AlterShareGroupOffsetsRequestPartition[] = [];
  {
    const count = r.compactArrayLength(13);
    for (let i = 0; i < count; i++) partitions.push(decodeAlterShareGroupOffsetsRequestPartition(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterShareGroupOffsetsRequestTopic = { topicName, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterShareGroupOffsetsRequestPartition(m: AlterShareGroupOffsetsRequestPartition, v: number): number {
  let n = 12;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterShareGroupOffsetsRequestPartition(w: Writer, m: AlterShareGroupOffsetsRequestPartition, v: number): void {
  w.int32(m.partitionIndex);
  w.int64(m.startOffset);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterShareGroupOffsetsRequestPartition(r: Reader, v: number): AlterShareGroupOffsetsRequestPartition {
  const partitionIndex = r.int32();
  const startOffset = r.int64();
  const unknownTaggedFields = r.taggedFields();
  const m: AlterShareGroupOffsetsRequestPartition = { partitionIndex, startOffset };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Moves share groups to other offsets. */
export const alterShareGroupOffsetsRequest: MessageCodec<AlterShareGroupOffsetsRequest> = {
  name: 'AlterShareGroupOffsetsRequest',
  kind: 'request',
  apiKey: 91,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterShareGroupOffsetsRequest, version);
    return sizeAlterShareGroupOffsetsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterShareGroupOffsetsRequest, version);
    encodeAlterShareGroupOffsetsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterShareGroupOffsetsRequest, version);
    return decodeAlterShareGroupOffsetsRequest(reader, version);
  },
};

/** Result for each partition. */
export interface AlterShareGroupOffsetsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** One result for each entry of the request. */
  responses: readonly AlterShareGroupOffsetsResponseTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterShareGroupOffsetsResponse(init: Partial<AlterShareGroupOffsetsResponse> = {}): AlterShareGroupOffsetsResponse {
  const m: AlterShareGroupOffsetsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    responses: init.responses ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `responses`. */
export interface AlterShareGroupOffsetsResponseTopic {
  /** Name of the topic. */
  topicName: string;
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly AlterShareGroupOffsetsResponsePartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterShareGroupOffsetsResponseTopic(init: Partial<AlterShareGroupOffsetsResponseTopic> = {}): AlterShareGroupOffsetsResponseTopic {
  const m: AlterShareGroupOffsetsResponseTopic = {
    topicName: init.topicName ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface AlterShareGroupOffsetsResponsePartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterShareGroupOffsetsResponsePartition(init: Partial<AlterShareGroupOffsetsResponsePartition> = {}): AlterShareGroupOffsetsResponsePartition {
  const m: AlterShareGroupOffsetsResponsePartition = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterShareGroupOffsetsResponse(m: AlterShareGroupOffsetsResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfUvarint(m.responses.length + 1);
  for (const e of m.responses) n += sizeAlterShareGroupOffsetsResponseTopic(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterShareGroupOffsetsResponse(w: Writer, m: AlterShareGroupOffsetsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactArrayLength(m.responses.length);
  for (const e of m.responses) encodeAlterShareGroupOffsetsResponseTopic(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterShareGroupOffsetsResponse(r: Reader, v: number): AlterShareGroupOffsetsResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const responses: AlterShareGroupOffsetsResponseTopic[] = [];
  {
    const count = r.compactArrayLength(19);
    for (let i = 0; i < count; i++) responses.push(decodeAlterShareGroupOffsetsResponseTopic(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterShareGroupOffsetsResponse = { throttleTimeMs, errorCode, errorMessage, responses };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterShareGroupOffsetsResponseTopic(m: AlterShareGroupOffsetsResponseTopic, v: number): number {
  let n = 16;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeAlterShareGroupOffsetsResponsePartition(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterShareGroupOffsetsResponseTopic(w: Writer, m: AlterShareGroupOffsetsResponseTopic, v: number): void {
  w.compactString(m.topicName);
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeAlterShareGroupOffsetsResponsePartition(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterShareGroupOffsetsResponseTopic(r: Reader, v: number): AlterShareGroupOffsetsResponseTopic {
  const topicName = r.compactString();
  const topicId = r.uuid();
  const partitions: AlterShareGroupOffsetsResponsePartition[] = [];
  {
    const count = r.compactArrayLength(8);
    for (let i = 0; i < count; i++) partitions.push(decodeAlterShareGroupOffsetsResponsePartition(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterShareGroupOffsetsResponseTopic = { topicName, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterShareGroupOffsetsResponsePartition(m: AlterShareGroupOffsetsResponsePartition, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterShareGroupOffsetsResponsePartition(w: Writer, m: AlterShareGroupOffsetsResponsePartition, v: number): void {
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterShareGroupOffsetsResponsePartition(r: Reader, v: number): AlterShareGroupOffsetsResponsePartition {
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: AlterShareGroupOffsetsResponsePartition = { partitionIndex, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const alterShareGroupOffsetsResponse: MessageCodec<AlterShareGroupOffsetsResponse> = {
  name: 'AlterShareGroupOffsetsResponse',
  kind: 'response',
  apiKey: 91,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterShareGroupOffsetsResponse, version);
    return sizeAlterShareGroupOffsetsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterShareGroupOffsetsResponse, version);
    encodeAlterShareGroupOffsetsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterShareGroupOffsetsResponse, version);
    return decodeAlterShareGroupOffsetsResponse(reader, version);
  },
};
