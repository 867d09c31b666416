// Generated from schemas/69-consumer-group-describe.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for state and members of consumer groups. */
export interface ConsumerGroupDescribeRequest {
  /** Ids of the groups. */
  groupIds: readonly string[];
  /** Also say which operations the caller may do. */
  includeAuthorizedOperations: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupDescribeRequest(init: Partial<ConsumerGroupDescribeRequest> = {}): ConsumerGroupDescribeRequest {
  const m: ConsumerGroupDescribeRequest = {
    groupIds: init.groupIds ?? [],
    includeAuthorizedOperations: init.includeAuthorizedOperations ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupDescribeRequest(m: ConsumerGroupDescribeRequest, v: number): number {
  let n = 1;
  n += sizeOfUvarint(m.groupIds.length + 1);
  for (const e of m.groupIds) n += sizeOfCompactString(e);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupDescribeRequest(w: Writer, m: ConsumerGroupDescribeRequest, v: number): void {
  w.compactArrayLength(m.groupIds.length);
  for (const e of m.groupIds) w.compactString(e);
  w.boolean(m.includeAuthorizedOperations);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupDescribeRequest(r: Reader, v: number): ConsumerGroupDescribeRequest {
  const groupIds: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) groupIds.push(r.compactString());
  }
  const includeAuthorizedOperations = r.boolean();
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupDescribeRequest = { groupIds, includeAuthorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for state and members of consumer groups. */
export const consumerGroupDescribeRequest: MessageCodec<ConsumerGroupDescribeRequest> = {
  name: 'ConsumerGroupDescribeRequest',
  kind: 'request',
  apiKey: 69,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupDescribeRequest, version);
    return sizeConsumerGroupDescribeRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupDescribeRequest, version);
    encodeConsumerGroupDescribeRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupDescribeRequest, version);
    return decodeConsumerGroupDescribeRequest(reader, version);
  },
};

/** State and members of the groups asked for. */
export interface ConsumerGroupDescribeResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Groups concerned. */
  groups: readonly ConsumerGroupDescribeResponseDescribedGroup[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupDescribeResponse(init: Partial<ConsumerGroupDescribeResponse> = {}): ConsumerGroupDescribeResponse {
  const m: ConsumerGroupDescribeResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    groups: init.groups ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `groups`. */
export interface ConsumerGroupDescribeResponseDescribedGroup {
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Id of the group. */
  groupId: string;
  /** State of the group. */
  groupState: string;
  /** Epoch of the group. */
  groupEpoch: number;
  /** Epoch of the target assignment. */
  assignmentEpoch: number;
  /** Assignor in use. */
  assignorName: string;
  /** Members of the group. */
  members: readonly ConsumerGroupDescribeResponseMember[];
  /** Bits of the operations that the caller may do; the lowest number when not asked for. */
  authorizedOperations: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupDescribeResponseDescribedGroup(init: Partial<ConsumerGroupDescribeResponseDescribedGroup> = {}): ConsumerGroupDescribeResponseDescribedGroup {
  const m: ConsumerGroupDescribeResponseDescribedGroup = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    groupId: init.groupId ?? '',
    groupState: init.groupState ?? '',
    groupEpoch: init.groupEpoch ?? 0,
    assignmentEpoch: init.assignmentEpoch ?? 0,
    assignorName: init.assignorName ?? '',
    members: init.members ?? [],
    authorizedOperations: init.authorizedOperations ?? -2147483648,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `members`. */
export interface ConsumerGroupDescribeResponseMember {
  /** Id of the member. */
  memberId: string;
  /** Name of a static member, or null. */
  instanceId: string | null;
  /** Rack of the member, or null. */
  rackId: string | null;
  /** Epoch of the member. */
  memberEpoch: number;
  /** Client id that the client gave itself. */
  clientId: string;
  /** Address from which the client connects. */
  clientHost: string;
  /** Topics that the member wants. */
  subscribedTopicNames: readonly string[];
  /** Pattern of topics that the member wants, or null. */
  subscribedTopicRegex: string | null;
  /** Partitions that the member has. */
  assignment: ConsumerGroupDescribeResponseAssignment;
  /** Partitions that the member will have when the rebalance ends. */
  targetAssignment: ConsumerGroupDescribeResponseAssignment;
  /** -1 unknown, 0 classic, 1 consumer. (v1+) */
  memberType: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupDescribeResponseMember(init: Partial<ConsumerGroupDescribeResponseMember> = {}): ConsumerGroupDescribeResponseMember {
  const m: ConsumerGroupDescribeResponseMember = {
    memberId: init.memberId ?? '',
    instanceId: init.instanceId ?? null,
    rackId: init.rackId ?? null,
    memberEpoch: init.memberEpoch ?? 0,
    clientId: init.clientId ?? '',
    clientHost: init.clientHost ?? '',
    subscribedTopicNames: init.subscribedTopicNames ?? [],
    subscribedTopicRegex: init.subscribedTopicRegex ?? null,
    assignment: init.assignment ?? createConsumerGroupDescribeResponseAssignment(),
    targetAssignment: init.targetAssignment ?? createConsumerGroupDescribeResponseAssignment(),
    memberType: init.memberType ?? -1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** What a member is assigned. */
export interface ConsumerGroupDescribeResponseAssignment {
  /** Partitions by topic. */
  topicPartitions: readonly ConsumerGroupDescribeResponseTopicPartitions[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupDescribeResponseAssignment(init: Partial<ConsumerGroupDescribeResponseAssignment> = {}): ConsumerGroupDescribeResponseAssignment {
  const m: ConsumerGroupDescribeResponseAssignment = {
    topicPartitions: init.topicPartitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Partitions of one topic. */
export interface ConsumerGroupDescribeResponseTopicPartitions {
  /** Id of the topic. */
  topicId: string;
  /** Name of the topic. */
  topicName: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createConsumerGroupDescribeResponseTopicPartitions(init: Partial<ConsumerGroupDescribeResponseTopicPartitions> = {}): ConsumerGroupDescribeResponseTopicPartitions {
  const m: ConsumerGroupDescribeResponseTopicPartitions = {
    topicId: init.topicId ?? ZERO_UUID,
    topicName: init.topicName ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeConsumerGroupDescribeResponse(m: ConsumerGroupDescribeResponse, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.groups.length + 1);
  for (const e of m.groups) n += sizeConsumerGroupDescribeResponseDescribedGroup(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupDescribeResponse(w: Writer, m: ConsumerGroupDescribeResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.compactArrayLength(m.groups.length);
  for (const e of m.groups) encodeConsumerGroupDescribeResponseDescribedGroup(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupDescribeResponse(r: Reader, v: number): ConsumerGroupDescribeResponse {
  const throttleTimeMs = r.int32();
  const groups: ConsumerGroupDescribeResponseDescribedGroup[] = [];
  {
    const count = r.compactArrayLength(20);
    for (let i = 0; i < count; i++) groups.push(decodeConsumerGroupDescribeResponseDescribedGroup(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupDescribeResponse = { throttleTimeMs, groups };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupDescribeResponseDescribedGroup(m: ConsumerGroupDescribeResponseDescribedGroup, v: number): number {
  let n = 14;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfCompactString(m.groupId);
  n += sizeOfCompactString(m.groupState);
  n += sizeOfCompactString(m.assignorName);
  n += sizeOfUvarint(m.members.length + 1);
  for (const e of m.members) n += sizeConsumerGroupDescribeResponseMember(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupDescribeResponseDescribedGroup(w: Writer, m: ConsumerGroupDescribeResponseDescribedGroup, v: number): void {
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactString(m.groupId);
  w.compactString(m.groupState);
  w.int32(m.groupEpoch);
  w.int32(m.assignmentEpoch);
  w.compactString(m.assignorName);
  w.compactArrayLength(m.members.length);
  for (const e of m.members) encodeConsumerGroupDescribeResponseMember(w, e, v);
  w.int32(m.authorizedOperations);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupDescribeResponseDescribedGroup(r: Reader, v: number): ConsumerGroupDescribeResponseDescribedGroup {
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const groupId = r.compactString();
  const groupState = r.compactString();
  const groupEpoch = r.int32();
  const assignmentEpoch = r.int32();
  const assignorName = r.compactString();
  const members: ConsumerGroupDescribeResponseMember[] = [];
  {
    const count = r.compactArrayLength(16);
    for (let i = 0; i < count; i++) members.push(decodeConsumerGroupDescribeResponseMember(r, v));
  }
  const authorizedOperations = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupDescribeResponseDescribedGroup = { errorCode, errorMessage, groupId, groupState, groupEpoch, assignmentEpoch, assignorName, members, authorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupDescribeResponseMember(m: ConsumerGroupDescribeResponseMember, v: number): number {
  let n = 4;
  n += sizeOfCompactString(m.memberId);
  n += sizeOfCompactNullableString(m.instanceId);
  n += sizeOfCompactNullableString(m.rackId);
  n += sizeOfCompactString(m.clientId);
  n += sizeOfCompactString(m.clientHost);
  n += sizeOfUvarint(m.subscribedTopicNames.length + 1);
  for (const e of m.subscribedTopicNames) n += sizeOfCompactString(e);
  n += sizeOfCompactNullableString(m.subscribedTopicRegex);
  n += sizeConsumerGroupDescribeResponseAssignment(m.assignment, v);
  n += sizeConsumerGroupDescribeResponseAssignment(m.targetAssignment, v);
  if (v >= 1) {
    n += 1;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupDescribeResponseMember(w: Writer, m: ConsumerGroupDescribeResponseMember, v: number): void {
  w.compactString(m.memberId);
  w.compactNullableString(m.instanceId);
  w.compactNullableString(m.rackId);
  w.int32(m.memberEpoch);
  w.compactString(m.clientId);
  w.compactString(m.clientHost);
  w.compactArrayLength(m.subscribedTopicNames.length);
  for (const e of m.subscribedTopicNames) w.compactString(e);
  w.compactNullableString(m.subscribedTopicRegex);
  encodeConsumerGroupDescribeResponseAssignment(w, m.assignment, v);
  encodeConsumerGroupDescribeResponseAssignment(w, m.targetAssignment, v);
  if (v >= 1) {
    w.int8(m.memberType);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupDescribeResponseMember(r: Reader, v: number): ConsumerGroupDescribeResponseMember {
  const memberId = r.compactString();
  const instanceId = r.compactNullableString();
  const rackId = r.compactNullableString();
  const memberEpoch = r.int32();
  const clientId = r.compactString();
  const clientHost = r.compactString();
  const subscribedTopicNames: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) subscribedTopicNames.push(r.compactString());
  }
  const subscribedTopicRegex = r.compactNullableString();
  const assignment = decodeConsumerGroupDescribeResponseAssignment(r, v);
  const targetAssignment = decodeConsumerGroupDescribeResponseAssignment(r, v);
  const memberType = v >= 1 ? r.int8() : -1;
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupDescribeResponseMember = { memberId, instanceId, rackId, memberEpoch, clientId, clientHost, subscribedTopicNames, subscribedTopicRegex, assignment, targetAssignment, memberType };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupDescribeResponseAssignment(m: ConsumerGroupDescribeResponseAssignment, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.topicPartitions.length + 1);
  for (const e of m.topicPartitions) n += sizeConsumerGroupDescribeResponseTopicPartitions(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupDescribeResponseAssignment(w: Writer, m: ConsumerGroupDescribeResponseAssignment, v: number): void {
  w.compactArrayLength(m.topicPartitions.length);
  for (const e of m.topicPartitions) encodeConsumerGroupDescribeResponseTopicPartitions(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupDescribeResponseAssignment(r: Reader, v: number): ConsumerGroupDescribeResponseAssignment {
  const topicPartitions: ConsumerGroupDescribeResponseTopicPartitions[] = [];
  {
    const count = r.compactArrayLength(19);
    for (let i = 0; i < count; i++) topicPartitions.push(decodeConsumerGroupDescribeResponseTopicPartitions(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupDescribeResponseAssignment = { topicPartitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeConsumerGroupDescribeResponseTopicPartitions(m: ConsumerGroupDescribeResponseTopicPartitions, v: number): number {
  let n = 16;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeConsumerGroupDescribeResponseTopicPartitions(w: Writer, m: ConsumerGroupDescribeResponseTopicPartitions, v: number): void {
  w.uuid(m.topicId);
  w.compactString(m.topicName);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeConsumerGroupDescribeResponseTopicPartitions(r: Reader, v: number): ConsumerGroupDescribeResponseTopicPartitions {
  const topicId = r.uuid();
  const topicName = r.compactString();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ConsumerGroupDescribeResponseTopicPartitions = { topicId, topicName, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** State and members of the groups asked for. */
export const consumerGroupDescribeResponse: MessageCodec<ConsumerGroupDescribeResponse> = {
  name: 'ConsumerGroupDescribeResponse',
  kind: 'response',
  apiKey: 69,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerGroupDescribeResponse, version);
    return sizeConsumerGroupDescribeResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerGroupDescribeResponse, version);
    encodeConsumerGroupDescribeResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerGroupDescribeResponse, version);
    return decodeConsumerGroupDescribeResponse(reader, version);
  },
};
