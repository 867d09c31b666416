// Generated from schemas/74-list-config-resources.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for resources that have settings of their own. */
export interface ListConfigResourcesRequest {
  /** Types asked for, empty for all. (v1+) */
  resourceTypes: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListConfigResourcesRequest(init: Partial<ListConfigResourcesRequest> = {}): ListConfigResourcesRequest {
  const m: ListConfigResourcesRequest = {
    resourceTypes: init.resourceTypes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListConfigResourcesRequest(m: ListConfigResourcesRequest, v: number): number {
  let n = 0;
  if (v >= 1) {
    n += sizeOfUvarint(m.resourceTypes.length + 1) + m.resourceTypes.length;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListConfigResourcesRequest(w: Writer, m: ListConfigResourcesRequest, v: number): void {
  if (v >= 1) {
    w.compactArrayLength(m.resourceTypes.length);
    for (const e of m.resourceTypes) w.int8(e);
  }
  if (!(v >= 1) && m.resourceTypes.length !== 0) throw unsupportedField('ListConfigResourcesRequest', 'resourceTypes', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListConfigResourcesRequest(r: Reader, v: number): ListConfigResourcesRequest {
  const resourceTypes: number[] = [];
  if (v >= 1) {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) resourceTypes.push(r.int8());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ListConfigResourcesRequest = { resourceTypes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for resources that have settings of their own. */
export const listConfigResourcesRequest: MessageCodec<ListConfigResourcesRequest> = {
  name: 'ListConfigResourcesRequest',
  kind: 'request',
  apiKey: 74,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listConfigResourcesRequest, version);
    return sizeListConfigResourcesRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listConfigResourcesRequest, version);
    encodeListConfigResourcesRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listConfigResourcesRequest, version);
    return decodeListConfigResourcesRequest(reader, version);
  },
};

/** Resources of the types asked for. */
export interface ListConfigResourcesResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Resources found. */
  configResources: readonly ListConfigResourcesResponseConfigResource[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListConfigResourcesResponse(init: Partial<ListConfigResourcesResponse> = {}): ListConfigResourcesResponse {
  const m: ListConfigResourcesResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    configResources: init.configResources ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `configResources`. */
export interface ListConfigResourcesResponseConfigResource {
  /** Name of the resource. */
  resourceName: string;
  /** Kind of the resource. (v1+) */
  resourceType: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListConfigResourcesResponseConfigResource(init: Partial<ListConfigResourcesResponseConfigResource> = {}): ListConfigResourcesResponseConfigResource {
  const m: ListConfigResourcesResponseConfigResource = {
    resourceName: init.resourceName ?? '',
    resourceType: init.resourceType ?? 16,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListConfigResourcesResponse(m: ListConfigResourcesResponse, v: number): number {
  let n = 6;
  n += sizeOfUvarint(m.configResources.length + 1);
  for (const e of m.configResources) n += sizeListConfigResourcesResponseConfigResource(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListConfigResourcesResponse(w: Writer, m: ListConfigResourcesResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactArrayLength(m.configResources.length);
  for (const e of m.configResources) encodeListConfigResourcesResponseConfigResource(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListConfigResourcesResponse(r: Reader, v: number): ListConfigResourcesResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const configResources: ListConfigResourcesResponseConfigResource[] = [];
  {
    const count = r.compactArrayLength(2);
    for (let i = 0; i < count; i++) configResources.push(decodeListConfigResourcesResponseConfigResource(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ListConfigResourcesResponse = { throttleTimeMs, errorCode, configResources };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListConfigResourcesResponseConfigResource(m: ListConfigResourcesResponseConfigResource, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.resourceName);
  if (v >= 1) {
    n += 1;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListConfigResourcesResponseConfigResource(w: Writer, m: ListConfigResourcesResponseConfigResource, v: number): void {
  w.compactString(m.resourceName);
  if (v >= 1) {
    w.int8(m.resourceType);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListConfigResourcesResponseConfigResource(r: Reader, v: number): ListConfigResourcesResponseConfigResource {
  const resourceName = r.compactString();
  const resourceType = v >= 1 ? r.int8() : 16;
  const unknownTaggedFields = r.taggedFields();
  const m: ListConfigResourcesResponseConfigResource = { resourceName, resourceType };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Resources of the types asked for. */
export const listConfigResourcesResponse: MessageCodec<ListConfigResourcesResponse> = {
  name: 'ListConfigResourcesResponse',
  kind: 'response',
  apiKey: 74,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listConfigResourcesResponse, version);
    return sizeListConfigResourcesResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listConfigResourcesResponse, version);
    encodeListConfigResourcesResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listConfigResourcesResponse, version);
    return decodeListConfigResourcesResponse(reader, version);
  },
};
