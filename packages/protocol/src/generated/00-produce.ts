// Generated from schemas/00-produce.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, RecordsField, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { outOfLineBytes, sizeOfCompactNullableString, sizeOfCompactRecords, sizeOfCompactString, sizeOfNullableString, sizeOfRawTags, sizeOfRecords, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Hands record batches to partition leaders. */
export interface ProduceRequest {
  /** Transactional id, or null without transactions. */
  transactionalId: string | null;
  /** Replicas that must have the batches: 0 none and no response, 1 the leader, -1 all in sync. */
  acks: number;
  /** Milliseconds to wait for the replicas. */
  timeoutMs: number;
  /** Topics to write to. */
  topicData: readonly ProduceRequestTopicProduceData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createProduceRequest(init: Partial<ProduceRequest> = {}): ProduceRequest {
  const m: ProduceRequest = {
    transactionalId: init.transactionalId ?? null,
    acks: init.acks ?? 0,
    timeoutMs: init.timeoutMs ?? 0,
    topicData: init.topicData ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topicData`. */
export interface ProduceRequestTopicProduceData {
  /** Name of the topic. (v3-12) */
  name: string;
  /** Id of the topic. (v13+) */
  topicId: string;
  /** Partitions to write to. */
  partitionData: readonly ProduceRequestPartitionProduceData[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createProduceRequestTopicProduceData(init: Partial<ProduceRequestTopicProduceData> = {}): ProduceRequestTopicProduceData {
  const m: ProduceRequestTopicProduceData = {
    name: init.name ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitionData: init.partitionData ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitionData`. */
export interface ProduceRequestPartitionProduceData {
  /** Number of the partition. */
  index: number;
  /** Record batches to append. */
  records: RecordsField;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createProduceRequestPartitionProduceData(init: Partial<ProduceRequestPartitionProduceData> = {}): ProduceRequestPartitionProduceData {
  const m: ProduceRequestPartitionProduceData = {
    index: init.index ?? 0,
    records: init.records ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeProduceRequest(m: ProduceRequest, v: number): number {
  const flexible = v >= 9;
  let n = 6;
  n += flexible ? sizeOfCompactNullableString(m.transactionalId) : sizeOfNullableString(m.transactionalId);
  n += flexible ? sizeOfUvarint(m.topicData.length + 1) : 4;
  for (const e of m.topicData) n += sizeProduceRequestTopicProduceData(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function outOfLineProduceRequest(m: ProduceRequest, v: number): number {
  let n = 0;
  for (const e of m.topicData) n += outOfLineProduceRequestTopicProduceData(e, v);
  return n;
}

function encodeProduceRequest(w: Writer, m: ProduceRequest, v: number): void {
  const flexible = v >= 9;
  if (flexible) w.compactNullableString(m.transactionalId); else w.nullableString(m.transactionalId);
  w.int16(m.acks);
  w.int32(m.timeoutMs);
  if (flexible) w.compactArrayLength(m.topicData.length); else w.arrayLength(m.topicData.length);
  for (const e of m.topicData) encodeProduceRequestTopicProduceData(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeProduceRequest(r: Reader, v: number): ProduceRequest {
  const flexible = v >= 9;
  const transactionalId = flexible ? r.compactNullableString() : r.nullableString();
  const acks = r.int16();
  const timeoutMs = r.int32();
  const topicData: ProduceRequestTopicProduceData[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) topicData.push(decodeProduceRequestTopicProduceData(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ProduceRequest = { transactionalId, acks, timeoutMs, topicData };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeProduceRequestTopicProduceData(m: ProduceRequestTopicProduceData, v: number): number {
  const flexible = v >= 9;
  let n = 0;
  if (v <= 12) {
    n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  }
  if (v >= 13) {
    n += 16;
  }
  n += flexible ? sizeOfUvarint(m.partitionData.length + 1) : 4;
  for (const e of m.partitionData) n += sizeProduceRequestPartitionProduceData(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function outOfLineProduceRequestTopicProduceData(m: ProduceRequestTopicProduceData, v: number): number {
  let n = 0;
  for (const e of m.partitionData) n += outOfLineProduceRequestPartitionProduceData(e, v);
  return n;
}

function encodeProduceRequestTopicProduceData(w: Writer, m: ProduceRequestTopicProduceData, v: number): void {
  const flexible = v >= 9;
  if (v <= 12) {
    if (flexible) w.compactString(m.name); else w.string(m.name);
  }
  if (v >= 13) {
    w.uuid(m.topicId);
  }
  if (flexible) w.compactArrayLength(m.partitionData.length); else w.arrayLength(m.partitionData.length);
  for (const e of m.partitionData) encodeProduceRequestPartitionProduceData(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeProduceRequestTopicProduceData(r: Reader, v: number): ProduceRequestTopicProduceData {
  const flexible = v >= 9;
  const name = v <= 12 ? (flexible ? r.compactString() : r.string()) : '';
  const topicId = v >= 13 ? r.uuid() : ZERO_UUID;
  const partitionData: ProduceRequestPartitionProduceData[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) partitionData.push(decodeProduceRequestPartitionProduceData(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ProduceRequestTopicProduceData = { name, topicId, partitionData };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeProduceRequestPartitionProduceData(m: ProduceRequestPartitionProduceData, v: number): number {
  const flexible = v >= 9;
  let n = 4;
  n += flexible ? sizeOfCompactRecords(m.records) : sizeOfRecords(m.records);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function outOfLineProduceRequestPartitionProduceData(m: ProduceRequestPartitionProduceData, v: number): number {
  let n = 0;
  n += outOfLineBytes(m.records);
  return n;
}

function encodeProduceRequestPartitionProduceData(w: Writer, m: ProduceRequestPartitionProduceData, v: number): void {
  const flexible = v >= 9;
  w.int32(m.index);
  if (flexible) w.compactRecords(m.records); else w.records(m.records);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeProduceRequestPartitionProduceData(r: Reader, v: number): ProduceRequestPartitionProduceData {
  const flexible = v >= 9;
  const index = r.int32();
  const records = flexible ? r.compactRecords() : r.records();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ProduceRequestPartitionProduceData = { index, records };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Hands record batches to partition leaders. */
export const produceRequest: MessageCodec<ProduceRequest> = {
  name: 'ProduceRequest',
  kind: 'request',
  apiKey: 0,
  minVersion: 3,
  maxVersion: 13,
  flexibleFrom: 9,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(produceRequest, version);
    return sizeProduceRequest(message, version);
  },
  outOfLineSize(message, version) {
    checkVersion(produceRequest, version);
    return outOfLineProduceRequest(message, version);
  },
  encode(writer, message, version) {
    checkVersion(produceRequest, version);
    encodeProduceRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(produceRequest, version);
    return decodeProduceRequest(reader, version);
  },
};

/** Says per partition at which offset the batches were written. */
export interface ProduceResponse {
  /** Result for each topic. */
  responses: readonly ProduceResponseTopicProduceResponse[];
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Addresses of the new leaders that this response names. (v10+, tag 0) */
  nodeEndpoints: readonly ProduceResponseNodeEndpoint[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createProduceResponse(init: Partial<ProduceResponse> = {}): ProduceResponse {
  const m: ProduceResponse = {
    responses: init.responses ?? [],
    throttleTimeMs: init.throttleTimeMs ?? 0,
    nodeEndpoints: init.nodeEndpoints ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `responses`. */
export interface ProduceResponseTopicProduceResponse {
  /** Name of the topic. (v3-12) */
  name: string;
  /** Id of the topic. (v13+) */
  topicId: string;
  /** Result for each partition. */
  partitionResponses: readonly ProduceResponsePartitionProduceResponse[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createProduceResponseTopicProduceResponse(init: Partial<ProduceResponseTopicProduceResponse> = {}): ProduceResponseTopicProduceResponse {
  const m: ProduceResponseTopicProduceResponse = {
    name: init.name ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    partitionResponses: init.partitionResponses ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `nodeEndpoints`. */
export interface ProduceResponseNodeEndpoint {
  /** Id of the broker. (v10+) */
  nodeId: number;
  /** Host name or address. (v10+) */
  host: string;
  /** TCP port. (v10+) */
  port: number;
  /** Rack, or null when none is configured. (v10+) */
  rack: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createProduceResponseNodeEndpoint(init: Partial<ProduceResponseNodeEndpoint> = {}): ProduceResponseNodeEndpoint {
  const m: ProduceResponseNodeEndpoint = {
    nodeId: init.nodeId ?? 0,
    host: init.host ?? '',
    port: init.port ?? 0,
    rack: init.rack ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitionResponses`. */
export interface ProduceResponsePartitionProduceResponse {
  /** Number of the partition. */
  index: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Offset of the first record that was written. */
  baseOffset: bigint;
  /** Time that the broker gave the records, -1 when they kept their own. */
  logAppendTimeMs: bigint;
  /** First offset of the log, -1 when unknown. (v5+) */
  logStartOffset: bigint;
  /** Records because of which the batch was refused. (v8+) */
  recordErrors: readonly ProduceResponseBatchIndexAndErrorMessage[];
  /** What went wrong in words, or null. (v8+) */
  errorMessage: string | null;
  /** Leader to turn to when this broker no longer leads the partition. (v10+, tag 0) */
  currentLeader: ProduceResponseLeaderIdAndEpoch;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createProduceResponsePartitionProduceResponse(init: Partial<ProduceResponsePartitionProduceResponse> = {}): ProduceResponsePartitionProduceResponse {
  const m: ProduceResponsePartitionProduceResponse = {
    index: init.index ?? 0,
    errorCode: init.errorCode ?? 0,
    baseOffset: init.baseOffset ?? 0n,
    logAppendTimeMs: init.logAppendTimeMs ?? -1n,
    logStartOffset: init.logStartOffset ?? -1n,
    recordErrors: init.recordErrors ?? [],
    errorMessage: init.errorMessage ?? null,
    currentLeader: init.currentLeader ?? createProduceResponseLeaderIdAndEpoch(),
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `recordErrors`. */
export interface ProduceResponseBatchIndexAndErrorMessage {
  /** Index of the record in its batch. (v8+) */
  batchIndex: number;
  /** Why this record was refused, or null. (v8+) */
  batchIndexErrorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createProduceResponseBatchIndexAndErrorMessage(init: Partial<ProduceResponseBatchIndexAndErrorMessage> = {}): ProduceResponseBatchIndexAndErrorMessage {
  const m: ProduceResponseBatchIndexAndErrorMessage = {
    batchIndex: init.batchIndex ?? 0,
    batchIndexErrorMessage: init.batchIndexErrorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Leader to turn to when this broker no longer leads the partition. */
export interface ProduceResponseLeaderIdAndEpoch {
  /** Broker that leads the partition, -1 when none does. (v10+) */
  leaderId: number;
  /** Leader epoch, -1 when unknown. (v10+) */
  leaderEpoch: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createProduceResponseLeaderIdAndEpoch(init: Partial<ProduceResponseLeaderIdAndEpoch> = {}): ProduceResponseLeaderIdAndEpoch {
  const m: ProduceResponseLeaderIdAndEpoch = {
    leaderId: init.leaderId ?? -1,
    leaderEpoch: init.leaderEpoch ?? -1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function isDefaultProduceResponseLeaderIdAndEpoch(m: ProduceResponseLeaderIdAndEpoch): boolean {
  return !((m.leaderId !== -1) || (m.leaderEpoch !== -1) || (m.unknownTaggedFields !== undefined));
}

function sizeProduceResponseNodeEndpointsTag(value: ProduceResponse['nodeEndpoints'], v: number): number {
  let n = 0;
  n += sizeOfUvarint(value.length + 1);
  for (const e of value) n += sizeProduceResponseNodeEndpoint(e, v);
  return n;
}

function sizeProduceResponse(m: ProduceResponse, v: number): number {
  const flexible = v >= 9;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.responses.length + 1) : 4;
  for (const e of m.responses) n += sizeProduceResponseTopicProduceResponse(e, v);
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 10 && m.nodeEndpoints.length !== 0) {
      tagCount++;
      const s = sizeProduceResponseNodeEndpointsTag(m.nodeEndpoints, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function encodeProduceResponse(w: Writer, m: ProduceResponse, v: number): void {
  const flexible = v >= 9;
  if (flexible) w.compactArrayLength(m.responses.length); else w.arrayLength(m.responses.length);
  for (const e of m.responses) encodeProduceResponseTopicProduceResponse(w, e, v);
  w.int32(m.throttleTimeMs);
  if (!(v >= 10) && m.nodeEndpoints.length !== 0) throw unsupportedField('ProduceResponse', 'nodeEndpoints', v);
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 10 && m.nodeEndpoints.length !== 0) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 10 && m.nodeEndpoints.length !== 0) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeProduceResponseNodeEndpointsTag(m.nodeEndpoints, v));
      w.compactArrayLength(m.nodeEndpoints.length);
      for (const e of m.nodeEndpoints) encodeProduceResponseNodeEndpoint(w, e, v);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeProduceResponse(r: Reader, v: number): ProduceResponse {
  const flexible = v >= 9;
  const responses: ProduceResponseTopicProduceResponse[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) responses.push(decodeProduceResponseTopicProduceResponse(r, v));
  }
  const throttleTimeMs = r.int32();
  let nodeEndpoints: readonly ProduceResponseNodeEndpoint[] = [];
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 10) {
        {
          const count = r.compactArrayLength(11);
          const items: ProduceResponseNodeEndpoint[] = [];
          for (let i = 0; i < count; i++) items.push(decodeProduceResponseNodeEndpoint(r, v));
          nodeEndpoints = items;
        }
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: ProduceResponse = { responses, throttleTimeMs, nodeEndpoints };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeProduceResponseTopicProduceResponse(m: ProduceResponseTopicProduceResponse, v: number): number {
  const flexible = v >= 9;
  let n = 0;
  if (v <= 12) {
    n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  }
  if (v >= 13) {
    n += 16;
  }
  n += flexible ? sizeOfUvarint(m.partitionResponses.length + 1) : 4;
  for (const e of m.partitionResponses) n += sizeProduceResponsePartitionProduceResponse(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeProduceResponseTopicProduceResponse(w: Writer, m: ProduceResponseTopicProduceResponse, v: number): void {
  const flexible = v >= 9;
  if (v <= 12) {
    if (flexible) w.compactString(m.name); else w.string(m.name);
  }
  if (v >= 13) {
    w.uuid(m.topicId);
  }
  if (flexible) w.compactArrayLength(m.partitionResponses.length); else w.arrayLength(m.partitionResponses.length);
  for (const e of m.partitionResponses) encodeProduceResponsePartitionProduceResponse(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeProduceResponseTopicProduceResponse(r: Reader, v: number): ProduceResponseTopicProduceResponse {
  const flexible = v >= 9;
  const name = v <= 12 ? (flexible ? r.compactString() : r.string()) : '';
  const topicId = v >= 13 ? r.uuid() : ZERO_UUID;
  const partitionResponses: ProduceResponsePartitionProduceResponse[] = [];
  {
    const count = flexible ? r.compactArrayLength(22) : r.arrayLength(22);
    for (let i = 0; i < count; i++) partitionResponses.push(decodeProduceResponsePartitionProduceResponse(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ProduceResponseTopicProduceResponse = { name, topicId, partitionResponses };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeProduceResponseNodeEndpoint(m: ProduceResponseNodeEndpoint, v: number): number {
  let n = 8;
  n += sizeOfCompactString(m.host);
  n += sizeOfCompactNullableString(m.rack);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeProduceResponseNodeEndpoint(w: Writer, m: ProduceResponseNodeEndpoint, v: number): void {
  w.int32(m.nodeId);
  w.compactString(m.host);
  w.int32(m.port);
  w.compactNullableString(m.rack);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeProduceResponseNodeEndpoint(r: Reader, v: number): ProduceResponseNodeEndpoint {
  const nodeId = r.int32();
  const host = r.compactString();
  const port = r.int32();
  const rack = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: ProduceResponseNodeEndpoint = { nodeId, host, port, rack };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeProduceResponsePartitionProduceResponseCurrentLeaderTag(value: ProduceResponsePartitionProduceResponse['currentLeader'], v: number): number {
  let n = 0;
  n += sizeProduceResponseLeaderIdAndEpoch(value, v);
  return n;
}

function sizeProduceResponsePartitionProduceResponse(m: ProduceResponsePartitionProduceResponse, v: number): number {
  const flexible = v >= 9;
  let n = 22;
  if (v >= 5) {
    n += 8;
  }
  if (v >= 8) {
    n += flexible ? sizeOfUvarint(m.recordErrors.length + 1) : 4;
    for (const e of m.recordErrors) n += sizeProduceResponseBatchIndexAndErrorMessage(e, v);
    n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 10 && !isDefaultProduceResponseLeaderIdAndEpoch(m.currentLeader)) {
      tagCount++;
      const s = sizeProduceResponsePartitionProduceResponseCurrentLeaderTag(m.currentLeader, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function encodeProduceResponsePartitionProduceResponse(w: Writer, m: ProduceResponsePartitionProduceResponse, v: number): void {
  const flexible = v >= 9;
  w.int32(m.index);
  w.int16(m.errorCode);
  w.int64(m.baseOffset);
  w.int64(m.logAppendTimeMs);
  if (v >= 5) {
    w.int64(m.logStartOffset);
  }
  if (v >= 8) {
    if (flexible) w.compactArrayLength(m.recordErrors.length); else w.arrayLength(m.recordErrors.length);
    for (const e of m.recordErrors) encodeProduceResponseBatchIndexAndErrorMessage(w, e, v);
    if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  }
  if (!(v >= 10) && !isDefaultProduceResponseLeaderIdAndEpoch(m.currentLeader)) throw unsupportedField('ProduceResponsePartitionProduceResponse', 'currentLeader', v);
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 10 && !isDefaultProduceResponseLeaderIdAndEpoch(m.currentLeader)) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 10 && !isDefaultProduceResponseLeaderIdAndEpoch(m.currentLeader)) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeProduceResponsePartitionProduceResponseCurrentLeaderTag(m.currentLeader, v));
      encodeProduceResponseLeaderIdAndEpoch(w, m.currentLeader, v);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeProduceResponsePartitionProduceResponse(r: Reader, v: number): ProduceResponsePartitionProduceResponse {
  const flexible = v >= 9;
  const index = r.int32();
  const errorCode = r.int16();
  const baseOffset = r.int64();
  const logAppendTimeMs = r.int64();
  const logStartOffset = v >= 5 ? r.int64() : -1n;
  const recordErrors: ProduceResponseBatchIndexAndErrorMessage[] = [];
  if (v >= 8) {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) recordErrors.push(decodeProduceResponseBatchIndexAndErrorMessage(r, v));
  }
  const errorMessage = v >= 8 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  let currentLeader: ProduceResponseLeaderIdAndEpoch = createProduceResponseLeaderIdAndEpoch();
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 10) {
        currentLeader = decodeProduceResponseLeaderIdAndEpoch(r, v);
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: ProduceResponsePartitionProduceResponse = { index, errorCode, baseOffset, logAppendTimeMs, logStartOffset, recordErrors, errorMessage, currentLeader };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeProduceResponseBatchIndexAndErrorMessage(m: ProduceResponseBatchIndexAndErrorMessage, v: number): number {
  const flexible = v >= 9;
  let n = 4;
  n += flexible ? sizeOfCompactNullableString(m.batchIndexErrorMessage) : sizeOfNullableString(m.batchIndexErrorMessage);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeProduceResponseBatchIndexAndErrorMessage(w: Writer, m: ProduceResponseBatchIndexAndErrorMessage, v: number): void {
  const flexible = v >= 9;
  w.int32(m.batchIndex);
  if (flexible) w.compactNullableString(m.batchIndexErrorMessage); else w.nullableString(m.batchIndexErrorMessage);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeProduceResponseBatchIndexAndErrorMessage(r: Reader, v: number): ProduceResponseBatchIndexAndErrorMessage {
  const flexible = v >= 9;
  const batchIndex = r.int32();
  const batchIndexErrorMessage = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ProduceResponseBatchIndexAndErrorMessage = { batchIndex, batchIndexErrorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeProduceResponseLeaderIdAndEpoch(m: ProduceResponseLeaderIdAndEpoch, v: number): number {
  let n = 8;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeProduceResponseLeaderIdAndEpoch(w: Writer, m: ProduceResponseLeaderIdAndEpoch, v: number): void {
  w.int32(m.leaderId);
  w.int32(m.leaderEpoch);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeProduceResponseLeaderIdAndEpoch(r: Reader, v: number): ProduceResponseLeaderIdAndEpoch {
  const leaderId = r.int32();
  const leaderEpoch = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: ProduceResponseLeaderIdAndEpoch = { leaderId, leaderEpoch };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Says per partition at which offset the batches were written. */
export const produceResponse: MessageCodec<ProduceResponse> = {
  name: 'ProduceResponse',
  kind: 'response',
  apiKey: 0,
  minVersion: 3,
  maxVersion: 13,
  flexibleFrom: 9,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(produceResponse, version);
    return sizeProduceResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(produceResponse, version);
    encodeProduceResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(produceResponse, version);
    return decodeProduceResponse(reader, version);
  },
};
