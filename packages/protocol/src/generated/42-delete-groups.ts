// Generated from schemas/42-delete-groups.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Deletes groups that have no members. */
export interface DeleteGroupsRequest {
  /** Ids of the groups. */
  groupsNames: readonly string[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteGroupsRequest(init: Partial<DeleteGroupsRequest> = {}): DeleteGroupsRequest {
  const m: DeleteGroupsRequest = {
    groupsNames: init.groupsNames ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteGroupsRequest(m: DeleteGroupsRequest, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfUvarint(m.groupsNames.length + 1) : 4;
  for (const e of m.groupsNames) n += flexible ? sizeOfCompactString(e) : sizeOfString(e);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteGroupsRequest(w: Writer, m: DeleteGroupsRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactArrayLength(m.groupsNames.length); else w.arrayLength(m.groupsNames.length);
  for (const e of m.groupsNames) { if (flexible) w.compactString(e); else w.string(e); }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteGroupsRequest(r: Reader, v: number): DeleteGroupsRequest {
  const flexible = v >= 2;
  const groupsNames: string[] = [];
  {
    const count = flexible ? r.compactArrayLength(1) : r.arrayLength(1);
    for (let i = 0; i < count; i++) groupsNames.push(flexible ? r.compactString() : r.string());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteGroupsRequest = { groupsNames };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Deletes groups that have no members. */
export const deleteGroupsRequest: MessageCodec<DeleteGroupsRequest> = {
  name: 'DeleteGroupsRequest',
  kind: 'request',
  apiKey: 42,
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteGroupsRequest, version);
    return sizeDeleteGroupsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteGroupsRequest, version);
    encodeDeleteGroupsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteGroupsRequest, version);
    return decodeDeleteGroupsRequest(reader, version);
  },
};

/** Result for each group. */
export interface DeleteGroupsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** One result for each entry of the request. */
  results: readonly DeleteGroupsResponseDeletableGroupResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteGroupsResponse(init: Partial<DeleteGroupsResponse> = {}): DeleteGroupsResponse {
  const m: DeleteGroupsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface DeleteGroupsResponseDeletableGroupResult {
  /** Id of the group. */
  groupId: string;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. (v3+) */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteGroupsResponseDeletableGroupResult(init: Partial<DeleteGroupsResponseDeletableGroupResult> = {}): DeleteGroupsResponseDeletableGroupResult {
  const m: DeleteGroupsResponseDeletableGroupResult = {
    groupId: init.groupId ?? '',
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteGroupsResponse(m: DeleteGroupsResponse, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.results.length + 1) : 4;
  for (const e of m.results) n += sizeDeleteGroupsResponseDeletableGroupResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteGroupsResponse(w: Writer, m: DeleteGroupsResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.results.length); else w.arrayLength(m.results.length);
  for (const e of m.results) encodeDeleteGroupsResponseDeletableGroupResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteGroupsResponse(r: Reader, v: number): DeleteGroupsResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const results: DeleteGroupsResponseDeletableGroupResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) results.push(decodeDeleteGroupsResponseDeletableGroupResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteGroupsResponse = { throttleTimeMs, results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteGroupsResponseDeletableGroupResult(m: DeleteGroupsResponseDeletableGroupResult, v: number): number {
  const flexible = v >= 2;
  let n = 2;
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  if (v >= 3) {
    n += sizeOfCompactNullableString(m.errorMessage);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteGroupsResponseDeletableGroupResult(w: Writer, m: DeleteGroupsResponseDeletableGroupResult, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  w.int16(m.errorCode);
  if (v >= 3) {
    w.compactNullableString(m.errorMessage);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteGroupsResponseDeletableGroupResult(r: Reader, v: number): DeleteGroupsResponseDeletableGroupResult {
  const flexible = v >= 2;
  const groupId = flexible ? r.compactString() : r.string();
  const errorCode = r.int16();
  const errorMessage = v >= 3 ? r.compactNullableString() : null;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteGroupsResponseDeletableGroupResult = { groupId, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each group. */
export const deleteGroupsResponse: MessageCodec<DeleteGroupsResponse> = {
  name: 'DeleteGroupsResponse',
  kind: 'response',
  apiKey: 42,
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteGroupsResponse, version);
    return sizeDeleteGroupsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteGroupsResponse, version);
    encodeDeleteGroupsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteGroupsResponse, version);
    return decodeDeleteGroupsResponse(reader, version);
  },
};
