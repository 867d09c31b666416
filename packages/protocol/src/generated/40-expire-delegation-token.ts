// Generated from schemas/40-expire-delegation-token.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfBytes, sizeOfCompactBytes, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Shortens the life of a token or ends it. */
export interface ExpireDelegationTokenRequest {
  /** Secret of the token. */
  hmac: Buffer;
  /** Milliseconds until the end, negative for at once. */
  expiryTimePeriodMs: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createExpireDelegationTokenRequest(init: Partial<ExpireDelegationTokenRequest> = {}): ExpireDelegationTokenRequest {
  const m: ExpireDelegationTokenRequest = {
    hmac: init.hmac ?? EMPTY_BYTES,
    expiryTimePeriodMs: init.expiryTimePeriodMs ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeExpireDelegationTokenRequest(m: ExpireDelegationTokenRequest, v: number): number {
  const flexible = v >= 2;
  let n = 8;
  n += flexible ? sizeOfCompactBytes(m.hmac) : sizeOfBytes(m.hmac);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeExpireDelegationTokenRequest(w: Writer, m: ExpireDelegationTokenRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactBytes(m.hmac); else w.bytes(m.hmac);
  w.int64(m.expiryTimePeriodMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeExpireDelegationTokenRequest(r: Reader, v: number): ExpireDelegationTokenRequest {
  const flexible = v >= 2;
  const hmac = flexible ? r.compactBytes() : r.bytes();
  const expiryTimePeriodMs = r.int64();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ExpireDelegationTokenRequest = { hmac, expiryTimePeriodMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Shortens the life of a token or ends it. */
export const expireDelegationTokenRequest: MessageCodec<ExpireDelegationTokenRequest> = {
  name: 'ExpireDelegationTokenRequest',
  kind: 'request',
  apiKey: 40,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(expireDelegationTokenRequest, version);
    return sizeExpireDelegationTokenRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(expireDelegationTokenRequest, version);
    encodeExpireDelegationTokenRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(expireDelegationTokenRequest, version);
    return decodeExpireDelegationTokenRequest(reader, version);
  },
};

/** New expiry of the token. */
export interface ExpireDelegationTokenResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** When the token expires. */
  expiryTimestampMs: bigint;
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createExpireDelegationTokenResponse(init: Partial<ExpireDelegationTokenResponse> = {}): ExpireDelegationTokenResponse {
  const m: ExpireDelegationTokenResponse = {
    errorCode: init.errorCode ?? 0,
    expiryTimestampMs: init.expiryTimestampMs ?? 0n,
    throttleTimeMs: init.throttleTimeMs ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeExpireDelegationTokenResponse(m: ExpireDelegationTokenResponse, v: number): number {
  const flexible = v >= 2;
  let n = 14;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeExpireDelegationTokenResponse(w: Writer, m: ExpireDelegationTokenResponse, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  w.int64(m.expiryTimestampMs);
  w.int32(m.throttleTimeMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeExpireDelegationTokenResponse(r: Reader, v: number): ExpireDelegationTokenResponse {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const expiryTimestampMs = r.int64();
  const throttleTimeMs = r.int32();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ExpireDelegationTokenResponse = { errorCode, expiryTimestampMs, throttleTimeMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** New expiry of the token. */
export const expireDelegationTokenResponse: MessageCodec<ExpireDelegationTokenResponse> = {
  name: 'ExpireDelegationTokenResponse',
  kind: 'response',
  apiKey: 40,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(expireDelegationTokenResponse, version);
    return sizeExpireDelegationTokenResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(expireDelegationTokenResponse, version);
    encodeExpireDelegationTokenResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(expireDelegationTokenResponse, version);
    return decodeExpireDelegationTokenResponse(reader, version);
  },
};
