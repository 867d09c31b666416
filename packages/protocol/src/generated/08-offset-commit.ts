// Generated from schemas/08-offset-commit.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Stores how far a group has read. */
export interface OffsetCommitRequest {
  /** Id of the group. */
  groupId: string;
  /** Generation (classic group) or member epoch (consumer group) of the sender, -1 when it is no member. */
  generationIdOrMemberEpoch: number;
  /** Id of the member. */
  memberId: string;
  /** Name of a static member, or null. (v7+) */
  groupInstanceId: string | null;
  /** Milliseconds to keep the offsets, -1 for the broker's setting. (v2-4) */
  retentionTimeMs: bigint;
  /** Topics concerned. */
  topics: readonly OffsetCommitRequestTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetCommitRequest(init: Partial<OffsetCommitRequest> = {}): OffsetCommitRequest {
  const m: OffsetCommitRequest = {
    groupId: init.groupId ?? '',
    generationIdOrMemberEpoch: init.generationIdOrMemberEpoch ?? -1,
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId ?? null,
    retentionTimeMs: init.retentionTimeMs ?? -1n,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface OffsetCommitRequestTopic {
  /** Name of the topic. (v2-9) */
  name: string;
  /** Id of the topic. (v10+) */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly OffsetCommitRequestPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetCommitRequestTopic(init: Partial<OffsetCommitRequestTopic> = {}): OffsetCommitRequestTopic {
  const m: OffsetCommitRequestTopic = {
    name: init.name ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface OffsetCommitRequestPartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** Offset of the next record to read. */
  committedOffset: bigint;
  /** Leader epoch of the last record that was read, -1 when unknown. (v6+) */
  committedLeaderEpoch: number;
  /** Text that the member stores with the offset. */
  committedMetadata: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetCommitRequestPartition(init: Partial<OffsetCommitRequestPartition> = {}): OffsetCommitRequestPartition {
  const m: OffsetCommitRequestPartition = {
    partitionIndex: init.partitionIndex ?? 0,
    committedOffset: init.committedOffset ?? 0n,
    committedLeaderEpoch: init.committedLeaderEpoch ?? -1,
    committedMetadata: init.committedMetadata === undefined ? '' : init.committedMetadata,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeOffsetCommitRequest(m: OffsetCommitRequest, v: number): number {
  const flexible = v >= 8;
  let n = 4;
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  if (v >= 7) {
    n += flexible ? sizeOfCompactNullableString(m.groupInstanceId) : sizeOfNullableString(m.groupInstanceId);
  }
  if (v <= 4) {
    n += 8;
  }
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeOffsetCommitRequestTopic(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetCommitRequest(w: Writer, m: OffsetCommitRequest, v: number): void {
  const flexible = v >= 8;
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  w.int32(m.generationIdOrMemberEpoch);
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (v >= 7) {
    if (flexible) w.compactNullableString(m.groupInstanceId); else w.nullableString(m.groupInstanceId);
  }
  if (!(v >= 7) && m.groupInstanceId !== null) throw unsupportedField('OffsetCommitRequest', 'groupInstanceId', v);
  if (v <= 4) {
    w.int64(m.retentionTimeMs);
  }
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeOffsetCommitRequestTopic(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetCommitRequest(r: Reader, v: number): OffsetCommitRequest {
  const flexible = v >= 8;
  const groupId = flexible ? r.compactString() : r.string();
  const generationIdOrMemberEpoch = r.int32();
  const memberId = flexible ? r.compactString() : r.string();
  const groupInstanceId = v >= 7 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  const retentionTimeMs = v <= 4 ? r.int64() : -1n;
  const topics: OffsetCommitRequestTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeOffsetCommitRequestTopic(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetCommitRequest = { groupId, generationIdOrMemberEpoch, memberId, groupInstanceId, retentionTimeMs, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetCommitRequestTopic(m: OffsetCommitRequestTopic, v: number): number {
  const flexible = v >= 8;
  let n = 0;
  if (v <= 9) {
    n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  }
  if (v >= 10) {
    n += 16;
  }
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeOffsetCommitRequestPartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetCommitRequestTopic(w: Writer, m: OffsetCommitRequestTopic, v: number): void {
  const flexible = v >= 8;
  if (v <= 9) {
    if (flexible) w.compactString(m.name); else w.string(m.name);
  }
  if (v >= 10) {
    w.uuid(m.topicId);
  }
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeOffsetCommitRequestPartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetCommitRequestTopic(r: Reader, v: number): OffsetCommitRequestTopic {
  const flexible = v >= 8;
  const name = v <= 9 ? (flexible ? r.compactString() : r.string()) : '';
  const topicId = v >= 10 ? r.uuid() : ZERO_UUID;
  const partitions: OffsetCommitRequestPartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(14) : r.arrayLength(14);
    for (let i = 0; i < count; i++) partitions.push(decodeOffsetCommitRequestPartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetCommitRequestTopic = { name, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetCommitRequestPartition(m: OffsetCommitRequestPartition, v: number): number {
  const flexible = v >= 8;
  let n = 12;
  if (v >= 6) {
    n += 4;
  }
  n += flexible ? sizeOfCompactNullableString(m.committedMetadata) : sizeOfNullableString(m.committedMetadata);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetCommitRequestPartition(w: Writer, m: OffsetCommitRequestPartition, v: number): void {
  const flexible = v >= 8;
  w.int32(m.partitionIndex);
  w.int64(m.committedOffset);
  if (v >= 6) {
    w.int32(m.committedLeaderEpoch);
  }
  if (flexible) w.compactNullableString(m.committedMetadata); else w.nullableString(m.committedMetadata);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetCommitRequestPartition(r: Reader, v: number): OffsetCommitRequestPartition {
  const flexible = v >= 8;
  const partitionIndex = r.int32();
  const committedOffset = r.int64();
  const committedLeaderEpoch = v >= 6 ? r.int32() : -1;
  const committedMetadata = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetCommitRequestPartition = { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Stores how far a group has read. */
export const offsetCommitRequest: MessageCodec<OffsetCommitRequest> = {
  name: 'OffsetCommitRequest',
  kind: 'request',
  apiKey: 8,
  minVersion: 2,
  maxVersion: 10,
  flexibleFrom: 8,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetCommitRequest, version);
    return sizeOffsetCommitRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetCommitRequest, version);
    encodeOffsetCommitRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetCommitRequest, version);
    return decodeOffsetCommitRequest(reader, version);
  },
};

/** Says per partition whether the offset was stored. */
export interface OffsetCommitResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v3+) */
  throttleTimeMs: number;
  /** Topics concerned. */
  topics: readonly OffsetCommitResponseTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetCommitResponse(init: Partial<OffsetCommitResponse> = {}): OffsetCommitResponse {
  const m: OffsetCommitResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface OffsetCommitResponseTopic {
  /** Name of the topic. (v2-9) */
  name: string;
  /** Id of the topic. (v10+) */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly OffsetCommitResponsePartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetCommitResponseTopic(init: Partial<OffsetCommitResponseTopic> = {}): OffsetCommitResponseTopic {
  const m: OffsetCommitResponseTopic = {
    name: init.name ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface OffsetCommitResponsePartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetCommitResponsePartition(init: Partial<OffsetCommitResponsePartition> = {}): OffsetCommitResponsePartition {
  const m: OffsetCommitResponsePartition = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeOffsetCommitResponse(m: OffsetCommitResponse, v: number): number {
  const flexible = v >= 8;
  let n = 0;
  if (v >= 3) {
    n += 4;
  }
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeOffsetCommitResponseTopic(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetCommitResponse(w: Writer, m: OffsetCommitResponse, v: number): void {
  const flexible = v >= 8;
  if (v >= 3) {
    w.int32(m.throttleTimeMs);
  }
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeOffsetCommitResponseTopic(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetCommitResponse(r: Reader, v: number): OffsetCommitResponse {
  const flexible = v >= 8;
  const throttleTimeMs = v >= 3 ? r.int32() : 0;
  const topics: OffsetCommitResponseTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeOffsetCommitResponseTopic(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetCommitResponse = { throttleTimeMs, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetCommitResponseTopic(m: OffsetCommitResponseTopic, v: number): number {
  const flexible = v >= 8;
  let n = 0;
  if (v <= 9) {
    n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  }
  if (v >= 10) {
    n += 16;
  }
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeOffsetCommitResponsePartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetCommitResponseTopic(w: Writer, m: OffsetCommitResponseTopic, v: number): void {
  const flexible = v >= 8;
  if (v <= 9) {
    if (flexible) w.compactString(m.name); else w.string(m.name);
  }
  if (v >= 10) {
    w.uuid(m.topicId);
  }
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeOffsetCommitResponsePartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetCommitResponseTopic(r: Reader, v: number): OffsetCommitResponseTopic {
  const flexible = v >= 8;
  const name = v <= 9 ? (flexible ? r.compactString() : r.string()) : '';
  const topicId = v >= 10 ? r.uuid() : ZERO_UUID;
  const partitions: OffsetCommitResponsePartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) partitions.push(decodeOffsetCommitResponsePartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetCommitResponseTopic = { name, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetCommitResponsePartition(m: OffsetCommitResponsePartition, v: number): number {
  const flexible = v >= 8;
  let n = 6;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetCommitResponsePartition(w: Writer, m: OffsetCommitResponsePartition, v: number): void {
  const flexible = v >= 8;
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetCommitResponsePartition(r: Reader, v: number): OffsetCommitResponsePartition {
  const flexible = v >= 8;
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetCommitResponsePartition = { partitionIndex, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Says per partition whether the offset was stored. */
export const offsetCommitResponse: MessageCodec<OffsetCommitResponse> = {
  name: 'OffsetCommitResponse',
  kind: 'response',
  apiKey: 8,
  minVersion: 2,
  maxVersion: 10,
  flexibleFrom: 8,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetCommitResponse, version);
    return sizeOffsetCommitResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetCommitResponse, version);
    encodeOffsetCommitResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetCommitResponse, version);
    return decodeOffsetCommitResponse(reader, version);
  },
};
