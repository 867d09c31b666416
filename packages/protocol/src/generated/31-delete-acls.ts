// Generated from schemas/31-delete-acls.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Removes all access rules that match filters. */
export interface DeleteAclsRequest {
  /** Filters; every rule that matches one is removed. */
  filters: readonly DeleteAclsRequestDeleteAclsFilter[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteAclsRequest(init: Partial<DeleteAclsRequest> = {}): DeleteAclsRequest {
  const m: DeleteAclsRequest = {
    filters: init.filters ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `filters`. */
export interface DeleteAclsRequestDeleteAclsFilter {
  /** Kind of resource to match. */
  resourceTypeFilter: number;
  /** Resource name to match, null for any. */
  resourceNameFilter: string | null;
  /** Pattern type to match. */
  patternTypeFilter: number;
  /** Principal to match, null for any. */
  principalFilter: string | null;
  /** Host to match, null for any. */
  hostFilter: string | null;
  /** Operation that the rule is about. */
  operation: number;
  /** Whether the rule allows or denies. */
  permissionType: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteAclsRequestDeleteAclsFilter(init: Partial<DeleteAclsRequestDeleteAclsFilter> = {}): DeleteAclsRequestDeleteAclsFilter {
  const m: DeleteAclsRequestDeleteAclsFilter = {
    resourceTypeFilter: init.resourceTypeFilter ?? 0,
    resourceNameFilter: init.resourceNameFilter === undefined ? '' : init.resourceNameFilter,
    patternTypeFilter: init.patternTypeFilter ?? 3,
    principalFilter: init.principalFilter === undefined ? '' : init.principalFilter,
    hostFilter: init.hostFilter === undefined ? '' : init.hostFilter,
    operation: init.operation ?? 0,
    permissionType: init.permissionType ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteAclsRequest(m: DeleteAclsRequest, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfUvarint(m.filters.length + 1) : 4;
  for (const e of m.filters) n += sizeDeleteAclsRequestDeleteAclsFilter(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteAclsRequest(w: Writer, m: DeleteAclsRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactArrayLength(m.filters.length); else w.arrayLength(m.filters.length);
  for (const e of m.filters) encodeDeleteAclsRequestDeleteAclsFilter(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteAclsRequest(r: Reader, v: number): DeleteAclsRequest {
  const flexible = v >= 2;
  const filters: DeleteAclsRequestDeleteAclsFilter[] = [];
  {
    const count = flexible ? r.compactArrayLength(8) : r.arrayLength(8);
    for (let i = 0; i < count; i++) filters.push(decodeDeleteAclsRequestDeleteAclsFilter(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteAclsRequest = { filters };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteAclsRequestDeleteAclsFilter(m: DeleteAclsRequestDeleteAclsFilter, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfCompactNullableString(m.resourceNameFilter) : sizeOfNullableString(m.resourceNameFilter);
  n += flexible ? sizeOfCompactNullableString(m.principalFilter) : sizeOfNullableString(m.principalFilter);
  n += flexible ? sizeOfCompactNullableString(m.hostFilter) : sizeOfNullableString(m.hostFilter);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteAclsRequestDeleteAclsFilter(w: Writer, m: DeleteAclsRequestDeleteAclsFilter, v: number): void {
  const flexible = v >= 2;
  w.int8(m.resourceTypeFilter);
  if (flexible) w.compactNullableString(m.resourceNameFilter); else w.nullableString(m.resourceNameFilter);
  w.int8(m.patternTypeFilter);
  if (flexible) w.compactNullableString(m.principalFilter); else w.nullableString(m.principalFilter);
  if (flexible) w.compactNullableString(m.hostFilter); else w.nullableString(m.hostFilter);
  w.int8(m.operation);
  w.int8(m.permissionType);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteAclsRequestDeleteAclsFilter(r: Reader, v: number): DeleteAclsRequestDeleteAclsFilter {
  const flexible = v >= 2;
  const resourceTypeFilter = r.int8();
  const resourceNameFilter = flexible ? r.compactNullableString() : r.nullableString();
  const patternTypeFilter = r.int8();
  const principalFilter = flexible ? r.compactNullableString() : r.nullableString();
  const hostFilter = flexible ? r.compactNullableString() : r.nullableString();
  const operation = r.int8();
  const permissionType = r.int8();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteAclsRequestDeleteAclsFilter = { resourceTypeFilter, resourceNameFilter, patternTypeFilter, principalFilter, hostFilter, operation, permissionType };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Removes all access rules that match filters. */
export const deleteAclsRequest: MessageCodec<DeleteAclsRequest> = {
  name: 'DeleteAclsRequest',
  kind: 'request',
  apiKey: 31,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteAclsRequest, version);
    return sizeDeleteAclsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteAclsRequest, version);
    encodeDeleteAclsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteAclsRequest, version);
    return decodeDeleteAclsRequest(reader, version);
  },
};

/** Rules that each filter removed. */
export interface DeleteAclsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Result for each filter. */
  filterResults: readonly DeleteAclsResponseDeleteAclsFilterResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteAclsResponse(init: Partial<DeleteAclsResponse> = {}): DeleteAclsResponse {
  const m: DeleteAclsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    filterResults: init.filterResults ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `filterResults`. */
export interface DeleteAclsResponseDeleteAclsFilterResult {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Rules that the filter matched. */
  matchingAcls: readonly DeleteAclsResponseDeleteAclsMatchingAcl[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteAclsResponseDeleteAclsFilterResult(init: Partial<DeleteAclsResponseDeleteAclsFilterResult> = {}): DeleteAclsResponseDeleteAclsFilterResult {
  const m: DeleteAclsResponseDeleteAclsFilterResult = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    matchingAcls: init.matchingAcls ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `matchingAcls`. */
export interface DeleteAclsResponseDeleteAclsMatchingAcl {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Kind of the resource. */
  resourceType: number;
  /** Name of the resource. */
  resourceName: string;
  /** Literal name or prefix. */
  patternType: number;
  /** Principal of the rule, such as User:alice. */
  principal: string;
  /** Host of the rule, * for any. */
  host: string;
  /** Operation that the rule is about. */
  operation: number;
  /** Whether the rule allows or denies. */
  permissionType: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteAclsResponseDeleteAclsMatchingAcl(init: Partial<DeleteAclsResponseDeleteAclsMatchingAcl> = {}): DeleteAclsResponseDeleteAclsMatchingAcl {
  const m: DeleteAclsResponseDeleteAclsMatchingAcl = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    resourceType: init.resourceType ?? 0,
    resourceName: init.resourceName ?? '',
    patternType: init.patternType ?? 3,
    principal: init.principal ?? '',
    host: init.host ?? '',
    operation: init.operation ?? 0,
    permissionType: init.permissionType ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteAclsResponse(m: DeleteAclsResponse, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.filterResults.length + 1) : 4;
  for (const e of m.filterResults) n += sizeDeleteAclsResponseDeleteAclsFilterResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteAclsResponse(w: Writer, m: DeleteAclsResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.filterResults.length); else w.arrayLength(m.filterResults.length);
  for (const e of m.filterResults) encodeDeleteAclsResponseDeleteAclsFilterResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteAclsResponse(r: Reader, v: number): DeleteAclsResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const filterResults: DeleteAclsResponseDeleteAclsFilterResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(5) : r.arrayLength(5);
    for (let i = 0; i < count; i++) filterResults.push(decodeDeleteAclsResponseDeleteAclsFilterResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteAclsResponse = { throttleTimeMs, filterResults };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteAclsResponseDeleteAclsFilterResult(m: DeleteAclsResponseDeleteAclsFilterResult, v: number): number {
  const flexible = v >= 2;
  let n = 2;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  n += flexible ? sizeOfUvarint(m.matchingAcls.length + 1) : 4;
  for (const e of m.matchingAcls) n += sizeDeleteAclsResponseDeleteAclsMatchingAcl(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteAclsResponseDeleteAclsFilterResult(w: Writer, m: DeleteAclsResponseDeleteAclsFilterResult, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  if (flexible) w.compactArrayLength(m.matchingAcls.length); else w.arrayLength(m.matchingAcls.length);
  for (const e of m.matchingAcls) encodeDeleteAclsResponseDeleteAclsMatchingAcl(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteAclsResponseDeleteAclsFilterResult(r: Reader, v: number): DeleteAclsResponseDeleteAclsFilterResult {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const matchingAcls: DeleteAclsResponseDeleteAclsMatchingAcl[] = [];
  {
    const count = flexible ? r.compactArrayLength(11) : r.arrayLength(11);
    for (let i = 0; i < count; i++) matchingAcls.push(decodeDeleteAclsResponseDeleteAclsMatchingAcl(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteAclsResponseDeleteAclsFilterResult = { errorCode, errorMessage, matchingAcls };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteAclsResponseDeleteAclsMatchingAcl(m: DeleteAclsResponseDeleteAclsMatchingAcl, v: number): number {
  const flexible = v >= 2;
  let n = 6;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  n += flexible ? sizeOfCompactString(m.resourceName) : sizeOfString(m.resourceName);
  n += flexible ? sizeOfCompactString(m.principal) : sizeOfString(m.principal);
  n += flexible ? sizeOfCompactString(m.host) : sizeOfString(m.host);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteAclsResponseDeleteAclsMatchingAcl(w: Writer, m: DeleteAclsResponseDeleteAclsMatchingAcl, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  w.int8(m.resourceType);
  if (flexible) w.compactString(m.resourceName); else w.string(m.resourceName);
  w.int8(m.patternType);
  if (flexible) w.compactString(m.principal); else w.string(m.principal);
  if (flexible) w.compactString(m.host); else w.string(m.host);
  w.int8(m.operation);
  w.int8(m.permissionType);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteAclsResponseDeleteAclsMatchingAcl(r: Reader, v: number): DeleteAclsResponseDeleteAclsMatchingAcl {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const resourceType = r.int8();
  const resourceName = flexible ? r.compactString() : r.string();
  const patternType = r.int8();
  const principal = flexible ? r.compactString() : r.string();
  const host = flexible ? r.compactString() : r.string();
  const operation = r.int8();
  const permissionType = r.int8();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteAclsResponseDeleteAclsMatchingAcl = { errorCode, errorMessage, resourceType, resourceName, patternType, principal, host, operation, permissionType };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Rules that each filter removed. */
export const deleteAclsResponse: MessageCodec<DeleteAclsResponse> = {
  name: 'DeleteAclsResponse',
  kind: 'response',
  apiKey: 31,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteAclsResponse, version);
    return sizeDeleteAclsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteAclsResponse, version);
    encodeDeleteAclsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteAclsResponse, version);
    return decodeDeleteAclsResponse(reader, version);
  },
};
