// Generated from schemas/94-unregister-controller.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Takes a controller that is gone out of the registry. */
export interface UnregisterControllerRequest {
  /** Id of the controller. */
  controllerId: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createUnregisterControllerRequest(init: Partial<UnregisterControllerRequest> = {}): UnregisterControllerRequest {
  const m: UnregisterControllerRequest = {
    controllerId: init.controllerId ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeUnregisterControllerRequest(m: UnregisterControllerRequest, v: number): number {
  let n = 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeUnregisterControllerRequest(w: Writer, m: UnregisterControllerRequest, v: number): void {
  w.int32(m.controllerId);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeUnregisterControllerRequest(r: Reader, v: number): UnregisterControllerRequest {
  const controllerId = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: UnregisterControllerRequest = { controllerId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Takes a controller that is gone out of the registry. */
export const unregisterControllerRequest: MessageCodec<UnregisterControllerRequest> = {
  name: 'UnregisterControllerRequest',
  kind: 'request',
  apiKey: 94,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(unregisterControllerRequest, version);
    return sizeUnregisterControllerRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(unregisterControllerRequest, version);
    encodeUnregisterControllerRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(unregisterControllerRequest, version);
    return decodeUnregisterControllerRequest(reader, version);
  },
};

/** Whether the controller was removed. */
export interface UnregisterControllerResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createUnregisterControllerResponse(init: Partial<UnregisterControllerResponse> = {}): UnregisterControllerResponse {
  const m: UnregisterControllerResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeUnregisterControllerResponse(m: UnregisterControllerResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeUnregisterControllerResponse(w: Writer, m: UnregisterControllerResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeUnregisterControllerResponse(r: Reader, v: number): UnregisterControllerResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: UnregisterControllerResponse = { throttleTimeMs, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Whether the controller was removed. */
export const unregisterControllerResponse: MessageCodec<UnregisterControllerResponse> = {
  name: 'UnregisterControllerResponse',
  kind: 'response',
  apiKey: 94,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(unregisterControllerResponse, version);
    return sizeUnregisterControllerResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(unregisterControllerResponse, version);
    encodeUnregisterControllerResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(unregisterControllerResponse, version);
    return decodeUnregisterControllerResponse(reader, version);
  },
};
