// Generated from schemas/23-offset-for-leader-epoch.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks where a leader epoch ends, to find out whether logs diverged. */
export interface OffsetForLeaderEpochRequest {
  /** Broker that follows this partition, -1 for a consumer. (v3+) */
  replicaId: number;
  /** Topics concerned. */
  topics: readonly OffsetForLeaderEpochRequestOffsetForLeaderTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetForLeaderEpochRequest(init: Partial<OffsetForLeaderEpochRequest> = {}): OffsetForLeaderEpochRequest {
  const m: OffsetForLeaderEpochRequest = {
    replicaId: init.replicaId ?? -2,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface OffsetForLeaderEpochRequestOffsetForLeaderTopic {
  /** Name of the topic. */
  topic: string;
  /** Partitions of this topic. */
  partitions: readonly OffsetForLeaderEpochRequestOffsetForLeaderPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetForLeaderEpochRequestOffsetForLeaderTopic(init: Partial<OffsetForLeaderEpochRequestOffsetForLeaderTopic> = {}): OffsetForLeaderEpochRequestOffsetForLeaderTopic {
  const m: OffsetForLeaderEpochRequestOffsetForLeaderTopic = {
    topic: init.topic ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface OffsetForLeaderEpochRequestOffsetForLeaderPartition {
  /** Number of the partition. */
  partition: number;
  /** Leader epoch that the client knows, -1 for no check. */
  currentLeaderEpoch: number;
  /** Epoch whose end is asked for. */
  leaderEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetForLeaderEpochRequestOffsetForLeaderPartition(init: Partial<OffsetForLeaderEpochRequestOffsetForLeaderPartition> = {}): OffsetForLeaderEpochRequestOffsetForLeaderPartition {
  const m: OffsetForLeaderEpochRequestOffsetForLeaderPartition = {
    partition: init.partition ?? 0,
    currentLeaderEpoch: init.currentLeaderEpoch ?? -1,
    leaderEpoch: init.leaderEpoch ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeOffsetForLeaderEpochRequest(m: OffsetForLeaderEpochRequest, v: number): number {
  const flexible = v >= 4;
  let n = 0;
  if (v >= 3) {
    n += 4;
  }
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeOffsetForLeaderEpochRequestOffsetForLeaderTopic(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetForLeaderEpochRequest(w: Writer, m: OffsetForLeaderEpochRequest, v: number): void {
  const flexible = v >= 4;
  if (v >= 3) {
    w.int32(m.replicaId);
  }
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeOffsetForLeaderEpochRequestOffsetForLeaderTopic(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetForLeaderEpochRequest(r: Reader, v: number): OffsetForLeaderEpochRequest {
  const flexible = v >= 4;
  const replicaId = v >= 3 ? r.int32() : -2;
  const topics: OffsetForLeaderEpochRequestOffsetForLeaderTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeOffsetForLeaderEpochRequestOffsetForLeaderTopic(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetForLeaderEpochRequest = { replicaId, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetForLeaderEpochRequestOffsetForLeaderTopic(m: OffsetForLeaderEpochRequestOffsetForLeaderTopic, v: number): number {
  const flexible = v >= 4;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.topic) : sizeOfString(m.topic);
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeOffsetForLeaderEpochRequestOffsetForLeaderPartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetForLeaderEpochRequestOffsetForLeaderTopic(w: Writer, m: OffsetForLeaderEpochRequestOffsetForLeaderTopic, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.topic); else w.string(m.topic);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeOffsetForLeaderEpochRequestOffsetForLeaderPartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetForLeaderEpochRequestOffsetForLeaderTopic(r: Reader, v: number): OffsetForLeaderEpochRequestOffsetForLeaderTopic {
  const flexible = v >= 4;
  const topic = flexible ? r.compactString() : r.string();
  const partitions: OffsetForLeaderEpochRequestOffsetForLeaderPartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(12) : r.arrayLength(12);
    for (let i = 0; i < count; i++) partitions.push(decodeOffsetForLeaderEpochRequestOffsetForLeaderPartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetForLeaderEpochRequestOffsetForLeaderTopic = { topic, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetForLeaderEpochRequestOffsetForLeaderPartition(m: OffsetForLeaderEpochRequestOffsetForLeaderPartition, v: number): number {
  const flexible = v >= 4;
  let n = 12;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetForLeaderEpochRequestOffsetForLeaderPartition(w: Writer, m: OffsetForLeaderEpochRequestOffsetForLeaderPartition, v: number): void {
  const flexible = v >= 4;
  w.int32(m.partition);
  w.int32(m.currentLeaderEpoch);
  w.int32(m.leaderEpoch);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetForLeaderEpochRequestOffsetForLeaderPartition(r: Reader, v: number): OffsetForLeaderEpochRequestOffsetForLeaderPartition {
  const flexible = v >= 4;
  const partition = r.int32();
  const currentLeaderEpoch = r.int32();
  const leaderEpoch = r.int32();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetForLeaderEpochRequestOffsetForLeaderPartition = { partition, currentLeaderEpoch, leaderEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks where a leader epoch ends, to find out whether logs diverged. */
export const offsetForLeaderEpochRequest: MessageCodec<OffsetForLeaderEpochRequest> = {
  name: 'OffsetForLeaderEpochRequest',
  kind: 'request',
  apiKey: 23,
  minVersion: 2,
  maxVersion: 4,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetForLeaderEpochRequest, version);
    return sizeOffsetForLeaderEpochRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetForLeaderEpochRequest, version);
    encodeOffsetForLeaderEpochRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetForLeaderEpochRequest, version);
    return decodeOffsetForLeaderEpochRequest(reader, version);
  },
};

/** Last offset of the epochs asked for. */
export interface OffsetForLeaderEpochResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Topics concerned. */
  topics: readonly OffsetForLeaderEpochResponseOffsetForLeaderTopicResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetForLeaderEpochResponse(init: Partial<OffsetForLeaderEpochResponse> = {}): OffsetForLeaderEpochResponse {
  const m: OffsetForLeaderEpochResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface OffsetForLeaderEpochResponseOffsetForLeaderTopicResult {
  /** Name of the topic. */
  topic: string;
  /** Partitions of this topic. */
  partitions: readonly OffsetForLeaderEpochResponseEpochEndOffset[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetForLeaderEpochResponseOffsetForLeaderTopicResult(init: Partial<OffsetForLeaderEpochResponseOffsetForLeaderTopicResult> = {}): OffsetForLeaderEpochResponseOffsetForLeaderTopicResult {
  const m: OffsetForLeaderEpochResponseOffsetForLeaderTopicResult = {
    topic: init.topic ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface OffsetForLeaderEpochResponseEpochEndOffset {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Number of the partition. */
  partition: number;
  /** Epoch that was found, -1 without. */
  leaderEpoch: number;
  /** Offset behind the last record of the epoch. */
  endOffset: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetForLeaderEpochResponseEpochEndOffset(init: Partial<OffsetForLeaderEpochResponseEpochEndOffset> = {}): OffsetForLeaderEpochResponseEpochEndOffset {
  const m: OffsetForLeaderEpochResponseEpochEndOffset = {
    errorCode: init.errorCode ?? 0,
    partition: init.partition ?? 0,
    leaderEpoch: init.leaderEpoch ?? -1,
    endOffset: init.endOffset ?? -1n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeOffsetForLeaderEpochResponse(m: OffsetForLeaderEpochResponse, v: number): number {
  const flexible = v >= 4;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetForLeaderEpochResponse(w: Writer, m: OffsetForLeaderEpochResponse, v: number): void {
  const flexible = v >= 4;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetForLeaderEpochResponse(r: Reader, v: number): OffsetForLeaderEpochResponse {
  const flexible = v >= 4;
  const throttleTimeMs = r.int32();
  const topics: OffsetForLeaderEpochResponseOffsetForLeaderTopicResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetForLeaderEpochResponse = { throttleTimeMs, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult(m: OffsetForLeaderEpochResponseOffsetForLeaderTopicResult, v: number): number {
  const flexible = v >= 4;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.topic) : sizeOfString(m.topic);
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeOffsetForLeaderEpochResponseEpochEndOffset(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult(w: Writer, m: OffsetForLeaderEpochResponseOffsetForLeaderTopicResult, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.topic); else w.string(m.topic);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeOffsetForLeaderEpochResponseEpochEndOffset(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetForLeaderEpochResponseOffsetForLeaderTopicResult(r: Reader, v: number): OffsetForLeaderEpochResponseOffsetForLeaderTopicResult {
  const flexible = v >= 4;
  const topic = flexible ? r.compactString() : r.string();
  const partitions: OffsetForLeaderEpochResponseEpochEndOffset[] = [];
  {
    const count = flexible ? r.compactArrayLength(18) : r.arrayLength(18);
    for (let i = 0; i < count; i++) partitions.push(decodeOffsetForLeaderEpochResponseEpochEndOffset(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetForLeaderEpochResponseOffsetForLeaderTopicResult = { topic, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeOffsetForLeaderEpochResponseEpochEndOffset(m: OffsetForLeaderEpochResponseEpochEndOffset, v: number): number {
  const flexible = v >= 4;
  let n = 18;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeOffsetForLeaderEpochResponseEpochEndOffset(w: Writer, m: OffsetForLeaderEpochResponseEpochEndOffset, v: number): void {
  const flexible = v >= 4;
  w.int16(m.errorCode);
  w.int32(m.partition);
  w.int32(m.leaderEpoch);
  w.int64(m.endOffset);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeOffsetForLeaderEpochResponseEpochEndOffset(r: Reader, v: number): OffsetForLeaderEpochResponseEpochEndOffset {
  const flexible = v >= 4;
  const errorCode = r.int16();
  const partition = r.int32();
  const leaderEpoch = r.int32();
  const endOffset = r.int64();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: OffsetForLeaderEpochResponseEpochEndOffset = { errorCode, partition, leaderEpoch, endOffset };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Last offset of the epochs asked for. */
export const offsetForLeaderEpochResponse: MessageCodec<OffsetForLeaderEpochResponse> = {
  name: 'OffsetForLeaderEpochResponse',
  kind: 'response',
  apiKey: 23,
  minVersion: 2,
  maxVersion: 4,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetForLeaderEpochResponse, version);
    return sizeOffsetForLeaderEpochResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetForLeaderEpochResponse, version);
    encodeOffsetForLeaderEpochResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetForLeaderEpochResponse, version);
    return decodeOffsetForLeaderEpochResponse(reader, version);
  },
};
