// Generated from schemas/26-end-txn.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Commits or aborts a transaction. */
export interface EndTxnRequest {
  /** Transactional id, or null without transactions. */
  transactionalId: string;
  /** Id of the producer. */
  producerId: bigint;
  /** Epoch of the producer. */
  producerEpoch: number;
  /** True commits, false aborts. */
  committed: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createEndTxnRequest(init: Partial<EndTxnRequest> = {}): EndTxnRequest {
  const m: EndTxnRequest = {
    transactionalId: init.transactionalId ?? '',
    producerId: init.producerId ?? 0n,
    producerEpoch: init.producerEpoch ?? 0,
    committed: init.committed ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeEndTxnRequest(m: EndTxnRequest, v: number): number {
  const flexible = v >= 3;
  let n = 11;
  n += flexible ? sizeOfCompactString(m.transactionalId) : sizeOfString(m.transactionalId);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeEndTxnRequest(w: Writer, m: EndTxnRequest, v: number): void {
  const flexible = v >= 3;
  if (flexible) w.compactString(m.transactionalId); else w.string(m.transactionalId);
  w.int64(m.producerId);
  w.int16(m.producerEpoch);
  w.boolean(m.committed);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeEndTxnRequest(r: Reader, v: number): EndTxnRequest {
  const flexible = v >= 3;
  const transactionalId = flexible ? r.compactString() : r.string();
  const producerId = r.int64();
  const producerEpoch = r.int16();
  const committed = r.boolean();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: EndTxnRequest = { transactionalId, producerId, producerEpoch, committed };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Commits or aborts a transaction. */
export const endTxnRequest: MessageCodec<EndTxnRequest> = {
  name: 'EndTxnRequest',
  kind: 'request',
  apiKey: 26,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(endTxnRequest, version);
    return sizeEndTxnRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(endTxnRequest, version);
    encodeEndTxnRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(endTxnRequest, version);
    return decodeEndTxnRequest(reader, version);
  },
};

/** Whether the decision is stored, and the identity to go on with. */
export interface EndTxnResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Producer id for the next transaction, -1 when it stays. (v5+) */
  producerId: bigint;
  /** Producer epoch for the next transaction, -1 when it stays. (v5+) */
  producerEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createEndTxnResponse(init: Partial<EndTxnResponse> = {}): EndTxnResponse {
  const m: EndTxnResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    producerId: init.producerId ?? -1n,
    producerEpoch: init.producerEpoch ?? -1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeEndTxnResponse(m: EndTxnResponse, v: number): number {
  const flexible = v >= 3;
  let n = 6;
  if (v >= 5) {
    n += 8;
    n += 2;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeEndTxnResponse(w: Writer, m: EndTxnResponse, v: number): void {
  const flexible = v >= 3;
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  if (v >= 5) {
    w.int64(m.producerId);
    w.int16(m.producerEpoch);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeEndTxnResponse(r: Reader, v: number): EndTxnResponse {
  const flexible = v >= 3;
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const producerId = v >= 5 ? r.int64() : -1n;
  const producerEpoch = v >= 5 ? r.int16() : -1;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: EndTxnResponse = { throttleTimeMs, errorCode, producerId, producerEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Whether the decision is stored, and the identity to go on with. */
export const endTxnResponse: MessageCodec<EndTxnResponse> = {
  name: 'EndTxnResponse',
  kind: 'response',
  apiKey: 26,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(endTxnResponse, version);
    return sizeEndTxnResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(endTxnResponse, version);
    encodeEndTxnResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(endTxnResponse, version);
    return decodeEndTxnResponse(reader, version);
  },
};
