// Generated from schemas/48-describe-client-quotas.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for quotas that match a filter. */
export interface DescribeClientQuotasRequest {
  /** Parts that an entity must have. */
  components: readonly DescribeClientQuotasRequestComponentData[];
  /** Leave out entities with further parts. */
  strict: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeClientQuotasRequest(init: Partial<DescribeClientQuotasRequest> = {}): DescribeClientQuotasRequest {
  const m: DescribeClientQuotasRequest = {
    components: init.components ?? [],
    strict: init.strict ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `components`. */
export interface DescribeClientQuotasRequestComponentData {
  /** Kind of entity: user, client-id or ip. */
  entityType: string;
  /** 0 exact name, 1 default, 2 any name. */
  matchType: number;
  /** Name to match, null unless exact. */
  match: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeClientQuotasRequestComponentData(init: Partial<DescribeClientQuotasRequestComponentData> = {}): DescribeClientQuotasRequestComponentData {
  const m: DescribeClientQuotasRequestComponentData = {
    entityType: init.entityType ?? '',
    matchType: init.matchType ?? 0,
    match: init.match === undefined ? '' : init.match,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeClientQuotasRequest(m: DescribeClientQuotasRequest, v: number): number {
  const flexible = v >= 1;
  let n = 1;
  n += flexible ? sizeOfUvarint(m.components.length + 1) : 4;
  for (const e of m.components) n += sizeDescribeClientQuotasRequestComponentData(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeClientQuotasRequest(w: Writer, m: DescribeClientQuotasRequest, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactArrayLength(m.components.length); else w.arrayLength(m.components.length);
  for (const e of m.components) encodeDescribeClientQuotasRequestComponentData(w, e, v);
  w.boolean(m.strict);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeClientQuotasRequest(r: Reader, v: number): DescribeClientQuotasRequest {
  const flexible = v >= 1;
  const components: DescribeClientQuotasRequestComponentData[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) components.push(decodeDescribeClientQuotasRequestComponentData(r, v));
  }
  const strict = r.boolean();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeClientQuotasRequest = { components, strict };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeClientQuotasRequestComponentData(m: DescribeClientQuotasRequestComponentData, v: number): number {
  const flexible = v >= 1;
  let n = 1;
  n += flexible ? sizeOfCompactString(m.entityType) : sizeOfString(m.entityType);
  n += flexible ? sizeOfCompactNullableString(m.match) : sizeOfNullableString(m.match);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeClientQuotasRequestComponentData(w: Writer, m: DescribeClientQuotasRequestComponentData, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactString(m.entityType); else w.string(m.entityType);
  w.int8(m.matchType);
  if (flexible) w.compactNullableString(m.match); else w.nullableString(m.match);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeClientQuotasRequestComponentData(r: Reader, v: number): DescribeClientQuotasRequestComponentData {
  const flexible = v >= 1;
  const entityType = flexible ? r.compactString() : r.string();
  const matchType = r.int8();
  const match = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeClientQuotasRequestComponentData = { entityType, matchType, match };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for quotas that match a filter. */
export const describeClientQuotasRequest: MessageCodec<DescribeClientQuotasRequest> = {
  name: 'DescribeClientQuotasRequest',
  kind: 'request',
  apiKey: 48,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeClientQuotasRequest, version);
    return sizeDescribeClientQuotasRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeClientQuotasRequest, version);
    encodeDescribeClientQuotasRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeClientQuotasRequest, version);
    return decodeDescribeClientQuotasRequest(reader, version);
  },
};

/** Quotas that match. */
export interface DescribeClientQuotasResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Entities found, null on error. */
  entries: readonly DescribeClientQuotasResponseEntryData[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeClientQuotasResponse(init: Partial<DescribeClientQuotasResponse> = {}): DescribeClientQuotasResponse {
  const m: DescribeClientQuotasResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    entries: init.entries === undefined ? [] : init.entries,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `entries`. */
export interface DescribeClientQuotasResponseEntryData {
  /** The entity, by parts. */
  entity: readonly DescribeClientQuotasResponseEntityData[];
  /** Quotas of the entity. */
  values: readonly DescribeClientQuotasResponseValueData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeClientQuotasResponseEntryData(init: Partial<DescribeClientQuotasResponseEntryData> = {}): DescribeClientQuotasResponseEntryData {
  const m: DescribeClientQuotasResponseEntryData = {
    entity: init.entity ?? [],
    values: init.values ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `entity`. */
export interface DescribeClientQuotasResponseEntityData {
  /** Kind of entity: user, client-id or ip. */
  entityType: string;
  /** Name of the entity, null for the default. */
  entityName: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeClientQuotasResponseEntityData(init: Partial<DescribeClientQuotasResponseEntityData> = {}): DescribeClientQuotasResponseEntityData {
  const m: DescribeClientQuotasResponseEntityData = {
    entityType: init.entityType ?? '',
    entityName: init.entityName === undefined ? '' : init.entityName,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `values`. */
export interface DescribeClientQuotasResponseValueData {
  /** Name of the quota. */
  key: string;
  /** Limit. */
  value: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeClientQuotasResponseValueData(init: Partial<DescribeClientQuotasResponseValueData> = {}): DescribeClientQuotasResponseValueData {
  const m: DescribeClientQuotasResponseValueData = {
    key: init.key ?? '',
    value: init.value ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeClientQuotasResponse(m: DescribeClientQuotasResponse, v: number): number {
  const flexible = v >= 1;
  let n = 6;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  if (m.entries === null) n += flexible ? 1 : 4;
  else {
    n += flexible ? sizeOfUvarint(m.entries.length + 1) : 4;
    for (const e of m.entries) n += sizeDescribeClientQuotasResponseEntryData(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeClientQuotasResponse(w: Writer, m: DescribeClientQuotasResponse, v: number): void {
  const flexible = v >= 1;
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  if (m.entries === null) {
    if (flexible) w.uvarint(0); else w.int32(-1);
  } else {
    if (flexible) w.compactArrayLength(m.entries.length); else w.arrayLength(m.entries.length);
    for (const e of m.entries) encodeDescribeClientQuotasResponseEntryData(w, e, v);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeClientQuotasResponse(r: Reader, v: number): DescribeClientQuotasResponse {
  const flexible = v >= 1;
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  let entries: readonly DescribeClientQuotasResponseEntryData[] | null = [];
  {
    const count = flexible ? r.compactNullableArrayLength(3) : r.nullableArrayLength(3);
    if (count < 0) {
      entries = null;
    } else {
      const items: DescribeClientQuotasResponseEntryData[] = [];
      for (let i = 0; i < count; i++) items.push(decodeDescribeClientQuotasResponseEntryData(r, v));
      entries = items;
    }
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeClientQuotasResponse = { throttleTimeMs, errorCode, errorMessage, entries };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeClientQuotasResponseEntryData(m: DescribeClientQuotasResponseEntryData, v: number): number {
  const flexible = v >= 1;
  let n = 0;
  n += flexible ? sizeOfUvarint(m.entity.length + 1) : 4;
  for (const e of m.entity) n += sizeDescribeClientQuotasResponseEntityData(e, v);
  n += flexible ? sizeOfUvarint(m.values.length + 1) : 4;
  for (const e of m.values) n += sizeDescribeClientQuotasResponseValueData(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeClientQuotasResponseEntryData(w: Writer, m: DescribeClientQuotasResponseEntryData, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactArrayLength(m.entity.length); else w.arrayLength(m.entity.length);
  for (const e of m.entity) encodeDescribeClientQuotasResponseEntityData(w, e, v);
  if (flexible) w.compactArrayLength(m.values.length); else w.arrayLength(m.values.length);
  for (const e of m.values) encodeDescribeClientQuotasResponseValueData(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeClientQuotasResponseEntryData(r: Reader, v: number): DescribeClientQuotasResponseEntryData {
  const flexible = v >= 1;
  const entity: DescribeClientQuotasResponseEntityData[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) entity.push(decodeDescribeClientQuotasResponseEntityData(r, v));
  }
  const values: DescribeClientQuotasResponseValueData[] = [];
  {
    const count = flexible ? r.compactArrayLength(10) : r.arrayLength(10);
    for (let i = 0; i < count; i++) values.push(decodeDescribeClientQuotasResponseValueData(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeClientQuotasResponseEntryData = { entity, values };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeClientQuotasResponseEntityData(m: DescribeClientQuotasResponseEntityData, v: number): number {
  const flexible = v >= 1;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.entityType) : sizeOfString(m.entityType);
  n += flexible ? sizeOfCompactNullableString(m.entityName) : sizeOfNullableString(m.entityName);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeClientQuotasResponseEntityData(w: Writer, m: DescribeClientQuotasResponseEntityData, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactString(m.entityType); else w.string(m.entityType);
  if (flexible) w.compactNullableString(m.entityName); else w.nullableString(m.entityName);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeClientQuotasResponseEntityData(r: Reader, v: number): DescribeClientQuotasResponseEntityData {
  const flexible = v >= 1;
  const entityType = flexible ? r.compactString() : r.string();
  const entityName = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeClientQuotasResponseEntityData = { entityType, entityName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeClientQuotasResponseValueData(m: DescribeClientQuotasResponseValueData, v: number): number {
  const flexible = v >= 1;
  let n = 8;
  n += flexible ? sizeOfCompactString(m.key) : sizeOfString(m.key);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeClientQuotasResponseValueData(w: Writer, m: DescribeClientQuotasResponseValueData, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactString(m.key); else w.string(m.key);
  w.float64(m.value);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeClientQuotasResponseValueData(r: Reader, v: number): DescribeClientQuotasResponseValueData {
  const flexible = v >= 1;
  const key = flexible ? r.compactString() : r.string();
  const value = r.float64();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeClientQuotasResponseValueData = { key, value };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Quotas that match. */
export const describeClientQuotasResponse: MessageCodec<DescribeClientQuotasResponse> = {
  name: 'DescribeClientQuotasResponse',
  kind: 'response',
  apiKey: 48,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeClientQuotasResponse, version);
    return sizeDescribeClientQuotasResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeClientQuotasResponse, version);
    encodeDescribeClientQuotasResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeClientQuotasResponse, version);
    return decodeDescribeClientQuotasResponse(reader, version);
  },
};
