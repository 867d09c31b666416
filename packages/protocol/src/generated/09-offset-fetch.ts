// Generated from schemas/09-offset-fetch.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { nullField, unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks how far groups have read. */
export interface OffsetFetchRequest {
  /** Id of the group. (v1-7) */
  groupId: string;
  /** Partitions asked for, null for all. (v1-7, null in v2-7) */
  topics: readonly OffsetFetchRequestTopic[] | null;
  /** Groups asked for. (v8+) */
  groups: readonly OffsetFetchRequestGroup[];
  /** Wait for offsets of open transactions instead of answering the old ones. (v7+) */
  requireStable: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchRequest(init: Partial<OffsetFetchRequest> = {}): OffsetFetchRequest {
  const m: OffsetFetchRequest = {
    groupId: init.groupId ?? '',
    topics: init.topics === undefined ? [] : init.topics,
    groups: init.groups ?? [],
    requireStable: init.requireStable ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface OffsetFetchRequestTopic {
  /** Name of the topic. (v1-7) */
  name: string;
  /** Numbers of the partitions. (v1-7) */
  partitionIndexes: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchRequestTopic(init: Partial<OffsetFetchRequestTopic> = {}): OffsetFetchRequestTopic {
  const m: OffsetFetchRequestTopic = {
    name: init.name ?? '',
    partitionIndexes: init.partitionIndexes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `groups`. */
export interface OffsetFetchRequestGroup {
  /** Id of the group. (v8+) */
  groupId: string;
  /** Member that asks, or null. (v9+) */
  memberId: string | null;
  /** Epoch of the member. (v9+) */
  memberEpoch: number;
  /** Partitions asked for, null for all. (v8+) */
  topics: readonly OffsetFetchRequestTopics[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchRequestGroup(init: Partial<OffsetFetchRequestGroup> = {}): OffsetFetchRequestGroup {
  const m: OffsetFetchRequestGroup = {
    groupId: init.groupId ?? '',
    memberId: init.memberId ?? null,
    memberEpoch: init.memberEpoch ?? -1,
    topics: init.topics === undefined ? [] : init.topics,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface OffsetFetchRequestTopics {
  /** Name of the topic. (v8-9) */
  name: string;
  /** Id of the topic. (v10+) */
  topicId: string;
  /** Numbers of the partitions. (v8+) */
  partitionIndexes: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchRequestTopics(init: Partial<OffsetFetchRequestTopics> = {}): OffsetFetchRequestTopics {
  const m: OffsetFetchRequestTopics = {
    name: init.name ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitionIndexes: init.partitionIndexes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeOffsetFetchRequest(m: OffsetFetchRequest, v: number): number {
  const flexible = v >= 6;
  let n = 0;
  if (v <= 7) {
    n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
    if (m.topics === null) n += flexible ? 1 : 4;
    else {
      n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
      for (const e of m.topics) n += sizeOffsetFetchRequestTopic(e, v);
    }
  }
  if (v >= 8) {
    n += sizeOfUvarint(m.groups.length + 1);
    for (const e of m.groups) n += sizeOffsetFetchRequestGroup(e, v);
  }
  if (v >= 7) {
    n += 1;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchRequest(w: Writer, m: OffsetFetchRequest, v: number): void {
  const flexible = v >= 6;
  if (v <= 7) {
    if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  }
  if (!(v <= 7) && m.groupId !== '') throw unsupportedField('OffsetFetchRequest', 'groupId', v);
  if (v <= 7) {
    if (m.topics === null && !(v >= 2)) throw nullField('OffsetFetchRequest', 'topics', v);
    if (m.topics === null) {
      if (flexible) w.uvarint(0); else w.int32(-1);
    } else {
      if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
      for (const e of m.topics) encodeOffsetFetchRequestTopic(w, e, v);
    }
  }
  if (!(v <= 7) && (m.topics === null || m.topics.length !== 0)) throw unsupportedField('OffsetFetchRequest', 'topics', v);
  if (v >= 8) {
    w.compactArrayLength(m.groups.length);
    for (const e of m.groups) encodeOffsetFetchRequestGroup(w, e, v);
  }
  if (!(v >= 8) && m.groups.length !== 0) throw unsupportedField('OffsetFetchRequest', 'groups', v);
  if (v >= 7) {
    w.boolean(m.requireStable);
  }
  if (!(v >= 7) && m.requireStable !== false) throw unsupportedField('OffsetFetchRequest', 'requireStable', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchRequest(r: Reader, v: number): OffsetFetchRequest {
  const flexible = v >= 6;
  const groupId = v <= 7 ? (flexible ? r.compactString() : r.string()) : '';
  let topics: readonly OffsetFetchRequestTopic[] | null = [];
  if (v <= 7) {
    {
      const count = flexible ? r.compactNullableArrayLength(3) : r.nullableArrayLength(3);
      if (count < 0) {
        if (!(v >= 2)) throw nullField('OffsetFetchRequest', 'topics', v);
        topics = null;
      } else {
        const items: OffsetFetchRequestTopic[] = [];
        for (let i = 0; i < count; i++) items.push(decodeOffsetFetchRequestTopic(r, v));
        topics = items;
      }
    }
  }
  const groups: OffsetFetchRequestGroup[] = [];
  if (v >= 8) {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) groups.push(decodeOffsetFetchRequestGroup(r, v));
  }
  const requireStable = v >= 7 ? r.boolean() : false;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetFetchRequest = { groupId, topics, groups, requireStable };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetFetchRequestTopic(m: OffsetFetchRequestTopic, v: number): number {
  const flexible = v >= 6;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += (flexible ? sizeOfUvarint(m.partitionIndexes.length + 1) : 4) + m.partitionIndexes.length * 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchRequestTopic(w: Writer, m: OffsetFetchRequestTopic, v: number): void {
  const flexible = v >= 6;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.partitionIndexes.length); else w.arrayLength(m.partitionIndexes.length);
  for (const e of m.partitionIndexes) w.int32(e);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchRequestTopic(r: Reader, v: number): OffsetFetchRequestTopic {
  const flexible = v >= 6;
  const name = flexible ? r.compactString() : r.string();
  const partitionIndexes: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) partitionIndexes.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetFetchRequestTopic = { name, partitionIndexes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetFetchRequestGroup(m: OffsetFetchRequestGroup, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.groupId);
  if (v >= 9) {
    n += sizeOfCompactNullableString(m.memberId);
    n += 4;
  }
  if (m.topics === null) n += 1;
  else {
    n += sizeOfUvarint(m.topics.length + 1);
    for (const e of m.topics) n += sizeOffsetFetchRequestTopics(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchRequestGroup(w: Writer, m: OffsetFetchRequestGroup, v: number): void {
  w.compactString(m.groupId);
  if (v >= 9) {
    w.compactNullableString(m.memberId);
    w.int32(m.memberEpoch);
  }
  if (m.topics === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.topics.length);
    for (const e of m.topics) encodeOffsetFetchRequestTopics(w, e, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchRequestGroup(r: Reader, v: number): OffsetFetchRequestGroup {
  const groupId = r.compactString();
  const memberId = v >= 9 ? r.compactNullableString() : null;
  const memberEpoch = v >= 9 ? r.int32() : -1;
  let topics: readonly OffsetFetchRequestTopics[] | null = [];
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      topics = null;
    } else {
      const items: OffsetFetchRequestTopics[] = [];
      for (let i = 0; i < count; i++) items.push(decodeOffsetFetchRequestTopics(r, v));
      topics = items;
    }
  }
  const unknownTaggedFields = r.taggedFields();
  const m: OffsetFetchRequestGroup = { groupId, memberId, memberEpoch, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetFetchRequestTopics(m: OffsetFetchRequestTopics, v: number): number {
  let n = 0;
  if (v <= 9) {
    n += sizeOfCompactString(m.name);
  }
  if (v >= 10) {
    n += 16;
  }
  n += sizeOfUvarint(m.partitionIndexes.length + 1) + m.partitionIndexes.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchRequestTopics(w: Writer, m: OffsetFetchRequestTopics, v: number): void {
  if (v <= 9) {
    w.compactString(m.name);
  }
  if (v >= 10) {
    w.uuid(m.topicId);
  }
  w.compactArrayLength(m.partitionIndexes.length);
  for (const e of m.partitionIndexes) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchRequestTopics(r: Reader, v: number): OffsetFetchRequestTopics {
  const name = v <= 9 ? r.compactString() : '';
  const topicId = v >= 10 ? r.uuid() : ZERO_UUID;
  const partitionIndexes: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitionIndexes.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: OffsetFetchRequestTopics = { name, topicId, partitionIndexes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks how far groups have read. */
export const offsetFetchRequest: MessageCodec<OffsetFetchRequest> = {
  name: 'OffsetFetchRequest',
  kind: 'request',
  apiKey: 9,
  minVersion: 1,
  maxVersion: 10,
  flexibleFrom: 6,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetFetchRequest, version);
    return sizeOffsetFetchRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetFetchRequest, version);
    encodeOffsetFetchRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetFetchRequest, version);
    return decodeOffsetFetchRequest(reader, version);
  },
};

/** Offsets that groups stored last. */
export interface OffsetFetchResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v3+) */
  throttleTimeMs: number;
  /** Topics concerned. (v1-7) */
  topics: readonly OffsetFetchResponseTopic[];
  /** What went wrong, or 0. (v2-7) */
  errorCode: number;
  /** Groups concerned. (v8+) */
  groups: readonly OffsetFetchResponseGroup[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchResponse(init: Partial<OffsetFetchResponse> = {}): OffsetFetchResponse {
  const m: OffsetFetchResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
    errorCode: init.errorCode ?? 0,
    groups: init.groups ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface OffsetFetchResponseTopic {
  /** Name of the topic. (v1-7) */
  name: string;
  /** Partitions of this topic. (v1-7) */
  partitions: readonly OffsetFetchResponsePartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchResponseTopic(init: Partial<OffsetFetchResponseTopic> = {}): OffsetFetchResponseTopic {
  const m: OffsetFetchResponseTopic = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `groups`. */
export interface OffsetFetchResponseGroup {
  /** Id of the group. (v8+) */
  groupId: string;
  /** Topics concerned. (v8+) */
  topics: readonly OffsetFetchResponseTopics[];
  /** What went wrong, or 0. (v8+) */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchResponseGroup(init: Partial<OffsetFetchResponseGroup> = {}): OffsetFetchResponseGroup {
  const m: OffsetFetchResponseGroup = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface OffsetFetchResponsePartition {
  /** Number of the partition. (v1-7) */
  partitionIndex: number;
  /** Offset of the next record to read, -1 without. (v1-7) */
  committedOffset: bigint;
  /** Leader epoch of the last record that was read, -1 when unknown. (v5-7) */
  committedLeaderEpoch: number;
  /** Text stored with the offset. (v1-7) */
  metadata: string | null;
  /** What went wrong, or 0. (v1-7) */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchResponsePartition(init: Partial<OffsetFetchResponsePartition> = {}): OffsetFetchResponsePartition {
  const m: OffsetFetchResponsePartition = {
    partitionIndex: init.partitionIndex ?? 0,
    committedOffset: init.committedOffset ?? 0n,
    committedLeaderEpoch: init.committedLeaderEpoch ?? -1,
    metadata: init.metadata === undefined ? '' : init.metadata,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface OffsetFetchResponseTopics {
  /** Name of the topic. (v8-9) */
  name: string;
  /** Id of the topic. (v10+) */
  topicId: string;
  /** Partitions of this topic. (v8+) */
  partitions: readonly OffsetFetchResponsePartitions[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchResponseTopics(init: Partial<OffsetFetchResponseTopics> = {}): OffsetFetchResponseTopics {
  const m: OffsetFetchResponseTopics = {
    name: init.name ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface OffsetFetchResponsePartitions {
  /** Number of the partition. (v8+) */
  partitionIndex: number;
  /** Offset of the next record to read, -1 without. (v8+) */
  committedOffset: bigint;
  /** Leader epoch of the last record that was read, -1 when unknown. (v8+) */
  committedLeaderEpoch: number;
  /** Text stored with the offset. (v8+) */
  metadata: string | null;
  /** What went wrong, or 0. (v8+) */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetFetchResponsePartitions(init: Partial<OffsetFetchResponsePartitions> = {}): OffsetFetchResponsePartitions {
  const m: OffsetFetchResponsePartitions = {
    partitionIndex: init.partitionIndex ?? 0,
    committedOffset: init.committedOffset ?? 0n,
    committedLeaderEpoch: init.committedLeaderEpoch ?? -1,
    metadata: init.metadata === undefined ? '' : init.metadata,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeOffsetFetchResponse(m: OffsetFetchResponse, v: number): number {
  const flexible = v >= 6;
  let n = 0;
  if (v >= 3) {
    n += 4;
  }
  if (v <= 7) {
    n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
    for (const e of m.topics) n += sizeOffsetFetchResponseTopic(e, v);
  }
  if (v >= 2 && v <= 7) {
    n += 2;
  }
  if (v >= 8) {
    n += sizeOfUvarint(m.groups.length + 1);
    for (const e of m.groups) n += sizeOffsetFetchResponseGroup(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchResponse(w: Writer, m: OffsetFetchResponse, v: number): void {
  const flexible = v >= 6;
  if (v >= 3) {
    w.int32(m.throttleTimeMs);
  }
  if (v <= 7) {
    if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
    for (const e of m.topics) encodeOffsetFetchResponseTopic(w, e, v);
  }
  if (!(v <= 7) && m.topics.length !== 0) throw unsupportedField('OffsetFetchResponse', 'topics', v);
  if (v >= 2 && v <= 7) {
    w.int16(m.errorCode);
  }
  if (v >= 8) {
    w.compactArrayLength(m.groups.length);
    for (const e of m.groups) encodeOffsetFetchResponseGroup(w, e, v);
  }
  if (!(v >= 8) && m.groups.length !== 0) throw unsupportedField('OffsetFetchResponse', 'groups', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchResponse(r: Reader, v: number): OffsetFetchResponse {
  const flexible = v >= 6;
  const throttleTimeMs = v >= 3 ? r.int32() : 0;
  const topics: OffsetFetchResponseTopic[] = [];
  if (v <= 7) {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeOffsetFetchResponseTopic(r, v));
  }
  const errorCode = v >= 2 && v <= 7 ? r.int16() : 0;
  const groups: OffsetFetchResponseGroup[] = [];
  if (v >= 8) {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) groups.push(decodeOffsetFetchResponseGroup(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetFetchResponse = { throttleTimeMs, topics, errorCode, groups };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetFetchResponseTopic(m: OffsetFetchResponseTopic, v: number): number {
  const flexible = v >= 6;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeOffsetFetchResponsePartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchResponseTopic(w: Writer, m: OffsetFetchResponseTopic, v: number): void {
  const flexible = v >= 6;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeOffsetFetchResponsePartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchResponseTopic(r: Reader, v: number): OffsetFetchResponseTopic {
  const flexible = v >= 6;
  const name = flexible ? r.compactString() : r.string();
  const partitions: OffsetFetchResponsePartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(16) : r.arrayLength(16);
    for (let i = 0; i < count; i++) partitions.push(decodeOffsetFetchResponsePartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetFetchResponseTopic = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetFetchResponseGroup(m: OffsetFetchResponseGroup, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeOffsetFetchResponseTopics(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchResponseGroup(w: Writer, m: OffsetFetchResponseGroup, v: number): void {
  w.compactString(m.groupId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeOffsetFetchResponseTopics(w, e, v);
  w.int16(m.errorCode);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchResponseGroup(r: Reader, v: number): OffsetFetchResponseGroup {
  const groupId = r.compactString();
  const topics: OffsetFetchResponseTopics[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeOffsetFetchResponseTopics(r, v));
  }
  const errorCode = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: OffsetFetchResponseGroup = { groupId, topics, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetFetchResponsePartition(m: OffsetFetchResponsePartition, v: number): number {
  const flexible = v >= 6;
  let n = 14;
  if (v >= 5) {
    n += 4;
  }
  n += flexible ? sizeOfCompactNullableString(m.metadata) : sizeOfNullableString(m.metadata);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchResponsePartition(w: Writer, m: OffsetFetchResponsePartition, v: number): void {
  const flexible = v >= 6;
  w.int32(m.partitionIndex);
  w.int64(m.committedOffset);
  if (v >= 5) {
    w.int32(m.committedLeaderEpoch);
  }
  if (flexible) w.compactNullableString(m.metadata); else w.nullableString(m.metadata);
  w.int16(m.errorCode);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchResponsePartition(r: Reader, v: number): OffsetFetchResponsePartition {
  const flexible = v >= 6;
  const partitionIndex = r.int32();
  const committedOffset = r.int64();
  const committedLeaderEpoch = v >= 5 ? r.int32() : -1;
  const metadata = flexible ? r.compactNullableString() : r.nullableString();
  const errorCode = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetFetchResponsePartition = { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetFetchResponseTopics(m: OffsetFetchResponseTopics, v: number): number {
  let n = 0;
  if (v <= 9) {
    n += sizeOfCompactString(m.name);
  }
  if (v >= 10) {
    n += 16;
  }
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeOffsetFetchResponsePartitions(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchResponseTopics(w: Writer, m: OffsetFetchResponseTopics, v: number): void {
  if (v <= 9) {
    w.compactString(m.name);
  }
  if (v >= 10) {
    w.uuid(m.topicId);
  }
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeOffsetFetchResponsePartitions(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchResponseTopics(r: Reader, v: number): OffsetFetchResponseTopics {
  const name = v <= 9 ? r.compactString() : '';
  const topicId = v >= 10 ? r.uuid() : ZERO_UUID;
  const partitions: OffsetFetchResponsePartitions[] = [];
  {
    const count = r.compactArrayLength(20);
    for (let i = 0; i < count; i++) partitions.push(decodeOffsetFetchResponsePartitions(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: OffsetFetchResponseTopics = { name, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetFetchResponsePartitions(m: OffsetFetchResponsePartitions, v: number): number {
  let n = 18;
  n += sizeOfCompactNullableString(m.metadata);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetFetchResponsePartitions(w: Writer, m: OffsetFetchResponsePartitions, v: number): void {
  w.int32(m.partitionIndex);
  w.int64(m.committedOffset);
  w.int32(m.committedLeaderEpoch);
  w.compactNullableString(m.metadata);
  w.int16(m.errorCode);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetFetchResponsePartitions(r: Reader, v: number): OffsetFetchResponsePartitions {
  const partitionIndex = r.int32();
  const committedOffset = r.int64();
  const committedLeaderEpoch = r.int32();
  const metadata = r.compactNullableString();
  const errorCode = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: OffsetFetchResponsePartitions = { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Offsets that groups stored last. */
export const offsetFetchResponse: MessageCodec<OffsetFetchResponse> = {
  name: 'OffsetFetchResponse',
  kind: 'response',
  apiKey: 9,
  minVersion: 1,
  maxVersion: 10,
  flexibleFrom: 6,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetFetchResponse, version);
    return sizeOffsetFetchResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetFetchResponse, version);
    encodeOffsetFetchResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetFetchResponse, version);
    return decodeOffsetFetchResponse(reader, version);
  },
};
