// Generated from schemas/13-leave-group.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Takes members out of a classic group at once. */
export interface LeaveGroupRequest {
  /** Id of the group. */
  groupId: string;
  /** Member that leaves. (v0-2) */
  memberId: string;
  /** Members that leave. (v3+) */
  members: readonly LeaveGroupRequestMemberIdentity[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createLeaveGroupRequest(init: Partial<LeaveGroupRequest> = {}): LeaveGroupRequest {
  const m: LeaveGroupRequest = {
    groupId: init.groupId ?? '',
    memberId: init.memberId ?? '',
    members: init.members ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `members`. */
export interface LeaveGroupRequestMemberIdentity {
  /** Member that leaves. (v3+) */
  memberId: string;
  /** Name of a static member, or null. (v3+) */
  groupInstanceId: string | null;
  /** Why, in words for the log. (v5+) */
  reason: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createLeaveGroupRequestMemberIdentity(init: Partial<LeaveGroupRequestMemberIdentity> = {}): LeaveGroupRequestMemberIdentity {
  const m: LeaveGroupRequestMemberIdentity = {
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId ?? null,
    reason: init.reason ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeLeaveGroupRequest(m: LeaveGroupRequest, v: number): number {
  const flexible = v >= 4;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  if (v <= 2) {
    n += sizeOfString(m.memberId);
  }
  if (v >= 3) {
    n += flexible ? sizeOfUvarint(m.members.length + 1) : 4;
    for (const e of m.members) n += sizeLeaveGroupRequestMemberIdentity(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeLeaveGroupRequest(w: Writer, m: LeaveGroupRequest, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  if (v <= 2) {
    w.string(m.memberId);
  }
  if (!(v <= 2) && m.memberId !== '') throw unsupportedField('LeaveGroupRequest', 'memberId', v);
  if (v >= 3) {
    if (flexible) w.compactArrayLength(m.members.length); else w.arrayLength(m.members.length);
    for (const e of m.members) encodeLeaveGroupRequestMemberIdentity(w, e, v);
  }
  if (!(v >= 3) && m.members.length !== 0) throw unsupportedField('LeaveGroupRequest', 'members', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeLeaveGroupRequest(r: Reader, v: number): LeaveGroupRequest {
  const flexible = v >= 4;
  const groupId = flexible ? r.compactString() : r.string();
  const memberId = v <= 2 ? r.string() : '';
  const members: LeaveGroupRequestMemberIdentity[] = [];
  if (v >= 3) {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) members.push(decodeLeaveGroupRequestMemberIdentity(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: LeaveGroupRequest = { groupId, memberId, members };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeLeaveGroupRequestMemberIdentity(m: LeaveGroupRequestMemberIdentity, v: number): number {
  const flexible = v >= 4;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  n += flexible ? sizeOfCompactNullableString(m.groupInstanceId) : sizeOfNullableString(m.groupInstanceId);
  if (v >= 5) {
    n += sizeOfCompactNullableString(m.reason);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeLeaveGroupRequestMemberIdentity(w: Writer, m: LeaveGroupRequestMemberIdentity, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (flexible) w.compactNullableString(m.groupInstanceId); else w.nullableString(m.groupInstanceId);
  if (v >= 5) {
    w.compactNullableString(m.reason);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeLeaveGroupRequestMemberIdentity(r: Reader, v: number): LeaveGroupRequestMemberIdentity {
  const flexible = v >= 4;
  const memberId = flexible ? r.compactString() : r.string();
  const groupInstanceId = flexible ? r.compactNullableString() : r.nullableString();
  const reason = v >= 5 ? r.compactNullableString() : null;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: LeaveGroupRequestMemberIdentity = { memberId, groupInstanceId, reason };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Takes members out of a classic group at once. */
export const leaveGroupRequest: MessageCodec<LeaveGroupRequest> = {
  name: 'LeaveGroupRequest',
  kind: 'request',
  apiKey: 13,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(leaveGroupRequest, version);
    return sizeLeaveGroupRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(leaveGroupRequest, version);
    encodeLeaveGroupRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(leaveGroupRequest, version);
    return decodeLeaveGroupRequest(reader, version);
  },
};

/** Result for each member that leaves. */
export interface LeaveGroupResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v1+) */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Members of the group. (v3+) */
  members: readonly LeaveGroupResponseMemberResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createLeaveGroupResponse(init: Partial<LeaveGroupResponse> = {}): LeaveGroupResponse {
  const m: LeaveGroupResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    members: init.members ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `members`. */
export interface LeaveGroupResponseMemberResponse {
  /** Id of the member. (v3+) */
  memberId: string;
  /** Name of a static member, or null. (v3+) */
  groupInstanceId: string | null;
  /** What went wrong, or 0. (v3+) */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createLeaveGroupResponseMemberResponse(init: Partial<LeaveGroupResponseMemberResponse> = {}): LeaveGroupResponseMemberResponse {
  const m: LeaveGroupResponseMemberResponse = {
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId === undefined ? '' : init.groupInstanceId,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeLeaveGroupResponse(m: LeaveGroupResponse, v: number): number {
  const flexible = v >= 4;
  let n = 2;
  if (v >= 1) {
    n += 4;
  }
  if (v >= 3) {
    n += flexible ? sizeOfUvarint(m.members.length + 1) : 4;
    for (const e of m.members) n += sizeLeaveGroupResponseMemberResponse(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeLeaveGroupResponse(w: Writer, m: LeaveGroupResponse, v: number): void {
  const flexible = v >= 4;
  if (v >= 1) {
    w.int32(m.throttleTimeMs);
  }
  w.int16(m.errorCode);
  if (v >= 3) {
    if (flexible) w.compactArrayLength(m.members.length); else w.arrayLength(m.members.length);
    for (const e of m.members) encodeLeaveGroupResponseMemberResponse(w, e, v);
  }
  if (!(v >= 3) && m.members.length !== 0) throw unsupportedField('LeaveGroupResponse', 'members', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeLeaveGroupResponse(r: Reader, v: number): LeaveGroupResponse {
  const flexible = v >= 4;
  const throttleTimeMs = v >= 1 ? r.int32() : 0;
  const errorCode = r.int16();
  const members: LeaveGroupResponseMemberResponse[] = [];
  if (v >= 3) {
    const count = flexible ? r.compactArrayLength(5) : r.arrayLength(5);
    for (let i = 0; i < count; i++) members.push(decodeLeaveGroupResponseMemberResponse(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: LeaveGroupResponse = { throttleTimeMs, errorCode, members };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeLeaveGroupResponseMemberResponse(m: LeaveGroupResponseMemberResponse, v: number): number {
  const flexible = v >= 4;
  let n = 2;
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  n += flexible ? sizeOfCompactNullableString(m.groupInstanceId) : sizeOfNullableString(m.groupInstanceId);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeLeaveGroupResponseMemberResponse(w: Writer, m: LeaveGroupResponseMemberResponse, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (flexible) w.compactNullableString(m.groupInstanceId); else w.nullableString(m.groupInstanceId);
  w.int16(m.errorCode);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeLeaveGroupResponseMemberResponse(r: Reader, v: number): LeaveGroupResponseMemberResponse {
  const flexible = v >= 4;
  const memberId = flexible ? r.compactString() : r.string();
  const groupInstanceId = flexible ? r.compactNullableString() : r.nullableString();
  const errorCode = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: LeaveGroupResponseMemberResponse = { memberId, groupInstanceId, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each member that leaves. */
export const leaveGroupResponse: MessageCodec<LeaveGroupResponse> = {
  name: 'LeaveGroupResponse',
  kind: 'response',
  apiKey: 13,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(leaveGroupResponse, version);
    return sizeLeaveGroupResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(leaveGroupResponse, version);
    encodeLeaveGroupResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(leaveGroupResponse, version);
    return decodeLeaveGroupResponse(reader, version);
  },
};
