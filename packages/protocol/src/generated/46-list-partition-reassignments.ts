// Generated from schemas/46-list-partition-reassignments.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks which replicas are being moved. */
export interface ListPartitionReassignmentsRequest {
  /** Milliseconds that the broker may take. */
  timeoutMs: number;
  /** Partitions asked for, null for all. */
  topics: readonly ListPartitionReassignmentsRequestListPartitionReassignmentsTopics[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListPartitionReassignmentsRequest(init: Partial<ListPartitionReassignmentsRequest> = {}): ListPartitionReassignmentsRequest {
  const m: ListPartitionReassignmentsRequest = {
    timeoutMs: init.timeoutMs ?? 60000,
    topics: init.topics ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface ListPartitionReassignmentsRequestListPartitionReassignmentsTopics {
  /** Name of the topic. */
  name: string;
  /** Numbers of the partitions. */
  partitionIndexes: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListPartitionReassignmentsRequestListPartitionReassignmentsTopics(init: Partial<ListPartitionReassignmentsRequestListPartitionReassignmentsTopics> = {}): ListPartitionReassignmentsRequestListPartitionReassignmentsTopics {
  const m: ListPartitionReassignmentsRequestListPartitionReassignmentsTopics = {
    name: init.name ?? '',
    partitionIndexes: init.partitionIndexes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListPartitionReassignmentsRequest(m: ListPartitionReassignmentsRequest, v: number): number {
  let n = 4;
  if (m.topics === null) n += 1;
  else {
    n += sizeOfUvarint(m.topics.length + 1);
    for (const e of m.topics) n += sizeListPartitionReassignmentsRequestListPartitionReassignmentsTopics(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListPartitionReassignmentsRequest(w: Writer, m: ListPartitionReassignmentsRequest, v: number): void {
  w.int32(m.timeoutMs);
  if (m.topics === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.topics.length);
    for (const e of m.topics) encodeListPartitionReassignmentsRequestListPartitionReassignmentsTopics(w, e, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListPartitionReassignmentsRequest(r: Reader, v: number): ListPartitionReassignmentsRequest {
  const timeoutMs = r.int32();
  let topics: readonly ListPartitionReassignmentsRequestListPartitionReassignmentsTopics[] | null = null;
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      topics = null;
    } else {
      const items: ListPartitionReassignmentsRequestListPartitionReassignmentsTopics[] = [];
      for (let i = 0; i < count; i++) items.push(decodeListPartitionReassignmentsRequestListPartitionReassignmentsTopics(r, v));
      topics = items;
    }
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ListPartitionReassignmentsRequest = { timeoutMs, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListPartitionReassignmentsRequestListPartitionReassignmentsTopics(m: ListPartitionReassignmentsRequestListPartitionReassignmentsTopics, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.partitionIndexes.length + 1) + m.partitionIndexes.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListPartitionReassignmentsRequestListPartitionReassignmentsTopics(w: Writer, m: ListPartitionReassignmentsRequestListPartitionReassignmentsTopics, v: number): void {
  w.compactString(m.name);
  w.compactArrayLength(m.partitionIndexes.length);
  for (const e of m.partitionIndexes) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListPartitionReassignmentsRequestListPartitionReassignmentsTopics(r: Reader, v: number): ListPartitionReassignmentsRequestListPartitionReassignmentsTopics {
  const name = r.compactString();
  const partitionIndexes: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitionIndexes.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ListPartitionReassignmentsRequestListPartitionReassignmentsTopics = { name, partitionIndexes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks which replicas are being moved. */
export const listPartitionReassignmentsRequest: MessageCodec<ListPartitionReassignmentsRequest> = {
  name: 'ListPartitionReassignmentsRequest',
  kind: 'request',
  apiKey: 46,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listPartitionReassignmentsRequest, version);
    return sizeListPartitionReassignmentsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listPartitionReassignmentsRequest, version);
    encodeListPartitionReassignmentsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listPartitionReassignmentsRequest, version);
    return decodeListPartitionReassignmentsRequest(reader, version);
  },
};

/** Moves that are under way. */
export interface ListPartitionReassignmentsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Topics concerned. */
  topics: readonly ListPartitionReassignmentsResponseOngoingTopicReassignment[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListPartitionReassignmentsResponse(init: Partial<ListPartitionReassignmentsResponse> = {}): ListPartitionReassignmentsResponse {
  const m: ListPartitionReassignmentsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface ListPartitionReassignmentsResponseOngoingTopicReassignment {
  /** Name of the topic. */
  name: string;
  /** Partitions of this topic. */
  partitions: readonly ListPartitionReassignmentsResponseOngoingPartitionReassignment[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListPartitionReassignmentsResponseOngoingTopicReassignment(init: Partial<ListPartitionReassignmentsResponseOngoingTopicReassignment> = {}): ListPartitionReassignmentsResponseOngoingTopicReassignment {
  const m: ListPartitionReassignmentsResponseOngoingTopicReassignment = {
    name: init.name ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ListPartitionReassignmentsResponseOngoingPartitionReassignment {
  /** Number of the partition. */
  partitionIndex: number;
  /** Brokers that hold replicas now. */
  replicas: readonly number[];
  /** Brokers that get a replica. */
  addingReplicas: readonly number[];
  /** Brokers that lose their replica. */
  removingReplicas: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createListPartitionReassignmentsResponseOngoingPartitionReassignment(init: Partial<ListPartitionReassignmentsResponseOngoingPartitionReassignment> = {}): ListPartitionReassignmentsResponseOngoingPartitionReassignment {
  const m: ListPartitionReassignmentsResponseOngoingPartitionReassignment = {
    partitionIndex: init.partitionIndex ?? 0,
    replicas: init.replicas ?? [],
    addingReplicas: init.addingReplicas ?? [],
    removingReplicas: init.removingReplicas ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeListPartitionReassignmentsResponse(m: ListPartitionReassignmentsResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeListPartitionReassignmentsResponseOngoingTopicReassignment(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListPartitionReassignmentsResponse(w: Writer, m: ListPartitionReassignmentsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeListPartitionReassignmentsResponseOngoingTopicReassignment(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListPartitionReassignmentsResponse(r: Reader, v: number): ListPartitionReassignmentsResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const topics: ListPartitionReassignmentsResponseOngoingTopicReassignment[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeListPartitionReassignmentsResponseOngoingTopicReassignment(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ListPartitionReassignmentsResponse = { throttleTimeMs, errorCode, errorMessage, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListPartitionReassignmentsResponseOngoingTopicReassignment(m: ListPartitionReassignmentsResponseOngoingTopicReassignment, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeListPartitionReassignmentsResponseOngoingPartitionReassignment(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListPartitionReassignmentsResponseOngoingTopicReassignment(w: Writer, m: ListPartitionReassignmentsResponseOngoingTopicReassignment, v: number): void {
  w.compactString(m.name);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeListPartitionReassignmentsResponseOngoingPartitionReassignment(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListPartitionReassignmentsResponseOngoingTopicReassignment(r: Reader, v: number): ListPartitionReassignmentsResponseOngoingTopicReassignment {
  const name = r.compactString();
  const partitions: ListPartitionReassignmentsResponseOngoingPartitionReassignment[] = [];
  {
    const count = r.compactArrayLength(8);
    for (let i = 0; i < count; i++) partitions.push(decodeListPartitionReassignmentsResponseOngoingPartitionReassignment(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ListPartitionReassignmentsResponseOngoingTopicReassignment = { name, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeListPartitionReassignmentsResponseOngoingPartitionReassignment(m: ListPartitionReassignmentsResponseOngoingPartitionReassignment, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.replicas.length + 1) + m.replicas.length * 4;
  n += sizeOfUvarint(m.addingReplicas.length + 1) + m.addingReplicas.length * 4;
  n += sizeOfUvarint(m.removingReplicas.length + 1) + m.removingReplicas.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeListPartitionReassignmentsResponseOngoingPartitionReassignment(w: Writer, m: ListPartitionReassignmentsResponseOngoingPartitionReassignment, v: number): void {
  w.int32(m.partitionIndex);
  w.compactArrayLength(m.replicas.length);
  for (const e of m.replicas) w.int32(e);
  w.compactArrayLength(m.addingReplicas.length);
  for (const e of m.addingReplicas) w.int32(e);
  w.compactArrayLength(m.removingReplicas.length);
  for (const e of m.removingReplicas) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeListPartitionReassignmentsResponseOngoingPartitionReassignment(r: Reader, v: number): ListPartitionReassignmentsResponseOngoingPartitionReassignment {
  const partitionIndex = r.int32();
  const replicas: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) replicas.push(r.int32());
  }
  const addingReplicas: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) addingReplicas.push(r.int32());
  }
  const removingReplicas: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) removingReplicas.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ListPartitionReassignmentsResponseOngoingPartitionReassignment = { partitionIndex, replicas, addingReplicas, removingReplicas };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Moves that are under way. */
export const listPartitionReassignmentsResponse: MessageCodec<ListPartitionReassignmentsResponse> = {
  name: 'ListPartitionReassignmentsResponse',
  kind: 'response',
  apiKey: 46,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(listPartitionReassignmentsResponse, version);
    return sizeListPartitionReassignmentsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(listPartitionReassignmentsResponse, version);
    encodeListPartitionReassignmentsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(listPartitionReassignmentsResponse, version);
    return decodeListPartitionReassignmentsResponse(reader, version);
  },
};
