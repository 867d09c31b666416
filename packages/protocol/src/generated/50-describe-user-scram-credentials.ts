// Generated from schemas/50-describe-user-scram-credentials.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks which users have SCRAM credentials. */
export interface DescribeUserScramCredentialsRequest {
  /** Users asked for, null for all. */
  users: readonly DescribeUserScramCredentialsRequestUserName[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeUserScramCredentialsRequest(init: Partial<DescribeUserScramCredentialsRequest> = {}): DescribeUserScramCredentialsRequest {
  const m: DescribeUserScramCredentialsRequest = {
    users: init.users === undefined ? [] : init.users,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `users`. */
export interface DescribeUserScramCredentialsRequestUserName {
  /** Name of the user. */
  name: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeUserScramCredentialsRequestUserName(init: Partial<DescribeUserScramCredentialsRequestUserName> = {}): DescribeUserScramCredentialsRequestUserName {
  const m: DescribeUserScramCredentialsRequestUserName = {
    name: init.name ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeUserScramCredentialsRequest(m: DescribeUserScramCredentialsRequest, v: number): number {
  let n = 0;
  if (m.users === null) n += 1;
  else {
    n += sizeOfUvarint(m.users.length + 1);
    for (const e of m.users) n += sizeDescribeUserScramCredentialsRequestUserName(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeUserScramCredentialsRequest(w: Writer, m: DescribeUserScramCredentialsRequest, v: number): void {
  if (m.users === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.users.length);
    for (const e of m.users) encodeDescribeUserScramCredentialsRequestUserName(w, e, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeUserScramCredentialsRequest(r: Reader, v: number): DescribeUserScramCredentialsRequest {
  let users: readonly DescribeUserScramCredentialsRequestUserName[] | null = [];
  {
    const count = r.compactNullableArrayLength(2);
    if (count < 0) {
      users = null;
    } else {
      const items: DescribeUserScramCredentialsRequestUserName[] = [];
      for (let i = 0; i < count; i++) items.push(decodeDescribeUserScramCredentialsRequestUserName(r, v));
      users = items;
    }
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeUserScramCredentialsRequest = { users };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeUserScramCredentialsRequestUserName(m: DescribeUserScramCredentialsRequestUserName, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeUserScramCredentialsRequestUserName(w: Writer, m: DescribeUserScramCredentialsRequestUserName, v: number): void {
  w.compactString(m.name);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeUserScramCredentialsRequestUserName(r: Reader, v: number): DescribeUserScramCredentialsRequestUserName {
  const name = r.compactString();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeUserScramCredentialsRequestUserName = { name };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks which users have SCRAM credentials. */
export const describeUserScramCredentialsRequest: MessageCodec<DescribeUserScramCredentialsRequest> = {
  name: 'DescribeUserScramCredentialsRequest',
  kind: 'request',
  apiKey: 50,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeUserScramCredentialsRequest, version);
    return sizeDescribeUserScramCredentialsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeUserScramCredentialsRequest, version);
    encodeDescribeUserScramCredentialsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeUserScramCredentialsRequest, version);
    return decodeDescribeUserScramCredentialsRequest(reader, version);
  },
};

/** SCRAM mechanisms and iteration counts of users. */
export interface DescribeUserScramCredentialsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** One result for each entry of the request. */
  results: readonly DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeUserScramCredentialsResponse(init: Partial<DescribeUserScramCredentialsResponse> = {}): DescribeUserScramCredentialsResponse {
  const m: DescribeUserScramCredentialsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult {
  /** Name of the user. */
  user: string;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Credentials of the user. */
  credentialInfos: readonly DescribeUserScramCredentialsResponseCredentialInfo[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult(init: Partial<DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult> = {}): DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult {
  const m: DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult = {
    user: init.user ?? '',
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    credentialInfos: init.credentialInfos ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `credentialInfos`. */
export interface DescribeUserScramCredentialsResponseCredentialInfo {
  /** 1 SCRAM-SHA-256, 2 SCRAM-SHA-512. */
  mechanism: number;
  /** Iterations of the key derivation. */
  iterations: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeUserScramCredentialsResponseCredentialInfo(init: Partial<DescribeUserScramCredentialsResponseCredentialInfo> = {}): DescribeUserScramCredentialsResponseCredentialInfo {
  const m: DescribeUserScramCredentialsResponseCredentialInfo = {
    mechanism: init.mechanism ?? 0,
    iterations: init.iterations ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeUserScramCredentialsResponse(m: DescribeUserScramCredentialsResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfUvarint(m.results.length + 1);
  for (const e of m.results) n += sizeDescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeUserScramCredentialsResponse(w: Writer, m: DescribeUserScramCredentialsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactArrayLength(m.results.length);
  for (const e of m.results) encodeDescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeUserScramCredentialsResponse(r: Reader, v: number): DescribeUserScramCredentialsResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const results: DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult[] = [];
  {
    const count = r.compactArrayLength(6);
    for (let i = 0; i < count; i++) results.push(decodeDescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeUserScramCredentialsResponse = { throttleTimeMs, errorCode, errorMessage, results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult(m: DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.user);
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfUvarint(m.credentialInfos.length + 1);
  for (const e of m.credentialInfos) n += sizeDescribeUserScramCredentialsResponseCredentialInfo(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult(w: Writer, m: DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult, v: number): void {
  w.compactString(m.user);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactArrayLength(m.credentialInfos.length);
  for (const e of m.credentialInfos) encodeDescribeUserScramCredentialsResponseCredentialInfo(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult(r: Reader, v: number): DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult {
  const user = r.compactString();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const credentialInfos: DescribeUserScramCredentialsResponseCredentialInfo[] = [];
  {
    const count = r.compactArrayLength(6);
    for (let i = 0; i < count; i++) credentialInfos.push(decodeDescribeUserScramCredentialsResponseCredentialInfo(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeUserScramCredentialsResponseDescribeUserScramCredentialsResult = { user, errorCode, errorMessage, credentialInfos };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeUserScramCredentialsResponseCredentialInfo(m: DescribeUserScramCredentialsResponseCredentialInfo, v: number): number {
  let n = 5;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeUserScramCredentialsResponseCredentialInfo(w: Writer, m: DescribeUserScramCredentialsResponseCredentialInfo, v: number): void {
  w.int8(m.mechanism);
  w.int32(m.iterations);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeUserScramCredentialsResponseCredentialInfo(r: Reader, v: number): DescribeUserScramCredentialsResponseCredentialInfo {
  const mechanism = r.int8();
  const iterations = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeUserScramCredentialsResponseCredentialInfo = { mechanism, iterations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** SCRAM mechanisms and iteration counts of users. */
export const describeUserScramCredentialsResponse: MessageCodec<DescribeUserScramCredentialsResponse> = {
  name: 'DescribeUserScramCredentialsResponse',
  kind: 'response',
  apiKey: 50,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeUserScramCredentialsResponse, version);
    return sizeDescribeUserScramCredentialsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeUserScramCredentialsResponse, version);
    encodeDescribeUserScramCredentialsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeUserScramCredentialsResponse, version);
    return decodeDescribeUserScramCredentialsResponse(reader, version);
  },
};
