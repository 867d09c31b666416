// Generated from schemas/78-share-fetch.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, RecordsField, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { nullField, unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { outOfLineBytes, sizeOfCompactNullableString, sizeOfCompactRecords, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Acquires records for a share consumer and acknowledges earlier ones. */
export interface ShareFetchRequest {
  /** Id of the group. */
  groupId: string | null;
  /** Id of the member. */
  memberId: string | null;
  /** Position in the share session; 0 opens it, -1 closes it. */
  shareSessionEpoch: number;
  /** Milliseconds to wait for minBytes. */
  maxWaitMs: number;
  /** Answer as soon as this many bytes are there. */
  minBytes: number;
  /** Upper bound of the record bytes in the response; a first batch may exceed it. */
  maxBytes: number;
  /** Most records to acquire. */
  maxRecords: number;
  /** Size of a batch of acquired records. */
  batchSize: number;
  /** How strictly maxRecords holds. (v2+) */
  shareAcquireMode: number;
  /** Whether locks are to be renewed. (v2+) */
  isRenewAck: boolean;
  /** Topics concerned. */
  topics: readonly ShareFetchRequestFetchTopic[];
  /** Partitions to drop from the session. */
  forgottenTopicsData: readonly ShareFetchRequestForgottenTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchRequest(init: Partial<ShareFetchRequest> = {}): ShareFetchRequest {
  const m: ShareFetchRequest = {
    groupId: init.groupId ?? null,
    memberId: init.memberId === undefined ? '' : init.memberId,
    shareSessionEpoch: init.shareSessionEpoch ?? 0,
    maxWaitMs: init.maxWaitMs ?? 0,
    minBytes: init.minBytes ?? 0,
    maxBytes: init.maxBytes ?? 2147483647,
    maxRecords: init.maxRecords ?? 0,
    batchSize: init.batchSize ?? 0,
    shareAcquireMode: init.shareAcquireMode ?? 0,
    isRenewAck: init.isRenewAck ?? false,
    topics: init.topics ?? [],
    forgottenTopicsData: init.forgottenTopicsData ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface ShareFetchRequestFetchTopic {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly ShareFetchRequestFetchPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchRequestFetchTopic(init: Partial<ShareFetchRequestFetchTopic> = {}): ShareFetchRequestFetchTopic {
  const m: ShareFetchRequestFetchTopic = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `forgottenTopicsData`. */
export interface ShareFetchRequestForgottenTopic {
  /** Id of the topic. */
  topicId: string;
  /** Numbers of the partitions to drop. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchRequestForgottenTopic(init: Partial<ShareFetchRequestForgottenTopic> = {}): ShareFetchRequestForgottenTopic {
  const m: ShareFetchRequestForgottenTopic = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ShareFetchRequestFetchPartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** Ranges of records to acknowledge. */
  acknowledgementBatches: readonly ShareFetchRequestAcknowledgementBatch[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchRequestFetchPartition(init: Partial<ShareFetchRequestFetchPartition> = {}): ShareFetchRequestFetchPartition {
  const m: ShareFetchRequestFetchPartition = {
    partitionIndex: init.partitionIndex ?? 0,
    acknowledgementBatches: init.acknowledgementBatches ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `acknowledgementBatches`. */
export interface ShareFetchRequestAcknowledgementBatch {
  /** First offset of the range. */
  firstOffset: bigint;
  /** Last offset of the range. */
  lastOffset: bigint;
  /** One entry for the whole range or one for each record: 0 gap, 1 accept, 2 release, 3 reject, 4 renew. */
  acknowledgeTypes: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchRequestAcknowledgementBatch(init: Partial<ShareFetchRequestAcknowledgementBatch> = {}): ShareFetchRequestAcknowledgementBatch {
  const m: ShareFetchRequestAcknowledgementBatch = {
    firstOffset: init.firstOffset ?? 0n,
    lastOffset: init.lastOffset ?? 0n,
    acknowledgeTypes: init.acknowledgeTypes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeShareFetchRequest(m: ShareFetchRequest, v: number): number {
  let n = 24;
  n += sizeOfCompactNullableString(m.groupId);
  n += sizeOfCompactNullableString(m.memberId);
  if (v >= 2) {
    n += 1;
    n += 1;
  }
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeShareFetchRequestFetchTopic(e, v);
  n += sizeOfUvarint(m.forgottenTopicsData.length + 1);
  for (const e of m.forgottenTopicsData) n += sizeShareFetchRequestForgottenTopic(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareFetchRequest(w: Writer, m: ShareFetchRequest, v: number): void {
  w.compactNullableString(m.groupId);
  w.compactNullableString(m.memberId);
  w.int32(m.shareSessionEpoch);
  w.int32(m.maxWaitMs);
  w.int32(m.minBytes);
  w.int32(m.maxBytes);
  w.int32(m.maxRecords);
  w.int32(m.batchSize);
  if (v >= 2) {
    w.int8(m.shareAcquireMode);
    w.boolean(m.isRenewAck);
  }
  if (!(v >= 2) && m.isRenewAck !== false) throw unsupportedField('ShareFetchRequest', 'isRenewAck', v);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeShareFetchRequestFetchTopic(w, e, v);
  w.compactArrayLength(m.forgottenTopicsData.length);
  for (const e of m.forgottenTopicsData) encodeShareFetchRequestForgottenTopic(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchRequest(r: Reader, v: number): ShareFetchRequest {
  const groupId = r.compactNullableString();
  const memberId = r.compactNullableString();
  const shareSessionEpoch = r.int32();
  const maxWaitMs = r.int32();
  const minBytes = r.int32();
  const maxBytes = r.int32();
  const maxRecords = r.int32();
  const batchSize = r.int32();
  const shareAcquireMode = v >= 2 ? r.int8() : 0;
  const isRenewAck = v >= 2 ? r.boolean() : false;
  const topics: ShareFetchRequestFetchTopic[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topics.push(decodeShareFetchRequestFetchTopic(r, v));
  }
  const forgottenTopicsData: ShareFetchRequestForgottenTopic[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) forgottenTopicsData.push(decodeShareFetchRequestForgottenTopic(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchRequest = { groupId, memberId, shareSessionEpoch, maxWaitMs, minBytes, maxBytes, maxRecords, batchSize, shareAcquireMode, isRenewAck, topics, forgottenTopicsData };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareFetchRequestFetchTopic(m: ShareFetchRequestFetchTopic, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeShareFetchRequestFetchPartition(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareFetchRequestFetchTopic(w: Writer, m: ShareFetchRequestFetchTopic, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeShareFetchRequestFetchPartition(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchRequestFetchTopic(r: Reader, v: number): ShareFetchRequestFetchTopic {
  const topicId = r.uuid();
  const partitions: ShareFetchRequestFetchPartition[] = [];
  {
    const count = r.compactArrayLength(6);
    for (let i = 0; i < count; i++) partitions.push(decodeShareFetchRequestFetchPartition(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchRequestFetchTopic = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareFetchRequestForgottenTopic(m: ShareFetchRequestForgottenTopic, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareFetchRequestForgottenTopic(w: Writer, m: ShareFetchRequestForgottenTopic, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchRequestForgottenTopic(r: Reader, v: number): ShareFetchRequestForgottenTopic {
  const topicId = r.uuid();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchRequestForgottenTopic = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareFetchRequestFetchPartition(m: ShareFetchRequestFetchPartition, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.acknowledgementBatches.length + 1);
  for (const e of m.acknowledgementBatches) n += sizeShareFetchRequestAcknowledgementBatch(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareFetchRequestFetchPartition(w: Writer, m: ShareFetchRequestFetchPartition, v: number): void {
  w.int32(m.partitionIndex);
  w.compactArrayLength(m.acknowledgementBatches.length);
  for (const e of m.acknowledgementBatches) encodeShareFetchRequestAcknowledgementBatch(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchRequestFetchPartition(r: Reader, v: number): ShareFetchRequestFetchPartition {
  const partitionIndex = r.int32();
  const acknowledgementBatches: ShareFetchRequestAcknowledgementBatch[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) acknowledgementBatches.push(decodeShareFetchRequestAcknowledgementBatch(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchRequestFetchPartition = { partitionIndex, acknowledgementBatches };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareFetchRequestAcknowledgementBatch(m: ShareFetchRequestAcknowledgementBatch, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.acknowledgeTypes.length + 1) + m.acknowledgeTypes.length;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareFetchRequestAcknowledgementBatch(w: Writer, m: ShareFetchRequestAcknowledgementBatch, v: number): void {
  w.int64(m.firstOffset);
  w.int64(m.lastOffset);
  w.compactArrayLength(m.acknowledgeTypes.length);
  for (const e of m.acknowledgeTypes) w.int8(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchRequestAcknowledgementBatch(r: Reader, v: number): ShareFetchRequestAcknowledgementBatch {
  const firstOffset = r.int64();
  const lastOffset = r.int64();
  const acknowledgeTypes: number[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) acknowledgeTypes.push(r.int8());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchRequestAcknowledgementBatch = { firstOffset, lastOffset, acknowledgeTypes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Acquires records for a share consumer and acknowledges earlier ones. */
export const shareFetchRequest: MessageCodec<ShareFetchRequest> = {
  name: 'ShareFetchRequest',
  kind: 'request',
  apiKey: 78,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(shareFetchRequest, version);
    return sizeShareFetchRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(shareFetchRequest, version);
    encodeShareFetchRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(shareFetchRequest, version);
    return decodeShareFetchRequest(reader, version);
  },
};

/** Records and which of them were acquired. */
export interface ShareFetchResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Milliseconds for which acquired records stay locked. */
  acquisitionLockTimeoutMs: number;
  /** One result for each entry of the request. */
  responses: readonly ShareFetchResponseShareFetchableTopicResponse[];
  /** Addresses of the new leaders that this response names. */
  nodeEndpoints: readonly ShareFetchResponseNodeEndpoint[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchResponse(init: Partial<ShareFetchResponse> = {}): ShareFetchResponse {
  const m: ShareFetchResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    acquisitionLockTimeoutMs: init.acquisitionLockTimeoutMs ?? 0,
    responses: init.responses ?? [],
    nodeEndpoints: init.nodeEndpoints ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `responses`. */
export interface ShareFetchResponseShareFetchableTopicResponse {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly ShareFetchResponsePartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchResponseShareFetchableTopicResponse(init: Partial<ShareFetchResponseShareFetchableTopicResponse> = {}): ShareFetchResponseShareFetchableTopicResponse {
  const m: ShareFetchResponseShareFetchableTopicResponse = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `nodeEndpoints`. */
export interface ShareFetchResponseNodeEndpoint {
  /** Id of the broker. */
  nodeId: number;
  /** Host name or address. */
  host: string;
  /** TCP port. */
  port: number;
  /** Rack, or null when none is configured. */
  rack: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchResponseNodeEndpoint(init: Partial<ShareFetchResponseNodeEndpoint> = {}): ShareFetchResponseNodeEndpoint {
  const m: ShareFetchResponseNodeEndpoint = {
    nodeId: init.nodeId ?? 0,
    host: init.host ?? '',
    port: init.port ?? 0,
    rack: init.rack ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ShareFetchResponsePartitionData {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** What went wrong with the acknowledgements, or 0. */
  acknowledgeErrorCode: number;
  /** What went wrong with the acknowledgements in words, or null. */
  acknowledgeErrorMessage: string | null;
  /** Leader to turn to when this broker no longer leads the partition. */
  currentLeader: ShareFetchResponseLeaderIdAndEpoch;
  /** Record batches. */
  records: RecordsField;
  /** Ranges that this consumer has acquired. */
  acquiredRecords: readonly ShareFetchResponseAcquiredRecords[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchResponsePartitionData(init: Partial<ShareFetchResponsePartitionData> = {}): ShareFetchResponsePartitionData {
  const m: ShareFetchResponsePartitionData = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    acknowledgeErrorCode: init.acknowledgeErrorCode ?? 0,
    acknowledgeErrorMessage: init.acknowledgeErrorMessage ?? null,
    currentLeader: init.currentLeader ?? createShareFetchResponseLeaderIdAndEpoch(),
    records: init.records ?? null,
    acquiredRecords: init.acquiredRecords ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Leader to turn to when this broker no longer leads the partition. */
export interface ShareFetchResponseLeaderIdAndEpoch {
  /** Broker that leads the partition, -1 when none does. */
  leaderId: number;
  /** Leader epoch, -1 when unknown. */
  leaderEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchResponseLeaderIdAndEpoch(init: Partial<ShareFetchResponseLeaderIdAndEpoch> = {}): ShareFetchResponseLeaderIdAndEpoch {
  const m: ShareFetchResponseLeaderIdAndEpoch = {
    leaderId: init.leaderId ?? 0,
    leaderEpoch: init.leaderEpoch ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `acquiredRecords`. */
export interface ShareFetchResponseAcquiredRecords {
  /** First offset of the range. */
  firstOffset: bigint;
  /** Last offset of the range. */
  lastOffset: bigint;
  /** How often the records were delivered. */
  deliveryCount: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareFetchResponseAcquiredRecords(init: Partial<ShareFetchResponseAcquiredRecords> = {}): ShareFetchResponseAcquiredRecords {
  const m: ShareFetchResponseAcquiredRecords = {
    firstOffset: init.firstOffset ?? 0n,
    lastOffset: init.lastOffset ?? 0n,
    deliveryCount: init.deliveryCount ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeShareFetchResponse(m: ShareFetchResponse, v: number): number {
  let n = 10;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfUvarint(m.responses.length + 1);
  for (const e of m.responses) n += sizeShareFetchResponseShareFetchableTopicResponse(e, v);
  n += sizeOfUvarint(m.nodeEndpoints.length + 1);
  for (const e of m.nodeEndpoints) n += sizeShareFetchResponseNodeEndpoint(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function outOfLineShareFetchResponse(m: ShareFetchResponse, v: number): number {
  let n = 0;
  for (const e of m.responses) n += outOfLineShareFetchResponseShareFetchableTopicResponse(e, v);
  return n;
}

function encodeShareFetchResponse(w: Writer, m: ShareFetchResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.int32(m.acquisitionLockTimeoutMs);
  w.compactArrayLength(m.responses.length);
  for (const e of m.responses) encodeShareFetchResponseShareFetchableTopicResponse(w, e, v);
  w.compactArrayLength(m.nodeEndpoints.length);
  for (const e of m.nodeEndpoints) encodeShareFetchResponseNodeEndpoint(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchResponse(r: Reader, v: number): ShareFetchResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const acquisitionLockTimeoutMs = r.int32();
  const responses: ShareFetchResponseShareFetchableTopicResponse[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) responses.push(decodeShareFetchResponseShareFetchableTopicResponse(r, v));
  }
  const nodeEndpoints: ShareFetchResponseNodeEndpoint[] = [];
  {
    const count = r.compactArrayLength(11);
    for (let i = 0; i < count; i++) nodeEndpoints.push(decodeShareFetchResponseNodeEndpoint(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchResponse = { throttleTimeMs, errorCode, errorMessage, acquisitionLockTimeoutMs, responses, nodeEndpoints };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareFetchResponseShareFetchableTopicResponse(m: ShareFetchResponseShareFetchableTopicResponse, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeShareFetchResponsePartitionData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function outOfLineShareFetchResponseShareFetchableTopicResponse(m: ShareFetchResponseShareFetchableTopicResponse, v: number): number {
  let n = 0;
  for (const e of m.partitions) n += outOfLineShareFetchResponsePartitionData(e, v);
  return n;
}

function encodeShareFetchResponseShareFetchableTopicResponse(w: Writer, m: ShareFetchResponseShareFetchableTopicResponse, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeShareFetchResponsePartitionData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchResponseShareFetchableTopicResponse(r: Reader, v: number): ShareFetchResponseShareFetchableTopicResponse {
  const topicId = r.uuid();
  const partitions: ShareFetchResponsePartitionData[] = [];
  {
    const count = r.compactArrayLength(22);
    for (let i = 0; i < count; i++) partitions.push(decodeShareFetchResponsePartitionData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchResponseShareFetchableTopicResponse = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareFetchResponseNodeEndpoint(m: ShareFetchResponseNodeEndpoint, v: number): number {
  let n = 8;
  n += sizeOfCompactString(m.host);
  n += sizeOfCompactNullableString(m.rack);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareFetchResponseNodeEndpoint(w: Writer, m: ShareFetchResponseNodeEndpoint, v: number): void {
  w.int32(m.nodeId);
  w.compactString(m.host);
  w.int32(m.port);
  w.compactNullableString(m.rack);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchResponseNodeEndpoint(r: Reader, v: number): ShareFetchResponseNodeEndpoint {
  const nodeId = r.int32();
  const host = r.compactString();
  const port = r.int32();
  const rack = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchResponseNodeEndpoint = { nodeId, host, port, rack };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareFetchResponsePartitionData(m: ShareFetchResponsePartitionData, v: number): number {
  let n = 8;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfCompactNullableString(m.acknowledgeErrorMessage);
  n += sizeShareFetchResponseLeaderIdAndEpoch(m.currentLeader, v);
  n += sizeOfCompactRecords(m.records);
  n += sizeOfUvarint(m.acquiredRecords.length + 1);
  for (const e of m.acquiredRecords) n += sizeShareFetchResponseAcquiredRecords(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function outOfLineShareFetchResponsePartitionData(m: ShareFetchResponsePartitionData, v: number): number {
  let n = 0;
  n += outOfLineBytes(m.records);
  return n;
}

function encodeShareFetchResponsePartitionData(w: Writer, m: ShareFetchResponsePartitionData, v: number): void {
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.int16(m.acknowledgeErrorCode);
  w.compactNullableString(m.acknowledgeErrorMessage);
  encodeShareFetchResponseLeaderIdAndEpoch(w, m.currentLeader, v);
  if (m.records === null) throw nullField('ShareFetchResponsePartitionData', 'records', v);
  w.compactRecords(m.records);
  w.compactArrayLength(m.acquiredRecords.length);
  for (const e of m.acquiredRecords) encodeShareFetchResponseAcquiredRecords(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchResponsePartitionData(r: Reader, v: number): ShareFetchResponsePartitionData {
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const acknowledgeErrorCode = r.int16();
  const acknowledgeErrorMessage = r.compactNullableString();
  const currentLeader = decodeShareFetchResponseLeaderIdAndEpoch(r, v);
  let records: RecordsField = null;
  records = r.compactRecords();
  if (records === null) throw nullField('ShareFetchResponsePartitionData', 'records', v);
  const acquiredRecords: ShareFetchResponseAcquiredRecords[] = [];
  {
    const count = r.compactArrayLength(19);
    for (let i = 0; i < count; i++) acquiredRecords.push(decodeShareFetchResponseAcquiredRecords(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchResponsePartitionData = { partitionIndex, errorCode, errorMessage, acknowledgeErrorCode, acknowledgeErrorMessage, currentLeader, records, acquiredRecords };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareFetchResponseLeaderIdAndEpoch(m: ShareFetchResponseLeaderIdAndEpoch, v: number): number {
  let n = 8;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareFetchResponseLeaderIdAndEpoch(w: Writer, m: ShareFetchResponseLeaderIdAndEpoch, v: number): void {
  w.int32(m.leaderId);
  w.int32(m.leaderEpoch);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchResponseLeaderIdAndEpoch(r: Reader, v: number): ShareFetchResponseLeaderIdAndEpoch {
  const leaderId = r.int32();
  const leaderEpoch = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchResponseLeaderIdAndEpoch = { leaderId, leaderEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareFetchResponseAcquiredRecords(m: ShareFetchResponseAcquiredRecords, v: number): number {
  let n = 18;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareFetchResponseAcquiredRecords(w: Writer, m: ShareFetchResponseAcquiredRecords, v: number): void {
  w.int64(m.firstOffset);
  w.int64(m.lastOffset);
  w.int16(m.deliveryCount);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareFetchResponseAcquiredRecords(r: Reader, v: number): ShareFetchResponseAcquiredRecords {
  const firstOffset = r.int64();
  const lastOffset = r.int64();
  const deliveryCount = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: ShareFetchResponseAcquiredRecords = { firstOffset, lastOffset, deliveryCount };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Records and which of them were acquired. */
export const shareFetchResponse: MessageCodec<ShareFetchResponse> = {
  name: 'ShareFetchResponse',
  kind: 'response',
  apiKey: 78,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(shareFetchResponse, version);
    return sizeShareFetchResponse(message, version);
  },
  outOfLineSize(message, version) {
    checkVersion(shareFetchResponse, version);
    return outOfLineShareFetchResponse(message, version);
  },
  encode(writer, message, version) {
    checkVersion(shareFetchResponse, version);
    encodeShareFetchResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(shareFetchResponse, version);
    return decodeShareFetchResponse(reader, version);
  },
};
