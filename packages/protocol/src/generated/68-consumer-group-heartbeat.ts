// Generated from schemas/68-consumer-group-heartbeat.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Joins, stays in or leaves a consumer group whose assignments the broker computes. */
export interface ConsumerGroupHeartbeatRequest {
  /** Id of the group. */
  groupId: string;
  /** Id of the member. */
  memberId: string;
  /** Epoch of the member; 0 joins, -1 leaves, -2 leaves for a while as static member. */
  memberEpoch: number;
  /** Name of a static member, or null. */
  instanceId: string | null;
  /** Rack of the member, null when unchanged. */
  rackId: string | null;
  /** Milliseconds to give up partitions, -1 when unchanged. */
  rebalanceTimeoutMs: number;
  /** Topics that the member wants, or null when unchanged. */
  subscribedTopicNames: readonly string[] | null;
  /** Pattern of topics that the member wants, null when unchanged. (v1+) */
  subscribedTopicRegex: string | null;
  /** Assignor that the member prefers, or null. */
  serverAssignor: string | null;
  /** Partitions that the member has, null when unchanged. */
  topicPartitions: readonly ConsumerGroupHeartbeatRequestTopicPartitions[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupHeartbeatRequest(init: Partial<ConsumerGroupHeartbeatRequest> = {}): ConsumerGroupHeartbeatRequest {
  const m: ConsumerGroupHeartbeatRequest = {
    groupId: init.groupId ?? '',
    memberId: init.memberId ?? '',
    memberEpoch: init.memberEpoch ?? 0,
    instanceId: init.instanceId ?? null,
    rackId: init.rackId ?? null,
    rebalanceTimeoutMs: init.rebalanceTimeoutMs ?? -1,
    subscribedTopicNames: init.subscribedTopicNames ?? null,
    subscribedTopicRegex: init.subscribedTopicRegex ?? null,
    serverAssignor: init.serverAssignor ?? null,
    topicPartitions: init.topicPartitions ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topicPartitions`. */
export interface ConsumerGroupHeartbeatRequestTopicPartitions {
  /** Id of the topic. */
  topicId: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupHeartbeatRequestTopicPartitions(init: Partial<ConsumerGroupHeartbeatRequestTopicPartitions> = {}): ConsumerGroupHeartbeatRequestTopicPartitions {
  const m: ConsumerGroupHeartbeatRequestTopicPartitions = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupHeartbeatRequest(m: ConsumerGroupHeartbeatRequest, v: number): number {
  let n = 8;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfCompactString(m.memberId);
  n += sizeOfCompactNullableString(m.instanceId);
  n += sizeOfCompactNullableString(m.rackId);
  if (m.subscribedTopicNames === null) n += 1;
  else {
    n += sizeOfUvarint(m.subscribedTopicNames.length + 1);
    for (const e of m.subscribedTopicNames) n += sizeOfCompactString(e);
  }
  if (v >= 1) {
    n += sizeOfCompactNullableString(m.subscribedTopicRegex);
  }
  n += sizeOfCompactNullableString(m.serverAssignor);
  if (m.topicPartitions === null) n += 1;
  else {
    n += sizeOfUvarint(m.topicPartitions.length + 1);
    for (const e of m.topicPartitions) n += sizeConsumerGroupHeartbeatRequestTopicPartitions(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupHeartbeatRequest(w: Writer, m: ConsumerGroupHeartbeatRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactString(m.memberId);
  w.int32(m.memberEpoch);
  w.compactNullableString(m.instanceId);
  w.compactNullableString(m.rackId);
  w.int32(m.rebalanceTimeoutMs);
  if (m.subscribedTopicNames === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.subscribedTopicNames.length);
    for (const e of m.subscribedTopicNames) w.compactString(e);
  }
  if (v >= 1) {
    w.compactNullableString(m.subscribedTopicRegex);
  }
  if (!(v >= 1) && m.subscribedTopicRegex !== null) throw unsupportedField('ConsumerGroupHeartbeatRequest', 'subscribedTopicRegex', v);
  w.compactNullableString(m.serverAssignor);
  if (m.topicPartitions === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.topicPartitions.length);
    for (const e of m.topicPartitions) encodeConsumerGroupHeartbeatRequestTopicPartitions(w, e, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupHeartbeatRequest(r: Reader, v: number): ConsumerGroupHeartbeatRequest {
  const groupId = r.compactString();
  const memberId = r.compactString();
  const memberEpoch = r.int32();
  const instanceId = r.compactNullableString();
  const rackId = r.compactNullableString();
  const rebalanceTimeoutMs = r.int32();
  let subscribedTopicNames: readonly string[] | null = null;
  {
    const count = r.compactNullableArrayLength(1);
    if (count < 0) {
      subscribedTopicNames = null;
    } else {
      const items: string[] = [];
      for (let i = 0; i < count; i++) items.push(r.compactString());
      subscribedTopicNames = items;
    }
  }
  const subscribedTopicRegex = v >= 1 ? r.compactNullableString() : null;
  const serverAssignor = r.compactNullableString();
  let topicPartitions: readonly ConsumerGroupHeartbeatRequestTopicPartitions[] | null = null;
  {
    const count = r.compactNullableArrayLength(18);
    if (count < 0) {
      topicPartitions = null;
    } else {
      const items: ConsumerGroupHeartbeatRequestTopicPartitions[] = [];
      for (let i = 0; i < count; i++) items.push(decodeConsumerGroupHeartbeatRequestTopicPartitions(r, v));
      topicPartitions = items;
    }
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupHeartbeatRequest = { groupId, memberId, memberEpoch, instanceId, rackId, rebalanceTimeoutMs, subscribedTopicNames, subscribedTopicRegex, serverAssignor, topicPartitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupHeartbeatRequestTopicPartitions(m: ConsumerGroupHeartbeatRequestTopicPartitions, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupHeartbeatRequestTopicPartitions(w: Writer, m: ConsumerGroupHeartbeatRequestTopicPartitions, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupHeartbeatRequestTopicPartitions(r: Reader, v: number): ConsumerGroupHeartbeatRequestTopicPartitions {
  const topicId = r.uuid();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupHeartbeatRequestTopicPartitions = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Joins, stays in or leaves a consumer group whose assignments the broker computes. */
export const consumerGroupHeartbeatRequest: MessageCodec<ConsumerGroupHeartbeatRequest> = {
  name: 'ConsumerGroupHeartbeatRequest',
  kind: 'request',
  apiKey: 68,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupHeartbeatRequest, version);
    return sizeConsumerGroupHeartbeatRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupHeartbeatRequest, version);
    encodeConsumerGroupHeartbeatRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupHeartbeatRequest, version);
    return decodeConsumerGroupHeartbeatRequest(reader, version);
  },
};

/** Epoch and, when it changed, assignment of the member. */
export interface ConsumerGroupHeartbeatResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Id of the member, or null. */
  memberId: string | null;
  /** Epoch of the member. */
  memberEpoch: number;
  /** Milliseconds between two heartbeats. */
  heartbeatIntervalMs: number;
  /** New assignment, null when unchanged. */
  assignment: ConsumerGroupHeartbeatResponseAssignment | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupHeartbeatResponse(init: Partial<ConsumerGroupHeartbeatResponse> = {}): ConsumerGroupHeartbeatResponse {
  const m: ConsumerGroupHeartbeatResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    memberId: init.memberId ?? null,
    memberEpoch: init.memberEpoch ?? 0,
    heartbeatIntervalMs: init.heartbeatIntervalMs ?? 0,
    assignment: init.assignment ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** New assignment, null when unchanged. */
export interface ConsumerGroupHeartbeatResponseAssignment {
  /** Partitions by topic. */
  topicPartitions: readonly ConsumerGroupHeartbeatResponseTopicPartitions[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupHeartbeatResponseAssignment(init: Partial<ConsumerGroupHeartbeatResponseAssignment> = {}): ConsumerGroupHeartbeatResponseAssignment {
  const m: ConsumerGroupHeartbeatResponseAssignment = {
    topicPartitions: init.topicPartitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Partitions of one topic. */
export interface ConsumerGroupHeartbeatResponseTopicPartitions {
  /** Id of the topic. */
  topicId: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupHeartbeatResponseTopicPartitions(init: Partial<ConsumerGroupHeartbeatResponseTopicPartitions> = {}): ConsumerGroupHeartbeatResponseTopicPartitions {
  const m: ConsumerGroupHeartbeatResponseTopicPartitions = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupHeartbeatResponse(m: ConsumerGroupHeartbeatResponse, v: number): number {
  let n = 14;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfCompactNullableString(m.memberId);
  n += 1 + (m.assignment === null ? 0 : sizeConsumerGroupHeartbeatResponseAssignment(m.assignment, v));
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupHeartbeatResponse(w: Writer, m: ConsumerGroupHeartbeatResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactNullableString(m.memberId);
  w.int32(m.memberEpoch);
  w.int32(m.heartbeatIntervalMs);
  if (m.assignment === null) w.int8(-1);
  else {
    w.int8(1);
    encodeConsumerGroupHeartbeatResponseAssignment(w, m.assignment, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupHeartbeatResponse(r: Reader, v: number): ConsumerGroupHeartbeatResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const memberId = r.compactNullableString();
  const memberEpoch = r.int32();
  const heartbeatIntervalMs = r.int32();
  const assignment = r.structPresent() ? decodeConsumerGroupHeartbeatResponseAssignment(r, v) : null;
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupHeartbeatResponse = { throttleTimeMs, errorCode, errorMessage, memberId, memberEpoch, heartbeatIntervalMs, assignment };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupHeartbeatResponseAssignment(m: ConsumerGroupHeartbeatResponseAssignment, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.topicPartitions.length + 1);
  for (const e of m.topicPartitions) n += sizeConsumerGroupHeartbeatResponseTopicPartitions(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupHeartbeatResponseAssignment(w: Writer, m: ConsumerGroupHeartbeatResponseAssignment, v: number): void {
  w.compactArrayLength(m.topicPartitions.length);
  for (const e of m.topicPartitions) encodeConsumerGroupHeartbeatResponseTopicPartitions(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupHeartbeatResponseAssignment(r: Reader, v: number): ConsumerGroupHeartbeatResponseAssignment {
  const topicPartitions: ConsumerGroupHeartbeatResponseTopicPartitions[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topicPartitions.push(decodeConsumerGroupHeartbeatResponseTopicPartitions(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupHeartbeatResponseAssignment = { topicPartitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupHeartbeatResponseTopicPartitions(m: ConsumerGroupHeartbeatResponseTopicPartitions, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupHeartbeatResponseTopicPartitions(w: Writer, m: ConsumerGroupHeartbeatResponseTopicPartitions, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupHeartbeatResponseTopicPartitions(r: Reader, v: number): ConsumerGroupHeartbeatResponseTopicPartitions {
  const topicId = r.uuid();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupHeartbeatResponseTopicPartitions = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Epoch and, when it changed, assignment of the member. */
export const consumerGroupHeartbeatResponse: MessageCodec<ConsumerGroupHeartbeatResponse> = {
  name: 'ConsumerGroupHeartbeatResponse',
  kind: 'response',
  apiKey: 68,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupHeartbeatResponse, version);
    return sizeConsumerGroupHeartbeatResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupHeartbeatResponse, version);
    encodeConsumerGroupHeartbeatResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupHeartbeatResponse, version);
    return decodeConsumerGroupHeartbeatResponse(reader, version);
  },
};
