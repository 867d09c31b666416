// Generated from schemas/43-elect-leaders.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Starts leader elections. */
export interface ElectLeadersRequest {
  /** 0 preferred replica, 1 any replica. (v1+) */
  electionType: number;
  /** Partitions to elect leaders for, null for all. */
  topicPartitions: readonly ElectLeadersRequestTopicPartitions[] | null;
  /** Milliseconds that the broker may take. */
  timeoutMs: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createElectLeadersRequest(init: Partial<ElectLeadersRequest> = {}): ElectLeadersRequest {
  const m: ElectLeadersRequest = {
    electionType: init.electionType ?? 0,
    topicPartitions: init.topicPartitions === undefined ? [] : init.topicPartitions,
    timeoutMs: init.timeoutMs ?? 60000,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topicPartitions`. */
export interface ElectLeadersRequestTopicPartitions {
  /** Name of the topic. */
  topic: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createElectLeadersRequestTopicPartitions(init: Partial<ElectLeadersRequestTopicPartitions> = {}): ElectLeadersRequestTopicPartitions {
  const m: ElectLeadersRequestTopicPartitions = {
    topic: init.topic ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeElectLeadersRequest(m: ElectLeadersRequest, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  if (v >= 1) {
    n += 1;
  }
  if (m.topicPartitions === null) n += flexible ? 1 : 4;
  else {
    n += flexible ? sizeOfUvarint(m.topicPartitions.length + 1) : 4;
    for (const e of m.topicPartitions) n += sizeElectLeadersRequestTopicPartitions(e, v);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeElectLeadersRequest(w: Writer, m: ElectLeadersRequest, v: number): void {
  const flexible = v >= 2;
  if (v >= 1) {
    w.int8(m.electionType);
  }
  if (!(v >= 1) && m.electionType !== 0) throw unsupportedField('ElectLeadersRequest', 'electionType', v);
  if (m.topicPartitions === null) {
    if (flexible) w.uvarint(0); else w.int32(-1);
  } else {
    if (flexible) w.compactArrayLength(m.topicPartitions.length); else w.arrayLength(m.topicPartitions.length);
    for (const e of m.topicPartitions) encodeElectLeadersRequestTopicPartitions(w, e, v);
  }
  w.int32(m.timeoutMs);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeElectLeadersRequest(r: Reader, v: number): ElectLeadersRequest {
  const flexible = v >= 2;
  const electionType = v >= 1 ? r.int8() : 0;
  let topicPartitions: readonly ElectLeadersRequestTopicPartitions[] | null = [];
  {
    const count = flexible ? r.compactNullableArrayLength(3) : r.nullableArrayLength(3);
    if (count < 0) {
      topicPartitions = null;
    } else {
      const items: ElectLeadersRequestTopicPartitions[] = [];
      for (let i = 0; i < count; i++) items.push(decodeElectLeadersRequestTopicPartitions(r, v));
      topicPartitions = items;
    }
  }
  const timeoutMs = r.int32();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ElectLeadersRequest = { electionType, topicPartitions, timeoutMs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeElectLeadersRequestTopicPartitions(m: ElectLeadersRequestTopicPartitions, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.topic) : sizeOfString(m.topic);
  n += (flexible ? sizeOfUvarint(m.partitions.length + 1) : 4) + m.partitions.length * 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeElectLeadersRequestTopicPartitions(w: Writer, m: ElectLeadersRequestTopicPartitions, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.topic); else w.string(m.topic);
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeElectLeadersRequestTopicPartitions(r: Reader, v: number): ElectLeadersRequestTopicPartitions {
  const flexible = v >= 2;
  const topic = flexible ? r.compactString() : r.string();
  const partitions: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ElectLeadersRequestTopicPartitions = { topic, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Starts leader elections. */
export const electLeadersRequest: MessageCodec<ElectLeadersRequest> = {
  name: 'ElectLeadersRequest',
  kind: 'request',
  apiKey: 43,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(electLeadersRequest, version);
    return sizeElectLeadersRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(electLeadersRequest, version);
    encodeElectLeadersRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(electLeadersRequest, version);
    return decodeElectLeadersRequest(reader, version);
  },
};

/** Result for each partition. */
export interface ElectLeadersResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. (v1+) */
  errorCode: number;
  /** Result for each topic. */
  replicaElectionResults: readonly ElectLeadersResponseReplicaElectionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createElectLeadersResponse(init: Partial<ElectLeadersResponse> = {}): ElectLeadersResponse {
  const m: ElectLeadersResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    replicaElectionResults: init.replicaElectionResults ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `replicaElectionResults`. */
export interface ElectLeadersResponseReplicaElectionResult {
  /** Name of the topic. */
  topic: string;
  /** Result for each partition. */
  partitionResult: readonly ElectLeadersResponsePartitionResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createElectLeadersResponseReplicaElectionResult(init: Partial<ElectLeadersResponseReplicaElectionResult> = {}): ElectLeadersResponseReplicaElectionResult {
  const m: ElectLeadersResponseReplicaElectionResult = {
    topic: init.topic ?? '',
    partitionResult: init.partitionResult ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitionResult`. */
export interface ElectLeadersResponsePartitionResult {
  /** Number of the partition. */
  partitionId: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createElectLeadersResponsePartitionResult(init: Partial<ElectLeadersResponsePartitionResult> = {}): ElectLeadersResponsePartitionResult {
  const m: ElectLeadersResponsePartitionResult = {
    partitionId: init.partitionId ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeElectLeadersResponse(m: ElectLeadersResponse, v: number): number {
  const flexible = v >= 2;
  let n = 4;
  if (v >= 1) {
    n += 2;
  }
  n += flexible ? sizeOfUvarint(m.replicaElectionResults.length + 1) : 4;
  for (const e of m.replicaElectionResults) n += sizeElectLeadersResponseReplicaElectionResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeElectLeadersResponse(w: Writer, m: ElectLeadersResponse, v: number): void {
  const flexible = v >= 2;
  w.int32(m.throttleTimeMs);
  if (v >= 1) {
    w.int16(m.errorCode);
  }
  if (!(v >= 1) && m.errorCode !== 0) throw unsupportedField('ElectLeadersResponse', 'errorCode', v);
  if (flexible) w.compactArrayLength(m.replicaElectionResults.length); else w.arrayLength(m.replicaElectionResults.length);
  for (const e of m.replicaElectionResults) encodeElectLeadersResponseReplicaElectionResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeElectLeadersResponse(r: Reader, v: number): ElectLeadersResponse {
  const flexible = v >= 2;
  const throttleTimeMs = r.int32();
  const errorCode = v >= 1 ? r.int16() : 0;
  const replicaElectionResults: ElectLeadersResponseReplicaElectionResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) replicaElectionResults.push(decodeElectLeadersResponseReplicaElectionResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ElectLeadersResponse = { throttleTimeMs, errorCode, replicaElectionResults };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeElectLeadersResponseReplicaElectionResult(m: ElectLeadersResponseReplicaElectionResult, v: number): number {
  const flexible = v >= 2;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.topic) : sizeOfString(m.topic);
  n += flexible ? sizeOfUvarint(m.partitionResult.length + 1) : 4;
  for (const e of m.partitionResult) n += sizeElectLeadersResponsePartitionResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeElectLeadersResponseReplicaElectionResult(w: Writer, m: ElectLeadersResponseReplicaElectionResult, v: number): void {
  const flexible = v >= 2;
  if (flexible) w.compactString(m.topic); else w.string(m.topic);
  if (flexible) w.compactArrayLength(m.partitionResult.length); else w.arrayLength(m.partitionResult.length);
  for (const e of m.partitionResult) encodeElectLeadersResponsePartitionResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeElectLeadersResponseReplicaElectionResult(r: Reader, v: number): ElectLeadersResponseReplicaElectionResult {
  const flexible = v >= 2;
  const topic = flexible ? r.compactString() : r.string();
  const partitionResult: ElectLeadersResponsePartitionResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(8) : r.arrayLength(8);
    for (let i = 0; i < count; i++) partitionResult.push(decodeElectLeadersResponsePartitionResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ElectLeadersResponseReplicaElectionResult = { topic, partitionResult };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeElectLeadersResponsePartitionResult(m: ElectLeadersResponsePartitionResult, v: number): number {
  const flexible = v >= 2;
  let n = 6;
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeElectLeadersResponsePartitionResult(w: Writer, m: ElectLeadersResponsePartitionResult, v: number): void {
  const flexible = v >= 2;
  w.int32(m.partitionId);
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeElectLeadersResponsePartitionResult(r: Reader, v: number): ElectLeadersResponsePartitionResult {
  const flexible = v >= 2;
  const partitionId = r.int32();
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ElectLeadersResponsePartitionResult = { partitionId, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const electLeadersResponse: MessageCodec<ElectLeadersResponse> = {
  name: 'ElectLeadersResponse',
  kind: 'response',
  apiKey: 43,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(electLeadersResponse, version);
    return sizeElectLeadersResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(electLeadersResponse, version);
    encodeElectLeadersResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(electLeadersResponse, version);
    return decodeElectLeadersResponse(reader, version);
  },
};
