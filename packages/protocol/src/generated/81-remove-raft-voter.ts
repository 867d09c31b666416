// Generated from schemas/81-remove-raft-voter.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Removes a voter from the metadata quorum. */
export interface RemoveRaftVoterRequest {
  /** Id of the cluster. */
  clusterId: string | null;
  /** Id of the voter. */
  voterId: number;
  /** Directory id of the voter. */
  voterDirectoryId: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createRemoveRaftVoterRequest(init: Partial<RemoveRaftVoterRequest> = {}): RemoveRaftVoterRequest {
  const m: RemoveRaftVoterRequest = {
    clusterId: init.clusterId === undefined ? '' : init.clusterId,
    voterId: init.voterId ?? 0,
    voterDirectoryId: init.voterDirectoryId ?? ZERO_UUID,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeRemoveRaftVoterRequest(m: RemoveRaftVoterRequest, v: number): number {
  let n = 20;
  n += sizeOfCompactNullableString(m.clusterId);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeRemoveRaftVoterRequest(w: Writer, m: RemoveRaftVoterRequest, v: number): void {
  w.compactNullableString(m.clusterId);
  w.int32(m.voterId);
  w.uuid(m.voterDirectoryId);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeRemoveRaftVoterRequest(r: Reader, v: number): RemoveRaftVoterRequest {
  const clusterId = r.compactNullableString();
  const voterId = r.int32();
  const voterDirectoryId = r.uuid();
  const unknownTaggedFields = r.taggedFields();
  const m: RemoveRaftVoterRequest = { clusterId, voterId, voterDirectoryId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Removes a voter from the metadata quorum. */
export const removeRaftVoterRequest: MessageCodec<RemoveRaftVoterRequest> = {
  name: 'RemoveRaftVoterRequest',
  kind: 'request',
  apiKey: 81,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(removeRaftVoterRequest, version);
    return sizeRemoveRaftVoterRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(removeRaftVoterRequest, version);
    encodeRemoveRaftVoterRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(removeRaftVoterRequest, version);
    return decodeRemoveRaftVoterRequest(reader, version);
  },
};

/** Whether the voter was removed. */
export interface RemoveRaftVoterResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createRemoveRaftVoterResponse(init: Partial<RemoveRaftVoterResponse> = {}): RemoveRaftVoterResponse {
  const m: RemoveRaftVoterResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeRemoveRaftVoterResponse(m: RemoveRaftVoterResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeRemoveRaftVoterResponse(w: Writer, m: RemoveRaftVoterResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeRemoveRaftVoterResponse(r: Reader, v: number): RemoveRaftVoterResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: RemoveRaftVoterResponse = { throttleTimeMs, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Whether the voter was removed. */
export const removeRaftVoterResponse: MessageCodec<RemoveRaftVoterResponse> = {
  name: 'RemoveRaftVoterResponse',
  kind: 'response',
  apiKey: 81,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(removeRaftVoterResponse, version);
    return sizeRemoveRaftVoterResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(removeRaftVoterResponse, version);
    encodeRemoveRaftVoterResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(removeRaftVoterResponse, version);
    return decodeRemoveRaftVoterResponse(reader, version);
  },
};
