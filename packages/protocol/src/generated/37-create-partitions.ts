// Generated from schemas/37-create-partitions.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Adds partitions to topics. */
export interface CreatePartitionsRequest {
  /** Topics concerned. */
  topics: readonly CreatePartitionsRequestCreatePartitionsTopic[];
  /** Milliseconds that the broker may take. */
  timeoutMs: number;
  /** Only check whether the request would succeed. */
  validateOnly: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreatePartitionsRequest(init: Partial<CreatePartitionsRequest> = {}): CreatePartitionsRequest {
  const m: CreatePartitionsRequest = {
    topics: init.topics ?? [],
    timeoutMs: init.timeoutMs ?? 0,
    validateOnly: init.validateOnly ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface CreatePartitionsRequestCreatePartitionsTopic {
  /** Name of the topic. */
  name: string;
  /** Number of partitions afterwards. */
  count: number;
  /** Replicas of the new partitions, or null. */
  assignments: readonly CreatePartitionsRequestCreatePartitionsAssignment[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreatePartitionsRequestCreatePartitionsTopic(init: Partial<CreatePartitionsRequestCreatePartitionsTopic> = {}): CreatePartitionsRequestCreatePartitionsTopic {
  const m: CreatePartitionsRequestCreatePartitionsTopic = {
    name: init.name ?? '',
    count: init.count ?? 0,
    assignments: init.assignments === undefined ? [] : init.assignments,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `assignments`. */
export interface CreatePartitionsRequestCreatePartitionsAssignment {
  /** Brokers that shall hold the replicas. */
  brokerIds: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreatePartitionsRequestCreatePartitionsAssignment(init: Partial<CreatePartitionsRequestCreatePartitionsAssignment> = {}): CreatePartitionsRequestCreatePartitionsAssignment {
  const m: CreatePartitionsRequestCreatePartitionsAssignment = {
    brokerIds: init.brokerIds ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeCreatePartitionsRequest(m: CreatePartitionsRequest, v: number): number {
  const flexible = v >= 2;
  let n = 5;
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeCreatePartitionsRequestCreatePartitionsTopic(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreatePartitionsRequest(w: Writer, m: CreatePartitionsRequest, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeCreatePartitionsRequestCreatePartitionsTopic(w, e, v);
  w.int32(m.timeoutMs);
  w.boolean(m.validateOnly);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreatePartitionsRequest(r: Reader, v: number): CreatePartitionsRequest {
  const flexible = v >= 2;
  const topics: CreatePartitionsRequestCreatePartitionsTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(7) : r.arrayLength(7);
    for (let i = 0; i < count; i++) topics.push(decodeCreatePartitionsRequestCreatePartitionsTopic(r, v));
  }
  const timeoutMs = r.int32();
  const validateOnly = r.boolean();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreatePartitionsRequest = { topics, timeoutMs, validateOnly };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreatePartitionsRequestCreatePartitionsTopic(m: CreatePartitionsRequestCreatePartitionsTopic, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  if (m.assignments === null) n += flexible ? 1 : 4;
  else {
    n += flexible ? sizeOfUvarint(m.assignments.length + 1) : 4;
    for (const e of m.assignments) n += sizeCreatePartitionsRequestCreatePartitionsAssignment(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreatePartitionsRequestCreatePartitionsTopic(w: Writer, m: CreatePartitionsRequestCreatePartitionsTopic, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  w.int32(m.count);
  if (m.assignments === null) {
    if (flexible) w.uvarint(0); else w.int32(-1);
  } else {
    if (flexible) w.compactArrayLength(m.assignments.length); else w.arrayLength(m.assignments.length);
    for (const e of m.assignments) encodeCreatePartitionsRequestCreatePartitionsAssignment(w, e, v);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreatePartitionsRequestCreatePartitionsTopic(r: Reader, v: number): CreatePartitionsRequestCreatePartitionsTopic {
  const flexible = v >= 2;
  const name = flexible ? r.compactString() : r.string();
  const countField = r.int32();
  let assignments: readonly CreatePartitionsRequestCreatePartitionsAssignment[] | null = [];
  {
    const count = flexible ? r.compactNullableArrayLength(2) : r.nullableArrayLength(2);
    if (count < 0) {
      assignments = null;
    } else {
      const items: CreatePartitionsRequestCreatePartitionsAssignment[] = [];
      for (let i = 0; i < count; i++) items.push(decodeCreatePartitionsRequestCreatePartitionsAssignment(r, v));
      assignments = items;
    }
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreatePartitionsRequestCreatePartitionsTopic = { name, count: countField, assignments };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreatePartitionsRequestCreatePartitionsAssignment(m: CreatePartitionsRequestCreatePartitionsAssignment, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += (flexible ? sizeOfUvarint(m.brokerIds.length + 1) : 4) + m.brokerIds.length * 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreatePartitionsRequestCreatePartitionsAssignment(w: Writer, m: CreatePartitionsRequestCreatePartitionsAssignment, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactArrayLength(m.brokerIds.length); else w.arrayLength(m.brokerIds.length);
  for (const e of m.brokerIds) w.int32(e);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreatePartitionsRequestCreatePartitionsAssignment(r: Reader, v: number): CreatePartitionsRequestCreatePartitionsAssignment {
  const flexible = v >= 2;
  const brokerIds: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) brokerIds.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreatePartitionsRequestCreatePartitionsAssignment = { brokerIds };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Adds partitions to topics. */
export const createPartitionsRequest: MessageCodec<CreatePartitionsRequest> = {
  name: 'CreatePartitionsRequest',
  kind: 'request',
  apiKey: 37,
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(createPartitionsRequest, version);
    return sizeCreatePartitionsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(createPartitionsRequest, version);
    encodeCreatePartitionsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(createPartitionsRequest, version);
    return decodeCreatePartitionsRequest(reader, version);
  },
};

/** Result for each topic. */
export interface CreatePartitionsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** One result for each entry of the request. */
  results: readonly CreatePartitionsResponseCreatePartitionsTopicResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreatePartitionsResponse(init: Partial<CreatePartitionsResponse> = {}): CreatePartitionsResponse {
  const m: CreatePartitionsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface CreatePartitionsResponseCreatePartitionsTopicResult {
  /** Name of the topic. */
  name: string;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreatePartitionsResponseCreatePartitionsTopicResult(init: Partial<CreatePartitionsResponseCreatePartitionsTopicResult> = {}): CreatePartitionsResponseCreatePartitionsTopicResult {
  const m: CreatePartitionsResponseCreatePartitionsTopicResult = {
    name: init.name ?? '',
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeCreatePartitionsResponse(m: CreatePartitionsResponse, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.results.length + 1) : 4;
  for (const e of m.results) n += sizeCreatePartitionsResponseCreatePartitionsTopicResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreatePartitionsResponse(w: Writer, m: CreatePartitionsResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.results.length); else w.arrayLength(m.results.length);
  for (const e of m.results) encodeCreatePartitionsResponseCreatePartitionsTopicResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreatePartitionsResponse(r: Reader, v: number): CreatePartitionsResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const results: CreatePartitionsResponseCreatePartitionsTopicResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(5) : r.arrayLength(5);
    for (let i = 0; i < count; i++) results.push(decodeCreatePartitionsResponseCreatePartitionsTopicResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreatePartitionsResponse = { throttleTimeMs, results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreatePartitionsResponseCreatePartitionsTopicResult(m: CreatePartitionsResponseCreatePartitionsTopicResult, v: number): number {
  const flexible = v >= 2;
  let n = 2;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreatePartitionsResponseCreatePartitionsTopicResult(w: Writer, m: CreatePartitionsResponseCreatePartitionsTopicResult, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreatePartitionsResponseCreatePartitionsTopicResult(r: Reader, v: number): CreatePartitionsResponseCreatePartitionsTopicResult {
  const flexible = v >= 2;
  const name = flexible ? r.compactString() : r.string();
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreatePartitionsResponseCreatePartitionsTopicResult = { name, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each topic. */
export const createPartitionsResponse: MessageCodec<CreatePartitionsResponse> = {
  name: 'CreatePartitionsResponse',
  kind: 'response',
  apiKey: 37,
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(createPartitionsResponse, version);
    return sizeCreatePartitionsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(createPartitionsResponse, version);
    encodeCreatePartitionsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(createPartitionsResponse, version);
    return decodeCreatePartitionsResponse(reader, version);
  },
};
