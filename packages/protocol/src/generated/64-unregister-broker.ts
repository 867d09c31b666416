// Generated from schemas/64-unregister-broker.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Takes a broker that is gone out of the cluster's registry. */
export interface UnregisterBrokerRequest {
  /** Id of the broker. */
  brokerId: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createUnregisterBrokerRequest(init: Partial<UnregisterBrokerRequest> = {}): UnregisterBrokerRequest {
  const m: UnregisterBrokerRequest = {
    brokerId: init.brokerId ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeUnregisterBrokerRequest(m: UnregisterBrokerRequest, v: number): number {
  let n = 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeUnregisterBrokerRequest(w: Writer, m: UnregisterBrokerRequest, v: number): void {
  w.int32(m.brokerId);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeUnregisterBrokerRequest(r: Reader, v: number): UnregisterBrokerRequest {
  const brokerId = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: UnregisterBrokerRequest = { brokerId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Takes a broker that is gone out of the cluster's registry. */
export const unregisterBrokerRequest: MessageCodec<UnregisterBrokerRequest> = {
  name: 'UnregisterBrokerRequest',
  kind: 'request',
  apiKey: 64,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(unregisterBrokerRequest, version);
    return sizeUnregisterBrokerRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(unregisterBrokerRequest, version);
    encodeUnregisterBrokerRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(unregisterBrokerRequest, version);
    return decodeUnregisterBrokerRequest(reader, version);
  },
};

/** Whether the broker was removed. */
export interface UnregisterBrokerResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createUnregisterBrokerResponse(init: Partial<UnregisterBrokerResponse> = {}): UnregisterBrokerResponse {
  const m: UnregisterBrokerResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeUnregisterBrokerResponse(m: UnregisterBrokerResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeUnregisterBrokerResponse(w: Writer, m: UnregisterBrokerResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeUnregisterBrokerResponse(r: Reader, v: number): UnregisterBrokerResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: UnregisterBrokerResponse = { throttleTimeMs, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Whether the broker was removed. */
export const unregisterBrokerResponse: MessageCodec<UnregisterBrokerResponse> = {
  name: 'UnregisterBrokerResponse',
  kind: 'response',
  apiKey: 64,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(unregisterBrokerResponse, version);
    return sizeUnregisterBrokerResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(unregisterBrokerResponse, version);
    encodeUnregisterBrokerResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(unregisterBrokerResponse, version);
    return decodeUnregisterBrokerResponse(reader, version);
  },
};
