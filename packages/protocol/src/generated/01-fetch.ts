// Generated from schemas/01-fetch.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, RecordsField, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { outOfLineBytes, sizeOfCompactNullableString, sizeOfCompactRecords, sizeOfCompactString, sizeOfRawTags, sizeOfRecords, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks partition leaders for record batches, or to wait until there are some. */
export interface FetchRequest {
  /** Id of the cluster. (v12+, tag 0) */
  clusterId: string | null;
  /** Broker that follows this partition, -1 for a consumer. (v4-14) */
  replicaId: number;
  /** Who fetches, in place of replicaId. (v15+, tag 1) */
  replicaState: FetchRequestReplicaState;
  /** Milliseconds to wait for minBytes. */
  maxWaitMs: number;
  /** Answer as soon as this many bytes are there. */
  minBytes: number;
  /** Upper bound of the record bytes in the response; a first batch may exceed it. */
  maxBytes: number;
  /** 0 reads everything up to the high watermark, 1 only what is committed. */
  isolationLevel: number;
  /** Fetch session, 0 for none. (v7+) */
  sessionId: number;
  /** Position in the fetch session; 0 opens one, -1 means none. (v7+) */
  sessionEpoch: number;
  /** Partitions to fetch; in a session, those that changed. */
  topics: readonly FetchRequestFetchTopic[];
  /** Partitions to drop from the session. (v7+) */
  forgottenTopicsData: readonly FetchRequestForgottenTopic[];
  /** Rack of the consumer, to find a near replica. (v11+) */
  rackId: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchRequest(init: Partial<FetchRequest> = {}): FetchRequest {
  const m: FetchRequest = {
    clusterId: init.clusterId ?? null,
    replicaId: init.replicaId ?? -1,
    replicaState: init.replicaState ?? createFetchRequestReplicaState(),
    maxWaitMs: init.maxWaitMs ?? 0,
    minBytes: init.minBytes ?? 0,
    maxBytes: init.maxBytes ?? 2147483647,
    isolationLevel: init.isolationLevel ?? 0,
    sessionId: init.sessionId ?? 0,
    sessionEpoch: init.sessionEpoch ?? -1,
    topics: init.topics ?? [],
    forgottenTopicsData: init.forgottenTopicsData ?? [],
    rackId: init.rackId ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Who fetches, in place of replicaId. */
export interface FetchRequestReplicaState {
  /** Broker that follows, -1 for a consumer. (v15+) */
  replicaId: number;
  /** Epoch of the broker that follows. (v15+) */
  replicaEpoch: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchRequestReplicaState(init: Partial<FetchRequestReplicaState> = {}): FetchRequestReplicaState {
  const m: FetchRequestReplicaState = {
    replicaId: init.replicaId ?? -1,
    replicaEpoch: init.replicaEpoch ?? -1n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function isDefaultFetchRequestReplicaState(m: FetchRequestReplicaState): boolean {
  return !((m.replicaId !== -1) || (m.replicaEpoch !== -1n) || (m.unknownTaggedFields !== undefined));
}

/** Entry of `topics`. */
export interface FetchRequestFetchTopic {
  /** Name of the topic. (v4-12) */
  topic: string;
  /** Id of the topic. (v13+) */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly FetchRequestFetchPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchRequestFetchTopic(init: Partial<FetchRequestFetchTopic> = {}): FetchRequestFetchTopic {
  const m: FetchRequestFetchTopic = {
    topic: init.topic ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `forgottenTopicsData`. */
export interface FetchRequestForgottenTopic {
  /** Name of the topic. (v7-12) */
  topic: string;
  /** Id of the topic. (v13+) */
  topicId: string;
  /** Numbers of the partitions to drop. (v7+) */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchRequestForgottenTopic(init: Partial<FetchRequestForgottenTopic> = {}): FetchRequestForgottenTopic {
  const m: FetchRequestForgottenTopic = {
    topic: init.topic ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface FetchRequestFetchPartition {
  /** Number of the partition. */
  partition: number;
  /** Leader epoch that the client knows, -1 for no check. (v9+) */
  currentLeaderEpoch: number;
  /** Offset to read from. */
  fetchOffset: bigint;
  /** Epoch of the last record that the follower has, -1 without. (v12+) */
  lastFetchedEpoch: number;
  /** First offset of the log, -1 when unknown. (v5+) */
  logStartOffset: bigint;
  /** Upper bound of the record bytes of this partition; a first batch may exceed it. */
  partitionMaxBytes: number;
  /** Directory of the follower. (v17+, tag 0) */
  replicaDirectoryId: string;
  /** High watermark that the follower knows. (v18+, tag 1) */
  highWatermark: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchRequestFetchPartition(init: Partial<FetchRequestFetchPartition> = {}): FetchRequestFetchPartition {
  const m: FetchRequestFetchPartition = {
    partition: init.partition ?? 0,
    currentLeaderEpoch: init.currentLeaderEpoch ?? -1,
    fetchOffset: init.fetchOffset ?? 0n,
    lastFetchedEpoch: init.lastFetchedEpoch ?? -1,
    logStartOffset: init.logStartOffset ?? -1n,
    partitionMaxBytes: init.partitionMaxBytes ?? 0,
    replicaDirectoryId: init.replicaDirectoryId ?? ZERO_UUID,
    highWatermark: init.highWatermark ?? 9223372036854775807n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeFetchRequestClusterIdTag(value: FetchRequest['clusterId'], v: number): number {
  let n = 0;
  n += sizeOfCompactNullableString(value);
  return n;
}

function sizeFetchRequestReplicaStateTag(value: FetchRequest['replicaState'], v: number): number {
  let n = 0;
  n += sizeFetchRequestReplicaState(value, v);
  return n;
}

function sizeFetchRequest(m: FetchRequest, v: number): number {
  const flexible = v >= 12;
  let n = 13;
  if (v <= 14) {
    n += 4;
  }
  if (v >= 7) {
    n += 4;
    n += 4;
  }
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeFetchRequestFetchTopic(e, v);
  if (v >= 7) {
    n += flexible ? sizeOfUvarint(m.forgottenTopicsData.length + 1) : 4;
    for (const e of m.forgottenTopicsData) n += sizeFetchRequestForgottenTopic(e, v);
  }
  if (v >= 11) {
    n += flexible ? sizeOfCompactString(m.rackId) : sizeOfString(m.rackId);
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 12 && m.clusterId !== null) {
      tagCount++;
      const s = sizeFetchRequestClusterIdTag(m.clusterId, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    if (v >= 15 && !isDefaultFetchRequestReplicaState(m.replicaState)) {
      tagCount++;
      const s = sizeFetchRequestReplicaStateTag(m.replicaState, v);
      n += sizeOfUvarint(1) + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function encodeFetchRequest(w: Writer, m: FetchRequest, v: number): void {
  const flexible = v >= 12;
  if (v <= 14) {
    w.int32(m.replicaId);
  }
  if (!(v <= 14) && m.replicaId !== -1) throw unsupportedField('FetchRequest', 'replicaId', v);
  if (!(v >= 15) && !isDefaultFetchRequestReplicaState(m.replicaState)) throw unsupportedField('FetchRequest', 'replicaState', v);
  w.int32(m.maxWaitMs);
  w.int32(m.minBytes);
  w.int32(m.maxBytes);
  w.int8(m.isolationLevel);
  if (v >= 7) {
    w.int32(m.sessionId);
    w.int32(m.sessionEpoch);
  }
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeFetchRequestFetchTopic(w, e, v);
  if (v >= 7) {
    if (flexible) w.compactArrayLength(m.forgottenTopicsData.length); else w.arrayLength(m.forgottenTopicsData.length);
    for (const e of m.forgottenTopicsData) encodeFetchRequestForgottenTopic(w, e, v);
  }
  if (!(v >= 7) && m.forgottenTopicsData.length !== 0) throw unsupportedField('FetchRequest', 'forgottenTopicsData', v);
  if (v >= 11) {
    if (flexible) w.compactString(m.rackId); else w.string(m.rackId);
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 12 && m.clusterId !== null) tagCount++;
    if (v >= 15 && !isDefaultFetchRequestReplicaState(m.replicaState)) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 12 && m.clusterId !== null) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeFetchRequestClusterIdTag(m.clusterId, v));
      w.compactNullableString(m.clusterId);
    }
    if (v >= 15 && !isDefaultFetchRequestReplicaState(m.replicaState)) {
      u = w.rawTags(m.unknownTaggedFields, u, 1);
      w.uvarint(1);
      w.uvarint(sizeFetchRequestReplicaStateTag(m.replicaState, v));
      encodeFetchRequestReplicaState(w, m.replicaState, v);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeFetchRequest(r: Reader, v: number): FetchRequest {
  const flexible = v >= 12;
  let clusterId: string | null = null;
  const replicaId = v <= 14 ? r.int32() : -1;
  let replicaState: FetchRequestReplicaState = createFetchRequestReplicaState();
  const maxWaitMs = r.int32();
  const minBytes = r.int32();
  const maxBytes = r.int32();
  const isolationLevel = r.int8();
  const sessionId = v >= 7 ? r.int32() : 0;
  const sessionEpoch = v >= 7 ? r.int32() : -1;
  const topics: FetchRequestFetchTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topics.push(decodeFetchRequestFetchTopic(r, v));
  }
  const forgottenTopicsData: FetchRequestForgottenTopic[] = [];
  if (v >= 7) {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) forgottenTopicsData.push(decodeFetchRequestForgottenTopic(r, v));
  }
  const rackId = v >= 11 ? (flexible ? r.compactString() : r.string()) : '';
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 12) {
        clusterId = r.compactNullableString();
        r.expectPosition(end);
      } else if (tag === 1 && v >= 15) {
        replicaState = decodeFetchRequestReplicaState(r, v);
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: FetchRequest = { clusterId, replicaId, replicaState, maxWaitMs, minBytes, maxBytes, isolationLevel, sessionId, sessionEpoch, topics, forgottenTopicsData, rackId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchRequestReplicaState(m: FetchRequestReplicaState, v: number): number {
  let n = 12;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFetchRequestReplicaState(w: Writer, m: FetchRequestReplicaState, v: number): void {
  w.int32(m.replicaId);
  w.int64(m.replicaEpoch);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeFetchRequestReplicaState(r: Reader, v: number): FetchRequestReplicaState {
  const replicaId = r.int32();
  const replicaEpoch = r.int64();
  const unknownTaggedFields = r.taggedFields();
  const m: FetchRequestReplicaState = { replicaId, replicaEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchRequestFetchTopic(m: FetchRequestFetchTopic, v: number): number {
  const flexible = v >= 12;
  let n = 0;
  if (v <= 12) {
    n += flexible ? sizeOfCompactString(m.topic) : sizeOfString(m.topic);
  }
  if (v >= 13) {
    n += 16;
  }
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeFetchRequestFetchPartition(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFetchRequestFetchTopic(w: Writer, m: FetchRequestFetchTopic, v: number): void {
  const flexible = v >= 12;
  if (v <= 12) {
    if (flexible) w.compactString(m.topic); else w.string(m.topic);
  }
  if (v >= 13) {
    w.uuid(m.topicId);
  }
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeFetchRequestFetchPartition(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeFetchRequestFetchTopic(r: Reader, v: number): FetchRequestFetchTopic {
  const flexible = v >= 12;
  const topic = v <= 12 ? (flexible ? r.compactString() : r.string()) : '';
  const topicId = v >= 13 ? r.uuid() : ZERO_UUID;
  const partitions: FetchRequestFetchPartition[] = [];
  {
    const count = flexible ? r.compactArrayLength(16) : r.arrayLength(16);
    for (let i = 0; i < count; i++) partitions.push(decodeFetchRequestFetchPartition(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: FetchRequestFetchTopic = { topic, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchRequestForgottenTopic(m: FetchRequestForgottenTopic, v: number): number {
  const flexible = v >= 12;
  let n = 0;
  if (v <= 12) {
    n += flexible ? sizeOfCompactString(m.topic) : sizeOfString(m.topic);
  }
  if (v >= 13) {
    n += 16;
  }
  n += (flexible ? sizeOfUvarint(m.partitions.length + 1) : 4) + m.partitions.length * 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFetchRequestForgottenTopic(w: Writer, m: FetchRequestForgottenTopic, v: number): void {
  const flexible = v >= 12;
  if (v <= 12) {
    if (flexible) w.compactString(m.topic); else w.string(m.topic);
  }
  if (v >= 13) {
    w.uuid(m.topicId);
  }
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeFetchRequestForgottenTopic(r: Reader, v: number): FetchRequestForgottenTopic {
  const flexible = v >= 12;
  const topic = v <= 12 ? (flexible ? r.compactString() : r.string()) : '';
  const topicId = v >= 13 ? r.uuid() : ZERO_UUID;
  const partitions: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: FetchRequestForgottenTopic = { topic, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchRequestFetchPartitionReplicaDirectoryIdTag(value: FetchRequestFetchPartition['replicaDirectoryId'], v: number): number {
  let n = 0;
  n += 16;
  return n;
}

function sizeFetchRequestFetchPartitionHighWatermarkTag(value: FetchRequestFetchPartition['highWatermark'], v: number): number {
  let n = 0;
  n += 8;
  return n;
}

function sizeFetchRequestFetchPartition(m: FetchRequestFetchPartition, v: number): number {
  const flexible = v >= 12;
  let n = 16;
  if (v >= 9) {
    n += 4;
  }
  if (v >= 12) {
    n += 4;
  }
  if (v >= 5) {
    n += 8;
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 17 && m.replicaDirectoryId !== ZERO_UUID) {
      tagCount++;
      const s = sizeFetchRequestFetchPartitionReplicaDirectoryIdTag(m.replicaDirectoryId, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    if (v >= 18 && m.highWatermark !== 9223372036854775807n) {
      tagCount++;
      const s = sizeFetchRequestFetchPartitionHighWatermarkTag(m.highWatermark, v);
      n += sizeOfUvarint(1) + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function encodeFetchRequestFetchPartition(w: Writer, m: FetchRequestFetchPartition, v: number): void {
  const flexible = v >= 12;
  w.int32(m.partition);
  if (v >= 9) {
    w.int32(m.currentLeaderEpoch);
  }
  w.int64(m.fetchOffset);
  if (v >= 12) {
    w.int32(m.lastFetchedEpoch);
  }
  if (!(v >= 12) && m.lastFetchedEpoch !== -1) throw unsupportedField('FetchRequestFetchPartition', 'lastFetchedEpoch', v);
  if (v >= 5) {
    w.int64(m.logStartOffset);
  }
  w.int32(m.partitionMaxBytes);
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 17 && m.replicaDirectoryId !== ZERO_UUID) tagCount++;
    if (v >= 18 && m.highWatermark !== 9223372036854775807n) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 17 && m.replicaDirectoryId !== ZERO_UUID) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeFetchRequestFetchPartitionReplicaDirectoryIdTag(m.replicaDirectoryId, v));
      w.uuid(m.replicaDirectoryId);
    }
    if (v >= 18 && m.highWatermark !== 9223372036854775807n) {
      u = w.rawTags(m.unknownTaggedFields, u, 1);
      w.uvarint(1);
      w.uvarint(sizeFetchRequestFetchPartitionHighWatermarkTag(m.highWatermark, v));
      w.int64(m.highWatermark);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeFetchRequestFetchPartition(r: Reader, v: number): FetchRequestFetchPartition {
  const flexible = v >= 12;
  const partition = r.int32();
  const currentLeaderEpoch = v >= 9 ? r.int32() : -1;
  const fetchOffset = r.int64();
  const lastFetchedEpoch = v >= 12 ? r.int32() : -1;
  const logStartOffset = v >= 5 ? r.int64() : -1n;
  const partitionMaxBytes = r.int32();
  let replicaDirectoryId: string = ZERO_UUID;
  let highWatermark: bigint = 9223372036854775807n;
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 17) {
        replicaDirectoryId = r.uuid();
        r.expectPosition(end);
      } else if (tag === 1 && v >= 18) {
        highWatermark = r.int64();
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: FetchRequestFetchPartition = { partition, currentLeaderEpoch, fetchOffset, lastFetchedEpoch, logStartOffset, partitionMaxBytes, replicaDirectoryId, highWatermark };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks partition leaders for record batches, or to wait until there are some. */
export const fetchRequest: MessageCodec<FetchRequest> = {
  name: 'FetchRequest',
  kind: 'request',
  apiKey: 1,
  minVersion: 4,
  maxVersion: 18,
  flexibleFrom: 12,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(fetchRequest, version);
    return sizeFetchRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(fetchRequest, version);
    encodeFetchRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(fetchRequest, version);
    return decodeFetchRequest(reader, version);
  },
};

/** Carries record batches of the partitions that were asked for. */
export interface FetchResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. (v7+) */
  errorCode: number;
  /** Fetch session, 0 for none. (v7+) */
  sessionId: number;
  /** Topics with data or errors. */
  responses: readonly FetchResponseFetchableTopicResponse[];
  /** Addresses of the new leaders that this response names. (v16+, tag 0) */
  nodeEndpoints: readonly FetchResponseNodeEndpoint[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchResponse(init: Partial<FetchResponse> = {}): FetchResponse {
  const m: FetchResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    sessionId: init.sessionId ?? 0,
    responses: init.responses ?? [],
    nodeEndpoints: init.nodeEndpoints ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `responses`. */
export interface FetchResponseFetchableTopicResponse {
  /** Name of the topic. (v4-12) */
  topic: string;
  /** Id of the topic. (v13+) */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly FetchResponsePartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchResponseFetchableTopicResponse(init: Partial<FetchResponseFetchableTopicResponse> = {}): FetchResponseFetchableTopicResponse {
  const m: FetchResponseFetchableTopicResponse = {
    topic: init.topic ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `nodeEndpoints`. */
export interface FetchResponseNodeEndpoint {
  /** Id of the broker. (v16+) */
  nodeId: number;
  /** Host name or address. (v16+) */
  host: string;
  /** TCP port. (v16+) */
  port: number;
  /** Rack, or null when none is configured. (v16+) */
  rack: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchResponseNodeEndpoint(init: Partial<FetchResponseNodeEndpoint> = {}): FetchResponseNodeEndpoint {
  const m: FetchResponseNodeEndpoint = {
    nodeId: init.nodeId ?? 0,
    host: init.host ?? '',
    port: init.port ?? 0,
    rack: init.rack ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface FetchResponsePartitionData {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Offset behind the last record that consumers may see. */
  highWatermark: bigint;
  /** Offset behind the last record whose transaction is decided. */
  lastStableOffset: bigint;
  /** First offset of the log, -1 when unknown. (v5+) */
  logStartOffset: bigint;
  /** Where the follower's log leaves the leader's. (v12+, tag 0) */
  divergingEpoch: FetchResponseEpochEndOffset;
  /** Leader to turn to when this broker no longer leads the partition. (v12+, tag 1) */
  currentLeader: FetchResponseLeaderIdAndEpoch;
  /** Snapshot to fetch instead, when the offset is gone. (v12+, tag 2) */
  snapshotId: FetchResponseSnapshotId;
  /** Aborted transactions in the range, for consumers that read committed records only. */
  abortedTransactions: readonly FetchResponseAbortedTransaction[] | null;
  /** Replica that the consumer should read from, -1 for this one. (v11+) */
  preferredReadReplica: number;
  /** Record batches. */
  records: RecordsField;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchResponsePartitionData(init: Partial<FetchResponsePartitionData> = {}): FetchResponsePartitionData {
  const m: FetchResponsePartitionData = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
    highWatermark: init.highWatermark ?? 0n,
    lastStableOffset: init.lastStableOffset ?? -1n,
    logStartOffset: init.logStartOffset ?? -1n,
    divergingEpoch: init.divergingEpoch ?? createFetchResponseEpochEndOffset(),
    currentLeader: init.currentLeader ?? createFetchResponseLeaderIdAndEpoch(),
    snapshotId: init.snapshotId ?? createFetchResponseSnapshotId(),
    abortedTransactions: init.abortedTransactions === undefined ? [] : init.abortedTransactions,
    preferredReadReplica: init.preferredReadReplica ?? -1,
    records: init.records ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Where the follower's log leaves the leader's. */
export interface FetchResponseEpochEndOffset {
  /** Leader epoch. (v12+) */
  epoch: number;
  /** Offset behind the last record of the epoch. (v12+) */
  endOffset: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchResponseEpochEndOffset(init: Partial<FetchResponseEpochEndOffset> = {}): FetchResponseEpochEndOffset {
  const m: FetchResponseEpochEndOffset = {
    epoch: init.epoch ?? -1,
    endOffset: init.endOffset ?? -1n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function isDefaultFetchResponseEpochEndOffset(m: FetchResponseEpochEndOffset): boolean {
  return !((m.epoch !== -1) || (m.endOffset !== -1n) || (m.unknownTaggedFields !== undefined));
}

/** Leader to turn to when this broker no longer leads the partition. */
export interface FetchResponseLeaderIdAndEpoch {
  /** Broker that leads the partition, -1 when none does. (v12+) */
  leaderId: number;
  /** Leader epoch, -1 when unknown. (v12+) */
  leaderEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchResponseLeaderIdAndEpoch(init: Partial<FetchResponseLeaderIdAndEpoch> = {}): FetchResponseLeaderIdAndEpoch {
  const m: FetchResponseLeaderIdAndEpoch = {
    leaderId: init.leaderId ?? -1,
    leaderEpoch: init.leaderEpoch ?? -1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function isDefaultFetchResponseLeaderIdAndEpoch(m: FetchResponseLeaderIdAndEpoch): boolean {
  return !((m.leaderId !== -1) || (m.leaderEpoch !== -1) || (m.unknownTaggedFields !== undefined));
}

/** Snapshot to fetch instead, when the offset is gone. */
export interface FetchResponseSnapshotId {
  /** Offset at which the snapshot ends. */
  endOffset: bigint;
  /** Epoch of the snapshot. */
  epoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchResponseSnapshotId(init: Partial<FetchResponseSnapshotId> = {}): FetchResponseSnapshotId {
  const m: FetchResponseSnapshotId = {
    endOffset: init.endOffset ?? -1n,
    epoch: init.epoch ?? -1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function isDefaultFetchResponseSnapshotId(m: FetchResponseSnapshotId): boolean {
  return !((m.endOffset !== -1n) || (m.epoch !== -1) || (m.unknownTaggedFields !== undefined));
}

/** Entry of `abortedTransactions`. */
export interface FetchResponseAbortedTransaction {
  /** Id of the producer. */
  producerId: bigint;
  /** First offset of the transaction. */
  firstOffset: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createFetchResponseAbortedTransaction(init: Partial<FetchResponseAbortedTransaction> = {}): FetchResponseAbortedTransaction {
  const m: FetchResponseAbortedTransaction = {
    producerId: init.producerId ?? 0n,
    firstOffset: init.firstOffset ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeFetchResponseNodeEndpointsTag(value: FetchResponse['nodeEndpoints'], v: number): number {
  let n = 0;
  n += sizeOfUvarint(value.length + 1);
  for (const e of value) n += sizeFetchResponseNodeEndpoint(e, v);
  return n;
}

function sizeFetchResponse(m: FetchResponse, v: number): number {
  const flexible = v >= 12;
  let n = 4;
  if (v >= 7) {
    n += 2;
    n += 4;
  }
  n += flexible ? sizeOfUvarint(m.responses.length + 1) : 4;
  for (const e of m.responses) n += sizeFetchResponseFetchableTopicResponse(e, v);
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 16 && m.nodeEndpoints.length !== 0) {
      tagCount++;
      const s = sizeFetchResponseNodeEndpointsTag(m.nodeEndpoints, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function outOfLineFetchResponse(m: FetchResponse, v: number): number {
  let n = 0;
  for (const e of m.responses) n += outOfLineFetchResponseFetchableTopicResponse(e, v);
  return n;
}

function encodeFetchResponse(w: Writer, m: FetchResponse, v: number): void {
  const flexible = v >= 12;
  w.int32(m.throttleTimeMs);
  if (v >= 7) {
    w.int16(m.errorCode);
    w.int32(m.sessionId);
  }
  if (!(v >= 7) && m.sessionId !== 0) throw unsupportedField('FetchResponse', 'sessionId', v);
  if (flexible) w.compactArrayLength(m.responses.length); else w.arrayLength(m.responses.length);
  for (const e of m.responses) encodeFetchResponseFetchableTopicResponse(w, e, v);
  if (!(v >= 16) && m.nodeEndpoints.length !== 0) throw unsupportedField('FetchResponse', 'nodeEndpoints', v);
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 16 && m.nodeEndpoints.length !== 0) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 16 && m.nodeEndpoints.length !== 0) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeFetchResponseNodeEndpointsTag(m.nodeEndpoints, v));
      w.compactArrayLength(m.nodeEndpoints.length);
      for (const e of m.nodeEndpoints) encodeFetchResponseNodeEndpoint(w, e, v);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeFetchResponse(r: Reader, v: number): FetchResponse {
  const flexible = v >= 12;
  const throttleTimeMs = r.int32();
  const errorCode = v >= 7 ? r.int16() : 0;
  const sessionId = v >= 7 ? r.int32() : 0;
  const responses: FetchResponseFetchableTopicResponse[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) responses.push(decodeFetchResponseFetchableTopicResponse(r, v));
  }
  let nodeEndpoints: readonly FetchResponseNodeEndpoint[] = [];
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 16) {
        {
          const count = r.compactArrayLength(11);
          const items: FetchResponseNodeEndpoint[] = [];
          for (let i = 0; i < count; i++) items.push(decodeFetchResponseNodeEndpoint(r, v));
          nodeEndpoints = items;
        }
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: FetchResponse = { throttleTimeMs, errorCode, sessionId, responses, nodeEndpoints };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchResponseFetchableTopicResponse(m: FetchResponseFetchableTopicResponse, v: number): number {
  const flexible = v >= 12;
  let n = 0;
  if (v <= 12) {
    n += flexible ? sizeOfCompactString(m.topic) : sizeOfString(m.topic);
  }
  if (v >= 13) {
    n += 16;
  }
  n += flexible ? sizeOfUvarint(m.partitions.length + 1) : 4;
  for (const e of m.partitions) n += sizeFetchResponsePartitionData(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function outOfLineFetchResponseFetchableTopicResponse(m: FetchResponseFetchableTopicResponse, v: number): number {
  let n = 0;
  for (const e of m.partitions) n += outOfLineFetchResponsePartitionData(e, v);
  return n;
}

function encodeFetchResponseFetchableTopicResponse(w: Writer, m: FetchResponseFetchableTopicResponse, v: number): void {
  const flexible = v >= 12;
  if (v <= 12) {
    if (flexible) w.compactString(m.topic); else w.string(m.topic);
  }
  if (v >= 13) {
    w.uuid(m.topicId);
  }
  if (flexible) w.compactArrayLength(m.partitions.length); else w.arrayLength(m.partitions.length);
  for (const e of m.partitions) encodeFetchResponsePartitionData(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeFetchResponseFetchableTopicResponse(r: Reader, v: number): FetchResponseFetchableTopicResponse {
  const flexible = v >= 12;
  const topic = v <= 12 ? (flexible ? r.compactString() : r.string()) : '';
  const topicId = v >= 13 ? r.uuid() : ZERO_UUID;
  const partitions: FetchResponsePartitionData[] = [];
  {
    const count = flexible ? r.compactArrayLength(30) : r.arrayLength(30);
    for (let i = 0; i < count; i++) partitions.push(decodeFetchResponsePartitionData(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: FetchResponseFetchableTopicResponse = { topic, topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchResponseNodeEndpoint(m: FetchResponseNodeEndpoint, v: number): number {
  let n = 8;
  n += sizeOfCompactString(m.host);
  n += sizeOfCompactNullableString(m.rack);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFetchResponseNodeEndpoint(w: Writer, m: FetchResponseNodeEndpoint, v: number): void {
  w.int32(m.nodeId);
  w.compactString(m.host);
  w.int32(m.port);
  w.compactNullableString(m.rack);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeFetchResponseNodeEndpoint(r: Reader, v: number): FetchResponseNodeEndpoint {
  const nodeId = r.int32();
  const host = r.compactString();
  const port = r.int32();
  const rack = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: FetchResponseNodeEndpoint = { nodeId, host, port, rack };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchResponsePartitionDataDivergingEpochTag(value: FetchResponsePartitionData['divergingEpoch'], v: number): number {
  let n = 0;
  n += sizeFetchResponseEpochEndOffset(value, v);
  return n;
}

function sizeFetchResponsePartitionDataCurrentLeaderTag(value: FetchResponsePartitionData['currentLeader'], v: number): number {
  let n = 0;
  n += sizeFetchResponseLeaderIdAndEpoch(value, v);
  return n;
}

function sizeFetchResponsePartitionDataSnapshotIdTag(value: FetchResponsePartitionData['snapshotId'], v: number): number {
  let n = 0;
  n += sizeFetchResponseSnapshotId(value, v);
  return n;
}

function sizeFetchResponsePartitionData(m: FetchResponsePartitionData, v: number): number {
  const flexible = v >= 12;
  let n = 22;
  if (v >= 5) {
    n += 8;
  }
  if (m.abortedTransactions === null) n += flexible ? 1 : 4;
  else {
    n += flexible ? sizeOfUvarint(m.abortedTransactions.length + 1) : 4;
    for (const e of m.abortedTransactions) n += sizeFetchResponseAbortedTransaction(e, v);
  }
  if (v >= 11) {
    n += 4;
  }
  n += flexible ? sizeOfCompactRecords(m.records) : sizeOfRecords(m.records);
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 12 && !isDefaultFetchResponseEpochEndOffset(m.divergingEpoch)) {
      tagCount++;
      const s = sizeFetchResponsePartitionDataDivergingEpochTag(m.divergingEpoch, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    if (v >= 12 && !isDefaultFetchResponseLeaderIdAndEpoch(m.currentLeader)) {
      tagCount++;
      const s = sizeFetchResponsePartitionDataCurrentLeaderTag(m.currentLeader, v);
      n += sizeOfUvarint(1) + sizeOfUvarint(s) + s;
    }
    if (v >= 12 && !isDefaultFetchResponseSnapshotId(m.snapshotId)) {
      tagCount++;
      const s = sizeFetchResponsePartitionDataSnapshotIdTag(m.snapshotId, v);
      n += sizeOfUvarint(2) + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function outOfLineFetchResponsePartitionData(m: FetchResponsePartitionData, v: number): number {
  let n = 0;
  n += outOfLineBytes(m.records);
  return n;
}

function encodeFetchResponsePartitionData(w: Writer, m: FetchResponsePartitionData, v: number): void {
  const flexible = v >= 12;
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  w.int64(m.highWatermark);
  w.int64(m.lastStableOffset);
  if (v >= 5) {
    w.int64(m.logStartOffset);
  }
  if (!(v >= 12) && !isDefaultFetchResponseEpochEndOffset(m.divergingEpoch)) throw unsupportedField('FetchResponsePartitionData', 'divergingEpoch', v);
  if (!(v >= 12) && !isDefaultFetchResponseLeaderIdAndEpoch(m.currentLeader)) throw unsupportedField('FetchResponsePartitionData', 'currentLeader', v);
  if (!(v >= 12) && !isDefaultFetchResponseSnapshotId(m.snapshotId)) throw unsupportedField('FetchResponsePartitionData', 'snapshotId', v);
  if (m.abortedTransactions === null) {
    if (flexible) w.uvarint(0); else w.int32(-1);
  } else {
    if (flexible) w.compactArrayLength(m.abortedTransactions.length); else w.arrayLength(m.abortedTransactions.length);
    for (const e of m.abortedTransactions) encodeFetchResponseAbortedTransaction(w, e, v);
  }
  if (v >= 11) {
    w.int32(m.preferredReadReplica);
  }
  if (!(v >= 11) && m.preferredReadReplica !== -1) throw unsupportedField('FetchResponsePartitionData', 'preferredReadReplica', v);
  if (flexible) w.compactRecords(m.records); else w.records(m.records);
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 12 && !isDefaultFetchResponseEpochEndOffset(m.divergingEpoch)) tagCount++;
    if (v >= 12 && !isDefaultFetchResponseLeaderIdAndEpoch(m.currentLeader)) tagCount++;
    if (v >= 12 && !isDefaultFetchResponseSnapshotId(m.snapshotId)) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 12 && !isDefaultFetchResponseEpochEndOffset(m.divergingEpoch)) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeFetchResponsePartitionDataDivergingEpochTag(m.divergingEpoch, v));
      encodeFetchResponseEpochEndOffset(w, m.divergingEpoch, v);
    }
    if (v >= 12 && !isDefaultFetchResponseLeaderIdAndEpoch(m.currentLeader)) {
      u = w.rawTags(m.unknownTaggedFields, u, 1);
      w.uvarint(1);
      w.uvarint(sizeFetchResponsePartitionDataCurrentLeaderTag(m.currentLeader, v));
      encodeFetchResponseLeaderIdAndEpoch(w, m.currentLeader, v);
    }
    if (v >= 12 && !isDefaultFetchResponseSnapshotId(m.snapshotId)) {
      u = w.rawTags(m.unknownTaggedFields, u, 2);
      w.uvarint(2);
      w.uvarint(sizeFetchResponsePartitionDataSnapshotIdTag(m.snapshotId, v));
      encodeFetchResponseSnapshotId(w, m.snapshotId, v);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeFetchResponsePartitionData(r: Reader, v: number): FetchResponsePartitionData {
  const flexible = v >= 12;
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const highWatermark = r.int64();
  const lastStableOffset = r.int64();
  const logStartOffset = v >= 5 ? r.int64() : -1n;
  let divergingEpoch: FetchResponseEpochEndOffset = createFetchResponseEpochEndOffset();
  let currentLeader: FetchResponseLeaderIdAndEpoch = createFetchResponseLeaderIdAndEpoch();
  let snapshotId: FetchResponseSnapshotId = createFetchResponseSnapshotId();
  let abortedTransactions: readonly FetchResponseAbortedTransaction[] | null = [];
  {
    const count = flexible ? r.compactNullableArrayLength(16) : r.nullableArrayLength(16);
    if (count < 0) {
      abortedTransactions = null;
    } else {
      const items: FetchResponseAbortedTransaction[] = [];
      for (let i = 0; i < count; i++) items.push(decodeFetchResponseAbortedTransaction(r, v));
      abortedTransactions = items;
    }
  }
  const preferredReadReplica = v >= 11 ? r.int32() : -1;
  const records = flexible ? r.compactRecords() : r.records();
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 12) {
        divergingEpoch = decodeFetchResponseEpochEndOffset(r, v);
        r.expectPosition(end);
      } else if (tag === 1 && v >= 12) {
        currentLeader = decodeFetchResponseLeaderIdAndEpoch(r, v);
        r.expectPosition(end);
      } else if (tag === 2 && v >= 12) {
        snapshotId = decodeFetchResponseSnapshotId(r, v);
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: FetchResponsePartitionData = { partitionIndex, errorCode, highWatermark, lastStableOffset, logStartOffset, divergingEpoch, currentLeader, snapshotId, abortedTransactions, preferredReadReplica, records };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchResponseEpochEndOffset(m: FetchResponseEpochEndOffset, v: number): number {
  let n = 12;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFetchResponseEpochEndOffset(w: Writer, m: FetchResponseEpochEndOffset, v: number): void {
  w.int32(m.epoch);
  w.int64(m.endOffset);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeFetchResponseEpochEndOffset(r: Reader, v: number): FetchResponseEpochEndOffset {
  const epoch = r.int32();
  const endOffset = r.int64();
  const unknownTaggedFields = r.taggedFields();
  const m: FetchResponseEpochEndOffset = { epoch, endOffset };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchResponseLeaderIdAndEpoch(m: FetchResponseLeaderIdAndEpoch, v: number): number {
  let n = 8;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFetchResponseLeaderIdAndEpoch(w: Writer, m: FetchResponseLeaderIdAndEpoch, v: number): void {
  w.int32(m.leaderId);
  w.int32(m.leaderEpoch);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeFetchResponseLeaderIdAndEpoch(r: Reader, v: number): FetchResponseLeaderIdAndEpoch {
  const leaderId = r.int32();
  const leaderEpoch = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: FetchResponseLeaderIdAndEpoch = { leaderId, leaderEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchResponseSnapshotId(m: FetchResponseSnapshotId, v: number): number {
  let n = 12;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFetchResponseSnapshotId(w: Writer, m: FetchResponseSnapshotId, v: number): void {
  w.int64(m.endOffset);
  w.int32(m.epoch);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeFetchResponseSnapshotId(r: Reader, v: number): FetchResponseSnapshotId {
  const endOffset = r.int64();
  const epoch = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: FetchResponseSnapshotId = { endOffset, epoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeFetchResponseAbortedTransaction(m: FetchResponseAbortedTransaction, v: number): number {
  const flexible = v >= 12;
  let n = 16;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeFetchResponseAbortedTransaction(w: Writer, m: FetchResponseAbortedTransaction, v: number): void {
  const flexible = v >= 12;
  w.int64(m.producerId);
  w.int64(m.firstOffset);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeFetchResponseAbortedTransaction(r: Reader, v: number): FetchResponseAbortedTransaction {
  const flexible = v >= 12;
  const producerId = r.int64();
  const firstOffset = r.int64();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: FetchResponseAbortedTransaction = { producerId, firstOffset };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Carries record batches of the partitions that were asked for. */
export const fetchResponse: MessageCodec<FetchResponse> = {
  name: 'FetchResponse',
  kind: 'response',
  apiKey: 1,
  minVersion: 4,
  maxVersion: 18,
  flexibleFrom: 12,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(fetchResponse, version);
    return sizeFetchResponse(message, version);
  },
  outOfLineSize(message, version) {
    checkVersion(fetchResponse, version);
    return outOfLineFetchResponse(message, version);
  },
  encode(writer, message, version) {
    checkVersion(fetchResponse, version);
    encodeFetchResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(fetchResponse, version);
    return decodeFetchResponse(reader, version);
  },
};
