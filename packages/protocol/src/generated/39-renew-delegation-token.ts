// Generated from schemas/39-renew-delegation-token.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfBytes, sizeOfCompactBytes, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Extends the life of a token. */
export interface RenewDelegationTokenRequest {
  /** Secret of the token. */
  hmac: Buffer;
  /** Milliseconds to add. */
  renewPeriodMs: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createRenewDelegationTokenRequest(init: Partial<RenewDelegationTokenRequest> = {}): RenewDelegationTokenRequest {
  const m: RenewDelegationTokenRequest = {
    hmac: init.hmac ?? EMPTY_BYTES,
    renewPeriodMs: init.renewPeriodMs ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeRenewDelegationTokenRequest(m: RenewDelegationTokenRequest, v: number): number {
  const flexible = v >= 2;
  let n = 8;
  n += flexible ? sizeOfCompactBytes(m.hmac) : sizeOfBytes(m.hmac);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeRenewDelegationTokenRequest(w: Writer, m: RenewDelegationTokenRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactBytes(m.hmac); else w.bytes(m.hmac);
  w.int64(m.renewPeriodMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeRenewDelegationTokenRequest(r: Reader, v: number): RenewDelegationTokenRequest {
  const flexible = v >= 2;
  const hmac = flexible ? r.compactBytes() : r.bytes();
  const renewPeriodMs = r.int64();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: RenewDelegationTokenRequest = { hmac, renewPeriodMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Extends the life of a token. */
export const renewDelegationTokenRequest: MessageCodec<RenewDelegationTokenRequest> = {
  name: 'RenewDelegationTokenRequest',
  kind: 'request',
  apiKey: 39,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(renewDelegationTokenRequest, version);
    return sizeRenewDelegationTokenRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(renewDelegationTokenRequest, version);
    encodeRenewDelegationTokenRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(renewDelegationTokenRequest, version);
    return decodeRenewDelegationTokenRequest(reader, version);
  },
};

/** New expiry of the token. */
export interface RenewDelegationTokenResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** When the token expires. */
  expiryTimestampMs: bigint;
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createRenewDelegationTokenResponse(init: Partial<RenewDelegationTokenResponse> = {}): RenewDelegationTokenResponse {
  const m: RenewDelegationTokenResponse = {
    errorCode: init.errorCode ?? 0,
    expiryTimestampMs: init.expiryTimestampMs ?? 0n,
    throttleTimeMs: init.throttleTimeMs ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeRenewDelegationTokenResponse(m: RenewDelegationTokenResponse, v: number): number {
  const flexible = v >= 2;
  let n = 14;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeRenewDelegationTokenResponse(w: Writer, m: RenewDelegationTokenResponse, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  w.int64(m.expiryTimestampMs);
  w.int32(m.throttleTimeMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeRenewDelegationTokenResponse(r: Reader, v: number): RenewDelegationTokenResponse {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const expiryTimestampMs = r.int64();
  const throttleTimeMs = r.int32();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: RenewDelegationTokenResponse = { errorCode, expiryTimestampMs, throttleTimeMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** New expiry of the token. */
export const renewDelegationTokenResponse: MessageCodec<RenewDelegationTokenResponse> = {
  name: 'RenewDelegationTokenResponse',
  kind: 'response',
  apiKey: 39,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(renewDelegationTokenResponse, version);
    return sizeRenewDelegationTokenResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(renewDelegationTokenResponse, version);
    encodeRenewDelegationTokenResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(renewDelegationTokenResponse, version);
    return decodeRenewDelegationTokenResponse(reader, version);
  },
};
