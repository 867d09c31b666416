// Generated from schemas/55-describe-quorum.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for the state of the metadata quorum. */
export interface DescribeQuorumRequest {
  /** Topics concerned. */
  topics: readonly DescribeQuorumRequestTopicData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeQuorumRequest(init: Partial<DescribeQuorumRequest> = {}): DescribeQuorumRequest {
  const m: DescribeQuorumRequest = {
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeQuorumRequestTopicData {
  /** Name of the topic. */
  topicName: string;
  /** Partitions of this topic. */
  partitions: readonly DescribeQuorumRequestPartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeQuorumRequestTopicData(init: Partial<DescribeQuorumRequestTopicData> = {}): DescribeQuorumRequestTopicData {
  const m: DescribeQuorumRequestTopicData = {
    topicName: init.topicName ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DescribeQuorumRequestPartitionData {
  /** Number of the partition. */
  partitionIndex: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeQuorumRequestPartitionData(init: Partial<DescribeQuorumRequestPartitionData> = {}): DescribeQuorumRequestPartitionData {
  const m: DescribeQuorumRequestPartitionData = {
    partitionIndex: init.partitionIndex ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeQuorumRequest(m: DescribeQuorumRequest, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDescribeQuorumRequestTopicData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeQuorumRequest(w: Writer, m: DescribeQuorumRequest, v: number): void {
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDescribeQuorumRequestTopicData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeQuorumRequest(r: Reader, v: number): DescribeQuorumRequest {
  const topics: DescribeQuorumRequestTopicData[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeDescribeQuorumRequestTopicData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeQuorumRequest = { topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeQuorumRequestTopicData(m: DescribeQuorumRequestTopicData, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeDescribeQuorumRequestPartitionData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeQuorumRequestTopicData(w: Writer, m: DescribeQuorumRequestTopicData, v: number): void {
  w.compactString(m.topicName);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDescribeQuorumRequestPartitionData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeQuorumRequestTopicData(r: Reader, v: number): DescribeQuorumRequestTopicData {
  const topicName = r.compactString();
  const partitions: DescribeQuorumRequestPartitionData[] = [];
  {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) partitions.push(decodeDescribeQuorumRequestPartitionData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeQuorumRequestTopicData = { topicName, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeQuorumRequestPartitionData(m: DescribeQuorumRequestPartitionData, v: number): number {
  let n = 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeQuorumRequestPartitionData(w: Writer, m: DescribeQuorumRequestPartitionData, v: number): void {
  w.int32(m.partitionIndex);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeQuorumRequestPartitionData(r: Reader, v: number): DescribeQuorumRequestPartitionData {
  const partitionIndex = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeQuorumRequestPartitionData = { partitionIndex };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for the state of the metadata quorum. */
export const describeQuorumRequest: MessageCodec<DescribeQuorumRequest> = {
  name: 'DescribeQuorumRequest',
  kind: 'request',
  apiKey: 55,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeQuorumRequest, version);
    return sizeDescribeQuorumRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeQuorumRequest, version);
    encodeDescribeQuorumRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeQuorumRequest, version);
    return decodeDescribeQuorumRequest(reader, version);
  },
};

/** Leader, voters and observers of the quorum. */
export interface DescribeQuorumResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. (v2+) */
  errorMessage: string | null;
  /** Topics concerned. */
  topics: readonly DescribeQuorumResponseTopicData[];
  /** Addresses of the voters. (v2+) */
  nodes: readonly DescribeQuorumResponseNode[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeQuorumResponse(init: Partial<DescribeQuorumResponse> = {}): DescribeQuorumResponse {
  const m: DescribeQuorumResponse = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    topics: init.topics ?? [],
    nodes: init.nodes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface DescribeQuorumResponseTopicData {
  /** Name of the topic. */
  topicName: string;
  /** Partitions of this topic. */
  partitions: readonly DescribeQuorumResponsePartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeQuorumResponseTopicData(init: Partial<DescribeQuorumResponseTopicData> = {}): DescribeQuorumResponseTopicData {
  const m: DescribeQuorumResponseTopicData = {
    topicName: init.topicName ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `nodes`. */
export interface DescribeQuorumResponseNode {
  /** Id of the node. (v2+) */
  nodeId: number;
  /** Addresses by listener name. (v2+) */
  listeners: readonly DescribeQuorumResponseListener[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeQuorumResponseNode(init: Partial<DescribeQuorumResponseNode> = {}): DescribeQuorumResponseNode {
  const m: DescribeQuorumResponseNode = {
    nodeId: init.nodeId ?? 0,
    listeners: init.listeners ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface DescribeQuorumResponsePartitionData {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. (v2+) */
  errorMessage: string | null;
  /** Node that leads, -1 when none does. */
  leaderId: number;
  /** Leader epoch, -1 when unknown. */
  leaderEpoch: number;
  /** Offset behind the last record that consumers may see. */
  highWatermark: bigint;
  /** Replicas that vote. */
  currentVoters: readonly DescribeQuorumResponseReplicaState[];
  /** Replicas that only follow. */
  observers: readonly DescribeQuorumResponseReplicaState[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeQuorumResponsePartitionData(init: Partial<DescribeQuorumResponsePartitionData> = {}): DescribeQuorumResponsePartitionData {
  const m: DescribeQuorumResponsePartitionData = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    leaderId: init.leaderId ?? 0,
    leaderEpoch: init.leaderEpoch ?? 0,
    highWatermark: init.highWatermark ?? 0n,
    currentVoters: init.currentVoters ?? [],
    observers: init.observers ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `listeners`. */
export interface DescribeQuorumResponseListener {
  /** Name of the listener. (v2+) */
  name: string;
  /** Host name or address. (v2+) */
  host: string;
  /** TCP port. (v2+) */
  port: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeQuorumResponseListener(init: Partial<DescribeQuorumResponseListener> = {}): DescribeQuorumResponseListener {
  const m: DescribeQuorumResponseListener = {
    name: init.name ?? '',
    host: init.host ?? '',
    port: init.port ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Where one replica stands. */
export interface DescribeQuorumResponseReplicaState {
  /** Id of the replica. */
  replicaId: number;
  /** Directory id of the replica. (v2+) */
  replicaDirectoryId: string;
  /** Offset behind the last record, -1 when unknown. */
  logEndOffset: bigint;
  /** When the leader last heard of the replica, -1 when unknown. (v1+) */
  lastFetchTimestamp: bigint;
  /** When the replica last had everything, -1 when unknown. (v1+) */
  lastCaughtUpTimestamp: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeQuorumResponseReplicaState(init: Partial<DescribeQuorumResponseReplicaState> = {}): DescribeQuorumResponseReplicaState {
  const m: DescribeQuorumResponseReplicaState = {
    replicaId: init.replicaId ?? 0,
    replicaDirectoryId: init.replicaDirectoryId ?? ZERO_UUID,
    logEndOffset: init.logEndOffset ?? 0n,
    lastFetchTimestamp: init.lastFetchTimestamp ?? -1n,
    lastCaughtUpTimestamp: init.lastCaughtUpTimestamp ?? -1n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeQuorumResponse(m: DescribeQuorumResponse, v: number): number {
  let n = 2;
  if (v >= 2) {
    n += sizeOfCompactNullableString(m.errorMessage);
  }
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeDescribeQuorumResponseTopicData(e, v);
  if (v >= 2) {
    n += sizeOfUvarint(m.nodes.length + 1);
    for (const e of m.nodes) n += sizeDescribeQuorumResponseNode(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeQuorumResponse(w: Writer, m: DescribeQuorumResponse, v: number): void {
  w.int16(m.errorCode);
  if (v >= 2) {
    w.compactNullableString(m.errorMessage);
  }
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeDescribeQuorumResponseTopicData(w, e, v);
  if (v >= 2) {
    w.compactArrayLength(m.nodes.length);
    for (const e of m.nodes) encodeDescribeQuorumResponseNode(w, e, v);
  }
  if (!(v >= 2) && m.nodes.length !== 0) throw unsupportedField('DescribeQuorumResponse', 'nodes', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeQuorumResponse(r: Reader, v: number): DescribeQuorumResponse {
  const errorCode = r.int16();
  const errorMessage = v >= 2 ? r.compactNullableString() : '';
  const topics: DescribeQuorumResponseTopicData[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeDescribeQuorumResponseTopicData(r, v));
  }
  const nodes: DescribeQuorumResponseNode[] = [];
  if (v >= 2) {
    const count = r.compactArrayLength(6);
    for (let i = 0; i < count; i++) nodes.push(decodeDescribeQuorumResponseNode(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeQuorumResponse = { errorCode, errorMessage, topics, nodes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeQuorumResponseTopicData(m: DescribeQuorumResponseTopicData, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeDescribeQuorumResponsePartitionData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeQuorumResponseTopicData(w: Writer, m: DescribeQuorumResponseTopicData, v: number): void {
  w.compactString(m.topicName);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeDescribeQuorumResponsePartitionData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeQuorumResponseTopicData(r: Reader, v: number): DescribeQuorumResponseTopicData {
  const topicName = r.compactString();
  const partitions: DescribeQuorumResponsePartitionData[] = [];
  {
    const count = r.compactArrayLength(25);
    for (let i = 0; i < count; i++) partitions.push(decodeDescribeQuorumResponsePartitionData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeQuorumResponseTopicData = { topicName, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeQuorumResponseNode(m: DescribeQuorumResponseNode, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.listeners.length + 1);
  for (const e of m.listeners) n += sizeDescribeQuorumResponseListener(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeQuorumResponseNode(w: Writer, m: DescribeQuorumResponseNode, v: number): void {
  w.int32(m.nodeId);
  w.compactArrayLength(m.listeners.length);
  for (const e of m.listeners) encodeDescribeQuorumResponseListener(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeQuorumResponseNode(r: Reader, v: number): DescribeQuorumResponseNode {
  const nodeId = r.int32();
  const listeners: DescribeQuorumResponseListener[] = [];
  {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) listeners.push(decodeDescribeQuorumResponseListener(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeQuorumResponseNode = { nodeId, listeners };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeQuorumResponsePartitionData(m: DescribeQuorumResponsePartitionData, v: number): number {
  let n = 22;
  if (v >= 2) {
    n += sizeOfCompactNullableString(m.errorMessage);
  }
  n += sizeOfUvarint(m.currentVoters.length + 1);
  for (const e of m.currentVoters) n += sizeDescribeQuorumResponseReplicaState(e, v);
  n += sizeOfUvarint(m.observers.length + 1);
  for (const e of m.observers) n += sizeDescribeQuorumResponseReplicaState(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeQuorumResponsePartitionData(w: Writer, m: DescribeQuorumResponsePartitionData, v: number): void {
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  if (v >= 2) {
    w.compactNullableString(m.errorMessage);
  }
  w.int32(m.leaderId);
  w.int32(m.leaderEpoch);
  w.int64(m.highWatermark);
  w.compactArrayLength(m.currentVoters.length);
  for (const e of m.currentVoters) encodeDescribeQuorumResponseReplicaState(w, e, v);
  w.compactArrayLength(m.observers.length);
  for (const e of m.observers) encodeDescribeQuorumResponseReplicaState(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeQuorumResponsePartitionData(r: Reader, v: number): DescribeQuorumResponsePartitionData {
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const errorMessage = v >= 2 ? r.compactNullableString() : '';
  const leaderId = r.int32();
  const leaderEpoch = r.int32();
  const highWatermark = r.int64();
  const currentVoters: DescribeQuorumResponseReplicaState[] = [];
  {
    const count = r.compactArrayLength(13);
    for (let i = 0; i < count; i++) currentVoters.push(decodeDescribeQuorumResponseReplicaState(r, v));
  }
  const observers: DescribeQuorumResponseReplicaState[] = [];
  {
    const count = r.compactArrayLength(13);
    for (let i = 0; i < count; i++) observers.push(decodeDescribeQuorumResponseReplicaState(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeQuorumResponsePartitionData = { partitionIndex, errorCode, errorMessage, leaderId, leaderEpoch, highWatermark, currentVoters, observers };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeQuorumResponseListener(m: DescribeQuorumResponseListener, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.name);
  n += sizeOfCompactString(m.host);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeQuorumResponseListener(w: Writer, m: DescribeQuorumResponseListener, v: number): void {
  w.compactString(m.name);
  w.compactString(m.host);
  w.uint16(m.port);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeQuorumResponseListener(r: Reader, v: number): DescribeQuorumResponseListener {
  const name = r.compactString();
  const host = r.compactString();
  const port = r.uint16();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeQuorumResponseListener = { name, host, port };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeQuorumResponseReplicaState(m: DescribeQuorumResponseReplicaState, v: number): number {
  let n = 12;
  if (v >= 2) {
    n += 16;
  }
  if (v >= 1) {
    n += 8;
    n += 8;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeQuorumResponseReplicaState(w: Writer, m: DescribeQuorumResponseReplicaState, v: number): void {
  w.int32(m.replicaId);
  if (v >= 2) {
    w.uuid(m.replicaDirectoryId);
  }
  if (!(v >= 2) && m.replicaDirectoryId !== ZERO_UUID) throw unsupportedField('DescribeQuorumResponseReplicaState', 'replicaDirectoryId', v);
  w.int64(m.logEndOffset);
  if (v >= 1) {
    w.int64(m.lastFetchTimestamp);
    w.int64(m.lastCaughtUpTimestamp);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeQuorumResponseReplicaState(r: Reader, v: number): DescribeQuorumResponseReplicaState {
  const replicaId = r.int32();
  const replicaDirectoryId = v >= 2 ? r.uuid() : ZERO_UUID;
  const logEndOffset = r.int64();
  const lastFetchTimestamp = v >= 1 ? r.int64() : -1n;
  const lastCaughtUpTimestamp = v >= 1 ? r.int64() : -1n;
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeQuorumResponseReplicaState = { replicaId, replicaDirectoryId, logEndOffset, lastFetchTimestamp, lastCaughtUpTimestamp };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Leader, voters and observers of the quorum. */
export const describeQuorumResponse: MessageCodec<DescribeQuorumResponse> = {
  name: 'DescribeQuorumResponse',
  kind: 'response',
  apiKey: 55,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeQuorumResponse, version);
    return sizeDescribeQuorumResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeQuorumResponse, version);
    encodeDescribeQuorumResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeQuorumResponse, version);
    return decodeDescribeQuorumResponse(reader, version);
  },
};
