// Generated from schemas/45-alter-partition-reassignments.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Starts, changes or cancels moves of replicas. */
export interface AlterPartitionReassignmentsRequest {
  /** Milliseconds that the broker may take. */
  timeoutMs: number;
  /** Whether the number of replicas may change. (v1+) */
  allowReplicationFactorChange: boolean;
  /** Topics concerned. */
  topics: readonly AlterPartitionReassignmentsRequestReassignableTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterPartitionReassignmentsRequest(init: Partial<AlterPartitionReassignmentsRequest> = {}): AlterPartitionReassignmentsRequest {
  const m: AlterPartitionReassignmentsRequest = {
    timeoutMs: init.timeoutMs ?? 60000,
    allowReplicationFactorChange: init.allowReplicationFactorChange ?? true,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface AlterPartitionReassignmentsRequestReassignableTopic {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly AlterPartitionReassignmentsRequestReassignablePartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterPartitionReassignmentsRequestReassignableTopic(init: Partial<AlterPartitionReassignmentsRequestReassignableTopic> = {}): AlterPartitionReassignmentsRequestReassignableTopic {
  const m: AlterPartitionReassignmentsRequestReassignableTopic = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface AlterPartitionReassignmentsRequestReassignablePartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** Brokers that shall hold the replicas, null to cancel. */
  replicas: readonly number[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterPartitionReassignmentsRequestReassignablePartition(init: Partial<AlterPartitionReassignmentsRequestReassignablePartition> = {}): AlterPartitionReassignmentsRequestReassignablePartition {
  const m: AlterPartitionReassignmentsRequestReassignablePartition = {
    partitionIndex: init.partitionIndex ?? 0,
    replicas: init.replicas ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterPartitionReassignmentsRequest(m: AlterPartitionReassignmentsRequest, v: number): number {
  let n = 4;
  if (v >= 1) {
    n += 1;
  }
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeAlterPartitionReassignmentsRequestReassignableTopic(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterPartitionReassignmentsRequest(w: Writer, m: AlterPartitionReassignmentsRequest, v: number): void {
  w.int32(m.timeoutMs);
  if (v >= 1) {
    w.boolean(m.allowReplicationFactorChange);
  }
  if (!(v >= 1) && m.allowReplicationFactorChange !== true) throw unsupportedField('AlterPartitionReassignmentsRequest', 'allowReplicationFactorChange', v);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeAlterPartitionReassignmentsRequestReassignableTopic(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterPartitionReassignmentsRequest(r: Reader, v: number): AlterPartitionReassignmentsRequest {
  const timeoutMs = r.int32();
  const allowReplicationFactorChange = v >= 1 ? r.boolean() : true;
  const topics: AlterPartitionReassignmentsRequestReassignableTopic[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeAlterPartitionReassignmentsRequestReassignableTopic(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterPartitionReassignmentsRequest = { timeoutMs, allowReplicationFactorChange, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterPartitionReassignmentsRequestReassignableTopic(m: AlterPartitionReassignmentsRequestReassignableTopic, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeAlterPartitionReassignmentsRequestReassignablePartition(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterPartitionReassignmentsRequestReassignableTopic(w: Writer, m: AlterPartitionReassignmentsRequestReassignableTopic, v: number): void {
  w.compactString(m.name);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeAlterPartitionReassignmentsRequestReassignablePartition(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterPartitionReassignmentsRequestReassignableTopic(r: Reader, v: number): AlterPartitionReassignmentsRequestReassignableTopic {
  const name = r.compactString();
  const partitions: AlterPartitionReassignmentsRequestReassignablePartition[] = [];
  {
    const count = r.compactArrayLength(6);
    for (let i = 0; i < count; i++) partitions.push(decodeAlterPartitionReassignmentsRequestReassignablePartition(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterPartitionReassignmentsRequestReassignableTopic = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterPartitionReassignmentsRequestReassignablePartition(m: AlterPartitionReassignmentsRequestReassignablePartition, v: number): number {
  let n = 4;
  if (m.replicas === null) n += 1;
  else {
    n += sizeOfUvarint(m.replicas.length + 1) + m.replicas.length * 4;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterPartitionReassignmentsRequestReassignablePartition(w: Writer, m: AlterPartitionReassignmentsRequestReassignablePartition, v: number): void {
  w.int32(m.partitionIndex);
  if (m.replicas === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.replicas.length);
    for (const e of m.replicas) w.int32(e);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterPartitionReassignmentsRequestReassignablePartition(r: Reader, v: number): AlterPartitionReassignmentsRequestReassignablePartition {
  const partitionIndex = r.int32();
  let replicas: readonly number[] | null = null;
  {
    const count = r.compactNullableArrayLength(4);
    if (count < 0) {
      replicas = null;
    } else {
      const items: number[] = [];
      for (let i = 0; i < count; i++) items.push(r.int32());
      replicas = items;
    }
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterPartitionReassignmentsRequestReassignablePartition = { partitionIndex, replicas };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Starts, changes or cancels moves of replicas. */
export const alterPartitionReassignmentsRequest: MessageCodec<AlterPartitionReassignmentsRequest> = {
  name: 'AlterPartitionReassignmentsRequest',
  kind: 'request',
  apiKey: 45,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterPartitionReassignmentsRequest, version);
    return sizeAlterPartitionReassignmentsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterPartitionReassignmentsRequest, version);
    encodeAlterPartitionReassignmentsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterPartitionReassignmentsRequest, version);
    return decodeAlterPartitionReassignmentsRequest(reader, version);
  },
};

/** Result for each partition. */
export interface AlterPartitionReassignmentsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Whether the number of replicas may change. (v1+) */
  allowReplicationFactorChange: boolean;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** One result for each entry of the request. */
  responses: readonly AlterPartitionReassignmentsResponseReassignableTopicResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterPartitionReassignmentsResponse(init: Partial<AlterPartitionReassignmentsResponse> = {}): AlterPartitionReassignmentsResponse {
  const m: AlterPartitionReassignmentsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    allowReplicationFactorChange: init.allowReplicationFactorChange ?? true,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    responses: init.responses ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `responses`. */
export interface AlterPartitionReassignmentsResponseReassignableTopicResponse {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly AlterPartitionReassignmentsResponseReassignablePartitionResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterPartitionReassignmentsResponseReassignableTopicResponse(init: Partial<AlterPartitionReassignmentsResponseReassignableTopicResponse> = {}): AlterPartitionReassignmentsResponseReassignableTopicResponse {
  const m: AlterPartitionReassignmentsResponseReassignableTopicResponse = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface AlterPartitionReassignmentsResponseReassignablePartitionResponse {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createAlterPartitionReassignmentsResponseReassignablePartitionResponse(init: Partial<AlterPartitionReassignmentsResponseReassignablePartitionResponse> = {}): AlterPartitionReassignmentsResponseReassignablePartitionResponse {
  const m: AlterPartitionReassignmentsResponseReassignablePartitionResponse = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeAlterPartitionReassignmentsResponse(m: AlterPartitionReassignmentsResponse, v: number): number {
  let n = 6;
  if (v >= 1) {
    n += 1;
  }
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfUvarint(m.responses.length + 1);
  for (const e of m.responses) n += sizeAlterPartitionReassignmentsResponseReassignableTopicResponse(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterPartitionReassignmentsResponse(w: Writer, m: AlterPartitionReassignmentsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  if (v >= 1) {
    w.boolean(m.allowReplicationFactorChange);
  }
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactArrayLength(m.responses.length);
  for (const e of m.responses) encodeAlterPartitionReassignmentsResponseReassignableTopicResponse(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterPartitionReassignmentsResponse(r: Reader, v: number): AlterPartitionReassignmentsResponse {
  const throttleTimeMs = r.int32();
  const allowReplicationFactorChange = v >= 1 ? r.boolean() : true;
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const responses: AlterPartitionReassignmentsResponseReassignableTopicResponse[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) responses.push(decodeAlterPartitionReassignmentsResponseReassignableTopicResponse(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterPartitionReassignmentsResponse = { throttleTimeMs, allowReplicationFactorChange, errorCode, errorMessage, responses };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterPartitionReassignmentsResponseReassignableTopicResponse(m: AlterPartitionReassignmentsResponseReassignableTopicResponse, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeAlterPartitionReassignmentsResponseReassignablePartitionResponse(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterPartitionReassignmentsResponseReassignableTopicResponse(w: Writer, m: AlterPartitionReassignmentsResponseReassignableTopicResponse, v: number): void {
  w.compactString(m.name);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeAlterPartitionReassignmentsResponseReassignablePartitionResponse(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterPartitionReassignmentsResponseReassignableTopicResponse(r: Reader, v: number): AlterPartitionReassignmentsResponseReassignableTopicResponse {
  const name = r.compactString();
  const partitions: AlterPartitionReassignmentsResponseReassignablePartitionResponse[] = [];
  {
    const count = r.compactArrayLength(8);
    for (let i = 0; i < count; i++) partitions.push(decodeAlterPartitionReassignmentsResponseReassignablePartitionResponse(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: AlterPartitionReassignmentsResponseReassignableTopicResponse = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeAlterPartitionReassignmentsResponseReassignablePartitionResponse(m: AlterPartitionReassignmentsResponseReassignablePartitionResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeAlterPartitionReassignmentsResponseReassignablePartitionResponse(w: Writer, m: AlterPartitionReassignmentsResponseReassignablePartitionResponse, v: number): void {
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeAlterPartitionReassignmentsResponseReassignablePartitionResponse(r: Reader, v: number): AlterPartitionReassignmentsResponseReassignablePartitionResponse {
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: AlterPartitionReassignmentsResponseReassignablePartitionResponse = { partitionIndex, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const alterPartitionReassignmentsResponse: MessageCodec<AlterPartitionReassignmentsResponse> = {
  name: 'AlterPartitionReassignmentsResponse',
  kind: 'response',
  apiKey: 45,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(alterPartitionReassignmentsResponse, version);
    return sizeAlterPartitionReassignmentsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(alterPartitionReassignmentsResponse, version);
    encodeAlterPartitionReassignmentsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(alterPartitionReassignmentsResponse, version);
    return decodeAlterPartitionReassignmentsResponse(reader, version);
  },
};
