// Generated from schemas/29-describe-acls.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for access rules that match a filter. */
export interface DescribeAclsRequest {
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

export function createDescribeAclsRequest(init: Partial<DescribeAclsRequest> = {}): DescribeAclsRequest {
  const m: DescribeAclsRequest = {
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

function sizeDescribeAclsRequest(m: DescribeAclsRequest, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfCompactNullableString(m.resourceNameFilter) : sizeOfNullableString(m.resourceNameFilter);
  n += flexible ? sizeOfCompactNullableString(m.principalFilter) : sizeOfNullableString(m.principalFilter);
  n += flexible ? sizeOfCompactNullableString(m.hostFilter) : sizeOfNullableString(m.hostFilter);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeAclsRequest(w: Writer, m: DescribeAclsRequest, v: number): void {
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

function decodeDescribeAclsRequest(r: Reader, v: number): DescribeAclsRequest {
  const flexible = v >= 2;
  const resourceTypeFilter = r.int8();
  const resourceNameFilter = flexible ? r.compactNullableString() : r.nullableString();
  const patternTypeFilter = r.int8();
  const principalFilter = flexible ? r.compactNullableString() : r.nullableString();
  const hostFilter = flexible ? r.compactNullableString() : r.nullableString();
  const operation = r.int8();
  const permissionType = r.int8();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeAclsRequest = { resourceTypeFilter, resourceNameFilter, patternTypeFilter, principalFilter, hostFilter, operation, permissionType };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for access rules that match a filter. */
export const describeAclsRequest: MessageCodec<DescribeAclsRequest> = {
  name: 'DescribeAclsRequest',
  kind: 'request',
  apiKey: 29,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeAclsRequest, version);
    return sizeDescribeAclsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeAclsRequest, version);
    encodeDescribeAclsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeAclsRequest, version);
    return decodeDescribeAclsRequest(reader, version);
  },
};

/** Access rules that match. */
export interface DescribeAclsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Resources with rules. */
  resources: readonly DescribeAclsResponseDescribeAclsResource[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeAclsResponse(init: Partial<DescribeAclsResponse> = {}): DescribeAclsResponse {
  const m: DescribeAclsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    resources: init.resources ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `resources`. */
export interface DescribeAclsResponseDescribeAclsResource {
  /** Kind of the resource. */
  resourceType: number;
  /** Name of the resource. */
  resourceName: string;
  /** Literal name or prefix. */
  patternType: number;
  /** Rules of the resource. */
  acls: readonly DescribeAclsResponseAclDescription[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeAclsResponseDescribeAclsResource(init: Partial<DescribeAclsResponseDescribeAclsResource> = {}): DescribeAclsResponseDescribeAclsResource {
  const m: DescribeAclsResponseDescribeAclsResource = {
    resourceType: init.resourceType ?? 0,
    resourceName: init.resourceName ?? '',
    patternType: init.patternType ?? 3,
    acls: init.acls ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `acls`. */
export interface DescribeAclsResponseAclDescription {
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

export function createDescribeAclsResponseAclDescription(init: Partial<DescribeAclsResponseAclDescription> = {}): DescribeAclsResponseAclDescription {
  const m: DescribeAclsResponseAclDescription = {
    principal: init.principal ?? '',
    host: init.host ?? '',
    operation: init.operation ?? 0,
    permissionType: init.permissionType ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeAclsResponse(m: DescribeAclsResponse, v: number): number {
  const flexible = v >= 2;
  let n = 6;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  n += flexible ? sizeOfUvarint(m.resources.length + 1) : 4;
  for (const e of m.resources) n += sizeDescribeAclsResponseDescribeAclsResource(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeAclsResponse(w: Writer, m: DescribeAclsResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  if (flexible) w.compactArrayLength(m.resources.length); else w.arrayLength(m.resources.length);
  for (const e of m.resources) encodeDescribeAclsResponseDescribeAclsResource(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeAclsResponse(r: Reader, v: number): DescribeAclsResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const resources: DescribeAclsResponseDescribeAclsResource[] = [];
  {
    const count = flexible ? r.compactArrayLength(5) : r.arrayLength(5);
    for (let i = 0; i < count; i++) resources.push(decodeDescribeAclsResponseDescribeAclsResource(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeAclsResponse = { throttleTimeMs, errorCode, errorMessage, resources };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeAclsResponseDescribeAclsResource(m: DescribeAclsResponseDescribeAclsResource, v: number): number {
  const flexible = v >= 2;
  let n = 2;
  n += flexible ? sizeOfCompactString(m.resourceName) : sizeOfString(m.resourceName);
  n += flexible ? sizeOfUvarint(m.acls.length + 1) : 4;
  for (const e of m.acls) n += sizeDescribeAclsResponseAclDescription(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeAclsResponseDescribeAclsResource(w: Writer, m: DescribeAclsResponseDescribeAclsResource, v: number): void {
  const flexible = v >= 2;
  w.int8(m.resourceType);
  if (flexible) w.compactString(m.resourceName); else w.string(m.resourceName);
  w.int8(m.patternType);
  if (flexible) w.compactArrayLength(m.acls.length); else w.arrayLength(m.acls.length);
  for (const e of m.acls) encodeDescribeAclsResponseAclDescription(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeAclsResponseDescribeAclsResource(r: Reader, v: number): DescribeAclsResponseDescribeAclsResource {
  const flexible = v >= 2;
  const resourceType = r.int8();
  const resourceName = flexible ? r.compactString() : r.string();
  const patternType = r.int8();
  const acls: DescribeAclsResponseAclDescription[] = [];
  {
    const count = flexible ? r.compactArrayLength(5) : r.arrayLength(5);
    for (let i = 0; i < count; i++) acls.push(decodeDescribeAclsResponseAclDescription(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeAclsResponseDescribeAclsResource = { resourceType, resourceName, patternType, acls };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeAclsResponseAclDescription(m: DescribeAclsResponseAclDescription, v: number): number {
  const flexible = v >= 2;
  let n = 2;
  n += flexible ? sizeOfCompactString(m.principal) : sizeOfString(m.principal);
  n += flexible ? sizeOfCompactString(m.host) : sizeOfString(m.host);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeAclsResponseAclDescription(w: Writer, m: DescribeAclsResponseAclDescription, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.principal); else w.string(m.principal);
  if (flexible) w.compactString(m.host); else w.string(m.host);
  w.int8(m.operation);
  w.int8(m.permissionType);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeAclsResponseAclDescription(r: Reader, v: number): DescribeAclsResponseAclDescription {
  const flexible = v >= 2;
  const principal = flexible ? r.compactString() : r.string();
  const host = flexible ? r.compactString() : r.string();
  const operation = r.int8();
  const permissionType = r.int8();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeAclsResponseAclDescription = { principal, host, operation, permissionType };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Access rules that match. */
export const describeAclsResponse: MessageCodec<DescribeAclsResponse> = {
  name: 'DescribeAclsResponse',
  kind: 'response',
  apiKey: 29,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeAclsResponse, version);
    return sizeDescribeAclsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeAclsResponse, version);
    encodeDescribeAclsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeAclsResponse, version);
    return decodeDescribeAclsResponse(reader, version);
  },
};
