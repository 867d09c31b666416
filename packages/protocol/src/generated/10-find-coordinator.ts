// Generated from schemas/10-find-coordinator.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks which broker looks after a group, transactional id or share partition. */
export interface FindCoordinatorRequest {
  /** Key to find the coordinator of. (v0-3) */
  key: string;
  /** 0 group, 1 transaction, 2 share partition. (v1+) */
  keyType: number;
  /** Keys to find the coordinators of. (v4+) */
  coordinatorKeys: readonly string[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFindCoordinatorRequest(init: Partial<FindCoordinatorRequest> = {}): FindCoordinatorRequest {
  const m: FindCoordinatorRequest = {
    key: init.key ?? '',
    keyType: init.keyType ?? 0,
    coordinatorKeys: init.coordinatorKeys ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeFindCoordinatorRequest(m: FindCoordinatorRequest, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  if (v <= 3) {
    n += flexible ? sizeOfCompactString(m.key) : sizeOfString(m.key);
  }
  if (v >= 1) {
    n += 1;
  }
  if (v >= 4) {
    n += sizeOfUvarint(m.coordinatorKeys.length + 1);
    for (const e of m.coordinatorKeys) n += sizeOfCompactString(e);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFindCoordinatorRequest(w: Writer, m: FindCoordinatorRequest, v: number): void {
  const flexible = v >= 3;
  if (v <= 3) {
    if (flexible) w.compactString(m.key); else w.string(m.key);
  }
  if (!(v <= 3) && m.key !== '') throw unsupportedField('FindCoordinatorRequest', 'key', v);
  if (v >= 1) {
    w.int8(m.keyType);
  }
  if (!(v >= 1) && m.keyType !== 0) throw unsupportedField('FindCoordinatorRequest', 'keyType', v);
  if (v >= 4) {
    w.compactArrayLength(m.coordinatorKeys.length);
    for (const e of m.coordinatorKeys) w.compactString(e);
  }
  if (!(v >= 4) && m.coordinatorKeys.length !== 0) throw unsupportedField('FindCoordinatorRequest', 'coordinatorKeys', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeFindCoordinatorRequest(r: Reader, v: number): FindCoordinatorRequest {
  const flexible = v >= 3;
  const key = v <= 3 ? (flexible ? r.compactString() : r.string()) : '';
  const keyType = v >= 1 ? r.int8() : 0;
  const coordinatorKeys: string[] = [];
  if (v >= 4) {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) coordinatorKeys.push(r.compactString());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: FindCoordinatorRequest = { key, keyType, coordinatorKeys };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks which broker looks after a group, transactional id or share partition. */
export const findCoordinatorRequest: MessageCodec<FindCoordinatorRequest> = {
  name: 'FindCoordinatorRequest',
  kind: 'request',
  apiKey: 10,
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(findCoordinatorRequest, version);
    return sizeFindCoordinatorRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(findCoordinatorRequest, version);
    encodeFindCoordinatorRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(findCoordinatorRequest, version);
    return decodeFindCoordinatorRequest(reader, version);
  },
};

/** Brokers that look after the keys asked for. */
export interface FindCoordinatorResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v1+) */
  throttleTimeMs: number;
  /** What went wrong, or 0. (v0-3) */
  errorCode: number;
  /** What went wrong in words, or null. (v1-3) */
  errorMessage: string | null;
  /** Id of the broker. (v0-3) */
  nodeId: number;
  /** Host name or address. (v0-3) */
  host: string;
  /** TCP port. (v0-3) */
  port: number;
  /** One answer for each key. (v4+) */
  coordinators: readonly FindCoordinatorResponseCoordinator[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFindCoordinatorResponse(init: Partial<FindCoordinatorResponse> = {}): FindCoordinatorResponse {
  const m: FindCoordinatorResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    nodeId: init.nodeId ?? 0,
    host: init.host ?? '',
    port: init.port ?? 0,
    coordinators: init.coordinators ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `coordinators`. */
export interface FindCoordinatorResponseCoordinator {
  /** Key that was asked for. (v4+) */
  key: string;
  /** Id of the broker. (v4+) */
  nodeId: number;
  /** Host name or address. (v4+) */
  host: string;
  /** TCP port. (v4+) */
  port: number;
  /** What went wrong, or 0. (v4+) */
  errorCode: number;
  /** What went wrong in words, or null. (v4+) */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFindCoordinatorResponseCoordinator(init: Partial<FindCoordinatorResponseCoordinator> = {}): FindCoordinatorResponseCoordinator {
  const m: FindCoordinatorResponseCoordinator = {
    key: init.key ?? '',
    nodeId: init.nodeId ?? 0,
    host: init.host ?? '',
    port: init.port ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeFindCoordinatorResponse(m: FindCoordinatorResponse, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  if (v >= 1) {
    n += 4;
  }
  if (v <= 3) {
    n += 2;
  }
  if (v >= 1 && v <= 3) {
    n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  }
  if (v <= 3) {
    n += 4;
    n += flexible ? sizeOfCompactString(m.host) : sizeOfString(m.host);
    n += 4;
  }
  if (v >= 4) {
    n += sizeOfUvarint(m.coordinators.length + 1);
    for (const e of m.coordinators) n += sizeFindCoordinatorResponseCoordinator(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFindCoordinatorResponse(w: Writer, m: FindCoordinatorResponse, v: number): void {
  const flexible = v >= 3;
  if (v >= 1) {
    w.int32(m.throttleTimeMs);
  }
  if (v <= 3) {
    w.int16(m.errorCode);
  }
  if (!(v <= 3) && m.errorCode !== 0) throw unsupportedField('FindCoordinatorResponse', 'errorCode', v);
  if (v >= 1 && v <= 3) {
    if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  }
  if (v <= 3) {
    w.int32(m.nodeId);
  }
  if (!(v <= 3) && m.nodeId !== 0) throw unsupportedField('FindCoordinatorResponse', 'nodeId', v);
  if (v <= 3) {
    if (flexible) w.compactString(m.host); else w.string(m.host);
  }
  if (!(v <= 3) && m.host !== '') throw unsupportedField('FindCoordinatorResponse', 'host', v);
  if (v <= 3) {
    w.int32(m.port);
  }
  if (!(v <= 3) && m.port !== 0) throw unsupportedField('FindCoordinatorResponse', 'port', v);
  if (v >= 4) {
    w.compactArrayLength(m.coordinators.length);
    for (const e of m.coordinators) encodeFindCoordinatorResponseCoordinator(w, e, v);
  }
  if (!(v >= 4) && m.coordinators.length !== 0) throw unsupportedField('FindCoordinatorResponse', 'coordinators', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeFindCoordinatorResponse(r: Reader, v: number): FindCoordinatorResponse {
  const flexible = v >= 3;
  const throttleTimeMs = v >= 1 ? r.int32() : 0;
  const errorCode = v <= 3 ? r.int16() : 0;
  const errorMessage = v >= 1 && v <= 3 ? (flexible ? r.compactNullableString() : r.nullableString()) : '';
  const nodeId = v <= 3 ? r.int32() : 0;
  const host = v <= 3 ? (flexible ? r.compactString() : r.string()) : '';
  const port = v <= 3 ? r.int32() : 0;
  const coordinators: FindCoordinatorResponseCoordinator[] = [];
  if (v >= 4) {
    const count = r.compactArrayLength(14);
    for (let i = 0; i < count; i++) coordinators.push(decodeFindCoordinatorResponseCoordinator(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: FindCoordinatorResponse = { throttleTimeMs, errorCode, errorMessage, nodeId, host, port, coordinators };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFindCoordinatorResponseCoordinator(m: FindCoordinatorResponseCoordinator, v: number): number {
  let n = 10;
  n += sizeOfCompactString(m.key);
  n += sizeOfCompactString(m.host);
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFindCoordinatorResponseCoordinator(w: Writer, m: FindCoordinatorResponseCoordinator, v: number): void {
  w.compactString(m.key);
  w.int32(m.nodeId);
  w.compactString(m.host);
  w.int32(m.port);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeFindCoordinatorResponseCoordinator(r: Reader, v: number): FindCoordinatorResponseCoordinator {
  const key = r.compactString();
  const nodeId = r.int32();
  const host = r.compactString();
  const port = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: FindCoordinatorResponseCoordinator = { key, nodeId, host, port, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Brokers that look after the keys asked for. */
export const findCoordinatorResponse: MessageCodec<FindCoordinatorResponse> = {
  name: 'FindCoordinatorResponse',
  kind: 'response',
  apiKey: 10,
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(findCoordinatorResponse, version);
    return sizeFindCoordinatorResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(findCoordinatorResponse, version);
    encodeFindCoordinatorResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(findCoordinatorResponse, version);
    return decodeFindCoordinatorResponse(reader, version);
  },
};
