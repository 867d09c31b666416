// Generated from schemas/16-list-groups.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks which groups this broker coordinates. */
export interface ListGroupsRequest {
  /** States to list, empty for all. (v4+) */
  statesFilter: readonly string[];
  /** Types to list, empty for all. (v5+) */
  typesFilter: readonly string[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListGroupsRequest(init: Partial<ListGroupsRequest> = {}): ListGroupsRequest {
  const m: ListGroupsRequest = {
    statesFilter: init.statesFilter ?? [],
    typesFilter: init.typesFilter ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListGroupsRequest(m: ListGroupsRequest, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  if (v >= 4) {
    n += sizeOfUvarint(m.statesFilter.length + 1);
    for (const e of m.statesFilter) n += sizeOfCompactString(e);
  }
  if (v >= 5) {
    n += sizeOfUvarint(m.typesFilter.length + 1);
    for (const e of m.typesFilter) n += sizeOfCompactString(e);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListGroupsRequest(w: Writer, m: ListGroupsRequest, v: number): void {
  const flexible = v >= 3;
  if (v >= 4) {
    w.compactArrayLength(m.statesFilter.length);
    for (const e of m.statesFilter) w.compactString(e);
  }
  if (!(v >= 4) && m.statesFilter.length !== 0) throw unsupportedField('ListGroupsRequest', 'statesFilter', v);
  if (v >= 5) {
    w.compactArrayLength(m.typesFilter.length);
    for (const e of m.typesFilter) w.compactString(e);
  }
  if (!(v >= 5) && m.typesFilter.length !== 0) throw unsupportedField('ListGroupsRequest', 'typesFilter', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeListGroupsRequest(r: Reader, v: number): ListGroupsRequest {
  const flexible = v >= 3;
  const statesFilter: string[] = [];
  if (v >= 4) {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) statesFilter.push(r.compactString());
  }
  const typesFilter: string[] = [];
  if (v >= 5) {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) typesFilter.push(r.compactString());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ListGroupsRequest = { statesFilter, typesFilter };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks which groups this broker coordinates. */
export const listGroupsRequest: MessageCodec<ListGroupsRequest> = {
  name: 'ListGroupsRequest',
  kind: 'request',
  apiKey: 16,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listGroupsRequest, version);
    return sizeListGroupsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listGroupsRequest, version);
    encodeListGroupsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listGroupsRequest, version);
    return decodeListGroupsRequest(reader, version);
  },
};

/** Groups that this broker coordinates. */
export interface ListGroupsResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v1+) */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Groups concerned. */
  groups: readonly ListGroupsResponseListedGroup[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListGroupsResponse(init: Partial<ListGroupsResponse> = {}): ListGroupsResponse {
  const m: ListGroupsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    groups: init.groups ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `groups`. */
export interface ListGroupsResponseListedGroup {
  /** Id of the group. */
  groupId: string;
  /** Kind of classic group, such as consumer. */
  protocolType: string;
  /** State of the group. (v4+) */
  groupState: string;
  /** Type of the group. (v5+) */
  groupType: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListGroupsResponseListedGroup(init: Partial<ListGroupsResponseListedGroup> = {}): ListGroupsResponseListedGroup {
  const m: ListGroupsResponseListedGroup = {
    groupId: init.groupId ?? '',
    protocolType: init.protocolType ?? '',
    groupState: init.groupState ?? '',
    groupType: init.groupType ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListGroupsResponse(m: ListGroupsResponse, v: number): number {
  const flexible = v >= 3;
  let n = 2;
  if (v >= 1) {
    n += 4;
  }
  n += flexible ? sizeOfUvarint(m.groups.length + 1) : 4;
  for (const e of m.groups) n += sizeListGroupsResponseListedGroup(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListGroupsResponse(w: Writer, m: ListGroupsResponse, v: number): void {
  const flexible = v >= 3;
  if (v >= 1) {
    w.int32(m.throttleTimeMs);
  }
  w.int16(m.errorCode);
  if (flexible) w.compactArrayLength(m.groups.length); else w.arrayLength(m.groups.length);
  for (const e of m.groups) encodeListGroupsResponseListedGroup(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeListGroupsResponse(r: Reader, v: number): ListGroupsResponse {
  const flexible = v >= 3;
  const throttleTimeMs = v >= 1 ? r.int32() : 0;
  const errorCode = r.int16();
  const groups: ListGroupsResponseListedGroup[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) groups.push(decodeListGroupsResponseListedGroup(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ListGroupsResponse = { throttleTimeMs, errorCode, groups };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListGroupsResponseListedGroup(m: ListGroupsResponseListedGroup, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  n += flexible ? sizeOfCompactString(m.protocolType) : sizeOfString(m.protocolType);
  if (v >= 4) {
    n += sizeOfCompactString(m.groupState);
  }
  if (v >= 5) {
    n += sizeOfCompactString(m.groupType);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListGroupsResponseListedGroup(w: Writer, m: ListGroupsResponseListedGroup, v: number): void {
  const flexible = v >= 3;
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  if (flexible) w.compactString(m.protocolType); else w.string(m.protocolType);
  if (v >= 4) {
    w.compactString(m.groupState);
  }
  if (v >= 5) {
    w.compactString(m.groupType);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeListGroupsResponseListedGroup(r: Reader, v: number): ListGroupsResponseListedGroup {
  const flexible = v >= 3;
  const groupId = flexible ? r.compactString() : r.string();
  const protocolType = flexible ? r.compactString() : r.string();
  const groupState = v >= 4 ? r.compactString() : '';
  const groupType = v >= 5 ? r.compactString() : '';
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ListGroupsResponseListedGroup = { groupId, protocolType, groupState, groupType };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Groups that this broker coordinates. */
export const listGroupsResponse: MessageCodec<ListGroupsResponse> = {
  name: 'ListGroupsResponse',
  kind: 'response',
  apiKey: 16,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listGroupsResponse, version);
    return sizeListGroupsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listGroupsResponse, version);
    encodeListGroupsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listGroupsResponse, version);
    return decodeListGroupsResponse(reader, version);
  },
};
