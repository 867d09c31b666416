// Generated from schemas/34-alter-replica-log-dirs.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Moves replicas of a broker between its log directories. */
export interface AlterReplicaLogDirsRequest {
  /** Directories to move replicas to. */
  dirs: readonly AlterReplicaLogDirsRequestAlterReplicaLogDir[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterReplicaLogDirsRequest(init: Partial<AlterReplicaLogDirsRequest> = {}): AlterReplicaLogDirsRequest {
  const m: AlterReplicaLogDirsRequest = {
    dirs: init.dirs ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `dirs`. */
export interface AlterReplicaLogDirsRequestAlterReplicaLogDir {
  /** Absolute path of the directory. */
  path: string;
  /** Topics concerned. */
  topics: readonly AlterReplicaLogDirsRequestAlterReplicaLogDirTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterReplicaLogDirsRequestAlterReplicaLogDir(init: Partial<AlterReplicaLogDirsRequestAlterReplicaLogDir> = {}): AlterReplicaLogDirsRequestAlterReplicaLogDir {
  const m: AlterReplicaLogDirsRequestAlterReplicaLogDir = {
    path: init.path ?? '',
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface AlterReplicaLogDirsRequestAlterReplicaLogDirTopic {
  /** Name of the topic. */
  name: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterReplicaLogDirsRequestAlterReplicaLogDirTopic(init: Partial<AlterReplicaLogDirsRequestAlterReplicaLogDirTopic> = {}): AlterReplicaLogDirsRequestAlterReplicaLogDirTopic {
  const m: AlterReplicaLogDirsRequestAlterReplicaLogDirTopic = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterReplicaLogDirsRequest(m: AlterReplicaLogDirsRequest, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfUvarint(m.dirs.length + 1) : 4;
  for (const e of m.dirs) n += sizeAlterReplicaLogDirsRequestAlterReplicaLogDir(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterReplicaLogDirsRequest(w: Writer, m: AlterReplicaLogDirsRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactArrayLength(m.dirs.length); else w.arrayLength(m.dirs.length);
  for (const e of m.dirs) encodeAlterReplicaLogDirsRequestAlterReplicaLogDir(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterReplicaLogDirsRequest(r: Reader, v: number): AlterReplicaLogDirsRequest {
  const flexible = v >= 2;
  const dirs: AlterReplicaLogDirsRequestAlterReplicaLogDir[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) dirs.push(decodeAlterReplicaLogDirsRequestAlterReplicaLogDir(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterReplicaLogDirsRequest = { dirs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterReplicaLogDirsRequestAlterReplicaLogDir(m: AlterReplicaLogDirsRequestAlterReplicaLogDir, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.path) : sizeOfString(m.path);
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeAlterReplicaLogDirsRequestAlterReplicaLogDirTopic(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterReplicaLogDirsRequestAlterReplicaLogDir(w: Writer, m: AlterReplicaLogDirsRequestAlterReplicaLogDir, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.path); else w.string(m.path);
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeAlterReplicaLogDirsRequestAlterReplicaLogDirTopic(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterReplicaLogDirsRequestAlterReplicaLogDir(r: Reader, v: number): AlterReplicaLogDirsRequestAlterReplicaLogDir {
  const flexible = v >= 2;
  const path = flexible ? r.compactString() : r.string();
  const topics: AlterReplicaLogDirsRequestAlterReplicaLogDirTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeAlterReplicaLogDirsRequestAlterReplicaLogDirTopic(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterReplicaLogDirsRequestAlterReplicaLogDir = { path, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterReplicaLogDirsRequestAlterReplicaLogDirTopic(m: AlterReplicaLogDirsRequestAlterReplicaLogDirTopic, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += (flexible ? sizeOfUvarint(m.partitions.length + 1) : 4) + m.partitions.length * 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterReplicaLogDirsRequestAlterReplicaLogDirTopic(w: Writer, m: AlterReplicaLogDirsRequestAlterReplicaLogDirTopic, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterReplicaLogDirsRequestAlterReplicaLogDirTopic(r: Reader, v: number): AlterReplicaLogDirsRequestAlterReplicaLogDirTopic {
  const flexible = v >= 2;
  const name = flexible ? r.compactString() : r.string();
  const partitions: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterReplicaLogDirsRequestAlterReplicaLogDirTopic = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Moves replicas of a broker between its log directories. */
export const alterReplicaLogDirsRequest: MessageCodec<AlterReplicaLogDirsRequest> = {
  name: 'AlterReplicaLogDirsRequest',
  kind: 'request',
  apiKey: 34,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterReplicaLogDirsRequest, version);
    return sizeAlterReplicaLogDirsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterReplicaLogDirsRequest, version);
    encodeAlterReplicaLogDirsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterReplicaLogDirsRequest, version);
    return decodeAlterReplicaLogDirsRequest(reader, version);
  },
};

/** Result for each partition. */
export interface AlterReplicaLogDirsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** One result for each entry of the request. */
  results: readonly AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterReplicaLogDirsResponse(init: Partial<AlterReplicaLogDirsResponse> = {}): AlterReplicaLogDirsResponse {
  const m: AlterReplicaLogDirsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult {
  /** Name of the topic. */
  topicName: string;
  /** Partitions of this topic. */
  partitions: readonly AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult(init: Partial<AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult> = {}): AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult {
  const m: AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult = {
    topicName: init.topicName ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult(init: Partial<AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult> = {}): AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult {
  const m: AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterReplicaLogDirsResponse(m: AlterReplicaLogDirsResponse, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.results.length + 1) : 4;
  for (const e of m.results) n += sizeAlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterReplicaLogDirsResponse(w: Writer, m: AlterReplicaLogDirsResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.results.length); else w.arrayLength(m.results.length);
  for (const e of m.results) encodeAlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterReplicaLogDirsResponse(r: Reader, v: number): AlterReplicaLogDirsResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const results: AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) results.push(decodeAlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterReplicaLogDirsResponse = { throttleTimeMs, results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult(m: AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.topicName) : sizeOfString(m.topicName);
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeAlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult(w: Writer, m: AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.topicName); else w.string(m.topicName);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeAlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult(r: Reader, v: number): AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult {
  const flexible = v >= 2;
  const topicName = flexible ? r.compactString() : r.string();
  const partitions: AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) partitions.push(decodeAlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterReplicaLogDirsResponseAlterReplicaLogDirTopicResult = { topicName, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult(m: AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult, v: number): number {
  const flexible = v >= 2;
  let n = 6;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult(w: Writer, m: AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult, v: number): void {
  const flexible = v >= 2;
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult(r: Reader, v: number): AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult {
  const flexible = v >= 2;
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: AlterReplicaLogDirsResponseAlterReplicaLogDirPartitionResult = { partitionIndex, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const alterReplicaLogDirsResponse: MessageCodec<AlterReplicaLogDirsResponse> = {
  name: 'AlterReplicaLogDirsResponse',
  kind: 'response',
  apiKey: 34,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterReplicaLogDirsResponse, version);
    return sizeAlterReplicaLogDirsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterReplicaLogDirsResponse, version);
    encodeAlterReplicaLogDirsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterReplicaLogDirsResponse, version);
    return decodeAlterReplicaLogDirsResponse(reader, version);
  },
};
