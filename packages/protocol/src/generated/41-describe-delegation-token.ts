// Generated from schemas/41-describe-delegation-token.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfBytes, sizeOfCompactBytes, sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for tokens of some owners. */
export interface DescribeDelegationTokenRequest {
  /** Owners asked for, null for all. */
  owners: readonly DescribeDelegationTokenRequestDescribeDelegationTokenOwner[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeDelegationTokenRequest(init: Partial<DescribeDelegationTokenRequest> = {}): DescribeDelegationTokenRequest {
  const m: DescribeDelegationTokenRequest = {
    owners: init.owners === undefined ? [] : init.owners,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `owners`. */
export interface DescribeDelegationTokenRequestDescribeDelegationTokenOwner {
  /** Type of the principal, usually User. */
  principalType: string;
  /** Name of the principal. */
  principalName: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeDelegationTokenRequestDescribeDelegationTokenOwner(init: Partial<DescribeDelegationTokenRequestDescribeDelegationTokenOwner> = {}): DescribeDelegationTokenRequestDescribeDelegationTokenOwner {
  const m: DescribeDelegationTokenRequestDescribeDelegationTokenOwner = {
    principalType: init.principalType ?? '',
    principalName: init.principalName ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeDelegationTokenRequest(m: DescribeDelegationTokenRequest, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  if (m.owners === null) n += flexible ? 1 : 4;
  else {
    n += flexible ? sizeOfUvarint(m.owners.length + 1) : 4;
    for (const e of m.owners) n += sizeDescribeDelegationTokenRequestDescribeDelegationTokenOwner(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeDelegationTokenRequest(w: Writer, m: DescribeDelegationTokenRequest, v: number): void {
  const flexible = v >= 2;
  if (m.owners === null) {
    if (flexible) w.uvarint(0); else w.int32(-1);
  } else {
    if (flexible) w.compactArrayLength(m.owners.length); else w.arrayLength(m.owners.length);
    for (const e of m.owners) encodeDescribeDelegationTokenRequestDescribeDelegationTokenOwner(w, e, v);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeDelegationTokenRequest(r: Reader, v: number): DescribeDelegationTokenRequest {
  const flexible = v >= 2;
  let owners: readonly DescribeDelegationTokenRequestDescribeDelegationTokenOwner[] | null = [];
  {
    const count = flexible ? r.compactNullableArrayLength(3) : r.nullableArrayLength(3);
    if (count < 0) {
      owners = null;
    } else {
      const items: DescribeDelegationTokenRequestDescribeDelegationTokenOwner[] = [];
      for (let i = 0; i < count; i++) items.push(decodeDescribeDelegationTokenRequestDescribeDelegationTokenOwner(r, v));
      owners = items;
    }
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeDelegationTokenRequest = { owners };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeDelegationTokenRequestDescribeDelegationTokenOwner(m: DescribeDelegationTokenRequestDescribeDelegationTokenOwner, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.principalType) : sizeOfString(m.principalType);
  n += flexible ? sizeOfCompactString(m.principalName) : sizeOfString(m.principalName);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeDelegationTokenRequestDescribeDelegationTokenOwner(w: Writer, m: DescribeDelegationTokenRequestDescribeDelegationTokenOwner, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.principalType); else w.string(m.principalType);
  if (flexible) w.compactString(m.principalName); else w.string(m.principalName);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeDelegationTokenRequestDescribeDelegationTokenOwner(r: Reader, v: number): DescribeDelegationTokenRequestDescribeDelegationTokenOwner {
  const flexible = v >= 2;
  const principalType = flexible ? r.compactString() : r.string();
  const principalName = flexible ? r.compactString() : r.string();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeDelegationTokenRequestDescribeDelegationTokenOwner = { principalType, principalName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for tokens of some owners. */
export const describeDelegationTokenRequest: MessageCodec<DescribeDelegationTokenRequest> = {
  name: 'DescribeDelegationTokenRequest',
  kind: 'request',
  apiKey: 41,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeDelegationTokenRequest, version);
    return sizeDescribeDelegationTokenRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeDelegationTokenRequest, version);
    encodeDescribeDelegationTokenRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeDelegationTokenRequest, version);
    return decodeDescribeDelegationTokenRequest(reader, version);
  },
};

/** Tokens that the caller may see. */
export interface DescribeDelegationTokenResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Tokens found. */
  tokens: readonly DescribeDelegationTokenResponseDescribedDelegationToken[];
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeDelegationTokenResponse(init: Partial<DescribeDelegationTokenResponse> = {}): DescribeDelegationTokenResponse {
  const m: DescribeDelegationTokenResponse = {
    errorCode: init.errorCode ?? 0,
    tokens: init.tokens ?? [],
    throttleTimeMs: init.throttleTimeMs ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `tokens`. */
export interface DescribeDelegationTokenResponseDescribedDelegationToken {
  /** Type of the principal, usually User. */
  principalType: string;
  /** Name of the principal. */
  principalName: string;
  /** Type of the principal that asked for the token. (v3+) */
  tokenRequesterPrincipalType: string;
  /** Name of the principal that asked for the token. (v3+) */
  tokenRequesterPrincipalName: string;
  /** When the token was issued. */
  issueTimestamp: bigint;
  /** When the token expires. */
  expiryTimestamp: bigint;
  /** Latest time to which the token can be renewed. */
  maxTimestamp: bigint;
  /** Id of the token. */
  tokenId: string;
  /** Secret of the token. */
  hmac: Buffer;
  /** Principals that may renew the token. */
  renewers: readonly DescribeDelegationTokenResponseDescribedDelegationTokenRenewer[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeDelegationTokenResponseDescribedDelegationToken(init: Partial<DescribeDelegationTokenResponseDescribedDelegationToken> = {}): DescribeDelegationTokenResponseDescribedDelegationToken {
  const m: DescribeDelegationTokenResponseDescribedDelegationToken = {
    principalType: init.principalType ?? '',
    principalName: init.principalName ?? '',
    tokenRequesterPrincipalType: init.tokenRequesterPrincipalType ?? '',
    tokenRequesterPrincipalName: init.tokenRequesterPrincipalName ?? '',
    issueTimestamp: init.issueTimestamp ?? 0n,
    expiryTimestamp: init.expiryTimestamp ?? 0n,
    maxTimestamp: init.maxTimestamp ?? 0n,
    tokenId: init.tokenId ?? '',
    hmac: init.hmac ?? EMPTY_BYTES,
    renewers: init.renewers ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `renewers`. */
export interface DescribeDelegationTokenResponseDescribedDelegationTokenRenewer {
  /** Type of the principal, usually User. */
  principalType: string;
  /** Name of the principal. */
  principalName: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeDelegationTokenResponseDescribedDelegationTokenRenewer(init: Partial<DescribeDelegationTokenResponseDescribedDelegationTokenRenewer> = {}): DescribeDelegationTokenResponseDescribedDelegationTokenRenewer {
  const m: DescribeDelegationTokenResponseDescribedDelegationTokenRenewer = {
    principalType: init.principalType ?? '',
    principalName: init.principalName ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeDelegationTokenResponse(m: DescribeDelegationTokenResponse, v: number): number {
  const flexible = v >= 2;
  let n = 6;
  n += flexible ? sizeOfUvarint(m.tokens.length + 1) : 4;
  for (const e of m.tokens) n += sizeDescribeDelegationTokenResponseDescribedDelegationToken(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeDelegationTokenResponse(w: Writer, m: DescribeDelegationTokenResponse, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  if (flexible) w.compactArrayLength(m.tokens.length); else w.arrayLength(m.tokens.length);
  for (const e of m.tokens) encodeDescribeDelegationTokenResponseDescribedDelegationToken(w, e, v);
  w.int32(m.throttleTimeMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeDelegationTokenResponse(r: Reader, v: number): DescribeDelegationTokenResponse {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const tokens: DescribeDelegationTokenResponseDescribedDelegationToken[] = [];
  {
    const count = flexible ? r.compactArrayLength(30) : r.arrayLength(30);
    for (let i = 0; i < count; i++) tokens.push(decodeDescribeDelegationTokenResponseDescribedDelegationToken(r, v));
  }
  const throttleTimeMs = r.int32();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeDelegationTokenResponse = { errorCode, tokens, throttleTimeMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeDelegationTokenResponseDescribedDelegationToken(m: DescribeDelegationTokenResponseDescribedDelegationToken, v: number): number {
  const flexible = v >= 2;
  let n = 24;
  n += flexible ? sizeOfCompactString(m.principalType) : sizeOfString(m.principalType);
  n += flexible ? sizeOfCompactString(m.principalName) : sizeOfString(m.principalName);
  if (v >= 3) {
    n += sizeOfCompactString(m.tokenRequesterPrincipalType);
    n += sizeOfCompactString(m.tokenRequesterPrincipalName);
  }
  n += flexible ? sizeOfCompactString(m.tokenId) : sizeOfString(m.tokenId);
  n += flexible ? sizeOfCompactBytes(m.hmac) : sizeOfBytes(m.hmac);
  n += flexible ? sizeOfUvarint(m.renewers.length + 1) : 4;
  for (const e of m.renewers) n += sizeDescribeDelegationTokenResponseDescribedDelegationTokenRenewer(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeDelegationTokenResponseDescribedDelegationToken(w: Writer, m: DescribeDelegationTokenResponseDescribedDelegationToken, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.principalType); else w.string(m.principalType);
  if (flexible) w.compactString(m.principalName); else w.string(m.principalName);
  if (v >= 3) {
    w.compactString(m.tokenRequesterPrincipalType);
  }
  if (!(v >= 3) && m.tokenRequesterPrincipalType !== '') throw unsupportedField('DescribeDelegationTokenResponseDescribedDelegationToken', 'tokenRequesterPrincipalType', v);
  if (v >= 3) {
    w.compactString(m.tokenRequesterPrincipalName);
  }
  if (!(v >= 3) && m.tokenRequesterPrincipalName !== '') throw unsupportedField('DescribeDelegationTokenResponseDescribedDelegationToken', 'tokenRequesterPrincipalName', v);
  w.int64(m.issueTimestamp);
  w.int64(m.expiryTimestamp);
  w.int64(m.maxTimestamp);
  if (flexible) w.compactString(m.tokenId); else w.string(m.tokenId);
  if (flexible) w.compactBytes(m.hmac); else w.bytes(m.hmac);
  if (flexible) w.compactArrayLength(m.renewers.length); else w.arrayLength(m.renewers.length);
  for (const e of m.renewers) encodeDescribeDelegationTokenResponseDescribedDelegationTokenRenewer(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeDelegationTokenResponseDescribedDelegationToken(r: Reader, v: number): DescribeDelegationTokenResponseDescribedDelegationToken {
  const flexible = v >= 2;
  const principalType = flexible ? r.compactString() : r.string();
  const principalName = flexible ? r.compactString() : r.string();
  const tokenRequesterPrincipalType = v >= 3 ? r.compactString() : '';
  const tokenRequesterPrincipalName = v >= 3 ? r.compactString() : '';
  const issueTimestamp = r.int64();
  const expiryTimestamp = r.int64();
  const maxTimestamp = r.int64();
  const tokenId = flexible ? r.compactString() : r.string();
  const hmac = flexible ? r.compactBytes() : r.bytes();
  const renewers: DescribeDelegationTokenResponseDescribedDelegationTokenRenewer[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) renewers.push(decodeDescribeDelegationTokenResponseDescribedDelegationTokenRenewer(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeDelegationTokenResponseDescribedDelegationToken = { principalType, principalName, tokenRequesterPrincipalType, tokenRequesterPrincipalName, issueTimestamp, expiryTimestamp, maxTimestamp, tokenId, hmac, renewers };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeDelegationTokenResponseDescribedDelegationTokenRenewer(m: DescribeDelegationTokenResponseDescribedDelegationTokenRenewer, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.principalType) : sizeOfString(m.principalType);
  n += flexible ? sizeOfCompactString(m.principalName) : sizeOfString(m.principalName);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeDelegationTokenResponseDescribedDelegationTokenRenewer(w: Writer, m: DescribeDelegationTokenResponseDescribedDelegationTokenRenewer, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.principalType); else w.string(m.principalType);
  if (flexible) w.compactString(m.principalName); else w.string(m.principalName);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeDelegationTokenResponseDescribedDelegationTokenRenewer(r: Reader, v: number): DescribeDelegationTokenResponseDescribedDelegationTokenRenewer {
  const flexible = v >= 2;
  const principalType = flexible ? r.compactString() : r.string();
  const principalName = flexible ? r.compactString() : r.string();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeDelegationTokenResponseDescribedDelegationTokenRenewer = { principalType, principalName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Tokens that the caller may see. */
export const describeDelegationTokenResponse: MessageCodec<DescribeDelegationTokenResponse> = {
  name: 'DescribeDelegationTokenResponse',
  kind: 'response',
  apiKey: 41,
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeDelegationTokenResponse, version);
    return sizeDescribeDelegationTokenResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeDelegationTokenResponse, version);
    encodeDescribeDelegationTokenResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeDelegationTokenResponse, version);
    return decodeDescribeDelegationTokenResponse(reader, version);
  },
};
