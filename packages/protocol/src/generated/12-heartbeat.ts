// Generated from schemas/12-heartbeat.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Tells the coordinator that a classic member lives. */
export interface HeartbeatRequest {
  /** Id of the group. */
  groupId: string;
  /** Generation of the group. */
  generationId: number;
  /** Id of the member. */
  memberId: string;
  /** Name of a static member, or null. (v3+) */
  groupInstanceId: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createHeartbeatRequest(init: Partial<HeartbeatRequest> = {}): HeartbeatRequest {
  const m: HeartbeatRequest = {
    groupId: init.groupId ?? '',
    generationId: init.generationId ?? 0,
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeHeartbeatRequest(m: HeartbeatRequest, v: number): number {
  const flexible = v >= 4;
  let n = 4;
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  if (v >= 3) {
    n += flexible ? sizeOfCompactNullableString(m.groupInstanceId) : sizeOfNullableString(m.groupInstanceId);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeHeartbeatRequest(w: Writer, m: HeartbeatRequest, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  w.int32(m.generationId);
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (v >= 3) {
    if (flexible) w.compactNullableString(m.groupInstanceId); else w.nullableString(m.groupInstanceId);
  }
  if (!(v >= 3) && m.groupInstanceId !== null) throw unsupportedField('HeartbeatRequest', 'groupInstanceId', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeHeartbeatRequest(r: Reader, v: number): HeartbeatRequest {
  const flexible = v >= 4;
  const groupId = flexible ? r.compactString() : r.string();
  const generationId = r.int32();
  const memberId = flexible ? r.compactString() : r.string();
  const groupInstanceId = v >= 3 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: HeartbeatRequest = { groupId, generationId, memberId, groupInstanceId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Tells the coordinator that a classic member lives. */
export const heartbeatRequest: MessageCodec<HeartbeatRequest> = {
  name: 'HeartbeatRequest',
  kind: 'request',
  apiKey: 12,
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(heartbeatRequest, version);
    return sizeHeartbeatRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(heartbeatRequest, version);
    encodeHeartbeatRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(heartbeatRequest, version);
    return decodeHeartbeatRequest(reader, version);
  },
};

/** Says whether the member may go on or has to rejoin. */
export interface HeartbeatResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v1+) */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createHeartbeatResponse(init: Partial<HeartbeatResponse> = {}): HeartbeatResponse {
  const m: HeartbeatResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeHeartbeatResponse(m: HeartbeatResponse, v: number): number {
  const flexible = v >= 4;
  let n = 2;
  if (v >= 1) {
    n += 4;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeHeartbeatResponse(w: Writer, m: HeartbeatResponse, v: number): void {
  const flexible = v >= 4;
  if (v >= 1) {
    w.int32(m.throttleTimeMs);
  }
  w.int16(m.errorCode);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeHeartbeatResponse(r: Reader, v: number): HeartbeatResponse {
  const flexible = v >= 4;
  const throttleTimeMs = v >= 1 ? r.int32() : 0;
  const errorCode = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: HeartbeatResponse = { throttleTimeMs, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Says whether the member may go on or has to rejoin. */
export const heartbeatResponse: MessageCodec<HeartbeatResponse> = {
  name: 'HeartbeatResponse',
  kind: 'response',
  apiKey: 12,
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(heartbeatResponse, version);
    return sizeHeartbeatResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(heartbeatResponse, version);
    encodeHeartbeatResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(heartbeatResponse, version);
    return decodeHeartbeatResponse(reader, version);
  },
};
