// Generated from schemas/90-describe-share-group-offsets.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks where share groups stand. */
export interface DescribeShareGroupOffsetsRequest {
  /** Groups concerned. */
  groups: readonly DescribeShareGroupOffsetsRequestGroup[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeShareGroupOffsetsRequest(init: Partial<DescribeShareGroupOffsetsRequest> = {}): DescribeShareGroupOffsetsRequest {
  const m: DescribeShareGroupOffsetsRequest = {
    groups: init.groups ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `groups`. */
export interface DescribeShareGroupOffsetsRequestGroup {
  /** Id of the group. */
  groupId: string;
  /** Topics asked for, null for all. */
  topics: readonly DescribeShareGroupOffsetsRequestTopic[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeShareGroupOffsetsRequestGroup(init: Partial<DescribeShareGroupOffsetsRequestGroup> = {}): DescribeShareGroupOffsetsRequestGroup {
  const m: DescribeShareGroupOffsetsRequestGroup = {
    groupId: init.groupId ?? '',
    topics: init.topics === undefined ? [] : init.topics,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeShareGroupOffsetsRequestTopic {
  /** Name of the topic. */
  topicName: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeShareGroupOffsetsRequestTopic(init: Partial<DescribeShareGroupOffsetsRequestTopic> = {}): DescribeShareGroupOffsetsRequestTopic {
  const m: DescribeShareGroupOffsetsRequestTopic = {
    topicName: init.topicName ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeShareGroupOffsetsRequest(m: DescribeShareGroupOffsetsRequest, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.groups.length + 1);
  for (const e of m.groups) n += sizeDescribeShareGroupOffsetsRequestGroup(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeShareGroupOffsetsRequest(w: Writer, m: DescribeShareGroupOffsetsRequest, v: number): void {
  w.compactArrayLength(m.groups.length);
  for (const e of m.groups) encodeDescribeShareGroupOffsetsRequestGroup(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeShareGroupOffsetsRequest(r: Reader, v: number): DescribeShareGroupOffsetsRequest {
  const groups: DescribeShareGroupOffsetsRequestGroup[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) groups.push(decodeDescribeShareGroupOffsetsRequestGroup(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeShareGroupOffsetsRequest = { groups };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeShareGroupOffsetsRequestGroup(m: DescribeShareGroupOffsetsRequestGroup, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.groupId);
  if (m.topics === null) n += 1;
  else {
    n += sizeOfUvarint(m.topics.length + 1);
    for (const e of m.topics) n += sizeDescribeShareGroupOffsetsRequestTopic(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeShareGroupOffsetsRequestGroup(w: Writer, m: DescribeShareGroupOffsetsRequestGroup, v: number): void {
  w.compactString(m.groupId);
  if (m.topics === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.topics.length);
    for (const e of m.topics) encodeDescribeShareGroupOffsetsRequestTopic(w, e, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeShareGroupOffsetsRequestGroup(r: Reader, v: number): DescribeShareGroupOffsetsRequestGroup {
  const groupId = r.compactString();
  let topics: readonly DescribeShareGroupOffsetsRequestTopic[] | null = [];
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      topics = null;
    } else {
      const items: DescribeShareGroupOffsetsRequestTopic[] = [];
      for (let i = 0; i < count; i++) items.push(decodeDescribeShareGroupOffsetsRequestTopic(r, v));
      topics = items;
    }
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeShareGroupOffsetsRequestGroup = { groupId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeShareGroupOffsetsRequestTopic(m: DescribeShareGroupOffsetsRequestTopic, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeShareGroupOffsetsRequestTopic(w: Writer, m: DescribeShareGroupOffsetsRequestTopic, v: number): void {
  w.compactString(m.topicName);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeShareGroupOffsetsRequestTopic(r: Reader, v: number): DescribeShareGroupOffsetsRequestTopic {
  const topicName = r.compactString();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeShareGroupOffsetsRequestTopic = { topicName, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks where share groups stand. */
export const describeShareGroupOffsetsRequest: MessageCodec<DescribeShareGroupOffsetsRequest> = {
  name: 'DescribeShareGroupOffsetsRequest',
  kind: 'request',
  apiKey: 90,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeShareGroupOffsetsRequest, version);
    return sizeDescribeShareGroupOffsetsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeShareGroupOffsetsRequest, version);
    encodeDescribeShareGroupOffsetsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeShareGroupOffsetsRequest, version);
    return decodeDescribeShareGroupOffsetsRequest(reader, version);
  },
};

/** Start offset of each share partition. */
export interface DescribeShareGroupOffsetsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Groups concerned. */
  groups: readonly DescribeShareGroupOffsetsResponseGroup[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeShareGroupOffsetsResponse(init: Partial<DescribeShareGroupOffsetsResponse> = {}): DescribeShareGroupOffsetsResponse {
  const m: DescribeShareGroupOffsetsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    groups: init.groups ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `groups`. */
export interface DescribeShareGroupOffsetsResponseGroup {
  /** Id of the group. */
  groupId: string;
  /** Topics concerned. */
  topics: readonly DescribeShareGroupOffsetsResponseTopic[];
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeShareGroupOffsetsResponseGroup(init: Partial<DescribeShareGroupOffsetsResponseGroup> = {}): DescribeShareGroupOffsetsResponseGroup {
  const m: DescribeShareGroupOffsetsResponseGroup = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeShareGroupOffsetsResponseTopic {
  /** Name of the topic. */
  topicName: string;
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly DescribeShareGroupOffsetsResponsePartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeShareGroupOffsetsResponseTopic(init: Partial<DescribeShareGroupOffsetsResponseTopic> = {}): DescribeShareGroupOffsetsResponseTopic {
  const m: DescribeShareGroupOffsetsResponseTopic = {
    topicName: init.topicName ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DescribeShareGroupOffsetsResponsePartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** First offset that the group has not finished. */
  startOffset: bigint;
  /** Leader epoch, -1 when unknown. */
  leaderEpoch: number;
  /** Records that wait, -1 when unknown. (v1+) */
  lag: bigint;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeShareGroupOffsetsResponsePartition(init: Partial<DescribeShareGroupOffsetsResponsePartition> = {}): DescribeShareGroupOffsetsResponsePartition {
  const m: DescribeShareGroupOffsetsResponsePartition = {
    partitionIndex: init.partitionIndex ?? 0,
    startOffset: init.startOffset ?? 0n,
    leaderEpoch: init.leaderEpoch ?? 0,
    lag: init.lag ?? -1n,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeShareGroupOffsetsResponse(m: DescribeShareGroupOffsetsResponse, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.groups.length + 1);
  for (const e of m.groups) n += sizeDescribeShareGroupOffsetsResponseGroup(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeShareGroupOffsetsResponse(w: Writer, m: DescribeShareGroupOffsetsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.compactArrayLength(m.groups.length);
  for (const e of m.groups) encodeDescribeShareGroupOffsetsResponseGroup(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeShareGroupOffsetsResponse(r: Reader, v: number): DescribeShareGroupOffsetsResponse {
  const throttleTimeMs = r.int32();
  const groups: DescribeShareGroupOffsetsResponseGroup[] = [];
  {
    const count = r.compactArrayLength(6);
    for (let i = 0; i < count; i++) groups.push(decodeDescribeShareGroupOffsetsResponseGroup(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeShareGroupOffsetsResponse = { throttleTimeMs, groups };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeShareGroupOffsetsResponseGroup(m: DescribeShareGroupOffsetsResponseGroup, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDescribeShareGroupOffsetsResponseTopic(e, v);
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeShareGroupOffsetsResponseGroup(w: Writer, m: DescribeShareGroupOffsetsResponseGroup, v: number): void {
  w.compactString(m.groupId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDescribeShareGroupOffsetsResponseTopic(w, e, v);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeShareGroupOffsetsResponseGroup(r: Reader, v: number): DescribeShareGroupOffsetsResponseGroup {
  const groupId = r.compactString();
  const topics: DescribeShareGroupOffsetsResponseTopic[] = [];
  {
    const count = r.compactArrayLength(19);
    for (let i = 0; i < count; i++) topics.push(decodeDescribeShareGroupOffsetsResponseTopic(r, v));
  }
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeShareGroupOffsetsResponseGroup = { groupId, topics, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeShareGroupOffsetsResponseTopic(m: DescribeShareGroupOffsetsResponseTopic, v: number): number {
  let n = 16;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeDescribeShareGroupOffsetsResponsePartition(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeShareGroupOffsetsResponseTopic(w: Writer, m: DescribeShareGroupOffsetsResponseTopic, v: number): void {
  w.compactString(m.topicName);
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDescribeShareGroupOffsetsResponsePartition(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeShareGroupOffsetsResponseTopic(r: Reader, v: number): DescribeShareGroupOffsetsResponseTopic {
  const topicName = r.compactString();
  const topicId = r.uuid();
  const partitions: DescribeShareGroupOffsetsResponsePartition[] = [];
  {
    const count = r.compactArrayLength(20);
    for (let i = 0; i < count; i++) partitions.push(decodeDescribeShareGroupOffsetsResponsePartition(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeShareGroupOffsetsResponseTopic = { topicName, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeShareGroupOffsetsResponsePartition(m: DescribeShareGroupOffsetsResponsePartition, v: number): number {
  let n = 18;
  if (v >= 1) {
    n += 8;
  }
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeShareGroupOffsetsResponsePartition(w: Writer, m: DescribeShareGroupOffsetsResponsePartition, v: number): void {
  w.int32(m.partitionIndex);
  w.int64(m.startOffset);
  w.int32(m.leaderEpoch);
  if (v >= 1) {
    w.int64(m.lag);
  }
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeShareGroupOffsetsResponsePartition(r: Reader, v: number): DescribeShareGroupOffsetsResponsePartition {
  const partitionIndex = r.int32();
  const startOffset = r.int64();
  const leaderEpoch = r.int32();
  const lag = v >= 1 ? r.int64() : -1n;
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeShareGroupOffsetsResponsePartition = { partitionIndex, startOffset, leaderEpoch, lag, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Start offset of each share partition. */
export const describeShareGroupOffsetsResponse: MessageCodec<DescribeShareGroupOffsetsResponse> = {
  name: 'DescribeShareGroupOffsetsResponse',
  kind: 'response',
  apiKey: 90,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeShareGroupOffsetsResponse, version);
    return sizeDescribeShareGroupOffsetsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeShareGroupOffsetsResponse, version);
    encodeDescribeShareGroupOffsetsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeShareGroupOffsetsResponse, version);
    return decodeDescribeShareGroupOffsetsResponse(reader, version);
  },
};
