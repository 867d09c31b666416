// Generated from schemas/66-list-transactions.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for the transactions that this broker coordinates. */
export interface ListTransactionsRequest {
  /** States to list, empty for all. */
  stateFilters: readonly string[];
  /** Producer ids to list, empty for all. */
  producerIdFilters: readonly bigint[];
  /** Only transactions open for longer than this many milliseconds, -1 for all. (v1+) */
  durationFilter: bigint;
  /** Pattern of transactional ids, or null. (v2+) */
  transactionalIdPattern: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListTransactionsRequest(init: Partial<ListTransactionsRequest> = {}): ListTransactionsRequest {
  const m: ListTransactionsRequest = {
    stateFilters: init.stateFilters ?? [],
    producerIdFilters: init.producerIdFilters ?? [],
    durationFilter: init.durationFilter ?? -1n,
    transactionalIdPattern: init.transactionalIdPattern ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListTransactionsRequest(m: ListTransactionsRequest, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.stateFilters.length + 1);
  for (const e of m.stateFilters) n += sizeOfCompactString(e);
  n += sizeOfUvarint(m.producerIdFilters.length + 1) + m.producerIdFilters.length * 8;
  if (v >= 1) {
    n += 8;
  }
  if (v >= 2) {
    n += sizeOfCompactNullableString(m.transactionalIdPattern);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListTransactionsRequest(w: Writer, m: ListTransactionsRequest, v: number): void {
  w.compactArrayLength(m.stateFilters.length);
  for (const e of m.stateFilters) w.compactString(e);
  w.compactArrayLength(m.producerIdFilters.length);
  for (const e of m.producerIdFilters) w.int64(e);
  if (v >= 1) {
    w.int64(m.durationFilter);
  }
  if (!(v >= 1) && m.durationFilter !== -1n) throw unsupportedField('ListTransactionsRequest', 'durationFilter', v);
  if (v >= 2) {
    w.compactNullableString(m.transactionalIdPattern);
  }
  if (!(v >= 2) && m.transactionalIdPattern !== null) throw unsupportedField('ListTransactionsRequest', 'transactionalIdPattern', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListTransactionsRequest(r: Reader, v: number): ListTransactionsRequest {
  const stateFilters: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) stateFilters.push(r.compactString());
  }
  const producerIdFilters: bigint[] = [];
  {
    const count = r.compactArrayLength(8);
    for (let i = 0; i < count; i++) producerIdFilters.push(r.int64());
  }
  const durationFilter = v >= 1 ? r.int64() : -1n;
  const transactionalIdPattern = v >= 2 ? r.compactNullableString() : null;
  const unknownTaggedFields = r.taggedFields();
  const m: ListTransactionsRequest = { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for the transactions that this broker coordinates. */
export const listTransactionsRequest: MessageCodec<ListTransactionsRequest> = {
  name: 'ListTransactionsRequest',
  kind: 'request',
  apiKey: 66,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listTransactionsRequest, version);
    return sizeListTransactionsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listTransactionsRequest, version);
    encodeListTransactionsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listTransactionsRequest, version);
    return decodeListTransactionsRequest(reader, version);
  },
};

/** Transactions that match the filters. */
export interface ListTransactionsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** States asked for that do not exist. */
  unknownStateFilters: readonly string[];
  /** Transactions found. */
  transactionStates: readonly ListTransactionsResponseTransactionState[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListTransactionsResponse(init: Partial<ListTransactionsResponse> = {}): ListTransactionsResponse {
  const m: ListTransactionsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    unknownStateFilters: init.unknownStateFilters ?? [],
    transactionStates: init.transactionStates ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `transactionStates`. */
export interface ListTransactionsResponseTransactionState {
  /** Transactional id, or null without transactions. */
  transactionalId: string;
  /** Id of the producer. */
  producerId: bigint;
  /** State of the transaction. */
  transactionState: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListTransactionsResponseTransactionState(init: Partial<ListTransactionsResponseTransactionState> = {}): ListTransactionsResponseTransactionState {
  const m: ListTransactionsResponseTransactionState = {
    transactionalId: init.transactionalId ?? '',
    producerId: init.producerId ?? 0n,
    transactionState: init.transactionState ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListTransactionsResponse(m: ListTransactionsResponse, v: number): number {
  let n = 6;
  n += sizeOfUvarint(m.unknownStateFilters.length + 1);
  for (const e of m.unknownStateFilters) n += sizeOfCompactString(e);
  n += sizeOfUvarint(m.transactionStates.length + 1);
  for (const e of m.transactionStates) n += sizeListTransactionsResponseTransactionState(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListTransactionsResponse(w: Writer, m: ListTransactionsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactArrayLength(m.unknownStateFilters.length);
  for (const e of m.unknownStateFilters) w.compactString(e);
  w.compactArrayLength(m.transactionStates.length);
  for (const e of m.transactionStates) encodeListTransactionsResponseTransactionState(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListTransactionsResponse(r: Reader, v: number): ListTransactionsResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const unknownStateFilters: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) unknownStateFilters.push(r.compactString());
  }
  const transactionStates: ListTransactionsResponseTransactionState[] = [];
  {
    const count = r.compactArrayLength(11);
    for (let i = 0; i < count; i++) transactionStates.push(decodeListTransactionsResponseTransactionState(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ListTransactionsResponse = { throttleTimeMs, errorCode, unknownStateFilters, transactionStates };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListTransactionsResponseTransactionState(m: ListTransactionsResponseTransactionState, v: number): number {
  let n = 8;
  n += sizeOfCompactString(m.transactionalId);
  n += sizeOfCompactString(m.transactionState);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListTransactionsResponseTransactionState(w: Writer, m: ListTransactionsResponseTransactionState, v: number): void {
  w.compactString(m.transactionalId);
  w.int64(m.producerId);
  w.compactString(m.transactionState);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListTransactionsResponseTransactionState(r: Reader, v: number): ListTransactionsResponseTransactionState {
  const transactionalId = r.compactString();
  const producerId = r.int64();
  const transactionState = r.compactString();
  const unknownTaggedFields = r.taggedFields();
  const m: ListTransactionsResponseTransactionState = { transactionalId, producerId, transactionState };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Transactions that match the filters. */
export const listTransactionsResponse: MessageCodec<ListTransactionsResponse> = {
  name: 'ListTransactionsResponse',
  kind: 'response',
  apiKey: 66,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listTransactionsResponse, version);
    return sizeListTransactionsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listTransactionsResponse, version);
    encodeListTransactionsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listTransactionsResponse, version);
    return decodeListTransactionsResponse(reader, version);
  },
};
