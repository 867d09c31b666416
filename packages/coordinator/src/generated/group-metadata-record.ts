// Generated from schemas/group-metadata-record.kschema by tools/protocol-codegen. Do not edit; run "nx run coordinator:generate".
import type { MessageCodec, Reader, TaggedField, Writer } from '@millrace/protocol/internal';
import { EMPTY_BYTES, checkVersion, sizeOfBytes, sizeOfCompactBytes, sizeOfCompactNullableString, sizeOfCompactString, sizeOfNullableString, sizeOfString, sizeOfTaggedFields, sizeOfUvarint } from '@millrace/protocol/internal';

/** Names a classic group. */
export interface GroupMetadataKey {
  /** The group's id. */
  group: string;
}

export function createGroupMetadataKey(init: Partial<GroupMetadataKey> = {}): GroupMetadataKey {
  const m: GroupMetadataKey = {
    group: init.group ?? '',
  };
  return m;
}

function sizeGroupMetadataKey(m: GroupMetadataKey, v: number): number {
  let n = 0;
  n += sizeOfString(m.group);
  return n;
}

function encodeGroupMetadataKey(w: Writer, m: GroupMetadataKey, v: number): void {
  w.string(m.group);
}

function decodeGroupMetadataKey(r: Reader, v: number): GroupMetadataKey {
  const group = r.string();
  return { group };
}

/** Names a classic group. */
export const groupMetadataKey: MessageCodec<GroupMetadataKey> = {
  name: 'GroupMetadataKey',
  kind: 'data',
  apiKey: null,
  minVersion: 2,
  maxVersion: 2,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(groupMetadataKey, version);
    return sizeGroupMetadataKey(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(groupMetadataKey, version);
    encodeGroupMetadataKey(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(groupMetadataKey, version);
    return decodeGroupMetadataKey(reader, version);
  },
};

/** A classic group at the moment when its generation was agreed on; a record without value deletes it. */
export interface GroupMetadataValue {
  /** For example "consumer"; empty while nobody has joined. */
  protocolType: string;
  /** Number of the generation. */
  generation: number;
  /** The chosen assignor, null in a group without members. */
  protocol: string | null;
  /** Member id of the leader, null in a group without members. */
  leader: string | null;
  /** When the group took this state, in milliseconds. (v2+) */
  currentStateTimestamp: bigint;
  /** All members. */
  members: readonly GroupMetadataValueMemberMetadata[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createGroupMetadataValue(init: Partial<GroupMetadataValue> = {}): GroupMetadataValue {
  const m: GroupMetadataValue = {
    protocolType: init.protocolType ?? '',
    generation: init.generation ?? 0,
    protocol: init.protocol === undefined ? '' : init.protocol,
    leader: init.leader === undefined ? '' : init.leader,
    currentStateTimestamp: init.currentStateTimestamp ?? -1n,
    members: init.members ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `members`. */
export interface GroupMetadataValueMemberMetadata {
  /** Id that the coordinator gave the member. */
  memberId: string;
  /** Name of a static member. (v3+) */
  groupInstanceId: string | null;
  /** As the client calls itself. */
  clientId: string;
  /** Where it connected from. */
  clientHost: string;
  /** How long a rebalance waits for the member, in milliseconds. (v1+) */
  rebalanceTimeout: number;
  /** How long it may stay silent, in milliseconds. */
  sessionTimeout: number;
  /** What it sent for the chosen protocol. */
  subscription: Buffer;
  /** What the leader gave it. */
  assignment: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createGroupMetadataValueMemberMetadata(init: Partial<GroupMetadataValueMemberMetadata> = {}): GroupMetadataValueMemberMetadata {
  const m: GroupMetadataValueMemberMetadata = {
    memberId: init.memberId ?? '',
    groupInstanceId: init.groupInstanceId ?? null,
    clientId: init.clientId ?? '',
    clientHost: init.clientHost ?? '',
    rebalanceTimeout: init.rebalanceTimeout ?? -1,
    sessionTimeout: init.sessionTimeout ?? 0,
    subscription: init.subscription ?? EMPTY_BYTES,
    assignment: init.assignment ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeGroupMetadataValue(m: GroupMetadataValue, v: number): number {
  const flexible = v >= 4;
  let n = 4;
  n += flexible ? sizeOfCompactString(m.protocolType) : sizeOfString(m.protocolType);
  n += flexible ? sizeOfCompactNullableString(m.protocol) : sizeOfNullableString(m.protocol);
  n += flexible ? sizeOfCompactNullableString(m.leader) : sizeOfNullableString(m.leader);
  if (v >= 2) {
    n += 8;
  }
  n += flexible ? sizeOfUvarint(m.members.length + 1) : 4;
  for (const e of m.members) n += sizeGroupMetadataValueMemberMetadata(e, v);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeGroupMetadataValue(w: Writer, m: GroupMetadataValue, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.protocolType); else w.string(m.protocolType);
  w.int32(m.generation);
  if (flexible) w.compactNullableString(m.protocol); else w.nullableString(m.protocol);
  if (flexible) w.compactNullableString(m.leader); else w.nullableString(m.leader);
  if (v >= 2) {
    w.int64(m.currentStateTimestamp);
  }
  if (flexible) w.compactArrayLength(m.members.length); else w.arrayLength(m.members.length);
  for (const e of m.members) encodeGroupMetadataValueMemberMetadata(w, e, v);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeGroupMetadataValue(r: Reader, v: number): GroupMetadataValue {
  const flexible = v >= 4;
  const protocolType = flexible ? r.compactString() : r.string();
  const generation = r.int32();
  const protocol = flexible ? r.compactNullableString() : r.nullableString();
  const leader = flexible ? r.compactNullableString() : r.nullableString();
  const currentStateTimestamp = v >= 2 ? r.int64() : -1n;
  const members: GroupMetadataValueMemberMetadata[] = [];
  {
    const count = flexible ? r.compactArrayLength(15) : r.arrayLength(15);
    for (let i = 0; i < count; i++) members.push(decodeGroupMetadataValueMemberMetadata(r, v));
  }
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: GroupMetadataValue = { protocolType, generation, protocol, leader, currentStateTimestamp, members };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeGroupMetadataValueMemberMetadata(m: GroupMetadataValueMemberMetadata, v: number): number {
  const flexible = v >= 4;
  let n = 4;
  n += flexible ? sizeOfCompactString(m.memberId) : sizeOfString(m.memberId);
  if (v >= 3) {
    n += flexible ? sizeOfCompactNullableString(m.groupInstanceId) : sizeOfNullableString(m.groupInstanceId);
  }
  n += flexible ? sizeOfCompactString(m.clientId) : sizeOfString(m.clientId);
  n += flexible ? sizeOfCompactString(m.clientHost) : sizeOfString(m.clientHost);
  if (v >= 1) {
    n += 4;
  }
  n += flexible ? sizeOfCompactBytes(m.subscription) : sizeOfBytes(m.subscription);
  n += flexible ? sizeOfCompactBytes(m.assignment) : sizeOfBytes(m.assignment);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeGroupMetadataValueMemberMetadata(w: Writer, m: GroupMetadataValueMemberMetadata, v: number): void {
  const flexible = v >= 4;
  if (flexible) w.compactString(m.memberId); else w.string(m.memberId);
  if (v >= 3) {
    if (flexible) w.compactNullableString(m.groupInstanceId); else w.nullableString(m.groupInstanceId);
  }
  if (flexible) w.compactString(m.clientId); else w.string(m.clientId);
  if (flexible) w.compactString(m.clientHost); else w.string(m.clientHost);
  if (v >= 1) {
    w.int32(m.rebalanceTimeout);
  }
  w.int32(m.sessionTimeout);
  if (flexible) w.compactBytes(m.subscription); else w.bytes(m.subscription);
  if (flexible) w.compactBytes(m.assignment); else w.bytes(m.assignment);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeGroupMetadataValueMemberMetadata(r: Reader, v: number): GroupMetadataValueMemberMetadata {
  const flexible = v >= 4;
  const memberId = flexible ? r.compactString() : r.string();
  const groupInstanceId = v >= 3 ? (flexible ? r.compactNullableString() : r.nullableString()) : null;
  const clientId = flexible ? r.compactString() : r.string();
  const clientHost = flexible ? r.compactString() : r.string();
  const rebalanceTimeout = v >= 1 ? r.int32() : -1;
  const sessionTimeout = r.int32();
  const subscription = flexible ? r.compactBytes() : r.bytes();
  const assignment = flexible ? r.compactBytes() : r.bytes();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: GroupMetadataValueMemberMetadata = { memberId, groupInstanceId, clientId, clientHost, rebalanceTimeout, sessionTimeout, subscription, assignment };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** A classic group at the moment when its generation was agreed on; a record without value deletes it. */
export const groupMetadataValue: MessageCodec<GroupMetadataValue> = {
  name: 'GroupMetadataValue',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(groupMetadataValue, version);
    return sizeGroupMetadataValue(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(groupMetadataValue, version);
    encodeGroupMetadataValue(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(groupMetadataValue, version);
    return decodeGroupMetadataValue(reader, version);
  },
};
