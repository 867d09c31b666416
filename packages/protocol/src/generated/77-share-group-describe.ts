// Generated from schemas/77-share-group-describe.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for state and members of share groups. */
export interface ShareGroupDescribeRequest {
  /** Ids of the groups. */
  groupIds: readonly string[];
  /** Also say which operations the caller may do. */
  includeAuthorizedOperations: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupDescribeRequest(init: Partial<ShareGroupDescribeRequest> = {}): ShareGroupDescribeRequest {
  const m: ShareGroupDescribeRequest = {
    groupIds: init.groupIds ?? [],
    includeAuthorizedOperations: init.includeAuthorizedOperations ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeShareGroupDescribeRequest(m: ShareGroupDescribeRequest, v: number): number {
  let n = 1;
  n += sizeOfUvarint(m.groupIds.length + 1);
  for (const e of m.groupIds) n += sizeOfCompactString(e);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupDescribeRequest(w: Writer, m: ShareGroupDescribeRequest, v: number): void {
  w.compactArrayLength(m.groupIds.length);
  for (const e of m.groupIds) w.compactString(e);
  w.boolean(m.includeAuthorizedOperations);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupDescribeRequest(r: Reader, v: number): ShareGroupDescribeRequest {
  const groupIds: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) groupIds.push(r.compactString());
  }
  const includeAuthorizedOperations = r.boolean();
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupDescribeRequest = { groupIds, includeAuthorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for state and members of share groups. */
export const shareGroupDescribeRequest: MessageCodec<ShareGroupDescribeRequest> = {
  name: 'ShareGroupDescribeRequest',
  kind: 'request',
  apiKey: 77,
  minVersion: 1,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(shareGroupDescribeRequest, version);
    return sizeShareGroupDescribeRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(shareGroupDescribeRequest, version);
    encodeShareGroupDescribeRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(shareGroupDescribeRequest, version);
    return decodeShareGroupDescribeRequest(reader, version);
  },
};

/** State and members of the groups asked for. */
export interface ShareGroupDescribeResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Groups concerned. */
  groups: readonly ShareGroupDescribeResponseDescribedGroup[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupDescribeResponse(init: Partial<ShareGroupDescribeResponse> = {}): ShareGroupDescribeResponse {
  const m: ShareGroupDescribeResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    groups: init.groups ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `groups`. */
export interface ShareGroupDescribeResponseDescribedGroup {
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
  members: readonly ShareGroupDescribeResponseMember[];
  /** Bits of the operations that the caller may do; the lowest number when not asked for. */
  authorizedOperations: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupDescribeResponseDescribedGroup(init: Partial<ShareGroupDescribeResponseDescribedGroup> = {}): ShareGroupDescribeResponseDescribedGroup {
  const m: ShareGroupDescribeResponseDescribedGroup = {
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
export interface ShareGroupDescribeResponseMember {
  /** Id of the member. */
  memberId: string;
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
  /** Partitions that the member has. */
  assignment: ShareGroupDescribeResponseAssignment;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupDescribeResponseMember(init: Partial<ShareGroupDescribeResponseMember> = {}): ShareGroupDescribeResponseMember {
  const m: ShareGroupDescribeResponseMember = {
    memberId: init.memberId ?? '',
    rackId: init.rackId ?? null,
    memberEpoch: init.memberEpoch ?? 0,
    clientId: init.clientId ?? '',
    clientHost: init.clientHost ?? '',
    subscribedTopicNames: init.subscribedTopicNames ?? [],
    assignment: init.assignment ?? createShareGroupDescribeResponseAssignment(),
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** What a member is assigned. */
export interface ShareGroupDescribeResponseAssignment {
  /** Partitions by topic. */
  topicPartitions: readonly ShareGroupDescribeResponseTopicPartitions[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupDescribeResponseAssignment(init: Partial<ShareGroupDescribeResponseAssignment> = {}): ShareGroupDescribeResponseAssignment {
  const m: ShareGroupDescribeResponseAssignment = {
    topicPartitions: init.topicPartitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Partitions of one topic. */
export interface ShareGroupDescribeResponseTopicPartitions {
  /** Id of the topic. */
  topicId: string;
  /** Name of the topic. */
  topicName: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createShareGroupDescribeResponseTopicPartitions(init: Partial<ShareGroupDescribeResponseTopicPartitions> = {}): ShareGroupDescribeResponseTopicPartitions {
  const m: ShareGroupDescribeResponseTopicPartitions = {
    topicId: init.topicId ?? ZERO_UUID,
    topicName: init.topicName ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeShareGroupDescribeResponse(m: ShareGroupDescribeResponse, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.groups.length + 1);
  for (const e of m.groups) n += sizeShareGroupDescribeResponseDescribedGroup(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupDescribeResponse(w: Writer, m: ShareGroupDescribeResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.compactArrayLength(m.groups.length);
  for (const e of m.groups) encodeShareGroupDescribeResponseDescribedGroup(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupDescribeResponse(r: Reader, v: number): ShareGroupDescribeResponse {
  const throttleTimeMs = r.int32();
  const groups: ShareGroupDescribeResponseDescribedGroup[] = [];
  {
    const count = r.compactArrayLength(20);
    for (let i = 0; i < count; i++) groups.push(decodeShareGroupDescribeResponseDescribedGroup(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupDescribeResponse = { throttleTimeMs, groups };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareGroupDescribeResponseDescribedGroup(m: ShareGroupDescribeResponseDescribedGroup, v: number): number {
  let n = 14;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfCompactString(m.groupId);
  n += sizeOfCompactString(m.groupState);
  n += sizeOfCompactString(m.assignorName);
  n += sizeOfUvarint(m.members.length + 1);
  for (const e of m.members) n += sizeShareGroupDescribeResponseMember(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupDescribeResponseDescribedGroup(w: Writer, m: ShareGroupDescribeResponseDescribedGroup, v: number): void {
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactString(m.groupId);
  w.compactString(m.groupState);
  w.int32(m.groupEpoch);
  w.int32(m.assignmentEpoch);
  w.compactString(m.assignorName);
  w.compactArrayLength(m.members.length);
  for (const e of m.members) encodeShareGroupDescribeResponseMember(w, e, v);
  w.int32(m.authorizedOperations);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupDescribeResponseDescribedGroup(r: Reader, v: number): ShareGroupDescribeResponseDescribedGroup {
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const groupId = r.compactString();
  const groupState = r.compactString();
  const groupEpoch = r.int32();
  const assignmentEpoch = r.int32();
  const assignorName = r.compactString();
  const members: ShareGroupDescribeResponseMember[] = [];
  {
    const count = r.compactArrayLength(12);
    for (let i = 0; i < count; i++) members.push(decodeShareGroupDescribeResponseMember(r, v));
  }
  const authorizedOperations = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupDescribeResponseDescribedGroup = { errorCode, errorMessage, groupId, groupState, groupEpoch, assignmentEpoch, assignorName, members, authorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareGroupDescribeResponseMember(m: ShareGroupDescribeResponseMember, v: number): number {
  let n = 4;
  n += sizeOfCompactString(m.memberId);
  n += sizeOfCompactNullableString(m.rackId);
  n += sizeOfCompactString(m.clientId);
  n += sizeOfCompactString(m.clientHost);
  n += sizeOfUvarint(m.subscribedTopicNames.length + 1);
  for (const e of m.subscribedTopicNames) n += sizeOfCompactString(e);
  n += sizeShareGroupDescribeResponseAssignment(m.assignment, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupDescribeResponseMember(w: Writer, m: ShareGroupDescribeResponseMember, v: number): void {
  w.compactString(m.memberId);
  w.compactNullableString(m.rackId);
  w.int32(m.memberEpoch);
  w.compactString(m.clientId);
  w.compactString(m.clientHost);
  w.compactArrayLength(m.subscribedTopicNames.length);
  for (const e of m.subscribedTopicNames) w.compactString(e);
  encodeShareGroupDescribeResponseAssignment(w, m.assignment, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupDescribeResponseMember(r: Reader, v: number): ShareGroupDescribeResponseMember {
  const memberId = r.compactString();
  const rackId = r.compactNullableString();
  const memberEpoch = r.int32();
  const clientId = r.compactString();
  const clientHost = r.compactString();
  const subscribedTopicNames: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) subscribedTopicNames.push(r.compactString());
  }
  const assignment = decodeShareGroupDescribeResponseAssignment(r, v);
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupDescribeResponseMember = { memberId, rackId, memberEpoch, clientId, clientHost, subscribedTopicNames, assignment };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareGroupDescribeResponseAssignment(m: ShareGroupDescribeResponseAssignment, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.topicPartitions.length + 1);
  for (const e of m.topicPartitions) n += sizeShareGroupDescribeResponseTopicPartitions(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupDescribeResponseAssignment(w: Writer, m: ShareGroupDescribeResponseAssignment, v: number): void {
  w.compactArrayLength(m.topicPartitions.length);
  for (const e of m.topicPartitions) encodeShareGroupDescribeResponseTopicPartitions(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupDescribeResponseAssignment(r: Reader, v: number): ShareGroupDescribeResponseAssignment {
  const topicPartitions: ShareGroupDescribeResponseTopicPartitions[] = [];
  {
    const count = r.compactArrayLength(19);
    for (let i = 0; i < count; i++) topicPartitions.push(decodeShareGroupDescribeResponseTopicPartitions(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupDescribeResponseAssignment = { topicPartitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeShareGroupDescribeResponseTopicPartitions(m: ShareGroupDescribeResponseTopicPartitions, v: number): number {
  let n = 16;
  n += sizeOfCompactString(m.topicName);
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeShareGroupDescribeResponseTopicPartitions(w: Writer, m: ShareGroupDescribeResponseTopicPartitions, v: number): void {
  w.uuid(m.topicId);
  w.compactString(m.topicName);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeShareGroupDescribeResponseTopicPartitions(r: Reader, v: number): ShareGroupDescribeResponseTopicPartitions {
  const topicId = r.uuid();
  const topicName = r.compactString();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: ShareGroupDescribeResponseTopicPartitions = { topicId, topicName, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** State and members of the groups asked for. */
export const shareGroupDescribeResponse: MessageCodec<ShareGroupDescribeResponse> = {
  name: 'ShareGroupDescribeResponse',
  kind: 'response',
  apiKey: 77,
  minVersion: 1,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(shareGroupDescribeResponse, version);
    return sizeShareGroupDescribeResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(shareGroupDescribeResponse, version);
    encodeShareGroupDescribeResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(shareGroupDescribeResponse, version);
    return decodeShareGroupDescribeResponse(reader, version);
  },
};
