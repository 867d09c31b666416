// Generated from schemas/32-describe-configs.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for settings of topics, brokers or groups. */
export interface DescribeConfigsRequest {
  /** Resources concerned. */
  resources: readonly DescribeConfigsRequestDescribeConfigsResource[];
  /** Also name the other places the value could come from. */
  includeSynonyms: boolean;
  /** Also explain the keys. (v3+) */
  includeDocumentation: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeConfigsRequest(init: Partial<DescribeConfigsRequest> = {}): DescribeConfigsRequest {
  const m: DescribeConfigsRequest = {
    resources: init.resources ?? [],
    includeSynonyms: init.includeSynonyms ?? false,
    includeDocumentation: init.includeDocumentation ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `resources`. */
export interface DescribeConfigsRequestDescribeConfigsResource {
  /** Kind of the resource. */
  resourceType: number;
  /** Name of the resource. */
  resourceName: string;
  /** Keys asked for, null for all. */
  configurationKeys: readonly string[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeConfigsRequestDescribeConfigsResource(init: Partial<DescribeConfigsRequestDescribeConfigsResource> = {}): DescribeConfigsRequestDescribeConfigsResource {
  const m: DescribeConfigsRequestDescribeConfigsResource = {
    resourceType: init.resourceType ?? 0,
    resourceName: init.resourceName ?? '',
    configurationKeys: init.configurationKeys === undefined ? [] : init.configurationKeys,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeConfigsRequest(m: DescribeConfigsRequest, v: number): number {
  const flexible = v >= 4;
  let n = 1;
  n += flexible ? sizeOfUvarint(m.resources.length + 1) : 4;
  for (const e of m.resources) n += sizeDescribeConfigsRequestDescribeConfigsResource(e, v);
  if (v >= 3) {
    n += 1;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeConfigsRequest(w: Writer, m: DescribeConfigsRequest, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactArrayLength(m.resources.length); else w.arrayLength(m.resources.length);
  for (const e of m.resources) encodeDescribeConfigsRequestDescribeConfigsResource(w, e, v);
  w.boolean(m.includeSynonyms);
  if (v >= 3) {
    w.boolean(m.includeDocumentation);
  }
  if (!(v >= 3) && m.includeDocumentation !== false) throw unsupportedField('DescribeConfigsRequest', 'includeDocumentation', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeConfigsRequest(r: Reader, v: number): DescribeConfigsRequest {
  const flexible = v >= 4;
  const resources: DescribeConfigsRequestDescribeConfigsResource[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) resources.push(decodeDescribeConfigsRequestDescribeConfigsResource(r, v));
  }
  const includeSynonyms = r.boolean();
  const includeDocumentation = v >= 3 ? r.boolean() : false;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeConfigsRequest = { resources, includeSynonyms, includeDocumentation };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeConfigsRequestDescribeConfigsResource(m: DescribeConfigsRequestDescribeConfigsResource, v: number): number {
  const flexible = v >= 4;
  let n = 1;
  n += flexible ? sizeOfCompactString(m.resourceName) : sizeOfString(m.resourceName);
  if (m.configurationKeys === null) n += flexible ? 1 : 4;
  else {
    n += flexible ? sizeOfUvarint(m.configurationKeys.length + 1) : 4;
    for (const e of m.configurationKeys) n += flexible ? sizeOfCompactString(e) : sizeOfString(e);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeConfigsRequestDescribeConfigsResource(w: Writer, m: DescribeConfigsRequestDescribeConfigsResource, v: number): void {
  const flexible = v >= 4;
  w.int8(m.resourceType);
  if (flexible) w.compactString(m.resourceName); else w.string(m.resourceName);
  if (m.configurationKeys === null) {
    if (flexible) w.uvarint(0); else w.int32(-1);
  } else {
    if (flexible) w.compactArrayLength(m.configurationKeys.length); else w.arrayLength(m.configurationKeys.length);
    for (const e of m.configurationKeys) { if (flexible) w.compactString(e); else w.string(e); }
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeConfigsRequestDescribeConfigsResource(r: Reader, v: number): DescribeConfigsRequestDescribeConfigsResource {
  const flexible = v >= 4;
  const resourceType = r.int8();
  const resourceName = flexible ? r.compactString() : r.string();
  let configurationKeys: readonly string[] | null = [];
  {
    const count = flexible ? r.compactNullableArrayLength(1) : r.nullableArrayLength(1);
    if (count < 0) {
      configurationKeys = null;
    } else {
      const items: string[] = [];
      for (let i = 0; i < count; i++) items.push(flexible ? r.compactString() : r.string());
      configurationKeys = items;
    }
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeConfigsRequestDescribeConfigsResource = { resourceType, resourceName, configurationKeys };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for settings of topics, brokers or groups. */
export const describeConfigsRequest: MessageCodec<DescribeConfigsRequest> = {
  name: 'DescribeConfigsRequest',
  kind: 'request',
  apiKey: 32,
  minVersion: 1,
  maxVersion: 4,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeConfigsRequest, version);
    return sizeDescribeConfigsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeConfigsRequest, version);
    encodeDescribeConfigsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeConfigsRequest, version);
    return decodeDescribeConfigsRequest(reader, version);
  },
};

/** Settings with value, source and documentation. */
export interface DescribeConfigsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** One result for each entry of the request. */
  results: readonly DescribeConfigsResponseDescribeConfigsResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeConfigsResponse(init: Partial<DescribeConfigsResponse> = {}): DescribeConfigsResponse {
  const m: DescribeConfigsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface DescribeConfigsResponseDescribeConfigsResult {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Kind of the resource. */
  resourceType: number;
  /** Name of the resource. */
  resourceName: string;
  /** Settings by key. */
  configs: readonly DescribeConfigsResponseDescribeConfigsResourceResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeConfigsResponseDescribeConfigsResult(init: Partial<DescribeConfigsResponseDescribeConfigsResult> = {}): DescribeConfigsResponseDescribeConfigsResult {
  const m: DescribeConfigsResponseDescribeConfigsResult = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    resourceType: init.resourceType ?? 0,
    resourceName: init.resourceName ?? '',
    configs: init.configs ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `configs`. */
export interface DescribeConfigsResponseDescribeConfigsResourceResult {
  /** Key of the setting. */
  name: string;
  /** Value of the setting, or null. */
  value: string | null;
  /** Whether the value cannot be changed. */
  readOnly: boolean;
  /** Where the value comes from. */
  configSource: number;
  /** Whether the value is secret and left out. */
  isSensitive: boolean;
  /** Places the value could come from, strongest first. */
  synonyms: readonly DescribeConfigsResponseDescribeConfigsSynonym[];
  /** Type of the value. (v3+) */
  configType: number;
  /** What the key means, or null. (v3+) */
  documentation: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeConfigsResponseDescribeConfigsResourceResult(init: Partial<DescribeConfigsResponseDescribeConfigsResourceResult> = {}): DescribeConfigsResponseDescribeConfigsResourceResult {
  const m: DescribeConfigsResponseDescribeConfigsResourceResult = {
    name: init.name ?? '',
    value: init.value === undefined ? '' : init.value,
    readOnly: init.readOnly ?? false,
    configSource: init.configSource ?? -1,
    isSensitive: init.isSensitive ?? false,
    synonyms: init.synonyms ?? [],
    configType: init.configType ?? 0,
    documentation: init.documentation === undefined ? '' : init.documentation,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `synonyms`. */
export interface DescribeConfigsResponseDescribeConfigsSynonym {
  /** Key at that place. */
  name: string;
  /** Value at that place, or null. */
  value: string | null;
  /** Kind of that place. */
  source: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeConfigsResponseDescribeConfigsSynonym(init: Partial<DescribeConfigsResponseDescribeConfigsSynonym> = {}): DescribeConfigsResponseDescribeConfigsSynonym {
  const m: DescribeConfigsResponseDescribeConfigsSynonym = {
    name: init.name ?? '',
    value: init.value === undefined ? '' : init.value,
    source: init.source ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeConfigsResponse(m: DescribeConfigsResponse, v: number): number {
  const flexible = v >= 4;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.results.length + 1) : 4;
  for (const e of m.results) n += sizeDescribeConfigsResponseDescribeConfigsResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeConfigsResponse(w: Writer, m: DescribeConfigsResponse, v: number): void {
  const flexible = v >= 4;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.results.length); else w.arrayLength(m.results.length);
  for (const e of m.results) encodeDescribeConfigsResponseDescribeConfigsResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeConfigsResponse(r: Reader, v: number): DescribeConfigsResponse {
  const flexible = v >= 4;
  const throttleTimeMs = r.int32();
  const results: DescribeConfigsResponseDescribeConfigsResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(7) : r.arrayLength(7);
    for (let i = 0; i < count; i++) results.push(decodeDescribeConfigsResponseDescribeConfigsResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeConfigsResponse = { throttleTimeMs, results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeConfigsResponseDescribeConfigsResult(m: DescribeConfigsResponseDescribeConfigsResult, v: number): number {
  const flexible = v >= 4;
  let n = 3;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  n += flexible ? sizeOfCompactString(m.resourceName) : sizeOfString(m.resourceName);
  n += flexible ? sizeOfUvarint(m.configs.length + 1) : 4;
  for (const e of m.configs) n += sizeDescribeConfigsResponseDescribeConfigsResourceResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeConfigsResponseDescribeConfigsResult(w: Writer, m: DescribeConfigsResponseDescribeConfigsResult, v: number): void {
  const flexible = v >= 4;
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  w.int8(m.resourceType);
  if (flexible) w.compactString(m.resourceName); else w.string(m.resourceName);
  if (flexible) w.compactArrayLength(m.configs.length); else w.arrayLength(m.configs.length);
  for (const e of m.configs) encodeDescribeConfigsResponseDescribeConfigsResourceResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeConfigsResponseDescribeConfigsResult(r: Reader, v: number): DescribeConfigsResponseDescribeConfigsResult {
  const flexible = v >= 4;
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const resourceType = r.int8();
  const resourceName = flexible ? r.compactString() : r.string();
  const configs: DescribeConfigsResponseDescribeConfigsResourceResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(9) : r.arrayLength(9);
    for (let i = 0; i < count; i++) configs.push(decodeDescribeConfigsResponseDescribeConfigsResourceResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeConfigsResponseDescribeConfigsResult = { errorCode, errorMessage, resourceType, resourceName, configs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeConfigsResponseDescribeConfigsResourceResult(m: DescribeConfigsResponseDescribeConfigsResourceResult, v: number): number {
  const flexible = v >= 4;
  let n = 3;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfCompactNullableString(m.value) : sizeOfNullableString(m.value);
  n += flexible ? sizeOfUvarint(m.synonyms.length + 1) : 4;
  for (const e of m.synonyms) n += sizeDescribeConfigsResponseDescribeConfigsSynonym(e, v);
  if (v >= 3) {
    n += 1;
    n += flexible ? sizeOfCompactNullableString(m.documentation) : sizeOfNullableString(m.documentation);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeConfigsResponseDescribeConfigsResourceResult(w: Writer, m: DescribeConfigsResponseDescribeConfigsResourceResult, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactNullableString(m.value); else w.nullableString(m.value);
  w.boolean(m.readOnly);
  w.int8(m.configSource);
  w.boolean(m.isSensitive);
  if (flexible) w.compactArrayLength(m.synonyms.length); else w.arrayLength(m.synonyms.length);
  for (const e of m.synonyms) encodeDescribeConfigsResponseDescribeConfigsSynonym(w, e, v);
  if (v >= 3) {
    w.int8(m.configType);
    if (flexible) w.compactNullableString(m.documentation); else w.nullableString(m.documentation);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeConfigsResponseDescribeConfigsResourceResult(r: Reader, v: number): DescribeConfigsResponseDescribeConfigsResourceResult {
  const flexible = v >= 4;
  const name = flexible ? r.compactString() : r.string();
  const value = flexible ? r.compactNullableString() : r.nullableString();
  const readOnly = r.boolean();
  const configSource = r.int8();
  const isSensitive = r.boolean();
  const synonyms: DescribeConfigsResponseDescribeConfigsSynonym[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) synonyms.push(decodeDescribeConfigsResponseDescribeConfigsSynonym(r, v));
  }
  const configType = v >= 3 ? r.int8() : 0;
  const documentation = v >= 3 ? (flexible ? r.compactNullableString() : r.nullableString()) : '';
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeConfigsResponseDescribeConfigsResourceResult = { name, value, readOnly, configSource, isSensitive, synonyms, configType, documentation };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeConfigsResponseDescribeConfigsSynonym(m: DescribeConfigsResponseDescribeConfigsSynonym, v: number): number {
  const flexible = v >= 4;
  let n = 1;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfCompactNullableString(m.value) : sizeOfNullableString(m.value);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeConfigsResponseDescribeConfigsSynonym(w: Writer, m: DescribeConfigsResponseDescribeConfigsSynonym, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactNullableString(m.value); else w.nullableString(m.value);
  w.int8(m.source);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeConfigsResponseDescribeConfigsSynonym(r: Reader, v: number): DescribeConfigsResponseDescribeConfigsSynonym {
  const flexible = v >= 4;
  const name = flexible ? r.compactString() : r.string();
  const value = flexible ? r.compactNullableString() : r.nullableString();
  const source = r.int8();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeConfigsResponseDescribeConfigsSynonym = { name, value, source };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Settings with value, source and documentation. */
export const describeConfigsResponse: MessageCodec<DescribeConfigsResponse> = {
  name: 'DescribeConfigsResponse',
  kind: 'response',
  apiKey: 32,
  minVersion: 1,
  maxVersion: 4,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeConfigsResponse, version);
    return sizeDescribeConfigsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeConfigsResponse, version);
    encodeDescribeConfigsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeConfigsResponse, version);
    return decodeDescribeConfigsResponse(reader, version);
  },
};
