// Generated from schemas/25-add-offsets-to-txn.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Makes the offsets of a group part of a transaction. */
export interface AddOffsetsToTxnRequest {
  /** Transactional id, or null without transactions. */
  transactionalId: string;
  /** Id of the producer. */
  producerId: bigint;
  /** Epoch of the producer. */
  producerEpoch: number;
  /** Id of the group. */
  groupId: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddOffsetsToTxnRequest(init: Partial<AddOffsetsToTxnRequest> = {}): AddOffsetsToTxnRequest {
  const m: AddOffsetsToTxnRequest = {
    transactionalId: init.transactionalId ?? '',
    producerId: init.producerId ?? 0n,
    producerEpoch: init.producerEpoch ?? 0,
    groupId: init.groupId ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAddOffsetsToTxnRequest(m: AddOffsetsToTxnRequest, v: number): number {
  const flexible = v >= 3;
  let n = 10;
  n += flexible ? sizeOfCompactString(m.transactionalId) : sizeOfString(m.transactionalId);
  n += flexible ? sizeOfCompactString(m.groupId) : sizeOfString(m.groupId);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddOffsetsToTxnRequest(w: Writer, m: AddOffsetsToTxnRequest, v: number): void {
  const flexible = v >= 3;
  if (flexible) w.compactString(m.transactionalId); else w.string(m.transactionalId);
  w.int64(m.producerId);
  w.int16(m.producerEpoch);
  if (flexible) w.compactString(m.groupId); else w.string(m.groupId);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAddOffsetsToTxnRequest(r: Reader, v: number): AddOffsetsToTxnRequest {
  const flexible = v >= 3;
  const transactionalId = flexible ? r.compactString() : r.string();
  const producerId = r.int64();
  const producerEpoch = r.int16();
  const groupId = flexible ? r.compactString() : r.string();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AddOffsetsToTxnRequest = { transactionalId, producerId, producerEpoch, groupId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Makes the offsets of a group part of a transaction. */
export const addOffsetsToTxnRequest: MessageCodec<AddOffsetsToTxnRequest> = {
  name: 'AddOffsetsToTxnRequest',
  kind: 'request',
  apiKey: 25,
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(addOffsetsToTxnRequest, version);
    return sizeAddOffsetsToTxnRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(addOffsetsToTxnRequest, version);
    encodeAddOffsetsToTxnRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(addOffsetsToTxnRequest, version);
    return decodeAddOffsetsToTxnRequest(reader, version);
  },
};

/** Whether the group was added. */
export interface AddOffsetsToTxnResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAddOffsetsToTxnResponse(init: Partial<AddOffsetsToTxnResponse> = {}): AddOffsetsToTxnResponse {
  const m: AddOffsetsToTxnResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAddOffsetsToTxnResponse(m: AddOffsetsToTxnResponse, v: number): number {
  const flexible = v >= 3;
  let n = 6;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAddOffsetsToTxnResponse(w: Writer, m: AddOffsetsToTxnResponse, v: number): void {
  const flexible = v >= 3;
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAddOffsetsToTxnResponse(r: Reader, v: number): AddOffsetsToTxnResponse {
  const flexible = v >= 3;
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AddOffsetsToTxnResponse = { throttleTimeMs, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Whether the group was added. */
export const addOffsetsToTxnResponse: MessageCodec<AddOffsetsToTxnResponse> = {
  name: 'AddOffsetsToTxnResponse',
  kind: 'response',
  apiKey: 25,
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(addOffsetsToTxnResponse, version);
    return sizeAddOffsetsToTxnResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(addOffsetsToTxnResponse, version);
    encodeAddOffsetsToTxnResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(addOffsetsToTxnResponse, version);
    return decodeAddOffsetsToTxnResponse(reader, version);
  },
};
