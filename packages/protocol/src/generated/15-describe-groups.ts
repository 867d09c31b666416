// Generated from schemas/15-describe-groups.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfBytes, sizeOfCompactBytes, sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for state and members of classic groups. */
export interface DescribeGroupsRequest {
  /** Groups concerned. */
  groups: readonly string[];
  /** Also say which operations the caller may do. (v3+) */
  includeAuthorizedOperations: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeGroupsRequest(init: Partial<DescribeGroupsRequest> = {}): DescribeGroupsRequest {
  const m: DescribeGroupsRequest = {
    groups: init.groups ?? [],
    includeAuthorizedOperations: init.includeAuthorizedOperations ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeGroupsRequest(m: DescribeGroupsRequest, v: number): number {
  const flexible = v >= 5;
  let n = 0;
  n += flexible ? sizeOfUvarint(m.groups.length + 1) : 4;
  for (const e of m.groups) n += flexible ? sizeOfCompactString(e) : sizeOfString(e);
  if (v >= 3) {
    n += 1;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeGroupsRequest(w: Writer, m: DescribeGroupsRequest, v: number): void {
  const flexible = v >= 5;
  if (flexible) w.compactArrayLength(m.groups.length); else w.arrayLength(m.groups.length);
  for (const e of m.groups) { if (flexible) w.compactString(e); else w.string(e); }
  if (v >= 3) {
    w.boolean(m.includeAuthorizedOperations);
  }
  if (!(v >= 3) && m.includeAuthorizedOperations !== false) throw unsupportedField('DescribeGroupsRequest', 'includeAuthorizedOperations', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeGroupsRequest(r: Reader, v: number): DescribeGroupsRequest {
  const flexible = v >= 5;
  const groups: string[] = [];
  {
    const count = flexible ? r.compactArrayLength(1) : r.arrayLength(1);
    for (let i = 0; i < count; i++) groups.push(flexible ? r.compactString() : r.string());
  }
  const includeAuthorizedOperations = v >= 3 ? r.boolean() : false;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeGroupsRequest = { groups, includeAuthorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for state and members of classic groups. */
export const describeGroupsRequest: MessageCodec<DescribeGroupsRequest> = {
  name: 'DescribeGroupsRequest',
  kind: 'request',
  apiKey: 15,
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 5,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeGroupsRequest, version);
    return sizeDescribeGroupsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeGroupsRequest, version);
    encodeDescribeGroupsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeGroupsRequest, version);
    return decodeDescribeGroupsRequest(reader, version);
  },
};

/** State and members of the groups asked for. */
export interface DescribeGroupsResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v1+) */
  throttleTimeMs: number;
  /** Groups concerned. */
  groups: readonly DescribeGroupsResponseDescribedGroup[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeGroupsResponse(init: Partial<DescribeGroupsResponse> = {}): DescribeGroupsResponse {
  const m: DescribeGroupsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    groups: init.groups ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `groups`. */
export interface DescribeGroupsResponseDescribedGroup {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. (v6+) */
  errorMessage: string | null;
  /** Id of the group. */
  groupId: string;
  /** State of the group. */
  groupState: string;
  /** Kind of classic group, such as consumer. */
  protocolType: string;
  /** Protocol that the group chose. */
  protocolData: string;
  /** Members of the group. */
  members: readonly DescribeGroupsResponseDescribedGroupMember[];
  /** Bits of the operations that the caller may do; the lowest number when not asked for. (v3+) */
  authorizedOperations: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeGroupsResponseDescribedGroup(init: Partial<DescribeGroupsResponseDescribedGroup> = {}): DescribeGroupsResponseDescribedGroup {
  const m: DescribeGroupsResponseDescribedGroup = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    groupId: init.groupId ?? '',
    groupState: init.groupState ?? '',
    protocolType: init.protocolType ?? '',
    protocolData: init.protocolData ?? '',
    members: init.members ?? [],
    authorizedOperations: init.authorizedOperations ?? -2147483648,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `members`. */
export interface DescribeGroupsResponseDescribedGroupMember {
  /** Id of the member. */
  memberId: string;
  /** Name of a static member, or null. (v4+) */
  groupInstanceId: string | null;
  /** Client id that the client gave itself. */
  clientId: string;
  /** Address from which the client connects. */
  clientHost: string;
  /** Bytes of the chosen protocol. */
  memberMetadata: Buffer;
  /** Bytes that the leader assigned. */
  memberAssignment: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeGroupsResponseDescribedGroupMember(init: Partial<DescribeGroupsResponseDescribedGroupMember> = {}): DescribeGroupsResponseDescribedGroupMember {
  const m: DescribeGroupsResponseDescribedGroupMember = {
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId ?? null,
    clientId: init.clientId ?? '',
    clientHost: init.clientHost ?? '',
    memberMetadata: init.memberMetadata ?? EMPTY_BYTES,
    memberAssignment: init.memberAssignment ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeGroupsResponse(m: DescribeGroupsResponse, v: number): number {
  const flexible = v >= 5;
  let n = 0;
  if (v >= 1) {
    n += 4;
  }
  n += flexible ? sizeOfUvarint(m.groups.length + 1) : 4;
  for (const e of m.groups) n += sizeDescribeGroupsResponseDescribedGroup(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeGroupsResponse(w: Writer, m: DescribeGroupsResponse, v: number): void {
  const flexible = v >= 5;
  if (v >= 1) {
    w.int32(m.throttleTimeMs);
  }
  if (flexible) w.compactArrayLength(m.groups.length); else w.arrayLength(m.groups.length);
  for (const e of m.groups) encodeDescribeGroupsResponseDescribedGroup(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeGroupsResponse(r: Reader, v: number): DescribeGroupsResponse {
  const flexible = v >= 5;
  const throttleTimeMs = v >= 1 ? r.int32() : 0;
  const groups: DescribeGroupsResponseDescribedGroup[] = [];
  {
    const count = flexible ? r.compactArrayLength(12) : r.arrayLength(12);
    for (let i = 0; i < count; i++) groups.push(decodeDescribeGroupsResponseDescribedGroup(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeGroupsResponse = { throttleTimeMs, groups };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeGroupsResponseDescribedGroup(m: DescribeGroupsResponseDescribedGroup, v: number): number {
  const flexible = v >= 5;
  let n = 2;
  if (v >= 6) {
    n += sizeOfCompactNullableString(m.errorMessage);
  }
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  n += flexible ? sizeOfCompactString(m.groupState) : sizeOfString(m.groupState);
  n += flexible ? sizeOfCompactString(m.protocolType) : sizeOfString(m.protocolType);
  n += flexible ? sizeOfCompactString(m.protocolData) : sizeOfString(m.protocolData);
  n += flexible ? sizeOfUvarint(m.members.length + 1) : 4;
  for (const e of m.members) n += sizeDescribeGroupsResponseDescribedGroupMember(e, v);
  if (v >= 3) {
    n += 4;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeGroupsResponseDescribedGroup(w: Writer, m: DescribeGroupsResponseDescribedGroup, v: number): void {
  const flexible = v >= 5;
  w.int16(m.errorCode);
  if (v >= 6) {
    w.compactNullableString(m.errorMessage);
  }
  if (!(v >= 6) && m.errorMessage !== null) throw unsupportedField('DescribeGroupsResponseDescribedGroup', 'errorMessage', v);
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  if (flexible) w.compactString(m.groupState); else w.string(m.groupState);
  if (flexible) w.compactString(m.protocolType); else w.string(m.protocolType);
  if (flexible) w.compactString(m.protocolData); else w.string(m.protocolData);
  if (flexible) w.compactArrayLength(m.members.length); else w.arrayLength(m.members.length);
  for (const e of m.members) encodeDescribeGroupsResponseDescribedGroupMember(w, e, v);
  if (v >= 3) {
    w.int32(m.authorizedOperations);
  }
  if (!(v >= 3) && m.authorizedOperations !== -2147483648) throw unsupportedField('DescribeGroupsResponseDescribedGroup', 'authorizedOperations', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeGroupsResponseDescribedGroup(r: Reader, v: number): DescribeGroupsResponseDescribedGroup {
  const flexible = v >= 5;
  const errorCode = r.int16();
  const errorMessage = v >= 6 ? r.compactNullableString() : null;
  const groupId = flexible ? r.compactString() : r.string();
  const groupState = flexible ? r.compactString() : r.string();
  const protocolType = flexible ? r.compactString() : r.string();
  const protocolData = flexible ? r.compactString() : r.string();
  const members: DescribeGroupsResponseDescribedGroupMember[] = [];
  {
    const count = flexible ? r.compactArrayLength(7) : r.arrayLength(7);
    for (let i = 0; i < count; i++) members.push(decodeDescribeGroupsResponseDescribedGroupMember(r, v));
  }
  const authorizedOperations = v >= 3 ? r.int32() : -2147483648;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeGroupsResponseDescribedGroup = { errorCode, errorMessage, groupId, groupState, protocolType, protocolData, members, authorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeGroupsResponseDescribedGroupMember(m: DescribeGroupsResponseDescribedGroupMember, v: number): number {
  const flexible = v >= 5;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  if (v >= 4) {
    n += flexible ? sizeOfCompactNullableString(m.groupInstanceId) : sizeOfNullableString(m.groupInstanceId);
  }
  n += flexible ? sizeOfCompactString(m.clientId) : sizeOfString(m.clientId);
  n += flexible ? sizeOfCompactString(m.clientHost) : sizeOfString(m.clientHost);
  n += flexible ? sizeOfCompactBytes(m.memberMetadata) : sizeOfBytes(m.memberMetadata);
  n += flexible ? sizeOfCompactBytes(m.memberAssignment) : sizeOfBytes(m.memberAssignment);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeGroupsResponseDescribedGroupMember(w: Writer, m: DescribeGroupsResponseDescribedGroupMember, v: number): void {
  const flexible = v >= 5;
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (v >= 4) {
    if (flexible) w.compactNullableString(m.groupInstanceId); else w.nullableString(m.groupInstanceId);
  }
  if (flexible) w.compactString(m.clientId); else w.string(m.clientId);
  if (flexible) w.compactString(m.clientHost); else w.string(m.clientHost);
  if (flexible) w.compactBytes(m.memberMetadata); else w.bytes(m.memberMetadata);
  if (flexible) w.compactBytes(m.memberAssignment); else w.bytes(m.memberAssignment);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeGroupsResponseDescribedGroupMember(r: Reader, v: number): DescribeGroupsResponseDescribedGroupMember {
  const flexible = v >= 5;
  const memberId = flexible ? r.compactString() : r.string();
  const groupInstanceId = v >= 4 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  const clientId = flexible ? r.compactString() : r.string();
  const clientHost = flexible ? r.compactString() : r.string();
  const memberMetadata = flexible ? r.compactBytes() : r.bytes();
  const memberAssignment = flexible ? r.compactBytes() : r.bytes();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeGroupsResponseDescribedGroupMember = { memberId, groupInstanceId, clientId, clientHost, memberMetadata, memberAssignment };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** State and members of the groups asked for. */
export const describeGroupsResponse: MessageCodec<DescribeGroupsResponse> = {
  name: 'DescribeGroupsResponse',
  kind: 'response',
  apiKey: 15,
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 5,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeGroupsResponse, version);
    return sizeDescribeGroupsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeGroupsResponse, version);
    encodeDescribeGroupsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeGroupsResponse, version);
    return decodeDescribeGroupsResponse(reader, version);
  },
};
