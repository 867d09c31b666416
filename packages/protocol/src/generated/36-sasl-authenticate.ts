// Generated from schemas/36-sasl-authenticate.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfBytes, sizeOfCompactBytes, sizeOfCompactNullableString, sizeOfNullableString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** One step of a SASL exchange, from the client. */
export interface SaslAuthenticateRequest {
  /** Bytes of the SASL mechanism. */
  authBytes: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createSaslAuthenticateRequest(init: Partial<SaslAuthenticateRequest> = {}): SaslAuthenticateRequest {
  const m: SaslAuthenticateRequest = {
    authBytes: init.authBytes ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeSaslAuthenticateRequest(m: SaslAuthenticateRequest, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactBytes(m.authBytes) : sizeOfBytes(m.authBytes);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeSaslAuthenticateRequest(w: Writer, m: SaslAuthenticateRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactBytes(m.authBytes); else w.bytes(m.authBytes);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeSaslAuthenticateRequest(r: Reader, v: number): SaslAuthenticateRequest {
  const flexible = v >= 2;
  const authBytes = flexible ? r.compactBytes() : r.bytes();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: SaslAuthenticateRequest = { authBytes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** One step of a SASL exchange, from the client. */
export const saslAuthenticateRequest: MessageCodec<SaslAuthenticateRequest> = {
  name: 'SaslAuthenticateRequest',
  kind: 'request',
  apiKey: 36,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(saslAuthenticateRequest, version);
    return sizeSaslAuthenticateRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(saslAuthenticateRequest, version);
    encodeSaslAuthenticateRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(saslAuthenticateRequest, version);
    return decodeSaslAuthenticateRequest(reader, version);
  },
};

/** One step of a SASL exchange, from the broker. */
export interface SaslAuthenticateResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Bytes of the SASL mechanism. */
  authBytes: Buffer;
  /** Milliseconds until the client has to authenticate again, 0 for never. (v1+) */
  sessionLifetimeMs: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createSaslAuthenticateResponse(init: Partial<SaslAuthenticateResponse> = {}): SaslAuthenticateResponse {
  const m: SaslAuthenticateResponse = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    authBytes: init.authBytes ?? EMPTY_BYTES,
    sessionLifetimeMs: init.sessionLifetimeMs ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeSaslAuthenticateResponse(m: SaslAuthenticateResponse, v: number): number {
  const flexible = v >= 2;
  let n = 2;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  n += flexible ? sizeOfCompactBytes(m.authBytes) : sizeOfBytes(m.authBytes);
  if (v >= 1) {
    n += 8;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeSaslAuthenticateResponse(w: Writer, m: SaslAuthenticateResponse, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  if (flexible) w.compactBytes(m.authBytes); else w.bytes(m.authBytes);
  if (v >= 1) {
    w.int64(m.sessionLifetimeMs);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeSaslAuthenticateResponse(r: Reader, v: number): SaslAuthenticateResponse {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const authBytes = flexible ? r.compactBytes() : r.bytes();
  const sessionLifetimeMs = v >= 1 ? r.int64() : 0n;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: SaslAuthenticateResponse = { errorCode, errorMessage, authBytes, sessionLifetimeMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** One step of a SASL exchange, from the broker. */
export const saslAuthenticateResponse: MessageCodec<SaslAuthenticateResponse> = {
  name: 'SaslAuthenticateResponse',
  kind: 'response',
  apiKey: 36,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(saslAuthenticateResponse, version);
    return sizeSaslAuthenticateResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(saslAuthenticateResponse, version);
    encodeSaslAuthenticateResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(saslAuthenticateResponse, version);
    return decodeSaslAuthenticateResponse(reader, version);
  },
};
