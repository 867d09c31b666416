// Generated from schemas/49-alter-client-quotas.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Sets and removes quotas. */
export interface AlterClientQuotasRequest {
  /** Entities with their quotas. */
  entries: readonly AlterClientQuotasRequestEntryData[];
  /** Only check whether the request would succeed. */
  validateOnly: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterClientQuotasRequest(init: Partial<AlterClientQuotasRequest> = {}): AlterClientQuotasRequest {
  const m: AlterClientQuotasRequest = {
    entries: init.entries ?? [],
    validateOnly: init.validateOnly ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `entries`. */
export interface AlterClientQuotasRequestEntryData {
  /** The entity, by parts. */
  entity: readonly AlterClientQuotasRequestEntityData[];
  /** Changes. */
  ops: readonly AlterClientQuotasRequestOpData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterClientQuotasRequestEntryData(init: Partial<AlterClientQuotasRequestEntryData> = {}): AlterClientQuotasRequestEntryData {
  const m: AlterClientQuotasRequestEntryData = {
    entity: init.entity ?? [],
    ops: init.ops ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `entity`. */
export interface AlterClientQuotasRequestEntityData {
  /** Kind of entity: user, client-id or ip. */
  entityType: string;
  /** Name of the entity, null for the default. */
  entityName: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterClientQuotasRequestEntityData(init: Partial<AlterClientQuotasRequestEntityData> = {}): AlterClientQuotasRequestEntityData {
  const m: AlterClientQuotasRequestEntityData = {
    entityType: init.entityType ?? '',
    entityName: init.entityName === undefined ? '' : init.entityName,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `ops`. */
export interface AlterClientQuotasRequestOpData {
  /** Name of the quota. */
  key: string;
  /** New limit. */
  value: number;
  /** Remove the quota instead of setting it. */
  remove: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterClientQuotasRequestOpData(init: Partial<AlterClientQuotasRequestOpData> = {}): AlterClientQuotasRequestOpData {
  const m: AlterClientQuotasRequestOpData = {
    key: init.key ?? '',
    value: init.value ?? 0,
    remove: init.remove ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterClientQuotasRequest(m: AlterClientQuotasRequest, v: number): number {
  const flexible = v >= 1;
  let n = 1;
  n += flexible ? sizeOfUvarint(m.entries.length + 1) : 4;
  for (const e of m.entries) n += sizeAlterClientQuotasRequestEntryData(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterClientQuotasRequest(w: Writer, m: AlterClientQuotasRequest, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactArrayLength(m.entries.length); else w.arrayLength(m.entries.length);
  for (const e of m.entries) encodeAlterClientQuotasRequestEntryData(w, e, v);
  w.boolean(m.validateOnly);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterClientQuotasRequest(r: Reader, v: number): AlterClientQuotasRequest {
  const flexible = v >= 1;
  const entries: AlterClientQuotasRequestEntryData[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) entries.push(decodeAlterClientQuotasRequestEntryData(r, v));
  }
  const validateOnly = r.boolean();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterClientQuotasRequest = { entries, validateOnly };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterClientQuotasRequestEntryData(m: AlterClientQuotasRequestEntryData, v: number): number {
  const flexible = v >= 1;
  let n = 0;
  n += flexible ? sizeOfUvarint(m.entity.length + 1) : 4;
  for (const e of m.entity) n += sizeAlterClientQuotasRequestEntityData(e, v);
  n += flexible ? sizeOfUvarint(m.ops.length + 1) : 4;
  for (const e of m.ops) n += sizeAlterClientQuotasRequestOpData(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterClientQuotasRequestEntryData(w: Writer, m: AlterClientQuotasRequestEntryData, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactArrayLength(m.entity.length); else w.arrayLength(m.entity.length);
  for (const e of m.entity) encodeAlterClientQuotasRequestEntityData(w, e, v);
  if (flexible) w.compactArrayLength(m.ops.length); else w.arrayLength(m.ops.length);
  for (const e of m.ops) encodeAlterClientQuotasRequestOpData(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterClientQuotasRequestEntryData(r: Reader, v: number): AlterClientQuotasRequestEntryData {
  const flexible = v >= 1;
  const entity: AlterClientQuotasRequestEntityData[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) entity.push(decodeAlterClientQuotasRequestEntityData(r, v));
  }
  const ops: AlterClientQuotasRequestOpData[] = [];
  {
    const count = flexible ? r.compactArrayLength(11) : r.arrayLength(11);
    for (let i = 0; i < count; i++) ops.push(decodeAlterClientQuotasRequestOpData(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterClientQuotasRequestEntryData = { entity, ops };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterClientQuotasRequestEntityData(m: AlterClientQuotasRequestEntityData, v: number): number {
  const flexible = v >= 1;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.entityType) : sizeOfString(m.entityType);
  n += flexible ? sizeOfCompactNullableString(m.entityName) : sizeOfNullableString(m.entityName);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterClientQuotasRequestEntityData(w: Writer, m: AlterClientQuotasRequestEntityData, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactString(m.entityType); else w.string(m.entityType);
  if (flexible) w.compactNullableString(m.entityName); else w.nullableString(m.entityName);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterClientQuotasRequestEntityData(r: Reader, v: number): AlterClientQuotasRequestEntityData {
  const flexible = v >= 1;
  const entityType = flexible ? r.compactString() : r.string();
  const entityName = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterClientQuotasRequestEntityData = { entityType, entityName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterClientQuotasRequestOpData(m: AlterClientQuotasRequestOpData, v: number): number {
  const flexible = v >= 1;
  let n = 9;
  n += flexible ? sizeOfCompactString(m.key) : sizeOfString(m.key);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterClientQuotasRequestOpData(w: Writer, m: AlterClientQuotasRequestOpData, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactString(m.key); else w.string(m.key);
  w.float64(m.value);
  w.boolean(m.remove);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterClientQuotasRequestOpData(r: Reader, v: number): AlterClientQuotasRequestOpData {
  const flexible = v >= 1;
  const key = flexible ? r.compactString() : r.string();
  const value = r.float64();
  const remove = r.boolean();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterClientQuotasRequestOpData = { key, value, remove };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Sets and removes quotas. */
export const alterClientQuotasRequest: MessageCodec<AlterClientQuotasRequest> = {
  name: 'AlterClientQuotasRequest',
  kind: 'request',
  apiKey: 49,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterClientQuotasRequest, version);
    return sizeAlterClientQuotasRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterClientQuotasRequest, version);
    encodeAlterClientQuotasRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterClientQuotasRequest, version);
    return decodeAlterClientQuotasRequest(reader, version);
  },
};

/** Result for each entity. */
export interface AlterClientQuotasResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Entities with their quotas. */
  entries: readonly AlterClientQuotasResponseEntryData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterClientQuotasResponse(init: Partial<AlterClientQuotasResponse> = {}): AlterClientQuotasResponse {
  const m: AlterClientQuotasResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    entries: init.entries ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `entries`. */
export interface AlterClientQuotasResponseEntryData {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** The entity, by parts. */
  entity: readonly AlterClientQuotasResponseEntityData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterClientQuotasResponseEntryData(init: Partial<AlterClientQuotasResponseEntryData> = {}): AlterClientQuotasResponseEntryData {
  const m: AlterClientQuotasResponseEntryData = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    entity: init.entity ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `entity`. */
export interface AlterClientQuotasResponseEntityData {
  /** Kind of entity: user, client-id or ip. */
  entityType: string;
  /** Name of the entity, null for the default. */
  entityName: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterClientQuotasResponseEntityData(init: Partial<AlterClientQuotasResponseEntityData> = {}): AlterClientQuotasResponseEntityData {
  const m: AlterClientQuotasResponseEntityData = {
    entityType: init.entityType ?? '',
    entityName: init.entityName === undefined ? '' : init.entityName,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterClientQuotasResponse(m: AlterClientQuotasResponse, v: number): number {
  const flexible = v >= 1;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.entries.length + 1) : 4;
  for (const e of m.entries) n += sizeAlterClientQuotasResponseEntryData(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterClientQuotasResponse(w: Writer, m: AlterClientQuotasResponse, v: number): void {
  const flexible = v >= 1;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.entries.length); else w.arrayLength(m.entries.length);
  for (const e of m.entries) encodeAlterClientQuotasResponseEntryData(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterClientQuotasResponse(r: Reader, v: number): AlterClientQuotasResponse {
  const flexible = v >= 1;
  const throttleTimeMs = r.int32();
  const entries: AlterClientQuotasResponseEntryData[] = [];
  {
    const count = flexible ? r.compactArrayLength(5) : r.arrayLength(5);
    for (let i = 0; i < count; i++) entries.push(decodeAlterClientQuotasResponseEntryData(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterClientQuotasResponse = { throttleTimeMs, entries };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterClientQuotasResponseEntryData(m: AlterClientQuotasResponseEntryData, v: number): number {
  const flexible = v >= 1;
  let n = 2;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  n += flexible ? sizeOfUvarint(m.entity.length + 1) : 4;
  for (const e of m.entity) n += sizeAlterClientQuotasResponseEntityData(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterClientQuotasResponseEntryData(w: Writer, m: AlterClientQuotasResponseEntryData, v: number): void {
  const flexible = v >= 1;
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  if (flexible) w.compactArrayLength(m.entity.length); else w.arrayLength(m.entity.length);
  for (const e of m.entity) encodeAlterClientQuotasResponseEntityData(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterClientQuotasResponseEntryData(r: Reader, v: number): AlterClientQuotasResponseEntryData {
  const flexible = v >= 1;
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const entity: AlterClientQuotasResponseEntityData[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) entity.push(decodeAlterClientQuotasResponseEntityData(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterClientQuotasResponseEntryData = { errorCode, errorMessage, entity };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterClientQuotasResponseEntityData(m: AlterClientQuotasResponseEntityData, v: number): number {
  const flexible = v >= 1;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.entityType) : sizeOfString(m.entityType);
  n += flexible ? sizeOfCompactNullableString(m.entityName) : sizeOfNullableString(m.entityName);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterClientQuotasResponseEntityData(w: Writer, m: AlterClientQuotasResponseEntityData, v: number): void {
  const flexible = v >= 1;
  if (flexible) w.compactString(m.entityType); else w.string(m.entityType);
  if (flexible) w.compactNullableString(m.entityName); else w.nullableString(m.entityName);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterClientQuotasResponseEntityData(r: Reader, v: number): AlterClientQuotasResponseEntityData {
  const flexible = v >= 1;
  const entityType = flexible ? r.compactString() : r.string();
  const entityName = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterClientQuotasResponseEntityData = { entityType, entityName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each entity. */
export const alterClientQuotasResponse: MessageCodec<AlterClientQuotasResponse> = {
  name: 'AlterClientQuotasResponse',
  kind: 'response',
  apiKey: 49,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterClientQuotasResponse, version);
    return sizeAlterClientQuotasResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterClientQuotasResponse, version);
    encodeAlterClientQuotasResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterClientQuotasResponse, version);
    return decodeAlterClientQuotasResponse(reader, version);
  },
};
