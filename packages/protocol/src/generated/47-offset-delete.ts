// Generated from schemas/47-offset-delete.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfString } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Forgets offsets of a group. */
export interface OffsetDeleteRequest {
  /** Id of the group. */
  groupId: string;
  /** Topics concerned. */
  topics: readonly OffsetDeleteRequestTopic[];
}

export function createOffsetDeleteRequest(init: Partial<OffsetDeleteRequest> = {}): OffsetDeleteRequest {
  const m: OffsetDeleteRequest = {
    groupId: init.groupId ?? '',
    topics: init.topics ?? [],
  };
  return m;
}

/** Entry of `topics`. */
export interface OffsetDeleteRequestTopic {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly OffsetDeleteRequestPartition[];
}

export function createOffsetDeleteRequestTopic(init: Partial<OffsetDeleteRequestTopic> = {}): OffsetDeleteRequestTopic {
  const m: OffsetDeleteRequestTopic = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  return m;
}

/** Entry of `partitions`. */
export interface OffsetDeleteRequestPartition {
  /** Number of the partition. */
  partitionIndex: number;
}

export function createOffsetDeleteRequestPartition(init: Partial<OffsetDeleteRequestPartition> = {}): OffsetDeleteRequestPartition {
  const m: OffsetDeleteRequestPartition = {
    partitionIndex: init.partitionIndex ?? 0,
  };
  return m;
}

function sizeOffsetDeleteRequest(m: OffsetDeleteRequest, v: number): number {
  let n = 0;
  n += sizeOfString(m.groupId);
  n += 4;
  for (const e of m.topics) n += sizeOffsetDeleteRequestTopic(e, v);
  return n;
}

function encodeOffsetDeleteRequest(w: Writer, m: OffsetDeleteRequest, v: number): void {
  w.string(m.groupId);
  w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeOffsetDeleteRequestTopic(w, e, v);
}

function decodeOffsetDeleteRequest(r: Reader, v: number): OffsetDeleteRequest {
  const groupId = r.string();
  const topics: OffsetDeleteRequestTopic[] = [];
  {
    const count = r.arrayLength(6);
    for (let i = 0; i < count; i++) topics.push(decodeOffsetDeleteRequestTopic(r, v));
  }
  return { groupId, topics };
}

function sizeOffsetDeleteRequestTopic(m: OffsetDeleteRequestTopic, v: number): number {
  let n = 0;
  n += sizeOfString(m.name);
  n += 4;
  for (const e of m.partitions) n += sizeOffsetDeleteRequestPartition(e, v);
  return n;
}

function encodeOffsetDeleteRequestTopic(w: Writer, m: OffsetDeleteRequestTopic, v: number): void {
  w.string(m.name);
  w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeOffsetDeleteRequestPartition(w, e, v);
}

function decodeOffsetDeleteRequestTopic(r: Reader, v: number): OffsetDeleteRequestTopic {
  const name = r.string();
  const partitions: OffsetDeleteRequestPartition[] = [];
  {
    const count = r.arrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(decodeOffsetDeleteRequestPartition(r, v));
  }
  return { name, partitions };
}

function sizeOffsetDeleteRequestPartition(m: OffsetDeleteRequestPartition, v: number): number {
  let n = 4;
  return n;
}

function encodeOffsetDeleteRequestPartition(w: Writer, m: OffsetDeleteRequestPartition, v: number): void {
  w.int32(m.partitionIndex);
}

function decodeOffsetDeleteRequestPartition(r: Reader, v: number): OffsetDeleteRequestPartition {
  const partitionIndex = r.int32();
  return { partitionIndex };
}

/** Forgets offsets of a group. */
export const offsetDeleteRequest: MessageCodec<OffsetDeleteRequest> = {
  name: 'OffsetDeleteRequest',
  kind: 'request',
  apiKey: 47,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetDeleteRequest, version);
    return sizeOffsetDeleteRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetDeleteRequest, version);
    encodeOffsetDeleteRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetDeleteRequest, version);
    return decodeOffsetDeleteRequest(reader, version);
  },
};

/** Result for each partition. */
export interface OffsetDeleteResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Topics concerned. */
  topics: readonly OffsetDeleteResponseTopic[];
}

export function createOffsetDeleteResponse(init: Partial<OffsetDeleteResponse> = {}): OffsetDeleteResponse {
  const m: OffsetDeleteResponse = {
    errorCode: init.errorCode ?? 0,
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
  };
  return m;
}

/** Entry of `topics`. */
export interface OffsetDeleteResponseTopic {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly OffsetDeleteResponsePartition[];
}

export function createOffsetDeleteResponseTopic(init: Partial<OffsetDeleteResponseTopic> = {}): OffsetDeleteResponseTopic {
  const m: OffsetDeleteResponseTopic = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  return m;
}

/** Entry of `partitions`. */
export interface OffsetDeleteResponsePartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
}

export function createOffsetDeleteResponsePartition(init: Partial<OffsetDeleteResponsePartition> = {}): OffsetDeleteResponsePartition {
  const m: OffsetDeleteResponsePartition = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
  };
  return m;
}

function sizeOffsetDeleteResponse(m: OffsetDeleteResponse, v: number): number {
  let n = 6;
  n += 4;
  for (const e of m.topics) n += sizeOffsetDeleteResponseTopic(e, v);
  return n;
}

function encodeOffsetDeleteResponse(w: Writer, m: OffsetDeleteResponse, v: number): void {
  w.int16(m.errorCode);
  w.int32(m.throttleTimeMs);
  w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeOffsetDeleteResponseTopic(w, e, v);
}

function decodeOffsetDeleteResponse(r: Reader, v: number): OffsetDeleteResponse {
  const errorCode = r.int16();
  const throttleTimeMs = r.int32();
  const topics: OffsetDeleteResponseTopic[] = [];
  {
    const count = r.arrayLength(6);
    for (let i = 0; i < count; i++) topics.push(decodeOffsetDeleteResponseTopic(r, v));
  }
  return { errorCode, throttleTimeMs, topics };
}

function sizeOffsetDeleteResponseTopic(m: OffsetDeleteResponseTopic, v: number): number {
  let n = 0;
  n += sizeOfString(m.name);
  n += 4;
  for (const e of m.partitions) n += sizeOffsetDeleteResponsePartition(e, v);
  return n;
}

function encodeOffsetDeleteResponseTopic(w: Writer, m: OffsetDeleteResponseTopic, v: number): void {
  w.string(m.name);
  w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeOffsetDeleteResponsePartition(w, e, v);
}

function decodeOffsetDeleteResponseTopic(r: Reader, v: number): OffsetDeleteResponseTopic {
  const name = r.string();
  const partitions: OffsetDeleteResponsePartition[] = [];
  {
    const count = r.arrayLength(6);
    for (let i = 0; i < count; i++) partitions.push(decodeOffsetDeleteResponsePartition(r, v));
  }
  return { name, partitions };
}

function sizeOffsetDeleteResponsePartition(m: OffsetDeleteResponsePartition, v: number): number {
  let n = 6;
  return n;
}

function encodeOffsetDeleteResponsePartition(w: Writer, m: OffsetDeleteResponsePartition, v: number): void {
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
}

function decodeOffsetDeleteResponsePartition(r: Reader, v: number): OffsetDeleteResponsePartition {
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  return { partitionIndex, errorCode };
}

/** Result for each partition. */
export const offsetDeleteResponse: MessageCodec<OffsetDeleteResponse> = {
  name: 'OffsetDeleteResponse',
  kind: 'response',
  apiKey: 47,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetDeleteResponse, version);
    return sizeOffsetDeleteResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetDeleteResponse, version);
    encodeOffsetDeleteResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetDeleteResponse, version);
    return decodeOffsetDeleteResponse(reader, version);
  },
};
