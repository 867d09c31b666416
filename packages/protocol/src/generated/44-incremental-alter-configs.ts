// Generated from schemas/44-incremental-alter-configs.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Changes single settings of resources and leaves the others alone. */
export interface IncrementalAlterConfigsRequest {
  /** Resources concerned. */
  resources: readonly IncrementalAlterConfigsRequestAlterConfigsResource[];
  /** Only check whether the request would succeed. */
  validateOnly: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createIncrementalAlterConfigsRequest(init: Partial<IncrementalAlterConfigsRequest> = {}): IncrementalAlterConfigsRequest {
  const m: IncrementalAlterConfigsRequest = {
    resources: init.resources ?? [],
    validateOnly: init.validateOnly ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `resources`. */
export interface IncrementalAlterConfigsRequestAlterConfigsResource {
  /** Kind of the resource. */
  resourceType: number;
  /** Name of the resource. */
  resourceName: string;
  /** Settings by key. */
  configs: readonly IncrementalAlterConfigsRequestAlterableConfig[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createIncrementalAlterConfigsRequestAlterConfigsResource(init: Partial<IncrementalAlterConfigsRequestAlterConfigsResource> = {}): IncrementalAlterConfigsRequestAlterConfigsResource {
  const m: IncrementalAlterConfigsRequestAlterConfigsResource = {
    resourceType: init.resourceType ?? 0,
    resourceName: init.resourceName ?? '',
    configs: init.configs ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `configs`. */
export interface IncrementalAlterConfigsRequestAlterableConfig {
  /** Key of the setting. */
  name: string;
  /** 0 set, 1 delete, 2 append, 3 subtract. */
  configOperation: number;
  /** Value of the setting, or null. */
  value: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createIncrementalAlterConfigsRequestAlterableConfig(init: Partial<IncrementalAlterConfigsRequestAlterableConfig> = {}): IncrementalAlterConfigsRequestAlterableConfig {
  const m: IncrementalAlterConfigsRequestAlterableConfig = {
    name: init.name ?? '',
    configOperation: init.configOperation ?? 0,
    value: init.value === undefined ? '' : init.value,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeIncrementalAlterConfigsRequest(m: IncrementalAlterConfigsRequest, v: number): number {
  const flexible = v >= 1;
  let n = 1;
  n += flexible ? sizeOfUvarint(m.resources.length + 1) : 4;
  for (const e of m.resources) n += sizeIncrementalAlterConfigsRequestAlterConfigsResource(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeIncrementalAlterConfigsRequest(w: Writer, m: IncrementalAlterConfigsRequest, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactArrayLength(m.resources.length); else w.arrayLength(m.resources.length);
  for (const e of m.resources) encodeIncrementalAlterConfigsRequestAlterConfigsResource(w, e, v);
  w.boolean(m.validateOnly);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeIncrementalAlterConfigsRequest(r: Reader, v: number): IncrementalAlterConfigsRequest {
  const flexible = v >= 1;
  const resources: IncrementalAlterConfigsRequestAlterConfigsResource[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) resources.push(decodeIncrementalAlterConfigsRequestAlterConfigsResource(r, v));
  }
  const validateOnly = r.boolean();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: IncrementalAlterConfigsRequest = { resources, validateOnly };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeIncrementalAlterConfigsRequestAlterConfigsResource(m: IncrementalAlterConfigsRequestAlterConfigsResource, v: number): number {
  const flexible = v >= 1;
  let n = 1;
  n += flexible ? sizeOfCompactString(m.resourceName) : sizeOfString(m.resourceName);
  n += flexible ? sizeOfUvarint(m.configs.length + 1) : 4;
  for (const e of m.configs) n += sizeIncrementalAlterConfigsRequestAlterableConfig(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeIncrementalAlterConfigsRequestAlterConfigsResource(w: Writer, m: IncrementalAlterConfigsRequestAlterConfigsResource, v: number): void {
  const flexible = v >= 1;
  w.int8(m.resourceType);
  if (flexible) w.compactString(m.resourceName); else w.string(m.resourceName);
  if (flexible) w.compactArrayLength(m.configs.length); else w.arrayLength(m.configs.length);
  for (const e of m.configs) encodeIncrementalAlterConfigsRequestAlterableConfig(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeIncrementalAlterConfigsRequestAlterConfigsResource(r: Reader, v: number): IncrementalAlterConfigsRequestAlterConfigsResource {
  const flexible = v >= 1;
  const resourceType = r.int8();
  const resourceName = flexible ? r.compactString() : r.string();
  const configs: IncrementalAlterConfigsRequestAlterableConfig[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) configs.push(decodeIncrementalAlterConfigsRequestAlterableConfig(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: IncrementalAlterConfigsRequestAlterConfigsResource = { resourceType, resourceName, configs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeIncrementalAlterConfigsRequestAlterableConfig(m: IncrementalAlterConfigsRequestAlterableConfig, v: number): number {
  const flexible = v >= 1;
  let n = 1;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfCompactNullableString(m.value) : sizeOfNullableString(m.value);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeIncrementalAlterConfigsRequestAlterableConfig(w: Writer, m: IncrementalAlterConfigsRequestAlterableConfig, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  w.int8(m.configOperation);
  if (flexible) w.compactNullableString(m.value); else w.nullableString(m.value);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeIncrementalAlterConfigsRequestAlterableConfig(r: Reader, v: number): IncrementalAlterConfigsRequestAlterableConfig {
  const flexible = v >= 1;
  const name = flexible ? r.compactString() : r.string();
  const configOperation = r.int8();
  const value = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: IncrementalAlterConfigsRequestAlterableConfig = { name, configOperation, value };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Changes single settings of resources and leaves the others alone. */
export const incrementalAlterConfigsRequest: MessageCodec<IncrementalAlterConfigsRequest> = {
  name: 'IncrementalAlterConfigsRequest',
  kind: 'request',
  apiKey: 44,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(incrementalAlterConfigsRequest, version);
    return sizeIncrementalAlterConfigsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(incrementalAlterConfigsRequest, version);
    encodeIncrementalAlterConfigsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(incrementalAlterConfigsRequest, version);
    return decodeIncrementalAlterConfigsRequest(reader, version);
  },
};

/** Result for each resource. */
export interface IncrementalAlterConfigsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** One result for each entry of the request. */
  responses: readonly IncrementalAlterConfigsResponseAlterConfigsResourceResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createIncrementalAlterConfigsResponse(init: Partial<IncrementalAlterConfigsResponse> = {}): IncrementalAlterConfigsResponse {
  const m: IncrementalAlterConfigsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    responses: init.responses ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `responses`. */
export interface IncrementalAlterConfigsResponseAlterConfigsResourceResponse {
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

export function createIncrementalAlterConfigsResponseAlterConfigsResourceResponse(init: Partial<IncrementalAlterConfigsResponseAlterConfigsResourceResponse> = {}): IncrementalAlterConfigsResponseAlterConfigsResourceResponse {
  const m: IncrementalAlterConfigsResponseAlterConfigsResourceResponse = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    resourceType: init.resourceType ?? 0,
    resourceName: init.resourceName ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeIncrementalAlterConfigsResponse(m: IncrementalAlterConfigsResponse, v: number): number {
  const flexible = v >= 1;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.responses.length + 1) : 4;
  for (const e of m.responses) n += sizeIncrementalAlterConfigsResponseAlterConfigsResourceResponse(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeIncrementalAlterConfigsResponse(w: Writer, m: IncrementalAlterConfigsResponse, v: number): void {
  const flexible = v >= 1;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.responses.length); else w.arrayLength(m.responses.length);
  for (const e of m.responses) encodeIncrementalAlterConfigsResponseAlterConfigsResourceResponse(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeIncrementalAlterConfigsResponse(r: Reader, v: number): IncrementalAlterConfigsResponse {
  const flexible = v >= 1;
  const throttleTimeMs = r.int32();
  const responses: IncrementalAlterConfigsResponseAlterConfigsResourceResponse[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) responses.push(decodeIncrementalAlterConfigsResponseAlterConfigsResourceResponse(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: IncrementalAlterConfigsResponse = { throttleTimeMs, responses };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeIncrementalAlterConfigsResponseAlterConfigsResourceResponse(m: IncrementalAlterConfigsResponseAlterConfigsResourceResponse, v: number): number {
  const flexible = v >= 1;
  let n = 3;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  n += flexible ? sizeOfCompactString(m.resourceName) : sizeOfString(m.resourceName);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeIncrementalAlterConfigsResponseAlterConfigsResourceResponse(w: Writer, m: IncrementalAlterConfigsResponseAlterConfigsResourceResponse, v: number): void {
  const flexible = v >= 1;
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  w.int8(m.resourceType);
  if (flexible) w.compactString(m.resourceName); else w.string(m.resourceName);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeIncrementalAlterConfigsResponseAlterConfigsResourceResponse(r: Reader, v: number): IncrementalAlterConfigsResponseAlterConfigsResourceResponse {
  const flexible = v >= 1;
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const resourceType = r.int8();
  const resourceName = flexible ? r.compactString() : r.string();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: IncrementalAlterConfigsResponseAlterConfigsResourceResponse = { errorCode, errorMessage, resourceType, resourceName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each resource. */
export const incrementalAlterConfigsResponse: MessageCodec<IncrementalAlterConfigsResponse> = {
  name: 'IncrementalAlterConfigsResponse',
  kind: 'response',
  apiKey: 44,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(incrementalAlterConfigsResponse, version);
    return sizeIncrementalAlterConfigsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(incrementalAlterConfigsResponse, version);
    encodeIncrementalAlterConfigsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(incrementalAlterConfigsResponse, version);
    return decodeIncrementalAlterConfigsResponse(reader, version);
  },
};
