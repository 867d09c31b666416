// Generated from schemas/control-leader-change-message.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Control record: a new leader of the quorum. */
export interface LeaderChangeMessage {
  /** Version of this record. */
  version: number;
  /** Id of the new leader. */
  leaderId: number;
  /** Voters of the quorum. */
  voters: readonly LeaderChangeMessageVoter[];
  /** Voters that voted for the leader. */
  grantingVoters: readonly LeaderChangeMessageVoter[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createLeaderChangeMessage(init: Partial<LeaderChangeMessage> = {}): LeaderChangeMessage {
  const m: LeaderChangeMessage = {
    version: init.version ?? 0,
    leaderId: init.leaderId ?? 0,
    voters: init.voters ?? [],
    grantingVoters: init.grantingVoters ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** One voter. */
export interface LeaderChangeMessageVoter {
  /** Id of the voter. */
  voterId: number;
  /** Directory id of the voter. (v1+) */
  voterDirectoryId: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createLeaderChangeMessageVoter(init: Partial<LeaderChangeMessageVoter> = {}): LeaderChangeMessageVoter {
  const m: LeaderChangeMessageVoter = {
    voterId: init.voterId ?? 0,
    voterDirectoryId: init.voterDirectoryId ?? ZERO_UUID,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeLeaderChangeMessage(m: LeaderChangeMessage, v: number): number {
  let n = 6;
  n += sizeOfUvarint(m.voters.length + 1);
  for (const e of m.voters) n += sizeLeaderChangeMessageVoter(e, v);
  n += sizeOfUvarint(m.grantingVoters.length + 1);
  for (const e of m.grantingVoters) n += sizeLeaderChangeMessageVoter(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeLeaderChangeMessage(w: Writer, m: LeaderChangeMessage, v: number): void {
  w.int16(m.version);
  w.int32(m.leaderId);
  w.compactArrayLength(m.voters.length);
  for (const e of m.voters) encodeLeaderChangeMessageVoter(w, e, v);
  w.compactArrayLength(m.grantingVoters.length);
  for (const e of m.grantingVoters) encodeLeaderChangeMessageVoter(w, e, v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeLeaderChangeMessage(r: Reader, v: number): LeaderChangeMessage {
  const version = r.int16();
  const leaderId = r.int32();
  const voters: LeaderChangeMessageVoter[] = [];
  {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) voters.push(decodeLeaderChangeMessageVoter(r, v));
  }
  const grantingVoters: LeaderChangeMessageVoter[] = [];
  {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) grantingVoters.push(decodeLeaderChangeMessageVoter(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: LeaderChangeMessage = { version, leaderId, voters, grantingVoters };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeLeaderChangeMessageVoter(m: LeaderChangeMessageVoter, v: number): number {
  let n = 4;
  if (v >= 1) {
    n += 16;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeLeaderChangeMessageVoter(w: Writer, m: LeaderChangeMessageVoter, v: number): void {
  w.int32(m.voterId);
  if (v >= 1) {
    w.uuid(m.voterDirectoryId);
  }
  if (!(v >= 1) && m.voterDirectoryId !== ZERO_UUID) throw unsupportedField('LeaderChangeMessageVoter', 'voterDirectoryId', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeLeaderChangeMessageVoter(r: Reader, v: number): LeaderChangeMessageVoter {
  const voterId = r.int32();
  const voterDirectoryId = v >= 1 ? r.uuid() : ZERO_UUID;
  const unknownTaggedFields = r.taggedFields();
  const m: LeaderChangeMessageVoter = { voterId, voterDirectoryId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Control record: a new leader of the quorum. */
export const leaderChangeMessage: MessageCodec<LeaderChangeMessage> = {
  name: 'LeaderChangeMessage',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(leaderChangeMessage, version);
    return sizeLeaderChangeMessage(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(leaderChangeMessage, version);
    encodeLeaderChangeMessage(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(leaderChangeMessage, version);
    return decodeLeaderChangeMessage(reader, version);
  },
};
