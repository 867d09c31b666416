// Generated from schemas/84-read-share-group-state.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Reads the stored state of share partitions (between brokers). */
export interface ReadShareGroupStateRequest {
  /** Id of the group. */
  groupId: string;
  /** Topics concerned. */
  topics: readonly ReadShareGroupStateRequestReadStateData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateRequest(init: Partial<ReadShareGroupStateRequest> = {}): ReadShareGroupStateRequest {
  const m: ReadShareGroupStateRequest = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface ReadShareGroupStateRequestReadStateData {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly ReadShareGroupStateRequestPartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateRequestReadStateData(init: Partial<ReadShareGroupStateRequestReadStateData> = {}): ReadShareGroupStateRequestReadStateData {
  const m: ReadShareGroupStateRequestReadStateData = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ReadShareGroupStateRequestPartitionData {
  /** Number of the partition. */
  partition: number;
  /** Leader epoch, -1 when unknown. */
  leaderEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateRequestPartitionData(init: Partial<ReadShareGroupStateRequestPartitionData> = {}): ReadShareGroupStateRequestPartitionData {
  const m: ReadShareGroupStateRequestPartitionData = {
    partition: init.partition ?? 0,
    leaderEpoch: init.leaderEpoch ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateRequest(m: ReadShareGroupStateRequest, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeReadShareGroupStateRequestReadStateData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateRequest(w: Writer, m: ReadShareGroupStateRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeReadShareGroupStateRequestReadStateData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateRequest(r: Reader, v: number): ReadShareGroupStateRequest {
  const groupId = r.compactString();
  const topics: ReadShareGroupStateRequestReadStateData[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topics.push(decodeReadShareGroupStateRequestReadStateData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateRequest = { groupId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateRequestReadStateData(m: ReadShareGroupStateRequestReadStateData, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeReadShareGroupStateRequestPartitionData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateRequestReadStateData(w: Writer, m: ReadShareGroupStateRequestReadStateData, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeReadShareGroupStateRequestPartitionData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateRequestReadStateData(r: Reader, v: number): ReadShareGroupStateRequestReadStateData {
  const topicId = r.uuid();
  const partitions: ReadShareGroupStateRequestPartitionData[] = [];
  {
    const count = r.compactArrayLength(9);
    for (let i = 0; i < count; i++) partitions.push(decodeReadShareGroupStateRequestPartitionData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateRequestReadStateData = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateRequestPartitionData(m: ReadShareGroupStateRequestPartitionData, v: number): number {
  let n = 8;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateRequestPartitionData(w: Writer, m: ReadShareGroupStateRequestPartitionData, v: number): void {
  w.int32(m.partition);
  w.int32(m.leaderEpoch);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateRequestPartitionData(r: Reader, v: number): ReadShareGroupStateRequestPartitionData {
  const partition = r.int32();
  const leaderEpoch = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateRequestPartitionData = { partition, leaderEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Reads the stored state of share partitions (between brokers). */
export const readShareGroupStateRequest: MessageCodec<ReadShareGroupStateRequest> = {
  name: 'ReadShareGroupStateRequest',
  kind: 'request',
  apiKey: 84,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(readShareGroupStateRequest, version);
    return sizeReadShareGroupStateRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(readShareGroupStateRequest, version);
    encodeReadShareGroupStateRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(readShareGroupStateRequest, version);
    return decodeReadShareGroupStateRequest(reader, version);
  },
};

/** State of each partition. */
export interface ReadShareGroupStateResponse {
  /** One result for each entry of the request. */
  results: readonly ReadShareGroupStateResponseReadStateResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateResponse(init: Partial<ReadShareGroupStateResponse> = {}): ReadShareGroupStateResponse {
  const m: ReadShareGroupStateResponse = {
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface ReadShareGroupStateResponseReadStateResult {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly ReadShareGroupStateResponsePartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateResponseReadStateResult(init: Partial<ReadShareGroupStateResponseReadStateResult> = {}): ReadShareGroupStateResponseReadStateResult {
  const m: ReadShareGroupStateResponseReadStateResult = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ReadShareGroupStateResponsePartitionResult {
  /** Number of the partition. */
  partition: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Epoch of the stored state. */
  stateEpoch: number;
  /** First offset that the group has not finished. */
  startOffset: bigint;
  /** Ranges of records that are neither new nor finished. */
  stateBatches: readonly ReadShareGroupStateResponseStateBatch[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateResponsePartitionResult(init: Partial<ReadShareGroupStateResponsePartitionResult> = {}): ReadShareGroupStateResponsePartitionResult {
  const m: ReadShareGroupStateResponsePartitionResult = {
    partition: init.partition ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    stateEpoch: init.stateEpoch ?? 0,
    startOffset: init.startOffset ?? 0n,
    stateBatches: init.stateBatches ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `stateBatches`. */
export interface ReadShareGroupStateResponseStateBatch {
  /** First offset of the range. */
  firstOffset: bigint;
  /** Last offset of the range. */
  lastOffset: bigint;
  /** State of the records in the range. */
  deliveryState: number;
  /** How often the records were delivered. */
  deliveryCount: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createReadShareGroupStateResponseStateBatch(init: Partial<ReadShareGroupStateResponseStateBatch> = {}): ReadShareGroupStateResponseStateBatch {
  const m: ReadShareGroupStateResponseStateBatch = {
    firstOffset: init.firstOffset ?? 0n,
    lastOffset: init.lastOffset ?? 0n,
    deliveryState: init.deliveryState ?? 0,
    deliveryCount: init.deliveryCount ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateResponse(m: ReadShareGroupStateResponse, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.results.length + 1);
  for (const e of m.results) n += sizeReadShareGroupStateResponseReadStateResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateResponse(w: Writer, m: ReadShareGroupStateResponse, v: number): void {
  w.compactArrayLength(m.results.length);
  for (const e of m.results) encodeReadShareGroupStateResponseReadStateResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateResponse(r: Reader, v: number): ReadShareGroupStateResponse {
  const results: ReadShareGroupStateResponseReadStateResult[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) results.push(decodeReadShareGroupStateResponseReadStateResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateResponse = { results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateResponseReadStateResult(m: ReadShareGroupStateResponseReadStateResult, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeReadShareGroupStateResponsePartitionResult(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateResponseReadStateResult(w: Writer, m: ReadShareGroupStateResponseReadStateResult, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeReadShareGroupStateResponsePartitionResult(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateResponseReadStateResult(r: Reader, v: number): ReadShareGroupStateResponseReadStateResult {
  const topicId = r.uuid();
  const partitions: ReadShareGroupStateResponsePartitionResult[] = [];
  {
    const count = r.compactArrayLength(21);
    for (let i = 0; i < count; i++) partitions.push(decodeReadShareGroupStateResponsePartitionResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateResponseReadStateResult = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateResponsePartitionResult(m: ReadShareGroupStateResponsePartitionResult, v: number): number {
  let n = 18;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfUvarint(m.stateBatches.length + 1);
  for (const e of m.stateBatches) n += sizeReadShareGroupStateResponseStateBatch(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateResponsePartitionResult(w: Writer, m: ReadShareGroupStateResponsePartitionResult, v: number): void {
  w.int32(m.partition);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.int32(m.stateEpoch);
  w.int64(m.startOffset);
  w.compactArrayLength(m.stateBatches.length);
  for (const e of m.stateBatches) encodeReadShareGroupStateResponseStateBatch(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateResponsePartitionResult(r: Reader, v: number): ReadShareGroupStateResponsePartitionResult {
  const partition = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const stateEpoch = r.int32();
  const startOffset = r.int64();
  const stateBatches: ReadShareGroupStateResponseStateBatch[] = [];
  {
    const count = r.compactArrayLength(20);
    for (let i = 0; i < count; i++) stateBatches.push(decodeReadShareGroupStateResponseStateBatch(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateResponsePartitionResult = { partition, errorCode, errorMessage, stateEpoch, startOffset, stateBatches };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeReadShareGroupStateResponseStateBatch(m: ReadShareGroupStateResponseStateBatch, v: number): number {
  let n = 19;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeReadShareGroupStateResponseStateBatch(w: Writer, m: ReadShareGroupStateResponseStateBatch, v: number): void {
  w.int64(m.firstOffset);
  w.int64(m.lastOffset);
  w.int8(m.deliveryState);
  w.int16(m.deliveryCount);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeReadShareGroupStateResponseStateBatch(r: Reader, v: number): ReadShareGroupStateResponseStateBatch {
  const firstOffset = r.int64();
  const lastOffset = r.int64();
  const deliveryState = r.int8();
  const deliveryCount = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: ReadShareGroupStateResponseStateBatch = { firstOffset, lastOffset, deliveryState, deliveryCount };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** State of each partition. */
export const readShareGroupStateResponse: MessageCodec<ReadShareGroupStateResponse> = {
  name: 'ReadShareGroupStateResponse',
  kind: 'response',
  apiKey: 84,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(readShareGroupStateResponse, version);
    return sizeReadShareGroupStateResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(readShareGroupStateResponse, version);
    encodeReadShareGroupStateResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(readShareGroupStateResponse, version);
    return decodeReadShareGroupStateResponse(reader, version);
  },
};
