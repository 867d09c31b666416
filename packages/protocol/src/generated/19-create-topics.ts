// Generated from schemas/19-create-topics.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfRawTags, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Creates topics. */
export interface CreateTopicsRequest {
  /** Topics to create. */
  topics: readonly CreateTopicsRequestCreatableTopic[];
  /** Milliseconds that the broker may take. */
  timeoutMs: number;
  /** Only check whether the request would succeed. */
  validateOnly: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateTopicsRequest(init: Partial<CreateTopicsRequest> = {}): CreateTopicsRequest {
  const m: CreateTopicsRequest = {
    topics: init.topics ?? [],
    timeoutMs: init.timeoutMs ?? 60000,
    validateOnly: init.validateOnly ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface CreateTopicsRequestCreatableTopic {
  /** Name of the topic. */
  name: string;
  /** Number of partitions, -1 for the default or with assignments. */
  numPartitions: number;
  /** Number of replicas, -1 for the default or with assignments. */
  replicationFactor: number;
  /** Replica assignment by hand. */
  assignments: readonly CreateTopicsRequestCreatableReplicaAssignment[];
  /** Settings that differ from the defaults. */
  configs: readonly CreateTopicsRequestCreatableTopicConfig[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateTopicsRequestCreatableTopic(init: Partial<CreateTopicsRequestCreatableTopic> = {}): CreateTopicsRequestCreatableTopic {
  const m: CreateTopicsRequestCreatableTopic = {
    name: init.name ?? '',
    numPartitions: init.numPartitions ?? 0,
    replicationFactor: init.replicationFactor ?? 0,
    assignments: init.assignments ?? [],
    configs: init.configs ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `assignments`. */
export interface CreateTopicsRequestCreatableReplicaAssignment {
  /** Number of the partition. */
  partitionIndex: number;
  /** Brokers that shall hold the replicas. */
  brokerIds: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateTopicsRequestCreatableReplicaAssignment(init: Partial<CreateTopicsRequestCreatableReplicaAssignment> = {}): CreateTopicsRequestCreatableReplicaAssignment {
  const m: CreateTopicsRequestCreatableReplicaAssignment = {
    partitionIndex: init.partitionIndex ?? 0,
    brokerIds: init.brokerIds ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `configs`. */
export interface CreateTopicsRequestCreatableTopicConfig {
  /** Key of the setting. */
  name: string;
  /** Value of the setting, or null. */
  value: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateTopicsRequestCreatableTopicConfig(init: Partial<CreateTopicsRequestCreatableTopicConfig> = {}): CreateTopicsRequestCreatableTopicConfig {
  const m: CreateTopicsRequestCreatableTopicConfig = {
    name: init.name ?? '',
    value: init.value === undefined ? '' : init.value,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeCreateTopicsRequest(m: CreateTopicsRequest, v: number): number {
  const flexible = v >= 5;
  let n = 5;
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeCreateTopicsRequestCreatableTopic(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateTopicsRequest(w: Writer, m: CreateTopicsRequest, v: number): void {
  const flexible = v >= 5;
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeCreateTopicsRequestCreatableTopic(w, e, v);
  w.int32(m.timeoutMs);
  w.boolean(m.validateOnly);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateTopicsRequest(r: Reader, v: number): CreateTopicsRequest {
  const flexible = v >= 5;
  const topics: CreateTopicsRequestCreatableTopic[] = [];
  {
    const count = flexible ? r.compactArrayLength(10) : r.arrayLength(10);
    for (let i = 0; i < count; i++) topics.push(decodeCreateTopicsRequestCreatableTopic(r, v));
  }
  const timeoutMs = r.int32();
  const validateOnly = r.boolean();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateTopicsRequest = { topics, timeoutMs, validateOnly };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreateTopicsRequestCreatableTopic(m: CreateTopicsRequestCreatableTopic, v: number): number {
  const flexible = v >= 5;
  let n = 6;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfUvarint(m.assignments.length + 1) : 4;
  for (const e of m.assignments) n += sizeCreateTopicsRequestCreatableReplicaAssignment(e, v);
  n += flexible ? sizeOfUvarint(m.configs.length + 1) : 4;
  for (const e of m.configs) n += sizeCreateTopicsRequestCreatableTopicConfig(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateTopicsRequestCreatableTopic(w: Writer, m: CreateTopicsRequestCreatableTopic, v: number): void {
  const flexible = v >= 5;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  w.int32(m.numPartitions);
  w.int16(m.replicationFactor);
  if (flexible) w.compactArrayLength(m.assignments.length); else w.arrayLength(m.assignments.length);
  for (const e of m.assignments) encodeCreateTopicsRequestCreatableReplicaAssignment(w, e, v);
  if (flexible) w.compactArrayLength(m.configs.length); else w.arrayLength(m.configs.length);
  for (const e of m.configs) encodeCreateTopicsRequestCreatableTopicConfig(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateTopicsRequestCreatableTopic(r: Reader, v: number): CreateTopicsRequestCreatableTopic {
  const flexible = v >= 5;
  const name = flexible ? r.compactString() : r.string();
  const numPartitions = r.int32();
  const replicationFactor = r.int16();
  const assignments: CreateTopicsRequestCreatableReplicaAssignment[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) assignments.push(decodeCreateTopicsRequestCreatableReplicaAssignment(r, v));
  }
  const configs: CreateTopicsRequestCreatableTopicConfig[] = [];
  {
    const count = flexible ? r.compactArrayLength(3) : r.arrayLength(3);
    for (let i = 0; i < count; i++) configs.push(decodeCreateTopicsRequestCreatableTopicConfig(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateTopicsRequestCreatableTopic = { name, numPartitions, replicationFactor, assignments, configs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreateTopicsRequestCreatableReplicaAssignment(m: CreateTopicsRequestCreatableReplicaAssignment, v: number): number {
  const flexible = v >= 5;
  let n = 4;
  n += (flexible ? sizeOfUvarint(m.brokerIds.length + 1) : 4) + m.brokerIds.length * 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateTopicsRequestCreatableReplicaAssignment(w: Writer, m: CreateTopicsRequestCreatableReplicaAssignment, v: number): void {
  const flexible = v >= 5;
  w.int32(m.partitionIndex);
  if (flexible) w.compactArrayLength(m.brokerIds.length); else w.arrayLength(m.brokerIds.length);
  for (const e of m.brokerIds) w.int32(e);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateTopicsRequestCreatableReplicaAssignment(r: Reader, v: number): CreateTopicsRequestCreatableReplicaAssignment {
  const flexible = v >= 5;
  const partitionIndex = r.int32();
  const brokerIds: number[] = [];
  {
    const count = flexible ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < count; i++) brokerIds.push(r.int32());
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateTopicsRequestCreatableReplicaAssignment = { partitionIndex, brokerIds };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreateTopicsRequestCreatableTopicConfig(m: CreateTopicsRequestCreatableTopicConfig, v: number): number {
  const flexible = v >= 5;
  let n = 0;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  n += flexible ? sizeOfCompactNullableString(m.value) : sizeOfNullableString(m.value);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateTopicsRequestCreatableTopicConfig(w: Writer, m: CreateTopicsRequestCreatableTopicConfig, v: number): void {
  const flexible = v >= 5;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (flexible) w.compactNullableString(m.value); else w.nullableString(m.value);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateTopicsRequestCreatableTopicConfig(r: Reader, v: number): CreateTopicsRequestCreatableTopicConfig {
  const flexible = v >= 5;
  const name = flexible ? r.compactString() : r.string();
  const value = flexible ? r.compactNullableString() : r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateTopicsRequestCreatableTopicConfig = { name, value };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Creates topics. */
export const createTopicsRequest: MessageCodec<CreateTopicsRequest> = {
  name: 'CreateTopicsRequest',
  kind: 'request',
  apiKey: 19,
  minVersion: 2,
  maxVersion: 7,
  flexibleFrom: 5,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(createTopicsRequest, version);
    return sizeCreateTopicsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(createTopicsRequest, version);
    encodeCreateTopicsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(createTopicsRequest, version);
    return decodeCreateTopicsRequest(reader, version);
  },
};

/** Result for each topic, with its final settings. */
export interface CreateTopicsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Topics concerned. */
  topics: readonly CreateTopicsResponseCreatableTopicResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateTopicsResponse(init: Partial<CreateTopicsResponse> = {}): CreateTopicsResponse {
  const m: CreateTopicsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    topics: init.topics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topics`. */
export interface CreateTopicsResponseCreatableTopicResult {
  /** Name of the topic. */
  name: string;
  /** Id of the topic. (v7+) */
  topicId: string;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Why the settings are left out, or 0. (v5+, tag 0) */
  topicConfigErrorCode: number;
  /** Number of partitions, -1 when unknown. (v5+) */
  numPartitions: number;
  /** Number of replicas, -1 when unknown. (v5+) */
  replicationFactor: number;
  /** Settings by key. (v5+) */
  configs: readonly CreateTopicsResponseCreatableTopicConfigs[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateTopicsResponseCreatableTopicResult(init: Partial<CreateTopicsResponseCreatableTopicResult> = {}): CreateTopicsResponseCreatableTopicResult {
  const m: CreateTopicsResponseCreatableTopicResult = {
    name: init.name ?? '',
    topicId: init.topicId ?? ZERO_UUID,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    topicConfigErrorCode: init.topicConfigErrorCode ?? 0,
    numPartitions: init.numPartitions ?? -1,
    replicationFactor: init.replicationFactor ?? -1,
    configs: init.configs === undefined ? [] : init.configs,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `configs`. */
export interface CreateTopicsResponseCreatableTopicConfigs {
  /** Key of the setting. (v5+) */
  name: string;
  /** Value of the setting, or null. (v5+) */
  value: string | null;
  /** Whether the value cannot be changed. (v5+) */
  readOnly: boolean;
  /** Where the value comes from. (v5+) */
  configSource: number;
  /** Whether the value is secret and left out. (v5+) */
  isSensitive: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createCreateTopicsResponseCreatableTopicConfigs(init: Partial<CreateTopicsResponseCreatableTopicConfigs> = {}): CreateTopicsResponseCreatableTopicConfigs {
  const m: CreateTopicsResponseCreatableTopicConfigs = {
    name: init.name ?? '',
    value: init.value === undefined ? '' : init.value,
    readOnly: init.readOnly ?? false,
    configSource: init.configSource ?? -1,
    isSensitive: init.isSensitive ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeCreateTopicsResponse(m: CreateTopicsResponse, v: number): number {
  const flexible = v >= 5;
  let n = 4;
  n += flexible ? sizeOfUvarint(m.topics.length + 1) : 4;
  for (const e of m.topics) n += sizeCreateTopicsResponseCreatableTopicResult(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateTopicsResponse(w: Writer, m: CreateTopicsResponse, v: number): void {
  const flexible = v >= 5;
  w.int32(m.throttleTimeMs);
  if (flexible) w.compactArrayLength(m.topics.length); else w.arrayLength(m.topics.length);
  for (const e of m.topics) encodeCreateTopicsResponseCreatableTopicResult(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateTopicsResponse(r: Reader, v: number): CreateTopicsResponse {
  const flexible = v >= 5;
  const throttleTimeMs = r.int32();
  const topics: CreateTopicsResponseCreatableTopicResult[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) topics.push(decodeCreateTopicsResponseCreatableTopicResult(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: CreateTopicsResponse = { throttleTimeMs, topics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreateTopicsResponseCreatableTopicResultTopicConfigErrorCodeTag(value: CreateTopicsResponseCreatableTopicResult['topicConfigErrorCode'], v: number): number {
  let n = 0;
  n += 2;
  return n;
}

function sizeCreateTopicsResponseCreatableTopicResult(m: CreateTopicsResponseCreatableTopicResult, v: number): number {
  const flexible = v >= 5;
  let n = 2;
  n += flexible ? sizeOfCompactString(m.name) : sizeOfString(m.name);
  if (v >= 7) {
    n += 16;
  }
  n += flexible ? sizeOfCompactNullableString(m.errorMessage) : sizeOfNullableString(m.errorMessage);
  if (v >= 5) {
    n += 4;
    n += 2;
    if (m.configs === null) n += 1;
    else {
      n += sizeOfUvarint(m.configs.length + 1);
      for (const e of m.configs) n += sizeCreateTopicsResponseCreatableTopicConfigs(e, v);
    }
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 5 && m.topicConfigErrorCode !== 0) {
      tagCount++;
      const s = sizeCreateTopicsResponseCreatableTopicResultTopicConfigErrorCodeTag(m.topicConfigErrorCode, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function encodeCreateTopicsResponseCreatableTopicResult(w: Writer, m: CreateTopicsResponseCreatableTopicResult, v: number): void {
  const flexible = v >= 5;
  if (flexible) w.compactString(m.name); else w.string(m.name);
  if (v >= 7) {
    w.uuid(m.topicId);
  }
  w.int16(m.errorCode);
  if (flexible) w.compactNullableString(m.errorMessage); else w.nullableString(m.errorMessage);
  if (v >= 5) {
    w.int32(m.numPartitions);
    w.int16(m.replicationFactor);
    if (m.configs === null) {
      w.uvarint(0);
    } else {
      w.compactArrayLength(m.configs.length);
      for (const e of m.configs) encodeCreateTopicsResponseCreatableTopicConfigs(w, e, v);
    }
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 5 && m.topicConfigErrorCode !== 0) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 5 && m.topicConfigErrorCode !== 0) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeCreateTopicsResponseCreatableTopicResultTopicConfigErrorCodeTag(m.topicConfigErrorCode, v));
      w.int16(m.topicConfigErrorCode);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeCreateTopicsResponseCreatableTopicResult(r: Reader, v: number): CreateTopicsResponseCreatableTopicResult {
  const flexible = v >= 5;
  const name = flexible ? r.compactString() : r.string();
  const topicId = v >= 7 ? r.uuid() : ZERO_UUID;
  const errorCode = r.int16();
  const errorMessage = flexible ? r.compactNullableString() : r.nullableString();
  let topicConfigErrorCode: number = 0;
  const numPartitions = v >= 5 ? r.int32() : -1;
  const replicationFactor = v >= 5 ? r.int16() : -1;
  let configs: readonly CreateTopicsResponseCreatableTopicConfigs[] | null = [];
  if (v >= 5) {
    {
      const count = r.compactNullableArrayLength(6);
      if (count < 0) {
        configs = null;
      } else {
        const items: CreateTopicsResponseCreatableTopicConfigs[] = [];
        for (let i = 0; i < count; i++) items.push(decodeCreateTopicsResponseCreatableTopicConfigs(r, v));
        configs = items;
      }
    }
  }
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 5) {
        topicConfigErrorCode = r.int16();
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: CreateTopicsResponseCreatableTopicResult = { name, topicId, errorCode, errorMessage, topicConfigErrorCode, numPartitions, replicationFactor, configs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeCreateTopicsResponseCreatableTopicConfigs(m: CreateTopicsResponseCreatableTopicConfigs, v: number): number {
  let n = 3;
  n += sizeOfCompactString(m.name);
  n += sizeOfCompactNullableString(m.value);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeCreateTopicsResponseCreatableTopicConfigs(w: Writer, m: CreateTopicsResponseCreatableTopicConfigs, v: number): void {
  w.compactString(m.name);
  w.compactNullableString(m.value);
  w.boolean(m.readOnly);
  w.int8(m.configSource);
  w.boolean(m.isSensitive);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeCreateTopicsResponseCreatableTopicConfigs(r: Reader, v: number): CreateTopicsResponseCreatableTopicConfigs {
  const name = r.compactString();
  const value = r.compactNullableString();
  const readOnly = r.boolean();
  const configSource = r.int8();
  const isSensitive = r.boolean();
  const unknownTaggedFields = r.taggedFields();
  const m: CreateTopicsResponseCreatableTopicConfigs = { name, value, readOnly, configSource, isSensitive };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result for each topic, with its final settings. */
export const createTopicsResponse: MessageCodec<CreateTopicsResponse> = {
  name: 'CreateTopicsResponse',
  kind: 'response',
  apiKey: 19,
  minVersion: 2,
  maxVersion: 7,
  flexibleFrom: 5,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(createTopicsResponse, version);
    return sizeCreateTopicsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(createTopicsResponse, version);
    encodeCreateTopicsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(createTopicsResponse, version);
    return decodeCreateTopicsResponse(reader, version);
  },
};
