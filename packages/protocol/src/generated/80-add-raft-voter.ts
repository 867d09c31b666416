// Generated from schemas/80-add-raft-voter.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Adds a voter to the metadata quorum. */
export interface AddRaftVoterRequest {
  /** Id of the cluster. */
  clusterId: string | null;
  /** Milliseconds that the broker may take. */
  timeoutMs: number;
  /** Id of the voter. */
  voterId: number;
  /** Directory id of the voter. */
  voterDirectoryId: string;
  /** Addresses by listener name. */
  listeners: readonly AddRaftVoterRequestListener[];
  /** Answer only when the change is committed. (v1+) */
  ackWhenCommitted: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddRaftVoterRequest(init: Partial<AddRaftVoterRequest> = {}): AddRaftVoterRequest {
  const m: AddRaftVoterRequest = {
    clusterId: init.clusterId === undefined ? '' : init.clusterId,
    timeoutMs: init.timeoutMs ?? 0,
    voterId: init.voterId ?? 0,
    voterDirectoryId: init.voterDirectoryId ?? ZERO_UUID,
    listeners: init.listeners ?? [],
    ackWhenCommitted: init.ackWhenCommitted ?? true,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `listeners`. */
export interface AddRaftVoterRequestListener {
  /** Name of the listener. */
  name: string;
  /** Host name or address. */
  host: string;
  /** TCP port. */
  port: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddRaftVoterRequestListener(init: Partial<AddRaftVoterRequestListener> = {}): AddRaftVoterRequestListener {
  const m: AddRaftVoterRequestListener = {
    name: init.name ?? '',
    host: init.host ?? '',
    port: init.port ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAddRaftVoterRequest(m: AddRaftVoterRequest, v: number): number {
  let n = 24;
  n += sizeOfCompactNullableString(m.clusterId);
  n += sizeOfUvarint(m.listeners.length + 1);
  for (const e of m.listeners) n += sizeAddRaftVoterRequestListener(e, v);
  if (v >= 1) {
    n += 1;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddRaftVoterRequest(w: Writer, m: AddRaftVoterRequest, v: number): void {
  w.compactNullableString(m.clusterId);
  w.int32(m.timeoutMs);
  w.int32(m.voterId);
  w.uuid(m.voterDirectoryId);
  w.compactArrayLength(m.listeners.length);
  for (const e of m.listeners) encodeAddRaftVoterRequestListener(w, e, v);
  if (v >= 1) {
    w.boolean(m.ackWhenCommitted);
  }
  if (!(v >= 1) && m.ackWhenCommitted !== true) throw unsupportedField('AddRaftVoterRequest', 'ackWhenCommitted', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAddRaftVoterRequest(r: Reader, v: number): AddRaftVoterRequest {
  const clusterId = r.compactNullableString();
  const timeoutMs = r.int32();
  const voterId = r.int32();
  const voterDirectoryId = r.uuid();
  const listeners: AddRaftVoterRequestListener[] = [];
  {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) listeners.push(decodeAddRaftVoterRequestListener(r, v));
  }
  const ackWhenCommitted = v >= 1 ? r.boolean() : true;
  const unknownTaggedFields = r.taggedFields();
  const m: AddRaftVoterRequest = { clusterId, timeoutMs, voterId, voterDirectoryId, listeners, ackWhenCommitted };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAddRaftVoterRequestListener(m: AddRaftVoterRequestListener, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.name);
  n += sizeOfCompactString(m.host);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddRaftVoterRequestListener(w: Writer, m: AddRaftVoterRequestListener, v: number): void {
  w.compactString(m.name);
  w.compactString(m.host);
  w.uint16(m.port);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAddRaftVoterRequestListener(r: Reader, v: number): AddRaftVoterRequestListener {
  const name = r.compactString();
  const host = r.compactString();
  const port = r.uint16();
  const unknownTaggedFields = r.taggedFields();
  const m: AddRaftVoterRequestListener = { name, host, port };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Adds a voter to the metadata quorum. */
export const addRaftVoterRequest: MessageCodec<AddRaftVoterRequest> = {
  name: 'AddRaftVoterRequest',
  kind: 'request',
  apiKey: 80,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(addRaftVoterRequest, version);
    return sizeAddRaftVoterRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(addRaftVoterRequest, version);
    encodeAddRaftVoterRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(addRaftVoterRequest, version);
    return decodeAddRaftVoterRequest(reader, version);
  },
};

/** Whether the voter was added. */
export interface AddRaftVoterResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddRaftVoterResponse(init: Partial<AddRaftVoterResponse> = {}): AddRaftVoterResponse {
  const m: AddRaftVoterResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAddRaftVoterResponse(m: AddRaftVoterResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddRaftVoterResponse(w: Writer, m: AddRaftVoterResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAddRaftVoterResponse(r: Reader, v: number): AddRaftVoterResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: AddRaftVoterResponse = { throttleTimeMs, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Whether the voter was added. */
export const addRaftVoterResponse: MessageCodec<AddRaftVoterResponse> = {
  name: 'AddRaftVoterResponse',
  kind: 'response',
  apiKey: 80,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(addRaftVoterResponse, version);
    return sizeAddRaftVoterResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(addRaftVoterResponse, version);
    encodeAddRaftVoterResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(addRaftVoterResponse, version);
    return decodeAddRaftVoterResponse(reader, version);
  },
};
