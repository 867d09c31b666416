// Generated from schemas/11-join-group.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { nullField, unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfBytes, sizeOfCompactBytes, sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Enters a classic group and takes part in a rebalance. */
export interface JoinGroupRequest {
  /** Id of the group. */
  groupId: string;
  /** Milliseconds without heartbeat after which the member is out. */
  sessionTimeoutMs: number;
  /** Milliseconds that a member may take to rejoin in a rebalance. (v1+) */
  rebalanceTimeoutMs: number;
  /** Id that the coordinator gave, empty at the first attempt. */
  memberId: string;
  /** Name of a static member, or null. (v5+) */
  groupInstanceId: string | null;
  /** Kind of classic group, such as consumer. */
  protocolType: string;
  /** Assignment protocols that the member knows, best first. */
  protocols: readonly JoinGroupRequestProtocol[];
  /** Why, in words for the log. (v8+) */
  reason: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createJoinGroupRequest(init: Partial<JoinGroupRequest> = {}): JoinGroupRequest {
  const m: JoinGroupRequest = {
    groupId: init.groupId ?? '',
    sessionTimeoutMs: init.sessionTimeoutMs ?? 0,
    rebalanceTimeoutMs: init.rebalanceTimeoutMs ?? -1,
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId ?? null,
    protocolType: init.protocolType ?? '',
    protocols: init.protocols ?? [],
    reason: init.reason ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `protocols`. */
export interface JoinGroupRequestProtocol {
  /** Name of the protocol. */
  name: string;
  /** Bytes of the protocol, such as a subscription. */
  metadata: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createJoinGroupRequestProtocol(init: Partial<JoinGroupRequestProtocol> = {}): JoinGroupRequestProtocol {
  const m: JoinGroupRequestProtocol = {
    name: init.name ?? '',
    metadata: init.metadata ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeJoinGroupRequest(m: JoinGroupRequest, v: number): number {
  const flexible = v >= 6;
  let n = 4;
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  if (v >= 1) {
    n += 4;
  }
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  if (v >= 5) {
    n += flexible ? sizeOfCompactNullableString(m.groupInstanceId) : sizeOfNullableString(m.groupInstanceId);
  }
  n += flexible ? sizeOfCompactString(m.protocolType) : sizeOfString(m.protocolType);
  n += flexible ? sizeOfUvarint(m.protocols.length + 1) : 4;
  for (const e of m.protocols) n += sizeJoinGroupRequestProtocol(e, v);
  if (v >= 8) {
    n += sizeOfCompactNullableString(m.reason);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeJoinGroupRequest(w: Writer, m: JoinGroupRequest, v: number): void {
  const flexible = v >= 6;
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  w.int32(m.sessionTimeoutMs);
  if (v >= 1) {
    w.int32(m.rebalanceTimeoutMs);
  }
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (v >= 5) {
    if (flexible) w.compactNullableString(m.groupInstanceId); else w.nullableString(m.groupInstanceId);
  }
  if (!(v >= 5) && m.groupInstanceId !== null) throw unsupportedField('JoinGroupRequest', 'groupInstanceId', v);
  if (flexible) w.compactString(m.protocolType); else w.string(m.protocolType);
  if (flexible) w.compactArrayLength(m.protocols.length); else w.arrayLength(m.protocols.length);
  for (const e of m.protocols) encodeJoinGroupRequestProtocol(w, e, v);
  if (v >= 8) {
    w.compactNullableString(m.reason);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeJoinGroupRequest(r: Reader, v: number): JoinGroupRequest {
  const flexible = v >= 6;
  const groupId = flexible ? r.compactString() : r.string();
  const sessionTimeoutMs = r.int32();
  const rebalanceTimeoutMs = v >= 1 ? r.int32() : -1;
  const memberId = flexible ? r.compactString() : r.string();
  const groupInstanceId = v >= 5 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  const protocolType = flexible ? r.compactString() : r.string();
  const protocols: JoinGroupRequestProtocol[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) protocols.push(decodeJoinGroupRequestProtocol(r, v));
  }
  const reason = v >= 8 ? r.compactNullableString() : null;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: JoinGroupRequest = { groupId, sessionTimeoutMs, rebalanceTimeoutMs, memberId, groupInstanceId, protocolType, protocols, reason };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeJoinGroupRequestProtocol(m: JoinGroupRequestProtocol, v: number): number {
  const flexible = v >= 6;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfCompactBytes(m.metadata) : sizeOfBytes(m.metadata);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeJoinGroupRequestProtocol(w: Writer, m: JoinGroupRequestProtocol, v: number): void {
  const flexible = v >= 6;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactBytes(m.metadata); else w.bytes(m.metadata);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeJoinGroupRequestProtocol(r: Reader, v: number): JoinGroupRequestProtocol {
  const flexible = v >= 6;
  const name = flexible ? r.compactString() : r.string();
  const metadata = flexible ? r.compactBytes() : r.bytes();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: JoinGroupRequestProtocol = { name, metadata };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Enters a classic group and takes part in a rebalance. */
export const joinGroupRequest: MessageCodec<JoinGroupRequest> = {
  name: 'JoinGroupRequest',
  kind: 'request',
  apiKey: 11,
  minVersion: 0,
  maxVersion: 9,
  flexibleFrom: 6,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(joinGroupRequest, version);
    return sizeJoinGroupRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(joinGroupRequest, version);
    encodeJoinGroupRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(joinGroupRequest, version);
    return decodeJoinGroupRequest(reader, version);
  },
};

/** Ends the first half of a rebalance: the generation and, for the leader, all members. */
export interface JoinGroupResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v2+) */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Generation of the group. */
  generationId: number;
  /** Kind of classic group, such as consumer. (v7+) */
  protocolType: string | null;
  /** Protocol that the group chose, null when there is none. (null in v7+) */
  protocolName: string | null;
  /** Member that computes assignments. */
  leader: string;
  /** The leader need not compute an assignment. (v9+) */
  skipAssignment: boolean;
  /** Id of the member. */
  memberId: string;
  /** All members, for the leader only. */
  members: readonly JoinGroupResponseMember[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createJoinGroupResponse(init: Partial<JoinGroupResponse> = {}): JoinGroupResponse {
  const m: JoinGroupResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    generationId: init.generationId ?? -1,
    protocolType: init.protocolType ?? null,
    protocolName: init.protocolName === undefined ? '' : init.protocolName,
    leader: init.leader ?? '',
    skipAssignment: init.skipAssignment ?? false,
    memberId: init.memberId ?? '',
    members: init.members ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `members`. */
export interface JoinGroupResponseMember {
  /** Id of the member. */
  memberId: string;
  /** Name of a static member, or null. (v5+) */
  groupInstanceId: string | null;
  /** Bytes of the chosen protocol. */
  metadata: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createJoinGroupResponseMember(init: Partial<JoinGroupResponseMember> = {}): JoinGroupResponseMember {
  const m: JoinGroupResponseMember = {
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId ?? null,
    metadata: init.metadata ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeJoinGroupResponse(m: JoinGroupResponse, v: number): number {
  const flexible = v >= 6;
  let n = 6;
  if (v >= 2) {
    n += 4;
  }
  if (v >= 7) {
    n += sizeOfCompactNullableString(m.protocolType);
  }
  n += flexible ? sizeOfCompactNullableString(m.protocolName) : sizeOfNullableString(m.protocolName);
  n += flexible ? sizeOfCompactString(m.leader) : sizeOfString(m.leader);
  if (v >= 9) {
    n += 1;
  }
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  n += flexible ? sizeOfUvarint(m.members.length + 1) : 4;
  for (const e of m.members) n += sizeJoinGroupResponseMember(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeJoinGroupResponse(w: Writer, m: JoinGroupResponse, v: number): void {
  const flexible = v >= 6;
  if (v >= 2) {
    w.int32(m.throttleTimeMs);
  }
  w.int16(m.errorCode);
  w.int32(m.generationId);
  if (v >= 7) {
    w.compactNullableString(m.protocolType);
  }
  if (m.protocolName === null && !(v >= 7)) throw nullField('JoinGroupResponse', 'protocolName', v);
  if (flexible) w.compactNullableString(m.protocolName); else w.nullableString(m.protocolName);
  if (flexible) w.compactString(m.leader); else w.string(m.leader);
  if (v >= 9) {
    w.boolean(m.skipAssignment);
  }
  if (!(v >= 9) && m.skipAssignment !== false) throw unsupportedField('JoinGroupResponse', 'skipAssignment', v);
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (flexible) w.compactArrayLength(m.members.length); else w.arrayLength(m.members.length);
  for (const e of m.members) encodeJoinGroupResponseMember(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeJoinGroupResponse(r: Reader, v: number): JoinGroupResponse {
  const flexible = v >= 6;
  const throttleTimeMs = v >= 2 ? r.int32() : 0;
  const errorCode = r.int16();
  const generationId = r.int32();
  const protocolType = v >= 7 ? r.compactNullableString() : null;
  let protocolName: string | null = '';
  protocolName = flexible ? r.compactNullableString() : r.nullableString();
  if (protocolName === null && !(v >= 7)) throw nullField('JoinGroupResponse', 'protocolName', v);
  const leader = flexible ? r.compactString() : r.string();
  const skipAssignment = v >= 9 ? r.boolean() : false;
  const memberId = flexible ? r.compactString() : r.string();
  const members: JoinGroupResponseMember[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) members.push(decodeJoinGroupResponseMember(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: JoinGroupResponse = { throttleTimeMs, errorCode, generationId, protocolType, protocolName, leader, skipAssignment, memberId, members };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeJoinGroupResponseMember(m: JoinGroupResponseMember, v: number): number {
  const flexible = v >= 6;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  if (v >= 5) {
    n += flexible ? sizeOfCompactNullableString(m.groupInstanceId) : sizeOfNullableString(m.groupInstanceId);
  }
  n += flexible ? sizeOfCompactBytes(m.metadata) : sizeOfBytes(m.metadata);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeJoinGroupResponseMember(w: Writer, m: JoinGroupResponseMember, v: number): void {
  const flexible = v >= 6;
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (v >= 5) {
    if (flexible) w.compactNullableString(m.groupInstanceId); else w.nullableString(m.groupInstanceId);
  }
  if (flexible) w.compactBytes(m.metadata); else w.bytes(m.metadata);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeJoinGroupResponseMember(r: Reader, v: number): JoinGroupResponseMember {
  const flexible = v >= 6;
  const memberId = flexible ? r.compactString() : r.string();
  const groupInstanceId = v >= 5 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  const metadata = flexible ? r.compactBytes() : r.bytes();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: JoinGroupResponseMember = { memberId, groupInstanceId, metadata };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Ends the first half of a rebalance: the generation and, for the leader, all members. */
export const joinGroupResponse: MessageCodec<JoinGroupResponse> = {
  name: 'JoinGroupResponse',
  kind: 'response',
  apiKey: 11,
  minVersion: 0,
  maxVersion: 9,
  flexibleFrom: 6,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(joinGroupResponse, version);
    return sizeJoinGroupResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(joinGroupResponse, version);
    encodeJoinGroupResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(joinGroupResponse, version);
    return decodeJoinGroupResponse(reader, version);
  },
};
