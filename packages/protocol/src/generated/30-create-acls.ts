// Generated from schemas/30-create-acls.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Adds access rules. */
export interface CreateAclsRequest {
  /** Rules to add. */
  creations: readonly CreateAclsRequestAclCreation[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateAclsRequest(init: Partial<CreateAclsRequest> = {}): CreateAclsRequest {
  const m: CreateAclsRequest = {
    creations: init.creations ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `creations`. */
export interface CreateAclsRequestAclCreation {
  /** Kind of the resource. */
  resourceType: number;
  /** Name of the resource. */
  resourceName: string;
  /** Literal name or prefix. */
  resourcePatternType: number;
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

export function createCreateAclsRequestAclCreation(init: Partial<CreateAclsRequestAclCreation> = {}): CreateAclsRequestAclCreation {
  const m: CreateAclsRequestAclCreation = {
    resourceType: init.resourceType ?? 0,
    resourceName: init.resourceName ?? '',
    resourcePatternType: init.resourcePatternType ?? 3,
    principal: init.principal ?? '',
    host: init.host ?? '',
    operation: init.operation ?? 0,
    permissionType: init.permissionType ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeCreateAclsRequest(m: CreateAclsRequest, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfUvarint(m.creations.length + 1) : 4;
  for (const e of m.creations) n += sizeCreateAclsRequestAclCreation(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateAclsRequest(w: Writer, m: CreateAclsRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactArrayLength(m.creations.length); else w.arrayLength(m.creations.length);
  for (const e of m.creations) encodeCreateAclsRequestAclCreation(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateAclsRequest(r: Reader, v: number): CreateAclsRequest {
  const flexible = v >= 2;
  const creations: CreateAclsRequestAclCreation[] = [];
  {
    const count = flexible ? r.compactArrayLength(8) : r.arrayLength(8);
    for (let i = 0; i < count; i++) creations.push(decodeCreateAclsRequestAclCreation(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateAclsRequest = { creations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreateAclsRequestAclCreation(m: CreateAclsRequestAclCreation, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfCompactString(m.resourceName) : sizeOfString(m.resourceName);
  n += flexible ? sizeOfCompactString(m.principal) : sizeOfString(m.principal);
  n += flexible ? sizeOfCompactString(m.host) : sizeOfString(m.host);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateAclsRequestAclCreation(w: Writer, m: CreateAclsRequestAclCreation, v: number): void {
  const flexible = v >= 2;
  w.int8(m.resourceType);
  if (flexible) w.compactString(m.resourceName); else w.string(m.resourceName);
  w.int8(m.resourcePatternType);
  if (flexible) w.compactString(m.principal); else w.string(m.principal);
  if (flexible) w.compactString(m.host); else w.string(m.host);
  w.int8(m.operation);
  w.int8(m.permissionType);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateAclsRequestAclCreation(r: Reader, v: number): CreateAclsRequestAclCreation {
  const flexible = v >= 2;
  const resourceType = r.int8();
  const resourceName = flexible ? r.compactString() : r.string();
  const resourcePatternType = r.int8();
  const principal = flexible ? r.compactString() : r.string();
  const host = flexible ? r.compactString() : r.string();
  const operation = r.int8();
  const permissionType = r.int8();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateAclsRequestAclCreation = { resourceType, resourceName, resourcePatternType, principal, host, operation, permissionType };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Adds access rules. */
export const createAclsRequest: MessageCodec<CreateAclsRequest> = {
  name: 'CreateAclsRequest',
  kind: 'request',
  apiKey: 30,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(createAclsRequest, version);
    return sizeCreateAclsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(createAclsRequest, version);
    encodeCreateAclsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(createAclsRequest, version);
    return decodeCreateAclsRequest(reader, version);
  },
};

/** Result for each rule, in the order of the request. */
export interface CreateAclsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** One result for each entry of the request. */
  results: readonly CreateAclsResponseAclCreationResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateAclsResponse(init: Partial<CreateAclsResponse> = {}): CreateAclsResponse {
  const m: CreateAclsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface CreateAclsResponseAclCreationResult {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateAclsResponseAclCreationResult(init: Partial<CreateAclsResponseAclCreationResult> = {}): CreateAclsResponseAclCreationResult {
  const m: CreateAclsResponseAclCreationResult = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeCreateAclsResponse(m: CreateAclsResponse, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.results.length + 1) : 4;
  for (const e of m.results) n += sizeCreateAclsResponseAclCreationResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateAclsResponse(w: Writer, m: CreateAclsResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.results.length); else w.arrayLength(m.results.length);
  for (const e of m.results) encodeCreateAclsResponseAclCreationResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateAclsResponse(r: Reader, v: number): CreateAclsResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const results: CreateAclsResponseAclCreationResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) results.push(decodeCreateAclsResponseAclCreationResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateAclsResponse = { throttleTimeMs, results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreateAclsResponseAclCreationResult(m: CreateAclsResponseAclCreationResult, v: number): number {
  const flexible = v >= 2;
  let n = 2;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateAclsResponseAclCreationResult(w: Writer, m: CreateAclsResponseAclCreationResult, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateAclsResponseAclCreationResult(r: Reader, v: number): CreateAclsResponseAclCreationResult {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateAclsResponseAclCreationResult = { errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each rule, in the order of the request. */
export const createAclsResponse: MessageCodec<CreateAclsResponse> = {
  name: 'CreateAclsResponse',
  kind: 'response',
  apiKey: 30,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(createAclsResponse, version);
    return sizeCreateAclsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(createAclsResponse, version);
    encodeCreateAclsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(createAclsResponse, version);
    return decodeCreateAclsResponse(reader, version);
  },
};
