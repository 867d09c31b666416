// Generated from schemas/control-voters-record.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Control record: voters of the quorum. */
export interface VotersRecord {
  /** Version of this record. */
  version: number;
  /** Voters of the quorum. */
  voters: readonly VotersRecordVoter[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createVotersRecord(init: Partial<VotersRecord> = {}): VotersRecord {
  const m: VotersRecord = {
    version: init.version ?? 0,
    voters: init.voters ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `voters`. */
export interface VotersRecordVoter {
  /** Id of the voter. */
  voterId: number;
  /** Directory id of the voter. */
  voterDirectoryId: string;
  /** Addresses by listener name. */
  endpoints: readonly VotersRecordEndpoint[];
  /** Quorum protocol versions that the voter supports. */
  kRaftVersionFeature: VotersRecordKRaftVersionFeature;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createVotersRecordVoter(init: Partial<VotersRecordVoter> = {}): VotersRecordVoter {
  const m: VotersRecordVoter = {
    voterId: init.voterId ?? 0,
    voterDirectoryId: init.voterDirectoryId ?? ZERO_UUID,
    endpoints: init.endpoints ?? [],
    kRaftVersionFeature: init.kRaftVersionFeature ?? createVotersRecordKRaftVersionFeature(),
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `endpoints`. */
export interface VotersRecordEndpoint {
  /** Name of the listener. */
  name: string;
  /** Host name or address. */
  host: string;
  /** TCP port. */
  port: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createVotersRecordEndpoint(init: Partial<VotersRecordEndpoint> = {}): VotersRecordEndpoint {
  const m: VotersRecordEndpoint = {
    name: init.name ?? '',
    host: init.host ?? '',
    port: init.port ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Quorum protocol versions that the voter supports. */
export interface VotersRecordKRaftVersionFeature {
  /** Lowest version. */
  minSupportedVersion: number;
  /** Highest version. */
  maxSupportedVersion: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createVotersRecordKRaftVersionFeature(init: Partial<VotersRecordKRaftVersionFeature> = {}): VotersRecordKRaftVersionFeature {
  const m: VotersRecordKRaftVersionFeature = {
    minSupportedVersion: init.minSupportedVersion ?? 0,
    maxSupportedVersion: init.maxSupportedVersion ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeVotersRecord(m: VotersRecord, v: number): number {
  let n = 2;
  n += sizeOfUvarint(m.voters.length + 1);
  for (const e of m.voters) n += sizeVotersRecordVoter(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeVotersRecord(w: Writer, m: VotersRecord, v: number): void {
  w.int16(m.version);
  w.compactArrayLength(m.voters.length);
  for (const e of m.voters) encodeVotersRecordVoter(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeVotersRecord(r: Reader, v: number): VotersRecord {
  const version = r.int16();
  const voters: VotersRecordVoter[] = [];
  {
    const count = r.compactArrayLength(27);
    for (let i = 0; i < count; i++) voters.push(decodeVotersRecordVoter(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: VotersRecord = { version, voters };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeVotersRecordVoter(m: VotersRecordVoter, v: number): number {
  let n = 20;
  n += sizeOfUvarint(m.endpoints.length + 1);
  for (const e of m.endpoints) n += sizeVotersRecordEndpoint(e, v);
  n += sizeVotersRecordKRaftVersionFeature(m.kRaftVersionFeature, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeVotersRecordVoter(w: Writer, m: VotersRecordVoter, v: number): void {
  w.int32(m.voterId);
  w.uuid(m.voterDirectoryId);
  w.compactArrayLength(m.endpoints.length);
  for (const e of m.endpoints) encodeVotersRecordEndpoint(w, e, v);
  encodeVotersRecordKRaftVersionFeature(w, m.kRaftVersionFeature, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeVotersRecordVoter(r: Reader, v: number): VotersRecordVoter {
  const voterId = r.int32();
  const voterDirectoryId = r.uuid();
  const endpoints: VotersRecordEndpoint[] = [];
  {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) endpoints.push(decodeVotersRecordEndpoint(r, v));
  }
  const kRaftVersionFeature = decodeVotersRecordKRaftVersionFeature(r, v);
  const unknownTaggedFields = r.taggedFields();
  const m: VotersRecordVoter = { voterId, voterDirectoryId, endpoints, kRaftVersionFeature };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeVotersRecordEndpoint(m: VotersRecordEndpoint, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.name);
  n += sizeOfCompactString(m.host);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeVotersRecordEndpoint(w: Writer, m: VotersRecordEndpoint, v: number): void {
  w.compactString(m.name);
  w.compactString(m.host);
  w.uint16(m.port);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeVotersRecordEndpoint(r: Reader, v: number): VotersRecordEndpoint {
  const name = r.compactString();
  const host = r.compactString();
  const port = r.uint16();
  const unknownTaggedFields = r.taggedFields();
  const m: VotersRecordEndpoint = { name, host, port };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeVotersRecordKRaftVersionFeature(m: VotersRecordKRaftVersionFeature, v: number): number {
  let n = 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeVotersRecordKRaftVersionFeature(w: Writer, m: VotersRecordKRaftVersionFeature, v: number): void {
  w.int16(m.minSupportedVersion);
  w.int16(m.maxSupportedVersion);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeVotersRecordKRaftVersionFeature(r: Reader, v: number): VotersRecordKRaftVersionFeature {
  const minSupportedVersion = r.int16();
  const maxSupportedVersion = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: VotersRecordKRaftVersionFeature = { minSupportedVersion, maxSupportedVersion };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Control record: voters of the quorum. */
export const votersRecord: MessageCodec<VotersRecord> = {
  name: 'VotersRecord',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(votersRecord, version);
    return sizeVotersRecord(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(votersRecord, version);
    encodeVotersRecord(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(votersRecord, version);
    return decodeVotersRecord(reader, version);
  },
};
