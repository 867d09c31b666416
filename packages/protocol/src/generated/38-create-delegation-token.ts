// Generated from schemas/38-create-delegation-token.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfBytes, sizeOfCompactBytes, sizeOfCompactNullableString, sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for a token that others may log in with. */
export interface CreateDelegationTokenRequest {
  /** Type of the owner, null for the caller. (v3+) */
  ownerPrincipalType: string | null;
  /** Name of the owner, null for the caller. (v3+) */
  ownerPrincipalName: string | null;
  /** Principals that may renew the token. */
  renewers: readonly CreateDelegationTokenRequestCreatableRenewers[];
  /** Longest life in milliseconds, -1 for the broker's setting. */
  maxLifetimeMs: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateDelegationTokenRequest(init: Partial<CreateDelegationTokenRequest> = {}): CreateDelegationTokenRequest {
  const m: CreateDelegationTokenRequest = {
    ownerPrincipalType: init.ownerPrincipalType === undefined ? '' : init.ownerPrincipalType,
    ownerPrincipalName: init.ownerPrincipalName === undefined ? '' : init.ownerPrincipalName,
    renewers: init.renewers ?? [],
    maxLifetimeMs: init.maxLifetimeMs ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `renewers`. */
export interface CreateDelegationTokenRequestCreatableRenewers {
  /** Type of the principal, usually User. */
  principalType: string;
  /** Name of the principal. */
  principalName: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateDelegationTokenRequestCreatableRenewers(init: Partial<CreateDelegationTokenRequestCreatableRenewers> = {}): CreateDelegationTokenRequestCreatableRenewers {
  const m: CreateDelegationTokenRequestCreatableRenewers = {
    principalType: init.principalType ?? '',
    principalName: init.principalName ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeCreateDelegationTokenRequest(m: CreateDelegationTokenRequest, v: number): number {
  const flexible = v >= 2;
  let n = 8;
  if (v >= 3) {
    n += sizeOfCompactNullableString(m.ownerPrincipalType);
    n += sizeOfCompactNullableString(m.ownerPrincipalName);
  }
  n += flexible ? sizeOfUvarint(m.renewers.length + 1) : 4;
  for (const e of m.renewers) n += sizeCreateDelegationTokenRequestCreatableRenewers(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateDelegationTokenRequest(w: Writer, m: CreateDelegationTokenRequest, v: number): void {
  const flexible = v >= 2;
  if (v >= 3) {
    w.compactNullableString(m.ownerPrincipalType);
  }
  if (!(v >= 3) && m.ownerPrincipalType !== '') throw unsupportedField('CreateDelegationTokenRequest', 'ownerPrincipalType', v);
  if (v >= 3) {
    w.compactNullableString(m.ownerPrincipalName);
  }
  if (!(v >= 3) && m.ownerPrincipalName !== '') throw unsupportedField('CreateDelegationTokenRequest', 'ownerPrincipalName', v);
  if (flexible) w.compactArrayLength(m.renewers.length); else w.arrayLength(m.renewers.length);
  for (const e of m.renewers) encodeCreateDelegationTokenRequestCreatableRenewers(w, e, v);
  w.int64(m.maxLifetimeMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateDelegationTokenRequest(r: Reader, v: number): CreateDelegationTokenRequest {
  const flexible = v >= 2;
  const ownerPrincipalType = v >= 3 ? r.compactNullableString() : '';
  const ownerPrincipalName = v >= 3 ? r.compactNullableString() : '';
  const renewers: CreateDelegationTokenRequestCreatableRenewers[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) renewers.push(decodeCreateDelegationTokenRequestCreatableRenewers(r, v));
  }
  const maxLifetimeMs = r.int64();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateDelegationTokenRequest = { ownerPrincipalType, ownerPrincipalName, renewers, maxLifetimeMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreateDelegationTokenRequestCreatableRenewers(m: CreateDelegationTokenRequestCreatableRenewers, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.principalType) : sizeOfString(m.principalType);
  n += flexible ? sizeOfCompactString(m.principalName) : sizeOfString(m.principalName);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateDelegationTokenRequestCreatableRenewers(w: Writer, m: CreateDelegationTokenRequestCreatableRenewers, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.principalType); else w.string(m.principalType);
  if (flexible) w.compactString(m.principalName); else w.string(m.principalName);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateDelegationTokenRequestCreatableRenewers(r: Reader, v: number): CreateDelegationTokenRequestCreatableRenewers {
  const flexible = v >= 2;
  const principalType = flexible ? r.compactString() : r.string();
  const principalName = flexible ? r.compactString() : r.string();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateDelegationTokenRequestCreatableRenewers = { principalType, principalName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for a token that others may log in with. */
export const createDelegationTokenRequest: MessageCodec<CreateDelegationTokenRequest> = {
  name: 'CreateDelegationTokenRequest',
  kind: 'request',
  apiKey: 38,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(createDelegationTokenRequest, version);
    return sizeCreateDelegationTokenRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(createDelegationTokenRequest, version);
    encodeCreateDelegationTokenRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(createDelegationTokenRequest, version);
    return decodeCreateDelegationTokenRequest(reader, version);
  },
};

/** The new token. */
export interface CreateDelegationTokenResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Type of the principal, usually User. */
  principalType: string;
  /** Name of the principal. */
  principalName: string;
  /** Type of the principal that asked for the token. (v3+) */
  tokenRequesterPrincipalType: string;
  /** Name of the principal that asked for the token. (v3+) */
  tokenRequesterPrincipalName: string;
  /** When the token was issued. */
  issueTimestampMs: bigint;
  /** When the token expires. */
  expiryTimestampMs: bigint;
  /** Latest time to which the token can be renewed. */
  maxTimestampMs: bigint;
  /** Id of the token. */
  tokenId: string;
  /** Secret of the token. */
  hmac: Buffer;
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateDelegationTokenResponse(init: Partial<CreateDelegationTokenResponse> = {}): CreateDelegationTokenResponse {
  const m: CreateDelegationTokenResponse = {
    errorCode: init.errorCode ?? 0,
    principalType: init.principalType ?? '',
    principalName: init.principalName ?? '',
    tokenRequesterPrincipalType: init.tokenRequesterPrincipalType ?? '',
    tokenRequesterPrincipalName: init.tokenRequesterPrincipalName ?? '',
    issueTimestampMs: init.issueTimestampMs ?? 0n,
    expiryTimestampMs: init.expiryTimestampMs ?? 0n,
    maxTimestampMs: init.maxTimestampMs ?? 0n,
    tokenId: init.tokenId ?? '',
    hmac: init.hmac ?? EMPTY_BYTES,
    throttleTimeMs: init.throttleTimeMs ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeCreateDelegationTokenResponse(m: CreateDelegationTokenResponse, v: number): number {
  const flexible = v >= 2;
  let n = 30;
  n += flexible ? sizeOfCompactString(m.principalType) : sizeOfString(m.principalType);
  n += flexible ? sizeOfCompactString(m.principalName) : sizeOfString(m.principalName);
  if (v >= 3) {
    n += sizeOfCompactString(m.tokenRequesterPrincipalType);
    n += sizeOfCompactString(m.tokenRequesterPrincipalName);
  }
  n += flexible ? sizeOfCompactString(m.tokenId) : sizeOfString(m.tokenId);
  n += flexible ? sizeOfCompactBytes(m.hmac) : sizeOfBytes(m.hmac);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateDelegationTokenResponse(w: Writer, m: CreateDelegationTokenResponse, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  if (flexible) w.compactString(m.principalType); else w.string(m.principalType);
  if (flexible) w.compactString(m.principalName); else w.string(m.principalName);
  if (v >= 3) {
    w.compactString(m.tokenRequesterPrincipalType);
  }
  if (!(v >= 3) && m.tokenRequesterPrincipalType !== '') throw unsupportedField('CreateDelegationTokenResponse', 'tokenRequesterPrincipalType', v);
  if (v >= 3) {
    w.compactString(m.tokenRequesterPrincipalName);
  }
  if (!(v >= 3) && m.tokenRequesterPrincipalName !== '') throw unsupportedField('CreateDelegationTokenResponse', 'tokenRequesterPrincipalName', v);
  w.int64(m.issueTimestampMs);
  w.int64(m.expiryTimestampMs);
  w.int64(m.maxTimestampMs);
  if (flexible) w.compactString(m.tokenId); else w.string(m.tokenId);
  if (flexible) w.compactBytes(m.hmac); else w.bytes(m.hmac);
  w.int32(m.throttleTimeMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateDelegationTokenResponse(r: Reader, v: number): CreateDelegationTokenResponse {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const principalType = flexible ? r.compactString() : r.string();
  const principalName = flexible ? r.compactString() : r.string();
  const tokenRequesterPrincipalType = v >= 3 ? r.compactString() : '';
  const tokenRequesterPrincipalName = v >= 3 ? r.compactString() : '';
  const issueTimestampMs = r.int64();
  const expiryTimestampMs = r.int64();
  const maxTimestampMs = r.int64();
  const tokenId = flexible ? r.compactString() : r.string();
  const hmac = flexible ? r.compactBytes() : r.bytes();
  const throttleTimeMs = r.int32();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateDelegationTokenResponse = { errorCode, principalType, principalName, tokenRequesterPrincipalType, tokenRequesterPrincipalName, issueTimestampMs, expiryTimestampMs, maxTimestampMs, tokenId, hmac, throttleTimeMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** The new token. */
export const createDelegationTokenResponse: MessageCodec<CreateDelegationTokenResponse> = {
  name: 'CreateDelegationTokenResponse',
  kind: 'response',
  apiKey: 38,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(createDelegationTokenResponse, version);
    return sizeCreateDelegationTokenResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(createDelegationTokenResponse, version);
    encodeCreateDelegationTokenResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(createDelegationTokenResponse, version);
    return decodeCreateDelegationTokenResponse(reader, version);
  },
};
