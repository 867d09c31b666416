// Generated from schemas/51-alter-user-scram-credentials.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfCompactBytes, sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Sets and removes SCRAM credentials. */
export interface AlterUserScramCredentialsRequest {
  /** Credentials to remove. */
  deletions: readonly AlterUserScramCredentialsRequestScramCredentialDeletion[];
  /** Credentials to set. */
  upsertions: readonly AlterUserScramCredentialsRequestScramCredentialUpsertion[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterUserScramCredentialsRequest(init: Partial<AlterUserScramCredentialsRequest> = {}): AlterUserScramCredentialsRequest {
  const m: AlterUserScramCredentialsRequest = {
    deletions: init.deletions ?? [],
    upsertions: init.upsertions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `deletions`. */
export interface AlterUserScramCredentialsRequestScramCredentialDeletion {
  /** Name of the user. */
  name: string;
  /** 1 SCRAM-SHA-256, 2 SCRAM-SHA-512. */
  mechanism: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterUserScramCredentialsRequestScramCredentialDeletion(init: Partial<AlterUserScramCredentialsRequestScramCredentialDeletion> = {}): AlterUserScramCredentialsRequestScramCredentialDeletion {
  const m: AlterUserScramCredentialsRequestScramCredentialDeletion = {
    name: init.name ?? '',
    mechanism: init.mechanism ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `upsertions`. */
export interface AlterUserScramCredentialsRequestScramCredentialUpsertion {
  /** Name of the user. */
  name: string;
  /** 1 SCRAM-SHA-256, 2 SCRAM-SHA-512. */
  mechanism: number;
  /** Iterations of the key derivation. */
  iterations: number;
  /** Random salt. */
  salt: Buffer;
  /** Password after the key derivation. */
  saltedPassword: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterUserScramCredentialsRequestScramCredentialUpsertion(init: Partial<AlterUserScramCredentialsRequestScramCredentialUpsertion> = {}): AlterUserScramCredentialsRequestScramCredentialUpsertion {
  const m: AlterUserScramCredentialsRequestScramCredentialUpsertion = {
    name: init.name ?? '',
    mechanism: init.mechanism ?? 0,
    iterations: init.iterations ?? 0,
    salt: init.salt ?? EMPTY_BYTES,
    saltedPassword: init.saltedPassword ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterUserScramCredentialsRequest(m: AlterUserScramCredentialsRequest, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.deletions.length + 1);
  for (const e of m.deletions) n += sizeAlterUserScramCredentialsRequestScramCredentialDeletion(e, v);
  n += sizeOfUvarint(m.upsertions.length + 1);
  for (const e of m.upsertions) n += sizeAlterUserScramCredentialsRequestScramCredentialUpsertion(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterUserScramCredentialsRequest(w: Writer, m: AlterUserScramCredentialsRequest, v: number): void {
  w.compactArrayLength(m.deletions.length);
  for (const e of m.deletions) encodeAlterUserScramCredentialsRequestScramCredentialDeletion(w, e, v);
  w.compactArrayLength(m.upsertions.length);
  for (const e of m.upsertions) encodeAlterUserScramCredentialsRequestScramCredentialUpsertion(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterUserScramCredentialsRequest(r: Reader, v: number): AlterUserScramCredentialsRequest {
  const deletions: AlterUserScramCredentialsRequestScramCredentialDeletion[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) deletions.push(decodeAlterUserScramCredentialsRequestScramCredentialDeletion(r, v));
  }
  const upsertions: AlterUserScramCredentialsRequestScramCredentialUpsertion[] = [];
  {
    const count = r.compactArrayLength(9);
    for (let i = 0; i < count; i++) upsertions.push(decodeAlterUserScramCredentialsRequestScramCredentialUpsertion(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterUserScramCredentialsRequest = { deletions, upsertions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterUserScramCredentialsRequestScramCredentialDeletion(m: AlterUserScramCredentialsRequestScramCredentialDeletion, v: number): number {
  let n = 1;
  n += sizeOfCompactString(m.name);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterUserScramCredentialsRequestScramCredentialDeletion(w: Writer, m: AlterUserScramCredentialsRequestScramCredentialDeletion, v: number): void {
  w.compactString(m.name);
  w.int8(m.mechanism);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterUserScramCredentialsRequestScramCredentialDeletion(r: Reader, v: number): AlterUserScramCredentialsRequestScramCredentialDeletion {
  const name = r.compactString();
  const mechanism = r.int8();
  const unknownTaggedFields = r.taggedFields();
  const m: AlterUserScramCredentialsRequestScramCredentialDeletion = { name, mechanism };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterUserScramCredentialsRequestScramCredentialUpsertion(m: AlterUserScramCredentialsRequestScramCredentialUpsertion, v: number): number {
  let n = 5;
  n += sizeOfCompactString(m.name);
  n += sizeOfCompactBytes(m.salt);
  n += sizeOfCompactBytes(m.saltedPassword);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterUserScramCredentialsRequestScramCredentialUpsertion(w: Writer, m: AlterUserScramCredentialsRequestScramCredentialUpsertion, v: number): void {
  w.compactString(m.name);
  w.int8(m.mechanism);
  w.int32(m.iterations);
  w.compactBytes(m.salt);
  w.compactBytes(m.saltedPassword);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterUserScramCredentialsRequestScramCredentialUpsertion(r: Reader, v: number): AlterUserScramCredentialsRequestScramCredentialUpsertion {
  const name = r.compactString();
  const mechanism = r.int8();
  const iterations = r.int32();
  const salt = r.compactBytes();
  const saltedPassword = r.compactBytes();
  const unknownTaggedFields = r.taggedFields();
  const m: AlterUserScramCredentialsRequestScramCredentialUpsertion = { name, mechanism, iterations, salt, saltedPassword };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Sets and removes SCRAM credentials. */
export const alterUserScramCredentialsRequest: MessageCodec<AlterUserScramCredentialsRequest> = {
  name: 'AlterUserScramCredentialsRequest',
  kind: 'request',
  apiKey: 51,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterUserScramCredentialsRequest, version);
    return sizeAlterUserScramCredentialsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterUserScramCredentialsRequest, version);
    encodeAlterUserScramCredentialsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterUserScramCredentialsRequest, version);
    return decodeAlterUserScramCredentialsRequest(reader, version);
  },
};

/** Result for each user. */
export interface AlterUserScramCredentialsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** One result for each entry of the request. */
  results: readonly AlterUserScramCredentialsResponseAlterUserScramCredentialsResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterUserScramCredentialsResponse(init: Partial<AlterUserScramCredentialsResponse> = {}): AlterUserScramCredentialsResponse {
  const m: AlterUserScramCredentialsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface AlterUserScramCredentialsResponseAlterUserScramCredentialsResult {
  /** Name of the user. */
  user: string;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterUserScramCredentialsResponseAlterUserScramCredentialsResult(init: Partial<AlterUserScramCredentialsResponseAlterUserScramCredentialsResult> = {}): AlterUserScramCredentialsResponseAlterUserScramCredentialsResult {
  const m: AlterUserScramCredentialsResponseAlterUserScramCredentialsResult = {
    user: init.user ?? '',
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterUserScramCredentialsResponse(m: AlterUserScramCredentialsResponse, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.results.length + 1);
  for (const e of m.results) n += sizeAlterUserScramCredentialsResponseAlterUserScramCredentialsResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterUserScramCredentialsResponse(w: Writer, m: AlterUserScramCredentialsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.compactArrayLength(m.results.length);
  for (const e of m.results) encodeAlterUserScramCredentialsResponseAlterUserScramCredentialsResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterUserScramCredentialsResponse(r: Reader, v: number): AlterUserScramCredentialsResponse {
  const throttleTimeMs = r.int32();
  const results: AlterUserScramCredentialsResponseAlterUserScramCredentialsResult[] = [];
  {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) results.push(decodeAlterUserScramCredentialsResponseAlterUserScramCredentialsResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterUserScramCredentialsResponse = { throttleTimeMs, results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterUserScramCredentialsResponseAlterUserScramCredentialsResult(m: AlterUserScramCredentialsResponseAlterUserScramCredentialsResult, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.user);
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterUserScramCredentialsResponseAlterUserScramCredentialsResult(w: Writer, m: AlterUserScramCredentialsResponseAlterUserScramCredentialsResult, v: number): void {
  w.compactString(m.user);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterUserScramCredentialsResponseAlterUserScramCredentialsResult(r: Reader, v: number): AlterUserScramCredentialsResponseAlterUserScramCredentialsResult {
  const user = r.compactString();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: AlterUserScramCredentialsResponseAlterUserScramCredentialsResult = { user, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each user. */
export const alterUserScramCredentialsResponse: MessageCodec<AlterUserScramCredentialsResponse> = {
  name: 'AlterUserScramCredentialsResponse',
  kind: 'response',
  apiKey: 51,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterUserScramCredentialsResponse, version);
    return sizeAlterUserScramCredentialsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterUserScramCredentialsResponse, version);
    encodeAlterUserScramCredentialsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterUserScramCredentialsResponse, version);
    return decodeAlterUserScramCredentialsResponse(reader, version);
  },
};
