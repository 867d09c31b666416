// Generated from schemas/20-delete-topics.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { nullField, unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Deletes topics by name or id. */
export interface DeleteTopicsRequest {
  /** Topics to delete, by name or id. (v6+) */
  topics: readonly DeleteTopicsRequestDeleteTopicState[];
  /** Topics to delete, by name. (v1-5) */
  topicNames: readonly string[];
  /** Milliseconds that the broker may take. */
  timeoutMs: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteTopicsRequest(init: Partial<DeleteTopicsRequest> = {}): DeleteTopicsRequest {
  const m: DeleteTopicsRequest = {
    topics: init.topics ?? [],
    topicNames: init.topicNames ?? [],
    timeoutMs: init.timeoutMs ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DeleteTopicsRequestDeleteTopicState {
  /** Name of the topic, null when its id is given. (v6+) */
  name: string | null;
  /** Id of the topic. (v6+) */
  topicId: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteTopicsRequestDeleteTopicState(init: Partial<DeleteTopicsRequestDeleteTopicState> = {}): DeleteTopicsRequestDeleteTopicState {
  const m: DeleteTopicsRequestDeleteTopicState = {
    name: init.name ?? null,
    topicId: init.topicId ?? ZERO_UUID,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteTopicsRequest(m: DeleteTopicsRequest, v: number): number {
  const flexible = v >= 4;
  let n = 4;
  if (v >= 6) {
    n += sizeOfUvarint(m.topics.length + 1);
    for (const e of m.topics) n += sizeDeleteTopicsRequestDeleteTopicState(e, v);
  }
  if (v <= 5) {
    n += flexible ? sizeOfUvarint(m.topicNames.length + 1) : 4;
    for (const e of m.topicNames) n += flexible ? sizeOfCompactString(e) : sizeOfString(e);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteTopicsRequest(w: Writer, m: DeleteTopicsRequest, v: number): void {
  const flexible = v >= 4;
  if (v >= 6) {
    w.compactArrayLength(m.topics.length);
    for (const e of m.topics) encodeDeleteTopicsRequestDeleteTopicState(w, e, v);
  }
  if (!(v >= 6) && m.topics.length !== 0) throw unsupportedField('DeleteTopicsRequest', 'topics', v);
  if (v <= 5) {
    if (flexible) w.compactArrayLength(m.topicNames.length); else w.arrayLength(m.topicNames.length);
    for (const e of m.topicNames) { if (flexible) w.compactString(e); else w.string(e); }
  }
  w.int32(m.timeoutMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteTopicsRequest(r: Reader, v: number): DeleteTopicsRequest {
  const flexible = v >= 4;
  const topics: DeleteTopicsRequestDeleteTopicState[] = [];
  if (v >= 6) {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topics.push(decodeDeleteTopicsRequestDeleteTopicState(r, v));
  }
  const topicNames: string[] = [];
  if (v <= 5) {
    const count = flexible ? r.compactArrayLength(1) : r.arrayLength(1);
    for (let i = 0; i < count; i++) topicNames.push(flexible ? r.compactString() : r.string());
  }
  const timeoutMs = r.int32();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteTopicsRequest = { topics, topicNames, timeoutMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteTopicsRequestDeleteTopicState(m: DeleteTopicsRequestDeleteTopicState, v: number): number {
  let n = 16;
  n += sizeOfCompactNullableString(m.name);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteTopicsRequestDeleteTopicState(w: Writer, m: DeleteTopicsRequestDeleteTopicState, v: number): void {
  w.compactNullableString(m.name);
  w.uuid(m.topicId);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteTopicsRequestDeleteTopicState(r: Reader, v: number): DeleteTopicsRequestDeleteTopicState {
  const name = r.compactNullableString();
  const topicId = r.uuid();
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteTopicsRequestDeleteTopicState = { name, topicId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Deletes topics by name or id. */
export const deleteTopicsRequest: MessageCodec<DeleteTopicsRequest> = {
  name: 'DeleteTopicsRequest',
  kind: 'request',
  apiKey: 20,
  minVersion: 1,
  maxVersion: 6,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteTopicsRequest, version);
    return sizeDeleteTopicsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteTopicsRequest, version);
    encodeDeleteTopicsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteTopicsRequest, version);
    return decodeDeleteTopicsRequest(reader, version);
  },
};

/** Result for each topic. */
export interface DeleteTopicsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** One result for each entry of the request. */
  responses: readonly DeleteTopicsResponseDeletableTopicResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteTopicsResponse(init: Partial<DeleteTopicsResponse> = {}): DeleteTopicsResponse {
  const m: DeleteTopicsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    responses: init.responses ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `responses`. */
export interface DeleteTopicsResponseDeletableTopicResult {
  /** Name of the topic, null when its id was given and is unknown. (null in v6+) */
  name: string | null;
  /** Id of the topic. (v6+) */
  topicId: string;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. (v5+) */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteTopicsResponseDeletableTopicResult(init: Partial<DeleteTopicsResponseDeletableTopicResult> = {}): DeleteTopicsResponseDeletableTopicResult {
  const m: DeleteTopicsResponseDeletableTopicResult = {
    name: init.name === undefined ? '' : init.name,
    topicId: init.topicId ?? ZERO_UUID,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteTopicsResponse(m: DeleteTopicsResponse, v: number): number {
  const flexible = v >= 4;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.responses.length + 1) : 4;
  for (const e of m.responses) n += sizeDeleteTopicsResponseDeletableTopicResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteTopicsResponse(w: Writer, m: DeleteTopicsResponse, v: number): void {
  const flexible = v >= 4;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.responses.length); else w.arrayLength(m.responses.length);
  for (const e of m.responses) encodeDeleteTopicsResponseDeletableTopicResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteTopicsResponse(r: Reader, v: number): DeleteTopicsResponse {
  const flexible = v >= 4;
  const throttleTimeMs = r.int32();
  const responses: DeleteTopicsResponseDeletableTopicResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) responses.push(decodeDeleteTopicsResponseDeletableTopicResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteTopicsResponse = { throttleTimeMs, responses };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteTopicsResponseDeletableTopicResult(m: DeleteTopicsResponseDeletableTopicResult, v: number): number {
  const flexible = v >= 4;
  let n = 2;
  n += flexible ? sizeOfCompactNullableString(m.name) : sizeOfNullableString(m.name);
  if (v >= 6) {
    n += 16;
  }
  if (v >= 5) {
    n += sizeOfCompactNullableString(m.errorMessage);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteTopicsResponseDeletableTopicResult(w: Writer, m: DeleteTopicsResponseDeletableTopicResult, v: number): void {
  const flexible = v >= 4;
  if (m.name === null && !(v >= 6)) throw nullField('DeleteTopicsResponseDeletableTopicResult', 'name', v);
  if (flexible) w.compactNullableString(m.name); else w.nullableString(m.name);
  if (v >= 6) {
    w.uuid(m.topicId);
  }
  w.int16(m.errorCode);
  if (v >= 5) {
    w.compactNullableString(m.errorMessage);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteTopicsResponseDeletableTopicResult(r: Reader, v: number): DeleteTopicsResponseDeletableTopicResult {
  const flexible = v >= 4;
  let name: string | null = '';
  name = flexible ? r.compactNullableString() : r.nullableString();
  if (name === null && !(v >= 6)) throw nullField('DeleteTopicsResponseDeletableTopicResult', 'name', v);
  const topicId = v >= 6 ? r.uuid() : ZERO_UUID;
  const errorCode = r.int16();
  const errorMessage = v >= 5 ? r.compactNullableString() : null;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DeleteTopicsResponseDeletableTopicResult = { name, topicId, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each topic. */
export const deleteTopicsResponse: MessageCodec<DeleteTopicsResponse> = {
  name: 'DeleteTopicsResponse',
  kind: 'response',
  apiKey: 20,
  minVersion: 1,
  maxVersion: 6,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteTopicsResponse, version);
    return sizeDeleteTopicsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteTopicsResponse, version);
    encodeDeleteTopicsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteTopicsResponse, version);
    return decodeDeleteTopicsResponse(reader, version);
  },
};
