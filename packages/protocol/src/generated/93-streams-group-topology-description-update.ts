// Generated from schemas/93-streams-group-topology-description-update.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Hands in the readable form of a streams topology. */
export interface StreamsGroupTopologyDescriptionUpdateRequest {
  /** Id of the group. */
  groupId: string;
  /** Id of the member. */
  memberId: string;
  /** Epoch of the topology. */
  topologyEpoch: number;
  /** Readable form of the topology, or null. */
  topologyDescription: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescription;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupTopologyDescriptionUpdateRequest(init: Partial<StreamsGroupTopologyDescriptionUpdateRequest> = {}): StreamsGroupTopologyDescriptionUpdateRequest {
  const m: StreamsGroupTopologyDescriptionUpdateRequest = {
    groupId: init.groupId ?? '',
    memberId: init.memberId ?? '',
    topologyEpoch: init.topologyEpoch ?? 0,
    topologyDescription: init.topologyDescription ?? createStreamsGroupTopologyDescriptionUpdateRequestTopologyDescription(),
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Readable form of a topology. */
export interface StreamsGroupTopologyDescriptionUpdateRequestTopologyDescription {
  /** Parts of the topology. */
  subtopologies: readonly StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology[];
  /** Stores that every instance holds whole. */
  globalStores: readonly StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupTopologyDescriptionUpdateRequestTopologyDescription(init: Partial<StreamsGroupTopologyDescriptionUpdateRequestTopologyDescription> = {}): StreamsGroupTopologyDescriptionUpdateRequestTopologyDescription {
  const m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescription = {
    subtopologies: init.subtopologies ?? [],
    globalStores: init.globalStores ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Nodes that are connected. */
export interface StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology {
  /** Id of the subtopology. */
  subtopologyId: string;
  /** Nodes of the subtopology. */
  nodes: readonly StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology(init: Partial<StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology> = {}): StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology {
  const m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology = {
    subtopologyId: init.subtopologyId ?? '',
    nodes: init.nodes ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** A store that every instance holds whole. */
export interface StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore {
  /** Node that reads the store's topic. */
  source: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode;
  /** Node that fills the store. */
  processor: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore(init: Partial<StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore> = {}): StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore {
  const m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore = {
    source: init.source ?? createStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(),
    processor: init.processor ?? createStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(),
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** One node. */
export interface StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode {
  /** Name of the node. */
  name: string;
  /** Source, processor or sink, as a number. */
  nodeType: number;
  /** Topics that are read. */
  sourceTopics: readonly string[];
  /** Topic that a sink writes to, or null. */
  sinkTopic: string | null;
  /** Stores that the node uses. */
  stores: readonly string[];
  /** Names of the nodes behind this one. */
  successors: readonly string[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(init: Partial<StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode> = {}): StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode {
  const m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode = {
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

function sizeStreamsGroupTopologyDescriptionUpdateRequest(m: StreamsGroupTopologyDescriptionUpdateRequest, v: number): number {
  let n = 4;
  n += sizeOfCompactString(m.groupId);
  n += sizeOfCompactString(m.memberId);
  n += sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescription(m.topologyDescription, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupTopologyDescriptionUpdateRequest(w: Writer, m: StreamsGroupTopologyDescriptionUpdateRequest, v: number): void {
  w.compactString(m.groupId);
  w.compactString(m.memberId);
  w.int32(m.topologyEpoch);
  encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescription(w, m.topologyDescription, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupTopologyDescriptionUpdateRequest(r: Reader, v: number): StreamsGroupTopologyDescriptionUpdateRequest {
  const groupId = r.compactString();
  const memberId = r.compactString();
  const topologyEpoch = r.int32();
  const topologyDescription = decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescription(r, v);
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupTopologyDescriptionUpdateRequest = { groupId, memberId, topologyEpoch, topologyDescription };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescription(m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescription, v: number): number {
  let n = 0;
  n += sizeOfUvarint(m.subtopologies.length + 1);
  for (const e of m.subtopologies) n += sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology(e, v);
  n += sizeOfUvarint(m.globalStores.length + 1);
  for (const e of m.globalStores) n += sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescription(w: Writer, m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescription, v: number): void {
  w.compactArrayLength(m.subtopologies.length);
  for (const e of m.subtopologies) encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology(w, e, v);
  w.compactArrayLength(m.globalStores.length);
  for (const e of m.globalStores) encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescription(r: Reader, v: number): StreamsGroupTopologyDescriptionUpdateRequestTopologyDescription {
  const subtopologies: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology[] = [];
  {
    const count = r.compactArrayLength(3);
    for (let i = 0; i < count; i++) subtopologies.push(decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology(r, v));
  }
  const globalStores: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore[] = [];
  {
    const count = r.compactArrayLength(15);
    for (let i = 0; i < count; i++) globalStores.push(decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescription = { subtopologies, globalStores };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology(m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology, v: number): number {
  let n = 0;
  n += sizeOfCompactString(m.subtopologyId);
  n += sizeOfUvarint(m.nodes.length + 1);
  for (const e of m.nodes) n += sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology(w: Writer, m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology, v: number): void {
  w.compactString(m.subtopologyId);
  w.compactArrayLength(m.nodes.length);
  for (const e of m.nodes) encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology(r: Reader, v: number): StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology {
  const subtopologyId = r.compactString();
  const nodes: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode[] = [];
  {
    const count = r.compactArrayLength(7);
    for (let i = 0; i < count; i++) nodes.push(decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology = { subtopologyId, nodes };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore(m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore, v: number): number {
  let n = 0;
  n += sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(m.source, v);
  n += sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(m.processor, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore(w: Writer, m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore, v: number): void {
  encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(w, m.source, v);
  encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(w, m.processor, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore(r: Reader, v: number): StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore {
  const source = decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(r, v);
  const processor = decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(r, v);
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore = { source, processor };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode, v: number): number {
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

function encodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(w: Writer, m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode, v: number): void {
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

function decodeStreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode(r: Reader, v: number): StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode {
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
  const m: StreamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode = { name, nodeType, sourceTopics, sinkTopic, stores, successors };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Hands in the readable form of a streams topology. */
export const streamsGroupTopologyDescriptionUpdateRequest: MessageCodec<StreamsGroupTopologyDescriptionUpdateRequest> = {
  name: 'StreamsGroupTopologyDescriptionUpdateRequest',
  kind: 'request',
  apiKey: 93,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(streamsGroupTopologyDescriptionUpdateRequest, version);
    return sizeStreamsGroupTopologyDescriptionUpdateRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(streamsGroupTopologyDescriptionUpdateRequest, version);
    encodeStreamsGroupTopologyDescriptionUpdateRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(streamsGroupTopologyDescriptionUpdateRequest, version);
    return decodeStreamsGroupTopologyDescriptionUpdateRequest(reader, version);
  },
};

/** Whether the description was stored. */
export interface StreamsGroupTopologyDescriptionUpdateResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createStreamsGroupTopologyDescriptionUpdateResponse(init: Partial<StreamsGroupTopologyDescriptionUpdateResponse> = {}): StreamsGroupTopologyDescriptionUpdateResponse {
  const m: StreamsGroupTopologyDescriptionUpdateResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeStreamsGroupTopologyDescriptionUpdateResponse(m: StreamsGroupTopologyDescriptionUpdateResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeStreamsGroupTopologyDescriptionUpdateResponse(w: Writer, m: StreamsGroupTopologyDescriptionUpdateResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeStreamsGroupTopologyDescriptionUpdateResponse(r: Reader, v: number): StreamsGroupTopologyDescriptionUpdateResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: StreamsGroupTopologyDescriptionUpdateResponse = { throttleTimeMs, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Whether the description was stored. */
export const streamsGroupTopologyDescriptionUpdateResponse: MessageCodec<StreamsGroupTopologyDescriptionUpdateResponse> = {
  name: 'StreamsGroupTopologyDescriptionUpdateResponse',
  kind: 'response',
  apiKey: 93,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(streamsGroupTopologyDescriptionUpdateResponse, version);
    return sizeStreamsGroupTopologyDescriptionUpdateResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(streamsGroupTopologyDescriptionUpdateResponse, version);
    encodeStreamsGroupTopologyDescriptionUpdateResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(streamsGroupTopologyDescriptionUpdateResponse, version);
    return decodeStreamsGroupTopologyDescriptionUpdateResponse(reader, version);
  },
};
