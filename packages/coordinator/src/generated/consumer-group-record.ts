// Generated from schemas/consumer-group-record.kschema by tools/protocol-codegen. Do not edit; run "nx run coordinator:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, Reader, TaggedField, Writer } from '@millrace/protocol/internal';
import { EMPTY_BYTES, checkVersion, sizeOfCompactBytes, sizeOfCompactNullableString, sizeOfCompactString, sizeOfRawTags, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '@millrace/protocol/internal';

/** Names a consumer group whose assignments the broker computes. */
export interface ConsumerGroupMetadataKey {
  /** The group's id. */
  group: string;
}

export function createConsumerGroupMetadataKey(init: Partial<ConsumerGroupMetadataKey> = {}): ConsumerGroupMetadataKey {
  const m: ConsumerGroupMetadataKey = {
    group: init.group ?? '',
  };
  return m;
}

function sizeConsumerGroupMetadataKey(m: ConsumerGroupMetadataKey, v: number): number {
  let n = 0;
  n += sizeOfString(m.group);
  return n;
}

function encodeConsumerGroupMetadataKey(w: Writer, m: ConsumerGroupMetadataKey, v: number): void {
  w.string(m.group);
}

function decodeConsumerGroupMetadataKey(r: Reader, v: number): ConsumerGroupMetadataKey {
  const group = r.string();
  return { group };
}

/** Names a consumer group whose assignments the broker computes. */
export const consumerGroupMetadataKey: MessageCodec<ConsumerGroupMetadataKey> = {
  name: 'ConsumerGroupMetadataKey',
  kind: 'data',
  apiKey: null,
  minVersion: 3,
  maxVersion: 3,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupMetadataKey, version);
    return sizeConsumerGroupMetadataKey(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupMetadataKey, version);
    encodeConsumerGroupMetadataKey(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupMetadataKey, version);
    return decodeConsumerGroupMetadataKey(reader, version);
  },
};

/** A consumer group; a record without value deletes it. */
export interface ConsumerGroupMetadataValue {
  /** Rises with every change of members, subscriptions or topics. */
  epoch: number;
  /** Stands for the subscribed topics as they were when the epoch rose. (tag 0) */
  metadataHash: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupMetadataValue(init: Partial<ConsumerGroupMetadataValue> = {}): ConsumerGroupMetadataValue {
  const m: ConsumerGroupMetadataValue = {
    epoch: init.epoch ?? 0,
    metadataHash: init.metadataHash ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupMetadataValueMetadataHashTag(value: ConsumerGroupMetadataValue['metadataHash'], v: number): number {
  let n = 0;
  n += 8;
  return n;
}

function sizeConsumerGroupMetadataValue(m: ConsumerGroupMetadataValue, v: number): number {
  let n = 4;
  let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
  if (m.metadataHash !== 0n) {
    tagCount++;
    const s = sizeConsumerGroupMetadataValueMetadataHashTag(m.metadataHash, v);
    n += 1 + sizeOfUvarint(s) + s;
  }
  n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupMetadataValue(w: Writer, m: ConsumerGroupMetadataValue, v: number): void {
  w.int32(m.epoch);
  let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
  if (m.metadataHash !== 0n) tagCount++;
  w.uvarint(tagCount);
  let u = 0;
  if (m.metadataHash !== 0n) {
    u = w.rawTags(m.unknownTaggedFields, u, 0);
    w.uvarint(0);
    w.uvarint(sizeConsumerGroupMetadataValueMetadataHashTag(m.metadataHash, v));
    w.int64(m.metadataHash);
  }
  w.rawTags(m.unknownTaggedFields, u, Infinity);
}

function decodeConsumerGroupMetadataValue(r: Reader, v: number): ConsumerGroupMetadataValue {
  const epoch = r.int32();
  let metadataHash: bigint = 0n;
  let unknownTaggedFields: TaggedField[] | undefined;
  const tagCount = r.tagCount();
  for (let i = 0, tag = -1; i < tagCount; i++) {
    tag = r.tag(tag);
    const end = r.taggedFieldEnd();
    if (tag === 0) {
      metadataHash = r.int64();
      r.expectPosition(end);
    } else {
      (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
    }
  }
  const m: ConsumerGroupMetadataValue = { epoch, metadataHash };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** A consumer group; a record without value deletes it. */
export const consumerGroupMetadataValue: MessageCodec<ConsumerGroupMetadataValue> = {
  name: 'ConsumerGroupMetadataValue',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupMetadataValue, version);
    return sizeConsumerGroupMetadataValue(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupMetadataValue, version);
    encodeConsumerGroupMetadataValue(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupMetadataValue, version);
    return decodeConsumerGroupMetadataValue(reader, version);
  },
};

/** Names a member: 5 its subscription, 7 its target assignment, 8 its present one. */
export interface ConsumerGroupMemberKey {
  /** The group's id. */
  group: string;
  /** The member's id. */
  member: string;
}

export function createConsumerGroupMemberKey(init: Partial<ConsumerGroupMemberKey> = {}): ConsumerGroupMemberKey {
  const m: ConsumerGroupMemberKey = {
    group: init.group ?? '',
    member: init.member ?? '',
  };
  return m;
}

function sizeConsumerGroupMemberKey(m: ConsumerGroupMemberKey, v: number): number {
  let n = 0;
  n += sizeOfString(m.group);
  n += sizeOfString(m.member);
  return n;
}

function encodeConsumerGroupMemberKey(w: Writer, m: ConsumerGroupMemberKey, v: number): void {
  w.string(m.group);
  w.string(m.member);
}

function decodeConsumerGroupMemberKey(r: Reader, v: number): ConsumerGroupMemberKey {
  const group = r.string();
  const member = r.string();
  return { group, member };
}

/** Names a member: 5 its subscription, 7 its target assignment, 8 its present one. */
export const consumerGroupMemberKey: MessageCodec<ConsumerGroupMemberKey> = {
  name: 'ConsumerGroupMemberKey',
  kind: 'data',
  apiKey: null,
  minVersion: 5,
  maxVersion: 8,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupMemberKey, version);
    return sizeConsumerGroupMemberKey(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupMemberKey, version);
    encodeConsumerGroupMemberKey(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupMemberKey, version);
    return decodeConsumerGroupMemberKey(reader, version);
  },
};

/** What a member said of itself. */
export interface ConsumerGroupMemberMetadataValue {
  /** Name of a static member. */
  instanceId: string | null;
  /** Where the member runs. */
  rackId: string | null;
  /** As the client calls itself. */
  clientId: string;
  /** Where it connected from. */
  clientHost: string;
  /** Topics that it named. */
  subscribedTopicNames: readonly string[];
  /** Pattern of topics that it named. */
  subscribedTopicRegex: string | null;
  /** How long it may take to give up partitions. */
  rebalanceTimeoutMs: number;
  /** Assignor that it prefers. */
  serverAssignor: string | null;
  /** Set for a member that speaks the classic protocol. (tag 0) */
  classicMemberMetadata: ConsumerGroupMemberMetadataValueClassicMemberMetadata;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupMemberMetadataValue(init: Partial<ConsumerGroupMemberMetadataValue> = {}): ConsumerGroupMemberMetadataValue {
  const m: ConsumerGroupMemberMetadataValue = {
    instanceId: init.instanceId === undefined ? '' : init.instanceId,
    rackId: init.rackId === undefined ? '' : init.rackId,
    clientId: init.clientId ?? '',
    clientHost: init.clientHost ?? '',
    subscribedTopicNames: init.subscribedTopicNames ?? [],
    subscribedTopicRegex: init.subscribedTopicRegex === undefined ? '' : init.subscribedTopicRegex,
    rebalanceTimeoutMs: init.rebalanceTimeoutMs ?? -1,
    serverAssignor: init.serverAssignor === undefined ? '' : init.serverAssignor,
    classicMemberMetadata: init.classicMemberMetadata ?? createConsumerGroupMemberMetadataValueClassicMemberMetadata(),
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Set for a member that speaks the classic protocol. */
export interface ConsumerGroupMemberMetadataValueClassicMemberMetadata {
  /** 1 when there is any: Kafka writes a struct that may be null with such a byte before it. */
  presence: number;
  /** How long it may stay silent. */
  sessionTimeoutMs: number;
  /** What it offers, in its order of preference. */
  supportedProtocols: readonly ConsumerGroupMemberMetadataValueClassicProtocol[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupMemberMetadataValueClassicMemberMetadata(init: Partial<ConsumerGroupMemberMetadataValueClassicMemberMetadata> = {}): ConsumerGroupMemberMetadataValueClassicMemberMetadata {
  const m: ConsumerGroupMemberMetadataValueClassicMemberMetadata = {
    presence: init.presence ?? 0,
    sessionTimeoutMs: init.sessionTimeoutMs ?? 0,
    supportedProtocols: init.supportedProtocols ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function isDefaultConsumerGroupMemberMetadataValueClassicMemberMetadata(m: ConsumerGroupMemberMetadataValueClassicMemberMetadata): boolean {
  return !((m.presence !== 0) || (m.sessionTimeoutMs !== 0) || (m.supportedProtocols.length !== 0) || (m.unknownTaggedFields !== undefined));
}

/** Entry of `supportedProtocols`. */
export interface ConsumerGroupMemberMetadataValueClassicProtocol {
  /** Name of the protocol. */
  name: string;
  /** Its subscription under that protocol. */
  metadata: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupMemberMetadataValueClassicProtocol(init: Partial<ConsumerGroupMemberMetadataValueClassicProtocol> = {}): ConsumerGroupMemberMetadataValueClassicProtocol {
  const m: ConsumerGroupMemberMetadataValueClassicProtocol = {
    name: init.name ?? '',
    metadata: init.metadata ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupMemberMetadataValueClassicMemberMetadataTag(value: ConsumerGroupMemberMetadataValue['classicMemberMetadata'], v: number): number {
  let n = 0;
  n += sizeConsumerGroupMemberMetadataValueClassicMemberMetadata(value, v);
  return n;
}

function sizeConsumerGroupMemberMetadataValue(m: ConsumerGroupMemberMetadataValue, v: number): number {
  let n = 4;
  n += sizeOfCompactNullableString(m.instanceId);
  n += sizeOfCompactNullableString(m.rackId);
  n += sizeOfCompactString(m.clientId);
  n += sizeOfCompactString(m.clientHost);
  n += sizeOfUvarint(m.subscribedTopicNames.length + 1);
  for (const e of m.subscribedTopicNames) n += sizeOfCompactString(e);
  n += sizeOfCompactNullableString(m.subscribedTopicRegex);
  n += sizeOfCompactNullableString(m.serverAssignor);
  let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
  if (!isDefaultConsumerGroupMemberMetadataValueClassicMemberMetadata(m.classicMemberMetadata)) {
    tagCount++;
    const s = sizeConsumerGroupMemberMetadataValueClassicMemberMetadataTag(m.classicMemberMetadata, v);
    n += 1 + sizeOfUvarint(s) + s;
  }
  n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupMemberMetadataValue(w: Writer, m: ConsumerGroupMemberMetadataValue, v: number): void {
  w.compactNullableString(m.instanceId);
  w.compactNullableString(m.rackId);
  w.compactString(m.clientId);
  w.compactString(m.clientHost);
  w.compactArrayLength(m.subscribedTopicNames.length);
  for (const e of m.subscribedTopicNames) w.compactString(e);
  w.compactNullableString(m.subscribedTopicRegex);
  w.int32(m.rebalanceTimeoutMs);
  w.compactNullableString(m.serverAssignor);
  let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
  if (!isDefaultConsumerGroupMemberMetadataValueClassicMemberMetadata(m.classicMemberMetadata)) tagCount++;
  w.uvarint(tagCount);
  let u = 0;
  if (!isDefaultConsumerGroupMemberMetadataValueClassicMemberMetadata(m.classicMemberMetadata)) {
    u = w.rawTags(m.unknownTaggedFields, u, 0);
    w.uvarint(0);
    w.uvarint(sizeConsumerGroupMemberMetadataValueClassicMemberMetadataTag(m.classicMemberMetadata, v));
    encodeConsumerGroupMemberMetadataValueClassicMemberMetadata(w, m.classicMemberMetadata, v);
  }
  w.rawTags(m.unknownTaggedFields, u, Infinity);
}

function decodeConsumerGroupMemberMetadataValue(r: Reader, v: number): ConsumerGroupMemberMetadataValue {
  const instanceId = r.compactNullableString();
  const rackId = r.compactNullableString();
  const clientId = r.compactString();
  const clientHost = r.compactString();
  const subscribedTopicNames: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) subscribedTopicNames.push(r.compactString());
  }
  const subscribedTopicRegex = r.compactNullableString();
  const rebalanceTimeoutMs = r.int32();
  const serverAssignor = r.compactNullableString();
  let classicMemberMetadata: ConsumerGroupMemberMetadataValueClassicMemberMetadata = createConsumerGroupMemberMetadataValueClassicMemberMetadata();
  let unknownTaggedFields: TaggedField[] | undefined;
  const tagCount = r.tagCount();
  for (let i = 0, tag = -1; i < tagCount; i++) {
    tag = r.tag(tag);
    const end = r.taggedFieldEnd();
    if (tag === 0) {
      classicMemberMetadata = decodeConsumerGroupMemberMetadataValueClassicMemberMetadata(r, v);
      r.expectPosition(end);
    } else {
      (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
    }
  }
  const m: ConsumerGroupMemberMetadataValue = { instanceId, rackId, clientId, clientHost, subscribedTopicNames, subscribedTopicRegex, rebalanceTimeoutMs, serverAssignor, classicMemberMetadata };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupMemberMetadataValueClassicMemberMetadata(m: ConsumerGroupMemberMetadataValueClassicMemberMetadata, v: number): number {
  let n = 5;
  n += sizeOfUvarint(m.supportedProtocols.length + 1);
  for (const e of m.supportedProtocols) n += sizeConsumerGroupMemberMetadataValueClassicProtocol(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupMemberMetadataValueClassicMemberMetadata(w: Writer, m: ConsumerGroupMemberMetadataValueClassicMemberMetadata, v: number): void {
  w.int8(m.presence);
  w.int32(m.sessionTimeoutMs);
  w.compactArrayLength(m.supportedProtocols.length);
  for (const e of m.supportedProtocols) encodeConsumerGroupMemberMetadataValueClassicProtocol(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupMemberMetadataValueClassicMemberMetadata(r: Reader, v: number): ConsumerGroupMemberMetadataValueClassicMemberMetadata {
  const presence = r.int8();
  const sessionTimeoutMs = r.int32();
  const supportedProtocols: ConsumerGroupMemberMetadataValueClassicProtocol[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) supportedProtocols.push(decodeConsumerGroupMemberMetadataValueClassicProtocol(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupMemberMetadataValueClassicMemberMetadata = { presence, sessionTimeoutMs, supportedProtocols };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupMemberMetadataValueClassicProtocol(m: ConsumerGroupMemberMetadataValueClassicProtocol, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.name);
  n += sizeOfCompactBytes(m.metadata);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupMemberMetadataValueClassicProtocol(w: Writer, m: ConsumerGroupMemberMetadataValueClassicProtocol, v: number): void {
  w.compactString(m.name);
  w.compactBytes(m.metadata);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupMemberMetadataValueClassicProtocol(r: Reader, v: number): ConsumerGroupMemberMetadataValueClassicProtocol {
  const name = r.compactString();
  const metadata = r.compactBytes();
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupMemberMetadataValueClassicProtocol = { name, metadata };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** What a member said of itself. */
export const consumerGroupMemberMetadataValue: MessageCodec<ConsumerGroupMemberMetadataValue> = {
  name: 'ConsumerGroupMemberMetadataValue',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupMemberMetadataValue, version);
    return sizeConsumerGroupMemberMetadataValue(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupMemberMetadataValue, version);
    encodeConsumerGroupMemberMetadataValue(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupMemberMetadataValue, version);
    return decodeConsumerGroupMemberMetadataValue(reader, version);
  },
};

/** Names the target assignment of a group. */
export interface ConsumerGroupTargetAssignmentMetadataKey {
  /** The group's id. */
  group: string;
}

export function createConsumerGroupTargetAssignmentMetadataKey(init: Partial<ConsumerGroupTargetAssignmentMetadataKey> = {}): ConsumerGroupTargetAssignmentMetadataKey {
  const m: ConsumerGroupTargetAssignmentMetadataKey = {
    group: init.group ?? '',
  };
  return m;
}

function sizeConsumerGroupTargetAssignmentMetadataKey(m: ConsumerGroupTargetAssignmentMetadataKey, v: number): number {
  let n = 0;
  n += sizeOfString(m.group);
  return n;
}

function encodeConsumerGroupTargetAssignmentMetadataKey(w: Writer, m: ConsumerGroupTargetAssignmentMetadataKey, v: number): void {
  w.string(m.group);
}

function decodeConsumerGroupTargetAssignmentMetadataKey(r: Reader, v: number): ConsumerGroupTargetAssignmentMetadataKey {
  const group = r.string();
  return { group };
}

/** Names the target assignment of a group. */
export const consumerGroupTargetAssignmentMetadataKey: MessageCodec<ConsumerGroupTargetAssignmentMetadataKey> = {
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  kind: 'data',
  apiKey: null,
  minVersion: 6,
  maxVersion: 6,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupTargetAssignmentMetadataKey, version);
    return sizeConsumerGroupTargetAssignmentMetadataKey(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupTargetAssignmentMetadataKey, version);
    encodeConsumerGroupTargetAssignmentMetadataKey(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupTargetAssignmentMetadataKey, version);
    return decodeConsumerGroupTargetAssignmentMetadataKey(reader, version);
  },
};

/** For which epoch of the group the targets of its members were computed. */
export interface ConsumerGroupTargetAssignmentMetadataValue {
  /** Epoch of the group at that time. */
  assignmentEpoch: number;
  /** When that was, in milliseconds. (tag 0) */
  assignmentTimestamp: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupTargetAssignmentMetadataValue(init: Partial<ConsumerGroupTargetAssignmentMetadataValue> = {}): ConsumerGroupTargetAssignmentMetadataValue {
  const m: ConsumerGroupTargetAssignmentMetadataValue = {
    assignmentEpoch: init.assignmentEpoch ?? 0,
    assignmentTimestamp: init.assignmentTimestamp ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupTargetAssignmentMetadataValueAssignmentTimestampTag(value: ConsumerGroupTargetAssignmentMetadataValue['assignmentTimestamp'], v: number): number {
  let n = 0;
  n += 8;
  return n;
}

function sizeConsumerGroupTargetAssignmentMetadataValue(m: ConsumerGroupTargetAssignmentMetadataValue, v: number): number {
  let n = 4;
  let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
  if (m.assignmentTimestamp !== 0n) {
    tagCount++;
    const s = sizeConsumerGroupTargetAssignmentMetadataValueAssignmentTimestampTag(m.assignmentTimestamp, v);
    n += 1 + sizeOfUvarint(s) + s;
  }
  n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupTargetAssignmentMetadataValue(w: Writer, m: ConsumerGroupTargetAssignmentMetadataValue, v: number): void {
  w.int32(m.assignmentEpoch);
  let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
  if (m.assignmentTimestamp !== 0n) tagCount++;
  w.uvarint(tagCount);
  let u = 0;
  if (m.assignmentTimestamp !== 0n) {
    u = w.rawTags(m.unknownTaggedFields, u, 0);
    w.uvarint(0);
    w.uvarint(sizeConsumerGroupTargetAssignmentMetadataValueAssignmentTimestampTag(m.assignmentTimestamp, v));
    w.int64(m.assignmentTimestamp);
  }
  w.rawTags(m.unknownTaggedFields, u, Infinity);
}

function decodeConsumerGroupTargetAssignmentMetadataValue(r: Reader, v: number): ConsumerGroupTargetAssignmentMetadataValue {
  const assignmentEpoch = r.int32();
  let assignmentTimestamp: bigint = 0n;
  let unknownTaggedFields: TaggedField[] | undefined;
  const tagCount = r.tagCount();
  for (let i = 0, tag = -1; i < tagCount; i++) {
    tag = r.tag(tag);
    const end = r.taggedFieldEnd();
    if (tag === 0) {
      assignmentTimestamp = r.int64();
      r.expectPosition(end);
    } else {
      (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
    }
  }
  const m: ConsumerGroupTargetAssignmentMetadataValue = { assignmentEpoch, assignmentTimestamp };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** For which epoch of the group the targets of its members were computed. */
export const consumerGroupTargetAssignmentMetadataValue: MessageCodec<ConsumerGroupTargetAssignmentMetadataValue> = {
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupTargetAssignmentMetadataValue, version);
    return sizeConsumerGroupTargetAssignmentMetadataValue(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupTargetAssignmentMetadataValue, version);
    encodeConsumerGroupTargetAssignmentMetadataValue(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupTargetAssignmentMetadataValue, version);
    return decodeConsumerGroupTargetAssignmentMetadataValue(reader, version);
  },
};

/** What a member shall have. */
export interface ConsumerGroupTargetAssignmentMemberValue {
  /** By topic. */
  topicPartitions: readonly ConsumerGroupTargetAssignmentMemberValueTopicPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupTargetAssignmentMemberValue(init: Partial<ConsumerGroupTargetAssignmentMemberValue> = {}): ConsumerGroupTargetAssignmentMemberValue {
  const m: ConsumerGroupTargetAssignmentMemberValue = {
    topicPartitions: init.topicPartitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `topicPartitions`. */
export interface ConsumerGroupTargetAssignmentMemberValueTopicPartition {
  /** The topic by id. */
  topicId: string;
  /** Its partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupTargetAssignmentMemberValueTopicPartition(init: Partial<ConsumerGroupTargetAssignmentMemberValueTopicPartition> = {}): ConsumerGroupTargetAssignmentMemberValueTopicPartition {
  const m: ConsumerGroupTargetAssignmentMemberValueTopicPartition = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupTargetAssignmentMemberValue(m: ConsumerGroupTargetAssignmentMemberValue, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.topicPartitions.length + 1);
  for (const e of m.topicPartitions) n += sizeConsumerGroupTargetAssignmentMemberValueTopicPartition(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupTargetAssignmentMemberValue(w: Writer, m: ConsumerGroupTargetAssignmentMemberValue, v: number): void {
  w.compactArrayLength(m.topicPartitions.length);
  for (const e of m.topicPartitions) encodeConsumerGroupTargetAssignmentMemberValueTopicPartition(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupTargetAssignmentMemberValue(r: Reader, v: number): ConsumerGroupTargetAssignmentMemberValue {
  const topicPartitions: ConsumerGroupTargetAssignmentMemberValueTopicPartition[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) topicPartitions.push(decodeConsumerGroupTargetAssignmentMemberValueTopicPartition(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupTargetAssignmentMemberValue = { topicPartitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupTargetAssignmentMemberValueTopicPartition(m: ConsumerGroupTargetAssignmentMemberValueTopicPartition, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupTargetAssignmentMemberValueTopicPartition(w: Writer, m: ConsumerGroupTargetAssignmentMemberValueTopicPartition, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupTargetAssignmentMemberValueTopicPartition(r: Reader, v: number): ConsumerGroupTargetAssignmentMemberValueTopicPartition {
  const topicId = r.uuid();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupTargetAssignmentMemberValueTopicPartition = { topicId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** What a member shall have. */
export const consumerGroupTargetAssignmentMemberValue: MessageCodec<ConsumerGroupTargetAssignmentMemberValue> = {
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupTargetAssignmentMemberValue, version);
    return sizeConsumerGroupTargetAssignmentMemberValue(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupTargetAssignmentMemberValue, version);
    encodeConsumerGroupTargetAssignmentMemberValue(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupTargetAssignmentMemberValue, version);
    return decodeConsumerGroupTargetAssignmentMemberValue(reader, version);
  },
};

/** What a member has, and how far it is on the way to its target. */
export interface ConsumerGroupCurrentMemberAssignmentValue {
  /** Epoch that its next heartbeat shall name. */
  memberEpoch: number;
  /** The one before, for when the last answer was lost. */
  previousMemberEpoch: number;
  /** 0 stable, 1 has to give up partitions, 2 waits for partitions of others. */
  state: number;
  /** What it has. */
  assignedPartitions: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[];
  /** What it has to give up. */
  partitionsPendingRevocation: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupCurrentMemberAssignmentValue(init: Partial<ConsumerGroupCurrentMemberAssignmentValue> = {}): ConsumerGroupCurrentMemberAssignmentValue {
  const m: ConsumerGroupCurrentMemberAssignmentValue = {
    memberEpoch: init.memberEpoch ?? 0,
    previousMemberEpoch: init.previousMemberEpoch ?? 0,
    state: init.state ?? 0,
    assignedPartitions: init.assignedPartitions ?? [],
    partitionsPendingRevocation: init.partitionsPendingRevocation ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Partitions of one topic. */
export interface ConsumerGroupCurrentMemberAssignmentValueTopicPartitions {
  /** The topic by id. */
  topicId: string;
  /** Its partitions. */
  partitions: readonly number[];
  /** In which epoch each of them was assigned. (tag 0) */
  assignmentEpochs: readonly number[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupCurrentMemberAssignmentValueTopicPartitions(init: Partial<ConsumerGroupCurrentMemberAssignmentValueTopicPartitions> = {}): ConsumerGroupCurrentMemberAssignmentValueTopicPartitions {
  const m: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions = {
    topicId: init.topicId ?? ZERO_UUID,
    partitions: init.partitions ?? [],
    assignmentEpochs: init.assignmentEpochs ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupCurrentMemberAssignmentValue(m: ConsumerGroupCurrentMemberAssignmentValue, v: number): number {
  let n = 9;
  n += sizeOfUvarint(m.assignedPartitions.length + 1);
  for (const e of m.assignedPartitions) n += sizeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(e, v);
  n += sizeOfUvarint(m.partitionsPendingRevocation.length + 1);
  for (const e of m.partitionsPendingRevocation) n += sizeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupCurrentMemberAssignmentValue(w: Writer, m: ConsumerGroupCurrentMemberAssignmentValue, v: number): void {
  w.int32(m.memberEpoch);
  w.int32(m.previousMemberEpoch);
  w.int8(m.state);
  w.compactArrayLength(m.assignedPartitions.length);
  for (const e of m.assignedPartitions) encodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(w, e, v);
  w.compactArrayLength(m.partitionsPendingRevocation.length);
  for (const e of m.partitionsPendingRevocation) encodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupCurrentMemberAssignmentValue(r: Reader, v: number): ConsumerGroupCurrentMemberAssignmentValue {
  const memberEpoch = r.int32();
  const previousMemberEpoch = r.int32();
  const state = r.int8();
  const assignedPartitions: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) assignedPartitions.push(decodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(r, v));
  }
  const partitionsPendingRevocation: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[] = [];
  {
    const count = r.compactArrayLength(18);
    for (let i = 0; i < count; i++) partitionsPendingRevocation.push(decodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupCurrentMemberAssignmentValue = { memberEpoch, previousMemberEpoch, state, assignedPartitions, partitionsPendingRevocation };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupCurrentMemberAssignmentValueTopicPartitionsAssignmentEpochsTag(value: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions['assignmentEpochs'], v: number): number {
  let n = 0;
  if (value === null) n += 1;
  else {
    n += sizeOfUvarint(value.length + 1) + value.length * 4;
  }
  return n;
}

function sizeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(m: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
  if (m.assignmentEpochs !== null) {
    tagCount++;
    const s = sizeConsumerGroupCurrentMemberAssignmentValueTopicPartitionsAssignmentEpochsTag(m.assignmentEpochs, v);
    n += 1 + sizeOfUvarint(s) + s;
  }
  n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(w: Writer, m: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions, v: number): void {
  w.uuid(m.topicId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
  if (m.assignmentEpochs !== null) tagCount++;
  w.uvarint(tagCount);
  let u = 0;
  if (m.assignmentEpochs !== null) {
    u = w.rawTags(m.unknownTaggedFields, u, 0);
    w.uvarint(0);
    w.uvarint(sizeConsumerGroupCurrentMemberAssignmentValueTopicPartitionsAssignmentEpochsTag(m.assignmentEpochs, v));
    if (m.assignmentEpochs === null) {
      w.uvarint(0);
    } else {
      w.compactArrayLength(m.assignmentEpochs.length);
      for (const e of m.assignmentEpochs) w.int32(e);
    }
  }
  w.rawTags(m.unknownTaggedFields, u, Infinity);
}

function decodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(r: Reader, v: number): ConsumerGroupCurrentMemberAssignmentValueTopicPartitions {
  const topicId = r.uuid();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  let assignmentEpochs: readonly number[] | null = null;
  let unknownTaggedFields: TaggedField[] | undefined;
  const tagCount = r.tagCount();
  for (let i = 0, tag = -1; i < tagCount; i++) {
    tag = r.tag(tag);
    const end = r.taggedFieldEnd();
    if (tag === 0) {
      {
        const count = r.compactNullableArrayLength(4);
        if (count < 0) {
          assignmentEpochs = null;
        } else {
          const items: number[] = [];
          for (let i = 0; i < count; i++) items.push(r.int32());
          assignmentEpochs = items;
        }
      }
      r.expectPosition(end);
    } else {
      (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
    }
  }
  const m: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions = { topicId, partitions, assignmentEpochs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** What a member has, and how far it is on the way to its target. */
export const consumerGroupCurrentMemberAssignmentValue: MessageCodec<ConsumerGroupCurrentMemberAssignmentValue> = {
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupCurrentMemberAssignmentValue, version);
    return sizeConsumerGroupCurrentMemberAssignmentValue(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupCurrentMemberAssignmentValue, version);
    encodeConsumerGroupCurrentMemberAssignmentValue(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupCurrentMemberAssignmentValue, version);
    return decodeConsumerGroupCurrentMemberAssignmentValue(reader, version);
  },
};

/** Names a pattern that members of a group subscribe to. */
export interface ConsumerGroupRegularExpressionKey {
  /** The group's id. */
  group: string;
  /** The pattern. */
  regularExpression: string;
}

export function createConsumerGroupRegularExpressionKey(init: Partial<ConsumerGroupRegularExpressionKey> = {}): ConsumerGroupRegularExpressionKey {
  const m: ConsumerGroupRegularExpressionKey = {
    group: init.group ?? '',
    regularExpression: init.regularExpression ?? '',
  };
  return m;
}

function sizeConsumerGroupRegularExpressionKey(m: ConsumerGroupRegularExpressionKey, v: number): number {
  let n = 0;
  n += sizeOfString(m.group);
  n += sizeOfString(m.regularExpression);
  return n;
}

function encodeConsumerGroupRegularExpressionKey(w: Writer, m: ConsumerGroupRegularExpressionKey, v: number): void {
  w.string(m.group);
  w.string(m.regularExpression);
}

function decodeConsumerGroupRegularExpressionKey(r: Reader, v: number): ConsumerGroupRegularExpressionKey {
  const group = r.string();
  const regularExpression = r.string();
  return { group, regularExpression };
}

/** Names a pattern that members of a group subscribe to. */
export const consumerGroupRegularExpressionKey: MessageCodec<ConsumerGroupRegularExpressionKey> = {
  name: 'ConsumerGroupRegularExpressionKey',
  kind: 'data',
  apiKey: null,
  minVersion: 16,
  maxVersion: 16,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupRegularExpressionKey, version);
    return sizeConsumerGroupRegularExpressionKey(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupRegularExpressionKey, version);
    encodeConsumerGroupRegularExpressionKey(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupRegularExpressionKey, version);
    return decodeConsumerGroupRegularExpressionKey(reader, version);
  },
};

/** The topics that a pattern means. */
export interface ConsumerGroupRegularExpressionValue {
  /** Names that match. */
  topics: readonly string[];
  /** Version of the metadata that was looked at. */
  version: bigint;
  /** When that was, in milliseconds. */
  timestamp: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupRegularExpressionValue(init: Partial<ConsumerGroupRegularExpressionValue> = {}): ConsumerGroupRegularExpressionValue {
  const m: ConsumerGroupRegularExpressionValue = {
    topics: init.topics ?? [],
    version: init.version ?? 0n,
    timestamp: init.timestamp ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupRegularExpressionValue(m: ConsumerGroupRegularExpressionValue, v: number): number {
  let n = 16;
  n += sizeOfUvarint(m.topics.length + 1);
  for (const e of m.topics) n += sizeOfCompactString(e);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupRegularExpressionValue(w: Writer, m: ConsumerGroupRegularExpressionValue, v: number): void {
  w.compactArrayLength(m.topics.length);
  for (const e of m.topics) w.compactString(e);
  w.int64(m.version);
  w.int64(m.timestamp);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupRegularExpressionValue(r: Reader, v: number): ConsumerGroupRegularExpressionValue {
  const topics: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) topics.push(r.compactString());
  }
  const version = r.int64();
  const timestamp = r.int64();
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupRegularExpressionValue = { topics, version, timestamp };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** The topics that a pattern means. */
export const consumerGroupRegularExpressionValue: MessageCodec<ConsumerGroupRegularExpressionValue> = {
  name: 'ConsumerGroupRegularExpressionValue',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupRegularExpressionValue, version);
    return sizeConsumerGroupRegularExpressionValue(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupRegularExpressionValue, version);
    encodeConsumerGroupRegularExpressionValue(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupRegularExpressionValue, version);
    return decodeConsumerGroupRegularExpressionValue(reader, version);
  },
};
