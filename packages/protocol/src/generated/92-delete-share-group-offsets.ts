// Generated from schemas/92-delete-share-group-offsets.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Forgets where a share group stands in topics. */
export interface DeleteShareGroupOffsetsRequest {
  /** Id of the group. */
  groupId: string;
  /** Topics concerned. */
  topics: readonly DeleteShareGroupOffsetsRequestTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupOffsetsRequest(init: Partial<DeleteShareGroupOffsetsRequest> = {}): DeleteShareGroupOffsetsRequest {
  const m: DeleteShareGroupOffsetsRequest = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DeleteShareGroupOffsetsRequestTopic {
  /** Name of the topic. */
  topicName: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupOffsetsRequestTopic(init: Partial<DeleteShareGroupOffsetsRequestTopic> = {}): DeleteShareGroupOffsetsRequestTopic {
  const m: DeleteShareGroupOffsetsRequestTopic = {
    topicName: init.topicName ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupOffsetsRequest(m: DeleteShareGroupOffsetsRequest, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDeleteShareGroupOffsetsRequestTopic(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupOffsetsRequest(w: Writer, m: DeleteShareGroupOffsetsRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDeleteShareGroupOffsetsRequestTopic(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupOffsetsRequest(r: Reader, v: number): DeleteShareGroupOffsetsRequest {
  const groupId = r.compactString();
  const topics: DeleteShareGroupOffsetsRequestTopic[] = [];
  {
    const count = r.compactArrayLength(2);
    for (let i = 0; i < count; i++) topics.push(decodeDeleteShareGroupOffsetsRequestTopic(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupOffsetsRequest = { groupId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupOffsetsRequestTopic(m: DeleteShareGroupOffsetsRequestTopic, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupOffsetsRequestTopic(w: Writer, m: DeleteShareGroupOffsetsRequestTopic, v: number): void {
  w.compactString(m.topicName);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupOffsetsRequestTopic(r: Reader, v: number): DeleteShareGroupOffsetsRequestTopic {
  const topicName = r.compactString();
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupOffsetsRequestTopic = { topicName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Forgets where a share group stands in topics. */
export const deleteShareGroupOffsetsRequest: MessageCodec<DeleteShareGroupOffsetsRequest> = {
  name: 'DeleteShareGroupOffsetsRequest',
  kind: 'request',
  apiKey: 92,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteShareGroupOffsetsRequest, version);
    return sizeDeleteShareGroupOffsetsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteShareGroupOffsetsRequest, version);
    encodeDeleteShareGroupOffsetsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteShareGroupOffsetsRequest, version);
    return decodeDeleteShareGroupOffsetsRequest(reader, version);
  },
};

/** Result for each topic. */
export interface DeleteShareGroupOffsetsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** One result for each entry of the request. */
  responses: readonly DeleteShareGroupOffsetsResponseTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupOffsetsResponse(init: Partial<DeleteShareGroupOffsetsResponse> = {}): DeleteShareGroupOffsetsResponse {
  const m: DeleteShareGroupOffsetsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    responses: init.responses ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `responses`. */
export interface DeleteShareGroupOffsetsResponseTopic {
  /** Name of the topic. */
  topicName: string;
  /** Id of the topic. */
  topicId: string;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDeleteShareGroupOffsetsResponseTopic(init: Partial<DeleteShareGroupOffsetsResponseTopic> = {}): DeleteShareGroupOffsetsResponseTopic {
  const m: DeleteShareGroupOffsetsResponseTopic = {
    topicName: init.topicName ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupOffsetsResponse(m: DeleteShareGroupOffsetsResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfUvarint(m.responses.length + 1);
  for (const e of m.responses) n += sizeDeleteShareGroupOffsetsResponseTopic(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupOffsetsResponse(w: Writer, m: DeleteShareGroupOffsetsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactArrayLength(m.responses.length);
  for (const e of m.responses) encodeDeleteShareGroupOffsetsResponseTopic(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupOffsetsResponse(r: Reader, v: number): DeleteShareGroupOffsetsResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const responses: DeleteShareGroupOffsetsResponseTopic[] = [];
  {
    const count = r.compactArrayLength(21);
    for (let i = 0; i < count; i++) responses.push(decodeDeleteShareGroupOffsetsResponseTopic(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupOffsetsResponse = { throttleTimeMs, errorCode, errorMessage, responses };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDeleteShareGroupOffsetsResponseTopic(m: DeleteShareGroupOffsetsResponseTopic, v: number): number {
  let n = 18;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDeleteShareGroupOffsetsResponseTopic(w: Writer, m: DeleteShareGroupOffsetsResponseTopic, v: number): void {
  w.compactString(m.topicName);
  w.uuid(m.topicId);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDeleteShareGroupOffsetsResponseTopic(r: Reader, v: number): DeleteShareGroupOffsetsResponseTopic {
  const topicName = r.compactString();
  const topicId = r.uuid();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: DeleteShareGroupOffsetsResponseTopic = { topicName, topicId, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each topic. */
export const deleteShareGroupOffsetsResponse: MessageCodec<DeleteShareGroupOffsetsResponse> = {
  name: 'DeleteShareGroupOffsetsResponse',
  kind: 'response',
  apiKey: 92,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(deleteShareGroupOffsetsResponse, version);
    return sizeDeleteShareGroupOffsetsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(deleteShareGroupOffsetsResponse, version);
    encodeDeleteShareGroupOffsetsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(deleteShareGroupOffsetsResponse, version);
    return decodeDeleteShareGroupOffsetsResponse(reader, version);
  },
};
