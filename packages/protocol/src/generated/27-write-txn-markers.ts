// Generated from schemas/27-write-txn-markers.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Tells partition leaders how transactions ended (between brokers). */
export interface WriteTxnMarkersRequest {
  /** Transactions that ended. */
  markers: readonly WriteTxnMarkersRequestWritableTxnMarker[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteTxnMarkersRequest(init: Partial<WriteTxnMarkersRequest> = {}): WriteTxnMarkersRequest {
  const m: WriteTxnMarkersRequest = {
    markers: init.markers ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `markers`. */
export interface WriteTxnMarkersRequestWritableTxnMarker {
  /** Id of the producer. */
  producerId: bigint;
  /** Epoch of the producer. */
  producerEpoch: number;
  /** True for commit, false for abort. */
  transactionResult: boolean;
  /** Topics concerned. */
  topics: readonly WriteTxnMarkersRequestWritableTxnMarkerTopic[];
  /** Epoch of the transaction coordinator. */
  coordinatorEpoch: number;
  /** Version of the transaction protocol in use. (v2+) */
  transactionVersion: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteTxnMarkersRequestWritableTxnMarker(init: Partial<WriteTxnMarkersRequestWritableTxnMarker> = {}): WriteTxnMarkersRequestWritableTxnMarker {
  const m: WriteTxnMarkersRequestWritableTxnMarker = {
    producerId: init.producerId ?? 0n,
    producerEpoch: init.producerEpoch ?? 0,
    transactionResult: init.transactionResult ?? false,
    topics: init.topics ?? [],
    coordinatorEpoch: init.coordinatorEpoch ?? 0,
    transactionVersion: init.transactionVersion ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface WriteTxnMarkersRequestWritableTxnMarkerTopic {
  /** Name of the topic. */
  name: string;
  /** Numbers of the partitions. */
  partitionIndexes: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteTxnMarkersRequestWritableTxnMarkerTopic(init: Partial<WriteTxnMarkersRequestWritableTxnMarkerTopic> = {}): WriteTxnMarkersRequestWritableTxnMarkerTopic {
  const m: WriteTxnMarkersRequestWritableTxnMarkerTopic = {
    name: init.name ?? '',
    partitionIndexes: init.partitionIndexes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeWriteTxnMarkersRequest(m: WriteTxnMarkersRequest, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.markers.length + 1);
  for (const e of m.markers) n += sizeWriteTxnMarkersRequestWritableTxnMarker(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteTxnMarkersRequest(w: Writer, m: WriteTxnMarkersRequest, v: number): void {
  w.compactArrayLength(m.markers.length);
  for (const e of m.markers) encodeWriteTxnMarkersRequestWritableTxnMarker(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteTxnMarkersRequest(r: Reader, v: number): WriteTxnMarkersRequest {
  const markers: WriteTxnMarkersRequestWritableTxnMarker[] = [];
  {
    const count = r.compactArrayLength(17);
    for (let i = 0; i < count; i++) markers.push(decodeWriteTxnMarkersRequestWritableTxnMarker(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteTxnMarkersRequest = { markers };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteTxnMarkersRequestWritableTxnMarker(m: WriteTxnMarkersRequestWritableTxnMarker, v: number): number {
  let n = 15;
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeWriteTxnMarkersRequestWritableTxnMarkerTopic(e, v);
  if (v >= 2) {
    n += 1;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteTxnMarkersRequestWritableTxnMarker(w: Writer, m: WriteTxnMarkersRequestWritableTxnMarker, v: number): void {
  w.int64(m.producerId);
  w.int16(m.producerEpoch);
  w.boolean(m.transactionResult);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeWriteTxnMarkersRequestWritableTxnMarkerTopic(w, e, v);
  w.int32(m.coordinatorEpoch);
  if (v >= 2) {
    w.int8(m.transactionVersion);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteTxnMarkersRequestWritableTxnMarker(r: Reader, v: number): WriteTxnMarkersRequestWritableTxnMarker {
  const producerId = r.int64();
  const producerEpoch = r.int16();
  const transactionResult = r.boolean();
  const topics: WriteTxnMarkersRequestWritableTxnMarkerTopic[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeWriteTxnMarkersRequestWritableTxnMarkerTopic(r, v));
  }
  const coordinatorEpoch = r.int32();
  const transactionVersion = v >= 2 ? r.int8() : 0;
  const unknownTaggedFields = r.taggedFields();
  const m: WriteTxnMarkersRequestWritableTxnMarker = { producerId, producerEpoch, transactionResult, topics, coordinatorEpoch, transactionVersion };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteTxnMarkersRequestWritableTxnMarkerTopic(m: WriteTxnMarkersRequestWritableTxnMarkerTopic, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.partitionIndexes.length + 1) + m.partitionIndexes.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteTxnMarkersRequestWritableTxnMarkerTopic(w: Writer, m: WriteTxnMarkersRequestWritableTxnMarkerTopic, v: number): void {
  w.compactString(m.name);
  w.compactArrayLength(m.partitionIndexes.length);
  for (const e of m.partitionIndexes) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteTxnMarkersRequestWritableTxnMarkerTopic(r: Reader, v: number): WriteTxnMarkersRequestWritableTxnMarkerTopic {
  const name = r.compactString();
  const partitionIndexes: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitionIndexes.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteTxnMarkersRequestWritableTxnMarkerTopic = { name, partitionIndexes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Tells partition leaders how transactions ended (between brokers). */
export const writeTxnMarkersRequest: MessageCodec<WriteTxnMarkersRequest> = {
  name: 'WriteTxnMarkersRequest',
  kind: 'request',
  apiKey: 27,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(writeTxnMarkersRequest, version);
    return sizeWriteTxnMarkersRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(writeTxnMarkersRequest, version);
    encodeWriteTxnMarkersRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(writeTxnMarkersRequest, version);
    return decodeWriteTxnMarkersRequest(reader, version);
  },
};

/** Result for each partition. */
export interface WriteTxnMarkersResponse {
  /** Result for each transaction. */
  markers: readonly WriteTxnMarkersResponseWritableTxnMarkerResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteTxnMarkersResponse(init: Partial<WriteTxnMarkersResponse> = {}): WriteTxnMarkersResponse {
  const m: WriteTxnMarkersResponse = {
    markers: init.markers ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `markers`. */
export interface WriteTxnMarkersResponseWritableTxnMarkerResult {
  /** Id of the producer. */
  producerId: bigint;
  /** Topics concerned. */
  topics: readonly WriteTxnMarkersResponseWritableTxnMarkerTopicResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteTxnMarkersResponseWritableTxnMarkerResult(init: Partial<WriteTxnMarkersResponseWritableTxnMarkerResult> = {}): WriteTxnMarkersResponseWritableTxnMarkerResult {
  const m: WriteTxnMarkersResponseWritableTxnMarkerResult = {
    producerId: init.producerId ?? 0n,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface WriteTxnMarkersResponseWritableTxnMarkerTopicResult {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly WriteTxnMarkersResponseWritableTxnMarkerPartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteTxnMarkersResponseWritableTxnMarkerTopicResult(init: Partial<WriteTxnMarkersResponseWritableTxnMarkerTopicResult> = {}): WriteTxnMarkersResponseWritableTxnMarkerTopicResult {
  const m: WriteTxnMarkersResponseWritableTxnMarkerTopicResult = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface WriteTxnMarkersResponseWritableTxnMarkerPartitionResult {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createWriteTxnMarkersResponseWritableTxnMarkerPartitionResult(init: Partial<WriteTxnMarkersResponseWritableTxnMarkerPartitionResult> = {}): WriteTxnMarkersResponseWritableTxnMarkerPartitionResult {
  const m: WriteTxnMarkersResponseWritableTxnMarkerPartitionResult = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeWriteTxnMarkersResponse(m: WriteTxnMarkersResponse, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.markers.length + 1);
  for (const e of m.markers) n += sizeWriteTxnMarkersResponseWritableTxnMarkerResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteTxnMarkersResponse(w: Writer, m: WriteTxnMarkersResponse, v: number): void {
  w.compactArrayLength(m.markers.length);
  for (const e of m.markers) encodeWriteTxnMarkersResponseWritableTxnMarkerResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteTxnMarkersResponse(r: Reader, v: number): WriteTxnMarkersResponse {
  const markers: WriteTxnMarkersResponseWritableTxnMarkerResult[] = [];
  {
    const count = r.compactArrayLength(10);
    for (let i = 0; i < count; i++) markers.push(decodeWriteTxnMarkersResponseWritableTxnMarkerResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteTxnMarkersResponse = { markers };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteTxnMarkersResponseWritableTxnMarkerResult(m: WriteTxnMarkersResponseWritableTxnMarkerResult, v: number): number {
  let n = 8;
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeWriteTxnMarkersResponseWritableTxnMarkerTopicResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteTxnMarkersResponseWritableTxnMarkerResult(w: Writer, m: WriteTxnMarkersResponseWritableTxnMarkerResult, v: number): void {
  w.int64(m.producerId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeWriteTxnMarkersResponseWritableTxnMarkerTopicResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteTxnMarkersResponseWritableTxnMarkerResult(r: Reader, v: number): WriteTxnMarkersResponseWritableTxnMarkerResult {
  const producerId = r.int64();
  const topics: WriteTxnMarkersResponseWritableTxnMarkerTopicResult[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeWriteTxnMarkersResponseWritableTxnMarkerTopicResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteTxnMarkersResponseWritableTxnMarkerResult = { producerId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteTxnMarkersResponseWritableTxnMarkerTopicResult(m: WriteTxnMarkersResponseWritableTxnMarkerTopicResult, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeWriteTxnMarkersResponseWritableTxnMarkerPartitionResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteTxnMarkersResponseWritableTxnMarkerTopicResult(w: Writer, m: WriteTxnMarkersResponseWritableTxnMarkerTopicResult, v: number): void {
  w.compactString(m.name);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeWriteTxnMarkersResponseWritableTxnMarkerPartitionResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteTxnMarkersResponseWritableTxnMarkerTopicResult(r: Reader, v: number): WriteTxnMarkersResponseWritableTxnMarkerTopicResult {
  const name = r.compactString();
  const partitions: WriteTxnMarkersResponseWritableTxnMarkerPartitionResult[] = [];
  {
    const count = r.compactArrayLength(7);
    for (let i = 0; i < count; i++) partitions.push(decodeWriteTxnMarkersResponseWritableTxnMarkerPartitionResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: WriteTxnMarkersResponseWritableTxnMarkerTopicResult = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeWriteTxnMarkersResponseWritableTxnMarkerPartitionResult(m: WriteTxnMarkersResponseWritableTxnMarkerPartitionResult, v: number): number {
  let n = 6;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeWriteTxnMarkersResponseWritableTxnMarkerPartitionResult(w: Writer, m: WriteTxnMarkersResponseWritableTxnMarkerPartitionResult, v: number): void {
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeWriteTxnMarkersResponseWritableTxnMarkerPartitionResult(r: Reader, v: number): WriteTxnMarkersResponseWritableTxnMarkerPartitionResult {
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: WriteTxnMarkersResponseWritableTxnMarkerPartitionResult = { partitionIndex, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const writeTxnMarkersResponse: MessageCodec<WriteTxnMarkersResponse> = {
  name: 'WriteTxnMarkersResponse',
  kind: 'response',
  apiKey: 27,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(writeTxnMarkersResponse, version);
    return sizeWriteTxnMarkersResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(writeTxnMarkersResponse, version);
    encodeWriteTxnMarkersResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(writeTxnMarkersResponse, version);
    return decodeWriteTxnMarkersResponse(reader, version);
  },
};
