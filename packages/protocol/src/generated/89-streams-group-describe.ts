// Generated from schemas/89-streams-group-describe.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for state, topology and members of streams groups. */
export interface StreamsGroupDescribeRequest {
  /** Ids of the groups. */
  groupIds: readonly string[];
  /** Also say which operations the caller may do. */
  includeAuthorizedOperations: boolean;
  /** Also return the readable form of the topology. (v1+) */
  includeTopologyDescription: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeRequest(init: Partial<StreamsGroupDescribeRequest> = {}): StreamsGroupDescribeRequest {
  const m: StreamsGroupDescribeRequest = {
    groupIds: init.groupIds ?? [],
    includeAuthorizedOperations: init.includeAuthorizedOperations ?? false,
    includeTopologyDescription: init.includeTopologyDescription ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeRequest(m: StreamsGroupDescribeRequest, v: number): number {
  let n = 1;
  n += sizeOfUvarint(m.groupIds.length + 1);
  for (const e of m.groupIds) n += sizeOfCompactString(e);
  if (v >= 1) {
    n += 1;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeRequest(w: Writer, m: StreamsGroupDescribeRequest, v: number): void {
  w.compactArrayLength(m.groupIds.length);
  for (const e of m.groupIds) w.compactString(e);
  w.boolean(m.includeAuthorizedOperations);
  if (v >= 1) {
    w.boolean(m.includeTopologyDescription);
  }
  if (!(v >= 1) && m.includeTopologyDescription !== false) throw unsupportedField('StreamsGroupDescribeRequest', 'includeTopologyDescription', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeRequest(r: Reader, v: number): StreamsGroupDescribeRequest {
  const groupIds: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) groupIds.push(r.compactString());
  }
  const includeAuthorizedOperations = r.boolean();
  const includeTopologyDescription = v >= 1 ? r.boolean() : false;
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeRequest = { groupIds, includeAuthorizedOperations, includeTopologyDescription };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for state, topology and members of streams groups. */
export const streamsGroupDescribeRequest: MessageCodec<StreamsGroupDescribeRequest> = {
  name: 'StreamsGroupDescribeRequest',
  kind: 'request',
  apiKey: 89,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(streamsGroupDescribeRequest, version);
    return sizeStreamsGroupDescribeRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(streamsGroupDescribeRequest, version);
    encodeStreamsGroupDescribeRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(streamsGroupDescribeRequest, version);
    return decodeStreamsGroupDescribeRequest(reader, version);
  },
};

/** State, topology and members of the groups asked for. */
export interface StreamsGroupDescribeResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** Groups concerned. */
  groups: readonly StreamsGroupDescribeResponseDescribedGroup[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponse(init: Partial<StreamsGroupDescribeResponse> = {}): StreamsGroupDescribeResponse {
  const m: StreamsGroupDescribeResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    groups: init.groups ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `groups`. */
export interface StreamsGroupDescribeResponseDescribedGroup {
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
  /** Shape of the topology. */
  topology: StreamsGroupDescribeResponseTopology | null;
  /** Members of the group. */
  members: readonly StreamsGroupDescribeResponseMember[];
  /** Bits of the operations that the caller may do; the lowest number when not asked for. */
  authorizedOperations: number;
  /** Readable form of the topology, or null. (v1+) */
  topologyDescription: StreamsGroupDescribeResponseTopologyDescription | null;
  /** Whether a description is there, and why not. (v1+) */
  topologyDescriptionStatus: number;
  /** Assignor in use. (v1+) */
  assignorName: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseDescribedGroup(init: Partial<StreamsGroupDescribeResponseDescribedGroup> = {}): StreamsGroupDescribeResponseDescribedGroup {
  const m: StreamsGroupDescribeResponseDescribedGroup = {
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    groupId: init.groupId ?? '',
    groupState: init.groupState ?? '',
    groupEpoch: init.groupEpoch ?? 0,
    assignmentEpoch: init.assignmentEpoch ?? 0,
    topology: init.topology ?? null,
    members: init.members ?? [],
    authorizedOperations: init.authorizedOperations ?? -2147483648,
    topologyDescription: init.topologyDescription ?? null,
    topologyDescriptionStatus: init.topologyDescriptionStatus ?? 0,
    assignorName: init.assignorName ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Shape of the topology. */
export interface StreamsGroupDescribeResponseTopology {
  /** Epoch of the topology. */
  epoch: number;
  /** Parts of the topology. */
  subtopologies: readonly StreamsGroupDescribeResponseSubtopology[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseTopology(init: Partial<StreamsGroupDescribeResponseTopology> = {}): StreamsGroupDescribeResponseTopology {
  const m: StreamsGroupDescribeResponseTopology = {
    epoch: init.epoch ?? 0,
    subtopologies: init.subtopologies ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `members`. */
export interface StreamsGroupDescribeResponseMember {
  /** Id of the member. */
  memberId: string;
  /** Epoch of the member. */
  memberEpoch: number;
  /** Name of a static member, or null. */
  instanceId: string | null;
  /** Rack of the member, or null. */
  rackId: string | null;
  /** Client id that the client gave itself. */
  clientId: string;
  /** Address from which the client connects. */
  clientHost: string;
  /** Epoch of the topology. */
  topologyEpoch: number;
  /** Id of the process in which the member runs. */
  processId: string;
  /** Address at which the application answers queries, or null. */
  userEndpoint: StreamsGroupDescribeResponseEndpoint | null;
  /** Tags of the process, for rack awareness. */
  clientTags: readonly StreamsGroupDescribeResponseKeyValue[];
  /** How far the state of tasks is restored. */
  taskOffsets: readonly StreamsGroupDescribeResponseTaskOffset[];
  /** Ends of the changelogs of tasks. */
  taskEndOffsets: readonly StreamsGroupDescribeResponseTaskOffset[];
  /** Partitions that the member has. */
  assignment: StreamsGroupDescribeResponseAssignment;
  /** Partitions that the member will have when the rebalance ends. */
  targetAssignment: StreamsGroupDescribeResponseAssignment;
  /** Whether the member uses the classic protocol. */
  isClassic: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseMember(init: Partial<StreamsGroupDescribeResponseMember> = {}): StreamsGroupDescribeResponseMember {
  const m: StreamsGroupDescribeResponseMember = {
    memberId: init.memberId ?? '',
    memberEpoch: init.memberEpoch ?? 0,
    instanceId: init.instanceId ?? null,
    rackId: init.rackId ?? null,
    clientId: init.clientId ?? '',
    clientHost: init.clientHost ?? '',
    topologyEpoch: init.topologyEpoch ?? 0,
    processId: init.processId ?? '',
    userEndpoint: init.userEndpoint ?? null,
    clientTags: init.clientTags ?? [],
    taskOffsets: init.taskOffsets ?? [],
    taskEndOffsets: init.taskEndOffsets ?? [],
    assignment: init.assignment ?? createStreamsGroupDescribeResponseAssignment(),
    targetAssignment: init.targetAssignment ?? createStreamsGroupDescribeResponseAssignment(),
    isClassic: init.isClassic ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Readable form of a topology. */
export interface StreamsGroupDescribeResponseTopologyDescription {
  /** Parts of the topology. (v1+) */
  subtopologies: readonly StreamsGroupDescribeResponseTopologyDescriptionSubtopology[];
  /** Stores that every instance holds whole. (v1+) */
  globalStores: readonly StreamsGroupDescribeResponseTopologyDescriptionGlobalStore[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseTopologyDescription(init: Partial<StreamsGroupDescribeResponseTopologyDescription> = {}): StreamsGroupDescribeResponseTopologyDescription {
  const m: StreamsGroupDescribeResponseTopologyDescription = {
    subtopologies: init.subtopologies ?? [],
    globalStores: init.globalStores ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `subtopologies`. */
export interface StreamsGroupDescribeResponseSubtopology {
  /** Id of the subtopology. */
  subtopologyId: string;
  /** Topics that are read. */
  sourceTopics: readonly string[];
  /** Repartition topics that are written. */
  repartitionSinkTopics: readonly string[];
  /** Topics that back up state. */
  stateChangelogTopics: readonly StreamsGroupDescribeResponseTopicInfo[];
  /** Repartition topics that are read. */
  repartitionSourceTopics: readonly StreamsGroupDescribeResponseTopicInfo[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseSubtopology(init: Partial<StreamsGroupDescribeResponseSubtopology> = {}): StreamsGroupDescribeResponseSubtopology {
  const m: StreamsGroupDescribeResponseSubtopology = {
    subtopologyId: init.subtopologyId ?? '',
    sourceTopics: init.sourceTopics ?? [],
    repartitionSinkTopics: init.repartitionSinkTopics ?? [],
    stateChangelogTopics: init.stateChangelogTopics ?? [],
    repartitionSourceTopics: init.repartitionSourceTopics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Address of an application instance. */
export interface StreamsGroupDescribeResponseEndpoint {
  /** Host name or address. */
  host: string;
  /** TCP port. */
  port: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseEndpoint(init: Partial<StreamsGroupDescribeResponseEndpoint> = {}): StreamsGroupDescribeResponseEndpoint {
  const m: StreamsGroupDescribeResponseEndpoint = {
    host: init.host ?? '',
    port: init.port ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** A key with its value. */
export interface StreamsGroupDescribeResponseKeyValue {
  /** Key of the entry. */
  key: string;
  /** Value of the entry. */
  value: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseKeyValue(init: Partial<StreamsGroupDescribeResponseKeyValue> = {}): StreamsGroupDescribeResponseKeyValue {
  const m: StreamsGroupDescribeResponseKeyValue = {
    key: init.key ?? '',
    value: init.value ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Position of one task. */
export interface StreamsGroupDescribeResponseTaskOffset {
  /** Id of the subtopology. */
  subtopologyId: string;
  /** Number of the partition. */
  partition: number;
  /** Offset up to which the state is there. */
  offset: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseTaskOffset(init: Partial<StreamsGroupDescribeResponseTaskOffset> = {}): StreamsGroupDescribeResponseTaskOffset {
  const m: StreamsGroupDescribeResponseTaskOffset = {
    subtopologyId: init.subtopologyId ?? '',
    partition: init.partition ?? 0,
    offset: init.offset ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** What a member is assigned. */
export interface StreamsGroupDescribeResponseAssignment {
  /** Tasks that the member processes. */
  activeTasks: readonly StreamsGroupDescribeResponseTaskIds[];
  /** Tasks that the member keeps ready. */
  standbyTasks: readonly StreamsGroupDescribeResponseTaskIds[];
  /** Tasks that the member prepares to take over. */
  warmupTasks: readonly StreamsGroupDescribeResponseTaskIds[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseAssignment(init: Partial<StreamsGroupDescribeResponseAssignment> = {}): StreamsGroupDescribeResponseAssignment {
  const m: StreamsGroupDescribeResponseAssignment = {
    activeTasks: init.activeTasks ?? [],
    standbyTasks: init.standbyTasks ?? [],
    warmupTasks: init.warmupTasks ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Nodes that are connected. */
export interface StreamsGroupDescribeResponseTopologyDescriptionSubtopology {
  /** Id of the subtopology. (v1+) */
  subtopologyId: string;
  /** Nodes of the subtopology. (v1+) */
  nodes: readonly StreamsGroupDescribeResponseTopologyDescriptionNode[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseTopologyDescriptionSubtopology(init: Partial<StreamsGroupDescribeResponseTopologyDescriptionSubtopology> = {}): StreamsGroupDescribeResponseTopologyDescriptionSubtopology {
  const m: StreamsGroupDescribeResponseTopologyDescriptionSubtopology = {
    subtopologyId: init.subtopologyId ?? '',
    nodes: init.nodes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** A store that every instance holds whole. */
export interface StreamsGroupDescribeResponseTopologyDescriptionGlobalStore {
  /** Node that reads the store's topic. (v1+) */
  source: StreamsGroupDescribeResponseTopologyDescriptionNode;
  /** Node that fills the store. (v1+) */
  processor: StreamsGroupDescribeResponseTopologyDescriptionNode;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseTopologyDescriptionGlobalStore(init: Partial<StreamsGroupDescribeResponseTopologyDescriptionGlobalStore> = {}): StreamsGroupDescribeResponseTopologyDescriptionGlobalStore {
  const m: StreamsGroupDescribeResponseTopologyDescriptionGlobalStore = {
    source: init.source ?? createStreamsGroupDescribeResponseTopologyDescriptionNode(),
    processor: init.processor ?? createStreamsGroupDescribeResponseTopologyDescriptionNode(),
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** A topic that the topology needs. */
export interface StreamsGroupDescribeResponseTopicInfo {
  /** Name of the topic. */
  name: string;
  /** Number of partitions, 0 for as many as the sources have. */
  partitions: number;
  /** Number of replicas, -1 for the default. */
  replicationFactor: number;
  /** Settings of the topic. */
  topicConfigs: readonly StreamsGroupDescribeResponseKeyValue[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseTopicInfo(init: Partial<StreamsGroupDescribeResponseTopicInfo> = {}): StreamsGroupDescribeResponseTopicInfo {
  const m: StreamsGroupDescribeResponseTopicInfo = {
    name: init.name ?? '',
    partitions: init.partitions ?? 0,
    replicationFactor: init.replicationFactor ?? 0,
    topicConfigs: init.topicConfigs ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Tasks of one subtopology. */
export interface StreamsGroupDescribeResponseTaskIds {
  /** Id of the subtopology. */
  subtopologyId: string;
  /** Partitions of the tasks. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseTaskIds(init: Partial<StreamsGroupDescribeResponseTaskIds> = {}): StreamsGroupDescribeResponseTaskIds {
  const m: StreamsGroupDescribeResponseTaskIds = {
    subtopologyId: init.subtopologyId ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** One node. */
export interface StreamsGroupDescribeResponseTopologyDescriptionNode {
  /** Name of the node. (v1+) */
  name: string;
  /** Source, processor or sink, as a number. (v1+) */
  nodeType: number;
  /** Topics that are read. (v1+) */
  sourceTopics: readonly string[];
  /** Topic that a sink writes to, or null. (v1+) */
  sinkTopic: string | null;
  /** Stores that the node uses. (v1+) */
  stores: readonly string[];
  /** Names of the nodes behind this one. (v1+) */
  successors: readonly string[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupDescribeResponseTopologyDescriptionNode(init: Partial<StreamsGroupDescribeResponseTopologyDescriptionNode> = {}): StreamsGroupDescribeResponseTopologyDescriptionNode {
  const m: StreamsGroupDescribeResponseTopologyDescriptionNode = {
    name: init.name ?? '',
    nodeType: init.nodeType ?? 0,
    sourceTopics: init.sourceTopics ?? [],
    sinkTopic: init.sinkTopic ?? null,
    stores: init.stores ?? [],
    successors: init.successors ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponse(m: StreamsGroupDescribeResponse, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.groups.length + 1);
  for (const e of m.groups) n += sizeStreamsGroupDescribeResponseDescribedGroup(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponse(w: Writer, m: StreamsGroupDescribeResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.compactArrayLength(m.groups.length);
  for (const e of m.groups) encodeStreamsGroupDescribeResponseDescribedGroup(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponse(r: Reader, v: number): StreamsGroupDescribeResponse {
  const throttleTimeMs = r.int32();
  const groups: StreamsGroupDescribeResponseDescribedGroup[] = [];
  {
    const count = r.compactArrayLength(20);
    for (let i = 0; i < count; i++) groups.push(decodeStreamsGroupDescribeResponseDescribedGroup(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponse = { throttleTimeMs, groups };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseDescribedGroup(m: StreamsGroupDescribeResponseDescribedGroup, v: number): number {
  let n = 14;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfCompactString(m.groupId);
  n += sizeOfCompactString(m.groupState);
  n += 1 + (m.topology === null ? 0 : sizeStreamsGroupDescribeResponseTopology(m.topology, v));
  n += sizeOfUvarint(m.members.length + 1);
  for (const e of m.members) n += sizeStreamsGroupDescribeResponseMember(e, v);
  if (v >= 1) {
    n += 1 + (m.topologyDescription === null ? 0 : sizeStreamsGroupDescribeResponseTopologyDescription(m.topologyDescription, v));
    n += 1;
    n += sizeOfCompactNullableString(m.assignorName);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseDescribedGroup(w: Writer, m: StreamsGroupDescribeResponseDescribedGroup, v: number): void {
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactString(m.groupId);
  w.compactString(m.groupState);
  w.int32(m.groupEpoch);
  w.int32(m.assignmentEpoch);
  if (m.topology === null) w.int8(-1);
  else {
    w.int8(1);
    encodeStreamsGroupDescribeResponseTopology(w, m.topology, v);
  }
  w.compactArrayLength(m.members.length);
  for (const e of m.members) encodeStreamsGroupDescribeResponseMember(w, e, v);
  w.int32(m.authorizedOperations);
  if (v >= 1) {
    if (m.topologyDescription === null) w.int8(-1);
    else {
      w.int8(1);
      encodeStreamsGroupDescribeResponseTopologyDescription(w, m.topologyDescription, v);
    }
  }
  if (!(v >= 1) && m.topologyDescription !== null) throw unsupportedField('StreamsGroupDescribeResponseDescribedGroup', 'topologyDescription', v);
  if (v >= 1) {
    w.int8(m.topologyDescriptionStatus);
  }
  if (!(v >= 1) && m.topologyDescriptionStatus !== 0) throw unsupportedField('StreamsGroupDescribeResponseDescribedGroup', 'topologyDescriptionStatus', v);
  if (v >= 1) {
    w.compactNullableString(m.assignorName);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseDescribedGroup(r: Reader, v: number): StreamsGroupDescribeResponseDescribedGroup {
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const groupId = r.compactString();
  const groupState = r.compactString();
  const groupEpoch = r.int32();
  const assignmentEpoch = r.int32();
  const topology = r.structPresent() ? decodeStreamsGroupDescribeResponseTopology(r, v) : null;
  const members: StreamsGroupDescribeResponseMember[] = [];
  {
    const count = r.compactArrayLength(28);
    for (let i = 0; i < count; i++) members.push(decodeStreamsGroupDescribeResponseMember(r, v));
  }
  const authorizedOperations = r.int32();
  const topologyDescription = v >= 1 ? (r.structPresent() ? decodeStreamsGroupDescribeResponseTopologyDescription(r, v) : null) : null;
  const topologyDescriptionStatus = v >= 1 ? r.int8() : 0;
  const assignorName = v >= 1 ? r.compactNullableString() : null;
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseDescribedGroup = { errorCode, errorMessage, groupId, groupState, groupEpoch, assignmentEpoch, topology, members, authorizedOperations, topologyDescription, topologyDescriptionStatus, assignorName };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseTopology(m: StreamsGroupDescribeResponseTopology, v: number): number {
  let n = 4;
  if (m.subtopologies === null) n += 1;
  else {
    n += sizeOfUvarint(m.subtopologies.length + 1);
    for (const e of m.subtopologies) n += sizeStreamsGroupDescribeResponseSubtopology(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseTopology(w: Writer, m: StreamsGroupDescribeResponseTopology, v: number): void {
  w.int32(m.epoch);
  if (m.subtopologies === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.subtopologies.length);
    for (const e of m.subtopologies) encodeStreamsGroupDescribeResponseSubtopology(w, e, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseTopology(r: Reader, v: number): StreamsGroupDescribeResponseTopology {
  const epoch = r.int32();
  let subtopologies: readonly StreamsGroupDescribeResponseSubtopology[] | null = null;
  {
    const count = r.compactNullableArrayLength(6);
    if (count < 0) {
      subtopologies = null;
    } else {
      const items: StreamsGroupDescribeResponseSubtopology[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupDescribeResponseSubtopology(r, v));
      subtopologies = items;
    }
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseTopology = { epoch, subtopologies };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseMember(m: StreamsGroupDescribeResponseMember, v: number): number {
  let n = 9;
  n += sizeOfCompactString(m.memberId);
  n += sizeOfCompactNullableString(m.instanceId);
  n += sizeOfCompactNullableString(m.rackId);
  n += sizeOfCompactString(m.clientId);
  n += sizeOfCompactString(m.clientHost);
  n += sizeOfCompactString(m.processId);
  n += 1 + (m.userEndpoint === null ? 0 : sizeStreamsGroupDescribeResponseEndpoint(m.userEndpoint, v));
  n += sizeOfUvarint(m.clientTags.length + 1);
  for (const e of m.clientTags) n += sizeStreamsGroupDescribeResponseKeyValue(e, v);
  n += sizeOfUvarint(m.taskOffsets.length + 1);
  for (const e of m.taskOffsets) n += sizeStreamsGroupDescribeResponseTaskOffset(e, v);
  n += sizeOfUvarint(m.taskEndOffsets.length + 1);
  for (const e of m.taskEndOffsets) n += sizeStreamsGroupDescribeResponseTaskOffset(e, v);
  n += sizeStreamsGroupDescribeResponseAssignment(m.assignment, v);
  n += sizeStreamsGroupDescribeResponseAssignment(m.targetAssignment, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseMember(w: Writer, m: StreamsGroupDescribeResponseMember, v: number): void {
  w.compactString(m.memberId);
  w.int32(m.memberEpoch);
  w.compactNullableString(m.instanceId);
  w.compactNullableString(m.rackId);
  w.compactString(m.clientId);
  w.compactString(m.clientHost);
  w.int32(m.topologyEpoch);
  w.compactString(m.processId);
  if (m.userEndpoint === null) w.int8(-1);
  else {
    w.int8(1);
    encodeStreamsGroupDescribeResponseEndpoint(w, m.userEndpoint, v);
  }
  w.compactArrayLength(m.clientTags.length);
  for (const e of m.clientTags) encodeStreamsGroupDescribeResponseKeyValue(w, e, v);
  w.compactArrayLength(m.taskOffsets.length);
  for (const e of m.taskOffsets) encodeStreamsGroupDescribeResponseTaskOffset(w, e, v);
  w.compactArrayLength(m.taskEndOffsets.length);
  for (const e of m.taskEndOffsets) encodeStreamsGroupDescribeResponseTaskOffset(w, e, v);
  encodeStreamsGroupDescribeResponseAssignment(w, m.assignment, v);
  encodeStreamsGroupDescribeResponseAssignment(w, m.targetAssignment, v);
  w.boolean(m.isClassic);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseMember(r: Reader, v: number): StreamsGroupDescribeResponseMember {
  const memberId = r.compactString();
  const memberEpoch = r.int32();
  const instanceId = r.compactNullableString();
  const rackId = r.compactNullableString();
  const clientId = r.compactString();
  const clientHost = r.compactString();
  const topologyEpoch = r.int32();
  const processId = r.compactString();
  const userEndpoint = r.structPresent() ? decodeStreamsGroupDescribeResponseEndpoint(r, v) : null;
  const clientTags: StreamsGroupDescribeResponseKeyValue[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) clientTags.push(decodeStreamsGroupDescribeResponseKeyValue(r, v));
  }
  const taskOffsets: StreamsGroupDescribeResponseTaskOffset[] = [];
  {
    const count = r.compactArrayLength(14);
    for (let i = 0; i < count; i++) taskOffsets.push(decodeStreamsGroupDescribeResponseTaskOffset(r, v));
  }
  const taskEndOffsets: StreamsGroupDescribeResponseTaskOffset[] = [];
  {
    const count = r.compactArrayLength(14);
    for (let i = 0; i < count; i++) taskEndOffsets.push(decodeStreamsGroupDescribeResponseTaskOffset(r, v));
  }
  const assignment = decodeStreamsGroupDescribeResponseAssignment(r, v);
  const targetAssignment = decodeStreamsGroupDescribeResponseAssignment(r, v);
  const isClassic = r.boolean();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseMember = { memberId, memberEpoch, instanceId, rackId, clientId, clientHost, topologyEpoch, processId, userEndpoint, clientTags, taskOffsets, taskEndOffsets, assignment, targetAssignment, isClassic };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseTopologyDescription(m: StreamsGroupDescribeResponseTopologyDescription, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.subtopologies.length + 1);
  for (const e of m.subtopologies) n += sizeStreamsGroupDescribeResponseTopologyDescriptionSubtopology(e, v);
  n += sizeOfUvarint(m.globalStores.length + 1);
  for (const e of m.globalStores) n += sizeStreamsGroupDescribeResponseTopologyDescriptionGlobalStore(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseTopologyDescription(w: Writer, m: StreamsGroupDescribeResponseTopologyDescription, v: number): void {
  w.compactArrayLength(m.subtopologies.length);
  for (const e of m.subtopologies) encodeStreamsGroupDescribeResponseTopologyDescriptionSubtopology(w, e, v);
  w.compactArrayLength(m.globalStores.length);
  for (const e of m.globalStores) encodeStreamsGroupDescribeResponseTopologyDescriptionGlobalStore(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseTopologyDescription(r: Reader, v: number): StreamsGroupDescribeResponseTopologyDescription {
  const subtopologies: StreamsGroupDescribeResponseTopologyDescriptionSubtopology[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) subtopologies.push(decodeStreamsGroupDescribeResponseTopologyDescriptionSubtopology(r, v));
  }
  const globalStores: StreamsGroupDescribeResponseTopologyDescriptionGlobalStore[] = [];
  {
    const count = r.compactArrayLength(15);
    for (let i = 0; i < count; i++) globalStores.push(decodeStreamsGroupDescribeResponseTopologyDescriptionGlobalStore(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseTopologyDescription = { subtopologies, globalStores };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseSubtopology(m: StreamsGroupDescribeResponseSubtopology, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.subtopologyId);
  n += sizeOfUvarint(m.sourceTopics.length + 1);
  for (const e of m.sourceTopics) n += sizeOfCompactString(e);
  n += sizeOfUvarint(m.repartitionSinkTopics.length + 1);
  for (const e of m.repartitionSinkTopics) n += sizeOfCompactString(e);
  n += sizeOfUvarint(m.stateChangelogTopics.length + 1);
  for (const e of m.stateChangelogTopics) n += sizeStreamsGroupDescribeResponseTopicInfo(e, v);
  n += sizeOfUvarint(m.repartitionSourceTopics.length + 1);
  for (const e of m.repartitionSourceTopics) n += sizeStreamsGroupDescribeResponseTopicInfo(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseSubtopology(w: Writer, m: StreamsGroupDescribeResponseSubtopology, v: number): void {
  w.compactString(m.subtopologyId);
  w.compactArrayLength(m.sourceTopics.length);
  for (const e of m.sourceTopics) w.compactString(e);
  w.compactArrayLength(m.repartitionSinkTopics.length);
  for (const e of m.repartitionSinkTopics) w.compactString(e);
  w.compactArrayLength(m.stateChangelogTopics.length);
  for (const e of m.stateChangelogTopics) encodeStreamsGroupDescribeResponseTopicInfo(w, e, v);
  w.compactArrayLength(m.repartitionSourceTopics.length);
  for (const e of m.repartitionSourceTopics) encodeStreamsGroupDescribeResponseTopicInfo(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseSubtopology(r: Reader, v: number): StreamsGroupDescribeResponseSubtopology {
  const subtopologyId = r.compactString();
  const sourceTopics: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) sourceTopics.push(r.compactString());
  }
  const repartitionSinkTopics: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) repartitionSinkTopics.push(r.compactString());
  }
  const stateChangelogTopics: StreamsGroupDescribeResponseTopicInfo[] = [];
  {
    const count = r.compactArrayLength(9);
    for (let i = 0; i < count; i++) stateChangelogTopics.push(decodeStreamsGroupDescribeResponseTopicInfo(r, v));
  }
  const repartitionSourceTopics: StreamsGroupDescribeResponseTopicInfo[] = [];
  {
    const count = r.compactArrayLength(9);
    for (let i = 0; i < count; i++) repartitionSourceTopics.push(decodeStreamsGroupDescribeResponseTopicInfo(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseSubtopology = { subtopologyId, sourceTopics, repartitionSinkTopics, stateChangelogTopics, repartitionSourceTopics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseEndpoint(m: StreamsGroupDescribeResponseEndpoint, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.host);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseEndpoint(w: Writer, m: StreamsGroupDescribeResponseEndpoint, v: number): void {
  w.compactString(m.host);
  w.uint16(m.port);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseEndpoint(r: Reader, v: number): StreamsGroupDescribeResponseEndpoint {
  const host = r.compactString();
  const port = r.uint16();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseEndpoint = { host, port };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseKeyValue(m: StreamsGroupDescribeResponseKeyValue, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.key);
  n += sizeOfCompactString(m.value);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseKeyValue(w: Writer, m: StreamsGroupDescribeResponseKeyValue, v: number): void {
  w.compactString(m.key);
  w.compactString(m.value);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseKeyValue(r: Reader, v: number): StreamsGroupDescribeResponseKeyValue {
  const key = r.compactString();
  const value = r.compactString();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseKeyValue = { key, value };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseTaskOffset(m: StreamsGroupDescribeResponseTaskOffset, v: number): number {
  let n = 12;
  n += sizeOfCompactString(m.subtopologyId);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseTaskOffset(w: Writer, m: StreamsGroupDescribeResponseTaskOffset, v: number): void {
  w.compactString(m.subtopologyId);
  w.int32(m.partition);
  w.int64(m.offset);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseTaskOffset(r: Reader, v: number): StreamsGroupDescribeResponseTaskOffset {
  const subtopologyId = r.compactString();
  const partition = r.int32();
  const offset = r.int64();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseTaskOffset = { subtopologyId, partition, offset };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseAssignment(m: StreamsGroupDescribeResponseAssignment, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.activeTasks.length + 1);
  for (const e of m.activeTasks) n += sizeStreamsGroupDescribeResponseTaskIds(e, v);
  n += sizeOfUvarint(m.standbyTasks.length + 1);
  for (const e of m.standbyTasks) n += sizeStreamsGroupDescribeResponseTaskIds(e, v);
  n += sizeOfUvarint(m.warmupTasks.length + 1);
  for (const e of m.warmupTasks) n += sizeStreamsGroupDescribeResponseTaskIds(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseAssignment(w: Writer, m: StreamsGroupDescribeResponseAssignment, v: number): void {
  w.compactArrayLength(m.activeTasks.length);
  for (const e of m.activeTasks) encodeStreamsGroupDescribeResponseTaskIds(w, e, v);
  w.compactArrayLength(m.standbyTasks.length);
  for (const e of m.standbyTasks) encodeStreamsGroupDescribeResponseTaskIds(w, e, v);
  w.compactArrayLength(m.warmupTasks.length);
  for (const e of m.warmupTasks) encodeStreamsGroupDescribeResponseTaskIds(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseAssignment(r: Reader, v: number): StreamsGroupDescribeResponseAssignment {
  const activeTasks: StreamsGroupDescribeResponseTaskIds[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) activeTasks.push(decodeStreamsGroupDescribeResponseTaskIds(r, v));
  }
  const standbyTasks: StreamsGroupDescribeResponseTaskIds[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) standbyTasks.push(decodeStreamsGroupDescribeResponseTaskIds(r, v));
  }
  const warmupTasks: StreamsGroupDescribeResponseTaskIds[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) warmupTasks.push(decodeStreamsGroupDescribeResponseTaskIds(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseAssignment = { activeTasks, standbyTasks, warmupTasks };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseTopologyDescriptionSubtopology(m: StreamsGroupDescribeResponseTopologyDescriptionSubtopology, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.subtopologyId);
  n += sizeOfUvarint(m.nodes.length + 1);
  for (const e of m.nodes) n += sizeStreamsGroupDescribeResponseTopologyDescriptionNode(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseTopologyDescriptionSubtopology(w: Writer, m: StreamsGroupDescribeResponseTopologyDescriptionSubtopology, v: number): void {
  w.compactString(m.subtopologyId);
  w.compactArrayLength(m.nodes.length);
  for (const e of m.nodes) encodeStreamsGroupDescribeResponseTopologyDescriptionNode(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseTopologyDescriptionSubtopology(r: Reader, v: number): StreamsGroupDescribeResponseTopologyDescriptionSubtopology {
  const subtopologyId = r.compactString();
  const nodes: StreamsGroupDescribeResponseTopologyDescriptionNode[] = [];
  {
    const count = r.compactArrayLength(7);
    for (let i = 0; i < count; i++) nodes.push(decodeStreamsGroupDescribeResponseTopologyDescriptionNode(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseTopologyDescriptionSubtopology = { subtopologyId, nodes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseTopologyDescriptionGlobalStore(m: StreamsGroupDescribeResponseTopologyDescriptionGlobalStore, v: number): number {
  let n = 0;
  n += sizeStreamsGroupDescribeResponseTopologyDescriptionNode(m.source, v);
  n += sizeStreamsGroupDescribeResponseTopologyDescriptionNode(m.processor, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseTopologyDescriptionGlobalStore(w: Writer, m: StreamsGroupDescribeResponseTopologyDescriptionGlobalStore, v: number): void {
  encodeStreamsGroupDescribeResponseTopologyDescriptionNode(w, m.source, v);
  encodeStreamsGroupDescribeResponseTopologyDescriptionNode(w, m.processor, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseTopologyDescriptionGlobalStore(r: Reader, v: number): StreamsGroupDescribeResponseTopologyDescriptionGlobalStore {
  const source = decodeStreamsGroupDescribeResponseTopologyDescriptionNode(r, v);
  const processor = decodeStreamsGroupDescribeResponseTopologyDescriptionNode(r, v);
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseTopologyDescriptionGlobalStore = { source, processor };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseTopicInfo(m: StreamsGroupDescribeResponseTopicInfo, v: number): number {
  let n = 6;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.topicConfigs.length + 1);
  for (const e of m.topicConfigs) n += sizeStreamsGroupDescribeResponseKeyValue(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseTopicInfo(w: Writer, m: StreamsGroupDescribeResponseTopicInfo, v: number): void {
  w.compactString(m.name);
  w.int32(m.partitions);
  w.int16(m.replicationFactor);
  w.compactArrayLength(m.topicConfigs.length);
  for (const e of m.topicConfigs) encodeStreamsGroupDescribeResponseKeyValue(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseTopicInfo(r: Reader, v: number): StreamsGroupDescribeResponseTopicInfo {
  const name = r.compactString();
  const partitions = r.int32();
  const replicationFactor = r.int16();
  const topicConfigs: StreamsGroupDescribeResponseKeyValue[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topicConfigs.push(decodeStreamsGroupDescribeResponseKeyValue(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseTopicInfo = { name, partitions, replicationFactor, topicConfigs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseTaskIds(m: StreamsGroupDescribeResponseTaskIds, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.subtopologyId);
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseTaskIds(w: Writer, m: StreamsGroupDescribeResponseTaskIds, v: number): void {
  w.compactString(m.subtopologyId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseTaskIds(r: Reader, v: number): StreamsGroupDescribeResponseTaskIds {
  const subtopologyId = r.compactString();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseTaskIds = { subtopologyId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupDescribeResponseTopologyDescriptionNode(m: StreamsGroupDescribeResponseTopologyDescriptionNode, v: number): number {
  let n = 1;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.sourceTopics.length + 1);
  for (const e of m.sourceTopics) n += sizeOfCompactString(e);
  n += sizeOfCompactNullableString(m.sinkTopic);
  n += sizeOfUvarint(m.stores.length + 1);
  for (const e of m.stores) n += sizeOfCompactString(e);
  n += sizeOfUvarint(m.successors.length + 1);
  for (const e of m.successors) n += sizeOfCompactString(e);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupDescribeResponseTopologyDescriptionNode(w: Writer, m: StreamsGroupDescribeResponseTopologyDescriptionNode, v: number): void {
  w.compactString(m.name);
  w.int8(m.nodeType);
  w.compactArrayLength(m.sourceTopics.length);
  for (const e of m.sourceTopics) w.compactString(e);
  w.compactNullableString(m.sinkTopic);
  w.compactArrayLength(m.stores.length);
  for (const e of m.stores) w.compactString(e);
  w.compactArrayLength(m.successors.length);
  for (const e of m.successors) w.compactString(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupDescribeResponseTopologyDescriptionNode(r: Reader, v: number): StreamsGroupDescribeResponseTopologyDescriptionNode {
  const name = r.compactString();
  const nodeType = r.int8();
  const sourceTopics: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) sourceTopics.push(r.compactString());
  }
  const sinkTopic = r.compactNullableString();
  const stores: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) stores.push(r.compactString());
  }
  const successors: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) successors.push(r.compactString());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupDescribeResponseTopologyDescriptionNode = { name, nodeType, sourceTopics, sinkTopic, stores, successors };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** State, topology and members of the groups asked for. */
export const streamsGroupDescribeResponse: MessageCodec<StreamsGroupDescribeResponse> = {
  name: 'StreamsGroupDescribeResponse',
  kind: 'response',
  apiKey: 89,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(streamsGroupDescribeResponse, version);
    return sizeStreamsGroupDescribeResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(streamsGroupDescribeResponse, version);
    encodeStreamsGroupDescribeResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(streamsGroupDescribeResponse, version);
    return decodeStreamsGroupDescribeResponse(reader, version);
  },
};
