// Generated from schemas/03-metadata.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { nullField, unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks which topics and partitions exist and who leads them. */
export interface MetadataRequest {
  /** Topics asked for; null (v0: none) for all. (null in v1+) */
  topics: readonly MetadataRequestTopic[] | null;
  /** Create missing topics if the broker is set up for that. (v4+) */
  allowAutoTopicCreation: boolean;
  /** Also say which operations the caller may do on the cluster. (v8-10) */
  includeClusterAuthorizedOperations: boolean;
  /** Also say which operations the caller may do on each topic. (v8+) */
  includeTopicAuthorizedOperations: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createMetadataRequest(init: Partial<MetadataRequest> = {}): MetadataRequest {
  const m: MetadataRequest = {
    topics: init.topics === undefined ? [] : init.topics,
    allowAutoTopicCreation: init.allowAutoTopicCreation ?? true,
    includeClusterAuthorizedOperations: init.includeClusterAuthorizedOperations ?? false,
    includeTopicAuthorizedOperations: init.includeTopicAuthorizedOperations ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface MetadataRequestTopic {
  /** Id of the topic. (v10+) */
  topicId: string;
  /** Name of the topic, null when its id is given. (null in v10+) */
  name: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createMetadataRequestTopic(init: Partial<MetadataRequestTopic> = {}): MetadataRequestTopic {
  const m: MetadataRequestTopic = {
    topicId: init.topicId ?? ZERO_UUID,
    name: init.name === undefined ? '' : init.name,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeMetadataRequest(m: MetadataRequest, v: number): number {
  const flexible = v >= 9;
  let n = 0;
  if (m.topics === null) n += flexible ? 1 : 4;
  else {
    n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
    for (const e of m.topics) n += sizeMetadataRequestTopic(e, v);
  }
  if (v >= 4) {
    n += 1;
  }
  if (v >= 8 && v <= 10) {
    n += 1;
  }
  if (v >= 8) {
    n += 1;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeMetadataRequest(w: Writer, m: MetadataRequest, v: number): void {
  const flexible = v >= 9;
  if (m.topics === null && !(v >= 1)) throw nullField('MetadataRequest', 'topics', v);
  if (m.topics === null) {
    if (flexible) w.uvarint(0); else w.int32(-1);
  } else {
    if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
    for (const e of m.topics) encodeMetadataRequestTopic(w, e, v);
  }
  if (v >= 4) {
    w.boolean(m.allowAutoTopicCreation);
  }
  if (!(v >= 4) && m.allowAutoTopicCreation !== true) throw unsupportedField('MetadataRequest', 'allowAutoTopicCreation', v);
  if (v >= 8 && v <= 10) {
    w.boolean(m.includeClusterAuthorizedOperations);
  }
  if (!(v >= 8 && v <= 10) && m.includeClusterAuthorizedOperations !== false) throw unsupportedField('MetadataRequest', 'includeClusterAuthorizedOperations', v);
  if (v >= 8) {
    w.boolean(m.includeTopicAuthorizedOperations);
  }
  if (!(v >= 8) && m.includeTopicAuthorizedOperations !== false) throw unsupportedField('MetadataRequest', 'includeTopicAuthorizedOperations', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeMetadataRequest(r: Reader, v: number): MetadataRequest {
  const flexible = v >= 9;
  let topics: readonly MetadataRequestTopic[] | null = [];
  {
    const count = flexible ? r.compactNullableArrayLength(2) : r.nullableArrayLength(2);
    if (count < 0) {
      if (!(v >= 1)) throw nullField('MetadataRequest', 'topics', v);
      topics = null;
    } else {
      const items: MetadataRequestTopic[] = [];
      for (let i = 0; i < count; i++) items.push(decodeMetadataRequestTopic(r, v));
      topics = items;
    }
  }
  const allowAutoTopicCreation = v >= 4 ? r.boolean() : true;
  const includeClusterAuthorizedOperations = v >= 8 && v <= 10 ? r.boolean() : false;
  const includeTopicAuthorizedOperations = v >= 8 ? r.boolean() : false;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: MetadataRequest = { topics, allowAutoTopicCreation, includeClusterAuthorizedOperations, includeTopicAuthorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeMetadataRequestTopic(m: MetadataRequestTopic, v: number): number {
  const flexible = v >= 9;
  let n = 0;
  if (v >= 10) {
    n += 16;
  }
  n += flexible ? sizeOfCompactNullableString(m.name) : sizeOfNullableString(m.name);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeMetadataRequestTopic(w: Writer, m: MetadataRequestTopic, v: number): void {
  const flexible = v >= 9;
  if (v >= 10) {
    w.uuid(m.topicId);
  }
  if (m.name === null && !(v >= 10)) throw nullField('MetadataRequestTopic', 'name', v);
  if (flexible) w.compactNullableString(m.name); else w.nullableString(m.name);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeMetadataRequestTopic(r: Reader, v: number): MetadataRequestTopic {
  const flexible = v >= 9;
  const topicId = v >= 10 ? r.uuid() : ZERO_UUID;
  let name: string | null = '';
  name = flexible ? r.compactNullableString() : r.nullableString();
  if (name === null && !(v >= 10)) throw nullField('MetadataRequestTopic', 'name', v);
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: MetadataRequestTopic = { topicId, name };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks which topics and partitions exist and who leads them. */
export const metadataRequest: MessageCodec<MetadataRequest> = {
  name: 'MetadataRequest',
  kind: 'request',
  apiKey: 3,
  minVersion: 0,
  maxVersion: 13,
  flexibleFrom: 9,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(metadataRequest, version);
    return sizeMetadataRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(metadataRequest, version);
    encodeMetadataRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(metadataRequest, version);
    return decodeMetadataRequest(reader, version);
  },
};

/** Brokers, topics, partitions and leaders as this broker knows them. */
export interface MetadataResponse {
  /** Milliseconds for which the client should hold back because of a quota. (v3+) */
  throttleTimeMs: number;
  /** Live brokers. */
  brokers: readonly MetadataResponseBroker[];
  /** Id of the cluster. (v2+) */
  clusterId: string | null;
  /** Broker that acts as controller, -1 when unknown. (v1+) */
  controllerId: number;
  /** Topics concerned. */
  topics: readonly MetadataResponseTopic[];
  /** Bits of the operations that the caller may do on the cluster; the lowest number when not asked for. (v8-10) */
  clusterAuthorizedOperations: number;
  /** What went wrong, or 0. (v13+) */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createMetadataResponse(init: Partial<MetadataResponse> = {}): MetadataResponse {
  const m: MetadataResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    brokers: init.brokers ?? [],
    clusterId: init.clusterId ?? null,
    controllerId: init.controllerId ?? -1,
    topics: init.topics ?? [],
    clusterAuthorizedOperations: init.clusterAuthorizedOperations ?? -2147483648,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `brokers`. */
export interface MetadataResponseBroker {
  /** Id of the broker. */
  nodeId: number;
  /** Host name or address. */
  host: string;
  /** TCP port. */
  port: number;
  /** Rack, or null when none is configured. (v1+) */
  rack: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createMetadataResponseBroker(init: Partial<MetadataResponseBroker> = {}): MetadataResponseBroker {
  const m: MetadataResponseBroker = {
    nodeId: init.nodeId ?? 0,
    host: init.host ?? '',
    port: init.port ?? 0,
    rack: init.rack ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface MetadataResponseTopic {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Name of the topic, null when its id is unknown. (null in v12+) */
  name: string | null;
  /** Id of the topic. (v10+) */
  topicId: string;
  /** Whether the topic is the broker's own. (v1+) */
  isInternal: boolean;
  /** Partitions of this topic. */
  partitions: readonly MetadataResponsePartition[];
  /** Bits of the operations that the caller may do on the topic; the lowest number when not asked for. (v8+) */
  topicAuthorizedOperations: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createMetadataResponseTopic(init: Partial<MetadataResponseTopic> = {}): MetadataResponseTopic {
  const m: MetadataResponseTopic = {
    errorCode: init.errorCode ?? 0,
    name: init.name === undefined ? '' : init.name,
    topicId: init.topicId ?? ZERO_UUID,
    isInternal: init.isInternal ?? false,
    partitions: init.partitions ?? [],
    topicAuthorizedOperations: init.topicAuthorizedOperations ?? -2147483648,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface MetadataResponsePartition {
  /** What went wrong, or 0. */
  errorCode: number;
  /** Number of the partition. */
  partitionIndex: number;
  /** Broker that leads the partition, -1 when none does. */
  leaderId: number;
  /** Leader epoch, -1 when unknown. (v7+) */
  leaderEpoch: number;
  /** Brokers that hold a replica. */
  replicaNodes: readonly number[];
  /** Brokers whose replicas are in sync. */
  isrNodes: readonly number[];
  /** Replicas on brokers that are away. (v5+) */
  offlineReplicas: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createMetadataResponsePartition(init: Partial<MetadataResponsePartition> = {}): MetadataResponsePartition {
  const m: MetadataResponsePartition = {
    errorCode: init.errorCode ?? 0,
    partitionIndex: init.partitionIndex ?? 0,
    leaderId: init.leaderId ?? 0,
    leaderEpoch: init.leaderEpoch ?? -1,
    replicaNodes: init.replicaNodes ?? [],
    isrNodes: init.isrNodes ?? [],
    offlineReplicas: init.offlineReplicas ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeMetadataResponse(m: MetadataResponse, v: number): number {
  const flexible = v >= 9;
  let n = 0;
  if (v >= 3) {
    n += 4;
  }
  n += flexible ? sizeOfUvarint(m.brokers.length + 1) : 4;
  for (const e of m.brokers) n += sizeMetadataResponseBroker(e, v);
  if (v >= 2) {
    n += flexible ? sizeOfCompactNullableString(m.clusterId) : sizeOfNullableString(m.clusterId);
  }
  if (v >= 1) {
    n += 4;
  }
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeMetadataResponseTopic(e, v);
  if (v >= 8 && v <= 10) {
    n += 4;
  }
  if (v >= 13) {
    n += 2;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeMetadataResponse(w: Writer, m: MetadataResponse, v: number): void {
  const flexible = v >= 9;
  if (v >= 3) {
    w.int32(m.throttleTimeMs);
  }
  if (flexible) w.compactArrayLength(m.brokers.length); else w.arrayLength(m.brokers.length);
  for (const e of m.brokers) encodeMetadataResponseBroker(w, e, v);
  if (v >= 2) {
    if (flexible) w.compactNullableString(m.clusterId); else w.nullableString(m.clusterId);
  }
  if (v >= 1) {
    w.int32(m.controllerId);
  }
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeMetadataResponseTopic(w, e, v);
  if (v >= 8 && v <= 10) {
    w.int32(m.clusterAuthorizedOperations);
  }
  if (!(v >= 8 && v <= 10) && m.clusterAuthorizedOperations !== -2147483648) throw unsupportedField('MetadataResponse', 'clusterAuthorizedOperations', v);
  if (v >= 13) {
    w.int16(m.errorCode);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeMetadataResponse(r: Reader, v: number): MetadataResponse {
  const flexible = v >= 9;
  const throttleTimeMs = v >= 3 ? r.int32() : 0;
  const brokers: MetadataResponseBroker[] = [];
  {
    const count = flexible ? r.compactArrayLength(10) : r.arrayLength(10);
    for (let i = 0; i < count; i++) brokers.push(decodeMetadataResponseBroker(r, v));
  }
  const clusterId = v >= 2 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  const controllerId = v >= 1 ? r.int32() : -1;
  const topics: MetadataResponseTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(8) : r.arrayLength(8);
    for (let i = 0; i < count; i++) topics.push(decodeMetadataResponseTopic(r, v));
  }
  const clusterAuthorizedOperations = v >= 8 && v <= 10 ? r.int32() : -2147483648;
  const errorCode = v >= 13 ? r.int16() : 0;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: MetadataResponse = { throttleTimeMs, brokers, clusterId, controllerId, topics, clusterAuthorizedOperations, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeMetadataResponseBroker(m: MetadataResponseBroker, v: number): number {
  const flexible = v >= 9;
  let n = 8;
  n += flexible ? sizeOfCompactString(m.host) : sizeOfString(m.host);
  if (v >= 1) {
    n += flexible ? sizeOfCompactNullableString(m.rack) : sizeOfNullableString(m.rack);
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeMetadataResponseBroker(w: Writer, m: MetadataResponseBroker, v: number): void {
  const flexible = v >= 9;
  w.int32(m.nodeId);
  if (flexible) w.compactString(m.host); else w.string(m.host);
  w.int32(m.port);
  if (v >= 1) {
    if (flexible) w.compactNullableString(m.rack); else w.nullableString(m.rack);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeMetadataResponseBroker(r: Reader, v: number): MetadataResponseBroker {
  const flexible = v >= 9;
  const nodeId = r.int32();
  const host = flexible ? r.compactString() : r.string();
  const port = r.int32();
  const rack = v >= 1 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: MetadataResponseBroker = { nodeId, host, port, rack };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeMetadataResponseTopic(m: MetadataResponseTopic, v: number): number {
  const flexible = v >= 9;
  let n = 2;
  n += flexible ? sizeOfCompactNullableString(m.name) : sizeOfNullableString(m.name);
  if (v >= 10) {
    n += 16;
  }
  if (v >= 1) {
    n += 1;
  }
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeMetadataResponsePartition(e, v);
  if (v >= 8) {
    n += 4;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeMetadataResponseTopic(w: Writer, m: MetadataResponseTopic, v: number): void {
  const flexible = v >= 9;
  w.int16(m.errorCode);
  if (m.name === null && !(v >= 12)) throw nullField('MetadataResponseTopic', 'name', v);
  if (flexible) w.compactNullableString(m.name); else w.nullableString(m.name);
  if (v >= 10) {
    w.uuid(m.topicId);
  }
  if (v >= 1) {
    w.boolean(m.isInternal);
  }
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeMetadataResponsePartition(w, e, v);
  if (v >= 8) {
    w.int32(m.topicAuthorizedOperations);
  }
  if (!(v >= 8) && m.topicAuthorizedOperations !== -2147483648) throw unsupportedField('MetadataResponseTopic', 'topicAuthorizedOperations', v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeMetadataResponseTopic(r: Reader, v: number): MetadataResponseTopic {
  const flexible = v >= 9;
  const errorCode = r.int16();
  let name: string | null = '';
  name = flexible ? r.compactNullableString() : r.nullableString();
  if (name === null && !(v >= 12)) throw nullField('MetadataResponseTopic', 'name', v);
  const topicId = v >= 10 ? r.uuid() : ZERO_UUID;
  const isInternal = v >= 1 ? r.boolean() : false;
  const partitions: MetadataResponsePartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(18) : r.arrayLength(18);
    for (let i = 0; i < count; i++) partitions.push(decodeMetadataResponsePartition(r, v));
  }
  const topicAuthorizedOperations = v >= 8 ? r.int32() : -2147483648;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: MetadataResponseTopic = { errorCode, name, topicId, isInternal, partitions, topicAuthorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeMetadataResponsePartition(m: MetadataResponsePartition, v: number): number {
  const flexible = v >= 9;
  let n = 10;
  if (v >= 7) {
    n += 4;
  }
  n += (flexible ? sizeOfUvarint(m.replicaNodes.length + 1) : 4) + m.replicaNodes.length * 4;
  n += (flexible ? sizeOfUvarint(m.isrNodes.length + 1) : 4) + m.isrNodes.length * 4;
  if (v >= 5) {
    n += (flexible ? sizeOfUvarint(m.offlineReplicas.length + 1) : 4) + m.offlineReplicas.length * 4;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeMetadataResponsePartition(w: Writer, m: MetadataResponsePartition, v: number): void {
  const flexible = v >= 9;
  w.int16(m.errorCode);
  w.int32(m.partitionIndex);
  w.int32(m.leaderId);
  if (v >= 7) {
    w.int32(m.leaderEpoch);
  }
  if (flexible) w.compactArrayLength(m.replicaNodes.length); else w.arrayLength(m.replicaNodes.length);
  for (const e of m.replicaNodes) w.int32(e);
  if (flexible) w.compactArrayLength(m.isrNodes.length); else w.arrayLength(m.isrNodes.length);
  for (const e of m.isrNodes) w.int32(e);
  if (v >= 5) {
    if (flexible) w.compactArrayLength(m.offlineReplicas.length); else w.arrayLength(m.offlineReplicas.length);
    for (const e of m.offlineReplicas) w.int32(e);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeMetadataResponsePartition(r: Reader, v: number): MetadataResponsePartition {
  const flexible = v >= 9;
  const errorCode = r.int16();
  const partitionIndex = r.int32();
  const leaderId = r.int32();
  const leaderEpoch = v >= 7 ? r.int32() : -1;
  const replicaNodes: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) replicaNodes.push(r.int32());
  }
  const isrNodes: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) isrNodes.push(r.int32());
  }
  const offlineReplicas: number[] = [];
  if (v >= 5) {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) offlineReplicas.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: MetadataResponsePartition = { errorCode, partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Brokers, topics, partitions and leaders as this broker knows them. */
export const metadataResponse: MessageCodec<MetadataResponse> = {
  name: 'MetadataResponse',
  kind: 'response',
  apiKey: 3,
  minVersion: 0,
  maxVersion: 13,
  flexibleFrom: 9,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(metadataResponse, version);
    return sizeMetadataResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(metadataResponse, version);
    encodeMetadataResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(metadataResponse, version);
    return decodeMetadataResponse(reader, version);
  },
};
