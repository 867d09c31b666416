// Generated from schemas/79-share-acknowledge.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Acknowledges acquired records. */
export interface ShareAcknowledgeRequest {
  /** Id of the group. */
  groupId: string | null;
  /** Id of the member. */
  memberId: string | null;
  /** Position in the share session; 0 opens it, -1 closes it. */
  shareSessionEpoch: number;
  /** Whether locks are to be renewed. (v2+) */
  isRenewAck: boolean;
  /** Topics concerned. */
  topics: readonly ShareAcknowledgeRequestAcknowledgeTopic[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareAcknowledgeRequest(init: Partial<ShareAcknowledgeRequest> = {}): ShareAcknowledgeRequest {
  const m: ShareAcknowledgeRequest = {
    groupId: init.groupId ?? null,
    memberId: init.memberId === undefined ? '' : init.memberId,
    shareSessionEpoch: init.shareSessionEpoch ?? 0,
    isRenewAck: init.isRenewAck ?? false,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface ShareAcknowledgeRequestAcknowledgeTopic {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly ShareAcknowledgeRequestAcknowledgePartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareAcknowledgeRequestAcknowledgeTopic(init: Partial<ShareAcknowledgeRequestAcknowledgeTopic> = {}): ShareAcknowledgeRequestAcknowledgeTopic {
  const m: ShareAcknowledgeRequestAcknowledgeTopic = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ShareAcknowledgeRequestAcknowledgePartition {
  /** Number of the partition. */
  partitionIndex: number;
  /** Ranges of records to acknowledge. */
  acknowledgementBatches: readonly ShareAcknowledgeRequestAcknowledgementBatch[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareAcknowledgeRequestAcknowledgePartition(init: Partial<ShareAcknowledgeRequestAcknowledgePartition> = {}): ShareAcknowledgeRequestAcknowledgePartition {
  const m: ShareAcknowledgeRequestAcknowledgePartition = {
    partitionIndex: init.partitionIndex ?? 0,
    acknowledgementBatches: init.acknowledgementBatches ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `acknowledgementBatches`. */
export interface ShareAcknowledgeRequestAcknowledgementBatch {
  /** First offset of the range. */
  firstOffset: bigint;
  /** Last offset of the range. */
  lastOffset: bigint;
  /** One entry for the whole range or one for each record: 0 gap, 1 accept, 2 release, 3 reject, 4 renew. */
  acknowledgeTypes: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareAcknowledgeRequestAcknowledgementBatch(init: Partial<ShareAcknowledgeRequestAcknowledgementBatch> = {}): ShareAcknowledgeRequestAcknowledgementBatch {
  const m: ShareAcknowledgeRequestAcknowledgementBatch = {
    firstOffset: init.firstOffset ?? 0n,
    lastOffset: init.lastOffset ?? 0n,
    acknowledgeTypes: init.acknowledgeTypes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeShareAcknowledgeRequest(m: ShareAcknowledgeRequest, v: number): number {
  let n = 4;
  n += sizeOfCompactNullableString(m.groupId);
  n += sizeOfCompactNullableString(m.memberId);
  if (v >= 2) {
    n += 1;
  }
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeShareAcknowledgeRequestAcknowledgeTopic(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareAcknowledgeRequest(w: Writer, m: ShareAcknowledgeRequest, v: number): void {
  w.compactNullableString(m.groupId);
  w.compactNullableString(m.memberId);
  w.int32(m.shareSessionEpoch);
  if (v >= 2) {
    w.boolean(m.isRenewAck);
  }
  if (!(v >= 2) && m.isRenewAck !== false) throw unsupportedField('ShareAcknowledgeRequest', 'isRenewAck', v);
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) encodeShareAcknowledgeRequestAcknowledgeTopic(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareAcknowledgeRequest(r: Reader, v: number): ShareAcknowledgeRequest {
  const groupId = r.compactNullableString();
  const memberId = r.compactNullableString();
  const shareSessionEpoch = r.int32();
  const isRenewAck = v >= 2 ? r.boolean() : false;
  const topics: ShareAcknowledgeRequestAcknowledgeTopic[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topics.push(decodeShareAcknowledgeRequestAcknowledgeTopic(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareAcknowledgeRequest = { groupId, memberId, shareSessionEpoch, isRenewAck, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareAcknowledgeRequestAcknowledgeTopic(m: ShareAcknowledgeRequestAcknowledgeTopic, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeShareAcknowledgeRequestAcknowledgePartition(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareAcknowledgeRequestAcknowledgeTopic(w: Writer, m: ShareAcknowledgeRequestAcknowledgeTopic, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeShareAcknowledgeRequestAcknowledgePartition(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareAcknowledgeRequestAcknowledgeTopic(r: Reader, v: number): ShareAcknowledgeRequestAcknowledgeTopic {
  const topicId = r.uuid();
  const partitions: ShareAcknowledgeRequestAcknowledgePartition[] = [];
  {
    const count = r.compactArrayLength(6);
    for (let i = 0; i < count; i++) partitions.push(decodeShareAcknowledgeRequestAcknowledgePartition(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareAcknowledgeRequestAcknowledgeTopic = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareAcknowledgeRequestAcknowledgePartition(m: ShareAcknowledgeRequestAcknowledgePartition, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.acknowledgementBatches.length + 1);
  for (const e of m.acknowledgementBatches) n += sizeShareAcknowledgeRequestAcknowledgementBatch(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareAcknowledgeRequestAcknowledgePartition(w: Writer, m: ShareAcknowledgeRequestAcknowledgePartition, v: number): void {
  w.int32(m.partitionIndex);
  w.compactArrayLength(m.acknowledgementBatches.length);
  for (const e of m.acknowledgementBatches) encodeShareAcknowledgeRequestAcknowledgementBatch(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareAcknowledgeRequestAcknowledgePartition(r: Reader, v: number): ShareAcknowledgeRequestAcknowledgePartition {
  const partitionIndex = r.int32();
  const acknowledgementBatches: ShareAcknowledgeRequestAcknowledgementBatch[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) acknowledgementBatches.push(decodeShareAcknowledgeRequestAcknowledgementBatch(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareAcknowledgeRequestAcknowledgePartition = { partitionIndex, acknowledgementBatches };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareAcknowledgeRequestAcknowledgementBatch(m: ShareAcknowledgeRequestAcknowledgementBatch, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.acknowledgeTypes.length + 1) + m.acknowledgeTypes.length;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareAcknowledgeRequestAcknowledgementBatch(w: Writer, m: ShareAcknowledgeRequestAcknowledgementBatch, v: number): void {
  w.int64(m.firstOffset);
  w.int64(m.lastOffset);
  w.compactArrayLength(m.acknowledgeTypes.length);
  for (const e of m.acknowledgeTypes) w.int8(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareAcknowledgeRequestAcknowledgementBatch(r: Reader, v: number): ShareAcknowledgeRequestAcknowledgementBatch {
  const firstOffset = r.int64();
  const lastOffset = r.int64();
  const acknowledgeTypes: number[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) acknowledgeTypes.push(r.int8());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareAcknowledgeRequestAcknowledgementBatch = { firstOffset, lastOffset, acknowledgeTypes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Acknowledges acquired records. */
export const shareAcknowledgeRequest: MessageCodec<ShareAcknowledgeRequest> = {
  name: 'ShareAcknowledgeRequest',
  kind: 'request',
  apiKey: 79,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(shareAcknowledgeRequest, version);
    return sizeShareAcknowledgeRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(shareAcknowledgeRequest, version);
    encodeShareAcknowledgeRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(shareAcknowledgeRequest, version);
    return decodeShareAcknowledgeRequest(reader, version);
  },
};

/** Result for each partition. */
export interface ShareAcknowledgeResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Milliseconds for which acquired records stay locked. (v2+) */
  acquisitionLockTimeoutMs: number;
  /** One result for each entry of the request. */
  responses: readonly ShareAcknowledgeResponseShareAcknowledgeTopicResponse[];
  /** Addresses of the new leaders that this response names. */
  nodeEndpoints: readonly ShareAcknowledgeResponseNodeEndpoint[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareAcknowledgeResponse(init: Partial<ShareAcknowledgeResponse> = {}): ShareAcknowledgeResponse {
  const m: ShareAcknowledgeResponse = {
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
export interface ShareAcknowledgeResponseShareAcknowledgeTopicResponse {
  /** Id of the topic. */
  topicId: string;
  /** Partitions of this topic. */
  partitions: readonly ShareAcknowledgeResponsePartitionData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareAcknowledgeResponseShareAcknowledgeTopicResponse(init: Partial<ShareAcknowledgeResponseShareAcknowledgeTopicResponse> = {}): ShareAcknowledgeResponseShareAcknowledgeTopicResponse {
  const m: ShareAcknowledgeResponseShareAcknowledgeTopicResponse = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `nodeEndpoints`. */
export interface ShareAcknowledgeResponseNodeEndpoint {
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

export function createShareAcknowledgeResponseNodeEndpoint(init: Partial<ShareAcknowledgeResponseNodeEndpoint> = {}): ShareAcknowledgeResponseNodeEndpoint {
  const m: ShareAcknowledgeResponseNodeEndpoint = {
    nodeId: init.nodeId ?? 0,
    host: init.host ?? '',
    port: init.port ?? 0,
    rack: init.rack ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitions`. */
export interface ShareAcknowledgeResponsePartitionData {
  /** Number of the partition. */
  partitionIndex: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Leader to turn to when this broker no longer leads the partition. */
  currentLeader: ShareAcknowledgeResponseLeaderIdAndEpoch;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareAcknowledgeResponsePartitionData(init: Partial<ShareAcknowledgeResponsePartitionData> = {}): ShareAcknowledgeResponsePartitionData {
  const m: ShareAcknowledgeResponsePartitionData = {
    partitionIndex: init.partitionIndex ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    currentLeader: init.currentLeader ?? createShareAcknowledgeResponseLeaderIdAndEpoch(),
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Leader to turn to when this broker no longer leads the partition. */
export interface ShareAcknowledgeResponseLeaderIdAndEpoch {
  /** Broker that leads the partition, -1 when none does. */
  leaderId: number;
  /** Leader epoch, -1 when unknown. */
  leaderEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareAcknowledgeResponseLeaderIdAndEpoch(init: Partial<ShareAcknowledgeResponseLeaderIdAndEpoch> = {}): ShareAcknowledgeResponseLeaderIdAndEpoch {
  const m: ShareAcknowledgeResponseLeaderIdAndEpoch = {
    leaderId: init.leaderId ?? 0,
    leaderEpoch: init.leaderEpoch ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeShareAcknowledgeResponse(m: ShareAcknowledgeResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  if (v >= 2) {
    n += 4;
  }
  n += sizeOfUvarint(m.responses.length + 1);
  for (const e of m.responses) n += sizeShareAcknowledgeResponseShareAcknowledgeTopicResponse(e, v);
  n += sizeOfUvarint(m.nodeEndpoints.length + 1);
  for (const e of m.nodeEndpoints) n += sizeShareAcknowledgeResponseNodeEndpoint(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareAcknowledgeResponse(w: Writer, m: ShareAcknowledgeResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  if (v >= 2) {
    w.int32(m.acquisitionLockTimeoutMs);
  }
  w.compactArrayLength(m.responses.length);
  for (const e of m.responses) encodeShareAcknowledgeResponseShareAcknowledgeTopicResponse(w, e, v);
  w.compactArrayLength(m.nodeEndpoints.length);
  for (const e of m.nodeEndpoints) encodeShareAcknowledgeResponseNodeEndpoint(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareAcknowledgeResponse(r: Reader, v: number): ShareAcknowledgeResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const acquisitionLockTimeoutMs = v >= 2 ? r.int32() : 0;
  const responses: ShareAcknowledgeResponseShareAcknowledgeTopicResponse[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) responses.push(decodeShareAcknowledgeResponseShareAcknowledgeTopicResponse(r, v));
  }
  const nodeEndpoints: ShareAcknowledgeResponseNodeEndpoint[] = [];
  {
    const count = r.compactArrayLength(11);
    for (let i = 0; i < count; i++) nodeEndpoints.push(decodeShareAcknowledgeResponseNodeEndpoint(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareAcknowledgeResponse = { throttleTimeMs, errorCode, errorMessage, acquisitionLockTimeoutMs, responses, nodeEndpoints };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareAcknowledgeResponseShareAcknowledgeTopicResponse(m: ShareAcknowledgeResponseShareAcknowledgeTopicResponse, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1);
  for (const e of m.partitions) n += sizeShareAcknowledgeResponsePartitionData(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareAcknowledgeResponseShareAcknowledgeTopicResponse(w: Writer, m: ShareAcknowledgeResponseShareAcknowledgeTopicResponse, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) encodeShareAcknowledgeResponsePartitionData(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareAcknowledgeResponseShareAcknowledgeTopicResponse(r: Reader, v: number): ShareAcknowledgeResponseShareAcknowledgeTopicResponse {
  const topicId = r.uuid();
  const partitions: ShareAcknowledgeResponsePartitionData[] = [];
  {
    const count = r.compactArrayLength(17);
    for (let i = 0; i < count; i++) partitions.push(decodeShareAcknowledgeResponsePartitionData(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareAcknowledgeResponseShareAcknowledgeTopicResponse = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareAcknowledgeResponseNodeEndpoint(m: ShareAcknowledgeResponseNodeEndpoint, v: number): number {
  let n = 8;
  n += sizeOfCompactString(m.host);
  n += sizeOfCompactNullableString(m.rack);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareAcknowledgeResponseNodeEndpoint(w: Writer, m: ShareAcknowledgeResponseNodeEndpoint, v: number): void {
  w.int32(m.nodeId);
  w.compactString(m.host);
  w.int32(m.port);
  w.compactNullableString(m.rack);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareAcknowledgeResponseNodeEndpoint(r: Reader, v: number): ShareAcknowledgeResponseNodeEndpoint {
  const nodeId = r.int32();
  const host = r.compactString();
  const port = r.int32();
  const rack = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: ShareAcknowledgeResponseNodeEndpoint = { nodeId, host, port, rack };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareAcknowledgeResponsePartitionData(m: ShareAcknowledgeResponsePartitionData, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeShareAcknowledgeResponseLeaderIdAndEpoch(m.currentLeader, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareAcknowledgeResponsePartitionData(w: Writer, m: ShareAcknowledgeResponsePartitionData, v: number): void {
  w.int32(m.partitionIndex);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  encodeShareAcknowledgeResponseLeaderIdAndEpoch(w, m.currentLeader, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareAcknowledgeResponsePartitionData(r: Reader, v: number): ShareAcknowledgeResponsePartitionData {
  const partitionIndex = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const currentLeader = decodeShareAcknowledgeResponseLeaderIdAndEpoch(r, v);
  const unknownTaggedFields = r.taggedFields();
  const m: ShareAcknowledgeResponsePartitionData = { partitionIndex, errorCode, errorMessage, currentLeader };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareAcknowledgeResponseLeaderIdAndEpoch(m: ShareAcknowledgeResponseLeaderIdAndEpoch, v: number): number {
  let n = 8;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareAcknowledgeResponseLeaderIdAndEpoch(w: Writer, m: ShareAcknowledgeResponseLeaderIdAndEpoch, v: number): void {
  w.int32(m.leaderId);
  w.int32(m.leaderEpoch);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareAcknowledgeResponseLeaderIdAndEpoch(r: Reader, v: number): ShareAcknowledgeResponseLeaderIdAndEpoch {
  const leaderId = r.int32();
  const leaderEpoch = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: ShareAcknowledgeResponseLeaderIdAndEpoch = { leaderId, leaderEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each partition. */
export const shareAcknowledgeResponse: MessageCodec<ShareAcknowledgeResponse> = {
  name: 'ShareAcknowledgeResponse',
  kind: 'response',
  apiKey: 79,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(shareAcknowledgeResponse, version);
    return sizeShareAcknowledgeResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(shareAcknowledgeResponse, version);
    encodeShareAcknowledgeResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(shareAcknowledgeResponse, version);
    return decodeShareAcknowledgeResponse(reader, version);
  },
};
