// Generated from schemas/22-init-producer-id.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfNullableString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for a producer id, and ends what an earlier producer with the same transactional id left open. */
export interface InitProducerIdRequest {
  /** Transactional id, or null without transactions. */
  transactionalId: string | null;
  /** Milliseconds after which the coordinator aborts the transaction. */
  transactionTimeoutMs: number;
  /** Id that the producer has, -1 when it starts. (v3+) */
  producerId: bigint;
  /** Epoch that the producer has, -1 when it starts. (v3+) */
  producerEpoch: number;
  /** The producer takes part in two-phase commits of others. (v6+) */
  enable2Pc: boolean;
  /** Keep the open transaction instead of aborting it. (v6+) */
  keepPreparedTxn: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createInitProducerIdRequest(init: Partial<InitProducerIdRequest> = {}): InitProducerIdRequest {
  const m: InitProducerIdRequest = {
    transactionalId: init.transactionalId === undefined ? '' : init.transactionalId,
    transactionTimeoutMs: init.transactionTimeoutMs ?? 0,
    producerId: init.producerId ?? -1n,
    producerEpoch: init.producerEpoch ?? -1,
    enable2Pc: init.enable2Pc ?? false,
    keepPreparedTxn: init.keepPreparedTxn ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeInitProducerIdRequest(m: InitProducerIdRequest, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfCompactNullableString(m.transactionalId) : sizeOfNullableString(m.transactionalId);
  if (v >= 3) {
    n += 8;
    n += 2;
  }
  if (v >= 6) {
    n += 1;
    n += 1;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeInitProducerIdRequest(w: Writer, m: InitProducerIdRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactNullableString(m.transactionalId); else w.nullableString(m.transactionalId);
  w.int32(m.transactionTimeoutMs);
  if (v >= 3) {
    w.int64(m.producerId);
  }
  if (!(v >= 3) && m.producerId !== -1n) throw unsupportedField('InitProducerIdRequest', 'producerId', v);
  if (v >= 3) {
    w.int16(m.producerEpoch);
  }
  if (!(v >= 3) && m.producerEpoch !== -1) throw unsupportedField('InitProducerIdRequest', 'producerEpoch', v);
  if (v >= 6) {
    w.boolean(m.enable2Pc);
  }
  if (!(v >= 6) && m.enable2Pc !== false) throw unsupportedField('InitProducerIdRequest', 'enable2Pc', v);
  if (v >= 6) {
    w.boolean(m.keepPreparedTxn);
  }
  if (!(v >= 6) && m.keepPreparedTxn !== false) throw unsupportedField('InitProducerIdRequest', 'keepPreparedTxn', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeInitProducerIdRequest(r: Reader, v: number): InitProducerIdRequest {
  const flexible = v >= 2;
  const transactionalId = flexible ? r.compactNullableString() : r.nullableString();
  const transactionTimeoutMs = r.int32();
  const producerId = v >= 3 ? r.int64() : -1n;
  const producerEpoch = v >= 3 ? r.int16() : -1;
  const enable2Pc = v >= 6 ? r.boolean() : false;
  const keepPreparedTxn = v >= 6 ? r.boolean() : false;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: InitProducerIdRequest = { transactionalId, transactionTimeoutMs, producerId, producerEpoch, enable2Pc, keepPreparedTxn };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for a producer id, and ends what an earlier producer with the same transactional id left open. */
export const initProducerIdRequest: MessageCodec<InitProducerIdRequest> = {
  name: 'InitProducerIdRequest',
  kind: 'request',
  apiKey: 22,
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 2,
  latestVersionUnstable: true,
  size(message, version) {
    checkVersion(initProducerIdRequest, version);
    return sizeInitProducerIdRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(initProducerIdRequest, version);
    encodeInitProducerIdRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(initProducerIdRequest, version);
    return decodeInitProducerIdRequest(reader, version);
  },
};

/** Producer id and epoch to write with. */
export interface InitProducerIdResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Id of the producer. */
  producerId: bigint;
  /** Epoch of the producer. */
  producerEpoch: number;
  /** Producer id of the kept transaction, -1 without. (v6+) */
  ongoingTxnProducerId: bigint;
  /** Epoch of the kept transaction, -1 without. (v6+) */
  ongoingTxnProducerEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createInitProducerIdResponse(init: Partial<InitProducerIdResponse> = {}): InitProducerIdResponse {
  const m: InitProducerIdResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    producerId: init.producerId ?? -1n,
    producerEpoch: init.producerEpoch ?? 0,
    ongoingTxnProducerId: init.ongoingTxnProducerId ?? -1n,
    ongoingTxnProducerEpoch: init.ongoingTxnProducerEpoch ?? -1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeInitProducerIdResponse(m: InitProducerIdResponse, v: number): number {
  const flexible = v >= 2;
  let n = 16;
  if (v >= 6) {
    n += 8;
    n += 2;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeInitProducerIdResponse(w: Writer, m: InitProducerIdResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.int64(m.producerId);
  w.int16(m.producerEpoch);
  if (v >= 6) {
    w.int64(m.ongoingTxnProducerId);
  }
  if (!(v >= 6) && m.ongoingTxnProducerId !== -1n) throw unsupportedField('InitProducerIdResponse', 'ongoingTxnProducerId', v);
  if (v >= 6) {
    w.int16(m.ongoingTxnProducerEpoch);
  }
  if (!(v >= 6) && m.ongoingTxnProducerEpoch !== -1) throw unsupportedField('InitProducerIdResponse', 'ongoingTxnProducerEpoch', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeInitProducerIdResponse(r: Reader, v: number): InitProducerIdResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const producerId = r.int64();
  const producerEpoch = r.int16();
  const ongoingTxnProducerId = v >= 6 ? r.int64() : -1n;
  const ongoingTxnProducerEpoch = v >= 6 ? r.int16() : -1;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: InitProducerIdResponse = { throttleTimeMs, errorCode, producerId, producerEpoch, ongoingTxnProducerId, ongoingTxnProducerEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Producer id and epoch to write with. */
export const initProducerIdResponse: MessageCodec<InitProducerIdResponse> = {
  name: 'InitProducerIdResponse',
  kind: 'response',
  apiKey: 22,
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(initProducerIdResponse, version);
    return sizeInitProducerIdResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(initProducerIdResponse, version);
    encodeInitProducerIdResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(initProducerIdResponse, version);
    return decodeInitProducerIdResponse(reader, version);
  },
};
