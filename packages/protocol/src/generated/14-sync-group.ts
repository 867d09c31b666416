// Generated from schemas/14-sync-group.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfBytes, sizeOfCompactBytes, sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Second half of a rebalance: the leader hands in assignments, all members fetch theirs. */
export interface SyncGroupRequest {
  /** Id of the group. */
  groupId: string;
  /** Generation of the group. */
  generationId: number;
  /** Id of the member. */
  memberId: string;
  /** Name of a static member, or null. (v3+) */
  groupInstanceId: string | null;
  /** Kind of classic group, such as consumer. (v5+) */
  protocolType: string | null;
  /** Protocol that the group chose. (v5+) */
  protocolName: string | null;
  /** Assignment of every member, from the leader only. */
  assignments: readonly SyncGroupRequestAssignment[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createSyncGroupRequest(init: Partial<SyncGroupRequest> = {}): SyncGroupRequest {
  const m: SyncGroupRequest = {
    groupId: init.groupId ?? '',
    generationId: init.generationId ?? 0,
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId ?? null,
    protocolType: init.protocolType ?? null,
    protocolName: init.protocolName ?? null,
    assignments: init.assignments ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `assignments`. */
export interface SyncGroupRequestAssignment {
  /** Id of the member. */
  memberId: string;
  /** Bytes for the member. */
  assignment: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createSyncGroupRequestAssignment(init: Partial<SyncGroupRequestAssignment> = {}): SyncGroupRequestAssignment {
  const m: SyncGroupRequestAssignment = {
    memberId: init.memberId ?? '',
    assignment: init.assignment ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeSyncGroupRequest(m: SyncGroupRequest, v: number): number {
  const flexible = v >= 4;
  let n = 4;
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  if (v >= 3) {
    n += flexible ? sizeOfCompactNullableString(m.groupInstanceId) : sizeOfNullableString(m.groupInstanceId);
  }
  if (v >= 5) {
    n += sizeOfCompactNullableString(m.protocolType);
    n += sizeOfCompactNullableString(m.protocolName);
  }
  n += flexible ? sizeOfUvarint(m.assignments.length + 1) : 4;
  for (const e of m.assignments) n += sizeSyncGroupRequestAssignment(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeSyncGroupRequest(w: Writer, m: SyncGroupRequest, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  w.int32(m.generationId);
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (v >= 3) {
    if (flexible) w.compactNullableString(m.groupInstanceId); else w.nullableString(m.groupInstanceId);
  }
  if (!(v >= 3) && m.groupInstanceId !== null) throw unsupportedField('SyncGroupRequest', 'groupInstanceId', v);
  if (v >= 5) {
    w.compactNullableString(m.protocolType);
    w.compactNullableString(m.protocolName);
  }
  if (flexible) w.compactArrayLength(m.assignments.length); else w.arrayLength(m.assignments.length);
  for (const e of m.assignments) encodeSyncGroupRequestAssignment(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeSyncGroupRequest(r: Reader, v: number): SyncGroupRequest {
  const flexible = v >= 4;
  const groupId = flexible ? r.compactString() : r.string();
  const generationId = r.int32();
  const memberId = flexible ? r.compactString() : r.string();
  const groupInstanceId = v >= 3 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  const protocolType = v >= 5 ? r.compactNullableString() : null;
  const protocolName = v >= 5 ? r.compactNullableString() : null;
  const assignments: SyncGroupRequestAssignment[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) assignments.push(decodeSyncGroupRequestAssignment(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: SyncGroupRequest = { groupId, generationId, memberId, groupInstanceId, protocolType, protocolName, assignments };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeSyncGroupRequestAssignment(m: SyncGroupRequestAssignment, v: number): number {
  const flexible = v >= 4;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  n += flexible ? sizeOfCompactBytes(m.assignment) : sizeOfBytes(m.assignment);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeSyncGroupRequestAssignment(w: Writer, m: SyncGroupRequestAssignment, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (flexible) w.compactBytes(m.assignment); else w.bytes(m.assignment);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeSyncGroupRequestAssignment(r: Reader, v: number): SyncGroupRequestAssignment {
  const flexible = v >= 4;
  const memberId = flexible ? r.compactString() : r.string();
  const assignment = flexible ? r.compactBytes() : r.bytes();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: SyncGroupRequestAssignment = { memberId, assignment };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Second half of a rebalance: the leader hands in assignments, all members fetch theirs. */
export const syncGroupRequest: MessageCodec<SyncGroupRequest> = {
  name: 'SyncGroupRequest',
  kind: 'request',
  apiKey: 14,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(syncGroupRequest, version);
    return sizeSyncGroupRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(syncGroupRequest, version);
    encodeSyncGroupRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(syncGroupRequest, version);
    return decodeSyncGroupRequest(reader, version);
  },
};

/** The member's own assignment. */
export interface SyncGroupResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v1+) */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Kind of classic group, such as consumer. (v5+) */
  protocolType: string | null;
  /** Protocol that the group chose. (v5+) */
  protocolName: string | null;
  /** Bytes from the leader. */
  assignment: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createSyncGroupResponse(init: Partial<SyncGroupResponse> = {}): SyncGroupResponse {
  const m: SyncGroupResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    protocolType: init.protocolType ?? null,
    protocolName: init.protocolName ?? null,
    assignment: init.assignment ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeSyncGroupResponse(m: SyncGroupResponse, v: number): number {
  const flexible = v >= 4;
  let n = 2;
  if (v >= 1) {
    n += 4;
  }
  if (v >= 5) {
    n += sizeOfCompactNullableString(m.protocolType);
    n += sizeOfCompactNullableString(m.protocolName);
  }
  n += flexible ? sizeOfCompactBytes(m.assignment) : sizeOfBytes(m.assignment);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeSyncGroupResponse(w: Writer, m: SyncGroupResponse, v: number): void {
  const flexible = v >= 4;
  if (v >= 1) {
    w.int32(m.throttleTimeMs);
  }
  w.int16(m.errorCode);
  if (v >= 5) {
    w.compactNullableString(m.protocolType);
    w.compactNullableString(m.protocolName);
  }
  if (flexible) w.compactBytes(m.assignment); else w.bytes(m.assignment);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeSyncGroupResponse(r: Reader, v: number): SyncGroupResponse {
  const flexible = v >= 4;
  const throttleTimeMs = v >= 1 ? r.int32() : 0;
  const errorCode = r.int16();
  const protocolType = v >= 5 ? r.compactNullableString() : null;
  const protocolName = v >= 5 ? r.compactNullableString() : null;
  const assignment = flexible ? r.compactBytes() : r.bytes();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: SyncGroupResponse = { throttleTimeMs, errorCode, protocolType, protocolName, assignment };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** The member's own assignment. */
export const syncGroupResponse: MessageCodec<SyncGroupResponse> = {
  name: 'SyncGroupResponse',
  kind: 'response',
  apiKey: 14,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(syncGroupResponse, version);
    return sizeSyncGroupResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(syncGroupResponse, version);
    encodeSyncGroupResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(syncGroupResponse, version);
    return decodeSyncGroupResponse(reader, version);
  },
};
