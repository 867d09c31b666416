// Generated from schemas/33-alter-configs.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Replaces all settings of resources; those left out return to their defaults. */
export interface AlterConfigsRequest {
  /** Resources concerned. */
  resources: readonly AlterConfigsRequestAlterConfigsResource[];
  /** Only check whether the request would succeed. */
  validateOnly: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterConfigsRequest(init: Partial<AlterConfigsRequest> = {}): AlterConfigsRequest {
  const m: AlterConfigsRequest = {
    resources: init.resources ?? [],
    validateOnly: init.validateOnly ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `resources`. */
export interface AlterConfigsRequestAlterConfigsResource {
  /** Kind of the resource. */
  resourceType: number;
  /** Name of the resource. */
  resourceName: string;
  /** Settings by key. */
  configs: readonly AlterConfigsRequestAlterableConfig[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterConfigsRequestAlterConfigsResource(init: Partial<AlterConfigsRequestAlterConfigsResource> = {}): AlterConfigsRequestAlterConfigsResource {
  const m: AlterConfigsRequestAlterConfigsResource = {
    resourceType: init.resourceType ?? 0,
    resourceName: init.resourceName ?? '',
    configs: init.configs ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `configs`. */
export interface AlterConfigsRequestAlterableConfig {
  /** Key of the setting. */
  name: string;
  /** Value of the setting, or null. */
  value: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterConfigsRequestAlterableConfig(init: Partial<AlterConfigsRequestAlterableConfig> = {}): AlterConfigsRequestAlterableConfig {
  const m: AlterConfigsRequestAlterableConfig = {
    name: init.name ?? '',
    value: init.value === undefined ? '' : init.value,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterConfigsRequest(m: AlterConfigsRequest, v: number): number {
  const flexible = v >= 2;
  let n = 1;
  n += flexible ? sizeOfUvarint(m.resources.length + 1) : 4;
  for (const e of m.resources) n += sizeAlterConfigsRequestAlterConfigsResource(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterConfigsRequest(w: Writer, m: AlterConfigsRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactArrayLength(m.resources.length); else w.arrayLength(m.resources.length);
  for (const e of m.resources) encodeAlterConfigsRequestAlterConfigsResource(w, e, v);
  w.boolean(m.validateOnly);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterConfigsRequest(r: Reader, v: number): AlterConfigsRequest {
  const flexible = v >= 2;
  const resources: AlterConfigsRequestAlterConfigsResource[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) resources.push(decodeAlterConfigsRequestAlterConfigsResource(r, v));
  }
  const validateOnly = r.boolean();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterConfigsRequest = { resources, validateOnly };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterConfigsRequestAlterConfigsResource(m: AlterConfigsRequestAlterConfigsResource, v: number): number {
  const flexible = v >= 2;
  let n = 1;
  n += flexible ? sizeOfCompactString(m.resourceName) : sizeOfString(m.resourceName);
  n += flexible ? sizeOfUvarint(m.configs.length + 1) : 4;
  for (const e of m.configs) n += sizeAlterConfigsRequestAlterableConfig(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterConfigsRequestAlterConfigsResource(w: Writer, m: AlterConfigsRequestAlterConfigsResource, v: number): void {
  const flexible = v >= 2;
  w.int8(m.resourceType);
  if (flexible) w.compactString(m.resourceName); else w.string(m.resourceName);
  if (flexible) w.compactArrayLength(m.configs.length); else w.arrayLength(m.configs.length);
  for (const e of m.configs) encodeAlterConfigsRequestAlterableConfig(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterConfigsRequestAlterConfigsResource(r: Reader, v: number): AlterConfigsRequestAlterConfigsResource {
  const flexible = v >= 2;
  const resourceType = r.int8();
  const resourceName = flexible ? r.compactString() : r.string();
  const configs: AlterConfigsRequestAlterableConfig[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) configs.push(decodeAlterConfigsRequestAlterableConfig(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterConfigsRequestAlterConfigsResource = { resourceType, resourceName, configs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterConfigsRequestAlterableConfig(m: AlterConfigsRequestAlterableConfig, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfCompactNullableString(m.value) : sizeOfNullableString(m.value);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterConfigsRequestAlterableConfig(w: Writer, m: AlterConfigsRequestAlterableConfig, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactNullableString(m.value); else w.nullableString(m.value);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterConfigsRequestAlterableConfig(r: Reader, v: number): AlterConfigsRequestAlterableConfig {
  const flexible = v >= 2;
  const name = flexible ? r.compactString() : r.string();
  const value = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterConfigsRequestAlterableConfig = { name, value };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Replaces all settings of resources; those left out return to their defaults. */
export const alterConfigsRequest: MessageCodec<AlterConfigsRequest> = {
  name: 'AlterConfigsRequest',
  kind: 'request',
  apiKey: 33,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterConfigsRequest, version);
    return sizeAlterConfigsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterConfigsRequest, version);
    encodeAlterConfigsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterConfigsRequest, version);
    return decodeAlterConfigsRequest(reader, version);
  },
};

/** Result for each resource. */
export interface AlterConfigsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** One result for each entry of the request. */
  responses: readonly AlterConfigsResponseAlterConfigsResourceResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterConfigsResponse(init: Partial<AlterConfigsResponse> = {}): AlterConfigsResponse {
  const m: AlterConfigsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    responses: init.responses ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `responses`. */
export interface AlterConfigsResponseAlterConfigsResourceResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Kind of the resource. */
  resourceType: number;
  /** Name of the resource. */
  resourceName: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterConfigsResponseAlterConfigsResourceResponse(init: Partial<AlterConfigsResponseAlterConfigsResourceResponse> = {}): AlterConfigsResponseAlterConfigsResourceResponse {
  const m: AlterConfigsResponseAlterConfigsResourceResponse = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    resourceType: init.resourceType ?? 0,
    resourceName: init.resourceName ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterConfigsResponse(m: AlterConfigsResponse, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.responses.length + 1) : 4;
  for (const e of m.responses) n += sizeAlterConfigsResponseAlterConfigsResourceResponse(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterConfigsResponse(w: Writer, m: AlterConfigsResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.responses.length); else w.arrayLength(m.responses.length);
  for (const e of m.responses) encodeAlterConfigsResponseAlterConfigsResourceResponse(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterConfigsResponse(r: Reader, v: number): AlterConfigsResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const responses: AlterConfigsResponseAlterConfigsResourceResponse[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) responses.push(decodeAlterConfigsResponseAlterConfigsResourceResponse(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterConfigsResponse = { throttleTimeMs, responses };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterConfigsResponseAlterConfigsResourceResponse(m: AlterConfigsResponseAlterConfigsResourceResponse, v: number): number {
  const flexible = v >= 2;
  let n = 3;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  n += flexible ? sizeOfCompactString(m.resourceName) : sizeOfString(m.resourceName);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterConfigsResponseAlterConfigsResourceResponse(w: Writer, m: AlterConfigsResponseAlterConfigsResourceResponse, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  w.int8(m.resourceType);
  if (flexible) w.compactString(m.resourceName); else w.string(m.resourceName);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterConfigsResponseAlterConfigsResourceResponse(r: Reader, v: number): AlterConfigsResponseAlterConfigsResourceResponse {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const resourceType = r.int8();
  const resourceName = flexible ? r.compactString() : r.string();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterConfigsResponseAlterConfigsResourceResponse = { errorCode, errorMessage, resourceType, resourceName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each resource. */
export const alterConfigsResponse: MessageCodec<AlterConfigsResponse> = {
  name: 'AlterConfigsResponse',
  kind: 'response',
  apiKey: 33,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterConfigsResponse, version);
    return sizeAlterConfigsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterConfigsResponse, version);
    encodeAlterConfigsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterConfigsResponse, version);
    return decodeAlterConfigsResponse(reader, version);
  },
};
