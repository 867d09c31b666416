// Generated from schemas/35-describe-log-dirs.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks how much the partitions of a broker take on disk. */
export interface DescribeLogDirsRequest {
  /** Partitions asked for, null for all. */
  topics: readonly DescribeLogDirsRequestDescribableLogDirTopic[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeLogDirsRequest(init: Partial<DescribeLogDirsRequest> = {}): DescribeLogDirsRequest {
  const m: DescribeLogDirsRequest = {
    topics: init.topics === undefined ? [] : init.topics,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeLogDirsRequestDescribableLogDirTopic {
  /** Name of the topic. */
  topic: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeLogDirsRequestDescribableLogDirTopic(init: Partial<DescribeLogDirsRequestDescribableLogDirTopic> = {}): DescribeLogDirsRequestDescribableLogDirTopic {
  const m: DescribeLogDirsRequestDescribableLogDirTopic = {
    topic: init.topic ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeLogDirsRequest(m: DescribeLogDirsRequest, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  if (m.topics === null) n += flexible ? 1 : 4;
  else {
    n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
    for (const e of m.topics) n += sizeDescribeLogDirsRequestDescribableLogDirTopic(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeLogDirsRequest(w: Writer, m: DescribeLogDirsRequest, v: number): void {
  const flexible = v >= 2;
  if (m.topics === null) {
    if (flexible) w.uvarint(0); else w.int32(-1);
  } else {
    if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
    for (const e of m.topics) encodeDescribeLogDirsRequestDescribableLogDirTopic(w, e, v);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeLogDirsRequest(r: Reader, v: number): DescribeLogDirsRequest {
  const flexible = v >= 2;
  let topics: readonly DescribeLogDirsRequestDescribableLogDirTopic[] | null = [];
  {
    const count = flexible ? r.compactNullableArrayLength(3) : r.nullableArrayLength(3);
    if (count < 0) {
      topics = null;
    } else {
      const items: DescribeLogDirsRequestDescribableLogDirTopic[] = [];
      for (let i = 0; i < count; i++) items.push(decodeDescribeLogDirsRequestDescribableLogDirTopic(r, v));
      topics = items;
    }
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeLogDirsRequest = { topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeLogDirsRequestDescribableLogDirTopic(m: DescribeLogDirsRequestDescribableLogDirTopic, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.topic) : sizeOfString(m.topic);
  n += (flexible ? sizeOfUvarint(m.partitions.length + 1) : 4) + m.partitions.length * 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeLogDirsRequestDescribableLogDirTopic(w: Writer, m: DescribeLogDirsRequestDescribableLogDirTopic, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.topic); else w.string(m.topic);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeLogDirsRequestDescribableLogDirTopic(r: Reader, v: number): DescribeLogDirsRequestDescribableLogDirTopic {
  const flexible = v >= 2;
  const topic = flexible ? r.compactString() : r.string();
  const partitions: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeLogDirsRequestDescribableLogDirTopic = { topic, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks how much the partitions of a broker take on disk. */
export const describeLogDirsRequest: MessageCodec<DescribeLogDirsRequest> = {
  name: 'DescribeLogDirsRequest',
  kind: 'request',
  apiKey: 35,
  minVersion: 1,
  maxVersion: 5,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeLogDirsRequest, version);
    return sizeDescribeLogDirsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeLogDirsRequest, version);
    encodeDescribeLogDirsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeLogDirsRequest, version);
    return decodeDescribeLogDirsRequest(reader, version);
  },
};

/** Log directories of the broker and what lies in them. */
export interface DescribeLogDirsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. (v3+) */
  errorCode: number;
  /** One result for each entry of the request. */
  results: readonly DescribeLogDirsResponseDescribeLogDirsResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeLogDirsResponse(init: Partial<DescribeLogDirsResponse> = {}): DescribeLogDirsResponse {
  const m: DescribeLogDirsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface DescribeLogDirsResponseDescribeLogDirsResult {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Absolute path of the directory. */
  logDir: string;
  /** Topics concerned. */
  topics: readonly DescribeLogDirsResponseDescribeLogDirsTopic[];
  /** Size of the volume, -1 when unknown. (v4+) */
  totalBytes: bigint;
  /** Free bytes of the volume, -1 when unknown. (v4+) */
  usableBytes: bigint;
  /** Whether new partitions avoid this directory. (v5+) */
  isCordoned: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeLogDirsResponseDescribeLogDirsResult(init: Partial<DescribeLogDirsResponseDescribeLogDirsResult> = {}): DescribeLogDirsResponseDescribeLogDirsResult {
  const m: DescribeLogDirsResponseDescribeLogDirsResult = {
    errorCode: init.errorCode ?? 0,
    logDir: init.logDir ?? '',
    topics: init.topics ?? [],
    totalBytes: init.totalBytes ?? -1n,
    usableBytes: init.usableBytes ?? -1n,
    isCordoned: init.isCordoned ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeLogDirsResponseDescribeLogDirsTopic {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly DescribeLogDirsResponseDescribeLogDirsPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeLogDirsResponseDescribeLogDirsTopic(init: Partial<DescribeLogDirsResponseDescribeLogDirsTopic> = {}): DescribeLogDirsResponseDescribeLogDirsTopic {
  const m: DescribeLogDirsResponseDescribeLogDirsTopic = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DescribeLogDirsResponseDescribeLogDirsPartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** Bytes of the partition's log. */
  partitionSize: bigint;
  /** Offsets that this replica is behind. */
  offsetLag: bigint;
  /** Whether this copy will replace the current one. */
  isFutureKey: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeLogDirsResponseDescribeLogDirsPartition(init: Partial<DescribeLogDirsResponseDescribeLogDirsPartition> = {}): DescribeLogDirsResponseDescribeLogDirsPartition {
  const m: DescribeLogDirsResponseDescribeLogDirsPartition = {
    partitionIndex: init.partitionIndex ?? 0,
    partitionSize: init.partitionSize ?? 0n,
    offsetLag: init.offsetLag ?? 0n,
    isFutureKey: init.isFutureKey ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeLogDirsResponse(m: DescribeLogDirsResponse, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  if (v >= 3) {
    n += 2;
  }
  n += flexible ? sizeOfUvarint(m.results.length + 1) : 4;
  for (const e of m.results) n += sizeDescribeLogDirsResponseDescribeLogDirsResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeLogDirsResponse(w: Writer, m: DescribeLogDirsResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  if (v >= 3) {
    w.int16(m.errorCode);
  }
  if (flexible) w.compactArrayLength(m.results.length); else w.arrayLength(m.results.length);
  for (const e of m.results) encodeDescribeLogDirsResponseDescribeLogDirsResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeLogDirsResponse(r: Reader, v: number): DescribeLogDirsResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const errorCode = v >= 3 ? r.int16() : 0;
  const results: DescribeLogDirsResponseDescribeLogDirsResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(5) : r.arrayLength(5);
    for (let i = 0; i < count; i++) results.push(decodeDescribeLogDirsResponseDescribeLogDirsResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeLogDirsResponse = { throttleTimeMs, errorCode, results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeLogDirsResponseDescribeLogDirsResult(m: DescribeLogDirsResponseDescribeLogDirsResult, v: number): number {
  const flexible = v >= 2;
  let n = 2;
  n += flexible ? sizeOfCompactString(m.logDir) : sizeOfString(m.logDir);
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeDescribeLogDirsResponseDescribeLogDirsTopic(e, v);
  if (v >= 4) {
    n += 8;
    n += 8;
  }
  if (v >= 5) {
    n += 1;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeLogDirsResponseDescribeLogDirsResult(w: Writer, m: DescribeLogDirsResponseDescribeLogDirsResult, v: number): void {
  const flexible = v >= 2;
  w.int16(m.errorCode);
  if (flexible) w.compactString(m.logDir); else w.string(m.logDir);
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeDescribeLogDirsResponseDescribeLogDirsTopic(w, e, v);
  if (v >= 4) {
    w.int64(m.totalBytes);
    w.int64(m.usableBytes);
  }
  if (v >= 5) {
    w.boolean(m.isCordoned);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeLogDirsResponseDescribeLogDirsResult(r: Reader, v: number): DescribeLogDirsResponseDescribeLogDirsResult {
  const flexible = v >= 2;
  const errorCode = r.int16();
  const logDir = flexible ? r.compactString() : r.string();
  const topics: DescribeLogDirsResponseDescribeLogDirsTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeDescribeLogDirsResponseDescribeLogDirsTopic(r, v));
  }
  const totalBytes = v >= 4 ? r.int64() : -1n;
  const usableBytes = v >= 4 ? r.int64() : -1n;
  const isCordoned = v >= 5 ? r.boolean() : false;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeLogDirsResponseDescribeLogDirsResult = { errorCode, logDir, topics, totalBytes, usableBytes, isCordoned };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeLogDirsResponseDescribeLogDirsTopic(m: DescribeLogDirsResponseDescribeLogDirsTopic, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeDescribeLogDirsResponseDescribeLogDirsPartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeLogDirsResponseDescribeLogDirsTopic(w: Writer, m: DescribeLogDirsResponseDescribeLogDirsTopic, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDescribeLogDirsResponseDescribeLogDirsPartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeLogDirsResponseDescribeLogDirsTopic(r: Reader, v: number): DescribeLogDirsResponseDescribeLogDirsTopic {
  const flexible = v >= 2;
  const name = flexible ? r.compactString() : r.string();
  const partitions: DescribeLogDirsResponseDescribeLogDirsPartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(21) : r.arrayLength(21);
    for (let i = 0; i < count; i++) partitions.push(decodeDescribeLogDirsResponseDescribeLogDirsPartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeLogDirsResponseDescribeLogDirsTopic = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeLogDirsResponseDescribeLogDirsPartition(m: DescribeLogDirsResponseDescribeLogDirsPartition, v: number): number {
  const flexible = v >= 2;
  let n = 21;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeLogDirsResponseDescribeLogDirsPartition(w: Writer, m: DescribeLogDirsResponseDescribeLogDirsPartition, v: number): void {
  const flexible = v >= 2;
  w.int32(m.partitionIndex);
  w.int64(m.partitionSize);
  w.int64(m.offsetLag);
  w.boolean(m.isFutureKey);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeLogDirsResponseDescribeLogDirsPartition(r: Reader, v: number): DescribeLogDirsResponseDescribeLogDirsPartition {
  const flexible = v >= 2;
  const partitionIndex = r.int32();
  const partitionSize = r.int64();
  const offsetLag = r.int64();
  const isFutureKey = r.boolean();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: DescribeLogDirsResponseDescribeLogDirsPartition = { partitionIndex, partitionSize, offsetLag, isFutureKey };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Log directories of the broker and what lies in them. */
export const describeLogDirsResponse: MessageCodec<DescribeLogDirsResponse> = {
  name: 'DescribeLogDirsResponse',
  kind: 'response',
  apiKey: 35,
  minVersion: 1,
  maxVersion: 5,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeLogDirsResponse, version);
    return sizeDescribeLogDirsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeLogDirsResponse, version);
    encodeDescribeLogDirsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeLogDirsResponse, version);
    return decodeDescribeLogDirsResponse(reader, version);
  },
};
