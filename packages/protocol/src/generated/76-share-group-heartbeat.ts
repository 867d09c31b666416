// Generated from schemas/76-share-group-heartbeat.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Joins, stays in or leaves a share group. */
export interface ShareGroupHeartbeatRequest {
  /** Id of the group. */
  groupId: string;
  /** Id of the member. */
  memberId: string;
  /** Epoch of the member; 0 joins, -1 leaves. */
  memberEpoch: number;
  /** Rack of the member, null when unchanged. */
  rackId: string | null;
  /** Topics that the member wants, or null when unchanged. */
  subscribedTopicNames: readonly string[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupHeartbeatRequest(init: Partial<ShareGroupHeartbeatRequest> = {}): ShareGroupHeartbeatRequest {
  const m: ShareGroupHeartbeatRequest = {
    groupId: init.groupId ?? '',
    memberId: init.memberId ?? '',
    memberEpoch: init.memberEpoch ?? 0,
    rackId: init.rackId ?? null,
    subscribedTopicNames: init.subscribedTopicNames ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeShareGroupHeartbeatRequest(m: ShareGroupHeartbeatRequest, v: number): number {
  let n = 4;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfCompactString(m.memberId);
  n += sizeOfCompactNullableString(m.rackId);
  if (m.subscribedTopicNames === null) n += 1;
  else {
    n += sizeOfUvarint(m.subscribedTopicNames.length + 1);
    for (const e of m.subscribedTopicNames) n += sizeOfCompactString(e);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupHeartbeatRequest(w: Writer, m: ShareGroupHeartbeatRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactString(m.memberId);
  w.int32(m.memberEpoch);
  w.compactNullableString(m.rackId);
  if (m.subscribedTopicNames === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.subscribedTopicNames.length);
    for (const e of m.subscribedTopicNames) w.compactString(e);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupHeartbeatRequest(r: Reader, v: number): ShareGroupHeartbeatRequest {
  const groupId = r.compactString();
  const memberId = r.compactString();
  const memberEpoch = r.int32();
  const rackId = r.compactNullableString();
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
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupHeartbeatRequest = { groupId, memberId, memberEpoch, rackId, subscribedTopicNames };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Joins, stays in or leaves a share group. */
export const shareGroupHeartbeatRequest: MessageCodec<ShareGroupHeartbeatRequest> = {
  name: 'ShareGroupHeartbeatRequest',
  kind: 'request',
  apiKey: 76,
  minVersion: 1,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(shareGroupHeartbeatRequest, version);
    return sizeShareGroupHeartbeatRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(shareGroupHeartbeatRequest, version);
    encodeShareGroupHeartbeatRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(shareGroupHeartbeatRequest, version);
    return decodeShareGroupHeartbeatRequest(reader, version);
  },
};

/** Epoch and, when it changed, assignment of the member. */
export interface ShareGroupHeartbeatResponse {
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
  assignment: ShareGroupHeartbeatResponseAssignment | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupHeartbeatResponse(init: Partial<ShareGroupHeartbeatResponse> = {}): ShareGroupHeartbeatResponse {
  const m: ShareGroupHeartbeatResponse = {
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
export interface ShareGroupHeartbeatResponseAssignment {
  /** Partitions by topic. */
  topicPartitions: readonly ShareGroupHeartbeatResponseTopicPartitions[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupHeartbeatResponseAssignment(init: Partial<ShareGroupHeartbeatResponseAssignment> = {}): ShareGroupHeartbeatResponseAssignment {
  const m: ShareGroupHeartbeatResponseAssignment = {
    topicPartitions: init.topicPartitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Partitions of one topic. */
export interface ShareGroupHeartbeatResponseTopicPartitions {
  /** Id of the topic. */
  topicId: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupHeartbeatResponseTopicPartitions(init: Partial<ShareGroupHeartbeatResponseTopicPartitions> = {}): ShareGroupHeartbeatResponseTopicPartitions {
  const m: ShareGroupHeartbeatResponseTopicPartitions = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeShareGroupHeartbeatResponse(m: ShareGroupHeartbeatResponse, v: number): number {
  let n = 14;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfCompactNullableString(m.memberId);
  n += 1 + (m.assignment === null ? 0 : sizeShareGroupHeartbeatResponseAssignment(m.assignment, v));
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupHeartbeatResponse(w: Writer, m: ShareGroupHeartbeatResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactNullableString(m.memberId);
  w.int32(m.memberEpoch);
  w.int32(m.heartbeatIntervalMs);
  if (m.assignment === null) w.int8(-1);
  else {
    w.int8(1);
    encodeShareGroupHeartbeatResponseAssignment(w, m.assignment, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupHeartbeatResponse(r: Reader, v: number): ShareGroupHeartbeatResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const memberId = r.compactNullableString();
  const memberEpoch = r.int32();
  const heartbeatIntervalMs = r.int32();
  const assignment = r.structPresent() ? decodeShareGroupHeartbeatResponseAssignment(r, v) : null;
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupHeartbeatResponse = { throttleTimeMs, errorCode, errorMessage, memberId, memberEpoch, heartbeatIntervalMs, assignment };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareGroupHeartbeatResponseAssignment(m: ShareGroupHeartbeatResponseAssignment, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.topicPartitions.length + 1);
  for (const e of m.topicPartitions) n += sizeShareGroupHeartbeatResponseTopicPartitions(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupHeartbeatResponseAssignment(w: Writer, m: ShareGroupHeartbeatResponseAssignment, v: number): void {
  w.compactArrayLength(m.topicPartitions.length);
  for (const e of m.topicPartitions) encodeShareGroupHeartbeatResponseTopicPartitions(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupHeartbeatResponseAssignment(r: Reader, v: number): ShareGroupHeartbeatResponseAssignment {
  const topicPartitions: ShareGroupHeartbeatResponseTopicPartitions[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topicPartitions.push(decodeShareGroupHeartbeatResponseTopicPartitions(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupHeartbeatResponseAssignment = { topicPartitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareGroupHeartbeatResponseTopicPartitions(m: ShareGroupHeartbeatResponseTopicPartitions, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupHeartbeatResponseTopicPartitions(w: Writer, m: ShareGroupHeartbeatResponseTopicPartitions, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupHeartbeatResponseTopicPartitions(r: Reader, v: number): ShareGroupHeartbeatResponseTopicPartitions {
  const topicId = r.uuid();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupHeartbeatResponseTopicPartitions = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Epoch and, when it changed, assignment of the member. */
export const shareGroupHeartbeatResponse: MessageCodec<ShareGroupHeartbeatResponse> = {
  name: 'ShareGroupHeartbeatResponse',
  kind: 'response',
  apiKey: 76,
  minVersion: 1,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(shareGroupHeartbeatResponse, version);
    return sizeShareGroupHeartbeatResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(shareGroupHeartbeatResponse, version);
    encodeShareGroupHeartbeatResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(shareGroupHeartbeatResponse, version);
    return decodeShareGroupHeartbeatResponse(reader, version);
  },
};
