// Generated from schemas/88-streams-group-heartbeat.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Joins, stays in or leaves a streams group. */
export interface StreamsGroupHeartbeatRequest {
  /** Id of the group. */
  groupId: string;
  /** Id of the member. */
  memberId: string;
  /** Epoch of the member; 0 joins, -1 leaves. */
  memberEpoch: number;
  /** Version of the endpoints that the member knows. */
  endpointInformationEpoch: number;
  /** Name of a static member, or null. */
  instanceId: string | null;
  /** Rack of the member, null when unchanged. */
  rackId: string | null;
  /** Milliseconds that a member may take to give up partitions. */
  rebalanceTimeoutMs: number;
  /** Shape of the topology, null when unchanged. */
  topology: StreamsGroupHeartbeatRequestTopology | null;
  /** Tasks that the member processes. */
  activeTasks: readonly StreamsGroupHeartbeatRequestTaskIds[] | null;
  /** Tasks that the member keeps ready. */
  standbyTasks: readonly StreamsGroupHeartbeatRequestTaskIds[] | null;
  /** Tasks that the member prepares to take over. */
  warmupTasks: readonly StreamsGroupHeartbeatRequestTaskIds[] | null;
  /** Id of the process in which the member runs. */
  processId: string | null;
  /** Address at which the application answers queries, or null. */
  userEndpoint: StreamsGroupHeartbeatRequestEndpoint | null;
  /** Tags of the process, for rack awareness. */
  clientTags: readonly StreamsGroupHeartbeatRequestKeyValue[] | null;
  /** How far the state of tasks is restored. */
  taskOffsets: readonly StreamsGroupHeartbeatRequestTaskOffset[] | null;
  /** Ends of the changelogs of tasks. */
  taskEndOffsets: readonly StreamsGroupHeartbeatRequestTaskOffset[] | null;
  /** Ask all members to end. */
  shutdownApplication: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatRequest(init: Partial<StreamsGroupHeartbeatRequest> = {}): StreamsGroupHeartbeatRequest {
  const m: StreamsGroupHeartbeatRequest = {
    groupId: init.groupId ?? '',
    memberId: init.memberId ?? '',
    memberEpoch: init.memberEpoch ?? 0,
    endpointInformationEpoch: init.endpointInformationEpoch ?? 0,
    instanceId: init.instanceId ?? null,
    rackId: init.rackId ?? null,
    rebalanceTimeoutMs: init.rebalanceTimeoutMs ?? -1,
    topology: init.topology ?? null,
    activeTasks: init.activeTasks ?? null,
    standbyTasks: init.standbyTasks ?? null,
    warmupTasks: init.warmupTasks ?? null,
    processId: init.processId ?? null,
    userEndpoint: init.userEndpoint ?? null,
    clientTags: init.clientTags ?? null,
    taskOffsets: init.taskOffsets ?? null,
    taskEndOffsets: init.taskEndOffsets ?? null,
    shutdownApplication: init.shutdownApplication ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Shape of the topology, null when unchanged. */
export interface StreamsGroupHeartbeatRequestTopology {
  /** Epoch of the topology. */
  epoch: number;
  /** Parts of the topology. */
  subtopologies: readonly StreamsGroupHeartbeatRequestSubtopology[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatRequestTopology(init: Partial<StreamsGroupHeartbeatRequestTopology> = {}): StreamsGroupHeartbeatRequestTopology {
  const m: StreamsGroupHeartbeatRequestTopology = {
    epoch: init.epoch ?? 0,
    subtopologies: init.subtopologies ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Tasks of one subtopology. */
export interface StreamsGroupHeartbeatRequestTaskIds {
  /** Id of the subtopology. */
  subtopologyId: string;
  /** Partitions of the tasks. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatRequestTaskIds(init: Partial<StreamsGroupHeartbeatRequestTaskIds> = {}): StreamsGroupHeartbeatRequestTaskIds {
  const m: StreamsGroupHeartbeatRequestTaskIds = {
    subtopologyId: init.subtopologyId ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Address of an application instance. */
export interface StreamsGroupHeartbeatRequestEndpoint {
  /** Host name or address. */
  host: string;
  /** TCP port. */
  port: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatRequestEndpoint(init: Partial<StreamsGroupHeartbeatRequestEndpoint> = {}): StreamsGroupHeartbeatRequestEndpoint {
  const m: StreamsGroupHeartbeatRequestEndpoint = {
    host: init.host ?? '',
    port: init.port ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** A key with its value. */
export interface StreamsGroupHeartbeatRequestKeyValue {
  /** Key of the entry. */
  key: string;
  /** Value of the entry. */
  value: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatRequestKeyValue(init: Partial<StreamsGroupHeartbeatRequestKeyValue> = {}): StreamsGroupHeartbeatRequestKeyValue {
  const m: StreamsGroupHeartbeatRequestKeyValue = {
    key: init.key ?? '',
    value: init.value ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Position of one task. */
export interface StreamsGroupHeartbeatRequestTaskOffset {
  /** Id of the subtopology. */
  subtopologyId: string;
  /** Number of the partition. */
  partition: number;
  /** Offset up to which the state is there. */
  offset: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatRequestTaskOffset(init: Partial<StreamsGroupHeartbeatRequestTaskOffset> = {}): StreamsGroupHeartbeatRequestTaskOffset {
  const m: StreamsGroupHeartbeatRequestTaskOffset = {
    subtopologyId: init.subtopologyId ?? '',
    partition: init.partition ?? 0,
    offset: init.offset ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `subtopologies`. */
export interface StreamsGroupHeartbeatRequestSubtopology {
  /** Id of the subtopology. */
  subtopologyId: string;
  /** Topics that are read. */
  sourceTopics: readonly string[];
  /** Patterns of topics that are read. */
  sourceTopicRegex: readonly string[];
  /** Topics that back up state. */
  stateChangelogTopics: readonly StreamsGroupHeartbeatRequestTopicInfo[];
  /** Repartition topics that are written. */
  repartitionSinkTopics: readonly string[];
  /** Repartition topics that are read. */
  repartitionSourceTopics: readonly StreamsGroupHeartbeatRequestTopicInfo[];
  /** Topics that must be partitioned alike, by index into the lists above. */
  copartitionGroups: readonly StreamsGroupHeartbeatRequestCopartitionGroup[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatRequestSubtopology(init: Partial<StreamsGroupHeartbeatRequestSubtopology> = {}): StreamsGroupHeartbeatRequestSubtopology {
  const m: StreamsGroupHeartbeatRequestSubtopology = {
    subtopologyId: init.subtopologyId ?? '',
    sourceTopics: init.sourceTopics ?? [],
    sourceTopicRegex: init.sourceTopicRegex ?? [],
    stateChangelogTopics: init.stateChangelogTopics ?? [],
    repartitionSinkTopics: init.repartitionSinkTopics ?? [],
    repartitionSourceTopics: init.repartitionSourceTopics ?? [],
    copartitionGroups: init.copartitionGroups ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** A topic that the topology needs. */
export interface StreamsGroupHeartbeatRequestTopicInfo {
  /** Name of the topic. */
  name: string;
  /** Number of partitions, 0 for as many as the sources have. */
  partitions: number;
  /** Number of replicas, -1 for the default. */
  replicationFactor: number;
  /** Settings of the topic. */
  topicConfigs: readonly StreamsGroupHeartbeatRequestKeyValue[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatRequestTopicInfo(init: Partial<StreamsGroupHeartbeatRequestTopicInfo> = {}): StreamsGroupHeartbeatRequestTopicInfo {
  const m: StreamsGroupHeartbeatRequestTopicInfo = {
    name: init.name ?? '',
    partitions: init.partitions ?? 0,
    replicationFactor: init.replicationFactor ?? 0,
    topicConfigs: init.topicConfigs ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `copartitionGroups`. */
export interface StreamsGroupHeartbeatRequestCopartitionGroup {
  /** Indexes of source topics. */
  sourceTopics: readonly number[];
  /** Indexes of source topic patterns. */
  sourceTopicRegex: readonly number[];
  /** Indexes of repartition topics. */
  repartitionSourceTopics: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatRequestCopartitionGroup(init: Partial<StreamsGroupHeartbeatRequestCopartitionGroup> = {}): StreamsGroupHeartbeatRequestCopartitionGroup {
  const m: StreamsGroupHeartbeatRequestCopartitionGroup = {
    sourceTopics: init.sourceTopics ?? [],
    sourceTopicRegex: init.sourceTopicRegex ?? [],
    repartitionSourceTopics: init.repartitionSourceTopics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatRequest(m: StreamsGroupHeartbeatRequest, v: number): number {
  let n = 13;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfCompactString(m.memberId);
  n += sizeOfCompactNullableString(m.instanceId);
  n += sizeOfCompactNullableString(m.rackId);
  n += 1 + (m.topology === null ? 0 : sizeStreamsGroupHeartbeatRequestTopology(m.topology, v));
  if (m.activeTasks === null) n += 1;
  else {
    n += sizeOfUvarint(m.activeTasks.length + 1);
    for (const e of m.activeTasks) n += sizeStreamsGroupHeartbeatRequestTaskIds(e, v);
  }
  if (m.standbyTasks === null) n += 1;
  else {
    n += sizeOfUvarint(m.standbyTasks.length + 1);
    for (const e of m.standbyTasks) n += sizeStreamsGroupHeartbeatRequestTaskIds(e, v);
  }
  if (m.warmupTasks === null) n += 1;
  else {
    n += sizeOfUvarint(m.warmupTasks.length + 1);
    for (const e of m.warmupTasks) n += sizeStreamsGroupHeartbeatRequestTaskIds(e, v);
  }
  n += sizeOfCompactNullableString(m.processId);
  n += 1 + (m.userEndpoint === null ? 0 : sizeStreamsGroupHeartbeatRequestEndpoint(m.userEndpoint, v));
  if (m.clientTags === null) n += 1;
  else {
    n += sizeOfUvarint(m.clientTags.length + 1);
    for (const e of m.clientTags) n += sizeStreamsGroupHeartbeatRequestKeyValue(e, v);
  }
  if (m.taskOffsets === null) n += 1;
  else {
    n += sizeOfUvarint(m.taskOffsets.length + 1);
    for (const e of m.taskOffsets) n += sizeStreamsGroupHeartbeatRequestTaskOffset(e, v);
  }
  if (m.taskEndOffsets === null) n += 1;
  else {
    n += sizeOfUvarint(m.taskEndOffsets.length + 1);
    for (const e of m.taskEndOffsets) n += sizeStreamsGroupHeartbeatRequestTaskOffset(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatRequest(w: Writer, m: StreamsGroupHeartbeatRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactString(m.memberId);
  w.int32(m.memberEpoch);
  w.int32(m.endpointInformationEpoch);
  w.compactNullableString(m.instanceId);
  w.compactNullableString(m.rackId);
  w.int32(m.rebalanceTimeoutMs);
  if (m.topology === null) w.int8(-1);
  else {
    w.int8(1);
    encodeStreamsGroupHeartbeatRequestTopology(w, m.topology, v);
  }
  if (m.activeTasks === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.activeTasks.length);
    for (const e of m.activeTasks) encodeStreamsGroupHeartbeatRequestTaskIds(w, e, v);
  }
  if (m.standbyTasks === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.standbyTasks.length);
    for (const e of m.standbyTasks) encodeStreamsGroupHeartbeatRequestTaskIds(w, e, v);
  }
  if (m.warmupTasks === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.warmupTasks.length);
    for (const e of m.warmupTasks) encodeStreamsGroupHeartbeatRequestTaskIds(w, e, v);
  }
  w.compactNullableString(m.processId);
  if (m.userEndpoint === null) w.int8(-1);
  else {
    w.int8(1);
    encodeStreamsGroupHeartbeatRequestEndpoint(w, m.userEndpoint, v);
  }
  if (m.clientTags === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.clientTags.length);
    for (const e of m.clientTags) encodeStreamsGroupHeartbeatRequestKeyValue(w, e, v);
  }
  if (m.taskOffsets === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.taskOffsets.length);
    for (const e of m.taskOffsets) encodeStreamsGroupHeartbeatRequestTaskOffset(w, e, v);
  }
  if (m.taskEndOffsets === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.taskEndOffsets.length);
    for (const e of m.taskEndOffsets) encodeStreamsGroupHeartbeatRequestTaskOffset(w, e, v);
  }
  w.boolean(m.shutdownApplication);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatRequest(r: Reader, v: number): StreamsGroupHeartbeatRequest {
  const groupId = r.compactString();
  const memberId = r.compactString();
  const memberEpoch = r.int32();
  const endpointInformationEpoch = r.int32();
  const instanceId = r.compactNullableString();
  const rackId = r.compactNullableString();
  const rebalanceTimeoutMs = r.int32();
  const topology = r.structPresent() ? decodeStreamsGroupHeartbeatRequestTopology(r, v) : null;
  let activeTasks: readonly StreamsGroupHeartbeatRequestTaskIds[] | null = null;
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      activeTasks = null;
    } else {
      const items: StreamsGroupHeartbeatRequestTaskIds[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatRequestTaskIds(r, v));
      activeTasks = items;
    }
  }
  let standbyTasks: readonly StreamsGroupHeartbeatRequestTaskIds[] | null = null;
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      standbyTasks = null;
    } else {
      const items: StreamsGroupHeartbeatRequestTaskIds[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatRequestTaskIds(r, v));
      standbyTasks = items;
    }
  }
  let warmupTasks: readonly StreamsGroupHeartbeatRequestTaskIds[] | null = null;
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      warmupTasks = null;
    } else {
      const items: StreamsGroupHeartbeatRequestTaskIds[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatRequestTaskIds(r, v));
      warmupTasks = items;
    }
  }
  const processId = r.compactNullableString();
  const userEndpoint = r.structPresent() ? decodeStreamsGroupHeartbeatRequestEndpoint(r, v) : null;
  let clientTags: readonly StreamsGroupHeartbeatRequestKeyValue[] | null = null;
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      clientTags = null;
    } else {
      const items: StreamsGroupHeartbeatRequestKeyValue[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatRequestKeyValue(r, v));
      clientTags = items;
    }
  }
  let taskOffsets: readonly StreamsGroupHeartbeatRequestTaskOffset[] | null = null;
  {
    const count = r.compactNullableArrayLength(14);
    if (count < 0) {
      taskOffsets = null;
    } else {
      const items: StreamsGroupHeartbeatRequestTaskOffset[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatRequestTaskOffset(r, v));
      taskOffsets = items;
    }
  }
  let taskEndOffsets: readonly StreamsGroupHeartbeatRequestTaskOffset[] | null = null;
  {
    const count = r.compactNullableArrayLength(14);
    if (count < 0) {
      taskEndOffsets = null;
    } else {
      const items: StreamsGroupHeartbeatRequestTaskOffset[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatRequestTaskOffset(r, v));
      taskEndOffsets = items;
    }
  }
  const shutdownApplication = r.boolean();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatRequest = { groupId, memberId, memberEpoch, endpointInformationEpoch, instanceId, rackId, rebalanceTimeoutMs, topology, activeTasks, standbyTasks, warmupTasks, processId, userEndpoint, clientTags, taskOffsets, taskEndOffsets, shutdownApplication };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatRequestTopology(m: StreamsGroupHeartbeatRequestTopology, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.subtopologies.length + 1);
  for (const e of m.subtopologies) n += sizeStreamsGroupHeartbeatRequestSubtopology(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatRequestTopology(w: Writer, m: StreamsGroupHeartbeatRequestTopology, v: number): void {
  w.int32(m.epoch);
  w.compactArrayLength(m.subtopologies.length);
  for (const e of m.subtopologies) encodeStreamsGroupHeartbeatRequestSubtopology(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatRequestTopology(r: Reader, v: number): StreamsGroupHeartbeatRequestTopology {
  const epoch = r.int32();
  const subtopologies: StreamsGroupHeartbeatRequestSubtopology[] = [];
  {
    const count = r.compactArrayLength(8);
    for (let i = 0; i < count; i++) subtopologies.push(decodeStreamsGroupHeartbeatRequestSubtopology(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatRequestTopology = { epoch, subtopologies };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatRequestTaskIds(m: StreamsGroupHeartbeatRequestTaskIds, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.subtopologyId);
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatRequestTaskIds(w: Writer, m: StreamsGroupHeartbeatRequestTaskIds, v: number): void {
  w.compactString(m.subtopologyId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatRequestTaskIds(r: Reader, v: number): StreamsGroupHeartbeatRequestTaskIds {
  const subtopologyId = r.compactString();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatRequestTaskIds = { subtopologyId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatRequestEndpoint(m: StreamsGroupHeartbeatRequestEndpoint, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.host);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatRequestEndpoint(w: Writer, m: StreamsGroupHeartbeatRequestEndpoint, v: number): void {
  w.compactString(m.host);
  w.uint16(m.port);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatRequestEndpoint(r: Reader, v: number): StreamsGroupHeartbeatRequestEndpoint {
  const host = r.compactString();
  const port = r.uint16();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatRequestEndpoint = { host, port };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatRequestKeyValue(m: StreamsGroupHeartbeatRequestKeyValue, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.key);
  n += sizeOfCompactString(m.value);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatRequestKeyValue(w: Writer, m: StreamsGroupHeartbeatRequestKeyValue, v: number): void {
  w.compactString(m.key);
  w.compactString(m.value);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatRequestKeyValue(r: Reader, v: number): StreamsGroupHeartbeatRequestKeyValue {
  const key = r.compactString();
  const value = r.compactString();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatRequestKeyValue = { key, value };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatRequestTaskOffset(m: StreamsGroupHeartbeatRequestTaskOffset, v: number): number {
  let n = 12;
  n += sizeOfCompactString(m.subtopologyId);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatRequestTaskOffset(w: Writer, m: StreamsGroupHeartbeatRequestTaskOffset, v: number): void {
  w.compactString(m.subtopologyId);
  w.int32(m.partition);
  w.int64(m.offset);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatRequestTaskOffset(r: Reader, v: number): StreamsGroupHeartbeatRequestTaskOffset {
  const subtopologyId = r.compactString();
  const partition = r.int32();
  const offset = r.int64();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatRequestTaskOffset = { subtopologyId, partition, offset };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatRequestSubtopology(m: StreamsGroupHeartbeatRequestSubtopology, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.subtopologyId);
  n += sizeOfUvarint(m.sourceTopics.length + 1);
  for (const e of m.sourceTopics) n += sizeOfCompactString(e);
  n += sizeOfUvarint(m.sourceTopicRegex.length + 1);
  for (const e of m.sourceTopicRegex) n += sizeOfCompactString(e);
  n += sizeOfUvarint(m.stateChangelogTopics.length + 1);
  for (const e of m.stateChangelogTopics) n += sizeStreamsGroupHeartbeatRequestTopicInfo(e, v);
  n += sizeOfUvarint(m.repartitionSinkTopics.length + 1);
  for (const e of m.repartitionSinkTopics) n += sizeOfCompactString(e);
  n += sizeOfUvarint(m.repartitionSourceTopics.length + 1);
  for (const e of m.repartitionSourceTopics) n += sizeStreamsGroupHeartbeatRequestTopicInfo(e, v);
  n += sizeOfUvarint(m.copartitionGroups.length + 1);
  for (const e of m.copartitionGroups) n += sizeStreamsGroupHeartbeatRequestCopartitionGroup(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatRequestSubtopology(w: Writer, m: StreamsGroupHeartbeatRequestSubtopology, v: number): void {
  w.compactString(m.subtopologyId);
  w.compactArrayLength(m.sourceTopics.length);
  for (const e of m.sourceTopics) w.compactString(e);
  w.compactArrayLength(m.sourceTopicRegex.length);
  for (const e of m.sourceTopicRegex) w.compactString(e);
  w.compactArrayLength(m.stateChangelogTopics.length);
  for (const e of m.stateChangelogTopics) encodeStreamsGroupHeartbeatRequestTopicInfo(w, e, v);
  w.compactArrayLength(m.repartitionSinkTopics.length);
  for (const e of m.repartitionSinkTopics) w.compactString(e);
  w.compactArrayLength(m.repartitionSourceTopics.length);
  for (const e of m.repartitionSourceTopics) encodeStreamsGroupHeartbeatRequestTopicInfo(w, e, v);
  w.compactArrayLength(m.copartitionGroups.length);
  for (const e of m.copartitionGroups) encodeStreamsGroupHeartbeatRequestCopartitionGroup(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatRequestSubtopology(r: Reader, v: number): StreamsGroupHeartbeatRequestSubtopology {
  const subtopologyId = r.compactString();
  const sourceTopics: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) sourceTopics.push(r.compactString());
  }
  const sourceTopicRegex: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) sourceTopicRegex.push(r.compactString());
  }
  const stateChangelogTopics: StreamsGroupHeartbeatRequestTopicInfo[] = [];
  {
    const count = r.compactArrayLength(9);
    for (let i = 0; i < count; i++) stateChangelogTopics.push(decodeStreamsGroupHeartbeatRequestTopicInfo(r, v));
  }
  const repartitionSinkTopics: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) repartitionSinkTopics.push(r.compactString());
  }
  const repartitionSourceTopics: StreamsGroupHeartbeatRequestTopicInfo[] = [];
  {
    const count = r.compactArrayLength(9);
    for (let i = 0; i < count; i++) repartitionSourceTopics.push(decodeStreamsGroupHeartbeatRequestTopicInfo(r, v));
  }
  const copartitionGroups: StreamsGroupHeartbeatRequestCopartitionGroup[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) copartitionGroups.push(decodeStreamsGroupHeartbeatRequestCopartitionGroup(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatRequestSubtopology = { subtopologyId, sourceTopics, sourceTopicRegex, stateChangelogTopics, repartitionSinkTopics, repartitionSourceTopics, copartitionGroups };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatRequestTopicInfo(m: StreamsGroupHeartbeatRequestTopicInfo, v: number): number {
  let n = 6;
  n += sizeOfCompactString(m.name);
  n += sizeOfUvarint(m.topicConfigs.length + 1);
  for (const e of m.topicConfigs) n += sizeStreamsGroupHeartbeatRequestKeyValue(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatRequestTopicInfo(w: Writer, m: StreamsGroupHeartbeatRequestTopicInfo, v: number): void {
  w.compactString(m.name);
  w.int32(m.partitions);
  w.int16(m.replicationFactor);
  w.compactArrayLength(m.topicConfigs.length);
  for (const e of m.topicConfigs) encodeStreamsGroupHeartbeatRequestKeyValue(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatRequestTopicInfo(r: Reader, v: number): StreamsGroupHeartbeatRequestTopicInfo {
  const name = r.compactString();
  const partitions = r.int32();
  const replicationFactor = r.int16();
  const topicConfigs: StreamsGroupHeartbeatRequestKeyValue[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) topicConfigs.push(decodeStreamsGroupHeartbeatRequestKeyValue(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatRequestTopicInfo = { name, partitions, replicationFactor, topicConfigs };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatRequestCopartitionGroup(m: StreamsGroupHeartbeatRequestCopartitionGroup, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.sourceTopics.length + 1) + m.sourceTopics.length * 2;
  n += sizeOfUvarint(m.sourceTopicRegex.length + 1) + m.sourceTopicRegex.length * 2;
  n += sizeOfUvarint(m.repartitionSourceTopics.length + 1) + m.repartitionSourceTopics.length * 2;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatRequestCopartitionGroup(w: Writer, m: StreamsGroupHeartbeatRequestCopartitionGroup, v: number): void {
  w.compactArrayLength(m.sourceTopics.length);
  for (const e of m.sourceTopics) w.int16(e);
  w.compactArrayLength(m.sourceTopicRegex.length);
  for (const e of m.sourceTopicRegex) w.int16(e);
  w.compactArrayLength(m.repartitionSourceTopics.length);
  for (const e of m.repartitionSourceTopics) w.int16(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatRequestCopartitionGroup(r: Reader, v: number): StreamsGroupHeartbeatRequestCopartitionGroup {
  const sourceTopics: number[] = [];
  {
    const count = r.compactArrayLength(2);
    for (let i = 0; i < count; i++) sourceTopics.push(r.int16());
  }
  const sourceTopicRegex: number[] = [];
  {
    const count = r.compactArrayLength(2);
    for (let i = 0; i < count; i++) sourceTopicRegex.push(r.int16());
  }
  const repartitionSourceTopics: number[] = [];
  {
    const count = r.compactArrayLength(2);
    for (let i = 0; i < count; i++) repartitionSourceTopics.push(r.int16());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatRequestCopartitionGroup = { sourceTopics, sourceTopicRegex, repartitionSourceTopics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Joins, stays in or leaves a streams group. */
export const streamsGroupHeartbeatRequest: MessageCodec<StreamsGroupHeartbeatRequest> = {
  name: 'StreamsGroupHeartbeatRequest',
  kind: 'request',
  apiKey: 88,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(streamsGroupHeartbeatRequest, version);
    return sizeStreamsGroupHeartbeatRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(streamsGroupHeartbeatRequest, version);
    encodeStreamsGroupHeartbeatRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(streamsGroupHeartbeatRequest, version);
    return decodeStreamsGroupHeartbeatRequest(reader, version);
  },
};

/** Epoch and tasks of the member. */
export interface StreamsGroupHeartbeatResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** Id of the member. */
  memberId: string;
  /** Epoch of the member. */
  memberEpoch: number;
  /** Milliseconds between two heartbeats. */
  heartbeatIntervalMs: number;
  /** Lag at which a standby counts as caught up, in the older form. (v0) */
  acceptableRecoveryLagLegacy: number;
  /** Milliseconds between two reports of task offsets. */
  taskOffsetIntervalMs: number;
  /** Lag at which a standby counts as caught up. (v1+) */
  acceptableRecoveryLag: bigint;
  /** Conditions that the member should know of. */
  status: readonly StreamsGroupHeartbeatResponseStatus[] | null;
  /** Tasks that the member processes. */
  activeTasks: readonly StreamsGroupHeartbeatResponseTaskIds[] | null;
  /** Tasks that the member keeps ready. */
  standbyTasks: readonly StreamsGroupHeartbeatResponseTaskIds[] | null;
  /** Tasks that the member prepares to take over. */
  warmupTasks: readonly StreamsGroupHeartbeatResponseTaskIds[] | null;
  /** The member should hand in a topology description. (v1+) */
  topologyDescriptionRequired: boolean;
  /** Version of the endpoints that the member knows. */
  endpointInformationEpoch: number;
  /** Which instance serves which partitions, null when unchanged. */
  partitionsByUserEndpoint: readonly StreamsGroupHeartbeatResponseEndpointToPartitions[] | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatResponse(init: Partial<StreamsGroupHeartbeatResponse> = {}): StreamsGroupHeartbeatResponse {
  const m: StreamsGroupHeartbeatResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    memberId: init.memberId ?? '',
    memberEpoch: init.memberEpoch ?? 0,
    heartbeatIntervalMs: init.heartbeatIntervalMs ?? 0,
    acceptableRecoveryLagLegacy: init.acceptableRecoveryLagLegacy ?? 0,
    taskOffsetIntervalMs: init.taskOffsetIntervalMs ?? 0,
    acceptableRecoveryLag: init.acceptableRecoveryLag ?? -1n,
    status: init.status === undefined ? [] : init.status,
    activeTasks: init.activeTasks ?? null,
    standbyTasks: init.standbyTasks ?? null,
    warmupTasks: init.warmupTasks ?? null,
    topologyDescriptionRequired: init.topologyDescriptionRequired ?? false,
    endpointInformationEpoch: init.endpointInformationEpoch ?? 0,
    partitionsByUserEndpoint: init.partitionsByUserEndpoint ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** A condition of the group. */
export interface StreamsGroupHeartbeatResponseStatus {
  /** Number of the condition. */
  statusCode: number;
  /** The condition in words. */
  statusDetail: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatResponseStatus(init: Partial<StreamsGroupHeartbeatResponseStatus> = {}): StreamsGroupHeartbeatResponseStatus {
  const m: StreamsGroupHeartbeatResponseStatus = {
    statusCode: init.statusCode ?? 0,
    statusDetail: init.statusDetail ?? '',
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Tasks of one subtopology. */
export interface StreamsGroupHeartbeatResponseTaskIds {
  /** Id of the subtopology. */
  subtopologyId: string;
  /** Partitions of the tasks. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatResponseTaskIds(init: Partial<StreamsGroupHeartbeatResponseTaskIds> = {}): StreamsGroupHeartbeatResponseTaskIds {
  const m: StreamsGroupHeartbeatResponseTaskIds = {
    subtopologyId: init.subtopologyId ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `partitionsByUserEndpoint`. */
export interface StreamsGroupHeartbeatResponseEndpointToPartitions {
  /** Address of the instance. */
  userEndpoint: StreamsGroupHeartbeatResponseEndpoint;
  /** Partitions that the instance processes. */
  activePartitions: readonly StreamsGroupHeartbeatResponseTopicPartition[];
  /** Partitions that the instance keeps ready. */
  standbyPartitions: readonly StreamsGroupHeartbeatResponseTopicPartition[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatResponseEndpointToPartitions(init: Partial<StreamsGroupHeartbeatResponseEndpointToPartitions> = {}): StreamsGroupHeartbeatResponseEndpointToPartitions {
  const m: StreamsGroupHeartbeatResponseEndpointToPartitions = {
    userEndpoint: init.userEndpoint ?? createStreamsGroupHeartbeatResponseEndpoint(),
    activePartitions: init.activePartitions ?? [],
    standbyPartitions: init.standbyPartitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Address of an application instance. */
export interface StreamsGroupHeartbeatResponseEndpoint {
  /** Host name or address. */
  host: string;
  /** TCP port. */
  port: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatResponseEndpoint(init: Partial<StreamsGroupHeartbeatResponseEndpoint> = {}): StreamsGroupHeartbeatResponseEndpoint {
  const m: StreamsGroupHeartbeatResponseEndpoint = {
    host: init.host ?? '',
    port: init.port ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Partitions of one topic. */
export interface StreamsGroupHeartbeatResponseTopicPartition {
  /** Name of the topic. */
  topic: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupHeartbeatResponseTopicPartition(init: Partial<StreamsGroupHeartbeatResponseTopicPartition> = {}): StreamsGroupHeartbeatResponseTopicPartition {
  const m: StreamsGroupHeartbeatResponseTopicPartition = {
    topic: init.topic ?? '',
    partitions: init.partitions ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatResponse(m: StreamsGroupHeartbeatResponse, v: number): number {
  let n = 22;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfCompactString(m.memberId);
  if (v <= 0) {
    n += 4;
  }
  if (v >= 1) {
    n += 8;
  }
  if (m.status === null) n += 1;
  else {
    n += sizeOfUvarint(m.status.length + 1);
    for (const e of m.status) n += sizeStreamsGroupHeartbeatResponseStatus(e, v);
  }
  if (m.activeTasks === null) n += 1;
  else {
    n += sizeOfUvarint(m.activeTasks.length + 1);
    for (const e of m.activeTasks) n += sizeStreamsGroupHeartbeatResponseTaskIds(e, v);
  }
  if (m.standbyTasks === null) n += 1;
  else {
    n += sizeOfUvarint(m.standbyTasks.length + 1);
    for (const e of m.standbyTasks) n += sizeStreamsGroupHeartbeatResponseTaskIds(e, v);
  }
  if (m.warmupTasks === null) n += 1;
  else {
    n += sizeOfUvarint(m.warmupTasks.length + 1);
    for (const e of m.warmupTasks) n += sizeStreamsGroupHeartbeatResponseTaskIds(e, v);
  }
  if (v >= 1) {
    n += 1;
  }
  if (m.partitionsByUserEndpoint === null) n += 1;
  else {
    n += sizeOfUvarint(m.partitionsByUserEndpoint.length + 1);
    for (const e of m.partitionsByUserEndpoint) n += sizeStreamsGroupHeartbeatResponseEndpointToPartitions(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatResponse(w: Writer, m: StreamsGroupHeartbeatResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.compactString(m.memberId);
  w.int32(m.memberEpoch);
  w.int32(m.heartbeatIntervalMs);
  if (v <= 0) {
    w.int32(m.acceptableRecoveryLagLegacy);
  }
  if (!(v <= 0) && m.acceptableRecoveryLagLegacy !== 0) throw unsupportedField('StreamsGroupHeartbeatResponse', 'acceptableRecoveryLagLegacy', v);
  w.int32(m.taskOffsetIntervalMs);
  if (v >= 1) {
    w.int64(m.acceptableRecoveryLag);
  }
  if (m.status === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.status.length);
    for (const e of m.status) encodeStreamsGroupHeartbeatResponseStatus(w, e, v);
  }
  if (m.activeTasks === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.activeTasks.length);
    for (const e of m.activeTasks) encodeStreamsGroupHeartbeatResponseTaskIds(w, e, v);
  }
  if (m.standbyTasks === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.standbyTasks.length);
    for (const e of m.standbyTasks) encodeStreamsGroupHeartbeatResponseTaskIds(w, e, v);
  }
  if (m.warmupTasks === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.warmupTasks.length);
    for (const e of m.warmupTasks) encodeStreamsGroupHeartbeatResponseTaskIds(w, e, v);
  }
  if (v >= 1) {
    w.boolean(m.topologyDescriptionRequired);
  }
  if (!(v >= 1) && m.topologyDescriptionRequired !== false) throw unsupportedField('StreamsGroupHeartbeatResponse', 'topologyDescriptionRequired', v);
  w.int32(m.endpointInformationEpoch);
  if (m.partitionsByUserEndpoint === null) {
    w.uvarint(0);
  } else {
    w.compactArrayLength(m.partitionsByUserEndpoint.length);
    for (const e of m.partitionsByUserEndpoint) encodeStreamsGroupHeartbeatResponseEndpointToPartitions(w, e, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatResponse(r: Reader, v: number): StreamsGroupHeartbeatResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const memberId = r.compactString();
  const memberEpoch = r.int32();
  const heartbeatIntervalMs = r.int32();
  const acceptableRecoveryLagLegacy = v <= 0 ? r.int32() : 0;
  const taskOffsetIntervalMs = r.int32();
  const acceptableRecoveryLag = v >= 1 ? r.int64() : -1n;
  let status: readonly StreamsGroupHeartbeatResponseStatus[] | null = [];
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      status = null;
    } else {
      const items: StreamsGroupHeartbeatResponseStatus[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatResponseStatus(r, v));
      status = items;
    }
  }
  let activeTasks: readonly StreamsGroupHeartbeatResponseTaskIds[] | null = null;
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      activeTasks = null;
    } else {
      const items: StreamsGroupHeartbeatResponseTaskIds[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatResponseTaskIds(r, v));
      activeTasks = items;
    }
  }
  let standbyTasks: readonly StreamsGroupHeartbeatResponseTaskIds[] | null = null;
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      standbyTasks = null;
    } else {
      const items: StreamsGroupHeartbeatResponseTaskIds[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatResponseTaskIds(r, v));
      standbyTasks = items;
    }
  }
  let warmupTasks: readonly StreamsGroupHeartbeatResponseTaskIds[] | null = null;
  {
    const count = r.compactNullableArrayLength(3);
    if (count < 0) {
      warmupTasks = null;
    } else {
      const items: StreamsGroupHeartbeatResponseTaskIds[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatResponseTaskIds(r, v));
      warmupTasks = items;
    }
  }
  const topologyDescriptionRequired = v >= 1 ? r.boolean() : false;
  const endpointInformationEpoch = r.int32();
  let partitionsByUserEndpoint: readonly StreamsGroupHeartbeatResponseEndpointToPartitions[] | null = null;
  {
    const count = r.compactNullableArrayLength(7);
    if (count < 0) {
      partitionsByUserEndpoint = null;
    } else {
      const items: StreamsGroupHeartbeatResponseEndpointToPartitions[] = [];
      for (let i = 0; i < count; i++) items.push(decodeStreamsGroupHeartbeatResponseEndpointToPartitions(r, v));
      partitionsByUserEndpoint = items;
    }
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatResponse = { throttleTimeMs, errorCode, errorMessage, memberId, memberEpoch, heartbeatIntervalMs, acceptableRecoveryLagLegacy, taskOffsetIntervalMs, acceptableRecoveryLag, status, activeTasks, standbyTasks, warmupTasks, topologyDescriptionRequired, endpointInformationEpoch, partitionsByUserEndpoint };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatResponseStatus(m: StreamsGroupHeartbeatResponseStatus, v: number): number {
  let n = 1;
  n += sizeOfCompactString(m.statusDetail);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatResponseStatus(w: Writer, m: StreamsGroupHeartbeatResponseStatus, v: number): void {
  w.int8(m.statusCode);
  w.compactString(m.statusDetail);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatResponseStatus(r: Reader, v: number): StreamsGroupHeartbeatResponseStatus {
  const statusCode = r.int8();
  const statusDetail = r.compactString();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatResponseStatus = { statusCode, statusDetail };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatResponseTaskIds(m: StreamsGroupHeartbeatResponseTaskIds, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.subtopologyId);
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatResponseTaskIds(w: Writer, m: StreamsGroupHeartbeatResponseTaskIds, v: number): void {
  w.compactString(m.subtopologyId);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatResponseTaskIds(r: Reader, v: number): StreamsGroupHeartbeatResponseTaskIds {
  const subtopologyId = r.compactString();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatResponseTaskIds = { subtopologyId, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatResponseEndpointToPartitions(m: StreamsGroupHeartbeatResponseEndpointToPartitions, v: number): number {
  let n = 0;
  n += sizeStreamsGroupHeartbeatResponseEndpoint(m.userEndpoint, v);
  n += sizeOfUvarint(m.activePartitions.length + 1);
  for (const e of m.activePartitions) n += sizeStreamsGroupHeartbeatResponseTopicPartition(e, v);
  n += sizeOfUvarint(m.standbyPartitions.length + 1);
  for (const e of m.standbyPartitions) n += sizeStreamsGroupHeartbeatResponseTopicPartition(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatResponseEndpointToPartitions(w: Writer, m: StreamsGroupHeartbeatResponseEndpointToPartitions, v: number): void {
  encodeStreamsGroupHeartbeatResponseEndpoint(w, m.userEndpoint, v);
  w.compactArrayLength(m.activePartitions.length);
  for (const e of m.activePartitions) encodeStreamsGroupHeartbeatResponseTopicPartition(w, e, v);
  w.compactArrayLength(m.standbyPartitions.length);
  for (const e of m.standbyPartitions) encodeStreamsGroupHeartbeatResponseTopicPartition(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatResponseEndpointToPartitions(r: Reader, v: number): StreamsGroupHeartbeatResponseEndpointToPartitions {
  const userEndpoint = decodeStreamsGroupHeartbeatResponseEndpoint(r, v);
  const activePartitions: StreamsGroupHeartbeatResponseTopicPartition[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) activePartitions.push(decodeStreamsGroupHeartbeatResponseTopicPartition(r, v));
  }
  const standbyPartitions: StreamsGroupHeartbeatResponseTopicPartition[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) standbyPartitions.push(decodeStreamsGroupHeartbeatResponseTopicPartition(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatResponseEndpointToPartitions = { userEndpoint, activePartitions, standbyPartitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatResponseEndpoint(m: StreamsGroupHeartbeatResponseEndpoint, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.host);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatResponseEndpoint(w: Writer, m: StreamsGroupHeartbeatResponseEndpoint, v: number): void {
  w.compactString(m.host);
  w.uint16(m.port);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatResponseEndpoint(r: Reader, v: number): StreamsGroupHeartbeatResponseEndpoint {
  const host = r.compactString();
  const port = r.uint16();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatResponseEndpoint = { host, port };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupHeartbeatResponseTopicPartition(m: StreamsGroupHeartbeatResponseTopicPartition, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.topic);
  n += sizeOfUvarint(m.partitions.length + 1) + m.partitions.length * 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupHeartbeatResponseTopicPartition(w: Writer, m: StreamsGroupHeartbeatResponseTopicPartition, v: number): void {
  w.compactString(m.topic);
  w.compactArrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupHeartbeatResponseTopicPartition(r: Reader, v: number): StreamsGroupHeartbeatResponseTopicPartition {
  const topic = r.compactString();
  const partitions: number[] = [];
  {
    const count = r.compactArrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupHeartbeatResponseTopicPartition = { topic, partitions };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Epoch and tasks of the member. */
export const streamsGroupHeartbeatResponse: MessageCodec<StreamsGroupHeartbeatResponse> = {
  name: 'StreamsGroupHeartbeatResponse',
  kind: 'response',
  apiKey: 88,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(streamsGroupHeartbeatResponse, version);
    return sizeStreamsGroupHeartbeatResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(streamsGroupHeartbeatResponse, version);
    encodeStreamsGroupHeartbeatResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(streamsGroupHeartbeatResponse, version);
    return decodeStreamsGroupHeartbeatResponse(reader, version);
  },
};
