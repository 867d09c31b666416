// Generated from schemas/75-describe-topic-partitions.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for topics and their partitions page by page. */
export interface DescribeTopicPartitionsRequest {
  /** Topics concerned. */
  topics: readonly DescribeTopicPartitionsRequestTopicRequest[];
  /** Most partitions in one page. */
  responsePartitionLimit: number;
  /** Where to go on, null at the start. */
  cursor: DescribeTopicPartitionsRequestCursor | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTopicPartitionsRequest(init: Partial<DescribeTopicPartitionsRequest> = {}): DescribeTopicPartitionsRequest {
  const m: DescribeTopicPartitionsRequest = {
    topics: init.topics ?? [],
    responsePartitionLimit: init.responsePartitionLimit ?? 2000,
    cursor: init.cursor ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeTopicPartitionsRequestTopicRequest {
  /** Name of the topic. */
  name: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTopicPartitionsRequestTopicRequest(init: Partial<DescribeTopicPartitionsRequestTopicRequest> = {}): DescribeTopicPartitionsRequestTopicRequest {
  const m: DescribeTopicPartitionsRequestTopicRequest = {
    name: init.name ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Where to go on, null at the start. */
export interface DescribeTopicPartitionsRequestCursor {
  /** Topic to go on with. */
  topicName: string;
  /** Partition to go on with. */
  partitionIndex: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTopicPartitionsRequestCursor(init: Partial<DescribeTopicPartitionsRequestCursor> = {}): DescribeTopicPartitionsRequestCursor {
  const m: DescribeTopicPartitionsRequestCursor = {
    topicName: init.topicName ?? '',
    partitionIndex: init.partitionIndex ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeTopicPartitionsRequest(m: DescribeTopicPartitionsRequest, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDescribeTopicPartitionsRequestTopicRequest(e, v);
  n += 1 + (m.cursor === null ? 0 : sizeDescribeTopicPartitionsRequestCursor(m.cursor, v));
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTopicPartitionsRequest(w: Writer, m: DescribeTopicPartitionsRequest, v: number): void {
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDescribeTopicPartitionsRequestTopicRequest(w, e, v);
  w.int32(m.responsePartitionLimit);
  if (m.cursor === null) w.int8(-1);
  else {
    w.int8(1);
    encodeDescribeTopicPartitionsRequestCursor(w, m.cursor, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTopicPartitionsRequest(r: Reader, v: number): DescribeTopicPartitionsRequest {
  const topics: DescribeTopicPartitionsRequestTopicRequest[] = [];
  {
    const count = r.compactArrayLength(2);
    for (let i = 0; i < count; i++) topics.push(decodeDescribeTopicPartitionsRequestTopicRequest(r, v));
  }
  const responsePartitionLimit = r.int32();
  const cursor = r.structPresent() ? decodeDescribeTopicPartitionsRequestCursor(r, v) : null;
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTopicPartitionsRequest = { topics, responsePartitionLimit, cursor };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeTopicPartitionsRequestTopicRequest(m: DescribeTopicPartitionsRequestTopicRequest, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTopicPartitionsRequestTopicRequest(w: Writer, m: DescribeTopicPartitionsRequestTopicRequest, v: number): void {
  w.compactString(m.name);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTopicPartitionsRequestTopicRequest(r: Reader, v: number): DescribeTopicPartitionsRequestTopicRequest {
  const name = r.compactString();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTopicPartitionsRequestTopicRequest = { name };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeTopicPartitionsRequestCursor(m: DescribeTopicPartitionsRequestCursor, v: number): number {
  let n = 4;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTopicPartitionsRequestCursor(w: Writer, m: DescribeTopicPartitionsRequestCursor, v: number): void {
  w.compactString(m.topicName);
  w.int32(m.partitionIndex);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTopicPartitionsRequestCursor(r: Reader, v: number): DescribeTopicPartitionsRequestCursor {
  const topicName = r.compactString();
  const partitionIndex = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTopicPartitionsRequestCursor = { topicName, partitionIndex };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for topics and their partitions page by page. */
export const describeTopicPartitionsRequest: MessageCodec<DescribeTopicPartitionsRequest> = {
  name: 'DescribeTopicPartitionsRequest',
  kind: 'request',
  apiKey: 75,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeTopicPartitionsRequest, version);
    return sizeDescribeTopicPartitionsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeTopicPartitionsRequest, version);
    encodeDescribeTopicPartitionsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeTopicPartitionsRequest, version);
    return decodeDescribeTopicPartitionsRequest(reader, version);
  },
};

/** One page of topics and partitions. */
export interface DescribeTopicPartitionsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Topics concerned. */
  topics: readonly DescribeTopicPartitionsResponseTopic[];
  /** Where to go on, null at the end. */
  nextCursor: DescribeTopicPartitionsResponseCursor | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTopicPartitionsResponse(init: Partial<DescribeTopicPartitionsResponse> = {}): DescribeTopicPartitionsResponse {
  const m: DescribeTopicPartitionsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
    nextCursor: init.nextCursor ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeTopicPartitionsResponseTopic {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Name of the topic, or null. */
  name: string | null;
  /** Id of the topic. */
  topicId: string;
  /** Whether the topic is the broker's own. */
  isInternal: boolean;
  /** Partitions of this topic. */
  partitions: readonly DescribeTopicPartitionsResponsePartition[];
  /** Bits of the operations that the caller may do on the topic; the lowest number when not asked for. */
  topicAuthorizedOperations: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTopicPartitionsResponseTopic(init: Partial<DescribeTopicPartitionsResponseTopic> = {}): DescribeTopicPartitionsResponseTopic {
  const m: DescribeTopicPartitionsResponseTopic = {
    errorCode: init.errorCode ?? 0,
    name: init.name === undefined ? '' : init.name,
    topicId: init.topicId ?? ZERO_UUID,
    isInternal: init.isInternal ?? false,
    partitions: init.partitions ?? [],
    topicAuthorizedOperations: init.topicAuthorizedOperations ?? -2147483648,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Where to go on, null at the end. */
export interface DescribeTopicPartitionsResponseCursor {
  /** Topic to go on with. */
  topicName: string;
  /** Partition to go on with. */
  partitionIndex: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTopicPartitionsResponseCursor(init: Partial<DescribeTopicPartitionsResponseCursor> = {}): DescribeTopicPartitionsResponseCursor {
  const m: DescribeTopicPartitionsResponseCursor = {
    topicName: init.topicName ?? '',
    partitionIndex: init.partitionIndex ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DescribeTopicPartitionsResponsePartition {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Number of the partition. */
  partitionIndex: number;
  /** Broker that leads the partition, -1 when none does. */
  leaderId: number;
  /** Leader epoch, -1 when unknown. */
  leaderEpoch: number;
  /** Brokers that hold a replica. */
  replicaNodes: readonly number[];
  /** Brokers whose replicas are in sync. */
  isrNodes: readonly number[];
  /** Replicas that may be elected although out of sync, or null. */
  eligibleLeaderReplicas: readonly number[] | null;
  /** Replicas that were eligible before, or null. */
  lastKnownElr: readonly number[] | null;
  /** Replicas on brokers that are away. */
  offlineReplicas: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeTopicPartitionsResponsePartition(init: Partial<DescribeTopicPartitionsResponsePartition> = {}): DescribeTopicPartitionsResponsePartition {
  const m: DescribeTopicPartitionsResponsePartition = {
    errorCode: init.errorCode ?? 0,
    partitionIndex: init.partitionIndex ?? 0,
    leaderId: init.leaderId ?? 0,
    leaderEpoch: init.leaderEpoch ?? -1,
    replicaNodes: init.replicaNodes ?? [],
    isrNodes: init.isrNodes ?? [],
    eligibleLeaderReplicas: init.eligibleLeaderReplicas ?? null,
    lastKnownElr: init.lastKnownElr ?? null,
    offlineReplicas: init.offlineReplicas ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeTopicPartitionsResponse(m: DescribeTopicPartitionsResponse, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDescribeTopicPartitionsResponseTopic(e, v);
  n += 1 + (m.nextCursor === null ? 0 : sizeDescribeTopicPartitionsResponseCursor(m.nextCursor, v));
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTopicPartitionsResponse(w: Writer, m: DescribeTopicPartitionsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDescribeTopicPartitionsResponseTopic(w, e, v);
  if (m.nextCursor === null) w.int8(-1);
  else {
    w.int8(1);
    encodeDescribeTopicPartitionsResponseCursor(w, m.nextCursor, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTopicPartitionsResponse(r: Reader, v: number): DescribeTopicPartitionsResponse {
  const throttleTimeMs = r.int32();
  const topics: DescribeTopicPartitionsResponseTopic[] = [];
  {
    const count = r.compactArrayLength(26);
    for (let i = 0; i < count; i++) topics.push(decodeDescribeTopicPartitionsResponseTopic(r, v));
  }
  const nextCursor = r.structPresent() ? decodeDescribeTopicPartitionsResponseCursor(r, v) : null;
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTopicPartitionsResponse = { throttleTimeMs, topics, nextCursor };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeTopicPartitionsResponseTopic(m: DescribeTopicPartitionsResponseTopic, v: number): number {
  let n = 23;
  n += sizeOfCompactNullableString(m.name);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeDescribeTopicPartitionsResponsePartition(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTopicPartitionsResponseTopic(w: Writer, m: DescribeTopicPartitionsResponseTopic, v: number): void {
  w.int16(m.errorCode);
  w.compactNullableString(m.name);
  w.uuid(m.topicId);
  w.boolean(m.isInternal);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDescribeTopicPartitionsResponsePartition(w, e, v);
  w.int32(m.topicAuthorizedOperations);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTopicPartitionsResponseTopic(r: Reader, v: number): DescribeTopicPartitionsResponseTopic {
  const errorCode = r.int16();
  const name = r.compactNullableString();
  const topicId = r.uuid();
  const isInternal = r.boolean();
  const partitions: DescribeTopicPartitionsResponsePartition[] = [];
  {
    const count = r.compactArrayLength(20);
    for (let i = 0; i < count; i++) partitions.push(decodeDescribeTopicPartitionsResponsePartition(r, v));
  }
  const topicAuthorizedOperations = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTopicPartitionsResponseTopic = { errorCode, name, topicId, isInternal, partitions, topicAuthorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeTopicPartitionsResponseCursor(m: DescribeTopicPartitionsResponseCursor, v: number): number {
  let n = 4;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTopicPartitionsResponseCursor(w: Writer, m: DescribeTopicPartitionsResponseCursor, v: number): void {
  w.compactString(m.topicName);
  w.int32(m.partitionIndex);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTopicPartitionsResponseCursor(r: Reader, v: number): DescribeTopicPartitionsResponseCursor {
  const topicName = r.compactString();
  const partitionIndex = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTopicPartitionsResponseCursor = { topicName, partitionIndex };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeTopicPartitionsResponsePartition(m: DescribeTopicPartitionsResponsePartition, v: number): number {
  let n = 14;
  n += sizeOfUvarint(m.replicaNodes.length + 1) + m.replicaNodes.length * 4;
  n += sizeOfUvarint(m.isrNodes.length + 1) + m.isrNodes.length * 4;
  if (m.eligibleLeaderReplicas === null) n += 1;
  else {
    n += sizeOfUvarint(m.eligibleLeaderReplicas.length + 1) + m.eligibleLeaderReplicas.length * 4;
  }
  if (m.lastKnownElr === null) n += 1;
  else {
    n += sizeOfUvarint(m.lastKnownElr.length + 1) + m.lastKnownElr.length * 4;
  }
  n += sizeOfUvarint(m.offlineReplicas.length + 1) + m.offlineReplicas.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeTopicPartitionsResponsePartition(w: Writer, m: DescribeTopicPartitionsResponsePartition, v: number): void {
  w.int16(m.errorCode);
  w.int32(m.partitionIndex);
  w.int32(m.leaderId);
  w.int32(m.leaderEpoch);
  w.compactArrayLength(m.replicaNodes.length);
  for (const e of m.replicaNodes) w.int32(e);
  w.compactArrayLength(m.isrNodes.length);
  for (const e of m.isrNodes) w.int32(e);
  if (m.eligibleLeaderReplicas === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.eligibleLeaderReplicas.length);
    for (const e of m.eligibleLeaderReplicas) w.int32(e);
  }
  if (m.lastKnownElr === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.lastKnownElr.length);
    for (const e of m.lastKnownElr) w.int32(e);
  }
  w.compactArrayLength(m.offlineReplicas.length);
  for (const e of m.offlineReplicas) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeTopicPartitionsResponsePartition(r: Reader, v: number): DescribeTopicPartitionsResponsePartition {
  const errorCode = r.int16();
  const partitionIndex = r.int32();
  const leaderId = r.int32();
  const leaderEpoch = r.int32();
  const replicaNodes: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) replicaNodes.push(r.int32());
  }
  const isrNodes: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) isrNodes.push(r.int32());
  }
  let eligibleLeaderReplicas: readonly number[] | null = null;
  {
    const count = r.compactNullableArrayLength(4);
    if (count < 0) {
      eligibleLeaderReplicas = null;
    } else {
      const items: number[] = [];
      for (let i = 0; i < count; i++) items.push(r.int32());
      eligibleLeaderReplicas = items;
    }
  }
  let lastKnownElr: readonly number[] | null = null;
  {
    const count = r.compactNullableArrayLength(4);
    if (count < 0) {
      lastKnownElr = null;
    } else {
      const items: number[] = [];
      for (let i = 0; i < count; i++) items.push(r.int32());
      lastKnownElr = items;
    }
  }
  const offlineReplicas: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) offlineReplicas.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeTopicPartitionsResponsePartition = { errorCode, partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes, eligibleLeaderReplicas, lastKnownElr, offlineReplicas };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** One page of topics and partitions. */
export const describeTopicPartitionsResponse: MessageCodec<DescribeTopicPartitionsResponse> = {
  name: 'DescribeTopicPartitionsResponse',
  kind: 'response',
  apiKey: 75,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeTopicPartitionsResponse, version);
    return sizeDescribeTopicPartitionsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeTopicPartitionsResponse, version);
    encodeDescribeTopicPartitionsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeTopicPartitionsResponse, version);
    return decodeDescribeTopicPartitionsResponse(reader, version);
  },
};
